/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "hs-media"

#include "hs-leg-private.h"

G_DEFINE_FINAL_TYPE (HsLeg, hs_leg, G_TYPE_OBJECT)

static void
hs_leg_dispose (GObject *object)
{
  hs_leg_close (HS_LEG (object));
  G_OBJECT_CLASS (hs_leg_parent_class)->dispose (object);
}

static void
hs_leg_finalize (GObject *object)
{
  HsLeg *self = HS_LEG (object);

  g_clear_object (&self->clock);
  g_clear_object (&self->queue);
  g_clear_object (&self->ice_check);
  g_clear_pointer (&self->call_id, g_free);
  g_clear_pointer (&self->certificate, hs_certificate_unref);
  g_clear_pointer (&self->post, hs_leg_post_unref);
  g_clear_pointer (&self->gate, hs_leg_gate_unref);
  g_clear_pointer (&self->payloads, hs_leg_payloads_unref);
  g_clear_pointer (&self->audio, hs_leg_audio_unref);
  g_clear_pointer (&self->tones, hs_leg_tones_unref);
  g_clear_pointer (&self->remote, hs_sdp_free);
  g_clear_pointer (&self->audio_codec, hs_sdp_codec_free);
  g_clear_pointer (&self->video_lines, g_ptr_array_unref);
  g_clear_pointer (&self->router, hs_leg_router_unref);
  g_clear_pointer (&self->candidates, g_ptr_array_unref);
  g_clear_pointer (&self->tunnels, g_ptr_array_unref);
  g_clear_error (&self->reason);
  G_OBJECT_CLASS (hs_leg_parent_class)->finalize (object);
}

static void
hs_leg_class_init (HsLegClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = hs_leg_dispose;
  object_class->finalize = hs_leg_finalize;
  g_signal_new ("state-changed", HS_TYPE_LEG, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE,
                2, G_TYPE_INT, G_TYPE_ERROR);
  g_signal_new ("path-found", HS_TYPE_LEG, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  g_signal_new ("media-arrived", HS_TYPE_LEG, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE,
                1, G_TYPE_UINT);
  g_signal_new ("tone-received", HS_TYPE_LEG, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE,
                2, G_TYPE_STRING | G_SIGNAL_TYPE_STATIC_SCOPE, G_TYPE_UINT);
}

static void
hs_leg_init (HsLeg *self)
{
  self->audio_line = -1;
  self->tunnels = g_ptr_array_new_with_free_func ((GDestroyNotify) hs_turn_tunnel_free);
  self->video_lines = g_ptr_array_new_with_free_func ((GDestroyNotify) hs_leg_video_line_free);
  self->candidates = g_ptr_array_new_with_free_func (g_free);
}

static void
on_tone (char tone, guint duration_ms, gpointer user_data)
{
  const char text[] = { tone, '\0' };
  HsLeg *self = user_data;

  if (self->audio_receive)
    g_signal_emit_by_name (self, "tone-received", text, duration_ms);
}

HsLeg *
hs_leg_new (const HsLegOptions *options, GError **error)
{
  g_autoptr (HsLeg) self = g_object_new (HS_TYPE_LEG, NULL);

  self->clock = g_object_ref (options->clock);
  self->queue = g_object_ref (options->queue);
  self->opus_complexity = options->opus_complexity;
  self->h264 = options->h264;
  self->ice_delay_ms = options->ice_delay_ms;
  self->ice_limit_ms = options->ice_limit_ms;
  self->ice_check = options->ice_check != NULL ? g_object_ref (options->ice_check) : NULL;
  self->call_id = g_strdup (options->call_id);
  self->post = hs_leg_post_new (self);
  self->receiver = hs_tone_receiver_new (self->clock, on_tone, self);
  if (options->certificate != NULL)
    self->certificate = hs_certificate_ref (options->certificate);
  else
    self->certificate = hs_certificate_new (error);
  if (self->certificate == NULL || !hs_leg_build (self, options, error))
    return NULL;
  return g_steal_pointer (&self);
}

HsPeerState
hs_leg_get_state (HsLeg *self)
{
  return self->state;
}

const GError *
hs_leg_get_reason (HsLeg *self)
{
  return self->reason;
}

HsCertificate *
hs_leg_get_certificate (HsLeg *self)
{
  return self->certificate;
}

HsLegAudio *
hs_leg_get_audio (HsLeg *self)
{
  return self->audio;
}

const HsSdpCodec *
hs_leg_get_audio_codec (HsLeg *self)
{
  return self->audio_codec;
}

void
hs_leg_set_events (HsLeg *self, int payload, guint clock_rate)
{
  if (self->tones != NULL)
    hs_leg_tones_set_format (self->tones, payload, clock_rate);
}

HsLegVideo *
hs_leg_get_video (HsLeg *self, guint line)
{
  HsLegVideoLine *found = hs_leg_get_video_line (self, line);

  return found != NULL ? found->video : NULL;
}

void
hs_leg_set_bitrate (HsLeg *self, guint line, guint bitrate_bps)
{
  HsLegVideo *video = hs_leg_get_video (self, line);

  if (video != NULL)
    hs_leg_video_set_limit (video, bitrate_bps);
  else if (self->audio_line == (int) line)
    hs_leg_audio_set_bitrate (self->audio, bitrate_bps);
}

void
hs_leg_close (HsLeg *self)
{
  g_autoptr (GTask) task = g_steal_pointer (&self->task);

  if (self->post != NULL)
    hs_leg_post_close (self->post);
  self->state = HS_PEER_CLOSED;
  g_clear_pointer (&self->receiver, hs_tone_receiver_free);
  g_clear_pointer (&self->wait, hs_ice_wait_free);
  if (self->clock != NULL)
    hs_leg_stop_watching (self);
  if (self->queue != NULL)
    hs_leg_queue_leave (self->queue, &self->ticket);
  if (self->audio != NULL)
    hs_leg_audio_close (self->audio);
  hs_leg_drop_lines (self);
  if (self->pipeline != NULL)
    hs_leg_dismantle (self);
  if (self->tunnels != NULL)
    g_ptr_array_set_size (self->tunnels, 0);
  if (task != NULL)
    g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_CANCELLED, "the transport was closed");
}
