/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The far end changes a call: what it proposes, and what cannot be answered. */
#include "base/hs-error.h"
#include "base/hs-json.h"
#include "hs-far-update.h"

#include <string.h>

static void
test_held_and_resumed (HsCallFixture *f, gconstpointer data)
{
  hs_call_fixture_make_connected (f);
  hs_far_update_propose (f, "inactive");
  hs_call_fixture_expect (f, HS_LINE_FAR_TRACK_ENDED ("A") HS_LINE_ANSWERED ("2") HS_LINE_DONE (
                                 "HOLD") HS_LINE_CHANGED ("Connected", "false", "false"));
  hs_far_update_propose (f, "sendrecv");
  hs_call_fixture_expect (f, HS_LINE_FAR_TRACK ("A") HS_LINE_ANSWERED ("3") HS_LINE_DONE ("UNHOLD")
                                 HS_LINE_CHANGED ("On Hold", "false", "true"));
  g_assert_cmpuint (hs_calls_count_live (f->calls), ==, 1);
}

static void
test_held_twice (HsCallFixture *f, gconstpointer data)
{
  hs_call_fixture_make_connected (f);
  hs_far_update_propose (f, "inactive");
  hs_call_fixture_skip (f);
  hs_far_update_propose (f, "inactive");
  hs_call_fixture_expect (f, HS_LINE_ANSWERED ("3") HS_LINE_CHANGED ("On Hold", "false", "true"));
  g_assert_true (hs_far_update_is_held_remotely (f));
}

/* Older clients hold by sending only. */
static void
test_held_by_sending_only (HsCallFixture *f, gconstpointer data)
{
  hs_call_fixture_make_connected (f);
  hs_far_update_propose (f, "sendonly");
  hs_call_fixture_expect (f, HS_LINE_ANSWERED ("2") HS_LINE_DONE ("HOLD")
                                 HS_LINE_CHANGED ("Connected", "false", "false"));
  hs_far_update_propose (f, "sendrecv");
  hs_call_fixture_expect (f, HS_LINE_ANSWERED ("3") HS_LINE_DONE ("UNHOLD")
                                 HS_LINE_CHANGED ("On Hold", "false", "true"));
}

static void
test_music_on_hold (HsCallFixture *f, gconstpointer data)
{
  hs_call_fixture_make_connected (f);
  hs_far_update_propose (f, "inactive");
  hs_call_fixture_skip (f);
  hs_far_update_propose (f, "sendonly");
  hs_call_fixture_expect (f, HS_LINE_FAR_TRACK ("A") HS_LINE_ANSWERED ("3"));
  hs_far_update_propose (f, "inactive");
  hs_call_fixture_expect (f, HS_LINE_FAR_TRACK_ENDED ("A") HS_LINE_ANSWERED ("4"));
  hs_far_update_propose (f, "sendrecv");
  hs_call_fixture_expect (f, HS_LINE_FAR_TRACK ("A") HS_LINE_ANSWERED ("5") HS_LINE_DONE ("UNHOLD")
                                 HS_LINE_CHANGED ("On Hold", "false", "true"));
}

static void
test_both_hold (HsCallFixture *f, gconstpointer data)
{
  hs_call_fixture_make_connected (f);
  hs_far_update_hold_locally (f);
  hs_far_update_propose (f, "inactive");
  hs_call_fixture_expect (f, HS_LINE_FAR_TRACK_ENDED ("A") HS_LINE_ANSWERED ("2") HS_LINE_DONE (
                                 "HOLD") HS_LINE_CHANGED ("On Hold", "true", "false"));

  /* The far end resumes: what it proposes is taken as inactive, for we still hold. */
  hs_far_update_propose (f, "sendrecv");
  hs_call_fixture_expect (f, HS_LINE_ANSWERED ("3") HS_LINE_DONE ("UNHOLD")
                                 HS_LINE_CHANGED ("On Hold", "true", "true"));
  g_assert_nonnull (strstr (hs_far_update_get_remote (f), "a=inactive"));
  g_assert_null (strstr (hs_far_update_get_remote (f), "a=sendrecv"));
}

/* An offer that says nothing new while we hold is the far end's hold too. */
static void
test_hold_seen_as_no_change (HsCallFixture *f, gconstpointer data)
{
  hs_call_fixture_make_connected (f);
  hs_far_update_propose (f, "inactive");
  hs_far_update_propose (f, "sendrecv");
  hs_call_fixture_skip (f);
  hs_far_update_hold_locally (f);
  hs_far_update_propose (f, "sendrecv");
  hs_call_fixture_expect (f, HS_LINE_FAR_TRACK_ENDED ("A") HS_LINE_ANSWERED ("4")
                                 HS_LINE_CHANGED ("On Hold", "true", "false"));
  hs_far_update_propose (f, "inactive");
  hs_call_fixture_expect (f, HS_LINE_ANSWERED ("5") HS_LINE_DONE ("HOLD")
                                 HS_LINE_CHANGED ("On Hold", "true", "false"));
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
  hs_call_fixture_expect (f, HS_LINE_FAR_VIDEO HS_LINE_ANSWERED ("2"));
  hs_call_fixture_receive (f, HS_MESSAGE_UPDATE, "leg-1", removed);
  hs_call_fixture_expect (
      f, "A call:trackEnded {'local':false,'trackId':'R-video','performRenegotiation':false,"
         "'mediaId':'stream-R'}\n" HS_LINE_ANSWERED ("3"));
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
  g_assert_nonnull (strstr (hs_far_update_get_remote (f), "a=setup:actpass"));
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
      f, "A call:customParameters "
         "{'customParameters':[{'name':'X-Q','value':'1'}]}\n" HS_LINE_ANSWERED ("2")
             HS_LINE_CHANGED ("Connected", "false", "false"));
  call = hs_call_fixture_dup_call (f, "A");
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
  hs_far_update_propose (f, "inactive");
  hs_call_fixture_expect (
      f, HS_LINE_FAR_TRACK_ENDED ("A") HS_LINE_ANSWERED (
             "2") "peer rollback\n"
                  "A call:operation {'operation':'HOLD','transition':'FINISH','isLocal':false,"
                  "'error':{'name':'BasicError','code':26,'message':'no'}}\n"
                  "A call:stateChange {'previous':{'state':'Connected','localHold':false,"
                  "'remoteHold':false},'error':{'name':'BasicError','code':26,'message':'no'}}\n");
  g_assert_false (hs_far_update_is_held_remotely (f));
}

