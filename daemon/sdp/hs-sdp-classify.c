/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "hs-sdp"

#include "hs-sdp-classify.h"
#include "hs-sdp-source.h"

#include <string.h>

#define ABSENT -1

/* One section before and after; a direction, or ABSENT. */
typedef struct {
  HsSdpKind kind;
  int before;
  int after;
} Pair;

typedef gboolean (*PairTest) (const Pair *pair);
typedef gboolean (*SectionMatch) (HsSdpSection *before, HsSdpSection *after);

static const char *const change_names[] = {
  [HS_SDP_CHANGE_UNKNOWN] = "UNKNOWN",     [HS_SDP_CHANGE_NONE] = "NO_CHANGE",
  [HS_SDP_CHANGE_HOLD] = "HOLD",           [HS_SDP_CHANGE_UNHOLD] = "UNHOLD",
  [HS_SDP_CHANGE_START_MOH] = "START_MOH", [HS_SDP_CHANGE_STOP_MOH] = "STOP_MOH",
  [HS_SDP_CHANGE_ADD_MEDIA] = "ADD_MEDIA", [HS_SDP_CHANGE_REMOVE_MEDIA] = "REMOVE_MEDIA",
};

const char *
hs_sdp_change_to_text (HsSdpChange change)
{
  return change_names[change];
}

/* --- one pair --- */

static gboolean
is_added (const Pair *pair)
{
  return pair->before == ABSENT;
}

static gboolean
is_removed (const Pair *pair)
{
  return pair->after == ABSENT;
}

static gboolean
is_old (const Pair *pair)
{
  return !is_added (pair) && !is_removed (pair);
}

static gboolean
is_changed (const Pair *pair)
{
  return is_old (pair) && pair->before != pair->after;
}

static gboolean
is_unchanged (const Pair *pair)
{
  return is_old (pair) && pair->before == pair->after;
}

static gboolean
was_full (const Pair *pair)
{
  return pair->before == HS_SDP_SENDRECV;
}

static gboolean
ends_full (const Pair *pair)
{
  return pair->after == HS_SDP_SENDRECV;
}

static gboolean
ends_dead (const Pair *pair)
{
  return pair->after == HS_SDP_INACTIVE;
}

static gboolean
ends_sending (const Pair *pair)
{
  return hs_sdp_direction_sends (pair->after);
}

/* Bits that went, and bits that came. */
static int
get_stopped (const Pair *pair)
{
  return pair->before & ~pair->after;
}

static int
get_started (const Pair *pair)
{
  return pair->after & ~pair->before;
}

static gboolean
only_receiving_stops (const Pair *pair)
{
  return get_stopped (pair) == HS_SDP_RECVONLY && get_started (pair) == 0;
}

static gboolean
only_receiving_starts (const Pair *pair)
{
  return get_started (pair) == HS_SDP_RECVONLY && get_stopped (pair) == 0;
}

static gboolean
only_sending_starts (const Pair *pair)
{
  return get_started (pair) == HS_SDP_SENDONLY && get_stopped (pair) == 0;
}

static gboolean
only_sending_stops (const Pair *pair)
{
  return get_stopped (pair) == HS_SDP_SENDONLY;
}

/* Each side starts, or is off as before: nothing was on. */
static gboolean
was_dead (const Pair *pair)
{
  return pair->before == HS_SDP_INACTIVE;
}

/* --- all pairs --- */

static guint
count (GArray *pairs, PairTest test)
{
  guint n = 0;

  for (guint i = 0; i < pairs->len; i++)
    n += test (&g_array_index (pairs, Pair, i)) ? 1 : 0;
  return n;
}

static gboolean
every (GArray *pairs, PairTest which, PairTest test)
{
  for (guint i = 0; i < pairs->len; i++) {
    const Pair *pair = &g_array_index (pairs, Pair, i);
    if (which (pair) && !test (pair))
      return FALSE;
  }
  return TRUE;
}

static gboolean
same_lines (GArray *pairs)
{
  return count (pairs, is_added) == 0 && count (pairs, is_removed) == 0;
}

static gboolean
only_old (GArray *pairs)
{
  return count (pairs, is_removed) == 0 && every (pairs, is_added, ends_dead);
}

static gboolean
rest_is_dead (GArray *pairs)
{
  return every (pairs, is_unchanged, ends_dead);
}

