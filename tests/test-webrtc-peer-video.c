/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "hs-peer-fixture.h"

#include "base/hs-error.h"
#include "base/hs-json.h"
#include "media/hs-webrtc-peer-private.h"
#include "sdp/hs-sdp-edit.h"

#include <glib/gstdio.h>
#include <gst/video/video.h>
#include <string.h>

/* Calls with video between real peers. Pictures are small and few, for the machine's sake. */

/* Luma and chroma of plain pictures, as videotestsrc paints them. */
typedef struct {
  const char *device;
  int y;
  int u;
  int v;
} Colour;

static const Colour red = { "pattern:red", 81, 90, 240 };
static const Colour blue = { "pattern:blue", 41, 240, 110 };
static const Colour green = { "pattern:green", 145, 54, 34 };
static const Colour black = { "pattern:black", 16, 128, 128 };

#define TOLERANCE 24

/* --- who looks --- */

typedef struct {
  GMutex lock;
  guint n_pictures;
  int width;
  int height;
  int y, u, v; /* of the middle of the last picture */
} Watcher;

/* Feeds go on until their peers are closed: each holds a reference. */
static Watcher *
watcher_new (void)
{
  return g_atomic_rc_box_new0 (Watcher);
}

static void
watcher_unref (gpointer watcher)
{
  g_atomic_rc_box_release (watcher);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Watcher, watcher_unref)

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
  Watcher *watcher = user_data;
  GstVideoInfo info;
  GstVideoFrame frame;

  g_assert_true (gst_video_info_from_caps (&info, gst_sample_get_caps (picture)));
  g_assert_true (
      gst_video_frame_map (&frame, &info, gst_sample_get_buffer (picture), GST_MAP_READ));
  g_mutex_lock (&watcher->lock);
  watcher->n_pictures++;
  watcher->width = GST_VIDEO_INFO_WIDTH (&info);
  watcher->height = GST_VIDEO_INFO_HEIGHT (&info);
  watcher->y = get_point (&frame, 0);
  watcher->u = get_point (&frame, 1);
  watcher->v = get_point (&frame, 2);
  g_mutex_unlock (&watcher->lock);
  gst_video_frame_unmap (&frame);
}

typedef struct {
  Watcher *watcher;
  const Colour *colour;
} Expectation;

static gboolean
sees (gpointer user_data)
{
  Expectation *expected = user_data;
  Watcher *watcher = expected->watcher;
  gboolean seen;

  g_mutex_lock (&watcher->lock);
  seen = watcher->n_pictures > 0 && ABS (watcher->y - expected->colour->y) < TOLERANCE &&
         ABS (watcher->u - expected->colour->u) < TOLERANCE &&
         ABS (watcher->v - expected->colour->v) < TOLERANCE;
  g_mutex_unlock (&watcher->lock);
  return seen;
}

static void
wait_for_colour (Watcher *watcher, const Colour *colour)
{
  Expectation expected = { watcher, colour };

  g_mutex_lock (&watcher->lock);
  watcher->n_pictures = 0;
  g_mutex_unlock (&watcher->lock);
  hs_test_wait (sees, &expected);
}

typedef struct {
  Watcher *watcher;
  int width;
  int height;
} Size;

static gboolean
has_size (gpointer user_data)
{
  Size *expected = user_data;
  gboolean seen;

  g_mutex_lock (&expected->watcher->lock);
  seen =
      expected->watcher->width == expected->width && expected->watcher->height == expected->height;
  g_mutex_unlock (&expected->watcher->lock);
  return seen;
}

static void
wait_for_size (Watcher *watcher, int width, int height)
{
  Size expected = { watcher, width, height };

  hs_test_wait (has_size, &expected);
}

/* Watches what @party receives on a line. */
static void
watch (HsParty *party, guint line, Watcher *watcher)
{
  HsWebrtcPeer *peer = HS_WEBRTC_PEER (party->peer);
  HsRemoteTrack *remote = hs_webrtc_peer_get_remote_on (peer, line);

  g_assert_nonnull (remote);
  g_assert_nonnull (remote->feed);
  hs_video_feed_add (remote->feed, look, g_atomic_rc_box_acquire (watcher), watcher_unref);
  hs_webrtc_peer_update_media (peer);
}

/* --- operations --- */

