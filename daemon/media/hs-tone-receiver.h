/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "base/hs-clock.h"

G_BEGIN_DECLS

/**
 * HsToneReceiver: tells which tones were pressed from packets of telephone events
 *
 * Each press is told once, when it has ended: with a packet that says so, with the first packet of
 * the next one, or when none has come for a while, since every packet may get lost. On the control
 * thread.
 */
typedef struct _HsToneReceiver HsToneReceiver;

typedef void (*HsToneReceived) (char tone, guint duration_ms, gpointer user_data);

/* An event as it came. */
typedef struct {
  guint event;
  gboolean marker;
  gboolean end;
  guint duration; /* units */
  guint clock_rate;
  guint32 timestamp;
  guint32 ssrc;
} HsToneArrival;

HsToneReceiver *hs_tone_receiver_new (HsClock *clock, HsToneReceived received, gpointer user_data);
void hs_tone_receiver_free (HsToneReceiver *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HsToneReceiver, hs_tone_receiver_free)

/* In the order they were sent in. */
void hs_tone_receiver_take (HsToneReceiver *self, const HsToneArrival *arrival);

G_END_DECLS
