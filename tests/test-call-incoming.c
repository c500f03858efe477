/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/hs-error.h"
#include "base/hs-json.h"
#include "hs-call-fixture.h"
#include "hs-call-lines.h"

static const HsMediaRequest audio = { .audio = TRUE };

#define FAR_TRACK HS_LINE_FAR_TRACK ("A")

#define LOCAL_TRACK(id) HS_LINE_LOCAL_TRACK ("A", id)

#define LOCAL_TRACK_ENDED HS_LINE_LOCAL_TRACK_ENDED ("A", "L1")
#define FAR_TRACK_ENDED   HS_LINE_FAR_TRACK_ENDED ("A")

#define CHANGED(state) "A call:stateChange {'previous':{'state':'" state "'}}\n"

#define BEGUN(operation) HS_LINE_OPERATION ("A", operation, "START", "")

#define DONE(operation) HS_LINE_OPERATION ("A", operation, "FINISH", HS_LINE_ONGOING (operation))

#define REFUSED(operation, code, text)                                                             \
  HS_LINE_OPERATION ("A", operation, "FINISH",                                                     \
                     HS_LINE_ONGOING (operation) HS_LINE_ERROR (code, text))

#define UNCHANGED(state, code, text)                                                               \
  "A call:stateChange {'previous':{'state':'" state "'}" HS_LINE_ERROR (code, text) "}\n"

static void
test_answered (HsCallFixture *f, gconstpointer data)
{
  g_autofree char *sdp = hs_call_fixture_dup_audio ("sendrecv");

  hs_call_fixture_receive (f, HS_MESSAGE_CALL, "in-1", sdp);
  hs_call_fixture_expect (f, "A call:receive {}\n" FAR_TRACK
                             "> RINGING in-1\n" CHANGED ("Initiating"));
  g_assert_true (hs_call_fixture_answer_with (f, &audio, NULL));
  hs_call_fixture_expect (f, BEGUN ("ANSWER")
                                 LOCAL_TRACK ("L1") "> ANSWER in-1 sdp=answer-1\n" DONE ("ANSWER")
                                     CHANGED ("Ringing") "waiter answer: ok\n");

  /* All devices of the callee hear of it, this one too. */
  hs_call_fixture_receive (f, HS_MESSAGE_CANCEL, "in-1", NULL);
  hs_call_fixture_expect (f, "");

  hs_call_fixture_receive_end (f, "in-1", 0, "Call ended normally");
  hs_call_fixture_expect (
      f, LOCAL_TRACK_ENDED FAR_TRACK_ENDED
      "A call:operation {'operation':'END','transition':'FINISH','isLocal':false}\n"
      "A call:stateChange {'transition':{'prevState':'Connected',"
      "'reasonText':'Call ended normally'},"
      "'previous':{'state':'Connected','localHold':false,'remoteHold':false}}\n" HS_LINE_INCOMING (
          "incoming"));
}

static void
test_object (HsCallFixture *f, gconstpointer data)
{
  g_autoptr (JsonObject) call = NULL;
  g_autofree char *text = NULL;

  hs_call_fixture_ring (f);
  call = hs_call_fixture_dup_call (f, "A");
  json_object_remove_member (call, "id");
  json_object_remove_member (call, "webrtcSessionId");
  text = hs_json_object_to_text (json_object_ref (call));
  g_assert_cmpstr (
      text, ==,
      "{\"direction\":\"incoming\",\"isCaller\":false,\"state\":\"Ringing\","
      "\"from\":\"bo@lab.example\",\"to\":\"ana@lab.example\","
      "\"remoteParticipant\":{\"displayName\":\"Bo\",\"displayNumber\":\"bo@lab.example\"},"
      "\"isSlowStart\":false,\"isJoinedCall\":false,\"localTracks\":[],\"remoteTracks\":[\"R-"
      "audio\"],"
      "\"bandwidth\":{\"audio\":null,\"video\":null},\"customParameters\":[],"
      "\"wrtcsSessionId\":\"in-1\"}");
}

