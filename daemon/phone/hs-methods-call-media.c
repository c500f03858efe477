/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "hs-phone"

#include "hs-methods-call.h"
#include "hs-reply.h"
#include "protocol/hs-protocol.h"

/* What a call sends, and from which devices. */

void
hs_handle_call_add_media (HsPhone *phone, HsRequest *request, const HsCallAddMediaParams *params)
{
  HsCalls *calls = hs_methods_get_calls (phone, request);
  HsMediaRequest media = hs_methods_read_media (params->media);
  g_autoptr (GError) error = NULL;
  gboolean began;

  if (calls == NULL)
    return;
  began = hs_calls_add_media (calls, params->call_id, &media, params->options,
                              hs_reply_waiter (request, params->await), &error);
  hs_reply_begun (request, began, params->await, error);
}

static GStrv
dup_texts (JsonArray *array)
{
  g_autoptr (GStrvBuilder) texts = g_strv_builder_new ();

  for (guint i = 0; i < json_array_get_length (array); i++)
    g_strv_builder_add (texts, json_array_get_string_element (array, i));
  return g_strv_builder_end (texts);
}

void
hs_handle_call_remove_media (HsPhone *phone,
                             HsRequest *request,
                             const HsCallRemoveMediaParams *params)
{
  HsCalls *calls = hs_methods_get_calls (phone, request);
  g_auto (GStrv) track_ids = dup_texts (params->tracks);
  g_autoptr (GError) error = NULL;
  gboolean began;

  if (calls == NULL)
    return;
  began = hs_calls_remove_media (calls, params->call_id, (const char *const *) track_ids,
                                 params->options, hs_reply_waiter (request, params->await), &error);
  hs_reply_begun (request, began, params->await, error);
}

void
hs_handle_call_start_video (HsPhone *phone,
                            HsRequest *request,
                            const HsCallStartVideoParams *params)
{
  HsCalls *calls = hs_methods_get_calls (phone, request);
  g_autoptr (GError) error = NULL;
  gboolean began;

  if (calls == NULL)
    return;
  began = hs_calls_start_video (calls, params->call_id, params->video_options, params->options,
                                hs_reply_waiter (request, params->await), &error);
  hs_reply_begun (request, began, params->await, error);
}

void
hs_handle_call_stop_video (HsPhone *phone, HsRequest *request, const HsCallStopVideoParams *params)
{
  hs_methods_run_operation (phone, request, params->call_id, params->await, hs_calls_stop_video);
}

void
hs_handle_call_start_screenshare (HsPhone *phone,
                                  HsRequest *request,
                                  const HsCallStartScreenshareParams *params)
{
  HsCalls *calls = hs_methods_get_calls (phone, request);
  HsMediaRequest media = { .screen = TRUE, .screen_options = params->screen_options };
  g_autoptr (GError) error = NULL;
  gboolean began;

  if (calls == NULL)
    return;
  began = hs_calls_add_media (calls, params->call_id, &media, params->options,
                              hs_reply_waiter (request, params->await), &error);
  hs_reply_begun (request, began, params->await, error);
}

void
hs_handle_call_stop_screenshare (HsPhone *phone,
                                 HsRequest *request,
                                 const HsCallStopScreenshareParams *params)
{
  hs_methods_run_operation (phone, request, params->call_id, params->await,
                            hs_calls_stop_screenshare);
}

void
hs_handle_call_replace_track (HsPhone *phone,
                              HsRequest *request,
                              const HsCallReplaceTrackParams *params)
{
  HsCalls *calls = hs_methods_get_calls (phone, request);
  HsMediaRequest media = hs_methods_read_media (params->media);
  g_autoptr (GError) error = NULL;
  gboolean began;

  if (calls == NULL)
    return;
  began = hs_calls_replace_track (calls, params->call_id, params->track_id, &media,
                                  hs_reply_waiter (request, params->await), &error);
  hs_reply_begun (request, began, params->await, error);
}

void
hs_handle_call_change_input_devices (HsPhone *phone,
                                     HsRequest *request,
                                     const HsCallChangeInputDevicesParams *params)
{
  HsCalls *calls = hs_methods_get_calls (phone, request);
  g_autoptr (GError) error = NULL;
  gboolean began;

  if (calls == NULL)
    return;
  began = hs_calls_change_input_devices (calls, params->call_id, params->devices,
                                         hs_reply_waiter (request, params->await), &error);
  hs_reply_begun (request, began, params->await, error);
}

void
hs_handle_call_send_dtmf (HsPhone *phone, HsRequest *request, const HsCallSendDTMFParams *params)
{
  HsCalls *calls = hs_methods_get_calls (phone, request);
  g_autoptr (GError) error = NULL;
  gboolean began;

  if (calls == NULL)
    return;
  began =
      hs_calls_send_tones (calls, params->call_id, params->tone, params->duration,
                           params->intertone_gap, hs_reply_waiter (request, params->await), &error);
  hs_reply_begun (request, began, params->await, error);
}
