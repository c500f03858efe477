/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "hs-fake-log.h"
#include "hs-peer-fixture.h"

#include "base/hs-error.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <sys/resource.h>

/* Tracks that are muted, heard elsewhere, recorded. */

typedef struct {
  char *local;
  char *remote;
} Ids;

static void
keep_id (HsPeer *peer, HsTrack *track, Ids *ids)
{
  char **id = track->local ? &ids->local : &ids->remote;

  g_free (*id);
  *id = g_strdup (track->id);
}

static void
ids_clear (Ids *ids)
{
  g_free (ids->local);
  g_free (ids->remote);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Ids, ids_clear)

/* @ids: of A's tracks */
static void
call (HsPeerFixture *f, Ids *ids)
{
  hs_party_join (f, &f->a);
  hs_party_join (f, &f->b);
  g_signal_connect (f->a.peer, "track-added", G_CALLBACK (keep_id), ids);
  hs_party_open_microphone (&f->a);
  hs_party_open_microphone (&f->b);
  hs_party_negotiate (&f->a, &f->b);
  g_signal_handlers_disconnect_by_data (f->a.peer, ids);
  hs_party_wait_for_tone (&f->b, f->a.hz);
  hs_party_wait_for_tone (&f->a, f->b.hz);
}

static void
mute (HsParty *party, const char *track_id, gboolean muted)
{
  g_autoptr (GError) error = NULL;
  gboolean done = hs_peer_set_muted (party->peer, track_id, muted, &error);

  g_assert_no_error (error);
  g_assert_true (done);
}

static gboolean
try_render (HsParty *party,
            const char *track_id,
            const char *container,
            const char *speaker_id,
            GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  hs_peer_render_track_async (party->peer, track_id, container, speaker_id, NULL,
                              hs_party_keep_result, &result);
  hs_party_wait_for_result (party, &result);
  return hs_peer_render_track_finish (party->peer, result, error);
}

static void
render (HsParty *party, const char *track_id, const char *container, const char *speaker_id)
{
  g_autoptr (GError) error = NULL;
  gboolean done = try_render (party, track_id, container, speaker_id, &error);

  g_assert_no_error (error);
  g_assert_true (done);
}

/* A file beside those of the parties, and what listens there. */
typedef struct {
  HsParty party; /* only its file */
  char *container;
} Place;

static void
place_set_up (Place *place, HsPeerFixture *f)
{
  *place = (Place){ 0 };
  place->party.file = g_build_filename (f->folder, "place.wav", NULL);
  place->party.clock = f->clock;
  place->container = g_strconcat ("file:", place->party.file, NULL);
}

static void
place_clear (Place *place)
{
  g_unlink (place->party.file);
  g_free (place->party.file);
  g_free (place->container);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Place, place_clear)

/* --- muting --- */

static void
test_mute_local (HsPeerFixture *f, gconstpointer data)
{
  g_auto (Ids) ids = { 0 };

  call (f, &ids);
  mute (&f->a, ids.local, TRUE);
  hs_party_wait_for_silence (&f->b);
  hs_party_wait_for_tone (&f->a, f->b.hz);
  mute (&f->a, ids.local, FALSE);
  hs_party_wait_for_tone (&f->b, f->a.hz);
}

static void
test_mute_remote (HsPeerFixture *f, gconstpointer data)
{
  g_auto (Ids) ids = { 0 };

  call (f, &ids);
  mute (&f->a, ids.remote, TRUE);
  hs_party_wait_for_silence (&f->a);
  hs_party_wait_for_tone (&f->b, f->a.hz);
  mute (&f->a, ids.remote, FALSE);
  hs_party_wait_for_tone (&f->a, f->b.hz);
}

static void
test_mute_unknown (HsPeerFixture *f, gconstpointer data)
{
  g_auto (Ids) ids = { 0 };
  g_autoptr (GError) error = NULL;

  call (f, &ids);
  g_assert_false (hs_peer_set_muted (f->a.peer, "nobody", TRUE, &error));
  g_assert_error (error, HS_CALL_ERROR, HS_CALL_ERROR_INVALID_PARAM);
}

