/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <math.h>

#include "hs-audio-testing.h"
#include "media/hs-audio-mixer.h"
#include "media/hs-audio-port-private.h"
#include "media/hs-audio-ring.h"
#include "media/hs-audio-sink-private.h"
#include "media/hs-audio-source-private.h"
#include "media/hs-audio-tone-source.h"

/* A sink that remembers. */
typedef struct {
  HsAudioSink parent;
  GArray *samples;
  guint n_skipped;
} Recorder;

typedef HsAudioSinkClass RecorderClass;

GType recorder_get_type (void);
G_DEFINE_TYPE (Recorder, recorder, HS_TYPE_AUDIO_SINK)

static void
recorder_render (HsAudioSink *sink, const gint16 *block, guint skipped)
{
  Recorder *self = (Recorder *) sink;

  g_array_append_vals (self->samples, block, HS_AUDIO_BLOCK);
  self->n_skipped += skipped;
}

static void
recorder_finalize (GObject *object)
{
  g_array_unref (((Recorder *) object)->samples);
  G_OBJECT_CLASS (recorder_parent_class)->finalize (object);
}

static void
recorder_class_init (RecorderClass *klass)
{
  klass->render = recorder_render;
  G_OBJECT_CLASS (klass)->finalize = recorder_finalize;
}

static void
recorder_init (Recorder *self)
{
  self->samples = g_array_new (FALSE, FALSE, sizeof (gint16));
}

typedef struct {
  HsAudioMixer *mixer;
  HsAudioPort *port;
  HsAudioPort *other;
  GArray *sent;
  GArray *other_sent;
  Recorder *recorder;
  guint n_wakes;
} Fixture;

static void
on_push (const gint16 *block, guint n_samples, gpointer user_data)
{
  g_assert_cmpuint (n_samples, ==, HS_AUDIO_BLOCK);
  g_array_append_vals (user_data, block, n_samples);
}

static void
on_wake (gpointer user_data)
{
  (*(guint *) user_data)++;
}

static void
set_up (Fixture *self, gconstpointer data)
{
  self->mixer = hs_audio_mixer_new ();
  hs_audio_mixer_set_wake (self->mixer, on_wake, &self->n_wakes);
  self->sent = g_array_new (FALSE, FALSE, sizeof (gint16));
  self->other_sent = g_array_new (FALSE, FALSE, sizeof (gint16));
  self->port = hs_audio_port_new (self->mixer, on_push, self->sent);
  self->other = hs_audio_port_new (self->mixer, on_push, self->other_sent);
  self->recorder = (Recorder *) hs_audio_sink_new (recorder_get_type (), "recorder", "Recorder");
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  hs_audio_port_remove (self->port);
  hs_audio_port_remove (self->other);
  hs_audio_port_unref (self->port);
  hs_audio_port_unref (self->other);
  hs_audio_mixer_unref (self->mixer);
  g_assert_finalize_object (G_OBJECT (self->recorder));
  g_array_unref (self->sent);
  g_array_unref (self->other_sent);
}

static gboolean
tick (Fixture *self, guint n)
{
  gboolean is_active = FALSE;

  for (guint i = 0; i < n; i++)
    is_active = hs_audio_mixer_tick (self->mixer, 0);
  return is_active;
}

static void
set_tone (HsAudioPort *port, double hz, double amplitude_db)
{
  g_autoptr (HsAudioSource) tone = hs_audio_tone_source_new ("tone", hz, amplitude_db);

  hs_audio_port_set_source (port, tone);
}

static gint16
get (GArray *samples, guint index)
{
  g_assert_cmpuint (index, <, samples->len);
  return g_array_index (samples, gint16, index);
}

static double
measure (GArray *samples, guint from_block, double hz)
{
  guint from = from_block * HS_AUDIO_BLOCK;

  g_assert_cmpuint (from, <, samples->len);
  return hs_test_measure_tone (&g_array_index (samples, gint16, from), samples->len - from,
                               HS_AUDIO_RATE, hz);
}

static double
get_rms (GArray *samples, guint from_block)
{
  double sum = 0;

  for (guint i = from_block * HS_AUDIO_BLOCK; i < samples->len; i++)
    sum += (double) get (samples, i) * get (samples, i);
  return sqrt (sum / (samples->len - from_block * HS_AUDIO_BLOCK));
}

