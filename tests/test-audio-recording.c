/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Files that are written, and the worker that writes them. */
#include "base/hs-error.h"
#include "hs-audio-fixture.h"
#include "hs-audio-testing.h"
#include "media/hs-audio-port-private.h"
#include "media/hs-audio-wave-sink.h"

#include <gst/gst.h>
#include <math.h>
#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

#define WATCHDOG_MS 60000

static void
receive_tone (HsAudioFixture *self, guint n_blocks)
{
  gint16 block[HS_AUDIO_BLOCK];

  for (guint i = 0; i < n_blocks; i++) {
    for (guint j = 0; j < HS_AUDIO_BLOCK; j++)
      block[j] = (gint16) lrint (10000 * sin (2 * G_PI * 500 * j / HS_AUDIO_RATE));
    hs_audio_port_receive (self->port, block, HS_AUDIO_BLOCK);
    hs_audio_mixer_tick (self->mixer, 0);
  }
}

static void
test_writes_wav (HsAudioFixture *self, gconstpointer data)
{
  g_autofree char *path = hs_audio_fixture_make_path (self, "a.wav");
  g_autofree char *device_id = g_strconcat ("file:", path, NULL);
  HsAudioSink *sink = hs_audio_fixture_open_well (self, HS_DEVICE_SPEAKER, device_id);
  g_autoptr (GArray) read = NULL;
  guint rate;

  hs_audio_port_set_sink (self->port, sink);
  receive_tone (self, 60);
  hs_audio_mixer_tick (self->mixer, 37);
  receive_tone (self, 13);
  hs_audio_port_set_sink (self->port, NULL);
  g_assert_finalize_object (sink);
  hs_audio_fixture_drain (self);
  read = hs_test_read_wave (path, &rate);
  g_assert_cmpuint (rate, ==, HS_AUDIO_RATE);
  g_assert_cmpuint (read->len, ==, (60 + 37 + 1 + 13) * HS_AUDIO_BLOCK);
  g_assert_cmpfloat (
      fabs (hs_test_measure_tone ((gint16 *) read->data, 60 * HS_AUDIO_BLOCK, HS_AUDIO_RATE, 500) -
            10000),
      <, 2);
  for (guint i = 60 * HS_AUDIO_BLOCK; i < 98 * HS_AUDIO_BLOCK; i++)
    g_assert_cmpint (g_array_index (read, gint16, i), ==, 0);
  g_assert_cmpfloat (fabs (hs_test_measure_tone ((gint16 *) read->data + 98 * HS_AUDIO_BLOCK,
                                                 13 * HS_AUDIO_BLOCK, HS_AUDIO_RATE, 500) -
                           10000),
                     <, 2);
}

static void
test_shares_a_file_that_is_written (HsAudioFixture *self, gconstpointer data)
{
  g_autofree char *path = hs_audio_fixture_make_path (self, "a.wav");
  g_autofree char *device_id = g_strconcat ("file:", path, NULL);
  g_autofree char *same = g_strconcat ("file:", self->folder, "/./a.wav", NULL);
  g_autoptr (HsAudioSink) first = NULL;
  g_autoptr (HsAudioSink) second = NULL;
  HsAudioFixture other = { .opened = NULL };

  hs_audio_engine_open_sink_async (self->engine, same, NULL, hs_audio_fixture_on_sink, &other);
  first = hs_audio_fixture_open_well (self, HS_DEVICE_SPEAKER, device_id);
  hs_test_wait (hs_audio_fixture_is_done, &other);
  g_assert_true (first == other.opened);
  g_clear_object (&other.opened);
  second = hs_audio_fixture_open_well (self, HS_DEVICE_SPEAKER, device_id);
  g_assert_true (first == second);
}

static void
test_a_closed_file_is_begun_anew (HsAudioFixture *self, gconstpointer data)
{
  g_autofree char *path = hs_audio_fixture_make_path (self, "a.wav");
  g_autofree char *device_id = g_strconcat ("file:", path, NULL);
  g_autoptr (GArray) read = NULL;

  for (guint i = 3; i > 0; i--) {
    g_autoptr (HsAudioSink) sink = hs_audio_fixture_open_well (self, HS_DEVICE_SPEAKER, device_id);

    hs_audio_port_set_sink (self->port, sink);
    receive_tone (self, i);
    hs_audio_port_set_sink (self->port, NULL);
  }
  hs_audio_fixture_drain (self);
  read = hs_test_read_wave (path, NULL);
  g_assert_cmpuint (read->len, ==, HS_AUDIO_BLOCK);
}

