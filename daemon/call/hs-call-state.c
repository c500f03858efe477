/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "hs-call"

#include "base/hs-json.h"
#include "hs-call-private.h"
#include "log/hs-log.h"

typedef struct {
  HsCallState in;
  HsCallEvent on;
  int becomes; /* an HsCallState, or BY_FLAGS */
  void (*does) (HsCall *self);
} HsCallRule;

/* Computed from the hold flags, after the action. */
#define BY_FLAGS (-1)

static void
mark_answered (HsCall *self)
{
  self->answered_ms = hs_clock_get_wall_ms (self->clock);
  g_clear_pointer (&self->error, json_object_unref);
  hs_call_start_audit (self);
}

static void
mark_ended (HsCall *self)
{
  if (self->ended_ms == 0)
    self->ended_ms = hs_clock_get_wall_ms (self->clock);
}

static void
hold_locally (HsCall *self)
{
  self->local_hold = TRUE;
}

static void
resume_locally (HsCall *self)
{
  self->local_hold = FALSE;
}

static void
hold_remotely (HsCall *self)
{
  self->remote_hold = TRUE;
}

static void
resume_remotely (HsCall *self)
{
  self->remote_hold = FALSE;
}

/* spec call-signalling 3.3 */
/* clang-format off */
static const HsCallRule rules[] = {
  /* in                  on                               becomes               and does */
  { HS_CALL_INITIATING,  HS_CALL_EVENT_STARTED,           HS_CALL_INITIATED,    NULL            },
  { HS_CALL_INITIATING,  HS_CALL_EVENT_OFFERED,           HS_CALL_RINGING,      NULL            },
  { HS_CALL_INITIATING,  HS_CALL_EVENT_FAILED,            HS_CALL_ENDED,        NULL            },

  { HS_CALL_INITIATED,   HS_CALL_EVENT_ALERTED,           HS_CALL_RINGING,      NULL            },
  { HS_CALL_INITIATED,   HS_CALL_EVENT_PROGRESSED,        HS_CALL_EARLY_MEDIA,  NULL            },
  { HS_CALL_RINGING,     HS_CALL_EVENT_PROGRESSED,        HS_CALL_EARLY_MEDIA,  NULL            },
  { HS_CALL_EARLY_MEDIA, HS_CALL_EVENT_PROGRESSED,        HS_CALL_EARLY_MEDIA,  NULL            },

  { HS_CALL_INITIATED,   HS_CALL_EVENT_ANSWERED,          HS_CALL_CONNECTED,    mark_answered   },
  { HS_CALL_RINGING,     HS_CALL_EVENT_ANSWERED,          HS_CALL_CONNECTED,    mark_answered   },
  { HS_CALL_EARLY_MEDIA, HS_CALL_EVENT_ANSWERED,          HS_CALL_CONNECTED,    mark_answered   },

  { HS_CALL_INITIATED,   HS_CALL_EVENT_WITHDRAWN,         HS_CALL_CANCELLED,    NULL            },
  { HS_CALL_RINGING,     HS_CALL_EVENT_WITHDRAWN,         HS_CALL_CANCELLED,    NULL            },
  { HS_CALL_EARLY_MEDIA, HS_CALL_EVENT_WITHDRAWN,         HS_CALL_CANCELLED,    NULL            },

  { HS_CALL_CONNECTED,   HS_CALL_EVENT_LOCAL_HELD,        BY_FLAGS,             hold_locally    },
  { HS_CALL_CONNECTED,   HS_CALL_EVENT_REMOTE_HELD,       BY_FLAGS,             hold_remotely   },
  { HS_CALL_CONNECTED,   HS_CALL_EVENT_REMOTE_RESUMED,    BY_FLAGS,             resume_remotely },
  { HS_CALL_ON_HOLD,     HS_CALL_EVENT_LOCAL_HELD,        BY_FLAGS,             hold_locally    },
  { HS_CALL_ON_HOLD,     HS_CALL_EVENT_LOCAL_RESUMED,     BY_FLAGS,             resume_locally  },
  { HS_CALL_ON_HOLD,     HS_CALL_EVENT_REMOTE_HELD,       BY_FLAGS,             hold_remotely   },
  { HS_CALL_ON_HOLD,     HS_CALL_EVENT_REMOTE_RESUMED,    BY_FLAGS,             resume_remotely },

  { HS_CALL_INITIATING,  HS_CALL_EVENT_ENDED,             HS_CALL_ENDED,        mark_ended      },
  { HS_CALL_INITIATED,   HS_CALL_EVENT_ENDED,             HS_CALL_ENDED,        mark_ended      },
  { HS_CALL_RINGING,     HS_CALL_EVENT_ENDED,             HS_CALL_ENDED,        mark_ended      },
  { HS_CALL_EARLY_MEDIA, HS_CALL_EVENT_ENDED,             HS_CALL_ENDED,        mark_ended      },
  { HS_CALL_CONNECTED,   HS_CALL_EVENT_ENDED,             HS_CALL_ENDED,        mark_ended      },
  { HS_CALL_ON_HOLD,     HS_CALL_EVENT_ENDED,             HS_CALL_ENDED,        mark_ended      },
  { HS_CALL_CANCELLED,   HS_CALL_EVENT_ENDED,             HS_CALL_ENDED,        mark_ended      },
  { HS_CALL_ENDED,       HS_CALL_EVENT_ENDED,             HS_CALL_ENDED,        NULL            },
};
/* clang-format on */

