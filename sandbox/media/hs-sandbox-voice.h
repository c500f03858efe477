/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * HsSandboxVoice: what somebody says, and what becomes of what is said to him
 *
 * In blocks of HS_SANDBOX_VOICE_RATE samples a second, mono. May be used on any thread.
 */
typedef struct _HsSandboxVoice HsSandboxVoice;

#define HS_SANDBOX_VOICE_RATE 48000

/* A sine of @hz at -12 dBFS. */
HsSandboxVoice *hs_sandbox_voice_new_tone (guint hz);

/* Two of them at once. */
HsSandboxVoice *hs_sandbox_voice_new_chord (guint hz, guint other_hz);

HsSandboxVoice *hs_sandbox_voice_ref (HsSandboxVoice *voice);
void hs_sandbox_voice_unref (HsSandboxVoice *voice);

/* Another tone from now on, without a click. */
void hs_sandbox_voice_set_tone (HsSandboxVoice *voice, guint hz);

/* Writes the next @n_samples. */
void hs_sandbox_voice_speak (HsSandboxVoice *voice, gint16 *samples, gsize n_samples);

/* Whether it cares for what is said to it. */
gboolean hs_sandbox_voice_listens (HsSandboxVoice *voice);
void hs_sandbox_voice_hear (HsSandboxVoice *voice, const gint16 *samples, gsize n_samples);

/**
 * HsSandboxMixer: a room in which everybody hears all others, but not himself
 */
typedef struct _HsSandboxMixer HsSandboxMixer;

HsSandboxMixer *hs_sandbox_mixer_new (void);

/* The voices in it outlive it, and are alone then. */
void hs_sandbox_mixer_free (HsSandboxMixer *mixer);

/* Returns: (transfer full): a place in the room, which is left when the voice is freed. */
HsSandboxVoice *hs_sandbox_mixer_enter (HsSandboxMixer *mixer);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HsSandboxVoice, hs_sandbox_voice_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HsSandboxMixer, hs_sandbox_mixer_free)

G_END_DECLS
