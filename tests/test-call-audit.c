/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/hs-error.h"
#include "hs-call-fixture.h"
#include "hs-call-lines.h"

static const HsMediaRequest audio = { .audio = TRUE };

#define FLAGS "'localHold':false,'remoteHold':false"

#define TRACKS_ENDED HS_LINE_LOCAL_TRACK_ENDED ("A", "L1") HS_LINE_FAR_TRACK_ENDED ("A")

#define OUTGOING_RECORD(duration)                                                                  \
  HS_LINE_OUTGOING ("A", duration, HS_LINE_PARTY ("Bo", "bo@lab.example"))

#define INCOMING_RECORD HS_LINE_INCOMING ("incoming")

/* --- audit --- */

static void
test_periods (HsCallFixture *f, gconstpointer data)
{
  hs_call_fixture_make_connected (f);
  for (guint i = 0; i < 3; i++) {
    hs_fake_clock_advance (f->clock, 24999);
    hs_call_fixture_expect (f, "");
    hs_fake_clock_advance (f->clock, 1);
    hs_call_fixture_expect (f, "> AUDIT leg-1\n");
  }
}

static void
test_after_errors (HsCallFixture *f, gconstpointer data)
{
  hs_call_fixture_make_connected (f);
  hs_call_fixture_fail_request (f, HS_REQUEST_AUDIT, 26);
  hs_fake_clock_advance (f->clock, 25000);
  hs_call_fixture_expect (f, "> AUDIT leg-1\n");
  hs_call_fixture_fail_request (f, HS_REQUEST_AUDIT, 47);
  hs_fake_clock_advance (f->clock, 4999);
  hs_call_fixture_expect (f, "");
  hs_fake_clock_advance (f->clock, 1);
  hs_call_fixture_expect (f, "> AUDIT leg-1\n");
  hs_fake_clock_advance (f->clock, 5000);
  hs_call_fixture_expect (f, "> AUDIT leg-1\n");
  g_assert_cmpint (hs_fake_clock_get_next_ms (f->clock), ==, 25000);
}

/* Nothing is sent to a gateway that does not know the leg. */
static void
test_leg_is_gone (HsCallFixture *f, gconstpointer data)
{
  hs_call_fixture_make_connected (f);
  hs_call_fixture_fail_request (f, HS_REQUEST_AUDIT, 42);
  hs_fake_clock_advance (f->clock, 25000);
  hs_call_fixture_expect (
      f, "> AUDIT leg-1\n" TRACKS_ENDED
         "A call:operation {'operation':'END','transition':'FINISH','isLocal':true}\n"
         "A call:stateChange {'transition':{'statusCode':9909,"
         "'reasonText':'Audit failed: the gateway no longer knows the call'},"
         "'previous':{'state':'Connected'," FLAGS "}}\n" OUTGOING_RECORD ("25000"));
  g_assert_cmpuint (hs_fake_clock_count_timers (f->clock), ==, 0);
}

static void
test_not_before_answer (HsCallFixture *f, gconstpointer data)
{
  hs_call_fixture_make_initiated (f);
  g_assert_cmpuint (hs_fake_clock_count_timers (f->clock), ==, 0);
  hs_call_fixture_receive (f, HS_MESSAGE_RINGING, "leg-1", NULL);
  hs_call_fixture_skip (f);
  g_assert_cmpuint (hs_fake_clock_count_timers (f->clock), ==, 0);
}

/* From the moment somebody answers, and once only. */
static void
test_from_answering_on (HsCallFixture *f, gconstpointer data)
{
  HsFakeSteps *steps = hs_fake_signalling_get_steps (f->signalling);

  hs_call_fixture_ring (f);
  hs_fake_steps_hold (steps, HS_REQUEST_ANSWER);
  hs_call_fixture_answer (f);
  hs_fake_clock_advance (f->clock, 24999);
  hs_fake_steps_release (steps, HS_REQUEST_ANSWER, NULL);
  hs_call_fixture_skip (f);
  hs_fake_clock_advance (f->clock, 1);
  hs_call_fixture_expect (f, "> AUDIT in-1\n");
  g_assert_cmpuint (hs_fake_clock_count_timers (f->clock), ==, 1);
}

