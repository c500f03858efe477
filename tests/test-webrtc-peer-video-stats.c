/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "hs-video-testing.h"

#include "base/hs-json.h"
#include "media/hs-webrtc-peer-private.h"
#include "sdp/hs-sdp-edit.h"

/* What the statistics say of video. */

static void
test_statistics (HsPeerFixture *f, gconstpointer data)
{
  g_autofree char *track = hs_peer_fixture_call_with_camera (f, hs_test_red.device);
  g_autoptr (JsonObject) all = NULL;
  g_autoptr (JsonObject) received = NULL;
  g_autoptr (JsonObject) sent = NULL;
  const char *remote_id;

  hs_party_wait_for_count (&f->b, "inbound-video-1", "framesReceived");
  hs_party_wait_for_count (&f->a, "outbound-video-1", "framesEncoded");
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

  hs_peer_fixture_join (f);
  track = hs_party_open_camera (&f->a, hs_test_red.device);
  offer = hs_party_offer (&f->a);
  hs_party_take (&f->b, HS_DESCRIPTION_OFFER, offer);
  answer = hs_party_answer (&f->b);
  sdp = hs_sdp_parse (answer, NULL);
  hs_sdp_section_set_bandwidth (hs_sdp_get_section (sdp, 1), 20);
  limited = hs_sdp_to_text (sdp);
  hs_party_take (&f->a, HS_DESCRIPTION_ANSWER, limited);
  hs_party_wait_for_count (&f->a, "outbound-video-1", "framesEncoded");
  stats = hs_party_get_stats (&f->a, track);
  outbound = hs_json_get_object (stats, "outbound-video-1");
  g_assert_cmpfloat (json_object_get_double_member (outbound, "targetBitrate"), ==, 20000);
  g_assert_cmpstr (hs_json_get_string (outbound, "qualityLimitationReason"), ==, "bandwidth");
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
  add ("/webrtc-peer/video/statistics", test_statistics);
  add ("/webrtc-peer/video/limited", test_limited);
  return g_test_run ();
}
