/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "hs-media"

#include "hs-codec-remover.h"

#include "base/hs-json.h"
#include "sdp/hs-sdp-edit.h"
#include "sdp/hs-sdp.h"

/* One codec to take out; owns what the selector points at. */
typedef struct {
  char *name;
  char **fmtp_params;
} Codec;

struct _HsCodecRemover {
  GObject parent;

  GPtrArray *codecs; /* of Codec */
};

static void
codec_free (Codec *codec)
{
  g_free (codec->name);
  g_strfreev (codec->fmtp_params);
  g_free (codec);
}

static char **
dup_strings (JsonArray *array)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();

  for (guint i = 0; array != NULL && i < json_array_get_length (array); i++) {
    JsonNode *node = json_array_get_element (array, i);

    if (JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_STRING)
      g_strv_builder_add (builder, json_node_get_string (node));
  }
  return g_strv_builder_end (builder);
}

static void
add_codec (HsCodecRemover *self, JsonNode *node)
{
  JsonObject *object = hs_json_node_get_object (node);
  const char *name = hs_json_get_string (object, "name");
  Codec *codec;

  if (JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_STRING)
    name = json_node_get_string (node);
  if (name == NULL)
    return;
  codec = g_new0 (Codec, 1);
  codec->name = g_strdup (name);
  codec->fmtp_params = dup_strings (hs_json_get_array (object, "fmtpParams"));
  g_ptr_array_add (self->codecs, codec);
}

static char *
remove_codecs (HsCodecRemover *self, const char *text, GError **error)
{
  g_autoptr (HsSdp) sdp = hs_sdp_parse (text, error);

  if (sdp == NULL)
    return NULL;
  for (guint i = 0; i < self->codecs->len; i++) {
    const Codec *codec = g_ptr_array_index (self->codecs, i);
    HsSdpCodecSelector selector = { codec->name, (const char *const *) codec->fmtp_params };

    hs_sdp_remove_codecs (sdp, &selector, 1);
  }
  return hs_sdp_to_text (sdp);
}

static void
codec_remover_handle_async (HsSdpHandler *handler,
                            const char *sdp,
                            const HsSdpHandlerInfo *info,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (handler, cancellable, callback, user_data);
  g_autoptr (GError) error = NULL;
  char *text = remove_codecs (HS_CODEC_REMOVER (handler), sdp, &error);

  if (text != NULL)
    g_task_return_pointer (task, text, g_free);
  else
    g_task_return_error (task, g_steal_pointer (&error));
}

static char *
codec_remover_handle_finish (HsSdpHandler *handler, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
hs_codec_remover_init_interface (HsSdpHandlerInterface *interface)
{
  interface->handle_async = codec_remover_handle_async;
  interface->handle_finish = codec_remover_handle_finish;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (HsCodecRemover,
                               hs_codec_remover,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (HS_TYPE_SDP_HANDLER,
                                                      hs_codec_remover_init_interface))

static void
hs_codec_remover_finalize (GObject *object)
{
  g_ptr_array_unref (HS_CODEC_REMOVER (object)->codecs);
  G_OBJECT_CLASS (hs_codec_remover_parent_class)->finalize (object);
}

static void
hs_codec_remover_class_init (HsCodecRemoverClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = hs_codec_remover_finalize;
}

static void
hs_codec_remover_init (HsCodecRemover *self)
{
  self->codecs = g_ptr_array_new_with_free_func ((GDestroyNotify) codec_free);
}

HsSdpHandler *
hs_codec_remover_new (JsonArray *codecs)
{
  HsCodecRemover *self = g_object_new (HS_TYPE_CODEC_REMOVER, NULL);

  for (guint i = 0; i < json_array_get_length (codecs); i++)
    add_codec (self, json_array_get_element (codecs, i));
  return HS_SDP_HANDLER (self);
}