static void
test_hold_flags_after_answer (HsCallFixture *f, gconstpointer data)
{
  g_autoptr (JsonObject) call = NULL;

  hs_call_fixture_ring (f);
  hs_call_fixture_answer (f);
  call = hs_call_fixture_dup_call (f, "A");
  g_assert_false (json_object_get_boolean_member (call, "localHold"));
  g_assert_false (json_object_get_boolean_member (call, "remoteHold"));
  g_assert_true (json_object_has_member (call, "localHold"));
  g_assert_cmpint (json_object_get_int_member (call, "startTime"), ==, 1700000001000);
}

static void
test_ringing_fails (HsCallFixture *f, gconstpointer data)
{
  hs_call_fixture_fail_request (f, HS_REQUEST_RINGING, 47);
  hs_call_fixture_receive (f, HS_MESSAGE_CALL, "in-1", NULL);
  hs_call_fixture_expect (f, "A call:receive {}\n> RINGING in-1\n" CHANGED ("Initiating"));
}

/* What else is asked meanwhile does not keep a call from ringing. */
static void
test_stats_before_ringing (HsCallFixture *f, gconstpointer data)
{
  g_autofree char *sdp = hs_call_fixture_dup_audio ("sendrecv");
  g_autofree char *state = NULL;

  hs_fake_steps_hold (hs_fake_peer_factory_get_steps (f->peers), HS_FAKE_GET_STATS);
  hs_call_fixture_receive (f, HS_MESSAGE_CALL, "in-1", sdp);
  g_assert_true (hs_calls_get_stats (f->calls, hs_call_fixture_get_id (f, "A"), NULL, NULL, NULL));
  hs_call_fixture_settle (f);
  state = hs_call_fixture_dup_state (f, "A");
  g_assert_cmpstr (state, ==, "Ringing");
}

static void
test_custom_parameters (HsCallFixture *f, gconstpointer data)
{
  g_autoptr (JsonNode) given = hs_json_parse ("[{\"name\":\"X-Q\",\"value\":\"1\"}]", -1, NULL);
  HsSignallingMessage message = {
    .kind = HS_MESSAGE_CALL,
    .session = (char *) "in-1",
    .custom_parameters = json_node_get_array (given),
    .retry_after = -1,
  };
  g_autoptr (JsonObject) call = NULL;

  hs_fake_signalling_receive (f->signalling, &message);
  hs_call_fixture_expect (
      f, "A call:receive {}\n"
         "A call:customParameters {'customParameters':[{'name':'X-Q','value':'1'}]}\n"
         "> RINGING in-1\n" CHANGED ("Initiating"));

  /* What is received is told, not kept. */
  call = hs_call_fixture_dup_call (f, "A");
  g_assert_cmpuint (json_array_get_length (json_object_get_array_member (call, "customParameters")),
                    ==, 0);
}

static void
test_offer_is_rubbish (HsCallFixture *f, gconstpointer data)
{
  hs_call_fixture_receive (f, HS_MESSAGE_CALL, "in-1", "rubbish");
  hs_call_fixture_expect (
      f, "A call:receive {}\n> END in-1\n"
         "A call:operation {'operation':'END','transition':'FINISH','isLocal':true,"
         "'error':{'name':'BasicError','code':'call:2','message':'no description'}}\n" UNCHANGED (
             "Initiating", "'call:2'", "no description") HS_LINE_INCOMING ("incoming"));
}

static void
test_announced_twice (HsCallFixture *f, gconstpointer data)
{
  g_autofree char *sdp = hs_call_fixture_dup_audio ("sendrecv");

  hs_call_fixture_ring (f);
  hs_call_fixture_receive (f, HS_MESSAGE_CALL, "in-1", sdp);
  hs_call_fixture_expect (f, "");
  hs_call_fixture_receive_end (f, "in-1", 0, NULL);
  hs_call_fixture_skip (f);
  hs_call_fixture_receive (f, HS_MESSAGE_CALL, "in-1", sdp);
  hs_call_fixture_expect (f, "");
}