static void
assert_near (double value, double expected, double tolerance)
{
  g_assert_cmpfloat (fabs (value - expected), <=, tolerance);
}

static void
receive_value (HsAudioPort *port, gint16 value, guint n_samples)
{
  g_autofree gint16 *samples = g_new (gint16, n_samples);

  for (guint i = 0; i < n_samples; i++)
    samples[i] = value;
  hs_audio_port_receive (port, samples, n_samples);
}

/* All of a pure tone's power is at its frequency; a jump of phase anywhere would move some away. */
static void
test_tone_is_pure (Fixture *self, gconstpointer data)
{
  set_tone (self->port, 440, -12);
  hs_audio_port_set_gates (self->port, TRUE, FALSE);
  g_assert_true (tick (self, 50));
  g_assert_cmpuint (self->sent->len, ==, HS_AUDIO_RATE);
  assert_near (measure (self->sent, 0, 440), 32767 * pow (10, -12.0 / 20), 2);
  assert_near (get_rms (self->sent, 0) * G_SQRT2, 32767 * pow (10, -12.0 / 20), 2);
}

static void
test_nothing_moves_while_gates_are_closed (Fixture *self, gconstpointer data)
{
  set_tone (self->port, 440, -12);
  hs_audio_port_set_sink (self->port, HS_AUDIO_SINK (self->recorder));
  receive_value (self->port, 1000, HS_AUDIO_BLOCK);
  g_assert_false (tick (self, 3));
  g_assert_cmpuint (self->sent->len, ==, 0);
  g_assert_cmpuint (self->recorder->samples->len, ==, 0);
}

static void
test_nothing_is_sent_without_a_source (Fixture *self, gconstpointer data)
{
  hs_audio_port_set_gates (self->port, TRUE, FALSE);
  g_assert_false (tick (self, 3));
  g_assert_cmpuint (self->sent->len, ==, 0);
}

static void
test_changes_wake (Fixture *self, gconstpointer data)
{
  hs_audio_port_set_gates (self->port, TRUE, FALSE);
  g_assert_cmpuint (self->n_wakes, ==, 1);
  set_tone (self->port, 440, -12);
  g_assert_cmpuint (self->n_wakes, ==, 2);
}

static void
test_closing_the_gate_stops_sending (Fixture *self, gconstpointer data)
{
  set_tone (self->port, 440, -12);
  hs_audio_port_set_gates (self->port, TRUE, FALSE);
  tick (self, 2);
  hs_audio_port_set_gates (self->port, FALSE, FALSE);
  g_assert_false (tick (self, 2));
  g_assert_cmpuint (self->sent->len, ==, 2 * HS_AUDIO_BLOCK);
}

static void
test_mute_sends_silence_at_the_same_pace (Fixture *self, gconstpointer data)
{
  set_tone (self->port, 440, -12);
  hs_audio_port_set_gates (self->port, TRUE, FALSE);
  tick (self, 2);
  hs_audio_port_set_send_mute (self->port, TRUE);
  tick (self, 5);
  g_assert_cmpuint (self->sent->len, ==, 7 * HS_AUDIO_BLOCK);
  /* one block to fade, then nothing at all */
  assert_near (get_rms (self->sent, 3), 0, 0);
  hs_audio_port_set_send_mute (self->port, FALSE);
  tick (self, 3);
  g_assert_cmpfloat (get_rms (self->sent, 8), >, 5000);
}

/* A step of the gain would be a step of the signal: the fade's steps are those of the tone. */
static void
test_mute_does_not_click (Fixture *self, gconstpointer data)
{
  double steepest = 32767 * pow (10, -12.0 / 20) * 2 * G_PI * 100 / HS_AUDIO_RATE;

  set_tone (self->port, 100, -12);
  hs_audio_port_set_gates (self->port, TRUE, FALSE);
  tick (self, 1);
  hs_audio_port_set_send_mute (self->port, TRUE);
  tick (self, 2);
  for (guint i = 1; i < self->sent->len; i++)
    g_assert_cmpfloat (ABS (get (self->sent, i) - get (self->sent, i - 1)), <, steepest + 12);
}

