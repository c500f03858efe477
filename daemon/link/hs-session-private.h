/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "hs-notifications.h"
#include "hs-session.h"
#include "hs-subscription.h"
#include "hs-websocket.h"

G_BEGIN_DECLS

typedef enum {
  HS_SESSION_OPERATION_SUBSCRIBE,
  HS_SESSION_OPERATION_UNSUBSCRIBE,
  HS_SESSION_OPERATION_DISCONNECT, /* from everything, whatever it is by then */
  HS_SESSION_OPERATION_EXTEND,     /* nobody asked for it: the timer did */
} HsSessionOperationKind;

/* One at a time runs, the others wait their turn. */
typedef struct {
  HsSessionOperationKind kind;
  GStrv services; /* NULL for DISCONNECT and EXTEND */
  GError *flaw;   /* of the list of services; the operation fails with it when its turn comes */
  JsonObject *options;
  gboolean connecting; /* part of connect(): auth events follow */
  GTask *waiter;
  guint n_retries;
  guint credentials_serial; /* DISCONNECT: the ones to forget */
  guint extension_attempt;
} HsSessionOperation;

/* Where the running operation is. */
typedef enum {
  HS_PHASE_NONE,
  HS_PHASE_POSTING,
  HS_PHASE_RETRY_WAIT, /* the gateway asked for patience */
  HS_PHASE_OPENING,    /* the websocket */
  HS_PHASE_CLEANING,   /* DELETE, because the websocket did not open */
  HS_PHASE_PUTTING,
  HS_PHASE_DELETING,
} HsPhase;

struct _HsSession {
  GObject parent;

  HsClock *clock;
  HsConfig *config;
  HsRest *rest;
  HsWebsocket *websocket;
  HsNotifications *notifications;

  HsSubscription *subscription; /* NULL: none at the gateway, as far as is known */
  guint extension_timer;
  guint extension_attempt;

  GQueue operations; /* of HsSessionOperation, the running one not among them */
  HsSessionOperation *running;
  HsPhase phase;
  GCancellable *cancellable; /* of the request in flight */
  guint retry_timer;
  GError *opening_error; /* CLEANING: why */
  gboolean gone_noticed; /* a PUT was told that there is no subscription */
  gboolean settling;     /* the last operation's events are being emitted */

  guint n_auth_pending; /* connect() and disconnect() that have not ended */
  JsonObject *auth_error;
  guint credentials_serial;

  gboolean closed;
  GPtrArray *closers; /* of GTask */
  guint close_timer;
};

/* @payload: (transfer full). Nothing is emitted once the session is closed. */
void hs_session_emit (HsSession *self, const char *name, JsonObject *payload);

/* {} */
void hs_session_emit_plain (HsSession *self, const char *name);
/* {"error"} */
void hs_session_emit_error (HsSession *self, const char *name, const GError *error);
/* ws:change */
void hs_session_emit_socket (HsSession *self);

/* Takes @subscription in place of the one before and tells the rest about it. */
void hs_session_adopt (HsSession *self, HsSubscription *subscription);
void hs_session_forget_subscription (HsSession *self);

/* The session is over, and not because we said so: @reason is GONE, LOST_CONNECTION or
 * WS_OVERRIDDEN. @retry_after: (nullable): what the gateway told. Starts no waiting operation. */
void hs_session_end (HsSession *self, const char *reason, JsonNode *retry_after);

/* Takes over @waiter; @services NULL goes with @flaw. */
HsSessionOperation *hs_session_operation_new (HsSessionOperationKind kind, GTask *waiter);
void hs_session_operation_free (HsSessionOperation *operation);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HsSessionOperation, hs_session_operation_free)

/* Returns the waiter, if there is one. @error: (nullable) */
void hs_session_operation_answer (HsSessionOperation *operation, const GError *error);

/* Takes @operation. */
void hs_session_queue (HsSession *self, HsSessionOperation *operation);
void hs_session_run_next (HsSession *self);

/* Ends the running operation: its events, its waiter, then the next one. @error: (transfer full)
 * (nullable) */
void hs_session_settle (HsSession *self, GError *error);

/* Ends it without a word. */
void hs_session_drop_running (HsSession *self);

/* The auth events and state that the end of @operation brings with it. @error: (nullable) */
void
hs_session_finish_auth (HsSession *self, const HsSessionOperation *operation, const GError *error);

/* A DELETE is on its way, or about to be. */
gboolean hs_session_is_leaving (HsSession *self);

/* The first websocket of the subscription opened, or did not. */
void hs_session_finish_opening (HsSession *self);
void hs_session_clean_up (HsSession *self, const GError *reason);

/* Somebody disconnects: whatever runs shall not try again. */
void hs_session_hurry (HsSession *self);

/* Requests. Each sets the phase, and goes on in its own callback. */
void hs_session_post (HsSession *self);
void hs_session_put (HsSession *self, const char *const *services);
void hs_session_delete (HsSession *self, HsPhase phase);

/* Starts the extension timer anew, for attempt number @attempt. */
void hs_session_schedule_extension (HsSession *self, guint attempt);

/* The request that the closing session waited for has ended. */
void hs_session_go_on_closing (HsSession *self);

G_END_DECLS
