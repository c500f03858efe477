/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/hs-error.h"
#include "hs-call-fixture.h"
#include "hs-call-lines.h"

static const HsMediaRequest audio = { .audio = TRUE };
static const HsMediaRequest nothing = { 0 };

#define MADE                                                                                       \
  HS_LINE_OPERATION ("A", "MAKE", "START", "") "A call:start {}\n" HS_LINE_LOCAL_TRACK ("A", "L1")

#define RANG                                                                                       \
  "A call:stateChange {'previous':{'state':'Initiated','localHold':false,'remoteHold':false}}\n"

#define LOCAL_TRACK_ENDED HS_LINE_LOCAL_TRACK_ENDED ("A", "L1")

#define FAR_TRACK_ENDED HS_LINE_FAR_TRACK_ENDED ("A")

static void
test_ended_there (HsCallFixture *f, gconstpointer data)
{
  hs_call_fixture_make_connected (f);
  hs_call_fixture_receive_end (f, "leg-1", 0, "Call ended normally");
  hs_call_fixture_expect (
      f, LOCAL_TRACK_ENDED FAR_TRACK_ENDED
      "A call:operation {'operation':'END','transition':'FINISH','isLocal':false}\n"
      "A call:stateChange {'transition':{'prevState':'Connected',"
      "'reasonText':'Call ended normally'},"
      "'previous':{'state':'Connected','localHold':false,'remoteHold':false}}\n"
      "A log {'direction':'outgoing','startTime':'1700000001000','duration':'0',"
      "'callerName':'ana@lab.example','callerDisplayNumber':'ana@lab.example',"
      "'calleeName':'Bo','calleeDisplayNumber':'bo@lab.example',"
      "'remoteParticipant':{'displayName':'Bo','displayNumber':'bo@lab.example'},"
      "'originalRemoteParticipant':null,'resourceLocation':''}\n");
}

static void
test_busy (HsCallFixture *f, gconstpointer data)
{
  hs_call_fixture_make_with (f, &audio, NULL);
  hs_call_fixture_skip (f);
  hs_call_fixture_receive_end (f, "leg-1", 486, "Busy here");
  hs_call_fixture_expect (
      f, LOCAL_TRACK_ENDED
      "A call:operation {'operation':'END','transition':'FINISH','isLocal':false}\n"
      "A call:stateChange {'transition':{'prevState':'Initiated','statusCode':486,"
      "'reasonText':'Busy here'},"
      "'previous':{'state':'Initiated','localHold':false,'remoteHold':false}}\n"
      "A log {'direction':'outgoing','startTime':'1700000001000','duration':'0',"
      "'callerName':'ana@lab.example','callerDisplayNumber':'ana@lab.example',"
      "'calleeName':'sip:bo@lab.example','calleeDisplayNumber':'sip:bo@lab.example',"
      "'remoteParticipant':{'displayNumber':'sip:bo@lab.example'},"
      "'originalRemoteParticipant':null,'resourceLocation':''}\n"
      "waiter make: 486 Busy here\n");
}

static void
test_rejected_without_reason (HsCallFixture *f, gconstpointer data)
{
  hs_call_fixture_make_with (f, &audio, NULL);
  hs_call_fixture_skip (f);
  hs_call_fixture_receive (f, HS_MESSAGE_RINGING, "leg-1", NULL);
  hs_call_fixture_skip (f);
  hs_call_fixture_receive_end (f, "leg-1", 0, NULL);
  hs_call_fixture_settle (f);
  g_assert_cmpstr (f->lines->pdata[2], ==,
                   "A call:stateChange {'transition':{'prevState':'Ringing'},"
                   "'previous':{'state':'Ringing','localHold':false,'remoteHold':false}}");
  g_assert_cmpstr (f->returned->pdata[0], ==, "waiter make: handset:6 the far end ended the call");
}