static void
test_replaced_source_leaves_no_gap (Fixture *self, gconstpointer data)
{
  set_tone (self->port, 1000, -12);
  hs_audio_port_set_gates (self->port, TRUE, FALSE);
  tick (self, 10);
  set_tone (self->port, 2000, -12);
  tick (self, 10);
  g_assert_cmpuint (self->sent->len, ==, 20 * HS_AUDIO_BLOCK);
  for (guint i = 0; i < 20; i++) {
    const gint16 *block = (const gint16 *) (gpointer) self->sent->data + i * HS_AUDIO_BLOCK;
    double hz = i < 10 ? 1000 : 2000;

    assert_near (hs_test_measure_tone (block, HS_AUDIO_BLOCK, HS_AUDIO_RATE, hz), 8230, 10);
  }
}

static void
test_monitor_hears_what_is_sent (Fixture *self, gconstpointer data)
{
  set_tone (self->port, 1000, -12);
  hs_audio_port_add_monitor (self->port, HS_AUDIO_SINK (self->recorder));
  hs_audio_port_add_monitor (self->port, HS_AUDIO_SINK (self->recorder));
  hs_audio_port_set_gates (self->port, TRUE, TRUE);
  receive_value (self->port, 1000, HS_AUDIO_BLOCK);
  tick (self, 3);
  g_assert_cmpmem (self->recorder->samples->data, self->recorder->samples->len * sizeof (gint16),
                   self->sent->data, self->sent->len * sizeof (gint16));
  hs_audio_port_set_send_mute (self->port, TRUE);
  tick (self, 2);
  g_assert_cmpint (get (self->recorder->samples, 5 * HS_AUDIO_BLOCK - 1), ==, 0);
  hs_audio_port_remove_monitor (self->port, HS_AUDIO_SINK (self->recorder));
  tick (self, 1);
  g_assert_cmpuint (self->recorder->samples->len, ==, 5 * HS_AUDIO_BLOCK);
}

static void
test_further_source_is_heard_while_muted (Fixture *self, gconstpointer data)
{
  g_autoptr (HsAudioSource) dial = hs_audio_tone_source_new ("tone", 1000, -20);

  set_tone (self->port, 440, -12);
  hs_audio_port_set_send_mute (self->port, TRUE);
  hs_audio_port_add_source (self->port, dial);
  hs_audio_port_add_source (self->port, dial);
  hs_audio_port_set_gates (self->port, TRUE, FALSE);
  tick (self, 51);
  assert_near (measure (self->sent, 1, 1000), 3276.7, 2);
  assert_near (measure (self->sent, 1, 440), 0, 2);
  hs_audio_port_remove_source (self->port, dial);
  tick (self, 1);
  assert_near (get_rms (self->sent, 51), 0, 0);
}

static void
test_gain_scales (Fixture *self, gconstpointer data)
{
  set_tone (self->port, 440, -12);
  hs_audio_port_set_send_gain (self->port, 0.5);
  hs_audio_port_set_gates (self->port, TRUE, FALSE);
  tick (self, 51);
  assert_near (measure (self->sent, 1, 440), 32767 * pow (10, -12.0 / 20) / 2, 2);
  hs_audio_port_set_send_gain (self->port, NAN);
  tick (self, 2);
  assert_near (get_rms (self->sent, 52), 0, 0);
}

static void
test_sum_saturates (Fixture *self, gconstpointer data)
{
  g_autoptr (HsAudioSource) second = hs_audio_tone_source_new ("tone", 440, 0);
  gint16 lowest = 0;
  gint16 highest = 0;

  set_tone (self->port, 440, 0);
  hs_audio_port_add_source (self->port, second);
  hs_audio_port_set_gates (self->port, TRUE, FALSE);
  tick (self, 3);
  for (guint i = 0; i < self->sent->len; i++) {
    gint16 single = (gint16) lrint (32767 * sin (2 * G_PI * 440 * i / HS_AUDIO_RATE));

    /* each of the two may be rounded the other way */
    assert_near (get (self->sent, i), CLAMP (2 * single, G_MININT16, G_MAXINT16), 2);
    lowest = MIN (lowest, get (self->sent, i));
    highest = MAX (highest, get (self->sent, i));
  }
  g_assert_cmpint (lowest, ==, G_MININT16);
  g_assert_cmpint (highest, ==, G_MAXINT16);
}

