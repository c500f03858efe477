/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "hs-audio-testing.h"
#include "hs-fake-clock.h"
#include "hs-fake-log.h"

#include "base/hs-error.h"
#include "media/hs-video-socket.h"

#include <gio/gunixsocketaddress.h>
#include <glib/gstdio.h>
#include <gst/gst.h>
#include <gst/video/video.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* Pictures that are pushed into a feed, and clients of a socket that read them. */

typedef struct {
  guint8 y;
  guint8 u;
  guint8 v;
} Colour;

static const Colour red = { 81, 90, 240 };
static const Colour blue = { 41, 240, 110 };
static const Colour green = { 145, 54, 34 };
static const Colour black = { 16, 128, 128 };

typedef struct {
  HsFakeClock *clock;
  HsLegQueue *queue;
  HsAudioWorker *worker;
  HsVideoFeed *feed;
  char *folder;
  char *path;
  HsVideoSocket *socket; /* NULL once closed */
  guint n_changes;

  /* what is pushed while something is waited for; NULL: nothing */
  GstSample *picture;
} Fixture;

/* --- pictures --- */

static GstSample *
make_picture (int width, int height, Colour colour)
{
  g_autoptr (GstBuffer) buffer = NULL;
  g_autoptr (GstCaps) caps = NULL;
  const guint8 values[] = { colour.y, colour.u, colour.v };
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

static void
show (Fixture *f, int width, int height, Colour colour)
{
  g_clear_pointer (&f->picture, gst_sample_unref);
  f->picture = make_picture (width, height, colour);
}

typedef struct {
  Fixture *fixture;
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

static void
wait_for (Fixture *f, HsCondition condition, gpointer user_data)
{
  Wait wait = { f, condition, user_data };

  hs_test_wait (push_and_look, &wait);
}

/* --- clients --- */

typedef struct {
  GSocket *socket;
  GByteArray *unread;
  char *header; /* NULL before it has come */
  int width;
  int height;
  guint n_pictures;
  Colour colour; /* of the middle of the last picture */
  gboolean ended;
} Viewer;

static Viewer *
viewer_new (Fixture *f)
{
  Viewer *self = g_new0 (Viewer, 1);
  g_autoptr (GSocketAddress) address = g_unix_socket_address_new (f->path);
  g_autoptr (GError) error = NULL;

  self->unread = g_byte_array_new ();
  self->socket =
      g_socket_new (G_SOCKET_FAMILY_UNIX, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_DEFAULT, &error);
  g_assert_no_error (error);
  g_assert_true (g_socket_connect (self->socket, address, NULL, &error));
  g_assert_no_error (error);
  g_socket_set_blocking (self->socket, FALSE);
  return self;
}

static void
viewer_free (Viewer *self)
{
  g_object_unref (self->socket);
  g_byte_array_unref (self->unread);
  g_free (self->header);
  g_free (self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Viewer, viewer_free)

static void
receive (Viewer *self)
{
  guint8 bytes[65536];
  gssize n;

  do {
    g_autoptr (GError) error = NULL;

    n = g_socket_receive (self->socket, (char *) bytes, sizeof bytes, NULL, &error);
    if (n > 0)
      g_byte_array_append (self->unread, bytes, (guint) n);
    else if (n == 0)
      self->ended = TRUE;
    else
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK);
  } while (n > 0);
}

/* Returns: (transfer full) (nullable): the line without its end, once all of it is there */
static char *
take_line (Viewer *self)
{
  const guint8 *end =
      self->unread->len > 0 ? memchr (self->unread->data, '\n', self->unread->len) : NULL;
  char *line;

  if (end == NULL)
    return NULL;
  line = g_strndup ((const char *) self->unread->data, (gsize) (end - self->unread->data));
  g_byte_array_remove_range (self->unread, 0, (guint) (end - self->unread->data) + 1);
  return line;
}

static void
take_header (Viewer *self)
{
  g_auto (GStrv) fields = NULL;

  self->header = take_line (self);
  if (self->header == NULL)
    return;
  fields = g_strsplit (self->header, " ", -1);
  g_assert_cmpstr (fields[0], ==, "YUV4MPEG2");
  for (char **field = fields + 1; *field != NULL; field++) {
    if (**field == 'W')
      self->width = atoi (*field + 1);
    else if (**field == 'H')
      self->height = atoi (*field + 1);
  }
}

static gboolean
take_picture (Viewer *self)
{
  static const char begin[] = "FRAME\n";
  guint luma = (guint) (self->width * self->height);
  guint before = sizeof begin - 1;
  guint middle = (guint) (self->height / 2 * self->width + self->width / 2);
  guint chroma = (guint) (self->height / 4 * (self->width / 2) + self->width / 4);
  const guint8 *planes = self->unread->data + before;

  if (self->unread->len < before + luma * 3 / 2)
    return FALSE;
  g_assert_cmpmem (self->unread->data, before, begin, before);
  self->colour = (Colour){ planes[middle], planes[luma + chroma], planes[luma / 4 * 5 + chroma] };
  self->n_pictures++;
  g_byte_array_remove_range (self->unread, 0, before + luma * 3 / 2);
  return TRUE;
}

static void
viewer_read (Viewer *self)
{
  receive (self);
  if (self->header == NULL)
    take_header (self);
  while (self->header != NULL && take_picture (self))
    ;
}

static gboolean
is_near (guint8 found, guint8 expected)
{
  return ABS ((int) found - (int) expected) < 8;
}

typedef struct {
  Viewer *viewer;
  Colour colour;
} Sight;

static gboolean
sees (gpointer user_data)
{
  Sight *sight = user_data;
  const Colour *seen = &sight->viewer->colour;

  viewer_read (sight->viewer);
  g_assert_false (sight->viewer->ended);
  return sight->viewer->n_pictures > 0 && is_near (seen->y, sight->colour.y) &&
         is_near (seen->u, sight->colour.u) && is_near (seen->v, sight->colour.v);
}

static void
expect_sight (Fixture *f, Viewer *viewer, Colour colour)
{
  Sight sight = { viewer, colour };

  viewer->n_pictures = 0;
  wait_for (f, sees, &sight);
}

static gboolean
is_at_end (gpointer user_data)
{
  Viewer *viewer = user_data;

  viewer_read (viewer);
  return viewer->ended;
}

static gboolean
is_not_looked_at (gpointer user_data)
{
  return !hs_video_feed_has_takers (user_data);
}

/* --- fixture --- */

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

static HsVideoSocket *
start_opening (Fixture *f, GAsyncResult **result)
{
  return hs_video_socket_open_async (f->path, HS_CLOCK (f->clock), f->queue, f->worker, on_opened,
                                     result);
}

/* Returns: (transfer full) (nullable) */
static HsVideoSocket *
end_opening (HsVideoSocket *socket, GAsyncResult **result, GError **error)
{
  hs_test_wait (is_set, result);
  if (hs_video_socket_open_finish (*result, error))
    return socket;
  hs_video_socket_close (socket);
  return NULL;
}

static HsVideoSocket *
try_open (Fixture *f, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;
  HsVideoSocket *socket = start_opening (f, &result);

  return end_opening (socket, &result, error);
}

static void
on_changed (gpointer user_data)
{
  Fixture *f = user_data;

  f->n_changes++;
}

static void
set_up (Fixture *f, gconstpointer data)
{
  f->clock = hs_fake_clock_new ();
  f->queue = hs_leg_queue_new (HS_CLOCK (f->clock), 1, 1000);
  f->worker = hs_audio_worker_new (1, G_MAXUINT);
  f->feed = hs_video_feed_new ();
  f->folder = g_dir_make_tmp ("hs-frames-XXXXXX", NULL);
  f->path = g_build_filename (f->folder, "frames", NULL);
}

static void
open_socket (Fixture *f)
{
  g_autoptr (GError) error = NULL;

  f->socket = try_open (f, &error);
  g_assert_no_error (error);
  hs_video_socket_serve (f->socket, f->feed, on_changed, f);
}

static void
set_up_socket (Fixture *f, gconstpointer data)
{
  set_up (f, data);
  open_socket (f);
}

static gboolean
is_settled (gpointer user_data)
{
  return hs_leg_queue_count_leaving (user_data) == 0;
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  g_clear_pointer (&f->socket, hs_video_socket_close);
  hs_test_wait (is_settled, f->queue);
  g_assert_false (hs_video_feed_has_takers (f->feed));
  g_clear_pointer (&f->picture, gst_sample_unref);
  hs_video_feed_unref (f->feed);
  hs_audio_worker_unref (f->worker);
  g_assert_finalize_object (f->queue);
  g_assert_finalize_object (f->clock);
  /* Nothing is left in it. */
  g_assert_cmpint (g_rmdir (f->folder), ==, 0);
  hs_fake_log_assert_empty ();
  g_free (f->folder);
  g_free (f->path);
}

/* --- tests --- */

static void
test_pictures (Fixture *f, gconstpointer data)
{
  g_autoptr (Viewer) viewer = viewer_new (f);

  show (f, 160, 120, red);
  expect_sight (f, viewer, red);
  g_assert_cmpstr (viewer->header, ==, "YUV4MPEG2 C420 W160 H120 Ip F30:1 A1:1");
  show (f, 160, 120, blue);
  expect_sight (f, viewer, blue);
  hs_video_feed_set_muted (f->feed, TRUE);
  expect_sight (f, viewer, black);
}

static void
test_odd_size (Fixture *f, gconstpointer data)
{
  g_autoptr (Viewer) viewer = viewer_new (f);

  show (f, 171, 91, green);
  expect_sight (f, viewer, green);
  g_assert_cmpint (viewer->width, ==, 176);
  g_assert_cmpint (viewer->height, ==, 92);
  /* Also a second one begins where it is to begin. */
  show (f, 171, 91, red);
  expect_sight (f, viewer, red);
}

static void
test_new_size (Fixture *f, gconstpointer data)
{
  g_autoptr (Viewer) before = viewer_new (f);
  g_autoptr (Viewer) after = NULL;

  show (f, 160, 120, red);
  expect_sight (f, before, red);
  show (f, 320, 180, green);
  expect_sight (f, before, green);
  g_assert_cmpint (before->width, ==, 160);
  g_assert_cmpint (before->height, ==, 120);
  after = viewer_new (f);
  expect_sight (f, after, green);
  g_assert_cmpint (after->width, ==, 320);
  g_assert_cmpint (after->height, ==, 180);
  show (f, 160, 120, blue);
  expect_sight (f, before, blue);
  expect_sight (f, after, blue);
}

/* More than sockets keep. */
#define MANY 200

static void
test_slow (Fixture *f, gconstpointer data)
{
  g_autoptr (Viewer) slow = viewer_new (f);
  g_autoptr (Viewer) quick = viewer_new (f);

  show (f, 320, 240, red);
  expect_sight (f, slow, red);
  slow->n_pictures = 0;
  for (guint i = 0; i < MANY / 2; i++) {
    show (f, 320, 240, blue);
    expect_sight (f, quick, blue);
    show (f, 320, 240, green);
    expect_sight (f, quick, green);
  }
  /* Nothing more is pushed: what was kept is little, and whole. */
  g_clear_pointer (&f->picture, gst_sample_unref);
  wait_for (f, sees, &(Sight){ slow, green });
  g_assert_cmpuint (slow->n_pictures, <, MANY / 4);
  show (f, 320, 240, red);
  expect_sight (f, slow, red);
}

static void
test_several (Fixture *f, gconstpointer data)
{
  g_autoptr (Viewer) first = NULL;
  g_autoptr (Viewer) second = NULL;
  g_autoptr (Viewer) third = NULL;

  show (f, 160, 120, red);
  g_assert_false (hs_video_feed_has_takers (f->feed));
  first = viewer_new (f);
  second = viewer_new (f);
  expect_sight (f, first, red);
  expect_sight (f, second, red);
  g_assert_cmpuint (f->n_changes, ==, 2);
  g_clear_pointer (&first, viewer_free);
  show (f, 160, 120, blue);
  expect_sight (f, second, blue);
  third = viewer_new (f);
  expect_sight (f, third, blue);
  g_clear_pointer (&second, viewer_free);
  g_clear_pointer (&third, viewer_free);
  /* Nobody looks, and nobody has to be written to in order to find out. */
  g_clear_pointer (&f->picture, gst_sample_unref);
  wait_for (f, is_not_looked_at, f->feed);
  g_assert_cmpuint (f->n_changes, ==, 6);
}

static void
test_closing (Fixture *f, gconstpointer data)
{
  g_autoptr (Viewer) looking = viewer_new (f);
  g_autoptr (Viewer) stuck = viewer_new (f);
  g_autoptr (Viewer) late = NULL;
  guint n_changes;

  show (f, 160, 120, red);
  expect_sight (f, looking, red);
  wait_for (f, sees, &(Sight){ stuck, red });
  late = viewer_new (f);
  n_changes = f->n_changes;
  g_clear_pointer (&f->socket, hs_video_socket_close);
  g_assert_false (hs_video_feed_has_takers (f->feed));
  wait_for (f, is_at_end, looking);
  wait_for (f, is_at_end, stuck);
  g_assert_cmpuint (f->n_changes, ==, n_changes);
  hs_test_wait (is_settled, f->queue);
  g_assert_false (g_file_test (f->path, G_FILE_TEST_EXISTS));
  /* The path is free again. */
  open_socket (f);
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
test_slow_disk (Fixture *f, gconstpointer data)
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
  hs_test_wait (is_settled, f->queue);
  g_assert_false (g_file_test (f->path, G_FILE_TEST_EXISTS));
  g_mutex_clear (&hurdle.lock);
}

/* Whoever changes their mind finds the path free. */
static void
test_given_up (Fixture *f, gconstpointer data)
{
  g_autoptr (GAsyncResult) first = NULL;
  g_autoptr (GAsyncResult) second = NULL;
  g_autoptr (GError) error = NULL;
  HsVideoSocket *socket = start_opening (f, &first);

  hs_video_socket_close (socket);
  socket = start_opening (f, &second);
  hs_test_wait (is_set, &first);
  g_assert_false (hs_video_socket_open_finish (first, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&error);
  f->socket = end_opening (socket, &second, &error);
  g_assert_no_error (error);
  hs_video_socket_serve (f->socket, f->feed, on_changed, f);
}

/* As socat does when its input has ended. */
static void
test_half_closed (Fixture *f, gconstpointer data)
{
  g_autoptr (Viewer) viewer = viewer_new (f);

  g_assert_true (g_socket_shutdown (viewer->socket, FALSE, TRUE, NULL));
  show (f, 160, 120, red);
  expect_sight (f, viewer, red);
}

static void
say_hello (Viewer *viewer)
{
  g_assert_cmpint (g_socket_send (viewer->socket, "hello", 5, NULL, NULL), ==, 5);
}

static void
test_writing (Fixture *f, gconstpointer data)
{
  g_autoptr (Viewer) viewer = viewer_new (f);

  say_hello (viewer);
  show (f, 160, 120, red);
  expect_sight (f, viewer, red);
  /* It sees the end, not an error, though nobody has read what it said. */
  g_clear_pointer (&f->socket, hs_video_socket_close);
  hs_test_wait (is_settled, f->queue);
  wait_for (f, is_at_end, viewer);
}

static void
test_leaving_at_once (Fixture *f, gconstpointer data)
{
  g_autoptr (Viewer) viewer = viewer_new (f);

  /* Connected, and gone, before the daemon has looked. */
  g_clear_pointer (&viewer, viewer_free);
  viewer = viewer_new (f);
  show (f, 160, 120, red);
  expect_sight (f, viewer, red);
  g_clear_pointer (&viewer, viewer_free);
  wait_for (f, is_not_looked_at, f->feed);
}

static void
expect_refusal (Fixture *f)
{
  g_autoptr (Viewer) refused = viewer_new (f);

  say_hello (refused);
  wait_for (f, is_at_end, refused);
  g_assert_null (refused->header);
}

static void
test_too_many (Fixture *f, gconstpointer data)
{
  g_autoptr (GPtrArray) viewers = g_ptr_array_new_with_free_func ((GDestroyNotify) viewer_free);

  for (guint i = 0; i < HS_VIDEO_SOCKET_MAX_CLIENTS; i++)
    g_ptr_array_add (viewers, viewer_new (f));
  expect_refusal (f);
  hs_fake_log_expect (G_LOG_LEVEL_WARNING, "*there are 16 clients*turned away*");
  /* It is told of once. */
  expect_refusal (f);
  expect_refusal (f);
  show (f, 16, 16, red);
  for (guint i = 0; i < viewers->len; i++)
    expect_sight (f, viewers->pdata[i], red);
  hs_fake_log_assert_empty ();
  /* Once there was room it is told of again. */
  g_ptr_array_set_size (viewers, 0);
  wait_for (f, is_not_looked_at, f->feed);
  hs_test_wait (is_settled, f->queue);
  for (guint i = 0; i < HS_VIDEO_SOCKET_MAX_CLIENTS; i++)
    g_ptr_array_add (viewers, viewer_new (f));
  expect_refusal (f);
  hs_fake_log_expect (G_LOG_LEVEL_WARNING, "*there are 16 clients*turned away*");
}

#define FLOOD 200

static void
test_flood (Fixture *f, gconstpointer data)
{
  g_autoptr (Viewer) viewer = NULL;
  guint most = 0;

  for (guint i = 0; i < FLOOD; i++) {
    viewer_free (viewer_new (f));
    g_main_context_iteration (NULL, FALSE);
    most = MAX (most, hs_leg_queue_count_leaving (f->queue));
  }
  g_assert_cmpuint (most, <=, 2 * HS_VIDEO_SOCKET_MAX_CLIENTS);
  wait_for (f, is_settled, f->queue);
  /* How many were too many depends on how quick the threads are. */
  hs_fake_log_forget (G_LOG_LEVEL_WARNING, "*turned away*");
  /* Whatever the flood held is free again. */
  viewer = viewer_new (f);
  show (f, 160, 120, red);
  expect_sight (f, viewer, red);
}

/* Those who have been accepted leave while their writers are still made. */
static void
test_flood_of_accepted (Fixture *f, gconstpointer data)
{
  guint most = 0;

  for (guint i = 0; i < FLOOD; i++) {
    g_autoptr (Viewer) viewer = viewer_new (f);

    g_main_context_iteration (NULL, FALSE);
    most = MAX (most, hs_leg_queue_count_leaving (f->queue));
  }
  g_assert_cmpuint (most, <=, 2 * HS_VIDEO_SOCKET_MAX_CLIENTS);
  wait_for (f, is_settled, f->queue);
  hs_fake_log_forget (G_LOG_LEVEL_WARNING, "*turned away*");
  wait_for (f, is_not_looked_at, f->feed);
}

static void
test_path (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  struct stat status;
  HsVideoSocket *other;

  g_assert_true (g_file_set_contents (f->path, "precious", -1, NULL));
  other = try_open (f, &error);
  g_assert_null (other);
  g_assert_error (error, HS_CALL_ERROR, HS_CALL_ERROR_USER_MEDIA);
  g_assert_nonnull (strstr (error->message, f->path));
  g_clear_error (&error);
  g_assert_cmpint (g_unlink (f->path), ==, 0);
  open_socket (f);
  g_assert_cmpint (stat (f->path, &status), ==, 0);
  g_assert_true (S_ISSOCK (status.st_mode));
  g_assert_cmphex (status.st_mode & 0777, ==, 0600);
  other = try_open (f, &error);
  g_assert_null (other);
  g_assert_error (error, HS_CALL_ERROR, HS_CALL_ERROR_USER_MEDIA);
  g_assert_nonnull (strstr (error->message, f->path));
}

static void
add (const char *path, void (*test) (Fixture *, gconstpointer))
{
  g_test_add (path, Fixture, NULL, set_up_socket, test, tear_down);
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
  add ("/video-socket/slow", test_slow);
  add ("/video-socket/several", test_several);
  add ("/video-socket/closing", test_closing);
  add ("/video-socket/half-closed", test_half_closed);
  add ("/video-socket/writing", test_writing);
  add ("/video-socket/leaving-at-once", test_leaving_at_once);
  add ("/video-socket/too-many", test_too_many);
  add ("/video-socket/flood", test_flood);
  add ("/video-socket/flood-of-accepted", test_flood_of_accepted);
  add ("/video-socket/slow-disk", test_slow_disk);
  g_test_add ("/video-socket/given-up", Fixture, NULL, set_up, test_given_up, tear_down);
  g_test_add ("/video-socket/path", Fixture, NULL, set_up, test_path, tear_down);
  return g_test_run ();
}
