/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/hs-error.h"
#include "hs-call-fixture.h"
#include "hs-call-lines.h"

#include <string.h>

#define DIRECT       "DIRECT_TRANSFER"
#define CONSULTATIVE "CONSULTATIVE_TRANSFER"

#define BEGUN(name) HS_LINE_OPERATION ("A", name, "START", "")
#define TAKEN(call, name)                                                                          \
  HS_LINE_OPERATION (call, name, "UPDATE", HS_LINE_PREVIOUS (name, "ONGOING"))

#define HELD "'localHold':true,'remoteHold':false"
#define STATE(call, transition, previous, more)                                                    \
  call " call:stateChange {" transition "'previous':{'state':'" previous "'," HELD "}" more "}\n"
#define TRANSITION(content) "'transition':{" content "},"

#define RECORD(call, to) HS_LINE_OUTGOING (call, "0", HS_LINE_UNNAMED_PARTY (to))

/* What sessionComplete does to call A (2.11). */
#define COMPLETED(name, text)                                                                      \
  HS_LINE_LOCAL_TRACK_ENDED ("A", "L1")                                                            \
  HS_LINE_OPERATION ("A", name, "FINISH", HS_LINE_PREVIOUS (name, "PENDING"))                      \
  STATE ("A", TRANSITION ("'statusCode':9905,'reasonText':'" text "'"), "On Hold", "")             \
  RECORD ("A", "sip:bo@lab.example")                                                               \
  "> END leg-1\n" HS_LINE_OPERATION ("A", "END", "FINISH", "")                                     \
      STATE ("A", TRANSITION ("'prevState':'On Hold','statusCode':200,'reasonText':'transfer'"),   \
             "Ended", "")

static gboolean
transfer (HsCallFixture *f, const char *waiter, GError **error)
{
  return hs_calls_direct_transfer (f->calls, hs_call_fixture_get_id (f, "A"), "dee",
                                   waiter != NULL ? hs_call_fixture_new_waiter (f, waiter) : NULL,
                                   error);
}

static gboolean
consult (HsCallFixture *f, const char *other, const char *waiter, GError **error)
{
  return hs_calls_consultative_transfer (
      f->calls, hs_call_fixture_get_id (f, "A"), other,
      waiter != NULL ? hs_call_fixture_new_waiter (f, waiter) : NULL, error);
}

/* A to bo and B to cy, both held here; the transfer of A to B's party under way. */
static void
begin_consultation (HsCallFixture *f, const char *waiter)
{
  hs_call_fixture_make_held (f, "bo", NULL);
  hs_call_fixture_make_held (f, "cy", NULL);
  g_assert_true (consult (f, hs_call_fixture_get_id (f, "B"), waiter, NULL));
}

static void
assert_code (const GError *error, int code)
{
  g_assert_error (error, HS_CALL_ERROR, code);
}

/* --- direct --- */

static void
test_direct (HsCallFixture *f, gconstpointer data)
{
  hs_call_fixture_make_held (f, "bo", NULL);
  g_assert_true (transfer (f, "transfer", NULL));
  hs_call_fixture_expect (
      f, BEGUN (DIRECT) "> TRANSFER leg-1 to=sip:dee@lab.example\n" TAKEN ("A", DIRECT));
  hs_call_fixture_receive_notice (f, HS_MESSAGE_COMPLETE, "leg-1", 200, "transfer");
  hs_call_fixture_expect (f,
                          COMPLETED (DIRECT, "Direct Transfer Successful") "waiter transfer: ok\n");
  hs_call_fixture_assert_idle (f, "A", "Ended");

  hs_call_fixture_receive_notice (f, HS_MESSAGE_COMPLETE, "leg-1", 200, "transfer");
  hs_call_fixture_receive_end (f, "leg-1", 200, NULL);
  hs_call_fixture_expect (f, "");
}

