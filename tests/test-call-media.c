/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/hs-error.h"
#include "base/hs-json.h"
#include "call/hs-call-private.h"
#include "hs-call-fixture.h"

#include <string.h>

/* We add to what we send, and take away from it: spec call-signalling 3.4, 3.5. */

#define OPERATION(name, step, more)                                                                \
  "A call:operation {'operation':'" name "','transition':'" step "','isLocal':true" more "}\n"
#define ONGOING(name) ",'previous':{'operation':'" name "','status':'ONGOING'}"
#define PENDING(name, data)                                                                        \
  ",'previous':{'operation':'" name "','status':'PENDING','operationData':{" data "}}"
#define ERROR(code, text) ",'error':{'name':'BasicError','code':" code ",'message':'" text "'}"
#define BEGUN(name)       OPERATION (name, "START", "")
#define TAKEN(name)       OPERATION (name, "UPDATE", ONGOING (name))
#define NEW_TRACK(id)     "A call:newTrack {'local':true,'trackId':'" id "','mediaId':'stream-L'}\n"
#define TRACK_ENDED(id, by_itself)                                                                 \
  "A call:trackEnded {'local':true,'trackId':'" id "','performRenegotiation':" by_itself           \
  ",'mediaId':'stream-L'}\n"
#define SENT(n)     "> UPDATE leg-1 sdp=offer-" n "\n"
#define NO_LIMITS   "'bandwidth':{'audio':null,'video':null}"
#define ADDED(id)   "'local':true,'tracks':['" id "']," NO_LIMITS ",'mediaIds':['stream-L']"
#define REMOVED(id) "'local':true,'tracks':['" id "']," NO_LIMITS
#define NEW_MEDIA(more)                                                                            \
  "A call:newMedia {'local':true,'tracks':['L2'],'mediaId':'stream-L'" more "}\n"
#define NO_MEDIA(more)           "A call:newMedia {'local':true,'tracks':[]" more "}\n"
#define REMOVED_MEDIA(ids, more) "A call:removedMedia {'local':true,'tracks':[" ids "]" more "}\n"

#define REFUSED(name, done, companion, code, text)                                                 \
  BEGUN (name)                                                                                     \
  OPERATION (done, "FINISH", ONGOING (name) ERROR (code, text)) companion (ERROR (code, text))
#define NOTHING_REMOVED(more) REMOVED_MEDIA ("", more)

static const HsMediaRequest audio = { .audio = TRUE };
static const HsMediaRequest video = { .video = TRUE };
static const HsMediaRequest screen = { .screen = TRUE };

static const char *
get_id (HsCallFixture *f)
{
  return hs_call_fixture_get_id (f, "A");
}

static GTask *
new_waiter (HsCallFixture *f, const char *name)
{
  return name != NULL ? hs_call_fixture_new_waiter (f, name) : NULL;
}

static JsonObject *
parse (const char *json)
{
  g_autoptr (JsonNode) node = json != NULL ? hs_json_parse (json, -1, NULL) : NULL;

  return node != NULL ? json_node_dup_object (node) : NULL;
}

static void
add (HsCallFixture *f, const HsMediaRequest *media, const char *options, const char *waiter)
{
  g_autoptr (JsonObject) object = parse (options);
  g_autoptr (GError) error = NULL;
  gboolean begun =
      hs_calls_add_media (f->calls, get_id (f), media, object, new_waiter (f, waiter), &error);

  g_assert_no_error (error);
  g_assert_true (begun);
}

typedef gboolean (*Verb) (HsCalls *calls, const char *id, GTask *waiter, GError **error);

static gboolean
start_video (HsCalls *calls, const char *id, GTask *waiter, GError **error)
{
  return hs_calls_start_video (calls, id, NULL, NULL, waiter, error);
}

static gboolean
add_audio (HsCalls *calls, const char *id, GTask *waiter, GError **error)
{
  return hs_calls_add_media (calls, id, &audio, NULL, waiter, error);
}

static gboolean
add_nothing (HsCalls *calls, const char *id, GTask *waiter, GError **error)
{
  const HsMediaRequest nothing = { 0 };

  return hs_calls_add_media (calls, id, &nothing, NULL, waiter, error);
}

