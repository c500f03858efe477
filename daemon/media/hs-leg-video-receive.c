/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "hs-media"

#include "hs-leg-video-private.h"

#include "hs-leg-chain.h"

#include <gst/app/app.h>
#include <gst/video/video.h>

/* The request may get lost as anything may. */
#define ASK_AGAIN_US G_USEC_PER_SEC

/* In front of the depayloader. */
static GstPadProbeReturn
on_packet (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  HsLegVideo *self = user_data;
  gboolean first = FALSE;
  gboolean receive;

  g_mutex_lock (&self->receive_lock);
  receive = self->receive;
  if (receive && !self->has_arrived)
    first = self->has_arrived = TRUE;
  g_mutex_unlock (&self->receive_lock);
  if (first)
    self->arrived (self->user_data);
  return receive ? GST_PAD_PROBE_OK : GST_PAD_PROBE_DROP;
}

static void
ask_for_key (GstPad *decoder_pad)
{
  gst_pad_push_event (decoder_pad,
                      gst_video_event_new_upstream_force_key_unit (GST_CLOCK_TIME_NONE, FALSE, 0));
}

static void
note_size (HsLegVideo *self, GstPad *pad)
{
  g_autoptr (GstCaps) caps = gst_pad_get_current_caps (pad);
  int width = 0;
  int height = 0;

  if (caps == NULL || !gst_structure_get_int (gst_caps_get_structure (caps, 0), "width", &width) ||
      !gst_structure_get_int (gst_caps_get_structure (caps, 0), "height", &height))
    return;
  self->received.count.width = MAX (width, 0);
  self->received.count.height = MAX (height, 0);
}

/* Whether this frame goes to the decoder; with the lock held. */
static gboolean
is_wanted (HsLegVideo *self, GstBuffer *frame, gboolean *asks)
{
  gint64 now = g_get_monotonic_time ();

  if (self->output == NULL) {
    self->needs_key = TRUE;
    return FALSE;
  }
  if (!GST_BUFFER_FLAG_IS_SET (frame, GST_BUFFER_FLAG_DELTA_UNIT))
    self->needs_key = FALSE;
  *asks = self->needs_key && now - self->asked_us >= ASK_AGAIN_US;
  if (*asks)
    self->asked_us = now;
  return !self->needs_key;
}

/* Behind the depayloader: whole frames. */
static GstPadProbeReturn
on_frame (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  HsLegVideo *self = user_data;
  GstBuffer *frame = GST_PAD_PROBE_INFO_BUFFER (info);
  g_autoptr (GstPad) decoder_pad = NULL;
  gboolean asks = FALSE;
  gboolean wanted;

  g_mutex_lock (&self->receive_lock);
  hs_leg_video_meter_add (&self->received, frame);
  if (!GST_BUFFER_FLAG_IS_SET (frame, GST_BUFFER_FLAG_DELTA_UNIT))
    note_size (self, pad);
  wanted = is_wanted (self, frame, &asks);
  if (asks && self->decoder_pad != NULL)
    decoder_pad = gst_object_ref (self->decoder_pad);
  g_mutex_unlock (&self->receive_lock);
  if (decoder_pad != NULL)
    ask_for_key (decoder_pad);
  return wanted ? GST_PAD_PROBE_OK : GST_PAD_PROBE_DROP;
}

static void
note_picture (HsLegVideo *self, GstSample *picture)
{
  GstVideoInfo info;

  self->received.count.decoded++;
  if (!gst_video_info_from_caps (&info, gst_sample_get_caps (picture)))
    return;
  self->received.count.width = GST_VIDEO_INFO_WIDTH (&info);
  self->received.count.height = GST_VIDEO_INFO_HEIGHT (&info);
}

static GstFlowReturn
on_picture (GstAppSink *sink, gpointer user_data)
{
  HsLegVideo *self = user_data;
  g_autoptr (GstSample) picture = gst_app_sink_pull_sample (sink);

  if (picture == NULL)
    return GST_FLOW_OK;
  /* Held while the picture is handed on, so that nothing is under way once it is switched off. */
  g_mutex_lock (&self->receive_lock);
  note_picture (self, picture);
  if (self->receive && self->output != NULL)
    hs_video_feed_push (self->output, picture);
  g_mutex_unlock (&self->receive_lock);
  return GST_FLOW_OK;
}

