/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>

#include "hs-tone-queue.h"
#include "hs-tone-receiver.h"

G_BEGIN_DECLS

/**
 * HsLegTones: telephone events among a leg's audio packets
 *
 * While a tone is sent, each packet of audio is made one of its event: with the number it has in
 * the stream and the tone's time stamp, so that nothing else on the way has to know. Counted
 * references; safe on any thread.
 */
typedef struct _HsLegTones HsLegTones;

HsLegTones *hs_leg_tones_new (HsToneQueue *queue);
HsLegTones *hs_leg_tones_ref (HsLegTones *self);
void hs_leg_tones_unref (HsLegTones *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HsLegTones, hs_leg_tones_unref)

/* What was negotiated; @payload -1: nothing. */
void hs_leg_tones_set_format (HsLegTones *self, int payload, guint clock_rate);

/* @pad: where packets of audio leave the payloader, each with 20 ms */
void hs_leg_tones_watch (HsLegTones *self, GstPad *pad);

/* Takes a packet of an event apart, all but the clock rate.
 * Returns: FALSE when it is none */
gboolean hs_leg_tones_read (GstBuffer *buffer, HsToneArrival *arrival);

G_END_DECLS
