/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "hs-audio-ring.h"

#include <string.h>

/* A live ring's spare depth is judged over this many reads: 5 s of 20 ms blocks. */
#define JUDGED_READS 250

struct _HsAudioRing {
  GMutex lock;
  GCond room;
  gsize capacity;
  gsize start;
  gsize fill;
  gboolean finished;
  gboolean closed;
  gboolean awaited; /* by somebody who has more to write */

  /* the least that a read left behind lately; only where the writer is live */
  gboolean live;
  gsize spare;
  guint reads;

  gint16 samples[];
};

HsAudioRing *
hs_audio_ring_new (gsize capacity)
{
  HsAudioRing *self = g_malloc0 (sizeof (HsAudioRing) + capacity * sizeof (gint16));

  g_mutex_init (&self->lock);
  g_cond_init (&self->room);
  self->capacity = capacity;
  return self;
}

void
hs_audio_ring_free (HsAudioRing *self)
{
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->room);
  g_free (self);
}

static void
tell_of_room (HsAudioRing *self)
{
  /* Even a signal that nobody waits for is a system call. */
  if (self->awaited)
    g_cond_signal (&self->room);
  self->awaited = FALSE;
}

static void
drop (HsAudioRing *self, gsize n_samples)
{
  self->start = (self->start + n_samples) % self->capacity;
  self->fill -= n_samples;
}

static void
append (HsAudioRing *self, const gint16 *samples, gsize n_samples)
{
  gsize end = (self->start + self->fill) % self->capacity;
  gsize first = MIN (n_samples, self->capacity - end);

  memcpy (self->samples + end, samples, first * sizeof (gint16));
  memcpy (self->samples, samples + first, (n_samples - first) * sizeof (gint16));
  self->fill += n_samples;
}

static void
take (HsAudioRing *self, gint16 *samples, gsize n_samples)
{
  gsize first = MIN (n_samples, self->capacity - self->start);

  memcpy (samples, self->samples + self->start, first * sizeof (gint16));
  memcpy (samples + first, self->samples, (n_samples - first) * sizeof (gint16));
  drop (self, n_samples);
}

void
hs_audio_ring_write (HsAudioRing *self, const gint16 *samples, gsize n_samples)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  self->live = TRUE;
  if (n_samples > self->capacity) {
    samples += n_samples - self->capacity;
    n_samples = self->capacity;
  }
  if (self->fill + n_samples > self->capacity)
    drop (self, self->fill + n_samples - self->capacity);
  append (self, samples, n_samples);
}

gboolean
hs_audio_ring_write_all (HsAudioRing *self, const gint16 *samples, gsize n_samples)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  while (n_samples > 0 && !self->closed) {
    gsize n = MIN (n_samples, self->capacity - self->fill);

    if (n == 0) {
      self->awaited = TRUE;
      g_cond_wait (&self->room, &self->lock);
      continue;
    }
    append (self, samples, n);
    samples += n;
    n_samples -= n;
  }
  return !self->closed;
}

void
hs_audio_ring_finish (HsAudioRing *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  self->finished = TRUE;
}

void
hs_audio_ring_close (HsAudioRing *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  self->closed = TRUE;
  tell_of_room (self);
}

void
hs_audio_ring_clear (HsAudioRing *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  drop (self, self->fill);
  self->reads = 0;
  tell_of_room (self);
}

/* Keeps half of what one read takes as a margin, and gives up what no read needed for long. */
static void
shed_spare (HsAudioRing *self, gsize n_samples)
{
  self->spare = self->reads == 0 ? self->fill : MIN (self->spare, self->fill);
  if (++self->reads < JUDGED_READS)
    return;
  self->reads = 0;
  if (self->spare >= n_samples + n_samples / 2)
    drop (self, self->spare - n_samples / 2);
}

gboolean
hs_audio_ring_read (HsAudioRing *self, gint16 *samples, gsize n_samples)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);
  gsize n = self->finished ? MIN (n_samples, self->fill) : n_samples;
  gboolean enough = n > 0 && self->fill >= n;

  if (!enough)
    n = 0;
  take (self, samples, n);
  memset (samples + n, 0, (n_samples - n) * sizeof (gint16));
  if (self->live && enough)
    shed_spare (self, n_samples);
  else
    self->reads = 0;
  /* In portions: the writer need not wake up for every read. */
  if (self->capacity - self->fill >= self->capacity / 4 || self->fill < n_samples)
    tell_of_room (self);
  return enough;
}

gsize
hs_audio_ring_get_fill (HsAudioRing *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  return self->fill;
}

gboolean
hs_audio_ring_is_ready (HsAudioRing *self, gsize n_samples)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  return self->finished || self->fill >= n_samples;
}
