/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "hs-phone"

#include "hs-methods-call.h"

#include "base/hs-json.h"
#include "protocol/hs-protocol.h"

HsMediaRequest
hs_methods_read_media (JsonObject *media)
{
  gboolean audio = media != NULL && json_object_has_member (media, "audioOptions");
  HsMediaRequest request = {
    .audio = hs_json_get_boolean (media, "audio", audio),
    .video = hs_json_get_boolean (media, "video", FALSE),
    .screen = hs_json_get_boolean (media, "screen", FALSE),
    .audio_options = hs_json_get_object (media, "audioOptions"),
    .video_options = hs_json_get_object (media, "videoOptions"),
    .screen_options = hs_json_get_object (media, "screenOptions"),
  };

  return request;
}

/* Left out, the media of a call is audio: what somebody who makes a call by hand means. */
static HsMediaRequest
read_call_media (JsonObject *media)
{
  HsMediaRequest audio = { .audio = TRUE };

  return media != NULL ? hs_methods_read_media (media) : audio;
}

HsCalls *
hs_methods_get_calls (HsPhone *phone, HsRequest *request)
{
  g_autoptr (GError) error = NULL;
  HsCalls *calls = hs_phone_get_calls (phone, &error);

  if (calls == NULL)
    hs_request_fail (request, error);
  return calls;
}

gboolean
hs_call_method_begin (
    HsCallMethod *self, HsPhone *phone, HsRequest *request, gboolean await, HsReplyToNode to_node)
{
  HsCalls *calls = hs_methods_get_calls (phone, request);

  if (calls == NULL)
    return FALSE;
  *self = (HsCallMethod){
    .calls = calls,
    .waiter = hs_reply_waiter_full (request, await, to_node),
    .request = request,
    .await = await,
  };
  return TRUE;
}

void
hs_call_method_end (HsCallMethod *self)
{
  hs_reply_begun (self->request, self->began, self->await, self->error);
  g_clear_error (&self->error);
}

typedef struct {
  HsRequest *request;
  char *call_id;
} Made;

static void
made_free (Made *made)
{
  g_free (made->call_id);
  g_free (made);
}

static void
on_made (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Made *made = g_task_get_task_data (G_TASK (result));
  g_autoptr (GError) error = NULL;

  if (g_task_propagate_boolean (G_TASK (result), &error))
    hs_request_answer_string (made->request, made->call_id);
  else
    hs_request_fail (made->request, error);
}

void
hs_handle_call_make (HsPhone *phone, HsRequest *request, const HsCallMakeParams *params)
{
  HsCalls *calls = hs_methods_get_calls (phone, request);
  HsMediaRequest media = read_call_media (params->media);
  g_autoptr (GTask) waiter = NULL;
  g_autoptr (GError) error = NULL;
  const char *call_id;
  Made *made = NULL;

  if (calls == NULL)
    return;
  if (params->await) {
    made = g_new0 (Made, 1);
    made->request = request;
    waiter = g_task_new (NULL, NULL, on_made, NULL);
    g_task_set_task_data (waiter, made, (GDestroyNotify) made_free);
  }
  call_id = hs_calls_make (calls, params->destination, &media, params->options,
                           waiter != NULL ? g_object_ref (waiter) : NULL, &error);
  if (call_id == NULL)
    hs_request_fail (request, error);
  else if (made != NULL)
    made->call_id = g_strdup (call_id);
  else
    hs_request_answer_string (request, call_id);
}

void
hs_handle_call_answer (HsPhone *phone, HsRequest *request, const HsCallAnswerParams *params)
{
  HsMediaRequest media = read_call_media (params->media);
  HsCallMethod method;

  if (!hs_call_method_begin (&method, phone, request, params->await, NULL))
    return;
  method.began = hs_calls_answer (method.calls, params->call_id, &media, params->options,
                                  method.waiter, &method.error);
  hs_call_method_end (&method);
}

void
hs_methods_run_operation (HsPhone *phone,
                          HsRequest *request,
                          const char *call_id,
                          gboolean await,
                          HsCallsOperation operation)
{
  HsCallMethod method;

  if (!hs_call_method_begin (&method, phone, request, await, NULL))
    return;
  method.began = operation (method.calls, call_id, method.waiter, &method.error);
  hs_call_method_end (&method);
}

void
hs_handle_call_reject (HsPhone *phone, HsRequest *request, const HsCallRejectParams *params)
{
  hs_methods_run_operation (phone, request, params->call_id, params->await, hs_calls_reject);
}

void
hs_handle_call_ignore (HsPhone *phone, HsRequest *request, const HsCallIgnoreParams *params)
{
  hs_methods_run_operation (phone, request, params->call_id, params->await, hs_calls_ignore);
}

void
hs_handle_call_end (HsPhone *phone, HsRequest *request, const HsCallEndParams *params)
{
  hs_methods_run_operation (phone, request, params->call_id, params->await, hs_calls_end);
}

void
hs_handle_call_hold (HsPhone *phone, HsRequest *request, const HsCallHoldParams *params)
{
  hs_methods_run_operation (phone, request, params->call_id, params->await, hs_calls_hold);
}

