/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sdp/hs-sdp-codec.h"
#include "sdp/hs-sdp-compare.h"
#include "sdp/hs-sdp-edit.h"
#include "sdp/hs-sdp-wire.h"
#include "test-sdp-data.h"

#include <string.h>

/* --- offers to the wire --- */

static const HsSdpWireLine both_ways[] = {
  { .direction = HS_SDP_SENDRECV,
    .stream_id = "stream",
    .track_id = "voice",
    .events = { { 110, 48000 }, { 126, 8000 } } },
  { .direction = HS_SDP_SENDRECV, .stream_id = "stream", .track_id = "camera" },
};

static HsSdpWire
make_wire (void)
{
  return (HsSdpWire){
    .session_id = "4711",
    .version = 3,
    .fingerprint = "sha-256 AB:CD",
    .lines = both_ways,
    .n_lines = G_N_ELEMENTS (both_ways),
  };
}

static void
test_offer_to_wire (void)
{
  g_autoptr (HsSdp) engine = load_sdp ("webrtcbin-offer");
  HsSdpWire wire = make_wire ();
  g_autoptr (HsSdp) sdp = hs_sdp_to_wire (engine, &wire);
  g_autofree char *text = hs_sdp_to_text (sdp);

  g_assert_true (g_str_has_prefix (text, "v=0\r\no=- 4711 3 IN IP4 127.0.0.1\r\ns=-\r\n"));
  g_assert_null (strstr (text, "trickle"));
  g_assert_null (strstr (text, "bundle-only"));
  g_assert_null (strstr (text, "rtcp-mux-only"));
  g_assert_nonnull (strstr (text, "a=rtpmap:111 opus/48000/2\r\n"));
  g_assert_nonnull (strstr (text, "a=rtpmap:110 telephone-event/48000\r\n"));
  g_assert_nonnull (strstr (text, "a=rtpmap:126 telephone-event/8000\r\na=fmtp:126 0-16\r\n"));
  g_assert_nonnull (strstr (text, "a=msid:stream voice\r\n"));
  g_assert_cmpstr (get_attribute (sdp, 1, "msid"), ==, "stream camera");
  g_assert_cmpstr (get_attribute (sdp, 0, "fingerprint"), ==, "sha-256 AB:CD");
  g_assert_cmpstr (get_attribute (sdp, 1, "setup"), ==, "actpass");
  g_assert_cmpuint (hs_sdp_section_get_port (hs_sdp_get_section (sdp, 1)), ==, 9);
}

/* Those who know no ICE find the best address in the m= and c= lines. */
static void
test_default_address (void)
{
  g_autoptr (HsSdp) engine = load_sdp ("webrtcbin-offer");
  HsSdpSection *audio = hs_sdp_get_section (engine, 0);
  HsSdpWire wire = make_wire ();

  hs_sdp_section_add_attribute (audio, "candidate",
                                "8 1 TCP 9 203.0.113.9 9 typ relay raddr 0.0.0.0 rport 0");
  hs_sdp_section_add_attribute (audio, "candidate", "9 1 UDP 1 a-b-c.local 3 typ srflx");
  g_autoptr (HsSdp) host = hs_sdp_to_wire (engine, &wire);
  hs_sdp_section_add_attribute (audio, "candidate", "7 1 UDP 1 203.0.113.7 5007 typ relay");
  g_autoptr (HsSdp) relay = hs_sdp_to_wire (engine, &wire);

  g_assert_cmpstr (hs_sdp_section_get_connection (hs_sdp_get_section (host, 0)), ==, "192.0.2.2");
  g_assert_cmpstr (hs_sdp_section_get_connection (hs_sdp_get_section (relay, 0)), ==,
                   "203.0.113.7");
  g_assert_cmpuint (hs_sdp_section_get_port (hs_sdp_get_section (relay, 0)), ==, 5007);
  g_assert_cmpstr (hs_sdp_section_get_connection (hs_sdp_get_section (relay, 1)), ==, "0.0.0.0");
}