/* The gateway's message overtakes its reply. */
static void
test_complete_before_the_reply (HsCallFixture *f, gconstpointer data)
{
  HsFakeSteps *steps = hs_fake_signalling_get_steps (f->signalling);

  hs_call_fixture_make_held (f, "bo", NULL);
  hs_fake_steps_hold (steps, HS_REQUEST_TRANSFER);
  g_assert_true (transfer (f, "transfer", NULL));
  hs_call_fixture_receive_notice (f, HS_MESSAGE_COMPLETE, "leg-1", 200, "transfer");
  hs_call_fixture_expect (f, BEGUN (DIRECT) "> TRANSFER leg-1 to=sip:dee@lab.example\n");
  hs_fake_steps_release (steps, HS_REQUEST_TRANSFER, NULL);
  hs_call_fixture_expect (f, TAKEN ("A", DIRECT) COMPLETED (
                                 DIRECT, "Direct Transfer Successful") "waiter transfer: ok\n");
}

static void
test_leg_cannot_be_released (HsCallFixture *f, gconstpointer data)
{
  g_autoptr (GError) error = g_error_new (HS_GATEWAY_ERROR, 404, "gone");

  hs_call_fixture_make_held (f, "bo", NULL);
  hs_fake_steps_fail_next (hs_fake_signalling_get_steps (f->signalling), HS_REQUEST_END, error);
  g_assert_true (transfer (f, NULL, NULL));
  hs_call_fixture_skip (f);
  hs_call_fixture_receive_notice (f, HS_MESSAGE_COMPLETE, "leg-1", 0, NULL);
  hs_call_fixture_expect (
      f, HS_LINE_LOCAL_TRACK_ENDED ("A", "L1")
             HS_LINE_OPERATION ("A", DIRECT, "FINISH", HS_LINE_PREVIOUS (DIRECT, "PENDING"))
                 STATE ("A",
                        TRANSITION ("'statusCode':9905,"
                                    "'reasonText':'Direct Transfer Successful'"),
                        "On Hold", "")
                     RECORD ("A", "sip:bo@lab.example") "> END leg-1\n" HS_LINE_OPERATION (
                         "A", "END", "FINISH", HS_LINE_ERROR ("404", "gone"))
                         STATE ("A", "", "Ended", HS_LINE_ERROR ("404", "gone")));
}

#define FAILED(call, name, code, reason)                                                           \
  HS_LINE_OPERATION (call, name, "FINISH",                                                         \
                     HS_LINE_PREVIOUS (name, "PENDING") HS_LINE_ERROR ("'call:2'", reason))        \
  STATE (call, TRANSITION ("'statusCode':" code ",'reasonText':'" reason "'"), "On Hold",          \
         HS_LINE_ERROR ("'call:2'", reason))

static void
test_direct_fails (HsCallFixture *f, gconstpointer data)
{
  hs_call_fixture_make_held (f, "bo", NULL);
  g_assert_true (transfer (f, "transfer", NULL));
  hs_call_fixture_skip (f);
  hs_call_fixture_receive_notice (f, HS_MESSAGE_FAIL, "leg-1", 603, "Declined");
  hs_call_fixture_expect (
      f, FAILED ("A", DIRECT, "603", "Declined") "waiter transfer: call:2 Declined\n");
  hs_call_fixture_assert_idle (f, "A", "On Hold");

  /* Again, and the gateway gives no reason. */
  g_assert_true (transfer (f, NULL, NULL));
  hs_call_fixture_skip (f);
  hs_call_fixture_receive_notice (f, HS_MESSAGE_FAIL, "leg-1", 0, NULL);
  hs_call_fixture_expect (f, FAILED ("A", DIRECT, "-1", "Direct Transfer Failed"));

  /* Nothing runs that could fail. */
  hs_call_fixture_receive_notice (f, HS_MESSAGE_FAIL, "leg-1", 603, "Declined");
  hs_call_fixture_expect (f, "");
}

static void
test_gateway_refuses (HsCallFixture *f, gconstpointer data)
{
  g_autoptr (GError) error = g_error_new (HS_GATEWAY_ERROR, 37, "no");

  hs_call_fixture_make_held (f, "bo", NULL);
  hs_fake_steps_fail_next (hs_fake_signalling_get_steps (f->signalling), HS_REQUEST_TRANSFER,
                           error);
  g_assert_true (transfer (f, "transfer", NULL));
  hs_call_fixture_expect (
      f, BEGUN (DIRECT) "> TRANSFER leg-1 to=sip:dee@lab.example\n" HS_LINE_OPERATION (
             "A", DIRECT, "FINISH", HS_LINE_PREVIOUS (DIRECT, "ONGOING") HS_LINE_ERROR ("37", "no"))
             STATE ("A", "", "On Hold", HS_LINE_ERROR ("37", "no")) "waiter transfer: 37 no\n");
  hs_call_fixture_assert_idle (f, "A", "On Hold");
}

