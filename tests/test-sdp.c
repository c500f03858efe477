/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sdp/hs-sdp.h"
#include "test-sdp-data.h"

#include <string.h>

static const char *const texts[] = {
  "chromium-audio-offer",  "chromium-audio-answer", "chromium-video-offer",
  "chromium-video-answer", "chromium-video-off",    "webrtcbin-offer",
  "webrtcbin-answer",      "webrtcbin-reanswer",    "plan-b-offer",
};

/* --- parsing and composing --- */

static void
test_round_trip (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (texts); i++) {
    g_autofree char *text = load_sdp_text (texts[i]);
    g_autoptr (HsSdp) sdp = parse_sdp (text);
    g_autoptr (HsSdp) copy = hs_sdp_copy (sdp);
    g_autofree char *composed = hs_sdp_to_text (sdp);
    g_autofree char *copied = hs_sdp_to_text (copy);
    g_assert_cmpstr (composed, ==, text);
    g_assert_cmpstr (copied, ==, text);
  }
}

static void
test_line_feeds_become_crlf (void)
{
  g_autofree char *text = load_sdp_text ("gateway-offer");
  g_autoptr (HsSdp) sdp = parse_sdp (text);
  g_autofree char *composed = hs_sdp_to_text (sdp);
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  g_autofree char *expected = g_strjoinv ("\r\n", lines);

  g_assert_cmpstr (composed, ==, expected);
}

static void
test_unknown_lines_stay (void)
{
  const char *text = SDP_HEAD "x=what is this\r\na=flag\r\n" SDP_AUDIO
                              "a=zebra:1\r\ny=odd\r\na=apple\r\na=zebra:0\r\n";
  g_autoptr (HsSdp) sdp = parse_sdp (text);
  g_autofree char *composed = hs_sdp_to_text (sdp);

  g_assert_cmpstr (composed, ==, text);
}

static void
test_trailing_empty_lines (void)
{
  g_autoptr (HsSdp) sdp = parse_sdp (SDP_HEAD SDP_AUDIO "\r\n\r\n");

  g_assert_cmpuint (hs_sdp_get_n_sections (sdp), ==, 1);
}

static void
test_empty_formats (void)
{
  g_autoptr (HsSdp) sdp = parse_sdp (SDP_HEAD "m=video 9 UDP/TLS/RTP/SAVPF \r\n");
  g_autoptr (HsSdp) bare = parse_sdp (SDP_HEAD "m=video 9 UDP/TLS/RTP/SAVPF\r\n");

  g_assert_null (hs_sdp_section_get_formats (hs_sdp_get_section (sdp, 0))[0]);
  g_assert_null (hs_sdp_section_get_formats (hs_sdp_get_section (bare, 0))[0]);
}

static const struct {
  const char *text;
  const char *message;
} malformed[] = {
  { "", "SDP line 0: the description ends without an o= line" },
  { "v=0\r\n", "SDP line 1: the description ends without an o= line" },
  { "hello", "SDP line 1: not of the form letter=value" },
  { "v=1\r\n", "SDP line 1: v=0 expected" },
  { "o=- 1 1 IN IP4 127.0.0.1\r\n", "SDP line 1: v=0 expected" },
  { SDP_HEAD "\r\na=x\r\n", "SDP line 5: not of the form letter=value" },
  { SDP_HEAD "A=x\r\n", "SDP line 5: not of the form letter=value" },
  { "v=0\r\no=- 1 1 IN IP4\r\n", "SDP line 2: o= needs six parts" },
  { "v=0\r\no=-  1 IN IP4 x\r\n", "SDP line 2: o= has an empty part" },
  { SDP_HEAD "o=- 2 2 IN IP4 x\r\n", "SDP line 5: o= may stand only once, before the first m=" },
  { SDP_HEAD SDP_AUDIO "a=one\ra=two\r\n", "SDP line 7: control characters or invalid UTF-8" },
  { SDP_HEAD "a=\xff\r\n", "SDP line 5: control characters or invalid UTF-8" },
  { SDP_HEAD "m=audio 9\r\n", "SDP line 5: malformed m= line" },
  { SDP_HEAD "m=audio 65536 RTP/AVP 0\r\n", "SDP line 5: malformed m= line" },
  { SDP_HEAD "m=audio -1 RTP/AVP 0\r\n", "SDP line 5: malformed m= line" },
  { SDP_HEAD "m=audio 9/0 RTP/AVP 0\r\n", "SDP line 5: malformed m= line" },
  { SDP_HEAD "m=audio 9 RTP/AVP 128\r\n", "SDP line 5: malformed m= line" },
  { SDP_HEAD "m=audio 9 RTP/AVP opus\r\n", "SDP line 5: malformed m= line" },
  { SDP_HEAD "m= 9 RTP/AVP 0\r\n", "SDP line 5: malformed m= line" },
  { SDP_HEAD SDP_AUDIO "a=mid\r\n", "SDP line 7: a=mid without a proper name" },
  { SDP_HEAD SDP_AUDIO "a=mid:a\r\na=mid:b\r\n", "SDP line 8: a=mid twice in one section" },
  { SDP_HEAD SDP_AUDIO "a=mid:a\r\na=mid\r\n", "SDP line 8: a=mid twice in one section" },
  { SDP_HEAD SDP_AUDIO "a=mid:a b\r\n", "SDP line 7: a=mid without a proper name" },
  { SDP_HEAD SDP_AUDIO "a=mid:0\r\n" SDP_VIDEO "a=mid:0\r\n",
    "SDP line 10: a=mid names two sections alike" },
};

