/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/hs-error.h"
#include "base/hs-json.h"
#include "hs-call-fixture.h"
#include "hs-call-lines.h"

/* What is done with tracks in use, and needs no negotiation: other devices. */

#define OPERATION(name, step, more) HS_LINE_OPERATION ("A", name, step, more)
#define BEGUN(name)                 OPERATION (name, "START", "")
#define DONE(name)                  OPERATION (name, "FINISH", HS_LINE_ONGOING (name))
#define FAILED(name, code, text)                                                                   \
  OPERATION (name, "FINISH", HS_LINE_ONGOING (name) HS_LINE_ERROR (code, text))
#define TRACK_ENDED(id) HS_LINE_LOCAL_TRACK_ENDED ("A", id)
#define REPLACED(new, old, kind)                                                                   \
  "A call:trackReplaced {'newTrackId':'" new "','oldTrack':{'id':'" old "','trackId':'" old        \
                                             "','streamId':'stream-L','kind':'" kind               \
                                             "','label':'fake','state':'live','disabled':false,'"  \
                                             "muted':false,'sourceMuted':false,'containers':[]}}"  \
                                             "\n"
#define NOT_REPLACED(code, text)                                                                   \
  "A call:trackReplaced {'error':{'name':'BasicError','code':" code ",'message':'" text "'}}\n"

static const HsMediaRequest audio = { .audio = TRUE };
static const HsMediaRequest video = { .video = TRUE };
static const HsMediaRequest screen = { .screen = TRUE };
static const HsMediaRequest both = { .audio = TRUE, .video = TRUE };
static const HsMediaRequest nothing = { 0 };

static const char *
get_id (HsCallFixture *f)
{
  return hs_call_fixture_get_id (f, "A");
}

static HsFakeSteps *
get_steps (HsCallFixture *f)
{
  return hs_fake_peer_factory_get_steps (f->peers);
}

static GTask *
new_waiter (HsCallFixture *f, const char *name)
{
  return name != NULL ? hs_call_fixture_new_waiter (f, name) : NULL;
}

static void
replace (HsCallFixture *f, const char *track, const HsMediaRequest *media, const char *waiter)
{
  g_autoptr (GError) error = NULL;
  gboolean begun =
      hs_calls_replace_track (f->calls, get_id (f), track, media, new_waiter (f, waiter), &error);

  g_assert_no_error (error);
  g_assert_true (begun);
}

static void
refuse_to_replace (HsCallFixture *f, const char *track, const HsMediaRequest *media, int code)
{
  g_autoptr (GTask) waiter = g_task_new (NULL, NULL, NULL, NULL);
  g_autoptr (GError) error = NULL;

  g_assert_false (
      hs_calls_replace_track (f->calls, get_id (f), track, media, g_object_ref (waiter), &error));
  g_assert_error (error, HS_CALL_ERROR, code);
  g_assert_finalize_object (g_steal_pointer (&waiter));
}

static void
assert_tracks (HsCallFixture *f, const char *expected)
{
  g_autoptr (JsonObject) call = hs_calls_dup_by_id (f->calls, get_id (f));
  JsonArray *ids = json_object_get_array_member (call, "localTracks");
  g_autoptr (JsonNode) node = hs_json_node_take_array (json_array_ref (ids));
  g_autofree char *text = hs_json_to_text (node);

  g_assert_cmpstr (text, ==, expected);
}

/* Connected, with a microphone (L1) and a camera (L2). */
static void
make_with_both (HsCallFixture *f)
{
  const char *const directions[] = { "sendrecv", "sendrecv", NULL };
  g_autofree char *sdp = hs_fake_sdp_new ("far", "7", directions);

  g_assert_nonnull (hs_calls_make (f->calls, "bo", &both, NULL, NULL, NULL));
  hs_call_fixture_skip (f);
  hs_call_fixture_receive (f, HS_MESSAGE_ANSWER, "leg-1", sdp);
  hs_call_fixture_skip (f);
}

/* --- call.replaceTrack --- */

