/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib-object.h>

G_BEGIN_DECLS

/**
 * HsClock: where time comes from
 *
 * Every timer and every time stamp of the control thread comes from one clock object, handed to
 * each room by its constructor. The real clock runs on the main context; the tests' clock moves
 * when told to. Timers fire once; a periodic one is armed again by its callback.
 */
#define HS_TYPE_CLOCK (hs_clock_get_type ())
G_DECLARE_INTERFACE (HsClock, hs_clock, HS, CLOCK, GObject)

typedef void (*HsTimerFunc) (gpointer user_data);

struct _HsClockInterface {
  GTypeInterface parent;

  gint64 (*get_monotonic_us) (HsClock *self);
  gint64 (*get_wall_ms) (HsClock *self);
  guint (*add_timer) (HsClock *self, guint delay_ms, HsTimerFunc callback, gpointer user_data);
  void (*remove_timer) (HsClock *self, guint timer_id);
};

/* Never goes back, has no meaning but for differences. */
gint64 hs_clock_get_monotonic_us (HsClock *self);

/* Milliseconds since 1970-01-01 UTC, for what people and gateways see. */
gint64 hs_clock_get_wall_ms (HsClock *self);

/* Calls @callback once, not before @delay_ms from now, on the main context.
 * Returns: an id for hs_clock_clear_timer(), never 0. It is void once the callback has begun. */
guint hs_clock_add_timer (HsClock *self, guint delay_ms, HsTimerFunc callback, gpointer user_data);

/* Removes the timer and sets *@timer_id to 0; does nothing when it is 0 already.
 * A callback sets its own id variable to 0 first thing. */
void hs_clock_clear_timer (HsClock *self, guint *timer_id);

/* Returns: (transfer full): the machine's clock, on the default main context. */
HsClock *hs_clock_new_real (void);

G_END_DECLS
