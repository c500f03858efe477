/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "hs-call"

#include "base/hs-json.h"
#include "hs-address.h"
#include "hs-call-private.h"

/* What the far end does to a call, but for updates (hs-call-update.c) and its end
 * (hs-call-remote-end.c). */

/* The statusCode of an update that met another one (2.8 a). */
#define CROSSED 49

static void
replace (char **target, char *value)
{
  g_free (*target);
  *target = value;
}

/* The number may come without a domain. What does not come stays (2.3). */
void
hs_call_update_remote_party (HsCall *self, const HsSignallingMessage *message)
{
  const char *name = self->caller ? message->remote_name : message->caller_name;
  const char *number = self->caller ? message->remote_number : message->caller_number;

  if (!message->has_participants)
    return;
  if (name != NULL && *name != '\0')
    replace (&self->remote_name, g_strdup (name));
  if (number != NULL && *number != '\0')
    replace (&self->remote_number, hs_address_complete (number, self->user_name));
}

void
hs_call_tell_parameters (HsCall *self, const HsSignallingMessage *message)
{
  JsonArray *parameters = hs_call_dup_parameters (message->custom_parameters);
  JsonObject *payload;

  if (parameters == NULL)
    return;
  payload = json_object_new ();
  json_object_set_array_member (payload, "customParameters", parameters);
  hs_call_emit (self, "call:customParameters", payload);
}

void
hs_call_on_ringing (HsCall *self, const HsSignallingMessage *message)
{
  HsCallReason reason = { 0 };

  if (self->state != HS_CALL_INITIATED || !self->caller)
    return;
  hs_call_tell_parameters (self, message);
  hs_call_update_remote_party (self, message);
  hs_call_fire (self, HS_CALL_EVENT_ALERTED, &reason);
}

/* --- early media (2.6) --- */

static void
on_progress_applied (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (HsCall) self = user_data;
  g_autoptr (GError) error = NULL;
  gboolean applied = hs_peer_set_remote_finish (HS_PEER (source), result, &error);
  HsCallReason reason = { 0 };

  if (self->peer != HS_PEER (source) || self->handling == NULL)
    return;
  if (applied) {
    replace (&self->remote_name, g_strdup (self->handling->remote_name));
    replace (&self->remote_number, g_strdup (self->handling->remote_number));
    g_clear_pointer (&self->handling, hs_signalling_message_free);
    hs_call_fire (self, HS_CALL_EVENT_PROGRESSED, &reason);
  } else {
    g_debug ("call %s: early media is ignored: %s", self->id, error->message);
    hs_call_handled (self);
  }
}

void
hs_call_on_progress (HsCall *self, const HsSignallingMessage *message)
{
  gboolean unanswered = self->state == HS_CALL_INITIATED || self->state == HS_CALL_RINGING ||
                        self->state == HS_CALL_EARLY_MEDIA;

  if (!unanswered || !self->caller || self->peer == NULL)
    return;
  hs_call_tell_parameters (self, message);
  if (message->sdp == NULL || self->peer == NULL)
    return;
  self->handling = hs_signalling_message_copy (message);
  hs_peer_set_remote_async (self->peer, HS_DESCRIPTION_PRANSWER, message->sdp, NULL,
                            on_progress_applied, g_object_ref (self));
}

/* --- the answer to an offer of ours (2.8) --- */

void
hs_call_fail_answer (HsCall *self, const GError *error)
{
  gboolean ours = error->domain == HS_CALL_ERROR;
  g_autoptr (GError) told =
      ours ? g_error_copy (error)
           : g_error_new (HS_CALL_ERROR, HS_CALL_ERROR_GENERIC,
                          "the far end's answer cannot be used: %s", error->message);
  HsCallReason reason = { .error = told };

  hs_call_keep_error (self, told);
  hs_call_release_media (self);
  hs_call_send (self, HS_REQUEST_END);
  hs_call_fire (self, HS_CALL_EVENT_ENDED, &reason);
}

/* Returns: (nullable): the operation whose offer is out. */
static HsOperation *
get_awaiting (HsCall *self)
{
  if (self->remote != NULL &&
      (self->remote->kind->answered != NULL || self->remote->kind->take_answer != NULL))
    return self->remote;
  if (self->local != NULL && self->local->status == HS_OPERATION_PENDING &&
      self->local->kind->outcome == NULL)
    return self->local;
  return NULL;
}

static void
on_answer_applied (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (HsCall) self = user_data;
  g_autoptr (GError) error = NULL;
  gboolean applied = hs_peer_set_remote_finish (HS_PEER (source), result, &error);
  HsOperation *op = get_awaiting (self);

  if (self->peer != HS_PEER (source) || self->handling == NULL)
    return;
  if (!applied) {
    hs_call_fail_answer (self, error);
    return;
  }
  hs_call_update_remote_party (self, self->handling);
  g_clear_pointer (&self->handling, hs_signalling_message_free);
  if (op != NULL && op->kind->answered != NULL)
    op->kind->answered (op);
  else
    hs_call_read_inbox (self);
}

/* Neither a description nor anything else to go on: the far end, or a crossing update, refused
 * ours. */
static GError *
create_refusal (const HsSignallingMessage *message)
{
  if (message->message_status_code == CROSSED && message->retry_after >= 0)
    return g_error_new (HS_CALL_ERROR, HS_CALL_ERROR_GENERIC,
                        "another change of the call is under way, try again in %g s",
                        message->retry_after);
  return g_error_new (HS_CALL_ERROR, HS_CALL_ERROR_GENERIC,
                      "the far end did not take what was proposed");
}

void
hs_call_on_answer (HsCall *self, const HsSignallingMessage *message)
{
  HsOperation *op = get_awaiting (self);

  hs_call_tell_parameters (self, message);
  if (op == NULL || hs_operation_is_over (op) || self->peer == NULL) {
    g_debug ("call %s: nobody waits for this answer", self->id);
    return;
  }
  hs_clock_clear_timer (self->clock, &op->limit_timer);
  if (message->sdp == NULL) {
    g_autoptr (GError) refusal = create_refusal (message);

    hs_call_give_up_proposal (op, refusal);
    return;
  }
  if (op->kind->take_answer != NULL) {
    op->kind->take_answer (op, message);
    return;
  }
  self->handling = hs_signalling_message_copy (message);
  hs_peer_set_remote_async (self->peer, HS_DESCRIPTION_ANSWER, message->sdp, NULL,
                            on_answer_applied, g_object_ref (self));
}
