/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <math.h>

#include "hs-mixer-fixture.h"
#include "media/hs-audio-mixer.h"
#include "media/hs-audio-sink-private.h"
#include "media/hs-audio-tone-source.h"

static void
test_nothing_moves_while_gates_are_closed (HsMixerFixture *self, gconstpointer data)
{
  hs_test_set_tone (self->port, 440, -12);
  hs_audio_port_set_sink (self->port, HS_AUDIO_SINK (self->recorder));
  hs_test_receive_value (self->port, 1000, HS_AUDIO_BLOCK);
  g_assert_false (hs_mixer_fixture_tick (self, 3));
  g_assert_cmpuint (self->sent->len, ==, 0);
  g_assert_cmpuint (self->recorder->samples->len, ==, 0);
}

static void
test_changes_wake (HsMixerFixture *self, gconstpointer data)
{
  hs_audio_port_set_gates (self->port, TRUE, FALSE);
  g_assert_cmpuint (self->n_wakes, ==, 1);
  hs_test_set_tone (self->port, 440, -12);
  g_assert_cmpuint (self->n_wakes, ==, 2);
}

static void
test_received_goes_to_all_sinks (HsMixerFixture *self, gconstpointer data)
{
  g_autoptr (HsAudioSink) second = hs_audio_sink_new (hs_recorder_get_type (), "second", "Second");

  hs_audio_port_set_sink (self->port, HS_AUDIO_SINK (self->recorder));
  hs_audio_port_add_sink (self->port, HS_AUDIO_SINK (self->recorder));
  hs_audio_port_add_sink (self->port, second);
  hs_audio_port_set_gates (self->port, FALSE, TRUE);
  hs_test_receive_value (self->port, 1234, 2 * HS_AUDIO_BLOCK);
  g_assert_true (hs_mixer_fixture_tick (self, 1));
  hs_audio_port_remove_sink (self->port, second);
  hs_mixer_fixture_tick (self, 1);
  g_assert_cmpuint (self->recorder->samples->len, ==, 2 * HS_AUDIO_BLOCK);
  g_assert_cmpint (hs_test_get_sample (self->recorder->samples, 0), ==, 1234);
  g_assert_cmpint (hs_test_get_sample (self->recorder->samples, 2 * HS_AUDIO_BLOCK - 1), ==, 1234);
  g_assert_cmpuint (((HsRecorder *) second)->samples->len, ==, HS_AUDIO_BLOCK);
}

static void
test_speaker_adds_calls_and_saturates (HsMixerFixture *self, gconstpointer data)
{
  hs_audio_port_set_sink (self->port, HS_AUDIO_SINK (self->recorder));
  hs_audio_port_set_sink (self->other, HS_AUDIO_SINK (self->recorder));
  hs_audio_port_set_gates (self->port, FALSE, TRUE);
  hs_audio_port_set_gates (self->other, FALSE, TRUE);
  hs_test_receive_value (self->port, 1000, HS_AUDIO_BLOCK);
  hs_test_receive_value (self->other, 234, HS_AUDIO_BLOCK);
  hs_mixer_fixture_tick (self, 1);
  hs_test_receive_value (self->port, -30000, HS_AUDIO_BLOCK);
  hs_test_receive_value (self->other, -30000, HS_AUDIO_BLOCK);
  hs_mixer_fixture_tick (self, 1);
  g_assert_cmpuint (self->recorder->samples->len, ==, 2 * HS_AUDIO_BLOCK);
  g_assert_cmpint (hs_test_get_sample (self->recorder->samples, 0), ==, 1234);
  g_assert_cmpint (hs_test_get_sample (self->recorder->samples, HS_AUDIO_BLOCK), ==, G_MININT16);
}

