/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "hs-sdp"

#include "hs-sdp-transport.h"

#include <string.h>

/* SHA-512, the longest hash in use. */
#define MAX_DIGEST_LENGTH 64

/* --- fingerprints --- */

void
hs_sdp_fingerprint_free (HsSdpFingerprint *fingerprint)
{
  if (fingerprint == NULL)
    return;
  g_free (fingerprint->hash);
  g_clear_pointer (&fingerprint->digest, g_bytes_unref);
  g_free (fingerprint);
}

/* Returns: (transfer full) (nullable): the bytes of "AB:CD:…". */
static GBytes *
parse_digest (const char *text)
{
  g_autoptr (GByteArray) digest = g_byte_array_new ();

  for (const char *c = text; digest->len < MAX_DIGEST_LENGTH; c += 3) {
    if (!g_ascii_isxdigit (c[0]) || !g_ascii_isxdigit (c[1]))
      return NULL;
    guint8 byte = (guint8) (g_ascii_xdigit_value (c[0]) << 4 | g_ascii_xdigit_value (c[1]));
    g_byte_array_append (digest, &byte, 1);
    if (c[2] == '\0')
      return g_byte_array_free_to_bytes (g_steal_pointer (&digest));
    if (c[2] != ':')
      return NULL;
  }
  return NULL;
}

static HsSdpFingerprint *
parse_fingerprint (const char *value)
{
  g_auto (GStrv) parts = g_strsplit (value, " ", 2);

  if (g_strv_length (parts) != 2 || *parts[0] == '\0')
    return NULL;
  GBytes *digest = parse_digest (g_strstrip (parts[1]));
  if (digest == NULL)
    return NULL;
  HsSdpFingerprint *fingerprint = g_new0 (HsSdpFingerprint, 1);
  fingerprint->hash = g_ascii_strdown (parts[0], -1);
  fingerprint->digest = digest;
  return fingerprint;
}

static void
add_fingerprints (GPtrArray *fingerprints, GPtrArray *values)
{
  for (guint i = 0; i < values->len; i++) {
    HsSdpFingerprint *fingerprint = parse_fingerprint (g_ptr_array_index (values, i));
    if (fingerprint != NULL)
      g_ptr_array_add (fingerprints, fingerprint);
  }
}

GPtrArray *
hs_sdp_section_dup_fingerprints (HsSdpSection *section)
{
  GPtrArray *all = g_ptr_array_new_with_free_func ((GDestroyNotify) hs_sdp_fingerprint_free);
  HsSdpSection *head = hs_sdp_get_head (hs_sdp_section_get_sdp (section));
  g_autoptr (GPtrArray) own = hs_sdp_section_get_attributes (section, "fingerprint");
  g_autoptr (GPtrArray) shared = hs_sdp_section_get_attributes (head, "fingerprint");

  add_fingerprints (all, own->len > 0 ? own : shared);
  return all;
}

char *
hs_sdp_fingerprint_to_text (const char *hash, GBytes *digest)
{
  gsize size;
  const guint8 *bytes = g_bytes_get_data (digest, &size);
  GString *text = g_string_new (hash);

  for (gsize i = 0; i < size; i++)
    g_string_append_printf (text, "%c%02X", i == 0 ? ' ' : ':', bytes[i]);
  return g_string_free (text, FALSE);
}

/* --- candidates --- */

void
hs_sdp_candidate_free (HsSdpCandidate *candidate)
{
  if (candidate == NULL)
    return;
  g_free (candidate->foundation);
  g_free (candidate->transport);
  g_free (candidate->address);
  g_free (candidate->type);
  g_free (candidate->raddr);
  g_free (candidate->tcptype);
  g_free (candidate);
}

static gboolean
parse_number (const char *text, guint64 max, guint64 *value)
{
  return g_ascii_string_to_unsigned (text, 10, 0, max, value, NULL);
}

/* Name and value pairs behind the eight fixed parts; unknown ones are allowed. */
static void
parse_extensions (HsSdpCandidate *candidate, char **parts)
{
  guint64 port = 0;

  for (; parts[0] != NULL && parts[1] != NULL; parts += 2) {
    if (g_str_equal (parts[0], "raddr") && candidate->raddr == NULL)
      candidate->raddr = g_strdup (parts[1]);
    else if (g_str_equal (parts[0], "tcptype") && candidate->tcptype == NULL)
      candidate->tcptype = g_strdup (parts[1]);
    else if (g_str_equal (parts[0], "rport") && parse_number (parts[1], 65535, &port))
      candidate->rport = port;
  }
}

