/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "hs-peer-fixture.h"

#include "base/hs-error.h"
#include "hs-test-text.h"
#include "sdp/hs-sdp-transport.h"
#include "sdp/hs-sdp.h"

#include <string.h>

/* --- what others write differently --- */

static void
talk_after_edit (HsPeerFixture *f, void (*edit) (HsSdp *sdp))
{
  g_autofree char *offer = NULL;
  g_autofree char *edited_offer = NULL;
  g_autofree char *answer = NULL;
  g_autofree char *edited_answer = NULL;
  g_autoptr (HsSdp) sdp = NULL;
  g_autoptr (HsSdp) answer_sdp = NULL;

  hs_party_join (f, &f->a);
  hs_party_join (f, &f->b);
  hs_party_open_microphone (&f->a);
  hs_party_open_microphone (&f->b);
  offer = hs_party_offer (&f->a);
  sdp = hs_sdp_parse (offer, NULL);
  edit (sdp);
  edited_offer = hs_sdp_to_text (sdp);
  hs_party_take (&f->b, HS_DESCRIPTION_OFFER, edited_offer);
  answer = hs_party_answer (&f->b);
  answer_sdp = hs_sdp_parse (answer, NULL);
  edit (answer_sdp);
  edited_answer = hs_sdp_to_text (answer_sdp);
  hs_party_take (&f->a, HS_DESCRIPTION_ANSWER, edited_answer);
  hs_party_wait_for_talk (&f->a, &f->b);
  hs_peer_set_local_hold (f->a.peer, TRUE);
  hs_party_negotiate (&f->a, &f->b);
  hs_party_wait_for_silence (&f->a);
}

static void
remove_bundle (HsSdp *sdp)
{
  hs_sdp_section_remove_attribute (hs_sdp_get_head (sdp), "group");
}

static void
remove_names (HsSdp *sdp)
{
  HsSdpSection *section = hs_sdp_get_section (sdp, 0);

  remove_bundle (sdp);
  hs_sdp_section_remove_attribute (section, "mid");
  hs_sdp_section_remove_attribute (section, "msid");
  hs_sdp_section_remove_attribute (section, "ssrc");
}

static void
move_to_head (HsSdp *sdp)
{
  static const char *const names[] = { "ice-ufrag", "ice-pwd", "fingerprint", "setup", "sendrecv" };
  HsSdpSection *section = hs_sdp_get_section (sdp, 0);

  remove_names (sdp);
  for (gsize i = 0; i < G_N_ELEMENTS (names); i++) {
    g_autofree char *value = g_strdup (hs_sdp_section_get_attribute (section, names[i]));

    hs_sdp_section_remove_attribute (section, names[i]);
    hs_sdp_section_set_attribute (hs_sdp_get_head (sdp), names[i], value);
  }
}

static void
test_without_bundle (HsPeerFixture *f, gconstpointer data)
{
  talk_after_edit (f, remove_bundle);
}

static void
test_without_names (HsPeerFixture *f, gconstpointer data)
{
  talk_after_edit (f, remove_names);
}

static void
test_transport_in_the_head (HsPeerFixture *f, gconstpointer data)
{
  talk_after_edit (f, move_to_head);
}

/* --- lines we cannot use --- */

#define VIDEO                                                                                      \
  "m=video 9 UDP/TLS/RTP/SAVPF 96\r\nc=IN IP4 0.0.0.0\r\na=mid:v\r\na=sendrecv\r\n"                \
  "a=rtcp-mux\r\na=rtpmap:96 H265/90000\r\na=msid:x y\r\n"

static char *
add_video (const char *offer)
{
  g_autoptr (HsSdp) sdp = hs_sdp_parse (offer, NULL);
  HsSdpSection *audio = hs_sdp_get_section (sdp, 0);
  g_autofree char *transport = g_strdup_printf (
      VIDEO "a=ice-ufrag:%s\r\na=ice-pwd:%s\r\na=setup:actpass\r\na=fingerprint:%s\r\n",
      hs_sdp_section_get_ice_ufrag (audio), hs_sdp_section_get_ice_pwd (audio),
      hs_sdp_section_get_effective_attribute (audio, "fingerprint"));
  g_autofree char *bundle = g_strdup_printf ("BUNDLE %s v\r\n", hs_sdp_section_get_mid (audio));
  g_autofree char *old = g_strdup_printf ("BUNDLE %s\r\n", hs_sdp_section_get_mid (audio));
  g_autofree char *bundled = hs_test_replace (offer, old, bundle);

  return g_strconcat (bundled, transport, NULL);
}

