/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/hs-error.h"
#include "base/hs-json.h"
#include "call/hs-call-private.h"
#include "hs-call-fixture.h"
#include "hs-far-update.h"
#include "hs-media-change.h"

#include <string.h>

#define FAR_TRACK       HS_LINE_FAR_TRACK ("A")
#define FAR_TRACK_ENDED HS_LINE_FAR_TRACK_ENDED ("A")

#define OPERATION(name, step, more) HS_LINE_OPERATION ("A", name, step, more)

#define DONE(name) OPERATION (name, "FINISH", HS_LINE_PREVIOUS (name, "PENDING"))
#define CHANGED_WITH(state, local, remote, more)                                                   \
  "A call:stateChange {'previous':{'state':'" state "','localHold':" local ",'remoteHold':" remote \
  "}" more "}\n"

#define REFUSED(name, state, local, text)                                                          \
  HS_LINE_BEGUN (name)                                                                             \
  OPERATION (name, "FINISH", HS_LINE_PREVIOUS (name, "ONGOING") HS_LINE_ERROR ("'call:6'", text))  \
  CHANGED_WITH (state, local, "false", HS_LINE_ERROR ("'call:6'", text))

static void
assert_flags (HsCallFixture *f, const char *state, gboolean local, gboolean remote)
{
  g_autoptr (JsonObject) call = hs_call_fixture_dup_call (f, "A");

  g_assert_cmpstr (json_object_get_string_member (call, "state"), ==, state);
  g_assert_cmpint (json_object_get_boolean_member (call, "localHold"), ==, local);
  g_assert_cmpint (json_object_get_boolean_member (call, "remoteHold"), ==, remote);
  g_assert_false (json_object_has_member (call, "localOp"));
}

/* Connected, then held here. */
static void
make_held (HsCallFixture *f)
{
  hs_call_fixture_make_connected (f);
  hs_media_change_begin (f, hs_calls_hold, NULL);
  hs_call_fixture_settle (f);
  hs_far_update_answer (f, "inactive");
  hs_call_fixture_skip (f);
}

/* --- the ladders of 3.7 --- */

static void
test_held_and_resumed (HsCallFixture *f, gconstpointer data)
{
  hs_call_fixture_make_connected (f);
  hs_media_change_begin (f, hs_calls_hold, "hold");
  hs_call_fixture_expect (f, HS_LINE_BEGUN ("HOLD") "peer hold\n" HS_LINE_SENT ("2")
                                 HS_LINE_TAKEN ("HOLD"));
  hs_far_update_answer (f, "inactive");
  hs_call_fixture_expect (f, FAR_TRACK_ENDED DONE ("HOLD") HS_LINE_CHANGED (
                                 "Connected", "false", "false") "waiter hold: ok\n");
  assert_flags (f, "On Hold", TRUE, FALSE);

  hs_media_change_begin (f, hs_calls_unhold, "unhold");
  hs_call_fixture_expect (f, HS_LINE_BEGUN ("UNHOLD") "peer unhold\n" HS_LINE_SENT ("3")
                                 HS_LINE_TAKEN ("UNHOLD"));
  hs_far_update_answer (f, "sendrecv");
  hs_call_fixture_expect (f, FAR_TRACK DONE ("UNHOLD") HS_LINE_CHANGED (
                                 "On Hold", "true", "false") "waiter unhold: ok\n");
  assert_flags (f, "Connected", FALSE, FALSE);
}

