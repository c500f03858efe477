/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "hs-media"

#include "hs-ice-wait.h"

#define SETTLE_MS 25

struct _HsIceWait {
  HsClock *clock;
  guint timer;
  guint delay_ms;
  guint limit_ms;
  guint elapsed_ms;
  gboolean done;
  gboolean asking;
  HsIceAsk ask;
  HsIceReady ready;
  gpointer user_data;
};

static void
end_wait (HsIceWait *self)
{
  if (self->done)
    return;
  self->done = TRUE;
  hs_clock_clear_timer (self->clock, &self->timer);
  self->ready (self->user_data);
}

static void
on_settled (gpointer user_data)
{
  HsIceWait *self = user_data;

  self->timer = 0;
  end_wait (self);
}

static void
on_round (gpointer user_data)
{
  HsIceWait *self = user_data;

  self->timer = 0;
  self->elapsed_ms += self->delay_ms;
  if (self->elapsed_ms >= self->limit_ms) {
    /* Whatever the answer would be. */
    end_wait (self);
    return;
  }
  self->timer = hs_clock_add_timer (self->clock, self->delay_ms, on_round, self);
  if (self->asking)
    return;
  self->asking = TRUE;
  self->ask (self->user_data);
}

void
hs_ice_wait_answer (HsIceWait *self, gboolean enough)
{
  self->asking = FALSE;
  if (enough)
    end_wait (self);
}

HsIceWait *
hs_ice_wait_new (HsClock *clock,
                 guint delay_ms,
                 guint limit_ms,
                 gboolean complete,
                 HsIceAsk ask,
                 HsIceReady ready,
                 gpointer user_data)
{
  HsIceWait *self = g_new0 (HsIceWait, 1);

  self->clock = g_object_ref (clock);
  /* A delay of nothing would never make the elapsed time grow. */
  self->delay_ms = MAX (delay_ms, 1);
  self->limit_ms = limit_ms;
  self->ask = ask;
  self->ready = ready;
  self->user_data = user_data;
  if (complete)
    self->timer = hs_clock_add_timer (clock, SETTLE_MS, on_settled, self);
  else
    self->timer = hs_clock_add_timer (clock, SETTLE_MS + self->delay_ms, on_round, self);
  return self;
}

void
hs_ice_wait_free (HsIceWait *self)
{
  hs_clock_clear_timer (self->clock, &self->timer);
  g_object_unref (self->clock);
  g_free (self);
}

void
hs_ice_wait_end_of_candidates (HsIceWait *self)
{
  end_wait (self);
}
