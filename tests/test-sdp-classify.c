/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sdp/hs-sdp-classify.h"
#include "test-sdp-data.h"

/* Directions of an audio and a video section, "" for an absent one. */
typedef struct {
  const char *before;
  const char *after;
  HsSdpChange change;
} Case;

#define UNKNOWN   HS_SDP_CHANGE_UNKNOWN
#define NO_CHANGE HS_SDP_CHANGE_NONE
#define HOLD      HS_SDP_CHANGE_HOLD
#define UNHOLD    HS_SDP_CHANGE_UNHOLD
#define START_MOH HS_SDP_CHANGE_START_MOH
#define STOP_MOH  HS_SDP_CHANGE_STOP_MOH
#define ADD       HS_SDP_CHANGE_ADD_MEDIA
#define REMOVE    HS_SDP_CHANGE_REMOVE_MEDIA

/* The test vectors of the protocol's description: "audio/video" or only "audio". */
static const Case cases[] = {
  { "sr", "sr", NO_CHANGE },
  { "sr", "so", HOLD },
  { "sr", "ro", REMOVE },
  { "sr", "in", HOLD },
  { "so", "sr", UNHOLD },
  { "so", "so", NO_CHANGE },
  { "so", "ro", REMOVE },
  { "so", "in", STOP_MOH },
  { "ro", "sr", ADD },
  { "ro", "so", UNKNOWN },
  { "ro", "ro", NO_CHANGE },
  { "ro", "in", UNKNOWN },
  { "in", "sr", UNHOLD },
  { "in", "so", START_MOH },
  { "in", "ro", UNKNOWN },
  { "in", "in", NO_CHANGE },

  { "sr/sr", "sr/sr", NO_CHANGE },
  { "sr/sr", "sr/so", UNKNOWN },
  { "sr/sr", "sr/ro", REMOVE },
  { "sr/sr", "sr/in", UNKNOWN },
  { "sr/sr", "sr", UNKNOWN },
  { "sr/so", "sr/sr", UNKNOWN },
  { "sr/so", "sr/so", NO_CHANGE },
  { "sr/so", "sr/ro", REMOVE },
  { "sr/so", "sr/in", REMOVE },
  { "sr/so", "sr", UNKNOWN },
  { "sr/ro", "sr/sr", ADD },
  { "sr/ro", "sr/so", UNKNOWN },
  { "sr/ro", "sr/ro", NO_CHANGE },
  { "sr/ro", "sr/in", UNKNOWN },
  { "sr/ro", "sr", UNKNOWN },
  { "sr/in", "sr/sr", UNKNOWN },
  { "sr/in", "sr/so", ADD },
  { "sr/in", "sr/ro", UNKNOWN },
  { "sr/in", "sr/in", NO_CHANGE },
  { "sr/in", "sr", UNKNOWN },
  { "sr", "sr/sr", ADD },
  { "sr", "sr/so", ADD },
  { "sr", "sr/ro", UNKNOWN },
  { "sr", "sr/in", UNKNOWN },

  { "sr/sr", "in/in", HOLD },
  { "sr/ro", "in/in", HOLD },
  { "sr/so", "in/in", HOLD },
  { "sr/sr", "so/so", HOLD },
  { "sr/ro", "so/in", HOLD },
  { "in/in", "sr/sr", UNHOLD },
  { "in/in", "sr/ro", UNHOLD },
  { "in/in", "sr/so", UNHOLD },
  { "in/in", "sr/in", UNHOLD },
  { "so/in", "sr/in", UNHOLD },
  { "in/in", "so/in", START_MOH },
  { "so/in", "in/in", STOP_MOH },
  { "ro/ro", "sr/sr", ADD },
  { "sr/sr", "ro/ro", REMOVE },
  { "so/so", "in/in", REMOVE },
  { "sr/sr", "so/in", UNKNOWN },
  { "ro/ro", "in/in", UNKNOWN },
  { "so/in", "sr/sr", UNKNOWN },

  /* An added section that is dead does not hide a hold. */
  { "sr", "in/in", HOLD },
};

static const char *
get_direction_name (const char *code)
{
  static const char *const codes[] = { "in", "so", "ro", "sr" };

  for (guint i = 0; i < G_N_ELEMENTS (codes); i++) {
    if (g_str_equal (codes[i], code))
      return hs_sdp_direction_to_text (i);
  }
  g_assert_not_reached ();
}

/* @attributes: NULL, or for each section what else stands in it */
static HsSdp *
make (const char *directions, const char *const *attributes)
{
  static const char *const lines[] = { SDP_AUDIO, SDP_VIDEO };
  g_auto (GStrv) codes = g_strsplit (directions, "/", 2);
  g_autoptr (GString) text = g_string_new (SDP_HEAD);

  for (guint i = 0; codes[i] != NULL; i++) {
    g_string_append_printf (text, "%sa=%s\r\n", lines[i], get_direction_name (codes[i]));
    if (attributes != NULL)
      g_string_append_printf (text, "%s\r\n", attributes[i]);
  }
  return parse_sdp (text->str);
}

static const char *const mids[] = { "a=mid:0", "a=mid:1" };

static void
assert_change (HsSdp *before, HsSdp *after, HsSdpChange expected, const Case *c)
{
  HsSdpChange change = hs_sdp_classify (before, after);

  if (change != expected)
    g_test_message ("%s -> %s: %s", c->before, c->after, hs_sdp_change_to_text (change));
  g_assert_cmpint (change, ==, expected);
}