static void
test_video_is_refused (HsPeerFixture *f, gconstpointer data)
{
  g_autofree char *offer = NULL;
  g_autofree char *both = NULL;
  g_autofree char *answer = NULL;
  g_autofree char *later = NULL;
  g_autofree char *audio_only = NULL;

  hs_party_join (f, &f->a);
  hs_party_join (f, &f->b);
  hs_party_open_microphone (&f->a);
  hs_party_open_microphone (&f->b);
  offer = hs_party_offer (&f->a);
  both = add_video (offer);
  hs_party_take (&f->b, HS_DESCRIPTION_OFFER, both);
  answer = hs_party_answer (&f->b);
  g_assert_nonnull (strstr (answer, "m=video 0 "));
  audio_only = g_strndup (answer, strstr (answer, "m=video") - answer);
  hs_party_take (&f->a, HS_DESCRIPTION_ANSWER, audio_only);
  hs_party_wait_for_talk (&f->a, &f->b);
  g_assert_cmpstr (f->b.events->str, ==, "+L +R !R ");
  /* The line stays in what we offer later. */
  later = hs_party_offer (&f->b);
  g_assert_nonnull (strstr (later, "m=video 0 "));
}

static void
test_video_added_later_is_refused (HsPeerFixture *f, gconstpointer data)
{
  g_autofree char *offer = NULL;
  g_autofree char *both = NULL;
  g_autofree char *answer = NULL;
  g_autofree char *audio_only = NULL;

  hs_peer_fixture_call (f);
  hs_party_wait_for_talk (&f->a, &f->b);
  offer = hs_party_offer (&f->a);
  both = add_video (offer);
  hs_party_take (&f->b, HS_DESCRIPTION_OFFER, both);
  answer = hs_party_answer (&f->b);
  g_assert_nonnull (strstr (answer, "m=video 0 "));
  g_assert_cmpint (hs_test_get_direction (answer, 0), ==, HS_SDP_SENDRECV);
  audio_only = g_strndup (answer, strstr (answer, "m=video") - answer);
  hs_party_take (&f->a, HS_DESCRIPTION_ANSWER, audio_only);
  hs_party_wait_for_talk (&f->a, &f->b);
}

/* --- what comes from outside --- */

static void
test_bad_offers (HsPeerFixture *f, gconstpointer data)
{
  static const char *const offers[] = {
    "",
    "nonsense",
    "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\n",
    "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\nm=audio 0 UDP/TLS/RTP/SAVPF 0\r\n",
    "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\nm=video 9 UDP/TLS/RTP/SAVPF 96\r\n"
    "a=rtpmap:96 VP8/90000\r\n",
  };

  hs_party_join (f, &f->a);
  for (gsize i = 0; i < G_N_ELEMENTS (offers); i++) {
    g_autoptr (GError) error = NULL;

    g_assert_false (hs_party_try_take (&f->a, HS_DESCRIPTION_OFFER, offers[i], &error));
    g_assert_error (error, HS_CALL_ERROR, HS_CALL_ERROR_GENERIC);
  }
  g_assert_cmpstr (f->a.events->str, ==, "");
}

static void
test_offer_without_a_common_codec (HsPeerFixture *f, gconstpointer data)
{
  g_autofree char *offer = NULL;
  g_autofree char *foreign = NULL;
  g_autoptr (GError) error = NULL;

  hs_party_join (f, &f->a);
  hs_party_join (f, &f->b);
  offer = hs_party_offer (&f->a);
  foreign = hs_test_replace (offer, " 111 0 8 110 126\r\n", " 9\r\n");
  hs_party_take (&f->b, HS_DESCRIPTION_OFFER, foreign);
  g_assert_null (hs_party_try_answer (&f->b, &error));
  g_assert_error (error, HS_CALL_ERROR, HS_CALL_ERROR_GENERIC);
}

