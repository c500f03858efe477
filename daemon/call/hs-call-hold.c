/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "hs-call"

#include "hs-call-private.h"

/* What another negotiation makes of the flag is open: then that one is the reason. */
static gboolean
check_flag (HsOperation *op, gboolean wanted, GError **error)
{
  if (op->call->local_hold == wanted || hs_operation_is_taken (op))
    return TRUE;
  g_set_error (error, HS_CALL_ERROR, HS_CALL_ERROR_INVALID_STATE, "the call is %s",
               wanted ? "not held here" : "held here already");
  return FALSE;
}

static gboolean
check_not_held (HsOperation *op, GError **error)
{
  return hs_call_check_established (op, error) && check_flag (op, FALSE, error);
}

static gboolean
check_held (HsOperation *op, GError **error)
{
  return hs_call_check_established (op, error) && check_flag (op, TRUE, error);
}

static void
held (HsOperation *op)
{
  HsCallReason reason = { .finishes = op };

  hs_call_fire (op->call, HS_CALL_EVENT_LOCAL_HELD, &reason);
}

static void
resumed (HsOperation *op)
{
  HsCallReason reason = { .finishes = op };

  hs_call_fire (op->call, HS_CALL_EVENT_LOCAL_RESUMED, &reason);
}

/* The next description is again what the flag says. */
static void
refused (HsOperation *op, const GError *error)
{
  hs_peer_set_local_hold (op->call->peer, op->call->local_hold);
  hs_operation_fail (op, error);
}

const HsOperationKind hs_operation_hold = {
  .name = "HOLD",
  .exclusive = TRUE,
  .check = check_not_held,
  .answered = held,
  .refused = refused,
};

const HsOperationKind hs_operation_unhold = {
  .name = "UNHOLD",
  .exclusive = TRUE,
  .check = check_held,
  .answered = resumed,
  .refused = refused,
};

static gboolean
begin (HsCall *self, const HsOperationKind *kind, gboolean hold, GTask *waiter, GError **error)
{
  g_autoptr (HsOperation) op = hs_operation_try (self, kind, waiter, error);

  if (op == NULL)
    return FALSE;

  hs_peer_set_local_hold (self->peer, hold);
  hs_call_propose (op);
  return TRUE;
}

gboolean
hs_call_hold (HsCall *self, GTask *waiter, GError **error)
{
  return begin (self, &hs_operation_hold, TRUE, waiter, error);
}

gboolean
hs_call_unhold (HsCall *self, GTask *waiter, GError **error)
{
  return begin (self, &hs_operation_unhold, FALSE, waiter, error);
}