static void
test_shared_source_gives_all_the_same (Fixture *self, gconstpointer data)
{
  g_autoptr (HsAudioSource) tone = hs_audio_tone_source_new ("tone", 441, -12);

  hs_audio_port_set_source (self->port, tone);
  hs_audio_port_set_source (self->other, tone);
  hs_audio_port_set_gates (self->port, TRUE, FALSE);
  hs_audio_port_set_gates (self->other, TRUE, FALSE);
  tick (self, 50);
  g_assert_cmpmem (self->sent->data, self->sent->len * 2, self->other_sent->data,
                   self->other_sent->len * 2);
  assert_near (measure (self->sent, 0, 441), 32767 * pow (10, -12.0 / 20), 2);
}

static void
test_received_goes_to_all_sinks (Fixture *self, gconstpointer data)
{
  g_autoptr (HsAudioSink) second = hs_audio_sink_new (recorder_get_type (), "second", "Second");

  hs_audio_port_set_sink (self->port, HS_AUDIO_SINK (self->recorder));
  hs_audio_port_add_sink (self->port, HS_AUDIO_SINK (self->recorder));
  hs_audio_port_add_sink (self->port, second);
  hs_audio_port_set_gates (self->port, FALSE, TRUE);
  receive_value (self->port, 1234, 2 * HS_AUDIO_BLOCK);
  g_assert_true (tick (self, 1));
  hs_audio_port_remove_sink (self->port, second);
  tick (self, 1);
  g_assert_cmpuint (self->recorder->samples->len, ==, 2 * HS_AUDIO_BLOCK);
  g_assert_cmpint (get (self->recorder->samples, 0), ==, 1234);
  g_assert_cmpint (get (self->recorder->samples, 2 * HS_AUDIO_BLOCK - 1), ==, 1234);
  g_assert_cmpuint (((Recorder *) second)->samples->len, ==, HS_AUDIO_BLOCK);
}

static void
test_speaker_adds_calls_and_saturates (Fixture *self, gconstpointer data)
{
  hs_audio_port_set_sink (self->port, HS_AUDIO_SINK (self->recorder));
  hs_audio_port_set_sink (self->other, HS_AUDIO_SINK (self->recorder));
  hs_audio_port_set_gates (self->port, FALSE, TRUE);
  hs_audio_port_set_gates (self->other, FALSE, TRUE);
  receive_value (self->port, 1000, HS_AUDIO_BLOCK);
  receive_value (self->other, 234, HS_AUDIO_BLOCK);
  tick (self, 1);
  receive_value (self->port, -30000, HS_AUDIO_BLOCK);
  receive_value (self->other, -30000, HS_AUDIO_BLOCK);
  tick (self, 1);
  g_assert_cmpuint (self->recorder->samples->len, ==, 2 * HS_AUDIO_BLOCK);
  g_assert_cmpint (get (self->recorder->samples, 0), ==, 1234);
  g_assert_cmpint (get (self->recorder->samples, HS_AUDIO_BLOCK), ==, G_MININT16);
}

static void
test_receive_gain_and_mute (Fixture *self, gconstpointer data)
{
  HsAudioLevel level;

  hs_audio_port_set_sink (self->port, HS_AUDIO_SINK (self->recorder));
  hs_audio_port_set_gates (self->port, FALSE, TRUE);
  hs_audio_port_set_receive_gain (self->port, 2.0);
  tick (self, 1);
  receive_value (self->port, 1000, HS_AUDIO_BLOCK);
  tick (self, 1);
  g_assert_cmpint (get (self->recorder->samples, HS_AUDIO_BLOCK), ==, 2000);
  hs_audio_port_set_receive_mute (self->port, TRUE);
  tick (self, 1);
  receive_value (self->port, 1000, HS_AUDIO_BLOCK);
  tick (self, 1);
  g_assert_cmpint (get (self->recorder->samples, 3 * HS_AUDIO_BLOCK), ==, 0);
  hs_audio_port_get_levels (self->port, NULL, &level);
  assert_near (level.peak_db, 20 * log10 (1000 / 32768.0), 0.01);
}

