/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "hs-sandbox-behaviour.h"
#include "hs-sandbox-calls.h"
#include "hs-sandbox-people.h"

#include "media/hs-sandbox-media.h"

G_BEGIN_DECLS

/* The calls room's own header. A leg is one party's side of a call, known to that party by its
 * session id. A call holds the caller's leg and one leg for each device of the callee that rings;
 * answered, two of them are each other's peer. Session descriptions pass unchanged. What concerns
 * more legs than these two, a transfer say, is a feature that holds on to all of them. */

typedef struct _HsSandboxCall HsSandboxCall;
typedef struct _HsSandboxFeature HsSandboxFeature;
typedef struct _HsSandboxLeg HsSandboxLeg;
typedef struct _HsSandboxMusic HsSandboxMusic;
typedef struct _HsSandboxQuestion HsSandboxQuestion;

typedef enum {
  HS_SANDBOX_LEG_UNANSWERED,
  HS_SANDBOX_LEG_UP,
  HS_SANDBOX_LEG_TAKEN, /* another device of the user has answered */
  HS_SANDBOX_LEG_ENDED,
} HsSandboxLegState;

/* What a client says to an offer, or to being asked for one. */
typedef struct {
  const char *sdp; /* NULL: it refused, or said nothing in time */
  gboolean is_late;
  JsonArray *custom_parameters; /* nullable */
} HsSandboxReply;

typedef void (*HsSandboxReplied) (HsSandboxLeg *leg,
                                  const HsSandboxReply *reply,
                                  gpointer user_data);

struct _HsSandboxLeg {
  HsSandboxCalls *calls; /* borrowed: the owner */
  char *sid;
  HsSandboxLegState state;
  gboolean is_caller;

  /* whose it is */
  char *user;
  char *subscription_id;   /* the device; NULL when it is not known */
  HsSandboxPerson *person; /* instead of a client */

  /* whom it talks to */
  HsSandboxCall *call;       /* borrowed: alive until our end */
  HsSandboxLeg *peer;        /* borrowed: alive until its end; NULL before the answer */
  HsSandboxFeature *feature; /* borrowed: lets go of us at its end; NULL without one */
  char *far_address;
  char *far_name;

  /* negotiation */
  gboolean is_asking;       /* an offer of the client's waits for its answer */
  HsSandboxReplied replied; /* who waits for the client's answer; NULL: nobody */
  gpointer replied_data;
  gboolean is_abandoned;   /* the client still has to answer, but nobody waits for that */
  HsSandboxQuestion *next; /* what it is asked then; NULL: nothing */
  guint reply_timer;
  char *asked; /* the client's last offer */

  /* hold */
  gboolean is_holding;
  HsSandboxMusic *music; /* what plays for the client; NULL: nothing */

  JsonArray *custom_parameters; /* go along with the next notification */
  HsSandboxExchange *exchange;  /* the client's last request, whose reply goes first */
  guint linger_timer;
};

/* What becomes of ringing somebody. The call may be ended in the last two. */
typedef struct {
  void (*rung) (HsSandboxCall *call);
  /* (nullable): something is heard already; @sdp answers the call's offer for now */
  void (*heard) (HsSandboxCall *call, const char *sdp);
  /* @leg is up, and has no peer yet. Without an offer in the call @sdp is one. */
  void (*answered) (HsSandboxLeg *leg, const char *sdp, JsonArray *custom_parameters);
  void (*failed) (HsSandboxCall *call, guint sip_code, const char *reason);
} HsSandboxCallEvents;

struct _HsSandboxCall {
  HsSandboxCalls *calls; /* borrowed: the owner */
  HsSandboxLeg *caller;  /* borrowed, as all legs: the calls own them; NULL: ended, or nobody */
  GPtrArray *legs;       /* HsSandboxLeg, those that have not ended */

