/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "base/hs-clock.h"

G_BEGIN_DECLS

/**
 * HsIceWait: how long a description waits for candidates (spec call-signalling 4.2)
 *
 * Ready at the end of the candidates; or 25 ms after the start when the end had been reached
 * before; or, asked every @delay_ms, when there are candidates enough or @limit_ms has passed.
 * Elapsed time counts in rounds of @delay_ms.
 */
typedef struct _HsIceWait HsIceWait;

/* Whether there are candidates enough: to be answered with hs_ice_wait_answer(), in the call or
 * later. Not asked again before that, nor in the round in which the limit has passed. */
typedef void (*HsIceAsk) (gpointer user_data);
typedef void (*HsIceReady) (gpointer user_data);

/* @complete: whether all candidates are there already
 * @ready: called once, from the main context; it may free the wait */
HsIceWait *hs_ice_wait_new (HsClock *clock,
                            guint delay_ms,
                            guint limit_ms,
                            gboolean complete,
                            HsIceAsk ask,
                            HsIceReady ready,
                            gpointer user_data);

void hs_ice_wait_free (HsIceWait *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HsIceWait, hs_ice_wait_free)

/* Answers the open question; with TRUE it is ready, inside this call. */
void hs_ice_wait_answer (HsIceWait *self, gboolean enough);

/* No further candidates will come: ready, inside this call. */
void hs_ice_wait_end_of_candidates (HsIceWait *self);

G_END_DECLS
