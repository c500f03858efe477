/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "hs-audio-port-private.h"

#include "hs-audio-ring.h"
#include "hs-audio-samples.h"
#include "hs-audio-sink-private.h"
#include "hs-audio-source-private.h"

#define RING_BLOCKS 3

/* Beyond that a gain only makes square waves, and sums would leave their range. */
#define GAIN_MAX 100.0

struct _HsAudioPort {
  HsAudioMixer *mixer;
  HsAudioPush push;
  gpointer user_data;

  /* any thread */
  HsAudioRing *ring;
  gint can_receive;

  /* guarded by the mixer's lock */
  gboolean is_removed;
  gboolean can_send;
  HsAudioSource *source;
  GPtrArray *further_sources;
  HsAudioSink *sink;
  GPtrArray *further_sinks;
  GPtrArray *monitors;
  HsAudioMeter sent;
  HsAudioMeter received;

  /* guarded by the mixer's lock; a gain is 0 while muted and moves over one block */
  double send_gain, receive_gain;
  gboolean send_muted, receive_muted;
  double send_gain_now, receive_gain_now;
};

static void
hs_audio_port_clear (gpointer data)
{
  HsAudioPort *self = data;

  g_ptr_array_unref (self->further_sources);
  g_ptr_array_unref (self->further_sinks);
  g_ptr_array_unref (self->monitors);
  hs_audio_ring_free (self->ring);
  hs_audio_mixer_unref (self->mixer);
}

HsAudioPort *
hs_audio_port_new (HsAudioMixer *mixer, HsAudioPush push, gpointer user_data)
{
  HsAudioPort *self = g_atomic_rc_box_new0 (HsAudioPort);

  self->mixer = hs_audio_mixer_ref (mixer);
  self->push = push;
  self->user_data = user_data;
  self->ring = hs_audio_ring_new (RING_BLOCKS * HS_AUDIO_BLOCK);
  self->further_sources = g_ptr_array_new_with_free_func (g_object_unref);
  self->further_sinks = g_ptr_array_new_with_free_func (g_object_unref);
  self->monitors = g_ptr_array_new_with_free_func (g_object_unref);
  self->send_gain = self->send_gain_now = 1.0;
  self->receive_gain = self->receive_gain_now = 1.0;
  hs_audio_mixer_lock (mixer);
  hs_audio_mixer_add_port (mixer, self);
  hs_audio_mixer_unlock (mixer);
  return self;
}

HsAudioPort *
hs_audio_port_ref (HsAudioPort *self)
{
  return g_atomic_rc_box_acquire (self);
}

void
hs_audio_port_unref (HsAudioPort *self)
{
  g_atomic_rc_box_release_full (self, hs_audio_port_clear);
}

/* Moves the gain to where it shall be, and says where it was. */
static double
move_gain (double *now, double gain, gboolean muted)
{
  double from = *now;

  *now = muted ? 0.0 : gain;
  return from;
}

/* Also takes what is not a number for 0. */
static double
check_gain (double gain_linear)
{
  return gain_linear > 0.0 ? MIN (gain_linear, GAIN_MAX) : 0.0;
}

static void
feed_sink (HsAudioSink *sink, const gint16 *block, double from, double to)
{
  HsAudioSinkMix *mix = hs_audio_sink_get_mix (sink);

  mix->is_fed = TRUE;
  hs_audio_samples_add (mix->sum, block, from, to);
}

gboolean
hs_audio_port_tick_send (HsAudioPort *self, guint64 tick)
{
  gint32 sum[HS_AUDIO_BLOCK] = { 0 };
  gint16 out[HS_AUDIO_BLOCK];
  double from = move_gain (&self->send_gain_now, self->send_gain, self->send_muted);

  if (!self->can_send || (self->source == NULL && self->further_sources->len == 0)) {
    hs_audio_meter_rest (&self->sent);
    return FALSE;
  }
  if (self->source != NULL) {
    const gint16 *block = hs_audio_source_read (self->source, tick);

    if (block != NULL)
      hs_audio_samples_add (sum, block, from, self->send_gain_now);
  }
  for (guint i = 0; i < self->further_sources->len; i++) {
    const gint16 *block = hs_audio_source_read (self->further_sources->pdata[i], tick);

    if (block != NULL)
      hs_audio_samples_add (sum, block, 1.0, 1.0);
  }
  hs_audio_samples_saturate (out, sum);
  hs_audio_meter_feed (&self->sent, out);
  self->push (out, HS_AUDIO_BLOCK, self->user_data);
  for (guint i = 0; i < self->monitors->len; i++)
    feed_sink (self->monitors->pdata[i], out, 1.0, 1.0);
  return TRUE;
}

