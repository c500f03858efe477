/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "hs-fake"

#include "hs-peer-fixture.h"

#include "base/hs-json.h"
#include "hs-library-faults.h"

#include <glib/gstdio.h>

#define RATE      48000
#define MEASURED  (RATE / 10)
#define AMPLITUDE 1500 /* less than half of what a party says, to allow for codecs and gaps */

/* --- configuration --- */

void
hs_peer_fixture_configure (HsPeerFixture *fixture, const char *json)
{
  g_autofree char *text = g_strdelimit (g_strdup (json), "'", '"');
  g_autoptr (JsonNode) node = hs_json_parse (text, -1, NULL);

  hs_config_merge (fixture->config, json_node_get_object (node));
}

void
hs_peer_fixture_set_up (HsPeerFixture *fixture, gconstpointer data)
{
  hs_test_tolerate_library_faults ();
  fixture->clock = hs_fake_clock_new ();
  fixture->config = hs_config_new (NULL);
  hs_peer_fixture_configure (fixture, "{'media': {'address': '127.0.0.1'}}");
  fixture->media = hs_media_new (HS_CLOCK (fixture->clock), fixture->config);
  fixture->folder = g_dir_make_tmp ("hs-peer-XXXXXX", NULL);
  fixture->a.hz = 440;
  fixture->b.hz = 800;
  fixture->c.hz = 1200;
}

static gboolean
is_last_reference (gpointer user_data)
{
  return G_OBJECT (user_data)->ref_count == 1;
}

static gboolean
is_set (gpointer user_data)
{
  return *(gpointer *) user_data != NULL;
}

void
hs_peer_fixture_settle (HsPeerFixture *fixture)
{
  g_autoptr (GAsyncResult) settled = NULL;

  hs_media_settle_async (fixture->media, NULL, hs_party_keep_result, &settled);
  hs_test_wait (is_set, &settled);
  g_assert_true (hs_media_settle_finish (fixture->media, settled, NULL));
}

void
hs_peer_fixture_tear_down (HsPeerFixture *fixture, gconstpointer data)
{
  hs_party_leave (&fixture->a);
  hs_party_leave (&fixture->b);
  hs_party_leave (&fixture->c);
  hs_peer_fixture_settle (fixture);
  hs_test_wait (is_last_reference, fixture->media);
  g_assert_finalize_object (fixture->media);
  g_assert_cmpuint (hs_fake_clock_count_timers (fixture->clock), ==, 0);
  g_clear_object (&fixture->config);
  g_assert_finalize_object (fixture->clock);
  g_assert_cmpint (g_rmdir (fixture->folder), ==, 0);
  g_clear_pointer (&fixture->folder, g_free);
}

/* --- events --- */

static void
on_track_added (HsPeer *peer, HsTrack *track, HsParty *party)
{
  g_string_append (party->events, track->local ? "+L " : "+R ");
}

static void
on_track_ended (HsPeer *peer, HsTrack *track, HsParty *party)
{
  g_string_append (party->events, track->local ? "-L " : "-R ");
}

static void
on_source_muted (HsPeer *peer, const char *track_id, gboolean muted, HsParty *party)
{
  g_string_append (party->events, muted ? "=R " : "!R ");
}

static void
on_state_changed (HsPeer *peer, HsPeerState state, const GError *reason, HsParty *party)
{
  party->state = state;
  g_clear_error (&party->reason);
  if (reason != NULL)
    party->reason = g_error_copy (reason);
}

/* --- coming and going --- */

void
hs_party_join (HsPeerFixture *fixture, HsParty *party)
{
  g_autofree char *speaker = NULL;
  g_autofree char *name = g_strdup_printf ("%g.wav", party->hz);
  HsPeerOptions options = { .call_id = "call", .caller = party == &fixture->a };

  party->file = g_build_filename (fixture->folder, name, NULL);
  party->events = g_string_new (NULL);
  party->clock = fixture->clock;
  party->state = HS_PEER_NEW;
  options.speaker_id = speaker = g_strconcat ("file:", party->file, NULL);
  party->peer = hs_peer_factory_create_peer (HS_PEER_FACTORY (fixture->media), &options);
  g_signal_connect (party->peer, "track-added", G_CALLBACK (on_track_added), party);
  g_signal_connect (party->peer, "track-ended", G_CALLBACK (on_track_ended), party);
  g_signal_connect (party->peer, "source-muted", G_CALLBACK (on_source_muted), party);
  g_signal_connect (party->peer, "state-changed", G_CALLBACK (on_state_changed), party);
}

