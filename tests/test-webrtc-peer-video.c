/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "hs-video-testing.h"

#include "base/hs-error.h"
#include "base/hs-json.h"
#include "media/hs-webrtc-peer-private.h"
#include "sdp/hs-sdp-edit.h"

#include <glib/gstdio.h>
#include <string.h>

/* Calls with video between real peers, from their start. */

static void
test_both_ways (HsPeerFixture *f, gconstpointer data)
{
  g_autofree char *red_track = NULL;
  g_autofree char *blue_track = NULL;
  g_autoptr (HsWatcher) a = hs_watcher_new ();
  g_autoptr (HsWatcher) b = hs_watcher_new ();

  hs_peer_fixture_join (f);
  red_track = hs_party_open_camera (&f->a, hs_test_red.device);
  blue_track = hs_party_open_camera (&f->b, hs_test_blue.device);
  hs_party_negotiate (&f->a, &f->b);
  g_assert_cmpstr (f->a.events->str, ==, "+L +L +R +R ");
  hs_watcher_expect (b, &f->b, 1, &hs_test_red);
  hs_watcher_expect (a, &f->a, 1, &hs_test_blue);
  g_assert_true (hs_watcher_has_size (a, 160, 120));
  hs_party_wait_for_talk (&f->a, &f->b);
}

static void
test_one_way (HsPeerFixture *f, gconstpointer data)
{
  g_autofree char *track = NULL;
  g_autofree char *offer = NULL;
  g_autofree char *answer = NULL;
  g_autoptr (HsWatcher) b = hs_watcher_new ();

  hs_peer_fixture_join (f);
  track = hs_party_open_camera (&f->a, hs_test_red.device);
  offer = hs_party_offer (&f->a);
  hs_party_take (&f->b, HS_DESCRIPTION_OFFER, offer);
  answer = hs_party_answer (&f->b);
  hs_party_take (&f->a, HS_DESCRIPTION_ANSWER, answer);
  g_assert_cmpint (hs_test_get_direction (answer, 1), ==, HS_SDP_RECVONLY);
  g_assert_nonnull (strstr (offer, " VP8/90000"));
  g_assert_nonnull (strstr (answer, "nack pli"));
  g_assert_null (strstr (offer, "H264"));
  hs_watcher_expect (b, &f->b, 1, &hs_test_red);
  g_assert_null (hs_webrtc_peer_get_remote_on (HS_WEBRTC_PEER (f->a.peer), 1));
}

static void
test_camera_and_screen (HsPeerFixture *f, gconstpointer data)
{
  g_autofree char *camera = NULL;
  g_autofree char *screen = NULL;
  g_autoptr (HsWatcher) on_first = hs_watcher_new ();
  g_autoptr (HsWatcher) on_third = hs_watcher_new ();

  hs_peer_fixture_join (f);
  camera = hs_party_open_camera (&f->a, hs_test_red.device);
  screen = hs_party_open_screen (&f->a, hs_test_green.device);
  hs_party_negotiate (&f->a, &f->b);
  /* Screens come first, then microphones, then cameras. */
  hs_watcher_expect (on_first, &f->b, 0, &hs_test_green);
  hs_watcher_expect (on_third, &f->b, 2, &hs_test_red);
  hs_party_wait_for_talk (&f->a, &f->b);
}

/* --- codecs --- */

