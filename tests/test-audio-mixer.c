/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <math.h>

#include "hs-audio-testing.h"
#include "hs-mixer-fixture.h"
#include "media/hs-audio-sink-private.h"
#include "media/hs-audio-tone-source.h"

/* All of a pure tone's power is at its frequency; a jump of phase anywhere would move some away. */
static void
test_tone_is_pure (HsMixerFixture *self, gconstpointer data)
{
  hs_test_set_tone (self->port, 440, -12);
  hs_audio_port_set_gates (self->port, TRUE, FALSE);
  g_assert_true (hs_mixer_fixture_tick (self, 50));
  g_assert_cmpuint (self->sent->len, ==, HS_AUDIO_RATE);
  hs_test_assert_near (hs_test_measure (self->sent, 0, 440), 32767 * pow (10, -12.0 / 20), 2);
  hs_test_assert_near (hs_test_get_rms (self->sent, 0) * G_SQRT2, 32767 * pow (10, -12.0 / 20), 2);
}

static void
test_nothing_is_sent_without_a_source (HsMixerFixture *self, gconstpointer data)
{
  hs_audio_port_set_gates (self->port, TRUE, FALSE);
  g_assert_false (hs_mixer_fixture_tick (self, 3));
  g_assert_cmpuint (self->sent->len, ==, 0);
}

static void
test_closing_the_gate_stops_sending (HsMixerFixture *self, gconstpointer data)
{
  hs_test_set_tone (self->port, 440, -12);
  hs_audio_port_set_gates (self->port, TRUE, FALSE);
  hs_mixer_fixture_tick (self, 2);
  hs_audio_port_set_gates (self->port, FALSE, FALSE);
  g_assert_false (hs_mixer_fixture_tick (self, 2));
  g_assert_cmpuint (self->sent->len, ==, 2 * HS_AUDIO_BLOCK);
}

static void
test_mute_sends_silence_at_the_same_pace (HsMixerFixture *self, gconstpointer data)
{
  hs_test_set_tone (self->port, 440, -12);
  hs_audio_port_set_gates (self->port, TRUE, FALSE);
  hs_mixer_fixture_tick (self, 2);
  hs_audio_port_set_send_mute (self->port, TRUE);
  hs_mixer_fixture_tick (self, 5);
  g_assert_cmpuint (self->sent->len, ==, 7 * HS_AUDIO_BLOCK);
  /* one block to fade, then nothing at all */
  hs_test_assert_near (hs_test_get_rms (self->sent, 3), 0, 0);
  hs_audio_port_set_send_mute (self->port, FALSE);
  hs_mixer_fixture_tick (self, 3);
  g_assert_cmpfloat (hs_test_get_rms (self->sent, 8), >, 5000);
}

/* A step of the gain would be a step of the signal: the fade's steps are those of the tone. */
static void
test_mute_does_not_click (HsMixerFixture *self, gconstpointer data)
{
  double steepest = 32767 * pow (10, -12.0 / 20) * 2 * G_PI * 100 / HS_AUDIO_RATE;

  hs_test_set_tone (self->port, 100, -12);
  hs_audio_port_set_gates (self->port, TRUE, FALSE);
  hs_mixer_fixture_tick (self, 1);
  hs_audio_port_set_send_mute (self->port, TRUE);
  hs_mixer_fixture_tick (self, 2);
  for (guint i = 1; i < self->sent->len; i++)
    g_assert_cmpfloat (
        ABS (hs_test_get_sample (self->sent, i) - hs_test_get_sample (self->sent, i - 1)), <,
        steepest + 12);
}

static void
test_replaced_source_leaves_no_gap (HsMixerFixture *self, gconstpointer data)
{
  hs_test_set_tone (self->port, 1000, -12);
  hs_audio_port_set_gates (self->port, TRUE, FALSE);
  hs_mixer_fixture_tick (self, 10);
  hs_test_set_tone (self->port, 2000, -12);
  hs_mixer_fixture_tick (self, 10);
  g_assert_cmpuint (self->sent->len, ==, 20 * HS_AUDIO_BLOCK);
  for (guint i = 0; i < 20; i++) {
    const gint16 *block = (const gint16 *) (gpointer) self->sent->data + i * HS_AUDIO_BLOCK;
    double hz = i < 10 ? 1000 : 2000;

    hs_test_assert_near (hs_test_measure_tone (block, HS_AUDIO_BLOCK, HS_AUDIO_RATE, hz), 8230, 10);
  }
}

static void
test_monitor_hears_what_is_sent (HsMixerFixture *self, gconstpointer data)
{
  hs_test_set_tone (self->port, 1000, -12);
  hs_audio_port_add_monitor (self->port, HS_AUDIO_SINK (self->recorder));
  hs_audio_port_add_monitor (self->port, HS_AUDIO_SINK (self->recorder));
  hs_audio_port_set_gates (self->port, TRUE, TRUE);
  hs_test_receive_value (self->port, 1000, HS_AUDIO_BLOCK);
  hs_mixer_fixture_tick (self, 3);
  g_assert_cmpmem (self->recorder->samples->data, self->recorder->samples->len * sizeof (gint16),
                   self->sent->data, self->sent->len * sizeof (gint16));
  hs_audio_port_set_send_mute (self->port, TRUE);
  hs_mixer_fixture_tick (self, 2);
  g_assert_cmpint (hs_test_get_sample (self->recorder->samples, 5 * HS_AUDIO_BLOCK - 1), ==, 0);
  hs_audio_port_remove_monitor (self->port, HS_AUDIO_SINK (self->recorder));
  hs_mixer_fixture_tick (self, 1);
  g_assert_cmpuint (self->recorder->samples->len, ==, 5 * HS_AUDIO_BLOCK);
}

