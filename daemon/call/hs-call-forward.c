/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "hs-call"

#include "hs-call-private.h"

const HsOperationKind hs_operation_forward = {
  .name = "FORWARD_CALL",
  .exclusive = TRUE,
  .check = hs_call_check_ringing_here,
};

static void
on_forwarded (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (HsOperation) op = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (HsSignallingReply) reply =
      hs_signalling_send_finish (HS_SIGNALLING (source), result, &error);
  HsCallReason reason = { .finishes = op };

  if (hs_operation_is_over (op))
    return;
  if (reply == NULL) {
    hs_operation_fail (op, error);
    return;
  }
  hs_call_fire (op->call, HS_CALL_EVENT_ENDED, &reason);
}

gboolean
hs_call_forward (HsCall *self, const char *destination, GTask *waiter, GError **error)
{
  g_autoptr (HsOperation) op = hs_operation_try (self, &hs_operation_forward, waiter, error);
  g_autofree char *address = hs_call_dup_address (self->config, self->user_name, destination);
  HsSignallingRequest request = {
    .kind = HS_REQUEST_FORWARD,
    .session = self->session,
    .address = address,
  };

  if (op == NULL)
    return FALSE;

  hs_signalling_send_async (self->signalling, &request, self->cancellable, on_forwarded,
                            hs_operation_ref (op));
  return TRUE;
}