/* The new track stands where the old one stood, and nothing is negotiated. */
static void
test_replaced (HsCallFixture *f, gconstpointer data)
{
  make_with_both (f);
  replace (f, "L1", &audio, "audio");
  hs_call_fixture_expect (
      f, BEGUN ("REPLACE_TRACK") "peer replace L1 by audio any\n" TRACK_ENDED ("L1")
             DONE ("REPLACE_TRACK") REPLACED ("L3", "L1", "audio") "waiter audio: ok\n");
  assert_tracks (f, "[\"L3\",\"L2\"]");
  replace (f, "L2", &screen, "screen");
  hs_call_fixture_expect (
      f, BEGUN ("REPLACE_TRACK") "peer replace L2 by screen any\n" TRACK_ENDED ("L2")
             DONE ("REPLACE_TRACK") REPLACED ("L4", "L2", "video") "waiter screen: ok\n");
  assert_tracks (f, "[\"L3\",\"L4\"]");

  /* A shared screen is the call's only video. */
  g_assert_true (hs_calls_stop_video (f->calls, get_id (f), NULL, NULL));
  hs_call_fixture_settle (f);
  g_assert_cmpstr (f->lines->pdata[1], ==, "peer remove L4");
}

#define REFUSED(code, text)                                                                        \
  BEGUN ("REPLACE_TRACK") FAILED ("REPLACE_TRACK", code, text) NOT_REPLACED (code, text)

static void
test_replace_guards (HsCallFixture *f, gconstpointer data)
{
  make_with_both (f);
  refuse_to_replace (f, "L1", &both, HS_CALL_ERROR_INVALID_PARAM);
  hs_call_fixture_expect (
      f, REFUSED ("'call:7'", "media must ask for exactly one of audio, video and screen"));
  refuse_to_replace (f, "L1", &nothing, HS_CALL_ERROR_INVALID_PARAM);
  hs_call_fixture_skip (f);
  refuse_to_replace (f, "R-audio", &audio, HS_CALL_ERROR_INVALID_PARAM);
  hs_call_fixture_expect (f,
                          REFUSED ("'call:7'", "trackId: the call sends no track \\'R-audio\\'"));
  refuse_to_replace (f, "L1", &video, HS_CALL_ERROR_INVALID_PARAM);
  hs_call_fixture_expect (
      f, REFUSED ("'call:7'", "media: a track is replaced by one of its kind, which is audio"));
  refuse_to_replace (f, "L2", &audio, HS_CALL_ERROR_INVALID_PARAM);
  hs_call_fixture_skip (f);
  hs_call_fixture_receive_end (f, "leg-1", 0, NULL);
  hs_call_fixture_skip (f);
  refuse_to_replace (f, "L1", &audio, HS_CALL_ERROR_INVALID_STATE);
  hs_call_fixture_expect (f, REFUSED ("'call:6'", "the call is Ended, it must be Connected"));
}

static void
test_replace_on_hold (HsCallFixture *f, gconstpointer data)
{
  hs_call_fixture_make_connected (f);
  hs_call_fixture_hold (f);
  refuse_to_replace (f, "L1", &audio, HS_CALL_ERROR_INVALID_STATE);
  hs_call_fixture_expect (f, REFUSED ("'call:6'", "the call is On Hold, it must be Connected"));
}

static void
test_replace_unknown_call (HsCallFixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (hs_calls_replace_track (f->calls, "nobody", "L1", &audio, NULL, &error));
  g_assert_error (error, HS_CALL_ERROR, HS_CALL_ERROR_INVALID_PARAM);
  hs_call_fixture_expect (
      f, BEGUN ("REPLACE_TRACK") OPERATION (
             "REPLACE_TRACK", "FINISH", HS_LINE_ERROR ("'call:7'", "there is no call \\'nobody\\'"))
             NOT_REPLACED ("'call:7'", "there is no call \\'nobody\\'"));
}