static gboolean
remove_first (HsCalls *calls, const char *id, GTask *waiter, GError **error)
{
  const char *const ids[] = { "L1", NULL };

  return hs_calls_remove_media (calls, id, ids, NULL, waiter, error);
}

static gboolean
remove_none (HsCalls *calls, const char *id, GTask *waiter, GError **error)
{
  const char *const ids[] = { NULL };

  return hs_calls_remove_media (calls, id, ids, NULL, waiter, error);
}

static gboolean
remove_unknown (HsCalls *calls, const char *id, GTask *waiter, GError **error)
{
  const char *const ids[] = { "L1", "R-audio", NULL };

  return hs_calls_remove_media (calls, id, ids, NULL, waiter, error);
}

static void
begin (HsCallFixture *f, Verb verb, const char *waiter)
{
  g_autoptr (GError) error = NULL;
  gboolean begun = verb (f->calls, get_id (f), new_waiter (f, waiter), &error);

  g_assert_no_error (error);
  g_assert_true (begun);
}

/* The waiter of what is refused is dropped without a word. */
static void
refuse (HsCallFixture *f, Verb verb, int code)
{
  g_autoptr (GTask) waiter = g_task_new (NULL, NULL, NULL, NULL);
  g_autoptr (GError) error = NULL;

  g_assert_false (verb (f->calls, get_id (f), g_object_ref (waiter), &error));
  g_assert_error (error, HS_CALL_ERROR, code);
  g_assert_finalize_object (g_steal_pointer (&waiter));
}

/* @video_direction: (nullable): NULL for no such section */
static void
answer (HsCallFixture *f, const char *video_direction)
{
  const char *const directions[] = { "sendrecv", video_direction, NULL };
  g_autofree char *sdp = hs_fake_sdp_new ("far", "7", directions);

  hs_call_fixture_receive (f, HS_MESSAGE_ANSWER, "leg-1", sdp);
}

static void
hang_up_there (HsCallFixture *f)
{
  hs_call_fixture_receive_end (f, "leg-1", 0, NULL);
  hs_call_fixture_skip (f);
}

static JsonObject *
dup_call (HsCallFixture *f)
{
  return hs_calls_dup_by_id (f->calls, get_id (f));
}

static char *
dup_local_tracks (HsCallFixture *f)
{
  g_autoptr (JsonObject) call = dup_call (f);
  JsonArray *ids = json_object_get_array_member (call, "localTracks");
  g_autoptr (JsonNode) node = hs_json_node_take_array (json_array_ref (ids));

  return hs_json_to_text (node);
}

