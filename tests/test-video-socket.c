/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "hs-frames-viewer.h"

#include "base/hs-error.h"
#include "hs-fake-log.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>

static void
test_pictures (HsFramesFixture *f, gconstpointer data)
{
  g_autoptr (HsFramesViewer) viewer = hs_frames_viewer_new (f);

  hs_frames_fixture_show (f, 160, 120, &hs_test_red);
  hs_frames_viewer_expect (viewer, f, &hs_test_red);
  g_assert_cmpstr (viewer->header, ==, "YUV4MPEG2 C420 W160 H120 Ip F30:1 A1:1");
  hs_frames_fixture_show (f, 160, 120, &hs_test_blue);
  hs_frames_viewer_expect (viewer, f, &hs_test_blue);
  hs_video_feed_set_muted (f->feed, TRUE);
  hs_frames_viewer_expect (viewer, f, &hs_test_black);
}

static void
test_odd_size (HsFramesFixture *f, gconstpointer data)
{
  g_autoptr (HsFramesViewer) viewer = hs_frames_viewer_new (f);

  hs_frames_fixture_show (f, 171, 91, &hs_test_green);
  hs_frames_viewer_expect (viewer, f, &hs_test_green);
  g_assert_cmpint (viewer->width, ==, 176);
  g_assert_cmpint (viewer->height, ==, 92);
  /* Also a second one begins where it is to begin. */
  hs_frames_fixture_show (f, 171, 91, &hs_test_red);
  hs_frames_viewer_expect (viewer, f, &hs_test_red);
}

static void
test_new_size (HsFramesFixture *f, gconstpointer data)
{
  g_autoptr (HsFramesViewer) before = hs_frames_viewer_new (f);
  g_autoptr (HsFramesViewer) after = NULL;

  hs_frames_fixture_show (f, 160, 120, &hs_test_red);
  hs_frames_viewer_expect (before, f, &hs_test_red);
  hs_frames_fixture_show (f, 320, 180, &hs_test_green);
  hs_frames_viewer_expect (before, f, &hs_test_green);
  g_assert_cmpint (before->width, ==, 160);
  g_assert_cmpint (before->height, ==, 120);
  after = hs_frames_viewer_new (f);
  hs_frames_viewer_expect (after, f, &hs_test_green);
  g_assert_cmpint (after->width, ==, 320);
  g_assert_cmpint (after->height, ==, 180);
  hs_frames_fixture_show (f, 160, 120, &hs_test_blue);
  hs_frames_viewer_expect (before, f, &hs_test_blue);
  hs_frames_viewer_expect (after, f, &hs_test_blue);
}

static void
test_closing (HsFramesFixture *f, gconstpointer data)
{
  g_autoptr (HsFramesViewer) looking = hs_frames_viewer_new (f);
  g_autoptr (HsFramesViewer) stuck = hs_frames_viewer_new (f);
  g_autoptr (HsFramesViewer) late = NULL;
  guint n_changes;

  hs_frames_fixture_show (f, 160, 120, &hs_test_red);
  hs_frames_viewer_expect (looking, f, &hs_test_red);
  hs_frames_viewer_wait_for_colour (stuck, f, &hs_test_red);
  late = hs_frames_viewer_new (f);
  n_changes = f->n_changes;
  g_clear_pointer (&f->socket, hs_video_socket_close);
  g_assert_false (hs_video_feed_has_takers (f->feed));
  hs_frames_viewer_expect_end (looking, f);
  hs_frames_viewer_expect_end (stuck, f);
  g_assert_cmpuint (f->n_changes, ==, n_changes);
  hs_frames_fixture_settle (f);
  g_assert_false (g_file_test (f->path, G_FILE_TEST_EXISTS));
  /* The path is free again. */
  hs_frames_fixture_open (f);
}

static gboolean
has_begun (gpointer user_data)
{
  return g_atomic_int_get ((gint *) user_data) != 0;
}

typedef struct {
  GMutex lock;
  gint begun;
} Hurdle;

