/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "hs-link"

#include "hs-session-private.h"

#include "base/hs-error.h"
#include "base/hs-json.h"

#define MIN_EXTENSION_MS 30000
#define MAX_EXPIRES_S    (30 * 24 * 3600)

HsSessionOperation *
hs_session_operation_new (HsSessionOperationKind kind, GTask *waiter)
{
  HsSessionOperation *operation = g_new0 (HsSessionOperation, 1);

  operation->kind = kind;
  operation->waiter = waiter;
  return operation;
}

void
hs_session_operation_free (HsSessionOperation *operation)
{
  g_strfreev (operation->services);
  g_clear_error (&operation->flaw);
  g_clear_pointer (&operation->options, json_object_unref);
  g_clear_object (&operation->waiter);
  g_free (operation);
}

void
hs_session_operation_answer (HsSessionOperation *operation, const GError *error)
{
  g_autoptr (GTask) waiter = g_steal_pointer (&operation->waiter);

  if (waiter != NULL && error != NULL)
    g_task_return_error (waiter, g_error_copy (error));
  else if (waiter != NULL)
    g_task_return_boolean (waiter, TRUE);
}

/* What each kind does when its turn has come. */

static void
run_subscribe (HsSession *self, HsSessionOperation *operation)
{
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) services = NULL;

  if (hs_rest_get_credentials (self->rest) == NULL) {
    hs_session_settle (self, g_error_new_literal (HS_AUTHENTICATION_ERROR,
                                                  HS_AUTHENTICATION_ERROR_INVALID_CREDENTIALS,
                                                  "no credentials are set"));
  } else if (operation->flaw != NULL) {
    hs_session_settle (self, g_error_copy (operation->flaw));
  } else if (self->subscription != NULL) {
    services = hs_subscription_unite ((const char *const *) self->subscription->received,
                                      (const char *const *) operation->services);
    hs_session_put (self, (const char *const *) services);
  } else if (!hs_websocket_check (self->websocket, &error)) {
    hs_session_settle (self, g_error_new_literal (HS_SUBSCRIPTION_ERROR,
                                                  HS_SUBSCRIPTION_ERROR_WEBSOCKET, error->message));
  } else {
    hs_session_post (self);
  }
}

/* Returns: (transfer full) (nullable): what stays subscribed; NULL with the reason why nothing
 * changes. */
static GStrv
dup_remaining (HsSession *self, HsSessionOperation *operation, const char **refusal)
{
  const char *const *received;
  g_auto (GStrv) remaining = NULL;

  *refusal = "nothing is subscribed";
  if (operation->flaw != NULL)
    *refusal = operation->flaw->message;
  if (operation->flaw != NULL || self->subscription == NULL)
    return NULL;
  received = (const char *const *) self->subscription->received;
  remaining = hs_subscription_subtract (received, (const char *const *) operation->services);
  *refusal = "none of these services is subscribed";
  if (g_strv_length (remaining) == g_strv_length ((GStrv) received))
    return NULL;
  return g_steal_pointer (&remaining);
}

static void
run_unsubscribe (HsSession *self, HsSessionOperation *operation)
{
  const char *refusal;
  g_auto (GStrv) remaining = dup_remaining (self, operation, &refusal);

  if (remaining == NULL)
    hs_session_settle (self, g_error_new (HS_AUTHENTICATION_ERROR,
                                          HS_AUTHENTICATION_ERROR_UNSUBSCRIBE_FAILED,
                                          "cannot unsubscribe: %s", refusal));
  else if (remaining[0] != NULL)
    hs_session_put (self, (const char *const *) remaining);
  else
    hs_session_delete (self, HS_PHASE_DELETING);
}

static void
run (HsSession *self, HsSessionOperation *operation)
{
  switch (operation->kind) {
  case HS_SESSION_OPERATION_SUBSCRIBE:
    run_subscribe (self, operation);
    break;
  case HS_SESSION_OPERATION_UNSUBSCRIBE:
    run_unsubscribe (self, operation);
    break;
  case HS_SESSION_OPERATION_DISCONNECT:
    if (self->subscription != NULL)
      hs_session_delete (self, HS_PHASE_DELETING);
    else
      hs_session_settle (self, NULL);
    break;
  case HS_SESSION_OPERATION_EXTEND:
    operation->extension_attempt = self->extension_attempt;
    if (self->subscription != NULL)
      hs_session_put (self, (const char *const *) self->subscription->received);
    else
      g_clear_pointer (&self->running, hs_session_operation_free);
    break;
  }
}

void
hs_session_run_next (HsSession *self)
{
  while (self->running == NULL && !self->settling && !g_queue_is_empty (&self->operations)) {
    self->running = g_queue_pop_head (&self->operations);
    run (self, self->running);
  }
}

void
hs_session_queue (HsSession *self, HsSessionOperation *operation)
{
  if (self->closed) {
    g_autoptr (HsSessionOperation) refused = operation;
    g_autoptr (GError) error =
        g_error_new_literal (HS_ERROR, HS_ERROR_CLOSED, "the session is closed");

    hs_session_operation_answer (refused, error);
    return;
  }
  g_queue_push_tail (&self->operations, operation);
  /* The event says that something is pending, so it comes after that is true. */
  if (operation->kind != HS_SESSION_OPERATION_EXTEND)
    hs_session_emit_plain (self, "subscription:change");
  hs_session_run_next (self);
}

