/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/hs-error.h"
#include "base/hs-json.h"
#include "hs-call-fixture.h"

static const HsMediaRequest audio = { .audio = TRUE };
static const HsMediaRequest nothing = { 0 };

#define FAR_TRACK "A call:newTrack {'local':false,'trackId':'R-audio','mediaId':'stream-R'}\n"

#define LOCAL_TRACK(id) "A call:newTrack {'local':true,'trackId':'" id "','mediaId':'stream-L'}\n"

#define TRACK_ENDED(local, id, media)                                                              \
  "A call:trackEnded {'local':" local ",'trackId':'" id "','performRenegotiation':false,"          \
  "'mediaId':'" media "'}\n"
#define LOCAL_TRACK_ENDED TRACK_ENDED ("true", "L1", "stream-L")
#define FAR_TRACK_ENDED   TRACK_ENDED ("false", "R-audio", "stream-R")

#define CHANGED(state) "A call:stateChange {'previous':{'state':'" state "'}}\n"

#define BEGUN(operation)                                                                           \
  "A call:operation {'operation':'" operation "','transition':'START','isLocal':true}\n"

#define DONE(operation)                                                                            \
  "A call:operation {'operation':'" operation "','transition':'FINISH','isLocal':true,"            \
  "'previous':{'operation':'" operation "','status':'ONGOING'}}\n"

#define REFUSED(operation, error)                                                                  \
  "A call:operation {'operation':'" operation "','transition':'FINISH','isLocal':true,"            \
  "'previous':{'operation':'" operation "','status':'ONGOING'},"                                   \
  "'error':{'name':'BasicError'," error "}}\n"

#define UNCHANGED(state, error)                                                                    \
  "A call:stateChange {'previous':{'state':'" state "'},'error':{'name':'BasicError'," error "}}"  \
  "\n"

#define LOG_RECORD(direction, start)                                                               \
  "A log {'direction':'" direction "','startTime':'" start "','duration':'0',"                     \
  "'calleeName':'ana@lab.example','calleeDisplayNumber':'ana@lab.example',"                        \
  "'callerName':'Bo','callerDisplayNumber':'bo@lab.example',"                                      \
  "'remoteParticipant':{'displayName':'Bo','displayNumber':'bo@lab.example'},"                     \
  "'originalRemoteParticipant':null,'resourceLocation':''}\n"

static gboolean
answer (HsCallFixture *f, const HsMediaRequest *media, const char *options)
{
  g_autoptr (JsonNode) node = options != NULL ? hs_json_parse (options, -1, NULL) : NULL;
  g_autoptr (GError) error = NULL;

  return hs_calls_answer (f->calls, hs_call_fixture_get_id (f, "A"), media,
                          hs_json_node_get_object (node), hs_call_fixture_new_waiter (f, "answer"),
                          &error);
}

static void
fail_request (HsCallFixture *f, HsRequestKind kind)
{
  g_autoptr (GError) error = g_error_new (HS_GATEWAY_ERROR, 47, "gone");

  hs_fake_steps_fail_next (hs_fake_signalling_get_steps (f->signalling), kind, error);
}

static void
fail_peer (HsCallFixture *f, HsFakePeerStep step)
{
  g_autoptr (GError) error = g_error_new (HS_CALL_ERROR, HS_CALL_ERROR_USER_MEDIA, "no mic");

  hs_fake_steps_fail_next (hs_fake_peer_factory_get_steps (f->peers), step, error);
}

static void
test_answered (HsCallFixture *f, gconstpointer data)
{
  g_autofree char *sdp = hs_call_fixture_dup_audio ("sendrecv");

  hs_call_fixture_receive (f, HS_MESSAGE_CALL, "in-1", sdp);
  hs_call_fixture_expect (f, "A call:receive {}\n" FAR_TRACK
                             "> RINGING in-1\n" CHANGED ("Initiating"));
  g_assert_true (answer (f, &audio, NULL));
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
      "'previous':{'state':'Connected','localHold':false,'remoteHold':false}}\n" LOG_RECORD (
          "incoming", "1700000001000"));
}

static void
test_object (HsCallFixture *f, gconstpointer data)
{
  g_autoptr (JsonObject) call = NULL;
  g_autofree char *text = NULL;

  hs_call_fixture_ring (f);
  call = hs_calls_dup_by_id (f->calls, hs_call_fixture_get_id (f, "A"));
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
  call = hs_calls_dup_by_id (f->calls, hs_call_fixture_get_id (f, "A"));
  g_assert_false (json_object_get_boolean_member (call, "localHold"));
  g_assert_false (json_object_get_boolean_member (call, "remoteHold"));
  g_assert_true (json_object_has_member (call, "localHold"));
  g_assert_cmpint (json_object_get_int_member (call, "startTime"), ==, 1700000001000);
}

