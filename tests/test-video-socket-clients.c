/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "hs-frames-viewer.h"

#include "hs-fake-log.h"

/* More than sockets keep. */
#define MANY 200

static void
test_slow (HsFramesFixture *f, gconstpointer data)
{
  g_autoptr (HsFramesViewer) slow = hs_frames_viewer_new (f);
  g_autoptr (HsFramesViewer) quick = hs_frames_viewer_new (f);

  hs_frames_fixture_show (f, 320, 240, &hs_test_red);
  hs_frames_viewer_expect (slow, f, &hs_test_red);
  slow->n_pictures = 0;
  for (guint i = 0; i < MANY / 2; i++) {
    hs_frames_fixture_show (f, 320, 240, &hs_test_blue);
    hs_frames_viewer_expect (quick, f, &hs_test_blue);
    hs_frames_fixture_show (f, 320, 240, &hs_test_green);
    hs_frames_viewer_expect (quick, f, &hs_test_green);
  }
  /* Nothing more is pushed: what was kept is little, and whole. */
  hs_frames_fixture_show_nothing (f);
  hs_frames_viewer_wait_for_colour (slow, f, &hs_test_green);
  g_assert_cmpuint (slow->n_pictures, <, MANY / 4);
  hs_frames_fixture_show (f, 320, 240, &hs_test_red);
  hs_frames_viewer_expect (slow, f, &hs_test_red);
}

static void
test_several (HsFramesFixture *f, gconstpointer data)
{
  g_autoptr (HsFramesViewer) first = NULL;
  g_autoptr (HsFramesViewer) second = NULL;
  g_autoptr (HsFramesViewer) third = NULL;

  hs_frames_fixture_show (f, 160, 120, &hs_test_red);
  g_assert_false (hs_video_feed_has_takers (f->feed));
  first = hs_frames_viewer_new (f);
  second = hs_frames_viewer_new (f);
  hs_frames_viewer_expect (first, f, &hs_test_red);
  hs_frames_viewer_expect (second, f, &hs_test_red);
  g_assert_cmpuint (f->n_changes, ==, 2);
  g_clear_pointer (&first, hs_frames_viewer_free);
  hs_frames_fixture_show (f, 160, 120, &hs_test_blue);
  hs_frames_viewer_expect (second, f, &hs_test_blue);
  third = hs_frames_viewer_new (f);
  hs_frames_viewer_expect (third, f, &hs_test_blue);
  g_clear_pointer (&second, hs_frames_viewer_free);
  g_clear_pointer (&third, hs_frames_viewer_free);
  /* Nobody looks, and nobody has to be written to in order to find out. */
  hs_frames_fixture_show_nothing (f);
  hs_frames_fixture_wait_for (f, hs_frames_fixture_is_not_looked_at, f);
  g_assert_cmpuint (f->n_changes, ==, 6);
}

/* As socat does when its input has ended. */
static void
test_half_closed (HsFramesFixture *f, gconstpointer data)
{
  g_autoptr (HsFramesViewer) viewer = hs_frames_viewer_new (f);

  g_assert_true (g_socket_shutdown (viewer->socket, FALSE, TRUE, NULL));
  hs_frames_fixture_show (f, 160, 120, &hs_test_red);
  hs_frames_viewer_expect (viewer, f, &hs_test_red);
}

static void
test_writing (HsFramesFixture *f, gconstpointer data)
{
  g_autoptr (HsFramesViewer) viewer = hs_frames_viewer_new (f);

  hs_frames_viewer_say_hello (viewer);
  hs_frames_fixture_show (f, 160, 120, &hs_test_red);
  hs_frames_viewer_expect (viewer, f, &hs_test_red);
  /* It sees the end, not an error, though nobody has read what it said. */
  g_clear_pointer (&f->socket, hs_video_socket_close);
  hs_frames_fixture_settle (f);
  hs_frames_viewer_expect_end (viewer, f);
}

static void
test_leaving_at_once (HsFramesFixture *f, gconstpointer data)
{
  g_autoptr (HsFramesViewer) viewer = hs_frames_viewer_new (f);

  /* Connected, and gone, before the daemon has looked. */
  g_clear_pointer (&viewer, hs_frames_viewer_free);
  viewer = hs_frames_viewer_new (f);
  hs_frames_fixture_show (f, 160, 120, &hs_test_red);
  hs_frames_viewer_expect (viewer, f, &hs_test_red);
  g_clear_pointer (&viewer, hs_frames_viewer_free);
  hs_frames_fixture_wait_for (f, hs_frames_fixture_is_not_looked_at, f);
}

