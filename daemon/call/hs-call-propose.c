/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "hs-call"

#include "hs-call-private.h"

/* A change of the call that starts here: our offer goes out, the far end's answer ends it. An
 * answer that got lost with the connection must not keep the call from ever being changed again. */
#define ANSWER_LIMIT_S 60

void
hs_call_give_up_proposal (HsOperation *op, const GError *error)
{
  g_autoptr (HsOperation) keep G_GNUC_UNUSED = hs_operation_ref (op);

  if (op->call->peer != NULL)
    hs_peer_rollback (op->call->peer);
  if (op->kind->refused != NULL)
    op->kind->refused (op, error);
  else
    hs_operation_fail (op, error);
}

static void
on_limit_reached (gpointer user_data)
{
  HsOperation *op = user_data;
  g_autoptr (GError) error =
      g_error_new (HS_CALL_ERROR, HS_CALL_ERROR_GENERIC, "the far end has not answered within %u s",
                   ANSWER_LIMIT_S);

  op->limit_timer = 0;
  hs_call_give_up_proposal (op, error);
}

static void
await_answer (HsOperation *op)
{
  hs_operation_update (op);
  if (hs_operation_is_over (op))
    return;
  /* The timer goes with the slot, which keeps the operation. */
  op->limit_timer =
      hs_clock_add_timer (op->call->clock, ANSWER_LIMIT_S * 1000, on_limit_reached, op);
  hs_call_read_inbox (op->call);
}

static void
on_proposed (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (HsOperation) op = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (HsSignallingReply) reply =
      hs_signalling_send_finish (HS_SIGNALLING (source), result, &error);

  if (hs_operation_is_over (op))
    return;
  if (reply != NULL)
    await_answer (op);
  else
    hs_call_give_up_proposal (op, error);
}

static void
send_proposal (HsOperation *op, const char *sdp)
{
  HsCall *call = op->call;
  HsSignallingRequest request = {
    .kind = HS_REQUEST_UPDATE,
    .session = call->session,
    .sdp = sdp,
    .custom_parameters = call->custom_parameters,
  };

  hs_signalling_send_async (call->signalling, &request, call->cancellable, on_proposed,
                            hs_operation_ref (op));
}

static void
on_offer_created (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (HsOperation) op = user_data;
  g_autoptr (GError) error = NULL;
  g_autofree char *sdp = hs_peer_create_offer_finish (HS_PEER (source), result, &error);

  if (hs_operation_is_over (op))
    return;
  if (sdp == NULL)
    hs_call_give_up_proposal (op, error);
  else
    send_proposal (op, sdp);
}

void
hs_call_propose (HsOperation *op)
{
  hs_peer_create_offer_async (op->call->peer, NULL, on_offer_created, hs_operation_ref (op));
}