/* We hold, they hold, we resume, they resume. */
static void
test_both_hold_and_we_resume_first (HsCallFixture *f, gconstpointer data)
{
  make_held (f);
  hs_far_update_propose (f, "inactive");
  hs_call_fixture_expect (f, HS_LINE_ANSWERED ("3") HS_LINE_DONE ("HOLD")
                                 HS_LINE_CHANGED ("On Hold", "true", "false"));
  assert_flags (f, "On Hold", TRUE, TRUE);

  hs_media_change_begin (f, hs_calls_unhold, NULL);
  hs_call_fixture_expect (f, HS_LINE_BEGUN ("UNHOLD") "peer unhold\n" HS_LINE_SENT ("4")
                                 HS_LINE_TAKEN ("UNHOLD"));
  hs_far_update_answer (f, "inactive");
  hs_call_fixture_expect (f, DONE ("UNHOLD") HS_LINE_CHANGED ("On Hold", "true", "true"));
  assert_flags (f, "On Hold", FALSE, TRUE);

  hs_far_update_propose (f, "sendrecv");
  hs_call_fixture_expect (f, FAR_TRACK HS_LINE_ANSWERED ("5") HS_LINE_DONE ("UNHOLD")
                                 HS_LINE_CHANGED ("On Hold", "false", "true"));
  assert_flags (f, "Connected", FALSE, FALSE);
}

/* They hold, we hold, they resume, we resume. */
static void
test_both_hold_and_they_resume_first (HsCallFixture *f, gconstpointer data)
{
  hs_call_fixture_make_connected (f);
  hs_far_update_propose (f, "inactive");
  hs_call_fixture_expect (f, FAR_TRACK_ENDED HS_LINE_ANSWERED ("2") HS_LINE_DONE ("HOLD")
                                 HS_LINE_CHANGED ("Connected", "false", "false"));
  hs_media_change_begin (f, hs_calls_hold, NULL);
  hs_call_fixture_expect (f, HS_LINE_BEGUN ("HOLD") "peer hold\n" HS_LINE_SENT ("3")
                                 HS_LINE_TAKEN ("HOLD"));
  hs_far_update_answer (f, "inactive");
  hs_call_fixture_expect (f, DONE ("HOLD") HS_LINE_CHANGED ("On Hold", "false", "true"));
  assert_flags (f, "On Hold", TRUE, TRUE);

  hs_far_update_propose (f, "sendrecv");
  hs_call_fixture_expect (f, HS_LINE_ANSWERED ("4") HS_LINE_DONE ("UNHOLD")
                                 HS_LINE_CHANGED ("On Hold", "true", "true"));
  assert_flags (f, "On Hold", TRUE, FALSE);

  hs_media_change_begin (f, hs_calls_unhold, NULL);
  hs_call_fixture_expect (f, HS_LINE_BEGUN ("UNHOLD") "peer unhold\n" HS_LINE_SENT ("5")
                                 HS_LINE_TAKEN ("UNHOLD"));
  hs_far_update_answer (f, "sendrecv");
  hs_call_fixture_expect (f,
                          FAR_TRACK DONE ("UNHOLD") HS_LINE_CHANGED ("On Hold", "true", "false"));
  assert_flags (f, "Connected", FALSE, FALSE);
}

static void
test_custom_parameters_go_along (HsCallFixture *f, gconstpointer data)
{
  g_autoptr (JsonNode) given = hs_json_parse ("[{\"name\":\"X-Q\",\"value\":\"1\"}]", -1, NULL);
  HsCall *call;

  hs_call_fixture_make_connected (f);
  call = hs_calls_get_call (f->calls, hs_call_fixture_get_id (f, "A"));
  call->custom_parameters = json_array_ref (json_node_get_array (given));
  hs_media_change_begin (f, hs_calls_hold, NULL);
  hs_call_fixture_expect (
      f, HS_LINE_BEGUN ("HOLD") "peer hold\n"
                                "> UPDATE leg-1 sdp=offer-2 [{'name':'X-Q','value':'1'}]"
                                "\n" HS_LINE_TAKEN ("HOLD"));
}

/* The answer overtakes the gateway's reply: it is taken when the reply is there. */
static void
test_early_answer (HsCallFixture *f, gconstpointer data)
{
  HsFakeSteps *steps = hs_fake_signalling_get_steps (f->signalling);

  hs_call_fixture_make_connected (f);
  hs_fake_steps_hold (steps, HS_REQUEST_UPDATE);
  hs_media_change_begin (f, hs_calls_hold, NULL);
  hs_call_fixture_settle (f);
  hs_far_update_answer (f, "inactive");
  hs_call_fixture_expect (f, HS_LINE_BEGUN ("HOLD") "peer hold\n" HS_LINE_SENT ("2"));
  hs_fake_steps_release (steps, HS_REQUEST_UPDATE, NULL);
  hs_call_fixture_expect (f, HS_LINE_TAKEN ("HOLD") FAR_TRACK_ENDED DONE ("HOLD")
                                 HS_LINE_CHANGED ("Connected", "false", "false"));
}

