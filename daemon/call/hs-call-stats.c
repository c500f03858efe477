/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "hs-call"

#include "base/hs-json.h"
#include "hs-call-private.h"

static void
tell (HsOperation *op, JsonObject *report, const GError *error)
{
  JsonObject *payload = json_object_new ();

  if (report != NULL)
    json_object_set_object_member (payload, "result", json_object_ref (report));
  if (error != NULL)
    json_object_set_object_member (payload, "error", hs_error_to_json (error));
  hs_json_set_string (payload, "trackId", op->data);
  hs_call_emit (op->call, "call:statsReceived", payload);
}

static void
tell_failure (HsOperation *op, const GError *error)
{
  tell (op, NULL, error);
}

static gboolean
check_media (HsOperation *op, GError **error)
{
  if (op->call->peer != NULL)
    return TRUE;
  g_set_error (error, HS_CALL_ERROR, HS_CALL_ERROR_GENERIC, "the call has no media");
  return FALSE;
}

const HsOperationKind hs_operation_get_stats = {
  .name = "GET_STATS",
  .check = check_media,
  .tell = tell_failure,
};

static void
on_stats (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (HsOperation) op = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonObject) report = hs_peer_get_stats_finish (HS_PEER (source), result, &error);
  g_autoptr (GTask) waiter = NULL;

  if (hs_operation_is_over (op))
    return;
  if (report == NULL) {
    hs_operation_fail_step (op, error);
    return;
  }
  waiter = g_steal_pointer (&op->waiter);
  hs_operation_finish (op, NULL, NULL);
  tell (op, report, NULL);
  if (waiter != NULL)
    g_task_return_pointer (waiter, json_object_ref (report), (GDestroyNotify) json_object_unref);
}

gboolean
hs_call_get_stats (HsCall *self, const char *track_id, GTask *waiter, GError **error)
{
  g_autoptr (HsOperation) op = hs_operation_start (self, &hs_operation_get_stats, waiter);

  op->data = g_strdup (track_id);
  op->free_data = g_free;
  if (!hs_operation_admit (op, error))
    return FALSE;
  hs_peer_get_stats_async (self->peer, track_id, NULL, on_stats, hs_operation_ref (op));
  return TRUE;
}