/* A failure that is told before the request is refused counts once. */
static void
test_fails_before_the_refusal (HsCallFixture *f, gconstpointer data)
{
  HsFakeSteps *steps = hs_fake_signalling_get_steps (f->signalling);
  g_autoptr (GError) error = g_error_new (HS_GATEWAY_ERROR, 37, "no");

  hs_call_fixture_make_held (f, "bo", NULL);
  hs_fake_steps_hold (steps, HS_REQUEST_TRANSFER);
  g_assert_true (transfer (f, "transfer", NULL));
  hs_call_fixture_receive_notice (f, HS_MESSAGE_FAIL, "leg-1", 603, "Declined");
  hs_call_fixture_skip (f);
  hs_fake_steps_release (steps, HS_REQUEST_TRANSFER, error);
  hs_call_fixture_expect (
      f, HS_LINE_OPERATION ("A", DIRECT, "FINISH",
                            HS_LINE_PREVIOUS (DIRECT, "ONGOING") HS_LINE_ERROR ("37", "no"))
             STATE ("A", "", "On Hold", HS_LINE_ERROR ("37", "no")) "waiter transfer: 37 no\n");
}

static void
test_direct_guards (HsCallFixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  hs_call_fixture_make_connected (f);
  g_assert_false (transfer (f, NULL, &error));
  assert_code (error, HS_CALL_ERROR_INVALID_STATE);
  hs_call_fixture_settle (f);
  g_assert_nonnull (strstr (f->lines->pdata[1], "the call is Connected, it must be On Hold"));
  g_clear_error (&error);

  g_assert_true (hs_calls_hold (f->calls, hs_call_fixture_get_id (f, "A"), NULL, NULL));
  hs_call_fixture_settle (f);
  g_assert_false (transfer (f, NULL, &error));
  assert_code (error, HS_CALL_ERROR_GLARE);
  g_clear_error (&error);

  g_assert_false (hs_calls_direct_transfer (f->calls, "nobody", "dee", NULL, &error));
  assert_code (error, HS_CALL_ERROR_INVALID_PARAM);
}

/* It need not be we who hold. */
static void
test_direct_while_held_there (HsCallFixture *f, gconstpointer data)
{
  g_autofree char *sdp = hs_call_fixture_dup_audio ("inactive");

  hs_call_fixture_make_connected (f);
  hs_call_fixture_receive (f, HS_MESSAGE_UPDATE, "leg-1", sdp);
  hs_call_fixture_skip (f);
  g_assert_true (transfer (f, NULL, NULL));
  hs_call_fixture_expect (
      f, BEGUN (DIRECT) "> TRANSFER leg-1 to=sip:dee@lab.example\n" TAKEN ("A", DIRECT));
}

/* Nothing negotiates meanwhile, and an answer to nothing does no harm. */
static void
test_alone (HsCallFixture *f, gconstpointer data)
{
  g_autofree char *sdp = hs_call_fixture_dup_audio ("inactive");
  g_autoptr (GError) error = NULL;

  hs_call_fixture_make_held (f, "bo", NULL);
  g_assert_true (transfer (f, NULL, NULL));
  hs_call_fixture_settle (f);
  g_assert_false (hs_calls_unhold (f->calls, hs_call_fixture_get_id (f, "A"), NULL, &error));
  assert_code (error, HS_CALL_ERROR_GLARE);
  hs_call_fixture_skip (f);
  hs_call_fixture_receive (f, HS_MESSAGE_UPDATE, "leg-1", sdp);
  hs_call_fixture_expect (f, "> REFUSE_UPDATE leg-1\n");
  hs_call_fixture_receive (f, HS_MESSAGE_ANSWER, "leg-1", sdp);
  hs_call_fixture_receive (f, HS_MESSAGE_ANSWER, "leg-1", NULL);
  hs_call_fixture_expect (f, "");
  hs_call_fixture_receive_notice (f, HS_MESSAGE_COMPLETE, "leg-1", 200, "transfer");
  hs_call_fixture_expect (f, COMPLETED (DIRECT, "Direct Transfer Successful"));
}

