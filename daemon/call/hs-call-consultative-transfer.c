/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "hs-call"

#include "hs-call-pair.h"

static const HsOutcome outcome = {
  .done_code = 9905,
  .done_text = "Transfer Successful",
  .failed_code = -1,
  .failed_text = "Transfer Failed",
};

/* The second call's own end is what tells of success there, and may come before the first one's; a
 * first call that is gone is never transferred. */
static void
dropped (HsOperation *op)
{
  HsCallPair *pair = op->data;
  g_autoptr (GError) error = NULL;

  if (op->call != pair->first)
    return;
  error = g_error_new (HS_CALL_ERROR, HS_CALL_ERROR_GENERIC, "the other call has ended");
  hs_call_pair_fail_other (op, error);
}

const HsOperationKind hs_operation_consultative_transfer = {
  .name = "CONSULTATIVE_TRANSFER",
  .exclusive = TRUE,
  .outcome = &outcome,
  .check = hs_call_pair_check,
  .failed = hs_call_pair_fail_other,
  .dropped = dropped,
};

static void
on_taken (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (HsOperation) op = user_data;
  HsCallPair *pair = op->data;
  g_autoptr (GError) error = NULL;
  g_autoptr (HsSignallingReply) reply =
      hs_signalling_send_finish (HS_SIGNALLING (source), result, &error);

  if (hs_operation_is_over (op))
    return;
  if (reply == NULL) {
    hs_call_pair_fail (op, error);
    return;
  }
  hs_call_pair_update (pair);
  hs_call_read_inbox (pair->first);
  hs_call_read_inbox (pair->second);
}

gboolean
hs_call_consultative_transfer (HsCall *self, HsCall *other, GTask *waiter, GError **error)
{
  g_autoptr (HsOperation) op =
      hs_call_pair_begin (self, other, &hs_operation_consultative_transfer, waiter, error);
  HsSignallingRequest request = { .kind = HS_REQUEST_CONSULTATIVE, .session = self->session };

  if (op == NULL)
    return FALSE;

  request.other_session = other->session;
  request.address = hs_call_get_far_address (other);
  hs_signalling_send_async (self->signalling, &request, self->cancellable, on_taken,
                            hs_operation_ref (op));
  return TRUE;
}