static void
test_sources_stay (void)
{
  g_autoptr (HsSdp) engine = load_sdp ("webrtcbin-offer");
  HsSdpSection *audio = hs_sdp_get_section (engine, 0);
  HsSdpWire wire = make_wire ();
  const HsSdpWireLine silent_lines[] = { { HS_SDP_INACTIVE }, { HS_SDP_RECVONLY } };
  const HsSdpWireLine held_lines[] = { { HS_SDP_INACTIVE, .stream_id = "stream",
                                         .track_id = "voice" } };

  hs_sdp_section_add_attribute (audio, "ssrc", "99 msid:user1@host-2 webrtctransceiver0");
  hs_sdp_section_add_attribute (audio, "ssrc", "99 cname:user1@host-2");
  g_autoptr (HsSdp) live = hs_sdp_to_wire (engine, &wire);
  wire.lines = silent_lines;
  g_autoptr (HsSdp) silent = hs_sdp_to_wire (engine, &wire);
  wire.lines = held_lines;
  wire.n_lines = G_N_ELEMENTS (held_lines);
  g_autoptr (HsSdp) held = hs_sdp_to_wire (engine, &wire);
  g_autofree char *live_text = hs_sdp_to_text (live);
  g_autofree char *held_text = hs_sdp_to_text (held);
  g_autofree char *silent_text = hs_sdp_to_text (silent);

  g_assert_nonnull (strstr (live_text, "a=ssrc:99 msid:stream voice\r\n"));
  g_assert_nonnull (strstr (live_text, "a=ssrc:99 cname:user1@host-2\r\n"));
  g_assert_null (strstr (live_text, "webrtctransceiver"));
  g_assert_nonnull (strstr (held_text, "a=inactive\r\n"));
  g_assert_nonnull (strstr (held_text, "a=msid:stream voice\r\n"));
  g_assert_nonnull (strstr (held_text, "a=ssrc:99 msid:stream voice\r\n"));
  g_assert_nonnull (strstr (held_text, "a=ssrc:99 cname:user1@host-2\r\n"));
  g_assert_nonnull (strstr (silent_text, "a=ssrc:99 cname:user1@host-2\r\n"));
  g_assert_null (strstr (silent_text, " msid:"));
  g_assert_null (strstr (silent_text, "a=msid:"));
}

static void
test_msid_without_names (void)
{
  g_autoptr (HsSdp) engine = load_sdp ("webrtcbin-offer");
  const HsSdpWireLine lines[] = { { HS_SDP_SENDRECV }, { HS_SDP_SENDONLY, .track_id = "t" } };
  HsSdpWire wire = make_wire ();

  wire.lines = lines;
  g_autoptr (HsSdp) sdp = hs_sdp_to_wire (engine, &wire);
  g_assert_cmpstr (get_attribute (sdp, 0, "msid"), ==, "- audio");
  g_assert_cmpstr (get_attribute (sdp, 1, "msid"), ==, "- t");
}

static void
test_rejected_line_in_offer (void)
{
  g_autoptr (HsSdp) engine = load_sdp ("webrtcbin-offer");
  const HsSdpWireLine lines[] = { { .rejected = TRUE }, { HS_SDP_RECVONLY } };
  HsSdpWire wire = make_wire ();

  wire.lines = lines;
  g_autoptr (HsSdp) sdp = hs_sdp_to_wire (engine, &wire);
  assert_summary (sdp, "audio:0 mid=audio0 inactive 111,0,8,110 | "
                       "video:60247 mid=video1 recvonly 96 | [video1]");
  g_assert_nonnull (get_attribute (sdp, 1, "candidate"));
}

/* --- answers to the wire --- */

static void
test_answer_to_wire (void)
{
  g_autoptr (HsSdp) offer = load_sdp ("chromium-audio-offer");
  g_autoptr (HsSdp) engine = load_sdp ("webrtcbin-answer");
  HsSdpWire wire = make_wire ();
  g_autoptr (GError) error = NULL;

  wire.remote_offer = offer;
  g_autoptr (HsSdp) sdp = hs_sdp_to_wire (engine, &wire);
  g_assert_cmpstr (hs_sdp_get_session_id (sdp), ==, "4711");
  g_assert_cmpuint (hs_sdp_section_get_port (hs_sdp_get_section (sdp, 0)), !=, 9);
  hs_sdp_section_set_port (hs_sdp_get_section (sdp, 0), 9);
  assert_summary (sdp, "audio:9 mid=0 sendrecv 111,110,126 | [0]");
  g_assert_cmpstr (hs_sdp_get_setup (sdp), ==, "active");
  g_assert_true (hs_sdp_answer_fits (offer, sdp, &error));
}

