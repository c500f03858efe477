/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "hs-call"

#include "hs-call-change.h"

#include "base/hs-json.h"

/* A change of our media, from the offer that has it to the far end's answer (3.5). */

static void
change_free (HsCallChange *self)
{
  g_ptr_array_unref (self->tracks);
  g_clear_pointer (&self->bandwidth, json_object_unref);
  g_clear_pointer (&self->dscp, json_object_unref);
  g_free (self);
}

static void
copy_members (JsonObject *target, JsonObject *source)
{
  g_autoptr (GList) members = source != NULL ? json_object_get_members (source) : NULL;

  for (GList *l = members; l != NULL; l = l->next)
    json_object_set_member (target, l->data, json_object_dup_member (source, l->data));
}

/* Returns: (transfer full) (nullable): what the call has, with what is given in its place; NULL
 * when nothing is given. */
static JsonObject *
complete (JsonObject *before, JsonObject *given)
{
  JsonObject *whole;

  if (given == NULL)
    return NULL;
  whole = json_object_new ();
  copy_members (whole, before);
  copy_members (whole, given);
  return whole;
}

HsOperation *
hs_call_change_start (HsCall *call, const HsOperationKind *kind, JsonObject *options, GTask *waiter)
{
  HsOperation *op = hs_operation_start (call, kind, waiter);
  HsCallChange *self = g_new0 (HsCallChange, 1);

  self->tracks = g_ptr_array_new_with_free_func ((GDestroyNotify) hs_track_free);
  self->bandwidth = complete (call->bandwidth, hs_json_get_object (options, "bandwidth"));
  self->dscp = complete (call->dscp_controls, hs_json_get_object (options, "dscpControls"));
  op->data = self;
  op->free_data = (GDestroyNotify) change_free;
  return op;
}

/* Returns: (transfer full): what is told of it in any case */
static JsonObject *
dup_summary (HsCallChange *self)
{
  JsonObject *summary = json_object_new ();

  json_object_set_boolean_member (summary, "local", TRUE);
  json_object_set_array_member (summary, "tracks", hs_call_dup_track_ids (self->tracks));
  return summary;
}

JsonObject *
hs_call_change_create_details (HsOperation *op)
{
  HsCallChange *self = op->data;
  JsonObject *limits = self->bandwidth != NULL ? self->bandwidth : op->call->bandwidth;
  JsonObject *details = dup_summary (self);

  json_object_set_object_member (details, "bandwidth", hs_call_dup_bandwidth (limits));
  return details;
}

void
hs_call_change_tell (HsOperation *op, const char *event, const char *media_id, const GError *error)
{
  JsonObject *payload = dup_summary (op->data);

  hs_json_set_string (payload, "mediaId", media_id);
  if (error != NULL)
    json_object_set_object_member (payload, "error", hs_error_to_json (error));
  hs_call_emit (op->call, event, payload);
}

/* Both take effect with the offer, so that nothing is ever sent that they do not allow. */
void
hs_call_change_propose (HsOperation *op)
{
  HsCallChange *self = op->data;

  if (self->bandwidth != NULL)
    hs_peer_set_bandwidth (op->call->peer, self->bandwidth);
  if (self->dscp != NULL)
    hs_peer_set_dscp (op->call->peer, self->dscp);
  if (op->details == NULL)
    op->details = hs_call_change_create_details (op);
  hs_call_propose (op);
}

static void
take (JsonObject **target, JsonObject *value)
{
  if (value == NULL)
    return;
  g_clear_pointer (target, json_object_unref);
  *target = json_object_ref (value);
}

void
hs_call_change_finish (HsOperation *op)
{
  g_autoptr (HsOperation) keep G_GNUC_UNUSED = hs_operation_ref (op);
  HsCallChange *self = op->data;

  take (&op->call->bandwidth, self->bandwidth);
  take (&op->call->dscp_controls, self->dscp);
  hs_operation_finish (op, NULL, NULL);
  op->kind->tell (op, NULL);
  hs_operation_return (op, NULL);
  hs_call_read_inbox (op->call);
}

void
hs_call_change_give_back (HsOperation *op, const GError *error)
{
  HsCall *call = op->call;
  HsCallChange *self = op->data;

  if (self->bandwidth != NULL)
    hs_peer_set_bandwidth (call->peer, call->bandwidth);
  if (self->dscp != NULL)
    hs_peer_set_dscp (call->peer, call->dscp_controls);
  hs_operation_fail_step (op, error);
}

/* Returns: (nullable): the change that is under way */
static HsCallChange *
get_running (HsCall *call)
{
  HsOperation *op = call->local;

  return op != NULL && op->kind->refused == hs_call_change_give_back ? op->data : NULL;
}

gboolean
hs_call_change_concerns (HsCall *call, const char *track_id)
{
  HsCallChange *self = get_running (call);

  return self != NULL && hs_call_find_track (self->tracks, track_id) != NULL;
}

void
hs_call_change_replace (HsCall *call, const HsTrack *old, const HsTrack *new)
{
  HsCallChange *self = get_running (call);
  guint i;

  if (self == NULL ||
      !g_ptr_array_find (self->tracks, hs_call_find_track (self->tracks, old->id), &i))
    return;
  hs_track_free (self->tracks->pdata[i]);
  self->tracks->pdata[i] = hs_track_copy (new);
}

gboolean
hs_call_check_connected (HsOperation *op, GError **error)
{
  HsCallState state = op->call->state;

  if (state == HS_CALL_CONNECTED ||
      (state == HS_CALL_ON_HOLD && op->kind->exclusive && hs_operation_is_taken (op)))
    return TRUE;
  g_set_error (error, HS_CALL_ERROR, HS_CALL_ERROR_INVALID_STATE,
               "the call is %s, it must be Connected", hs_call_state_to_text (state));
  return FALSE;
}