static void
test_malformed (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (malformed); i++) {
    g_autoptr (GError) error = NULL;
    g_assert_null (hs_sdp_parse (malformed[i].text, &error));
    g_assert_error (error, HS_SDP_ERROR, HS_SDP_ERROR_INVALID);
    g_assert_cmpstr (error->message, ==, malformed[i].message);
  }
}

static void
assert_too_large (const char *part, guint n_parts, const char *message)
{
  g_autoptr (GString) text = g_string_new (SDP_HEAD);
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < n_parts; i++)
    g_string_append (text, part);
  g_assert_null (hs_sdp_parse (text->str, &error));
  g_assert_error (error, HS_SDP_ERROR, HS_SDP_ERROR_TOO_LARGE);
  g_assert_cmpstr (error->message, ==, message);
}

static void
test_limits (void)
{
  g_autofree char *line = g_strdup_printf ("a=x:%01000d\r\n", 0);

  assert_too_large (line, HS_SDP_MAX_LENGTH / 1000, "SDP: more than 262144 bytes");
  assert_too_large ("m=audio 9 RTP/AVP 0\r\n", 65, "SDP: more than 64 sections");
  assert_too_large ("a=x\r\n", 8192, "SDP: more than 8192 lines");
}

/* --- the m= line and the head --- */

static void
test_media_line (void)
{
  g_autoptr (HsSdp) sdp = parse_sdp (SDP_HEAD "m=audio 4000/2 RTP/AVP 0 8\r\n"
                                              "m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\n"
                                              "m=image 0 udptl t38\r\n");
  HsSdpSection *audio = hs_sdp_get_section (sdp, 0);
  HsSdpSection *image = hs_sdp_get_section (sdp, 2);
  g_autofree char *text = hs_sdp_to_text (sdp);

  g_assert_nonnull (strstr (text, "m=audio 4000/2 RTP/AVP 0 8\r\n"));
  g_assert_cmpint (hs_sdp_section_get_kind (audio), ==, HS_SDP_AUDIO);
  g_assert_cmpstr (hs_sdp_section_get_media (audio), ==, "audio");
  g_assert_cmpuint (hs_sdp_section_get_port (audio), ==, 4000);
  g_assert_cmpstr (hs_sdp_section_get_proto (audio), ==, "RTP/AVP");
  g_assert_true (hs_sdp_section_has_format (audio, "8"));
  g_assert_false (hs_sdp_section_has_format (audio, "80"));
  g_assert_cmpint (hs_sdp_section_get_kind (hs_sdp_get_section (sdp, 1)), ==, HS_SDP_APPLICATION);
  g_assert_cmpint (hs_sdp_section_get_kind (image), ==, HS_SDP_OTHER);
  g_assert_true (hs_sdp_section_is_rejected (image));
  g_assert_null (hs_sdp_get_section (sdp, 3));
}

static void
test_bundle_only_is_not_rejected (void)
{
  g_autoptr (HsSdp) sdp = load_sdp ("webrtcbin-offer");
  HsSdpSection *video = hs_sdp_get_section (sdp, 1);

  g_assert_cmpuint (hs_sdp_section_get_port (video), ==, 0);
  g_assert_false (hs_sdp_section_is_rejected (video));
  g_assert_true (hs_sdp_find_kind (sdp, HS_SDP_VIDEO) == video);
}