/* --- guards --- */

static void
test_guards (HsCallFixture *f, gconstpointer data)
{
  hs_call_fixture_make_initiated (f);
  hs_media_change_refuse (f, hs_calls_hold, HS_CALL_ERROR_INVALID_STATE);
  hs_media_change_refuse (f, hs_calls_unhold, HS_CALL_ERROR_INVALID_STATE);
  hs_call_fixture_skip (f);
  hs_far_update_answer (f, "sendrecv");
  hs_call_fixture_skip (f);

  hs_media_change_refuse (f, hs_calls_unhold, HS_CALL_ERROR_INVALID_STATE);
  hs_call_fixture_expect (f, REFUSED ("UNHOLD", "Connected", "false", "the call is not held here"));
  hs_media_change_begin (f, hs_calls_hold, NULL);
  hs_call_fixture_settle (f);
  hs_far_update_answer (f, "inactive");
  hs_call_fixture_skip (f);
  hs_media_change_refuse (f, hs_calls_hold, HS_CALL_ERROR_INVALID_STATE);
  hs_call_fixture_expect (f, REFUSED ("HOLD", "On Hold", "true", "the call is held here already"));

  hs_call_fixture_receive_end (f, "leg-1", 0, NULL);
  hs_call_fixture_skip (f);
  hs_media_change_refuse (f, hs_calls_unhold, HS_CALL_ERROR_INVALID_STATE);
  hs_call_fixture_expect (
      f, REFUSED ("UNHOLD", "Ended", "true", "the call is Ended, it must be Connected or On Hold"));
}

static void
test_ringing_call (HsCallFixture *f, gconstpointer data)
{
  hs_call_fixture_ring (f);
  hs_media_change_refuse (f, hs_calls_hold, HS_CALL_ERROR_INVALID_STATE);
  hs_media_change_refuse (f, hs_calls_unhold, HS_CALL_ERROR_INVALID_STATE);
}

static void
test_unknown_call (HsCallFixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (hs_calls_hold (f->calls, "nobody", NULL, &error));
  g_assert_error (error, HS_CALL_ERROR, HS_CALL_ERROR_INVALID_PARAM);
  hs_call_fixture_expect (
      f, HS_LINE_BEGUN ("HOLD") OPERATION (
             "HOLD", "FINISH", HS_LINE_ERROR ("'call:7'", "there is no call \\'nobody\\'")));
}

/* A second one is refused, whichever it is and whatever the flag says; the first goes on. */
static void
test_one_at_a_time (HsCallFixture *f, gconstpointer data)
{
  const HsMediaChangeVerb verbs[] = { hs_calls_hold, hs_calls_unhold };
  const char *const names[] = { "HOLD", "UNHOLD" };
  const char *const statuses[] = { "ONGOING", "PENDING" };
  HsFakeSteps *steps = hs_fake_signalling_get_steps (f->signalling);

  hs_call_fixture_make_connected (f);
  hs_fake_steps_hold (steps, HS_REQUEST_UPDATE);
  hs_media_change_begin (f, hs_calls_hold, NULL);
  hs_call_fixture_skip (f);
  for (guint i = 0; i < 4; i++) {
    g_autofree char *expected = g_strdup_printf (
        "A call:operation {'operation':'%s','transition':'START','isLocal':true,"
        "'previous':{'operation':'HOLD','status':'%s'}}\n"
        "A call:operation {'operation':'%s','transition':'FINISH','isLocal':true,"
        "'previous':{'operation':'HOLD','status':'%s'}" HS_LINE_ERROR (
            "'call:12'",
            "another operation is in progress on this call") "}\n" CHANGED_WITH ("Connected",
                                                                                 "false", "false",
                                                                                 HS_LINE_ERROR (
                                                                                     "'call:12'",
                                                                                     "another "
                                                                                     "operation is "
                                                                                     "in progress "
                                                                                     "on this "
                                                                                     "call")),
        names[i % 2], statuses[i / 2], names[i % 2], statuses[i / 2]);

    if (i == 2) {
      hs_fake_steps_release (steps, HS_REQUEST_UPDATE, NULL);
      hs_call_fixture_expect (f, HS_LINE_TAKEN ("HOLD"));
    }
    hs_media_change_refuse (f, verbs[i % 2], HS_CALL_ERROR_GLARE);
    hs_call_fixture_expect (f, expected);
  }
  hs_far_update_answer (f, "inactive");
  hs_call_fixture_skip (f);
  assert_flags (f, "On Hold", TRUE, FALSE);
}

