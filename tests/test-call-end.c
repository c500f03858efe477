/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/hs-error.h"
#include "base/hs-json.h"
#include "hs-call-fixture.h"
#include "hs-call-lines.h"

static const HsMediaRequest audio = { .audio = TRUE };

#define FLAGS "'localHold':false,'remoteHold':false"

#define LOCAL_TRACK_ENDED HS_LINE_LOCAL_TRACK_ENDED ("A", "L1")
#define FAR_TRACK_ENDED   HS_LINE_FAR_TRACK_ENDED ("A")

#define BEGUN HS_LINE_OPERATION ("A", "END", "START", "")
#define BEGUN_OVER(operation, status)                                                              \
  HS_LINE_OPERATION ("A", "END", "START", HS_LINE_PREVIOUS (operation, status))
#define DONE HS_LINE_OPERATION ("A", "END", "FINISH", HS_LINE_PREVIOUS ("END", "ONGOING"))
#define DONE_WITH(error)                                                                           \
  "A call:operation {'operation':'END','transition':'FINISH','isLocal':true,"                      \
  "'previous':{'operation':'END','status':'ONGOING'},'error':{'name':'BasicError'," error "}}\n"
#define CHANGED(state)    "A call:stateChange {'previous':{'state':'" state "'," FLAGS "}}\n"
#define CHANGED_IN(state) "A call:stateChange {'previous':{'state':'" state "'}}\n"

#define OUTGOING_RECORD(party) HS_LINE_OUTGOING ("A", "0", party)
#define UNKNOWN_PARTY          HS_LINE_UNNAMED_PARTY ("sip:bo@lab.example")
#define KNOWN_PARTY            HS_LINE_PARTY ("Bo", "bo@lab.example")
#define INCOMING_RECORD        HS_LINE_INCOMING ("incoming")

static void
end (HsCallFixture *f)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (hs_calls_end (f->calls, hs_call_fixture_get_id (f, "A"),
                               hs_call_fixture_new_waiter (f, "end"), &error));
  g_assert_no_error (error);
}

static void
make (HsCallFixture *f)
{
  g_assert_nonnull (
      hs_calls_make (f->calls, "bo", &audio, NULL, hs_call_fixture_new_waiter (f, "make"), NULL));
}

#define MAKE_ENDED "waiter make: handset:6 the call was ended here\n"

/* --- in each state --- */

static void
test_while_media_opens (HsCallFixture *f, gconstpointer data)
{
  hs_fake_steps_hold (hs_fake_peer_factory_get_steps (f->peers), HS_FAKE_OPEN_MEDIA);
  make (f);
  hs_call_fixture_skip (f);
  end (f);
  hs_call_fixture_expect (f, BEGUN_OVER ("MAKE", "ONGOING") DONE CHANGED ("Initiating")
                                 OUTGOING_RECORD (UNKNOWN_PARTY) MAKE_ENDED "waiter end: ok\n");
}

/* What was not sent yet is never sent. */
static void
test_while_offer_is_made (HsCallFixture *f, gconstpointer data)
{
  HsFakeSteps *steps = hs_fake_peer_factory_get_steps (f->peers);

  hs_fake_steps_hold (steps, HS_FAKE_CREATE_OFFER);
  make (f);
  hs_call_fixture_skip (f);
  end (f);
  hs_call_fixture_expect (f, BEGUN_OVER ("MAKE", "ONGOING")
                                 LOCAL_TRACK_ENDED DONE CHANGED ("Initiating")
                                     OUTGOING_RECORD (UNKNOWN_PARTY) MAKE_ENDED "waiter end: ok\n");
}

/* The leg that the gateway then names goes at once, and nothing about it is heard any more. */
static void
test_while_start_is_asked (HsCallFixture *f, gconstpointer data)
{
  HsFakeSteps *steps = hs_fake_signalling_get_steps (f->signalling);

  hs_fake_steps_hold (steps, HS_REQUEST_START);
  hs_fake_steps_hold (steps, HS_REQUEST_END);
  make (f);
  hs_call_fixture_skip (f);
  end (f);
  hs_call_fixture_expect (f, BEGUN_OVER ("MAKE", "ONGOING") LOCAL_TRACK_ENDED DONE CHANGED (
                                 "Initiating") OUTGOING_RECORD (UNKNOWN_PARTY) MAKE_ENDED);
  hs_fake_steps_release (steps, HS_REQUEST_START, NULL);
  hs_call_fixture_expect (f, "> END leg-1\n");
  hs_call_fixture_receive (f, HS_MESSAGE_RINGING, "leg-1", NULL);
  hs_call_fixture_receive_end (f, "leg-1", 200, NULL);
  hs_call_fixture_expect (f, "");
  hs_fake_steps_release (steps, HS_REQUEST_END, NULL);
  hs_call_fixture_expect (f, "waiter end: ok\n");
}