static void
test_ringing_fails (HsCallFixture *f, gconstpointer data)
{
  fail_request (f, HS_REQUEST_RINGING);
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
  call = hs_calls_dup_by_id (f->calls, hs_call_fixture_get_id (f, "A"));
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
             "Initiating", "'code':'call:2','message':'no description'")
             LOG_RECORD ("incoming", "1700000001000"));
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
  hs_call_fixture_expect (
      f, BEGUN ("REJECT") "> REJECT in-1\n" FAR_TRACK_ENDED DONE ("REJECT") CHANGED ("Ringing")
             LOG_RECORD ("incoming", "1700000001000") "waiter reject: ok\n");
  hs_call_fixture_receive (f, HS_MESSAGE_CANCEL, "in-1", NULL);
  hs_call_fixture_receive_end (f, "in-1", 603, NULL);
  hs_call_fixture_expect (f, "");
}

static void
test_reject_fails (HsCallFixture *f, gconstpointer data)
{
  hs_call_fixture_ring (f);
  fail_request (f, HS_REQUEST_REJECT);
  g_assert_true (hs_calls_reject (f->calls, hs_call_fixture_get_id (f, "A"),
                                  hs_call_fixture_new_waiter (f, "reject"), NULL));
  hs_call_fixture_expect (
      f, BEGUN ("REJECT") "> REJECT in-1\n" REFUSED ("REJECT", "'code':47,'message':'gone'")
             UNCHANGED ("Ringing", "'code':47,'message':'gone'") "waiter reject: 47 gone\n");

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
  call = hs_calls_dup_by_id (f->calls, hs_call_fixture_get_id (f, "A"));
  g_assert_cmpstr (json_object_get_string_member (call, "state"), ==, "Cancelled");
  g_assert_false (json_object_has_member (call, "endTime"));

  /* A late end still ends it. */
  hs_call_fixture_receive_end (f, "in-1", 487, NULL);
  hs_call_fixture_expect (
      f, "A call:operation {'operation':'END','transition':'FINISH','isLocal':false}\n"
         "A call:stateChange {'transition':{'prevState':'Cancelled','statusCode':487},"
         "'previous':{'state':'Cancelled'}}\n" LOG_RECORD ("incoming", "1700000001000"));
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
  g_assert_true (answer (f, &audio, NULL));
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
  g_assert_true (answer (f, &audio, NULL));
  hs_call_fixture_skip (f);
  hs_call_fixture_receive (f, HS_MESSAGE_CANCEL, "in-1", NULL);
  hs_fake_steps_release (steps, HS_REQUEST_ANSWER, error);
  hs_call_fixture_expect (
      f, LOCAL_TRACK_ENDED FAR_TRACK_ENDED REFUSED ("ANSWER", "'code':47,'message':'gone'")
             UNCHANGED ("Ringing", "'code':47,'message':'gone'")
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
      "'reasonText':'Cancelled'},'previous':{'state':'Ringing'}}\n" LOG_RECORD ("missed",
                                                                                "1700000001000"));
}

/* --- answering: options, failures, guards --- */

static void
test_answer_options (HsCallFixture *f, gconstpointer data)
{
  g_autoptr (JsonObject) call = NULL;

  hs_call_fixture_ring (f);
  g_assert_true (answer (f, &audio,
                         "{\"bandwidth\":{\"audio\":32},"
                         "\"customParameters\":[{\"name\":\"X-D\",\"value\":\"12\"}]}"));
  hs_call_fixture_expect (
      f, BEGUN ("ANSWER") "peer bandwidth {'audio':32}\n" LOCAL_TRACK (
             "L1") "> ANSWER in-1 sdp=answer-1 [{'name':'X-D','value':'12'}]\n" DONE ("ANSWER")
             CHANGED ("Ringing") "waiter answer: ok\n");
  call = hs_calls_dup_by_id (f->calls, hs_call_fixture_get_id (f, "A"));
  g_assert_cmpuint (json_array_get_length (json_object_get_array_member (call, "customParameters")),
                    ==, 1);
}