  /* ringing */
  const HsSandboxCallEvents *events;
  HsSandboxFeature *feature; /* borrowed: on whose behalf it rings; NULL: a caller's */
  char *caller_address;
  char *caller_name;
  char *offer;                  /* the caller's; NULL: the callee makes one */
  JsonArray *custom_parameters; /* the caller's */
  gboolean is_slow;             /* the callee is to make an offer although there is the caller's */
  gboolean takes_early_media;   /* the caller */
  HsSandboxMedia *early_media;  /* what the caller hears meanwhile; NULL: nothing of ours */
  gboolean has_rung;
  guint n_forwards;
  guint ring_timer;
};

struct _HsSandboxFeature {
  /* @leg has just ended, and is no longer its own. May free the feature. */
  void (*lost) (HsSandboxFeature *self, HsSandboxLeg *leg);
  /* (nullable): the client offers a change, which the feature answers.
   * Returns: whether it will */
  gboolean (*offered) (HsSandboxFeature *self, HsSandboxLeg *leg, const char *sdp);
  void (*free) (HsSandboxFeature *self);
};

struct _HsSandboxCalls {
  HsSandboxUsers *users;   /* borrowed: outlives us */
  HsSandboxFaults *faults; /* borrowed: outlives us */
  HsSandboxBehaviour behaviour;
  guint ring_timeout_ms;
  GHashTable *legs;    /* sid → HsSandboxLeg */
  GPtrArray *calls;    /* HsSandboxCall */
  GPtrArray *features; /* HsSandboxFeature */
};

/* Codes that gateways give. */
enum {
  HS_SANDBOX_STATUS_OK = 0,
  HS_SANDBOX_STATUS_BAD_BODY = 5,
  HS_SANDBOX_STATUS_NOT_AUTHORISED = 27,
  HS_SANDBOX_STATUS_NO_SERVICE = 35,
  HS_SANDBOX_STATUS_BAD_VALUE = 37,
  HS_SANDBOX_STATUS_NO_RESOURCE = 42,
  HS_SANDBOX_STATUS_NO_SESSION = 47,
  HS_SANDBOX_STATUS_PENDING = 49,
  HS_SANDBOX_STATUS_BAD_REQUEST = 1004,
  HS_SANDBOX_STATUS_TRANSFERRED = 9905,
  HS_SANDBOX_STATUS_JOINED = 9906,
};

HsSandboxLeg *hs_sandbox_leg_new (HsSandboxCall *call, const char *user, gboolean is_caller);
void hs_sandbox_leg_free (HsSandboxLeg *leg);

void hs_sandbox_leg_set_far (HsSandboxLeg *leg, const char *address, const char *name);
void hs_sandbox_leg_set_exchange (HsSandboxLeg *leg, HsSandboxExchange *exchange);

/* Returns: (transfer full): a notification of @type to @leg. @sdp and @custom_parameters may be
 * NULL. */
JsonObject *hs_sandbox_leg_new_message (HsSandboxLeg *leg,
                                        const char *type,
                                        const char *sdp,
                                        JsonArray *custom_parameters);

/* @message: (transfer full). A person has no use for it, and an ended leg gets nothing. */
void hs_sandbox_leg_send (HsSandboxLeg *leg, JsonObject *message, guint delay_ms);

/* Tells the client of an offer that it is refused: something else is going on. */
void hs_sandbox_leg_send_pending (HsSandboxLeg *leg);

/* Ends the leg with @farewell, `callEnd` or `callCancel`, or without a word. A @status_code of 0
 * stays out. */
void hs_sandbox_leg_end (
    HsSandboxLeg *leg, const char *farewell, int status_code, const char *reason, guint delay_ms);

/* Says `respondCallUpdate`: to a client the answer to its offer, to a person as well. */
void hs_sandbox_leg_answer_offer (HsSandboxLeg *leg, const char *sdp, JsonArray *custom_parameters);

/* Makes an offer to the client, or asks it for one when @sdp is NULL, as soon as it has answered
 * what it was asked before. @replied is called once, unless the leg ends. */
void hs_sandbox_leg_propose (HsSandboxLeg *leg,
                             const char *sdp,
                             JsonArray *custom_parameters,
                             HsSandboxReplied replied,
                             gpointer user_data);