static void
test_answer_without_an_offer (HsPeerFixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  hs_peer_fixture_call (f);
  g_assert_false (hs_party_try_take (&f->a, HS_DESCRIPTION_ANSWER,
                                     hs_peer_get_remote_description (f->a.peer), &error));
  g_assert_error (error, HS_CALL_ERROR, HS_CALL_ERROR_GENERIC);
  hs_party_wait_for_talk (&f->a, &f->b);
}

static void
test_answer_with_other_lines (HsPeerFixture *f, gconstpointer data)
{
  g_autofree char *offer = NULL;
  g_autofree char *answer = NULL;
  g_autofree char *other = NULL;
  g_autoptr (GError) error = NULL;

  hs_party_join (f, &f->a);
  hs_party_join (f, &f->b);
  hs_party_open_microphone (&f->a);
  offer = hs_party_offer (&f->a);
  hs_party_take (&f->b, HS_DESCRIPTION_OFFER, offer);
  answer = hs_party_answer (&f->b);
  other = hs_test_replace (answer, "m=audio", "m=video");
  g_assert_false (hs_party_try_take (&f->a, HS_DESCRIPTION_ANSWER, other, &error));
  g_assert_error (error, HS_CALL_ERROR, HS_CALL_ERROR_REMOTE_ANSWER);
  hs_party_take (&f->a, HS_DESCRIPTION_ANSWER, answer);
  hs_party_wait_for_tone (&f->b, f->a.hz);
}

static void
test_wrong_certificate (HsPeerFixture *f, gconstpointer data)
{
  g_autofree char *offer = NULL;
  g_autofree char *answer = NULL;
  g_autofree char *forged = NULL;
  char *digit;

  hs_party_join (f, &f->a);
  hs_party_join (f, &f->b);
  hs_party_open_microphone (&f->a);
  hs_party_open_microphone (&f->b);
  offer = hs_party_offer (&f->a);
  hs_party_take (&f->b, HS_DESCRIPTION_OFFER, offer);
  answer = hs_party_answer (&f->b);
  forged = g_strdup (answer);
  digit = strstr (forged, "sha-256 ") + strlen ("sha-256 ");
  *digit = *digit == '0' ? '1' : '0';
  hs_party_take (&f->a, HS_DESCRIPTION_ANSWER, forged);
  hs_party_wait_for_state (&f->a, HS_PEER_FAILED);
  g_assert_error (f->a.reason, HS_CALL_ERROR, HS_CALL_ERROR_GENERIC);
  g_assert_nonnull (strstr (f->a.reason->message, "certificate"));
  /* B is content with A, and talks; A neither hears nor sends. */
  hs_party_wait_for_state (&f->b, HS_PEER_CONNECTED);
  for (guint i = 0; i < 10; i++)
    hs_party_wait_for_packets (&f->b, i);
  g_assert_false (hs_party_has_heard_anything (&f->a));
  g_assert_false (hs_party_has_heard_anything (&f->b));
  g_assert_cmpstr (f->a.events->str, ==, "+L +R ");
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
  add ("/webrtc-peer/others/without-bundle", test_without_bundle);
  add ("/webrtc-peer/others/without-names", test_without_names);
  add ("/webrtc-peer/others/transport-in-the-head", test_transport_in_the_head);
  add ("/webrtc-peer/video/refused", test_video_is_refused);
  add ("/webrtc-peer/video/refused-later", test_video_added_later_is_refused);
  add ("/webrtc-peer/outside/bad-offers", test_bad_offers);
  add ("/webrtc-peer/outside/no-common-codec", test_offer_without_a_common_codec);
  add ("/webrtc-peer/outside/answer-without-offer", test_answer_without_an_offer);
  add ("/webrtc-peer/outside/answer-with-other-lines", test_answer_with_other_lines);
  add ("/webrtc-peer/outside/wrong-certificate", test_wrong_certificate);
  return g_test_run ();
}
