/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/hs-error.h"
#include "base/hs-json.h"
#include "hs-call-fixture.h"

static const HsMediaRequest audio = { .audio = TRUE };
static const HsMediaRequest both = { .audio = TRUE, .video = TRUE };
static const HsMediaRequest nothing = { 0 };

#define MADE                                                                                       \
  "A call:operation {'operation':'MAKE','transition':'START','isLocal':true}\n"                    \
  "A call:start {}\n"                                                                              \
  "A call:newTrack {'local':true,'trackId':'L1','mediaId':'stream-L'}\n"

#define STARTED                                                                                    \
  "A call:operation {'operation':'MAKE','transition':'UPDATE','isLocal':true,"                     \
  "'previous':{'operation':'MAKE','status':'ONGOING'}}\n"                                          \
  "A call:stateChange {'previous':{'state':'Initiating','localHold':false,'remoteHold':false}}\n"

#define RANG                                                                                       \
  "A call:stateChange {'previous':{'state':'Initiated','localHold':false,'remoteHold':false}}\n"

#define FAR_TRACK "A call:newTrack {'local':false,'trackId':'R-audio','mediaId':'stream-R'}\n"

#define ANSWERED_IN(state)                                                                         \
  "A call:operation {'operation':'MAKE','transition':'FINISH','isLocal':true,"                     \
  "'previous':{'operation':'MAKE','status':'PENDING'}}\n"                                          \
  "A call:stateChange {'previous':{'state':'" state "','localHold':false,'remoteHold':false}}\n"

#define LOCAL_TRACK_ENDED                                                                          \
  "A call:trackEnded {'local':true,'trackId':'L1','performRenegotiation':false,"                   \
  "'mediaId':'stream-L'}\n"

#define FAR_TRACK_ENDED                                                                            \
  "A call:trackEnded {'local':false,'trackId':'R-audio','performRenegotiation':false,"             \
  "'mediaId':'stream-R'}\n"

static void
make (HsCallFixture *f, const HsMediaRequest *media, const char *options)
{
  g_autoptr (JsonNode) node = options != NULL ? hs_json_parse (options, -1, NULL) : NULL;
  g_autoptr (GError) error = NULL;
  const char *id = hs_calls_make (f->calls, "bo", media, hs_json_node_get_object (node),
                                  hs_call_fixture_new_waiter (f, "make"), &error);

  g_assert_no_error (error);
  g_assert_nonnull (id);
}

static void
test_audio_call (HsCallFixture *f, gconstpointer data)
{
  g_autofree char *sdp = hs_call_fixture_dup_audio ("sendrecv");
  g_autoptr (GError) error = NULL;

  make (f, &audio, NULL);
  hs_call_fixture_expect (f, MADE "> START to=sip:bo@lab.example from=sip:ana@lab.example"
                                  " sdp=offer-1\n" STARTED);

  hs_call_fixture_receive (f, HS_MESSAGE_RINGING, "leg-1", NULL);
  hs_call_fixture_expect (f, RANG);

  hs_call_fixture_receive (f, HS_MESSAGE_ANSWER, "leg-1", sdp);
  hs_call_fixture_expect (f, FAR_TRACK ANSWERED_IN ("Ringing") "waiter make: ok\n");

  hs_fake_clock_advance (f->clock, 4000);
  g_assert_true (hs_calls_end (f->calls, hs_call_fixture_get_id (f, "A"),
                               hs_call_fixture_new_waiter (f, "end"), &error));
  hs_call_fixture_expect (
      f,
      "A call:operation {'operation':'END','transition':'START','isLocal':true}\n" LOCAL_TRACK_ENDED
          FAR_TRACK_ENDED "> END leg-1\n"
      "A call:operation {'operation':'END','transition':'FINISH','isLocal':true,"
      "'previous':{'operation':'END','status':'ONGOING'}}\n"
      "A call:stateChange {'previous':{'state':'Connected','localHold':false,"
      "'remoteHold':false}}\n"
      "A log {'direction':'outgoing','startTime':'1700000001000','duration':'4000',"
      "'callerName':'ana@lab.example','callerDisplayNumber':'ana@lab.example',"
      "'calleeName':'Bo','calleeDisplayNumber':'bo@lab.example',"
      "'remoteParticipant':{'displayName':'Bo','displayNumber':'bo@lab.example'},"
      "'originalRemoteParticipant':null,'resourceLocation':''}\n"
      "waiter end: ok\n");
}

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
  make (f, &audio, NULL);
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
  make (f, &audio, NULL);
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
  make (f, &audio, NULL);
  hs_call_fixture_skip (f);
  hs_call_fixture_receive (f, HS_MESSAGE_CANCEL, "leg-1", NULL);
  hs_call_fixture_expect (f, RANG LOCAL_TRACK_ENDED "waiter make: handset:6 the call has ended\n");
}