static GPtrArray *
try_open (HsParty *party, HsMediaRequest *request, const char *device, GError **error)
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
open_video (HsParty *party, const char *device)
{
  HsMediaRequest request = { .video = TRUE };
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) tracks = try_open (party, &request, device, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (tracks->len, ==, 1);
  g_assert_cmpint (((HsTrack *) tracks->pdata[0])->kind, ==, HS_MEDIA_VIDEO);
  return g_strdup (((HsTrack *) tracks->pdata[0])->id);
}

static char *
open_screen (HsParty *party, const char *device)
{
  HsMediaRequest request = { .screen = TRUE };
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) tracks = try_open (party, &request, device, &error);

  g_assert_no_error (error);
  g_assert_true (((HsTrack *) tracks->pdata[0])->screen);
  return g_strdup (((HsTrack *) tracks->pdata[0])->id);
}

static void
join_all (HsPeerFixture *f)
{
  hs_party_join (f, &f->a);
  hs_party_join (f, &f->b);
  hs_party_open_microphone (&f->a);
  hs_party_open_microphone (&f->b);
}

static void
expect_talk (HsPeerFixture *f)
{
  hs_party_wait_for_tone (&f->b, f->a.hz);
  hs_party_wait_for_tone (&f->a, f->b.hz);
}

static void
remove_track (HsParty *party, const char *track_id)
{
  const char *const ids[] = { track_id, NULL };
  g_autoptr (GError) error = NULL;

  g_assert_true (hs_peer_remove_tracks (party->peer, ids, &error));
  g_assert_no_error (error);
}

static HsSdpDirection
get_direction (const char *text, guint line)
{
  g_autoptr (HsSdp) sdp = hs_sdp_parse (text, NULL);

  return hs_sdp_section_get_direction (hs_sdp_get_section (sdp, line));
}

static guint
count_lines (const char *text)
{
  g_autoptr (HsSdp) sdp = hs_sdp_parse (text, NULL);

  return hs_sdp_get_n_sections (sdp);
}

/* --- from the start --- */

static void
test_both_ways (HsPeerFixture *f, gconstpointer data)
{
  g_autofree char *red_track = NULL;
  g_autofree char *blue_track = NULL;
  g_autoptr (Watcher) a = watcher_new ();
  g_autoptr (Watcher) b = watcher_new ();

  join_all (f);
  red_track = open_video (&f->a, red.device);
  blue_track = open_video (&f->b, blue.device);
  hs_party_negotiate (&f->a, &f->b);
  g_assert_cmpstr (f->a.events->str, ==, "+L +L +R +R ");
  watch (&f->a, 1, a);
  watch (&f->b, 1, b);
  wait_for_colour (b, &red);
  wait_for_colour (a, &blue);
  g_assert_cmpint (a->width, ==, 160);
  g_assert_cmpint (a->height, ==, 120);
  expect_talk (f);
}

static void
test_one_way (HsPeerFixture *f, gconstpointer data)
{
  g_autofree char *track = NULL;
  g_autofree char *offer = NULL;
  g_autofree char *answer = NULL;
  g_autoptr (Watcher) b = watcher_new ();

  join_all (f);
  track = open_video (&f->a, red.device);
  offer = hs_party_offer (&f->a);
  hs_party_take (&f->b, HS_DESCRIPTION_OFFER, offer);
  answer = hs_party_answer (&f->b);
  hs_party_take (&f->a, HS_DESCRIPTION_ANSWER, answer);
  g_assert_cmpint (get_direction (answer, 1), ==, HS_SDP_RECVONLY);
  g_assert_nonnull (strstr (offer, " VP8/90000"));
  g_assert_nonnull (strstr (answer, "nack pli"));
  g_assert_null (strstr (offer, "H264"));
  watch (&f->b, 1, b);
  wait_for_colour (b, &red);
  g_assert_null (hs_webrtc_peer_get_remote_on (HS_WEBRTC_PEER (f->a.peer), 1));
}

static void
test_camera_and_screen (HsPeerFixture *f, gconstpointer data)
{
  g_autofree char *camera = NULL;
  g_autofree char *screen = NULL;
  g_autoptr (Watcher) on_first = watcher_new ();
  g_autoptr (Watcher) on_third = watcher_new ();

  join_all (f);
  camera = open_video (&f->a, red.device);
  screen = open_screen (&f->a, green.device);
  hs_party_negotiate (&f->a, &f->b);
  /* Screens come first, then microphones, then cameras. */
  watch (&f->b, 0, on_first);
  watch (&f->b, 2, on_third);
  wait_for_colour (on_first, &green);
  wait_for_colour (on_third, &red);
  expect_talk (f);
}

