/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "hs-audio-source-private.h"

G_BEGIN_DECLS

/* A pure tone that never ends, without jumps of phase. */
#define HS_TYPE_AUDIO_TONE_SOURCE (hs_audio_tone_source_get_type ())
G_DECLARE_FINAL_TYPE (HsAudioToneSource, hs_audio_tone_source, HS, AUDIO_TONE_SOURCE, HsAudioSource)

/* @amplitude_db: 0 is a sine that touches full scale */
HsAudioSource *hs_audio_tone_source_new (const char *device_id, double hz, double amplitude_db);

G_END_DECLS