/* Events are answered only with the numbers of the offer. */
static void
test_events_as_offered (void)
{
  g_autoptr (HsSdp) offer = load_sdp ("chromium-audio-offer");
  g_autoptr (HsSdp) engine = load_sdp ("webrtcbin-answer");
  const HsSdpWireLine line = { HS_SDP_SENDRECV, .events = { { 101, 8000 }, { 110, 48000 } } };
  HsSdpWire wire = make_wire ();

  wire.remote_offer = offer;
  wire.lines = &line;
  wire.n_lines = 1;
  g_autoptr (HsSdp) sdp = hs_sdp_to_wire (engine, &wire);
  g_assert_cmpint (hs_sdp_section_find_telephone_event (hs_sdp_get_section (sdp, 0), 48000), ==,
                   110);
  g_assert_cmpint (hs_sdp_section_find_telephone_event (hs_sdp_get_section (sdp, 0), 8000), ==, -1);
}

static void
test_answer_obeys_the_offer (void)
{
  static const HsSdpDirection offered[] = { HS_SDP_INACTIVE, HS_SDP_SENDONLY, HS_SDP_RECVONLY };
  static const HsSdpDirection answered[] = { HS_SDP_INACTIVE, HS_SDP_RECVONLY, HS_SDP_SENDONLY };

  for (guint i = 0; i < G_N_ELEMENTS (offered); i++) {
    g_autoptr (HsSdp) offer = load_sdp ("chromium-audio-offer");
    g_autoptr (HsSdp) engine = load_sdp ("webrtcbin-answer");
    HsSdpWire wire = make_wire ();
    hs_sdp_section_set_direction (hs_sdp_get_section (offer, 0), offered[i]);
    wire.remote_offer = offer;
    g_autoptr (HsSdp) sdp = hs_sdp_to_wire (engine, &wire);
    g_assert_cmpint (hs_sdp_section_get_direction (hs_sdp_get_section (sdp, 0)), ==, answered[i]);
  }
}

/* An engine that could not become a sender on a line says so. */
static void
test_answer_promises_no_more_than_the_engine (void)
{
  g_autoptr (HsSdp) offer = load_sdp ("chromium-audio-offer");
  g_autoptr (HsSdp) engine = load_sdp ("webrtcbin-answer");
  HsSdpWire wire = make_wire ();

  hs_sdp_section_set_direction (hs_sdp_get_section (engine, 0), HS_SDP_RECVONLY);
  wire.remote_offer = offer;
  g_autoptr (HsSdp) sdp = hs_sdp_to_wire (engine, &wire);
  g_assert_cmpint (hs_sdp_section_get_direction (hs_sdp_get_section (sdp, 0)), ==, HS_SDP_RECVONLY);
}

static void
test_answer_to_stopped_line (void)
{
  g_autoptr (HsSdp) offer = load_sdp ("chromium-video-offer");
  g_autoptr (HsSdp) engine = load_sdp ("webrtcbin-reanswer");
  HsSdpWire wire = make_wire ();
  g_autoptr (GError) error = NULL;

  hs_sdp_reject_section (offer, 1);
  wire.remote_offer = offer;
  g_autoptr (HsSdp) sdp = hs_sdp_to_wire (engine, &wire);
  assert_summary (sdp, "audio:9 mid=0 sendrecv 111,110,126 | video:0 mid=1 inactive 96,97 | [0]");
  g_assert_true (hs_sdp_answer_fits (offer, sdp, &error));
}

