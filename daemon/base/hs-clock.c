/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "hs-base"

#include "hs-clock.h"

G_DEFINE_INTERFACE (HsClock, hs_clock, G_TYPE_OBJECT)

#define HS_TYPE_REAL_CLOCK (hs_real_clock_get_type ())
G_DECLARE_FINAL_TYPE (HsRealClock, hs_real_clock, HS, REAL_CLOCK, GObject)

struct _HsRealClock {
  GObject parent;
};

typedef struct {
  HsTimerFunc callback;
  gpointer user_data;
} Timer;

static gint64
real_clock_get_monotonic_us (HsClock *clock)
{
  return g_get_monotonic_time ();
}

static gint64
real_clock_get_wall_ms (HsClock *clock)
{
  return g_get_real_time () / 1000;
}

static gboolean
on_timeout (gpointer user_data)
{
  Timer *timer = user_data;

  timer->callback (timer->user_data);
  return G_SOURCE_REMOVE;
}

static guint
real_clock_add_timer (HsClock *clock, guint delay_ms, HsTimerFunc callback, gpointer user_data)
{
  Timer *timer = g_new0 (Timer, 1);

  timer->callback = callback;
  timer->user_data = user_data;
  return g_timeout_add_full (G_PRIORITY_DEFAULT, delay_ms, on_timeout, timer, g_free);
}

static void
real_clock_remove_timer (HsClock *clock, guint timer_id)
{
  g_source_remove (timer_id);
}

static void
hs_real_clock_init_interface (HsClockInterface *interface)
{
  interface->get_monotonic_us = real_clock_get_monotonic_us;
  interface->get_wall_ms = real_clock_get_wall_ms;
  interface->add_timer = real_clock_add_timer;
  interface->remove_timer = real_clock_remove_timer;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (HsRealClock,
                               hs_real_clock,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (HS_TYPE_CLOCK, hs_real_clock_init_interface))

static void
hs_real_clock_class_init (HsRealClockClass *klass)
{
}

static void
hs_real_clock_init (HsRealClock *self)
{
}

static void
hs_clock_default_init (HsClockInterface *interface)
{
}

gint64
hs_clock_get_monotonic_us (HsClock *self)
{
  return HS_CLOCK_GET_IFACE (self)->get_monotonic_us (self);
}

gint64
hs_clock_get_wall_ms (HsClock *self)
{
  return HS_CLOCK_GET_IFACE (self)->get_wall_ms (self);
}

guint
hs_clock_add_timer (HsClock *self, guint delay_ms, HsTimerFunc callback, gpointer user_data)
{
  return HS_CLOCK_GET_IFACE (self)->add_timer (self, delay_ms, callback, user_data);
}

void
hs_clock_clear_timer (HsClock *self, guint *timer_id)
{
  guint id = *timer_id;

  *timer_id = 0;
  if (id != 0)
    HS_CLOCK_GET_IFACE (self)->remove_timer (self, id);
}

HsClock *
hs_clock_new_real (void)
{
  return g_object_new (HS_TYPE_REAL_CLOCK, NULL);
}
