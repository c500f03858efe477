/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Changes of what we send that fail leave everything as it was. */
#include "base/hs-error.h"
#include "hs-far-update.h"
#include "hs-media-change.h"

#include <string.h>

static const HsMediaRequest video = { .video = TRUE };

#define BACK "peer bandwidth none\npeer dscp none\n"

static void
test_device_cannot_be_opened (HsCallFixture *f, gconstpointer data)
{
  g_autoptr (GError) error = g_error_new (HS_CALL_ERROR, HS_CALL_ERROR_USER_MEDIA, "no camera");

  hs_call_fixture_make_connected (f);
  hs_fake_steps_fail_next (hs_fake_peer_factory_get_steps (f->peers), HS_FAKE_OPEN_MEDIA, error);
  hs_media_change_add (f, &video, HS_MEDIA_CHANGE_OPTIONS, "add");
  hs_call_fixture_expect (f,
                          HS_LINE_REFUSED ("ADD_MEDIA", "ADD_MEDIA", HS_LINE_NO_MEDIA, "'call:4'",
                                           "no camera") "waiter add: call:4 no camera\n");
  hs_media_change_assert_options (f, "{\"audio\":null,\"video\":null}", NULL);
}

/* What was opened ends, limits and controls are as before, and it can be tried again. */
static void
test_gateway_refuses_to_add (HsCallFixture *f, gconstpointer data)
{
  g_autoptr (GError) error = g_error_new (HS_GATEWAY_ERROR, 26, "no");

  hs_call_fixture_make_connected (f);
  hs_fake_steps_fail_next (hs_fake_signalling_get_steps (f->signalling), HS_REQUEST_UPDATE, error);
  hs_media_change_add (f, &video, HS_MEDIA_CHANGE_OPTIONS, "add");
  hs_call_fixture_expect (
      f,
      HS_LINE_BEGUN ("ADD_MEDIA") HS_LINE_LOCAL_TRACK (
          "A", "L2") "peer bandwidth {'video':500}\n"
                     "peer dscp {'videoNetworkPriority':'high'}\n" HS_LINE_SENT (
                         "2") "peer rollback\n" HS_LINE_TRACK_ENDED ("L2", "false")
                         BACK HS_LINE_OPERATION ("A", "ADD_MEDIA", "FINISH",
                                                 HS_LINE_ONGOING ("ADD_MEDIA")
                                                     HS_LINE_ERROR ("26", "no"))
                             HS_LINE_NEW_MEDIA (HS_LINE_ERROR ("26", "no")) "waiter add: 26 no\n");
  hs_media_change_assert_tracks (f, "[\"L1\"]");
  hs_media_change_assert_options (f, "{\"audio\":null,\"video\":null}", NULL);

  hs_media_change_begin (f, hs_media_change_start_video, "start");
  hs_call_fixture_settle (f);
  hs_media_change_answer (f, "recvonly");
  hs_call_fixture_skip (f);
  hs_media_change_assert_tracks (f, "[\"L1\",\"L3\"]");
}

static void
test_gateway_refuses_to_remove (HsCallFixture *f, gconstpointer data)
{
  g_autoptr (GError) error = g_error_new (HS_GATEWAY_ERROR, 26, "no");

  hs_media_change_make_with_video (f);
  hs_fake_steps_fail_next (hs_fake_signalling_get_steps (f->signalling), HS_REQUEST_UPDATE, error);
  hs_media_change_begin (f, hs_calls_stop_video, "stop");
  hs_call_fixture_expect (
      f, HS_LINE_BEGUN ("REMOVE_BASIC_MEDIA") "peer remove L2\n" HS_LINE_SENT (
             "3") "peer rollback\n" HS_LINE_OPERATION ("A", "REMOVE_MEDIA", "FINISH",
                                                       HS_LINE_ONGOING ("REMOVE_BASIC_MEDIA")
                                                           HS_LINE_ERROR ("26", "no"))
             HS_LINE_REMOVED_MEDIA ("'L2'", HS_LINE_ERROR ("26", "no")) "waiter stop: 26 no\n");
  hs_media_change_assert_tracks (f, "[\"L1\",\"L2\"]");

  hs_media_change_begin (f, hs_calls_hold, NULL);
  hs_call_fixture_skip (f);
  hs_media_change_begin (f, hs_calls_end, NULL);
  hs_call_fixture_skip (f);
}

static void
test_offer_cannot_be_made (HsCallFixture *f, gconstpointer data)
{
  g_autoptr (GError) error = g_error_new (HS_CALL_ERROR, HS_CALL_ERROR_INVALID_OFFER, "no");

  hs_call_fixture_make_connected (f);
  hs_fake_steps_fail_next (hs_fake_peer_factory_get_steps (f->peers), HS_FAKE_CREATE_OFFER, error);
  hs_media_change_begin (f, hs_media_change_start_video, "start");
  hs_call_fixture_expect (
      f,
      HS_LINE_BEGUN ("ADD_BASIC_MEDIA") HS_LINE_LOCAL_TRACK (
          "A", "L2") "peer rollback\n" HS_LINE_TRACK_ENDED ("L2", "false")
          HS_LINE_OPERATION ("A", "ADD_MEDIA", "FINISH",
                             HS_LINE_ONGOING ("ADD_BASIC_MEDIA") HS_LINE_ERROR ("'call:9'", "no"))
              HS_LINE_NEW_MEDIA (HS_LINE_ERROR ("'call:9'", "no")) "waiter start: call:9 no\n");
  hs_media_change_assert_tracks (f, "[\"L1\"]");
}

