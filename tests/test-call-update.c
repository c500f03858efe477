/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/hs-error.h"
#include "base/hs-json.h"
#include "call/hs-call-private.h"
#include "hs-call-fixture.h"

#include <string.h>

#define FAR_TRACK "A call:newTrack {'local':false,'trackId':'R-audio','mediaId':'stream-R'}\n"
#define FAR_VIDEO "A call:newTrack {'local':false,'trackId':'R-video','mediaId':'stream-R'}\n"
#define FAR_TRACK_ENDED                                                                            \
  "A call:trackEnded {'local':false,'trackId':'R-audio','performRenegotiation':false,"             \
  "'mediaId':'stream-R'}\n"

#define DONE(operation)                                                                            \
  "A call:operation {'operation':'" operation "','transition':'FINISH','isLocal':false}\n"
#define DONE_SLOWLY(operation)                                                                     \
  "A call:operation {'operation':'" operation "','transition':'FINISH','isLocal':false,"           \
  "'previous':{'operation':'SLOW_START','status':'ONGOING'}}\n"
#define CHANGED(state, local, remote)                                                              \
  "A call:stateChange {'previous':{'state':'" state "','localHold':" local ",'remoteHold':" remote \
  "}}\n"
#define ANSWERED(n) "> RESPOND_UPDATE leg-1 sdp=answer-" n "\n"
#define OFFERED(n)  "> RESPOND_UPDATE leg-1 sdp=offer-" n "\n"

static void
update (HsCallFixture *f, const char *direction)
{
  g_autofree char *sdp = hs_call_fixture_dup_audio (direction);

  hs_call_fixture_receive (f, HS_MESSAGE_UPDATE, "leg-1", sdp);
}

static void
answer (HsCallFixture *f, const char *direction)
{
  g_autofree char *sdp = hs_call_fixture_dup_audio (direction);

  hs_call_fixture_receive (f, HS_MESSAGE_ANSWER, "leg-1", sdp);
}

/* As a hold of ours leaves it. */
static void
hold_locally (HsCallFixture *f)
{
  HsCall *call = hs_calls_get_call (f->calls, hs_call_fixture_get_id (f, "A"));
  HsCallReason reason = { 0 };

  hs_peer_set_local_hold (call->peer, TRUE);
  g_assert_true (hs_call_fire (call, HS_CALL_EVENT_LOCAL_HELD, &reason));
  hs_call_fixture_skip (f);
}

/* Another negotiation of ours that is under way. */
static void
occupy (HsCallFixture *f, HsOperationStatus status)
{
  static const HsOperationKind kind = { .name = "RENEGOTIATE", .exclusive = TRUE };
  HsCall *call = hs_calls_get_call (f->calls, hs_call_fixture_get_id (f, "A"));
  g_autoptr (HsOperation) op = hs_operation_start (call, &kind, NULL);

  op->status = status;
  hs_call_fixture_skip (f);
}

static JsonObject *
dup_call (HsCallFixture *f)
{
  return hs_calls_dup_by_id (f->calls, hs_call_fixture_get_id (f, "A"));
}

static void
assert_state (HsCallFixture *f, const char *expected)
{
  g_autofree char *state = hs_call_fixture_dup_state (f, "A");

  g_assert_cmpstr (state, ==, expected);
}

static gboolean
is_held_remotely (HsCallFixture *f)
{
  g_autoptr (JsonObject) call = dup_call (f);

  return json_object_get_boolean_member (call, "remoteHold");
}

static const char *
get_remote (HsCallFixture *f)
{
  return hs_fake_peer_get_remote (hs_fake_peer_factory_get_last (f->peers));
}

static void
test_held_and_resumed (HsCallFixture *f, gconstpointer data)
{
  hs_call_fixture_make_connected (f);
  update (f, "inactive");
  hs_call_fixture_expect (f, FAR_TRACK_ENDED ANSWERED ("2") DONE ("HOLD")
                                 CHANGED ("Connected", "false", "false"));
  update (f, "sendrecv");
  hs_call_fixture_expect (f, FAR_TRACK ANSWERED ("3") DONE ("UNHOLD")
                                 CHANGED ("On Hold", "false", "true"));
  g_assert_cmpuint (hs_calls_count_live (f->calls), ==, 1);
}