/* The end of an operation */

static void
emit_extension (HsSession *self, guint attempt, const GError *error)
{
  JsonObject *payload = json_object_new ();
  JsonObject *told = error != NULL ? hs_error_to_json (error) : NULL;

  json_object_set_int_member (payload, "attemptNum", attempt);
  json_object_set_boolean_member (payload, "isFailure", error != NULL);
  if (told != NULL)
    json_object_set_int_member (told, "attemptNum", attempt);
  hs_json_take_object (payload, "error", told);
  hs_session_emit (self, "subscription:resub", payload);
}

static void
emit_result (HsSession *self, HsSessionOperation *operation, const GError *error)
{
  if (operation->kind == HS_SESSION_OPERATION_EXTEND)
    emit_extension (self, operation->extension_attempt, error);
  else if (error != NULL)
    hs_session_emit_error (self, "subscription:error", error);
  else
    hs_session_emit_plain (self, "subscription:change");
}

/* Whatever waits must not meet a subscription that is no more. */
static void
end_if_gone (HsSession *self)
{
  gboolean gone = self->gone_noticed;

  self->gone_noticed = FALSE;
  if (gone && self->subscription != NULL && !self->closed)
    hs_session_end (self, "GONE", NULL);
}

void
hs_session_settle (HsSession *self, GError *error)
{
  g_autoptr (HsSession) alive G_GNUC_UNUSED = g_object_ref (self);
  g_autoptr (HsSessionOperation) operation = g_steal_pointer (&self->running);
  g_autoptr (GError) owned = error;

  self->phase = HS_PHASE_NONE;
  g_clear_object (&self->cancellable);
  hs_clock_clear_timer (self->clock, &self->retry_timer);
  /* Credentials that were set in the meantime are for what comes after. */
  if (operation->kind == HS_SESSION_OPERATION_DISCONNECT &&
      operation->credentials_serial == self->credentials_serial)
    hs_rest_take_credentials (self->rest, NULL);

  self->settling = TRUE;
  emit_result (self, operation, owned);
  hs_session_finish_auth (self, operation, owned);
  end_if_gone (self);
  self->settling = FALSE;
  hs_session_operation_answer (operation, owned);
  hs_session_run_next (self);
}

void
hs_session_drop_running (HsSession *self)
{
  self->phase = HS_PHASE_NONE;
  g_clear_object (&self->cancellable);
  g_clear_pointer (&self->running, hs_session_operation_free);
  hs_session_run_next (self);
}

gboolean
hs_session_is_leaving (HsSession *self)
{
  return self->phase == HS_PHASE_DELETING || self->phase == HS_PHASE_CLEANING;
}

/* Extension */

static void
on_extension_due (gpointer user_data)
{
  g_autoptr (HsSession) self = g_object_ref (HS_SESSION (user_data));

  self->extension_timer = 0;
  hs_session_queue (self, hs_session_operation_new (HS_SESSION_OPERATION_EXTEND, NULL));
}

static void
drop_queued_extension (HsSession *self)
{
  for (GList *l = self->operations.head; l != NULL; l = l->next) {
    if (((HsSessionOperation *) l->data)->kind != HS_SESSION_OPERATION_EXTEND)
      continue;
    hs_session_operation_free (l->data);
    g_queue_delete_link (&self->operations, l);
    return;
  }
}

void
hs_session_schedule_extension (HsSession *self, guint attempt)
{
  gint64 delay_ms = CLAMP (self->subscription->expires_s, 0, MAX_EXPIRES_S) * 1000;

  for (guint i = 0; i < attempt && delay_ms > MIN_EXTENSION_MS; i++)
    delay_ms /= 2;
  self->extension_attempt = attempt;
  hs_clock_clear_timer (self->clock, &self->extension_timer);
  drop_queued_extension (self);
  self->extension_timer =
      hs_clock_add_timer (self->clock, MAX (delay_ms, MIN_EXTENSION_MS), on_extension_due, self);
}

/* The websocket of a new subscription */

void
hs_session_finish_opening (HsSession *self)
{
  hs_session_schedule_extension (self, 1);
  hs_session_settle (self, NULL);
}

void
hs_session_clean_up (HsSession *self, const GError *reason)
{
  g_clear_error (&self->opening_error);
  self->opening_error = g_error_new (HS_SUBSCRIPTION_ERROR, HS_SUBSCRIPTION_ERROR_WEBSOCKET,
                                     "the websocket cannot be opened: %s", reason->message);
  hs_session_delete (self, HS_PHASE_CLEANING);
}

void
hs_session_hurry (HsSession *self)
{
  if (self->phase == HS_PHASE_RETRY_WAIT) {
    hs_session_settle (self, g_error_new_literal (HS_AUTHENTICATION_ERROR,
                                                  HS_AUTHENTICATION_ERROR_SUBSCRIBE_FAILED,
                                                  "cannot subscribe: disconnect was asked for"));
  } else if (self->phase == HS_PHASE_OPENING) {
    hs_websocket_stop_retrying (self->websocket);
  }
}
