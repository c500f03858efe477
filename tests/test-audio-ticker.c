/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "hs-audio-testing.h"
#include "media/hs-audio-ticker.h"

static gboolean
on_tick_once (gpointer user_data, guint skipped)
{
  g_atomic_int_inc ((gint *) user_data);
  return FALSE;
}

typedef struct {
  gint count;
  gint wanted;
} Ticks;

static gboolean
has_ticked (gpointer user_data)
{
  Ticks *ticks = user_data;

  return g_atomic_int_get (&ticks->count) >= ticks->wanted;
}

/* What has nothing to do ticks once per wake, and not by itself. */
static void
test_ticker_rests (void)
{
  Ticks ticks = { 0 };
  HsAudioTicker *ticker = hs_audio_ticker_new (on_tick_once, &ticks.count);

  for (ticks.wanted = 1; ticks.wanted <= 5; ticks.wanted++) {
    hs_audio_ticker_wake (ticker);
    hs_test_wait (has_ticked, &ticks);
  }
  hs_audio_ticker_free (ticker);
  g_assert_cmpint (ticks.count, ==, 5);
}

static void
test_ticker_keeps_the_pace (void)
{
  gint64 due_us = 1000000;

  g_assert_cmpuint (hs_audio_ticker_plan (1000000, &due_us), ==, 0);
  g_assert_cmpint (due_us, ==, 1020000);
  /* late by little: the next one is due where it always was */
  g_assert_cmpuint (hs_audio_ticker_plan (1035000, &due_us), ==, 0);
  g_assert_cmpint (due_us, ==, 1040000);
  /* late by five ticks: they are made up for, one after the other */
  g_assert_cmpuint (hs_audio_ticker_plan (1140000, &due_us), ==, 0);
  g_assert_cmpint (due_us, ==, 1060000);
  /* a stall: six ticks are given up, the grid stays */
  g_assert_cmpuint (hs_audio_ticker_plan (1185000, &due_us), ==, 6);
  g_assert_cmpint (due_us, ==, 1200000);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/ticker/rests", test_ticker_rests);
  g_test_add_func ("/ticker/keeps-the-pace", test_ticker_keeps_the_pace);
  return g_test_run ();
}