static void
test_held_twice (HsCallFixture *f, gconstpointer data)
{
  hs_call_fixture_make_connected (f);
  update (f, "inactive");
  hs_call_fixture_skip (f);
  update (f, "inactive");
  hs_call_fixture_expect (f, ANSWERED ("3") CHANGED ("On Hold", "false", "true"));
  g_assert_true (is_held_remotely (f));
}

/* Older clients hold by sending only. */
static void
test_held_by_sending_only (HsCallFixture *f, gconstpointer data)
{
  hs_call_fixture_make_connected (f);
  update (f, "sendonly");
  hs_call_fixture_expect (f, ANSWERED ("2") DONE ("HOLD") CHANGED ("Connected", "false", "false"));
  update (f, "sendrecv");
  hs_call_fixture_expect (f, ANSWERED ("3") DONE ("UNHOLD") CHANGED ("On Hold", "false", "true"));
}

static void
test_music_on_hold (HsCallFixture *f, gconstpointer data)
{
  hs_call_fixture_make_connected (f);
  update (f, "inactive");
  hs_call_fixture_skip (f);
  update (f, "sendonly");
  hs_call_fixture_expect (f, FAR_TRACK ANSWERED ("3"));
  update (f, "inactive");
  hs_call_fixture_expect (f, FAR_TRACK_ENDED ANSWERED ("4"));
  update (f, "sendrecv");
  hs_call_fixture_expect (f, FAR_TRACK ANSWERED ("5") DONE ("UNHOLD")
                                 CHANGED ("On Hold", "false", "true"));
}

static void
test_both_hold (HsCallFixture *f, gconstpointer data)
{
  hs_call_fixture_make_connected (f);
  hold_locally (f);
  update (f, "inactive");
  hs_call_fixture_expect (f, FAR_TRACK_ENDED ANSWERED ("2") DONE ("HOLD")
                                 CHANGED ("On Hold", "true", "false"));

  /* The far end resumes: what it proposes is taken as inactive, for we still hold. */
  update (f, "sendrecv");
  hs_call_fixture_expect (f, ANSWERED ("3") DONE ("UNHOLD") CHANGED ("On Hold", "true", "true"));
  g_assert_nonnull (strstr (get_remote (f), "a=inactive"));
  g_assert_null (strstr (get_remote (f), "a=sendrecv"));
}

/* An offer that says nothing new while we hold is the far end's hold too. */
static void
test_hold_seen_as_no_change (HsCallFixture *f, gconstpointer data)
{
  hs_call_fixture_make_connected (f);
  update (f, "inactive");
  update (f, "sendrecv");
  hs_call_fixture_skip (f);
  hold_locally (f);
  update (f, "sendrecv");
  hs_call_fixture_expect (f, FAR_TRACK_ENDED ANSWERED ("4") CHANGED ("On Hold", "true", "false"));
  update (f, "inactive");
  hs_call_fixture_expect (f, ANSWERED ("5") DONE ("HOLD") CHANGED ("On Hold", "true", "false"));
}

static void
test_video_added_and_removed (HsCallFixture *f, gconstpointer data)
{
  const char *const with[] = { "sendrecv", "sendrecv", NULL };
  const char *const without[] = { "sendrecv", "recvonly", NULL };
  g_autofree char *added = hs_fake_sdp_new ("far", "7", with);
  g_autofree char *removed = hs_fake_sdp_new ("far", "7", without);

  hs_call_fixture_make_connected (f);
  hs_call_fixture_receive (f, HS_MESSAGE_UPDATE, "leg-1", added);
  hs_call_fixture_expect (f, FAR_VIDEO ANSWERED ("2"));
  hs_call_fixture_receive (f, HS_MESSAGE_UPDATE, "leg-1", removed);
  hs_call_fixture_expect (
      f, "A call:trackEnded {'local':false,'trackId':'R-video','performRenegotiation':false,"
         "'mediaId':'stream-R'}\n" ANSWERED ("3"));
}

