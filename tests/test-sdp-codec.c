/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sdp/hs-sdp-codec.h"
#include "sdp/hs-sdp-source.h"
#include "sdp/hs-sdp-transport.h"
#include "test-sdp-data.h"

#include <string.h>

static const char *const ours[] = { "OPUS", "PCMU", "PCMA", NULL };

static HsSdpSection *
get_first (HsSdp *sdp)
{
  return hs_sdp_get_section (sdp, 0);
}

/* --- codecs --- */

static void
assert_codec (GPtrArray *codecs, guint index, const char *expected)
{
  const HsSdpCodec *codec = g_ptr_array_index (codecs, index);
  g_autofree char *text =
      g_strdup_printf ("%d %s/%u/%u %s", codec->payload, codec->name, codec->clock_rate,
                       codec->channels, codec->fmtp != NULL ? codec->fmtp : "-");

  g_assert_cmpstr (text, ==, expected);
}

static void
test_codecs (void)
{
  g_autoptr (HsSdp) sdp = load_sdp ("chromium-audio-offer");
  g_autoptr (GPtrArray) codecs = hs_sdp_section_dup_codecs (get_first (sdp));

  g_assert_cmpuint (codecs->len, ==, 6);
  assert_codec (codecs, 0, "111 opus/48000/2 minptime=10;useinbandfec=1");
  assert_codec (codecs, 1, "63 red/48000/2 111/111");
  assert_codec (codecs, 2, "0 PCMU/8000/1 -");
  assert_codec (codecs, 3, "8 PCMA/8000/1 -");
  assert_codec (codecs, 4, "110 telephone-event/48000/1 -");
  assert_codec (codecs, 5, "126 telephone-event/8000/1 -");
}

static void
test_static_payloads (void)
{
  g_autoptr (HsSdp) sdp = load_sdp ("gateway-offer");
  g_autoptr (GPtrArray) codecs = hs_sdp_section_dup_codecs (get_first (sdp));

  g_assert_cmpuint (codecs->len, ==, 3);
  assert_codec (codecs, 0, "8 PCMA/8000/1 -");
  assert_codec (codecs, 1, "0 PCMU/8000/1 -");
  assert_codec (codecs, 2, "101 telephone-event/8000/1 0-15");
}

static void
test_malformed_codecs (void)
{
  g_autoptr (HsSdp) sdp = parse_sdp (SDP_HEAD "m=audio 9 RTP/SAVPF 0 0 96 97 98 99 100 101\r\n"
                                              "a=rtpmap:0 PCMU/8000\r\n"
                                              "a=rtpmap:97 opus\r\n"
                                              "a=rtpmap:98 /48000\r\n"
                                              "a=rtpmap:99 opus/0/2\r\n"
                                              "a=rtpmap:100 opus/48000/two\r\n"
                                              "a=rtpmap:1010 opus/48000/2\r\n");
  g_autoptr (GPtrArray) codecs = hs_sdp_section_dup_codecs (get_first (sdp));

  g_assert_cmpuint (codecs->len, ==, 1);
  assert_codec (codecs, 0, "0 PCMU/8000/1 -");
}

static int
find_payload (const char *media, const char *attributes)
{
  g_autofree char *text = g_strconcat (SDP_HEAD, "m=", media, "\r\n", attributes, NULL);
  g_autoptr (HsSdp) sdp = parse_sdp (text);
  g_autoptr (HsSdpCodec) codec = hs_sdp_section_find_codec (get_first (sdp), ours);

  return codec != NULL ? codec->payload : -1;
}

static void
test_find_codec (void)
{
  g_assert_cmpint (find_payload ("audio 9 RTP/SAVPF 9 109 0", "a=rtpmap:109 OPUS/48000/2\r\n"), ==,
                   109);
  g_assert_cmpint (find_payload ("audio 9 RTP/SAVPF 8 109 0", "a=rtpmap:109 opus/48000/2\r\n"), ==,
                   8);
  /* Numbers mean what they are said to mean. */
  g_assert_cmpint (find_payload ("audio 9 RTP/SAVPF 0 8", "a=rtpmap:0 G728/8000\r\n"), ==, 8);
  /* Not the opus that everybody means. */
  g_assert_cmpint (find_payload ("audio 9 RTP/SAVPF 109", "a=rtpmap:109 opus/16000/2\r\n"), ==, -1);
  g_assert_cmpint (find_payload ("audio 9 RTP/SAVPF 109", "a=rtpmap:109 opus/48000\r\n"), ==, -1);
  g_assert_cmpint (find_payload ("audio 9 RTP/SAVPF 96", "a=rtpmap:96 PCMU/16000\r\n"), ==, -1);
  g_assert_cmpint (find_payload ("audio 9 RTP/SAVPF ", ""), ==, -1);
}

