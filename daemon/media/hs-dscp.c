/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "hs-media"

#include "hs-dscp.h"

#include "base/hs-json.h"

enum { VERY_LOW, LOW, MEDIUM, HIGH, N_PRIORITIES };

/* RFC 8837, table 1; a screen counts as video that nobody talks to. */
enum { LE = 1, DF = 0, AF31 = 26, AF32 = 28, AF41 = 34, AF42 = 36, EF = 46 };

static const struct {
  const char *control;
  guint points[N_PRIORITIES];
} rows[] = {
  { "audioNetworkPriority", { LE, DF, EF, EF } },
  { "videoNetworkPriority", { LE, DF, AF42, AF41 } },
  { "screenNetworkPriority", { LE, DF, AF32, AF31 } },
};

/* What suffers least first. */
static const guint ranking[] = { LE, DF, AF32, AF31, AF42, AF41, EF };

static guint
get_rank (guint point)
{
  guint rank = 0;

  while (rank < G_N_ELEMENTS (ranking) - 1 && ranking[rank] != point)
    rank++;
  return rank;
}

static guint
get_priority (JsonObject *controls, const char *control)
{
  static const char *const names[] = { "very-low", "low", "medium", "high" };
  const char *name = hs_json_get_string (controls, control);

  for (guint i = 0; name != NULL && i < N_PRIORITIES; i++) {
    if (g_str_equal (name, names[i]))
      return i;
  }
  return LOW;
}

guint
hs_dscp_choose (JsonObject *controls, const HsDscpMedia *media)
{
  const gboolean there[] = { media->audio, media->video, media->screen };
  gboolean found = FALSE;
  guint chosen = DF;

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    guint point = rows[i].points[get_priority (controls, rows[i].control)];

    if (there[i] && (!found || get_rank (point) > get_rank (chosen)))
      chosen = point;
    found |= there[i];
  }
  return chosen;
}