static void
test_answer_without_media (HsCallFixture *f, gconstpointer data)
{
  hs_call_fixture_ring (f);
  g_assert_true (answer (f, &nothing, NULL));
  hs_call_fixture_expect (f, BEGUN ("ANSWER") "> ANSWER in-1 sdp=answer-1\n" DONE ("ANSWER")
                                 CHANGED ("Ringing") "waiter answer: ok\n");
}

/* Without a microphone nothing is lost: the peer still has the offer. */
/* What went wrong is kept until the call is answered after all. */
static gboolean
has_error (HsCallFixture *f)
{
  g_autoptr (JsonObject) call = hs_calls_dup_by_id (f->calls, hs_call_fixture_get_id (f, "A"));

  return json_object_has_member (call, "error");
}

static void
test_answer_media_fails (HsCallFixture *f, gconstpointer data)
{
  hs_call_fixture_ring (f);
  fail_peer (f, HS_FAKE_OPEN_MEDIA);
  g_assert_true (answer (f, &audio, NULL));
  hs_call_fixture_expect (
      f, BEGUN ("ANSWER") REFUSED ("ANSWER", "'code':'call:4','message':'no mic'") UNCHANGED (
             "Ringing", "'code':'call:4','message':'no mic'") "waiter answer: call:4 no mic\n");
  g_assert_true (has_error (f));
  g_assert_true (answer (f, &audio, NULL));
  hs_call_fixture_expect (f, BEGUN ("ANSWER")
                                 LOCAL_TRACK ("L1") "> ANSWER in-1 sdp=answer-1\n" DONE ("ANSWER")
                                     CHANGED ("Ringing") "waiter answer: ok\n");
  g_assert_false (has_error (f));
}

static void
test_answer_description_fails (HsCallFixture *f, gconstpointer data)
{
  hs_call_fixture_ring (f);
  fail_peer (f, HS_FAKE_CREATE_ANSWER);
  g_assert_true (answer (f, &audio, NULL));
  hs_call_fixture_expect (
      f,
      BEGUN ("ANSWER") LOCAL_TRACK ("L1")
          LOCAL_TRACK_ENDED FAR_TRACK_ENDED REFUSED ("ANSWER", "'code':'call:4','message':'no mic'")
              UNCHANGED ("Ringing",
                         "'code':'call:4','message':'no mic'") "waiter answer: call:4 no mic\n");
}

/* The tracks stop, and a second attempt begins anew. */
static void
test_answer_request_fails (HsCallFixture *f, gconstpointer data)
{
  hs_call_fixture_ring (f);
  fail_request (f, HS_REQUEST_ANSWER);
  g_assert_true (answer (f, &audio, NULL));
  hs_call_fixture_expect (
      f,
      BEGUN ("ANSWER")
          LOCAL_TRACK ("L1") "> ANSWER in-1 sdp=answer-1\n" LOCAL_TRACK_ENDED FAR_TRACK_ENDED
              REFUSED ("ANSWER", "'code':47,'message':'gone'")
                  UNCHANGED ("Ringing", "'code':47,'message':'gone'") "waiter answer: 47 gone\n");
  g_assert_cmpuint (hs_fake_clock_count_timers (f->clock), ==, 0);

  g_assert_true (answer (f, &audio, NULL));
  hs_call_fixture_expect (f, BEGUN ("ANSWER") FAR_TRACK LOCAL_TRACK (
                                 "L2") "> ANSWER in-1 sdp=answer-2\n" DONE ("ANSWER")
                                 CHANGED ("Ringing") "waiter answer: ok\n");
}

static void
test_answer_again_fails_at_offer (HsCallFixture *f, gconstpointer data)
{
  hs_call_fixture_ring (f);
  fail_request (f, HS_REQUEST_ANSWER);
  g_assert_true (answer (f, &audio, NULL));
  hs_call_fixture_skip (f);
  fail_peer (f, HS_FAKE_SET_REMOTE);
  g_assert_true (answer (f, &audio, NULL));
  hs_call_fixture_expect (
      f, BEGUN ("ANSWER") REFUSED ("ANSWER", "'code':'call:4','message':'no mic'") UNCHANGED (
             "Ringing", "'code':'call:4','message':'no mic'") "waiter answer: call:4 no mic\n");
}

typedef gboolean (*Verb) (HsCalls *calls, const char *id, GTask *waiter, GError **error);

static gboolean
answer_audio (HsCalls *calls, const char *id, GTask *waiter, GError **error)
{
  return hs_calls_answer (calls, id, &audio, NULL, waiter, error);
}