static void
test_telephone_event (void)
{
  g_autoptr (HsSdp) chromium = load_sdp ("chromium-audio-offer");
  g_autoptr (HsSdp) bare = parse_sdp (SDP_HEAD SDP_AUDIO);
  g_autoptr (HsSdp) rejected = load_sdp ("chromium-audio-offer");

  hs_sdp_section_set_port (get_first (rejected), 0);
  g_assert_cmpint (hs_sdp_section_find_telephone_event (get_first (chromium), 48000), ==, 110);
  g_assert_cmpint (hs_sdp_section_find_telephone_event (get_first (chromium), 8000), ==, 126);
  g_assert_cmpint (hs_sdp_section_find_telephone_event (get_first (chromium), 16000), ==, -1);
  g_assert_true (hs_sdp_has_telephone_event (chromium));
  g_assert_false (hs_sdp_has_telephone_event (bare));
  g_assert_false (hs_sdp_has_telephone_event (rejected));
}

static void
test_add_telephone_event (void)
{
  g_autoptr (HsSdp) sdp = parse_sdp (SDP_HEAD SDP_AUDIO);
  const char *expected = SDP_HEAD "m=audio 9 UDP/TLS/RTP/SAVPF 111 110\r\n"
                                  "a=rtpmap:111 opus/48000/2\r\n"
                                  "a=rtpmap:110 telephone-event/48000\r\na=fmtp:110 0-16\r\n";

  hs_sdp_section_add_telephone_event (get_first (sdp), 110, 48000);
  hs_sdp_section_add_telephone_event (get_first (sdp), 101, 48000); /* there is one */
  hs_sdp_section_add_telephone_event (get_first (sdp), 111, 8000);  /* number in use */
  g_autofree char *text = hs_sdp_to_text (sdp);
  g_assert_cmpstr (text, ==, expected);
}

static void
test_free_payload (void)
{
  g_autoptr (HsSdp) sdp = load_sdp ("chromium-video-offer");

  g_assert_cmpint (hs_sdp_find_free_payload (sdp, -1), ==, 127);
  g_assert_cmpint (hs_sdp_find_free_payload (sdp, 98), ==, 98);
  g_assert_cmpint (hs_sdp_find_free_payload (sdp, 96), ==, 127);
  for (guint payload = 35; payload < 128; payload++) {
    g_autofree char *format = g_strdup_printf ("%u", payload);
    hs_sdp_section_add_format (get_first (sdp), format);
  }
  g_assert_cmpint (hs_sdp_find_free_payload (sdp, -1), ==, -1);
}

static void
test_ptime (void)
{
  g_autoptr (HsSdp) gateway = load_sdp ("gateway-offer");
  g_autoptr (HsSdp) odd = parse_sdp (SDP_HEAD SDP_AUDIO "a=ptime:999999\r\n");

  g_assert_cmpuint (hs_sdp_section_get_ptime_ms (get_first (gateway)), ==, 20);
  g_assert_cmpuint (hs_sdp_section_get_ptime_ms (get_first (odd)), ==, 0);
}

/* --- transport --- */

static void
test_fingerprints (void)
{
  g_autoptr (HsSdp) sdp = load_sdp ("gateway-offer");
  g_autoptr (GPtrArray) prints = hs_sdp_section_dup_fingerprints (get_first (sdp));
  const HsSdpFingerprint *print = g_ptr_array_index (prints, 0);
  g_autofree char *text = hs_sdp_fingerprint_to_text (print->hash, print->digest);

  g_assert_cmpuint (prints->len, ==, 1);
  g_assert_cmpstr (text, ==,
                   "sha-256 0A:0B:0C:0D:0E:0F:00:01:02:03:04:05:06:07:08:09:0A:0B:0C:0D:0E:0F:10:"
                   "11:12:13:14:15:16:17:18:19");
}

static void
test_malformed_fingerprints (void)
{
  g_autoptr (HsSdp) sdp =
      parse_sdp (SDP_HEAD "a=fingerprint:sha-256 AB\r\n" SDP_AUDIO "a=fingerprint:sha-256\r\n"
                          "a=fingerprint:sha-256 \r\n"
                          "a=fingerprint: AB:CD\r\n"
                          "a=fingerprint:sha-256 AB:C\r\n"
                          "a=fingerprint:sha-256 AB:CD:\r\n"
                          "a=fingerprint:sha-256 AB CD\r\n"
                          "a=fingerprint:sha-1 ab:cd\r\n");
  g_autoptr (GPtrArray) prints = hs_sdp_section_dup_fingerprints (get_first (sdp));

  g_assert_cmpuint (prints->len, ==, 1);
  g_assert_cmpstr (((HsSdpFingerprint *) g_ptr_array_index (prints, 0))->hash, ==, "sha-1");
}

