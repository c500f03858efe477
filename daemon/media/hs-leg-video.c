/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "hs-media"

#include "hs-leg-video.h"

#include "base/hs-error.h"
#include "hs-leg-chain.h"
#include "hs-leg-video-codec.h"
#include "hs-leg-video-private.h"

#include <gst/app/app.h>
#include <gst/video/video.h>

gboolean
hs_leg_video_has_codec (const char *name)
{
  const HsLegVideoCodec *codec = hs_leg_video_codec_find (name);
  g_autoptr (GstElementFactory) payloader = NULL;
  g_autoptr (GstElementFactory) depayloader = NULL;
  g_autoptr (GstElementFactory) parser = NULL;

  if (codec == NULL)
    return FALSE;
  payloader = gst_element_factory_find (codec->payloader);
  depayloader = gst_element_factory_find (codec->depayloader);
  if (codec->parser != NULL)
    parser = gst_element_factory_find (codec->parser);
  return (codec->parser == NULL || parser != NULL) && payloader != NULL && depayloader != NULL &&
         hs_leg_video_codec_choose (codec->encoders) != NULL &&
         hs_leg_video_codec_choose (codec->decoders) != NULL;
}

/* --- life --- */

HsLegVideo *
hs_leg_video_new (HsLegVideoArrived arrived, gpointer user_data, GDestroyNotify destroy)
{
  HsLegVideo *self = g_new0 (HsLegVideo, 1);

  g_atomic_ref_count_init (&self->references);
  self->arrived = arrived;
  self->user_data = user_data;
  self->destroy = destroy;
  self->share = 1;
  self->ssrc = g_random_int ();
  g_mutex_init (&self->send_lock);
  g_mutex_init (&self->receive_lock);
  return self;
}

HsLegVideo *
hs_leg_video_ref (HsLegVideo *self)
{
  g_atomic_ref_count_inc (&self->references);
  return self;
}

void
hs_leg_video_unref (HsLegVideo *self)
{
  if (!g_atomic_ref_count_dec (&self->references))
    return;
  gst_clear_object (&self->source);
  gst_clear_object (&self->encoder);
  gst_clear_caps (&self->caps);
  gst_clear_object (&self->decoder_pad);
  g_clear_pointer (&self->output, hs_video_feed_unref);
  g_mutex_clear (&self->send_lock);
  g_mutex_clear (&self->receive_lock);
  if (self->destroy != NULL)
    self->destroy (self->user_data);
  g_free (self);
}

guint
hs_leg_video_get_source (HsLegVideo *self)
{
  return self->ssrc;
}

void
hs_leg_video_unref_data (gpointer data)
{
  hs_leg_video_unref (data);
}

/* --- counting --- */

void
hs_leg_video_meter_add (HsLegVideoMeter *self, GstBuffer *frame)
{
  gint64 now = g_get_monotonic_time ();

  self->count.frames++;
  if (!GST_BUFFER_FLAG_IS_SET (frame, GST_BUFFER_FLAG_DELTA_UNIT))
    self->count.key_frames++;
  if (now - self->since_us >= G_USEC_PER_SEC) {
    self->count.frames_per_second = self->since_us == 0 ? 0
                                                        : (self->count.frames - self->frames_then) *
                                                              1e6 / (double) (now - self->since_us);
    self->since_us = now;
    self->frames_then = self->count.frames;
  }
}

void
hs_leg_video_meter_read (const HsLegVideoMeter *self, HsLegVideoCount *count)
{
  *count = self->count;
  /* Nothing for a while is not the rate there was before. */
  if (g_get_monotonic_time () - self->since_us > 3 * G_USEC_PER_SEC)
    count->frames_per_second = 0;
}

void
hs_leg_video_get_stats (HsLegVideo *self, HsLegVideoStats *stats)
{
  *stats = (HsLegVideoStats){ 0 };
  g_mutex_lock (&self->send_lock);
  hs_leg_video_meter_read (&self->sent, &stats->sent);
  stats->sent.ssrc = self->ssrc;
  stats->target_bps = self->target_bps;
  stats->limited = self->usual_bps > 0 && self->target_bps < self->usual_bps;
  g_mutex_unlock (&self->send_lock);
  g_mutex_lock (&self->receive_lock);
  hs_leg_video_meter_read (&self->received, &stats->received);
  g_mutex_unlock (&self->receive_lock);
}

/* --- both directions --- */

static void
ask_own_encoder_for_key (HsLegVideo *self)
{
  g_autoptr (GstElement) encoder = NULL;
  g_autoptr (GstPad) pad = NULL;

  g_mutex_lock (&self->send_lock);
  if (self->encoder != NULL)
    encoder = gst_object_ref (self->encoder);
  g_mutex_unlock (&self->send_lock);
  if (encoder == NULL)
    return;
  pad = gst_element_get_static_pad (encoder, "src");
  gst_pad_send_event (pad,
                      gst_video_event_new_upstream_force_key_unit (GST_CLOCK_TIME_NONE, TRUE, 0));
}

void
hs_leg_video_set_directions (HsLegVideo *self, gboolean send, gboolean receive)
{
  gboolean begins;

  g_mutex_lock (&self->send_lock);
  begins = send && !self->send;
  self->send = send;
  g_mutex_unlock (&self->send_lock);
  /* The far end has nothing that a change could be drawn on. */
  if (begins)
    ask_own_encoder_for_key (self);

  g_mutex_lock (&self->receive_lock);
  if (!receive)
    self->has_arrived = FALSE;
  if (receive && !self->receive)
    self->needs_key = TRUE;
  self->receive = receive;
  g_mutex_unlock (&self->receive_lock);
}

void
hs_leg_video_close (HsLegVideo *self)
{
  hs_leg_video_set_directions (self, FALSE, FALSE);
  hs_leg_video_set_output (self, NULL);
  g_mutex_lock (&self->send_lock);
  gst_clear_object (&self->source);
  gst_clear_object (&self->encoder);
  g_mutex_unlock (&self->send_lock);
  g_mutex_lock (&self->receive_lock);
  gst_clear_object (&self->decoder_pad);
  g_mutex_unlock (&self->receive_lock);
}