static void
test_setup_is_opened (HsCallFixture *f, gconstpointer data)
{
  g_autofree char *sdp = hs_call_fixture_dup_audio ("sendrecv");
  g_autoptr (GString) active = g_string_new (sdp);

  g_assert_cmpuint (g_string_replace (active, "actpass", "active", 0), ==, 1);
  hs_call_fixture_make_connected (f);
  hs_call_fixture_receive (f, HS_MESSAGE_UPDATE, "leg-1", active->str);
  hs_call_fixture_skip (f);
  g_assert_nonnull (strstr (get_remote (f), "a=setup:actpass"));
}

/* Who is at the other end may change with an update. */
static void
test_new_party (HsCallFixture *f, gconstpointer data)
{
  g_autofree char *sdp = hs_call_fixture_dup_audio ("sendrecv");
  g_autoptr (JsonNode) given = hs_json_parse ("[{\"name\":\"X-Q\",\"value\":\"1\"}]", -1, NULL);
  HsSignallingMessage message = {
    .kind = HS_MESSAGE_UPDATE,
    .session = (char *) "leg-1",
    .sdp = sdp,
    .has_participants = TRUE,
    .remote_name = (char *) "Cy",
    .remote_number = (char *) "cy@lab.example",
    .custom_parameters = json_node_get_array (given),
    .retry_after = -1,
  };
  g_autoptr (JsonObject) call = NULL;
  JsonObject *party;

  hs_call_fixture_make_connected (f);
  hs_fake_signalling_receive (f->signalling, &message);
  hs_call_fixture_expect (
      f, "A call:customParameters {'customParameters':[{'name':'X-Q','value':'1'}]}\n" ANSWERED (
             "2") CHANGED ("Connected", "false", "false"));
  call = dup_call (f);
  party = json_object_get_object_member (call, "remoteParticipant");
  g_assert_cmpstr (json_object_get_string_member (party, "displayName"), ==, "Cy");
  g_assert_cmpstr (json_object_get_string_member (party, "displayNumber"), ==, "cy@lab.example");
}

/* --- failures --- */

static void
test_response_fails (HsCallFixture *f, gconstpointer data)
{
  g_autoptr (GError) error = g_error_new (HS_GATEWAY_ERROR, 26, "no");

  hs_call_fixture_make_connected (f);
  hs_fake_steps_fail_next (hs_fake_signalling_get_steps (f->signalling), HS_REQUEST_RESPOND_UPDATE,
                           error);
  update (f, "inactive");
  hs_call_fixture_expect (
      f, FAR_TRACK_ENDED ANSWERED (
             "2") "peer rollback\n"
                  "A call:operation {'operation':'HOLD','transition':'FINISH','isLocal':false,"
                  "'error':{'name':'BasicError','code':26,'message':'no'}}\n"
                  "A call:stateChange {'previous':{'state':'Connected','localHold':false,"
                  "'remoteHold':false},'error':{'name':'BasicError','code':26,'message':'no'}}\n");
  g_assert_false (is_held_remotely (f));
}

/* What was refused is offered again, and compares equal with what the peer saw. */
static void
test_resumed_after_a_refusal (HsCallFixture *f, gconstpointer data)
{
  g_autoptr (GError) error = g_error_new (HS_GATEWAY_ERROR, 26, "no");

  hs_call_fixture_make_connected (f);
  update (f, "inactive");
  hs_call_fixture_skip (f);
  hs_fake_steps_fail_next (hs_fake_signalling_get_steps (f->signalling), HS_REQUEST_RESPOND_UPDATE,
                           error);
  update (f, "sendrecv");
  hs_call_fixture_skip (f);
  g_assert_true (is_held_remotely (f));
  update (f, "sendrecv");
  hs_call_fixture_expect (f, ANSWERED ("4") DONE ("UNHOLD") CHANGED ("On Hold", "false", "true"));
  g_assert_false (is_held_remotely (f));
  assert_state (f, "Connected");
}

