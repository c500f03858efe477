/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What we send changes: begun, agreed to, and what else says that it has. */
#include "base/hs-error.h"
#include "base/hs-json.h"
#include "hs-media-change.h"

#include <string.h>

static const HsMediaRequest audio = { .audio = TRUE };
static const HsMediaRequest video = { .video = TRUE };
static const HsMediaRequest screen = { .screen = TRUE };

static JsonObject *
parse (const char *json)
{
  g_autoptr (JsonNode) node = hs_json_parse (json, -1, NULL);

  return json_node_dup_object (node);
}

/* The directions of our last description, in the order of its sections. */
static void
assert_offered (HsCallFixture *f, const char *expected)
{
  const char *sdp = hs_fake_peer_get_local (hs_fake_peer_factory_get_last (f->peers));
  g_auto (GStrv) lines = g_strsplit (sdp, "\r\n", -1);
  g_autoptr (GString) directions = g_string_new (NULL);

  for (guint i = 0; lines[i] != NULL; i++) {
    if (g_str_has_prefix (lines[i], "a=send") || g_str_has_prefix (lines[i], "a=recv") ||
        g_str_has_prefix (lines[i], "a=inactive"))
      g_string_append_printf (directions, "%s%s", directions->len > 0 ? " " : "", lines[i] + 2);
  }
  g_assert_cmpstr (directions->str, ==, expected);
}

/* --- the ladder of 3.7 --- */

static void
test_video_started_and_stopped (HsCallFixture *f, gconstpointer data)
{
  hs_call_fixture_make_connected (f);
  hs_media_change_begin (f, hs_media_change_start_video, "start");
  hs_call_fixture_expect (f, HS_LINE_BEGUN ("ADD_BASIC_MEDIA") HS_LINE_LOCAL_TRACK ("A", "L2")
                                 HS_LINE_SENT ("2") HS_LINE_TAKEN ("ADD_BASIC_MEDIA"));
  assert_offered (f, "sendrecv sendrecv");
  hs_media_change_answer (f, "recvonly");
  hs_call_fixture_expect (
      f, HS_LINE_OPERATION ("A", "ADD_MEDIA", "FINISH",
                            HS_LINE_PENDING ("ADD_BASIC_MEDIA", HS_LINE_ADDED ("L2")))
             HS_LINE_NEW_MEDIA ("") "waiter start: ok\n");
  hs_media_change_assert_tracks (f, "[\"L1\",\"L2\"]");

  hs_media_change_begin (f, hs_calls_stop_video, "stop");
  hs_call_fixture_expect (f, HS_LINE_BEGUN ("REMOVE_BASIC_MEDIA") "peer remove L2\n" HS_LINE_SENT (
                                 "3") HS_LINE_TAKEN ("REMOVE_BASIC_MEDIA"));
  assert_offered (f, "sendrecv recvonly");
  hs_media_change_assert_tracks (f, "[\"L1\",\"L2\"]");
  hs_media_change_answer (f, "inactive");
  hs_call_fixture_expect (f, HS_LINE_TRACK_ENDED ("L2", "false") HS_LINE_OPERATION (
                                 "A", "REMOVE_MEDIA", "FINISH",
                                 HS_LINE_PENDING ("REMOVE_BASIC_MEDIA", HS_LINE_REMOVED ("L2")))
                                 HS_LINE_REMOVED_MEDIA ("'L2'", "") "waiter stop: ok\n");
  hs_media_change_assert_tracks (f, "[\"L1\"]");

  hs_media_change_begin (f, hs_media_change_start_video, NULL);
  hs_call_fixture_settle (f);
  assert_offered (f, "sendrecv sendrecv");
  hs_media_change_answer (f, "recvonly");
  hs_call_fixture_skip (f);
  hs_media_change_assert_tracks (f, "[\"L1\",\"L3\"]");
}