/* Both sides at once: theirs is refused, ours goes on, or the gateway refuses ours. */
static void
test_glare (HsCallFixture *f, gconstpointer data)
{
  const char *const directions[] = { "sendrecv", "sendrecv", NULL };
  g_autofree char *sdp = hs_fake_sdp_new ("far", "7", directions);

  hs_call_fixture_make_connected (f);
  hs_media_change_begin (f, hs_media_change_start_video, "start");
  hs_call_fixture_skip (f);
  hs_call_fixture_receive (f, HS_MESSAGE_UPDATE, "leg-1", sdp);
  hs_call_fixture_expect (f, "> REFUSE_UPDATE leg-1\n");
  hs_far_update_refuse_ours (f);
  hs_call_fixture_expect (
      f,
      "peer rollback\n" HS_LINE_TRACK_ENDED ("L2", "false") HS_LINE_OPERATION (
          "A", "ADD_MEDIA", "FINISH",
          HS_LINE_PENDING ("ADD_BASIC_MEDIA", HS_LINE_ADDED ("L2"))
              HS_LINE_ERROR ("'call:2'", HS_FAR_UPDATE_TRY_AGAIN))
          HS_LINE_NEW_MEDIA (HS_LINE_ERROR (
              "'call:2'", HS_FAR_UPDATE_TRY_AGAIN)) "waiter start: call:2 " HS_FAR_UPDATE_TRY_AGAIN
                                                    "\n");

  hs_call_fixture_receive (f, HS_MESSAGE_UPDATE, "leg-1", sdp);
  hs_call_fixture_expect (
      f, "A call:newTrack {'local':false,'trackId':'R-video','mediaId':'stream-R'}\n"
         "> RESPOND_UPDATE leg-1 sdp=answer-3\n");
}

/* What is opened and not agreed to yet gets another device meanwhile: it is that one which ends. */
static void
test_replaced_while_pending (HsCallFixture *f, gconstpointer data)
{
  hs_call_fixture_make_connected (f);
  hs_media_change_begin (f, hs_media_change_start_video, "start");
  hs_call_fixture_settle (f);
  g_assert_true (
      hs_calls_replace_track (f->calls, hs_call_fixture_get_id (f, "A"), "L2", &video, NULL, NULL));
  hs_call_fixture_skip (f);
  hs_media_change_assert_tracks (f, "[\"L1\",\"L3\"]");
  hs_call_fixture_receive (f, HS_MESSAGE_ANSWER, "leg-1", NULL);
  hs_call_fixture_settle (f);
  g_assert_cmpstr (f->lines->pdata[1], ==,
                   "A call:trackEnded {'local':true,'trackId':'L3','performRenegotiation':false,"
                   "'mediaId':'stream-L'}");
  g_assert_nonnull (strstr (f->lines->pdata[3], "A call:newMedia {'local':true,'tracks':['L3']"));
  g_assert_cmpuint (f->lines->len, ==, 4);
  hs_call_fixture_skip (f);
  hs_media_change_assert_tracks (f, "[\"L1\"]");
}

/* There is no way back from an answer that cannot be used (2.8 b). */
static void
test_answer_does_not_fit (HsCallFixture *f, gconstpointer data)
{
  hs_call_fixture_make_connected (f);
  hs_media_change_begin (f, hs_media_change_start_video, "start");
  hs_call_fixture_skip (f);
  hs_media_change_answer (f, NULL);
  hs_call_fixture_settle (f);
  g_assert_cmpstr (f->returned->pdata[0], ==, "waiter start: call:10 the sections differ");
  hs_call_fixture_skip (f);
  {
    g_autoptr (JsonObject) call = hs_call_fixture_dup_call (f, "A");
    JsonObject *error = json_object_get_object_member (call, "error");

    g_assert_cmpstr (json_object_get_string_member (call, "state"), ==, "Ended");
    g_assert_cmpstr (json_object_get_string_member (error, "code"), ==, "call:10");
  }
}

/* --- the call ends meanwhile --- */

static void
test_ended_while_opening (HsCallFixture *f, gconstpointer data)
{
  HsFakeSteps *steps = hs_fake_peer_factory_get_steps (f->peers);

  hs_call_fixture_make_connected (f);
  hs_fake_steps_hold (steps, HS_FAKE_OPEN_MEDIA);
  hs_media_change_begin (f, hs_media_change_start_video, "start");
  hs_call_fixture_skip (f);
  hs_call_fixture_receive_end (f, "leg-1", 486, "Busy");
  hs_call_fixture_settle (f);
  g_assert_cmpstr (f->returned->pdata[0], ==, "waiter start: 486 Busy");
  for (guint i = 0; i < f->lines->len; i++)
    g_assert_null (strstr (f->lines->pdata[i], "ADD_"));
}

static void
test_ended_here (HsCallFixture *f, gconstpointer data)
{
  hs_media_change_make_with_video (f);
  hs_media_change_end_before_reply (f, hs_calls_stop_video);
}

#define ADD(path, function)                                                                        \
  g_test_add ("/call/media/" path, HsCallFixture, NULL, hs_call_fixture_set_up, function,          \
              hs_call_fixture_tear_down)

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  ADD ("device-cannot-be-opened", test_device_cannot_be_opened);
  ADD ("gateway-refuses-to-add", test_gateway_refuses_to_add);
  ADD ("gateway-refuses-to-remove", test_gateway_refuses_to_remove);
  ADD ("offer-cannot-be-made", test_offer_cannot_be_made);
  ADD ("glare", test_glare);
  ADD ("replaced-while-pending", test_replaced_while_pending);
  ADD ("answer-does-not-fit", test_answer_does_not_fit);
  ADD ("ended-while-opening", test_ended_while_opening);
  ADD ("ended-here", test_ended_here);
  return g_test_run ();
}