static void
assert_tracks (HsCallFixture *f, const char *expected)
{
  g_autofree char *tracks = dup_local_tracks (f);

  g_assert_cmpstr (tracks, ==, expected);
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

/* Connected, and sends video as L2. */
static void
make_with_video (HsCallFixture *f)
{
  hs_call_fixture_make_connected (f);
  begin (f, start_video, NULL);
  hs_call_fixture_settle (f);
  answer (f, "recvonly");
  hs_call_fixture_skip (f);
}

/* --- the ladder of 3.7 --- */

static void
test_video_started_and_stopped (HsCallFixture *f, gconstpointer data)
{
  hs_call_fixture_make_connected (f);
  begin (f, start_video, "start");
  hs_call_fixture_expect (f, BEGUN ("ADD_BASIC_MEDIA") NEW_TRACK ("L2") SENT ("2")
                                 TAKEN ("ADD_BASIC_MEDIA"));
  assert_offered (f, "sendrecv sendrecv");
  answer (f, "recvonly");
  hs_call_fixture_expect (
      f, OPERATION ("ADD_MEDIA", "FINISH", PENDING ("ADD_BASIC_MEDIA", ADDED ("L2")))
             NEW_MEDIA ("") "waiter start: ok\n");
  assert_tracks (f, "[\"L1\",\"L2\"]");

  begin (f, hs_calls_stop_video, "stop");
  hs_call_fixture_expect (f, BEGUN ("REMOVE_BASIC_MEDIA") "peer remove L2\n" SENT ("3")
                                 TAKEN ("REMOVE_BASIC_MEDIA"));
  assert_offered (f, "sendrecv recvonly");
  assert_tracks (f, "[\"L1\",\"L2\"]");
  answer (f, "inactive");
  hs_call_fixture_expect (
      f, TRACK_ENDED ("L2", "false")
             OPERATION ("REMOVE_MEDIA", "FINISH", PENDING ("REMOVE_BASIC_MEDIA", REMOVED ("L2")))
                 REMOVED_MEDIA ("'L2'", "") "waiter stop: ok\n");
  assert_tracks (f, "[\"L1\"]");

  begin (f, start_video, NULL);
  hs_call_fixture_settle (f);
  assert_offered (f, "sendrecv sendrecv");
  answer (f, "recvonly");
  hs_call_fixture_skip (f);
  assert_tracks (f, "[\"L1\",\"L3\"]");
}

static void
test_media_added_and_removed (HsCallFixture *f, gconstpointer data)
{
  const char *const twice[] = { "L2", "L2", NULL };
  g_autoptr (GError) error = NULL;

  hs_call_fixture_make_connected (f);
  add (f, &video, NULL, "add");
  hs_call_fixture_expect (f, BEGUN ("ADD_MEDIA") NEW_TRACK ("L2") SENT ("2") TAKEN ("ADD_MEDIA"));
  answer (f, "sendrecv");
  hs_call_fixture_expect (
      f, "A call:newTrack {'local':false,'trackId':'R-video','mediaId':'stream-R'}\n" OPERATION (
             "ADD_MEDIA", "FINISH", PENDING ("ADD_MEDIA", ADDED ("L2")))
             NEW_MEDIA ("") "waiter add: ok\n");

  g_assert_true (
      hs_calls_remove_media (f->calls, get_id (f), twice, NULL, new_waiter (f, "remove"), &error));
  hs_call_fixture_expect (f, BEGUN ("REMOVE_MEDIA") "peer remove L2\n" SENT ("3")
                                 TAKEN ("REMOVE_MEDIA"));
  answer (f, "sendonly");
  hs_call_fixture_expect (f, TRACK_ENDED ("L2", "false") OPERATION (
                                 "REMOVE_MEDIA", "FINISH", PENDING ("REMOVE_MEDIA", REMOVED ("L2")))
                                 REMOVED_MEDIA ("'L2'", "") "waiter remove: ok\n");
}

static void
test_screen_shared_and_not (HsCallFixture *f, gconstpointer data)
{
  hs_call_fixture_make_connected (f);
  add (f, &screen, NULL, NULL);
  hs_call_fixture_settle (f);
  answer (f, "recvonly");
  hs_call_fixture_skip (f);
  begin (f, hs_calls_stop_screenshare, "stop");
  hs_call_fixture_expect (f, BEGUN ("REMOVE_MEDIA") "peer remove L2\n" SENT ("3")
                                 TAKEN ("REMOVE_MEDIA"));
  answer (f, "inactive");
  hs_call_fixture_skip (f);
  assert_tracks (f, "[\"L1\"]");
  refuse (f, hs_calls_stop_screenshare, HS_CALL_ERROR_INVALID_PARAM);
  hs_call_fixture_expect (f, REFUSED ("REMOVE_MEDIA", "REMOVE_MEDIA", NOTHING_REMOVED, "'call:7'",
                                      "the call shares no screen"));
}

/* call.stopVideo means the camera; a screen only where it is the only video. */
static void
test_which_video_stops (HsCallFixture *f, gconstpointer data)
{
  make_with_video (f);
  add (f, &screen, NULL, NULL);
  hs_call_fixture_settle (f);
  answer (f, "recvonly");
  hs_call_fixture_skip (f);
  begin (f, hs_calls_stop_video, NULL);
  hs_call_fixture_settle (f);
  g_assert_cmpstr (f->lines->pdata[1], ==, "peer remove L2");
  answer (f, "recvonly");
  hs_call_fixture_skip (f);
  begin (f, hs_calls_stop_video, NULL);
  hs_call_fixture_settle (f);
  g_assert_cmpstr (f->lines->pdata[1], ==, "peer remove L3");
  answer (f, "inactive");
  hs_call_fixture_skip (f);
  assert_tracks (f, "[\"L1\"]");
}

static void
test_two_cameras (HsCallFixture *f, gconstpointer data)
{
  make_with_video (f);
  add (f, &video, NULL, NULL);
  hs_call_fixture_settle (f);
  answer (f, "recvonly");
  hs_call_fixture_skip (f);
  refuse (f, hs_calls_stop_video, HS_CALL_ERROR_INVALID_PARAM);
  hs_call_fixture_expect (
      f, REFUSED ("REMOVE_BASIC_MEDIA", "REMOVE_MEDIA", NOTHING_REMOVED, "'call:7'",
                  "the call sends 2 videos, it must be one; call.removeMedia names them"));
}

/* --- limits and urgency --- */

#define OPTIONS                                                                                    \
  "{\"bandwidth\":{\"video\":500},\"dscpControls\":{\"videoNetworkPriority\":\"high\"}}"

static void
assert_options (HsCallFixture *f, const char *bandwidth, const char *dscp)
{
  g_autoptr (JsonObject) call = dup_call (f);
  JsonObject *controls = hs_json_get_object (call, "dscpControls");
  g_autofree char *limits =
      hs_json_object_to_text (json_object_ref (json_object_get_object_member (call, "bandwidth")));
  g_autofree char *text =
      controls != NULL ? hs_json_object_to_text (json_object_ref (controls)) : NULL;

  g_assert_cmpstr (limits, ==, bandwidth);
  g_assert_cmpstr (text, ==, dscp);
}

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
  answer (f, NULL);
  hs_call_fixture_skip (f);
  add (f, &video, OPTIONS, NULL);
  hs_call_fixture_expect (f, BEGUN ("ADD_MEDIA") NEW_TRACK (
                                 "L2") "peer bandwidth {'audio':64,'call':900,'video':500}\n"
                                       "peer dscp {'videoNetworkPriority':'high'}\n" SENT ("2")
                                           TAKEN ("ADD_MEDIA"));
  assert_options (f, "{\"audio\":64,\"video\":null,\"call\":900}", NULL);
  answer (f, "recvonly");
  hs_call_fixture_skip (f);
  assert_options (f, "{\"audio\":64,\"video\":500,\"call\":900}",
                  "{\"videoNetworkPriority\":\"high\"}");

  g_assert_true (hs_calls_remove_media (f->calls, get_id (f), ids, less, NULL, &error));
  hs_call_fixture_expect (f,
                          BEGUN ("REMOVE_MEDIA") "peer remove L2\npeer bandwidth "
                                                 "{'audio':32,'call':900,'video':500}\n" SENT ("3")
                                                     TAKEN ("REMOVE_MEDIA"));
  answer (f, "inactive");
  hs_call_fixture_skip (f);
  assert_options (f, "{\"audio\":32,\"video\":500,\"call\":900}",
                  "{\"videoNetworkPriority\":\"high\"}");
}

