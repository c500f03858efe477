/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "hs-peer-fixture.h"

#include "base/hs-error.h"

/* Local tracks that are replaced, removed and added in a call. */

static HsTrack *
try_replace (HsParty *party, const char *track_id, const char *device_id, GError **error)
{
  g_autoptr (JsonObject) options = json_object_new ();
  HsMediaRequest request = { .audio = TRUE, .audio_options = options };
  g_autoptr (GAsyncResult) result = NULL;

  json_object_set_string_member (options, "deviceId", device_id);
  hs_peer_replace_track_async (party->peer, track_id, &request, NULL, hs_party_keep_result,
                               &result);
  hs_party_wait_for_result (party, &result);
  return hs_peer_replace_track_finish (party->peer, result, error);
}

static void
keep_track_id (HsPeer *peer, HsTrack *track, char **track_id)
{
  if (!track->local)
    return;
  g_free (*track_id);
  *track_id = g_strdup (track->id);
}

/* Returns: the id of A's track */
static char *
call (HsPeerFixture *f)
{
  char *track_id = NULL;

  hs_party_join (f, &f->a);
  hs_party_join (f, &f->b);
  g_signal_connect (f->a.peer, "track-added", G_CALLBACK (keep_track_id), &track_id);
  hs_party_open_microphone (&f->a);
  hs_party_open_microphone (&f->b);
  g_signal_handlers_disconnect_by_data (f->a.peer, &track_id);
  hs_party_negotiate (&f->a, &f->b);
  hs_party_wait_for_tone (&f->b, f->a.hz);
  hs_party_wait_for_tone (&f->a, f->b.hz);
  g_string_truncate (f->a.events, 0);
  g_string_truncate (f->b.events, 0);
  return track_id;
}

static void
test_replace (HsPeerFixture *f, gconstpointer data)
{
  g_autofree char *track_id = call (f);
  g_autoptr (GError) error = NULL;
  g_autoptr (HsTrack) next = try_replace (&f->a, track_id, "tone:1200", &error);

  g_assert_no_error (error);
  g_assert_cmpstr (next->id, !=, track_id);
  g_assert_true (next->local);
  g_assert_cmpint (next->kind, ==, HS_MEDIA_AUDIO);
  hs_party_wait_for_tone (&f->b, 1200);
  g_assert_cmpstr (f->a.events->str, ==, "");
  g_assert_cmpstr (f->b.events->str, ==, "");
}

static void
test_replace_refused (HsPeerFixture *f, gconstpointer data)
{
  g_autofree char *track_id = call (f);
  g_autoptr (GError) error = NULL;

  g_assert_null (try_replace (&f->a, track_id, "file:/nowhere.wav", &error));
  g_assert_error (error, HS_CALL_ERROR, HS_CALL_ERROR_USER_MEDIA);
  g_clear_error (&error);
  g_assert_null (try_replace (&f->a, "other", "tone:1200", &error));
  g_assert_error (error, HS_CALL_ERROR, HS_CALL_ERROR_INVALID_PARAM);
  hs_party_wait_for_tone (&f->b, f->a.hz);
}

static void
test_remove_and_add (HsPeerFixture *f, gconstpointer data)
{
  g_autofree char *track_id = call (f);

  hs_party_remove_track (&f->a, track_id);
  g_assert_cmpstr (f->a.events->str, ==, "");
  hs_party_negotiate (&f->a, &f->b);
  g_assert_cmpstr (f->a.events->str, ==, "-L ");
  g_assert_cmpstr (f->b.events->str, ==, "-R =R ");
  hs_party_wait_for_silence (&f->b);
  hs_party_wait_for_tone (&f->a, f->b.hz);
  hs_party_open_microphone (&f->a);
  hs_party_negotiate (&f->a, &f->b);
  g_assert_cmpstr (f->a.events->str, ==, "-L +L ");
  hs_party_wait_for_tone (&f->b, f->a.hz);
}

static void
test_removal_rolled_back (HsPeerFixture *f, gconstpointer data)
{
  g_autofree char *track_id = call (f);
  g_autofree char *refused = NULL;

  hs_party_remove_track (&f->a, track_id);
  refused = hs_party_offer (&f->a);
  hs_peer_rollback (f->a.peer);
  g_assert_cmpstr (f->a.events->str, ==, "");
  hs_party_negotiate (&f->b, &f->a);
  hs_party_wait_for_tone (&f->b, f->a.hz);
}

static void
test_addition_rolled_back (HsPeerFixture *f, gconstpointer data)
{
  g_autofree char *track_id = call (f);
  g_autofree char *refused = NULL;

  hs_party_remove_track (&f->a, track_id);
  hs_party_negotiate (&f->a, &f->b);
  hs_party_open_microphone (&f->a);
  refused = hs_party_offer (&f->a);
  hs_peer_rollback (f->a.peer);
  g_assert_cmpstr (f->a.events->str, ==, "-L +L -L ");
  hs_party_wait_for_tone (&f->a, f->b.hz);
}

static void
test_remove_unknown (HsPeerFixture *f, gconstpointer data)
{
  g_autofree char *track_id = call (f);
  const char *const ids[] = { track_id, "other", NULL };
  g_autoptr (GError) error = NULL;

  g_assert_false (hs_peer_remove_tracks (f->a.peer, ids, &error));
  g_assert_error (error, HS_CALL_ERROR, HS_CALL_ERROR_INVALID_PARAM);
  hs_party_negotiate (&f->a, &f->b);
  g_assert_cmpstr (f->a.events->str, ==, "");
}

static void
add (const char *path, void (*test) (HsPeerFixture *, gconstpointer))
{
  g_test_add (path, HsPeerFixture, NULL, hs_peer_fixture_set_up, test, hs_peer_fixture_tear_down);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  add ("/webrtc-peer/tracks/replace", test_replace);
  add ("/webrtc-peer/tracks/replace-refused", test_replace_refused);
  add ("/webrtc-peer/tracks/remove-and-add", test_remove_and_add);
  add ("/webrtc-peer/tracks/removal-rolled-back", test_removal_rolled_back);
  add ("/webrtc-peer/tracks/addition-rolled-back", test_addition_rolled_back);
  add ("/webrtc-peer/tracks/remove-unknown", test_remove_unknown);
  return g_test_run ();
}