/* What was refused is offered again, and compares equal with what the peer saw. */
static void
test_resumed_after_a_refusal (HsCallFixture *f, gconstpointer data)
{
  g_autoptr (GError) error = g_error_new (HS_GATEWAY_ERROR, 26, "no");

  hs_call_fixture_make_connected (f);
  hs_far_update_propose (f, "inactive");
  hs_call_fixture_skip (f);
  hs_fake_steps_fail_next (hs_fake_signalling_get_steps (f->signalling), HS_REQUEST_RESPOND_UPDATE,
                           error);
  hs_far_update_propose (f, "sendrecv");
  hs_call_fixture_skip (f);
  g_assert_true (hs_far_update_is_held_remotely (f));
  hs_far_update_propose (f, "sendrecv");
  hs_call_fixture_expect (f, HS_LINE_ANSWERED ("4") HS_LINE_DONE ("UNHOLD")
                                 HS_LINE_CHANGED ("On Hold", "false", "true"));
  g_assert_false (hs_far_update_is_held_remotely (f));
  hs_far_update_assert_state (f, "Connected");
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
  hs_call_fixture_expect (f, HS_LINE_FAR_VIDEO HS_LINE_ANSWERED ("2") "peer rollback\n");
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
  hs_far_update_propose (f, "inactive");
  hs_call_fixture_expect (f, "peer rollback\n");
  hs_fake_steps_fail_next (steps, HS_FAKE_CREATE_ANSWER, error);
  hs_far_update_propose (f, "sendrecv");
  hs_call_fixture_expect (f, "peer rollback\n");
  hs_fake_steps_fail_next (steps, HS_FAKE_CREATE_OFFER, error);
  hs_call_fixture_receive (f, HS_MESSAGE_UPDATE, "leg-1", NULL);
  hs_call_fixture_expect (f, "peer renew\npeer rollback\n");
  hs_fake_steps_fail_next (hs_fake_signalling_get_steps (f->signalling), HS_REQUEST_RESPOND_UPDATE,
                           error);
  hs_call_fixture_receive (f, HS_MESSAGE_UPDATE, "leg-1", NULL);
  hs_call_fixture_expect (f, "peer renew\n" HS_LINE_OFFERED ("2") "peer rollback\n");

  g_log_set_always_fatal (fatal);

  /* Nothing of all that stands in the way. */
  hs_far_update_propose (f, "inactive");
  hs_call_fixture_expect (f, HS_LINE_FAR_TRACK_ENDED ("A") HS_LINE_ANSWERED ("3") HS_LINE_DONE (
                                 "HOLD") HS_LINE_CHANGED ("Connected", "false", "false"));
}

static void
test_ended_during_update (HsCallFixture *f, gconstpointer data)
{
  HsFakeSteps *steps = hs_fake_signalling_get_steps (f->signalling);

  hs_call_fixture_make_connected (f);
  hs_fake_steps_hold (steps, HS_REQUEST_RESPOND_UPDATE);
  hs_far_update_propose (f, "inactive");
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
  hs_far_update_propose (f, "inactive");
  hs_call_fixture_settle (f);
  g_assert_true (hs_calls_end (f->calls, hs_call_fixture_get_id (f, "A"), NULL, NULL));
  hs_call_fixture_settle (f);
  g_assert_cmpuint (hs_calls_count_live (f->calls), ==, 0);
}

static void
test_ended_there_while_applied (HsCallFixture *f, gconstpointer data)
{
  hs_call_fixture_make_connected (f);
  hs_fake_steps_hold (hs_fake_peer_factory_get_steps (f->peers), HS_FAKE_SET_REMOTE);
  hs_far_update_propose (f, "inactive");
  hs_call_fixture_skip (f);
  hs_far_update_end (f);
}

static void
test_ended_there_while_answered (HsCallFixture *f, gconstpointer data)
{
  hs_call_fixture_make_connected (f);
  hs_fake_steps_hold (hs_fake_peer_factory_get_steps (f->peers), HS_FAKE_CREATE_ANSWER);
  hs_far_update_propose (f, "inactive");
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
  ADD ("ended-there-while-it-is-applied", test_ended_there_while_applied);
  ADD ("ended-there-while-it-is-answered", test_ended_there_while_answered);
  return g_test_run ();
}