/* --- guards --- */

typedef struct {
  const char *path;
  Verb verb;
  const char *begins;
  const char *ends;
  const char *companion; /* the event that goes with its end */
} Row;

static const Row rows[] = {
  { "add", add_audio, "ADD_MEDIA", "ADD_MEDIA", "call:newMedia" },
  { "start-video", start_video, "ADD_BASIC_MEDIA", "ADD_MEDIA", "call:newMedia" },
  { "remove", remove_first, "REMOVE_MEDIA", "REMOVE_MEDIA", "call:removedMedia" },
  { "stop-video", hs_calls_stop_video, "REMOVE_BASIC_MEDIA", "REMOVE_MEDIA", "call:removedMedia" },
  { "stop-screenshare", hs_calls_stop_screenshare, "REMOVE_MEDIA", "REMOVE_MEDIA",
    "call:removedMedia" },
};

static void
expect_refusal (HsCallFixture *f, const Row *row, const char *previous, const char *error)
{
  g_autofree char *before =
      previous != NULL ? g_strdup_printf (",'previous':%s", previous) : g_strdup ("");
  g_autofree char *at_end =
      previous != NULL
          ? g_strdup (before)
          : g_strdup_printf (",'previous':{'operation':'%s','status':'ONGOING'}", row->begins);
  g_autofree char *expected = g_strdup_printf (
      "A call:operation {'operation':'%s','transition':'START','isLocal':true%s}\n"
      "A call:operation {'operation':'%s','transition':'FINISH','isLocal':true%s,'error':%s}\n"
      "A %s {'local':true,'tracks':[],'error':%s}\n",
      row->begins, before, row->ends, at_end, error, row->companion, error);

  hs_call_fixture_expect (f, expected);
}

