/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * HsAudioRing: samples on their way from one thread to another
 *
 * Bounded, one writer, one reader, any lengths. A live writer (a network, a microphone) uses
 * hs_audio_ring_write(), which makes room by forgetting the oldest; a writer that can wait (a
 * decoder) uses hs_audio_ring_write_all(). A read gives all that is asked for or silence, never a
 * part: so one that came too early leaves more behind for the next one, and the ring finds by
 * itself the depth that the writer's jitter needs. A live ring loses depth again that was not
 * needed for some seconds, since depth is delay.
 */
typedef struct _HsAudioRing HsAudioRing;

HsAudioRing *hs_audio_ring_new (gsize capacity);
void hs_audio_ring_free (HsAudioRing *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HsAudioRing, hs_audio_ring_free)

void hs_audio_ring_write (HsAudioRing *self, const gint16 *samples, gsize n_samples);

/* Waits for room as long as it takes.
 * Returns: FALSE when the ring has been closed: no use to write more */
gboolean hs_audio_ring_write_all (HsAudioRing *self, const gint16 *samples, gsize n_samples);

/* Nothing more will be written: the last samples are given out with silence after them. */
void hs_audio_ring_finish (HsAudioRing *self);

/* Wakes and refuses the writer for good. */
void hs_audio_ring_close (HsAudioRing *self);

void hs_audio_ring_clear (HsAudioRing *self);

/* Returns: FALSE when @samples was filled with silence */
gboolean hs_audio_ring_read (HsAudioRing *self, gint16 *samples, gsize n_samples);

/* How many samples wait. */
gsize hs_audio_ring_get_fill (HsAudioRing *self);

/* Whether a read of @n_samples need not wait for the writer. */
gboolean hs_audio_ring_is_ready (HsAudioRing *self, gsize n_samples);

G_END_DECLS
