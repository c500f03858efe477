/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "media/hs-wave.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/hs-error.h"
#include "hs-audio-testing.h"

#define RATE 48000

typedef struct {
  char *folder;
  char *path;
  gint16 ramp[RATE];
} Fixture;

static void
set_up (Fixture *self, gconstpointer data)
{
  self->folder = g_dir_make_tmp ("hs-wave-XXXXXX", NULL);
  self->path = g_build_filename (self->folder, "a.wav", NULL);
  for (int i = 0; i < RATE; i++)
    self->ramp[i] = (gint16) (i - RATE / 2);
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  g_unlink (self->path);
  g_assert_cmpint (g_rmdir (self->folder), ==, 0);
  g_free (self->path);
  g_free (self->folder);
}

static HsWave *
open_wave (Fixture *self)
{
  g_autoptr (GError) error = NULL;
  HsWave *wave = hs_wave_open (self->path, RATE, &error);

  g_assert_no_error (error);
  return wave;
}

static void
append (HsWave *wave, const gint16 *samples, gsize n_samples)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (hs_wave_append (wave, samples, n_samples, &error));
  g_assert_no_error (error);
}

static void
test_holds_what_was_written (Fixture *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GArray) read = NULL;
  HsWave *wave = open_wave (self);
  guint rate;

  append (wave, self->ramp, 1000);
  g_assert_true (hs_wave_append_silence (wave, 500, &error));
  append (wave, self->ramp, 10);
  g_assert_true (hs_wave_close (wave, &error));
  read = hs_test_read_wave (self->path, &rate);
  g_assert_cmpuint (rate, ==, RATE);
  g_assert_cmpuint (read->len, ==, 1510);
  g_assert_cmpmem (read->data, 2000, self->ramp, 2000);
  for (guint i = 1000; i < 1500; i++)
    g_assert_cmpint (g_array_index (read, gint16, i), ==, 0);
  g_assert_cmpmem (read->data + 3000, 20, self->ramp, 20);
}

static void
test_ends_with_silence (Fixture *self, gconstpointer data)
{
  g_autoptr (GArray) read = NULL;
  HsWave *wave = open_wave (self);

  g_assert_true (hs_wave_append_silence (wave, 700, NULL));
  g_assert_true (hs_wave_close (wave, NULL));
  read = hs_test_read_wave (self->path, NULL);
  g_assert_cmpuint (read->len, ==, 700);
}

static void
test_empty_is_valid (Fixture *self, gconstpointer data)
{
  g_autoptr (GArray) read = NULL;

  g_assert_true (hs_wave_close (open_wave (self), NULL));
  read = hs_test_read_wave (self->path, NULL);
  g_assert_cmpuint (read->len, ==, 0);
}

/* Looks at the file after every piece, as if the program had been killed there. */
static void
test_is_valid_at_any_moment (Fixture *self, gconstpointer data)
{
  HsWave *wave = open_wave (self);
  gsize n_written = 0;

  for (guint i = 0; i < 200; i++) {
    g_autoptr (GArray) read = NULL;
    gsize n = 1 + (i * 7919) % 3000;

    append (wave, self->ramp, n);
    n_written += n;
    read = hs_test_read_wave (self->path, NULL);
    g_assert_cmpuint (read->len, <=, n_written);
    g_assert_cmpuint (read->len + RATE, >, n_written);
  }
  g_assert_true (hs_wave_close (wave, NULL));
}

static void
test_replaces_an_older_file (Fixture *self, gconstpointer data)
{
  g_autoptr (GArray) read = NULL;
  HsWave *wave = open_wave (self);

  append (wave, self->ramp, RATE);
  g_assert_true (hs_wave_close (wave, NULL));
  wave = open_wave (self);
  append (wave, self->ramp, 5);
  g_assert_true (hs_wave_close (wave, NULL));
  read = hs_test_read_wave (self->path, NULL);
  g_assert_cmpuint (read->len, ==, 5);
}

static void
test_is_private (Fixture *self, gconstpointer data)
{
  HsWave *wave = open_wave (self);
  struct stat info;

  g_assert_cmpint (stat (self->path, &info), ==, 0);
  g_assert_cmpint (info.st_mode & 0777, ==, 0600);
  g_assert_true (hs_wave_close (wave, NULL));
}

