/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>

#include "hs-audio-source-private.h"
#include "hs-audio-worker.h"

G_BEGIN_DECLS

/* A source that a GStreamer pipeline fills: a file being decoded, a microphone of the machine.
 * A file is decoded half a second ahead, and waits there. */
#define HS_TYPE_AUDIO_STREAM_SOURCE (hs_audio_stream_source_get_type ())
G_DECLARE_FINAL_TYPE (
    HsAudioStreamSource, hs_audio_stream_source, HS, AUDIO_STREAM_SOURCE, HsAudioSource)

/* Both block, and both close on @worker.
 * @error: HS_CALL_ERROR_USER_MEDIA naming the path or the device */
HsAudioSource *hs_audio_stream_source_open_file (const char *device_id,
                                                 const char *path,
                                                 gboolean loop,
                                                 HsAudioWorker *worker,
                                                 GError **error) G_GNUC_WARN_UNUSED_RESULT;

HsAudioSource *hs_audio_stream_source_open_device (const char *device_id,
                                                   GstDevice *device,
                                                   HsAudioWorker *worker,
                                                   GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