static void
test_before_answer (HsCallFixture *f, gconstpointer data)
{
  hs_call_fixture_make_initiated (f);
  refuse (f, ((const Row *) data)->verb, HS_CALL_ERROR_INVALID_STATE);
  expect_refusal (f, data, "{'operation':'MAKE','status':'PENDING'}",
                  "{'name':'BasicError','code':'call:6','message':'the call is Initiated, it must "
                  "be Connected'}");
}

static void
test_on_hold (HsCallFixture *f, gconstpointer data)
{
  const Row *row = data;
  g_autofree char *sdp = NULL;
  const char *const inactive[] = { "inactive", "inactive", NULL };

  make_with_video (f);
  begin (f, hs_calls_hold, NULL);
  hs_call_fixture_settle (f);
  sdp = hs_fake_sdp_new ("far", "7", inactive);
  hs_call_fixture_receive (f, HS_MESSAGE_ANSWER, "leg-1", sdp);
  hs_call_fixture_skip (f);
  refuse (f, row->verb, HS_CALL_ERROR_INVALID_STATE);
  hs_call_fixture_settle (f);
  g_assert_cmpuint (f->lines->len, ==, 3);
}

static void
test_after_end (HsCallFixture *f, gconstpointer data)
{
  const Row *row = data;

  hs_call_fixture_make_connected (f);
  hang_up_there (f);
  refuse (f, row->verb,
          row->verb == hs_calls_stop_video ? HS_CALL_ERROR_INVALID_PARAM
                                           : HS_CALL_ERROR_INVALID_STATE);
}

/* While another one is in progress that one is the reason, whatever else is wrong. */
static void
test_one_at_a_time (HsCallFixture *f, gconstpointer data)
{
  const Row *row = data;

  hs_call_fixture_make_connected (f);
  begin (f, hs_calls_hold, NULL);
  hs_call_fixture_skip (f);
  refuse (f, row->verb, HS_CALL_ERROR_GLARE);
  expect_refusal (f, row, "{'operation':'HOLD','status':'PENDING'}",
                  "{'name':'BasicError','code':'call:12','message':'another operation is in "
                  "progress on this call'}");
}

static void
test_during_their_update (HsCallFixture *f, gconstpointer data)
{
  const Row *row = data;
  const char *const directions[] = { "sendrecv", "sendrecv", NULL };
  g_autofree char *sdp = hs_fake_sdp_new ("far", "7", directions);
  HsFakeSteps *steps = hs_fake_signalling_get_steps (f->signalling);

  make_with_video (f);
  hs_fake_steps_hold (steps, HS_REQUEST_RESPOND_UPDATE);
  hs_call_fixture_receive (f, HS_MESSAGE_UPDATE, "leg-1", sdp);
  hs_call_fixture_settle (f);
  refuse (f, row->verb, HS_CALL_ERROR_GLARE);
  hs_fake_steps_release (steps, HS_REQUEST_RESPOND_UPDATE, NULL);
}

static void
test_unknown_call (HsCallFixture *f, gconstpointer data)
{
  const Row *row = data;
  g_autoptr (GError) error = NULL;
  g_autofree char *expected = g_strdup_printf (
      "A call:operation {'operation':'%s','transition':'START','isLocal':true}\n"
      "A call:operation {'operation':'%s','transition':'FINISH','isLocal':true,'error':{'name':"
      "'BasicError','code':'call:7','message':'there is no call \\'nobody\\''}}\n"
      "A %s {'local':true,'tracks':[],'error':{'name':'BasicError','code':'call:7','message':"
      "'there is no call \\'nobody\\''}}\n",
      row->begins, row->ends, row->companion);

  g_assert_false (row->verb (f->calls, "nobody", NULL, &error));
  g_assert_error (error, HS_CALL_ERROR, HS_CALL_ERROR_INVALID_PARAM);
  hs_call_fixture_expect (f, expected);
}

