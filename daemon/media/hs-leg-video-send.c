/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "hs-media"

#include "hs-leg-video-private.h"

#include "base/hs-error.h"
#include "hs-leg-chain.h"

#include <gst/app/app.h>
#include <gst/video/video.h>

/* For each point of a picture, as often as it is sent: 830 kbit/s for 640x480 at 30. */
#define BITS_PER_POINT 0.09
#define LOWEST_BPS     50000
#define HIGHEST_BPS    4000000
/* Loss up and down, and what it does: rules of thumb, slow enough not to swing. */
#define MUCH_LOSS   0.10
#define LITTLE_LOSS 0.02
#define LESS        0.85
#define MORE        1.08
#define LEAST_SHARE 0.1
#define CALM        2
#define STEP_NS     GST_MSECOND

/* --- how much --- */

/* With the lock held. */
static void
apply_bitrate (HsLegVideo *self)
{
  guint target = self->usual_bps;

  if (target == 0)
    return;
  if (self->limit_bps > 0)
    target = MIN (target, self->limit_bps);
  target = MAX ((guint) (target * self->share), LOWEST_BPS);
  /* Not below what the far end insists on, even if that looks like nothing. */
  if (self->limit_bps > 0)
    target = MIN (target, self->limit_bps);
  if (target == self->target_bps || self->encoder == NULL)
    return;
  self->target_bps = target;
  hs_leg_video_codec_set_bitrate (self->encoder, target);
}

static void
note_size (HsLegVideo *self, GstCaps *caps)
{
  GstVideoInfo info;
  double rate = 30;

  gst_caps_replace (&self->caps, caps);
  if (!gst_video_info_from_caps (&info, caps))
    return;
  if (GST_VIDEO_INFO_FPS_N (&info) > 0 && GST_VIDEO_INFO_FPS_D (&info) > 0)
    rate = GST_VIDEO_INFO_FPS_N (&info) / (double) GST_VIDEO_INFO_FPS_D (&info);
  self->sent.count.width = GST_VIDEO_INFO_WIDTH (&info);
  self->sent.count.height = GST_VIDEO_INFO_HEIGHT (&info);
  self->usual_bps =
      CLAMP (GST_VIDEO_INFO_WIDTH (&info) * GST_VIDEO_INFO_HEIGHT (&info) * rate * BITS_PER_POINT,
             LOWEST_BPS, HIGHEST_BPS);
  apply_bitrate (self);
}

void
hs_leg_video_set_limit (HsLegVideo *self, guint bitrate_bps)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->send_lock);

  self->limit_bps = bitrate_bps;
  apply_bitrate (self);
}

void
hs_leg_video_set_loss (HsLegVideo *self, double fraction)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->send_lock);

  self->calm = fraction < LITTLE_LOSS ? self->calm + 1 : 0;
  if (fraction > MUCH_LOSS)
    self->share = MAX (self->share * LESS, LEAST_SHARE);
  else if (self->calm >= CALM)
    self->share = MIN (self->share * MORE, 1);
  apply_bitrate (self);
}

/* --- pictures --- */

/* Counted on even where two come in the same moment: encoders want time to pass. */
static GstBuffer *
stamp (HsLegVideo *self, GstBuffer *picture)
{
  GstBuffer *buffer = gst_buffer_copy (picture);
  GstClockTime now = hs_leg_chain_get_running_time (self->source);

  GST_BUFFER_PTS (buffer) = MAX (now, self->last_pts + STEP_NS);
  GST_BUFFER_DTS (buffer) = GST_CLOCK_TIME_NONE;
  GST_BUFFER_DURATION (buffer) = GST_CLOCK_TIME_NONE;
  self->last_pts = GST_BUFFER_PTS (buffer);
  return buffer;
}

void
hs_leg_video_push (HsLegVideo *self, GstSample *picture)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->send_lock);
  GstCaps *caps = gst_sample_get_caps (picture);

  if (!self->send || self->source == NULL ||
      !GST_CLOCK_TIME_IS_VALID (hs_leg_chain_get_running_time (self->source)))
    return;
  if (self->caps == NULL || !gst_caps_is_equal (self->caps, caps)) {
    note_size (self, caps);
    gst_app_src_set_caps (GST_APP_SRC (self->source), caps);
  }
  gst_app_src_push_buffer (GST_APP_SRC (self->source),
                           stamp (self, gst_sample_get_buffer (picture)));
}

static GstPadProbeReturn
on_encoded (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  HsLegVideo *self = user_data;
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->send_lock);

  hs_leg_video_meter_add (&self->sent, GST_PAD_PROBE_INFO_BUFFER (info));
  return GST_PAD_PROBE_OK;
}

/* --- elements --- */

