/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <json-glib/json-glib.h>

#include "hs-leg.h"

G_BEGIN_DECLS

/* Adds what a leg knows to an object of W3C webrtc-stats, keyed by their ids: codec, transport,
 * candidate-pair, local- and remote-candidate; of audio that is sent outbound-rtp
 * ("outbound-audio") and remote-inbound-rtp; of audio that is received inbound-rtp
 * ("inbound-audio") and remote-outbound-rtp. What has not been measured yet is left out.
 * @timestamp_ms: since 1970 */
void hs_leg_add_stats (
    HsLeg *self, JsonObject *stats, gboolean sending, gboolean receiving, double timestamp_ms);

/* The same of a video line: "codec-video-1", "outbound-video-1", "inbound-video-1" … */
void hs_leg_add_video_stats (HsLeg *self,
                             JsonObject *stats,
                             guint line,
                             gboolean sending,
                             gboolean receiving,
                             double timestamp_ms);

/* Returns: the fraction of our packets that the far end has missed, 0 to 1, by its last report; 0
 * when it has made none */
double hs_leg_get_remote_loss (HsLeg *self);

/* Adds an empty stat of this type.
 * Returns: (transfer none) */
JsonObject *
hs_leg_add_stat (JsonObject *stats, const char *id, const char *type, double timestamp_ms);

G_END_DECLS
