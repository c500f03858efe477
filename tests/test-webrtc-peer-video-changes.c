/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "hs-video-testing.h"

#include "media/hs-webrtc-peer-private.h"
#include "sdp/hs-sdp-edit.h"

#include <string.h>

/* Video that comes, goes and changes in a call. */

static guint
count_lines (const char *text)
{
  g_autoptr (HsSdp) sdp = hs_sdp_parse (text, NULL);

  return hs_sdp_get_n_sections (sdp);
}

/* --- lines --- */

static void
test_added (HsPeerFixture *f, gconstpointer data)
{
  g_autofree char *from_a = NULL;
  g_autofree char *from_b = NULL;
  g_autoptr (HsWatcher) a = hs_watcher_new ();
  g_autoptr (HsWatcher) b = hs_watcher_new ();

  hs_peer_fixture_call (f);
  hs_party_wait_for_talk (&f->a, &f->b);
  from_a = hs_party_send_camera (&f->a, &f->b, hs_test_red.device);
  hs_watcher_expect (b, &f->b, 1, &hs_test_red);
  /* The line that is there is used for the other direction, too. */
  from_b = hs_party_send_camera (&f->b, &f->a, hs_test_blue.device);
  g_assert_cmpuint (count_lines (hs_peer_get_remote_description (f->a.peer)), ==, 2);
  hs_watcher_expect (a, &f->a, 1, &hs_test_blue);
  hs_watcher_wait_for_colour (b, &hs_test_red);
  hs_party_wait_for_talk (&f->a, &f->b);
}

/* One offer that brings a line, and another codec to the line that is there. */
static void
test_added_with_other_codec (HsPeerFixture *f, gconstpointer data)
{
  static const HsSdpCodecSelector rivals[] = { { "opus", NULL }, { "PCMU", NULL } };
  g_autoptr (HsWatcher) b = hs_watcher_new ();
  g_autoptr (HsSdp) sdp = NULL;
  g_autofree char *camera = NULL;
  g_autofree char *offer = NULL;
  g_autofree char *other = NULL;
  g_autofree char *answer = NULL;

  hs_peer_fixture_call (f);
  hs_party_wait_for_talk (&f->a, &f->b);
  camera = hs_party_open_camera (&f->a, hs_test_red.device);
  offer = hs_party_offer (&f->a);
  sdp = hs_sdp_parse (offer, NULL);
  g_assert_cmpuint (hs_sdp_remove_codecs (sdp, rivals, G_N_ELEMENTS (rivals)), ==, 2);
  other = hs_sdp_to_text (sdp);
  hs_party_take (&f->b, HS_DESCRIPTION_OFFER, other);
  answer = hs_party_answer (&f->b);
  g_assert_nonnull (strstr (answer, "SAVPF 8 126\r\n"));
  g_assert_cmpint (hs_test_get_direction (answer, 0), ==, HS_SDP_SENDRECV);
  g_assert_cmpint (hs_test_get_direction (answer, 1), ==, HS_SDP_RECVONLY);
  hs_party_take (&f->a, HS_DESCRIPTION_ANSWER, answer);
  hs_watcher_expect (b, &f->b, 1, &hs_test_red);
  hs_party_wait_for_talk (&f->a, &f->b);
}

static void
test_removed_and_added_again (HsPeerFixture *f, gconstpointer data)
{
  g_autofree char *first = NULL;
  g_autofree char *second = NULL;
  g_autoptr (HsWatcher) b = hs_watcher_new ();

  hs_peer_fixture_call (f);
  first = hs_party_send_camera (&f->a, &f->b, hs_test_red.device);
  hs_watcher_expect (b, &f->b, 1, &hs_test_red);
  hs_party_remove_track (&f->a, first);
  hs_party_negotiate (&f->a, &f->b);
  g_assert_cmpint (hs_test_get_direction (hs_peer_get_remote_description (f->b.peer), 1), ==,
                   HS_SDP_RECVONLY);
  g_assert_null (hs_webrtc_peer_get_remote_on (HS_WEBRTC_PEER (f->b.peer), 1));
  second = hs_party_send_camera (&f->a, &f->b, hs_test_green.device);
  g_assert_cmpuint (count_lines (hs_peer_get_remote_description (f->b.peer)), ==, 2);
  hs_watcher_expect (b, &f->b, 1, &hs_test_green);
  hs_party_wait_for_talk (&f->a, &f->b);
}