static void
talk_in (HsPeerFixture *f, const char *mime_type, const HsSdpCodecSelector *unwanted, gsize n)
{
  g_autofree char *track = NULL;
  g_autofree char *offer = NULL;
  g_autofree char *cut = NULL;
  g_autofree char *answer = NULL;
  g_autoptr (HsSdp) sdp = NULL;
  g_autoptr (JsonObject) stats = NULL;
  g_autoptr (HsWatcher) a = hs_watcher_new ();

  hs_peer_fixture_join (f);
  track = hs_party_open_camera (&f->b, hs_test_red.device);
  g_free (hs_party_open_camera (&f->a, hs_test_blue.device));
  offer = hs_party_offer (&f->a);
  sdp = hs_sdp_parse (offer, NULL);
  g_assert_cmpuint (hs_sdp_remove_codecs (sdp, unwanted, n), >=, n);
  cut = hs_sdp_to_text (sdp);
  hs_party_take (&f->b, HS_DESCRIPTION_OFFER, cut);
  answer = hs_party_answer (&f->b);
  hs_party_take (&f->a, HS_DESCRIPTION_ANSWER, answer);
  hs_watcher_expect (a, &f->a, 1, &hs_test_red);
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

/* --- files and devices --- */

static gboolean
end_rendering (HsParty *party, GAsyncResult **result, GError **error)
{
  hs_party_wait_for_result (party, result);
  return hs_peer_render_track_finish (party->peer, *result, error);
}

static void
start_rendering (HsParty *party, const char *track_id, const char *place, GAsyncResult **result)
{
  hs_peer_render_track_async (party->peer, track_id, place, NULL, NULL, hs_party_keep_result,
                              result);
}

static gboolean
try_render (HsParty *party, const char *track_id, const char *container, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  start_rendering (party, track_id, container, &result);
  return end_rendering (party, &result, error);
}

/* Who asks for a place while it is being opened is told how that ends. */
static void
test_hasty (HsPeerFixture *f, gconstpointer data)
{
  g_autofree char *track = hs_peer_fixture_call_with_camera (f, hs_test_green.device);
  g_autofree char *place = g_strconcat ("frames:", f->folder, "/frames", NULL);
  const char *id = hs_webrtc_peer_get_remote_on (HS_WEBRTC_PEER (f->b.peer), 1)->track->id;
  static const char *const nowhere[] = { "frames:/nowhere/frames", "file:/nowhere/video.webm" };
  g_autoptr (GAsyncResult) given_up = NULL;
  g_autoptr (GAsyncResult) again = NULL;
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (nowhere); i++) {
    g_autoptr (GAsyncResult) first = NULL;
    g_autoptr (GAsyncResult) second = NULL;

    start_rendering (&f->b, id, nowhere[i], &first);
    start_rendering (&f->b, id, nowhere[i], &second);
    g_assert_false (end_rendering (&f->b, &first, &error));
    g_assert_error (error, HS_CALL_ERROR, HS_CALL_ERROR_USER_MEDIA);
    g_clear_error (&error);
    g_assert_false (end_rendering (&f->b, &second, &error));
    g_assert_error (error, HS_CALL_ERROR, HS_CALL_ERROR_USER_MEDIA);
    g_clear_error (&error);
  }
  start_rendering (&f->b, id, place, &given_up);
  hs_peer_unrender_track (f->b.peer, id, place);
  start_rendering (&f->b, id, place, &again);
  g_assert_false (end_rendering (&f->b, &given_up, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&error);
  g_assert_true (end_rendering (&f->b, &again, &error));
  g_assert_no_error (error);
  hs_peer_unrender_track (f->b.peer, id, place);
  hs_peer_fixture_settle (f);
}

static void
test_recorded (HsPeerFixture *f, gconstpointer data)
{
  g_autofree char *path = g_build_filename (f->folder, "video.webm", NULL);
  g_autofree char *container = g_strconcat ("file:", path, NULL);
  g_autoptr (GError) error = NULL;
  g_autofree char *track = hs_peer_fixture_call_with_camera (f, hs_test_green.device);
  g_autofree char *played = NULL;
  g_autoptr (HsWatcher) a = hs_watcher_new ();
  const char *remote_id;

  remote_id = hs_webrtc_peer_get_remote_on (HS_WEBRTC_PEER (f->b.peer), 1)->track->id;
  g_assert_false (try_render (&f->b, remote_id, "file:/tmp/video.avi", &error));
  g_assert_error (error, HS_CALL_ERROR, HS_CALL_ERROR_INVALID_PARAM);
  g_clear_error (&error);
  g_assert_false (try_render (&f->b, remote_id, "file:/nowhere/video.webm", &error));
  g_assert_error (error, HS_CALL_ERROR, HS_CALL_ERROR_USER_MEDIA);
  g_clear_error (&error);
  g_assert_true (try_render (&f->b, remote_id, container, &error));
  g_assert_no_error (error);
  hs_party_wait_for_count (&f->b, "inbound-video-1", "framesDecoded");
  hs_peer_unrender_track (f->b.peer, remote_id, container);
  hs_peer_fixture_settle (f);
  /* What was recorded is what B now shows. */
  played = hs_party_send_camera (&f->b, &f->a, container);
  hs_watcher_expect (a, &f->a, 1, &hs_test_green);
  g_assert_cmpint (g_unlink (path), ==, 0);
}

static void
test_impossible_sizes (HsPeerFixture *f, gconstpointer data)
{
  HsMediaRequest request = { .video = TRUE };
  g_autoptr (JsonNode) node =
      hs_json_parse ("{\"deviceId\": \"pattern\", \"width\": {\"exact\": 9000}}", -1, NULL);
  g_autoptr (GAsyncResult) result = NULL;
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
  g_assert_null (hs_party_try_open_pictures (&f->a, &request, "file:/nowhere.webm", &error));
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
  add ("/webrtc-peer/video/recorded", test_recorded);
  add ("/webrtc-peer/video/hasty", test_hasty);
  add ("/webrtc-peer/video/impossible", test_impossible_sizes);
  return g_test_run ();
}
