/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "hs-sdp"

#include "hs-sdp-codec.h"

#include <string.h>

#define MAX_CLOCK_RATE 1000000
#define MAX_CHANNELS   255
#define MAX_PTIME_MS   1000

/* Payloads that need no a=rtpmap (RFC 3551), and the shape in which a codec is what its name says:
 * opus at other rates, or PCMU with two channels, would not decode. */
static const struct {
  const char *name;
  int static_payload; /* -1: none */
  guint clock_rate;
  guint channels;
} known_codecs[] = {
  { "PCMU", 0, 8000, 1 }, { "PCMA", 8, 8000, 1 },   { "G722", 9, 8000, 1 },
  { "CN", 13, 8000, 1 },  { "opus", -1, 48000, 2 },
};

void
hs_sdp_codec_free (HsSdpCodec *codec)
{
  if (codec == NULL)
    return;
  g_free (codec->name);
  g_free (codec->fmtp);
  g_free (codec);
}

/* Returns: (nullable): what stands behind "PAYLOAD " in the first such attribute. */
static const char *
find_text (HsSdpSection *section, const char *name, const char *format)
{
  g_autoptr (GPtrArray) values = hs_sdp_section_get_attributes (section, name);
  gsize length = strlen (format);

  for (guint i = 0; i < values->len; i++) {
    const char *value = g_ptr_array_index (values, i);
    if (strncmp (value, format, length) == 0 && value[length] == ' ')
      return value + length + 1;
  }
  return NULL;
}

/* Takes "opus/48000/2" in. */
static gboolean
parse_rtpmap (HsSdpCodec *codec, const char *text)
{
  g_auto (GStrv) parts = g_strsplit (text, "/", 3);
  guint64 clock_rate, channels = 1;

  if (g_strv_length (parts) < 2 || *parts[0] == '\0')
    return FALSE;
  if (!g_ascii_string_to_unsigned (g_strchomp (parts[1]), 10, 1, MAX_CLOCK_RATE, &clock_rate, NULL))
    return FALSE;
  if (parts[2] != NULL &&
      !g_ascii_string_to_unsigned (g_strchomp (parts[2]), 10, 1, MAX_CHANNELS, &channels, NULL))
    return FALSE;
  codec->name = g_strdup (parts[0]);
  codec->clock_rate = clock_rate;
  codec->channels = channels;
  return TRUE;
}

static gboolean
take_static (HsSdpCodec *codec)
{
  for (guint i = 0; i < G_N_ELEMENTS (known_codecs); i++) {
    if (known_codecs[i].static_payload != codec->payload)
      continue;
    codec->name = g_strdup (known_codecs[i].name);
    codec->clock_rate = known_codecs[i].clock_rate;
    codec->channels = known_codecs[i].channels;
    return TRUE;
  }
  return FALSE;
}

static HsSdpCodec *
dup_codec (HsSdpSection *section, const char *format)
{
  g_autoptr (HsSdpCodec) codec = g_new0 (HsSdpCodec, 1);
  const char *rtpmap = find_text (section, "rtpmap", format);
  guint64 payload;

  if (!g_ascii_string_to_unsigned (format, 10, 0, 127, &payload, NULL))
    return NULL;
  codec->payload = (int) payload;
  if (rtpmap != NULL ? !parse_rtpmap (codec, rtpmap) : !take_static (codec))
    return NULL;
  codec->fmtp = g_strdup (find_text (section, "fmtp", format));
  return g_steal_pointer (&codec);
}

static gboolean
holds_payload (GPtrArray *codecs, int payload)
{
  for (guint i = 0; i < codecs->len; i++) {
    const HsSdpCodec *codec = g_ptr_array_index (codecs, i);
    if (codec->payload == payload)
      return TRUE;
  }
  return FALSE;
}

GPtrArray *
hs_sdp_section_dup_codecs (HsSdpSection *section)
{
  GPtrArray *codecs = g_ptr_array_new_with_free_func ((GDestroyNotify) hs_sdp_codec_free);
  const char *const *formats = hs_sdp_section_get_formats (section);

  for (guint i = 0; formats[i] != NULL; i++) {
    g_autoptr (HsSdpCodec) codec = dup_codec (section, formats[i]);
    if (codec != NULL && !holds_payload (codecs, codec->payload))
      g_ptr_array_add (codecs, g_steal_pointer (&codec));
  }
  return codecs;
}