static void
test_media_added_and_removed (HsCallFixture *f, gconstpointer data)
{
  const char *const twice[] = { "L2", "L2", NULL };
  g_autoptr (GError) error = NULL;

  hs_call_fixture_make_connected (f);
  hs_media_change_add (f, &video, NULL, "add");
  hs_call_fixture_expect (f, HS_LINE_BEGUN ("ADD_MEDIA") HS_LINE_LOCAL_TRACK ("A", "L2")
                                 HS_LINE_SENT ("2") HS_LINE_TAKEN ("ADD_MEDIA"));
  hs_media_change_answer (f, "sendrecv");
  hs_call_fixture_expect (
      f, "A call:newTrack "
         "{'local':false,'trackId':'R-video','mediaId':'stream-R'}\n" HS_LINE_OPERATION (
             "A", "ADD_MEDIA", "FINISH", HS_LINE_PENDING ("ADD_MEDIA", HS_LINE_ADDED ("L2")))
             HS_LINE_NEW_MEDIA ("") "waiter add: ok\n");

  g_assert_true (hs_calls_remove_media (f->calls, hs_call_fixture_get_id (f, "A"), twice, NULL,
                                        hs_call_fixture_new_waiter (f, "remove"), &error));
  hs_call_fixture_expect (f, HS_LINE_BEGUN ("REMOVE_MEDIA") "peer remove L2\n" HS_LINE_SENT ("3")
                                 HS_LINE_TAKEN ("REMOVE_MEDIA"));
  hs_media_change_answer (f, "sendonly");
  hs_call_fixture_expect (f, HS_LINE_TRACK_ENDED ("L2", "false") HS_LINE_OPERATION (
                                 "A", "REMOVE_MEDIA", "FINISH",
                                 HS_LINE_PENDING ("REMOVE_MEDIA", HS_LINE_REMOVED ("L2")))
                                 HS_LINE_REMOVED_MEDIA ("'L2'", "") "waiter remove: ok\n");
}

static void
test_screen_shared_and_not (HsCallFixture *f, gconstpointer data)
{
  hs_call_fixture_make_connected (f);
  hs_media_change_add (f, &screen, NULL, NULL);
  hs_call_fixture_settle (f);
  hs_media_change_answer (f, "recvonly");
  hs_call_fixture_skip (f);
  hs_media_change_begin (f, hs_calls_stop_screenshare, "stop");
  hs_call_fixture_expect (f, HS_LINE_BEGUN ("REMOVE_MEDIA") "peer remove L2\n" HS_LINE_SENT ("3")
                                 HS_LINE_TAKEN ("REMOVE_MEDIA"));
  hs_media_change_answer (f, "inactive");
  hs_call_fixture_skip (f);
  hs_media_change_assert_tracks (f, "[\"L1\"]");
  hs_media_change_refuse (f, hs_calls_stop_screenshare, HS_CALL_ERROR_INVALID_PARAM);
  hs_call_fixture_expect (f,
                          HS_LINE_REFUSED ("REMOVE_MEDIA", "REMOVE_MEDIA", HS_LINE_NOTHING_REMOVED,
                                           "'call:7'", "the call shares no screen"));
}

/* call.stopVideo means the camera; a screen only where it is the only video. */
static void
test_which_video_stops (HsCallFixture *f, gconstpointer data)
{
  hs_media_change_make_with_video (f);
  hs_media_change_add (f, &screen, NULL, NULL);
  hs_call_fixture_settle (f);
  hs_media_change_answer (f, "recvonly");
  hs_call_fixture_skip (f);
  hs_media_change_begin (f, hs_calls_stop_video, NULL);
  hs_call_fixture_settle (f);
  g_assert_cmpstr (f->lines->pdata[1], ==, "peer remove L2");
  hs_media_change_answer (f, "recvonly");
  hs_call_fixture_skip (f);
  hs_media_change_begin (f, hs_calls_stop_video, NULL);
  hs_call_fixture_settle (f);
  g_assert_cmpstr (f->lines->pdata[1], ==, "peer remove L3");
  hs_media_change_answer (f, "inactive");
  hs_call_fixture_skip (f);
  hs_media_change_assert_tracks (f, "[\"L1\"]");
}

static void
test_two_cameras (HsCallFixture *f, gconstpointer data)
{
  hs_media_change_make_with_video (f);
  hs_media_change_add (f, &video, NULL, NULL);
  hs_call_fixture_settle (f);
  hs_media_change_answer (f, "recvonly");
  hs_call_fixture_skip (f);
  hs_media_change_refuse (f, hs_calls_stop_video, HS_CALL_ERROR_INVALID_PARAM);
  hs_call_fixture_expect (
      f, HS_LINE_REFUSED ("REMOVE_BASIC_MEDIA", "REMOVE_MEDIA", HS_LINE_NOTHING_REMOVED, "'call:7'",
                          "the call sends 2 videos, it must be one; call.removeMedia names them"));
}

/* --- limits and urgency --- */