/* The same for an offer of music, which anything else takes the place of. */
void hs_sandbox_leg_propose_music (HsSandboxLeg *leg,
                                   const char *sdp,
                                   HsSandboxReplied replied,
                                   gpointer user_data);

/* Nobody wants the client's reply any more: it will be refused. */
void hs_sandbox_leg_abandon_proposal (HsSandboxLeg *leg);

/* The far end is gone: the client's own offer is refused, and its answer is. */
void hs_sandbox_leg_release (HsSandboxLeg *leg);

/* The client is not asked anything any more. */
void hs_sandbox_leg_stop_asking (HsSandboxLeg *leg);

/* Whether something is going on that does not allow another offer now. */
gboolean hs_sandbox_leg_is_busy (HsSandboxLeg *leg);

void hs_sandbox_leg_link (HsSandboxLeg *leg, HsSandboxLeg *other);

/* @leg belongs to @call from now on; the call that it leaves ends when it was the last. */
void hs_sandbox_leg_move (HsSandboxLeg *leg, HsSandboxCall *call);

/* Tells the client that its transfer or join has come to an end. */
void
hs_sandbox_leg_conclude (HsSandboxLeg *leg, const char *type, int status_code, const char *reason);

HsSandboxCall *hs_sandbox_call_new (HsSandboxCalls *calls, const HsSandboxCallEvents *events);

/* Ends it when none of its legs is a party's any more. */
void hs_sandbox_call_end_if_left (HsSandboxCall *call);

/* @self: (transfer full) */
void hs_sandbox_feature_add (HsSandboxFeature *self, HsSandboxCalls *calls);

/* All its legs are free again. */
void hs_sandbox_feature_remove (HsSandboxFeature *self, HsSandboxCalls *calls);

/* Ends those of its legs that have not ended, without a word, and forgets the call. */
void hs_sandbox_call_end (HsSandboxCall *call);

/* Returns: (nullable) (transfer full): @sdp of a request of @type as it goes on */
char *hs_sandbox_leg_pass_sdp (HsSandboxLeg *leg, const char *type, const char *sdp);

/* Replies with the session that the client has got. */
void hs_sandbox_leg_reply_session (HsSandboxLeg *leg, HsSandboxExchange *exchange);

/* @leg's @offer has been answered: whoever is held now hears music, if that is how it is done. */
void hs_sandbox_music_update (HsSandboxLeg *leg, const char *offer);

void hs_sandbox_music_end (HsSandboxLeg *leg);

typedef void (*HsSandboxContinue) (HsSandboxLeg *leg,
                                   const char *offer,
                                   JsonArray *custom_parameters);

/* Takes the music back that plays for @leg before @then is called for its peer.
 * Returns: whether there is any to take back */
gboolean hs_sandbox_music_stop (HsSandboxLeg *leg,
                                const char *offer,
                                JsonArray *custom_parameters,
                                HsSandboxContinue then);

/* Asks the client for an offer, which its peer answers. The leg must not be busy. */
void hs_sandbox_leg_update_slowly (HsSandboxLeg *leg);

/* The verbs; each replies. @request: the inner object of the body */
void
hs_sandbox_leg_start_update (HsSandboxLeg *leg, JsonObject *request, HsSandboxExchange *exchange);
void
hs_sandbox_leg_respond_update (HsSandboxLeg *leg, JsonObject *request, HsSandboxExchange *exchange);
void
hs_sandbox_leg_send_custom (HsSandboxLeg *leg, JsonObject *request, HsSandboxExchange *exchange);

void hs_sandbox_leg_transfer (HsSandboxLeg *leg, JsonObject *request, HsSandboxExchange *exchange);

/* What a person at @leg answers to an offer. */
void hs_sandbox_leg_take_person_answer (HsSandboxLeg *leg, const char *sdp);
void hs_sandbox_leg_take_person_refusal (HsSandboxLeg *leg);

/* Replies when it is not good.
 * @custom_parameters: (out): NULL when there are none */
gboolean hs_sandbox_read_custom_parameters (JsonObject *request,
                                            HsSandboxExchange *exchange,
                                            JsonArray **custom_parameters);

G_END_DECLS