static void
test_hold (HsPeerFixture *f, gconstpointer data)
{
  g_autofree char *track = hs_peer_fixture_call_with_camera (f, hs_test_red.device);
  g_autoptr (HsWatcher) b = hs_watcher_new ();

  hs_watcher_expect (b, &f->b, 1, &hs_test_red);
  hs_peer_set_local_hold (f->b.peer, TRUE);
  hs_party_negotiate (&f->b, &f->a);
  g_assert_cmpint (hs_test_get_direction (hs_peer_get_remote_description (f->a.peer), 1), ==,
                   HS_SDP_INACTIVE);
  g_assert_null (hs_webrtc_peer_get_remote_on (HS_WEBRTC_PEER (f->b.peer), 1));
  hs_peer_set_local_hold (f->b.peer, FALSE);
  hs_party_negotiate (&f->b, &f->a);
  hs_watcher_wait_for_colour (b, &hs_test_red);
  hs_party_wait_for_talk (&f->a, &f->b);
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
  g_autoptr (HsWatcher) a = hs_watcher_new ();
  g_autoptr (HsWatcher) b = hs_watcher_new ();

  hs_peer_fixture_call (f);
  hs_party_wait_for_talk (&f->a, &f->b);
  from_a = hs_party_open_camera (&f->a, hs_test_red.device);
  refused = hs_party_offer (&f->a);
  g_assert_cmpuint (count_lines (refused), ==, 2);
  hs_peer_rollback (f->a.peer);
  g_assert_nonnull (strstr (f->a.events->str, "-L"));
  /* The next offer knows nothing of it. */
  offer = hs_party_offer (&f->a);
  g_assert_cmpuint (count_lines (offer), ==, 1);
  hs_peer_rollback (f->a.peer);
  from_b = hs_party_send_camera (&f->b, &f->a, hs_test_blue.device);
  hs_watcher_expect (a, &f->a, 1, &hs_test_blue);
  again = hs_party_send_camera (&f->a, &f->b, hs_test_green.device);
  hs_watcher_expect (b, &f->b, 1, &hs_test_green);
  hs_party_wait_for_talk (&f->a, &f->b);
}

static void
test_new_far_end (HsPeerFixture *f, gconstpointer data)
{
  g_autofree char *from_b = NULL;
  g_autofree char *from_c = NULL;
  g_autoptr (HsWatcher) b = hs_watcher_new ();
  g_autoptr (HsWatcher) c = hs_watcher_new ();

  hs_peer_fixture_join (f);
  from_b = hs_party_send_camera (&f->b, &f->a, hs_test_blue.device);
  hs_party_wait_for_talk (&f->a, &f->b);
  hs_party_join (f, &f->c);
  hs_party_open_microphone (&f->c);
  from_c = hs_party_send_camera (&f->c, &f->b, hs_test_green.device);
  hs_watcher_expect (b, &f->b, 1, &hs_test_green);
  hs_watcher_expect (c, &f->c, 1, &hs_test_blue);
}

/* --- tracks --- */

static void
test_replaced (HsPeerFixture *f, gconstpointer data)
{
  g_autofree char *track = hs_peer_fixture_call_with_camera (f, hs_test_red.device);
  g_autoptr (JsonObject) options = json_object_new ();
  HsMediaRequest request = { .screen = TRUE, .screen_options = options };
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (HsTrack) next = NULL;
  g_autoptr (HsWatcher) b = hs_watcher_new ();

  hs_watcher_expect (b, &f->b, 1, &hs_test_red);
  json_object_set_string_member (options, "deviceId", hs_test_green.device);
  json_object_set_int_member (options, "width", 320);
  json_object_set_int_member (options, "frameRate", 5);
  hs_peer_replace_track_async (f->a.peer, track, &request, NULL, hs_party_keep_result, &result);
  hs_party_wait_for_result (&f->a, &result);
  next = hs_peer_replace_track_finish (f->a.peer, result, &error);
  g_assert_no_error (error);
  g_assert_true (next->screen);
  hs_watcher_wait_for_colour (b, &hs_test_green);
  hs_watcher_wait_for_size (b, 320, 180);
}

static void
test_muted (HsPeerFixture *f, gconstpointer data)
{
  g_autofree char *track = hs_peer_fixture_call_with_camera (f, hs_test_red.device);
  g_autoptr (GError) error = NULL;
  g_autoptr (HsWatcher) b = hs_watcher_new ();
  HsRemoteTrack *remote;

  hs_watcher_expect (b, &f->b, 1, &hs_test_red);
  g_assert_true (hs_peer_set_muted (f->a.peer, track, TRUE, &error));
  hs_watcher_wait_for_colour (b, &hs_test_black);
  g_assert_true (hs_peer_set_muted (f->a.peer, track, FALSE, &error));
  hs_watcher_wait_for_colour (b, &hs_test_red);
  remote = hs_webrtc_peer_get_remote_on (HS_WEBRTC_PEER (f->b.peer), 1);
  g_assert_true (hs_peer_set_muted (f->b.peer, remote->track->id, TRUE, &error));
  hs_watcher_wait_for_colour (b, &hs_test_black);
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
  add ("/webrtc-peer/video/added", test_added);
  add ("/webrtc-peer/video/added-with-other-codec", test_added_with_other_codec);
  add ("/webrtc-peer/video/removed-and-added-again", test_removed_and_added_again);
  add ("/webrtc-peer/video/hold", test_hold);
  add ("/webrtc-peer/video/refused-addition", test_refused_addition);
  add ("/webrtc-peer/video/new-far-end", test_new_far_end);
  add ("/webrtc-peer/video/replaced", test_replaced);
  add ("/webrtc-peer/video/muted", test_muted);
  return g_test_run ();
}