/* They complete what the call has, and are the call's from then on. */
static void
test_options (HsCallFixture *f, gconstpointer data)
{
  const char *const ids[] = { "L2", NULL };
  g_autoptr (JsonObject) before = parse ("{\"bandwidth\":{\"audio\":64,\"call\":900}}");
  g_autoptr (JsonObject) less = parse ("{\"bandwidth\":{\"audio\":32}}");
  g_autoptr (GError) error = NULL;

  g_assert_nonnull (hs_calls_make (f->calls, "bo", &audio, before, NULL, NULL));
  hs_call_fixture_skip (f);
  hs_media_change_answer (f, NULL);
  hs_call_fixture_skip (f);
  hs_media_change_add (f, &video, HS_MEDIA_CHANGE_OPTIONS, NULL);
  hs_call_fixture_expect (
      f, HS_LINE_BEGUN ("ADD_MEDIA") HS_LINE_LOCAL_TRACK (
             "A", "L2") "peer bandwidth {'audio':64,'call':900,'video':500}\n"
                        "peer dscp {'videoNetworkPriority':'high'}\n" HS_LINE_SENT ("2")
                            HS_LINE_TAKEN ("ADD_MEDIA"));
  hs_media_change_assert_options (f, "{\"audio\":64,\"video\":null,\"call\":900}", NULL);
  hs_media_change_answer (f, "recvonly");
  hs_call_fixture_skip (f);
  hs_media_change_assert_options (f, "{\"audio\":64,\"video\":500,\"call\":900}",
                                  "{\"videoNetworkPriority\":\"high\"}");

  g_assert_true (
      hs_calls_remove_media (f->calls, hs_call_fixture_get_id (f, "A"), ids, less, NULL, &error));
  hs_call_fixture_expect (
      f, HS_LINE_BEGUN ("REMOVE_MEDIA") "peer remove L2\npeer bandwidth "
                                        "{'audio':32,'call':900,'video':500}\n" HS_LINE_SENT ("3")
                                            HS_LINE_TAKEN ("REMOVE_MEDIA"));
  hs_media_change_answer (f, "inactive");
  hs_call_fixture_skip (f);
  hs_media_change_assert_options (f, "{\"audio\":32,\"video\":500,\"call\":900}",
                                  "{\"videoNetworkPriority\":\"high\"}");
}

/* --- a device is gone --- */

static void
test_track_lost (HsCallFixture *f, gconstpointer data)
{
  hs_media_change_make_with_video (f);
  hs_fake_peer_lose (hs_fake_peer_factory_get_last (f->peers), "L2");
  hs_call_fixture_expect (f, HS_LINE_TRACK_ENDED ("L2", "true") HS_LINE_BEGUN ("RENEGOTIATE")
                                 HS_LINE_SENT ("3") HS_LINE_TAKEN ("RENEGOTIATE"));
  assert_offered (f, "sendrecv recvonly");
  hs_media_change_answer (f, "inactive");
  hs_call_fixture_expect (
      f, HS_LINE_OPERATION ("A", "RENEGOTIATE", "FINISH",
                            HS_LINE_PENDING ("RENEGOTIATE", HS_LINE_REMOVED ("L2")))
             HS_LINE_REMOVED_MEDIA ("'L2'", ""));
  hs_media_change_assert_tracks (f, "[\"L1\"]");
}

/* The far end hears of it with the next description, whoever makes it. */
static void
test_track_lost_meanwhile (HsCallFixture *f, gconstpointer data)
{
  hs_call_fixture_make_held (f, "bo", "Bo");
  hs_media_change_begin (f, hs_calls_unhold, NULL);
  hs_call_fixture_skip (f);
  hs_fake_peer_lose (hs_fake_peer_factory_get_last (f->peers), "L1");
  hs_call_fixture_settle (f);
  g_assert_cmpstr (f->lines->pdata[0], ==,
                   "A call:trackEnded {'local':true,'trackId':'L1','performRenegotiation':true,"
                   "'mediaId':'stream-L'}");
  g_assert_nonnull (strstr (f->lines->pdata[2], "'call:12'"));
  g_assert_nonnull (strstr (f->lines->pdata[3], "call:removedMedia"));
  g_assert_cmpuint (f->lines->len, ==, 4);
}

#define ADD(path, function)                                                                        \
  g_test_add ("/call/media/" path, HsCallFixture, NULL, hs_call_fixture_set_up, function,          \
              hs_call_fixture_tear_down)

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  ADD ("video-started-and-stopped", test_video_started_and_stopped);
  ADD ("media-added-and-removed", test_media_added_and_removed);
  ADD ("screen-shared-and-not", test_screen_shared_and_not);
  ADD ("which-video-stops", test_which_video_stops);
  ADD ("two-cameras", test_two_cameras);
  ADD ("options", test_options);
  ADD ("track-lost", test_track_lost);
  ADD ("track-lost-meanwhile", test_track_lost_meanwhile);
  return g_test_run ();
}
