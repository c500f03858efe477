/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sdp/hs-sdp-edit.h"
#include "sdp/hs-sdp-engine.h"
#include "test-sdp-data.h"

#define SDP_TRANSPORT "a=ice-ufrag:ufrag\r\na=ice-pwd:password\r\na=fingerprint:sha-256 00\r\n"

static HsSdp *
offer_to_engine (HsSdp *offer, HsSdp *previous)
{
  g_autoptr (GError) error = NULL;
  HsSdp *shown = hs_sdp_offer_to_engine (offer, previous, &error);

  g_assert_no_error (error);
  return shown;
}

static HsSdp *
answer_to_engine (HsSdp *answer, HsSdp *local_offer)
{
  g_autoptr (GError) error = NULL;
  HsSdp *shown = hs_sdp_answer_to_engine (answer, local_offer, &error);

  g_assert_no_error (error);
  return shown;
}

/* --- offers to the engine --- */

static void
test_engine_sees_sendrecv (void)
{
  g_autoptr (HsSdp) offer = load_sdp ("chromium-video-off");
  g_autoptr (HsSdp) shown = offer_to_engine (offer, NULL);

  assert_summary (offer, "audio:44705 mid=0 sendrecv 111,63,0,8,110,126 | "
                         "video:9 mid=1 recvonly 96,97 | [0 1]");
  assert_summary (shown, "audio:44705 mid=0 sendrecv 111,63,0,8,110,126 | "
                         "video:9 mid=1 sendrecv 96,97 | [0 1]");
  g_assert_cmpstr (hs_sdp_get_session_id (shown), ==, hs_sdp_get_session_id (offer));
  g_assert_true (hs_sdp_has_candidate (shown, "host"));
}

static void
test_stopped_line_is_shown_as_before (void)
{
  g_autoptr (HsSdp) first = load_sdp ("chromium-video-offer");
  g_autoptr (HsSdp) shown = offer_to_engine (first, NULL);
  g_autoptr (HsSdp) stopped = load_sdp ("chromium-video-offer");

  hs_sdp_reject_section (stopped, 1);
  g_autoptr (HsSdp) again = offer_to_engine (stopped, shown);
  assert_summary (stopped, "audio:44705 mid=0 sendrecv 111,63,0,8,110,126 | "
                           "video:0 mid=1 inactive 96,97 | [0]");
  assert_summary (again, "audio:44705 mid=0 sendrecv 111,63,0,8,110,126 | "
                         "video:9 mid=1 sendrecv 96,97 | [0 1]");
  g_assert_cmpstr (get_attribute (again, 1, "ice-ufrag"), ==, "uxVY");
  g_assert_nonnull (get_attribute (again, 1, "fingerprint"));
  g_assert_null (get_attribute (again, 1, "ssrc"));
}

/* The transport of all is that of the first section, so its candidates must stand there. */
static void
test_stopped_first_line (void)
{
  g_autoptr (HsSdp) offer = load_sdp ("chromium-video-offer");
  HsSdpSection *video = hs_sdp_get_section (offer, 1);

  hs_sdp_reject_section (offer, 0);
  hs_sdp_section_add_attribute (video, "candidate", "1 1 udp 1 192.0.2.2 4000 typ host");
  g_autoptr (HsSdp) shown = offer_to_engine (offer, NULL);
  assert_summary (shown, "audio:9 mid=0 sendrecv 111,63,0,8,110,126 | "
                         "video:9 mid=1 sendrecv 96,97 | [0 1]");
  g_assert_nonnull (get_attribute (shown, 0, "candidate"));
  g_assert_cmpstr (get_attribute (shown, 0, "setup"), ==, "actpass");
}

static void
test_data_channel_becomes_placeholder (void)
{
  g_autofree char *text = load_sdp_text ("chromium-audio-offer");
  g_autofree char *both = g_strconcat (text,
                                       "m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\n"
                                       "a=mid:1\r\na=sctp-port:5000\r\n",
                                       NULL);
  g_autoptr (HsSdp) offer = parse_sdp (both);
  g_autoptr (HsSdp) shown = offer_to_engine (offer, NULL);

  assert_summary (shown, "audio:33592 mid=0 sendrecv 111,63,0,8,110,126 | "
                         "audio:9 mid=1 sendrecv 127 | [0 1]");
  g_assert_cmpstr (hs_sdp_section_get_proto (hs_sdp_get_section (shown, 1)), ==,
                   "UDP/TLS/RTP/SAVPF");
  g_assert_cmpstr (get_attribute (shown, 1, "rtpmap"), ==, "127 PCMU/8000");
}

static void
test_line_without_codecs_becomes_placeholder (void)
{
  g_autoptr (HsSdp) offer = load_sdp ("chromium-video-offer");
  HsSdpSection *video = hs_sdp_get_section (offer, 1);

  hs_sdp_section_remove_format (video, "96");
  hs_sdp_section_remove_format (video, "97");
  g_assert_false (hs_sdp_section_is_usable (video));
  g_autoptr (HsSdp) shown = offer_to_engine (offer, NULL);
  assert_summary (shown, "audio:44705 mid=0 sendrecv 111,63,0,8,110,126 | "
                         "video:9 mid=1 sendrecv 96 | [0 1]");
  g_assert_cmpstr (get_attribute (shown, 1, "rtpmap"), ==, "96 VP8/90000");
}

