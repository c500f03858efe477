/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sdp/hs-sdp-compare.h"
#include "sdp/hs-sdp-edit.h"
#include "sdp/hs-sdp-transport.h"
#include "test-sdp-data.h"

#include <string.h>

static HsSdp *
parse_with (const char *attributes)
{
  g_autofree char *text = g_strconcat (SDP_HEAD, attributes, NULL);

  return parse_sdp (text);
}

static void
assert_text (HsSdp *sdp, const char *expected)
{
  g_autofree char *text = hs_sdp_to_text (sdp);

  g_assert_cmpstr (text + strlen (SDP_HEAD), ==, expected);
}

/* A copy of a recorded text with one thing replaced. */
static HsSdp *
load_changed (const char *name, const char *from, const char *to)
{
  g_autofree char *text = load_sdp_text (name);
  g_autoptr (GString) changed = g_string_new (text);

  g_assert_cmpuint (g_string_replace (changed, from, to, 0), >, 0);
  return parse_sdp (changed->str);
}

/* --- what the protocol asks for --- */

static void
test_all_inactive (void)
{
  g_autoptr (HsSdp) sdp =
      parse_with ("a=sendonly\r\n" SDP_AUDIO SDP_VIDEO "a=recvonly\r\na=x:sendrecv\r\n");

  hs_sdp_set_all_directions (sdp, HS_SDP_INACTIVE);
  assert_text (sdp, SDP_AUDIO "a=inactive\r\n" SDP_VIDEO "a=inactive\r\na=x:sendrecv\r\n");
}

static void
test_open_setup (void)
{
  g_autoptr (HsSdp) sdp = parse_with ("a=setup:active\r\n" SDP_AUDIO "a=setup:active\r\n" SDP_VIDEO
                                      "a=setup:passive\r\n");

  hs_sdp_open_setup (sdp);
  assert_text (sdp, "a=setup:actpass\r\n" SDP_AUDIO "a=setup:actpass\r\n" SDP_VIDEO
                    "a=setup:passive\r\n");
}

static void
test_fix_answer_setup (void)
{
  g_autoptr (HsSdp) wrong =
      parse_with ("a=setup:actpass\r\n" SDP_AUDIO "a=setup:active\r\n" SDP_VIDEO);
  g_autoptr (HsSdp) right = parse_with (SDP_AUDIO "a=setup:active\r\n");

  g_assert_true (hs_sdp_fix_answer_setup (wrong, "passive"));
  assert_text (wrong, SDP_AUDIO "a=setup:passive\r\n" SDP_VIDEO "a=setup:passive\r\n");
  g_assert_false (hs_sdp_fix_answer_setup (right, "passive"));
  assert_text (right, SDP_AUDIO "a=setup:active\r\n");
}

static void
test_remove_trickle (void)
{
  g_autoptr (HsSdp) sdp =
      parse_with ("a=ice-options:trickle\r\n" SDP_AUDIO "a=ice-options:trickle renomination\r\n"
                  "a=ice-options:renomination\r\na=ice-options:trickler\r\n");

  hs_sdp_remove_trickle (sdp);
  assert_text (sdp, SDP_AUDIO "a=ice-options:renomination\r\na=ice-options:trickler\r\n");
}

static void
test_remove_bundling (void)
{
  g_autoptr (HsSdp) sdp =
      parse_with ("a=group:BUNDLE 0\r\na=group:LS 0\r\n" SDP_AUDIO "a=mid:0\r\n");

  hs_sdp_remove_bundling (sdp);
  assert_text (sdp, SDP_AUDIO "a=mid:0\r\n");
}

/* --- handlers --- */

static void
test_remove_h264 (void)
{
  g_autoptr (HsSdp) sdp = load_sdp ("plan-b-offer");
  g_autoptr (HsSdp) untouched = load_sdp ("chromium-audio-offer");

  g_assert_cmpuint (hs_sdp_remove_h264 (sdp), ==, 2);
  g_autofree char *text = hs_sdp_to_text (sdp);
  g_assert_nonnull (strstr (text, "m=video 9 UDP/TLS/RTP/SAVPF 96 97\r\n"));
  g_assert_nonnull (strstr (text, "a=fmtp:97 apt=96"));
  g_assert_null (strstr (text, "102"));
  g_assert_null (strstr (text, ":103"));
  g_assert_cmpuint (hs_sdp_remove_h264 (untouched), ==, 0);
}