static void
test_while_start_is_asked_and_fails (HsCallFixture *f, gconstpointer data)
{
  HsFakeSteps *steps = hs_fake_signalling_get_steps (f->signalling);
  g_autoptr (GError) error = g_error_new (HS_GATEWAY_ERROR, 26, "internal");

  hs_fake_steps_hold (steps, HS_REQUEST_START);
  make (f);
  hs_call_fixture_skip (f);
  end (f);
  hs_call_fixture_skip (f);
  hs_fake_steps_release (steps, HS_REQUEST_START, error);
  hs_call_fixture_expect (f, "waiter end: ok\n");
}

static void
test_initiated (HsCallFixture *f, gconstpointer data)
{
  make (f);
  hs_call_fixture_skip (f);
  end (f);
  hs_call_fixture_expect (f, BEGUN_OVER ("MAKE", "PENDING") LOCAL_TRACK_ENDED
                          "> END leg-1\n" DONE CHANGED ("Initiated") OUTGOING_RECORD (UNKNOWN_PARTY)
                              MAKE_ENDED "waiter end: ok\n");
}

static void
test_ringing_out (HsCallFixture *f, gconstpointer data)
{
  hs_call_fixture_make_initiated (f);
  hs_call_fixture_receive (f, HS_MESSAGE_RINGING, "leg-1", NULL);
  hs_call_fixture_skip (f);
  end (f);
  hs_call_fixture_expect (f, BEGUN_OVER ("MAKE", "PENDING") LOCAL_TRACK_ENDED
                          "> END leg-1\n" DONE CHANGED ("Ringing")
                              OUTGOING_RECORD (KNOWN_PARTY) "waiter end: ok\n");
}

static void
test_early_media (HsCallFixture *f, gconstpointer data)
{
  g_autofree char *sdp = hs_call_fixture_dup_audio ("sendrecv");

  hs_call_fixture_make_initiated (f);
  hs_call_fixture_receive (f, HS_MESSAGE_PROGRESS, "leg-1", sdp);
  hs_call_fixture_skip (f);
  end (f);
  hs_call_fixture_expect (f, BEGUN_OVER ("MAKE", "PENDING") LOCAL_TRACK_ENDED FAR_TRACK_ENDED
                          "> END leg-1\n" DONE CHANGED ("Early Media")
                              OUTGOING_RECORD (KNOWN_PARTY) "waiter end: ok\n");
}

/* Ends of our own are never missed calls. */
static void
test_ringing_in (HsCallFixture *f, gconstpointer data)
{
  hs_call_fixture_ring (f);
  end (f);
  hs_call_fixture_expect (f, BEGUN FAR_TRACK_ENDED "> END in-1\n" DONE CHANGED_IN ("Ringing")
                                 INCOMING_RECORD "waiter end: ok\n");
}

static void
test_initiating_in (HsCallFixture *f, gconstpointer data)
{
  HsFakeSteps *steps = hs_fake_peer_factory_get_steps (f->peers);

  hs_fake_steps_hold (steps, HS_FAKE_SET_REMOTE);
  hs_call_fixture_receive (f, HS_MESSAGE_CALL, "in-1", "v=0\r\n");
  hs_call_fixture_skip (f);
  end (f);
  hs_call_fixture_expect (f, BEGUN "> END in-1\n" DONE CHANGED_IN ("Initiating") INCOMING_RECORD
                          "waiter end: ok\n");
}

/* The gateway's answer to our ringing does not bring the call back. */
static void
test_ringing_is_told_late (HsCallFixture *f, gconstpointer data)
{
  HsFakeSteps *steps = hs_fake_signalling_get_steps (f->signalling);

  hs_fake_steps_hold (steps, HS_REQUEST_RINGING);
  hs_fake_steps_hold (steps, HS_REQUEST_END);
  hs_call_fixture_receive (f, HS_MESSAGE_CALL, "in-1", NULL);
  hs_call_fixture_skip (f);
  end (f);
  hs_fake_steps_release (steps, HS_REQUEST_RINGING, NULL);
  hs_call_fixture_expect (f, BEGUN "> END in-1\n");
  hs_fake_steps_release (steps, HS_REQUEST_END, NULL);
  hs_call_fixture_expect (f, DONE CHANGED_IN ("Initiating") INCOMING_RECORD "waiter end: ok\n");
}

