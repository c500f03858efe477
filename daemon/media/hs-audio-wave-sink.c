/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "hs-media"

#include "hs-audio-wave-sink.h"

#include <string.h>

#include "hs-wave.h"

/* Half a second goes to the disk at a time; ten seconds are kept for one that stalls. */
#define PIECE_SAMPLES (25 * HS_AUDIO_BLOCK)
#define PIECES_MAX    20

/* Samples with the silence that comes before them. */
typedef struct {
  guint64 n_silent;
  gsize n_samples;
  gint16 samples[PIECE_SAMPLES];
} Piece;

/* What the sink shares with the worker's jobs; it outlives the sink until all is written. */
typedef struct {
  GMutex lock;
  GWeakRef sink;
  GQueue full; /* of Piece */
  Piece *current;
  gboolean is_scheduled;
  gboolean is_ending;

  /* the running job's alone */
  HsWave *wave;
} Recording;

struct _HsAudioWaveSink {
  HsAudioSink parent;
  Recording *recording;
  HsAudioWorker *worker;
};

G_DEFINE_FINAL_TYPE (HsAudioWaveSink, hs_audio_wave_sink, HS_TYPE_AUDIO_SINK)

static void
recording_clear (gpointer data)
{
  Recording *self = data;

  g_queue_clear_full (&self->full, g_free);
  g_free (self->current);
  g_weak_ref_clear (&self->sink);
  g_mutex_clear (&self->lock);
}

static void
recording_unref (Recording *self)
{
  g_atomic_rc_box_release_full (self, recording_clear);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Recording, recording_unref)

/* @error: (transfer full) */
static void
report (Recording *self, GError *error)
{
  HsAudioSink *sink = g_weak_ref_get (&self->sink);

  if (sink != NULL) {
    hs_audio_sink_fail (sink, error);
    return;
  }
  g_warning ("a recording lost its end: %s", error->message);
  g_error_free (error);
}

static void
end_file (Recording *self)
{
  GError *error = NULL;

  if (self->wave != NULL && !hs_wave_close (g_steal_pointer (&self->wave), &error))
    report (self, error);
}

/* The file ends where the disk said no; what was written stays playable. */
static void
write_piece (Recording *self, const Piece *piece)
{
  GError *error = NULL;

  if (self->wave == NULL)
    return;
  if (hs_wave_append_silence (self->wave, piece->n_silent, &error) &&
      hs_wave_append (self->wave, piece->samples, piece->n_samples, &error))
    return;
  report (self, error);
  hs_wave_close (g_steal_pointer (&self->wave), NULL);
}

/* The next piece, at the end also the one that is not full; NULL ends the job. The job that finds
 * nothing more after the end is the last one there is. */
static Piece *
next_piece (Recording *self, gboolean *is_last)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);
  Piece *piece = g_queue_pop_head (&self->full);

  if (piece == NULL && self->is_ending)
    piece = g_steal_pointer (&self->current);
  if (piece == NULL)
    self->is_scheduled = FALSE;
  *is_last = self->is_ending;
  return piece;
}

static void
run_write (gpointer data)
{
  g_autoptr (Recording) self = data;
  gboolean is_last;
  Piece *piece = next_piece (self, &is_last);

  while (piece != NULL) {
    write_piece (self, piece);
    g_free (piece);
    piece = next_piece (self, &is_last);
  }
  if (is_last)
    end_file (self);
}

/* With the lock held. One job at a time: a disk that stalls holds one thread only. */
static void
schedule (HsAudioWaveSink *self)
{
  if (self->recording->is_scheduled)
    return;
  self->recording->is_scheduled = TRUE;
  hs_audio_worker_run (self->worker, run_write, g_atomic_rc_box_acquire (self->recording));
}

static void
queue_current (HsAudioWaveSink *self)
{
  g_queue_push_tail (&self->recording->full, g_steal_pointer (&self->recording->current));
  schedule (self);
}

static Piece *
ensure_current (HsAudioWaveSink *self)
{
  if (self->recording->current == NULL)
    self->recording->current = g_new0 (Piece, 1);
  return self->recording->current;
}

static void
add_gap (HsAudioWaveSink *self, guint64 n_blocks)
{
  if (ensure_current (self)->n_samples > 0)
    queue_current (self);
  ensure_current (self)->n_silent += n_blocks * HS_AUDIO_BLOCK;
}

static void
add_block (HsAudioWaveSink *self, const gint16 *block)
{
  Piece *piece = ensure_current (self);

  memcpy (piece->samples + piece->n_samples, block, HS_AUDIO_BLOCK * sizeof (gint16));
  piece->n_samples += HS_AUDIO_BLOCK;
  if (piece->n_samples == PIECE_SAMPLES)
    queue_current (self);
}

static void
hs_audio_wave_sink_render (HsAudioSink *sink, const gint16 *block, guint skipped)
{
  HsAudioWaveSink *self = HS_AUDIO_WAVE_SINK (sink);
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->recording->lock);

  if (skipped > 0)
    add_gap (self, skipped);
  if (g_queue_get_length (&self->recording->full) < PIECES_MAX)
    add_block (self, block);
  else
    add_gap (self, 1);
}

static void
hs_audio_wave_sink_dispose (GObject *object)
{
  HsAudioWaveSink *self = HS_AUDIO_WAVE_SINK (object);

  if (self->recording != NULL) {
    g_mutex_lock (&self->recording->lock);
    self->recording->is_ending = TRUE;
    schedule (self);
    g_mutex_unlock (&self->recording->lock);
  }
  g_clear_pointer (&self->recording, recording_unref);
  g_clear_pointer (&self->worker, hs_audio_worker_unref);
  G_OBJECT_CLASS (hs_audio_wave_sink_parent_class)->dispose (object);
}

static void
hs_audio_wave_sink_class_init (HsAudioWaveSinkClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = hs_audio_wave_sink_dispose;
  HS_AUDIO_SINK_CLASS (klass)->render = hs_audio_wave_sink_render;
}

static void
hs_audio_wave_sink_init (HsAudioWaveSink *self)
{
}

static Recording *
recording_new (HsAudioSink *sink, HsWave *wave)
{
  Recording *self = g_atomic_rc_box_new0 (Recording);

  g_mutex_init (&self->lock);
  g_weak_ref_init (&self->sink, sink);
  g_queue_init (&self->full);
  self->wave = wave;
  return self;
}

HsAudioSink *
hs_audio_wave_sink_open (const char *device_id,
                         const char *path,
                         HsAudioWorker *worker,
                         GError **error)
{
  HsWave *wave = hs_wave_open (path, HS_AUDIO_RATE, error);
  g_autofree char *label = g_path_get_basename (path);
  HsAudioWaveSink *self;

  if (wave == NULL)
    return NULL;
  self = HS_AUDIO_WAVE_SINK (hs_audio_sink_new (HS_TYPE_AUDIO_WAVE_SINK, device_id, label));
  self->recording = recording_new (HS_AUDIO_SINK (self), wave);
  self->worker = hs_audio_worker_ref (worker);
  return HS_AUDIO_SINK (self);
}