static void
test_early_media (HsCallFixture *f, gconstpointer data)
{
  g_autofree char *sdp = hs_call_fixture_dup_audio ("sendrecv");

  hs_call_fixture_configure (f, "{\"call\":{\"earlyMedia\":true}}");
  make (f, &audio, NULL);
  hs_call_fixture_expect (f, MADE "> START to=sip:bo@lab.example from=sip:ana@lab.example"
                                  " sdp=offer-1 early\n" STARTED);
  hs_call_fixture_receive (f, HS_MESSAGE_PROGRESS, "leg-1", sdp);
  hs_call_fixture_expect (f, FAR_TRACK RANG);
  g_assert_cmpstr (hs_fake_peer_get_remote_type (hs_fake_peer_factory_get_last (f->peers)), ==,
                   "pranswer");

  /* Alerting after that says nothing new; media before the answer may change. */
  hs_call_fixture_receive (f, HS_MESSAGE_RINGING, "leg-1", NULL);
  hs_call_fixture_expect (f, "");
  hs_call_fixture_receive (f, HS_MESSAGE_PROGRESS, "leg-1", sdp);
  hs_call_fixture_expect (f, "A call:stateChange {'previous':{'state':'Early Media',"
                             "'localHold':false,'remoteHold':false}}\n");
  hs_call_fixture_receive (f, HS_MESSAGE_ANSWER, "leg-1", sdp);
  hs_call_fixture_expect (f, ANSWERED_IN ("Early Media") "waiter make: ok\n");
}

static void
test_early_media_unusable (HsCallFixture *f, gconstpointer data)
{
  make (f, &audio, NULL);
  hs_call_fixture_skip (f);
  hs_call_fixture_receive (f, HS_MESSAGE_PROGRESS, "leg-1", "rubbish");
  hs_call_fixture_receive (f, HS_MESSAGE_PROGRESS, "leg-1", NULL);
  hs_call_fixture_expect (f, "");

  /* It does not stand in the way of what comes after it. */
  hs_call_fixture_receive (f, HS_MESSAGE_RINGING, "leg-1", NULL);
  hs_call_fixture_expect (f, RANG);
  hs_call_fixture_receive_end (f, "leg-1", 0, NULL);
}

/* The party is what the message says, even when it says nothing. */
static void
test_early_media_wipes_party (HsCallFixture *f, gconstpointer data)
{
  g_autofree char *sdp = hs_call_fixture_dup_audio ("sendrecv");
  HsSignallingMessage message = {
    .kind = HS_MESSAGE_PROGRESS, .session = (char *) "leg-1", .sdp = sdp, .retry_after = -1
  };
  g_autoptr (JsonObject) call = NULL;

  make (f, &audio, NULL);
  hs_call_fixture_skip (f);
  hs_fake_signalling_receive (f->signalling, &message);
  hs_call_fixture_settle (f);
  call = hs_calls_dup_by_id (f->calls, hs_call_fixture_get_id (f, "A"));
  g_assert_cmpuint (
      json_object_get_size (json_object_get_object_member (call, "remoteParticipant")), ==, 0);
  hs_call_fixture_receive_end (f, "leg-1", 0, NULL);
}