static void
test_receive_gain_and_mute (HsMixerFixture *self, gconstpointer data)
{
  HsAudioLevel level;

  hs_audio_port_set_sink (self->port, HS_AUDIO_SINK (self->recorder));
  hs_audio_port_set_gates (self->port, FALSE, TRUE);
  hs_audio_port_set_receive_gain (self->port, 2.0);
  hs_mixer_fixture_tick (self, 1);
  hs_test_receive_value (self->port, 1000, HS_AUDIO_BLOCK);
  hs_mixer_fixture_tick (self, 1);
  g_assert_cmpint (hs_test_get_sample (self->recorder->samples, HS_AUDIO_BLOCK), ==, 2000);
  hs_audio_port_set_receive_mute (self->port, TRUE);
  hs_mixer_fixture_tick (self, 1);
  hs_test_receive_value (self->port, 1000, HS_AUDIO_BLOCK);
  hs_mixer_fixture_tick (self, 1);
  g_assert_cmpint (hs_test_get_sample (self->recorder->samples, 3 * HS_AUDIO_BLOCK), ==, 0);
  hs_audio_port_get_levels (self->port, NULL, &level);
  hs_test_assert_near (level.peak_db, 20 * log10 (1000 / 32768.0), 0.01);
}

static void
test_what_came_before_the_gate_is_not_heard (HsMixerFixture *self, gconstpointer data)
{
  hs_audio_port_set_sink (self->port, HS_AUDIO_SINK (self->recorder));
  hs_test_receive_value (self->port, 1000, HS_AUDIO_BLOCK);
  hs_audio_port_set_gates (self->port, FALSE, TRUE);
  hs_mixer_fixture_tick (self, 1);
  hs_test_receive_value (self->port, 500, 2 * HS_AUDIO_BLOCK);
  hs_audio_port_set_gates (self->port, FALSE, FALSE);
  hs_audio_port_set_gates (self->port, FALSE, TRUE);
  hs_mixer_fixture_tick (self, 1);
  g_assert_cmpuint (self->recorder->samples->len, ==, 2 * HS_AUDIO_BLOCK);
  hs_test_assert_near (hs_test_get_rms (self->recorder->samples, 0), 0, 0);
}

static void
test_sink_begins_with_the_gate_and_has_no_gaps (HsMixerFixture *self, gconstpointer data)
{
  hs_audio_port_set_sink (self->port, HS_AUDIO_SINK (self->recorder));
  hs_mixer_fixture_tick (self, 4);
  hs_audio_mixer_tick (self->mixer, 100);
  g_assert_cmpuint (self->recorder->samples->len, ==, 0);
  hs_audio_port_set_gates (self->port, FALSE, TRUE);
  hs_audio_mixer_tick (self->mixer, 10);
  g_assert_cmpuint (self->recorder->n_skipped, ==, 0);
  hs_audio_port_set_gates (self->port, FALSE, FALSE);
  g_assert_true (hs_mixer_fixture_tick (self, 3));
  hs_audio_mixer_tick (self->mixer, 7);
  g_assert_cmpuint (self->recorder->samples->len, ==, 5 * HS_AUDIO_BLOCK);
  g_assert_cmpuint (self->recorder->n_skipped, ==, 7);
  hs_audio_port_set_sink (self->port, NULL);
  g_assert_false (hs_mixer_fixture_tick (self, 3));
  g_assert_cmpuint (self->recorder->samples->len, ==, 5 * HS_AUDIO_BLOCK);
}

