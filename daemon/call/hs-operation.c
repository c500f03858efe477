/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "hs-call"

#include "hs-operation.h"

#include "base/hs-json.h"
#include "hs-call-private.h"
#include "log/hs-log.h"

HsOperation *
hs_operation_ref (HsOperation *self)
{
  g_ref_count_inc (&self->references);
  return self;
}

void
hs_operation_unref (HsOperation *self)
{
  if (!g_ref_count_dec (&self->references))
    return;

  g_clear_object (&self->waiter);
  g_object_unref (self->call);
  g_clear_pointer (&self->details, json_object_unref);
  if (self->free_data != NULL)
    self->free_data (self->data);
  g_free (self);
}

static HsOperation *
create (HsCall *call, const HsOperationKind *kind, gboolean local, GTask *waiter)
{
  HsOperation *self = g_new0 (HsOperation, 1);

  g_ref_count_init (&self->references);
  self->kind = kind;
  self->status = HS_OPERATION_ONGOING;
  self->local = local;
  self->call = g_object_ref (call);
  self->waiter = waiter;
  return self;
}

static HsOperation **
get_slot (HsOperation *self)
{
  return self->local ? &self->call->local : &self->call->remote;
}

void
hs_operation_take_slot (HsOperation *self)
{
  HsOperation **slot = get_slot (self);

  g_clear_pointer (slot, hs_operation_unref);
  *slot = hs_operation_ref (self);
}

static void
leave_slot (HsOperation *self)
{
  HsOperation **slot = get_slot (self);

  self->status = HS_OPERATION_OVER;
  hs_clock_clear_timer (self->call->clock, &self->limit_timer);
  if (*slot == self)
    g_clear_pointer (slot, hs_operation_unref);
}

const char *
hs_operation_kind_get_done_name (const HsOperationKind *kind)
{
  return kind->done_name != NULL ? kind->done_name : kind->name;
}

JsonObject *
hs_operation_dup_slot (HsOperation *slot)
{
  JsonObject *object;

  if (slot == NULL || slot->kind->name == NULL)
    return NULL;

  object = json_object_new ();
  json_object_set_string_member (object, "operation", slot->kind->name);
  json_object_set_string_member (object, "status",
                                 slot->status == HS_OPERATION_PENDING ? "PENDING" : "ONGOING");
  if (slot->status == HS_OPERATION_PENDING && slot->details != NULL)
    json_object_set_object_member (object, "operationData", json_object_ref (slot->details));
  return object;
}

JsonObject *
hs_operation_dup_payload (const char *name,
                          const char *transition,
                          gboolean local,
                          JsonObject *previous,
                          const GError *error)
{
  JsonObject *payload = json_object_new ();

  json_object_set_string_member (payload, "operation", name);
  json_object_set_string_member (payload, "transition", transition);
  json_object_set_boolean_member (payload, "isLocal", local);
  if (previous != NULL)
    json_object_set_object_member (payload, "previous", json_object_ref (previous));
  if (error != NULL)
    json_object_set_object_member (payload, "error", hs_error_to_json (error));
  return payload;
}

static void
tell (HsOperation *self, const char *name, const char *step, JsonObject *previous, const GError *e)
{
  g_log_structured (G_LOG_DOMAIN, G_LOG_LEVEL_DEBUG, HS_LOG_FIELD_CALL_ID, self->call->id,
                    "MESSAGE", "call %s: %s %s%s%s", self->call->id, name, step,
                    e != NULL ? ": " : "", e != NULL ? e->message : "");
  hs_call_emit (self->call, "call:operation",
                hs_operation_dup_payload (name, step, self->local, previous, e));
}

gboolean
hs_operation_is_busy (HsCall *call)
{
  return (call->local != NULL && call->local->kind->exclusive) || call->remote != NULL;
}

void
hs_operation_supersede (HsOperation *self)
{
  HsCall *call = self->call;
  g_autoptr (GError) error = g_error_new (HS_ERROR, HS_ERROR_CLOSED, "the call was ended here");

  hs_operation_clear_slots (call, error);
  if (call->local == NULL)
    hs_operation_take_slot (self);
}

void
hs_operation_clear_slots (HsCall *call, const GError *error)
{
  if (call->remote != NULL)
    hs_operation_drop (call->remote, error);
  if (call->local == NULL || call->local->kind->supersedes)
    return;
  if (call->local->kind->exclusive)
    hs_operation_drop (call->local, error);
  else
    g_clear_pointer (&call->local, hs_operation_unref);
}