static void
test_response_to_added_media_fails (HsCallFixture *f, gconstpointer data)
{
  const char *const with[] = { "sendrecv", "sendrecv", NULL };
  g_autofree char *added = hs_fake_sdp_new ("far", "7", with);
  g_autoptr (GError) error = g_error_new (HS_GATEWAY_ERROR, 26, "no");

  hs_call_fixture_make_connected (f);
  hs_fake_steps_fail_next (hs_fake_signalling_get_steps (f->signalling), HS_REQUEST_RESPOND_UPDATE,
                           error);
  hs_call_fixture_receive (f, HS_MESSAGE_UPDATE, "leg-1", added);
  hs_call_fixture_expect (f, FAR_VIDEO ANSWERED ("2") "peer rollback\n");
}

/* What cannot be answered is not answered, and the call goes on. The room warns of it. */
static void
test_update_is_rubbish (HsCallFixture *f, gconstpointer data)
{
  HsFakeSteps *steps = hs_fake_peer_factory_get_steps (f->peers);
  g_autoptr (GError) error = g_error_new (HS_CALL_ERROR, HS_CALL_ERROR_GENERIC, "no");
  GLogLevelFlags fatal = g_log_set_always_fatal (G_LOG_LEVEL_CRITICAL | G_LOG_FATAL_MASK);

  hs_call_fixture_make_connected (f);
  hs_call_fixture_receive (f, HS_MESSAGE_UPDATE, "leg-1", "rubbish");
  hs_call_fixture_expect (f, "peer rollback\n");
  hs_fake_steps_fail_next (steps, HS_FAKE_SET_REMOTE, error);
  update (f, "inactive");
  hs_call_fixture_expect (f, "peer rollback\n");
  hs_fake_steps_fail_next (steps, HS_FAKE_CREATE_ANSWER, error);
  update (f, "sendrecv");
  hs_call_fixture_expect (f, "peer rollback\n");
  hs_fake_steps_fail_next (steps, HS_FAKE_CREATE_OFFER, error);
  hs_call_fixture_receive (f, HS_MESSAGE_UPDATE, "leg-1", NULL);
  hs_call_fixture_expect (f, "peer renew\npeer rollback\n");
  hs_fake_steps_fail_next (hs_fake_signalling_get_steps (f->signalling), HS_REQUEST_RESPOND_UPDATE,
                           error);
  hs_call_fixture_receive (f, HS_MESSAGE_UPDATE, "leg-1", NULL);
  hs_call_fixture_expect (f, "peer renew\n" OFFERED ("2") "peer rollback\n");

  g_log_set_always_fatal (fatal);

  /* Nothing of all that stands in the way. */
  update (f, "inactive");
  hs_call_fixture_expect (f, FAR_TRACK_ENDED ANSWERED ("3") DONE ("HOLD")
                                 CHANGED ("Connected", "false", "false"));
}

static void
test_ended_during_update (HsCallFixture *f, gconstpointer data)
{
  HsFakeSteps *steps = hs_fake_signalling_get_steps (f->signalling);

  hs_call_fixture_make_connected (f);
  hs_fake_steps_hold (steps, HS_REQUEST_RESPOND_UPDATE);
  update (f, "inactive");
  hs_call_fixture_skip (f);
  hs_call_fixture_receive_end (f, "leg-1", 0, NULL);
  hs_call_fixture_skip (f);
  hs_fake_steps_release (steps, HS_REQUEST_RESPOND_UPDATE, NULL);
  hs_call_fixture_expect (f, "");
}

static void
test_ended_before_update_is_applied (HsCallFixture *f, gconstpointer data)
{
  HsFakeSteps *steps = hs_fake_peer_factory_get_steps (f->peers);

  hs_call_fixture_make_connected (f);
  hs_fake_steps_hold (steps, HS_FAKE_SET_REMOTE);
  update (f, "inactive");
  hs_call_fixture_settle (f);
  g_assert_true (hs_calls_end (f->calls, hs_call_fixture_get_id (f, "A"), NULL, NULL));
  hs_call_fixture_settle (f);
  g_assert_cmpuint (hs_calls_count_live (f->calls), ==, 0);
}