static void
test_levels (HsMixerFixture *self, gconstpointer data)
{
  HsAudioLevel sent, received;

  hs_test_set_tone (self->port, 1000, -20);
  hs_audio_port_get_levels (self->port, &sent, &received);
  hs_test_assert_near (sent.rms_db, HS_AUDIO_LEVEL_MIN, 0);
  hs_audio_port_set_gates (self->port, TRUE, TRUE);
  hs_test_receive_value (self->port, -16384, HS_AUDIO_BLOCK);
  hs_mixer_fixture_tick (self, 1);
  hs_audio_port_get_levels (self->port, &sent, &received);
  hs_test_assert_near (sent.peak_db, -20, 0.01);
  hs_test_assert_near (sent.rms_db, -23.01, 0.01);
  hs_test_assert_near (received.peak_db, -6.02, 0.01);
  hs_test_assert_near (received.rms_db, -6.02, 0.01);
  hs_test_assert_near (received.total_duration, 0.02, 1e-9);
  hs_test_assert_near (received.total_energy, 0.25 * 0.02, 1e-9);
  hs_mixer_fixture_tick (self, 1);
  hs_audio_port_get_levels (self->port, NULL, &received);
  hs_test_assert_near (received.rms_db, HS_AUDIO_LEVEL_MIN, 0);
  hs_test_assert_near (received.total_duration, 0.04, 1e-9);
  hs_audio_port_set_gates (self->port, FALSE, FALSE);
  hs_mixer_fixture_tick (self, 1);
  hs_audio_port_get_levels (self->port, &sent, NULL);
  hs_test_assert_near (sent.peak_db, HS_AUDIO_LEVEL_MIN, 0);
  hs_test_assert_near (sent.total_duration, 0.04, 1e-9);
}

static void
test_removed_port_is_silent (HsMixerFixture *self, gconstpointer data)
{
  hs_test_set_tone (self->port, 440, -12);
  hs_audio_port_set_sink (self->port, HS_AUDIO_SINK (self->recorder));
  hs_audio_port_set_gates (self->port, TRUE, TRUE);
  hs_mixer_fixture_tick (self, 1);
  hs_audio_port_remove (self->port);
  hs_audio_port_remove (self->port);
  hs_test_receive_value (self->port, 1000, HS_AUDIO_BLOCK);
  hs_test_set_tone (self->port, 440, -12);
  hs_audio_port_set_sink (self->port, HS_AUDIO_SINK (self->recorder));
  hs_audio_port_add_sink (self->port, HS_AUDIO_SINK (self->recorder));
  hs_audio_port_set_gates (self->port, TRUE, TRUE);
  g_assert_false (hs_mixer_fixture_tick (self, 3));
  g_assert_cmpuint (self->sent->len, ==, HS_AUDIO_BLOCK);
  g_assert_cmpuint (self->recorder->samples->len, ==, HS_AUDIO_BLOCK);
}

static void
test_port_holds_its_source (HsMixerFixture *self, gconstpointer data)
{
  HsAudioSource *tone = hs_audio_tone_source_new ("tone", 440, -12);

  hs_audio_port_set_source (self->port, tone);
  hs_audio_port_add_source (self->port, tone);
  hs_audio_port_set_source (self->port, NULL);
  hs_audio_port_remove (self->port);
  g_assert_finalize_object (tone);
}

static void
add (const char *path, void (*test) (HsMixerFixture *, gconstpointer))
{
  g_test_add (path, HsMixerFixture, NULL, hs_mixer_fixture_set_up, test,
              hs_mixer_fixture_tear_down);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  add ("/audio/receive/all-sinks", test_received_goes_to_all_sinks);
  add ("/audio/receive/shared-speaker", test_speaker_adds_calls_and_saturates);
  add ("/audio/receive/gain-and-mute", test_receive_gain_and_mute);
  add ("/audio/receive/nothing-from-before-the-gate", test_what_came_before_the_gate_is_not_heard);
  add ("/audio/receive/sink-keeps-pace", test_sink_begins_with_the_gate_and_has_no_gaps);
  add ("/audio/port/nothing-moves-while-closed", test_nothing_moves_while_gates_are_closed);
  add ("/audio/port/changes-wake", test_changes_wake);
  add ("/audio/port/levels", test_levels);
  add ("/audio/port/removed-is-silent", test_removed_port_is_silent);
  add ("/audio/port/holds-its-source", test_port_holds_its_source);
  return g_test_run ();
}