/* Nor while an update of the far end is dealt with. */
static void
test_during_their_update (HsCallFixture *f, gconstpointer data)
{
  HsFakeSteps *steps = hs_fake_signalling_get_steps (f->signalling);

  hs_call_fixture_make_connected (f);
  hs_fake_steps_hold (steps, HS_REQUEST_RESPOND_UPDATE);
  hs_far_update_propose (f, "inactive");
  hs_call_fixture_settle (f);
  hs_media_change_refuse (f, hs_calls_hold, HS_CALL_ERROR_GLARE);
  hs_fake_steps_release (steps, HS_REQUEST_RESPOND_UPDATE, NULL);
  hs_call_fixture_skip (f);
  assert_flags (f, "On Hold", FALSE, TRUE);
}

/* --- failures leave everything as it was --- */

#define FAILED(name, status, code, text, state, local)                                             \
  OPERATION (name, "FINISH", HS_LINE_PREVIOUS (name, status) HS_LINE_ERROR (code, text))           \
  CHANGED_WITH (state, local, "false", HS_LINE_ERROR (code, text))

static void
test_offer_cannot_be_made (HsCallFixture *f, gconstpointer data)
{
  g_autoptr (GError) error = g_error_new (HS_CALL_ERROR, HS_CALL_ERROR_INVALID_OFFER, "no");

  hs_call_fixture_make_connected (f);
  hs_fake_steps_fail_next (hs_fake_peer_factory_get_steps (f->peers), HS_FAKE_CREATE_OFFER, error);
  hs_media_change_begin (f, hs_calls_hold, "hold");
  hs_call_fixture_expect (
      f, HS_LINE_BEGUN ("HOLD") "peer hold\npeer rollback\npeer unhold\n" FAILED (
             "HOLD", "ONGOING", "'call:9'", "no", "Connected", "false") "waiter hold: call:9 no\n");
  assert_flags (f, "Connected", FALSE, FALSE);
}

static void
test_gateway_refuses (HsCallFixture *f, gconstpointer data)
{
  g_autoptr (GError) error = g_error_new (HS_GATEWAY_ERROR, 26, "no");
  HsFakeSteps *steps = hs_fake_signalling_get_steps (f->signalling);

  hs_call_fixture_make_connected (f);
  hs_fake_steps_fail_next (steps, HS_REQUEST_UPDATE, error);
  hs_media_change_begin (f, hs_calls_hold, "hold");
  hs_call_fixture_expect (
      f, HS_LINE_BEGUN ("HOLD") "peer hold\n" HS_LINE_SENT (
             "2") "peer rollback\npeer unhold\n" FAILED ("HOLD", "ONGOING", "26", "no", "Connected",
                                                         "false") "waiter hold: 26 no\n");
  assert_flags (f, "Connected", FALSE, FALSE);

  /* It can be tried again, and the way back fails as well as the way there. */
  hs_media_change_begin (f, hs_calls_hold, NULL);
  hs_call_fixture_settle (f);
  hs_far_update_answer (f, "inactive");
  hs_call_fixture_skip (f);
  hs_fake_steps_fail_next (steps, HS_REQUEST_UPDATE, error);
  hs_media_change_begin (f, hs_calls_unhold, "unhold");
  hs_call_fixture_expect (
      f, HS_LINE_BEGUN ("UNHOLD") "peer unhold\n" HS_LINE_SENT (
             "4") "peer rollback\npeer hold\n" FAILED ("UNHOLD", "ONGOING", "26", "no", "On Hold",
                                                       "true") "waiter unhold: 26 no\n");
  assert_flags (f, "On Hold", TRUE, FALSE);
}