/* --- crossing, early and repeated updates --- */

static void
test_glare (HsCallFixture *f, gconstpointer data)
{
  const HsOperationStatus statuses[] = { HS_OPERATION_ONGOING, HS_OPERATION_PENDING };

  for (guint i = 0; i < G_N_ELEMENTS (statuses); i++) {
    hs_call_fixture_set_up (f, NULL);
    hs_call_fixture_make_connected (f);
    occupy (f, statuses[i]);
    update (f, "inactive");
    hs_call_fixture_expect (f, "> REFUSE_UPDATE leg-1\n");
    hs_call_fixture_tear_down (f, NULL);
  }
}

/* Ours was refused: it ends with an error, and everything is as it was (2.8 a). */
static void
test_ours_is_refused (HsCallFixture *f, gconstpointer data)
{
  HsSignallingMessage message = {
    .kind = HS_MESSAGE_ANSWER,
    .session = (char *) "leg-1",
    .message_status_code = 49,
    .retry_after = 3,
  };

  hs_call_fixture_make_connected (f);
  occupy (f, HS_OPERATION_PENDING);
  hs_fake_signalling_receive (f->signalling, &message);
  hs_call_fixture_expect (
      f, "peer rollback\n"
         "A call:operation {'operation':'RENEGOTIATE','transition':'FINISH','isLocal':true,"
         "'previous':{'operation':'RENEGOTIATE','status':'PENDING'},'error':{'name':'BasicError',"
         "'code':'call:2','message':'another change of the call is under way, try again in 3 s'}}\n"
         "A call:stateChange {'previous':{'state':'Connected','localHold':false,"
         "'remoteHold':false},'error':{'name':'BasicError','code':'call:2',"
         "'message':'another change of the call is under way, try again in 3 s'}}\n");
}

static void
test_early_update (HsCallFixture *f, gconstpointer data)
{
  hs_call_fixture_make_initiated (f);
  update (f, "inactive");
  hs_call_fixture_expect (f, "");
  hs_fake_clock_advance (f->clock, 2999);
  answer (f, "sendrecv");
  hs_call_fixture_expect (
      f, FAR_TRACK "A call:operation {'operation':'MAKE','transition':'FINISH','isLocal':true,"
                   "'previous':{'operation':'MAKE','status':'PENDING'}}\n" CHANGED (
                       "Initiated", "false", "false") FAR_TRACK_ENDED ANSWERED ("2") DONE ("HOLD")
                       CHANGED ("Connected", "false", "false"));
}

static void
test_too_early_update (HsCallFixture *f, gconstpointer data)
{
  hs_call_fixture_make_initiated (f);
  update (f, "inactive");
  hs_fake_clock_advance (f->clock, 3000);
  g_assert_cmpuint (hs_fake_clock_count_timers (f->clock), ==, 0);
  answer (f, "sendrecv");
  hs_call_fixture_settle (f);
  assert_state (f, "Connected");
}

static void
test_update_during_update (HsCallFixture *f, gconstpointer data)
{
  HsFakeSteps *steps = hs_fake_signalling_get_steps (f->signalling);

  hs_call_fixture_make_connected (f);
  hs_fake_steps_hold (steps, HS_REQUEST_RESPOND_UPDATE);
  update (f, "inactive");
  update (f, "sendrecv");
  hs_call_fixture_expect (f, FAR_TRACK_ENDED ANSWERED ("2"));
  hs_fake_steps_release (steps, HS_REQUEST_RESPOND_UPDATE, NULL);
  hs_call_fixture_expect (f, DONE ("HOLD") CHANGED ("Connected", "false", "false")
                                 FAR_TRACK ANSWERED ("3"));
  hs_fake_steps_release (steps, HS_REQUEST_RESPOND_UPDATE, NULL);
  hs_call_fixture_expect (f, DONE ("UNHOLD") CHANGED ("On Hold", "false", "true"));
}

