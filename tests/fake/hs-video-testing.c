/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "hs-fake"

#include "hs-video-testing.h"

#include "base/hs-json.h"
#include "media/hs-webrtc-peer-private.h"

#include <gst/video/video.h>

#define TOLERANCE 24

/* --- operations --- */

GPtrArray *
hs_party_try_open_pictures (HsParty *party,
                            HsMediaRequest *request,
                            const char *device,
                            GError **error)
{
  g_autoptr (JsonObject) options = json_object_new ();
  g_autoptr (GAsyncResult) result = NULL;

  json_object_set_string_member (options, "deviceId", device);
  json_object_set_int_member (options, "width", 160);
  json_object_set_int_member (options, "height", 120);
  json_object_set_int_member (options, "frameRate", 10);
  request->video_options = request->screen_options = options;
  hs_peer_open_media_async (party->peer, request, NULL, hs_party_keep_result, &result);
  hs_party_wait_for_result (party, &result);
  return hs_peer_open_media_finish (party->peer, result, error);
}

static char *
open_pictures (HsParty *party, HsMediaRequest *request, const char *device)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) tracks = hs_party_try_open_pictures (party, request, device, &error);
  const HsTrack *track;

  g_assert_no_error (error);
  g_assert_cmpuint (tracks->len, ==, 1);
  track = tracks->pdata[0];
  g_assert_cmpint (track->kind, ==, HS_MEDIA_VIDEO);
  g_assert_cmpint (track->screen, ==, request->screen);
  return g_strdup (track->id);
}

char *
hs_party_open_camera (HsParty *party, const char *device)
{
  HsMediaRequest request = { .video = TRUE };

  return open_pictures (party, &request, device);
}

char *
hs_party_open_screen (HsParty *party, const char *device)
{
  HsMediaRequest request = { .screen = TRUE };

  return open_pictures (party, &request, device);
}

char *
hs_party_send_camera (HsParty *party, HsParty *to, const char *device)
{
  char *track_id = hs_party_open_camera (party, device);

  hs_party_negotiate (party, to);
  return track_id;
}

char *
hs_peer_fixture_call_with_camera (HsPeerFixture *fixture, const char *device)
{
  hs_peer_fixture_join (fixture);
  return hs_party_send_camera (&fixture->a, &fixture->b, device);
}

typedef struct {
  HsParty *party;
  const char *stat;
  const char *member;
} Count;

static gboolean
is_counted (gpointer user_data)
{
  Count *count = user_data;
  g_autoptr (JsonObject) stats = hs_party_get_stats (count->party, NULL);
  JsonObject *stat = hs_json_get_object (stats, count->stat);

  return stat != NULL && hs_json_get_int (stat, count->member, 0) > 2;
}

void
hs_party_wait_for_count (HsParty *party, const char *stat, const char *member)
{
  Count count = { party, stat, member };

  hs_test_wait (is_counted, &count);
}

/* --- who looks --- */

struct _HsWatcher {
  GMutex lock;
  guint n_pictures;
  int width;
  int height;
  int y, u, v; /* of the middle of the last picture */
};

HsWatcher *
hs_watcher_new (void)
{
  return g_atomic_rc_box_new0 (HsWatcher);
}

void
hs_watcher_unref (HsWatcher *self)
{
  g_atomic_rc_box_release (self);
}

static int
get_point (GstVideoFrame *frame, guint plane)
{
  const guint8 *data = GST_VIDEO_FRAME_PLANE_DATA (frame, plane);
  int row = GST_VIDEO_FRAME_COMP_HEIGHT (frame, plane) / 2;
  int column = GST_VIDEO_FRAME_COMP_WIDTH (frame, plane) / 2;

  return data[row * GST_VIDEO_FRAME_PLANE_STRIDE (frame, plane) + column];
}

static void
look (GstSample *picture, gpointer user_data)
{
  HsWatcher *self = user_data;
  GstVideoInfo info;
  GstVideoFrame frame;

  g_assert_true (gst_video_info_from_caps (&info, gst_sample_get_caps (picture)));
  g_assert_true (
      gst_video_frame_map (&frame, &info, gst_sample_get_buffer (picture), GST_MAP_READ));
  g_mutex_lock (&self->lock);
  self->n_pictures++;
  self->width = GST_VIDEO_INFO_WIDTH (&info);
  self->height = GST_VIDEO_INFO_HEIGHT (&info);
  self->y = get_point (&frame, 0);
  self->u = get_point (&frame, 1);
  self->v = get_point (&frame, 2);
  g_mutex_unlock (&self->lock);
  gst_video_frame_unmap (&frame);
}

typedef struct {
  HsWatcher *watcher;
  const HsTestColour *colour;
} Expectation;

static gboolean
sees (gpointer user_data)
{
  Expectation *expected = user_data;
  HsWatcher *self = expected->watcher;
  gboolean seen;

  g_mutex_lock (&self->lock);
  seen = self->n_pictures > 0 &&
         hs_test_colour_is_near (expected->colour, self->y, self->u, self->v, TOLERANCE);
  g_mutex_unlock (&self->lock);
  return seen;
}

void
hs_watcher_wait_for_colour (HsWatcher *self, const HsTestColour *colour)
{
  Expectation expected = { self, colour };

  g_mutex_lock (&self->lock);
  self->n_pictures = 0;
  g_mutex_unlock (&self->lock);
  hs_test_wait (sees, &expected);
}

gboolean
hs_watcher_has_size (HsWatcher *self, int width, int height)
{
  gboolean has;

  g_mutex_lock (&self->lock);
  has = self->width == width && self->height == height;
  g_mutex_unlock (&self->lock);
  return has;
}

typedef struct {
  HsWatcher *watcher;
  int width;
  int height;
} Size;

static gboolean
sees_size (gpointer user_data)
{
  Size *expected = user_data;

  return hs_watcher_has_size (expected->watcher, expected->width, expected->height);
}

void
hs_watcher_wait_for_size (HsWatcher *self, int width, int height)
{
  Size expected = { self, width, height };

  hs_test_wait (sees_size, &expected);
}

void
hs_watcher_watch (HsWatcher *self, HsParty *party, guint line)
{
  HsWebrtcPeer *peer = HS_WEBRTC_PEER (party->peer);
  HsRemoteTrack *remote = hs_webrtc_peer_get_remote_on (peer, line);

  g_assert_nonnull (remote);
  g_assert_nonnull (remote->feed);
  hs_video_feed_add (remote->feed, look, g_atomic_rc_box_acquire (self),
                     (GDestroyNotify) hs_watcher_unref);
  hs_webrtc_peer_update_media (peer);
}

void
hs_watcher_expect (HsWatcher *self, HsParty *party, guint line, const HsTestColour *colour)
{
  hs_watcher_watch (self, party, line);
  hs_watcher_wait_for_colour (self, colour);
}