static void
talk_in (HsPeerFixture *f, const char *mime_type, const HsSdpCodecSelector *unwanted, gsize n)
{
  g_autofree char *track = NULL;
  g_autofree char *offer = NULL;
  g_autofree char *cut = NULL;
  g_autofree char *answer = NULL;
  g_autoptr (HsSdp) sdp = NULL;
  g_autoptr (JsonObject) stats = NULL;
  g_autoptr (Watcher) a = watcher_new ();

  join_all (f);
  track = open_video (&f->b, red.device);
  g_free (open_video (&f->a, blue.device));
  offer = hs_party_offer (&f->a);
  sdp = hs_sdp_parse (offer, NULL);
  g_assert_cmpuint (hs_sdp_remove_codecs (sdp, unwanted, n), >=, n);
  cut = hs_sdp_to_text (sdp);
  hs_party_take (&f->b, HS_DESCRIPTION_OFFER, cut);
  answer = hs_party_answer (&f->b);
  hs_party_take (&f->a, HS_DESCRIPTION_ANSWER, answer);
  watch (&f->a, 1, a);
  wait_for_colour (a, &red);
  stats = hs_party_get_stats (&f->b, track);
  g_assert_cmpstr (hs_json_get_string (hs_json_get_object (stats, "codec-video-1"), "mimeType"), ==,
                   mime_type);
}

static void
test_vp9 (HsPeerFixture *f, gconstpointer data)
{
  static const HsSdpCodecSelector other = { "VP8", NULL };

  talk_in (f, "video/VP9", &other, 1);
}

static void
test_h264 (HsPeerFixture *f, gconstpointer data)
{
  static const HsSdpCodecSelector others[] = { { "VP8", NULL }, { "VP9", NULL } };

  hs_peer_fixture_configure (f, "{'call': {'removeH264Codecs': false}}");
  talk_in (f, "video/H264", others, G_N_ELEMENTS (others));
}

/* --- in the call --- */

static void
test_added (HsPeerFixture *f, gconstpointer data)
{
  g_autofree char *from_a = NULL;
  g_autofree char *from_b = NULL;
  g_autoptr (Watcher) a = watcher_new ();
  g_autoptr (Watcher) b = watcher_new ();

  hs_peer_fixture_call (f);
  expect_talk (f);
  from_a = open_video (&f->a, red.device);
  hs_party_negotiate (&f->a, &f->b);
  watch (&f->b, 1, b);
  wait_for_colour (b, &red);
  /* The line that is there is used for the other direction, too. */
  from_b = open_video (&f->b, blue.device);
  hs_party_negotiate (&f->b, &f->a);
  g_assert_cmpuint (count_lines (hs_peer_get_remote_description (f->a.peer)), ==, 2);
  watch (&f->a, 1, a);
  wait_for_colour (a, &blue);
  wait_for_colour (b, &red);
  expect_talk (f);
}

static void
test_removed_and_added_again (HsPeerFixture *f, gconstpointer data)
{
  g_autofree char *first = NULL;
  g_autofree char *second = NULL;
  g_autoptr (Watcher) b = watcher_new ();

  hs_peer_fixture_call (f);
  first = open_video (&f->a, red.device);
  hs_party_negotiate (&f->a, &f->b);
  watch (&f->b, 1, b);
  wait_for_colour (b, &red);
  remove_track (&f->a, first);
  hs_party_negotiate (&f->a, &f->b);
  g_assert_cmpint (get_direction (hs_peer_get_remote_description (f->b.peer), 1), ==,
                   HS_SDP_RECVONLY);
  g_assert_null (hs_webrtc_peer_get_remote_on (HS_WEBRTC_PEER (f->b.peer), 1));
  second = open_video (&f->a, green.device);
  hs_party_negotiate (&f->a, &f->b);
  g_assert_cmpuint (count_lines (hs_peer_get_remote_description (f->b.peer)), ==, 2);
  watch (&f->b, 1, b);
  wait_for_colour (b, &green);
  expect_talk (f);
}