static void
test_codec_name_is_exact (void)
{
  g_autoptr (HsSdp) sdp = parse_with ("m=video 9 RTP/SAVPF 1 2 3\r\na=rtpmap:1 h264/90000\r\n"
                                      "a=rtpmap:2 H264-SVC/90000\r\na=rtpmap:3 H26/90000\r\n");

  g_assert_cmpuint (hs_sdp_remove_h264 (sdp), ==, 0);
}

static void
test_codec_by_fmtp (void)
{
  const char *const params[] = { "packetization-mode=1", "profile-level-id=42", NULL };
  const HsSdpCodecSelector selector = { "H264", params };
  g_autoptr (HsSdp) sdp =
      parse_with ("m=video 9 RTP/SAVPF 1 2 3 4\r\n"
                  "a=rtpmap:1 H264/90000\r\na=rtpmap:2 H264/90000\r\na=rtpmap:3 H264/90000\r\n"
                  "a=rtpmap:4 rtx/90000\r\n"
                  "a=fmtp:4 apt=2\r\n"
                  "a=fmtp:1 packetization-mode=0;profile-level-id=42e01f\r\n"
                  "a=fmtp:2 packetization-mode=1;profile-level-id=42e01f\r\n"
                  "a=rtcp-fb:2 nack\r\na=rtcp-fb:* nack\r\n");

  g_assert_cmpuint (hs_sdp_remove_codecs (sdp, &selector, 1), ==, 2);
  assert_text (sdp, "m=video 9 RTP/SAVPF 1 3\r\n"
                    "a=rtpmap:1 H264/90000\r\na=rtpmap:3 H264/90000\r\n"
                    "a=fmtp:1 packetization-mode=0;profile-level-id=42e01f\r\n"
                    "a=rtcp-fb:* nack\r\n");
}

static void
test_several_selectors (void)
{
  const HsSdpCodecSelector selectors[] = { { "opus", NULL }, { "CN", NULL } };
  g_autoptr (HsSdp) sdp = load_sdp ("chromium-audio-offer");

  g_assert_cmpuint (hs_sdp_remove_codecs (sdp, selectors, 2), ==, 1);
  g_assert_false (hs_sdp_section_has_format (hs_sdp_get_section (sdp, 0), "111"));
}

static void
test_remove_sdes (void)
{
  g_autoptr (HsSdp) sdp =
      parse_with ("a=fingerprint:sha-1 AB\r\n" SDP_AUDIO "a=crypto:1 x\r\n" SDP_VIDEO
                  "a=crypto:1 x\r\na=crypto:2 y\r\na=fingerprint:sha-1 AB\r\n");

  hs_sdp_remove_sdes (sdp);
  assert_text (sdp, "a=fingerprint:sha-1 AB\r\n" SDP_AUDIO "a=crypto:1 x\r\n" SDP_VIDEO
                    "a=fingerprint:sha-1 AB\r\n");
}

static void
test_write_bandwidth (void)
{
  g_autoptr (HsSdp) sdp = parse_with (SDP_AUDIO "m=video 9 RTP/SAVPF 96\r\nc=IN IP4 0.0.0.0\r\n"
                                                "b=CT:1\r\na=rtpmap:96 VP8/90000\r\n");

  hs_sdp_write_bandwidth (sdp, 600, 0, 500);
  g_autofree char *text = hs_sdp_to_text (sdp);
  g_assert_cmpstr (text, ==,
                   "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nb=AS:600\r\nb=TIAS:600000\r\n"
                   "t=0 0\r\n" SDP_AUDIO "m=video 9 RTP/SAVPF 96\r\nc=IN IP4 0.0.0.0\r\n"
                   "b=AS:500\r\nb=TIAS:500000\r\na=rtpmap:96 VP8/90000\r\n");
}

