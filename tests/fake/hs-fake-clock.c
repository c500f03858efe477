/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "hs-fake"

#include "hs-fake-clock.h"

typedef struct {
  guint id;
  gint64 due_us;
  HsTimerFunc callback;
  gpointer user_data;
} Timer;

struct _HsFakeClock {
  GObject parent;

  gint64 now_us;
  guint last_id;
  GList *timers; /* of Timer, by due time */
};

static gint64
fake_clock_get_monotonic_us (HsClock *clock)
{
  return HS_FAKE_CLOCK (clock)->now_us;
}

static gint64
fake_clock_get_wall_ms (HsClock *clock)
{
  return G_GINT64_CONSTANT (1700000000000) + HS_FAKE_CLOCK (clock)->now_us / 1000;
}

static int
compare_timers (gconstpointer a, gconstpointer b)
{
  const Timer *left = a;
  const Timer *right = b;

  if (left->due_us != right->due_us)
    return left->due_us < right->due_us ? -1 : 1;
  return left->id < right->id ? -1 : left->id > right->id;
}

static guint
fake_clock_add_timer (HsClock *clock, guint delay_ms, HsTimerFunc callback, gpointer user_data)
{
  HsFakeClock *self = HS_FAKE_CLOCK (clock);
  Timer *timer = g_new0 (Timer, 1);

  timer->id = ++self->last_id;
  timer->due_us = self->now_us + (gint64) delay_ms * 1000;
  timer->callback = callback;
  timer->user_data = user_data;
  self->timers = g_list_insert_sorted (self->timers, timer, compare_timers);
  return timer->id;
}

static void
fake_clock_remove_timer (HsClock *clock, guint timer_id)
{
  HsFakeClock *self = HS_FAKE_CLOCK (clock);

  for (GList *l = self->timers; l != NULL; l = l->next) {
    if (((Timer *) l->data)->id == timer_id) {
      g_free (l->data);
      self->timers = g_list_delete_link (self->timers, l);
      return;
    }
  }
  g_critical ("timer %u is not there (any more)", timer_id);
}

static void
hs_fake_clock_init_interface (HsClockInterface *interface)
{
  interface->get_monotonic_us = fake_clock_get_monotonic_us;
  interface->get_wall_ms = fake_clock_get_wall_ms;
  interface->add_timer = fake_clock_add_timer;
  interface->remove_timer = fake_clock_remove_timer;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (HsFakeClock,
                               hs_fake_clock,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (HS_TYPE_CLOCK, hs_fake_clock_init_interface))

static void
hs_fake_clock_finalize (GObject *object)
{
  g_list_free_full (HS_FAKE_CLOCK (object)->timers, g_free);
  G_OBJECT_CLASS (hs_fake_clock_parent_class)->finalize (object);
}

static void
hs_fake_clock_class_init (HsFakeClockClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = hs_fake_clock_finalize;
}

static void
hs_fake_clock_init (HsFakeClock *self)
{
  self->now_us = 1000000;
}

HsFakeClock *
hs_fake_clock_new (void)
{
  return g_object_new (HS_TYPE_FAKE_CLOCK, NULL);
}

void
hs_fake_clock_advance (HsFakeClock *self, guint ms)
{
  gint64 until = self->now_us + (gint64) ms * 1000;

  while (self->timers != NULL && ((Timer *) self->timers->data)->due_us <= until) {
    g_autofree Timer *timer = self->timers->data;

    self->timers = g_list_delete_link (self->timers, self->timers);
    self->now_us = MAX (self->now_us, timer->due_us);
    timer->callback (timer->user_data);
  }
  self->now_us = until;
}

guint
hs_fake_clock_count_timers (HsFakeClock *self)
{
  return g_list_length (self->timers);
}

gint64
hs_fake_clock_get_next_ms (HsFakeClock *self)
{
  if (self->timers == NULL)
    return -1;
  return (((Timer *) self->timers->data)->due_us - self->now_us) / 1000;
}