static void
test_hold (HsPeerFixture *f, gconstpointer data)
{
  g_autofree char *track = NULL;
  g_autoptr (Watcher) b = watcher_new ();

  join_all (f);
  track = open_video (&f->a, red.device);
  hs_party_negotiate (&f->a, &f->b);
  watch (&f->b, 1, b);
  wait_for_colour (b, &red);
  hs_peer_set_local_hold (f->b.peer, TRUE);
  hs_party_negotiate (&f->b, &f->a);
  g_assert_cmpint (get_direction (hs_peer_get_remote_description (f->a.peer), 1), ==,
                   HS_SDP_INACTIVE);
  g_assert_null (hs_webrtc_peer_get_remote_on (HS_WEBRTC_PEER (f->b.peer), 1));
  hs_peer_set_local_hold (f->b.peer, FALSE);
  hs_party_negotiate (&f->b, &f->a);
  wait_for_colour (b, &red);
  expect_talk (f);
}

/* An offer that added a line was refused; later the far end adds one of its own. */
static void
test_refused_addition (HsPeerFixture *f, gconstpointer data)
{
  g_autofree char *refused = NULL;
  g_autofree char *from_a = NULL;
  g_autofree char *offer = NULL;
  g_autofree char *from_b = NULL;
  g_autofree char *again = NULL;
  g_autoptr (Watcher) a = watcher_new ();
  g_autoptr (Watcher) b = watcher_new ();

  hs_peer_fixture_call (f);
  expect_talk (f);
  from_a = open_video (&f->a, red.device);
  refused = hs_party_offer (&f->a);
  g_assert_cmpuint (count_lines (refused), ==, 2);
  hs_peer_rollback (f->a.peer);
  g_assert_nonnull (strstr (f->a.events->str, "-L"));
  /* The next offer knows nothing of it. */
  offer = hs_party_offer (&f->a);
  g_assert_cmpuint (count_lines (offer), ==, 1);
  hs_peer_rollback (f->a.peer);
  from_b = open_video (&f->b, blue.device);
  hs_party_negotiate (&f->b, &f->a);
  watch (&f->a, 1, a);
  wait_for_colour (a, &blue);
  again = open_video (&f->a, green.device);
  hs_party_negotiate (&f->a, &f->b);
  watch (&f->b, 1, b);
  wait_for_colour (b, &green);
  expect_talk (f);
}

static void
test_new_far_end (HsPeerFixture *f, gconstpointer data)
{
  g_autofree char *from_b = NULL;
  g_autofree char *from_c = NULL;
  g_autoptr (Watcher) b = watcher_new ();
  g_autoptr (Watcher) c = watcher_new ();

  join_all (f);
  from_b = open_video (&f->b, blue.device);
  hs_party_negotiate (&f->b, &f->a);
  expect_talk (f);
  hs_party_join (f, &f->c);
  hs_party_open_microphone (&f->c);
  from_c = open_video (&f->c, green.device);
  hs_party_negotiate (&f->c, &f->b);
  watch (&f->b, 1, b);
  watch (&f->c, 1, c);
  wait_for_colour (b, &green);
  wait_for_colour (c, &blue);
}

/* --- tracks --- */

static void
test_replaced (HsPeerFixture *f, gconstpointer data)
{
  g_autofree char *track = NULL;
  g_autoptr (JsonObject) options = json_object_new ();
  HsMediaRequest request = { .screen = TRUE, .screen_options = options };
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (HsTrack) next = NULL;
  g_autoptr (Watcher) b = watcher_new ();

  join_all (f);
  track = open_video (&f->a, red.device);
  hs_party_negotiate (&f->a, &f->b);
  watch (&f->b, 1, b);
  wait_for_colour (b, &red);
  json_object_set_string_member (options, "deviceId", green.device);
  json_object_set_int_member (options, "width", 320);
  json_object_set_int_member (options, "frameRate", 5);
  hs_peer_replace_track_async (f->a.peer, track, &request, NULL, hs_party_keep_result, &result);
  hs_party_wait_for_result (&f->a, &result);
  next = hs_peer_replace_track_finish (f->a.peer, result, &error);
  g_assert_no_error (error);
  g_assert_true (next->screen);
  wait_for_colour (b, &green);
  wait_for_size (b, 320, 180);
}

