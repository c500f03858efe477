/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "hs-media-change.h"

#include "base/hs-error.h"
#include "base/hs-json.h"

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

gboolean
hs_media_change_start_video (HsCalls *calls, const char *id, GTask *waiter, GError **error)
{
  return hs_calls_start_video (calls, id, NULL, NULL, waiter, error);
}

void
hs_media_change_add (HsCallFixture *f,
                     const HsMediaRequest *media,
                     const char *options,
                     const char *waiter)
{
  g_autoptr (JsonObject) object = parse (options);
  g_autoptr (GError) error = NULL;
  gboolean begun =
      hs_calls_add_media (f->calls, get_id (f), media, object, new_waiter (f, waiter), &error);

  g_assert_no_error (error);
  g_assert_true (begun);
}

void
hs_media_change_begin (HsCallFixture *f, HsMediaChangeVerb verb, const char *waiter)
{
  g_autoptr (GError) error = NULL;
  gboolean begun = verb (f->calls, get_id (f), new_waiter (f, waiter), &error);

  g_assert_no_error (error);
  g_assert_true (begun);
}

void
hs_media_change_end_before_reply (HsCallFixture *f, HsMediaChangeVerb verb)
{
  HsFakeSteps *steps = hs_fake_signalling_get_steps (f->signalling);

  hs_fake_steps_hold (steps, HS_REQUEST_UPDATE);
  hs_media_change_begin (f, verb, "change");
  hs_call_fixture_skip (f);
  hs_media_change_begin (f, hs_calls_end, "end");
  hs_call_fixture_skip (f);
  g_assert_cmpuint (f->waiting, ==, 0);
  hs_fake_steps_release (steps, HS_REQUEST_UPDATE, NULL);
  hs_call_fixture_expect (f, "");
}

void
hs_media_change_refuse (HsCallFixture *f, HsMediaChangeVerb verb, int code)
{
  g_autoptr (GTask) waiter = g_task_new (NULL, NULL, NULL, NULL);
  g_autoptr (GError) error = NULL;

  g_assert_false (verb (f->calls, get_id (f), g_object_ref (waiter), &error));
  g_assert_error (error, HS_CALL_ERROR, code);
  g_assert_finalize_object (g_steal_pointer (&waiter));
}

void
hs_media_change_answer (HsCallFixture *f, const char *video_direction)
{
  const char *const directions[] = { "sendrecv", video_direction, NULL };
  g_autofree char *sdp = hs_fake_sdp_new ("far", "7", directions);

  hs_call_fixture_receive (f, HS_MESSAGE_ANSWER, "leg-1", sdp);
}

void
hs_media_change_make_with_video (HsCallFixture *f)
{
  hs_call_fixture_make_connected (f);
  hs_media_change_begin (f, hs_media_change_start_video, NULL);
  hs_call_fixture_settle (f);
  hs_media_change_answer (f, "recvonly");
  hs_call_fixture_skip (f);
}

static char *
dup_local_tracks (HsCallFixture *f)
{
  g_autoptr (JsonObject) call = hs_call_fixture_dup_call (f, "A");
  JsonArray *ids = json_object_get_array_member (call, "localTracks");
  g_autoptr (JsonNode) node = hs_json_node_take_array (json_array_ref (ids));

  return hs_json_to_text (node);
}

void
hs_media_change_assert_tracks (HsCallFixture *f, const char *expected)
{
  g_autofree char *tracks = dup_local_tracks (f);

  g_assert_cmpstr (tracks, ==, expected);
}

void
hs_media_change_assert_options (HsCallFixture *f, const char *bandwidth, const char *dscp)
{
  g_autoptr (JsonObject) call = hs_call_fixture_dup_call (f, "A");
  JsonObject *controls = hs_json_get_object (call, "dscpControls");
  g_autofree char *limits =
      hs_json_object_to_text (json_object_ref (json_object_get_object_member (call, "bandwidth")));
  g_autofree char *text =
      controls != NULL ? hs_json_object_to_text (json_object_ref (controls)) : NULL;

  g_assert_cmpstr (limits, ==, bandwidth);
  g_assert_cmpstr (text, ==, dscp);
}