void
hs_party_leave (HsParty *party)
{
  if (party->peer == NULL)
    return;
  hs_peer_close (party->peer);
  hs_test_wait (is_last_reference, party->peer);
  g_assert_finalize_object (party->peer);
  party->peer = NULL;
  g_string_free (party->events, TRUE);
  party->events = NULL;
  g_clear_error (&party->reason);
  g_unlink (party->file);
  g_clear_pointer (&party->file, g_free);
}

/* --- operations --- */

void
hs_party_keep_result (GObject *source, GAsyncResult *result, gpointer user_data)
{
  *(GAsyncResult **) user_data = g_object_ref (result);
}

typedef struct {
  HsParty *party;
  GAsyncResult **result;
} Waiting;

static gboolean
has_ended (gpointer user_data)
{
  Waiting *waiting = user_data;

  if (*waiting->result != NULL)
    return TRUE;
  hs_fake_clock_advance (waiting->party->clock, 1);
  return *waiting->result != NULL;
}

void
hs_party_wait_for_result (HsParty *party, GAsyncResult **result)
{
  Waiting waiting = { party, result };

  hs_test_wait (has_ended, &waiting);
}

void
hs_party_open_microphone (HsParty *party)
{
  g_autofree char *device = g_strdup_printf ("tone:%g", party->hz);
  g_autoptr (JsonObject) options = json_object_new ();
  HsMediaRequest request = { .audio = TRUE, .audio_options = options };
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GPtrArray) tracks = NULL;
  g_autoptr (GError) error = NULL;

  json_object_set_string_member (options, "deviceId", device);
  hs_peer_open_media_async (party->peer, &request, NULL, hs_party_keep_result, &result);
  hs_party_wait_for_result (party, &result);
  tracks = hs_peer_open_media_finish (party->peer, result, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (tracks->len, ==, 1);
}

void
hs_party_remove_track (HsParty *party, const char *track_id)
{
  const char *const ids[] = { track_id, NULL };
  g_autoptr (GError) error = NULL;
  gboolean removed = hs_peer_remove_tracks (party->peer, ids, &error);

  g_assert_no_error (error);
  g_assert_true (removed);
}

char *
hs_party_try_offer (HsParty *party, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  hs_peer_create_offer_async (party->peer, NULL, hs_party_keep_result, &result);
  hs_party_wait_for_result (party, &result);
  return hs_peer_create_offer_finish (party->peer, result, error);
}

char *
hs_party_try_answer (HsParty *party, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  hs_peer_create_answer_async (party->peer, NULL, hs_party_keep_result, &result);
  hs_party_wait_for_result (party, &result);
  return hs_peer_create_answer_finish (party->peer, result, error);
}

gboolean
hs_party_try_take (HsParty *party, HsDescriptionType type, const char *sdp, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  hs_peer_set_remote_async (party->peer, type, sdp, NULL, hs_party_keep_result, &result);
  hs_party_wait_for_result (party, &result);
  return hs_peer_set_remote_finish (party->peer, result, error);
}

char *
hs_party_offer (HsParty *party)
{
  g_autoptr (GError) error = NULL;
  char *sdp = hs_party_try_offer (party, &error);

  g_assert_no_error (error);
  return sdp;
}

char *
hs_party_answer (HsParty *party)
{
  g_autoptr (GError) error = NULL;
  char *sdp = hs_party_try_answer (party, &error);

  g_assert_no_error (error);
  return sdp;
}

void
hs_party_take (HsParty *party, HsDescriptionType type, const char *sdp)
{
  g_autoptr (GError) error = NULL;
  gboolean taken = hs_party_try_take (party, type, sdp, &error);

  g_assert_no_error (error);
  g_assert_true (taken);
}

JsonObject *
hs_party_get_stats (HsParty *party, const char *track_id)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  JsonObject *stats;

  hs_peer_get_stats_async (party->peer, track_id, NULL, hs_party_keep_result, &result);
  hs_party_wait_for_result (party, &result);
  stats = hs_peer_get_stats_finish (party->peer, result, &error);
  g_assert_no_error (error);
  return stats;
}

void
hs_party_negotiate (HsParty *from, HsParty *to)
{
  g_autofree char *offer = hs_party_offer (from);
  g_autofree char *answer = NULL;

  hs_party_take (to, HS_DESCRIPTION_OFFER, offer);
  answer = hs_party_answer (to);
  hs_party_take (from, HS_DESCRIPTION_ANSWER, answer);
}

