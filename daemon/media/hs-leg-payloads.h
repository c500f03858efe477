/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>

#include "sdp/hs-sdp.h"

G_BEGIN_DECLS

/**
 * HsLegPayloads: what the payload numbers of received packets mean
 *
 * webrtcbin keeps those of its first exchange. A codec that a later one brings, it would not know,
 * and drop. GStreamer's threads ask; descriptions are read on the control thread.
 */
typedef struct _HsLegPayloads HsLegPayloads;

/* @webrtc: is asked after it, and answers first */
HsLegPayloads *hs_leg_payloads_new (GstElement *webrtc);
HsLegPayloads *hs_leg_payloads_ref (HsLegPayloads *self);
void hs_leg_payloads_unref (HsLegPayloads *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HsLegPayloads, hs_leg_payloads_unref)

/* Adds the payloads of an answer, ours or theirs: both ends use its numbers. What was agreed before
 * stays known, for its last packets are still on their way. */
void hs_leg_payloads_read (HsLegPayloads *self, HsSdp *answer);

G_END_DECLS