static void
test_muted (HsPeerFixture *f, gconstpointer data)
{
  g_autofree char *track = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (Watcher) b = watcher_new ();
  HsRemoteTrack *remote;

  join_all (f);
  track = open_video (&f->a, red.device);
  hs_party_negotiate (&f->a, &f->b);
  watch (&f->b, 1, b);
  wait_for_colour (b, &red);
  g_assert_true (hs_peer_set_muted (f->a.peer, track, TRUE, &error));
  wait_for_colour (b, &black);
  g_assert_true (hs_peer_set_muted (f->a.peer, track, FALSE, &error));
  wait_for_colour (b, &red);
  remote = hs_webrtc_peer_get_remote_on (HS_WEBRTC_PEER (f->b.peer), 1);
  g_assert_true (hs_peer_set_muted (f->b.peer, remote->track->id, TRUE, &error));
  wait_for_colour (b, &black);
}

/* --- looking --- */

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

static void
wait_for_count (HsParty *party, const char *stat, const char *member)
{
  Count count = { party, stat, member };

  hs_test_wait (is_counted, &count);
}

static void
test_statistics (HsPeerFixture *f, gconstpointer data)
{
  g_autofree char *track = NULL;
  g_autoptr (JsonObject) all = NULL;
  g_autoptr (JsonObject) received = NULL;
  g_autoptr (JsonObject) sent = NULL;
  const char *remote_id;

  join_all (f);
  track = open_video (&f->a, red.device);
  hs_party_negotiate (&f->a, &f->b);
  wait_for_count (&f->b, "inbound-video-1", "framesReceived");
  wait_for_count (&f->a, "outbound-video-1", "framesEncoded");
  /* Nobody looks. */
  received = hs_party_get_stats (&f->b, NULL);
  g_assert_cmpint (
      hs_json_get_int (hs_json_get_object (received, "inbound-video-1"), "framesDecoded", -1), ==,
      0);
  g_assert_cmpint (
      hs_json_get_int (hs_json_get_object (received, "inbound-video-1"), "frameWidth", 0), ==, 160);
  remote_id = hs_webrtc_peer_get_remote_on (HS_WEBRTC_PEER (f->b.peer), 1)->track->id;
  g_assert_cmpstr (
      hs_json_get_string (hs_json_get_object (received, "inbound-video-1"), "trackIdentifier"), ==,
      remote_id);
  sent = hs_party_get_stats (&f->a, track);
  g_assert_cmpstr (hs_json_get_string (hs_json_get_object (sent, "codec-video-1"), "mimeType"), ==,
                   "video/VP8");
  g_assert_cmpint (hs_json_get_int (hs_json_get_object (sent, "source-video-1"), "width", 0), ==,
                   160);
  g_assert_false (json_object_has_member (sent, "outbound-audio"));
  all = hs_party_get_stats (&f->a, NULL);
  g_assert_true (json_object_has_member (all, "outbound-audio"));
  g_assert_cmpstr (hs_json_get_string (hs_json_get_object (all, "outbound-audio"), "kind"), ==,
                   "audio");
}

static gboolean
is_set (gpointer user_data)
{
  return *(gpointer *) user_data != NULL;
}

static gboolean
try_render (HsParty *party, const char *track_id, const char *container, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  hs_peer_render_track_async (party->peer, track_id, container, NULL, NULL, hs_party_keep_result,
                              &result);
  hs_party_wait_for_result (party, &result);
  return hs_peer_render_track_finish (party->peer, result, error);
}

static void
test_recorded (HsPeerFixture *f, gconstpointer data)
{
  g_autofree char *path = g_build_filename (f->folder, "video.webm", NULL);
  g_autofree char *container = g_strconcat ("file:", path, NULL);
  g_autoptr (GAsyncResult) settled = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *track = NULL;
  g_autofree char *played = NULL;
  g_autoptr (Watcher) a = watcher_new ();
  const char *remote_id;

  join_all (f);
  track = open_video (&f->a, green.device);
  hs_party_negotiate (&f->a, &f->b);
  remote_id = hs_webrtc_peer_get_remote_on (HS_WEBRTC_PEER (f->b.peer), 1)->track->id;
  g_assert_false (try_render (&f->b, remote_id, "file:/tmp/video.avi", &error));
  g_assert_error (error, HS_CALL_ERROR, HS_CALL_ERROR_INVALID_PARAM);
  g_clear_error (&error);
  g_assert_false (try_render (&f->b, remote_id, "file:/nowhere/video.webm", &error));
  g_assert_error (error, HS_CALL_ERROR, HS_CALL_ERROR_USER_MEDIA);
  g_clear_error (&error);
  g_assert_true (try_render (&f->b, remote_id, container, &error));
  g_assert_no_error (error);
  wait_for_count (&f->b, "inbound-video-1", "framesDecoded");
  hs_peer_unrender_track (f->b.peer, remote_id, container);
  hs_media_settle_async (f->media, NULL, hs_party_keep_result, &settled);
  hs_test_wait (is_set, &settled);
  /* What was recorded is what B now shows. */
  played = open_video (&f->b, container);
  hs_party_negotiate (&f->b, &f->a);
  watch (&f->a, 1, a);
  wait_for_colour (a, &green);
  g_assert_cmpint (g_unlink (path), ==, 0);
}

