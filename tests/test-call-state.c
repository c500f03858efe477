/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "call/hs-call-private.h"
#include "hs-call-fixture.h"

#define NO (-1)

/* spec call-signalling 3.3. Where it is On Hold, the far end holds. */
static const int expected[HS_CALL_N_STATES][HS_CALL_N_EVENTS] = {
  /* clang-format off */
  [HS_CALL_INITIATING] = {
    [HS_CALL_EVENT_STARTED] = HS_CALL_INITIATED, [HS_CALL_EVENT_OFFERED] = HS_CALL_RINGING,
    [HS_CALL_EVENT_ALERTED] = NO, [HS_CALL_EVENT_PROGRESSED] = NO,
    [HS_CALL_EVENT_ANSWERED] = NO, [HS_CALL_EVENT_LOCAL_HELD] = NO,
    [HS_CALL_EVENT_LOCAL_RESUMED] = NO, [HS_CALL_EVENT_REMOTE_HELD] = NO,
    [HS_CALL_EVENT_REMOTE_RESUMED] = NO, [HS_CALL_EVENT_WITHDRAWN] = NO,
    [HS_CALL_EVENT_FAILED] = HS_CALL_ENDED, [HS_CALL_EVENT_ENDED] = HS_CALL_ENDED,
  },
  [HS_CALL_INITIATED] = {
    [HS_CALL_EVENT_STARTED] = NO, [HS_CALL_EVENT_OFFERED] = NO,
    [HS_CALL_EVENT_ALERTED] = HS_CALL_RINGING, [HS_CALL_EVENT_PROGRESSED] = HS_CALL_EARLY_MEDIA,
    [HS_CALL_EVENT_ANSWERED] = HS_CALL_CONNECTED, [HS_CALL_EVENT_LOCAL_HELD] = NO,
    [HS_CALL_EVENT_LOCAL_RESUMED] = NO, [HS_CALL_EVENT_REMOTE_HELD] = NO,
    [HS_CALL_EVENT_REMOTE_RESUMED] = NO, [HS_CALL_EVENT_WITHDRAWN] = HS_CALL_CANCELLED,
    [HS_CALL_EVENT_FAILED] = NO, [HS_CALL_EVENT_ENDED] = HS_CALL_ENDED,
  },
  [HS_CALL_RINGING] = {
    [HS_CALL_EVENT_STARTED] = NO, [HS_CALL_EVENT_OFFERED] = NO,
    [HS_CALL_EVENT_ALERTED] = NO, [HS_CALL_EVENT_PROGRESSED] = HS_CALL_EARLY_MEDIA,
    [HS_CALL_EVENT_ANSWERED] = HS_CALL_CONNECTED, [HS_CALL_EVENT_LOCAL_HELD] = NO,
    [HS_CALL_EVENT_LOCAL_RESUMED] = NO, [HS_CALL_EVENT_REMOTE_HELD] = NO,
    [HS_CALL_EVENT_REMOTE_RESUMED] = NO, [HS_CALL_EVENT_WITHDRAWN] = HS_CALL_CANCELLED,
    [HS_CALL_EVENT_FAILED] = NO, [HS_CALL_EVENT_ENDED] = HS_CALL_ENDED,
  },
  [HS_CALL_EARLY_MEDIA] = {
    [HS_CALL_EVENT_STARTED] = NO, [HS_CALL_EVENT_OFFERED] = NO,
    [HS_CALL_EVENT_ALERTED] = NO, [HS_CALL_EVENT_PROGRESSED] = HS_CALL_EARLY_MEDIA,
    [HS_CALL_EVENT_ANSWERED] = HS_CALL_CONNECTED, [HS_CALL_EVENT_LOCAL_HELD] = NO,
    [HS_CALL_EVENT_LOCAL_RESUMED] = NO, [HS_CALL_EVENT_REMOTE_HELD] = NO,
    [HS_CALL_EVENT_REMOTE_RESUMED] = NO, [HS_CALL_EVENT_WITHDRAWN] = HS_CALL_CANCELLED,
    [HS_CALL_EVENT_FAILED] = NO, [HS_CALL_EVENT_ENDED] = HS_CALL_ENDED,
  },
  [HS_CALL_CONNECTED] = {
    [HS_CALL_EVENT_STARTED] = NO, [HS_CALL_EVENT_OFFERED] = NO,
    [HS_CALL_EVENT_ALERTED] = NO, [HS_CALL_EVENT_PROGRESSED] = NO,
    [HS_CALL_EVENT_ANSWERED] = NO, [HS_CALL_EVENT_LOCAL_HELD] = HS_CALL_ON_HOLD,
    [HS_CALL_EVENT_LOCAL_RESUMED] = NO, [HS_CALL_EVENT_REMOTE_HELD] = HS_CALL_ON_HOLD,
    [HS_CALL_EVENT_REMOTE_RESUMED] = HS_CALL_CONNECTED, [HS_CALL_EVENT_WITHDRAWN] = NO,
    [HS_CALL_EVENT_FAILED] = NO, [HS_CALL_EVENT_ENDED] = HS_CALL_ENDED,
  },
  [HS_CALL_ON_HOLD] = {
    [HS_CALL_EVENT_STARTED] = NO, [HS_CALL_EVENT_OFFERED] = NO,
    [HS_CALL_EVENT_ALERTED] = NO, [HS_CALL_EVENT_PROGRESSED] = NO,
    [HS_CALL_EVENT_ANSWERED] = NO, [HS_CALL_EVENT_LOCAL_HELD] = HS_CALL_ON_HOLD,
    [HS_CALL_EVENT_LOCAL_RESUMED] = HS_CALL_ON_HOLD,
    [HS_CALL_EVENT_REMOTE_HELD] = HS_CALL_ON_HOLD,
    [HS_CALL_EVENT_REMOTE_RESUMED] = HS_CALL_CONNECTED, [HS_CALL_EVENT_WITHDRAWN] = NO,
    [HS_CALL_EVENT_FAILED] = NO, [HS_CALL_EVENT_ENDED] = HS_CALL_ENDED,
  },
  [HS_CALL_CANCELLED] = {
    [HS_CALL_EVENT_STARTED] = NO, [HS_CALL_EVENT_OFFERED] = NO,
    [HS_CALL_EVENT_ALERTED] = NO, [HS_CALL_EVENT_PROGRESSED] = NO,
    [HS_CALL_EVENT_ANSWERED] = NO, [HS_CALL_EVENT_LOCAL_HELD] = NO,
    [HS_CALL_EVENT_LOCAL_RESUMED] = NO, [HS_CALL_EVENT_REMOTE_HELD] = NO,
    [HS_CALL_EVENT_REMOTE_RESUMED] = NO, [HS_CALL_EVENT_WITHDRAWN] = NO,
    [HS_CALL_EVENT_FAILED] = NO, [HS_CALL_EVENT_ENDED] = HS_CALL_ENDED,
  },
  [HS_CALL_ENDED] = {
    [HS_CALL_EVENT_STARTED] = NO, [HS_CALL_EVENT_OFFERED] = NO,
    [HS_CALL_EVENT_ALERTED] = NO, [HS_CALL_EVENT_PROGRESSED] = NO,
    [HS_CALL_EVENT_ANSWERED] = NO, [HS_CALL_EVENT_LOCAL_HELD] = NO,
    [HS_CALL_EVENT_LOCAL_RESUMED] = NO, [HS_CALL_EVENT_REMOTE_HELD] = NO,
    [HS_CALL_EVENT_REMOTE_RESUMED] = NO, [HS_CALL_EVENT_WITHDRAWN] = NO,
    [HS_CALL_EVENT_FAILED] = NO, [HS_CALL_EVENT_ENDED] = HS_CALL_ENDED,
  },
  /* clang-format on */
};