/* The only changed pair. */
static const Pair *
get_only_changed (GArray *pairs)
{
  if (count (pairs, is_changed) != 1)
    return NULL;
  for (guint i = 0; i < pairs->len; i++) {
    if (is_changed (&g_array_index (pairs, Pair, i)))
      return &g_array_index (pairs, Pair, i);
  }
  return NULL;
}

/* --- the rules, in the order in which they apply --- */

static gboolean
is_hold (GArray *pairs)
{
  return count (pairs, was_full) > 0 && count (pairs, ends_full) == 0 && only_old (pairs) &&
         count (pairs, is_changed) > 0 && every (pairs, is_changed, ends_dead) &&
         rest_is_dead (pairs);
}

static gboolean
is_old_style_hold (GArray *pairs)
{
  return count (pairs, was_full) > 0 && only_old (pairs) &&
         every (pairs, is_changed, only_receiving_stops) && rest_is_dead (pairs);
}

static gboolean
is_unhold (GArray *pairs)
{
  return count (pairs, was_full) == 0 && count (pairs, ends_full) > 0 && same_lines (pairs) &&
         count (pairs, is_changed) > 0 && every (pairs, is_changed, was_dead) &&
         rest_is_dead (pairs);
}

static gboolean
is_old_style_unhold (GArray *pairs)
{
  return count (pairs, ends_full) > 0 && same_lines (pairs) &&
         every (pairs, is_changed, only_receiving_starts) && rest_is_dead (pairs);
}

static gboolean
is_add_media (GArray *pairs)
{
  return count (pairs, is_removed) == 0 &&
         count (pairs, is_added) + count (pairs, is_changed) > 0 &&
         every (pairs, is_added, ends_sending) && every (pairs, is_changed, only_sending_starts);
}

static gboolean
is_start_moh (GArray *pairs)
{
  const Pair *changed = get_only_changed (pairs);

  return is_add_media (pairs) && changed != NULL && changed->kind == HS_SDP_AUDIO &&
         changed->after == HS_SDP_SENDONLY && count (pairs, is_added) == 0 && rest_is_dead (pairs);
}

static gboolean
is_remove_media (GArray *pairs)
{
  return same_lines (pairs) && count (pairs, is_changed) > 0 &&
         every (pairs, is_changed, only_sending_stops);
}

static gboolean
is_stop_moh (GArray *pairs)
{
  const Pair *changed = get_only_changed (pairs);

  return is_remove_media (pairs) && changed != NULL && changed->kind == HS_SDP_AUDIO &&
         changed->before == HS_SDP_SENDONLY && changed->after == HS_SDP_INACTIVE &&
         rest_is_dead (pairs);
}

static gboolean
is_no_change (GArray *pairs)
{
  return pairs->len > 0 && count (pairs, is_unchanged) == pairs->len;
}

static const struct {
  gboolean (*applies) (GArray *pairs);
  HsSdpChange change;
} rules[] = {
  { is_hold, HS_SDP_CHANGE_HOLD },           { is_old_style_hold, HS_SDP_CHANGE_HOLD },
  { is_unhold, HS_SDP_CHANGE_UNHOLD },       { is_old_style_unhold, HS_SDP_CHANGE_UNHOLD },
  { is_start_moh, HS_SDP_CHANGE_START_MOH }, { is_add_media, HS_SDP_CHANGE_ADD_MEDIA },
  { is_stop_moh, HS_SDP_CHANGE_STOP_MOH },   { is_remove_media, HS_SDP_CHANGE_REMOVE_MEDIA },
  { is_no_change, HS_SDP_CHANGE_NONE },
};

static HsSdpChange
judge (GArray *pairs)
{
  for (guint i = 0; i < G_N_ELEMENTS (rules); i++) {
    if (rules[i].applies (pairs))
      return rules[i].change;
  }
  return HS_SDP_CHANGE_UNKNOWN;
}

/* --- pairing --- */

/* Mids that look like numbers are numbers: "01" is "1". */
static gboolean
match_mid (HsSdpSection *before, HsSdpSection *after)
{
  const char *a = hs_sdp_section_get_mid (before);
  const char *b = hs_sdp_section_get_mid (after);
  guint64 x, y;

  if (a == NULL || b == NULL)
    return FALSE;
  return g_str_equal (a, b) ||
         (g_ascii_string_to_unsigned (a, 10, 0, G_MAXINT64, &x, NULL) &&
          g_ascii_string_to_unsigned (b, 10, 0, G_MAXINT64, &y, NULL) && x == y);
}