/* An outgoing call is withdrawn when a cancellation reaches it before its answer. */
static void
test_withdrawn (HsCallFixture *f, gconstpointer data)
{
  hs_call_fixture_make_with (f, &audio, NULL);
  hs_call_fixture_skip (f);
  hs_call_fixture_receive (f, HS_MESSAGE_CANCEL, "leg-1", NULL);
  hs_call_fixture_expect (f, RANG LOCAL_TRACK_ENDED "waiter make: handset:6 the call has ended\n");
}

static void
test_early_media_unusable (HsCallFixture *f, gconstpointer data)
{
  hs_call_fixture_make_with (f, &audio, NULL);
  hs_call_fixture_skip (f);
  hs_call_fixture_receive (f, HS_MESSAGE_PROGRESS, "leg-1", "rubbish");
  hs_call_fixture_receive (f, HS_MESSAGE_PROGRESS, "leg-1", NULL);
  hs_call_fixture_expect (f, "");

  /* It does not stand in the way of what comes after it. */
  hs_call_fixture_receive (f, HS_MESSAGE_RINGING, "leg-1", NULL);
  hs_call_fixture_expect (f, RANG);
  hs_call_fixture_receive_end (f, "leg-1", 0, NULL);
}

static void
test_nobody_signed_in (HsCallFixture *f, gconstpointer data)
{
  g_autoptr (HsFakeSignalling) nobody = hs_fake_signalling_new (NULL);
  g_autoptr (HsCalls) calls = hs_calls_new (HS_CLOCK (f->clock), f->config, HS_SIGNALLING (nobody),
                                            HS_PEER_FACTORY (f->peers));
  g_autoptr (GError) error = NULL;

  g_assert_null (hs_calls_make (calls, "bo", &audio, NULL, NULL, &error));
  g_assert_error (error, HS_AUTHENTICATION_ERROR, HS_AUTHENTICATION_ERROR_INVALID_CREDENTIALS);
}

/* --- what can fail --- */

#define FAILED(error)                                                                              \
  "A call:operation {'operation':'MAKE','transition':'FINISH','isLocal':true,"                     \
  "'previous':{'operation':'MAKE','status':'ONGOING'},'error':{'name':'BasicError'," error "}}\n"  \
  "A call:stateChange {'previous':{'state':'Initiating','localHold':false,'remoteHold':false},"    \
  "'error':{'name':'BasicError'," error "}}\n"

static void
assert_failed_call (HsCallFixture *f)
{
  g_autoptr (JsonObject) call = hs_call_fixture_dup_call (f, "A");

  g_assert_cmpstr (json_object_get_string_member (call, "state"), ==, "Ended");
  g_assert_true (json_object_has_member (call, "error"));
  g_assert_false (json_object_has_member (call, "startTime"));
  g_assert_false (json_object_has_member (call, "endTime"));
  g_assert_false (json_object_has_member (call, "localOp"));
  g_assert_cmpuint (hs_calls_count_live (f->calls), ==, 0);
}

static void
test_no_media_wanted (HsCallFixture *f, gconstpointer data)
{
  hs_call_fixture_make_with (f, &nothing, NULL);
  hs_call_fixture_expect (
      f,
      "A call:operation {'operation':'MAKE','transition':'START','isLocal':true}\n"
      "A call:start {}\n" FAILED ("'code':'call:4','message':'neither audio nor video nor a screen "
                                  "was asked for'") "waiter make: call:4 neither audio nor video "
                                                    "nor a screen was asked for\n");
  assert_failed_call (f);
}

static void
test_media_fails (HsCallFixture *f, gconstpointer data)
{
  g_autoptr (GError) error = g_error_new (HS_CALL_ERROR, HS_CALL_ERROR_USER_MEDIA, "no mic");

  hs_fake_steps_fail_next (hs_fake_peer_factory_get_steps (f->peers), HS_FAKE_OPEN_MEDIA, error);
  hs_call_fixture_make_with (f, &audio, NULL);
  hs_call_fixture_expect (
      f, "A call:operation {'operation':'MAKE','transition':'START','isLocal':true}\n"
         "A call:start {}\n" FAILED (
             "'code':'call:4','message':'no mic'") "waiter make: call:4 no mic\n");
  assert_failed_call (f);
}