void
hs_peer_fixture_join (HsPeerFixture *fixture)
{
  hs_party_join (fixture, &fixture->a);
  hs_party_join (fixture, &fixture->b);
  hs_party_open_microphone (&fixture->a);
  hs_party_open_microphone (&fixture->b);
}

void
hs_peer_fixture_call (HsPeerFixture *fixture)
{
  hs_peer_fixture_join (fixture);
  hs_party_negotiate (&fixture->a, &fixture->b);
}

/* --- waiting --- */

typedef struct {
  HsParty *party;
  HsPeerState state;
  double hz;
  gsize skip; /* samples heard before the waiting began */
} Expectation;

static gboolean
has_state (gpointer user_data)
{
  Expectation *expected = user_data;

  return expected->party->state == expected->state;
}

void
hs_party_wait_for_state (HsParty *party, HsPeerState state)
{
  Expectation expected = { .party = party, .state = state };

  hs_test_wait (has_state, &expected);
}

void
hs_party_wait_for_packets (HsParty *party, gint64 n)
{
  gint64 sent = 0;

  while (sent <= n) {
    g_autoptr (JsonObject) stats = hs_party_get_stats (party, NULL);

    sent = hs_json_get_int (hs_json_get_object (stats, "outbound-audio"), "packetsSent", 0);
  }
}

/* What was heard: the samples behind the header, which promises less than is there. */
static gsize
read_samples (HsParty *party, char **contents)
{
  gsize length = 0;

  if (!g_file_get_contents (party->file, contents, &length, NULL) || length < 44)
    return 0;
  return (length - 44) / sizeof (gint16);
}

static gsize
count_samples (HsParty *party)
{
  g_autofree char *contents = NULL;

  return read_samples (party, &contents);
}

gboolean
hs_party_has_heard_anything (HsParty *party)
{
  return count_samples (party) > 0;
}

static gboolean
hears_tone (gpointer user_data)
{
  static const double others[] = { 440, 800, 1200 };
  Expectation *expected = user_data;
  g_autofree char *contents = NULL;
  gsize n_samples = read_samples (expected->party, &contents);
  const gint16 *last = (const gint16 *) (gpointer) (contents + 44) + n_samples - MEASURED;

  if (n_samples < expected->skip + MEASURED)
    return FALSE;
  for (gsize i = 0; i < G_N_ELEMENTS (others); i++) {
    double amplitude = hs_test_measure_tone (last, MEASURED, RATE, others[i]);

    if ((amplitude > AMPLITUDE) != (others[i] == expected->hz))
      return FALSE;
  }
  return TRUE;
}

void
hs_party_wait_for_tone (HsParty *party, double hz)
{
  Expectation expected = { .party = party, .hz = hz, .skip = count_samples (party) };

  hs_test_wait (hears_tone, &expected);
}

void
hs_party_wait_for_talk (HsParty *a, HsParty *b)
{
  hs_party_wait_for_state (a, HS_PEER_CONNECTED);
  hs_party_wait_for_state (b, HS_PEER_CONNECTED);
  hs_party_wait_for_tone (b, a->hz);
  hs_party_wait_for_tone (a, b->hz);
}

static gboolean
hears_nothing (gpointer user_data)
{
  Expectation *expected = user_data;
  g_autofree char *contents = NULL;
  gsize n_samples = read_samples (expected->party, &contents);
  const gint16 *last = (const gint16 *) (gpointer) (contents + 44) + n_samples - MEASURED;

  if (n_samples < expected->skip + MEASURED)
    return FALSE;
  for (guint i = 0; i < MEASURED; i++) {
    if (last[i] != 0)
      return FALSE;
  }
  return TRUE;
}

void
hs_party_wait_for_silence (HsParty *party)
{
  Expectation expected = { .party = party, .skip = count_samples (party) };

  hs_test_wait (hears_nothing, &expected);
}

/* --- looking --- */

HsSdpDirection
hs_test_get_direction (const char *sdp, guint line)
{
  g_autoptr (HsSdp) parsed = hs_sdp_parse (sdp, NULL);

  g_assert_nonnull (parsed);
  g_assert_nonnull (hs_sdp_get_section (parsed, line));
  return hs_sdp_section_get_direction (hs_sdp_get_section (parsed, line));
}
