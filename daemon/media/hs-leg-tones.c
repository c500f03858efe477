/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "hs-media"

#include "hs-leg-tones.h"

#include "hs-tone.h"

#include <gst/rtp/rtp.h>

struct _HsLegTones {
  gatomicrefcount references;
  HsToneQueue *queue;

  GMutex lock; /* for what follows */
  int payload;
  guint clock_rate;
  guint32 begin; /* the running tone's time stamp */
};

HsLegTones *
hs_leg_tones_new (HsToneQueue *queue)
{
  HsLegTones *self = g_new0 (HsLegTones, 1);

  g_atomic_ref_count_init (&self->references);
  g_mutex_init (&self->lock);
  self->queue = hs_tone_queue_ref (queue);
  self->payload = -1;
  return self;
}

HsLegTones *
hs_leg_tones_ref (HsLegTones *self)
{
  g_atomic_ref_count_inc (&self->references);
  return self;
}

void
hs_leg_tones_unref (HsLegTones *self)
{
  if (!g_atomic_ref_count_dec (&self->references))
    return;
  hs_tone_queue_unref (self->queue);
  g_mutex_clear (&self->lock);
  g_free (self);
}

void
hs_leg_tones_set_format (HsLegTones *self, int payload, guint clock_rate)
{
  g_mutex_lock (&self->lock);
  self->payload = payload;
  self->clock_rate = clock_rate;
  g_mutex_unlock (&self->lock);
}

/* --- sending --- */

static GstBuffer *
make_event (HsLegTones *self, GstBuffer *audio, const HsTonePacket *packet)
{
  HsTonePayload payload = { packet->event, packet->end, packet->duration };
  GstRTPBuffer from = GST_RTP_BUFFER_INIT;
  GstRTPBuffer to = GST_RTP_BUFFER_INIT;
  GstBuffer *event;

  if (!gst_rtp_buffer_map (audio, GST_MAP_READ, &from))
    return NULL;
  event = gst_rtp_buffer_new_allocate (HS_TONE_PAYLOAD_SIZE, 0, 0);
  gst_rtp_buffer_map (event, GST_MAP_READWRITE, &to);
  if (packet->first)
    self->begin = gst_rtp_buffer_get_timestamp (&from);
  gst_rtp_buffer_set_ssrc (&to, gst_rtp_buffer_get_ssrc (&from));
  gst_rtp_buffer_set_seq (&to, gst_rtp_buffer_get_seq (&from));
  gst_rtp_buffer_set_timestamp (&to, self->begin + packet->segment);
  gst_rtp_buffer_set_payload_type (&to, (guint8) self->payload);
  gst_rtp_buffer_set_marker (&to, packet->first);
  hs_tone_payload_write (&payload, gst_rtp_buffer_get_payload (&to));
  gst_rtp_buffer_unmap (&to);
  gst_rtp_buffer_unmap (&from);
  gst_buffer_copy_into (event, audio, GST_BUFFER_COPY_FLAGS | GST_BUFFER_COPY_TIMESTAMPS, 0, -1);
  return event;
}

static GstPadProbeReturn
on_packet (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  HsLegTones *self = user_data;
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);
  GstBuffer *audio = GST_PAD_PROBE_INFO_BUFFER (info);
  GstBuffer *event = NULL;
  HsTonePacket packet;

  if (self->payload >= 0 && hs_tone_queue_next_packet (self->queue, self->clock_rate, &packet))
    event = make_event (self, audio, &packet);
  if (event != NULL) {
    info->data = event;
    gst_buffer_unref (audio);
  }
  return GST_PAD_PROBE_OK;
}

static void
unref_tones (gpointer data)
{
  hs_leg_tones_unref (data);
}

void
hs_leg_tones_watch (HsLegTones *self, GstPad *pad)
{
  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER, on_packet, hs_leg_tones_ref (self),
                     unref_tones);
}

/* --- receiving --- */

gboolean
hs_leg_tones_read (GstBuffer *buffer, HsToneArrival *arrival)
{
  GstRTPBuffer packet = GST_RTP_BUFFER_INIT;
  HsTonePayload payload;
  gboolean is_event;

  if (!gst_rtp_buffer_map (buffer, GST_MAP_READ, &packet))
    return FALSE;
  is_event = hs_tone_payload_read (&payload, gst_rtp_buffer_get_payload (&packet),
                                   gst_rtp_buffer_get_payload_len (&packet));
  if (is_event)
    *arrival = (HsToneArrival){ .event = payload.event,
                                .marker = gst_rtp_buffer_get_marker (&packet),
                                .end = payload.end,
                                .duration = payload.duration,
                                .timestamp = gst_rtp_buffer_get_timestamp (&packet),
                                .ssrc = gst_rtp_buffer_get_ssrc (&packet) };
  gst_rtp_buffer_unmap (&packet);
  return is_event;
}
