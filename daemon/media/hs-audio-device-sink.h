/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>

#include "hs-audio-sink-private.h"
#include "hs-audio-worker.h"

G_BEGIN_DECLS

/* A speaker of the machine. What it cannot take in time is dropped. */
#define HS_TYPE_AUDIO_DEVICE_SINK (hs_audio_device_sink_get_type ())
G_DECLARE_FINAL_TYPE (HsAudioDeviceSink, hs_audio_device_sink, HS, AUDIO_DEVICE_SINK, HsAudioSink)

/* Blocks, and closes on @worker.
 * @error: HS_CALL_ERROR_USER_MEDIA naming the device */
HsAudioSink *hs_audio_device_sink_open (const char *device_id,
                                        GstDevice *device,
                                        HsAudioWorker *worker,
                                        GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