/* Lines of ours that the far end never saw are cut, lines that the engine never saw refused. */
static void
test_answer_has_the_offers_lines (void)
{
  g_autoptr (HsSdp) small_offer = load_sdp ("chromium-audio-answer");
  g_autoptr (HsSdp) large_offer = load_sdp ("chromium-video-offer");
  g_autoptr (HsSdp) large_engine = load_sdp ("webrtcbin-reanswer");
  g_autoptr (HsSdp) small_engine = load_sdp ("webrtcbin-answer");
  HsSdpWire wire = make_wire ();

  wire.remote_offer = small_offer;
  g_autoptr (HsSdp) cut = hs_sdp_to_wire (large_engine, &wire);
  assert_summary (cut, "audio:9 mid=0 sendrecv 111,110,126 | [0]");
  hs_sdp_section_remove_attribute (hs_sdp_get_section (small_engine, 0), "candidate");
  wire.remote_offer = large_offer;
  g_autoptr (HsSdp) filled = hs_sdp_to_wire (small_engine, &wire);
  assert_summary (filled,
                  "audio:9 mid=0 sendrecv 111,110,126 | video:0 mid=1 inactive 96,97 | [0]");
}

static void
test_answer_without_common_payload (void)
{
  g_autoptr (HsSdp) offer = parse_sdp (SDP_HEAD "m=audio 9 UDP/TLS/RTP/SAVPF 111 110\r\n"
                                                "a=rtpmap:111 speex/16000\r\n"
                                                "a=rtpmap:110 telephone-event/48000\r\n");
  g_autoptr (HsSdp) engine = load_sdp ("webrtcbin-answer");
  HsSdpWire wire = make_wire ();

  wire.remote_offer = offer;
  g_autoptr (HsSdp) sdp = hs_sdp_to_wire (engine, &wire);
  assert_summary (sdp, "audio:0 mid=- inactive 111,110 | []");
}

static void
test_answer_to_gateway (void)
{
  g_autoptr (HsSdp) offer = load_sdp ("gateway-offer");
  g_autoptr (HsSdp) engine =
      parse_sdp (SDP_HEAD "a=group:BUNDLE line0 line1\r\nm=audio 9 UDP/TLS/RTP/SAVPF 8\r\n"
                          "a=mid:line0\r\na=rtpmap:8 PCMA/8000\r\na=setup:active\r\n"
                          "m=video 9 UDP/TLS/RTP/SAVPF 99\r\na=mid:line1\r\n");
  const HsSdpWireLine line = { HS_SDP_SENDRECV, .events = { { 101, 8000 } } };
  HsSdpWire wire = make_wire ();

  wire.remote_offer = offer;
  wire.lines = &line;
  wire.n_lines = 1;
  g_autoptr (HsSdp) sdp = hs_sdp_to_wire (engine, &wire);
  assert_summary (sdp, "audio:9 mid=- recvonly 8,101 | video:0 mid=- inactive 99 | []");
  g_assert_cmpstr (hs_sdp_section_get_proto (hs_sdp_get_section (sdp, 0)), ==, "RTP/SAVPF");
}

/* --- directions only, without the engine --- */

static void
test_reoffer_from_answer (void)
{
  g_autoptr (HsSdp) engine = load_sdp ("webrtcbin-reanswer");
  g_autoptr (HsSdp) first = load_sdp ("webrtcbin-answer");
  HsSdpWireLine held[] = { both_ways[0], both_ways[1] };
  HsSdpWire wire = make_wire ();

  held[0].direction = held[1].direction = HS_SDP_INACTIVE;
  wire.lines = held;
  wire.candidates_from = first;
  g_autoptr (HsSdp) hold = hs_sdp_to_wire (engine, &wire);
  g_assert_cmpstr (hs_sdp_get_setup (hold), ==, "actpass");
  g_assert_true (hs_sdp_has_candidate (hold, "host"));
  g_assert_cmpint (hs_sdp_section_get_direction (hs_sdp_get_section (hold, 1)), ==,
                   HS_SDP_INACTIVE);
  wire.lines = both_ways;
  wire.version = 4;
  g_autoptr (HsSdp) unhold = hs_sdp_to_wire (engine, &wire);
  g_assert_cmpstr (hs_sdp_get_version (unhold), ==, "4");
  g_assert_cmpstr (get_attribute (unhold, 1, "msid"), ==, "stream camera");
  g_assert_cmpint (hs_sdp_judge_reoffer (hold, unhold), ==, HS_SDP_REOFFER_DIRECTION_ONLY);
  g_assert_cmpint (hs_sdp_compare_transport (hold, unhold), ==, HS_SDP_TRANSPORT_SAME);
}