/* No mids, no bundle, everything said in the head, and a line of an unknown codec refused. */
static void
test_gateway_offer (void)
{
  g_autoptr (HsSdp) offer = load_sdp ("gateway-offer");
  g_autoptr (HsSdp) shown = offer_to_engine (offer, NULL);

  assert_summary (shown, "audio:40000 mid=line0 sendrecv 8,0,101 | "
                         "video:9 mid=line1 sendrecv 99 | [line0 line1]");
  g_assert_cmpstr (get_attribute (shown, 0, "ice-ufrag"), ==, "gw01");
  g_assert_cmpstr (get_attribute (shown, 1, "ice-pwd"), ==, "gatewaypasswordgateway01");
  g_assert_cmpstr (get_attribute (shown, 1, "setup"), ==, "actpass");
  g_assert_null (hs_sdp_section_get_attribute (hs_sdp_get_head (shown), "fingerprint"));
}

/* A line without a name gets one that is not taken, here or by the engine. */
static void
test_invented_names (void)
{
  g_autoptr (HsSdp) offer =
      parse_sdp (SDP_HEAD SDP_TRANSPORT SDP_AUDIO SDP_VIDEO "a=mid:line0\r\n");
  g_autoptr (HsSdp) shown = offer_to_engine (offer, NULL);
  g_autoptr (HsSdp) swapped = parse_sdp (SDP_HEAD SDP_TRANSPORT SDP_AUDIO "a=mid:line0\r\n");
  g_autoptr (HsSdp) again = offer_to_engine (swapped, shown);

  assert_summary (shown, "audio:9 mid=line0- sendrecv 111 | video:9 mid=line0 sendrecv 96 | []");
  assert_summary (again,
                  "audio:9 mid=line0 sendrecv 111 | video:9 mid=line1 sendrecv 96 | [line0 line1]");
}

/* What is no payload must not become one by a change of the protocol's name. */
static void
test_formats_of_foreign_protocols (void)
{
  g_autoptr (HsSdp) offer =
      parse_sdp (SDP_HEAD SDP_TRANSPORT SDP_AUDIO "m=video 9 udp frames and more\r\na=mid:v\r\n");
  g_autoptr (HsSdp) shown = offer_to_engine (offer, NULL);

  assert_summary (shown, "audio:9 mid=line0 sendrecv 111 | video:9 mid=v sendrecv 96 | [line0 v]");
}

static void
test_lines_never_become_fewer (void)
{
  g_autoptr (HsSdp) both = load_sdp ("chromium-video-offer");
  g_autoptr (HsSdp) one = load_sdp ("chromium-audio-answer");
  g_autoptr (HsSdp) shown = offer_to_engine (both, NULL);
  g_autoptr (HsSdp) again = offer_to_engine (one, shown);

  assert_summary (again, "audio:44705 mid=0 sendrecv 111,63,0,8,110,126 | "
                         "video:9 mid=1 sendrecv 96,97 | [0 1]");
}

static void
test_unbundled_lines_stay_apart (void)
{
  g_autoptr (HsSdp) offer = load_sdp ("chromium-video-offer");

  hs_sdp_remove_bundling (offer);
  g_autoptr (HsSdp) shown = offer_to_engine (offer, NULL);
  assert_summary (shown, "audio:44705 mid=0 sendrecv 111,63,0,8,110,126 | "
                         "video:9 mid=1 sendrecv 96,97 | []");
}

static void
test_nothing_usable (void)
{
  g_autoptr (HsSdp) offer = load_sdp ("chromium-audio-offer");
  g_autoptr (HsSdp) plain = parse_sdp (SDP_HEAD "m=audio 4000 RTP/AVP 0\r\n");
  g_autoptr (HsSdp) empty = parse_sdp (SDP_HEAD);
  g_autoptr (GError) error = NULL;

  hs_sdp_reject_section (offer, 0);
  g_assert_null (hs_sdp_offer_to_engine (offer, NULL, &error));
  g_assert_error (error, HS_SDP_ERROR, HS_SDP_ERROR_UNUSABLE);
  g_assert_null (hs_sdp_offer_to_engine (plain, NULL, NULL));
  g_assert_null (hs_sdp_offer_to_engine (empty, NULL, NULL));
}

