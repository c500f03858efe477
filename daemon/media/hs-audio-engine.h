/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

#include "base/hs-clock.h"
#include "hs-audio-port.h"
#include "hs-audio-sink.h"
#include "hs-audio-source.h"
#include "hs-devices.h"

G_BEGIN_DECLS

/**
 * HsAudioEngine: moves plain audio between calls, microphones and speakers
 *
 * One thread ticks each 20 ms while any port has an open gate, and sleeps without waking otherwise.
 * It reads each source once per tick, adds up, pushes, and gives each sink the sum of what its
 * ports received. The machine's devices, decoders and the disk live on threads of their own, with
 * bounded rings in between, so nothing that is slow ever stalls a tick.
 */
#define HS_TYPE_AUDIO_ENGINE (hs_audio_engine_get_type ())
G_DECLARE_FINAL_TYPE (HsAudioEngine, hs_audio_engine, HS, AUDIO_ENGINE, GObject)

/* @devices: where the machine's microphones and speakers are looked up */
HsAudioEngine *hs_audio_engine_new (HsClock *clock, HsDevices *devices);

/* @device_id: (nullable): "silence", "tone:HZ" with 1 to 20000 Hz, "tone:HZ@DBFS" (its
 *   amplitude, -90 to 0; -12 when not given), "file:/PATH", "file:/PATH?loop", "pcm:/PATH" (see
 *   HsAudioSocket), or a microphone's id from HsDevices; NULL and "default" are the default
 * microphone. Files may have any format, rate and number of channels that GStreamer decodes.
 * @error: HS_CALL_ERROR_INVALID_PARAM naming a malformed id; HS_CALL_ERROR_USER_MEDIA naming the
 *   device or the path: unknown, missing, no audio …
 * Finish returns: (transfer full) */
void hs_audio_engine_open_source_async (HsAudioEngine *self,
                                        const char *device_id,
                                        GCancellable *cancellable,
                                        GAsyncReadyCallback callback,
                                        gpointer user_data);
HsAudioSource *hs_audio_engine_open_source_finish (HsAudioEngine *self,
                                                   GAsyncResult *result,
                                                   GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* @device_id: (nullable): "null", "file:/PATH.wav" (made anew, readable by the user alone),
 *   "pcm:/PATH" (see HsAudioSocket), or a speaker's id from HsDevices; NULL and "default" are the
 * default speaker.
 * @error: HS_CALL_ERROR_INVALID_PARAM naming a malformed id; HS_CALL_ERROR_USER_MEDIA naming the
 *   device or the path: unknown, not writable, disk full …
 * Finish returns: (transfer full) */
void hs_audio_engine_open_sink_async (HsAudioEngine *self,
                                      const char *device_id,
                                      GCancellable *cancellable,
                                      GAsyncReadyCallback callback,
                                      gpointer user_data);
HsAudioSink *hs_audio_engine_open_sink_finish (HsAudioEngine *self,
                                               GAsyncResult *result,
                                               GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Ends when all that was dropped before is really closed, recordings complete and devices free: the
 * last thing a program does.
 * @error: HS_ERROR_TIMED_OUT after some seconds of a device or a disk that does not answer */
void
hs_audio_engine_drain_async (HsAudioEngine *self, GAsyncReadyCallback callback, gpointer user_data);
gboolean hs_audio_engine_drain_finish (HsAudioEngine *self,
                                       GAsyncResult *result,
                                       GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The end of the engine is the end of all ticks: ports are removed before.
 * Returns: (transfer full): free with hs_audio_port_remove() and hs_audio_port_unref() */
HsAudioPort *hs_audio_engine_add_port (HsAudioEngine *self, HsAudioPush push, gpointer user_data);

G_END_DECLS