static void
test_options (HsCallFixture *f, gconstpointer data)
{
  g_autoptr (JsonObject) call = NULL;
  g_autofree char *text = NULL;
  g_autofree char *id = NULL;

  make (f, &both,
        "{\"displayName\":\"Ana K\",\"bandwidth\":{\"audio\":64,\"video\":\"x\",\"call\":900},"
        "\"customParameters\":[{\"name\":\"X-A\",\"value\":\"1\"},{\"name\":\"X-B\"},7],"
        "\"dscpControls\":{\"audio\":\"high\"}}");
  hs_call_fixture_settle (f);
  g_assert_cmpstr (f->lines->pdata[2], ==, "peer bandwidth {'audio':64,'video':'x','call':900}");
  g_assert_cmpstr (f->lines->pdata[3], ==, "peer dscp {'audio':'high'}");
  g_assert_cmpstr (f->lines->pdata[6], ==,
                   "> START to=sip:bo@lab.example from=Ana K<sip:ana@lab.example> sdp=offer-1"
                   " [{'name':'X-A','value':'1'}]");

  call = hs_calls_dup_by_id (f->calls, hs_call_fixture_get_id (f, "A"));
  id = g_strdup (json_object_get_string_member (call, "id"));
  g_assert_cmpstr (id, ==, hs_call_fixture_get_id (f, "A"));
  json_object_remove_member (call, "id");
  json_object_remove_member (call, "webrtcSessionId");
  text = hs_json_object_to_text (json_object_ref (call));
  g_assert_cmpstr (
      text, ==,
      "{\"direction\":\"outgoing\",\"isCaller\":true,\"state\":\"Initiated\",\"localHold\":false,"
      "\"remoteHold\":false,\"from\":\"ana@lab.example\",\"to\":\"sip:bo@lab.example\","
      "\"remoteParticipant\":{\"displayNumber\":\"sip:bo@lab.example\"},"
      "\"displayName\":\"Ana "
      "K\",\"isSlowStart\":false,\"isJoinedCall\":false,\"localTracks\":[\"L1\",\"L2\"],"
      "\"remoteTracks\":[],\"bandwidth\":{\"audio\":64,\"video\":null,\"call\":900},"
      "\"mediaConstraints\":{\"audio\":true,\"video\":true,\"screenShare\":false},"
      "\"dscpControls\":{\"audio\":\"high\"},"
      "\"customParameters\":[{\"name\":\"X-A\",\"value\":\"1\"}],"
      "\"localOp\":{\"operation\":\"MAKE\",\"status\":\"PENDING\"},\"wrtcsSessionId\":\"leg-1\"}");
  hs_call_fixture_receive_end (f, "leg-1", 0, NULL);
}

static void
test_speaker_option (HsCallFixture *f, gconstpointer data)
{
  make (f, &audio, "{\"speakerId\":\"hall\"}");
  hs_call_fixture_settle (f);
  g_assert_cmpstr (f->lines->pdata[2], ==, "peer speaker hall");
  hs_call_fixture_receive_end (f, "leg-1", 0, NULL);
}

