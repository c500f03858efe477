/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "hs-sdp"

#include "hs-sdp-private.h"

#include <string.h>

static const char *const direction_names[] = {
  [HS_SDP_INACTIVE] = "inactive",
  [HS_SDP_SENDONLY] = "sendonly",
  [HS_SDP_RECVONLY] = "recvonly",
  [HS_SDP_SENDRECV] = "sendrecv",
};

gboolean
hs_sdp_line_is_attribute (const HsSdpLine *line, const char *name)
{
  gsize length = strlen (name);

  return line->type == 'a' && strncmp (line->value, name, length) == 0 &&
         (line->value[length] == ':' || line->value[length] == '\0');
}

static HsSdpLine *
get_line (HsSdpSection *section, guint index)
{
  return g_ptr_array_index (section->lines, index);
}

static const char *
get_value (const HsSdpLine *line)
{
  const char *colon = strchr (line->value, ':');

  return colon != NULL ? colon + 1 : "";
}

/* Returns: the index of the last such line, -1 when there is none. */
static int
find_last (HsSdpSection *section, const char *name)
{
  for (guint i = section->lines->len; i > 0; i--) {
    if (hs_sdp_line_is_attribute (get_line (section, i - 1), name))
      return (int) i - 1;
  }
  return -1;
}

static void
insert_line (HsSdpSection *section, guint index, char type, char *value)
{
  HsSdpLine *line = g_new0 (HsSdpLine, 1);

  line->type = type;
  line->value = value;
  g_ptr_array_insert (section->lines, (int) index, line);
}

/* A value with a line end in it would write lines of its own. */
static char *
dup_attribute (const char *name, const char *value)
{
  g_autofree char *clean =
      g_strndup (value != NULL ? value : "", strcspn (value ? value : "", "\r\n"));

  return *clean != '\0' ? g_strconcat (name, ":", clean, NULL) : g_strdup (name);
}

static void
remove_type (HsSdpSection *section, char type)
{
  for (guint i = section->lines->len; i > 0; i--) {
    if (get_line (section, i - 1)->type == type)
      g_ptr_array_remove_index (section->lines, i - 1);
  }
}

/* --- attributes --- */

const char *
hs_sdp_section_get_attribute (HsSdpSection *section, const char *name)
{
  for (guint i = 0; i < section->lines->len; i++) {
    if (hs_sdp_line_is_attribute (get_line (section, i), name))
      return get_value (get_line (section, i));
  }
  return NULL;
}

gboolean
hs_sdp_section_has_attribute (HsSdpSection *section, const char *name)
{
  return hs_sdp_section_get_attribute (section, name) != NULL;
}

const char *
hs_sdp_section_get_effective_attribute (HsSdpSection *section, const char *name)
{
  const char *own = hs_sdp_section_get_attribute (section, name);

  return own != NULL ? own : hs_sdp_section_get_attribute (section->sdp->head, name);
}

GPtrArray *
hs_sdp_section_get_attributes (HsSdpSection *section, const char *name)
{
  GPtrArray *values = g_ptr_array_new ();

  for (guint i = 0; i < section->lines->len; i++) {
    if (hs_sdp_line_is_attribute (get_line (section, i), name))
      g_ptr_array_add (values, (gpointer) get_value (get_line (section, i)));
  }
  return values;
}

void
hs_sdp_section_set_attribute (HsSdpSection *section, const char *name, const char *value)
{
  g_autofree char *text = dup_attribute (name, value);
  guint place = section->lines->len;

  /* From the end, so that the place left is that of the first one. */
  for (guint i = section->lines->len; i > 0; i--) {
    if (hs_sdp_line_is_attribute (get_line (section, i - 1), name)) {
      place = i - 1;
      g_ptr_array_remove_index (section->lines, place);
    }
  }
  insert_line (section, MIN (place, section->lines->len), 'a', g_steal_pointer (&text));
}

void
hs_sdp_section_add_attribute (HsSdpSection *section, const char *name, const char *value)
{
  int last = find_last (section, name);

  insert_line (section, last >= 0 ? (guint) last + 1 : section->lines->len, 'a',
               dup_attribute (name, value));
}

void
hs_sdp_section_append_attribute (HsSdpSection *section, const char *name, const char *value)
{
  insert_line (section, section->lines->len, 'a', dup_attribute (name, value));
}

static gboolean
match_all (const char *value, gpointer user_data)
{
  return TRUE;
}

guint
hs_sdp_section_remove_attribute (HsSdpSection *section, const char *name)
{
  return hs_sdp_section_remove_matching (section, name, match_all, NULL);
}

guint
hs_sdp_section_remove_matching (HsSdpSection *section,
                                const char *name,
                                HsSdpFilter filter,
                                gpointer user_data)
{
  guint n_before = section->lines->len;

  for (guint i = n_before; i > 0; i--) {
    const HsSdpLine *line = get_line (section, i - 1);
    if (hs_sdp_line_is_attribute (line, name) && filter (get_value (line), user_data))
      g_ptr_array_remove_index (section->lines, i - 1);
  }
  return n_before - section->lines->len;
}

void
hs_sdp_section_rewrite_attributes (HsSdpSection *section,
                                   const char *name,
                                   HsSdpRewrite rewrite,
                                   gpointer user_data)
{
  for (guint i = 0; i < section->lines->len; i++) {
    HsSdpLine *line = get_line (section, i);
    g_autofree char *value = NULL;
    if (hs_sdp_line_is_attribute (line, name))
      value = rewrite (get_value (line), user_data);
    if (value != NULL) {
      g_free (line->value);
      line->value = dup_attribute (name, value);
    }
  }
}

