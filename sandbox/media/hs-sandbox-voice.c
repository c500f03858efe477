/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "hs-sandbox-voice-private.h"

#include <math.h>
#include <string.h>

#define AMPLITUDE 8231.0 /* -12 dBFS */
#define MAX_TONES 2

typedef struct {
  HsSandboxVoice voice;
  GMutex lock;
  guint n_tones;
  guint hz[MAX_TONES];
  double phase[MAX_TONES];
} Chord;

static double
sing (Chord *chord, guint index)
{
  double sample = AMPLITUDE * sin (chord->phase[index]);

  chord->phase[index] =
      fmod (chord->phase[index] + 2 * G_PI * chord->hz[index] / HS_SANDBOX_VOICE_RATE, 2 * G_PI);
  return sample;
}

static void
speak_chord (HsSandboxVoice *voice, gint16 *samples, gsize n_samples)
{
  Chord *chord = (Chord *) voice;

  g_mutex_lock (&chord->lock);
  for (gsize i = 0; i < n_samples; i++) {
    double sum = 0;

    for (guint tone = 0; tone < chord->n_tones; tone++)
      sum += sing (chord, tone);
    samples[i] = (gint16) sum;
  }
  g_mutex_unlock (&chord->lock);
}

static void
free_chord (HsSandboxVoice *voice)
{
  Chord *chord = (Chord *) voice;

  g_mutex_clear (&chord->lock);
  g_free (chord);
}

static const HsSandboxVoiceClass chord_class = {
  .speak = speak_chord,
  .free = free_chord,
};

static HsSandboxVoice *
chord_new (guint n_tones, guint hz, guint other_hz)
{
  Chord *chord = g_new0 (Chord, 1);

  hs_sandbox_voice_init (&chord->voice, &chord_class);
  g_mutex_init (&chord->lock);
  chord->n_tones = n_tones;
  chord->hz[0] = hz;
  chord->hz[1] = other_hz;
  return &chord->voice;
}

HsSandboxVoice *
hs_sandbox_voice_new_tone (guint hz)
{
  return chord_new (1, hz, 0);
}

HsSandboxVoice *
hs_sandbox_voice_new_chord (guint hz, guint other_hz)
{
  return chord_new (2, hz, other_hz);
}

void
hs_sandbox_voice_set_tone (HsSandboxVoice *voice, guint hz)
{
  Chord *chord = (Chord *) voice;

  g_return_if_fail (voice->klass == &chord_class);

  g_mutex_lock (&chord->lock);
  chord->n_tones = 1;
  chord->hz[0] = hz;
  g_mutex_unlock (&chord->lock);
}

void
hs_sandbox_voice_init (HsSandboxVoice *voice, const HsSandboxVoiceClass *klass)
{
  g_atomic_ref_count_init (&voice->references);
  voice->klass = klass;
}

HsSandboxVoice *
hs_sandbox_voice_ref (HsSandboxVoice *voice)
{
  g_atomic_ref_count_inc (&voice->references);
  return voice;
}

void
hs_sandbox_voice_unref (HsSandboxVoice *voice)
{
  if (g_atomic_ref_count_dec (&voice->references))
    voice->klass->free (voice);
}

void
hs_sandbox_voice_speak (HsSandboxVoice *voice, gint16 *samples, gsize n_samples)
{
  voice->klass->speak (voice, samples, n_samples);
}

gboolean
hs_sandbox_voice_listens (HsSandboxVoice *voice)
{
  return voice->klass->hear != NULL;
}

void
hs_sandbox_voice_hear (HsSandboxVoice *voice, const gint16 *samples, gsize n_samples)
{
  if (voice->klass->hear != NULL)
    voice->klass->hear (voice, samples, n_samples);
}