static void
test_offer_fails (HsCallFixture *f, gconstpointer data)
{
  g_autoptr (GError) error = g_error_new (HS_CALL_ERROR, HS_CALL_ERROR_INVALID_OFFER, "no offer");

  hs_fake_steps_fail_next (hs_fake_peer_factory_get_steps (f->peers), HS_FAKE_CREATE_OFFER, error);
  hs_call_fixture_make_with (f, &audio, NULL);
  hs_call_fixture_expect (
      f, MADE LOCAL_TRACK_ENDED FAILED (
             "'code':'call:9','message':'no offer'") "waiter make: call:9 no offer\n");
  assert_failed_call (f);
}

static void
test_start_fails (HsCallFixture *f, gconstpointer data)
{
  g_autoptr (GError) error = g_error_new (HS_GATEWAY_ERROR, 35, "not enabled");

  hs_fake_steps_fail_next (hs_fake_signalling_get_steps (f->signalling), HS_REQUEST_START, error);
  hs_call_fixture_make_with (f, &audio, NULL);
  hs_call_fixture_expect (f, MADE
                          "> START to=sip:bo@lab.example from=sip:ana@lab.example"
                          " sdp=offer-1\n" LOCAL_TRACK_ENDED FAILED (
                              "'code':35,'message':'not enabled'") "waiter make: 35 not enabled\n");
  assert_failed_call (f);
}

static void
test_nothing_answers (HsCallFixture *f, gconstpointer data)
{
  g_autoptr (GError) error = g_error_new (G_IO_ERROR, G_IO_ERROR_CONNECTION_REFUSED, "refused");

  hs_fake_steps_fail_next (hs_fake_signalling_get_steps (f->signalling), HS_REQUEST_START, error);
  hs_call_fixture_make_with (f, &audio, NULL);
  hs_call_fixture_settle (f);
  g_assert_cmpstr (f->lines->pdata[5], ==,
                   "A call:operation {'operation':'MAKE','transition':'FINISH','isLocal':true,"
                   "'previous':{'operation':'MAKE','status':'ONGOING'},'error':"
                   "{'name':'BasicError','code':'NO_CODE','message':'refused'}}");
  assert_failed_call (f);
}

/* --- answers --- */

#define FAILED_ANSWER(error)                                                                       \
  LOCAL_TRACK_ENDED                                                                                \
  "> END leg-1\n"                                                                                  \
  "A call:stateChange {'previous':{'state':'Initiated','localHold':false,'remoteHold':false},"     \
  "'error':{'name':'BasicError'," error "}}\n"

static void
test_answer_is_rubbish (HsCallFixture *f, gconstpointer data)
{
  hs_call_fixture_make_with (f, &audio, NULL);
  hs_call_fixture_skip (f);
  hs_call_fixture_receive (f, HS_MESSAGE_ANSWER, "leg-1", "rubbish");
  hs_call_fixture_expect (
      f, FAILED_ANSWER (
             "'code':'call:2','message':'no description'") "waiter make: call:2 no description\n");
}

static void
test_answer_does_not_fit (HsCallFixture *f, gconstpointer data)
{
  const char *const directions[] = { "sendrecv", "sendrecv", NULL };
  g_autofree char *sdp = hs_fake_sdp_new ("far", "7", directions);

  hs_call_fixture_make_with (f, &audio, NULL);
  hs_call_fixture_skip (f);
  hs_call_fixture_receive (f, HS_MESSAGE_ANSWER, "leg-1", sdp);
  hs_call_fixture_expect (
      f,
      FAILED_ANSWER ("'code':'call:10','message':'the sections differ'") "waiter make: call:10 the "
                                                                         "sections differ\n");
}

