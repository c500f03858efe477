/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "hs-call"

#include "hs-call-pair.h"

static HsCallPair *
pair_new (HsCall *first, HsCall *second)
{
  HsCallPair *self = g_new0 (HsCallPair, 1);

  g_ref_count_init (&self->references);
  self->first = g_object_ref (first);
  self->second = second != NULL ? g_object_ref (second) : NULL;
  return self;
}

HsCallPair *
hs_call_pair_ref (HsCallPair *self)
{
  g_ref_count_inc (&self->references);
  return self;
}

void
hs_call_pair_unref (HsCallPair *self)
{
  if (!g_ref_count_dec (&self->references))
    return;

  g_object_unref (self->first);
  g_clear_object (&self->second);
  g_clear_object (&self->joined);
  g_free (self);
}

static void
set_pair (HsOperation *op, HsCallPair *pair)
{
  op->data = hs_call_pair_ref (pair);
  op->free_data = (GDestroyNotify) hs_call_pair_unref;
}

static void
show_on_second (HsOperation *op)
{
  HsCallPair *pair = op->data;
  g_autoptr (HsOperation) shown = hs_operation_new (pair->second, op->kind, TRUE);

  set_pair (shown, pair);
  hs_operation_take_slot (shown);
}

HsOperation *
hs_call_pair_begin (
    HsCall *first, HsCall *second, const HsOperationKind *kind, GTask *waiter, GError **error)
{
  g_autoptr (HsOperation) op = hs_operation_start (first, kind, waiter);
  g_autoptr (HsCallPair) pair = pair_new (first, second);

  set_pair (op, pair);
  if (!hs_operation_admit (op, error))
    return NULL;
  show_on_second (op);
  return g_steal_pointer (&op);
}

static gboolean
check_second (HsCallPair *pair, GError **error)
{
  HsCall *second = pair->second;

  if (second == NULL || second == pair->first) {
    g_set_error (error, HS_CALL_ERROR, HS_CALL_ERROR_INVALID_PARAM, "otherCallId names %s",
                 second == NULL ? "no call" : "the same call");
    return FALSE;
  }
  if (hs_operation_is_busy (second)) {
    g_set_error (error, HS_CALL_ERROR, HS_CALL_ERROR_GLARE,
                 "another operation is in progress on the other call");
    return FALSE;
  }
  if (second->state != HS_CALL_ON_HOLD) {
    g_set_error (error, HS_CALL_ERROR, HS_CALL_ERROR_INVALID_STATE,
                 "the other call is %s, it must be On Hold", hs_call_state_to_text (second->state));
    return FALSE;
  }
  return TRUE;
}

gboolean
hs_call_pair_check (HsOperation *op, GError **error)
{
  return hs_call_check_on_hold (op, error) &&
         (hs_operation_is_taken (op) || check_second (op->data, error));
}

HsOperation *
hs_call_pair_get_operation (HsCallPair *self, HsCall *call)
{
  return call->local != NULL && call->local->data == self ? call->local : NULL;
}

void
hs_call_pair_update (HsCallPair *self)
{
  HsCall *const calls[] = { self->first, self->second };

  for (guint i = 0; i < G_N_ELEMENTS (calls); i++) {
    HsOperation *op = hs_call_pair_get_operation (self, calls[i]);

    if (op != NULL)
      hs_operation_update (op);
  }
}

static HsOperation *
get_other (HsOperation *op)
{
  HsCallPair *pair = op->data;

  return hs_call_pair_get_operation (pair, op->call == pair->first ? pair->second : pair->first);
}

void
hs_call_pair_fail (HsOperation *op, const GError *error)
{
  HsOperation *shown = get_other (op);

  if (shown != NULL)
    hs_operation_abandon (shown, NULL);
  hs_operation_fail (op, error);
}

void
hs_call_pair_fail_other (HsOperation *op, const GError *error)
{
  HsOperation *other = get_other (op);

  if (other == NULL)
    return;
  if (other->status == HS_OPERATION_PENDING)
    hs_operation_fail (other, error);
  else
    hs_operation_abandon (other, error);
}