static void
test_ended_during_direct (HsCallFixture *f, gconstpointer data)
{
  hs_call_fixture_make_held (f, "bo", NULL);
  g_assert_true (transfer (f, "transfer", NULL));
  hs_call_fixture_skip (f);
  hs_call_fixture_receive_end (f, "leg-1", 487, "Gone");
  hs_call_fixture_settle (f);
  g_assert_cmpstr (f->returned->pdata[0], ==, "waiter transfer: 487 Gone");
  hs_call_fixture_assert_idle (f, "A", "Ended");
  hs_call_fixture_skip (f);
  hs_call_fixture_receive_notice (f, HS_MESSAGE_COMPLETE, "leg-1", 200, "transfer");
  hs_call_fixture_receive_notice (f, HS_MESSAGE_FAIL, "leg-1", 200, "transfer");
  hs_call_fixture_expect (f, "");
}

/* --- consultative --- */

#define ENDED_THERE                                                                                \
  HS_LINE_LOCAL_TRACK_ENDED ("B", "L2")                                                            \
  "B call:operation {'operation':'END','transition':'FINISH','isLocal':false}\n" STATE (           \
      "B", TRANSITION ("'prevState':'On Hold','statusCode':200,'reasonText':'transferred'"),       \
      "On Hold", "") RECORD ("B", "sip:cy@lab.example")

#define ASKED BEGUN (CONSULTATIVE) "> CONSULTATIVE leg-1 other=leg-2 to=sip:cy@lab.example\n"

static void
test_consultative (HsCallFixture *f, gconstpointer data)
{
  begin_consultation (f, "transfer");
  hs_call_fixture_expect (f, ASKED TAKEN ("A", CONSULTATIVE) TAKEN ("B", CONSULTATIVE));
  hs_call_fixture_receive_notice (f, HS_MESSAGE_COMPLETE, "leg-1", 200, "transfer");
  hs_call_fixture_expect (f,
                          COMPLETED (CONSULTATIVE, "Transfer Successful") "waiter transfer: ok\n");
  hs_call_fixture_receive_end (f, "leg-2", 200, "transferred");
  hs_call_fixture_expect (f, ENDED_THERE);
  hs_call_fixture_assert_idle (f, "A", "Ended");
  hs_call_fixture_assert_idle (f, "B", "Ended");
}

static void
test_second_ends_first (HsCallFixture *f, gconstpointer data)
{
  begin_consultation (f, "transfer");
  hs_call_fixture_skip (f);
  hs_call_fixture_receive_end (f, "leg-2", 200, "transferred");
  hs_call_fixture_expect (f, ENDED_THERE);
  hs_call_fixture_receive_notice (f, HS_MESSAGE_COMPLETE, "leg-1", 200, "transfer");
  hs_call_fixture_expect (f,
                          COMPLETED (CONSULTATIVE, "Transfer Successful") "waiter transfer: ok\n");
}

/* The address of a call that came in is whom it came from, as it was told. */
static void
test_to_a_caller (HsCallFixture *f, gconstpointer data)
{
  g_autofree char *sdp = hs_call_fixture_dup_audio ("inactive");

  hs_call_fixture_make_held (f, "bo", NULL);
  hs_call_fixture_ring (f);
  g_assert_true (hs_calls_answer (f->calls, hs_call_fixture_get_id (f, "B"),
                                  &(HsMediaRequest){ .audio = TRUE }, NULL, NULL, NULL));
  hs_call_fixture_settle (f);
  hs_call_fixture_receive (f, HS_MESSAGE_UPDATE, "in-1", sdp);
  hs_call_fixture_skip (f);
  g_assert_true (consult (f, hs_call_fixture_get_id (f, "B"), NULL, NULL));
  hs_call_fixture_settle (f);
  g_assert_cmpstr (f->lines->pdata[1], ==, "> CONSULTATIVE leg-1 other=in-1 to=bo@lab.example");
}

#define FAILED_TOO                                                                                 \
  HS_LINE_OPERATION ("B", CONSULTATIVE, "FINISH",                                                  \
                     HS_LINE_PREVIOUS (CONSULTATIVE, "PENDING")                                    \
                         HS_LINE_ERROR ("'call:2'", "Declined"))                                   \
  STATE ("B", "", "On Hold", HS_LINE_ERROR ("'call:2'", "Declined"))