static void
test_further_source_is_heard_while_muted (HsMixerFixture *self, gconstpointer data)
{
  g_autoptr (HsAudioSource) dial = hs_audio_tone_source_new ("tone", 1000, -20);

  hs_test_set_tone (self->port, 440, -12);
  hs_audio_port_set_send_mute (self->port, TRUE);
  hs_audio_port_add_source (self->port, dial);
  hs_audio_port_add_source (self->port, dial);
  hs_audio_port_set_gates (self->port, TRUE, FALSE);
  hs_mixer_fixture_tick (self, 51);
  hs_test_assert_near (hs_test_measure (self->sent, 1, 1000), 3276.7, 2);
  hs_test_assert_near (hs_test_measure (self->sent, 1, 440), 0, 2);
  hs_audio_port_remove_source (self->port, dial);
  hs_mixer_fixture_tick (self, 1);
  hs_test_assert_near (hs_test_get_rms (self->sent, 51), 0, 0);
}

static void
test_gain_scales (HsMixerFixture *self, gconstpointer data)
{
  hs_test_set_tone (self->port, 440, -12);
  hs_audio_port_set_send_gain (self->port, 0.5);
  hs_audio_port_set_gates (self->port, TRUE, FALSE);
  hs_mixer_fixture_tick (self, 51);
  hs_test_assert_near (hs_test_measure (self->sent, 1, 440), 32767 * pow (10, -12.0 / 20) / 2, 2);
  hs_audio_port_set_send_gain (self->port, NAN);
  hs_mixer_fixture_tick (self, 2);
  hs_test_assert_near (hs_test_get_rms (self->sent, 52), 0, 0);
}

static void
test_sum_saturates (HsMixerFixture *self, gconstpointer data)
{
  g_autoptr (HsAudioSource) second = hs_audio_tone_source_new ("tone", 440, 0);
  gint16 lowest = 0;
  gint16 highest = 0;

  hs_test_set_tone (self->port, 440, 0);
  hs_audio_port_add_source (self->port, second);
  hs_audio_port_set_gates (self->port, TRUE, FALSE);
  hs_mixer_fixture_tick (self, 3);
  for (guint i = 0; i < self->sent->len; i++) {
    gint16 single = (gint16) lrint (32767 * sin (2 * G_PI * 440 * i / HS_AUDIO_RATE));

    /* each of the two may be rounded the other way */
    hs_test_assert_near (hs_test_get_sample (self->sent, i),
                         CLAMP (2 * single, G_MININT16, G_MAXINT16), 2);
    lowest = MIN (lowest, hs_test_get_sample (self->sent, i));
    highest = MAX (highest, hs_test_get_sample (self->sent, i));
  }
  g_assert_cmpint (lowest, ==, G_MININT16);
  g_assert_cmpint (highest, ==, G_MAXINT16);
}

static void
test_shared_source_gives_all_the_same (HsMixerFixture *self, gconstpointer data)
{
  g_autoptr (HsAudioSource) tone = hs_audio_tone_source_new ("tone", 441, -12);

  hs_audio_port_set_source (self->port, tone);
  hs_audio_port_set_source (self->other, tone);
  hs_audio_port_set_gates (self->port, TRUE, FALSE);
  hs_audio_port_set_gates (self->other, TRUE, FALSE);
  hs_mixer_fixture_tick (self, 50);
  g_assert_cmpmem (self->sent->data, self->sent->len * 2, self->other_sent->data,
                   self->other_sent->len * 2);
  hs_test_assert_near (hs_test_measure (self->sent, 0, 441), 32767 * pow (10, -12.0 / 20), 2);
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
  add ("/audio/send/tone-is-pure", test_tone_is_pure);
  add ("/audio/send/nothing-without-a-source", test_nothing_is_sent_without_a_source);
  add ("/audio/send/closing-the-gate-stops", test_closing_the_gate_stops_sending);
  add ("/audio/send/mute-keeps-the-pace", test_mute_sends_silence_at_the_same_pace);
  add ("/audio/send/replaced-source-leaves-no-gap", test_replaced_source_leaves_no_gap);
  add ("/audio/send/monitor", test_monitor_hears_what_is_sent);
  add ("/audio/send/mute-does-not-click", test_mute_does_not_click);
  add ("/audio/send/further-source-while-muted", test_further_source_is_heard_while_muted);
  add ("/audio/send/gain-scales", test_gain_scales);
  add ("/audio/send/sum-saturates", test_sum_saturates);
  add ("/audio/send/shared-source", test_shared_source_gives_all_the_same);
  return g_test_run ();
}