/* One that waits too long for another gets its answer: no. */
static void
test_update_waits_too_long (HsCallFixture *f, gconstpointer data)
{
  HsFakeSteps *steps = hs_fake_signalling_get_steps (f->signalling);

  hs_call_fixture_make_connected (f);
  hs_fake_steps_hold (steps, HS_REQUEST_RESPOND_UPDATE);
  update (f, "inactive");
  update (f, "sendrecv");
  hs_call_fixture_skip (f);
  hs_fake_clock_advance (f->clock, 3000);
  hs_call_fixture_expect (f, "> REFUSE_UPDATE leg-1\n");
  hs_fake_steps_release (steps, HS_REQUEST_RESPOND_UPDATE, NULL);
  hs_call_fixture_expect (f, DONE ("HOLD") CHANGED ("Connected", "false", "false"));
}

/* No flood of messages makes a call grow. */
static void
test_flood (HsCallFixture *f, gconstpointer data)
{
  hs_call_fixture_make_initiated (f);
  for (guint i = 0; i < 100; i++)
    update (f, "inactive");
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
  update (f, "inactive");
  hs_call_fixture_skip (f);
  hs_call_fixture_receive (f, HS_MESSAGE_UPDATE, "leg-1", NULL);
  hs_call_fixture_expect (f, "peer renew\n" OFFERED ("3"));
  call = dup_call (f);
  op = json_object_get_object_member (call, "remoteOp");
  g_assert_cmpstr (json_object_get_string_member (op, "operation"), ==, "SLOW_START");
  g_assert_cmpstr (json_object_get_string_member (op, "status"), ==, "ONGOING");
  answer (f, "sendrecv");
  hs_call_fixture_expect (f, FAR_TRACK DONE_SLOWLY ("UNHOLD") CHANGED ("On Hold", "false", "true"));
  json_object_unref (call);
  call = dup_call (f);
  g_assert_false (json_object_has_member (call, "remoteOp"));
}

static void
test_slow_start_broker_only (HsCallFixture *f, gconstpointer data)
{
  hs_call_fixture_configure (f, "{\"call\":{\"mediaBrokerOnly\":true}}");
  hs_call_fixture_make_connected (f);
  hs_call_fixture_receive (f, HS_MESSAGE_UPDATE, "leg-1", NULL);
  hs_call_fixture_expect (f, OFFERED ("2"));
  answer (f, "sendrecv");
  hs_call_fixture_expect (f, CHANGED ("Connected", "false", "false"));
}

static void
test_slow_start_holds (HsCallFixture *f, gconstpointer data)
{
  hs_call_fixture_make_connected (f);
  begin_slow_start (f);
  answer (f, "inactive");
  hs_call_fixture_expect (f, FAR_TRACK_ENDED DONE_SLOWLY ("HOLD")
                                 CHANGED ("Connected", "false", "false"));
}

/* While we hold, a far end that resumes gets no media. */
static void
test_slow_start_while_both_hold (HsCallFixture *f, gconstpointer data)
{
  hs_call_fixture_make_connected (f);
  update (f, "inactive");
  hold_locally (f);
  begin_slow_start (f);
  answer (f, "sendrecv");
  hs_call_fixture_expect (f, DONE_SLOWLY ("UNHOLD") CHANGED ("On Hold", "true", "true"));
  g_assert_nonnull (strstr (get_remote (f), "a=inactive"));
}

/* State and flags agree even when the far end's change has no name. */
static void
test_slow_start_without_a_name (HsCallFixture *f, gconstpointer data)
{
  hs_call_fixture_make_connected (f);
  update (f, "inactive");
  hs_call_fixture_skip (f);
  begin_slow_start (f);
  answer (f, "recvonly");
  hs_call_fixture_expect (f, DONE_SLOWLY ("UNHOLD") CHANGED ("On Hold", "false", "true"));
}

static void
test_slow_start_refused (HsCallFixture *f, gconstpointer data)
{
  hs_call_fixture_make_connected (f);
  begin_slow_start (f);
  hs_call_fixture_receive (f, HS_MESSAGE_ANSWER, "leg-1", NULL);
  hs_call_fixture_expect (f, "peer rollback\n");
  update (f, "inactive");
  hs_call_fixture_expect (f, FAR_TRACK_ENDED ANSWERED ("3") DONE ("HOLD")
                                 CHANGED ("Connected", "false", "false"));
}

