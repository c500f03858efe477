/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "hs-call"

#include "base/hs-json.h"
#include "hs-call-private.h"
#include "hs-calls.h"

/* What the user asks of a call that is there: finds it, and lets the call do it. */

static void
tell_unknown (HsCalls *self, const char *call_id, const HsOperationKind *kind, const GError *error)
{
  const char *const names[] = { kind->name, hs_operation_kind_get_done_name (kind) };
  const char *const steps[] = { "START", "FINISH" };

  for (guint i = 0; i < G_N_ELEMENTS (steps); i++) {
    g_autoptr (JsonObject) payload =
        hs_operation_dup_payload (names[i], steps[i], TRUE, NULL, i == 0 ? NULL : error);

    json_object_set_string_member (payload, "callId", call_id);
    g_signal_emit_by_name (self, "event", "call:operation", payload);
  }
}

HsCall *
hs_calls_ref_call (
    HsCalls *self, const char *call_id, const HsOperationKind *kind, GTask *waiter, GError **error)
{
  HsCall *call = hs_calls_get_call (self, call_id);
  g_autoptr (GError) unknown = NULL;

  if (call != NULL)
    return g_object_ref (call);

  g_clear_object (&waiter);
  unknown =
      g_error_new (HS_CALL_ERROR, HS_CALL_ERROR_INVALID_PARAM, "there is no call \"%s\"", call_id);
  tell_unknown (self, call_id, kind, unknown);
  g_propagate_error (error, g_steal_pointer (&unknown));
  return NULL;
}

gboolean
hs_calls_answer (HsCalls *self,
                 const char *call_id,
                 const HsMediaRequest *media,
                 JsonObject *options,
                 GTask *waiter,
                 GError **error)
{
  g_autoptr (HsCall) call = hs_calls_ref_call (self, call_id, &hs_operation_answer, waiter, error);

  return call != NULL && hs_call_answer (call, media, options, waiter, error);
}

gboolean
hs_calls_reject (HsCalls *self, const char *call_id, GTask *waiter, GError **error)
{
  g_autoptr (HsCall) call = hs_calls_ref_call (self, call_id, &hs_operation_reject, waiter, error);

  return call != NULL && hs_call_reject (call, waiter, error);
}

gboolean
hs_calls_ignore (HsCalls *self, const char *call_id, GTask *waiter, GError **error)
{
  g_autoptr (HsCall) call = hs_calls_ref_call (self, call_id, &hs_operation_ignore, waiter, error);

  return call != NULL && hs_call_ignore (call, waiter, error);
}

gboolean
hs_calls_forward (
    HsCalls *self, const char *call_id, const char *destination, GTask *waiter, GError **error)
{
  g_autoptr (HsCall) call = hs_calls_ref_call (self, call_id, &hs_operation_forward, waiter, error);

  return call != NULL && hs_call_forward (call, destination, waiter, error);
}

gboolean
hs_calls_end (HsCalls *self, const char *call_id, GTask *waiter, GError **error)
{
  g_autoptr (HsCall) call = hs_calls_ref_call (self, call_id, &hs_operation_end, waiter, error);

  return call != NULL && hs_call_end (call, waiter, error);
}

gboolean
hs_calls_hold (HsCalls *self, const char *call_id, GTask *waiter, GError **error)
{
  g_autoptr (HsCall) call = hs_calls_ref_call (self, call_id, &hs_operation_hold, waiter, error);

  return call != NULL && hs_call_hold (call, waiter, error);
}

gboolean
hs_calls_unhold (HsCalls *self, const char *call_id, GTask *waiter, GError **error)
{
  g_autoptr (HsCall) call = hs_calls_ref_call (self, call_id, &hs_operation_unhold, waiter, error);

  return call != NULL && hs_call_unhold (call, waiter, error);
}

gboolean
hs_calls_direct_transfer (
    HsCalls *self, const char *call_id, const char *destination, GTask *waiter, GError **error)
{
  g_autoptr (HsCall) call =
      hs_calls_ref_call (self, call_id, &hs_operation_direct_transfer, waiter, error);

  return call != NULL && hs_call_direct_transfer (call, destination, waiter, error);
}

gboolean
hs_calls_consultative_transfer (
    HsCalls *self, const char *call_id, const char *other_call_id, GTask *waiter, GError **error)
{
  g_autoptr (HsCall) call =
      hs_calls_ref_call (self, call_id, &hs_operation_consultative_transfer, waiter, error);

  return call != NULL && hs_call_consultative_transfer (
                             call, hs_calls_get_call (self, other_call_id), waiter, error);
}

gboolean
hs_calls_join (
    HsCalls *self, const char *call_id, const char *other_call_id, GTask *waiter, GError **error)
{
  HsCallSetup setup = hs_calls_get_setup (self);
  g_autoptr (HsCall) call = hs_calls_ref_call (self, call_id, &hs_operation_join, waiter, error);

  return call != NULL &&
         hs_call_join (call, hs_calls_get_call (self, other_call_id), &setup, waiter, error);
}

