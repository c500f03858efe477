/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "hs-sdp"

#include "hs-sdp-source.h"

#include <string.h>

/* Returns: (nullable): the value of the first "a=ssrc:N NAME:value". */
static const char *
find_ssrc_value (HsSdpSection *section, const char *name)
{
  g_autoptr (GPtrArray) values = hs_sdp_section_get_attributes (section, "ssrc");
  gsize length = strlen (name);

  for (guint i = 0; i < values->len; i++) {
    const char *space = strchr (g_ptr_array_index (values, i), ' ');
    if (space != NULL && strncmp (space + 1, name, length) == 0 && space[1 + length] == ':')
      return space + 1 + length + 1;
  }
  return NULL;
}

/* "-" says that a track belongs to no stream. */
static void
set_id (char **place, const char *id)
{
  if (place != NULL && id != NULL && *id != '\0' && !g_str_equal (id, "-"))
    *place = g_strdup (id);
}

gboolean
hs_sdp_section_dup_msid (HsSdpSection *section, char **stream_id, char **track_id)
{
  const char *msid = hs_sdp_section_get_attribute (section, "msid");
  const char *stream = find_ssrc_value (section, "mslabel");
  const char *track = find_ssrc_value (section, "label");

  if (stream_id != NULL)
    *stream_id = NULL;
  if (track_id != NULL)
    *track_id = NULL;
  if (msid == NULL)
    msid = find_ssrc_value (section, "msid");
  if (msid != NULL) {
    g_auto (GStrv) parts = g_strsplit (msid, " ", 3);
    set_id (stream_id, parts[0]);
    set_id (track_id, parts[0] != NULL ? parts[1] : NULL);
    return TRUE;
  }
  set_id (stream_id, stream);
  set_id (track_id, track);
  return stream != NULL || track != NULL;
}

static void
add_once (GArray *ssrcs, guint32 ssrc)
{
  for (guint i = 0; i < ssrcs->len; i++) {
    if (g_array_index (ssrcs, guint32, i) == ssrc)
      return;
  }
  g_array_append_val (ssrcs, ssrc);
}

GArray *
hs_sdp_section_dup_ssrcs (HsSdpSection *section)
{
  GArray *ssrcs = g_array_new (FALSE, FALSE, sizeof (guint32));
  g_autoptr (GPtrArray) values = hs_sdp_section_get_attributes (section, "ssrc");

  for (guint i = 0; i < values->len; i++) {
    const char *value = g_ptr_array_index (values, i);
    g_autofree char *number = g_strndup (value, strcspn (value, " "));
    guint64 ssrc;
    if (g_ascii_string_to_unsigned (number, 10, 0, G_MAXUINT32, &ssrc, NULL))
      add_once (ssrcs, (guint32) ssrc);
  }
  return ssrcs;
}

/* Whether "N msid:…", "N mslabel:…" or "N label:…". */
static gboolean
is_name_of_track (const char *value, gpointer user_data)
{
  const char *space = strchr (value, ' ');

  return space != NULL &&
         (g_str_has_prefix (space, " msid:") || g_str_has_prefix (space, " mslabel:") ||
          g_str_has_prefix (space, " label:"));
}

void
hs_sdp_section_set_msid (HsSdpSection *section, const char *stream_id, const char *track_id)
{
  g_autofree char *msid = g_strdup_printf ("%s %s", stream_id, track_id);
  g_autoptr (GArray) ssrcs = hs_sdp_section_dup_ssrcs (section);

  hs_sdp_section_set_attribute (section, "msid", msid);
  hs_sdp_section_remove_matching (section, "ssrc", is_name_of_track, NULL);
  for (guint i = 0; i < ssrcs->len; i++) {
    g_autofree char *line = g_strdup_printf ("%u msid:%s", g_array_index (ssrcs, guint32, i), msid);
    hs_sdp_section_add_attribute (section, "ssrc", line);
  }
}

void
hs_sdp_section_remove_names (HsSdpSection *section)
{
  hs_sdp_section_remove_attribute (section, "msid");
  hs_sdp_section_remove_matching (section, "ssrc", is_name_of_track, NULL);
}

void
hs_sdp_section_remove_sources (HsSdpSection *section)
{
  hs_sdp_section_remove_attribute (section, "msid");
  hs_sdp_section_remove_attribute (section, "ssrc");
  hs_sdp_section_remove_attribute (section, "ssrc-group");
}