static void
test_endless_fingerprint (void)
{
  g_autoptr (GString) text = g_string_new (SDP_HEAD SDP_AUDIO "a=fingerprint:sha-256 00");

  for (guint i = 0; i < 64; i++)
    g_string_append (text, ":00");
  g_string_append (text, "\r\n");
  g_autoptr (HsSdp) sdp = parse_sdp (text->str);
  g_autoptr (GPtrArray) prints = hs_sdp_section_dup_fingerprints (get_first (sdp));
  g_assert_cmpuint (prints->len, ==, 0);
}

static void
test_candidates (void)
{
  g_autoptr (HsSdp) sdp =
      parse_sdp (SDP_HEAD SDP_AUDIO
                 "a=mid:a\r\n"
                 "a=candidate:1 1 UDP 2130706431 192.0.2.2 4000 typ host generation 0\r\n"
                 "a=candidate:2 1 udp 1 198.51.100.1 5000 typ relay raddr 192.0.2.2 rport 4000\r\n"
                 "a=candidate:3 1 tcp 1 fd00::2 9 typ host tcptype active odd\r\n"
                 "a=candidate:4 1 udp 1 192.0.2.2 70000 typ host\r\n"
                 "a=candidate:5 1 udp x 192.0.2.2 1 typ host\r\n"
                 "a=candidate:6 1 udp 1 192.0.2.2 1 type host\r\n"
                 "a=candidate:7 1 udp\r\n");
  g_autoptr (GPtrArray) candidates = hs_sdp_dup_candidates (sdp);
  g_assert_cmpuint (candidates->len, ==, 3);
  const HsSdpCandidate *relay = g_ptr_array_index (candidates, 1);
  const HsSdpCandidate *tcp = g_ptr_array_index (candidates, 2);

  g_assert_cmpstr (relay->type, ==, "relay");
  g_assert_cmpstr (relay->address, ==, "198.51.100.1");
  g_assert_cmpuint (relay->port, ==, 5000);
  g_assert_cmpstr (relay->raddr, ==, "192.0.2.2");
  g_assert_cmpuint (relay->rport, ==, 4000);
  g_assert_cmpstr (relay->mid, ==, "a");
  g_assert_true (g_str_has_prefix (relay->source, "2 1 udp"));
  g_assert_cmpstr (tcp->tcptype, ==, "active");
  g_assert_cmpstr (((HsSdpCandidate *) g_ptr_array_index (candidates, 0))->transport, ==, "udp");
  g_assert_true (hs_sdp_has_candidate (sdp, "relay"));
  g_assert_true (hs_sdp_has_candidate (sdp, NULL));
  g_assert_false (hs_sdp_has_candidate (sdp, "srflx"));
}

static void
test_ice_and_setup (void)
{
  g_autoptr (HsSdp) gateway = load_sdp ("gateway-offer");
  g_autoptr (HsSdp) chromium = load_sdp ("chromium-video-answer");

  g_assert_cmpstr (hs_sdp_section_get_ice_ufrag (get_first (gateway)), ==, "gw01");
  g_assert_cmpstr (hs_sdp_section_get_ice_pwd (get_first (gateway)), ==,
                   "gatewaypasswordgateway01");
  g_assert_cmpstr (hs_sdp_get_setup (gateway), ==, "actpass");
  g_assert_cmpstr (hs_sdp_get_setup (chromium), ==, "passive");
  hs_sdp_section_set_port (get_first (chromium), 0);
  hs_sdp_section_set_attribute (hs_sdp_get_section (chromium, 1), "setup", "active");
  g_assert_cmpstr (hs_sdp_get_setup (chromium), ==, "active");
}

static void
test_bundle (void)
{
  static const char *const mids[] = { "b", "a", NULL };
  g_autoptr (HsSdp) sdp = parse_sdp (SDP_HEAD "a=group:LS a b\r\na=group:BUNDLE a  b\r\n");
  g_auto (GStrv) before = hs_sdp_dup_bundle (sdp);

  g_assert_cmpuint (g_strv_length (before), ==, 2);
  hs_sdp_set_bundle (sdp, mids);
  g_autofree char *text = hs_sdp_to_text (sdp);
  g_assert_cmpstr (text, ==, SDP_HEAD "a=group:LS a b\r\na=group:BUNDLE b a\r\n");
  hs_sdp_set_bundle (sdp, mids + 2);
  g_auto (GStrv) after = hs_sdp_dup_bundle (sdp);
  g_assert_cmpuint (g_strv_length (after), ==, 0);
}

