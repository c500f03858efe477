/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "hs-sdp"

#include "hs-sdp-codec.h"
#include "hs-sdp-compare.h"
#include "hs-sdp-source.h"
#include "hs-sdp-transport.h"

/* --- the transport --- */

static gboolean
same_fingerprint (const HsSdpFingerprint *a, const HsSdpFingerprint *b)
{
  return g_str_equal (a->hash, b->hash) && g_bytes_equal (a->digest, b->digest);
}

/* Several fingerprints may stand for one certificate, in any order: one in common is enough. */
static gboolean
fingerprint_changed (HsSdpSection *before, HsSdpSection *after)
{
  g_autoptr (GPtrArray) old = hs_sdp_section_dup_fingerprints (before);
  g_autoptr (GPtrArray) new = hs_sdp_section_dup_fingerprints (after);

  for (guint i = 0; i < old->len; i++) {
    for (guint j = 0; j < new->len; j++) {
      if (same_fingerprint (g_ptr_array_index (old, i), g_ptr_array_index (new, j)))
        return FALSE;
    }
  }
  return old->len > 0 && new->len > 0;
}

static gboolean
differs (const char *a, const char *b)
{
  return a != NULL && b != NULL && !g_str_equal (a, b);
}

static gboolean
ice_changed (HsSdpSection *before, HsSdpSection *after)
{
  return differs (hs_sdp_section_get_ice_ufrag (before), hs_sdp_section_get_ice_ufrag (after)) ||
         differs (hs_sdp_section_get_ice_pwd (before), hs_sdp_section_get_ice_pwd (after));
}

HsSdpTransportChange
hs_sdp_compare_transport (HsSdp *before, HsSdp *after)
{
  guint n_sections = MIN (hs_sdp_get_n_sections (before), hs_sdp_get_n_sections (after));
  HsSdpTransportChange change = HS_SDP_TRANSPORT_SAME;

  if (!hs_sdp_same_far_end (before, after))
    change |= HS_SDP_TRANSPORT_SESSION_ID;
  for (guint i = 0; i < n_sections; i++) {
    HsSdpSection *old = hs_sdp_get_section (before, i);
    HsSdpSection *new = hs_sdp_get_section (after, i);
    if (hs_sdp_section_is_rejected (old) || hs_sdp_section_is_rejected (new))
      continue;
    if (fingerprint_changed (old, new))
      change |= HS_SDP_TRANSPORT_FINGERPRINT;
    if (ice_changed (old, new))
      change |= HS_SDP_TRANSPORT_ICE;
  }
  return change;
}

gboolean
hs_sdp_same_far_end (HsSdp *before, HsSdp *after)
{
  return g_str_equal (hs_sdp_get_session_id (before), hs_sdp_get_session_id (after));
}

/* --- the lines --- */

static gboolean
same_codec (const HsSdpCodec *a, const HsSdpCodec *b)
{
  return a->payload == b->payload && g_ascii_strcasecmp (a->name, b->name) == 0 &&
         a->clock_rate == b->clock_rate && a->channels == b->channels &&
         g_strcmp0 (a->fmtp, b->fmtp) == 0;
}

static gboolean
same_codecs (HsSdpSection *before, HsSdpSection *after)
{
  g_autoptr (GPtrArray) old = hs_sdp_section_dup_codecs (before);
  g_autoptr (GPtrArray) new = hs_sdp_section_dup_codecs (after);

  if (old->len != new->len)
    return FALSE;
  for (guint i = 0; i < old->len; i++) {
    if (!same_codec (g_ptr_array_index (old, i), g_ptr_array_index (new, i)))
      return FALSE;
  }
  return TRUE;
}

static gboolean
holds_ssrc (GArray *ssrcs, guint32 ssrc)
{
  for (guint i = 0; i < ssrcs->len; i++) {
    if (g_array_index (ssrcs, guint32, i) == ssrc)
      return TRUE;
  }
  return FALSE;
}

/* Sources that go are no news: a section that stops sending loses its lines. */
static gboolean
has_new_source (HsSdpSection *before, HsSdpSection *after)
{
  g_autoptr (GArray) old = hs_sdp_section_dup_ssrcs (before);
  g_autoptr (GArray) new = hs_sdp_section_dup_ssrcs (after);

  for (guint i = 0; i < new->len; i++) {
    if (!holds_ssrc (old, g_array_index (new, guint32, i)))
      return TRUE;
  }
  return FALSE;
}

static gboolean
line_changed (HsSdpSection *before, HsSdpSection *after)
{
  gboolean rejected = hs_sdp_section_is_rejected (after);

  if (hs_sdp_section_get_kind (before) != hs_sdp_section_get_kind (after) ||
      hs_sdp_section_is_rejected (before) != rejected)
    return TRUE;
  if (rejected)
    return FALSE;
  return g_strcmp0 (hs_sdp_section_get_mid (before), hs_sdp_section_get_mid (after)) != 0 ||
         !same_codecs (before, after) || has_new_source (before, after);
}

HsSdpReoffer
hs_sdp_judge_reoffer (HsSdp *before, HsSdp *after)
{
  if (hs_sdp_compare_transport (before, after) != HS_SDP_TRANSPORT_SAME)
    return HS_SDP_REOFFER_NEW_TRANSPORT;
  if (hs_sdp_get_n_sections (before) != hs_sdp_get_n_sections (after))
    return HS_SDP_REOFFER_LINES_CHANGED;
  for (guint i = 0; i < hs_sdp_get_n_sections (after); i++) {
    if (line_changed (hs_sdp_get_section (before, i), hs_sdp_get_section (after, i)))
      return HS_SDP_REOFFER_LINES_CHANGED;
  }
  return HS_SDP_REOFFER_DIRECTION_ONLY;
}

/* --- answers --- */

static gboolean
mismatch (GError **error, guint index, const char *what)
{
  g_set_error (error, HS_SDP_ERROR, HS_SDP_ERROR_MISMATCH, "SDP answer, section %u: %s", index + 1,
               what);
  return FALSE;
}

static gboolean
section_fits (HsSdpSection *offer, HsSdpSection *answer, guint index, GError **error)
{
  if (!g_str_equal (hs_sdp_section_get_media (offer), hs_sdp_section_get_media (answer)))
    return mismatch (error, index, "another kind of media than the offer has there");
  if (hs_sdp_section_is_rejected (offer) && !hs_sdp_section_is_rejected (answer))
    return mismatch (error, index, "in use, but the offer rejects it");
  if (differs (hs_sdp_section_get_mid (offer), hs_sdp_section_get_mid (answer)) &&
      !hs_sdp_section_is_rejected (answer))
    return mismatch (error, index, "another a=mid than the offer has there");
  return TRUE;
}

gboolean
hs_sdp_answer_fits (HsSdp *offer, HsSdp *answer, GError **error)
{
  guint n_offered = hs_sdp_get_n_sections (offer);
  guint n_answered = hs_sdp_get_n_sections (answer);

  if (n_offered != n_answered) {
    g_set_error (error, HS_SDP_ERROR, HS_SDP_ERROR_MISMATCH,
                 "SDP answer: %u sections for the offer's %u", n_answered, n_offered);
    return FALSE;
  }
  for (guint i = 0; i < n_offered; i++) {
    if (!section_fits (hs_sdp_get_section (offer, i), hs_sdp_get_section (answer, i), i, error))
      return FALSE;
  }
  return TRUE;
}
