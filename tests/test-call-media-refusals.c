/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Changes of what we send that are refused before anything is done. */
#include "base/hs-error.h"
#include "hs-media-change.h"

static const HsMediaRequest audio = { .audio = TRUE };

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
hang_up_there (HsCallFixture *f)
{
  hs_call_fixture_receive_end (f, "leg-1", 0, NULL);
  hs_call_fixture_skip (f);
}

typedef struct {
  const char *path;
  HsMediaChangeVerb verb;
  const char *begins;
  const char *ends;
  const char *companion; /* the event that goes with its end */
} Row;

static const Row rows[] = {
  { "add", add_audio, "ADD_MEDIA", "ADD_MEDIA", "call:newMedia" },
  { "start-video", hs_media_change_start_video, "ADD_BASIC_MEDIA", "ADD_MEDIA", "call:newMedia" },
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
  hs_media_change_refuse (f, ((const Row *) data)->verb, HS_CALL_ERROR_INVALID_STATE);
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

  hs_media_change_make_with_video (f);
  hs_media_change_begin (f, hs_calls_hold, NULL);
  hs_call_fixture_settle (f);
  sdp = hs_fake_sdp_new ("far", "7", inactive);
  hs_call_fixture_receive (f, HS_MESSAGE_ANSWER, "leg-1", sdp);
  hs_call_fixture_skip (f);
  hs_media_change_refuse (f, row->verb, HS_CALL_ERROR_INVALID_STATE);
  hs_call_fixture_settle (f);
  g_assert_cmpuint (f->lines->len, ==, 3);
}

static void
test_after_end (HsCallFixture *f, gconstpointer data)
{
  const Row *row = data;

  hs_call_fixture_make_connected (f);
  hang_up_there (f);
  hs_media_change_refuse (f, row->verb,
                          row->verb == hs_calls_stop_video ? HS_CALL_ERROR_INVALID_PARAM
                                                           : HS_CALL_ERROR_INVALID_STATE);
}

/* While another one is in progress that one is the reason, whatever else is wrong. */
static void
test_one_at_a_time (HsCallFixture *f, gconstpointer data)
{
  const Row *row = data;

  hs_call_fixture_make_connected (f);
  hs_media_change_begin (f, hs_calls_hold, NULL);
  hs_call_fixture_skip (f);
  hs_media_change_refuse (f, row->verb, HS_CALL_ERROR_GLARE);
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

  hs_media_change_make_with_video (f);
  hs_fake_steps_hold (steps, HS_REQUEST_RESPOND_UPDATE);
  hs_call_fixture_receive (f, HS_MESSAGE_UPDATE, "leg-1", sdp);
  hs_call_fixture_settle (f);
  hs_media_change_refuse (f, row->verb, HS_CALL_ERROR_GLARE);
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
  hs_media_change_make_with_video (f);
  hs_media_change_refuse (f, hs_media_change_start_video, HS_CALL_ERROR_INVALID_PARAM);
  hs_call_fixture_expect (
      f, HS_LINE_REFUSED ("ADD_BASIC_MEDIA", "ADD_MEDIA", HS_LINE_NO_MEDIA, "'call:7'",
                          "the call sends video already, call.addMedia adds more"));
  hs_media_change_refuse (f, add_nothing, HS_CALL_ERROR_INVALID_PARAM);
  hs_call_fixture_expect (f,
                          HS_LINE_REFUSED ("ADD_MEDIA", "ADD_MEDIA", HS_LINE_NO_MEDIA, "'call:7'",
                                           "neither audio nor video nor a screen was asked for"));
  hs_media_change_refuse (f, remove_none, HS_CALL_ERROR_INVALID_PARAM);
  hs_call_fixture_expect (f,
                          HS_LINE_REFUSED ("REMOVE_MEDIA", "REMOVE_MEDIA", HS_LINE_NOTHING_REMOVED,
                                           "'call:7'", "tracks is empty"));
  hs_media_change_refuse (f, remove_unknown, HS_CALL_ERROR_INVALID_PARAM);
  g_assert_cmpstr (f->lines->pdata[1], ==,
                   "A call:operation {'operation':'REMOVE_MEDIA','transition':'FINISH','isLocal':"
                   "true,'previous':{'operation':'REMOVE_MEDIA','status':'ONGOING'},'error':{'name'"
                   ":'BasicError','code':'call:7','message':'tracks[1]: the call sends no track "
                   "\\'R-audio\\''}}");
  hs_media_change_assert_tracks (f, "[\"L1\",\"L2\"]");
}

/* An empty list is told first, whatever the state. */
static void
test_empty_list_before_answer (HsCallFixture *f, gconstpointer data)
{
  hs_call_fixture_make_initiated (f);
  hs_media_change_refuse (f, remove_none, HS_CALL_ERROR_INVALID_PARAM);
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

  add_rows ("before-answer", test_before_answer);
  add_rows ("on-hold", test_on_hold);
  add_rows ("after-end", test_after_end);
  add_rows ("one-at-a-time", test_one_at_a_time);
  add_rows ("during-their-update", test_during_their_update);
  add_rows ("unknown-call", test_unknown_call);
  ADD ("wrong-parameters", test_wrong_parameters);
  ADD ("empty-list-before-answer", test_empty_list_before_answer);
  return g_test_run ();
}
