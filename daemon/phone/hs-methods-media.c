/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "hs-phone"

#include "base/hs-json.h"
#include "hs-phone.h"
#include "hs-reply.h"
#include "protocol/hs-protocol.h"
#include "rpc/hs-request.h"

/* --- devices --- */

static const char *
get_list_name (HsDeviceKind kind)
{
  switch (kind) {
  case HS_DEVICE_MICROPHONE:
    return "microphone";
  case HS_DEVICE_SPEAKER:
    return "speaker";
  case HS_DEVICE_CAMERA:
    break;
  }
  return "camera";
}

static JsonObject *
dup_devices (HsDevices *devices)
{
  static const HsDeviceKind kinds[] = { HS_DEVICE_CAMERA, HS_DEVICE_MICROPHONE, HS_DEVICE_SPEAKER };
  g_autoptr (GPtrArray) list = hs_devices_list (devices);
  JsonObject *lists = json_object_new ();

  for (gsize i = 0; i < G_N_ELEMENTS (kinds); i++)
    json_object_set_array_member (lists, get_list_name (kinds[i]), json_array_new ());
  for (guint i = 0; i < list->len; i++) {
    const HsDevice *device = list->pdata[i];

    json_array_add_object_element (
        json_object_get_array_member (lists, get_list_name (device->kind)),
        hs_device_to_json (device));
  }
  return lists;
}

static void
on_devices_loaded (GObject *source, GAsyncResult *result, gpointer user_data)
{
  HsRequest *request = user_data;
  g_autoptr (GError) error = NULL;

  if (hs_devices_load_finish (HS_DEVICES (source), result, &error))
    hs_request_answer_object (request, dup_devices (HS_DEVICES (source)));
  else
    hs_request_fail (request, error);
}

void
hs_handle_media_get_devices (HsPhone *phone, HsRequest *request)
{
  g_autoptr (GError) error = NULL;

  if (hs_phone_get_calls (phone, &error) == NULL)
    hs_request_fail (request, error);
  else
    hs_devices_load_async (hs_media_get_devices (hs_phone_get_media (phone)), NULL,
                           on_devices_loaded, request);
}

void
hs_handle_media_initialize_devices (HsPhone *phone,
                                    HsRequest *request,
                                    const HsMediaInitializeDevicesParams *params)
{
  g_autoptr (GError) error = NULL;

  if (hs_phone_get_calls (phone, &error) == NULL) {
    hs_request_fail (request, error);
    return;
  }
  hs_device_watch_try (hs_phone_get_device_watch (phone),
                       hs_json_get_boolean (params->constraints, "audio", TRUE),
                       hs_json_get_boolean (params->constraints, "video", TRUE),
                       hs_reply_waiter (request, params->await));
  hs_reply_begun (request, TRUE, params->await, NULL);
}

/* --- tracks --- */

/* Returns: (nullable): NULL when @request (then taken) was answered that there are none. */
static HsCalls *
get_calls (HsPhone *phone, HsRequest *request)
{
  g_autoptr (GError) error = NULL;
  HsCalls *calls = hs_phone_get_calls (phone, &error);

  if (calls == NULL)
    hs_request_fail (request, error);
  return calls;
}

/* Each id once, however often it is named. */
static GStrv
dup_ids (JsonArray *ids)
{
  g_autoptr (GPtrArray) list = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; i < json_array_get_length (ids); i++) {
    const char *id = json_array_get_string_element (ids, i);

    if (!g_ptr_array_find_with_equal_func (list, id, g_str_equal, NULL))
      g_ptr_array_add (list, g_strdup (id));
  }
  g_ptr_array_add (list, NULL);
  return (GStrv) g_ptr_array_steal (list, NULL);
}

void
hs_handle_media_get_by_id (HsPhone *phone, HsRequest *request, const HsMediaGetByIdParams *params)
{
  HsCalls *calls = get_calls (phone, request);

  if (calls != NULL)
    hs_request_answer_object (request, hs_calls_dup_media (calls, params->media_id));
}

void
hs_handle_media_get_track_by_id (HsPhone *phone,
                                 HsRequest *request,
                                 const HsMediaGetTrackByIdParams *params)
{
  HsCalls *calls = get_calls (phone, request);

  if (calls != NULL)
    hs_request_answer_object (request, hs_calls_dup_track (calls, params->track_id));
}

static void
set_muted (HsPhone *phone, HsRequest *request, JsonArray *track_ids, gboolean muted)
{
  HsCalls *calls = get_calls (phone, request);
  g_auto (GStrv) ids = dup_ids (track_ids);

  if (calls == NULL)
    return;
  hs_calls_mute_tracks (calls, (const char *const *) ids, muted);
  hs_request_answer (request, NULL);
}

void
hs_handle_media_mute_tracks (HsPhone *phone,
                             HsRequest *request,
                             const HsMediaMuteTracksParams *params)
{
  set_muted (phone, request, params->track_ids, TRUE);
}

void
hs_handle_media_unmute_tracks (HsPhone *phone,
                               HsRequest *request,
                               const HsMediaUnmuteTracksParams *params)
{
  set_muted (phone, request, params->track_ids, FALSE);
}

void
hs_handle_media_render_tracks (HsPhone *phone,
                               HsRequest *request,
                               const HsMediaRenderTracksParams *params)
{
  HsCalls *calls = get_calls (phone, request);
  g_auto (GStrv) ids = dup_ids (params->track_ids);

  if (calls != NULL)
    hs_calls_render_tracks (calls, (const char *const *) ids, params->container,
                            hs_json_get_string (params->options, "speakerId"),
                            hs_reply_waiter (request, TRUE));
}

void
hs_handle_media_remove_tracks (HsPhone *phone,
                               HsRequest *request,
                               const HsMediaRemoveTracksParams *params)
{
  HsCalls *calls = get_calls (phone, request);
  g_auto (GStrv) ids = dup_ids (params->track_ids);

  if (calls == NULL)
    return;
  hs_calls_unrender_tracks (calls, (const char *const *) ids, params->container);
  hs_request_answer (request, NULL);
}
