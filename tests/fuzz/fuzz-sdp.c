/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The input is a far end's description; behind a form feed there may be a second one: what the
 * engine knows already, or says itself. */
#include "hs-fuzz-runner.h"
#include "sdp/hs-sdp-classify.h"
#include "sdp/hs-sdp-codec.h"
#include "sdp/hs-sdp-compare.h"
#include "sdp/hs-sdp-edit.h"
#include "sdp/hs-sdp-engine.h"
#include "sdp/hs-sdp-source.h"
#include "sdp/hs-sdp-transport.h"
#include "sdp/hs-sdp-wire.h"

/* What we write must be what we read. */
static void
check_round_trip (HsSdp *sdp)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *text = hs_sdp_to_text (sdp);
  g_autoptr (HsSdp) again = hs_sdp_parse (text, &error);

  /* Edits may add a little to what was at a limit. */
  if (g_error_matches (error, HS_SDP_ERROR, HS_SDP_ERROR_TOO_LARGE))
    return;
  if (error != NULL)
    g_printerr ("%s", text);
  g_assert_no_error (error);
  g_autofree char *same = hs_sdp_to_text (again);
  g_assert_cmpstr (text, ==, same);
}

static void
read_section (HsSdpSection *section)
{
  static const char *const names[] = { "OPUS", "PCMU", "PCMA", "VP8", NULL };
  g_autoptr (GPtrArray) codecs = hs_sdp_section_dup_codecs (section);
  g_autoptr (HsSdpCodec) codec = hs_sdp_section_find_codec (section, names);
  g_autoptr (GPtrArray) fingerprints = hs_sdp_section_dup_fingerprints (section);
  g_autoptr (GArray) ssrcs = hs_sdp_section_dup_ssrcs (section);
  g_autofree char *stream_id = NULL, *track_id = NULL;

  hs_sdp_section_dup_msid (section, &stream_id, &track_id);
  hs_sdp_section_get_ptime_ms (section);
  hs_sdp_section_get_bandwidth_bps (section);
  hs_sdp_section_get_connection (section);
}

static void
check_reading (HsSdp *sdp)
{
  g_autoptr (GPtrArray) candidates = hs_sdp_dup_candidates (sdp);
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < hs_sdp_get_n_sections (sdp); i++)
    read_section (hs_sdp_get_section (sdp, i));
  hs_sdp_has_telephone_event (sdp);
  if (hs_sdp_get_n_sections (sdp) > 0)
    g_assert_cmpint (hs_sdp_classify (sdp, sdp), ==, HS_SDP_CHANGE_NONE);
  g_assert_cmpint (hs_sdp_judge_reoffer (sdp, sdp), ==, HS_SDP_REOFFER_DIRECTION_ONLY);
  g_assert_true (hs_sdp_answer_fits (sdp, sdp, &error));
}

static void
check_edits (HsSdp *sdp)
{
  const char *const params[] = { "0", NULL };
  const HsSdpCodecSelector selectors[] = { { "VP8", NULL }, { "opus", params } };
  g_autoptr (HsSdp) edited = hs_sdp_copy (sdp);

  hs_sdp_open_setup (edited);
  hs_sdp_fix_answer_setup (edited, "passive");
  hs_sdp_remove_trickle (edited);
  hs_sdp_remove_h264 (edited);
  hs_sdp_remove_codecs (edited, selectors, G_N_ELEMENTS (selectors));
  hs_sdp_remove_sdes (edited);
  hs_sdp_write_bandwidth (edited, 100, 40, 500);
  hs_sdp_reject_empty (edited);
  hs_sdp_set_all_directions (edited, HS_SDP_INACTIVE);
  g_assert_false (hs_sdp_is_flowing (edited));
  check_round_trip (edited);
}

/* Whatever comes, the engine sees sections in use, under names of their own. */
static void
check_shown (HsSdp *shown)
{
  for (guint i = 0; i < hs_sdp_get_n_sections (shown); i++) {
    HsSdpSection *section = hs_sdp_get_section (shown, i);
    g_assert_true (hs_sdp_section_is_usable (section));
    g_assert_cmpint (hs_sdp_section_get_direction (section), ==, HS_SDP_SENDRECV);
    g_assert_true (hs_sdp_find_mid (shown, hs_sdp_section_get_mid (section)) == section);
  }
  check_round_trip (shown);
}

static void
check_wire (HsSdp *engine, HsSdp *offer)
{
  const HsSdpWireLine lines[] = {
    { HS_SDP_SENDRECV, .stream_id = "s", .events = { { 110, 48000 }, { 101, 8000 } } },
    { .rejected = TRUE },
    { HS_SDP_SENDRECV, .codec = "opus" },
  };
  const HsSdpWire wire = {
    .session_id = "1",
    .version = 1,
    .remote_offer = offer,
    .candidates_from = engine,
    .lines = lines,
    .n_lines = G_N_ELEMENTS (lines),
  };
  g_autoptr (HsSdp) sdp = hs_sdp_to_wire (engine, &wire);
  g_autoptr (GError) error = NULL;

  if (offer != NULL && !hs_sdp_answer_fits (offer, sdp, &error))
    g_assert_no_error (error);
  check_round_trip (sdp);
}

static void
check_engine (HsSdp *remote, HsSdp *known)
{
  g_autoptr (HsSdp) offer = hs_sdp_offer_to_engine (remote, NULL, NULL);
  g_autoptr (HsSdp) again = hs_sdp_offer_to_engine (remote, offer, NULL);

  if (offer == NULL)
    return;
  check_shown (offer);
  check_shown (again);
  check_wire (offer, remote);
  check_wire (offer, NULL);
  if (known == NULL)
    return;
  g_autoptr (HsSdp) previous = hs_sdp_offer_to_engine (known, NULL, NULL);
  g_autoptr (HsSdp) later = hs_sdp_offer_to_engine (remote, previous, NULL);
  g_autoptr (HsSdp) answer = hs_sdp_answer_to_engine (remote, known, NULL);
  g_autoptr (HsSdp) rollback = hs_sdp_rollback_to_engine (offer, known, NULL);
  check_shown (later);
  check_shown (answer);
  check_shown (rollback);
  check_wire (known, remote);
}

static void
check_pair (HsSdp *remote, HsSdp *known)
{
  check_round_trip (remote);
  check_reading (remote);
  check_edits (remote);
  check_engine (remote, known);
  if (known == NULL)
    return;
  hs_sdp_classify (known, remote);
  hs_sdp_judge_reoffer (known, remote);
  if (!hs_sdp_answer_fits (known, remote, NULL))
    return;
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autofree char *text = g_strndup ((const char *) data, size);
  g_auto (GStrv) texts = g_strsplit (text, "\f", 2);
  g_autoptr (GError) error = NULL;
  g_autoptr (HsSdp) remote = hs_sdp_parse (texts[0] != NULL ? texts[0] : "", &error);
  g_autoptr (HsSdp) known =
      texts[0] != NULL && texts[1] != NULL ? hs_sdp_parse (texts[1], NULL) : NULL;

  g_assert_true ((remote != NULL) == (error == NULL));
  if (remote != NULL)
    check_pair (remote, known);
  return 0;
}