gboolean
hs_audio_port_tick_receive (HsAudioPort *self)
{
  gint16 block[HS_AUDIO_BLOCK];
  double from = move_gain (&self->receive_gain_now, self->receive_gain, self->receive_muted);

  if (!g_atomic_int_get (&self->can_receive)) {
    hs_audio_meter_rest (&self->received);
    return FALSE;
  }
  hs_audio_ring_read (self->ring, block, HS_AUDIO_BLOCK);
  hs_audio_meter_feed (&self->received, block);
  if (self->sink != NULL)
    feed_sink (self->sink, block, from, self->receive_gain_now);
  for (guint i = 0; i < self->further_sinks->len; i++) {
    if (self->further_sinks->pdata[i] != self->sink)
      feed_sink (self->further_sinks->pdata[i], block, from, self->receive_gain_now);
  }
  return TRUE;
}

void
hs_audio_port_set_source (HsAudioPort *self, HsAudioSource *source)
{
  g_autoptr (HsAudioSource) old = NULL;

  hs_audio_mixer_lock (self->mixer);
  if (!self->is_removed) {
    old = g_steal_pointer (&self->source);
    self->source = source != NULL ? g_object_ref (source) : NULL;
    hs_audio_mixer_wake (self->mixer);
  }
  hs_audio_mixer_unlock (self->mixer);
}

void
hs_audio_port_add_source (HsAudioPort *self, HsAudioSource *source)
{
  hs_audio_mixer_lock (self->mixer);
  if (!self->is_removed && !g_ptr_array_find (self->further_sources, source, NULL)) {
    g_ptr_array_add (self->further_sources, g_object_ref (source));
    hs_audio_mixer_wake (self->mixer);
  }
  hs_audio_mixer_unlock (self->mixer);
}

void
hs_audio_port_remove_source (HsAudioPort *self, HsAudioSource *source)
{
  g_autoptr (HsAudioSource) old = NULL;
  guint index;

  hs_audio_mixer_lock (self->mixer);
  if (g_ptr_array_find (self->further_sources, source, &index))
    old = g_ptr_array_steal_index (self->further_sources, index);
  hs_audio_mixer_unlock (self->mixer);
}

void
hs_audio_port_set_sink (HsAudioPort *self, HsAudioSink *sink)
{
  g_autoptr (HsAudioSink) old = NULL;

  hs_audio_mixer_lock (self->mixer);
  if (!self->is_removed) {
    old = g_steal_pointer (&self->sink);
    if (sink != NULL) {
      self->sink = g_object_ref (sink);
      hs_audio_mixer_use_sink (self->mixer, sink);
    }
    if (old != NULL)
      hs_audio_mixer_leave_sink (self->mixer, old);
    hs_audio_mixer_wake (self->mixer);
  }
  hs_audio_mixer_unlock (self->mixer);
}

static void
add_to (HsAudioPort *self, GPtrArray *sinks, HsAudioSink *sink)
{
  hs_audio_mixer_lock (self->mixer);
  if (!self->is_removed && !g_ptr_array_find (sinks, sink, NULL)) {
    g_ptr_array_add (sinks, g_object_ref (sink));
    hs_audio_mixer_use_sink (self->mixer, sink);
    hs_audio_mixer_wake (self->mixer);
  }
  hs_audio_mixer_unlock (self->mixer);
}

static void
remove_from (HsAudioPort *self, GPtrArray *sinks, HsAudioSink *sink)
{
  g_autoptr (HsAudioSink) old = NULL;
  guint index;

  hs_audio_mixer_lock (self->mixer);
  if (g_ptr_array_find (sinks, sink, &index)) {
    old = g_ptr_array_steal_index (sinks, index);
    hs_audio_mixer_leave_sink (self->mixer, old);
  }
  hs_audio_mixer_unlock (self->mixer);
}