static void
test_what_came_before_the_gate_is_not_heard (Fixture *self, gconstpointer data)
{
  hs_audio_port_set_sink (self->port, HS_AUDIO_SINK (self->recorder));
  receive_value (self->port, 1000, HS_AUDIO_BLOCK);
  hs_audio_port_set_gates (self->port, FALSE, TRUE);
  tick (self, 1);
  receive_value (self->port, 500, 2 * HS_AUDIO_BLOCK);
  hs_audio_port_set_gates (self->port, FALSE, FALSE);
  hs_audio_port_set_gates (self->port, FALSE, TRUE);
  tick (self, 1);
  g_assert_cmpuint (self->recorder->samples->len, ==, 2 * HS_AUDIO_BLOCK);
  assert_near (get_rms (self->recorder->samples, 0), 0, 0);
}

static void
test_sink_begins_with_the_gate_and_has_no_gaps (Fixture *self, gconstpointer data)
{
  hs_audio_port_set_sink (self->port, HS_AUDIO_SINK (self->recorder));
  tick (self, 4);
  hs_audio_mixer_tick (self->mixer, 100);
  g_assert_cmpuint (self->recorder->samples->len, ==, 0);
  hs_audio_port_set_gates (self->port, FALSE, TRUE);
  hs_audio_mixer_tick (self->mixer, 10);
  g_assert_cmpuint (self->recorder->n_skipped, ==, 0);
  hs_audio_port_set_gates (self->port, FALSE, FALSE);
  g_assert_true (tick (self, 3));
  hs_audio_mixer_tick (self->mixer, 7);
  g_assert_cmpuint (self->recorder->samples->len, ==, 5 * HS_AUDIO_BLOCK);
  g_assert_cmpuint (self->recorder->n_skipped, ==, 7);
  hs_audio_port_set_sink (self->port, NULL);
  g_assert_false (tick (self, 3));
  g_assert_cmpuint (self->recorder->samples->len, ==, 5 * HS_AUDIO_BLOCK);
}

static void
test_levels (Fixture *self, gconstpointer data)
{
  HsAudioLevel sent, received;

  set_tone (self->port, 1000, -20);
  hs_audio_port_get_levels (self->port, &sent, &received);
  assert_near (sent.rms_db, HS_AUDIO_LEVEL_MIN, 0);
  hs_audio_port_set_gates (self->port, TRUE, TRUE);
  receive_value (self->port, -16384, HS_AUDIO_BLOCK);
  tick (self, 1);
  hs_audio_port_get_levels (self->port, &sent, &received);
  assert_near (sent.peak_db, -20, 0.01);
  assert_near (sent.rms_db, -23.01, 0.01);
  assert_near (received.peak_db, -6.02, 0.01);
  assert_near (received.rms_db, -6.02, 0.01);
  assert_near (received.total_duration, 0.02, 1e-9);
  assert_near (received.total_energy, 0.25 * 0.02, 1e-9);
  tick (self, 1);
  hs_audio_port_get_levels (self->port, NULL, &received);
  assert_near (received.rms_db, HS_AUDIO_LEVEL_MIN, 0);
  assert_near (received.total_duration, 0.04, 1e-9);
  hs_audio_port_set_gates (self->port, FALSE, FALSE);
  tick (self, 1);
  hs_audio_port_get_levels (self->port, &sent, NULL);
  assert_near (sent.peak_db, HS_AUDIO_LEVEL_MIN, 0);
  assert_near (sent.total_duration, 0.04, 1e-9);
}

static void
test_removed_port_is_silent (Fixture *self, gconstpointer data)
{
  set_tone (self->port, 440, -12);
  hs_audio_port_set_sink (self->port, HS_AUDIO_SINK (self->recorder));
  hs_audio_port_set_gates (self->port, TRUE, TRUE);
  tick (self, 1);
  hs_audio_port_remove (self->port);
  hs_audio_port_remove (self->port);
  receive_value (self->port, 1000, HS_AUDIO_BLOCK);
  set_tone (self->port, 440, -12);
  hs_audio_port_set_sink (self->port, HS_AUDIO_SINK (self->recorder));
  hs_audio_port_add_sink (self->port, HS_AUDIO_SINK (self->recorder));
  hs_audio_port_set_gates (self->port, TRUE, TRUE);
  g_assert_false (tick (self, 3));
  g_assert_cmpuint (self->sent->len, ==, HS_AUDIO_BLOCK);
  g_assert_cmpuint (self->recorder->samples->len, ==, HS_AUDIO_BLOCK);
}

