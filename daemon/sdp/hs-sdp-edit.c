/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "hs-sdp"

#include "hs-sdp-edit.h"
#include "hs-sdp-source.h"
#include "hs-sdp-transport.h"

#include <string.h>

typedef void (*Edit) (HsSdpSection *section, gpointer user_data);

static void
for_each_section (HsSdp *sdp, Edit edit, gpointer user_data)
{
  for (guint i = 0; i < hs_sdp_get_n_sections (sdp); i++)
    edit (hs_sdp_get_section (sdp, i), user_data);
}

/* Everything is said in the sections afterwards, for far ends that look nowhere else. */
static void
clear_directions (HsSdpSection *head)
{
  for (int d = HS_SDP_INACTIVE; d <= HS_SDP_SENDRECV; d++)
    hs_sdp_section_remove_attribute (head, hs_sdp_direction_to_text (d));
}

static void
set_direction (HsSdpSection *section, gpointer user_data)
{
  hs_sdp_section_set_direction (section, GPOINTER_TO_INT (user_data));
}

void
hs_sdp_set_all_directions (HsSdp *sdp, HsSdpDirection direction)
{
  clear_directions (hs_sdp_get_head (sdp));
  for_each_section (sdp, set_direction, GINT_TO_POINTER (direction));
}

static void
open_setup (HsSdpSection *section, gpointer user_data)
{
  if (g_strcmp0 (hs_sdp_section_get_attribute (section, "setup"), "active") == 0)
    hs_sdp_section_set_attribute (section, "setup", "actpass");
}

void
hs_sdp_open_setup (HsSdp *sdp)
{
  open_setup (hs_sdp_get_head (sdp), NULL);
  for_each_section (sdp, open_setup, NULL);
}

static void
set_setup (HsSdpSection *section, gpointer user_data)
{
  hs_sdp_section_set_attribute (section, "setup", user_data);
}

void
hs_sdp_set_setup (HsSdp *sdp, const char *role)
{
  hs_sdp_section_remove_attribute (hs_sdp_get_head (sdp), "setup");
  for_each_section (sdp, set_setup, (gpointer) role);
}

static void
find_actpass (HsSdpSection *section, gpointer user_data)
{
  gboolean *found = user_data;

  if (g_strcmp0 (hs_sdp_section_get_attribute (section, "setup"), "actpass") == 0)
    *found = TRUE;
}

gboolean
hs_sdp_fix_answer_setup (HsSdp *sdp, const char *role)
{
  gboolean found = FALSE;

  find_actpass (hs_sdp_get_head (sdp), &found);
  for_each_section (sdp, find_actpass, &found);
  if (found)
    hs_sdp_set_setup (sdp, role);
  return found;
}

static gboolean
is_trickle (const char *value, gpointer user_data)
{
  gsize length = strlen ("trickle");

  return strncmp (value, "trickle", length) == 0 && (value[length] == '\0' || value[length] == ' ');
}

static void
remove_trickle (HsSdpSection *section, gpointer user_data)
{
  hs_sdp_section_remove_matching (section, "ice-options", is_trickle, NULL);
}

void
hs_sdp_remove_trickle (HsSdp *sdp)
{
  remove_trickle (hs_sdp_get_head (sdp), NULL);
  for_each_section (sdp, remove_trickle, NULL);
}

void
hs_sdp_remove_bundling (HsSdp *sdp)
{
  hs_sdp_section_remove_attribute (hs_sdp_get_head (sdp), "group");
}

/* --- rejecting --- */

static void
remove_from_bundle (HsSdp *sdp, const char *mid)
{
  g_auto (GStrv) bundle = hs_sdp_dup_bundle (sdp);
  g_autoptr (GStrvBuilder) rest = g_strv_builder_new ();

  if (mid == NULL || !g_strv_contains ((const char *const *) bundle, mid))
    return;
  for (guint i = 0; bundle[i] != NULL; i++) {
    if (!g_str_equal (bundle[i], mid))
      g_strv_builder_add (rest, bundle[i]);
  }
  g_auto (GStrv) mids = g_strv_builder_end (rest);
  hs_sdp_set_bundle (sdp, (const char *const *) mids);
}

void
hs_sdp_reject_section (HsSdp *sdp, guint index)
{
  static const char *const pointless[] = {
    "candidate", "end-of-candidates", "bundle-only", "ice-ufrag",   "ice-pwd",
    "setup",     "fingerprint",       "crypto",      "ice-options",
  };
  HsSdpSection *section = hs_sdp_get_section (sdp, index);
  g_return_if_fail (section != NULL);

  remove_from_bundle (sdp, hs_sdp_section_get_mid (section));
  for (guint i = 0; i < G_N_ELEMENTS (pointless); i++)
    hs_sdp_section_remove_attribute (section, pointless[i]);
  hs_sdp_section_remove_sources (section);
  hs_sdp_section_set_port (section, 0);
  hs_sdp_section_set_direction (section, HS_SDP_INACTIVE);
  if (hs_sdp_section_get_formats (section)[0] == NULL)
    hs_sdp_section_add_format (section, "0");
}

guint
hs_sdp_reject_empty (HsSdp *sdp)
{
  guint n_rejected = 0;

  for (guint i = 0; i < hs_sdp_get_n_sections (sdp); i++) {
    if (hs_sdp_section_get_formats (hs_sdp_get_section (sdp, i))[0] != NULL)
      continue;
    hs_sdp_reject_section (sdp, i);
    n_rejected++;
  }
  return n_rejected;
}