gboolean
hs_calls_send_custom_parameters (HsCalls *self, const char *call_id, GTask *waiter, GError **error)
{
  g_autoptr (HsCall) call =
      hs_calls_ref_call (self, call_id, &hs_operation_send_custom_parameters, waiter, error);

  return call != NULL && hs_call_send_custom_parameters (call, waiter, error);
}

static void
tell_unknown_stats (HsCalls *self, const char *call_id, const char *track_id, const GError *error)
{
  g_autoptr (JsonObject) payload = json_object_new ();

  json_object_set_object_member (payload, "error", hs_error_to_json (error));
  hs_json_set_string (payload, "trackId", track_id);
  json_object_set_string_member (payload, "callId", call_id);
  g_signal_emit_by_name (self, "event", "call:statsReceived", payload);
}

gboolean
hs_calls_get_stats (
    HsCalls *self, const char *call_id, const char *track_id, GTask *waiter, GError **error)
{
  g_autoptr (GError) unknown = NULL;
  g_autoptr (HsCall) call =
      hs_calls_ref_call (self, call_id, &hs_operation_get_stats, waiter, &unknown);

  if (call != NULL)
    return hs_call_get_stats (call, track_id, waiter, error);

  tell_unknown_stats (self, call_id, track_id, unknown);
  g_propagate_error (error, g_steal_pointer (&unknown));
  return FALSE;
}

/* --- what takes effect at once, and is no operation --- */

HsCall *
hs_calls_find_call (HsCalls *self, const char *call_id, GError **error)
{
  HsCall *call = hs_calls_get_call (self, call_id);

  if (call == NULL)
    g_set_error (error, HS_CALL_ERROR, HS_CALL_ERROR_INVALID_PARAM, "there is no call \"%s\"",
                 call_id);
  return call;
}

static void
on_report (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) waiter = user_data;
  GError *error = NULL;
  JsonObject *report = hs_call_get_report_finish (HS_CALL (source), result, &error);

  if (report != NULL)
    g_task_return_pointer (waiter, report, (GDestroyNotify) json_object_unref);
  else
    g_task_return_error (waiter, error);
}

gboolean
hs_calls_get_report (HsCalls *self, const char *call_id, GTask *waiter, GError **error)
{
  HsCall *call = hs_calls_find_call (self, call_id, error);

  if (call != NULL)
    hs_call_get_report_async (call, on_report, waiter);
  else
    g_object_unref (waiter);
  return call != NULL;
}

gboolean
hs_calls_set_custom_parameters (HsCalls *self,
                                const char *call_id,
                                JsonArray *parameters,
                                GError **error)
{
  HsCall *call = hs_calls_find_call (self, call_id, error);

  if (call == NULL)
    return FALSE;
  hs_call_set_custom_parameters (call, parameters);
  return TRUE;
}

/* Media that is made for the call later on goes to the same speaker. */
static void
keep_speaker (HsCall *call, const char *speaker_id)
{
  g_free (call->speaker_id);
  call->speaker_id = g_strdup (speaker_id);
}

static void
on_speaker_set (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) waiter = user_data;
  GError *error = NULL;

  if (g_task_propagate_boolean (G_TASK (result), &error))
    keep_speaker (HS_CALL (source), g_task_get_task_data (G_TASK (result)));
  if (waiter == NULL)
    g_clear_error (&error);
  else if (error != NULL)
    g_task_return_error (waiter, error);
  else
    g_task_return_boolean (waiter, TRUE);
}

static gboolean
set_peer_speaker (HsCall *call, const char *speaker_id, GTask *waiter, GError **error)
{
  GTask *task = g_task_new (call, NULL, on_speaker_set, waiter);

  g_task_set_task_data (task, g_strdup (speaker_id), g_free);
  if (hs_peer_set_speaker (call->peer, speaker_id, task, error))
    return TRUE;
  g_clear_object (&waiter);
  return FALSE;
}

gboolean
hs_calls_set_speaker (
    HsCalls *self, const char *call_id, const char *speaker_id, GTask *waiter, GError **error)
{
  g_autoptr (GTask) owned = waiter;
  HsCall *call = hs_calls_find_call (self, call_id, error);

  if (call == NULL)
    return FALSE;
  if (hs_call_is_over (call)) {
    g_set_error (error, HS_CALL_ERROR, HS_CALL_ERROR_INVALID_STATE, "the call is over");
    return FALSE;
  }
  if (call->peer != NULL)
    return set_peer_speaker (call, speaker_id, g_steal_pointer (&owned), error);
  keep_speaker (call, speaker_id);
  if (owned != NULL)
    g_task_return_boolean (owned, TRUE);
  return TRUE;
}
