/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/hs-json.h"
#include "hs-call-fixture.h"
#include "hs-call-lines.h"

static const HsMediaRequest audio = { .audio = TRUE };
static const HsMediaRequest both = { .audio = TRUE, .video = TRUE };

#define MADE                                                                                       \
  HS_LINE_OPERATION ("A", "MAKE", "START", "") "A call:start {}\n" HS_LINE_LOCAL_TRACK ("A", "L1")

#define STARTED                                                                                    \
  "A call:operation {'operation':'MAKE','transition':'UPDATE','isLocal':true,"                     \
  "'previous':{'operation':'MAKE','status':'ONGOING'}}\n"                                          \
  "A call:stateChange {'previous':{'state':'Initiating','localHold':false,'remoteHold':false}}\n"

#define RANG                                                                                       \
  "A call:stateChange {'previous':{'state':'Initiated','localHold':false,'remoteHold':false}}\n"

#define FAR_TRACK HS_LINE_FAR_TRACK ("A")

#define ANSWERED_IN(state)                                                                         \
  "A call:operation {'operation':'MAKE','transition':'FINISH','isLocal':true,"                     \
  "'previous':{'operation':'MAKE','status':'PENDING'}}\n"                                          \
  "A call:stateChange {'previous':{'state':'" state "','localHold':false,'remoteHold':false}}\n"

#define LOCAL_TRACK_ENDED HS_LINE_LOCAL_TRACK_ENDED ("A", "L1")

#define FAR_TRACK_ENDED HS_LINE_FAR_TRACK_ENDED ("A")

static void
test_audio_call (HsCallFixture *f, gconstpointer data)
{
  g_autofree char *sdp = hs_call_fixture_dup_audio ("sendrecv");
  g_autoptr (GError) error = NULL;

  hs_call_fixture_make_with (f, &audio, NULL);
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
test_early_media (HsCallFixture *f, gconstpointer data)
{
  g_autofree char *sdp = hs_call_fixture_dup_audio ("sendrecv");

  hs_call_fixture_configure (f, "{\"call\":{\"earlyMedia\":true}}");
  hs_call_fixture_make_with (f, &audio, NULL);
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

/* The party is what the message says, even when it says nothing. */
static void
test_early_media_wipes_party (HsCallFixture *f, gconstpointer data)
{
  g_autofree char *sdp = hs_call_fixture_dup_audio ("sendrecv");
  HsSignallingMessage message = {
    .kind = HS_MESSAGE_PROGRESS, .session = (char *) "leg-1", .sdp = sdp, .retry_after = -1
  };
  g_autoptr (JsonObject) call = NULL;

  hs_call_fixture_make_with (f, &audio, NULL);
  hs_call_fixture_skip (f);
  hs_fake_signalling_receive (f->signalling, &message);
  hs_call_fixture_settle (f);
  call = hs_call_fixture_dup_call (f, "A");
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

  hs_call_fixture_make_with (
      f, &both,
      "{\"displayName\":\"Ana K\",\"bandwidth\":{\"audio\":64,\"video\":\"x\",\"call\":900},"
      "\"customParameters\":[{\"name\":\"X-A\",\"value\":\"1\"},{\"name\":\"X-B\"},7],"
      "\"dscpControls\":{\"audio\":\"high\"}}");
  hs_call_fixture_settle (f);
  g_assert_cmpstr (f->lines->pdata[2], ==, "peer bandwidth {'audio':64,'video':'x','call':900}");
  g_assert_cmpstr (f->lines->pdata[3], ==, "peer dscp {'audio':'high'}");
  g_assert_cmpstr (f->lines->pdata[6], ==,
                   "> START to=sip:bo@lab.example from=Ana K<sip:ana@lab.example> sdp=offer-1"
                   " [{'name':'X-A','value':'1'}]");

  call = hs_call_fixture_dup_call (f, "A");
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
  hs_call_fixture_make_with (f, &audio, "{\"speakerId\":\"hall\"}");
  hs_call_fixture_settle (f);
  g_assert_cmpstr (f->lines->pdata[2], ==, "peer speaker hall");
  hs_call_fixture_receive_end (f, "leg-1", 0, NULL);
}

static void
test_not_normalised (HsCallFixture *f, gconstpointer data)
{
  hs_call_fixture_configure (f, "{\"call\":{\"normalizeDestination\":false}}");
  hs_call_fixture_make_with (f, &audio, NULL);
  hs_call_fixture_expect (f, MADE "> START to=bo from=sip:ana@lab.example sdp=offer-1\n" STARTED);
  hs_call_fixture_receive_end (f, "leg-1", 0, NULL);
}

/* --- answers --- */

/* Messages about a leg may come before the answer that names it. */
static void
test_messages_overtake_the_reply (HsCallFixture *f, gconstpointer data)
{
  g_autofree char *sdp = hs_call_fixture_dup_audio ("sendrecv");
  HsFakeSteps *steps = hs_fake_signalling_get_steps (f->signalling);

  hs_fake_steps_hold (steps, HS_REQUEST_START);
  hs_call_fixture_make_with (f, &audio, NULL);
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

  hs_call_fixture_make_with (f, &audio, NULL);
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
  hs_call_fixture_make_with (f, &audio, NULL);
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

  hs_call_fixture_make_with (f, &audio, NULL);
  hs_call_fixture_skip (f);
  hs_fake_signalling_receive (f->signalling, &message);
  hs_call_fixture_settle (f);
  call = hs_call_fixture_dup_call (f, "A");
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
  ADD ("early-media", test_early_media);
  ADD ("early-media-wipes-party", test_early_media_wipes_party);
  ADD ("options", test_options);
  ADD ("speaker-option", test_speaker_option);
  ADD ("not-normalised", test_not_normalised);
  ADD ("messages-overtake-the-reply", test_messages_overtake_the_reply);
  ADD ("messages-in-order", test_messages_in_order);
  ADD ("custom-parameters", test_custom_parameters);
  ADD ("remote-party", test_remote_party);
  return g_test_run ();
}
