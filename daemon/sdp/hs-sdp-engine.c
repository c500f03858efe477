/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "hs-sdp"

#include "hs-sdp-codec.h"
#include "hs-sdp-edit.h"
#include "hs-sdp-engine.h"
#include "hs-sdp-source.h"
#include "hs-sdp-transport.h"

#include <string.h>

/* VP8 in the offers of all browsers. */
#define USUAL_VIDEO_PAYLOAD 96

/* One translation. */
typedef struct {
  HsSdp *shown;       /* what the engine will see */
  HsSdp *known;       /* nullable: what it knows of the lines so far */
  gboolean answer;    /* @known is its own offer, which the answer must match */
  guint anchor;       /* the section whose transport the placeholders share */
  GArray *usable;     /* gboolean of each section of @shown */
  GHashTable *bundle; /* set of mids, as it came */
} Translation;

/* Over DTLS-SRTP, whatever it is called: RTP/SAVPF, UDP/TLS/RTP/SAVPF … */
static gboolean
is_rtp (HsSdpSection *section)
{
  HsSdpKind kind = hs_sdp_section_get_kind (section);

  return (kind == HS_SDP_AUDIO || kind == HS_SDP_VIDEO) &&
         strstr (hs_sdp_section_get_proto (section), "RTP/SAVP") != NULL;
}

gboolean
hs_sdp_section_is_usable (HsSdpSection *section)
{
  return is_rtp (section) && hs_sdp_section_get_formats (section)[0] != NULL &&
         !hs_sdp_section_is_rejected (section);
}

static gboolean
is_usable (Translation *translation, guint index)
{
  return g_array_index (translation->usable, gboolean, index);
}

static HsSdpSection *
get_known (Translation *translation, guint index)
{
  return translation->known != NULL ? hs_sdp_get_section (translation->known, index) : NULL;
}

/* --- where sections stand --- */

/* What may stand in the head for all sections: webrtcbin looks into the sections. */
static void
push_down (HsSdp *sdp, const char *name)
{
  HsSdpSection *head = hs_sdp_get_head (sdp);
  const char *shared = hs_sdp_section_get_attribute (head, name);

  for (guint i = 0; shared != NULL && i < hs_sdp_get_n_sections (sdp); i++) {
    HsSdpSection *section = hs_sdp_get_section (sdp, i);
    if (!hs_sdp_section_has_attribute (section, name))
      hs_sdp_section_set_attribute (section, name, shared);
  }
  hs_sdp_section_remove_attribute (head, name);
}

static GHashTable *
collect_bundle (HsSdp *sdp)
{
  GHashTable *bundle = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_auto (GStrv) mids = hs_sdp_dup_bundle (sdp);

  for (guint i = 0; mids[i] != NULL; i++)
    g_hash_table_add (bundle, g_strdup (mids[i]));
  return bundle;
}

static gboolean
is_bundled (Translation *translation, guint index)
{
  const char *mid = hs_sdp_section_get_mid (hs_sdp_get_section (translation->shown, index));

  return mid != NULL && g_hash_table_contains (translation->bundle, mid);
}

/* The first usable section of the bundle, or of all when none is bundled. */
static gboolean
find_anchor (Translation *translation)
{
  gboolean found = FALSE;

  for (guint i = translation->usable->len; i > 0; i--) {
    if (!is_usable (translation, i - 1))
      continue;
    if (!found || is_bundled (translation, i - 1) || !is_bundled (translation, translation->anchor))
      translation->anchor = i - 1;
    found = TRUE;
  }
  return found;
}

static guint
count_usable (Translation *translation)
{
  guint n = 0;

  for (guint i = 0; i < translation->usable->len; i++)
    n += is_usable (translation, i) ? 1 : 0;
  return n;
}

/* --- single sections --- */

static void
share_transport (Translation *translation, HsSdpSection *section)
{
  static const char *const shared[] = { "ice-ufrag", "ice-pwd", "fingerprint", "setup" };
  HsSdpSection *anchor = hs_sdp_get_section (translation->shown, translation->anchor);

  for (guint i = 0; i < G_N_ELEMENTS (shared); i++) {
    const char *value = hs_sdp_section_get_attribute (anchor, shared[i]);
    if (value != NULL)
      hs_sdp_section_set_attribute (section, shared[i], value);
  }
  hs_sdp_section_set_attribute (section, "rtcp-mux", NULL);
  hs_sdp_section_remove_attribute (section, "candidate");
  hs_sdp_section_remove_attribute (section, "crypto");
  hs_sdp_section_remove_sources (section);
}

/* A payload that is not used elsewhere, so that no packet is ever taken for this line's. Video may
 * come to life later, and the engine holds on to the number it saw first: the usual one, then. */