static void
test_limited (HsPeerFixture *f, gconstpointer data)
{
  g_autofree char *track = NULL;
  g_autoptr (JsonObject) stats = NULL;
  g_autofree char *offer = NULL;
  g_autofree char *answer = NULL;
  g_autoptr (HsSdp) sdp = NULL;
  g_autofree char *limited = NULL;
  JsonObject *outbound;

  join_all (f);
  track = open_video (&f->a, red.device);
  offer = hs_party_offer (&f->a);
  hs_party_take (&f->b, HS_DESCRIPTION_OFFER, offer);
  answer = hs_party_answer (&f->b);
  sdp = hs_sdp_parse (answer, NULL);
  hs_sdp_section_set_bandwidth (hs_sdp_get_section (sdp, 1), 20);
  limited = hs_sdp_to_text (sdp);
  hs_party_take (&f->a, HS_DESCRIPTION_ANSWER, limited);
  wait_for_count (&f->a, "outbound-video-1", "framesEncoded");
  stats = hs_party_get_stats (&f->a, track);
  outbound = hs_json_get_object (stats, "outbound-video-1");
  g_assert_cmpfloat (json_object_get_double_member (outbound, "targetBitrate"), ==, 20000);
  g_assert_cmpstr (hs_json_get_string (outbound, "qualityLimitationReason"), ==, "bandwidth");
}

static void
test_impossible_sizes (HsPeerFixture *f, gconstpointer data)
{
  HsMediaRequest request = { .video = TRUE };
  g_autoptr (JsonNode) node =
      hs_json_parse ("{\"deviceId\": \"pattern\", \"width\": {\"exact\": 9000}}", -1, NULL);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GPtrArray) tracks = NULL;
  g_autoptr (GError) error = NULL;

  hs_party_join (f, &f->a);
  request.video_options = json_node_get_object (node);
  hs_peer_open_media_async (f->a.peer, &request, NULL, hs_party_keep_result, &result);
  hs_party_wait_for_result (&f->a, &result);
  g_assert_null (hs_peer_open_media_finish (f->a.peer, result, &error));
  g_assert_error (error, HS_CALL_ERROR, HS_CALL_ERROR_USER_MEDIA);
  g_assert_nonnull (strstr (error->message, "OverconstrainedError: width"));
  g_clear_error (&error);
  request.video_options = NULL;
  g_assert_null (try_open (&f->a, &request, "file:/nowhere.webm", &error));
  g_assert_error (error, HS_CALL_ERROR, HS_CALL_ERROR_USER_MEDIA);
  g_assert_cmpstr (f->a.events->str, ==, "");
}

static void
add (const char *path, void (*test) (HsPeerFixture *, gconstpointer))
{
  g_test_add (path, HsPeerFixture, NULL, hs_peer_fixture_set_up, test, hs_peer_fixture_tear_down);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  add ("/webrtc-peer/video/both-ways", test_both_ways);
  add ("/webrtc-peer/video/one-way", test_one_way);
  add ("/webrtc-peer/video/camera-and-screen", test_camera_and_screen);
  add ("/webrtc-peer/video/vp9", test_vp9);
  add ("/webrtc-peer/video/h264", test_h264);
  add ("/webrtc-peer/video/added", test_added);
  add ("/webrtc-peer/video/removed-and-added-again", test_removed_and_added_again);
  add ("/webrtc-peer/video/hold", test_hold);
  add ("/webrtc-peer/video/refused-addition", test_refused_addition);
  add ("/webrtc-peer/video/new-far-end", test_new_far_end);
  add ("/webrtc-peer/video/replaced", test_replaced);
  add ("/webrtc-peer/video/muted", test_muted);
  add ("/webrtc-peer/video/statistics", test_statistics);
  add ("/webrtc-peer/video/recorded", test_recorded);
  add ("/webrtc-peer/video/limited", test_limited);
  add ("/webrtc-peer/video/impossible", test_impossible_sizes);
  return g_test_run ();
}
