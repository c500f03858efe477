/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "hs-call"

#include "hs-call-private.h"

/* Parameters of the application's own, which the gateway makes SIP headers (1.4). */

void
hs_call_set_custom_parameters (HsCall *self, JsonArray *parameters)
{
  JsonArray *before = self->custom_parameters;

  self->custom_parameters = hs_call_dup_parameters (parameters);
  g_clear_pointer (&before, json_array_unref);
}

/* They change nothing, so there is nothing to tell beside the FINISH. */
static void
tell_nothing (HsOperation *op, const GError *error)
{
}

const HsOperationKind hs_operation_send_custom_parameters = {
  .name = "SEND_CUSTOM_PARAMETERS",
  .check = hs_call_check_established,
  .tell = tell_nothing,
};

static void
on_sent (GObject *source, GAsyncResult *result, gpointer user_data)
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
  hs_operation_finish (op, NULL, NULL);
  hs_operation_return (op, NULL);
}

gboolean
hs_call_send_custom_parameters (HsCall *self, GTask *waiter, GError **error)
{
  g_autoptr (HsOperation) op =
      hs_operation_try (self, &hs_operation_send_custom_parameters, waiter, error);
  HsSignallingRequest request = {
    .kind = HS_REQUEST_CUSTOM_PARAMETERS,
    .session = self->session,
    .custom_parameters = self->custom_parameters,
  };

  if (op == NULL)
    return FALSE;

  hs_signalling_send_async (self->signalling, &request, self->cancellable, on_sent,
                            hs_operation_ref (op));
  return TRUE;
}