/* An offer of ours that nobody answers does not block the call for good. */
static void
test_slow_start_forgotten (HsCallFixture *f, gconstpointer data)
{
  hs_call_fixture_make_connected (f);
  begin_slow_start (f);
  update (f, "inactive");
  hs_call_fixture_expect (f, "");
  hs_fake_clock_advance (f->clock, 3000);
  hs_call_fixture_expect (f, "peer rollback\n" FAR_TRACK_ENDED ANSWERED ("3") DONE ("HOLD")
                                 CHANGED ("Connected", "false", "false"));
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
  assert_state (f, "Ended");
}

/* --- statistics run beside everything --- */

static void
test_stats (HsCallFixture *f, gconstpointer data)
{
  const char *id;

  hs_call_fixture_make_connected (f);
  id = hs_call_fixture_get_id (f, "A");
  g_assert_true (
      hs_calls_get_stats (f->calls, id, NULL, hs_call_fixture_new_waiter (f, "stats"), NULL));
  hs_call_fixture_expect (
      f, "A call:operation {'operation':'GET_STATS','transition':'START','isLocal':true}\n"
         "A call:operation {'operation':'GET_STATS','transition':'FINISH','isLocal':true,"
         "'previous':{'operation':'GET_STATS','status':'ONGOING'}}\n"
         "A call:statsReceived {'result':{'of':'all'}}\n"
         "waiter stats: report\n");
  g_assert_true (hs_calls_get_stats (f->calls, id, "R-audio", NULL, NULL));
  hs_call_fixture_settle (f);
  g_assert_cmpstr (f->lines->pdata[2], ==,
                   "A call:statsReceived {'result':{'of':'R-audio'},'trackId':'R-audio'}");
}

static void
test_stats_fail (HsCallFixture *f, gconstpointer data)
{
  g_autoptr (GError) error = g_error_new (HS_CALL_ERROR, HS_CALL_ERROR_GENERIC, "no such track");

  hs_call_fixture_make_connected (f);
  hs_fake_steps_fail_next (hs_fake_peer_factory_get_steps (f->peers), HS_FAKE_GET_STATS, error);
  g_assert_true (hs_calls_get_stats (f->calls, hs_call_fixture_get_id (f, "A"), "x",
                                     hs_call_fixture_new_waiter (f, "stats"), NULL));
  hs_call_fixture_expect (
      f, "A call:operation {'operation':'GET_STATS','transition':'START','isLocal':true}\n"
         "A call:operation {'operation':'GET_STATS','transition':'FINISH','isLocal':true,"
         "'previous':{'operation':'GET_STATS','status':'ONGOING'},'error':{'name':'BasicError',"
         "'code':'call:2','message':'no such track'}}\n"
         "A call:statsReceived {'error':{'name':'BasicError','code':'call:2',"
         "'message':'no such track'},'trackId':'x'}\n"
         "waiter stats: call:2 no such track\n");
}

static void
test_stats_without_media (HsCallFixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  hs_call_fixture_ring_slowly (f);
  g_assert_false (
      hs_calls_get_stats (f->calls, hs_call_fixture_get_id (f, "A"), "x", NULL, &error));
  g_assert_error (error, HS_CALL_ERROR, HS_CALL_ERROR_GENERIC);
  hs_call_fixture_settle (f);
  g_assert_cmpstr (f->lines->pdata[2], ==,
                   "A call:statsReceived {'error':{'name':'BasicError','code':'call:2',"
                   "'message':'the call has no media'},'trackId':'x'}");
}