static void
add_placeholder_format (HsSdp *sdp, HsSdpSection *section)
{
  gboolean video = hs_sdp_section_get_kind (section) == HS_SDP_VIDEO;
  int payload = hs_sdp_find_free_payload (sdp, video ? USUAL_VIDEO_PAYLOAD : -1);
  g_autofree char *format = g_strdup_printf ("%d", MAX (payload, 0));
  g_autofree char *rtpmap = g_strdup_printf ("%s %s", format, video ? "VP8/90000" : "PCMU/8000");

  hs_sdp_section_add_format (section, format);
  hs_sdp_section_add_attribute (section, "rtpmap", rtpmap);
}

static void
remove_formats (HsSdpSection *section)
{
  while (hs_sdp_section_get_formats (section)[0] != NULL)
    hs_sdp_section_remove_format (section, hs_sdp_section_get_formats (section)[0]);
}

/* Makes a section that is nothing to us look like a medium. */
static void
disguise (Translation *translation, HsSdpSection *section)
{
  HsSdpSection *anchor = hs_sdp_get_section (translation->shown, translation->anchor);
  HsSdpKind kind = hs_sdp_section_get_kind (section);

  if (!is_rtp (section))
    remove_formats (section);
  if (kind != HS_SDP_AUDIO && kind != HS_SDP_VIDEO)
    hs_sdp_section_set_media (section, "audio");
  hs_sdp_section_set_proto (section, hs_sdp_section_get_proto (anchor));
  if (hs_sdp_section_get_formats (section)[0] == NULL)
    add_placeholder_format (translation->shown, section);
}

/* Returns: (transfer full): a name that no section has. */
static char *
invent_mid (Translation *translation, guint index)
{
  char *mid = g_strdup_printf ("line%u", index);

  while (hs_sdp_find_mid (translation->shown, mid) != NULL ||
         (translation->known != NULL && hs_sdp_find_mid (translation->known, mid) != NULL)) {
    char *longer = g_strconcat (mid, "-", NULL);
    g_free (mid);
    mid = longer;
  }
  return mid;
}

/* An answer must name the engine's own lines; in an offer the far end's names rule, and only what
 * has none gets one. */
static void
ensure_mid (Translation *translation, HsSdpSection *section, guint index)
{
  HsSdpSection *known = get_known (translation, index);
  const char *mid = known != NULL ? hs_sdp_section_get_mid (known) : NULL;
  g_autofree char *invented = invent_mid (translation, index);

  if (!translation->answer && hs_sdp_section_has_attribute (section, "mid"))
    return;
  if (mid == NULL || (!translation->answer && hs_sdp_find_mid (translation->shown, mid) != NULL))
    mid = invented;
  hs_sdp_section_set_mid (section, mid);
}

static void
show_in_use (Translation *translation, HsSdpSection *section, guint index)
{
  ensure_mid (translation, section, index);
  hs_sdp_section_remove_attribute (section, "bundle-only");
  hs_sdp_section_set_direction (section, HS_SDP_SENDRECV);
  if (!hs_sdp_section_has_attribute (section, "setup"))
    hs_sdp_section_set_attribute (section, "setup", translation->answer ? "passive" : "actpass");
  if (hs_sdp_section_get_port (section) == 0)
    hs_sdp_section_set_port (section, HS_SDP_DISCARD_PORT);
}

static void
show_placeholder (Translation *translation, guint index)
{
  HsSdpSection *section = hs_sdp_get_section (translation->shown, index);
  HsSdpSection *known = get_known (translation, index);
  g_autofree char *mid = g_strdup (hs_sdp_section_get_mid (section));

  /* The name may be taken by another section meanwhile: ensure_mid() looks. */
  if (known != NULL && hs_sdp_section_get_formats (known)[0] != NULL) {
    section = hs_sdp_replace_section (translation->shown, index, known);
    hs_sdp_section_remove_attribute (section, "mid");
    if (mid != NULL)
      hs_sdp_section_set_mid (section, mid);
  }
  disguise (translation, section);
  share_transport (translation, section);
  show_in_use (translation, section, index);
}

/* An engine's lines never become fewer. */
static void
append_known (Translation *translation)
{
  guint n_known = translation->known != NULL ? hs_sdp_get_n_sections (translation->known) : 0;

  for (guint i = hs_sdp_get_n_sections (translation->shown); i < n_known; i++) {
    HsSdpSection *known = hs_sdp_get_section (translation->known, i);
    HsSdpSection *copy = hs_sdp_append_section (translation->shown, known);
    hs_sdp_section_remove_attribute (copy, "mid");
    g_array_append_val (translation->usable, (gboolean){ FALSE });
  }
}

/* --- the bundle --- */

/* Placeholders have no transport of their own, and a single medium needs no list to be one. */
static gboolean
belongs_to_bundle (Translation *translation, guint index)
{
  return !is_usable (translation, index) || is_bundled (translation, index) ||
         index == translation->anchor || count_usable (translation) == 1;
}

static void
copy_candidates (HsSdpSection *from, HsSdpSection *to)
{
  g_autoptr (GPtrArray) candidates = hs_sdp_section_get_attributes (from, "candidate");

  if (from == to || hs_sdp_section_has_attribute (to, "candidate"))
    return;
  for (guint i = 0; i < candidates->len; i++)
    hs_sdp_section_add_attribute (to, "candidate", g_ptr_array_index (candidates, i));
}