/* The old one stays in use. */
static void
test_replacement_cannot_be_opened (HsCallFixture *f, gconstpointer data)
{
  g_autoptr (GError) error = g_error_new (HS_CALL_ERROR, HS_CALL_ERROR_USER_MEDIA, "no mic");

  hs_call_fixture_make_connected (f);
  hs_fake_steps_fail_next (get_steps (f), HS_FAKE_REPLACE_TRACK, error);
  replace (f, "L1", &audio, "replace");
  hs_call_fixture_expect (
      f, BEGUN ("REPLACE_TRACK") "peer replace L1 by audio any\n" FAILED ("REPLACE_TRACK",
                                                                          "'call:4'", "no mic")
             NOT_REPLACED ("'call:4'", "no mic") "waiter replace: call:4 no mic\n");
  assert_tracks (f, "[\"L1\"]");
}

static void
test_ended_while_replacing (HsCallFixture *f, gconstpointer data)
{
  hs_call_fixture_make_connected (f);
  hs_fake_steps_hold (get_steps (f), HS_FAKE_REPLACE_TRACK);
  replace (f, "L1", &audio, "replace");
  hs_call_fixture_skip (f);
  hs_call_fixture_receive_end (f, "leg-1", 0, NULL);
  hs_call_fixture_settle (f);
  g_assert_cmpstr (f->returned->pdata[0], ==, "waiter replace: call:2 the call has ended");
}

/* Beside a negotiation, for it is none. */
static void
test_replaced_beside_a_negotiation (HsCallFixture *f, gconstpointer data)
{
  hs_call_fixture_make_connected (f);
  g_assert_true (hs_calls_hold (f->calls, get_id (f), NULL, NULL));
  hs_call_fixture_skip (f);
  replace (f, "L1", &audio, "replace");
  hs_call_fixture_settle (f);
  g_assert_cmpstr (f->returned->pdata[0], ==, "waiter replace: ok");
  assert_tracks (f, "[\"L2\"]");
}

/* --- call.changeInputDevices --- */

static gboolean
change_devices (HsCallFixture *f, const char *devices, const char *waiter, GError **error)
{
  g_autoptr (JsonNode) node = devices != NULL ? hs_json_parse (devices, -1, NULL) : NULL;

  return hs_calls_change_input_devices (f->calls, get_id (f),
                                        node != NULL ? json_node_get_object (node) : NULL,
                                        new_waiter (f, waiter), error);
}

static void
test_devices_changed (HsCallFixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  make_with_both (f);
  g_assert_true (
      change_devices (f, "{\"microphone\":\"mic-2\",\"camera\":\"cam-2\"}", "change", &error));
  hs_call_fixture_settle (f);
  g_assert_cmpuint (hs_call_fixture_count_lines (f, "peer replace L1 by audio mic-2"), ==, 1);
  g_assert_cmpuint (hs_call_fixture_count_lines (f, "peer replace L2 by video cam-2"), ==, 1);
  g_assert_cmpuint (hs_call_fixture_count_lines (f, "A call:trackReplaced {'newTrackId'"), ==, 2);
  g_assert_cmpuint (
      hs_call_fixture_count_lines (f, "A call:operation {'operation':'REPLACE_TRACK'"), ==, 4);
  g_assert_cmpstr (f->returned->pdata[0], ==, "waiter change: ok");
  hs_call_fixture_skip (f);
  assert_tracks (f, "[\"L3\",\"L4\"]");
}

/* A peer opens one device at a time. */
static void
test_devices_one_by_one (HsCallFixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  make_with_both (f);
  hs_fake_steps_hold (get_steps (f), HS_FAKE_REPLACE_TRACK);
  g_assert_true (change_devices (f, NULL, "change", &error));
  hs_call_fixture_settle (f);
  g_assert_cmpuint (hs_call_fixture_count_lines (f, "peer replace"), ==, 1);
  hs_fake_steps_release (get_steps (f), HS_FAKE_REPLACE_TRACK, NULL);
  hs_call_fixture_settle (f);
  g_assert_cmpuint (hs_call_fixture_count_lines (f, "peer replace"), ==, 2);
  g_assert_cmpuint (f->waiting, ==, 1);
  hs_call_fixture_receive_end (f, "leg-1", 0, NULL);
  hs_call_fixture_settle (f);
  g_assert_cmpstr (f->returned->pdata[0], ==, "waiter change: call:2 the call has ended");
}

