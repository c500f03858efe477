/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "sdp/hs-sdp-transport.h"
#include "sdp/hs-sdp.h"

/* The texts of tests/data/sdp: chromium-* from recorded calls, webrtcbin-* written by
 * GStreamer 1.22, gateway-* and plan-b-* after what is known of such far ends. */

static inline char *
load_sdp_text (const char *name)
{
  g_autofree char *file = g_strconcat (name, ".sdp", NULL);
  g_autofree char *path = g_build_filename (g_getenv ("HS_TEST_DATA"), "data", "sdp", file, NULL);
  char *text = NULL;
  g_autoptr (GError) error = NULL;

  g_file_get_contents (path, &text, NULL, &error);
  g_assert_no_error (error);
  return text;
}

static inline HsSdp *
parse_sdp (const char *text)
{
  g_autoptr (GError) error = NULL;
  HsSdp *sdp = hs_sdp_parse (text, &error);

  g_assert_no_error (error);
  return sdp;
}

static inline HsSdp *
load_sdp (const char *name)
{
  g_autofree char *text = load_sdp_text (name);

  return parse_sdp (text);
}

#define SDP_HEAD  "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n"
#define SDP_AUDIO "m=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=rtpmap:111 opus/48000/2\r\n"
#define SDP_VIDEO "m=video 9 UDP/TLS/RTP/SAVPF 96\r\na=rtpmap:96 VP8/90000\r\n"

/* What a whole description says, one word group a section:
 * "audio:9 mid=0 sendrecv 111,0 | video:0 …", then the bundle in brackets. */
static inline char *
summarise (HsSdp *sdp)
{
  GString *text = g_string_new (NULL);
  g_auto (GStrv) bundle = hs_sdp_dup_bundle (sdp);
  g_autofree char *mids = g_strjoinv (" ", bundle);

  for (guint i = 0; i < hs_sdp_get_n_sections (sdp); i++) {
    HsSdpSection *section = hs_sdp_get_section (sdp, i);
    const char *mid = hs_sdp_section_get_mid (section);
    g_autofree char *formats = g_strjoinv (",", (char **) hs_sdp_section_get_formats (section));
    g_string_append_printf (text, "%s:%u mid=%s %s %s | ", hs_sdp_section_get_media (section),
                            hs_sdp_section_get_port (section), mid != NULL ? mid : "-",
                            hs_sdp_direction_to_text (hs_sdp_section_get_direction (section)),
                            formats);
  }
  g_string_append_printf (text, "[%s]", mids);
  return g_string_free (text, FALSE);
}

static inline void
assert_summary (HsSdp *sdp, const char *expected)
{
  g_autofree char *summary = summarise (sdp);

  g_assert_nonnull (sdp);
  g_assert_cmpstr (summary, ==, expected);
}

static inline const char *
get_attribute (HsSdp *sdp, guint index, const char *name)
{
  return hs_sdp_section_get_attribute (hs_sdp_get_section (sdp, index), name);
}
