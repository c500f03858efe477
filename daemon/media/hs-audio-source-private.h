/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "hs-audio-port.h"
#include "hs-audio-source.h"

G_BEGIN_DECLS

struct _HsAudioSourceClass {
  GObjectClass parent;

  /* The next block; FALSE, with @block left as it is, when there is nothing but silence. Runs on
   * the ticker thread with the mixer locked, at most once per tick. */
  gboolean (*read) (HsAudioSource *self, gint16 *block);

  /* Whether read() need not wait for a decoder. */
  gboolean (*is_ready) (HsAudioSource *self);
};

/* The base class itself is the source that is always silent. */
HsAudioSource *hs_audio_source_new (GType type, const char *device_id, const char *label);

/* One block per tick, however many ports ask; for the mixer only, with its lock held.
 * Returns: (nullable): NULL for silence; valid until the next tick */
const gint16 *hs_audio_source_read (HsAudioSource *self, guint64 tick);

/* Whether the next tick would not miss something that is still being decoded. */
gboolean hs_audio_source_is_ready (HsAudioSource *self);

/* Any thread; emits "failed" on the control thread, the first time.
 * @self: (transfer full): so that the last reference is never dropped on another thread
 * @error: (transfer full) */
void hs_audio_source_fail (HsAudioSource *self, GError *error);

gboolean hs_audio_source_has_failed (HsAudioSource *self);

G_END_DECLS
