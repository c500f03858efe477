/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "hs-sandbox-calls.h"
#include "hs-sandbox-people.h"

G_BEGIN_DECLS

/* The calls room's own header. A leg is one party's side of a call, known to that party by its
 * session id. A call holds the caller's leg and one leg for each device of the callee that rings;
 * answered, two of them are each other's peer. Session descriptions pass unchanged. */

typedef struct _HsSandboxCall HsSandboxCall;
typedef struct _HsSandboxLeg HsSandboxLeg;

typedef enum {
  HS_SANDBOX_LEG_UNANSWERED,
  HS_SANDBOX_LEG_UP,
  HS_SANDBOX_LEG_TAKEN, /* another device of the user has answered */
  HS_SANDBOX_LEG_ENDED,
} HsSandboxLegState;

typedef enum {
  HS_SANDBOX_OFFER_NONE,
  HS_SANDBOX_OFFER_FROM_CLIENT,
  HS_SANDBOX_OFFER_TO_CLIENT,
} HsSandboxOffer;

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
  HsSandboxCall *call; /* borrowed: alive until our end */
  HsSandboxLeg *peer;  /* borrowed: alive until its end; NULL before the answer */
  char *far_address;
  char *far_name;

  HsSandboxOffer offer;
  JsonArray *custom_parameters; /* go along with the next notification */
  HsSandboxExchange *exchange;  /* the client's last request, whose reply goes first */
  guint linger_timer;
};

struct _HsSandboxCall {
  HsSandboxCalls *calls; /* borrowed: the owner */
  HsSandboxLeg *caller;  /* borrowed, as are the callees: the calls own all legs; NULL once ended */
  GPtrArray *callees;    /* HsSandboxLeg, those that have not ended */
  char *caller_name;
  char *offer;                  /* the caller's */
  JsonArray *custom_parameters; /* the caller's */
  gboolean has_rung;
  guint n_forwards;
  guint ring_timer;
  guint negotiation_timer;
};

struct _HsSandboxCalls {
  HsSandboxUsers *users;   /* borrowed: outlives us */
  HsSandboxFaults *faults; /* borrowed: outlives us */
  guint ring_timeout_ms;
  GHashTable *legs; /* sid → HsSandboxLeg */
  GPtrArray *calls; /* HsSandboxCall */
};

/* Codes that gateways give, and those of SIP that a client is told as the reason of an end. */
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

HsSandboxCall *hs_sandbox_call_new (HsSandboxCalls *calls);

/* Ends those of its legs that have not ended, without a word, and forgets the call. */
void hs_sandbox_call_end (HsSandboxCall *call);

/* Returns: (nullable) (transfer full): @sdp of a request of @type as it goes on */
char *hs_sandbox_leg_pass_sdp (HsSandboxLeg *leg, const char *type, const char *sdp);

/* The verbs; each replies. @request: the inner object of the body */
void hs_sandbox_leg_ringing (HsSandboxLeg *leg, HsSandboxExchange *exchange);
void hs_sandbox_leg_answer (HsSandboxLeg *leg, JsonObject *request, HsSandboxExchange *exchange);
void hs_sandbox_leg_reject (HsSandboxLeg *leg, HsSandboxExchange *exchange);
void hs_sandbox_leg_forward (HsSandboxLeg *leg, JsonObject *request, HsSandboxExchange *exchange);
void hs_sandbox_leg_hang_up (HsSandboxLeg *leg);
void
hs_sandbox_leg_start_update (HsSandboxLeg *leg, JsonObject *request, HsSandboxExchange *exchange);
void
hs_sandbox_leg_respond_update (HsSandboxLeg *leg, JsonObject *request, HsSandboxExchange *exchange);
void
hs_sandbox_leg_send_custom (HsSandboxLeg *leg, JsonObject *request, HsSandboxExchange *exchange);

/* What a person at @leg answers to an offer of its peer's. */
void hs_sandbox_leg_take_person_answer (HsSandboxLeg *leg, const char *sdp);
void hs_sandbox_leg_take_person_refusal (HsSandboxLeg *leg);

/* Replies when it is not good.
 * @custom_parameters: (out): NULL when there are none */
gboolean hs_sandbox_read_custom_parameters (JsonObject *request,
                                            HsSandboxExchange *exchange,
                                            JsonArray **custom_parameters);

G_END_DECLS