void
hs_handle_call_unhold (HsPhone *phone, HsRequest *request, const HsCallUnholdParams *params)
{
  hs_methods_run_operation (phone, request, params->call_id, params->await, hs_calls_unhold);
}

void
hs_handle_call_send_custom_parameters (HsPhone *phone,
                                       HsRequest *request,
                                       const HsCallSendCustomParametersParams *params)
{
  hs_methods_run_operation (phone, request, params->call_id, params->await,
                            hs_calls_send_custom_parameters);
}

typedef gboolean (*OperationTo) (HsCalls *, const char *, const char *, GTask *, GError **);

/* @with: a destination, or another call */
static void
run_operation_to (HsPhone *phone,
                  HsRequest *request,
                  const char *call_id,
                  const char *with,
                  gboolean await,
                  OperationTo operation)
{
  HsCallMethod method;

  if (!hs_call_method_begin (&method, phone, request, await, NULL))
    return;
  method.began = operation (method.calls, call_id, with, method.waiter, &method.error);
  hs_call_method_end (&method);
}

void
hs_handle_call_forward (HsPhone *phone, HsRequest *request, const HsCallForwardParams *params)
{
  run_operation_to (phone, request, params->call_id, params->destination, params->await,
                    hs_calls_forward);
}

void
hs_handle_call_direct_transfer (HsPhone *phone,
                                HsRequest *request,
                                const HsCallDirectTransferParams *params)
{
  run_operation_to (phone, request, params->call_id, params->destination, params->await,
                    hs_calls_direct_transfer);
}

void
hs_handle_call_consultative_transfer (HsPhone *phone,
                                      HsRequest *request,
                                      const HsCallConsultativeTransferParams *params)
{
  run_operation_to (phone, request, params->call_id, params->other_call_id, params->await,
                    hs_calls_consultative_transfer);
}

static JsonNode *
id_to_node (gpointer value)
{
  g_autofree char *id = value;

  return json_node_init_string (json_node_alloc (), id);
}

void
hs_handle_call_join (HsPhone *phone, HsRequest *request, const HsCallJoinParams *params)
{
  HsCallMethod method;

  if (!hs_call_method_begin (&method, phone, request, params->await, id_to_node))
    return;
  method.began = hs_calls_join (method.calls, params->call_id, params->other_call_id, method.waiter,
                                &method.error);
  hs_call_method_end (&method);
}

static JsonNode *
report_to_node (gpointer value)
{
  return hs_json_node_take_object (value);
}

void
hs_handle_call_get_stats (HsPhone *phone, HsRequest *request, const HsCallGetStatsParams *params)
{
  HsCallMethod method;

  if (!hs_call_method_begin (&method, phone, request, params->await, report_to_node))
    return;
  method.began = hs_calls_get_stats (method.calls, params->call_id, params->track_id, method.waiter,
                                     &method.error);
  hs_call_method_end (&method);
}

void
hs_handle_call_get_report (HsPhone *phone, HsRequest *request, const HsCallGetReportParams *params)
{
  HsCallMethod method;

  if (!hs_call_method_begin (&method, phone, request, TRUE, report_to_node))
    return;
  method.began = hs_calls_get_report (method.calls, params->call_id, method.waiter, &method.error);
  hs_call_method_end (&method);
}

void
hs_handle_call_get_all (HsPhone *phone, HsRequest *request)
{
  HsCalls *calls = hs_methods_get_calls (phone, request);

  if (calls != NULL)
    hs_request_answer (request, hs_json_node_take_array (hs_calls_dup_all (calls)));
}

void
hs_handle_call_get_by_id (HsPhone *phone, HsRequest *request, const HsCallGetByIdParams *params)
{
  HsCalls *calls = hs_methods_get_calls (phone, request);

  if (calls != NULL)
    hs_request_answer_object (request, hs_calls_dup_by_id (calls, params->call_id));
}

void
hs_handle_call_change_speaker (HsPhone *phone,
                               HsRequest *request,
                               const HsCallChangeSpeakerParams *params)
{
  HsCallMethod method;

  if (!hs_call_method_begin (&method, phone, request, TRUE, NULL))
    return;
  method.began = hs_calls_set_speaker (method.calls, params->call_id, params->speaker_id,
                                       method.waiter, &method.error);
  hs_call_method_end (&method);
}

void
hs_handle_call_set_custom_parameters (HsPhone *phone,
                                      HsRequest *request,
                                      const HsCallSetCustomParametersParams *params)
{
  HsCallMethod method;

  if (!hs_call_method_begin (&method, phone, request, FALSE, NULL))
    return;
  method.began = hs_calls_set_custom_parameters (method.calls, params->call_id,
                                                 params->custom_parameters, &method.error);
  hs_call_method_end (&method);
}

/* The default devices are configuration: whatever opens a device next finds them there. */
void
hs_handle_call_set_default_devices (HsPhone *phone,
                                    HsRequest *request,
                                    const HsCallSetDefaultDevicesParams *params)
{
  g_autoptr (JsonObject) values = json_object_new ();

  if (hs_methods_get_calls (phone, request) == NULL)
    return;
  json_object_set_object_member (values, "media", json_object_ref (params->devices));
  hs_config_merge (hs_phone_get_config (phone), values);
  hs_request_answer (request, NULL);
}
