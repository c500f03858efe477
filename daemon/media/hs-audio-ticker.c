/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "hs-media"

#include "hs-audio-ticker.h"

#include <pthread.h>
#include <sched.h>

#define TICK_US      20000
#define CATCH_UP_MAX 5

/* Just above everything that is not real time. */
#define PRIORITY 1

struct _HsAudioTicker {
  HsAudioTickFunc tick;
  gpointer user_data;
  GThread *thread;

  /* guarded by the lock */
  GMutex lock;
  GCond changed;
  gboolean is_awake;
  gboolean was_woken; /* since the running tick began: what it returns is out of date */
  gboolean is_ending;
};

guint
hs_audio_ticker_plan (gint64 now_us, gint64 *due_us)
{
  gint64 missed = MAX (now_us - *due_us, 0) / TICK_US;
  gint64 skipped = missed > CATCH_UP_MAX ? missed : 0;

  *due_us += (skipped + 1) * TICK_US;
  return (guint) MIN (skipped, G_MAXINT);
}

/* Most machines allow this to nobody but root, and on a quiet machine it makes no difference. */
static void
ask_for_real_time (void)
{
  struct sched_param param = { .sched_priority = PRIORITY };
  int error = pthread_setschedparam (pthread_self (), SCHED_RR | SCHED_RESET_ON_FORK, &param);

  if (error != 0)
    g_debug ("audio runs at normal priority: %s", g_strerror (error));
}

/* Called and left with the lock held. */
static void
run_tick (HsAudioTicker *self, guint skipped)
{
  gboolean is_active;

  self->was_woken = FALSE;
  g_mutex_unlock (&self->lock);
  is_active = self->tick (self->user_data, skipped);
  g_mutex_lock (&self->lock);
  self->is_awake = is_active || self->was_woken;
}

static gpointer
run (gpointer data)
{
  HsAudioTicker *self = data;
  gint64 due_us = 0;

  ask_for_real_time ();
  g_mutex_lock (&self->lock);
  while (!self->is_ending) {
    if (!self->is_awake) {
      due_us = 0;
      g_cond_wait (&self->changed, &self->lock);
      continue;
    }
    if (due_us == 0)
      due_us = g_get_monotonic_time ();
    if (g_get_monotonic_time () >= due_us)
      run_tick (self, hs_audio_ticker_plan (g_get_monotonic_time (), &due_us));
    else
      g_cond_wait_until (&self->changed, &self->lock, due_us);
  }
  g_mutex_unlock (&self->lock);
  return NULL;
}

HsAudioTicker *
hs_audio_ticker_new (HsAudioTickFunc tick, gpointer user_data)
{
  HsAudioTicker *self = g_new0 (HsAudioTicker, 1);

  g_mutex_init (&self->lock);
  g_cond_init (&self->changed);
  self->tick = tick;
  self->user_data = user_data;
  return self;
}

void
hs_audio_ticker_free (HsAudioTicker *self)
{
  g_mutex_lock (&self->lock);
  self->is_ending = TRUE;
  g_cond_signal (&self->changed);
  g_mutex_unlock (&self->lock);
  if (self->thread != NULL)
    g_thread_join (self->thread);
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->changed);
  g_free (self);
}

void
hs_audio_ticker_wake (HsAudioTicker *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  self->was_woken = TRUE;
  if (!self->is_awake && !self->is_ending) {
    self->is_awake = TRUE;
    if (self->thread == NULL)
      self->thread = g_thread_new ("hs-audio-tick", run, self);
    g_cond_signal (&self->changed);
  }
}
