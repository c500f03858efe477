/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "hs-media"

#include "hs-audio-worker.h"

/* Beyond that something is broken for good, and more threads do not help. */
#define THREADS_MAX 32

struct _HsAudioWorker {
  GThreadPool *pool;
  gint64 patience_us;

  /* guarded by the lock */
  GMutex lock;
  GCond all_done;
  guint n_jobs; /* running or waiting */
  guint n_threads;
  gint64 moved_us; /* when a job began or ended */
};

typedef struct {
  HsAudioWorker *worker;
  HsAudioJob job;
  gpointer data;
} Work;

/* The last reference may go on a thread of the pool, so nothing is waited for here; a job holds a
 * reference, so none is left. */
static void
hs_audio_worker_clear (gpointer data)
{
  HsAudioWorker *self = data;

  g_thread_pool_free (self->pool, FALSE, FALSE);
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->all_done);
}

static void
run_work (gpointer data, gpointer user_data)
{
  g_autofree Work *work = data;
  HsAudioWorker *self = work->worker;

  g_mutex_lock (&self->lock);
  self->moved_us = g_get_monotonic_time ();
  g_mutex_unlock (&self->lock);
  work->job (work->data);
  g_mutex_lock (&self->lock);
  self->moved_us = g_get_monotonic_time ();
  if (--self->n_jobs == 0)
    g_cond_broadcast (&self->all_done);
  g_mutex_unlock (&self->lock);
  hs_audio_worker_unref (self);
}

HsAudioWorker *
hs_audio_worker_new (guint max_threads, guint patience_ms)
{
  HsAudioWorker *self = g_atomic_rc_box_new0 (HsAudioWorker);

  g_mutex_init (&self->lock);
  g_cond_init (&self->all_done);
  self->n_threads = max_threads;
  self->patience_us = (gint64) patience_ms * 1000;
  /* Cannot fail: threads that are not exclusive are started when needed. */
  self->pool = g_thread_pool_new (run_work, NULL, max_threads, FALSE, NULL);
  return self;
}

HsAudioWorker *
hs_audio_worker_ref (HsAudioWorker *self)
{
  return g_atomic_rc_box_acquire (self);
}

void
hs_audio_worker_unref (HsAudioWorker *self)
{
  g_atomic_rc_box_release_full (self, hs_audio_worker_clear);
}

/* With the lock held. */
static void
make_way (HsAudioWorker *self)
{
  gboolean is_busy = self->n_jobs >= self->n_threads;

  if (!is_busy || self->n_threads >= THREADS_MAX ||
      g_get_monotonic_time () - self->moved_us < self->patience_us)
    return;
  g_warning ("a sound device or a disk does not answer");
  g_thread_pool_set_max_threads (self->pool, (int) ++self->n_threads, NULL);
}

void
hs_audio_worker_run (HsAudioWorker *self, HsAudioJob job, gpointer data)
{
  Work *work = g_new (Work, 1);

  work->worker = hs_audio_worker_ref (self);
  work->job = job;
  work->data = data;
  g_mutex_lock (&self->lock);
  make_way (self);
  self->n_jobs++;
  g_mutex_unlock (&self->lock);
  /* Fails only when no thread can be started now; the work stays queued for the next one. */
  g_thread_pool_push (self->pool, work, NULL);
}

gboolean
hs_audio_worker_wait (HsAudioWorker *self, guint timeout_ms)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);
  gint64 end_us = g_get_monotonic_time () + (gint64) timeout_ms * 1000;

  while (self->n_jobs > 0) {
    if (!g_cond_wait_until (&self->all_done, &self->lock, end_us))
      return FALSE;
  }
  return TRUE;
}
