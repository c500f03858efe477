/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib-object.h>

G_BEGIN_DECLS

/**
 * HsAudioSink: something open that plain audio goes to
 *
 * A speaker of the machine, a WAV file being written, programs at a socket, nothing. It comes from
 * hs_audio_engine_open_sink_async() and stays open while somebody holds a reference; the last one
 * is dropped on the control thread. Who opens the same speaker, file or socket again gets the same
 * sink, and what its ports receive is added up. A file begins with the first block that a port's
 * open receive gate lets through, and from then on keeps pace with real time: it holds silence for
 * every gap until it is taken from its last port.
 */
#define HS_TYPE_AUDIO_SINK (hs_audio_sink_get_type ())
G_DECLARE_DERIVABLE_TYPE (HsAudioSink, hs_audio_sink, HS, AUDIO_SINK, GObject)

/* Signals, on the control thread:
 *   "failed" (GError *reason): at most once; the sink swallows everything from now on */

const char *hs_audio_sink_get_device_id (HsAudioSink *self);

/* What people call it, as in the list of devices. */
const char *hs_audio_sink_get_label (HsAudioSink *self);

G_END_DECLS
