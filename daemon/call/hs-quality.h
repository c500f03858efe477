/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* How good a voice call sounds, estimated from the network with the E-model (ITU-T G.107), all of
 * whose other inputs have their default values:
 *
 *   R = 93.2 - Id - Ie,eff
 *   Id = 0.024 d + 0.11 max (d - 177.3, 0)           d: one way, mouth to ear, in milliseconds
 *   Ie,eff = Ie + (95 - Ie) Ppl / (Ppl + Bpl)        Ppl: loss in percent, at random
 *   MOS = 1 + 0.035 R + R (R - 60) (100 - R) 7e-6    for R from 0 to 100
 *
 * d is half the round trip, and 80 ms for a packet's length and the jitter buffer. Bpl, what a
 * codec bears, is 25.1 for Opus, which conceals losses, and 4.3 for G.711 without concealment
 * (ITU-T G.113, Appendix I); Ie is 0 for both. Opus has no values of its own there: those of G.711
 * with concealment are taken. The scale is that of a telephone's bandwidth and ends at 4.4. */

/* @codec: (nullable): its MIME type
 * @round_trip_ms: 0 where it is not known
 * @loss: fraction of the packets, 0 … 1 */
double hs_quality_get_r (const char *codec, double round_trip_ms, double loss);

/* Returns: 1 (bad) … 4.5 (excellent) */
double hs_quality_get_mos (double r);

G_END_DECLS
