/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "hs-audio-port.h"
#include "hs-audio-sink.h"

G_BEGIN_DECLS

struct _HsAudioSinkClass {
  GObjectClass parent;

  /* @block is due now, and the @skipped blocks' time before it passed without any. Runs on the
   * ticker thread with the mixer locked: hands on, never waits. */
  void (*render) (HsAudioSink *self, const gint16 *block, guint skipped);
};

/* The mixer's own, guarded by its lock. */
typedef struct {
  guint n_uses;       /* how many ports' slots name the sink */
  gboolean is_fed;    /* some port has its receive gate open in this tick */
  gboolean has_begun; /* was fed once since it has been in use */
  gint32 sum[HS_AUDIO_BLOCK];
} HsAudioSinkMix;

/* The base class itself is the sink that swallows everything. */
HsAudioSink *hs_audio_sink_new (GType type, const char *device_id, const char *label);

HsAudioSinkMix *hs_audio_sink_get_mix (HsAudioSink *self);

void hs_audio_sink_render (HsAudioSink *self, const gint16 *block, guint skipped);

/* Any thread; emits "failed" on the control thread, the first time.
 * @self: (transfer full): so that the last reference is never dropped on another thread
 * @error: (transfer full) */
void hs_audio_sink_fail (HsAudioSink *self, GError *error);

gboolean hs_audio_sink_has_failed (HsAudioSink *self);

G_END_DECLS