/* Both sides at once: theirs is refused, ours goes on, or ours is refused by the gateway. */
static void
test_glare (HsCallFixture *f, gconstpointer data)
{
  hs_call_fixture_make_connected (f);
  hs_media_change_begin (f, hs_calls_hold, "hold");
  hs_call_fixture_skip (f);
  hs_far_update_propose (f, "inactive");
  hs_call_fixture_expect (f, "> REFUSE_UPDATE leg-1\n");
  hs_far_update_refuse_ours (f);
  hs_call_fixture_expect (f,
                          "peer rollback\npeer unhold\n" FAILED (
                              "HOLD", "PENDING", "'call:2'", HS_FAR_UPDATE_TRY_AGAIN, "Connected",
                              "false") "waiter hold: call:2 " HS_FAR_UPDATE_TRY_AGAIN "\n");
  assert_flags (f, "Connected", FALSE, FALSE);

  hs_far_update_propose (f, "inactive");
  hs_call_fixture_skip (f);
  assert_flags (f, "On Hold", FALSE, TRUE);
}

static void
test_answer_without_a_description (HsCallFixture *f, gconstpointer data)
{
  hs_call_fixture_make_connected (f);
  hs_media_change_begin (f, hs_calls_hold, NULL);
  hs_call_fixture_skip (f);
  hs_call_fixture_receive (f, HS_MESSAGE_ANSWER, "leg-1", NULL);
  hs_call_fixture_expect (
      f, "peer rollback\npeer unhold\n" FAILED ("HOLD", "PENDING", "'call:2'",
                                                "the far end did not take what was proposed",
                                                "Connected", "false"));
}

#define TOO_LATE "the far end has not answered within 60 s"

/* Its answer got lost: the call is as before, and can be changed again. */
static void
test_never_answered (HsCallFixture *f, gconstpointer data)
{
  hs_call_fixture_make_connected (f);
  hs_fake_steps_hold (hs_fake_signalling_get_steps (f->signalling), HS_REQUEST_AUDIT);
  hs_media_change_begin (f, hs_calls_hold, "hold");
  hs_call_fixture_skip (f);
  hs_fake_clock_advance (f->clock, 59999);
  hs_call_fixture_expect (f, "> AUDIT leg-1\n");
  hs_fake_clock_advance (f->clock, 1);
  hs_call_fixture_expect (f, "peer rollback\npeer unhold\n" FAILED (
                                 "HOLD", "PENDING", "'call:2'", TOO_LATE, "Connected",
                                 "false") "waiter hold: call:2 " TOO_LATE "\n");
  hs_far_update_answer (f, "inactive");
  hs_call_fixture_expect (f, "");
  assert_flags (f, "Connected", FALSE, FALSE);
}

/* One that comes in time counts, however long it takes to be applied. */
static void
test_answered_at_last (HsCallFixture *f, gconstpointer data)
{
  HsFakeSteps *steps = hs_fake_peer_factory_get_steps (f->peers);

  hs_call_fixture_make_connected (f);
  hs_media_change_begin (f, hs_calls_hold, "hold");
  hs_call_fixture_skip (f);
  hs_fake_clock_advance (f->clock, 59999);
  hs_fake_steps_hold (steps, HS_FAKE_SET_REMOTE);
  hs_far_update_answer (f, "inactive");
  hs_call_fixture_skip (f);
  hs_fake_clock_advance (f->clock, 1000);
  hs_fake_steps_release (steps, HS_FAKE_SET_REMOTE, NULL);
  hs_call_fixture_settle (f);
  g_assert_cmpstr (f->returned->pdata[0], ==, "waiter hold: ok");
  hs_call_fixture_skip (f);
  assert_flags (f, "On Hold", TRUE, FALSE);
}