static void
test_formats (void)
{
  g_autoptr (HsSdp) sdp = load_sdp ("chromium-video-offer");
  HsSdpSection *video = hs_sdp_get_section (sdp, 1);

  g_assert_true (hs_sdp_section_remove_format (video, "96"));
  g_assert_false (hs_sdp_section_remove_format (video, "96"));
  hs_sdp_section_add_format (video, "35");
  g_autofree char *text = hs_sdp_to_text (sdp);
  g_assert_nonnull (strstr (text, "m=video 9 UDP/TLS/RTP/SAVPF 97 35\r\n"));
  g_assert_null (strstr (text, "a=rtpmap:96"));
  g_assert_null (strstr (text, "a=rtcp-fb:96"));
  g_assert_nonnull (strstr (text, "a=rtpmap:97 rtx/90000"));
}

static void
test_origin (void)
{
  g_autoptr (HsSdp) sdp = load_sdp ("chromium-audio-offer");

  g_assert_cmpstr (hs_sdp_get_origin_user (sdp), ==, "-");
  g_assert_cmpstr (hs_sdp_get_session_id (sdp), ==, "3300285622596304795");
  g_assert_cmpstr (hs_sdp_get_version (sdp), ==, "2");
  g_assert_cmpstr (hs_sdp_get_origin_address (sdp), ==, "127.0.0.1");
  hs_sdp_set_origin (sdp, NULL, "5", "18446744073709551616", "fd00::1");
  g_autofree char *text = hs_sdp_to_text (sdp);
  g_assert_nonnull (strstr (text, "\r\no=- 5 18446744073709551616 IN IP6 fd00::1\r\n"));
}

static void
test_sections (void)
{
  g_autoptr (HsSdp) sdp = load_sdp ("chromium-audio-offer");
  g_autoptr (HsSdp) other = load_sdp ("chromium-video-offer");

  HsSdpSection *copy = hs_sdp_append_section (sdp, hs_sdp_get_section (other, 1));
  g_assert_true (hs_sdp_find_mid (sdp, "1") == copy);
  g_assert_true (hs_sdp_section_get_sdp (copy) == sdp);
  copy = hs_sdp_replace_section (sdp, 0, hs_sdp_get_section (other, 0));
  g_assert_cmpuint (hs_sdp_section_get_port (copy), ==, 44705);
  hs_sdp_truncate (sdp, 1);
  g_assert_null (hs_sdp_find_mid (sdp, "1"));
  g_assert_null (hs_sdp_find_mid (sdp, NULL));
}

/* --- attributes --- */

static HsSdp *
parse_with_attributes (const char *attributes)
{
  g_autofree char *text = g_strconcat (SDP_HEAD, SDP_AUDIO, attributes, NULL);

  return parse_sdp (text);
}

static void
assert_attributes (HsSdp *sdp, const char *expected)
{
  g_autofree char *text = hs_sdp_to_text (sdp);

  g_assert_cmpstr (text + strlen (SDP_HEAD SDP_AUDIO), ==, expected);
}

static void
test_get_attribute (void)
{
  g_autoptr (HsSdp) sdp = parse_with_attributes ("a=x:1\r\na=xy:2\r\na=flag\r\na=x:a:b\r\n");
  HsSdpSection *section = hs_sdp_get_section (sdp, 0);
  g_autoptr (GPtrArray) all = hs_sdp_section_get_attributes (section, "x");

  g_assert_cmpstr (hs_sdp_section_get_attribute (section, "x"), ==, "1");
  g_assert_cmpstr (hs_sdp_section_get_attribute (section, "flag"), ==, "");
  g_assert_null (hs_sdp_section_get_attribute (section, "fla"));
  g_assert_cmpuint (all->len, ==, 2);
  g_assert_cmpstr (g_ptr_array_index (all, 1), ==, "a:b");
}

static void
test_set_attribute (void)
{
  g_autoptr (HsSdp) sdp = parse_with_attributes ("a=x:1\r\na=y\r\na=x:2\r\n");
  HsSdpSection *section = hs_sdp_get_section (sdp, 0);

  hs_sdp_section_set_attribute (section, "x", "3");
  hs_sdp_section_set_attribute (section, "z", NULL);
  hs_sdp_section_add_attribute (section, "x", "4");
  hs_sdp_section_append_attribute (section, "x", "5");
  assert_attributes (sdp, "a=x:3\r\na=x:4\r\na=y\r\na=z\r\na=x:5\r\n");
  g_assert_cmpuint (hs_sdp_section_remove_attribute (section, "x"), ==, 3);
  hs_sdp_section_clear_attributes (section);
  g_assert_null (hs_sdp_section_get_attribute (section, "rtpmap"));
}