static void
test_replaced_track_is_not_muted (HsPeerFixture *f, gconstpointer data)
{
  g_auto (Ids) ids = { 0 };
  g_autoptr (JsonObject) options = json_object_new ();
  HsMediaRequest request = { .audio = TRUE, .audio_options = options };
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (HsTrack) next = NULL;

  call (f, &ids);
  mute (&f->a, ids.local, TRUE);
  hs_party_wait_for_silence (&f->b);
  json_object_set_string_member (options, "deviceId", "tone:1200");
  hs_peer_replace_track_async (f->a.peer, ids.local, &request, NULL, hs_party_keep_result, &result);
  hs_party_wait_for_result (&f->a, &result);
  next = hs_peer_replace_track_finish (f->a.peer, result, NULL);
  g_assert_nonnull (next);
  hs_party_wait_for_tone (&f->b, 1200);
}

/* --- rendering --- */

static void
test_speaker (HsPeerFixture *f, gconstpointer data)
{
  g_auto (Ids) ids = { 0 };

  call (f, &ids);
  /* The first name takes over from the default, which it is. */
  render (&f->a, ids.remote, "#there", NULL);
  render (&f->a, ids.remote, "#there", NULL);
  render (&f->a, ids.remote, "speaker", NULL);
  hs_peer_unrender_track (f->a.peer, ids.remote, "#there");
  hs_party_wait_for_tone (&f->a, f->b.hz);
  hs_peer_unrender_track (f->a.peer, ids.remote, "speaker");
  hs_party_wait_for_tone (&f->b, f->a.hz);
  /* Nothing more is written: the sink has left its last port. */
  render (&f->a, ids.remote, "#there", NULL);
  hs_party_wait_for_tone (&f->a, f->b.hz);
}

static void
test_default_can_be_silenced (HsPeerFixture *f, gconstpointer data)
{
  g_auto (Ids) ids = { 0 };
  g_auto (Place) place;

  call (f, &ids);
  place_set_up (&place, f);
  hs_peer_unrender_track (f->a.peer, ids.remote, "speaker");
  render (&f->a, ids.remote, "aside", place.container);
  hs_party_wait_for_tone (&place.party, f->b.hz);
}

static void
test_record_remote (HsPeerFixture *f, gconstpointer data)
{
  g_auto (Ids) ids = { 0 };
  g_auto (Place) place;
  g_autoptr (GArray) samples = NULL;

  call (f, &ids);
  place_set_up (&place, f);
  render (&f->a, ids.remote, place.container, NULL);
  hs_party_wait_for_tone (&place.party, f->b.hz);
  /* Valid while it is still being written, too. */
  samples = hs_test_read_wave (place.party.file, NULL);
  g_assert_nonnull (samples);
  hs_peer_unrender_track (f->a.peer, ids.remote, place.container);
  hs_party_wait_for_tone (&f->a, f->b.hz);
}

static void
test_record_local (HsPeerFixture *f, gconstpointer data)
{
  g_auto (Ids) ids = { 0 };
  g_auto (Place) place;

  call (f, &ids);
  place_set_up (&place, f);
  render (&f->a, ids.local, place.container, NULL);
  hs_party_wait_for_tone (&place.party, f->a.hz);
  mute (&f->a, ids.local, TRUE);
  hs_party_wait_for_silence (&place.party);
}

static void
test_refused (HsPeerFixture *f, gconstpointer data)
{
  g_auto (Ids) ids = { 0 };
  g_autoptr (GError) error = NULL;

  call (f, &ids);
  g_assert_false (try_render (&f->a, "nobody", "speaker", NULL, &error));
  g_assert_error (error, HS_CALL_ERROR, HS_CALL_ERROR_INVALID_PARAM);
  g_clear_error (&error);
  g_assert_false (try_render (&f->a, ids.remote, "file:/tmp/a.mp3", NULL, &error));
  g_assert_error (error, HS_CALL_ERROR, HS_CALL_ERROR_INVALID_PARAM);
  g_clear_error (&error);
  g_assert_false (try_render (&f->a, ids.remote, "file:/nowhere/a.wav", NULL, &error));
  g_assert_error (error, HS_CALL_ERROR, HS_CALL_ERROR_USER_MEDIA);
  g_clear_error (&error);
  g_assert_false (try_render (&f->a, ids.remote, "aside", "no such speaker", &error));
  g_assert_error (error, HS_CALL_ERROR, HS_CALL_ERROR_USER_MEDIA);
  g_clear_error (&error);
  g_assert_false (try_render (&f->a, ids.remote, "aside", "file:relative.wav", &error));
  g_assert_error (error, HS_CALL_ERROR, HS_CALL_ERROR_INVALID_PARAM);
  hs_peer_unrender_track (f->a.peer, "nobody", "speaker");
  hs_party_wait_for_tone (&f->a, f->b.hz);
}