/* In the order of the sections: the engine takes the transport of the first one listed for that of
 * all, lists them in this order itself, and would not follow if that place moved. So the first one
 * needs candidates, also when it is a placeholder. */
static void
complete_bundle (Translation *translation)
{
  g_autoptr (GPtrArray) mids = g_ptr_array_new ();
  HsSdp *shown = translation->shown;
  HsSdpSection *first = NULL;

  for (guint i = 0; i < hs_sdp_get_n_sections (shown); i++) {
    if (!belongs_to_bundle (translation, i))
      continue;
    if (first == NULL)
      first = hs_sdp_get_section (shown, i);
    g_ptr_array_add (mids, (gpointer) hs_sdp_section_get_mid (hs_sdp_get_section (shown, i)));
  }
  copy_candidates (hs_sdp_get_section (shown, translation->anchor), first);
  /* A list of one means nothing, unless that one is all there is. */
  if (mids->len == 1 && hs_sdp_get_n_sections (shown) > 1)
    g_ptr_array_set_size (mids, 0);
  g_ptr_array_add (mids, NULL);
  hs_sdp_set_bundle (shown, (const char *const *) mids->pdata);
}

/* --- all of it --- */

static void
show_all (Translation *translation)
{
  /* The usable ones first: placeholders take their transport and look for unused payloads. */
  for (guint i = 0; i < translation->usable->len; i++) {
    if (is_usable (translation, i))
      show_in_use (translation, hs_sdp_get_section (translation->shown, i), i);
  }
  append_known (translation);
  for (guint i = 0; i < translation->usable->len; i++) {
    if (!is_usable (translation, i))
      show_placeholder (translation, i);
  }
  complete_bundle (translation);
}

/* The engine would refuse it as well, but only when a call is to be answered that rings already. */
static gboolean
check_transport (Translation *translation, GError **error)
{
  static const char *const needed[] = { "ice-ufrag", "ice-pwd", "fingerprint" };
  HsSdpSection *anchor = hs_sdp_get_section (translation->shown, translation->anchor);

  for (guint i = 0; i < G_N_ELEMENTS (needed); i++) {
    if (hs_sdp_section_has_attribute (anchor, needed[i]))
      continue;
    g_set_error (error, HS_SDP_ERROR, HS_SDP_ERROR_UNUSABLE, "SDP: a=%s is missing", needed[i]);
    return FALSE;
  }
  return TRUE;
}

static HsSdp *
translate (HsSdp *remote, HsSdp *known, gboolean answer, GError **error)
{
  static const char *const transport[] = { "ice-ufrag", "ice-pwd", "fingerprint", "setup" };
  g_autoptr (HsSdp) shown = hs_sdp_copy (remote);
  g_autoptr (GArray) usable = g_array_new (FALSE, FALSE, sizeof (gboolean));
  g_autoptr (GHashTable) bundle = collect_bundle (remote);
  Translation translation = {
    .shown = shown,
    .known = known,
    .answer = answer,
    .usable = usable,
    .bundle = bundle,
  };

  for (guint i = 0; i < G_N_ELEMENTS (transport); i++)
    push_down (shown, transport[i]);
  for (guint i = 0; i < hs_sdp_get_n_sections (shown); i++) {
    gboolean one = hs_sdp_section_is_usable (hs_sdp_get_section (shown, i));
    g_array_append_val (usable, one);
  }
  if (!find_anchor (&translation)) {
    g_set_error (error, HS_SDP_ERROR, HS_SDP_ERROR_UNUSABLE,
                 "SDP: no audio or video section that can be used");
    return NULL;
  }
  if (!check_transport (&translation, error))
    return NULL;
  show_all (&translation);
  return g_steal_pointer (&shown);
}

HsSdp *
hs_sdp_offer_to_engine (HsSdp *offer, HsSdp *previous, GError **error)
{
  return translate (offer, previous, FALSE, error);
}

HsSdp *
hs_sdp_answer_to_engine (HsSdp *answer, HsSdp *local_offer, GError **error)
{
  return translate (answer, local_offer, TRUE, error);
}

/* An answer may not say actpass; the far end's role is what ours, in our re-offers, is not. */
static void
settle_setup (HsSdp *sdp, HsSdp *local_offer)
{
  const char *local = hs_sdp_get_setup (local_offer);

  if (g_strcmp0 (hs_sdp_get_setup (sdp), "actpass") == 0)
    hs_sdp_set_setup (sdp, g_strcmp0 (local, "passive") == 0 ? "active" : "passive");
}

HsSdp *
hs_sdp_rollback_to_engine (HsSdp *previous, HsSdp *local_offer, GError **error)
{
  g_autoptr (HsSdp) answer = hs_sdp_copy (previous);

  settle_setup (answer, local_offer);
  return hs_sdp_answer_to_engine (answer, local_offer, error);
}
