/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "hs-sdp"

#include "hs-sdp-private.h"

#include <string.h>

/* More than any real description has, few enough to search one by one. */
#define MAX_FORMATS 256

static void
line_free (HsSdpLine *line)
{
  g_free (line->value);
  g_free (line);
}

HsSdpSection *
hs_sdp_section_new (HsSdp *sdp)
{
  HsSdpSection *section = g_new0 (HsSdpSection, 1);

  section->sdp = sdp;
  section->kind = HS_SDP_HEAD;
  section->lines = g_ptr_array_new_with_free_func ((GDestroyNotify) line_free);
  section->formats = g_ptr_array_new_with_free_func (g_free);
  g_ptr_array_add (section->formats, NULL);
  return section;
}

HsSdpSection *
hs_sdp_section_copy (HsSdp *sdp, HsSdpSection *section)
{
  HsSdpSection *copy = hs_sdp_section_new (sdp);

  copy->kind = section->kind;
  copy->media = g_strdup (section->media);
  copy->port = section->port;
  copy->n_ports = section->n_ports;
  copy->proto = g_strdup (section->proto);
  for (guint i = 0; i + 1 < section->formats->len; i++)
    hs_sdp_section_add_format (copy, g_ptr_array_index (section->formats, i));
  for (guint i = 0; i < section->lines->len; i++) {
    const HsSdpLine *line = g_ptr_array_index (section->lines, i);
    hs_sdp_section_append_line (copy, line->type, line->value);
  }
  return copy;
}

void
hs_sdp_section_free (HsSdpSection *section)
{
  g_ptr_array_unref (section->lines);
  g_ptr_array_unref (section->formats);
  g_free (section->media);
  g_free (section->proto);
  g_free (section);
}

void
hs_sdp_section_append_line (HsSdpSection *section, char type, const char *value)
{
  HsSdpLine *line = g_new0 (HsSdpLine, 1);

  line->type = type;
  line->value = g_strdup (value);
  g_ptr_array_add (section->lines, line);
}

/* --- reading the m= line --- */

static HsSdpKind
kind_from_text (const char *media)
{
  if (g_str_equal (media, "audio"))
    return HS_SDP_AUDIO;
  if (g_str_equal (media, "video"))
    return HS_SDP_VIDEO;
  if (g_str_equal (media, "application"))
    return HS_SDP_APPLICATION;
  return HS_SDP_OTHER;
}

static gboolean
parse_port (HsSdpSection *section, const char *text)
{
  g_auto (GStrv) parts = g_strsplit (text, "/", 2);
  guint64 port, n_ports = 0;

  if (!g_ascii_string_to_unsigned (parts[0] != NULL ? parts[0] : "", 10, 0, 65535, &port, NULL))
    return FALSE;
  if (parts[1] != NULL && !g_ascii_string_to_unsigned (parts[1], 10, 1, 65535, &n_ports, NULL))
    return FALSE;
  section->port = port;
  section->n_ports = n_ports;
  return TRUE;
}

static gboolean
is_format (HsSdpSection *section, const char *format)
{
  if (strstr (section->proto, "RTP/") != NULL)
    return g_ascii_string_to_unsigned (format, 10, 0, 127, NULL, NULL);
  return *format != '\0';
}

/* A line without formats is what a codec remover at the far end may leave behind; it ends in a
 * blank then. */
static gboolean
parse_formats (HsSdpSection *section, char **formats)
{
  for (guint i = 0; formats[i] != NULL; i++) {
    if (*formats[i] == '\0')
      continue;
    if (i >= MAX_FORMATS || !is_format (section, formats[i]))
      return FALSE;
    hs_sdp_section_add_format (section, formats[i]);
  }
  return TRUE;
}

gboolean
hs_sdp_section_parse_media (HsSdpSection *section, const char *value)
{
  g_auto (GStrv) parts = g_strsplit (value, " ", -1);

  if (g_strv_length (parts) < 3 || *parts[0] == '\0' || *parts[2] == '\0')
    return FALSE;
  section->media = g_strdup (parts[0]);
  section->kind = kind_from_text (parts[0]);
  section->proto = g_strdup (parts[2]);
  return parse_port (section, parts[1]) && parse_formats (section, parts + 3);
}

/* --- the m= line --- */

HsSdp *
hs_sdp_section_get_sdp (HsSdpSection *section)
{
  return section->sdp;
}

HsSdpKind
hs_sdp_section_get_kind (HsSdpSection *section)
{
  return section->kind;
}

const char *
hs_sdp_section_get_media (HsSdpSection *section)
{
  return section->media;
}

void
hs_sdp_section_set_media (HsSdpSection *section, const char *media)
{
  char *copy = g_strdup (media); /* may be what is there now */

  g_free (section->media);
  section->media = copy;
  section->kind = kind_from_text (media);
}

const char *
hs_sdp_section_get_proto (HsSdpSection *section)
{
  return section->proto;
}

void
hs_sdp_section_set_proto (HsSdpSection *section, const char *proto)
{
  char *copy = g_strdup (proto); /* may be what is there now */

  g_free (section->proto);
  section->proto = copy;
}

guint
hs_sdp_section_get_port (HsSdpSection *section)
{
  return section->port;
}

void
hs_sdp_section_set_port (HsSdpSection *section, guint port)
{
  section->port = port;
  section->n_ports = 0;
}

gboolean
hs_sdp_section_is_rejected (HsSdpSection *section)
{
  return section->port == 0 && !hs_sdp_section_has_attribute (section, "bundle-only");
}

/* --- formats --- */

const char *const *
hs_sdp_section_get_formats (HsSdpSection *section)
{
  return (const char *const *) section->formats->pdata;
}

gboolean
hs_sdp_section_has_format (HsSdpSection *section, const char *format)
{
  return g_strv_contains (hs_sdp_section_get_formats (section), format);
}

void
hs_sdp_section_add_format (HsSdpSection *section, const char *format)
{
  g_ptr_array_insert (section->formats, (int) section->formats->len - 1, g_strdup (format));
}

/* Whether an attribute's value is about payload @user_data: "111 opus/48000/2". */
static gboolean
is_about_format (const char *value, gpointer user_data)
{
  const char *format = user_data;
  gsize length = strlen (format);

  return strncmp (value, format, length) == 0 && (value[length] == ' ' || value[length] == '\0');
}

gboolean
hs_sdp_section_remove_format (HsSdpSection *section, const char *format)
{
  g_autofree char *wanted = g_strdup (format);
  gboolean found = FALSE;

  for (guint i = section->formats->len - 1; i > 0; i--) {
    if (g_strcmp0 (g_ptr_array_index (section->formats, i - 1), wanted) == 0) {
      g_ptr_array_remove_index (section->formats, i - 1);
      found = TRUE;
    }
  }
  hs_sdp_section_remove_matching (section, "rtpmap", is_about_format, wanted);
  hs_sdp_section_remove_matching (section, "fmtp", is_about_format, wanted);
  hs_sdp_section_remove_matching (section, "rtcp-fb", is_about_format, wanted);
  return found;
}