/* --- tracks --- */

static void
assert_msid (HsSdp *sdp, guint index, const char *stream, const char *track)
{
  g_autofree char *stream_id = NULL, *track_id = NULL;

  g_assert_true (hs_sdp_section_dup_msid (hs_sdp_get_section (sdp, index), &stream_id, &track_id));
  g_assert_cmpstr (stream_id, ==, stream);
  g_assert_cmpstr (track_id, ==, track);
}

static void
test_msid (void)
{
  g_autoptr (HsSdp) chromium = load_sdp ("chromium-audio-offer");
  g_autoptr (HsSdp) plan_b = load_sdp ("plan-b-offer");
  g_autoptr (HsSdp) no_stream = parse_sdp (SDP_HEAD SDP_AUDIO "a=msid:- t\r\n");
  g_autoptr (HsSdp) none = load_sdp ("webrtcbin-answer");

  assert_msid (chromium, 0, "stream-of-alice", "voice-of-alice");
  assert_msid (plan_b, 0, "streamOne", "trackOne");
  assert_msid (plan_b, 1, "streamOne", "cameraOne");
  assert_msid (no_stream, 0, NULL, "t");
  g_assert_false (hs_sdp_section_dup_msid (get_first (none), NULL, NULL));
}

static void
test_ssrcs (void)
{
  g_autoptr (HsSdp) sdp = load_sdp ("plan-b-offer");
  g_autoptr (GArray) audio = hs_sdp_section_dup_ssrcs (get_first (sdp));
  g_autoptr (GArray) video = hs_sdp_section_dup_ssrcs (hs_sdp_get_section (sdp, 1));
  g_autoptr (HsSdp) odd = parse_sdp (SDP_HEAD SDP_AUDIO "a=ssrc:4294967296 x\r\na=ssrc:y\r\n");
  g_autoptr (GArray) none = hs_sdp_section_dup_ssrcs (get_first (odd));

  g_assert_cmpuint (audio->len, ==, 1);
  g_assert_cmpuint (g_array_index (audio, guint32, 0), ==, 3570614608u);
  g_assert_cmpuint (video->len, ==, 2);
  g_assert_cmpuint (g_array_index (video, guint32, 1), ==, 2000);
  g_assert_cmpuint (none->len, ==, 0);
}

static void
test_set_msid (void)
{
  g_autoptr (HsSdp) sdp = load_sdp ("plan-b-offer");

  hs_sdp_section_set_msid (get_first (sdp), "s", "t");
  g_autofree char *named = hs_sdp_to_text (sdp);
  g_assert_nonnull (strstr (named, "a=ssrc:3570614608 cname:4TOk42mSjXCkVIa6\r\n"
                                   "a=ssrc:3570614608 msid:s t\r\n"
                                   "a=msid:s t\r\n"));
  g_assert_null (strstr (named, "trackOne"));
  hs_sdp_section_remove_sources (hs_sdp_get_section (sdp, 1));
  g_autofree char *silent = hs_sdp_to_text (sdp);
  g_assert_null (strstr (silent, "FID"));
  g_assert_null (strstr (silent, "cameraOne"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/sdp/codec/all", test_codecs);
  g_test_add_func ("/sdp/codec/static", test_static_payloads);
  g_test_add_func ("/sdp/codec/malformed", test_malformed_codecs);
  g_test_add_func ("/sdp/codec/find", test_find_codec);
  g_test_add_func ("/sdp/codec/telephone-event", test_telephone_event);
  g_test_add_func ("/sdp/codec/add-telephone-event", test_add_telephone_event);
  g_test_add_func ("/sdp/codec/free-payload", test_free_payload);
  g_test_add_func ("/sdp/codec/ptime", test_ptime);
  g_test_add_func ("/sdp/transport/fingerprints", test_fingerprints);
  g_test_add_func ("/sdp/transport/malformed-fingerprints", test_malformed_fingerprints);
  g_test_add_func ("/sdp/transport/endless-fingerprint", test_endless_fingerprint);
  g_test_add_func ("/sdp/transport/candidates", test_candidates);
  g_test_add_func ("/sdp/transport/ice-and-setup", test_ice_and_setup);
  g_test_add_func ("/sdp/transport/bundle", test_bundle);
  g_test_add_func ("/sdp/source/msid", test_msid);
  g_test_add_func ("/sdp/source/ssrcs", test_ssrcs);
  g_test_add_func ("/sdp/source/set-msid", test_set_msid);
  return g_test_run ();
}