/* "foundation component transport priority address port typ type [name value …]" */
static HsSdpCandidate *
parse_candidate (const char *value)
{
  g_auto (GStrv) parts = g_strsplit (value, " ", -1);
  guint64 component, priority, port;

  if (g_strv_length (parts) < 8 || !g_str_equal (parts[6], "typ"))
    return NULL;
  if (!parse_number (parts[1], 256, &component) ||
      !parse_number (parts[3], G_MAXUINT32, &priority) || !parse_number (parts[5], 65535, &port))
    return NULL;

  HsSdpCandidate *candidate = g_new0 (HsSdpCandidate, 1);
  candidate->foundation = g_strdup (parts[0]);
  candidate->component = component;
  candidate->transport = g_ascii_strdown (parts[2], -1);
  candidate->priority = priority;
  candidate->address = g_strdup (parts[4]);
  candidate->port = port;
  candidate->type = g_strdup (parts[7]);
  candidate->source = value;
  parse_extensions (candidate, parts + 8);
  return candidate;
}

static void
add_candidates (GPtrArray *candidates, HsSdpSection *section, guint index)
{
  g_autoptr (GPtrArray) values = hs_sdp_section_get_attributes (section, "candidate");

  for (guint i = 0; i < values->len; i++) {
    HsSdpCandidate *candidate = parse_candidate (g_ptr_array_index (values, i));
    if (candidate == NULL)
      continue;
    candidate->section = index;
    candidate->mid = hs_sdp_section_get_mid (section);
    g_ptr_array_add (candidates, candidate);
  }
}

GPtrArray *
hs_sdp_dup_candidates (HsSdp *sdp)
{
  GPtrArray *candidates = g_ptr_array_new_with_free_func ((GDestroyNotify) hs_sdp_candidate_free);

  for (guint i = 0; i < hs_sdp_get_n_sections (sdp); i++)
    add_candidates (candidates, hs_sdp_get_section (sdp, i), i);
  return candidates;
}

gboolean
hs_sdp_has_candidate (HsSdp *sdp, const char *type)
{
  g_autoptr (GPtrArray) candidates = hs_sdp_dup_candidates (sdp);

  for (guint i = 0; i < candidates->len; i++) {
    const HsSdpCandidate *candidate = g_ptr_array_index (candidates, i);
    if (type == NULL || g_str_equal (candidate->type, type))
      return TRUE;
  }
  return FALSE;
}

const char *
hs_sdp_section_get_ice_ufrag (HsSdpSection *section)
{
  return hs_sdp_section_get_effective_attribute (section, "ice-ufrag");
}

const char *
hs_sdp_section_get_ice_pwd (HsSdpSection *section)
{
  return hs_sdp_section_get_effective_attribute (section, "ice-pwd");
}

const char *
hs_sdp_get_setup (HsSdp *sdp)
{
  for (guint i = 0; i < hs_sdp_get_n_sections (sdp); i++) {
    HsSdpSection *section = hs_sdp_get_section (sdp, i);
    if (!hs_sdp_section_is_rejected (section))
      return hs_sdp_section_get_effective_attribute (section, "setup");
  }
  return NULL;
}

/* --- BUNDLE --- */

static gboolean
is_bundle (const char *value, gpointer user_data)
{
  return g_str_equal (value, "BUNDLE") || g_str_has_prefix (value, "BUNDLE ");
}

char **
hs_sdp_dup_bundle (HsSdp *sdp)
{
  g_autoptr (GPtrArray) groups = hs_sdp_section_get_attributes (hs_sdp_get_head (sdp), "group");
  g_autoptr (GStrvBuilder) mids = g_strv_builder_new ();

  for (guint i = 0; i < groups->len; i++) {
    const char *group = g_ptr_array_index (groups, i);
    if (!is_bundle (group, NULL))
      continue;
    g_auto (GStrv) parts = g_strsplit (group, " ", -1);
    for (guint p = 1; parts[p] != NULL; p++) {
      if (*parts[p] != '\0')
        g_strv_builder_add (mids, parts[p]);
    }
    break;
  }
  return g_strv_builder_end (mids);
}

void
hs_sdp_set_bundle (HsSdp *sdp, const char *const *mids)
{
  HsSdpSection *head = hs_sdp_get_head (sdp);
  g_autofree char *list = g_strjoinv (" ", (char **) mids);
  g_autofree char *group = g_strconcat ("BUNDLE ", list, NULL);

  hs_sdp_section_remove_matching (head, "group", is_bundle, NULL);
  if (mids[0] != NULL)
    hs_sdp_section_add_attribute (head, "group", group);
}
