/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "hs-sdp"

#include "hs-sdp-private.h"

#include <string.h>

G_DEFINE_QUARK (hs - sdp - error - quark, hs_sdp_error)

HsSdp *
hs_sdp_new_empty (void)
{
  HsSdp *sdp = g_new0 (HsSdp, 1);

  sdp->head = hs_sdp_section_new (sdp);
  sdp->sections = g_ptr_array_new_with_free_func ((GDestroyNotify) hs_sdp_section_free);
  return sdp;
}

HsSdp *
hs_sdp_copy (HsSdp *sdp)
{
  HsSdp *copy = g_new0 (HsSdp, 1);

  copy->origin = g_strdupv (sdp->origin);
  copy->head = hs_sdp_section_copy (copy, sdp->head);
  copy->sections = g_ptr_array_new_with_free_func ((GDestroyNotify) hs_sdp_section_free);
  for (guint i = 0; i < sdp->sections->len; i++)
    hs_sdp_append_section (copy, g_ptr_array_index (sdp->sections, i));
  return copy;
}

void
hs_sdp_free (HsSdp *sdp)
{
  if (sdp == NULL)
    return;
  g_strfreev (sdp->origin);
  hs_sdp_section_free (sdp->head);
  g_ptr_array_unref (sdp->sections);
  g_free (sdp);
}

static void
append_lines (GString *text, HsSdpSection *section)
{
  for (guint i = 0; i < section->lines->len; i++) {
    const HsSdpLine *line = g_ptr_array_index (section->lines, i);
    g_string_append_printf (text, "%c=%s\r\n", line->type, line->value);
  }
}

static void
append_media (GString *text, HsSdpSection *section)
{
  g_autofree char *formats = g_strjoinv (" ", (char **) section->formats->pdata);

  g_string_append_printf (text, "m=%s %u", section->media, section->port);
  if (section->n_ports > 0)
    g_string_append_printf (text, "/%u", section->n_ports);
  g_string_append_printf (text, " %s %s\r\n", section->proto, formats);
}

char *
hs_sdp_to_text (HsSdp *sdp)
{
  GString *text = g_string_new (NULL);

  append_lines (text, sdp->head);
  for (guint i = 0; i < sdp->sections->len; i++) {
    append_media (text, g_ptr_array_index (sdp->sections, i));
    append_lines (text, g_ptr_array_index (sdp->sections, i));
  }
  return g_string_free (text, FALSE);
}

const char *
hs_sdp_get_origin_user (HsSdp *sdp)
{
  return sdp->origin[0];
}

const char *
hs_sdp_get_session_id (HsSdp *sdp)
{
  return sdp->origin[1];
}

const char *
hs_sdp_get_version (HsSdp *sdp)
{
  return sdp->origin[2];
}

const char *
hs_sdp_get_origin_address (HsSdp *sdp)
{
  return sdp->origin[5];
}

static void
set_origin_part (HsSdp *sdp, guint part, const char *value)
{
  if (value == NULL)
    return;
  g_free (sdp->origin[part]);
  sdp->origin[part] = g_strdup (value);
}

void
hs_sdp_set_origin (
    HsSdp *sdp, const char *user, const char *session_id, const char *version, const char *address)
{
  set_origin_part (sdp, 0, user);
  set_origin_part (sdp, 1, session_id);
  set_origin_part (sdp, 2, version);
  set_origin_part (sdp, 5, address);
  if (address != NULL)
    set_origin_part (sdp, 4, strchr (address, ':') != NULL ? "IP6" : "IP4");

  for (guint i = 0; i < sdp->head->lines->len; i++) {
    HsSdpLine *line = g_ptr_array_index (sdp->head->lines, i);
    if (line->type == 'o') {
      g_free (line->value);
      line->value = g_strjoinv (" ", sdp->origin);
    }
  }
}

HsSdpSection *
hs_sdp_get_head (HsSdp *sdp)
{
  return sdp->head;
}

guint
hs_sdp_get_n_sections (HsSdp *sdp)
{
  return sdp->sections->len;
}

HsSdpSection *
hs_sdp_get_section (HsSdp *sdp, guint index)
{
  return index < sdp->sections->len ? g_ptr_array_index (sdp->sections, index) : NULL;
}

HsSdpSection *
hs_sdp_find_mid (HsSdp *sdp, const char *mid)
{
  if (mid == NULL)
    return NULL;
  for (guint i = 0; i < sdp->sections->len; i++) {
    HsSdpSection *section = g_ptr_array_index (sdp->sections, i);
    if (g_strcmp0 (hs_sdp_section_get_mid (section), mid) == 0)
      return section;
  }
  return NULL;
}

HsSdpSection *
hs_sdp_find_kind (HsSdp *sdp, HsSdpKind kind)
{
  for (guint i = 0; i < sdp->sections->len; i++) {
    HsSdpSection *section = g_ptr_array_index (sdp->sections, i);
    if (section->kind == kind && !hs_sdp_section_is_rejected (section))
      return section;
  }
  return NULL;
}

HsSdpSection *
hs_sdp_append_section (HsSdp *sdp, HsSdpSection *section)
{
  HsSdpSection *copy = hs_sdp_section_copy (sdp, section);

  g_ptr_array_add (sdp->sections, copy);
  return copy;
}

HsSdpSection *
hs_sdp_replace_section (HsSdp *sdp, guint index, HsSdpSection *section)
{
  g_return_val_if_fail (index < sdp->sections->len, NULL);

  HsSdpSection *copy = hs_sdp_section_copy (sdp, section);
  hs_sdp_section_free (g_ptr_array_index (sdp->sections, index));
  g_ptr_array_index (sdp->sections, index) = copy;
  return copy;
}

void
hs_sdp_truncate (HsSdp *sdp, guint n_sections)
{
  if (n_sections < sdp->sections->len)
    g_ptr_array_set_size (sdp->sections, n_sections);
}
