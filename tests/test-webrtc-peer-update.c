/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "hs-peer-fixture.h"

#include "base/hs-json.h"
#include "hs-test-text.h"
#include "sdp/hs-sdp.h"

#include <string.h>

/* What happens to a call after it was set up: hold, changes that fail, other far ends. */

static char *
dup_session_id (const char *text)
{
  g_autoptr (HsSdp) sdp = hs_sdp_parse (text, NULL);

  return g_strdup (hs_sdp_get_session_id (sdp));
}

static void
hold (HsParty *from, HsParty *to, gboolean held)
{
  hs_peer_set_local_hold (from->peer, held);
  hs_party_negotiate (from, to);
}

/* --- changing directions --- */

static void
test_hold (HsPeerFixture *f, gconstpointer data)
{
  hs_peer_fixture_call (f);
  hs_party_wait_for_talk (&f->a, &f->b);
  hold (&f->a, &f->b, TRUE);
  g_assert_cmpstr (f->a.events->str, ==, "+L +R !R -R =R ");
  g_assert_cmpstr (f->b.events->str, ==, "+L +R !R -R =R ");
  hs_party_wait_for_silence (&f->a);
  hs_party_wait_for_silence (&f->b);
  hold (&f->a, &f->b, FALSE);
  hs_party_wait_for_talk (&f->a, &f->b);
  g_assert_cmpstr (f->a.events->str, ==, "+L +R !R -R =R +R !R ");
  g_assert_cmpstr (f->b.events->str, ==, "+L +R !R -R =R +R !R ");
}

static void
test_hold_by_either (HsPeerFixture *f, gconstpointer data)
{
  hs_peer_fixture_call (f);
  hs_party_wait_for_talk (&f->a, &f->b);
  for (guint i = 0; i < 4; i++) {
    HsParty *from = i % 2 == 0 ? &f->a : &f->b;
    HsParty *to = i % 2 == 0 ? &f->b : &f->a;

    hold (from, to, TRUE);
    hs_party_wait_for_silence (to);
    hold (from, to, FALSE);
    hs_party_wait_for_talk (&f->a, &f->b);
  }
}

static void
test_reoffer_keeps_session_and_role (HsPeerFixture *f, gconstpointer data)
{
  g_autofree char *first = NULL;
  g_autofree char *second = NULL;
  g_autofree char *third = NULL;
  g_autofree char *session = NULL;
  g_autofree char *later = NULL;
  g_autofree char *answer = NULL;

  hs_peer_fixture_call (f);
  hs_party_wait_for_talk (&f->a, &f->b);
  first = hs_party_offer (&f->b);
  hs_party_take (&f->a, HS_DESCRIPTION_OFFER, first);
  answer = hs_party_answer (&f->a);
  hs_party_take (&f->b, HS_DESCRIPTION_ANSWER, answer);
  /* B answered first and so is the active end for good. */
  g_assert_nonnull (strstr (first, "a=setup:actpass\r\n"));
  g_assert_nonnull (strstr (answer, "a=setup:passive\r\n"));
  second = hs_party_offer (&f->b);
  session = dup_session_id (first);
  later = dup_session_id (second);
  g_assert_cmpstr (session, ==, later);
  g_assert_nonnull (strstr (second, "a=candidate:"));
  third = g_strdup_printf ("o=- %s 2 ", session);
  g_assert_nonnull (strstr (first, third));
}

static void
test_music_on_hold (HsPeerFixture *f, gconstpointer data)
{
  g_autofree char *offer = NULL;
  g_autofree char *music = NULL;
  g_autofree char *answer = NULL;

  hs_peer_fixture_call (f);
  hs_party_wait_for_talk (&f->a, &f->b);
  offer = hs_party_offer (&f->a);
  music = hs_test_replace (offer, "a=sendrecv", "a=sendonly");
  hs_party_take (&f->b, HS_DESCRIPTION_OFFER, music);
  answer = hs_party_answer (&f->b);
  hs_party_take (&f->a, HS_DESCRIPTION_ANSWER, answer);
  g_assert_cmpint (hs_test_get_direction (answer, 0), ==, HS_SDP_RECVONLY);
  g_assert_cmpstr (f->b.events->str, ==, "+L +R !R ");
  hs_party_wait_for_silence (&f->a);
  hs_party_wait_for_tone (&f->b, f->a.hz);
}

