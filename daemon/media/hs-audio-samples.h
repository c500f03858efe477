/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "hs-audio-port.h"

G_BEGIN_DECLS

/* Arithmetic on blocks of HS_AUDIO_BLOCK samples. Sums are 32 bits wide, so that nothing is lost
 * before all of 65536 blocks have been added; only the last step saturates. */

/* Adds @block to @sum, its gain moving evenly from @from to @to over the block: a jump would be
 * heard as a click. */
void hs_audio_samples_add (gint32 *sum, const gint16 *block, double from, double to);

void hs_audio_samples_saturate (gint16 *block, const gint32 *sum);

/* What HsAudioLevel is computed from. */
typedef struct {
  guint64 squares; /* sum over the last block */
  guint peak;      /* of the last block */
  double total_energy;
  double total_duration;
} HsAudioMeter;

void hs_audio_meter_feed (HsAudioMeter *self, const gint16 *block);

/* Nothing flows: the level falls to silence, energy and duration stay. */
void hs_audio_meter_rest (HsAudioMeter *self);

void hs_audio_meter_read (const HsAudioMeter *self, HsAudioLevel *level);

G_END_DECLS