static void
test_no_transport (void)
{
  static const char *const needed[] = { "ice-ufrag", "ice-pwd", "fingerprint" };

  for (guint i = 0; i < G_N_ELEMENTS (needed); i++) {
    g_autoptr (HsSdp) offer = load_sdp ("chromium-audio-offer");
    g_autofree char *missing = g_strdup_printf ("SDP: a=%s is missing", needed[i]);
    g_autoptr (GError) error = NULL;

    hs_sdp_section_remove_attribute (hs_sdp_get_section (offer, 0), needed[i]);
    g_assert_null (hs_sdp_offer_to_engine (offer, NULL, &error));
    g_assert_error (error, HS_SDP_ERROR, HS_SDP_ERROR_UNUSABLE);
    g_assert_cmpstr (error->message, ==, missing);
  }
}

/* --- answers to the engine --- */

static void
test_refused_line_is_shown_in_use (void)
{
  g_autoptr (HsSdp) local = load_sdp ("webrtcbin-offer");
  g_autoptr (HsSdp) answer = load_sdp ("chromium-video-answer");

  hs_sdp_section_set_mid (hs_sdp_get_section (answer, 0), "audio0");
  hs_sdp_section_set_mid (hs_sdp_get_section (answer, 1), "video1");
  hs_sdp_set_bundle (answer, (const char *const[]){ "audio0", "video1", NULL });
  hs_sdp_reject_section (answer, 1);
  g_autoptr (HsSdp) shown = answer_to_engine (answer, local);
  assert_summary (shown, "audio:33592 mid=audio0 sendrecv 111,63,0,8,110,126 | "
                         "video:9 mid=video1 sendrecv 96 | [audio0 video1]");
  g_assert_cmpstr (get_attribute (shown, 1, "setup"), ==, "passive");
  g_assert_cmpstr (get_attribute (shown, 1, "ice-ufrag"), ==, "y9HJ");
  g_assert_false (hs_sdp_section_has_attribute (hs_sdp_get_section (shown, 1), "bundle-only"));
}

static void
test_answer_without_mids (void)
{
  g_autoptr (HsSdp) local = load_sdp ("webrtcbin-offer");
  g_autoptr (HsSdp) answer = load_sdp ("chromium-audio-answer");

  hs_sdp_truncate (local, 1);
  hs_sdp_remove_bundling (answer);
  hs_sdp_section_remove_attribute (hs_sdp_get_section (answer, 0), "mid");
  hs_sdp_section_remove_attribute (hs_sdp_get_section (answer, 0), "setup");
  g_autoptr (HsSdp) shown = answer_to_engine (answer, local);
  assert_summary (shown, "audio:44705 mid=audio0 sendrecv 111,63,0,8,110,126 | [audio0]");
  g_assert_cmpstr (get_attribute (shown, 0, "setup"), ==, "passive");
}

static void
test_rollback (void)
{
  g_autoptr (HsSdp) offer = load_sdp ("chromium-audio-offer");
  g_autoptr (HsSdp) previous = offer_to_engine (offer, NULL);
  g_autoptr (HsSdp) local = load_sdp ("webrtcbin-offer");
  g_autoptr (GError) error = NULL;

  hs_sdp_section_set_mid (hs_sdp_get_section (local, 0), "0");
  hs_sdp_set_setup (local, "active");
  g_autoptr (HsSdp) answer = hs_sdp_rollback_to_engine (previous, local, &error);
  g_assert_no_error (error);
  assert_summary (answer, "audio:33592 mid=0 sendrecv 111,63,0,8,110,126 | "
                          "video:9 mid=video1 sendrecv 96 | [0 video1]");
  g_assert_cmpstr (hs_sdp_get_setup (answer), ==, "passive");
  hs_sdp_set_setup (local, "passive");
  g_autoptr (HsSdp) other = hs_sdp_rollback_to_engine (previous, local, &error);
  g_assert_cmpstr (hs_sdp_get_setup (other), ==, "active");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/sdp/engine/sendrecv", test_engine_sees_sendrecv);
  g_test_add_func ("/sdp/engine/stopped-line", test_stopped_line_is_shown_as_before);
  g_test_add_func ("/sdp/engine/stopped-first-line", test_stopped_first_line);
  g_test_add_func ("/sdp/engine/data-channel", test_data_channel_becomes_placeholder);
  g_test_add_func ("/sdp/engine/no-codecs", test_line_without_codecs_becomes_placeholder);
  g_test_add_func ("/sdp/engine/gateway", test_gateway_offer);
  g_test_add_func ("/sdp/engine/no-transport", test_no_transport);
  g_test_add_func ("/sdp/engine/invented-names", test_invented_names);
  g_test_add_func ("/sdp/engine/foreign-protocols", test_formats_of_foreign_protocols);
  g_test_add_func ("/sdp/engine/lines-never-fewer", test_lines_never_become_fewer);
  g_test_add_func ("/sdp/engine/unbundled", test_unbundled_lines_stay_apart);
  g_test_add_func ("/sdp/engine/nothing-usable", test_nothing_usable);
  g_test_add_func ("/sdp/engine/answer/refused-line", test_refused_line_is_shown_in_use);
  g_test_add_func ("/sdp/engine/answer/without-mids", test_answer_without_mids);
  g_test_add_func ("/sdp/engine/rollback", test_rollback);
  return g_test_run ();
}