static void
test_consultative_fails (HsCallFixture *f, gconstpointer data)
{
  begin_consultation (f, "transfer");
  hs_call_fixture_skip (f);
  hs_call_fixture_receive_notice (f, HS_MESSAGE_FAIL, "leg-1", 603, "Declined");
  hs_call_fixture_expect (f, FAILED ("A", CONSULTATIVE, "603", "Declined") FAILED_TOO
                          "waiter transfer: call:2 Declined\n");
  hs_call_fixture_assert_idle (f, "A", "On Hold");
  hs_call_fixture_assert_idle (f, "B", "On Hold");

  /* Both can be used again. */
  g_assert_true (hs_calls_unhold (f->calls, hs_call_fixture_get_id (f, "B"), NULL, NULL));
  hs_call_fixture_settle (f);
  g_assert_true (transfer (f, NULL, NULL));
}

static void
test_gateway_refuses_consultation (HsCallFixture *f, gconstpointer data)
{
  HsFakeSteps *steps = hs_fake_signalling_get_steps (f->signalling);
  g_autoptr (GError) error = g_error_new (HS_GATEWAY_ERROR, 37, "no");

  hs_fake_steps_fail_next (steps, HS_REQUEST_CONSULTATIVE, error);
  begin_consultation (f, "transfer");
  hs_call_fixture_expect (
      f, ASKED HS_LINE_OPERATION ("A", CONSULTATIVE, "FINISH",
                                  HS_LINE_PREVIOUS (CONSULTATIVE, "ONGOING")
                                      HS_LINE_ERROR ("37", "no"))
             STATE ("A", "", "On Hold", HS_LINE_ERROR ("37", "no")) "waiter transfer: 37 no\n");
  hs_call_fixture_assert_idle (f, "A", "On Hold");
  hs_call_fixture_assert_idle (f, "B", "On Hold");
}

static void
test_consultative_guards (HsCallFixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  HsFakeSteps *steps = hs_fake_signalling_get_steps (f->signalling);

  hs_call_fixture_make_held (f, "bo", NULL);
  g_assert_false (consult (f, "nobody", NULL, &error));
  assert_code (error, HS_CALL_ERROR_INVALID_PARAM);
  g_clear_error (&error);
  hs_call_fixture_expect (
      f,
      BEGUN (CONSULTATIVE)
          HS_LINE_OPERATION ("A", CONSULTATIVE, "FINISH",
                             HS_LINE_PREVIOUS (CONSULTATIVE, "ONGOING")
                                 HS_LINE_ERROR ("'call:7'", "otherCallId names no call"))
              STATE ("A", "", "On Hold", HS_LINE_ERROR ("'call:7'", "otherCallId names no call")));
  g_assert_false (consult (f, hs_call_fixture_get_id (f, "A"), NULL, &error));
  assert_code (error, HS_CALL_ERROR_INVALID_PARAM);
  g_clear_error (&error);

  hs_call_fixture_make_held (f, "cy", NULL);
  hs_fake_steps_hold (steps, HS_REQUEST_UPDATE);
  g_assert_true (hs_calls_unhold (f->calls, hs_call_fixture_get_id (f, "B"), NULL, NULL));
  hs_call_fixture_settle (f);
  g_assert_false (consult (f, hs_call_fixture_get_id (f, "B"), NULL, &error));
  assert_code (error, HS_CALL_ERROR_GLARE);
  g_clear_error (&error);

  hs_call_fixture_receive_end (f, "leg-2", 0, NULL);
  hs_call_fixture_settle (f);
  g_assert_false (consult (f, hs_call_fixture_get_id (f, "B"), NULL, &error));
  assert_code (error, HS_CALL_ERROR_INVALID_STATE);
  hs_call_fixture_assert_idle (f, "A", "On Hold");
}

/* The second call is as busy as the first. */
static void
test_both_are_busy (HsCallFixture *f, gconstpointer data)
{
  static const char *const names[] = { "A", "B" };

  begin_consultation (f, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (names); i++) {
    g_autoptr (GError) error = NULL;

    g_assert_false (hs_calls_unhold (f->calls, hs_call_fixture_get_id (f, names[i]), NULL, &error));
    assert_code (error, HS_CALL_ERROR_GLARE);
  }
  hs_call_fixture_skip (f);
}

