/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "hs-sandbox-voice-private.h"

#include <math.h>
#include <string.h>

#define AMPLITUDE    8231.0 /* -12 dBFS */
#define NOTE_SAMPLES (HS_SANDBOX_VOICE_RATE / 2)

typedef struct {
  HsSandboxVoice voice;
  GMutex lock;
  guint hz[2];
  guint64 n_spoken;
  double phase;
} Tune;

static void
speak_tune (HsSandboxVoice *voice, gint16 *samples, gsize n_samples)
{
  Tune *tune = (Tune *) voice;

  g_mutex_lock (&tune->lock);
  for (gsize i = 0; i < n_samples; i++) {
    guint hz = tune->hz[tune->n_spoken++ / NOTE_SAMPLES % 2];

    samples[i] = (gint16) (AMPLITUDE * sin (tune->phase));
    tune->phase = fmod (tune->phase + 2 * G_PI * hz / HS_SANDBOX_VOICE_RATE, 2 * G_PI);
  }
  g_mutex_unlock (&tune->lock);
}

static void
free_tune (HsSandboxVoice *voice)
{
  Tune *tune = (Tune *) voice;

  g_mutex_clear (&tune->lock);
  g_free (tune);
}

static const HsSandboxVoiceClass tune_class = {
  .speak = speak_tune,
  .free = free_tune,
};

HsSandboxVoice *
hs_sandbox_voice_new_tune (guint hz, guint other_hz)
{
  Tune *tune = g_new0 (Tune, 1);

  hs_sandbox_voice_init (&tune->voice, &tune_class);
  g_mutex_init (&tune->lock);
  tune->hz[0] = hz;
  tune->hz[1] = other_hz;
  return &tune->voice;
}

HsSandboxVoice *
hs_sandbox_voice_new_tone (guint hz)
{
  return hs_sandbox_voice_new_tune (hz, hz);
}

void
hs_sandbox_voice_set_tone (HsSandboxVoice *voice, guint hz)
{
  Tune *tune = (Tune *) voice;

  g_return_if_fail (voice->klass == &tune_class);

  g_mutex_lock (&tune->lock);
  tune->hz[0] = tune->hz[1] = hz;
  g_mutex_unlock (&tune->lock);
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