static void
test_while_answering (HsCallFixture *f, gconstpointer data)
{
  HsFakeSteps *steps = hs_fake_signalling_get_steps (f->signalling);

  hs_call_fixture_ring (f);
  hs_fake_steps_hold (steps, HS_REQUEST_ANSWER);
  g_assert_true (hs_calls_answer (f->calls, hs_call_fixture_get_id (f, "A"), &audio, NULL,
                                  hs_call_fixture_new_waiter (f, "answer"), NULL));
  hs_call_fixture_skip (f);
  end (f);
  hs_call_fixture_expect (f, BEGUN_OVER ("ANSWER", "ONGOING") LOCAL_TRACK_ENDED FAR_TRACK_ENDED
                          "> END in-1\n" DONE CHANGED_IN ("Ringing") INCOMING_RECORD
                          "waiter answer: handset:6 the call was ended here\nwaiter end: ok\n");
  hs_fake_steps_release (steps, HS_REQUEST_ANSWER, NULL);
  hs_call_fixture_expect (f, "");
}

static void
test_waiting_for_slow_answer (HsCallFixture *f, gconstpointer data)
{
  hs_call_fixture_ring_slowly (f);
  hs_call_fixture_answer (f);
  end (f);
  hs_call_fixture_expect (f, BEGUN LOCAL_TRACK_ENDED "> END in-1\n" DONE CHANGED_IN ("Ringing")
                                 INCOMING_RECORD "waiter end: ok\n");
}

static void
test_on_hold (HsCallFixture *f, gconstpointer data)
{
  g_autofree char *sdp = hs_call_fixture_dup_audio ("inactive");

  hs_call_fixture_make_connected (f);
  hs_call_fixture_receive (f, HS_MESSAGE_UPDATE, "leg-1", sdp);
  hs_call_fixture_skip (f);
  end (f);
  hs_call_fixture_expect (f, BEGUN LOCAL_TRACK_ENDED
                          "> END leg-1\n" DONE
                          "A call:stateChange {'previous':{'state':'On Hold','localHold':false,"
                          "'remoteHold':true}}\n" OUTGOING_RECORD (KNOWN_PARTY) "waiter end: ok\n");
}

static void
test_cancelled (HsCallFixture *f, gconstpointer data)
{
  hs_call_fixture_ring_slowly (f);
  hs_call_fixture_receive (f, HS_MESSAGE_CANCEL, "in-1", NULL);
  hs_call_fixture_skip (f);
  end (f);
  hs_call_fixture_expect (f, BEGUN "> END in-1\n" DONE CHANGED_IN ("Cancelled") INCOMING_RECORD
                          "waiter end: ok\n");
}

/* Asked again, it is sent again, but the log has one record. */
static void
test_ended (HsCallFixture *f, gconstpointer data)
{
  hs_call_fixture_make_connected (f);
  end (f);
  hs_call_fixture_skip (f);
  end (f);
  hs_call_fixture_expect (f, BEGUN "> END leg-1\n" DONE CHANGED ("Ended") "waiter end: ok\n");
}

static void
test_failed_call (HsCallFixture *f, gconstpointer data)
{
  g_autoptr (GError) error = g_error_new (HS_CALL_ERROR, HS_CALL_ERROR_USER_MEDIA, "no mic");

  hs_fake_steps_fail_next (hs_fake_peer_factory_get_steps (f->peers), HS_FAKE_OPEN_MEDIA, error);
  hs_call_fixture_make_initiated (f);
  end (f);
  hs_call_fixture_expect (f, BEGUN DONE CHANGED ("Ended") "waiter end: ok\n");
}

/* --- while ending --- */

static void
test_request_fails (HsCallFixture *f, gconstpointer data)
{
  g_autoptr (GError) error = g_error_new (HS_GATEWAY_ERROR, 404, "gone");

  hs_call_fixture_make_connected (f);
  hs_fake_steps_fail_next (hs_fake_signalling_get_steps (f->signalling), HS_REQUEST_END, error);
  end (f);
  hs_call_fixture_expect (
      f, BEGUN LOCAL_TRACK_ENDED FAR_TRACK_ENDED "> END leg-1\n" DONE_WITH (
             "'code':404,'message':'gone'") "A call:stateChange "
                                            "{'previous':{'state':'Connected'," FLAGS "},"
                                            "'error':{'name':'BasicError','code':404,'message':'"
                                            "gone'}}\n" OUTGOING_RECORD (
                                                KNOWN_PARTY) "waiter end: 404 gone\n");
}