/* A way into each state that the table itself allows. */
static const HsCallEvent ways[HS_CALL_N_STATES][3] = {
  [HS_CALL_INITIATED] = { HS_CALL_EVENT_STARTED },
  [HS_CALL_RINGING] = { HS_CALL_EVENT_OFFERED },
  [HS_CALL_EARLY_MEDIA] = { HS_CALL_EVENT_STARTED, HS_CALL_EVENT_PROGRESSED },
  [HS_CALL_CONNECTED] = { HS_CALL_EVENT_OFFERED, HS_CALL_EVENT_ANSWERED },
  [HS_CALL_ON_HOLD] = { HS_CALL_EVENT_OFFERED, HS_CALL_EVENT_ANSWERED, HS_CALL_EVENT_REMOTE_HELD },
  [HS_CALL_CANCELLED] = { HS_CALL_EVENT_OFFERED, HS_CALL_EVENT_WITHDRAWN },
  [HS_CALL_ENDED] = { HS_CALL_EVENT_ENDED },
};
static const guint way_lengths[HS_CALL_N_STATES] = { 0, 1, 1, 2, 2, 3, 2, 1 };

typedef struct {
  HsCall *call;
  guint changes;
} Watch;

static void
on_event (HsCall *call, const char *name, JsonObject *payload, Watch *watch)
{
  g_assert_cmpstr (name, ==, "call:stateChange");
  watch->changes++;
}

static HsCall *
create (HsCallFixture *f)
{
  HsCallSetup setup = {
    .clock = HS_CLOCK (f->clock),
    .config = f->config,
    .signalling = HS_SIGNALLING (f->signalling),
    .peers = HS_PEER_FACTORY (f->peers),
  };

  return hs_call_new_outgoing (&setup, "ana@lab.example", "sip:bo@lab.example");
}

static HsCall *
create_in (HsCallFixture *f, HsCallState state)
{
  HsCall *call = create (f);
  HsCallReason reason = { 0 };

  for (guint i = 0; i < way_lengths[state]; i++)
    g_assert_true (hs_call_fire (call, ways[state][i], &reason));
  g_assert_cmpint (call->state, ==, state);
  return call;
}

