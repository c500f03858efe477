/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * HsAudioTicker: the thread that calls a function each 20 ms
 *
 * Deadlines are absolute, so that the pace does not drift. After a stall of up to 100 ms the missed
 * ticks are made up for at once; after a longer one they are skipped, and the function is told how
 * many. While there is nothing to do the thread sleeps without waking; it is made with the first
 * wake.
 */
typedef struct _HsAudioTicker HsAudioTicker;

/* On the ticker's thread.
 * Returns: FALSE to be left alone until the next hs_audio_ticker_wake() */
typedef gboolean (*HsAudioTickFunc) (gpointer user_data, guint skipped);

HsAudioTicker *hs_audio_ticker_new (HsAudioTickFunc tick, gpointer user_data);

/* Waits for the function to end; not to be called from it. */
void hs_audio_ticker_free (HsAudioTicker *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HsAudioTicker, hs_audio_ticker_free)

/* Any thread. */
void hs_audio_ticker_wake (HsAudioTicker *self);

/* The pace by itself: what to do at @now_us about a tick that was due at *@due_us, which moves on
 * to the tick after this one.
 * Returns: how many ticks are skipped before this one */
guint hs_audio_ticker_plan (gint64 now_us, gint64 *due_us);

G_END_DECLS