void
hs_leg_video_set_output (HsLegVideo *self, HsVideoFeed *feed)
{
  g_autoptr (GstPad) decoder_pad = NULL;
  g_autoptr (HsVideoFeed) before = NULL;

  g_mutex_lock (&self->receive_lock);
  before = g_steal_pointer (&self->output);
  if (feed != NULL)
    self->output = hs_video_feed_ref (feed);
  if (before == NULL && feed != NULL && self->decoder_pad != NULL) {
    self->needs_key = TRUE;
    self->asked_us = g_get_monotonic_time ();
    decoder_pad = gst_object_ref (self->decoder_pad);
  }
  g_mutex_unlock (&self->receive_lock);
  if (decoder_pad != NULL)
    ask_for_key (decoder_pad);
}

/* --- elements --- */

static GstElement *
append_decoder (HsLegVideo *self, GstBin *pipeline, GstElement *last, const HsLegVideoCodec *codec)
{
  const char *name = hs_leg_video_codec_choose (codec->decoders);
  g_autoptr (GstPad) pad = NULL;

  if (last == NULL || name == NULL)
    return NULL;
  hs_leg_video_codec_tune_depayloader (last);
  pad = gst_element_get_static_pad (last, "src");
  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER, on_frame, hs_leg_video_ref (self),
                     hs_leg_video_unref_data);
  if (codec->parser != NULL)
    last = hs_leg_chain_append (pipeline, last, codec->parser);
  return last != NULL ? hs_leg_chain_append (pipeline, last, name) : NULL;
}

static GstElement *
append_sink (HsLegVideo *self, GstBin *pipeline, GstElement *last)
{
  GstAppSinkCallbacks callbacks = { .new_sample = on_picture };
  GstElement *sink = last != NULL ? hs_leg_chain_append (pipeline, last, "appsink") : NULL;

  if (sink == NULL)
    return NULL;
  hs_leg_chain_set_caps (sink, "video/x-raw,format=I420");
  g_object_set (sink, "sync", FALSE, "async", FALSE, "max-buffers", 2, "drop", TRUE, NULL);
  gst_app_sink_set_callbacks (GST_APP_SINK (sink), &callbacks, hs_leg_video_ref (self),
                              hs_leg_video_unref_data);
  return sink;
}

static void
use_decoder (HsLegVideo *self, GstElement *decoder, GstPad *src_pad)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->receive_lock);
  g_autoptr (GstCaps) caps = gst_pad_get_current_caps (src_pad);

  gst_clear_object (&self->decoder_pad);
  self->decoder_pad = gst_element_get_static_pad (decoder, "sink");
  self->needs_key = TRUE;
  if (caps != NULL)
    gst_structure_get_uint (gst_caps_get_structure (caps, 0), "ssrc", &self->received.count.ssrc);
}

static const HsLegVideoCodec *
find_codec_of_pad (GstPad *pad)
{
  g_autofree char *name = hs_leg_chain_dup_encoding (pad);

  return name != NULL ? hs_leg_video_codec_find (name) : NULL;
}

void
hs_leg_video_add_receiver (HsLegVideo *self, GstBin *pipeline, GstPad *src_pad)
{
  const HsLegVideoCodec *codec = find_codec_of_pad (src_pad);
  GstElement *first =
      codec != NULL ? hs_leg_chain_append (pipeline, NULL, codec->depayloader) : NULL;
  GstElement *decoder = codec != NULL ? append_decoder (self, pipeline, first, codec) : NULL;
  /* A far end is free to send pictures with other colours than ours have. */
  GstElement *converter =
      decoder != NULL ? hs_leg_chain_append (pipeline, decoder, "videoconvert") : NULL;
  GstElement *last = append_sink (self, pipeline, converter);
  g_autoptr (GstPad) sink_pad = last != NULL ? gst_element_get_static_pad (first, "sink") : NULL;

  gst_pad_add_probe (src_pad, GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_BUFFER_LIST, on_packet,
                     hs_leg_video_ref (self), hs_leg_video_unref_data);
  if (last == NULL) {
    g_warning ("video arrives in a form that cannot be decoded");
    hs_leg_chain_swallow (pipeline, src_pad);
    return;
  }
  use_decoder (self, decoder, src_pad);
  hs_leg_chain_start (last);
  gst_pad_link (src_pad, sink_pad);
}