static gboolean
forward_to_cy (HsCalls *calls, const char *id, GTask *waiter, GError **error)
{
  return hs_calls_forward (calls, id, "cy", waiter, error);
}

static const Verb verbs[] = { answer_audio, hs_calls_reject, hs_calls_ignore, forward_to_cy };
static const char *const verb_names[] = { "ANSWER", "REJECT", "IGNORE", "FORWARD_CALL" };

/* Only an incoming call that rings can be answered, rejected, ignored or forwarded. */
static void
test_guards (HsCallFixture *f, gconstpointer data)
{
  hs_call_fixture_make_initiated (f);
  hs_call_fixture_receive (f, HS_MESSAGE_RINGING, "leg-1", NULL);
  hs_call_fixture_skip (f);
  for (guint i = 0; i < G_N_ELEMENTS (verbs); i++) {
    g_autoptr (GError) error = NULL;

    g_assert_false (verbs[i](f->calls, hs_call_fixture_get_id (f, "A"), NULL, &error));
    g_assert_error (error, HS_CALL_ERROR, HS_CALL_ERROR_INVALID_STATE);
  }
  hs_call_fixture_receive_end (f, "leg-1", 0, NULL);
  hs_call_fixture_skip (f);
  for (guint i = 0; i < G_N_ELEMENTS (verbs); i++) {
    g_autoptr (GError) error = NULL;
    g_autofree char *expected = g_strdup_printf (
        "A call:operation {'operation':'%s','transition':'START','isLocal':true}\n"
        "A call:operation {'operation':'%s','transition':'FINISH','isLocal':true,"
        "'previous':{'operation':'%s','status':'ONGOING'},'error':{'name':'BasicError',"
        "'code':'call:6','message':'the call is Ended and outgoing, it must be Ringing and "
        "incoming'}}\n"
        "A call:stateChange {'previous':{'state':'Ended','localHold':false,'remoteHold':false},"
        "'error':{'name':'BasicError','code':'call:6','message':'the call is Ended and outgoing, "
        "it must be Ringing and incoming'}}\n",
        verb_names[i], verb_names[i], verb_names[i]);

    g_assert_false (verbs[i](f->calls, hs_call_fixture_get_id (f, "A"), NULL, &error));
    hs_call_fixture_expect (f, expected);
  }
}

static void
test_one_at_a_time (HsCallFixture *f, gconstpointer data)
{
  HsFakeSteps *steps = hs_fake_signalling_get_steps (f->signalling);

  hs_call_fixture_ring (f);
  hs_fake_steps_hold (steps, HS_REQUEST_ANSWER);
  g_assert_true (answer (f, &audio, NULL));
  hs_call_fixture_skip (f);
  for (guint i = 0; i < G_N_ELEMENTS (verbs); i++) {
    g_autoptr (GError) error = NULL;
    g_autofree char *expected = g_strdup_printf (
        "A call:operation {'operation':'%s','transition':'START','isLocal':true,"
        "'previous':{'operation':'ANSWER','status':'ONGOING'}}\n"
        "A call:operation {'operation':'%s','transition':'FINISH','isLocal':true,"
        "'previous':{'operation':'ANSWER','status':'ONGOING'},'error':{'name':'BasicError',"
        "'code':'call:12','message':'another operation is in progress on this call'}}\n"
        "A call:stateChange {'previous':{'state':'Ringing'},'error':{'name':'BasicError',"
        "'code':'call:12','message':'another operation is in progress on this call'}}\n",
        verb_names[i], verb_names[i]);

    g_assert_false (verbs[i](f->calls, hs_call_fixture_get_id (f, "A"), NULL, &error));
    g_assert_error (error, HS_CALL_ERROR, HS_CALL_ERROR_GLARE);
    hs_call_fixture_expect (f, expected);
  }
  hs_fake_steps_release (steps, HS_REQUEST_ANSWER, NULL);
  hs_call_fixture_expect (f, DONE ("ANSWER") CHANGED ("Ringing") "waiter answer: ok\n");
}

/* --- slow start --- */

