/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * HsAudioWorker: jobs that may take long, away from the control thread and the ticker
 *
 * Threads come from GLib's shared pool and go back to it when there is no job. Counted references;
 * jobs that were begun or queued run even after the last one is gone.
 */
typedef struct _HsAudioWorker HsAudioWorker;

typedef void (*HsAudioJob) (gpointer data);

/* @max_threads: how many jobs run side by side; with 1 they run in the order they came
 * @patience_ms: when all threads have stood still for longer than this, the next job gets a further
 *   one: a sound server that does not answer must not take the others with it */
HsAudioWorker *hs_audio_worker_new (guint max_threads, guint patience_ms);
HsAudioWorker *hs_audio_worker_ref (HsAudioWorker *self);
void hs_audio_worker_unref (HsAudioWorker *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HsAudioWorker, hs_audio_worker_unref)

/* Any thread; never waits. */
void hs_audio_worker_run (HsAudioWorker *self, HsAudioJob job, gpointer data);

/* Waits until no job is left; for threads that may.
 * Returns: FALSE when that took longer than @timeout_ms */
gboolean hs_audio_worker_wait (HsAudioWorker *self, guint timeout_ms);

G_END_DECLS
