/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "hs-call"

#include "hs-quality.h"

#define BEST_R           93.2
#define LOCAL_DELAY_MS   80
#define NOTICED_AFTER_MS 177.3
#define BPL_CONCEALED    25.1
#define BPL_PLAIN        4.3

static double
get_bpl (const char *codec)
{
  return codec != NULL && g_ascii_strcasecmp (codec, "audio/opus") == 0 ? BPL_CONCEALED : BPL_PLAIN;
}

double
hs_quality_get_r (const char *codec, double round_trip_ms, double loss)
{
  double delay_ms = round_trip_ms / 2 + LOCAL_DELAY_MS;
  double percent = 100 * CLAMP (loss, 0, 1);
  double delay_impairment = 0.024 * delay_ms + 0.11 * MAX (delay_ms - NOTICED_AFTER_MS, 0);
  double loss_impairment = 95 * percent / (percent + get_bpl (codec));

  return MAX (BEST_R - delay_impairment - loss_impairment, 0);
}

double
hs_quality_get_mos (double r)
{
  if (r <= 0)
    return 1;
  if (r >= 100)
    return 4.5;
  /* Just above 0 the polynomial falls below its own lowest value. */
  return MAX (1 + 0.035 * r + r * (r - 60) * (100 - r) * 7e-6, 1);
}