static void
test_port_holds_its_source (Fixture *self, gconstpointer data)
{
  HsAudioSource *tone = hs_audio_tone_source_new ("tone", 440, -12);

  hs_audio_port_set_source (self->port, tone);
  hs_audio_port_add_source (self->port, tone);
  hs_audio_port_set_source (self->port, NULL);
  hs_audio_port_remove (self->port);
  g_assert_finalize_object (tone);
}

static void
write_values (HsAudioRing *ring, gint16 value, guint n)
{
  g_autofree gint16 *samples = g_new (gint16, n);

  for (guint i = 0; i < n; i++)
    samples[i] = value;
  hs_audio_ring_write (ring, samples, n);
}

static void
test_ring_keeps_the_newest (void)
{
  g_autoptr (HsAudioRing) ring = hs_audio_ring_new (10);
  gint16 numbers[25];
  gint16 out[10];

  for (gint16 i = 0; i < 25; i++)
    numbers[i] = i;
  hs_audio_ring_write (ring, numbers, 7);
  hs_audio_ring_write (ring, numbers + 7, 7);
  g_assert_cmpuint (hs_audio_ring_get_fill (ring), ==, 10);
  g_assert_true (hs_audio_ring_read (ring, out, 10));
  g_assert_cmpmem (out, sizeof out, numbers + 4, sizeof out);
  hs_audio_ring_write (ring, numbers, 25);
  g_assert_true (hs_audio_ring_read (ring, out, 10));
  g_assert_cmpmem (out, sizeof out, numbers + 15, sizeof out);
}

static void
test_ring_gives_all_or_silence (void)
{
  g_autoptr (HsAudioRing) ring = hs_audio_ring_new (30);
  gint16 out[10] = { 1 };

  write_values (ring, 5, 9);
  g_assert_false (hs_audio_ring_read (ring, out, 10));
  g_assert_cmpint (out[0], ==, 0);
  write_values (ring, 5, 1);
  g_assert_true (hs_audio_ring_read (ring, out, 10));
  g_assert_cmpint (out[9], ==, 5);
  write_values (ring, 5, 3);
  hs_audio_ring_finish (ring);
  g_assert_true (hs_audio_ring_read (ring, out, 10));
  g_assert_cmpint (out[2], ==, 5);
  g_assert_cmpint (out[3], ==, 0);
  g_assert_false (hs_audio_ring_read (ring, out, 10));
}

/* A burst fills the ring; when no read needs that depth for 5 s, the delay goes down again. */
static void
test_ring_sheds_delay (void)
{
  g_autoptr (HsAudioRing) ring = hs_audio_ring_new (3 * HS_AUDIO_BLOCK);
  gint16 out[HS_AUDIO_BLOCK];

  write_values (ring, 5, 3 * HS_AUDIO_BLOCK);
  for (guint i = 0; i < 600; i++) {
    g_assert_true (hs_audio_ring_read (ring, out, HS_AUDIO_BLOCK));
    write_values (ring, 5, HS_AUDIO_BLOCK);
  }
  g_assert_cmpuint (hs_audio_ring_get_fill (ring), ==, 3 * HS_AUDIO_BLOCK / 2);
}

static gpointer
write_much (gpointer data)
{
  gint16 samples[1000] = { 0 };

  return GINT_TO_POINTER (hs_audio_ring_write_all (data, samples, G_N_ELEMENTS (samples)));
}

static void
test_ring_writer_waits_until_closed (void)
{
  g_autoptr (HsAudioRing) ring = hs_audio_ring_new (100);
  gint16 out[10];
  GThread *writer = g_thread_new ("writer", write_much, ring);
  guint n_read = 0;

  while (n_read < 300)
    n_read += hs_audio_ring_read (ring, out, 10) ? 10 : 0;
  hs_audio_ring_close (ring);
  g_assert_false (GPOINTER_TO_INT (g_thread_join (writer)));
}

static void
add (const char *path, void (*test) (Fixture *, gconstpointer))
{
  g_test_add (path, Fixture, NULL, set_up, test, tear_down);
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
  g_test_add_func ("/audio/ring/keeps-the-newest", test_ring_keeps_the_newest);
  g_test_add_func ("/audio/ring/all-or-silence", test_ring_gives_all_or_silence);
  g_test_add_func ("/audio/ring/sheds-delay", test_ring_sheds_delay);
  g_test_add_func ("/audio/ring/writer-waits-until-closed", test_ring_writer_waits_until_closed);
  return g_test_run ();
}