/* --- not answered --- */

static void
test_rejected (HsCallFixture *f, gconstpointer data)
{
  hs_call_fixture_ring (f);
  g_assert_true (hs_calls_reject (f->calls, hs_call_fixture_get_id (f, "A"),
                                  hs_call_fixture_new_waiter (f, "reject"), NULL));
  hs_call_fixture_expect (f, BEGUN ("REJECT") "> REJECT in-1\n" FAR_TRACK_ENDED DONE ("REJECT")
                                 CHANGED ("Ringing")
                                     HS_LINE_INCOMING ("incoming") "waiter reject: ok\n");
  hs_call_fixture_receive (f, HS_MESSAGE_CANCEL, "in-1", NULL);
  hs_call_fixture_receive_end (f, "in-1", 603, NULL);
  hs_call_fixture_expect (f, "");
}

static void
test_reject_fails (HsCallFixture *f, gconstpointer data)
{
  hs_call_fixture_ring (f);
  hs_call_fixture_fail_request (f, HS_REQUEST_REJECT, 47);
  g_assert_true (hs_calls_reject (f->calls, hs_call_fixture_get_id (f, "A"),
                                  hs_call_fixture_new_waiter (f, "reject"), NULL));
  hs_call_fixture_expect (f, BEGUN ("REJECT") "> REJECT in-1\n" REFUSED ("REJECT", "47", "gone")
                                 UNCHANGED ("Ringing", "47", "gone") "waiter reject: 47 gone\n");

  /* It rings on, and can still be answered. */
  hs_call_fixture_answer (f);
}

static void
test_ignored (HsCallFixture *f, gconstpointer data)
{
  hs_call_fixture_ring (f);
  g_assert_true (hs_calls_ignore (f->calls, hs_call_fixture_get_id (f, "A"),
                                  hs_call_fixture_new_waiter (f, "ignore"), NULL));
  hs_call_fixture_expect (f, BEGUN ("IGNORE") DONE ("IGNORE") CHANGED ("Ringing") FAR_TRACK_ENDED
                          "waiter ignore: ok\n");
  hs_call_fixture_receive (f, HS_MESSAGE_CANCEL, "in-1", NULL);
  hs_call_fixture_receive_end (f, "in-1", 487, NULL);
  hs_call_fixture_expect (f, "");
}

/* At once, and leaving no entry in the call log. */
static void
test_cancelled (HsCallFixture *f, gconstpointer data)
{
  g_autoptr (JsonObject) call = NULL;

  hs_call_fixture_ring (f);
  hs_call_fixture_receive (f, HS_MESSAGE_CANCEL, "in-1", NULL);
  hs_call_fixture_expect (f, CHANGED ("Ringing") FAR_TRACK_ENDED);
  call = hs_call_fixture_dup_call (f, "A");
  g_assert_cmpstr (json_object_get_string_member (call, "state"), ==, "Cancelled");
  g_assert_false (json_object_has_member (call, "endTime"));

  /* A late end still ends it. */
  hs_call_fixture_receive_end (f, "in-1", 487, NULL);
  hs_call_fixture_expect (
      f, "A call:operation {'operation':'END','transition':'FINISH','isLocal':false}\n"
         "A call:stateChange {'transition':{'prevState':'Cancelled','statusCode':487},"
         "'previous':{'state':'Cancelled'}}\n" HS_LINE_INCOMING ("incoming"));
}

/* A caller may give up before we have told that it rings. */
static void
test_cancelled_before_ringing (HsCallFixture *f, gconstpointer data)
{
  HsFakeSteps *steps = hs_fake_signalling_get_steps (f->signalling);

  hs_fake_steps_hold (steps, HS_REQUEST_RINGING);
  hs_call_fixture_receive (f, HS_MESSAGE_CALL, "in-1", NULL);
  hs_call_fixture_receive (f, HS_MESSAGE_CANCEL, "in-1", NULL);
  hs_call_fixture_expect (f, "A call:receive {}\n> RINGING in-1\n");
  hs_fake_steps_release (steps, HS_REQUEST_RINGING, NULL);
  hs_call_fixture_expect (f, CHANGED ("Initiating") CHANGED ("Ringing"));
}