static void
test_wrong_parameters (HsCallFixture *f, gconstpointer data)
{
  make_with_video (f);
  refuse (f, start_video, HS_CALL_ERROR_INVALID_PARAM);
  hs_call_fixture_expect (f, REFUSED ("ADD_BASIC_MEDIA", "ADD_MEDIA", NO_MEDIA, "'call:7'",
                                      "the call sends video already, call.addMedia adds more"));
  refuse (f, add_nothing, HS_CALL_ERROR_INVALID_PARAM);
  hs_call_fixture_expect (f, REFUSED ("ADD_MEDIA", "ADD_MEDIA", NO_MEDIA, "'call:7'",
                                      "neither audio nor video nor a screen was asked for"));
  refuse (f, remove_none, HS_CALL_ERROR_INVALID_PARAM);
  hs_call_fixture_expect (
      f, REFUSED ("REMOVE_MEDIA", "REMOVE_MEDIA", NOTHING_REMOVED, "'call:7'", "tracks is empty"));
  refuse (f, remove_unknown, HS_CALL_ERROR_INVALID_PARAM);
  g_assert_cmpstr (f->lines->pdata[1], ==,
                   "A call:operation {'operation':'REMOVE_MEDIA','transition':'FINISH','isLocal':"
                   "true,'previous':{'operation':'REMOVE_MEDIA','status':'ONGOING'},'error':{'name'"
                   ":'BasicError','code':'call:7','message':'tracks[1]: the call sends no track "
                   "\\'R-audio\\''}}");
  assert_tracks (f, "[\"L1\",\"L2\"]");
}

/* An empty list is told first, whatever the state. */
static void
test_empty_list_before_answer (HsCallFixture *f, gconstpointer data)
{
  hs_call_fixture_make_initiated (f);
  refuse (f, remove_none, HS_CALL_ERROR_INVALID_PARAM);
}

/* --- failures leave everything as it was --- */

#define BACK "peer bandwidth none\npeer dscp none\n"

static void
test_device_cannot_be_opened (HsCallFixture *f, gconstpointer data)
{
  g_autoptr (GError) error = g_error_new (HS_CALL_ERROR, HS_CALL_ERROR_USER_MEDIA, "no camera");

  hs_call_fixture_make_connected (f);
  hs_fake_steps_fail_next (hs_fake_peer_factory_get_steps (f->peers), HS_FAKE_OPEN_MEDIA, error);
  add (f, &video, OPTIONS, "add");
  hs_call_fixture_expect (f, REFUSED ("ADD_MEDIA", "ADD_MEDIA", NO_MEDIA, "'call:4'",
                                      "no camera") "waiter add: call:4 no camera\n");
  assert_options (f, "{\"audio\":null,\"video\":null}", NULL);
}

/* What was opened ends, limits and controls are as before, and it can be tried again. */
static void
test_gateway_refuses_to_add (HsCallFixture *f, gconstpointer data)
{
  g_autoptr (GError) error = g_error_new (HS_GATEWAY_ERROR, 26, "no");

  hs_call_fixture_make_connected (f);
  hs_fake_steps_fail_next (hs_fake_signalling_get_steps (f->signalling), HS_REQUEST_UPDATE, error);
  add (f, &video, OPTIONS, "add");
  hs_call_fixture_expect (
      f, BEGUN ("ADD_MEDIA")
             NEW_TRACK ("L2") "peer bandwidth {'video':500}\n"
                              "peer dscp {'videoNetworkPriority':'high'}\n" SENT (
                                  "2") "peer rollback\n" TRACK_ENDED ("L2", "false")
                                  BACK OPERATION ("ADD_MEDIA", "FINISH",
                                                  ONGOING ("ADD_MEDIA") ERROR ("26", "no"))
                                      NEW_MEDIA (ERROR ("26", "no")) "waiter add: 26 no\n");
  assert_tracks (f, "[\"L1\"]");
  assert_options (f, "{\"audio\":null,\"video\":null}", NULL);

  begin (f, start_video, "start");
  hs_call_fixture_settle (f);
  answer (f, "recvonly");
  hs_call_fixture_skip (f);
  assert_tracks (f, "[\"L1\",\"L3\"]");
}

