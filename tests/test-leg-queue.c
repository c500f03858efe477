/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "hs-fake-clock.h"
#include "media/hs-leg-queue.h"

static void
count_turn (gpointer user_data)
{
  (*(guint *) user_data)++;
}

static void
test_queue (void)
{
  g_autoptr (HsFakeClock) clock = hs_fake_clock_new ();
  g_autoptr (HsLegQueue) queue = hs_leg_queue_new (HS_CLOCK (clock), 2, 3000);
  guint turns[4] = { 0 };
  guint tickets[4];

  for (guint i = 0; i < 4; i++)
    tickets[i] = hs_leg_queue_enter (queue, count_turn, &turns[i]);
  g_assert_cmpuint (turns[0] + turns[1], ==, 2);
  g_assert_cmpuint (turns[2] + turns[3], ==, 0);
  hs_leg_queue_leave (queue, &tickets[0]);
  g_assert_cmpuint (tickets[0], ==, 0);
  g_assert_cmpuint (turns[2], ==, 1);
  hs_leg_queue_leave (queue, &tickets[3]);
  g_assert_cmpuint (hs_leg_queue_count_waiting (queue), ==, 0);
  hs_leg_queue_leave (queue, &tickets[1]);
  hs_leg_queue_leave (queue, &tickets[2]);
  hs_leg_queue_leave (queue, &tickets[2]);
  g_assert_cmpuint (turns[3], ==, 0);
  g_assert_cmpuint (hs_leg_queue_count_inside (queue), ==, 0);
  g_assert_cmpuint (hs_fake_clock_count_timers (clock), ==, 0);
}

static void
test_queue_tickets_expire (void)
{
  g_autoptr (HsFakeClock) clock = hs_fake_clock_new ();
  g_autoptr (HsLegQueue) queue = hs_leg_queue_new (HS_CLOCK (clock), 1, 3000);
  guint turns[2] = { 0 };
  guint first = hs_leg_queue_enter (queue, count_turn, &turns[0]);
  guint second = hs_leg_queue_enter (queue, count_turn, &turns[1]);

  hs_fake_clock_advance (clock, 2999);
  g_assert_cmpuint (turns[1], ==, 0);
  hs_fake_clock_advance (clock, 1);
  g_assert_cmpuint (turns[1], ==, 1);
  hs_leg_queue_leave (queue, &first);
  g_assert_cmpuint (hs_leg_queue_count_inside (queue), ==, 1);
  hs_leg_queue_leave (queue, &second);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/leg/queue/turns", test_queue);
  g_test_add_func ("/leg/queue/tickets-expire", test_queue_tickets_expire);
  return g_test_run ();
}