static gboolean
has_known_shape (HsSdpSection *section, const HsSdpCodec *codec)
{
  if (hs_sdp_section_get_kind (section) == HS_SDP_VIDEO)
    return codec->clock_rate == 90000;
  for (guint i = 0; i < G_N_ELEMENTS (known_codecs); i++) {
    if (g_ascii_strcasecmp (known_codecs[i].name, codec->name) == 0)
      return codec->clock_rate == known_codecs[i].clock_rate &&
             codec->channels == known_codecs[i].channels;
  }
  return TRUE;
}

static gboolean
is_named (const HsSdpCodec *codec, const char *const *names)
{
  for (guint i = 0; names[i] != NULL; i++) {
    if (g_ascii_strcasecmp (codec->name, names[i]) == 0)
      return TRUE;
  }
  return FALSE;
}

HsSdpCodec *
hs_sdp_section_find_codec (HsSdpSection *section, const char *const *names)
{
  g_autoptr (GPtrArray) codecs = hs_sdp_section_dup_codecs (section);

  for (guint i = 0; i < codecs->len; i++) {
    const HsSdpCodec *codec = g_ptr_array_index (codecs, i);
    if (is_named (codec, names) && has_known_shape (section, codec))
      return g_ptr_array_steal_index (codecs, i);
  }
  return NULL;
}

static gboolean
is_telephone_event (const HsSdpCodec *codec)
{
  return g_ascii_strcasecmp (codec->name, "telephone-event") == 0;
}

int
hs_sdp_section_find_telephone_event (HsSdpSection *section, guint clock_rate)
{
  g_autoptr (GPtrArray) codecs = hs_sdp_section_dup_codecs (section);

  for (guint i = 0; i < codecs->len; i++) {
    const HsSdpCodec *codec = g_ptr_array_index (codecs, i);
    if (is_telephone_event (codec) && codec->clock_rate == clock_rate)
      return codec->payload;
  }
  return -1;
}

static gboolean
has_any_telephone_event (HsSdpSection *section)
{
  g_autoptr (GPtrArray) codecs = hs_sdp_section_dup_codecs (section);

  for (guint i = 0; i < codecs->len; i++) {
    if (is_telephone_event (g_ptr_array_index (codecs, i)))
      return TRUE;
  }
  return FALSE;
}

gboolean
hs_sdp_has_telephone_event (HsSdp *sdp)
{
  for (guint i = 0; i < hs_sdp_get_n_sections (sdp); i++) {
    HsSdpSection *section = hs_sdp_get_section (sdp, i);
    if (hs_sdp_section_get_kind (section) == HS_SDP_AUDIO &&
        !hs_sdp_section_is_rejected (section) && has_any_telephone_event (section))
      return TRUE;
  }
  return FALSE;
}

void
hs_sdp_section_add_telephone_event (HsSdpSection *section, guint payload, guint clock_rate)
{
  g_return_if_fail (payload <= 127 && clock_rate > 0);

  g_autofree char *format = g_strdup_printf ("%u", payload);
  g_autofree char *rtpmap = g_strdup_printf ("%u telephone-event/%u", payload, clock_rate);
  g_autofree char *fmtp = g_strdup_printf ("%u 0-16", payload);
  if (hs_sdp_section_has_format (section, format) ||
      hs_sdp_section_find_telephone_event (section, clock_rate) >= 0)
    return;
  hs_sdp_section_add_format (section, format);
  hs_sdp_section_append_attribute (section, "rtpmap", rtpmap);
  hs_sdp_section_append_attribute (section, "fmtp", fmtp);
}

static gboolean
is_payload_used (HsSdp *sdp, int payload)
{
  g_autofree char *format = g_strdup_printf ("%d", payload);

  for (guint i = 0; i < hs_sdp_get_n_sections (sdp); i++) {
    if (hs_sdp_section_has_format (hs_sdp_get_section (sdp, i), format))
      return TRUE;
  }
  return FALSE;
}

static int
find_free_between (HsSdp *sdp, int first, int last)
{
  for (int payload = first; payload >= last; payload--) {
    if (!is_payload_used (sdp, payload))
      return payload;
  }
  return -1;
}

int
hs_sdp_find_free_payload (HsSdp *sdp, int preferred)
{
  if (preferred >= 0 && !is_payload_used (sdp, preferred))
    return preferred;
  int payload = find_free_between (sdp, 127, 96);
  return payload >= 0 ? payload : find_free_between (sdp, 63, 35);
}

guint
hs_sdp_section_get_ptime_ms (HsSdpSection *section)
{
  const char *text = hs_sdp_section_get_attribute (section, "ptime");
  guint64 ptime_ms = 0;

  if (text != NULL && !g_ascii_string_to_unsigned (text, 10, 1, MAX_PTIME_MS, &ptime_ms, NULL))
    return 0;
  return ptime_ms;
}