/* The engine has a medium of its own in the place of one that it does not know. */
static void
test_reoffer_with_foreign_line (void)
{
  g_autoptr (HsSdp) engine = load_sdp ("webrtcbin-offer");
  g_autoptr (HsSdp) remote =
      hs_sdp_parse ("v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n"
                    "m=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=mid:a\r\na=rtpmap:111 opus/48000/2\r\n"
                    "m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\na=mid:d\r\n"
                    "a=sctp-port:5000\r\na=ice-ufrag:u\r\n",
                    NULL);
  HsSdpWire wire = make_wire ();

  wire.remote = remote;
  g_autoptr (HsSdp) sdp = hs_sdp_to_wire (engine, &wire);
  g_autofree char *text = hs_sdp_to_text (sdp);
  g_assert_nonnull (strstr (text, "m=application 0 UDP/DTLS/SCTP webrtc-datachannel\r\n"));
  g_assert_cmpstr (get_attribute (sdp, 1, "mid"), ==, "d");
  g_assert_null (get_attribute (sdp, 1, "ice-ufrag"));
  g_assert_cmpuint (hs_sdp_section_get_port (hs_sdp_get_section (sdp, 0)), !=, 0);
}

/* Of an offer of ours, with the codec that was agreed on and the role that was settled. */
static void
test_reanswer_from_offer (void)
{
  g_autoptr (HsSdp) engine = load_sdp ("webrtcbin-offer");
  g_autoptr (HsSdp) offer = load_sdp ("chromium-video-offer");
  const HsSdpWireLine lines[] = { { HS_SDP_SENDRECV, .codec = "PCMU" },
                                  { HS_SDP_SENDRECV, .stream_id = "s" } };
  HsSdpWire wire = make_wire ();

  hs_sdp_set_all_directions (offer, HS_SDP_SENDONLY);
  wire.remote_offer = offer;
  wire.setup = "passive";
  wire.lines = lines;
  g_autoptr (HsSdp) sdp = hs_sdp_to_wire (engine, &wire);
  assert_summary (sdp, "audio:60247 mid=0 recvonly 0,110 | video:9 mid=1 recvonly 96 | [0 1]");
  g_assert_cmpstr (hs_sdp_get_setup (sdp), ==, "passive");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/sdp/wire/offer", test_offer_to_wire);
  g_test_add_func ("/sdp/wire/default-address", test_default_address);
  g_test_add_func ("/sdp/wire/sources", test_sources_stay);
  g_test_add_func ("/sdp/wire/msid-without-names", test_msid_without_names);
  g_test_add_func ("/sdp/wire/offer/rejected", test_rejected_line_in_offer);
  g_test_add_func ("/sdp/wire/answer", test_answer_to_wire);
  g_test_add_func ("/sdp/wire/answer/events", test_events_as_offered);
  g_test_add_func ("/sdp/wire/answer/direction", test_answer_obeys_the_offer);
  g_test_add_func ("/sdp/wire/answer/engine-direction",
                   test_answer_promises_no_more_than_the_engine);
  g_test_add_func ("/sdp/wire/answer/stopped-line", test_answer_to_stopped_line);
  g_test_add_func ("/sdp/wire/answer/lines", test_answer_has_the_offers_lines);
  g_test_add_func ("/sdp/wire/answer/no-common-payload", test_answer_without_common_payload);
  g_test_add_func ("/sdp/wire/answer/gateway", test_answer_to_gateway);
  g_test_add_func ("/sdp/wire/foreign-line", test_reoffer_with_foreign_line);
  g_test_add_func ("/sdp/wire/direction-only/reoffer", test_reoffer_from_answer);
  g_test_add_func ("/sdp/wire/direction-only/reanswer", test_reanswer_from_offer);
  return g_test_run ();
}