static void
test_stats_beside_a_negotiation (HsCallFixture *f, gconstpointer data)
{
  hs_call_fixture_make_connected (f);
  occupy (f, HS_OPERATION_PENDING);
  g_assert_true (hs_calls_get_stats (f->calls, hs_call_fixture_get_id (f, "A"), NULL, NULL, NULL));
  hs_call_fixture_expect (
      f, "A call:operation {'operation':'GET_STATS','transition':'START','isLocal':true,"
         "'previous':{'operation':'RENEGOTIATE','status':'PENDING'}}\n"
         "A call:operation {'operation':'GET_STATS','transition':'FINISH','isLocal':true,"
         "'previous':{'operation':'RENEGOTIATE','status':'PENDING'}}\n"
         "A call:statsReceived {'result':{'of':'all'}}\n");
}

/* They do not keep a negotiation away, and end with the call. */
static void
test_end_while_stats_are_made (HsCallFixture *f, gconstpointer data)
{
  HsFakeSteps *steps = hs_fake_peer_factory_get_steps (f->peers);

  hs_call_fixture_make_connected (f);
  hs_fake_steps_hold (steps, HS_FAKE_GET_STATS);
  g_assert_true (hs_calls_get_stats (f->calls, hs_call_fixture_get_id (f, "A"), NULL,
                                     hs_call_fixture_new_waiter (f, "stats"), NULL));
  occupy (f, HS_OPERATION_PENDING);
  g_assert_true (hs_calls_end (f->calls, hs_call_fixture_get_id (f, "A"), NULL, NULL));
  hs_call_fixture_settle (f);
  g_assert_cmpuint (f->waiting, ==, 0);
  g_assert_cmpstr (f->returned->pdata[0], ==, "waiter stats: call:2 the call has ended");
}

/* The call's end takes nobody's answer away. */
static void
test_ended_there_while_stats_are_made (HsCallFixture *f, gconstpointer data)
{
  HsFakeSteps *steps = hs_fake_peer_factory_get_steps (f->peers);

  hs_call_fixture_make_connected (f);
  hs_fake_steps_hold (steps, HS_FAKE_GET_STATS);
  g_assert_true (hs_calls_get_stats (f->calls, hs_call_fixture_get_id (f, "A"), NULL,
                                     hs_call_fixture_new_waiter (f, "stats"), NULL));
  hs_call_fixture_receive_end (f, "leg-1", 0, NULL);
  hs_call_fixture_settle (f);
  g_assert_cmpuint (f->lines->len, ==, 8);
  g_assert_cmpstr (f->lines->pdata[6], ==,
                   "A call:operation {'operation':'GET_STATS','transition':'FINISH',"
                   "'isLocal':true,'error':{'name':'BasicError','code':'call:2',"
                   "'message':'the call has ended'}}");
}

#define ADD(path, function)                                                                        \
  g_test_add ("/call/update/" path, HsCallFixture, NULL, hs_call_fixture_set_up, function,         \
              hs_call_fixture_tear_down)

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  ADD ("held-and-resumed", test_held_and_resumed);
  ADD ("held-twice", test_held_twice);
  ADD ("held-by-sending-only", test_held_by_sending_only);
  ADD ("music-on-hold", test_music_on_hold);
  ADD ("both-hold", test_both_hold);
  ADD ("hold-seen-as-no-change", test_hold_seen_as_no_change);
  ADD ("video-added-and-removed", test_video_added_and_removed);
  ADD ("setup-is-opened", test_setup_is_opened);
  ADD ("new-party", test_new_party);
  ADD ("response-fails", test_response_fails);
  ADD ("response-to-added-media-fails", test_response_to_added_media_fails);
  ADD ("resumed-after-a-refusal", test_resumed_after_a_refusal);
  ADD ("update-is-rubbish", test_update_is_rubbish);
  ADD ("ended-during-update", test_ended_during_update);
  ADD ("ended-before-update-is-applied", test_ended_before_update_is_applied);
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
  ADD ("stats", test_stats);
  ADD ("stats-fail", test_stats_fail);
  ADD ("stats-without-media", test_stats_without_media);
  ADD ("stats-beside-a-negotiation", test_stats_beside_a_negotiation);
  ADD ("end-while-stats-are-made", test_end_while_stats_are_made);
  ADD ("ended-there-while-stats-are-made", test_ended_there_while_stats_are_made);
  return g_test_run ();
}