static void
test_gateway_refuses_to_remove (HsCallFixture *f, gconstpointer data)
{
  g_autoptr (GError) error = g_error_new (HS_GATEWAY_ERROR, 26, "no");

  make_with_video (f);
  hs_fake_steps_fail_next (hs_fake_signalling_get_steps (f->signalling), HS_REQUEST_UPDATE, error);
  begin (f, hs_calls_stop_video, "stop");
  hs_call_fixture_expect (
      f, BEGUN ("REMOVE_BASIC_MEDIA") "peer remove L2\n" SENT ("3") "peer rollback\n" OPERATION (
             "REMOVE_MEDIA", "FINISH", ONGOING ("REMOVE_BASIC_MEDIA") ERROR ("26", "no"))
             REMOVED_MEDIA ("'L2'", ERROR ("26", "no")) "waiter stop: 26 no\n");
  assert_tracks (f, "[\"L1\",\"L2\"]");

  begin (f, hs_calls_hold, NULL);
  hs_call_fixture_skip (f);
  begin (f, hs_calls_end, NULL);
  hs_call_fixture_skip (f);
}

static void
test_offer_cannot_be_made (HsCallFixture *f, gconstpointer data)
{
  g_autoptr (GError) error = g_error_new (HS_CALL_ERROR, HS_CALL_ERROR_INVALID_OFFER, "no");

  hs_call_fixture_make_connected (f);
  hs_fake_steps_fail_next (hs_fake_peer_factory_get_steps (f->peers), HS_FAKE_CREATE_OFFER, error);
  begin (f, start_video, "start");
  hs_call_fixture_expect (
      f, BEGUN ("ADD_BASIC_MEDIA") NEW_TRACK ("L2") "peer rollback\n" TRACK_ENDED ("L2", "false")
             OPERATION ("ADD_MEDIA", "FINISH", ONGOING ("ADD_BASIC_MEDIA") ERROR ("'call:9'", "no"))
                 NEW_MEDIA (ERROR ("'call:9'", "no")) "waiter start: call:9 no\n");
  assert_tracks (f, "[\"L1\"]");
}

#define TRY_AGAIN "another change of the call is under way, try again in 3 s"

/* Both sides at once: theirs is refused, ours goes on, or the gateway refuses ours. */
static void
test_glare (HsCallFixture *f, gconstpointer data)
{
  const char *const directions[] = { "sendrecv", "sendrecv", NULL };
  g_autofree char *sdp = hs_fake_sdp_new ("far", "7", directions);
  HsSignallingMessage message = {
    .kind = HS_MESSAGE_ANSWER,
    .session = (char *) "leg-1",
    .message_status_code = 49,
    .retry_after = 3,
  };

  hs_call_fixture_make_connected (f);
  begin (f, start_video, "start");
  hs_call_fixture_skip (f);
  hs_call_fixture_receive (f, HS_MESSAGE_UPDATE, "leg-1", sdp);
  hs_call_fixture_expect (f, "> REFUSE_UPDATE leg-1\n");
  hs_fake_signalling_receive (f->signalling, &message);
  hs_call_fixture_expect (
      f, "peer rollback\n" TRACK_ENDED ("L2", "false")
             OPERATION ("ADD_MEDIA", "FINISH",
                        PENDING ("ADD_BASIC_MEDIA", ADDED ("L2")) ERROR ("'call:2'", TRY_AGAIN))
                 NEW_MEDIA (ERROR ("'call:2'", TRY_AGAIN)) "waiter start: call:2 " TRY_AGAIN "\n");

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
  begin (f, start_video, "start");
  hs_call_fixture_settle (f);
  g_assert_true (hs_calls_replace_track (f->calls, get_id (f), "L2", &video, NULL, NULL));
  hs_call_fixture_skip (f);
  assert_tracks (f, "[\"L1\",\"L3\"]");
  hs_call_fixture_receive (f, HS_MESSAGE_ANSWER, "leg-1", NULL);
  hs_call_fixture_settle (f);
  g_assert_cmpstr (f->lines->pdata[1], ==,
                   "A call:trackEnded {'local':true,'trackId':'L3','performRenegotiation':false,"
                   "'mediaId':'stream-L'}");
  g_assert_nonnull (strstr (f->lines->pdata[3], "A call:newMedia {'local':true,'tracks':['L3']"));
  g_assert_cmpuint (f->lines->len, ==, 4);
  hs_call_fixture_skip (f);
  assert_tracks (f, "[\"L1\"]");
}

