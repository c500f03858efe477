/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "hs-frames-fixture.h"

#include "hs-fake-log.h"

#include <glib/gstdio.h>
#include <gst/video/video.h>
#include <string.h>

/* --- pictures --- */

static GstSample *
make_picture (int width, int height, const HsTestColour *colour)
{
  g_autoptr (GstBuffer) buffer = NULL;
  g_autoptr (GstCaps) caps = NULL;
  const guint8 values[] = { (guint8) colour->y, (guint8) colour->u, (guint8) colour->v };
  GstVideoInfo info;
  GstVideoFrame frame;

  gst_video_info_set_format (&info, GST_VIDEO_FORMAT_I420, width, height);
  buffer = gst_buffer_new_allocate (NULL, GST_VIDEO_INFO_SIZE (&info), NULL);
  g_assert_true (gst_video_frame_map (&frame, &info, buffer, GST_MAP_WRITE));
  for (guint plane = 0; plane < G_N_ELEMENTS (values); plane++)
    memset (GST_VIDEO_FRAME_PLANE_DATA (&frame, plane), values[plane],
            (gsize) GST_VIDEO_FRAME_PLANE_STRIDE (&frame, plane) *
                GST_VIDEO_FRAME_COMP_HEIGHT (&frame, plane));
  gst_video_frame_unmap (&frame);
  caps = gst_video_info_to_caps (&info);
  return gst_sample_new (buffer, caps, NULL, NULL);
}

void
hs_frames_fixture_show (HsFramesFixture *self, int width, int height, const HsTestColour *colour)
{
  hs_frames_fixture_show_nothing (self);
  self->picture = make_picture (width, height, colour);
}

void
hs_frames_fixture_show_nothing (HsFramesFixture *self)
{
  g_clear_pointer (&self->picture, gst_sample_unref);
}

typedef struct {
  HsFramesFixture *fixture;
  HsCondition condition;
  gpointer user_data;
} Wait;

static gboolean
push_and_look (gpointer user_data)
{
  Wait *wait = user_data;

  if (wait->fixture->picture != NULL)
    hs_video_feed_push (wait->fixture->feed, wait->fixture->picture);
  return wait->condition (wait->user_data);
}

void
hs_frames_fixture_wait_for (HsFramesFixture *self, HsCondition condition, gpointer user_data)
{
  Wait wait = { self, condition, user_data };

  hs_test_wait (push_and_look, &wait);
}

gboolean
hs_frames_fixture_is_not_looked_at (gpointer fixture)
{
  return !hs_video_feed_has_takers (((HsFramesFixture *) fixture)->feed);
}

/* --- opening --- */

static void
on_opened (GObject *source, GAsyncResult *result, gpointer user_data)
{
  *(GAsyncResult **) user_data = g_object_ref (result);
}

static gboolean
is_set (gpointer user_data)
{
  return *(gpointer *) user_data != NULL;
}

void
hs_frames_fixture_wait_for_result (GAsyncResult **result)
{
  hs_test_wait (is_set, result);
}

HsVideoSocket *
hs_frames_fixture_start_opening (HsFramesFixture *self, GAsyncResult **result)
{
  return hs_video_socket_open_async (self->path, HS_CLOCK (self->clock), self->queue, self->worker,
                                     on_opened, result);
}

HsVideoSocket *
hs_frames_fixture_end_opening (HsVideoSocket *socket, GAsyncResult **result, GError **error)
{
  hs_frames_fixture_wait_for_result (result);
  if (hs_video_socket_open_finish (*result, error))
    return socket;
  hs_video_socket_close (socket);
  return NULL;
}

HsVideoSocket *
hs_frames_fixture_try_open (HsFramesFixture *self, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;
  HsVideoSocket *socket = hs_frames_fixture_start_opening (self, &result);

  return hs_frames_fixture_end_opening (socket, &result, error);
}

static void
on_changed (gpointer user_data)
{
  HsFramesFixture *self = user_data;

  self->n_changes++;
}

void
hs_frames_fixture_serve (HsFramesFixture *self, HsVideoSocket *socket)
{
  self->socket = socket;
  hs_video_socket_serve (socket, self->feed, on_changed, self);
}

void
hs_frames_fixture_open (HsFramesFixture *self)
{
  g_autoptr (GError) error = NULL;
  HsVideoSocket *socket = hs_frames_fixture_try_open (self, &error);

  g_assert_no_error (error);
  hs_frames_fixture_serve (self, socket);
}

/* --- beginning and end --- */

void
hs_frames_fixture_set_up (HsFramesFixture *self, gconstpointer data)
{
  self->clock = hs_fake_clock_new ();
  self->queue = hs_leg_queue_new (HS_CLOCK (self->clock), 1, 1000);
  self->worker = hs_audio_worker_new (1, G_MAXUINT);
  self->feed = hs_video_feed_new ();
  self->folder = g_dir_make_tmp ("hs-frames-XXXXXX", NULL);
  self->path = g_build_filename (self->folder, "frames", NULL);
}

void
hs_frames_fixture_set_up_socket (HsFramesFixture *self, gconstpointer data)
{
  hs_frames_fixture_set_up (self, data);
  hs_frames_fixture_open (self);
}

gboolean
hs_frames_fixture_is_settled (gpointer fixture)
{
  return hs_leg_queue_count_leaving (((HsFramesFixture *) fixture)->queue) == 0;
}

void
hs_frames_fixture_settle (HsFramesFixture *self)
{
  hs_test_wait (hs_frames_fixture_is_settled, self);
}

void
hs_frames_fixture_tear_down (HsFramesFixture *self, gconstpointer data)
{
  g_clear_pointer (&self->socket, hs_video_socket_close);
  hs_frames_fixture_settle (self);
  g_assert_false (hs_video_feed_has_takers (self->feed));
  hs_frames_fixture_show_nothing (self);
  hs_video_feed_unref (self->feed);
  hs_audio_worker_unref (self->worker);
  g_assert_finalize_object (self->queue);
  g_assert_finalize_object (self->clock);
  /* Nothing is left in it. */
  g_assert_cmpint (g_rmdir (self->folder), ==, 0);
  hs_fake_log_assert_empty ();
  g_free (self->folder);
  g_free (self->path);
}
