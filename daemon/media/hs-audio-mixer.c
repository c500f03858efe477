/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "hs-audio-mixer.h"

#include <string.h>

#include "hs-audio-port-private.h"
#include "hs-audio-samples.h"
#include "hs-audio-sink-private.h"

struct _HsAudioMixer {
  GMutex lock;
  guint64 tick;
  GPtrArray *ports; /* borrowed: a port leaves in hs_audio_port_remove() */
  GPtrArray *sinks; /* borrowed: in use by a port, which holds them */
  HsAudioWake wake;
  gpointer wake_data;
};

static void
hs_audio_mixer_clear (gpointer data)
{
  HsAudioMixer *self = data;

  g_ptr_array_unref (self->ports);
  g_ptr_array_unref (self->sinks);
  g_mutex_clear (&self->lock);
}

HsAudioMixer *
hs_audio_mixer_new (void)
{
  HsAudioMixer *self = g_atomic_rc_box_new0 (HsAudioMixer);

  g_mutex_init (&self->lock);
  self->ports = g_ptr_array_new ();
  self->sinks = g_ptr_array_new ();
  return self;
}

HsAudioMixer *
hs_audio_mixer_ref (HsAudioMixer *self)
{
  return g_atomic_rc_box_acquire (self);
}

void
hs_audio_mixer_unref (HsAudioMixer *self)
{
  g_atomic_rc_box_release_full (self, hs_audio_mixer_clear);
}

void
hs_audio_mixer_lock (HsAudioMixer *self)
{
  g_mutex_lock (&self->lock);
}

void
hs_audio_mixer_unlock (HsAudioMixer *self)
{
  g_mutex_unlock (&self->lock);
}

void
hs_audio_mixer_set_wake (HsAudioMixer *self, HsAudioWake wake, gpointer user_data)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  self->wake = wake;
  self->wake_data = user_data;
}

void
hs_audio_mixer_wake (HsAudioMixer *self)
{
  if (self->wake != NULL)
    self->wake (self->wake_data);
}

void
hs_audio_mixer_add_port (HsAudioMixer *self, HsAudioPort *port)
{
  g_ptr_array_add (self->ports, port);
}

void
hs_audio_mixer_remove_port (HsAudioMixer *self, HsAudioPort *port)
{
  g_ptr_array_remove (self->ports, port);
}

void
hs_audio_mixer_use_sink (HsAudioMixer *self, HsAudioSink *sink)
{
  HsAudioSinkMix *mix = hs_audio_sink_get_mix (sink);

  if (mix->n_uses++ == 0)
    g_ptr_array_add (self->sinks, sink);
}

void
hs_audio_mixer_leave_sink (HsAudioMixer *self, HsAudioSink *sink)
{
  HsAudioSinkMix *mix = hs_audio_sink_get_mix (sink);

  if (--mix->n_uses > 0)
    return;
  mix->has_begun = FALSE;
  g_ptr_array_remove (self->sinks, sink);
}

static void
prepare_sink (HsAudioSink *sink)
{
  HsAudioSinkMix *mix = hs_audio_sink_get_mix (sink);

  mix->is_fed = FALSE;
  memset (mix->sum, 0, sizeof mix->sum);
}

static gboolean
finish_sink (HsAudioSink *sink, guint skipped)
{
  HsAudioSinkMix *mix = hs_audio_sink_get_mix (sink);
  gint16 block[HS_AUDIO_BLOCK];

  if (!mix->has_begun && !mix->is_fed)
    return FALSE;
  hs_audio_samples_saturate (block, mix->sum);
  hs_audio_sink_render (sink, block, mix->has_begun ? skipped : 0);
  mix->has_begun = TRUE;
  return TRUE;
}

gboolean
hs_audio_mixer_tick (HsAudioMixer *self, guint skipped)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);
  gboolean is_active = FALSE;

  self->tick++;
  for (guint i = 0; i < self->sinks->len; i++)
    prepare_sink (g_ptr_array_index (self->sinks, i));
  for (guint i = 0; i < self->ports->len; i++) {
    HsAudioPort *port = g_ptr_array_index (self->ports, i);

    is_active |= hs_audio_port_tick_send (port, self->tick);
    is_active |= hs_audio_port_tick_receive (port);
  }
  for (guint i = 0; i < self->sinks->len; i++)
    is_active |= finish_sink (g_ptr_array_index (self->sinks, i), skipped);
  return is_active;
}
