/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "hs-audio-tone-source.h"

#include <complex.h>
#include <math.h>

struct _HsAudioToneSource {
  HsAudioSource parent;
  double amplitude;
  double step;  /* radians per sample */
  double phase; /* radians */
};

G_DEFINE_FINAL_TYPE (HsAudioToneSource, hs_audio_tone_source, HS_TYPE_AUDIO_SOURCE)

static gboolean
hs_audio_tone_source_read (HsAudioSource *source, gint16 *block)
{
  HsAudioToneSource *self = HS_AUDIO_TONE_SOURCE (source);

  double complex turn = cexp (I * self->step);
  double complex pointer = self->amplitude * cexp (I * self->phase);

  /* Turning a pointer is much cheaper than a sine per sample, and begins exactly in each block. */
  for (guint i = 0; i < HS_AUDIO_BLOCK; i++) {
    double value = cimag (pointer);

    block[i] = (gint16) (value + (value < 0 ? -0.5 : 0.5));
    pointer *= turn;
  }
  self->phase = fmod (self->phase + self->step * HS_AUDIO_BLOCK, 2 * G_PI);
  return TRUE;
}

static void
hs_audio_tone_source_class_init (HsAudioToneSourceClass *klass)
{
  HS_AUDIO_SOURCE_CLASS (klass)->read = hs_audio_tone_source_read;
}

static void
hs_audio_tone_source_init (HsAudioToneSource *self)
{
}

HsAudioSource *
hs_audio_tone_source_new (const char *device_id, double hz, double amplitude_db)
{
  g_autofree char *label = g_strdup_printf ("Tone of %g Hz", hz);
  HsAudioSource *source = hs_audio_source_new (HS_TYPE_AUDIO_TONE_SOURCE, device_id, label);
  HsAudioToneSource *self = HS_AUDIO_TONE_SOURCE (source);

  self->amplitude = G_MAXINT16 * pow (10, amplitude_db / 20);
  self->step = 2 * G_PI * hz / HS_AUDIO_RATE;
  return source;
}
