/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

/**
 * What webrtcbin is told of the packets that come to one of its pads
 *
 * While a change of codec is negotiated the sender of the codec before still runs. Whatever it says
 * of its packets, then or later, the pad says the codec that is announced: webrtcbin would reject
 * the line, or refuse the packets, which is an error of the whole pipeline.
 */

/* Once for each pad, before anything is linked to it. */
void hs_leg_announcement_prepare (GstPad *pad);

/* Any thread.
 * @caps: (nullable): of one codec; NULL: nothing is announced, the sender is believed */
void hs_leg_announcement_set (GstPad *pad, GstCaps *caps);

G_END_DECLS
