/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Updates of the far end that cross others, or come early, too often, or without an offer. */
#include "hs-far-update.h"

#include <string.h>

/* --- crossing, early and repeated updates --- */

static void
test_glare (HsCallFixture *f, gconstpointer data)
{
  const HsOperationStatus statuses[] = { HS_OPERATION_ONGOING, HS_OPERATION_PENDING };

  for (guint i = 0; i < G_N_ELEMENTS (statuses); i++) {
    hs_call_fixture_set_up (f, NULL);
    hs_call_fixture_make_connected (f);
    hs_far_update_occupy (f, statuses[i]);
    hs_far_update_propose (f, "inactive");
    hs_call_fixture_expect (f, "> REFUSE_UPDATE leg-1\n");
    hs_call_fixture_tear_down (f, NULL);
  }
}

/* Ours was refused: it ends with an error, and everything is as it was (2.8 a). */
static void
test_ours_is_refused (HsCallFixture *f, gconstpointer data)
{
  hs_call_fixture_make_connected (f);
  hs_far_update_occupy (f, HS_OPERATION_PENDING);
  hs_far_update_refuse_ours (f);
  hs_call_fixture_expect (
      f, "peer rollback\n" HS_LINE_OPERATION (
             "A", "RENEGOTIATE", "FINISH",
             HS_LINE_PREVIOUS ("RENEGOTIATE", "PENDING") HS_LINE_ERROR (
                 "'call:2'",
                 HS_FAR_UPDATE_TRY_AGAIN)) "A call:stateChange "
                                           "{'previous':{'state':'Connected','localHold':false,"
                                           "'remoteHold':false}" HS_LINE_ERROR (
                                               "'call:2'", HS_FAR_UPDATE_TRY_AGAIN) "}\n");
}

static void
test_early_update (HsCallFixture *f, gconstpointer data)
{
  hs_call_fixture_make_initiated (f);
  hs_far_update_propose (f, "inactive");
  hs_call_fixture_expect (f, "");
  hs_fake_clock_advance (f->clock, 2999);
  hs_far_update_answer (f, "sendrecv");
  hs_call_fixture_expect (
      f, HS_LINE_FAR_TRACK (
             "A") "A call:operation {'operation':'MAKE','transition':'FINISH','isLocal':true,"
                  "'previous':{'operation':'MAKE','status':'PENDING'}}\n" HS_LINE_CHANGED (
                      "Initiated", "false", "false") HS_LINE_FAR_TRACK_ENDED ("A")
                      HS_LINE_ANSWERED ("2") HS_LINE_DONE ("HOLD")
                          HS_LINE_CHANGED ("Connected", "false", "false"));
}

static void
test_too_early_update (HsCallFixture *f, gconstpointer data)
{
  hs_call_fixture_make_initiated (f);
  hs_far_update_propose (f, "inactive");
  hs_fake_clock_advance (f->clock, 3000);
  g_assert_cmpuint (hs_fake_clock_count_timers (f->clock), ==, 0);
  hs_far_update_answer (f, "sendrecv");
  hs_call_fixture_settle (f);
  hs_far_update_assert_state (f, "Connected");
}

static void
test_update_during_update (HsCallFixture *f, gconstpointer data)
{
  HsFakeSteps *steps = hs_fake_signalling_get_steps (f->signalling);

  hs_call_fixture_make_connected (f);
  hs_fake_steps_hold (steps, HS_REQUEST_RESPOND_UPDATE);
  hs_far_update_propose (f, "inactive");
  hs_far_update_propose (f, "sendrecv");
  hs_call_fixture_expect (f, HS_LINE_FAR_TRACK_ENDED ("A") HS_LINE_ANSWERED ("2"));
  hs_fake_steps_release (steps, HS_REQUEST_RESPOND_UPDATE, NULL);
  hs_call_fixture_expect (f, HS_LINE_DONE ("HOLD") HS_LINE_CHANGED ("Connected", "false", "false")
                                 HS_LINE_FAR_TRACK ("A") HS_LINE_ANSWERED ("3"));
  hs_fake_steps_release (steps, HS_REQUEST_RESPOND_UPDATE, NULL);
  hs_call_fixture_expect (f, HS_LINE_DONE ("UNHOLD") HS_LINE_CHANGED ("On Hold", "false", "true"));
}

/* One that waits too long for another gets its answer: no. */
static void
test_update_waits_too_long (HsCallFixture *f, gconstpointer data)
{
  HsFakeSteps *steps = hs_fake_signalling_get_steps (f->signalling);

  hs_call_fixture_make_connected (f);
  hs_fake_steps_hold (steps, HS_REQUEST_RESPOND_UPDATE);
  hs_far_update_propose (f, "inactive");
  hs_far_update_propose (f, "sendrecv");
  hs_call_fixture_skip (f);
  hs_fake_clock_advance (f->clock, 3000);
  hs_call_fixture_expect (f, "> REFUSE_UPDATE leg-1\n");
  hs_fake_steps_release (steps, HS_REQUEST_RESPOND_UPDATE, NULL);
  hs_call_fixture_expect (f, HS_LINE_DONE ("HOLD") HS_LINE_CHANGED ("Connected", "false", "false"));
}

