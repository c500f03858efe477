/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "hs-link"

#include "hs-sdp-format.h"

#include "base/hs-error.h"

static gboolean
refuse (GError **error, HsError code, const char *why)
{
  g_set_error (error, HS_ERROR, code, "the compressed SDP %s", why);
  return FALSE;
}

/* @output is as large as the limit, so a bomb is stopped after that many bytes. */
static gboolean
inflate (const guchar *input, gsize input_size, GByteArray *output, GError **error)
{
  gboolean gzip = input_size >= 2 && input[0] == 0x1f && input[1] == 0x8b;
  GZlibCompressorFormat format =
      gzip ? G_ZLIB_COMPRESSOR_FORMAT_GZIP : G_ZLIB_COMPRESSOR_FORMAT_ZLIB;
  g_autoptr (GZlibDecompressor) decompressor = g_zlib_decompressor_new (format);
  GConverterResult result = G_CONVERTER_CONVERTED;
  gsize taken = 0, given = 0;

  while (result != G_CONVERTER_FINISHED) {
    gsize n_read, n_written;

    if (given == output->len)
      return refuse (error, HS_ERROR_TOO_LARGE, "is larger than 256 KiB when unpacked");
    result = g_converter_convert (G_CONVERTER (decompressor), input + taken, input_size - taken,
                                  output->data + given, output->len - given,
                                  G_CONVERTER_INPUT_AT_END, &n_read, &n_written, NULL);
    if (result == G_CONVERTER_ERROR)
      return refuse (error, HS_ERROR_INVALID_DATA, "is neither zlib nor gzip data");
    taken += n_read;
    given += n_written;
  }
  g_byte_array_set_size (output, given);
  return TRUE;
}

char *
hs_sdp_unpack (const char *text, GError **error)
{
  gsize size;
  g_autofree guchar *packed = g_base64_decode (text, &size);
  g_autoptr (GByteArray) output = g_byte_array_new ();

  if (packed == NULL || size == 0) {
    refuse (error, HS_ERROR_INVALID_DATA, "is not base64");
    return NULL;
  }
  g_byte_array_set_size (output, HS_SDP_MAX_SIZE);
  if (!inflate (packed, size, output, error))
    return NULL;
  if (!g_utf8_validate_len ((const char *) output->data, output->len, NULL)) {
    refuse (error, HS_ERROR_INVALID_DATA, "is not a text");
    return NULL;
  }
  return g_strndup ((const char *) output->data, output->len);
}