static void
expect_refusal (HsFramesFixture *f)
{
  g_autoptr (HsFramesViewer) refused = hs_frames_viewer_new (f);

  hs_frames_viewer_say_hello (refused);
  hs_frames_viewer_expect_end (refused, f);
  g_assert_null (refused->header);
}

static void
test_too_many (HsFramesFixture *f, gconstpointer data)
{
  g_autoptr (GPtrArray) viewers =
      g_ptr_array_new_with_free_func ((GDestroyNotify) hs_frames_viewer_free);

  for (guint i = 0; i < HS_VIDEO_SOCKET_MAX_CLIENTS; i++)
    g_ptr_array_add (viewers, hs_frames_viewer_new (f));
  expect_refusal (f);
  hs_fake_log_expect (G_LOG_LEVEL_WARNING, "*there are 16 clients*turned away*");
  /* It is told of once. */
  expect_refusal (f);
  expect_refusal (f);
  hs_frames_fixture_show (f, 16, 16, &hs_test_red);
  for (guint i = 0; i < viewers->len; i++)
    hs_frames_viewer_expect (viewers->pdata[i], f, &hs_test_red);
  hs_fake_log_assert_empty ();
  /* Once there was room it is told of again. */
  g_ptr_array_set_size (viewers, 0);
  hs_frames_fixture_wait_for (f, hs_frames_fixture_is_not_looked_at, f);
  hs_frames_fixture_settle (f);
  for (guint i = 0; i < HS_VIDEO_SOCKET_MAX_CLIENTS; i++)
    g_ptr_array_add (viewers, hs_frames_viewer_new (f));
  expect_refusal (f);
  hs_fake_log_expect (G_LOG_LEVEL_WARNING, "*there are 16 clients*turned away*");
}

#define FLOOD 200

static void
test_flood (HsFramesFixture *f, gconstpointer data)
{
  g_autoptr (HsFramesViewer) viewer = NULL;
  guint most = 0;

  for (guint i = 0; i < FLOOD; i++) {
    hs_frames_viewer_free (hs_frames_viewer_new (f));
    g_main_context_iteration (NULL, FALSE);
    most = MAX (most, hs_leg_queue_count_leaving (f->queue));
  }
  g_assert_cmpuint (most, <=, 2 * HS_VIDEO_SOCKET_MAX_CLIENTS);
  hs_frames_fixture_wait_for (f, hs_frames_fixture_is_settled, f);
  /* How many were too many depends on how quick the threads are. */
  hs_fake_log_forget (G_LOG_LEVEL_WARNING, "*turned away*");
  /* Whatever the flood held is free again. */
  viewer = hs_frames_viewer_new (f);
  hs_frames_fixture_show (f, 160, 120, &hs_test_red);
  hs_frames_viewer_expect (viewer, f, &hs_test_red);
}

/* Those who have been accepted leave while their writers are still made. */
static void
test_flood_of_accepted (HsFramesFixture *f, gconstpointer data)
{
  guint most = 0;

  for (guint i = 0; i < FLOOD; i++) {
    g_autoptr (HsFramesViewer) viewer = hs_frames_viewer_new (f);

    g_main_context_iteration (NULL, FALSE);
    most = MAX (most, hs_leg_queue_count_leaving (f->queue));
  }
  g_assert_cmpuint (most, <=, 2 * HS_VIDEO_SOCKET_MAX_CLIENTS);
  hs_frames_fixture_wait_for (f, hs_frames_fixture_is_settled, f);
  hs_fake_log_forget (G_LOG_LEVEL_WARNING, "*turned away*");
  hs_frames_fixture_wait_for (f, hs_frames_fixture_is_not_looked_at, f);
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
  add ("/video-socket/slow", test_slow);
  add ("/video-socket/several", test_several);
  add ("/video-socket/half-closed", test_half_closed);
  add ("/video-socket/writing", test_writing);
  add ("/video-socket/leaving-at-once", test_leaving_at_once);
  add ("/video-socket/too-many", test_too_many);
  add ("/video-socket/flood", test_flood);
  add ("/video-socket/flood-of-accepted", test_flood_of_accepted);
  return g_test_run ();
}