static void
walk (HsCallFixture *f, HsCallState state, HsCallEvent event)
{
  g_autoptr (HsCall) call = create_in (f, state);
  Watch watch = { .call = call };
  HsCallReason reason = { 0 };
  int next = expected[state][event];

  g_signal_connect (call, "event", G_CALLBACK (on_event), &watch);
  g_assert_cmpint (hs_call_fire (call, event, &reason), ==, next != NO);
  g_assert_cmpint (call->state, ==, next != NO ? next : (int) state);
  g_assert_cmpuint (watch.changes, ==, next != NO ? 1 : 0);
  hs_call_stop_audit (call);
}

static void
test_every_state_and_event (HsCallFixture *f, gconstpointer data)
{
  for (guint state = 0; state < HS_CALL_N_STATES; state++) {
    for (guint event = 0; event < HS_CALL_N_EVENTS; event++)
      walk (f, state, event);
  }
}

/* The state follows from the two flags. */
static void
test_hold_flags (HsCallFixture *f, gconstpointer data)
{
  g_autoptr (HsCall) call = create_in (f, HS_CALL_CONNECTED);
  HsCallReason reason = { 0 };

  g_assert_true (hs_call_fire (call, HS_CALL_EVENT_LOCAL_HELD, &reason));
  g_assert_true (call->local_hold && !call->remote_hold);
  g_assert_true (hs_call_fire (call, HS_CALL_EVENT_REMOTE_HELD, &reason));
  g_assert_true (call->local_hold && call->remote_hold);
  g_assert_cmpint (call->state, ==, HS_CALL_ON_HOLD);
  g_assert_true (hs_call_fire (call, HS_CALL_EVENT_LOCAL_RESUMED, &reason));
  g_assert_cmpint (call->state, ==, HS_CALL_ON_HOLD);
  g_assert_true (!call->local_hold && call->remote_hold);
  g_assert_true (hs_call_fire (call, HS_CALL_EVENT_LOCAL_HELD, &reason));
  g_assert_true (hs_call_fire (call, HS_CALL_EVENT_REMOTE_RESUMED, &reason));
  g_assert_cmpint (call->state, ==, HS_CALL_ON_HOLD);
  g_assert_true (hs_call_fire (call, HS_CALL_EVENT_LOCAL_RESUMED, &reason));
  g_assert_cmpint (call->state, ==, HS_CALL_CONNECTED);
  hs_call_stop_audit (call);
}

static void
test_times (HsCallFixture *f, gconstpointer data)
{
  g_autoptr (HsCall) answered = create_in (f, HS_CALL_CONNECTED);
  g_autoptr (HsCall) unanswered = create_in (f, HS_CALL_RINGING);
  g_autoptr (HsCall) failed = create (f);
  g_autoptr (HsCall) withdrawn = create_in (f, HS_CALL_CANCELLED);
  gint64 start = hs_clock_get_wall_ms (HS_CLOCK (f->clock));
  HsCallReason reason = { 0 };

  hs_fake_clock_advance (f->clock, 1234);
  g_assert_true (hs_call_fire (answered, HS_CALL_EVENT_ENDED, &reason));
  g_assert_cmpint (answered->answered_ms, ==, start);
  g_assert_cmpint (answered->ended_ms, ==, start + 1234);
  hs_fake_clock_advance (f->clock, 1);
  g_assert_true (hs_call_fire (answered, HS_CALL_EVENT_ENDED, &reason));
  g_assert_cmpint (answered->ended_ms, ==, start + 1234);

  g_assert_true (hs_call_fire (unanswered, HS_CALL_EVENT_ENDED, &reason));
  g_assert_cmpint (unanswered->answered_ms, ==, 0);
  g_assert_cmpint (unanswered->ended_ms, ==, start + 1235);
  g_assert_true (hs_call_fire (failed, HS_CALL_EVENT_FAILED, &reason));
  g_assert_cmpint (failed->ended_ms, ==, 0);
  g_assert_cmpint (withdrawn->ended_ms, ==, 0);
}

static void
test_names (void)
{
  const char *const names[HS_CALL_N_STATES] = { "Initiating",  "Initiated", "Ringing",
                                                "Early Media", "Connected", "On Hold",
                                                "Cancelled",   "Ended" };

  for (guint i = 0; i < HS_CALL_N_STATES; i++)
    g_assert_cmpstr (hs_call_state_to_text (i), ==, names[i]);
}

#define ADD(path, function)                                                                        \
  g_test_add ("/call/state/" path, HsCallFixture, NULL, hs_call_fixture_set_up, function,          \
              hs_call_fixture_tear_down)

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  ADD ("every-state-and-event", test_every_state_and_event);
  ADD ("hold-flags", test_hold_flags);
  ADD ("times", test_times);
  g_test_add_func ("/call/state/names", test_names);
  return g_test_run ();
}
