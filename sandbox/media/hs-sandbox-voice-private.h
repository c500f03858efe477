/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "hs-sandbox-voice.h"

G_BEGIN_DECLS

/* For those who make voices. A @hear of NULL does not listen. */
typedef struct {
  void (*speak) (HsSandboxVoice *voice, gint16 *samples, gsize n_samples);
  void (*hear) (HsSandboxVoice *voice, const gint16 *samples, gsize n_samples);
  void (*free) (HsSandboxVoice *voice);
} HsSandboxVoiceClass;

struct _HsSandboxVoice {
  gatomicrefcount references;
  const HsSandboxVoiceClass *klass;
};

void hs_sandbox_voice_init (HsSandboxVoice *voice, const HsSandboxVoiceClass *klass);

G_END_DECLS