static void
test_values_cannot_smuggle_lines (void)
{
  g_autoptr (HsSdp) sdp = parse_with_attributes ("");
  HsSdpSection *section = hs_sdp_get_section (sdp, 0);

  hs_sdp_section_set_attribute (section, "x", "1\r\na=inactive");
  hs_sdp_section_set_attribute (section, "y", "\n");
  assert_attributes (sdp, "a=x:1\r\na=y\r\n");
}

static char *
double_ones (const char *value, gpointer user_data)
{
  return g_str_equal (value, "1") ? g_strdup (user_data) : NULL;
}

static void
test_rewrite_attributes (void)
{
  g_autoptr (HsSdp) sdp = parse_with_attributes ("a=x:1\r\na=y:1\r\na=x:2\r\n");

  hs_sdp_section_rewrite_attributes (hs_sdp_get_section (sdp, 0), "x", double_ones, "11");
  assert_attributes (sdp, "a=x:11\r\na=y:1\r\na=x:2\r\n");
}

static void
test_effective_attribute (void)
{
  g_autoptr (HsSdp) sdp = load_sdp ("gateway-offer");
  HsSdpSection *audio = hs_sdp_get_section (sdp, 0);

  g_assert_null (hs_sdp_section_get_attribute (audio, "setup"));
  g_assert_cmpstr (hs_sdp_section_get_effective_attribute (audio, "setup"), ==, "actpass");
  hs_sdp_section_set_attribute (audio, "setup", "passive");
  g_assert_cmpstr (hs_sdp_section_get_effective_attribute (audio, "setup"), ==, "passive");
}

static void
test_connection (void)
{
  g_autoptr (HsSdp) sdp = load_sdp ("gateway-offer");
  HsSdpSection *audio = hs_sdp_get_section (sdp, 0);

  g_assert_cmpstr (hs_sdp_section_get_connection (audio), ==, "192.0.2.77");
  hs_sdp_section_set_connection (audio, "fd00::9");
  g_assert_cmpstr (hs_sdp_section_get_connection (audio), ==, "fd00::9");
  g_autofree char *text = hs_sdp_to_text (sdp);
  g_assert_nonnull (strstr (text, " 8 0 101\r\nc=IN IP6 fd00::9\r\nb=AS:64\r\n"));
}

static void
test_bandwidth (void)
{
  g_autoptr (HsSdp) sdp = load_sdp ("gateway-offer");
  HsSdpSection *head = hs_sdp_get_head (sdp);
  HsSdpSection *audio = hs_sdp_get_section (sdp, 0);

  g_assert_cmpuint (hs_sdp_section_get_bandwidth_bps (head), ==, 592000);
  g_assert_cmpuint (hs_sdp_section_get_bandwidth_bps (audio), ==, 44800);
  hs_sdp_section_set_bandwidth (audio, 40);
  g_assert_cmpuint (hs_sdp_section_get_bandwidth_bps (audio), ==, 40000);
  hs_sdp_section_set_bandwidth (head, 0);
  g_assert_cmpuint (hs_sdp_section_get_bandwidth_bps (head), ==, 0);
  g_autofree char *text = hs_sdp_to_text (sdp);
  g_assert_nonnull (strstr (text, "8 0 101\r\nb=AS:40\r\nb=TIAS:40000\r\na=rtpmap:101"));
  g_assert_null (strstr (text, "b=AS:640"));
}

static void
test_small_and_senseless_bandwidth (void)
{
  g_autoptr (HsSdp) small = parse_sdp (SDP_HEAD SDP_AUDIO "b=AS:12\r\n");
  g_autoptr (HsSdp) senseless = parse_sdp (SDP_HEAD SDP_AUDIO "b=AS:-5\r\nb=TIAS:much\r\n");

  g_assert_cmpuint (hs_sdp_section_get_bandwidth_bps (hs_sdp_get_section (small, 0)), ==, 5700);
  g_assert_cmpuint (hs_sdp_section_get_bandwidth_bps (hs_sdp_get_section (senseless, 0)), ==, 0);
}

/* --- directions --- */

