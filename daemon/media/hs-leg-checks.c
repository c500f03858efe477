/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Who checks first.
 *
 * In a call that runs, an offer may come from a far end that takes us for somebody else: behind a
 * gateway calls are transferred, joined and entertained with music. Such an offer has the ICE
 * credentials of a transport that another far end was connected with, and that is still there: its
 * agent answers our checks, and when both ends are controlled there, changes our role (RFC 8445,
 * 7.3.1.1), so that we settle on addresses that are soon gone. Only from our answer does the far
 * end learn that it has to begin anew. Therefore it checks first, and we use its candidates when no
 * check has come for a while: it may be unable to reach us before we have sent something.
 */
#define G_LOG_DOMAIN "hs-media"

#include "hs-leg-private.h"

#include "sdp/hs-sdp-transport.h"

#define PATIENCE_MS 2000

typedef struct {
  guint line;
  char *text; /* the attribute's value */
} Kept;

static void
free_kept (gpointer data)
{
  Kept *kept = data;

  g_free (kept->text);
  g_free (kept);
}

void
hs_leg_wait_for_checks (HsLeg *self)
{
  self->waits_for_checks = TRUE;
}

/* Lines of a bundle share the transport of its first. */
static gboolean
has_own_transport (HsSdp *offer, const char *mid)
{
  g_auto (GStrv) bundle = hs_sdp_dup_bundle (offer);

  return mid == NULL || !g_strv_contains ((const char *const *) bundle, mid) ||
         g_str_equal (mid, bundle[0]);
}

static void
keep (HsLeg *self, HsSdp *offer)
{
  g_autoptr (GPtrArray) candidates = hs_sdp_dup_candidates (offer);

  self->kept = g_ptr_array_new_with_free_func (free_kept);
  for (guint i = 0; i < candidates->len; i++) {
    const HsSdpCandidate *candidate = candidates->pdata[i];
    Kept *kept;

    if (!has_own_transport (offer, candidate->mid))
      continue;
    kept = g_new (Kept, 1);
    kept->line = candidate->section;
    kept->text = g_strdup (candidate->source);
    g_ptr_array_add (self->kept, kept);
  }
}

HsSdp *
hs_leg_keep_candidates (HsLeg *self, HsSdp *offer)
{
  HsSdp *rest = hs_sdp_copy (offer);
  gboolean waits = self->waits_for_checks;

  hs_leg_stop_waiting_for_checks (self);
  self->waits_for_checks = FALSE;
  /* An ICE lite agent never checks. */
  if (!waits || hs_sdp_section_has_attribute (hs_sdp_get_head (offer), "ice-lite"))
    return rest;
  keep (self, offer);
  for (guint i = 0; i < hs_sdp_get_n_sections (rest); i++)
    hs_sdp_section_remove_attribute (hs_sdp_get_section (rest, i), "candidate");
  return rest;
}

static void
on_out_of_patience (gpointer user_data)
{
  HsLeg *self = user_data;
  g_autoptr (GPtrArray) kept = g_steal_pointer (&self->kept);

  self->check_timer = 0;
  g_debug ("no check has come from the far end: ours begin");
  for (guint i = 0; i < kept->len; i++) {
    const Kept *candidate = kept->pdata[i];
    g_autofree char *text = g_strconcat ("candidate:", candidate->text, NULL);

    g_signal_emit_by_name (self->webrtc, "add-ice-candidate", candidate->line, text);
  }
}

void
hs_leg_start_waiting_for_checks (HsLeg *self)
{
  if (self->kept != NULL && self->check_timer == 0)
    self->check_timer = hs_clock_add_timer (self->clock, PATIENCE_MS, on_out_of_patience, self);
}

void
hs_leg_stop_waiting_for_checks (HsLeg *self)
{
  hs_clock_clear_timer (self->clock, &self->check_timer);
  g_clear_pointer (&self->kept, g_ptr_array_unref);
}