/* It is our own answer that is told to all devices; only when it fails was it another's. */
static void
test_cancelled_while_answering (HsCallFixture *f, gconstpointer data)
{
  HsFakeSteps *steps = hs_fake_signalling_get_steps (f->signalling);

  hs_call_fixture_ring (f);
  hs_fake_steps_hold (steps, HS_REQUEST_ANSWER);
  g_assert_true (hs_call_fixture_answer_with (f, &audio, NULL));
  hs_call_fixture_skip (f);
  hs_call_fixture_receive (f, HS_MESSAGE_CANCEL, "in-1", NULL);
  hs_call_fixture_expect (f, "");
  hs_fake_steps_release (steps, HS_REQUEST_ANSWER, NULL);
  hs_call_fixture_expect (f, DONE ("ANSWER") CHANGED ("Ringing") "waiter answer: ok\n");
}

static void
test_answered_elsewhere_first (HsCallFixture *f, gconstpointer data)
{
  HsFakeSteps *steps = hs_fake_signalling_get_steps (f->signalling);
  g_autoptr (GError) error = g_error_new (HS_GATEWAY_ERROR, 47, "gone");

  hs_call_fixture_ring (f);
  hs_fake_steps_hold (steps, HS_REQUEST_ANSWER);
  g_assert_true (hs_call_fixture_answer_with (f, &audio, NULL));
  hs_call_fixture_skip (f);
  hs_call_fixture_receive (f, HS_MESSAGE_CANCEL, "in-1", NULL);
  hs_fake_steps_release (steps, HS_REQUEST_ANSWER, error);
  hs_call_fixture_expect (f, LOCAL_TRACK_ENDED FAR_TRACK_ENDED REFUSED ("ANSWER", "47", "gone")
                                 UNCHANGED ("Ringing", "47", "gone")
                                     CHANGED ("Ringing") "waiter answer: 47 gone\n");
}

/* A caller who gives up by an end leaves a missed call. */
static void
test_missed (HsCallFixture *f, gconstpointer data)
{
  hs_call_fixture_ring (f);
  hs_call_fixture_receive_end (f, "in-1", 487, "Cancelled");
  hs_call_fixture_expect (
      f, FAR_TRACK_ENDED
      "A call:operation {'operation':'END','transition':'FINISH','isLocal':false}\n"
      "A call:stateChange {'transition':{'prevState':'Ringing','statusCode':487,"
      "'reasonText':'Cancelled'},'previous':{'state':'Ringing'}}\n" HS_LINE_INCOMING ("missed"));
}

/* --- slow start --- */

#define ADD(path, function)                                                                        \
  g_test_add ("/call/incoming/" path, HsCallFixture, NULL, hs_call_fixture_set_up, function,       \
              hs_call_fixture_tear_down)

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  ADD ("answered", test_answered);
  ADD ("object", test_object);
  ADD ("hold-flags-after-answer", test_hold_flags_after_answer);
  ADD ("ringing-fails", test_ringing_fails);
  ADD ("stats-before-ringing", test_stats_before_ringing);
  ADD ("custom-parameters", test_custom_parameters);
  ADD ("offer-is-rubbish", test_offer_is_rubbish);
  ADD ("announced-twice", test_announced_twice);
  ADD ("rejected", test_rejected);
  ADD ("reject-fails", test_reject_fails);
  ADD ("ignored", test_ignored);
  ADD ("cancelled", test_cancelled);
  ADD ("cancelled-before-ringing", test_cancelled_before_ringing);
  ADD ("cancelled-while-answering", test_cancelled_while_answering);
  ADD ("answered-elsewhere-first", test_answered_elsewhere_first);
  ADD ("missed", test_missed);
  return g_test_run ();
}