static gboolean
match_msid (HsSdpSection *before, HsSdpSection *after)
{
  g_autofree char *stream_a = NULL, *track_a = NULL, *stream_b = NULL, *track_b = NULL;

  return hs_sdp_section_dup_msid (before, &stream_a, &track_a) &&
         hs_sdp_section_dup_msid (after, &stream_b, &track_b) &&
         g_strcmp0 (stream_a, stream_b) == 0 && g_strcmp0 (track_a, track_b) == 0;
}

static guint
get_index (HsSdpSection *section)
{
  HsSdp *sdp = hs_sdp_section_get_sdp (section);
  guint index = 0;

  while (hs_sdp_get_section (sdp, index) != section)
    index++;
  return index;
}

static gboolean
match_position (HsSdpSection *before, HsSdpSection *after)
{
  return hs_sdp_section_get_kind (before) == hs_sdp_section_get_kind (after) &&
         get_index (before) == get_index (after);
}

static void
add_pair (GArray *pairs, HsSdpSection *before, HsSdpSection *after)
{
  Pair pair = {
    .kind = hs_sdp_section_get_kind (after != NULL ? after : before),
    .before = before != NULL ? (int) hs_sdp_section_get_direction (before) : ABSENT,
    .after = after != NULL ? (int) hs_sdp_section_get_direction (after) : ABSENT,
  };

  g_array_append_val (pairs, pair);
}

/* Takes the first match out of @rest. */
static HsSdpSection *
take_match (GPtrArray *rest, HsSdpSection *before, SectionMatch match)
{
  for (guint i = 0; i < rest->len; i++) {
    if (match (before, g_ptr_array_index (rest, i)))
      return g_ptr_array_remove_index (rest, i);
  }
  return NULL;
}

static GArray *
pair_up (HsSdp *before, HsSdp *after, SectionMatch match, guint *n_matched)
{
  GArray *pairs = g_array_new (FALSE, FALSE, sizeof (Pair));
  g_autoptr (GPtrArray) rest = g_ptr_array_new ();

  *n_matched = 0;
  for (guint i = 0; i < hs_sdp_get_n_sections (after); i++)
    g_ptr_array_add (rest, hs_sdp_get_section (after, i));
  for (guint i = 0; before != NULL && i < hs_sdp_get_n_sections (before); i++) {
    HsSdpSection *old = hs_sdp_get_section (before, i);
    HsSdpSection *new = take_match (rest, old, match);
    *n_matched += new != NULL ? 1 : 0;
    add_pair (pairs, old, new);
  }
  for (guint i = 0; i < rest->len; i++)
    add_pair (pairs, NULL, g_ptr_array_index (rest, i));
  return pairs;
}

HsSdpChange
hs_sdp_classify (HsSdp *before, HsSdp *after)
{
  guint n_matched;
  g_autoptr (GArray) by_mid = pair_up (before, after, match_mid, &n_matched);
  HsSdpChange change = judge (by_mid);

  if (n_matched == 0 && before != NULL) {
    g_autoptr (GArray) by_msid = pair_up (before, after, match_msid, &n_matched);
    change = judge (by_msid);
  }
  if (change == HS_SDP_CHANGE_UNKNOWN && before != NULL) {
    g_autoptr (GArray) by_position = pair_up (before, after, match_position, &n_matched);
    change = judge (by_position);
  }
  return change;
}

gboolean
hs_sdp_is_flowing (HsSdp *sdp)
{
  for (guint i = 0; i < hs_sdp_get_n_sections (sdp); i++) {
    HsSdpSection *section = hs_sdp_get_section (sdp, i);
    HsSdpDirection direction = hs_sdp_section_get_direction (section);
    if (hs_sdp_section_get_kind (section) == HS_SDP_VIDEO && direction != HS_SDP_INACTIVE)
      return TRUE;
    if (hs_sdp_section_get_kind (section) == HS_SDP_AUDIO && hs_sdp_direction_receives (direction))
      return TRUE;
  }
  return FALSE;
}

HsSdpChange
hs_sdp_change_correct (HsSdpChange change,
                       gboolean local_hold,
                       gboolean remote_hold,
                       gboolean flowing)
{
  if (change == HS_SDP_CHANGE_UNKNOWN && remote_hold && !local_hold && flowing)
    return HS_SDP_CHANGE_UNHOLD;
  if (change == HS_SDP_CHANGE_NONE && local_hold && !remote_hold && !flowing)
    return HS_SDP_CHANGE_HOLD;
  return change;
}