static const char *const event_names[HS_CALL_N_EVENTS] = {
  [HS_CALL_EVENT_STARTED] = "started",
  [HS_CALL_EVENT_OFFERED] = "offered",
  [HS_CALL_EVENT_ALERTED] = "alerted",
  [HS_CALL_EVENT_PROGRESSED] = "progressed",
  [HS_CALL_EVENT_ANSWERED] = "answered",
  [HS_CALL_EVENT_LOCAL_HELD] = "held here",
  [HS_CALL_EVENT_LOCAL_RESUMED] = "resumed here",
  [HS_CALL_EVENT_REMOTE_HELD] = "held there",
  [HS_CALL_EVENT_REMOTE_RESUMED] = "resumed there",
  [HS_CALL_EVENT_WITHDRAWN] = "withdrawn",
  [HS_CALL_EVENT_FAILED] = "failed",
  [HS_CALL_EVENT_ENDED] = "ended",
};

const char *
hs_call_state_to_text (HsCallState state)
{
  static const char *const names[HS_CALL_N_STATES] = {
    [HS_CALL_INITIATING] = "Initiating", [HS_CALL_INITIATED] = "Initiated",
    [HS_CALL_RINGING] = "Ringing",       [HS_CALL_EARLY_MEDIA] = "Early Media",
    [HS_CALL_CONNECTED] = "Connected",   [HS_CALL_ON_HOLD] = "On Hold",
    [HS_CALL_CANCELLED] = "Cancelled",   [HS_CALL_ENDED] = "Ended",
  };

  return names[state];
}

gboolean
hs_call_is_over (HsCall *self)
{
  return self->state == HS_CALL_CANCELLED || self->state == HS_CALL_ENDED;
}

gboolean
hs_call_check_ringing_here (HsOperation *op, GError **error)
{
  HsCall *call = op->call;

  if (call->state == HS_CALL_RINGING && !call->caller)
    return TRUE;
  g_set_error (error, HS_CALL_ERROR, HS_CALL_ERROR_INVALID_STATE,
               "the call is %s and %s, it must be Ringing and incoming",
               hs_call_state_to_text (call->state), call->caller ? "outgoing" : "incoming");
  return FALSE;
}

gboolean
hs_call_check_established (HsOperation *op, GError **error)
{
  HsCallState state = op->call->state;

  if (state == HS_CALL_CONNECTED || state == HS_CALL_ON_HOLD)
    return TRUE;
  g_set_error (error, HS_CALL_ERROR, HS_CALL_ERROR_INVALID_STATE,
               "the call is %s, it must be Connected or On Hold", hs_call_state_to_text (state));
  return FALSE;
}

gboolean
hs_call_check_on_hold (HsOperation *op, GError **error)
{
  HsCallState state = op->call->state;

  /* A call that is just being held is not the wrong one: there the other operation is the reason.
   */
  if (state == HS_CALL_ON_HOLD || (state == HS_CALL_CONNECTED && hs_operation_is_taken (op)))
    return TRUE;
  g_set_error (error, HS_CALL_ERROR, HS_CALL_ERROR_INVALID_STATE,
               "the call is %s, it must be On Hold", hs_call_state_to_text (state));
  return FALSE;
}

