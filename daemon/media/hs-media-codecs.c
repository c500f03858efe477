/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "hs-media"

#include "hs-media-codecs.h"

#include "hs-leg-video.h"

#include <gst/gst.h>

#define MAX_ELEMENTS 4

typedef struct {
  HsMediaKind kind;
  const char *name; /* as a=rtpmap has it */
  guint payload;
  guint clock_rate;
  guint channels;
  const char *fmtp;                   /* nullable */
  const char *elements[MAX_ELEMENTS]; /* what it takes, of audio; video knows by itself */
} Codec;

static const Codec codecs[] = {
  { HS_MEDIA_AUDIO,
    "opus",
    111,
    48000,
    2,
    "minptime=10;useinbandfec=1",
    { "opusenc", "rtpopuspay", "rtpopusdepay", "opusdec" } },
  { HS_MEDIA_AUDIO,
    "PCMU",
    0,
    8000,
    1,
    NULL,
    { "mulawenc", "rtppcmupay", "rtppcmudepay", "mulawdec" } },
  { HS_MEDIA_AUDIO,
    "PCMA",
    8,
    8000,
    1,
    NULL,
    { "alawenc", "rtppcmapay", "rtppcmadepay", "alawdec" } },
  { HS_MEDIA_AUDIO, "telephone-event", 110, 48000, 1, "0-16", { NULL } },
  { HS_MEDIA_AUDIO, "telephone-event", 126, 8000, 1, "0-16", { NULL } },
  { HS_MEDIA_VIDEO, "VP8", 96, 90000, 1, NULL, { NULL } },
  { HS_MEDIA_VIDEO,
    "H264",
    102,
    90000,
    1,
    "level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f",
    { NULL } },
  { HS_MEDIA_VIDEO, "VP9", 98, 90000, 1, NULL, { NULL } },
};

static gboolean
is_installed (const Codec *codec)
{
  for (guint i = 0; i < MAX_ELEMENTS && codec->elements[i] != NULL; i++) {
    g_autoptr (GstElementFactory) factory = gst_element_factory_find (codec->elements[i]);

    if (factory == NULL)
      return FALSE;
  }
  return codec->kind == HS_MEDIA_AUDIO || hs_leg_video_has_codec (codec->name);
}

static JsonObject *
dup_codec (const Codec *codec)
{
  JsonObject *object = json_object_new ();
  g_autofree char *mime_type =
      g_strdup_printf ("%s/%s", codec->kind == HS_MEDIA_AUDIO ? "audio" : "video", codec->name);

  json_object_set_string_member (object, "mimeType", mime_type);
  json_object_set_int_member (object, "clockRate", codec->clock_rate);
  if (codec->channels > 1)
    json_object_set_int_member (object, "channels", codec->channels);
  if (codec->fmtp != NULL)
    json_object_set_string_member (object, "sdpFmtpLine", codec->fmtp);
  return object;
}

JsonArray *
hs_media_codecs_dup (HsMediaKind kind)
{
  JsonArray *array = json_array_new ();

  for (guint i = 0; i < G_N_ELEMENTS (codecs); i++) {
    if (codecs[i].kind == kind && is_installed (&codecs[i]))
      json_array_add_object_element (array, dup_codec (&codecs[i]));
  }
  return array;
}

/* webrtcbin makes a=fmtp of the fields that it does not know. */
static void
append_parameters (GString *caps, const char *fmtp)
{
  g_auto (GStrv) parameters = g_strsplit (fmtp != NULL ? fmtp : "", ";", -1);

  for (guint i = 0; parameters[i] != NULL; i++) {
    const char *value = strchr (parameters[i], '=');

    if (value != NULL)
      g_string_append_printf (caps, ",%.*s=(string)%s", (int) (value - parameters[i]),
                              parameters[i], value + 1);
  }
}

char *
hs_media_codecs_dup_caps (HsMediaKind kind)
{
  GString *caps = g_string_new (NULL);

  for (guint i = 0; i < G_N_ELEMENTS (codecs); i++) {
    const Codec *codec = &codecs[i];
    g_autofree char *name = g_ascii_strup (codec->name, -1);

    if (codec->kind != kind || !is_installed (codec))
      continue;
    g_string_append_printf (
        caps, "%sapplication/x-rtp,media=%s,encoding-name=%s,payload=%u,clock-rate=%u",
        caps->len > 0 ? ";" : "", kind == HS_MEDIA_AUDIO ? "audio" : "video", name, codec->payload,
        codec->clock_rate);
    if (codec->channels > 1)
      g_string_append_printf (caps, ",encoding-params=(string)%u", codec->channels);
    append_parameters (caps, codec->fmtp);
  }
  return g_string_free (caps, FALSE);
}