static void
test_refuses_unwritable_files (HsAudioFixture *self, gconstpointer data)
{
  g_autofree char *missing = g_strconcat ("file:", self->folder, "/no/a.wav", NULL);
  g_autofree char *full = hs_audio_fixture_make_path (self, "full.wav");
  g_autofree char *full_id = g_strconcat ("file:", full, NULL);

  hs_audio_fixture_assert_refused (self, HS_DEVICE_SPEAKER, missing, HS_CALL_ERROR_USER_MEDIA);
  g_assert_nonnull (strstr (self->error->message, "/no/a.wav"));
  g_assert_cmpint (symlink ("/dev/full", full), ==, 0);
  hs_audio_fixture_assert_refused (self, HS_DEVICE_SPEAKER, full_id, HS_CALL_ERROR_USER_MEDIA);
  g_assert_nonnull (strstr (self->error->message, full));
}

static void
on_sink_failed (HsAudioSink *sink, GError *error, gpointer user_data)
{
  HsAudioFixture *self = user_data;

  g_assert_null (self->error);
  self->error = g_error_copy (error);
}

static gboolean
has_error (gpointer user_data)
{
  return ((HsAudioFixture *) user_data)->error != NULL;
}

/* A limit on the size of files stands for a disk that becomes full. */
static void
test_reports_a_disk_that_fills_up (HsAudioFixture *self, gconstpointer data)
{
  g_autofree char *path = hs_audio_fixture_make_path (self, "a.wav");
  g_autofree char *device_id = g_strconcat ("file:", path, NULL);
  HsAudioSink *sink = hs_audio_fixture_open_well (self, HS_DEVICE_SPEAKER, device_id);
  g_autoptr (HsAudioSink) next = NULL;
  g_autoptr (GArray) read = NULL;
  struct rlimit old, small;

  g_signal_connect (sink, "failed", G_CALLBACK (on_sink_failed), self);
  hs_audio_port_set_sink (self->port, sink);
  g_assert_cmpint (getrlimit (RLIMIT_FSIZE, &old), ==, 0);
  small = old;
  small.rlim_cur = 70000;
  signal (SIGXFSZ, SIG_IGN);
  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &small), ==, 0);
  receive_tone (self, 100);
  hs_test_wait (has_error, self);
  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &old), ==, 0);
  g_assert_error (self->error, HS_CALL_ERROR, HS_CALL_ERROR_USER_MEDIA);
  g_assert_nonnull (strstr (self->error->message, path));
  receive_tone (self, 100);
  hs_audio_fixture_drain (self);
  read = hs_test_read_wave (path, NULL);
  g_assert_cmpuint (read->len, ==, 25 * HS_AUDIO_BLOCK);
  /* What has failed is not handed to the next one. */
  next = hs_audio_fixture_open_well (self, HS_DEVICE_SPEAKER, device_id);
  g_assert_true (next != sink);
  hs_audio_port_set_sink (self->port, NULL);
  g_assert_finalize_object (sink);
}

typedef struct {
  GMutex lock;
  GCond changed;
  gboolean may_end;
} Stall;

static void
run_stall (gpointer data)
{
  Stall *stall = data;

  g_mutex_lock (&stall->lock);
  while (!stall->may_end)
    g_cond_wait (&stall->changed, &stall->lock);
  g_mutex_unlock (&stall->lock);
}

static void
run_release (gpointer data)
{
  Stall *stall = data;

  g_mutex_lock (&stall->lock);
  stall->may_end = TRUE;
  g_cond_signal (&stall->changed);
  g_mutex_unlock (&stall->lock);
}