/* Without its first call there is no transfer, whoever ends it and whenever. */
static void
test_first_ends (HsCallFixture *f, gconstpointer data)
{
  begin_consultation (f, "transfer");
  hs_call_fixture_skip (f);
  hs_call_fixture_receive_end (f, "leg-1", 487, "Gone");
  hs_call_fixture_settle (f);
  g_assert_cmpstr (f->returned->pdata[0], ==, "waiter transfer: 487 Gone");
  hs_call_fixture_assert_idle (f, "A", "Ended");
  hs_call_fixture_assert_idle (f, "B", "On Hold");
}

static void
test_first_ends_before_the_reply (HsCallFixture *f, gconstpointer data)
{
  HsFakeSteps *steps = hs_fake_signalling_get_steps (f->signalling);

  hs_fake_steps_hold (steps, HS_REQUEST_CONSULTATIVE);
  begin_consultation (f, "transfer");
  hs_call_fixture_expect (f, ASKED);
  g_assert_true (hs_calls_end (f->calls, hs_call_fixture_get_id (f, "A"), NULL, NULL));
  hs_call_fixture_skip (f);
  hs_call_fixture_assert_idle (f, "B", "On Hold");
  hs_fake_steps_release (steps, HS_REQUEST_CONSULTATIVE, NULL);
  hs_call_fixture_expect (f, "");
}

static void
test_second_ends_before_the_reply (HsCallFixture *f, gconstpointer data)
{
  HsFakeSteps *steps = hs_fake_signalling_get_steps (f->signalling);

  hs_fake_steps_hold (steps, HS_REQUEST_CONSULTATIVE);
  begin_consultation (f, "transfer");
  hs_call_fixture_receive_end (f, "leg-2", 0, NULL);
  hs_call_fixture_skip (f);
  hs_fake_steps_release (steps, HS_REQUEST_CONSULTATIVE, NULL);
  hs_call_fixture_expect (f, TAKEN ("A", CONSULTATIVE));
  hs_call_fixture_receive_notice (f, HS_MESSAGE_FAIL, "leg-1", 0, NULL);
  hs_call_fixture_expect (f,
                          FAILED ("A", CONSULTATIVE, "-1",
                                  "Transfer Failed") "waiter transfer: call:2 Transfer Failed\n");
}

/* The phone is closed in the middle; the fixture looks for what is left. */
static void
test_closed_meanwhile (HsCallFixture *f, gconstpointer data)
{
  begin_consultation (f, "transfer");
  hs_call_fixture_settle (f);
  hs_calls_close (f->calls);
  hs_call_fixture_settle (f);
  g_assert_cmpuint (f->waiting, ==, 0);
}

#define ADD(path, function)                                                                        \
  g_test_add ("/call/transfer/" path, HsCallFixture, NULL, hs_call_fixture_set_up, function,       \
              hs_call_fixture_tear_down)

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  ADD ("direct", test_direct);
  ADD ("complete-before-the-reply", test_complete_before_the_reply);
  ADD ("leg-cannot-be-released", test_leg_cannot_be_released);
  ADD ("direct-fails", test_direct_fails);
  ADD ("gateway-refuses", test_gateway_refuses);
  ADD ("fails-before-the-refusal", test_fails_before_the_refusal);
  ADD ("direct-guards", test_direct_guards);
  ADD ("direct-while-held-there", test_direct_while_held_there);
  ADD ("alone", test_alone);
  ADD ("ended-during-direct", test_ended_during_direct);
  ADD ("consultative", test_consultative);
  ADD ("second-ends-first", test_second_ends_first);
  ADD ("to-a-caller", test_to_a_caller);
  ADD ("consultative-fails", test_consultative_fails);
  ADD ("gateway-refuses-consultation", test_gateway_refuses_consultation);
  ADD ("consultative-guards", test_consultative_guards);
  ADD ("both-are-busy", test_both_are_busy);
  ADD ("first-ends", test_first_ends);
  ADD ("first-ends-before-the-reply", test_first_ends_before_the_reply);
  ADD ("second-ends-before-the-reply", test_second_ends_before_the_reply);
  ADD ("closed-meanwhile", test_closed_meanwhile);
  return g_test_run ();
}