static void
test_reject_empty (void)
{
  g_autoptr (HsSdp) sdp = load_sdp ("chromium-video-offer");
  const HsSdpCodecSelector vp8 = { "VP8", NULL };

  hs_sdp_remove_codecs (sdp, &vp8, 1);
  g_assert_cmpuint (hs_sdp_reject_empty (sdp), ==, 1);
  g_autofree char *text = hs_sdp_to_text (sdp);
  g_assert_nonnull (strstr (text, "a=group:BUNDLE 0\r\n"));
  g_assert_nonnull (strstr (text, "m=video 0 UDP/TLS/RTP/SAVPF 0\r\n"));
  g_assert_true (hs_sdp_section_is_rejected (hs_sdp_get_section (sdp, 1)));
  g_assert_false (hs_sdp_section_has_attribute (hs_sdp_get_section (sdp, 1), "ssrc"));
  g_assert_cmpint (hs_sdp_section_get_direction (hs_sdp_get_section (sdp, 1)), ==, HS_SDP_INACTIVE);
  g_assert_cmpuint (hs_sdp_reject_empty (sdp), ==, 0);
}

/* --- comparing --- */

static void
assert_transport (const char *from, const char *to, HsSdpTransportChange expected)
{
  g_autoptr (HsSdp) before = load_sdp ("chromium-video-offer");
  g_autoptr (HsSdp) after = load_changed ("chromium-video-offer", from, to);

  g_assert_cmpint (hs_sdp_compare_transport (before, after), ==, expected);
  g_assert_cmpint (hs_sdp_judge_reoffer (before, after), ==,
                   expected != 0 ? HS_SDP_REOFFER_NEW_TRANSPORT : HS_SDP_REOFFER_DIRECTION_ONLY);
}

static void
test_transport (void)
{
  assert_transport ("o=- 1257402664094984538 3", "o=- 1257402664094984538 4",
                    HS_SDP_TRANSPORT_SAME);
  assert_transport ("o=- 1257402664094984538", "o=- 1257402664094984539",
                    HS_SDP_TRANSPORT_SESSION_ID);
  assert_transport ("72:C1:4C", "72:c1:4c", HS_SDP_TRANSPORT_SAME);
  assert_transport ("72:C1:4C", "72:C1:4D", HS_SDP_TRANSPORT_FINGERPRINT);
  assert_transport ("ice-ufrag:uxVY", "ice-ufrag:uxVZ", HS_SDP_TRANSPORT_ICE);
  assert_transport ("ice-pwd:N8a5", "ice-pwd:N8a6", HS_SDP_TRANSPORT_ICE);
  assert_transport ("a=candidate:1300728470", "a=candidate:1", HS_SDP_TRANSPORT_SAME);
}

static void
test_same_far_end (void)
{
  g_autoptr (HsSdp) alice = load_sdp ("chromium-audio-offer");
  g_autoptr (HsSdp) later = load_sdp ("chromium-video-answer");
  g_autoptr (HsSdp) bob = load_sdp ("chromium-audio-answer");

  g_assert_true (hs_sdp_same_far_end (alice, later));
  g_assert_false (hs_sdp_same_far_end (alice, bob));
}

/* A rejected section's leftovers say nothing about the transport. */
static void
test_transport_of_rejected (void)
{
  g_autoptr (HsSdp) before = load_sdp ("chromium-video-offer");
  g_autoptr (HsSdp) after = load_sdp ("chromium-video-offer");
  HsSdpSection *video = hs_sdp_get_section (after, 1);

  hs_sdp_section_set_port (video, 0);
  hs_sdp_section_set_attribute (video, "ice-ufrag", "other");
  g_assert_cmpint (hs_sdp_compare_transport (before, after), ==, HS_SDP_TRANSPORT_SAME);
}

static void
assert_reoffer (HsSdp *after, HsSdpReoffer expected)
{
  g_autoptr (HsSdp) before = load_sdp ("chromium-video-offer");

  g_assert_cmpint (hs_sdp_judge_reoffer (before, after), ==, expected);
}