static void
test_stops_with_the_call (HsCallFixture *f, gconstpointer data)
{
  HsFakeSteps *steps = hs_fake_signalling_get_steps (f->signalling);
  g_autoptr (GError) gone = g_error_new (HS_GATEWAY_ERROR, 42, "gone");

  hs_call_fixture_make_connected (f);
  hs_fake_steps_hold (steps, HS_REQUEST_AUDIT);
  hs_fake_clock_advance (f->clock, 25000);
  hs_call_fixture_receive_end (f, "leg-1", 0, NULL);
  hs_call_fixture_skip (f);
  hs_fake_steps_release (steps, HS_REQUEST_AUDIT, gone);
  hs_call_fixture_expect (f, "");
  g_assert_cmpuint (hs_fake_clock_count_timers (f->clock), ==, 0);
}

static void
test_stops_while_ending (HsCallFixture *f, gconstpointer data)
{
  hs_call_fixture_make_connected (f);
  hs_fake_steps_hold (hs_fake_signalling_get_steps (f->signalling), HS_REQUEST_END);
  g_assert_true (hs_calls_end (f->calls, hs_call_fixture_get_id (f, "A"), NULL, NULL));
  g_assert_cmpuint (hs_fake_clock_count_timers (f->clock), ==, 0);
}

/* --- resync --- */

static void
resync (HsCallFixture *f)
{
  hs_call_fixture_configure (f, "{\"call\":{\"resyncOnConnect\":true}}");
  hs_fake_signalling_connect (f->signalling);
}

static void
test_resync_is_off (HsCallFixture *f, gconstpointer data)
{
  hs_call_fixture_make_connected (f);
  hs_fake_signalling_connect (f->signalling);
  hs_call_fixture_expect (f, "");
}

static void
test_resync_changes_nothing (HsCallFixture *f, gconstpointer data)
{
  const HsRemoteState states[] = { HS_REMOTE_STATE_UNKNOWN, HS_REMOTE_STATE_RINGING,
                                   HS_REMOTE_STATE_ANSWERED };

  hs_call_fixture_make_connected (f);
  for (guint i = 0; i < G_N_ELEMENTS (states); i++) {
    hs_fake_signalling_set_remote_state (f->signalling, states[i]);
    resync (f);
    hs_call_fixture_expect (f, "> QUERY leg-1\n");
  }
  hs_call_fixture_fail_request (f, HS_REQUEST_QUERY, 26);
  resync (f);
  hs_call_fixture_expect (f, "> QUERY leg-1\n");
}

static void
test_resync_leg_is_gone (HsCallFixture *f, gconstpointer data)
{
  hs_call_fixture_make_connected (f);
  hs_call_fixture_fail_request (f, HS_REQUEST_QUERY, 47);
  resync (f);
  hs_call_fixture_expect (
      f, "> QUERY leg-1\n" TRACKS_ENDED
         "A call:operation {'operation':'END','transition':'FINISH','isLocal':true,"
         "'error':{'name':'BasicError','code':47,'message':'gone'}}\n"
         "A call:stateChange {'previous':{'state':'Connected'," FLAGS "},"
         "'error':{'name':'BasicError','code':47,'message':'gone'}}\n" OUTGOING_RECORD ("0"));
}

/* A call that rang here and is gone was not missed: nobody knows who ended it. */
static void
test_resync_ringing_leg_is_gone (HsCallFixture *f, gconstpointer data)
{
  hs_call_fixture_ring_slowly (f);
  hs_call_fixture_fail_request (f, HS_REQUEST_QUERY, 47);
  resync (f);
  hs_call_fixture_expect (
      f, "> QUERY in-1\n"
         "A call:operation {'operation':'END','transition':'FINISH','isLocal':true,"
         "'error':{'name':'BasicError','code':47,'message':'gone'}}\n"
         "A call:stateChange {'previous':{'state':'Ringing'},"
         "'error':{'name':'BasicError','code':47,'message':'gone'}}\n" INCOMING_RECORD);
}