HsOperation *
hs_operation_start (HsCall *call, const HsOperationKind *kind, GTask *waiter)
{
  HsOperation *self = create (call, kind, TRUE, waiter);
  g_autoptr (JsonObject) previous = hs_operation_dup_slot (call->local);

  if (kind->supersedes)
    hs_operation_supersede (self);
  else if (call->local == NULL || (kind->exclusive && !call->local->kind->exclusive))
    hs_operation_take_slot (self);
  tell (self, kind->name, "START", previous, NULL);
  return self;
}

gboolean
hs_operation_is_taken (HsOperation *self)
{
  HsCall *call = self->call;

  return call->remote != NULL ||
         (call->local != NULL && call->local != self && call->local->kind->exclusive);
}

static gboolean
check (HsOperation *self, GError **error)
{
  const HsOperationKind *kind = self->kind;

  if (kind->check != NULL && !kind->check (self, error))
    return FALSE;
  if (kind->exclusive && !kind->supersedes && hs_operation_is_taken (self)) {
    g_set_error (error, HS_CALL_ERROR, HS_CALL_ERROR_GLARE,
                 "another operation is in progress on this call");
    return FALSE;
  }
  return TRUE;
}

gboolean
hs_operation_refuse (HsOperation *self, GError *refusal, GError **error)
{
  g_clear_object (&self->waiter);
  hs_operation_fail (self, refusal);
  g_propagate_error (error, refusal);
  return FALSE;
}

gboolean
hs_operation_admit (HsOperation *self, GError **error)
{
  GError *refusal = NULL;

  return check (self, &refusal) || hs_operation_refuse (self, refusal, error);
}

HsOperation *
hs_operation_try (HsCall *call, const HsOperationKind *kind, GTask *waiter, GError **error)
{
  g_autoptr (HsOperation) self = hs_operation_start (call, kind, waiter);

  return hs_operation_admit (self, error) ? g_steal_pointer (&self) : NULL;
}

HsOperation *
hs_operation_new (HsCall *call, const HsOperationKind *kind, gboolean local)
{
  return create (call, kind, local, NULL);
}

void
hs_operation_update (HsOperation *self)
{
  g_autoptr (JsonObject) previous = hs_operation_dup_slot (*get_slot (self));

  self->status = HS_OPERATION_PENDING;
  tell (self, self->kind->name, "UPDATE", previous, NULL);
}

void
hs_operation_finish (HsOperation *self, const char *as, const GError *error)
{
  g_autoptr (JsonObject) previous = hs_operation_dup_slot (*get_slot (self));

  leave_slot (self);
  tell (self, as != NULL ? as : hs_operation_kind_get_done_name (self->kind), "FINISH", previous,
        error);
}

void
hs_operation_fail (HsOperation *self, const GError *error)
{
  g_autoptr (HsOperation) keep G_GNUC_UNUSED = hs_operation_ref (self);

  hs_operation_finish (self, NULL, error);
  if (self->kind->tell != NULL)
    self->kind->tell (self, error);
  else
    hs_call_tell_unchanged (self->call, error);
  hs_operation_return (self, error);
  hs_call_read_inbox (self->call);
}

void
hs_operation_fail_step (HsOperation *self, const GError *error)
{
  g_autoptr (GError) ended =
      g_error_new (HS_CALL_ERROR, HS_CALL_ERROR_GENERIC, "the call has ended");
  gboolean cancelled = g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);

  hs_operation_fail (self, cancelled ? ended : error);
}

void
hs_operation_return (HsOperation *self, const GError *error)
{
  g_autoptr (GTask) waiter = g_steal_pointer (&self->waiter);

  if (waiter == NULL)
    return;
  if (error != NULL)
    g_task_return_error (waiter, g_error_copy (error));
  else if (self->kind->dup_result != NULL)
    g_task_return_pointer (waiter, self->kind->dup_result (self), g_free);
  else
    g_task_return_boolean (waiter, TRUE);
}

void
hs_operation_abandon (HsOperation *self, const GError *error)
{
  g_autoptr (HsOperation) keep G_GNUC_UNUSED = hs_operation_ref (self);

  leave_slot (self);
  hs_operation_return (self, error);
}

void
hs_operation_drop (HsOperation *self, const GError *error)
{
  g_autoptr (HsOperation) keep G_GNUC_UNUSED = hs_operation_ref (self);

  hs_operation_abandon (self, error);
  if (self->kind->dropped != NULL)
    self->kind->dropped (self);
}

gboolean
hs_operation_is_over (HsOperation *self)
{
  return self->status == HS_OPERATION_OVER;
}