static void
test_direction (void)
{
  g_autoptr (HsSdp) none = parse_with_attributes ("");
  g_autoptr (HsSdp) own = parse_with_attributes ("a=sendonly\r\na=x\r\na=recvonly\r\n");
  g_autoptr (HsSdp) shared = load_sdp ("gateway-offer");

  g_assert_cmpint (hs_sdp_section_get_direction (hs_sdp_get_section (none, 0)), ==,
                   HS_SDP_SENDRECV);
  g_assert_cmpint (hs_sdp_section_get_direction (hs_sdp_get_section (own, 0)), ==, HS_SDP_RECVONLY);
  g_assert_cmpint (hs_sdp_section_get_direction (hs_sdp_get_section (shared, 0)), ==,
                   HS_SDP_SENDONLY);
  hs_sdp_section_set_direction (hs_sdp_get_section (own, 0), HS_SDP_INACTIVE);
  assert_attributes (own, "a=inactive\r\na=x\r\n");
}

static void
test_direction_wanted (void)
{
  g_assert_cmpint (hs_sdp_direction_wanted (TRUE, FALSE), ==, HS_SDP_SENDRECV);
  g_assert_cmpint (hs_sdp_direction_wanted (FALSE, FALSE), ==, HS_SDP_RECVONLY);
  g_assert_cmpint (hs_sdp_direction_wanted (TRUE, TRUE), ==, HS_SDP_INACTIVE);
  g_assert_cmpint (hs_sdp_direction_wanted (FALSE, TRUE), ==, HS_SDP_INACTIVE);
}

/* What may be answered, by what was offered (rows) and what is wanted (columns). */
static void
test_direction_answer (void)
{
  static const HsSdpDirection in = HS_SDP_INACTIVE, so = HS_SDP_SENDONLY, ro = HS_SDP_RECVONLY,
                              sr = HS_SDP_SENDRECV;
  const HsSdpDirection order[] = { in, so, ro, sr };
  const HsSdpDirection expected[4][4] = {
    /* wanted:    in  so  ro  sr */
    [HS_SDP_INACTIVE] = { in, in, in, in },
    [HS_SDP_SENDONLY] = { in, in, ro, ro },
    [HS_SDP_RECVONLY] = { in, so, in, so },
    [HS_SDP_SENDRECV] = { in, so, ro, sr },
  };

  for (guint offered = 0; offered < 4; offered++) {
    for (guint wanted = 0; wanted < 4; wanted++)
      g_assert_cmpint (hs_sdp_direction_answer (offered, order[wanted]), ==,
                       expected[offered][wanted]);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/sdp/parse/round-trip", test_round_trip);
  g_test_add_func ("/sdp/parse/line-feeds-become-crlf", test_line_feeds_become_crlf);
  g_test_add_func ("/sdp/parse/unknown-lines-stay", test_unknown_lines_stay);
  g_test_add_func ("/sdp/parse/trailing-empty-lines", test_trailing_empty_lines);
  g_test_add_func ("/sdp/parse/empty-formats", test_empty_formats);
  g_test_add_func ("/sdp/parse/malformed", test_malformed);
  g_test_add_func ("/sdp/parse/limits", test_limits);
  g_test_add_func ("/sdp/media-line", test_media_line);
  g_test_add_func ("/sdp/bundle-only-is-not-rejected", test_bundle_only_is_not_rejected);
  g_test_add_func ("/sdp/formats", test_formats);
  g_test_add_func ("/sdp/origin", test_origin);
  g_test_add_func ("/sdp/sections", test_sections);
  g_test_add_func ("/sdp/attribute/get", test_get_attribute);
  g_test_add_func ("/sdp/attribute/set", test_set_attribute);
  g_test_add_func ("/sdp/attribute/no-smuggling", test_values_cannot_smuggle_lines);
  g_test_add_func ("/sdp/attribute/rewrite", test_rewrite_attributes);
  g_test_add_func ("/sdp/attribute/effective", test_effective_attribute);
  g_test_add_func ("/sdp/connection", test_connection);
  g_test_add_func ("/sdp/bandwidth", test_bandwidth);
  g_test_add_func ("/sdp/bandwidth/odd", test_small_and_senseless_bandwidth);
  g_test_add_func ("/sdp/direction", test_direction);
  g_test_add_func ("/sdp/direction/wanted", test_direction_wanted);
  g_test_add_func ("/sdp/direction/answer", test_direction_answer);
  return g_test_run ();
}
