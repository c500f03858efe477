/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "base/hs-clock.h"

G_BEGIN_DECLS

/**
 * HsLegQueue: lets a few transports at a time connect
 *
 * ICE and DTLS are what a call costs most; many at once make each other's timers run out. A ticket
 * is valid from its turn until it is given back, or for a few seconds: a far end that never answers
 * holds nobody up for longer.
 */
#define HS_TYPE_LEG_QUEUE (hs_leg_queue_get_type ())
G_DECLARE_FINAL_TYPE (HsLegQueue, hs_leg_queue, HS, LEG_QUEUE, GObject)

HsLegQueue *hs_leg_queue_new (HsClock *clock, guint n_places, guint ticket_ms);

typedef void (*HsLegTurn) (gpointer user_data);

/* @turn: called when it is this ticket's turn, inside this very call when there is room
 * Returns: the ticket, never 0; it has to be given back also when its time has run out */
guint hs_leg_queue_enter (HsLegQueue *self, HsLegTurn turn, gpointer user_data);

/* Gives the ticket back, waiting or not, and sets *@ticket to 0; does nothing when it is 0. */
void hs_leg_queue_leave (HsLegQueue *self, guint *ticket);

/* Transports that are being taken apart on other threads. Signal: "settled" () when the last one is
 * gone. */
void hs_leg_queue_begin_leaving (HsLegQueue *self);
void hs_leg_queue_end_leaving (HsLegQueue *self);
guint hs_leg_queue_count_leaving (HsLegQueue *self);

/* Those whose turn it is, those that wait for it; for tests and for the curious. */
guint hs_leg_queue_count_inside (HsLegQueue *self);
guint hs_leg_queue_count_waiting (HsLegQueue *self);

G_END_DECLS