static void
test_vectors (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (HsSdp) before = make (cases[i].before, mids);
    g_autoptr (HsSdp) after = make (cases[i].after, mids);
    assert_change (before, after, cases[i].change, &cases[i]);
  }
}

/* A far end behind a gateway that writes no mids, or renames them, is understood all the same. */
static void
test_without_mids (void)
{
  static const char *const other_mids[] = { "a=mid:audio", "a=mid:video" };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (HsSdp) before = make (cases[i].before, NULL);
    g_autoptr (HsSdp) after = make (cases[i].after, NULL);
    g_autoptr (HsSdp) named = make (cases[i].before, mids);
    g_autoptr (HsSdp) renamed = make (cases[i].after, other_mids);
    assert_change (before, after, cases[i].change, &cases[i]);
    assert_change (named, renamed, cases[i].change, &cases[i]);
  }
}

static void
test_by_msid (void)
{
  static const char *const old[] = { "a=mid:a\r\na=msid:s one", "a=mid:b\r\na=msid:s two" };
  static const char *const new[] = { "a=mid:c\r\na=msid:s one", "a=mid:d\r\na=msid:s two" };
  g_autoptr (HsSdp) before = make ("sr/sr", old);
  g_autoptr (HsSdp) after = make ("sr/ro", new);

  g_assert_cmpint (hs_sdp_classify (before, after), ==, REMOVE);
}

static void
test_numeric_mids (void)
{
  static const char *const padded[] = { "a=mid:00", "a=mid:01" };
  g_autoptr (HsSdp) before = make ("sr/ro", mids);
  g_autoptr (HsSdp) after = make ("sr/sr", padded);

  g_assert_cmpint (hs_sdp_classify (before, after), ==, ADD);
}

static void
test_first_description (void)
{
  g_autoptr (HsSdp) sdp = make ("sr/sr", mids);
  g_autoptr (HsSdp) empty = parse_sdp (SDP_HEAD);

  g_assert_cmpint (hs_sdp_classify (NULL, sdp), ==, ADD);
  g_assert_cmpint (hs_sdp_classify (NULL, empty), ==, UNKNOWN);
  g_assert_cmpint (hs_sdp_classify (empty, empty), ==, UNKNOWN);
}

/* Directions may stand in the head, or nowhere. */
static void
test_default_directions (void)
{
  g_autoptr (HsSdp) silent = parse_sdp (SDP_HEAD SDP_AUDIO);
  g_autoptr (HsSdp) held = parse_sdp (SDP_HEAD "a=inactive\r\n" SDP_AUDIO);

  g_assert_cmpint (hs_sdp_classify (silent, held), ==, HOLD);
  g_assert_cmpint (hs_sdp_classify (held, silent), ==, UNHOLD);
}

/* What was recorded: bob adds video, then takes it away. */
static void
test_recorded (void)
{
  g_autoptr (HsSdp) audio = load_sdp ("chromium-audio-answer");
  g_autoptr (HsSdp) video = load_sdp ("chromium-video-offer");
  g_autoptr (HsSdp) off = load_sdp ("chromium-video-off");

  g_assert_cmpint (hs_sdp_classify (audio, video), ==, ADD);
  g_assert_cmpint (hs_sdp_classify (video, off), ==, REMOVE);
}

static void
test_flowing (void)
{
  static const struct {
    const char *directions;
    gboolean flowing;
  } flows[] = {
    { "sr", TRUE },     { "ro", TRUE },    { "so", FALSE },   { "in", FALSE },   { "in/in", FALSE },
    { "so/in", FALSE }, { "in/so", TRUE }, { "in/ro", TRUE }, { "so/sr", TRUE }, { "ro/in", TRUE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (flows); i++) {
    g_autoptr (HsSdp) sdp = make (flows[i].directions, mids);
    g_assert_cmpint (hs_sdp_is_flowing (sdp), ==, flows[i].flowing);
  }
}

/* Every change, hold state and flow: two corrections, all else as it is. */
static void
test_corrections (void)
{
  for (HsSdpChange change = UNKNOWN; change <= REMOVE; change++) {
    for (guint bits = 0; bits < 8; bits++) {
      gboolean local = (bits & 1) != 0, remote = (bits & 2) != 0, flowing = (bits & 4) != 0;
      HsSdpChange expected = change;
      if (change == UNKNOWN && bits == 6)
        expected = UNHOLD;
      if (change == NO_CHANGE && bits == 1)
        expected = HOLD;
      g_assert_cmpint (hs_sdp_change_correct (change, local, remote, flowing), ==, expected);
    }
  }
}

static void
test_names (void)
{
  g_assert_cmpstr (hs_sdp_change_to_text (NO_CHANGE), ==, "NO_CHANGE");
  g_assert_cmpstr (hs_sdp_change_to_text (STOP_MOH), ==, "STOP_MOH");
  g_assert_cmpstr (hs_sdp_change_to_text (REMOVE), ==, "REMOVE_MEDIA");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/sdp/classify/vectors", test_vectors);
  g_test_add_func ("/sdp/classify/without-mids", test_without_mids);
  g_test_add_func ("/sdp/classify/by-msid", test_by_msid);
  g_test_add_func ("/sdp/classify/numeric-mids", test_numeric_mids);
  g_test_add_func ("/sdp/classify/first-description", test_first_description);
  g_test_add_func ("/sdp/classify/default-directions", test_default_directions);
  g_test_add_func ("/sdp/classify/recorded", test_recorded);
  g_test_add_func ("/sdp/classify/flowing", test_flowing);
  g_test_add_func ("/sdp/classify/corrections", test_corrections);
  g_test_add_func ("/sdp/classify/names", test_names);
  return g_test_run ();
}
