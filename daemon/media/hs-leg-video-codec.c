/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "hs-media"

#include "hs-leg-video-codec.h"

static const HsLegVideoCodec codecs[] = {
  { "VP8", { "vp8enc" }, { "vp8dec" }, "rtpvp8pay", "rtpvp8depay" },
  { "H264",
    { "openh264enc", "x264enc", "vah264enc" },
    { "openh264dec", "avdec_h264", "vah264dec" },
    "rtph264pay",
    "rtph264depay",
    "h264parse" },
  { "VP9", { "vp9enc" }, { "vp9dec" }, "rtpvp9pay", "rtpvp9depay" },
};

const HsLegVideoCodec *
hs_leg_video_codec_find (const char *name)
{
  for (gsize i = 0; i < G_N_ELEMENTS (codecs); i++) {
    if (g_ascii_strcasecmp (codecs[i].name, name) == 0)
      return &codecs[i];
  }
  return NULL;
}

const char *
hs_leg_video_codec_choose (const char *const *names)
{
  for (gsize i = 0; names[i] != NULL; i++) {
    g_autoptr (GstElementFactory) factory = gst_element_factory_find (names[i]);

    if (factory != NULL)
      return names[i];
  }
  return NULL;
}

/* Sets what this element has of these; encoders of different makers have different ones. */
static void
set_if_there (GstElement *element, const char *property, const char *value)
{
  GParamSpec *spec = g_object_class_find_property (G_OBJECT_GET_CLASS (element), property);

  if (spec != NULL && (spec->flags & G_PARAM_WRITABLE) != 0)
    gst_util_set_object_arg (G_OBJECT (element), property, value);
}

static gboolean
is_made_by (GstElement *element, const char *factory)
{
  return g_str_equal (GST_OBJECT_NAME (gst_element_get_factory (element)), factory);
}

void
hs_leg_video_codec_tune_encoder (GstElement *encoder)
{
  static const char *const vpx[][2] = {
    { "deadline", "1" },      { "cpu-used", "8" },
    { "end-usage", "cbr" },   { "threads", "1" },
    { "lag-in-frames", "0" }, { "keyframe-max-dist", "2000" },
    { "buffer-size", "600" }, { "buffer-initial-size", "400" },
  };
  static const char *const h264[][2] = {
    { "rate-control", "bitrate" }, { "complexity", "low" },   { "gop-size", "2000" },
    { "multi-thread", "1" },       { "tune", "zerolatency" }, { "speed-preset", "ultrafast" },
    { "key-int-max", "2000" },     { "bframes", "0" },        { "b-frames", "0" },
  };
  gboolean is_vpx = is_made_by (encoder, "vp8enc") || is_made_by (encoder, "vp9enc");

  for (gsize i = 0; is_vpx && i < G_N_ELEMENTS (vpx); i++)
    set_if_there (encoder, vpx[i][0], vpx[i][1]);
  for (gsize i = 0; !is_vpx && i < G_N_ELEMENTS (h264); i++)
    set_if_there (encoder, h264[i][0], h264[i][1]);
}

void
hs_leg_video_codec_tune_payloader (GstElement *payloader, guint payload)
{
  g_object_set (payloader, "pt", payload, NULL);
  set_if_there (payloader, "picture-id-mode", "15-bit");
  set_if_there (payloader, "config-interval", "-1");
  set_if_there (payloader, "aggregate-mode", "zero-latency");
}

void
hs_leg_video_codec_tune_depayloader (GstElement *depayloader)
{
  /* What retransmission does not bring back is asked for anew. */
  set_if_there (depayloader, "request-keyframe", "true");
}

void
hs_leg_video_codec_set_bitrate (GstElement *encoder, guint bitrate_bps)
{
  if (is_made_by (encoder, "vp8enc") || is_made_by (encoder, "vp9enc"))
    g_object_set (encoder, "target-bitrate", (int) bitrate_bps, NULL);
  else if (is_made_by (encoder, "openh264enc"))
    g_object_set (encoder, "bitrate", bitrate_bps, NULL);
  else
    g_object_set (encoder, "bitrate", bitrate_bps / 1000, NULL);
}