/* Both sides may hang up at once: one end is told. */
static void
test_crossing_ends (HsCallFixture *f, gconstpointer data)
{
  HsFakeSteps *steps = hs_fake_signalling_get_steps (f->signalling);

  hs_call_fixture_make_connected (f);
  hs_fake_steps_hold (steps, HS_REQUEST_END);
  end (f);
  hs_call_fixture_skip (f);
  hs_call_fixture_receive_end (f, "leg-1", 200, NULL);
  hs_call_fixture_receive (f, HS_MESSAGE_COMPLETE, "leg-1", NULL);
  hs_call_fixture_receive (f, HS_MESSAGE_UPDATE, "leg-1", NULL);
  hs_call_fixture_expect (f, "");
  hs_fake_steps_release (steps, HS_REQUEST_END, NULL);
  hs_call_fixture_expect (f, DONE CHANGED ("Connected")
                                 OUTGOING_RECORD (KNOWN_PARTY) "waiter end: ok\n");
  hs_call_fixture_receive_end (f, "leg-1", 200, NULL);
  hs_call_fixture_expect (f, "");
}

static void
test_twice_at_once (HsCallFixture *f, gconstpointer data)
{
  hs_call_fixture_make_connected (f);
  end (f);
  end (f);
  hs_call_fixture_expect (
      f, BEGUN LOCAL_TRACK_ENDED FAR_TRACK_ENDED
      "> END leg-1\n" BEGUN_OVER ("END", "ONGOING") "> END leg-1\n" DONE CHANGED ("Connected")
          OUTGOING_RECORD (KNOWN_PARTY) "A call:operation "
                                        "{'operation':'END','transition':'FINISH','isLocal':true}"
                                        "\n" CHANGED ("Ended") "waiter end: ok\nwaiter end: ok\n");
}

/* --- the session is complete (2.11) --- */

static void
test_complete (HsCallFixture *f, gconstpointer data)
{
  HsSignallingMessage message = {
    .kind = HS_MESSAGE_COMPLETE,
    .session = (char *) "leg-1",
    .status_code = 9905,
    .reason_text = (char *) "Transfer Successful",
    .retry_after = -1,
  };

  hs_call_fixture_make_connected (f);
  hs_fake_signalling_receive (f->signalling, &message);
  hs_call_fixture_expect (
      f, LOCAL_TRACK_ENDED FAR_TRACK_ENDED
      "> END leg-1\n" DONE
      "A call:stateChange {'transition':{'prevState':'Connected','statusCode':9905,"
      "'reasonText':'Transfer Successful'},'previous':{'state':'Connected'," FLAGS
      "}}\n" OUTGOING_RECORD (KNOWN_PARTY));
  hs_fake_signalling_receive (f->signalling, &message);
  hs_call_fixture_expect (f, "");
}

static void
test_complete_but_request_fails (HsCallFixture *f, gconstpointer data)
{
  g_autoptr (GError) error = g_error_new (HS_GATEWAY_ERROR, 404, "gone");

  hs_call_fixture_make_connected (f);
  hs_fake_steps_fail_next (hs_fake_signalling_get_steps (f->signalling), HS_REQUEST_END, error);
  hs_call_fixture_receive (f, HS_MESSAGE_COMPLETE, "leg-1", NULL);
  hs_call_fixture_expect (
      f, LOCAL_TRACK_ENDED FAR_TRACK_ENDED "> END leg-1\n" DONE_WITH (
             "'code':404,'message':'gone'") "A call:stateChange "
                                            "{'previous':{'state':'Connected'," FLAGS "},"
                                            "'error':{'name':'BasicError','code':404,'message':'"
                                            "gone'}}\n" OUTGOING_RECORD (KNOWN_PARTY));
}

/* --- media --- */

static void
test_media_comes_and_goes (HsCallFixture *f, gconstpointer data)
{
  g_autoptr (GError) error = g_error_new (HS_CALL_ERROR, HS_CALL_ERROR_GENERIC, "silence");
  HsFakePeer *peer;

  hs_call_fixture_make_connected (f);
  peer = hs_fake_peer_factory_get_last (f->peers);
  hs_fake_peer_set_state (peer, HS_PEER_CONNECTING, NULL);
  hs_fake_peer_set_state (peer, HS_PEER_CONNECTED, NULL);
  hs_fake_peer_mute (peer, "R-audio", FALSE);
  hs_fake_peer_set_state (peer, HS_PEER_LOST, error);
  hs_fake_peer_mute (peer, "R-audio", TRUE);
  hs_fake_peer_set_state (peer, HS_PEER_LOST, NULL);
  hs_call_fixture_expect (
      f, "A call:mediaConnectionChange {'state':'connected'}\n"
         "- media:sourceUnmuted {'trackIds':['R-audio'],'trackId':'R-audio'}\n"
         "A call:mediaConnectionChange {'state':'lost','error':{'name':'BasicError',"
         "'code':'call:2','message':'silence'}}\n"
         "- media:sourceMuted {'trackIds':['R-audio'],'trackId':'R-audio'}\n"
         "A call:mediaConnectionChange {'state':'lost'}\n");
}

