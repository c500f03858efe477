/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "hs-call"

#include "hs-call-private.h"

static const HsOutcome outcome = {
  .done_code = 9905,
  .done_text = "Direct Transfer Successful",
  .failed_code = -1,
  .failed_text = "Direct Transfer Failed",
};

const HsOperationKind hs_operation_direct_transfer = {
  .name = "DIRECT_TRANSFER",
  .exclusive = TRUE,
  .outcome = &outcome,
  .check = hs_call_check_on_hold,
};

static void
on_taken (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (HsOperation) op = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (HsSignallingReply) reply =
      hs_signalling_send_finish (HS_SIGNALLING (source), result, &error);

  if (hs_operation_is_over (op))
    return;
  if (reply == NULL) {
    hs_operation_fail (op, error);
    return;
  }
  hs_operation_update (op);
  hs_call_read_inbox (op->call);
}

gboolean
hs_call_direct_transfer (HsCall *self, const char *destination, GTask *waiter, GError **error)
{
  g_autoptr (HsOperation) op =
      hs_operation_try (self, &hs_operation_direct_transfer, waiter, error);
  g_autofree char *address = hs_call_dup_address (self->config, self->user_name, destination);
  HsSignallingRequest request = {
    .kind = HS_REQUEST_TRANSFER,
    .session = self->session,
    .address = address,
  };

  if (op == NULL)
    return FALSE;

  hs_signalling_send_async (self->signalling, &request, self->cancellable, on_taken,
                            hs_operation_ref (op));
  return TRUE;
}