/* There is no way back from an answer that cannot be used (2.8 b). */
static void
test_answer_does_not_fit (HsCallFixture *f, gconstpointer data)
{
  hs_call_fixture_make_connected (f);
  begin (f, start_video, "start");
  hs_call_fixture_skip (f);
  answer (f, NULL);
  hs_call_fixture_settle (f);
  g_assert_cmpstr (f->returned->pdata[0], ==, "waiter start: call:10 the sections differ");
  hs_call_fixture_skip (f);
  {
    g_autoptr (JsonObject) call = dup_call (f);
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
  begin (f, start_video, "start");
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
  HsFakeSteps *steps = hs_fake_signalling_get_steps (f->signalling);

  make_with_video (f);
  hs_fake_steps_hold (steps, HS_REQUEST_UPDATE);
  begin (f, hs_calls_stop_video, "stop");
  hs_call_fixture_skip (f);
  begin (f, hs_calls_end, "end");
  hs_call_fixture_skip (f);
  g_assert_cmpuint (f->waiting, ==, 0);
  hs_fake_steps_release (steps, HS_REQUEST_UPDATE, NULL);
  hs_call_fixture_expect (f, "");
}

/* --- a device is gone --- */

static void
test_track_lost (HsCallFixture *f, gconstpointer data)
{
  make_with_video (f);
  hs_fake_peer_lose (hs_fake_peer_factory_get_last (f->peers), "L2");
  hs_call_fixture_expect (f, TRACK_ENDED ("L2", "true") BEGUN ("RENEGOTIATE") SENT ("3")
                                 TAKEN ("RENEGOTIATE"));
  assert_offered (f, "sendrecv recvonly");
  answer (f, "inactive");
  hs_call_fixture_expect (
      f, OPERATION ("RENEGOTIATE", "FINISH", PENDING ("RENEGOTIATE", REMOVED ("L2")))
             REMOVED_MEDIA ("'L2'", ""));
  assert_tracks (f, "[\"L1\"]");
}

/* The far end hears of it with the next description, whoever makes it. */
static void
test_track_lost_meanwhile (HsCallFixture *f, gconstpointer data)
{
  hs_call_fixture_make_held (f, "bo", "Bo");
  begin (f, hs_calls_unhold, NULL);
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

static void
add_rows (const char *path, void (*function) (HsCallFixture *f, gconstpointer data))
{
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autofree char *whole = g_strdup_printf ("/call/media/%s/%s", path, rows[i].path);

    g_test_add (whole, HsCallFixture, &rows[i], hs_call_fixture_set_up, function,
                hs_call_fixture_tear_down);
  }
}

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
  add_rows ("before-answer", test_before_answer);
  add_rows ("on-hold", test_on_hold);
  add_rows ("after-end", test_after_end);
  add_rows ("one-at-a-time", test_one_at_a_time);
  add_rows ("during-their-update", test_during_their_update);
  add_rows ("unknown-call", test_unknown_call);
  ADD ("wrong-parameters", test_wrong_parameters);
  ADD ("empty-list-before-answer", test_empty_list_before_answer);
  ADD ("device-cannot-be-opened", test_device_cannot_be_opened);
  ADD ("gateway-refuses-to-add", test_gateway_refuses_to_add);
  ADD ("gateway-refuses-to-remove", test_gateway_refuses_to_remove);
  ADD ("offer-cannot-be-made", test_offer_cannot_be_made);
  ADD ("glare", test_glare);
  ADD ("replaced-while-pending", test_replaced_while_pending);
  ADD ("answer-does-not-fit", test_answer_does_not_fit);
  ADD ("ended-while-opening", test_ended_while_opening);
  ADD ("ended-here", test_ended_here);
  ADD ("track-lost", test_track_lost);
  ADD ("track-lost-meanwhile", test_track_lost_meanwhile);
  return g_test_run ();
}