static void
test_one_device_changed (HsCallFixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  make_with_both (f);
  g_assert_true (change_devices (f, "{\"camera\":\"cam-2\"}", NULL, &error));
  hs_call_fixture_skip (f);
  assert_tracks (f, "[\"L1\",\"L3\"]");
}

/* Without a word of which: the default ones, for what is in use. */
static void
test_default_devices (HsCallFixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  hs_call_fixture_make_connected (f);
  g_assert_true (change_devices (f, NULL, "change", &error));
  hs_call_fixture_settle (f);
  g_assert_cmpuint (hs_call_fixture_count_lines (f, "peer replace L1 by audio any"), ==, 1);
  g_assert_cmpstr (f->returned->pdata[0], ==, "waiter change: ok");
}

static void
test_device_guards (HsCallFixture *f, gconstpointer data)
{
  g_autoptr (GError) no_camera = NULL;
  g_autoptr (GError) ended = NULL;
  g_autoptr (GError) unknown = NULL;

  hs_call_fixture_make_connected (f);
  g_assert_false (change_devices (f, "{\"camera\":\"cam-2\"}", NULL, &no_camera));
  g_assert_error (no_camera, HS_CALL_ERROR, HS_CALL_ERROR_INVALID_PARAM);
  g_assert_cmpstr (no_camera->message, ==, "devices.camera: the call sends no video");
  hs_call_fixture_receive_end (f, "leg-1", 0, NULL);
  hs_call_fixture_skip (f);
  g_assert_false (change_devices (f, NULL, NULL, &ended));
  g_assert_error (ended, HS_CALL_ERROR, HS_CALL_ERROR_INVALID_STATE);
  g_assert_false (hs_calls_change_input_devices (f->calls, "nobody", NULL, NULL, &unknown));
  g_assert_error (unknown, HS_CALL_ERROR, HS_CALL_ERROR_INVALID_PARAM);
  hs_call_fixture_expect (f, "");
}

/* The first failure is what whoever waits hears; the other device is in use nevertheless. */
static void
test_one_device_fails (HsCallFixture *f, gconstpointer data)
{
  g_autoptr (GError) failure = g_error_new (HS_CALL_ERROR, HS_CALL_ERROR_USER_MEDIA, "no mic");
  g_autoptr (GError) error = NULL;

  make_with_both (f);
  hs_fake_steps_fail_next (get_steps (f), HS_FAKE_REPLACE_TRACK, failure);
  g_assert_true (change_devices (f, NULL, "change", &error));
  hs_call_fixture_settle (f);
  g_assert_cmpstr (f->returned->pdata[0], ==, "waiter change: call:4 no mic");
  hs_call_fixture_skip (f);
  assert_tracks (f, "[\"L1\",\"L3\"]");
}

static void
test_devices_on_hold (HsCallFixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  hs_call_fixture_make_connected (f);
  hs_call_fixture_hold (f);
  g_assert_true (change_devices (f, NULL, "change", &error));
  hs_call_fixture_settle (f);
  g_assert_cmpstr (f->returned->pdata[0], ==,
                   "waiter change: call:6 the call is On Hold, it must be Connected");
}

/* --- call.sendDTMF --- */

#define ADD(path, function)                                                                        \
  g_test_add ("/call/tracks/" path, HsCallFixture, NULL, hs_call_fixture_set_up, function,         \
              hs_call_fixture_tear_down)

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  ADD ("replaced", test_replaced);
  ADD ("replace-guards", test_replace_guards);
  ADD ("replace-on-hold", test_replace_on_hold);
  ADD ("replace-unknown-call", test_replace_unknown_call);
  ADD ("replacement-cannot-be-opened", test_replacement_cannot_be_opened);
  ADD ("ended-while-replacing", test_ended_while_replacing);
  ADD ("replaced-beside-a-negotiation", test_replaced_beside_a_negotiation);
  ADD ("devices-changed", test_devices_changed);
  ADD ("devices-one-by-one", test_devices_one_by_one);
  ADD ("one-device-changed", test_one_device_changed);
  ADD ("default-devices", test_default_devices);
  ADD ("device-guards", test_device_guards);
  ADD ("one-device-fails", test_one_device_fails);
  ADD ("devices-on-hold", test_devices_on_hold);
  return g_test_run ();
}
