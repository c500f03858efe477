/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>

#include "hs-leg.h"

G_BEGIN_DECLS

/* What the RTP session knows of each source (SSRC), our own and the far end's. */

/* Returns: (transfer full) (element-type GstStructure) */
GPtrArray *hs_leg_dup_sources (HsLeg *leg);

/* The newest audio source that has sent: a far end may change its source.
 * Returns: (nullable) */
const GstStructure *hs_leg_sources_find_audio (GPtrArray *sources, gboolean internal);

/* Returns: (nullable): the source with this number */
const GstStructure *hs_leg_sources_find (GPtrArray *sources, guint ssrc);

/* Returns: (nullable): the source whose reports tell of what we send as @ssrc */
const GstStructure *hs_leg_sources_find_report (GPtrArray *sources, guint ssrc);

/* How much of what @sent (nullable) sends got lost lately, 0 to 1. */
double hs_leg_sources_get_loss (const GstStructure *sent, GPtrArray *sources);

G_END_DECLS
