/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "hs-audio-sink-private.h"
#include "hs-audio-worker.h"

G_BEGIN_DECLS

/* A sink that writes a WAV file. The ticker only copies; the disk is @worker's. Should the disk
 * stall for more than ten seconds, what comes then becomes silence of the same length. */
#define HS_TYPE_AUDIO_WAVE_SINK (hs_audio_wave_sink_get_type ())
G_DECLARE_FINAL_TYPE (HsAudioWaveSink, hs_audio_wave_sink, HS, AUDIO_WAVE_SINK, HsAudioSink)

/* Blocks on the disk.
 * @error: HS_CALL_ERROR_USER_MEDIA naming @path */
HsAudioSink *hs_audio_wave_sink_open (const char *device_id,
                                      const char *path,
                                      HsAudioWorker *worker,
                                      GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