static void
test_slow_start (HsCallFixture *f, gconstpointer data)
{
  g_autofree char *sdp = hs_call_fixture_dup_audio ("sendrecv");

  hs_call_fixture_receive (f, HS_MESSAGE_CALL, "in-1", NULL);
  hs_call_fixture_expect (f, "A call:receive {}\n> RINGING in-1\n" CHANGED ("Initiating"));
  g_assert_cmpuint (hs_fake_peer_factory_count_open (f->peers), ==, 0);
  g_assert_true (answer (f, &audio, NULL));
  hs_call_fixture_expect (f,
                          BEGUN ("ANSWER") LOCAL_TRACK ("L1") "> ANSWER in-1 sdp=offer-1\n" DONE (
                              "ANSWER") "waiter answer: ok\n");

  /* Answered: neither withdrawn nor answered again. */
  hs_call_fixture_receive (f, HS_MESSAGE_CANCEL, "in-1", NULL);
  hs_call_fixture_expect (f, "");
  g_assert_false (answer_audio (f->calls, hs_call_fixture_get_id (f, "A"), NULL, NULL));
  hs_call_fixture_skip (f);

  hs_call_fixture_receive (f, HS_MESSAGE_ANSWER, "in-1", sdp);
  hs_call_fixture_expect (f, FAR_TRACK CHANGED ("Ringing"));
  g_assert_cmpstr (hs_fake_peer_get_remote_type (hs_fake_peer_factory_get_last (f->peers)), ==,
                   "answer");
}

/* The far end's answer may come before the gateway's own. */
static void
test_slow_start_answer_overtakes (HsCallFixture *f, gconstpointer data)
{
  g_autofree char *sdp = hs_call_fixture_dup_audio ("sendrecv");
  HsFakeSteps *steps = hs_fake_signalling_get_steps (f->signalling);

  hs_call_fixture_ring_slowly (f);
  hs_fake_steps_hold (steps, HS_REQUEST_ANSWER);
  g_assert_true (answer (f, &audio, NULL));
  hs_call_fixture_skip (f);
  hs_call_fixture_receive (f, HS_MESSAGE_ANSWER, "in-1", sdp);
  hs_call_fixture_expect (f, "");
  hs_fake_steps_release (steps, HS_REQUEST_ANSWER, NULL);
  hs_call_fixture_expect (f, DONE ("ANSWER") FAR_TRACK CHANGED ("Ringing") "waiter answer: ok\n");
}

static void
test_slow_start_refused (HsCallFixture *f, gconstpointer data)
{
  hs_call_fixture_ring_slowly (f);
  hs_call_fixture_answer (f);
  hs_call_fixture_receive (f, HS_MESSAGE_ANSWER, "in-1", NULL);
  hs_call_fixture_expect (
      f, "peer rollback\n" LOCAL_TRACK_ENDED "> END in-1\n" UNCHANGED (
             "Ringing", "'code':'call:2','message':'the far end did not take what was proposed'"));
}

static void
test_slow_start_answer_is_rubbish (HsCallFixture *f, gconstpointer data)
{
  hs_call_fixture_ring_slowly (f);
  hs_call_fixture_answer (f);
  hs_call_fixture_receive (f, HS_MESSAGE_ANSWER, "in-1", "rubbish");
  hs_call_fixture_expect (f, LOCAL_TRACK_ENDED "> END in-1\n" UNCHANGED (
                                 "Ringing", "'code':'call:2','message':'no description'"));
}

static void
test_slow_start_offer_fails (HsCallFixture *f, gconstpointer data)
{
  hs_call_fixture_ring_slowly (f);
  fail_peer (f, HS_FAKE_CREATE_OFFER);
  g_assert_true (answer (f, &audio, NULL));
  hs_call_fixture_expect (
      f, BEGUN ("ANSWER") LOCAL_TRACK ("L1")
             LOCAL_TRACK_ENDED REFUSED ("ANSWER", "'code':'call:4','message':'no mic'") UNCHANGED (
                 "Ringing", "'code':'call:4','message':'no mic'") "waiter answer: call:4 no mic\n");
}

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
  ADD ("answer-options", test_answer_options);
  ADD ("answer-without-media", test_answer_without_media);
  ADD ("answer-media-fails", test_answer_media_fails);
  ADD ("answer-description-fails", test_answer_description_fails);
  ADD ("answer-request-fails", test_answer_request_fails);
  ADD ("answer-again-fails-at-offer", test_answer_again_fails_at_offer);
  ADD ("guards", test_guards);
  ADD ("one-at-a-time", test_one_at_a_time);
  ADD ("slow-start", test_slow_start);
  ADD ("slow-start-answer-overtakes", test_slow_start_answer_overtakes);
  ADD ("slow-start-refused", test_slow_start_refused);
  ADD ("slow-start-answer-is-rubbish", test_slow_start_answer_is_rubbish);
  ADD ("slow-start-offer-fails", test_slow_start_offer_fails);
  return g_test_run ();
}