void
hs_audio_port_add_sink (HsAudioPort *self, HsAudioSink *sink)
{
  add_to (self, self->further_sinks, sink);
}

void
hs_audio_port_remove_sink (HsAudioPort *self, HsAudioSink *sink)
{
  remove_from (self, self->further_sinks, sink);
}

void
hs_audio_port_add_monitor (HsAudioPort *self, HsAudioSink *sink)
{
  add_to (self, self->monitors, sink);
}

void
hs_audio_port_remove_monitor (HsAudioPort *self, HsAudioSink *sink)
{
  remove_from (self, self->monitors, sink);
}

void
hs_audio_port_set_gates (HsAudioPort *self, gboolean send, gboolean receive)
{
  hs_audio_mixer_lock (self->mixer);
  if (!self->is_removed) {
    self->can_send = send;
    /* What came before the gate opened must not be heard after it. */
    if (!receive || !g_atomic_int_get (&self->can_receive))
      hs_audio_ring_clear (self->ring);
    g_atomic_int_set (&self->can_receive, receive);
    hs_audio_mixer_wake (self->mixer);
  }
  hs_audio_mixer_unlock (self->mixer);
}

void
hs_audio_port_set_send_gain (HsAudioPort *self, double gain_linear)
{
  hs_audio_mixer_lock (self->mixer);
  self->send_gain = check_gain (gain_linear);
  hs_audio_mixer_unlock (self->mixer);
}

void
hs_audio_port_set_receive_gain (HsAudioPort *self, double gain_linear)
{
  hs_audio_mixer_lock (self->mixer);
  self->receive_gain = check_gain (gain_linear);
  hs_audio_mixer_unlock (self->mixer);
}

void
hs_audio_port_set_send_mute (HsAudioPort *self, gboolean muted)
{
  hs_audio_mixer_lock (self->mixer);
  self->send_muted = muted;
  hs_audio_mixer_unlock (self->mixer);
}

void
hs_audio_port_set_receive_mute (HsAudioPort *self, gboolean muted)
{
  hs_audio_mixer_lock (self->mixer);
  self->receive_muted = muted;
  hs_audio_mixer_unlock (self->mixer);
}

void
hs_audio_port_receive (HsAudioPort *self, const gint16 *samples, gsize n_samples)
{
  if (g_atomic_int_get (&self->can_receive))
    hs_audio_ring_write (self->ring, samples, n_samples);
}

void
hs_audio_port_get_levels (HsAudioPort *self, HsAudioLevel *sent, HsAudioLevel *received)
{
  hs_audio_mixer_lock (self->mixer);
  if (sent != NULL)
    hs_audio_meter_read (&self->sent, sent);
  if (received != NULL)
    hs_audio_meter_read (&self->received, received);
  hs_audio_mixer_unlock (self->mixer);
}

static void
leave_sinks (HsAudioPort *self)
{
  if (self->sink != NULL)
    hs_audio_mixer_leave_sink (self->mixer, self->sink);
  for (guint i = 0; i < self->further_sinks->len; i++)
    hs_audio_mixer_leave_sink (self->mixer, self->further_sinks->pdata[i]);
  for (guint i = 0; i < self->monitors->len; i++)
    hs_audio_mixer_leave_sink (self->mixer, self->monitors->pdata[i]);
}

void
hs_audio_port_remove (HsAudioPort *self)
{
  gboolean was_removed;

  hs_audio_mixer_lock (self->mixer);
  was_removed = self->is_removed;
  self->is_removed = TRUE;
  if (!was_removed) {
    g_atomic_int_set (&self->can_receive, FALSE);
    leave_sinks (self);
    hs_audio_mixer_remove_port (self->mixer, self);
  }
  hs_audio_mixer_unlock (self->mixer);
  if (was_removed)
    return;

  /* Out of the mixer's reach now; closing a device or a file takes no time under its lock. */
  g_clear_object (&self->source);
  g_clear_object (&self->sink);
  g_ptr_array_set_size (self->further_sources, 0);
  g_ptr_array_set_size (self->further_sinks, 0);
  g_ptr_array_set_size (self->monitors, 0);
}