/* No flood of messages makes a call grow. */
static void
test_flood (HsCallFixture *f, gconstpointer data)
{
  hs_call_fixture_make_initiated (f);
  for (guint i = 0; i < 100; i++)
    hs_far_update_propose (f, "inactive");
  g_assert_cmpuint (
      g_queue_get_length (&hs_calls_get_call (f->calls, hs_call_fixture_get_id (f, "A"))->inbox),
      ==, 16);
  hs_call_fixture_receive_end (f, "leg-1", 0, NULL);
  hs_call_fixture_skip (f);
}

/* --- updates without an offer (2.7.2, 2.8 c) --- */

static void
begin_slow_start (HsCallFixture *f)
{
  hs_call_fixture_receive (f, HS_MESSAGE_UPDATE, "leg-1", NULL);
  hs_call_fixture_skip (f);
}

static void
test_slow_start (HsCallFixture *f, gconstpointer data)
{
  g_autoptr (JsonObject) call = NULL;
  JsonObject *op;

  hs_call_fixture_make_connected (f);
  hs_far_update_propose (f, "inactive");
  hs_call_fixture_skip (f);
  hs_call_fixture_receive (f, HS_MESSAGE_UPDATE, "leg-1", NULL);
  hs_call_fixture_expect (f, "peer renew\n" HS_LINE_OFFERED ("3"));
  call = hs_call_fixture_dup_call (f, "A");
  op = json_object_get_object_member (call, "remoteOp");
  g_assert_cmpstr (json_object_get_string_member (op, "operation"), ==, "SLOW_START");
  g_assert_cmpstr (json_object_get_string_member (op, "status"), ==, "ONGOING");
  hs_far_update_answer (f, "sendrecv");
  hs_call_fixture_expect (f, HS_LINE_FAR_TRACK ("A") HS_LINE_DONE_SLOWLY ("UNHOLD")
                                 HS_LINE_CHANGED ("On Hold", "false", "true"));
  json_object_unref (call);
  call = hs_call_fixture_dup_call (f, "A");
  g_assert_false (json_object_has_member (call, "remoteOp"));
}

static void
test_slow_start_broker_only (HsCallFixture *f, gconstpointer data)
{
  hs_call_fixture_configure (f, "{\"call\":{\"mediaBrokerOnly\":true}}");
  hs_call_fixture_make_connected (f);
  hs_call_fixture_receive (f, HS_MESSAGE_UPDATE, "leg-1", NULL);
  hs_call_fixture_expect (f, HS_LINE_OFFERED ("2"));
  hs_far_update_answer (f, "sendrecv");
  hs_call_fixture_expect (f, HS_LINE_CHANGED ("Connected", "false", "false"));
}

static void
test_slow_start_holds (HsCallFixture *f, gconstpointer data)
{
  hs_call_fixture_make_connected (f);
  begin_slow_start (f);
  hs_far_update_answer (f, "inactive");
  hs_call_fixture_expect (f, HS_LINE_FAR_TRACK_ENDED ("A") HS_LINE_DONE_SLOWLY ("HOLD")
                                 HS_LINE_CHANGED ("Connected", "false", "false"));
}

/* While we hold, a far end that resumes gets no media. */
static void
test_slow_start_while_both_hold (HsCallFixture *f, gconstpointer data)
{
  hs_call_fixture_make_connected (f);
  hs_far_update_propose (f, "inactive");
  hs_far_update_hold_locally (f);
  begin_slow_start (f);
  hs_far_update_answer (f, "sendrecv");
  hs_call_fixture_expect (f, HS_LINE_DONE_SLOWLY ("UNHOLD")
                                 HS_LINE_CHANGED ("On Hold", "true", "true"));
  g_assert_nonnull (strstr (hs_far_update_get_remote (f), "a=inactive"));
}

/* State and flags agree even when the far end's change has no name. */
static void
test_slow_start_without_a_name (HsCallFixture *f, gconstpointer data)
{
  hs_call_fixture_make_connected (f);
  hs_far_update_propose (f, "inactive");
  hs_call_fixture_skip (f);
  begin_slow_start (f);
  hs_far_update_answer (f, "recvonly");
  hs_call_fixture_expect (f, HS_LINE_DONE_SLOWLY ("UNHOLD")
                                 HS_LINE_CHANGED ("On Hold", "false", "true"));
}

