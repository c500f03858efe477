/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "hs-sdp"

#include "hs-sdp-transport.h"
#include "hs-sdp-wire-transport.h"

#include <string.h>

#define NO_ADDRESS "0.0.0.0"

/* --- the bundle --- */

void
hs_sdp_wire_bundle (HsSdp *sdp, HsSdp *offer)
{
  g_auto (GStrv) mids = hs_sdp_dup_bundle (offer != NULL ? offer : sdp);
  g_autoptr (GPtrArray) kept = g_ptr_array_new ();

  for (guint i = 0; mids[i] != NULL; i++) {
    HsSdpSection *section = hs_sdp_find_mid (sdp, mids[i]);
    if (section != NULL && !hs_sdp_section_is_rejected (section))
      g_ptr_array_add (kept, mids[i]);
  }
  g_ptr_array_add (kept, NULL);
  hs_sdp_set_bundle (sdp, (const char *const *) kept->pdata);
}

/* --- candidates --- */

static gboolean
has_candidates (HsSdpSection *section)
{
  return section != NULL && hs_sdp_section_has_attribute (section, "candidate");
}

static HsSdpSection *
find_any_with_candidates (HsSdp *sdp)
{
  for (guint i = 0; sdp != NULL && i < hs_sdp_get_n_sections (sdp); i++) {
    if (has_candidates (hs_sdp_get_section (sdp, i)))
      return hs_sdp_get_section (sdp, i);
  }
  return NULL;
}

static void
copy_candidates (HsSdpSection *from, HsSdpSection *to)
{
  g_autoptr (GPtrArray) values = hs_sdp_section_get_attributes (from, "candidate");

  for (guint i = 0; i < values->len; i++)
    hs_sdp_section_add_attribute (to, "candidate", g_ptr_array_index (values, i));
}

/* The section whose transport all bundled ones use. */
static HsSdpSection *
get_tag (HsSdp *sdp)
{
  g_auto (GStrv) mids = hs_sdp_dup_bundle (sdp);

  return hs_sdp_find_mid (sdp, mids[0]);
}

static gboolean
is_bundled (HsSdp *sdp, HsSdpSection *section)
{
  g_auto (GStrv) mids = hs_sdp_dup_bundle (sdp);
  const char *mid = hs_sdp_section_get_mid (section);

  return mid != NULL && g_strv_contains ((const char *const *) mids, mid);
}

/* The engine's first section carries the transport, also when it is rejected by now. */
static void
complete_tag (HsSdp *sdp, HsSdp *engine, HsSdp *earlier)
{
  HsSdpSection *tag = get_tag (sdp);
  HsSdpSection *from = find_any_with_candidates (engine);

  if (from == NULL)
    from = find_any_with_candidates (earlier);
  if (tag != NULL && from != NULL && !has_candidates (tag))
    copy_candidates (from, tag);
}

static void
complete_section (HsSdp *sdp, guint index, HsSdp *earlier)
{
  HsSdpSection *section = hs_sdp_get_section (sdp, index);
  HsSdpSection *from = earlier != NULL ? hs_sdp_get_section (earlier, index) : NULL;

  if (!hs_sdp_section_is_rejected (section) && !is_bundled (sdp, section) &&
      !has_candidates (section) && has_candidates (from))
    copy_candidates (from, section);
}

/* --- the address for those who know no ICE --- */

/* Of what works with most far ends: relay before the outside of a NAT before our own. */
static guint
get_rank (const HsSdpCandidate *candidate)
{
  static const char *const types[] = { "host", "srflx", "relay" };
  gboolean ipv6 = strchr (candidate->address, ':') != NULL;

  if (candidate->component != 1 || !g_str_equal (candidate->transport, "udp") ||
      !g_hostname_is_ip_address (candidate->address))
    return 0;
  for (guint i = 0; i < G_N_ELEMENTS (types); i++) {
    if (g_str_equal (candidate->type, types[i]))
      return 2 * i + (ipv6 ? 1 : 2);
  }
  return 0;
}

static const HsSdpCandidate *
find_default (GPtrArray *candidates, guint section)
{
  const HsSdpCandidate *best = NULL;

  for (guint i = 0; i < candidates->len; i++) {
    const HsSdpCandidate *candidate = g_ptr_array_index (candidates, i);
    if (candidate->section == section && get_rank (candidate) > 0 &&
        (best == NULL || get_rank (candidate) > get_rank (best)))
      best = candidate;
  }
  return best;
}

static void
write_address (HsSdpSection *section, const HsSdpCandidate *candidate)
{
  hs_sdp_section_set_port (section, candidate != NULL ? candidate->port : HS_SDP_DISCARD_PORT);
  hs_sdp_section_set_connection (section, candidate != NULL ? candidate->address : NO_ADDRESS);
}

void
hs_sdp_wire_candidates (HsSdp *sdp, HsSdp *engine, HsSdp *earlier)
{
  complete_tag (sdp, engine, earlier);
  for (guint i = 0; i < hs_sdp_get_n_sections (sdp); i++)
    complete_section (sdp, i, earlier);

  g_autoptr (GPtrArray) candidates = hs_sdp_dup_candidates (sdp);
  for (guint i = 0; i < hs_sdp_get_n_sections (sdp); i++) {
    HsSdpSection *section = hs_sdp_get_section (sdp, i);
    if (!hs_sdp_section_is_rejected (section))
      write_address (section, find_default (candidates, i));
  }
}
