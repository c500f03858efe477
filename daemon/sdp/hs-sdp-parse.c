/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "hs-sdp"

#include "hs-sdp-private.h"

#include <string.h>

typedef struct {
  HsSdp *sdp;
  HsSdpSection *section; /* the last one begun; the head at first */
  guint number;          /* of the current line, from 1 */
} Parser;

static gboolean
fail (Parser *parser, GError **error, const char *what)
{
  g_set_error (error, HS_SDP_ERROR, HS_SDP_ERROR_INVALID, "SDP line %u: %s", parser->number, what);
  return FALSE;
}

static gboolean
fail_limit (GError **error, const char *what, guint limit)
{
  g_set_error (error, HS_SDP_ERROR, HS_SDP_ERROR_TOO_LARGE, "SDP: more than %u %s", limit, what);
  return FALSE;
}

/* A lone CR would be a line end to other readers, and so a way to smuggle lines past us. */
static gboolean
is_clean (const char *line)
{
  for (const char *c = line; *c != '\0'; c++) {
    if (g_ascii_iscntrl (*c) && *c != '\t')
      return FALSE;
  }
  return g_utf8_validate (line, -1, NULL);
}

static gboolean
parse_origin (Parser *parser, const char *value, GError **error)
{
  if (parser->section != parser->sdp->head || parser->sdp->origin != NULL)
    return fail (parser, error, "o= may stand only once, before the first m=");
  g_auto (GStrv) parts = g_strsplit (value, " ", -1);
  if (g_strv_length (parts) != HS_SDP_N_ORIGIN_PARTS)
    return fail (parser, error, "o= needs six parts");
  for (guint i = 0; i < HS_SDP_N_ORIGIN_PARTS; i++) {
    if (*parts[i] == '\0')
      return fail (parser, error, "o= has an empty part");
  }
  parser->sdp->origin = g_steal_pointer (&parts);
  hs_sdp_section_append_line (parser->section, 'o', value);
  return TRUE;
}

static gboolean
parse_media (Parser *parser, const char *value, GError **error)
{
  if (parser->sdp->sections->len >= HS_SDP_MAX_SECTIONS)
    return fail_limit (error, "sections", HS_SDP_MAX_SECTIONS);
  HsSdpSection *section = hs_sdp_section_new (parser->sdp);
  g_ptr_array_add (parser->sdp->sections, section);
  parser->section = section;
  if (!hs_sdp_section_parse_media (section, value))
    return fail (parser, error, "malformed m= line");
  return TRUE;
}

/* Two sections of one name could be mixed up by every later step. */
static gboolean
check_mid (Parser *parser, const HsSdpLine *line, GError **error)
{
  if (parser->section == parser->sdp->head || !hs_sdp_line_is_attribute (line, "mid"))
    return TRUE;
  const char *mid = hs_sdp_section_get_mid (parser->section);
  if (mid == NULL || *mid == '\0' || strchr (mid, ' ') != NULL)
    return fail (parser, error, "a=mid without a proper name");
  if (mid != strchr (line->value, ':') + 1)
    return fail (parser, error, "a=mid twice in one section");
  if (hs_sdp_find_mid (parser->sdp, mid) != parser->section)
    return fail (parser, error, "a=mid names two sections alike");
  return TRUE;
}

static gboolean
parse_line (Parser *parser, const char *line, GError **error)
{
  if (!is_clean (line))
    return fail (parser, error, "control characters or invalid UTF-8");
  if (!g_ascii_islower (line[0]) || line[1] != '=')
    return fail (parser, error, "not of the form letter=value");
  if (parser->number == 1 && !g_str_equal (line, "v=0"))
    return fail (parser, error, "v=0 expected");
  if (line[0] == 'o')
    return parse_origin (parser, line + 2, error);
  if (line[0] == 'm')
    return parse_media (parser, line + 2, error);

  GPtrArray *lines = parser->section->lines;
  hs_sdp_section_append_line (parser->section, line[0], line + 2);
  return check_mid (parser, g_ptr_array_index (lines, lines->len - 1), error);
}

/* Some writers end with one empty line too many. */
static guint
count_lines (char **lines)
{
  guint n_lines = g_strv_length (lines);

  while (n_lines > 0 && (*lines[n_lines - 1] == '\0' || g_str_equal (lines[n_lines - 1], "\r")))
    n_lines--;
  return n_lines;
}

static gboolean
parse_all (Parser *parser, char **lines, GError **error)
{
  guint n_lines = count_lines (lines);

  if (n_lines > HS_SDP_MAX_LINES)
    return fail_limit (error, "lines", HS_SDP_MAX_LINES);
  for (guint i = 0; i < n_lines; i++) {
    gsize length = strlen (lines[i]);
    if (length > 0 && lines[i][length - 1] == '\r')
      lines[i][length - 1] = '\0';
    parser->number = i + 1;
    if (!parse_line (parser, lines[i], error))
      return FALSE;
  }
  parser->number = n_lines;
  if (parser->sdp->origin == NULL)
    return fail (parser, error, "the description ends without an o= line");
  return TRUE;
}

HsSdp *
hs_sdp_parse (const char *text, GError **error)
{
  g_return_val_if_fail (text != NULL, NULL);
  if (strnlen (text, HS_SDP_MAX_LENGTH + 1) > HS_SDP_MAX_LENGTH) {
    fail_limit (error, "bytes", HS_SDP_MAX_LENGTH);
    return NULL;
  }
  g_autoptr (HsSdp) sdp = hs_sdp_new_empty ();
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  Parser parser = { .sdp = sdp, .section = sdp->head };
  if (!parse_all (&parser, lines, error))
    return NULL;
  return g_steal_pointer (&sdp);
}
