/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "hs-sandbox"

#include "hs-sandbox-packing.h"
#include "hs-sandbox-json.h"

#include <gio/gio.h>
#include <string.h>

/* Returns: (transfer full): @text deflated, as base64 */
static char *
pack (const char *text)
{
  g_autoptr (GConverter) converter =
      G_CONVERTER (g_zlib_compressor_new (G_ZLIB_COMPRESSOR_FORMAT_ZLIB, -1));
  g_autoptr (GOutputStream) memory = g_memory_output_stream_new_resizable ();
  g_autoptr (GOutputStream) stream = g_converter_output_stream_new (memory, converter);
  g_autoptr (GError) error = NULL;

  if (!g_output_stream_write_all (stream, text, strlen (text), NULL, NULL, &error) ||
      !g_output_stream_close (stream, NULL, &error))
    g_critical ("cannot compress in memory: %s", error->message);
  return g_base64_encode (g_memory_output_stream_get_data (G_MEMORY_OUTPUT_STREAM (memory)),
                          g_memory_output_stream_get_data_size (G_MEMORY_OUTPUT_STREAM (memory)));
}

void
hs_sandbox_packing_compress (JsonObject *message)
{
  JsonObject *session = hs_sandbox_json_get_object (message, "sessionParams");
  const char *sdp = session ? hs_sandbox_json_get_string (session, "sdp") : NULL;
  g_autofree char *packed = NULL;

  if (!sdp)
    return;
  packed = pack (sdp);
  json_object_set_string_member (session, "sdp", packed);
  json_object_set_string_member (session, "sdpFormat", "compressed");
}