void
hs_sdp_section_clear_attributes (HsSdpSection *section)
{
  remove_type (section, 'a');
}

const char *
hs_sdp_section_get_mid (HsSdpSection *section)
{
  return hs_sdp_section_get_attribute (section, "mid");
}

void
hs_sdp_section_set_mid (HsSdpSection *section, const char *mid)
{
  hs_sdp_section_set_attribute (section, "mid", mid);
}

/* --- directions --- */

const char *
hs_sdp_direction_to_text (HsSdpDirection direction)
{
  return direction_names[direction & HS_SDP_SENDRECV];
}

HsSdpDirection
hs_sdp_direction_reverse (HsSdpDirection direction)
{
  return (hs_sdp_direction_sends (direction) ? HS_SDP_RECVONLY : 0) |
         (hs_sdp_direction_receives (direction) ? HS_SDP_SENDONLY : 0);
}

HsSdpDirection
hs_sdp_direction_wanted (gboolean has_track, gboolean held)
{
  if (held)
    return HS_SDP_INACTIVE;
  return has_track ? HS_SDP_SENDRECV : HS_SDP_RECVONLY;
}

HsSdpDirection
hs_sdp_direction_answer (HsSdpDirection offered, HsSdpDirection wanted)
{
  return wanted & hs_sdp_direction_reverse (offered);
}

/* Of several, the last one counts, as it does for far ends that keep only one. */
static gboolean
find_own_direction (HsSdpSection *section, HsSdpDirection *direction)
{
  for (guint i = section->lines->len; i > 0; i--) {
    for (guint d = 0; d < G_N_ELEMENTS (direction_names); d++) {
      if (hs_sdp_line_is_attribute (get_line (section, i - 1), direction_names[d])) {
        *direction = d;
        return TRUE;
      }
    }
  }
  return FALSE;
}

HsSdpDirection
hs_sdp_section_get_direction (HsSdpSection *section)
{
  HsSdpDirection direction = HS_SDP_SENDRECV;

  if (!find_own_direction (section, &direction))
    find_own_direction (section->sdp->head, &direction);
  return direction;
}

void
hs_sdp_section_set_direction (HsSdpSection *section, HsSdpDirection direction)
{
  guint place = section->lines->len;

  for (guint i = section->lines->len; i > 0; i--) {
    for (guint d = 0; d < G_N_ELEMENTS (direction_names); d++) {
      if (hs_sdp_line_is_attribute (get_line (section, i - 1), direction_names[d])) {
        place = i - 1;
        g_ptr_array_remove_index (section->lines, place);
        break;
      }
    }
  }
  insert_line (section, MIN (place, section->lines->len), 'a',
               g_strdup (hs_sdp_direction_to_text (direction)));
}

/* --- c= and b= --- */

/* The order that the grammar (RFC 8866 section 9) asks for. */
static guint
get_rank (char type)
{
  static const char order[] = "vosiuepcbtrzka";
  const char *place = strchr (order, type);

  return place != NULL ? (guint) (place - order) : G_N_ELEMENTS (order);
}

static void
insert_in_order (HsSdpSection *section, char type, char *value)
{
  guint place = 0;

  while (place < section->lines->len &&
         get_rank (get_line (section, place)->type) <= get_rank (type))
    place++;
  insert_line (section, place, type, value);
}

static const char *
find_type (HsSdpSection *section, char type, const char *prefix)
{
  for (guint i = 0; i < section->lines->len; i++) {
    const HsSdpLine *line = get_line (section, i);
    if (line->type == type && g_str_has_prefix (line->value, prefix))
      return line->value + strlen (prefix);
  }
  return NULL;
}

static const char *
find_address (HsSdpSection *section)
{
  const char *address = find_type (section, 'c', "IN IP4 ");

  return address != NULL ? address : find_type (section, 'c', "IN IP6 ");
}

const char *
hs_sdp_section_get_connection (HsSdpSection *section)
{
  const char *own = find_address (section);

  return own != NULL ? own : find_address (section->sdp->head);
}

void
hs_sdp_section_set_connection (HsSdpSection *section, const char *address)
{
  const char *family = strchr (address, ':') != NULL ? "IP6" : "IP4";

  remove_type (section, 'c');
  insert_in_order (section, 'c', g_strdup_printf ("IN %s %s", family, address));
}

static guint64
get_limit (HsSdpSection *section, const char *prefix)
{
  const char *text = find_type (section, 'b', prefix);
  guint64 value = 0;

  if (text != NULL && !g_ascii_string_to_unsigned (text, 10, 0, G_MAXUINT32, &value, NULL))
    return 0;
  return value;
}

/* AS counts IP, UDP and RTP headers, TIAS does not: at 50 packets a second they take about
 * 16 kbit/s, and RTCP another twentieth. */
guint64
hs_sdp_section_get_bandwidth_bps (HsSdpSection *section)
{
  guint64 tias = get_limit (section, "TIAS:");
  guint64 as = get_limit (section, "AS:") * 950;

  if (tias > 0)
    return tias;
  if (as == 0)
    return 0;
  return as > 32000 ? as - 16000 : MAX (as / 2, 1);
}

void
hs_sdp_section_set_bandwidth (HsSdpSection *section, guint kbps)
{
  remove_type (section, 'b');
  if (kbps == 0)
    return;
  insert_in_order (section, 'b', g_strdup_printf ("AS:%u", kbps));
  insert_in_order (section, 'b',
                   g_strdup_printf ("TIAS:%" G_GUINT64_FORMAT, (guint64) kbps * 1000));
}
