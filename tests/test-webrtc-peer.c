/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "hs-peer-fixture.h"

#include "base/hs-error.h"
#include "base/hs-json.h"
#include "hs-test-text.h"
#include "sdp/hs-sdp.h"

#include <string.h>

/* --- the main path --- */

static void
test_talk (HsPeerFixture *f, gconstpointer data)
{
  hs_peer_fixture_call (f);
  hs_party_wait_for_talk (&f->a, &f->b);
  g_assert_cmpstr (f->a.events->str, ==, "+L +R !R ");
  g_assert_cmpstr (f->b.events->str, ==, "+L +R !R ");
}

static void
test_remote_track_is_announced_with_the_offer (HsPeerFixture *f, gconstpointer data)
{
  g_autofree char *offer = NULL;

  hs_party_join (f, &f->a);
  hs_party_join (f, &f->b);
  hs_party_open_microphone (&f->a);
  offer = hs_party_offer (&f->a);
  hs_party_take (&f->b, HS_DESCRIPTION_OFFER, offer);
  g_assert_cmpstr (f->b.events->str, ==, "+R ");
  g_assert_cmpstr (hs_peer_get_remote_description (f->b.peer), !=, NULL);
}

static void
test_listen_only (HsPeerFixture *f, gconstpointer data)
{
  g_autofree char *offer = NULL;
  g_autofree char *answer = NULL;

  hs_party_join (f, &f->a);
  hs_party_join (f, &f->b);
  hs_party_open_microphone (&f->a);
  offer = hs_party_offer (&f->a);
  hs_party_take (&f->b, HS_DESCRIPTION_OFFER, offer);
  answer = hs_party_answer (&f->b);
  hs_party_take (&f->a, HS_DESCRIPTION_ANSWER, answer);
  g_assert_cmpint (hs_test_get_direction (answer, 0), ==, HS_SDP_RECVONLY);
  hs_party_wait_for_tone (&f->b, f->a.hz);
  g_assert_cmpstr (f->a.events->str, ==, "+L ");
}

static void
test_description_is_complete (HsPeerFixture *f, gconstpointer data)
{
  g_autofree char *offer = NULL;
  g_autofree char *answer = NULL;

  hs_party_join (f, &f->a);
  hs_party_join (f, &f->b);
  hs_party_open_microphone (&f->a);
  hs_party_open_microphone (&f->b);
  offer = hs_party_offer (&f->a);
  hs_party_take (&f->b, HS_DESCRIPTION_OFFER, offer);
  answer = hs_party_answer (&f->b);
  g_assert_nonnull (strstr (offer, "a=candidate:"));
  g_assert_nonnull (strstr (offer, " 127.0.0.1 "));
  g_assert_nonnull (strstr (offer, "a=setup:actpass\r\n"));
  g_assert_nonnull (strstr (offer, "a=msid:"));
  g_assert_nonnull (strstr (offer, "a=sendrecv\r\n"));
  g_assert_nonnull (strstr (offer, " opus/48000/2\r\n"));
  g_assert_nonnull (strstr (offer, " telephone-event/8000\r\n"));
  g_assert_nonnull (strstr (offer, "a=fingerprint:sha-256 "));
  g_assert_null (strstr (offer, "trickle"));
  g_assert_nonnull (strstr (answer, "a=candidate:"));
  g_assert_nonnull (strstr (answer, "a=setup:active\r\n"));
  g_assert_nonnull (strstr (answer, " telephone-event/48000\r\n"));
  g_assert_null (strstr (answer, "trickle"));
}

static void
talk_with (HsPeerFixture *f, const char *removed, const char *expected)
{
  g_autofree char *offer = NULL;
  g_autofree char *reduced = NULL;
  g_autofree char *answer = NULL;

  hs_party_join (f, &f->a);
  hs_party_join (f, &f->b);
  hs_party_open_microphone (&f->a);
  hs_party_open_microphone (&f->b);
  offer = hs_party_offer (&f->a);
  reduced = hs_test_replace (offer, " 111 0 8 110 126\r\n", removed);
  hs_party_take (&f->b, HS_DESCRIPTION_OFFER, reduced);
  answer = hs_party_answer (&f->b);
  g_assert_nonnull (strstr (answer, expected));
  hs_party_take (&f->a, HS_DESCRIPTION_ANSWER, answer);
  hs_party_wait_for_talk (&f->a, &f->b);
}