gboolean
hs_call_is_ending (HsCall *self)
{
  return self->local != NULL && self->local->kind->supersedes;
}

static const HsCallRule *
find_rule (HsCallState state, HsCallEvent event)
{
  for (guint i = 0; i < G_N_ELEMENTS (rules); i++) {
    if (rules[i].in == state && rules[i].on == event)
      return &rules[i];
  }
  return NULL;
}

static void
log_step (HsCall *self, HsCallState before, HsCallEvent event, const HsCallReason *reason)
{
  g_log_structured (G_LOG_DOMAIN, G_LOG_LEVEL_DEBUG, HS_LOG_FIELD_CALL_ID, self->id, "MESSAGE",
                    "call %s: %s --%s--> %s (%s)", self->id, hs_call_state_to_text (before),
                    event_names[event], hs_call_state_to_text (self->state),
                    reason->error != NULL ? reason->error->message : "");
}

static void
tell_state (HsCall *self, JsonObject *previous, JsonObject *transition, const GError *error)
{
  JsonObject *payload = json_object_new ();

  if (transition != NULL)
    json_object_set_object_member (payload, "transition", json_object_ref (transition));
  json_object_set_object_member (payload, "previous", json_object_ref (previous));
  if (error != NULL)
    json_object_set_object_member (payload, "error", hs_error_to_json (error));
  hs_call_emit (self, "call:stateChange", payload);
}

void
hs_call_tell_unchanged (HsCall *self, const GError *error)
{
  hs_call_tell_failed (self, error, NULL);
}

void
hs_call_tell_failed (HsCall *self, const GError *error, JsonObject *transition)
{
  g_autoptr (JsonObject) previous = hs_call_dup_snapshot (self);

  tell_state (self, previous, transition, error);
}

/* What is left of a call that is over: its record for the call log and nothing that runs. */
static void
wind_up (HsCall *self, HsCallState before, const HsCallReason *reason)
{
  const GError *cause = reason->cause != NULL ? reason->cause : reason->error;
  g_autoptr (GError) closed = g_error_new (HS_ERROR, HS_ERROR_CLOSED, "the call has ended");
  gboolean logged =
      self->answered_ms != 0 || (reason->finishes != NULL && reason->finishes->kind->logged);

  hs_operation_clear_slots (self, cause != NULL ? cause : closed);
  hs_call_release_media (self);
  hs_call_stop_watching (self);
  hs_call_stop_audit (self);
  hs_call_clear_inbox (self);
  if (logged && self->state == HS_CALL_ENDED && before != HS_CALL_ENDED) {
    g_autoptr (JsonObject) record = hs_call_dup_log_record (
        self, !self->caller && before == HS_CALL_RINGING && reason->transition != NULL);

    g_signal_emit_by_name (self, "ended", record);
  }
}

gboolean
hs_call_fire (HsCall *self, HsCallEvent event, const HsCallReason *reason)
{
  g_autoptr (HsCall) keep G_GNUC_UNUSED = g_object_ref (self);
  g_autoptr (HsOperation) finishes =
      reason->finishes != NULL ? hs_operation_ref (reason->finishes) : NULL;
  g_autoptr (JsonObject) previous = hs_call_dup_snapshot (self);
  const HsCallRule *rule = find_rule (self->state, event);
  HsCallState before = self->state;

  if (rule == NULL) {
    g_debug ("call %s: %s means nothing in %s", self->id, event_names[event],
             hs_call_state_to_text (self->state));
    return FALSE;
  }
  if (rule->does != NULL)
    rule->does (self);
  if (rule->becomes == BY_FLAGS)
    self->state = self->local_hold || self->remote_hold ? HS_CALL_ON_HOLD : HS_CALL_CONNECTED;
  else
    self->state = rule->becomes;
  log_step (self, before, event, reason);
  hs_call_note_state (self);

  if (finishes != NULL)
    hs_operation_finish (finishes, reason->as, reason->error);
  tell_state (self, previous, reason->transition, reason->error);
  if (hs_call_is_over (self))
    wind_up (self, before, reason);
  if (finishes != NULL)
    hs_operation_return (finishes, reason->error);
  hs_call_read_inbox (self);
  return TRUE;
}
