/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/hs-clock.h"
#include "hs-fake-clock.h"

static void
append (gpointer user_data)
{
  g_string_append_c (user_data, 'x');
}

static void
test_fake_fires_in_order (void)
{
  g_autoptr (HsFakeClock) clock = hs_fake_clock_new ();
  g_autoptr (GString) log = g_string_new (NULL);
  guint kept;

  hs_clock_add_timer (HS_CLOCK (clock), 20, append, log);
  kept = hs_clock_add_timer (HS_CLOCK (clock), 10, append, log);
  g_assert_cmpint (hs_fake_clock_get_next_ms (clock), ==, 10);
  hs_clock_clear_timer (HS_CLOCK (clock), &kept);
  g_assert_cmpuint (kept, ==, 0);
  hs_fake_clock_advance (clock, 19);
  g_assert_cmpstr (log->str, ==, "");
  hs_fake_clock_advance (clock, 1);
  g_assert_cmpstr (log->str, ==, "x");
  g_assert_cmpuint (hs_fake_clock_count_timers (clock), ==, 0);
}

static void
quit (gpointer user_data)
{
  g_main_loop_quit (user_data);
}

static void
test_real_runs_on_the_main_context (void)
{
  g_autoptr (HsClock) clock = hs_clock_new_real ();
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  gint64 before = hs_clock_get_monotonic_us (clock);

  hs_clock_add_timer (clock, 5, quit, loop);
  g_main_loop_run (loop);
  g_assert_cmpint (hs_clock_get_monotonic_us (clock) - before, >=, 5000);
  g_assert_cmpint (hs_clock_get_wall_ms (clock), >, G_GINT64_CONSTANT (1600000000000));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/clock/fake/fires-in-order", test_fake_fires_in_order);
  g_test_add_func ("/clock/real/runs-on-the-main-context", test_real_runs_on_the_main_context);
  return g_test_run ();
}
