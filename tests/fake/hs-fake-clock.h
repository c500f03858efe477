/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "base/hs-clock.h"

G_BEGIN_DECLS

/* A clock that moves when told: timers fire inside hs_fake_clock_advance(), in the order of their
 * time, and in the order they were added where the time is the same. */
#define HS_TYPE_FAKE_CLOCK (hs_fake_clock_get_type ())
G_DECLARE_FINAL_TYPE (HsFakeClock, hs_fake_clock, HS, FAKE_CLOCK, GObject)

HsFakeClock *hs_fake_clock_new (void);

void hs_fake_clock_advance (HsFakeClock *self, guint ms);

/* How many timers wait: a test's proof that nothing was left behind. */
guint hs_fake_clock_count_timers (HsFakeClock *self);

/* Delay of the next timer from now in ms, -1 when there is none. */
gint64 hs_fake_clock_get_next_ms (HsFakeClock *self);

G_END_DECLS
