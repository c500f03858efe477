/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "hs-audio-samples.h"

#include <math.h>

#define FULL_SCALE    32768.0
#define BLOCK_SECONDS ((double) HS_AUDIO_BLOCK / HS_AUDIO_RATE)

/* More than any sum needs, and still far from the limits of 32 bits. */
#define SCALED_MAX 1000000.0f

static void
add_plain (gint32 *sum, const gint16 *block)
{
  for (guint i = 0; i < HS_AUDIO_BLOCK; i++)
    sum[i] += block[i];
}

static void
add_scaled (gint32 *sum, const gint16 *block, float from, float to)
{
  float step = (to - from) / HS_AUDIO_BLOCK;

  for (guint i = 0; i < HS_AUDIO_BLOCK; i++) {
    float scaled = block[i] * (from + step * (i + 1));

    sum[i] += (gint32) CLAMP (scaled, -SCALED_MAX, SCALED_MAX);
  }
}

void
hs_audio_samples_add (gint32 *sum, const gint16 *block, double from, double to)
{
  if (from == 1.0 && to == 1.0)
    add_plain (sum, block);
  else if (from != 0.0 || to != 0.0)
    add_scaled (sum, block, from, to);
}

void
hs_audio_samples_saturate (gint16 *block, const gint32 *sum)
{
  for (guint i = 0; i < HS_AUDIO_BLOCK; i++)
    block[i] = CLAMP (sum[i], G_MININT16, G_MAXINT16);
}

void
hs_audio_meter_feed (HsAudioMeter *self, const gint16 *block)
{
  guint64 squares = 0;
  guint peak = 0;

  for (guint i = 0; i < HS_AUDIO_BLOCK; i++) {
    gint32 sample = block[i];
    guint magnitude = ABS (sample);

    squares += (guint64) (sample * sample);
    peak = MAX (peak, magnitude);
  }
  self->squares = squares;
  self->peak = peak;
  self->total_energy += squares / (FULL_SCALE * FULL_SCALE) / HS_AUDIO_RATE;
  self->total_duration += BLOCK_SECONDS;
}

void
hs_audio_meter_rest (HsAudioMeter *self)
{
  self->squares = 0;
  self->peak = 0;
}

static double
to_db (double linear)
{
  return linear > 0 ? MAX (20 * log10 (linear), HS_AUDIO_LEVEL_MIN) : HS_AUDIO_LEVEL_MIN;
}

void
hs_audio_meter_read (const HsAudioMeter *self, HsAudioLevel *level)
{
  level->rms_db = to_db (sqrt ((double) self->squares / HS_AUDIO_BLOCK) / FULL_SCALE);
  level->peak_db = to_db (self->peak / FULL_SCALE);
  level->total_energy = self->total_energy;
  level->total_duration = self->total_duration;
}
