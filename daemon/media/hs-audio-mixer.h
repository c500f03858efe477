/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "hs-audio-port.h"

G_BEGIN_DECLS

/**
 * HsAudioMixer: what one tick does, without the thread and without the time
 *
 * Knows the ports and the sinks in use. One lock guards it, its ports and the mixing state of its
 * sources and sinks; it is held during a tick, so whoever takes it waits for one tick at most. Who
 * calls hs_audio_mixer_tick() when is another's business (HsAudioTicker, or a test).
 */
typedef struct _HsAudioMixer HsAudioMixer;

typedef void (*HsAudioWake) (gpointer user_data);

HsAudioMixer *hs_audio_mixer_new (void);
HsAudioMixer *hs_audio_mixer_ref (HsAudioMixer *self);
void hs_audio_mixer_unref (HsAudioMixer *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HsAudioMixer, hs_audio_mixer_unref)

/* @wake: (nullable): called, with the mixer locked, when there may be something to do again */
void hs_audio_mixer_set_wake (HsAudioMixer *self, HsAudioWake wake, gpointer user_data);

/* Moves one block everywhere.
 * @skipped: how many ticks' time passed before this one without a tick
 * Returns: FALSE when nothing will have to be done until the next wake */
gboolean hs_audio_mixer_tick (HsAudioMixer *self, guint skipped);

/* For ports. */
void hs_audio_mixer_lock (HsAudioMixer *self);
void hs_audio_mixer_unlock (HsAudioMixer *self);

/* With the lock held. */
void hs_audio_mixer_wake (HsAudioMixer *self);
void hs_audio_mixer_add_port (HsAudioMixer *self, HsAudioPort *port);
void hs_audio_mixer_remove_port (HsAudioMixer *self, HsAudioPort *port);
void hs_audio_mixer_use_sink (HsAudioMixer *self, HsAudioSink *sink);
void hs_audio_mixer_leave_sink (HsAudioMixer *self, HsAudioSink *sink);

G_END_DECLS