static GstElement *
append_source (GstBin *pipeline)
{
  GstElement *source = hs_leg_chain_append (pipeline, NULL, "appsrc");

  if (source == NULL)
    return NULL;
  /* Live, and never more than two pictures behind: late ones are worth less than none. */
  g_object_set (source, "is-live", TRUE, "format", GST_FORMAT_TIME, "max-buffers", (guint64) 2,
                "max-bytes", (guint64) 0, "max-time", (guint64) 0, NULL);
  gst_util_set_object_arg (G_OBJECT (source), "leaky-type", "downstream");
  return source;
}

static GstElement *
append_encoder (HsLegVideo *self, GstBin *pipeline, GstElement *last, const HsLegVideoCodec *codec)
{
  const char *name = hs_leg_video_codec_choose (codec->encoders);
  GstElement *encoder =
      last != NULL && name != NULL ? hs_leg_chain_append (pipeline, last, name) : NULL;
  g_autoptr (GstPad) pad = NULL;

  if (encoder == NULL)
    return NULL;
  hs_leg_video_codec_tune_encoder (encoder);
  pad = gst_element_get_static_pad (encoder, "src");
  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER, on_encoded, hs_leg_video_ref (self),
                     hs_leg_video_unref_data);
  if (g_str_equal (codec->name, "H264"))
    return hs_leg_chain_append_filter (pipeline, encoder,
                                       "video/x-h264,profile=constrained-baseline");
  return encoder;
}

static GstElement *
append_payloader (HsLegVideo *self,
                  GstBin *pipeline,
                  GstElement *last,
                  const HsLegVideoCodec *codec,
                  guint payload)
{
  GstElement *payloader =
      last != NULL ? hs_leg_chain_append (pipeline, last, codec->payloader) : NULL;
  g_autofree char *caps =
      g_strdup_printf ("application/x-rtp,media=video,encoding-name=%s,payload=%u,clock-rate=90000",
                       codec->name, payload);

  if (payloader == NULL)
    return NULL;
  hs_leg_video_codec_tune_payloader (payloader, payload);
  g_object_set (payloader, "ssrc", self->ssrc, NULL);
  return hs_leg_chain_append_filter (pipeline, payloader, caps);
}

static void
remove_sender (HsLegVideo *self, GstBin *pipeline, GstPad *sink_pad)
{
  g_mutex_lock (&self->send_lock);
  gst_clear_object (&self->source);
  gst_clear_object (&self->encoder);
  gst_clear_caps (&self->caps);
  self->target_bps = 0;
  self->codec = NULL;
  g_mutex_unlock (&self->send_lock);
  hs_leg_chain_remove (pipeline, sink_pad);
}

static GstElement *
find_encoder (GstElement *last)
{
  /* The one in front of the payloader, past a filter there may be. */
  g_autoptr (GstElement) element = gst_object_ref (last);

  while (element != NULL && !gst_element_factory_list_is_type (gst_element_get_factory (element),
                                                               GST_ELEMENT_FACTORY_TYPE_ENCODER)) {
    g_autoptr (GstPad) sink = gst_element_get_static_pad (element, "sink");
    g_autoptr (GstPad) peer = sink != NULL ? gst_pad_get_peer (sink) : NULL;
    GstElement *upstream = peer != NULL ? gst_pad_get_parent_element (peer) : NULL;

    gst_object_unref (element);
    element = upstream;
  }
  return g_steal_pointer (&element);
}

static void
take_into_use (HsLegVideo *self,
               const HsLegVideoCodec *codec,
               guint payload,
               GstElement *source,
               GstElement *last)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->send_lock);

  self->codec = codec;
  self->payload = payload;
  gst_object_replace ((GstObject **) &self->source, GST_OBJECT (source));
  self->encoder = find_encoder (last);
  apply_bitrate (self);
}

gboolean
hs_leg_video_add_sender (HsLegVideo *self,
                         GstBin *pipeline,
                         GstPad *sink_pad,
                         const char *name,
                         guint payload,
                         GError **error)
{
  const HsLegVideoCodec *codec = hs_leg_video_codec_find (name);
  g_autoptr (GstPad) pad = NULL;
  GstElement *source = NULL;
  GstElement *last = NULL;

  if (codec != NULL && codec == self->codec && payload == self->payload)
    return TRUE;
  remove_sender (self, pipeline, sink_pad);
  if (codec != NULL) {
    source = append_source (pipeline);
    last = append_encoder (self, pipeline, source, codec);
    last = append_payloader (self, pipeline, last, codec, payload);
  }
  if (last != NULL)
    pad = gst_element_get_static_pad (last, "src");
  if (pad == NULL || gst_pad_link (pad, sink_pad) != GST_PAD_LINK_OK) {
    g_set_error (error, HS_CALL_ERROR, HS_CALL_ERROR_GENERIC, "cannot send video as %s", name);
    return FALSE;
  }
  hs_leg_chain_start (last);
  take_into_use (self, codec, payload, source, last);
  return TRUE;
}
