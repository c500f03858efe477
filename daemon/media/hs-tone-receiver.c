/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "hs-tone-receiver.h"

#include "hs-tone.h"

/* Longer than a jitter buffer holds back what is late; packets come each 20 or 50 ms. */
#define PATIENCE_MS 200

/* More than any keypad gives; beyond that somebody is after those who listen. */
#define TOLD_MAX_PER_SECOND 50

struct _HsToneReceiver {
  HsClock *clock;
  HsToneReceived received;
  gpointer user_data;

  guint timer;
  gboolean pressed; /* something is pressed and has not been told */
  gboolean known;   /* last is some packet that came */
  HsToneArrival last;
  guint64 before;   /* units in earlier segments of this press */
  gint64 second_us; /* when the second began in which so many were told */
  guint n_told;
};

HsToneReceiver *
hs_tone_receiver_new (HsClock *clock, HsToneReceived received, gpointer user_data)
{
  HsToneReceiver *self = g_new0 (HsToneReceiver, 1);

  self->clock = g_object_ref (clock);
  self->received = received;
  self->user_data = user_data;
  return self;
}

void
hs_tone_receiver_free (HsToneReceiver *self)
{
  hs_clock_clear_timer (self->clock, &self->timer);
  g_object_unref (self->clock);
  g_free (self);
}

static gboolean
may_tell (HsToneReceiver *self)
{
  gint64 now_us = hs_clock_get_monotonic_us (self->clock);

  if (now_us - self->second_us >= G_USEC_PER_SEC) {
    self->second_us = now_us;
    self->n_told = 0;
  }
  return self->n_told++ < TOLD_MAX_PER_SECOND;
}

static void
tell (HsToneReceiver *self)
{
  guint64 units = self->before + self->last.duration;

  hs_clock_clear_timer (self->clock, &self->timer);
  if (!self->pressed)
    return;
  self->pressed = FALSE;
  if (!may_tell (self))
    return;
  self->received (hs_tone_from_event (self->last.event),
                  (guint) MIN (units * 1000 / self->last.clock_rate, G_MAXINT), self->user_data);
}

static void
on_silence (gpointer user_data)
{
  HsToneReceiver *self = user_data;

  self->timer = 0;
  tell (self);
}

static gboolean
is_same_source (HsToneReceiver *self, const HsToneArrival *arrival)
{
  return self->known && self->last.ssrc == arrival->ssrc && self->last.event == arrival->event &&
         self->last.clock_rate == arrival->clock_rate;
}

/* A press that lasts longer than a packet can say goes on under a new time stamp. */
static gboolean
continues (HsToneReceiver *self, const HsToneArrival *arrival)
{
  return self->pressed && !arrival->marker && is_same_source (self, arrival) &&
         arrival->timestamp - self->last.timestamp == HS_TONE_SEGMENT_MAX;
}

static void
begin (HsToneReceiver *self)
{
  tell (self);
  self->pressed = TRUE;
  self->before = 0;
}

void
hs_tone_receiver_take (HsToneReceiver *self, const HsToneArrival *arrival)
{
  gboolean again = is_same_source (self, arrival) && self->last.timestamp == arrival->timestamp;
  guint longest = again ? self->last.duration : 0;

  if (hs_tone_from_event (arrival->event) == '\0' || arrival->clock_rate == 0)
    return;
  /* The end is sent several times, and has been told. */
  if (again && !self->pressed)
    return;
  if (continues (self, arrival))
    self->before += HS_TONE_SEGMENT_MAX;
  else if (!again)
    begin (self);
  self->known = TRUE;
  self->last = *arrival;
  self->last.duration = MAX (arrival->duration, longest);
  hs_clock_clear_timer (self->clock, &self->timer);
  if (arrival->end)
    tell (self);
  else
    self->timer = hs_clock_add_timer (self->clock, PATIENCE_MS, on_silence, self);
}