static void
test_slow_start_refused (HsCallFixture *f, gconstpointer data)
{
  hs_call_fixture_make_connected (f);
  begin_slow_start (f);
  hs_call_fixture_receive (f, HS_MESSAGE_ANSWER, "leg-1", NULL);
  hs_call_fixture_expect (f, "peer rollback\n");
  hs_far_update_propose (f, "inactive");
  hs_call_fixture_expect (f, HS_LINE_FAR_TRACK_ENDED ("A") HS_LINE_ANSWERED ("3") HS_LINE_DONE (
                                 "HOLD") HS_LINE_CHANGED ("Connected", "false", "false"));
}

/* An offer of ours that nobody answers does not block the call for good. */
static void
test_slow_start_forgotten (HsCallFixture *f, gconstpointer data)
{
  hs_call_fixture_make_connected (f);
  begin_slow_start (f);
  hs_far_update_propose (f, "inactive");
  hs_call_fixture_expect (f, "");
  hs_fake_clock_advance (f->clock, 3000);
  hs_call_fixture_expect (f, "peer rollback\n" HS_LINE_FAR_TRACK_ENDED ("A") HS_LINE_ANSWERED ("3")
                                 HS_LINE_DONE ("HOLD")
                                     HS_LINE_CHANGED ("Connected", "false", "false"));
}

static void
test_slow_start_answer_does_not_fit (HsCallFixture *f, gconstpointer data)
{
  const char *const two[] = { "sendrecv", "sendrecv", NULL };
  g_autofree char *sdp = hs_fake_sdp_new ("far", "7", two);

  hs_call_fixture_make_connected (f);
  begin_slow_start (f);
  hs_call_fixture_receive (f, HS_MESSAGE_ANSWER, "leg-1", sdp);
  hs_call_fixture_settle (f);
  g_assert_cmpstr (f->lines->pdata[2], ==, "> END leg-1");
  g_assert_true (
      g_str_has_prefix (f->lines->pdata[3], "A call:stateChange {'previous':{'state':'Connected'"));
  g_assert_nonnull (strstr (f->lines->pdata[3], "'code':'call:10'"));
}

static void
test_slow_start_answer_is_rubbish (HsCallFixture *f, gconstpointer data)
{
  hs_call_fixture_make_connected (f);
  begin_slow_start (f);
  hs_call_fixture_receive (f, HS_MESSAGE_ANSWER, "leg-1", "rubbish");
  hs_call_fixture_settle (f);
  g_assert_nonnull (strstr (f->lines->pdata[3], "'code':'call:2'"));
  hs_far_update_assert_state (f, "Ended");
}

static void
test_slow_start_ended_while_offered (HsCallFixture *f, gconstpointer data)
{
  hs_call_fixture_make_connected (f);
  hs_fake_steps_hold (hs_fake_peer_factory_get_steps (f->peers), HS_FAKE_CREATE_OFFER);
  begin_slow_start (f);
  hs_far_update_end (f);
}

static void
test_slow_start_ended_while_applied (HsCallFixture *f, gconstpointer data)
{
  hs_call_fixture_make_connected (f);
  begin_slow_start (f);
  hs_fake_steps_hold (hs_fake_peer_factory_get_steps (f->peers), HS_FAKE_SET_REMOTE);
  hs_far_update_answer (f, "sendrecv");
  hs_call_fixture_skip (f);
  hs_far_update_end (f);
}

#define ADD(path, function)                                                                        \
  g_test_add ("/call/update/" path, HsCallFixture, NULL, hs_call_fixture_set_up, function,         \
              hs_call_fixture_tear_down)

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add ("/call/update/glare", HsCallFixture, NULL, NULL, test_glare, NULL);
  ADD ("ours-is-refused", test_ours_is_refused);
  ADD ("early-update", test_early_update);
  ADD ("too-early-update", test_too_early_update);
  ADD ("update-during-update", test_update_during_update);
  ADD ("update-waits-too-long", test_update_waits_too_long);
  ADD ("flood", test_flood);
  ADD ("slow-start", test_slow_start);
  ADD ("slow-start-broker-only", test_slow_start_broker_only);
  ADD ("slow-start-holds", test_slow_start_holds);
  ADD ("slow-start-while-both-hold", test_slow_start_while_both_hold);
  ADD ("slow-start-without-a-name", test_slow_start_without_a_name);
  ADD ("slow-start-refused", test_slow_start_refused);
  ADD ("slow-start-forgotten", test_slow_start_forgotten);
  ADD ("slow-start-answer-does-not-fit", test_slow_start_answer_does_not_fit);
  ADD ("slow-start-answer-is-rubbish", test_slow_start_answer_is_rubbish);
  ADD ("slow-start-ended-while-offered", test_slow_start_ended_while_offered);
  ADD ("slow-start-ended-while-applied", test_slow_start_ended_while_applied);
  return g_test_run ();
}