static void
test_resync_answered_elsewhere (HsCallFixture *f, gconstpointer data)
{
  hs_call_fixture_ring_slowly (f);
  hs_fake_signalling_set_remote_state (f->signalling, HS_REMOTE_STATE_ANSWERED);
  resync (f);
  hs_call_fixture_expect (f, "> QUERY in-1\nA call:stateChange {'previous':{'state':'Ringing'}}\n");
}

static void
test_resync_ringing (HsCallFixture *f, gconstpointer data)
{
  hs_call_fixture_ring_slowly (f);
  hs_fake_signalling_set_remote_state (f->signalling, HS_REMOTE_STATE_RINGING);
  resync (f);
  hs_call_fixture_expect (f, "> QUERY in-1\n");
}

/* An operation under way, or begun meanwhile, knows better. */
static void
test_resync_gives_way (HsCallFixture *f, gconstpointer data)
{
  HsFakeSteps *steps = hs_fake_signalling_get_steps (f->signalling);
  g_autoptr (GError) gone = g_error_new (HS_GATEWAY_ERROR, 47, "gone");

  hs_call_fixture_ring (f);
  hs_fake_steps_hold (steps, HS_REQUEST_QUERY);
  hs_fake_steps_hold (steps, HS_REQUEST_ANSWER);
  resync (f);
  hs_call_fixture_answer (f);
  hs_fake_steps_release (steps, HS_REQUEST_QUERY, gone);
  hs_call_fixture_expect (f, "");
  resync (f);
  hs_call_fixture_expect (f, "");
  hs_fake_steps_release (steps, HS_REQUEST_ANSWER, NULL);
  hs_call_fixture_skip (f);
}

/* What was asked while it rang means nothing after it was answered. */
static void
test_resync_answered_meanwhile (HsCallFixture *f, gconstpointer data)
{
  HsFakeSteps *steps = hs_fake_signalling_get_steps (f->signalling);
  g_autoptr (GError) gone = g_error_new (HS_GATEWAY_ERROR, 47, "gone");

  hs_call_fixture_ring (f);
  hs_fake_steps_hold (steps, HS_REQUEST_QUERY);
  resync (f);
  hs_call_fixture_answer (f);
  hs_fake_steps_release (steps, HS_REQUEST_QUERY, gone);
  hs_call_fixture_expect (f, "");
}

static void
test_resync_skips (HsCallFixture *f, gconstpointer data)
{
  hs_call_fixture_make_initiated (f);
  resync (f);
  hs_call_fixture_expect (f, "");
  hs_call_fixture_receive_end (f, "leg-1", 0, NULL);
  hs_call_fixture_skip (f);
  resync (f);
  hs_call_fixture_expect (f, "");
  g_assert_nonnull (hs_calls_make (f->calls, "bo", &audio, NULL, NULL, NULL));
  resync (f);
  hs_call_fixture_skip (f);
}

#define ADD(path, function)                                                                        \
  g_test_add ("/call/audit/" path, HsCallFixture, NULL, hs_call_fixture_set_up, function,          \
              hs_call_fixture_tear_down)

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  ADD ("periods", test_periods);
  ADD ("after-errors", test_after_errors);
  ADD ("leg-is-gone", test_leg_is_gone);
  ADD ("not-before-answer", test_not_before_answer);
  ADD ("from-answering-on", test_from_answering_on);
  ADD ("stops-with-the-call", test_stops_with_the_call);
  ADD ("stops-while-ending", test_stops_while_ending);
  ADD ("resync-is-off", test_resync_is_off);
  ADD ("resync-changes-nothing", test_resync_changes_nothing);
  ADD ("resync-leg-is-gone", test_resync_leg_is_gone);
  ADD ("resync-ringing-leg-is-gone", test_resync_ringing_leg_is_gone);
  ADD ("resync-answered-elsewhere", test_resync_answered_elsewhere);
  ADD ("resync-ringing", test_resync_ringing);
  ADD ("resync-gives-way", test_resync_gives_way);
  ADD ("resync-answered-meanwhile", test_resync_answered_meanwhile);
  ADD ("resync-skips", test_resync_skips);
  return g_test_run ();
}