/* The disk stands still for 30 s of audio: ticks go on, and the file has its true length. */
static void
test_survives_a_disk_that_stalls (HsAudioFixture *self, gconstpointer data)
{
  g_autofree char *path = hs_audio_fixture_make_path (self, "a.wav");
  HsAudioWorker *worker = hs_audio_worker_new (1, G_MAXUINT);
  HsAudioSink *sink = hs_audio_wave_sink_open ("a", path, worker, NULL);
  g_autoptr (GArray) read = NULL;
  Stall stall = { .may_end = FALSE };

  g_assert_nonnull (sink);
  hs_audio_worker_run (worker, run_stall, &stall);
  hs_audio_port_set_sink (self->port, sink);
  receive_tone (self, 1500);
  run_release (&stall);
  g_assert_true (hs_audio_worker_wait (worker, WATCHDOG_MS));
  receive_tone (self, 10);
  hs_audio_port_set_sink (self->port, NULL);
  g_assert_finalize_object (sink);
  g_assert_true (hs_audio_worker_wait (worker, WATCHDOG_MS));
  hs_audio_worker_unref (worker);
  read = hs_test_read_wave (path, NULL);
  g_assert_cmpuint (read->len, ==, 1510 * HS_AUDIO_BLOCK);
  g_assert_cmpint (g_array_index (read, gint16, 400 * HS_AUDIO_BLOCK + 24), !=, 0);
  g_assert_cmpint (g_array_index (read, gint16, 1400 * HS_AUDIO_BLOCK + 24), ==, 0);
  g_assert_cmpint (g_array_index (read, gint16, 1505 * HS_AUDIO_BLOCK + 24), !=, 0);
}

static void
test_worker_keeps_the_order (void)
{
  g_autoptr (HsAudioWorker) worker = hs_audio_worker_new (1, G_MAXUINT);
  Stall stall = { .may_end = FALSE };

  hs_audio_worker_run (worker, run_stall, &stall);
  hs_audio_worker_run (worker, run_release, &stall);
  g_assert_false (hs_audio_worker_wait (worker, 0));
  run_release (&stall);
  g_assert_true (hs_audio_worker_wait (worker, WATCHDOG_MS));
}

/* The second job would wait for ever behind the first, which only it can end. */
static void
test_worker_goes_round_what_is_stuck (void)
{
  g_autoptr (HsAudioWorker) worker = hs_audio_worker_new (1, 0);
  Stall stall = { .may_end = FALSE };

  g_log_set_always_fatal (G_LOG_FATAL_MASK);
  hs_audio_worker_run (worker, run_stall, &stall);
  hs_audio_worker_run (worker, run_release, &stall);
  g_assert_true (hs_audio_worker_wait (worker, WATCHDOG_MS));
  g_log_set_always_fatal (G_LOG_FATAL_MASK | G_LOG_LEVEL_WARNING | G_LOG_LEVEL_CRITICAL);
}

static void
add (const char *path, void (*test) (HsAudioFixture *, gconstpointer))
{
  g_test_add (path, HsAudioFixture, NULL, hs_audio_fixture_set_up, test,
              hs_audio_fixture_tear_down);
}

int
main (int argc, char **argv)
{
  /* No sound server of the machine may take part. */
  g_setenv ("PULSE_SERVER", "unix:/nonexistent", TRUE);
  g_setenv ("PIPEWIRE_REMOTE", "/nonexistent", TRUE);
  g_test_init (&argc, &argv, NULL);
  gst_init (&argc, &argv);
  add ("/engine/sink/writes-wav", test_writes_wav);
  add ("/engine/sink/shares-a-file", test_shares_a_file_that_is_written);
  add ("/engine/sink/begins-a-closed-file-anew", test_a_closed_file_is_begun_anew);
  add ("/engine/sink/refuses-unwritable-files", test_refuses_unwritable_files);
  add ("/engine/sink/reports-a-full-disk", test_reports_a_disk_that_fills_up);
  add ("/engine/sink/survives-a-stalled-disk", test_survives_a_disk_that_stalls);
  g_test_add_func ("/worker/keeps-the-order", test_worker_keeps_the_order);
  g_test_add_func ("/worker/goes-round-what-is-stuck", test_worker_goes_round_what_is_stuck);
  return g_test_run ();
}
