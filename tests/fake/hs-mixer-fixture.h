/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "media/hs-audio-mixer.h"
#include "media/hs-audio-sink-private.h"

G_BEGIN_DECLS

/* A sink that remembers. */
typedef struct {
  HsAudioSink parent;
  GArray *samples;
  guint n_skipped;
} HsRecorder;

GType hs_recorder_get_type (void);

/* A mixer that ticks when it is told, with two ports, and what they send. */
typedef struct {
  HsAudioMixer *mixer;
  HsAudioPort *port;
  HsAudioPort *other;
  GArray *sent;
  GArray *other_sent;
  HsRecorder *recorder;
  guint n_wakes;
} HsMixerFixture;

/* Both fit g_test_add(). */
void hs_mixer_fixture_set_up (HsMixerFixture *self, gconstpointer data);
void hs_mixer_fixture_tear_down (HsMixerFixture *self, gconstpointer data);

/* Returns: what the last of @n ticks returned */
gboolean hs_mixer_fixture_tick (HsMixerFixture *self, guint n);

/* The port's source is such a tone from now on. */
void hs_test_set_tone (HsAudioPort *port, double hz, double amplitude_db);

/* The far end sends this value all the time. */
void hs_test_receive_value (HsAudioPort *port, gint16 value, guint n_samples);

gint16 hs_test_get_sample (GArray *samples, guint index);

/* Of all from a block on: the amplitude of a tone, and the power. */
double hs_test_measure (GArray *samples, guint from_block, double hz);
double hs_test_get_rms (GArray *samples, guint from_block);

void hs_test_assert_near (double value, double expected, double tolerance);

G_END_DECLS