static void
test_change_of_codec (HsPeerFixture *f, gconstpointer data)
{
  g_autoptr (JsonObject) stats = NULL;
  g_autofree char *offer = NULL;
  g_autofree char *other = NULL;
  g_autofree char *answer = NULL;

  hs_peer_fixture_call (f);
  hs_party_wait_for_talk (&f->a, &f->b);
  offer = hs_party_offer (&f->a);
  other = hs_test_replace (offer, " 111 0 8 110 126\r\n", " 8 126\r\n");
  hs_party_take (&f->b, HS_DESCRIPTION_OFFER, other);
  answer = hs_party_answer (&f->b);
  g_assert_nonnull (strstr (answer, "SAVPF 8 126\r\n"));
  hs_party_take (&f->a, HS_DESCRIPTION_ANSWER, answer);
  hs_party_wait_for_talk (&f->a, &f->b);
  stats = hs_party_get_stats (&f->a, NULL);
  g_assert_cmpstr (hs_json_get_string (hs_json_get_object (stats, "codec-audio"), "mimeType"), ==,
                   "audio/PCMA");
  g_assert_cmpint (hs_test_get_direction (answer, 0), ==, HS_SDP_SENDRECV);
  hold (&f->b, &f->a, TRUE);
  hs_party_wait_for_silence (&f->a);
  hold (&f->b, &f->a, FALSE);
  hs_party_wait_for_talk (&f->a, &f->b);
  hs_party_negotiate (&f->a, &f->b);
  hs_party_wait_for_talk (&f->a, &f->b);
}

/* --- going back --- */

static void
test_rollback_of_our_offer (HsPeerFixture *f, gconstpointer data)
{
  g_autofree char *refused = NULL;

  hs_peer_fixture_call (f);
  hs_party_wait_for_talk (&f->a, &f->b);
  hs_peer_set_local_hold (f->a.peer, TRUE);
  refused = hs_party_offer (&f->a);
  hs_peer_rollback (f->a.peer);
  hs_peer_set_local_hold (f->a.peer, FALSE);
  hold (&f->b, &f->a, TRUE);
  hs_party_wait_for_silence (&f->a);
  hold (&f->b, &f->a, FALSE);
  hs_party_wait_for_talk (&f->a, &f->b);
}

static void
test_rollback_of_their_offer (HsPeerFixture *f, gconstpointer data)
{
  g_autofree char *offer = NULL;
  g_autofree char *before = NULL;

  hs_peer_fixture_call (f);
  hs_party_wait_for_talk (&f->a, &f->b);
  before = g_strdup (hs_peer_get_remote_description (f->b.peer));
  hs_peer_set_local_hold (f->a.peer, TRUE);
  offer = hs_party_offer (&f->a);
  hs_party_take (&f->b, HS_DESCRIPTION_OFFER, offer);
  g_assert_cmpstr (f->b.events->str, ==, "+L +R !R -R =R ");
  hs_peer_rollback (f->b.peer);
  g_assert_cmpstr (f->b.events->str, ==, "+L +R !R -R =R +R !R ");
  g_assert_cmpstr (hs_peer_get_remote_description (f->b.peer), ==, before);
  hs_party_wait_for_tone (&f->b, f->a.hz);
}

static void
test_rollback_of_the_first_offer (HsPeerFixture *f, gconstpointer data)
{
  g_autofree char *offer = NULL;

  hs_party_join (f, &f->a);
  hs_party_join (f, &f->b);
  hs_party_open_microphone (&f->a);
  hs_party_open_microphone (&f->b);
  offer = hs_party_offer (&f->a);
  hs_peer_rollback (f->a.peer);
  hs_party_negotiate (&f->b, &f->a);
  hs_party_wait_for_talk (&f->a, &f->b);
}

/* --- other far ends --- */

static void
test_another_far_end_offers (HsPeerFixture *f, gconstpointer data)
{
  hs_peer_fixture_call (f);
  hs_party_wait_for_talk (&f->a, &f->b);
  hs_party_join (f, &f->c);
  hs_party_open_microphone (&f->c);
  hs_party_negotiate (&f->c, &f->b);
  hs_party_wait_for_talk (&f->c, &f->b);
  g_assert_cmpstr (f->b.events->str, ==, "+L +R !R -R =R +R !R ");
}

static void
test_renewed_transport (HsPeerFixture *f, gconstpointer data)
{
  g_autofree char *before = NULL;
  g_autofree char *after = NULL;
  g_autofree char *answer = NULL;
  g_autofree char *first = NULL;

  hs_peer_fixture_call (f);
  hs_party_wait_for_talk (&f->a, &f->b);
  first = g_strdup (hs_peer_get_remote_description (f->b.peer));
  hs_peer_renew_transport (f->a.peer);
  hs_party_join (f, &f->c);
  hs_party_open_microphone (&f->c);
  hs_party_negotiate (&f->a, &f->c);
  hs_party_wait_for_talk (&f->a, &f->c);
  before = dup_session_id (first);
  after = dup_session_id (hs_peer_get_remote_description (f->c.peer));
  g_assert_cmpstr (before, !=, after);
}