static void
test_taken_away_while_opening (HsPeerFixture *f, gconstpointer data)
{
  g_auto (Ids) ids = { 0 };
  g_auto (Place) place;
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  call (f, &ids);
  place_set_up (&place, f);
  hs_peer_render_track_async (f->a.peer, ids.remote, place.container, NULL, NULL,
                              hs_party_keep_result, &result);
  hs_peer_unrender_track (f->a.peer, ids.remote, place.container);
  hs_party_wait_for_result (&f->a, &result);
  g_assert_false (hs_peer_render_track_finish (f->a.peer, result, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  hs_party_wait_for_tone (&f->a, f->b.hz);
}

static void
on_container_failed (
    HsPeer *peer, const char *track_id, const char *container, const GError *reason, char **told)
{
  g_assert_error (reason, HS_CALL_ERROR, HS_CALL_ERROR_USER_MEDIA);
  *told = g_strdup_printf ("%s %s", track_id, container);
}

static gboolean
is_told (gpointer user_data)
{
  return *(char **) user_data != NULL;
}

static void
silence_speaker (HsParty *party)
{
  g_autoptr (GAsyncResult) result = NULL;
  GTask *waiter = g_task_new (NULL, NULL, hs_party_keep_result, &result);

  g_assert_true (hs_peer_set_speaker (party->peer, "null", waiter, NULL));
  hs_party_wait_for_result (party, &result);
  g_assert_true (g_task_propagate_boolean (G_TASK (result), NULL));
}

/* The parties' own recordings must not meet the limit. */
static void
stop_recording (HsPeerFixture *f)
{
  HsAudioEngine *engine = hs_media_get_audio_engine (f->media);
  g_autoptr (GAsyncResult) result = NULL;

  silence_speaker (&f->a);
  silence_speaker (&f->b);
  hs_audio_engine_drain_async (engine, hs_party_keep_result, &result);
  hs_party_wait_for_result (&f->a, &result);
  g_assert_true (hs_audio_engine_drain_finish (engine, result, NULL));
}

/* A limit on the size of files stands for a disk that becomes full. */
static void
test_full_disk (HsPeerFixture *f, gconstpointer data)
{
  g_auto (Ids) ids = { 0 };
  g_auto (Place) place;
  g_autoptr (GArray) samples = NULL;
  g_autofree char *told = NULL;
  g_autofree char *expected = NULL;
  struct rlimit old, small;

  call (f, &ids);
  place_set_up (&place, f);
  stop_recording (f);
  expected = g_strdup_printf ("%s %s", ids.local, place.container);
  g_signal_connect (f->a.peer, "container-failed", G_CALLBACK (on_container_failed), &told);
  g_assert_cmpint (getrlimit (RLIMIT_FSIZE, &old), ==, 0);
  small = old;
  small.rlim_cur = 70000;
  signal (SIGXFSZ, SIG_IGN);
  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &small), ==, 0);
  render (&f->a, ids.local, place.container, NULL);
  hs_test_wait (is_told, &told);
  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &old), ==, 0);
  g_assert_cmpstr (told, ==, expected);
  hs_fake_log_expect (G_LOG_LEVEL_WARNING, "*place.wav*File too large*");
  samples = hs_test_read_wave (place.party.file, NULL);
  g_assert_cmpuint (samples->len, >, 0);
  hs_fake_log_assert_empty ();
}

static void
add (const char *path, void (*test) (HsPeerFixture *, gconstpointer))
{
  g_test_add (path, HsPeerFixture, NULL, hs_peer_fixture_set_up, test, hs_peer_fixture_tear_down);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  hs_fake_log_start ();
  add ("/webrtc-peer/mute/local", test_mute_local);
  add ("/webrtc-peer/mute/remote", test_mute_remote);
  add ("/webrtc-peer/mute/unknown", test_mute_unknown);
  add ("/webrtc-peer/mute/replaced-track-is-not-muted", test_replaced_track_is_not_muted);
  add ("/webrtc-peer/render/speaker", test_speaker);
  add ("/webrtc-peer/render/default-can-be-silenced", test_default_can_be_silenced);
  add ("/webrtc-peer/render/record-remote", test_record_remote);
  add ("/webrtc-peer/render/record-local", test_record_local);
  add ("/webrtc-peer/render/refused", test_refused);
  add ("/webrtc-peer/render/taken-away-while-opening", test_taken_away_while_opening);
  add ("/webrtc-peer/render/full-disk", test_full_disk);
  return g_test_run ();
}
