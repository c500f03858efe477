/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib-object.h>

G_BEGIN_DECLS

/**
 * HsAudioSource: something open that plain audio comes from
 *
 * A microphone of the machine, a file being played, programs at a socket, a tone, silence. It comes
 * from hs_audio_engine_open_source_async() and stays open while somebody holds a reference; the
 * last one is dropped on the control thread. Two who open the same microphone of the machine or the
 * same socket get the same source; every opening of a file plays it from its beginning. A file
 * plays only while it is the source of a port whose send gate is open, and is silent after its end.
 */
#define HS_TYPE_AUDIO_SOURCE (hs_audio_source_get_type ())
G_DECLARE_DERIVABLE_TYPE (HsAudioSource, hs_audio_source, HS, AUDIO_SOURCE, GObject)

/* Signals, on the control thread:
 *   "failed" (GError *reason): at most once; the source is silent from now on */

const char *hs_audio_source_get_device_id (HsAudioSource *self);

/* What people call it, as in the list of devices. */
const char *hs_audio_source_get_label (HsAudioSource *self);

G_END_DECLS
