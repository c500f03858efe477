/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/audio/audio.h>
#include <gst/gst.h>

#include "hs-audio-port.h"

G_BEGIN_DECLS

/* What the pipelines of files and of the machine's devices have in common. All of it blocks and
 * belongs on a worker's thread. */

/* Plain audio as the engine has it. */
#define HS_AUDIO_CAPS                                                                              \
  "audio/x-raw,format=" GST_AUDIO_NE (S16) ",layout=interleaved,rate=48000,channels=1"

/* @description: as for gst-launch, nothing in it from outside
 * @error: HS_CALL_ERROR_USER_MEDIA, as when GStreamer lacks an element
 * Returns: (transfer full) */
GstElement *hs_audio_pipeline_parse (const char *description,
                                     GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Adds the device's element before or after the element "tail", as its kind is, and makes it work
 * in steps of one tick where it lets us.
 * @error: HS_CALL_ERROR_USER_MEDIA naming @name */
gboolean hs_audio_pipeline_add_device (GstElement *pipeline,
                                       GstDevice *device,
                                       const char *name,
                                       GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Waits until the pipeline runs or has failed.
 * @name: what the error calls it
 * @error: HS_CALL_ERROR_USER_MEDIA naming @name */
gboolean hs_audio_pipeline_start (GstElement *pipeline,
                                  GstState state,
                                  const char *name,
                                  GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* On a streaming thread; @error: (transfer full). */
typedef void (*HsAudioPipelineFailed) (GError *error, gpointer user_data);

/* From now on errors go to @failed, and nothing gathers on the bus.
 * @data: (transfer full), freed with @destroy when the pipeline goes */
void hs_audio_pipeline_watch (GstElement *pipeline,
                              const char *name,
                              HsAudioPipelineFailed failed,
                              gpointer data,
                              GDestroyNotify destroy);

/* Stops and frees. */
void hs_audio_pipeline_stop (GstElement *pipeline);

G_END_DECLS