static GSocket *
open_server (char **url)
{
  g_autoptr (GSocketAddress) wanted = g_inet_socket_address_new_from_string ("127.0.0.1", 0);
  g_autoptr (GSocketAddress) got = NULL;
  GSocket *socket =
      g_socket_new (G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_DATAGRAM, G_SOCKET_PROTOCOL_UDP, NULL);

  g_assert_true (g_socket_bind (socket, wanted, FALSE, NULL));
  got = g_socket_get_local_address (socket, NULL);
  *url = g_strdup_printf ("stun:127.0.0.1:%u",
                          g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (got)));
  return socket;
}

static void
test_new_ice_servers (HsPeerFixture *f, gconstpointer data)
{
  g_autofree char *url = NULL;
  g_autoptr (GSocket) server = open_server (&url);
  JsonObject *entry = json_object_new ();
  g_autoptr (JsonArray) servers = json_array_new ();

  json_object_set_string_member (entry, "urls", url);
  json_array_add_object_element (servers, entry);
  hs_peer_fixture_call (f);
  hs_party_wait_for_talk (&f->a, &f->b);
  hs_peer_set_ice_servers (f->a.peer, servers);
  hs_party_negotiate (&f->a, &f->b);
  /* What runs keeps its own. */
  g_assert_cmpint (g_socket_condition_check (server, G_IO_IN), ==, 0);
  hs_peer_renew_transport (f->a.peer);
  hs_party_negotiate (&f->a, &f->b);
  g_assert_cmpint (g_socket_condition_check (server, G_IO_IN), ==, G_IO_IN);
  hs_party_wait_for_talk (&f->a, &f->b);
}

static void
test_early_media (HsPeerFixture *f, gconstpointer data)
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
  hs_party_take (&f->a, HS_DESCRIPTION_PRANSWER, answer);
  hs_party_wait_for_talk (&f->a, &f->b);
  hs_party_take (&f->a, HS_DESCRIPTION_ANSWER, answer);
  g_assert_cmpstr (f->a.events->str, ==, "+L +R !R ");
  hold (&f->a, &f->b, TRUE);
  hs_party_wait_for_silence (&f->b);
}

static void
test_early_media_from_one_and_answer_from_another (HsPeerFixture *f, gconstpointer data)
{
  g_autofree char *offer = NULL;
  g_autofree char *early = NULL;
  g_autofree char *answer = NULL;

  hs_party_join (f, &f->a);
  hs_party_join (f, &f->b);
  hs_party_join (f, &f->c);
  hs_party_open_microphone (&f->a);
  hs_party_open_microphone (&f->b);
  hs_party_open_microphone (&f->c);
  offer = hs_party_offer (&f->a);
  hs_party_take (&f->b, HS_DESCRIPTION_OFFER, offer);
  early = hs_party_answer (&f->b);
  hs_party_take (&f->a, HS_DESCRIPTION_PRANSWER, early);
  hs_party_wait_for_talk (&f->a, &f->b);
  hs_party_take (&f->c, HS_DESCRIPTION_OFFER, offer);
  answer = hs_party_answer (&f->c);
  hs_party_take (&f->a, HS_DESCRIPTION_ANSWER, answer);
  hs_party_wait_for_talk (&f->a, &f->c);
  hold (&f->a, &f->c, TRUE);
  hs_party_wait_for_silence (&f->c);
  hold (&f->a, &f->c, FALSE);
  hs_party_wait_for_talk (&f->a, &f->c);
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
  add ("/webrtc-peer-update/direction/session-and-role-stay", test_reoffer_keeps_session_and_role);
  add ("/webrtc-peer-update/direction/hold", test_hold);
  add ("/webrtc-peer-update/direction/hold-by-either", test_hold_by_either);
  add ("/webrtc-peer-update/direction/music-on-hold", test_music_on_hold);
  add ("/webrtc-peer-update/direction/change-of-codec", test_change_of_codec);
  add ("/webrtc-peer-update/rollback/our-offer", test_rollback_of_our_offer);
  add ("/webrtc-peer-update/rollback/their-offer", test_rollback_of_their_offer);
  add ("/webrtc-peer-update/rollback/first-offer", test_rollback_of_the_first_offer);
  add ("/webrtc-peer-update/far-end/another-offers", test_another_far_end_offers);
  add ("/webrtc-peer-update/far-end/renewed-transport", test_renewed_transport);
  add ("/webrtc-peer-update/far-end/new-ice-servers", test_new_ice_servers);
  add ("/webrtc-peer-update/far-end/early-media", test_early_media);
  add ("/webrtc-peer-update/far-end/early-media-and-another-answer",
       test_early_media_from_one_and_answer_from_another);
  return g_test_run ();
}