static void
test_not_normalised (HsCallFixture *f, gconstpointer data)
{
  hs_call_fixture_configure (f, "{\"call\":{\"normalizeDestination\":false}}");
  make (f, &audio, NULL);
  hs_call_fixture_expect (f, MADE "> START to=bo from=sip:ana@lab.example sdp=offer-1\n" STARTED);
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
  g_autoptr (JsonObject) call = hs_calls_dup_by_id (f->calls, hs_call_fixture_get_id (f, "A"));

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
  make (f, &nothing, NULL);
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
  make (f, &audio, NULL);
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
  make (f, &audio, NULL);
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
  make (f, &audio, NULL);
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
  make (f, &audio, NULL);
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
  make (f, &audio, NULL);
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

  make (f, &audio, NULL);
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

  make (f, &audio, NULL);
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
  make (f, &audio, NULL);
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

/* Messages about a leg may come before the answer that names it. */
static void
test_messages_overtake_the_reply (HsCallFixture *f, gconstpointer data)
{
  g_autofree char *sdp = hs_call_fixture_dup_audio ("sendrecv");
  HsFakeSteps *steps = hs_fake_signalling_get_steps (f->signalling);

  hs_fake_steps_hold (steps, HS_REQUEST_START);
  make (f, &audio, NULL);
  hs_call_fixture_skip (f);
  hs_call_fixture_receive (f, HS_MESSAGE_RINGING, "leg-1", NULL);
  hs_call_fixture_receive (f, HS_MESSAGE_ANSWER, "leg-1", sdp);
  hs_call_fixture_receive (f, HS_MESSAGE_RINGING, "leg-9", NULL);
  hs_call_fixture_expect (f, "");
  hs_fake_steps_release (steps, HS_REQUEST_START, NULL);
  hs_call_fixture_expect (f, STARTED RANG FAR_TRACK ANSWERED_IN ("Ringing") "waiter make: ok\n");
}

/* An answer and all that follows it wait for early media that is still being applied. */
static void
test_messages_in_order (HsCallFixture *f, gconstpointer data)
{
  g_autofree char *sdp = hs_call_fixture_dup_audio ("sendrecv");
  HsFakeSteps *steps = hs_fake_peer_factory_get_steps (f->peers);

  make (f, &audio, NULL);
  hs_call_fixture_skip (f);
  hs_fake_steps_hold (steps, HS_FAKE_SET_REMOTE);
  hs_call_fixture_receive (f, HS_MESSAGE_PROGRESS, "leg-1", sdp);
  hs_call_fixture_receive (f, HS_MESSAGE_ANSWER, "leg-1", sdp);
  hs_call_fixture_settle (f);
  g_assert_cmpuint (hs_fake_steps_count_held (steps, HS_FAKE_SET_REMOTE), ==, 1);
  hs_fake_steps_release (steps, HS_FAKE_SET_REMOTE, NULL);
  hs_call_fixture_expect (f, FAR_TRACK RANG);
  hs_fake_steps_release (steps, HS_FAKE_SET_REMOTE, NULL);
  hs_call_fixture_expect (f, ANSWERED_IN ("Early Media") "waiter make: ok\n");
}

static void
test_custom_parameters (HsCallFixture *f, gconstpointer data)
{
  g_autoptr (JsonNode) given =
      hs_json_parse ("[{\"name\":\"X-Q\",\"value\":\"1\"},{\"value\":\"2\"},[]]", -1, NULL);
  g_autofree char *sdp = hs_call_fixture_dup_audio ("sendrecv");
  HsSignallingMessage message = { .session = (char *) "leg-1", .retry_after = -1 };

  message.custom_parameters = json_node_get_array (given);
  make (f, &audio, NULL);
  hs_call_fixture_skip (f);
  message.kind = HS_MESSAGE_RINGING;
  hs_fake_signalling_receive (f->signalling, &message);
  hs_call_fixture_expect (
      f, "A call:customParameters {'customParameters':[{'name':'X-Q','value':'1'}]}\n" RANG);
  message.kind = HS_MESSAGE_ANSWER;
  message.sdp = sdp;
  hs_fake_signalling_receive (f->signalling, &message);
  hs_call_fixture_expect (
      f, "A call:customParameters {'customParameters':[{'name':'X-Q','value':'1'}]}\n" FAR_TRACK
             ANSWERED_IN ("Ringing") "waiter make: ok\n");
}

/* The far end's number may come without a domain. */
static void
test_remote_party (HsCallFixture *f, gconstpointer data)
{
  HsSignallingMessage message = {
    .kind = HS_MESSAGE_RINGING,
    .session = (char *) "leg-1",
    .has_participants = TRUE,
    .caller_name = (char *) "nobody",
    .remote_name = (char *) "",
    .remote_number = (char *) "5551234",
    .retry_after = -1,
  };
  g_autoptr (JsonObject) call = NULL;
  JsonObject *party;

  make (f, &audio, NULL);
  hs_call_fixture_skip (f);
  hs_fake_signalling_receive (f->signalling, &message);
  hs_call_fixture_settle (f);
  call = hs_calls_dup_by_id (f->calls, hs_call_fixture_get_id (f, "A"));
  party = json_object_get_object_member (call, "remoteParticipant");
  g_assert_cmpstr (json_object_get_string_member (party, "displayNumber"), ==,
                   "5551234@lab.example");
  g_assert_false (json_object_has_member (party, "displayName"));
  g_assert_cmpstr (json_object_get_string_member (call, "to"), ==, "sip:bo@lab.example");
  hs_call_fixture_receive_end (f, "leg-1", 0, NULL);
}

#define ADD(path, function)                                                                        \
  g_test_add ("/call/outgoing/" path, HsCallFixture, NULL, hs_call_fixture_set_up, function,       \
              hs_call_fixture_tear_down)

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  ADD ("audio-call", test_audio_call);
  ADD ("ended-there", test_ended_there);
  ADD ("busy", test_busy);
  ADD ("rejected-without-reason", test_rejected_without_reason);
  ADD ("withdrawn", test_withdrawn);
  ADD ("early-media", test_early_media);
  ADD ("early-media-unusable", test_early_media_unusable);
  ADD ("early-media-wipes-party", test_early_media_wipes_party);
  ADD ("options", test_options);
  ADD ("speaker-option", test_speaker_option);
  ADD ("not-normalised", test_not_normalised);
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
  ADD ("messages-overtake-the-reply", test_messages_overtake_the_reply);
  ADD ("messages-in-order", test_messages_in_order);
  ADD ("custom-parameters", test_custom_parameters);
  ADD ("remote-party", test_remote_party);
  return g_test_run ();
}