/* Keeps the worker until the lock can be had. */
static void
wait_for_hurdle (gpointer data)
{
  Hurdle *hurdle = data;

  g_atomic_int_set (&hurdle->begun, 1);
  g_mutex_lock (&hurdle->lock);
  g_mutex_unlock (&hurdle->lock);
}

/* Files are looked at by the worker alone, also those that are to be removed. */
static void
test_slow_disk (HsFramesFixture *f, gconstpointer data)
{
  Hurdle hurdle = { .begun = 0 };

  g_mutex_init (&hurdle.lock);
  g_mutex_lock (&hurdle.lock);
  hs_audio_worker_run (f->worker, wait_for_hurdle, &hurdle);
  hs_test_wait (has_begun, &hurdle.begun);
  g_clear_pointer (&f->socket, hs_video_socket_close);
  g_assert_true (g_file_test (f->path, G_FILE_TEST_EXISTS));
  g_assert_cmpuint (hs_leg_queue_count_leaving (f->queue), ==, 1);
  g_mutex_unlock (&hurdle.lock);
  hs_frames_fixture_settle (f);
  g_assert_false (g_file_test (f->path, G_FILE_TEST_EXISTS));
  g_mutex_clear (&hurdle.lock);
}

/* Whoever changes their mind finds the path free. */
static void
test_given_up (HsFramesFixture *f, gconstpointer data)
{
  g_autoptr (GAsyncResult) first = NULL;
  g_autoptr (GAsyncResult) second = NULL;
  g_autoptr (GError) error = NULL;
  HsVideoSocket *socket = hs_frames_fixture_start_opening (f, &first);

  hs_video_socket_close (socket);
  socket = hs_frames_fixture_start_opening (f, &second);
  hs_frames_fixture_wait_for_result (&first);
  g_assert_false (hs_video_socket_open_finish (first, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&error);
  socket = hs_frames_fixture_end_opening (socket, &second, &error);
  g_assert_no_error (error);
  hs_frames_fixture_serve (f, socket);
}

static void
test_path (HsFramesFixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  struct stat status;
  HsVideoSocket *other;

  g_assert_true (g_file_set_contents (f->path, "precious", -1, NULL));
  other = hs_frames_fixture_try_open (f, &error);
  g_assert_null (other);
  g_assert_error (error, HS_CALL_ERROR, HS_CALL_ERROR_USER_MEDIA);
  g_assert_nonnull (strstr (error->message, f->path));
  g_clear_error (&error);
  g_assert_cmpint (g_unlink (f->path), ==, 0);
  hs_frames_fixture_open (f);
  g_assert_cmpint (stat (f->path, &status), ==, 0);
  g_assert_true (S_ISSOCK (status.st_mode));
  g_assert_cmphex (status.st_mode & 0777, ==, 0600);
  other = hs_frames_fixture_try_open (f, &error);
  g_assert_null (other);
  g_assert_error (error, HS_CALL_ERROR, HS_CALL_ERROR_USER_MEDIA);
  g_assert_nonnull (strstr (error->message, f->path));
}

static void
add (const char *path, void (*test) (HsFramesFixture *, gconstpointer))
{
  g_test_add (path, HsFramesFixture, NULL, hs_frames_fixture_set_up_socket, test,
              hs_frames_fixture_tear_down);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  gst_init (&argc, &argv);
  hs_fake_log_start ();
  add ("/video-socket/pictures", test_pictures);
  add ("/video-socket/odd-size", test_odd_size);
  add ("/video-socket/new-size", test_new_size);
  add ("/video-socket/closing", test_closing);
  add ("/video-socket/slow-disk", test_slow_disk);
  g_test_add ("/video-socket/given-up", HsFramesFixture, NULL, hs_frames_fixture_set_up,
              test_given_up, hs_frames_fixture_tear_down);
  g_test_add ("/video-socket/path", HsFramesFixture, NULL, hs_frames_fixture_set_up, test_path,
              hs_frames_fixture_tear_down);
  return g_test_run ();
}
