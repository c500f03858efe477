/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * HsToneDetector: hears tones in plain audio
 *
 * For far ends that cannot send them as events. GStreamer's dtmfdetect says which ones were
 * pressed; how long they last is measured here. Counted references; made and fed cheaply, the
 * element comes with the first audio that is listened to.
 */
typedef struct _HsToneDetector HsToneDetector;

/* Once for each press, when it has ended. On the thread that feeds. */
typedef void (*HsToneDetected) (char tone, guint duration_ms, gpointer user_data);

HsToneDetector *
hs_tone_detector_new (HsToneDetected detected, gpointer user_data, GDestroyNotify destroy);
HsToneDetector *hs_tone_detector_ref (HsToneDetector *self);
void hs_tone_detector_unref (HsToneDetector *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HsToneDetector, hs_tone_detector_unref)

/* Off at first. Any thread. */
void hs_tone_detector_set_active (HsToneDetector *self, gboolean active);

/* Audio as everywhere: 16 bit, 48000 samples a second, one channel. Any thread, though
 * not what belongs together on several. */
void hs_tone_detector_feed (HsToneDetector *self, const gint16 *samples, gsize n_samples);

G_END_DECLS