/* The media is lost: the call ends, with what the peer said. */
#define MEDIA_ERROR(text) HS_LINE_ERROR ("'call:2'", text)
#define MEDIA_LOST(text)                                                                           \
  "A call:mediaConnectionChange {'state':'failed'" MEDIA_ERROR (text) "}\n> END leg-1\n"
#define ENDED_BY_MEDIA(state, previous, text)                                                      \
  HS_LINE_OPERATION ("A", "END", "FINISH", previous MEDIA_ERROR (text))                            \
  "A call:stateChange {'previous':{'state':'" state "'," FLAGS "}" MEDIA_ERROR (text) "}\n"
#define NO_MEDIA "the media connection failed"

static void
assert_error (HsCallFixture *f, const char *code, const char *message)
{
  g_autoptr (JsonObject) call = hs_call_fixture_dup_call (f, "A");
  JsonObject *error = hs_json_get_object (call, "error");

  g_assert_nonnull (error);
  g_assert_cmpstr (hs_json_get_string (error, "code"), ==, code);
  g_assert_cmpstr (hs_json_get_string (error, "message"), ==, message);
}

static void
test_media_fails (HsCallFixture *f, gconstpointer data)
{
  g_autoptr (GError) error = g_error_new (HS_CALL_ERROR, HS_CALL_ERROR_GENERIC, "no way");

  hs_call_fixture_make_connected (f);
  hs_fake_peer_set_state (hs_fake_peer_factory_get_last (f->peers), HS_PEER_FAILED, error);
  hs_call_fixture_expect (f,
                          MEDIA_LOST ("no way") LOCAL_TRACK_ENDED FAR_TRACK_ENDED ENDED_BY_MEDIA (
                              "Connected", "", "no way") OUTGOING_RECORD (KNOWN_PARTY));
  assert_error (f, "call:2", "no way");
}

static void
test_media_fails_before_answer (HsCallFixture *f, gconstpointer data)
{
  make (f);
  hs_call_fixture_skip (f);
  hs_fake_peer_set_state (hs_fake_peer_factory_get_last (f->peers), HS_PEER_FAILED, NULL);
  hs_call_fixture_expect (f,
                          MEDIA_LOST (NO_MEDIA) LOCAL_TRACK_ENDED ENDED_BY_MEDIA (
                              "Initiated", HS_LINE_PREVIOUS ("MAKE", "PENDING"), NO_MEDIA)
                              OUTGOING_RECORD (UNKNOWN_PARTY) "waiter make: call:2 " NO_MEDIA "\n");
}

#define ADD(path, function)                                                                        \
  g_test_add ("/call/end/" path, HsCallFixture, NULL, hs_call_fixture_set_up, function,            \
              hs_call_fixture_tear_down)

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  ADD ("while-media-opens", test_while_media_opens);
  ADD ("while-offer-is-made", test_while_offer_is_made);
  ADD ("while-start-is-asked", test_while_start_is_asked);
  ADD ("while-start-is-asked-and-fails", test_while_start_is_asked_and_fails);
  ADD ("initiated", test_initiated);
  ADD ("ringing-out", test_ringing_out);
  ADD ("early-media", test_early_media);
  ADD ("ringing-in", test_ringing_in);
  ADD ("initiating-in", test_initiating_in);
  ADD ("ringing-is-told-late", test_ringing_is_told_late);
  ADD ("while-answering", test_while_answering);
  ADD ("waiting-for-slow-answer", test_waiting_for_slow_answer);
  ADD ("on-hold", test_on_hold);
  ADD ("cancelled", test_cancelled);
  ADD ("ended", test_ended);
  ADD ("failed-call", test_failed_call);
  ADD ("request-fails", test_request_fails);
  ADD ("crossing-ends", test_crossing_ends);
  ADD ("twice-at-once", test_twice_at_once);
  ADD ("complete", test_complete);
  ADD ("complete-but-request-fails", test_complete_but_request_fails);
  ADD ("media-comes-and-goes", test_media_comes_and_goes);
  ADD ("media-fails", test_media_fails);
  ADD ("media-fails-before-answer", test_media_fails_before_answer);
  return g_test_run ();
}