/* An error of another domain is told as the contract's general one. */
static void
test_answer_fails_oddly (HsCallFixture *f, gconstpointer data)
{
  g_autofree char *sdp = hs_call_fixture_dup_audio ("sendrecv");
  g_autoptr (GError) error = g_error_new (G_IO_ERROR, G_IO_ERROR_FAILED, "odd");

  hs_call_fixture_make_with (f, &audio, NULL);
  hs_call_fixture_skip (f);
  hs_fake_steps_fail_next (hs_fake_peer_factory_get_steps (f->peers), HS_FAKE_SET_REMOTE, error);
  hs_call_fixture_receive (f, HS_MESSAGE_ANSWER, "leg-1", sdp);
  hs_call_fixture_expect (f,
                          FAILED_ANSWER ("'code':'call:2','message':'the far end's answer cannot "
                                         "be used: odd'") "waiter make: call:2 the far end's "
                                                          "answer cannot be used: odd\n");
}

/* Without a description there is no call. */
static void
test_answer_without_description (HsCallFixture *f, gconstpointer data)
{
  hs_call_fixture_make_with (f, &audio, NULL);
  hs_call_fixture_skip (f);
  hs_call_fixture_receive (f, HS_MESSAGE_ANSWER, "leg-1", NULL);
  hs_call_fixture_expect (
      f, "peer rollback\n> END leg-1\n" LOCAL_TRACK_ENDED
         "A call:operation {'operation':'MAKE','transition':'FINISH','isLocal':true,"
         "'previous':{'operation':'MAKE','status':'PENDING'},'error':{'name':'BasicError',"
         "'code':'call:2','message':'the far end did not take what was proposed'}}\n"
         "A call:stateChange {'previous':{'state':'Initiated','localHold':false,"
         "'remoteHold':false},'error':{'name':'BasicError','code':'call:2',"
         "'message':'the far end did not take what was proposed'}}\n"
         "waiter make: call:2 the far end did not take what was proposed\n");
}

static void
test_answer_nobody_waits_for (HsCallFixture *f, gconstpointer data)
{
  g_autofree char *sdp = hs_call_fixture_dup_audio ("sendrecv");

  hs_call_fixture_make_connected (f);
  hs_call_fixture_receive (f, HS_MESSAGE_ANSWER, "leg-1", sdp);
  hs_call_fixture_receive (f, HS_MESSAGE_ANSWER, "leg-1", NULL);
  hs_call_fixture_receive (f, HS_MESSAGE_RINGING, "leg-1", NULL);
  hs_call_fixture_receive (f, HS_MESSAGE_PROGRESS, "leg-1", sdp);
  hs_call_fixture_receive (f, HS_MESSAGE_CANCEL, "leg-1", NULL);
  hs_call_fixture_receive (f, HS_MESSAGE_FAIL, "leg-1", NULL);
  hs_call_fixture_expect (f, "");
}

#define ADD(path, function)                                                                        \
  g_test_add ("/call/outgoing/" path, HsCallFixture, NULL, hs_call_fixture_set_up, function,       \
              hs_call_fixture_tear_down)

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  ADD ("ended-there", test_ended_there);
  ADD ("busy", test_busy);
  ADD ("rejected-without-reason", test_rejected_without_reason);
  ADD ("withdrawn", test_withdrawn);
  ADD ("early-media-unusable", test_early_media_unusable);
  ADD ("nobody-signed-in", test_nobody_signed_in);
  ADD ("no-media-wanted", test_no_media_wanted);
  ADD ("media-fails", test_media_fails);
  ADD ("offer-fails", test_offer_fails);
  ADD ("start-fails", test_start_fails);
  ADD ("nothing-answers", test_nothing_answers);
  ADD ("answer-is-rubbish", test_answer_is_rubbish);
  ADD ("answer-does-not-fit", test_answer_does_not_fit);
  ADD ("answer-fails-oddly", test_answer_fails_oddly);
  ADD ("answer-without-description", test_answer_without_description);
  ADD ("answer-nobody-waits-for", test_answer_nobody_waits_for);
  return g_test_run ();
}