static void
test_pcmu (HsPeerFixture *f, gconstpointer data)
{
  talk_with (f, " 0 8 126\r\n", "SAVPF 0 126\r\n");
}

static void
test_pcma (HsPeerFixture *f, gconstpointer data)
{
  talk_with (f, " 8 0 126\r\n", "SAVPF 8 126\r\n");
}

static void
test_foreign_payload_numbers (HsPeerFixture *f, gconstpointer data)
{
  g_autofree char *offer = NULL;
  g_autofree char *foreign = NULL;
  g_autofree char *answer = NULL;

  hs_party_join (f, &f->a);
  hs_party_join (f, &f->b);
  hs_party_open_microphone (&f->b);
  offer = hs_party_offer (&f->a);
  foreign = hs_test_replace (offer, "111", "109");
  hs_party_take (&f->b, HS_DESCRIPTION_OFFER, foreign);
  answer = hs_party_answer (&f->b);
  g_assert_nonnull (strstr (answer, "SAVPF 109 110\r\n"));
}

/* --- time --- */

static gboolean
is_connected_after_a_second (gpointer user_data)
{
  HsPeerFixture *f = user_data;

  hs_fake_clock_advance (f->clock, 1000);
  return f->a.state == HS_PEER_CONNECTED;
}

/* Sooner or later twenty seconds go by in less time than there is between two packets. */
static gboolean
is_lost_after_a_while (gpointer user_data)
{
  HsPeerFixture *f = user_data;

  hs_fake_clock_advance (f->clock, 22000);
  return f->a.state == HS_PEER_LOST;
}

static void
test_lost_and_found (HsPeerFixture *f, gconstpointer data)
{
  hs_peer_fixture_call (f);
  hs_party_wait_for_talk (&f->a, &f->b);
  hs_test_wait (is_lost_after_a_while, f);
  g_assert_error (f->a.reason, HS_ERROR, HS_ERROR_TIMED_OUT);
  hs_test_wait (is_connected_after_a_second, f);
  hs_party_wait_for_tone (&f->a, f->b.hz);
}

static void
test_far_end_vanishes (HsPeerFixture *f, gconstpointer data)
{
  hs_peer_fixture_call (f);
  hs_party_wait_for_talk (&f->a, &f->b);
  hs_party_leave (&f->b);
  hs_fake_clock_advance (f->clock, 1000);
  hs_fake_clock_advance (f->clock, 30000);
  g_assert_cmpint (f->a.state, >=, HS_PEER_LOST);
  g_assert_nonnull (f->a.reason);
}

static void
test_no_connection (HsPeerFixture *f, gconstpointer data)
{
  g_autofree char *offer = NULL;

  hs_party_join (f, &f->a);
  hs_party_join (f, &f->b);
  offer = hs_party_offer (&f->a);
  hs_party_leave (&f->a);
  hs_party_take (&f->b, HS_DESCRIPTION_OFFER, offer);
  g_free (hs_party_answer (&f->b));
  hs_party_wait_for_state (&f->b, HS_PEER_CONNECTING);
  hs_fake_clock_advance (f->clock, 30000);
  g_assert_cmpint (f->b.state, ==, HS_PEER_FAILED);
  g_assert_error (f->b.reason, HS_CALL_ERROR, HS_CALL_ERROR_GENERIC);
}

/* --- statistics --- */

static void
test_stats (HsPeerFixture *f, gconstpointer data)
{
  g_autoptr (JsonObject) stats = NULL;
  JsonObject *inbound;
  JsonObject *outbound;

  hs_peer_fixture_call (f);
  hs_party_wait_for_talk (&f->a, &f->b);
  stats = hs_party_get_stats (&f->a, NULL);
  inbound = hs_json_get_object (stats, "inbound-audio");
  outbound = hs_json_get_object (stats, "outbound-audio");
  g_assert_cmpint (hs_json_get_int (inbound, "packetsReceived", 0), >, 0);
  g_assert_cmpint (hs_json_get_int (inbound, "packetsLost", 1), ==, 0);
  g_assert_cmpint (hs_json_get_int (outbound, "packetsSent", 0), >, 0);
  g_assert_cmpstr (hs_json_get_string (outbound, "type"), ==, "outbound-rtp");
  g_assert_cmpstr (hs_json_get_string (hs_json_get_object (stats, "codec-audio"), "mimeType"), ==,
                   "audio/opus");
  g_assert_cmpstr (hs_json_get_string (hs_json_get_object (stats, "local-candidate"), "address"),
                   ==, "127.0.0.1");
  g_assert_cmpstr (hs_json_get_string (hs_json_get_object (stats, "transport"), "dtlsState"), ==,
                   "connected");
  g_assert_cmpfloat (
      json_object_get_double_member (hs_json_get_object (stats, "source-audio"), "audioLevel"), >,
      0.05);
  g_assert_cmpfloat (json_object_get_double_member (inbound, "audioLevel"), >, 0.05);
}

