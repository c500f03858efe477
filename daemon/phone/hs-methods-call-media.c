/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "hs-phone"

#include "hs-methods-call.h"
#include "protocol/hs-protocol.h"

/* What a call sends, and from which devices. */

void
hs_handle_call_add_media (HsPhone *phone, HsRequest *request, const HsCallAddMediaParams *params)
{
  HsMediaRequest media = hs_methods_read_media (params->media);
  HsCallMethod method;

  if (!hs_call_method_begin (&method, phone, request, params->await, NULL))
    return;
  method.began = hs_calls_add_media (method.calls, params->call_id, &media, params->options,
                                     method.waiter, &method.error);
  hs_call_method_end (&method);
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
  g_auto (GStrv) track_ids = dup_texts (params->tracks);
  HsCallMethod method;

  if (!hs_call_method_begin (&method, phone, request, params->await, NULL))
    return;
  method.began =
      hs_calls_remove_media (method.calls, params->call_id, (const char *const *) track_ids,
                             params->options, method.waiter, &method.error);
  hs_call_method_end (&method);
}

void
hs_handle_call_start_video (HsPhone *phone,
                            HsRequest *request,
                            const HsCallStartVideoParams *params)
{
  HsCallMethod method;

  if (!hs_call_method_begin (&method, phone, request, params->await, NULL))
    return;
  method.began = hs_calls_start_video (method.calls, params->call_id, params->video_options,
                                       params->options, method.waiter, &method.error);
  hs_call_method_end (&method);
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
  HsMediaRequest media = { .screen = TRUE, .screen_options = params->screen_options };
  HsCallMethod method;

  if (!hs_call_method_begin (&method, phone, request, params->await, NULL))
    return;
  method.began = hs_calls_add_media (method.calls, params->call_id, &media, params->options,
                                     method.waiter, &method.error);
  hs_call_method_end (&method);
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
  HsMediaRequest media = hs_methods_read_media (params->media);
  HsCallMethod method;

  if (!hs_call_method_begin (&method, phone, request, params->await, NULL))
    return;
  method.began = hs_calls_replace_track (method.calls, params->call_id, params->track_id, &media,
                                         method.waiter, &method.error);
  hs_call_method_end (&method);
}

void
hs_handle_call_change_input_devices (HsPhone *phone,
                                     HsRequest *request,
                                     const HsCallChangeInputDevicesParams *params)
{
  HsCallMethod method;

  if (!hs_call_method_begin (&method, phone, request, params->await, NULL))
    return;
  method.began = hs_calls_change_input_devices (method.calls, params->call_id, params->devices,
                                                method.waiter, &method.error);
  hs_call_method_end (&method);
}

void
hs_handle_call_send_dtmf (HsPhone *phone, HsRequest *request, const HsCallSendDTMFParams *params)
{
  HsCallMethod method;

  if (!hs_call_method_begin (&method, phone, request, params->await, NULL))
    return;
  method.began = hs_calls_send_tones (method.calls, params->call_id, params->tone, params->duration,
                                      params->intertone_gap, method.waiter, &method.error);
  hs_call_method_end (&method);
}
