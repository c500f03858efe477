/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "hs-audio-worker.h"

struct _HsAudioWorker {
  GThreadPool *pool;
  GMutex lock;
  GCond all_done;
  guint n_jobs;
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

  work->job (work->data);
  g_mutex_lock (&self->lock);
  if (--self->n_jobs == 0)
    g_cond_broadcast (&self->all_done);
  g_mutex_unlock (&self->lock);
  hs_audio_worker_unref (self);
}

HsAudioWorker *
hs_audio_worker_new (guint max_threads)
{
  HsAudioWorker *self = g_atomic_rc_box_new0 (HsAudioWorker);

  g_mutex_init (&self->lock);
  g_cond_init (&self->all_done);
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

void
hs_audio_worker_run (HsAudioWorker *self, HsAudioJob job, gpointer data)
{
  Work *work = g_new (Work, 1);

  work->worker = hs_audio_worker_ref (self);
  work->job = job;
  work->data = data;
  g_mutex_lock (&self->lock);
  self->n_jobs++;
  g_mutex_unlock (&self->lock);
  /* Fails only when no thread can be started now; the work stays queued for the next one. */
  g_thread_pool_push (self->pool, work, NULL);
}

void
hs_audio_worker_wait (HsAudioWorker *self)
{
  g_mutex_lock (&self->lock);
  while (self->n_jobs > 0)
    g_cond_wait (&self->all_done, &self->lock);
  g_mutex_unlock (&self->lock);
}