static void
keep_track (HsPeer *peer, HsTrack *track, gpointer user_data)
{
  char **ids = user_data;

  g_free (ids[track->local]);
  ids[track->local] = g_strdup (track->id);
}

static void
test_stats_of_a_track (HsPeerFixture *f, gconstpointer data)
{
  char *ids[2] = { NULL, NULL };
  g_autoptr (JsonObject) sent = NULL;
  g_autoptr (JsonObject) received = NULL;

  hs_party_join (f, &f->a);
  hs_party_join (f, &f->b);
  g_signal_connect (f->a.peer, "track-added", G_CALLBACK (keep_track), ids);
  hs_party_open_microphone (&f->a);
  hs_party_open_microphone (&f->b);
  hs_party_negotiate (&f->a, &f->b);
  hs_party_wait_for_talk (&f->a, &f->b);
  sent = hs_party_get_stats (&f->a, ids[TRUE]);
  received = hs_party_get_stats (&f->a, ids[FALSE]);
  g_assert_true (json_object_has_member (sent, "outbound-audio"));
  g_assert_false (json_object_has_member (sent, "inbound-audio"));
  g_assert_true (json_object_has_member (received, "inbound-audio"));
  g_assert_false (json_object_has_member (received, "outbound-audio"));
  g_free (ids[0]);
  g_free (ids[1]);
}

/* --- ending --- */

static void
test_close_ends_tracks_in_order (HsPeerFixture *f, gconstpointer data)
{
  hs_peer_fixture_call (f);
  hs_party_wait_for_talk (&f->a, &f->b);
  hs_peer_close (f->a.peer);
  g_assert_cmpstr (f->a.events->str, ==, "+L +R !R -L -R ");
  g_assert_cmpint (f->a.state, ==, HS_PEER_CLOSED);
  hs_peer_close (f->a.peer);
}

static void
test_close_ends_operations (HsPeerFixture *f, gconstpointer data)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  hs_party_join (f, &f->a);
  hs_peer_create_offer_async (f->a.peer, NULL, hs_party_keep_result, &result);
  hs_peer_close (f->a.peer);
  hs_party_wait_for_result (&f->a, &result);
  g_assert_null (hs_peer_create_offer_finish (f->a.peer, result, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

static void
add (const char *path, void (*test) (HsPeerFixture *, gconstpointer))
{
  g_test_add (path, HsPeerFixture, NULL, hs_peer_fixture_set_up, test, hs_peer_fixture_tear_down);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  add ("/webrtc-peer/talk/both-ways", test_talk);
  add ("/webrtc-peer/talk/pcmu", test_pcmu);
  add ("/webrtc-peer/talk/pcma", test_pcma);
  add ("/webrtc-peer/talk/listen-only", test_listen_only);
  add ("/webrtc-peer/description/is-complete", test_description_is_complete);
  add ("/webrtc-peer/description/foreign-payload-numbers", test_foreign_payload_numbers);
  add ("/webrtc-peer/tracks/announced-with-the-offer",
       test_remote_track_is_announced_with_the_offer);
  add ("/webrtc-peer/time/lost-and-found", test_lost_and_found);
  add ("/webrtc-peer/time/far-end-vanishes", test_far_end_vanishes);
  add ("/webrtc-peer/time/no-connection", test_no_connection);
  add ("/webrtc-peer/stats/call", test_stats);
  add ("/webrtc-peer/stats/track", test_stats_of_a_track);
  add ("/webrtc-peer/close/ends-tracks", test_close_ends_tracks_in_order);
  add ("/webrtc-peer/close/ends-operations", test_close_ends_operations);
  return g_test_run ();
}