static void
test_reoffers (void)
{
  g_autoptr (HsSdp) off = load_sdp ("chromium-video-off");
  g_autoptr (HsSdp) held = load_sdp ("chromium-video-offer");
  g_autoptr (HsSdp) fewer_codecs = load_changed ("chromium-video-offer", "SAVPF 96 97", "SAVPF 96");
  g_autoptr (HsSdp) new_mid = load_changed ("chromium-video-offer", "a=mid:1", "a=mid:2");
  g_autoptr (HsSdp) new_source = load_changed ("chromium-video-offer", "698896859", "7");
  g_autoptr (HsSdp) less = load_sdp ("chromium-audio-answer");
  g_autoptr (HsSdp) stopped = load_sdp ("chromium-video-offer");

  hs_sdp_set_all_directions (held, HS_SDP_INACTIVE);
  hs_sdp_section_remove_attribute (hs_sdp_get_section (held, 0), "ssrc");
  hs_sdp_reject_section (stopped, 1);
  assert_reoffer (off, HS_SDP_REOFFER_DIRECTION_ONLY);
  assert_reoffer (held, HS_SDP_REOFFER_DIRECTION_ONLY);
  assert_reoffer (fewer_codecs, HS_SDP_REOFFER_LINES_CHANGED);
  assert_reoffer (new_mid, HS_SDP_REOFFER_LINES_CHANGED);
  assert_reoffer (new_source, HS_SDP_REOFFER_LINES_CHANGED);
  assert_reoffer (less, HS_SDP_REOFFER_LINES_CHANGED);
  assert_reoffer (stopped, HS_SDP_REOFFER_LINES_CHANGED);
}

static void
assert_misfit (HsSdp *answer, const char *message)
{
  g_autoptr (HsSdp) offer = load_sdp ("chromium-video-offer");
  g_autoptr (GError) error = NULL;

  g_assert_false (hs_sdp_answer_fits (offer, answer, &error));
  g_assert_error (error, HS_SDP_ERROR, HS_SDP_ERROR_MISMATCH);
  g_assert_cmpstr (error->message, ==, message);
}

static void
test_answers (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (HsSdp) offer = load_sdp ("chromium-video-offer");
  g_autoptr (HsSdp) answer = load_sdp ("chromium-video-answer");
  g_autoptr (HsSdp) fewer = load_sdp ("chromium-audio-answer");
  g_autoptr (HsSdp) swapped = load_changed ("chromium-video-answer", "m=video", "m=audio");
  g_autoptr (HsSdp) renamed = load_changed ("chromium-video-answer", "a=mid:1", "a=mid:x");

  g_assert_true (hs_sdp_answer_fits (offer, answer, &error));
  g_assert_no_error (error);
  assert_misfit (fewer, "SDP answer: 1 sections for the offer's 2");
  assert_misfit (swapped, "SDP answer, section 2: another kind of media than the offer has there");
  assert_misfit (renamed, "SDP answer, section 2: another a=mid than the offer has there");
  hs_sdp_reject_section (renamed, 1);
  g_assert_true (hs_sdp_answer_fits (offer, renamed, &error));
  hs_sdp_reject_section (offer, 1);
  g_assert_false (hs_sdp_answer_fits (offer, answer, NULL));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/sdp/edit/all-inactive", test_all_inactive);
  g_test_add_func ("/sdp/edit/open-setup", test_open_setup);
  g_test_add_func ("/sdp/edit/fix-answer-setup", test_fix_answer_setup);
  g_test_add_func ("/sdp/edit/remove-trickle", test_remove_trickle);
  g_test_add_func ("/sdp/edit/remove-bundling", test_remove_bundling);
  g_test_add_func ("/sdp/handlers/h264", test_remove_h264);
  g_test_add_func ("/sdp/handlers/codec-name-is-exact", test_codec_name_is_exact);
  g_test_add_func ("/sdp/handlers/codec-by-fmtp", test_codec_by_fmtp);
  g_test_add_func ("/sdp/handlers/several-selectors", test_several_selectors);
  g_test_add_func ("/sdp/handlers/sdes", test_remove_sdes);
  g_test_add_func ("/sdp/handlers/bandwidth", test_write_bandwidth);
  g_test_add_func ("/sdp/handlers/reject-empty", test_reject_empty);
  g_test_add_func ("/sdp/compare/transport", test_transport);
  g_test_add_func ("/sdp/compare/same-far-end", test_same_far_end);
  g_test_add_func ("/sdp/compare/transport-of-rejected", test_transport_of_rejected);
  g_test_add_func ("/sdp/compare/reoffers", test_reoffers);
  g_test_add_func ("/sdp/compare/answers", test_answers);
  return g_test_run ();
}
