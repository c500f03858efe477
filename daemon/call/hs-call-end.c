/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "hs-call"

#include "hs-call-private.h"

const HsOperationKind hs_operation_end = {
  .name = "END",
  .exclusive = TRUE,
  .supersedes = TRUE,
  .logged = TRUE,
};

static void
on_ended (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (HsOperation) op = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (HsSignallingReply) reply G_GNUC_UNUSED =
      hs_signalling_send_finish (HS_SIGNALLING (source), result, &error);
  HsCallReason reason = { .finishes = op, .error = error };

  if (!hs_operation_is_over (op))
    hs_call_fire (op->call, HS_CALL_EVENT_ENDED, &reason);
}

/* Without a name of the leg there is nothing to delete. While the gateway is still being asked for
 * it, whoever waits learns when the leg is gone, for only then the call costs nothing any more. */
static void
end_at_once (HsOperation *op)
{
  HsCall *call = op->call;
  HsCallReason reason = { .finishes = op };

  if (call->starting != NULL && op->waiter != NULL)
    g_ptr_array_add (call->release_waiters, g_steal_pointer (&op->waiter));
  hs_call_fire (call, HS_CALL_EVENT_ENDED, &reason);
}

gboolean
hs_call_end (HsCall *self, GTask *waiter, GError **error)
{
  g_autoptr (HsOperation) op = hs_operation_try (self, &hs_operation_end, waiter, error);
  HsSignallingRequest request = { .kind = HS_REQUEST_END, .session = self->session };

  if (op == NULL)
    return FALSE;

  hs_call_stop_audit (self);
  hs_call_clear_inbox (self);
  hs_call_release_media (self);
  if (self->session == NULL)
    end_at_once (op);
  else
    hs_signalling_send_async (self->signalling, &request, self->cancellable, on_ended,
                              hs_operation_ref (op));
  return TRUE;
}

void
hs_call_drop (HsCall *self, const GError *error, const GError *cause, JsonObject *transition)
{
  g_autoptr (HsOperation) op = NULL;
  HsCallReason reason = { .error = error, .cause = cause, .transition = transition };

  if (self->state == HS_CALL_ENDED)
    return;
  hs_call_keep_error (self, error);
  hs_call_release_media (self);
  op = hs_operation_new (self, &hs_operation_end, TRUE);
  reason.finishes = op;
  hs_call_fire (self, HS_CALL_EVENT_ENDED, &reason);
}
