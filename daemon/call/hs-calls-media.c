/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "hs-call"

#include "base/hs-json.h"
#include "hs-call-private.h"
#include "hs-calls.h"

/* What the user asks of the media of a call that is there. Whoever waits for the event that tells
 * how it went, and names a call that is not there, hears that too. */

static void
tell_unknown (HsCalls *self, const char *call_id, const char *event, const GError *error)
{
  g_autoptr (JsonObject) payload = json_object_new ();

  json_object_set_object_member (payload, "error", hs_error_to_json (error));
  json_object_set_string_member (payload, "callId", call_id);
  g_signal_emit_by_name (self, "event", event, payload);
}

static void
tell_unknown_change (HsCalls *self, const char *call_id, const char *event, const GError *error)
{
  g_autoptr (JsonObject) payload = json_object_new ();

  json_object_set_boolean_member (payload, "local", TRUE);
  json_object_set_array_member (payload, "tracks", json_array_new ());
  json_object_set_object_member (payload, "error", hs_error_to_json (error));
  json_object_set_string_member (payload, "callId", call_id);
  g_signal_emit_by_name (self, "event", event, payload);
}

/* Returns: (transfer full) (nullable): as hs_calls_ref_call() */
static HsCall *
ref_changing (HsCalls *self,
              const char *call_id,
              const HsOperationKind *kind,
              const char *event,
              GTask *waiter,
              GError **error)
{
  g_autoptr (GError) unknown = NULL;
  HsCall *call = hs_calls_ref_call (self, call_id, kind, waiter, &unknown);

  if (call != NULL)
    return call;
  tell_unknown_change (self, call_id, event, unknown);
  g_propagate_error (error, g_steal_pointer (&unknown));
  return NULL;
}

gboolean
hs_calls_add_media (HsCalls *self,
                    const char *call_id,
                    const HsMediaRequest *media,
                    JsonObject *options,
                    GTask *waiter,
                    GError **error)
{
  g_autoptr (HsCall) call =
      ref_changing (self, call_id, &hs_operation_add_media, "call:newMedia", waiter, error);

  return call != NULL && hs_call_add_media (call, media, options, waiter, error);
}

gboolean
hs_calls_start_video (HsCalls *self,
                      const char *call_id,
                      JsonObject *video_options,
                      JsonObject *options,
                      GTask *waiter,
                      GError **error)
{
  g_autoptr (HsCall) call =
      ref_changing (self, call_id, &hs_operation_start_video, "call:newMedia", waiter, error);

  return call != NULL && hs_call_start_video (call, video_options, options, waiter, error);
}

gboolean
hs_calls_remove_media (HsCalls *self,
                       const char *call_id,
                       const char *const *track_ids,
                       JsonObject *options,
                       GTask *waiter,
                       GError **error)
{
  g_autoptr (HsCall) call =
      ref_changing (self, call_id, &hs_operation_remove_media, "call:removedMedia", waiter, error);

  return call != NULL && hs_call_remove_media (call, track_ids, options, waiter, error);
}

gboolean
hs_calls_stop_video (HsCalls *self, const char *call_id, GTask *waiter, GError **error)
{
  g_autoptr (HsCall) call =
      ref_changing (self, call_id, &hs_operation_stop_video, "call:removedMedia", waiter, error);

  return call != NULL && hs_call_stop_video (call, waiter, error);
}

gboolean
hs_calls_stop_screenshare (HsCalls *self, const char *call_id, GTask *waiter, GError **error)
{
  g_autoptr (HsCall) call =
      ref_changing (self, call_id, &hs_operation_remove_media, "call:removedMedia", waiter, error);

  return call != NULL && hs_call_stop_screenshare (call, waiter, error);
}

gboolean
hs_calls_replace_track (HsCalls *self,
                        const char *call_id,
                        const char *track_id,
                        const HsMediaRequest *media,
                        GTask *waiter,
                        GError **error)
{
  g_autoptr (GError) unknown = NULL;
  g_autoptr (HsCall) call =
      hs_calls_ref_call (self, call_id, &hs_operation_replace_track, waiter, &unknown);

  if (call != NULL)
    return hs_call_replace_track (call, track_id, media, waiter, error);
  tell_unknown (self, call_id, "call:trackReplaced", unknown);
  g_propagate_error (error, g_steal_pointer (&unknown));
  return FALSE;
}

gboolean
hs_calls_change_input_devices (
    HsCalls *self, const char *call_id, JsonObject *devices, GTask *waiter, GError **error)
{
  g_autoptr (GTask) owned = waiter;
  HsCall *call = hs_calls_find_call (self, call_id, error);

  return call != NULL &&
         hs_call_change_input_devices (call, devices, g_steal_pointer (&owned), error);
}

gboolean
hs_calls_send_tones (HsCalls *self,
                     const char *call_id,
                     const char *tones,
                     double duration_ms,
                     double gap_ms,
                     GTask *waiter,
                     GError **error)
{
  g_autoptr (HsCall) call =
      hs_calls_ref_call (self, call_id, &hs_operation_send_tones, waiter, error);

  return call != NULL && hs_call_send_tones (call, tones, duration_ms, gap_ms, waiter, error);
}