/* The far end takes our offer and answers what cannot be used: there is no way back (2.8 b). */
static void
test_answer_does_not_fit (HsCallFixture *f, gconstpointer data)
{
  const char *const two[] = { "inactive", "inactive", NULL };
  g_autofree char *sdp = hs_fake_sdp_new ("far", "7", two);

  hs_call_fixture_make_connected (f);
  hs_media_change_begin (f, hs_calls_hold, "hold");
  hs_call_fixture_skip (f);
  hs_call_fixture_receive (f, HS_MESSAGE_ANSWER, "leg-1", sdp);
  hs_call_fixture_settle (f);
  g_assert_cmpstr (f->lines->pdata[2], ==, "> END leg-1");
  g_assert_cmpstr (f->returned->pdata[0], ==, "waiter hold: call:10 the sections differ");
}

/* --- the call ends meanwhile --- */

static void
test_ended_there (HsCallFixture *f, gconstpointer data)
{
  hs_call_fixture_make_connected (f);
  hs_media_change_begin (f, hs_calls_hold, "hold");
  hs_call_fixture_skip (f);
  hs_call_fixture_receive_end (f, "leg-1", 486, "Busy");
  hs_call_fixture_settle (f);
  g_assert_cmpstr (f->returned->pdata[0], ==, "waiter hold: 486 Busy");
  hs_call_fixture_skip (f);
  hs_far_update_answer (f, "inactive");
  hs_call_fixture_expect (f, "");
}

static void
test_ended_here (HsCallFixture *f, gconstpointer data)
{
  hs_call_fixture_make_connected (f);
  hs_media_change_end_before_reply (f, hs_calls_hold);
}

static void
test_ended_before_the_offer_is_made (HsCallFixture *f, gconstpointer data)
{
  hs_call_fixture_make_connected (f);
  hs_fake_steps_hold (hs_fake_peer_factory_get_steps (f->peers), HS_FAKE_CREATE_OFFER);
  hs_media_change_begin (f, hs_calls_hold, NULL);
  hs_call_fixture_skip (f);
  hs_call_fixture_receive_end (f, "leg-1", 0, NULL);
  hs_call_fixture_settle (f);
  for (guint i = 0; i < f->lines->len; i++)
    g_assert_null (strstr (f->lines->pdata[i], "UPDATE leg-1"));
}

#define ADD(path, function)                                                                        \
  g_test_add ("/call/hold/" path, HsCallFixture, NULL, hs_call_fixture_set_up, function,           \
              hs_call_fixture_tear_down)

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  ADD ("held-and-resumed", test_held_and_resumed);
  ADD ("both-hold-and-we-resume-first", test_both_hold_and_we_resume_first);
  ADD ("both-hold-and-they-resume-first", test_both_hold_and_they_resume_first);
  ADD ("custom-parameters-go-along", test_custom_parameters_go_along);
  ADD ("early-answer", test_early_answer);
  ADD ("guards", test_guards);
  ADD ("ringing-call", test_ringing_call);
  ADD ("unknown-call", test_unknown_call);
  ADD ("one-at-a-time", test_one_at_a_time);
  ADD ("during-their-update", test_during_their_update);
  ADD ("offer-cannot-be-made", test_offer_cannot_be_made);
  ADD ("gateway-refuses", test_gateway_refuses);
  ADD ("glare", test_glare);
  ADD ("answer-without-a-description", test_answer_without_a_description);
  ADD ("never-answered", test_never_answered);
  ADD ("answered-at-last", test_answered_at_last);
  ADD ("answer-does-not-fit", test_answer_does_not_fit);
  ADD ("ended-there", test_ended_there);
  ADD ("ended-here", test_ended_here);
  ADD ("ended-before-the-offer-is-made", test_ended_before_the_offer_is_made);
  return g_test_run ();
}