static void
assert_refused (const char *path)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (hs_wave_open (path, RATE, &error));
  g_assert_error (error, HS_CALL_ERROR, HS_CALL_ERROR_USER_MEDIA);
  g_assert_nonnull (strstr (error->message, path));
}

static void
test_refuses_what_cannot_be_written (Fixture *self, gconstpointer data)
{
  g_autofree char *missing = g_build_filename (self->folder, "no", "a.wav", NULL);

  assert_refused (missing);
  assert_refused (self->folder);
}

static void
test_refuses_a_pipe_without_hanging (Fixture *self, gconstpointer data)
{
  g_assert_cmpint (mkfifo (self->path, 0600), ==, 0);
  assert_refused (self->path);
}

static void
test_refuses_a_full_disk (Fixture *self, gconstpointer data)
{
  g_assert_cmpint (symlink ("/dev/full", self->path), ==, 0);
  assert_refused (self->path);
}

static void
test_refuses_a_second_writer (Fixture *self, gconstpointer data)
{
  g_autoptr (GArray) read = NULL;
  HsWave *wave = open_wave (self);

  append (wave, self->ramp, 100);
  assert_refused (self->path);
  g_assert_true (hs_wave_close (wave, NULL));
  read = hs_test_read_wave (self->path, NULL);
  g_assert_cmpuint (read->len, ==, 100);
}

/* A limit on the size of files stands for a disk that becomes full. */
static void
test_stays_valid_when_the_disk_fills_up (Fixture *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GArray) read = NULL;
  struct rlimit old, small;
  HsWave *wave = open_wave (self);

  append (wave, self->ramp, 10000);
  g_assert_cmpint (getrlimit (RLIMIT_FSIZE, &old), ==, 0);
  small = old;
  small.rlim_cur = 30000;
  signal (SIGXFSZ, SIG_IGN);
  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &small), ==, 0);
  g_assert_false (hs_wave_append (wave, self->ramp, 10000, &error));
  g_assert_error (error, HS_CALL_ERROR, HS_CALL_ERROR_USER_MEDIA);
  g_assert_nonnull (strstr (error->message, self->path));
  g_assert_true (hs_wave_close (wave, NULL));
  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &old), ==, 0);
  read = hs_test_read_wave (self->path, NULL);
  g_assert_cmpuint (read->len, ==, 10000);
}

static void
test_stops_at_the_format_s_limit (Fixture *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  HsWave *wave = open_wave (self);
  struct stat info;

  /* A hole of nearly 4 GiB takes no room. */
  g_assert_true (hs_wave_append_silence (wave, G_MAXUINT32 / 2 - 1000, NULL));
  g_assert_false (hs_wave_append (wave, self->ramp, 1000, &error));
  g_assert_error (error, HS_CALL_ERROR, HS_CALL_ERROR_USER_MEDIA);
  g_assert_false (hs_wave_append_silence (wave, G_MAXUINT64 / 2, NULL));
  append (wave, self->ramp, 900);
  g_assert_true (hs_wave_close (wave, NULL));
  g_assert_cmpint (stat (self->path, &info), ==, 0);
  g_assert_cmpint (info.st_size, ==, 44 + 2 * (G_GINT64_CONSTANT (2147483647) - 1000 + 900));
}

static void
add (const char *path, void (*test) (Fixture *, gconstpointer))
{
  g_test_add (path, Fixture, NULL, set_up, test, tear_down);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  add ("/wave/holds-what-was-written", test_holds_what_was_written);
  add ("/wave/ends-with-silence", test_ends_with_silence);
  add ("/wave/empty-is-valid", test_empty_is_valid);
  add ("/wave/is-valid-at-any-moment", test_is_valid_at_any_moment);
  add ("/wave/replaces-an-older-file", test_replaces_an_older_file);
  add ("/wave/is-private", test_is_private);
  add ("/wave/refuses-what-cannot-be-written", test_refuses_what_cannot_be_written);
  add ("/wave/refuses-a-pipe-without-hanging", test_refuses_a_pipe_without_hanging);
  add ("/wave/refuses-a-full-disk", test_refuses_a_full_disk);
  add ("/wave/refuses-a-second-writer", test_refuses_a_second_writer);
  add ("/wave/stays-valid-when-the-disk-fills-up", test_stays_valid_when_the_disk_fills_up);
  add ("/wave/stops-at-the-format-s-limit", test_stops_at_the_format_s_limit);
  return g_test_run ();
}
