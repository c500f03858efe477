/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "hs-mixer-fixture.h"

#include <math.h>

#include "hs-audio-testing.h"
#include "media/hs-audio-port-private.h"
#include "media/hs-audio-tone-source.h"

typedef HsAudioSinkClass HsRecorderClass;

G_DEFINE_TYPE (HsRecorder, hs_recorder, HS_TYPE_AUDIO_SINK)

static void
hs_recorder_render (HsAudioSink *sink, const gint16 *block, guint skipped)
{
  HsRecorder *self = (HsRecorder *) sink;

  g_array_append_vals (self->samples, block, HS_AUDIO_BLOCK);
  self->n_skipped += skipped;
}

static void
hs_recorder_finalize (GObject *object)
{
  g_array_unref (((HsRecorder *) object)->samples);
  G_OBJECT_CLASS (hs_recorder_parent_class)->finalize (object);
}

static void
hs_recorder_class_init (HsRecorderClass *klass)
{
  klass->render = hs_recorder_render;
  G_OBJECT_CLASS (klass)->finalize = hs_recorder_finalize;
}

static void
hs_recorder_init (HsRecorder *self)
{
  self->samples = g_array_new (FALSE, FALSE, sizeof (gint16));
}

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

void
hs_mixer_fixture_set_up (HsMixerFixture *self, gconstpointer data)
{
  self->mixer = hs_audio_mixer_new ();
  hs_audio_mixer_set_wake (self->mixer, on_wake, &self->n_wakes);
  self->sent = g_array_new (FALSE, FALSE, sizeof (gint16));
  self->other_sent = g_array_new (FALSE, FALSE, sizeof (gint16));
  self->port = hs_audio_port_new (self->mixer, on_push, self->sent);
  self->other = hs_audio_port_new (self->mixer, on_push, self->other_sent);
  self->recorder =
      (HsRecorder *) hs_audio_sink_new (hs_recorder_get_type (), "recorder", "Recorder");
}

void
hs_mixer_fixture_tear_down (HsMixerFixture *self, gconstpointer data)
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

gboolean
hs_mixer_fixture_tick (HsMixerFixture *self, guint n)
{
  gboolean is_active = FALSE;

  for (guint i = 0; i < n; i++)
    is_active = hs_audio_mixer_tick (self->mixer, 0);
  return is_active;
}

void
hs_test_set_tone (HsAudioPort *port, double hz, double amplitude_db)
{
  g_autoptr (HsAudioSource) tone = hs_audio_tone_source_new ("tone", hz, amplitude_db);

  hs_audio_port_set_source (port, tone);
}

gint16
hs_test_get_sample (GArray *samples, guint index)
{
  g_assert_cmpuint (index, <, samples->len);
  return g_array_index (samples, gint16, index);
}

double
hs_test_measure (GArray *samples, guint from_block, double hz)
{
  guint from = from_block * HS_AUDIO_BLOCK;

  g_assert_cmpuint (from, <, samples->len);
  return hs_test_measure_tone (&g_array_index (samples, gint16, from), samples->len - from,
                               HS_AUDIO_RATE, hz);
}

double
hs_test_get_rms (GArray *samples, guint from_block)
{
  double sum = 0;

  for (guint i = from_block * HS_AUDIO_BLOCK; i < samples->len; i++)
    sum += (double) hs_test_get_sample (samples, i) * hs_test_get_sample (samples, i);
  return sqrt (sum / (samples->len - from_block * HS_AUDIO_BLOCK));
}

void
hs_test_assert_near (double value, double expected, double tolerance)
{
  g_assert_cmpfloat (fabs (value - expected), <=, tolerance);
}

void
hs_test_receive_value (HsAudioPort *port, gint16 value, guint n_samples)
{
  g_autofree gint16 *samples = g_new (gint16, n_samples);

  for (guint i = 0; i < n_samples; i++)
    samples[i] = value;
  hs_audio_port_receive (port, samples, n_samples);
}
