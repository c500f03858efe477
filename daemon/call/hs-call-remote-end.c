/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "hs-call"

#include "hs-call-private.h"

/* How the far end and the gateway end a call, and what they complete (2.9 to 2.12). */

static gboolean
has_reason (const HsSignallingMessage *message)
{
  return message->reason_text != NULL && *message->reason_text != '\0';
}

static JsonObject *
dup_transition (HsCall *self, const HsSignallingMessage *message)
{
  JsonObject *transition = json_object_new ();

  json_object_set_string_member (transition, "prevState", hs_call_state_to_text (self->state));
  if (message->status_code != 0)
    json_object_set_int_member (transition, "statusCode", message->status_code);
  if (has_reason (message))
    json_object_set_string_member (transition, "reasonText", message->reason_text);
  return transition;
}

/* What those hear who wait for the answer: the gateway's own words, where it has some. */
static GError *
create_cause (const HsSignallingMessage *message)
{
  const char *text = has_reason (message) ? message->reason_text : "the far end ended the call";

  if (message->status_code != 0)
    return g_error_new_literal (HS_GATEWAY_ERROR, message->status_code, text);
  return g_error_new_literal (HS_ERROR, HS_ERROR_CLOSED, text);
}

void
hs_call_on_end (HsCall *self, const HsSignallingMessage *message)
{
  g_autoptr (HsOperation) op = NULL;
  g_autoptr (JsonObject) transition = NULL;
  g_autoptr (GError) cause = create_cause (message);
  HsCallReason reason = { .cause = cause };

  if (self->state == HS_CALL_ENDED || hs_call_is_ending (self))
    return;

  op = hs_operation_new (self, &hs_operation_end, FALSE);
  transition = dup_transition (self, message);
  reason.finishes = op;
  reason.transition = transition;
  hs_call_release_media (self);
  hs_call_update_remote_party (self, message);
  hs_call_fire (self, HS_CALL_EVENT_ENDED, &reason);
}

void
hs_call_on_cancel (HsCall *self, const HsSignallingMessage *message)
{
  HsCallReason reason = { 0 };

  if (self->remote != NULL && self->remote->kind == &hs_operation_slow_answer)
    return;
  hs_call_fire (self, HS_CALL_EVENT_WITHDRAWN, &reason);
}

/* --- transfers and joins --- */

static JsonObject *
create_transition (int status_code, const char *reason_text)
{
  JsonObject *transition = json_object_new ();

  json_object_set_int_member (transition, "statusCode", status_code);
  json_object_set_string_member (transition, "reasonText", reason_text);
  return transition;
}

/* Returns: (transfer full) (nullable): the operation that the gateway completes or fails. */
static HsOperation *
ref_awaiting_outcome (HsCall *self)
{
  HsOperation *op = self->local;

  if (op == NULL || op->kind->outcome == NULL || op->status != HS_OPERATION_PENDING)
    return NULL;
  return hs_operation_ref (op);
}

static void
on_released (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (HsOperation) op = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (HsSignallingReply) reply =
      hs_signalling_send_finish (HS_SIGNALLING (source), result, &error);
  HsCallReason reason = {
    .finishes = op,
    .error = error,
    .transition = reply != NULL ? op->data : NULL,
  };

  if (!hs_operation_is_over (op))
    hs_call_fire (op->call, HS_CALL_EVENT_ENDED, &reason);
}

static void
release_leg (HsOperation *end)
{
  HsCall *call = end->call;
  HsSignallingRequest request = { .kind = HS_REQUEST_END, .session = call->session };

  hs_signalling_send_async (call->signalling, &request, call->cancellable, on_released,
                            hs_operation_ref (end));
}

static void
conclude (HsOperation *op)
{
  const HsOutcome *outcome = op->kind->outcome;
  g_autoptr (JsonObject) transition = create_transition (outcome->done_code, outcome->done_text);
  HsCallReason reason = { .finishes = op, .transition = transition };

  hs_call_fire (op->call, HS_CALL_EVENT_ENDED, &reason);
}

/* The leg has done its part in a transfer or a join, and goes: the call ends with what was
 * completed, and once more when its leg is released. */
void
hs_call_on_complete (HsCall *self, const HsSignallingMessage *message)
{
  g_autoptr (HsOperation) done = ref_awaiting_outcome (self);
  g_autoptr (HsOperation) end = NULL;

  if (hs_call_is_over (self) || hs_call_is_ending (self))
    return;

  end = hs_operation_new (self, &hs_operation_end, TRUE);
  end->data = dup_transition (self, message);
  end->free_data = (GDestroyNotify) json_object_unref;
  hs_call_stop_audit (self);
  hs_call_clear_inbox (self);
  hs_call_release_media (self);
  hs_call_update_remote_party (self, message);
  if (done != NULL)
    conclude (done);
  else
    hs_operation_supersede (end);
  release_leg (end);
}

void
hs_call_on_fail (HsCall *self, const HsSignallingMessage *message)
{
  g_autoptr (HsOperation) op = ref_awaiting_outcome (self);
  const HsOutcome *outcome;
  g_autoptr (JsonObject) transition = NULL;
  g_autoptr (GError) error = NULL;

  if (op == NULL) {
    g_debug ("call %s: nothing runs that could fail", self->id);
    return;
  }
  outcome = op->kind->outcome;
  transition =
      create_transition (message->status_code != 0 ? message->status_code : outcome->failed_code,
                         has_reason (message) ? message->reason_text : outcome->failed_text);
  error = g_error_new_literal (HS_CALL_ERROR, HS_CALL_ERROR_GENERIC,
                               json_object_get_string_member (transition, "reasonText"));
  hs_call_update_remote_party (self, message);
  hs_operation_finish (op, NULL, error);
  hs_call_tell_failed (self, error, transition);
  hs_operation_return (op, error);
  if (op->kind->failed != NULL)
    op->kind->failed (op, error);
  hs_call_read_inbox (self);
}
