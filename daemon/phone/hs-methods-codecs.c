/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "hs-phone"

#include "base/hs-json.h"
#include "hs-phone.h"
#include "media/hs-media-codecs.h"
#include "protocol/hs-protocol.h"
#include "rpc/hs-request.h"

/* What goes into session descriptions: codecs, and those who edit them. */

typedef struct {
  HsPhone *phone;
  HsRequest *request;
  HsMediaKind kind;
} Codecs;

static void
free_codecs (Codecs *self)
{
  g_object_unref (self->phone);
  g_free (self);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Codecs, free_codecs)

static void
on_codecs_known (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Codecs) self = user_data;
  g_autoptr (JsonObject) payload = NULL;
  g_autoptr (GError) error = NULL;
  JsonArray *codecs;

  if (!hs_media_warm_up_finish (HS_MEDIA (source), result, &error)) {
    hs_request_fail (self->request, error);
    return;
  }
  codecs = hs_media_codecs_dup (self->kind);
  payload = json_object_new ();
  json_object_set_string_member (payload, "kind", self->kind == HS_MEDIA_AUDIO ? "audio" : "video");
  json_object_set_array_member (payload, "codecs", json_array_ref (codecs));
  hs_phone_tell (self->phone, "call:availableCodecs", payload);
  hs_request_answer (self->request, hs_json_node_take_array (codecs));
}

void
hs_handle_call_get_available_codecs (HsPhone *phone,
                                     HsRequest *request,
                                     const HsCallGetAvailableCodecsParams *params)
{
  g_autoptr (GError) error = NULL;
  Codecs *self;

  if (hs_phone_get_calls (phone, &error) == NULL) {
    hs_request_fail (request, error);
    return;
  }
  self = g_new0 (Codecs, 1);
  self->phone = g_object_ref (phone);
  self->request = request;
  self->kind = g_str_equal (params->kind, "audio") ? HS_MEDIA_AUDIO : HS_MEDIA_VIDEO;
  /* What there is, is known when GStreamer runs. */
  hs_media_warm_up_async (hs_phone_get_media (phone), NULL, on_codecs_known, self);
}

/* The handlers are configuration, as the SDK's are when they are given to create(). */
void
hs_handle_call_set_sdp_handlers (HsPhone *phone,
                                 HsRequest *request,
                                 const HsCallSetSdpHandlersParams *params)
{
  g_autoptr (JsonObject) values = json_object_new ();
  g_autoptr (GError) error = NULL;
  JsonObject *call;

  if (hs_phone_get_calls (phone, &error) == NULL) {
    hs_request_fail (request, error);
    return;
  }
  call = json_object_new ();
  json_object_set_array_member (call, "sdpHandlers", json_array_ref (params->sdp_handlers));
  json_object_set_object_member (values, "call", call);
  hs_phone_update_config (phone, values, hs_request_get_connection (request));
  hs_request_answer (request, NULL);
}

void
hs_handle_sdp_handlers_create_codec_remover (HsPhone *phone,
                                             HsRequest *request,
                                             const HsSdpHandlersCreateCodecRemoverParams *params)
{
  JsonObject *descriptor = json_object_new ();

  json_object_set_string_member (descriptor, "type", "codecRemover");
  json_object_set_array_member (descriptor, "codecs", json_array_ref (params->codecs));
  hs_request_answer_object (request, descriptor);
}
