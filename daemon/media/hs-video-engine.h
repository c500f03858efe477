/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>
#include <json-glib/json-glib.h>

#include "base/hs-config.h"
#include "hs-devices.h"
#include "hs-leg-queue.h"
#include "hs-video-source.h"

G_BEGIN_DECLS

/**
 * HsVideoEngine: opens cameras and screens
 *
 * Cameras: "pattern" and "pattern:NAME" (smpte, ball, red, black …: videotestsrc's), "file:/PATH"
 * (anything GStreamer decodes, played again and again), the machine's own by their ids. One of the
 * machine's is opened once, however many calls use it.
 *
 * Screens: "x11" and "x11:DISPLAY", and the same patterns and files, which need no screen. The
 * usual one is media.screen of the configuration, else the X display when there is one, else
 * "pattern:ball". There is no desktop portal: it asks a person in front of the screen.
 * Displays are read by processes of their own, see hs-screen-reader.h.
 */
#define HS_TYPE_VIDEO_ENGINE (hs_video_engine_get_type ())
G_DECLARE_FINAL_TYPE (HsVideoEngine, hs_video_engine, HS, VIDEO_ENGINE, GObject)

HsVideoEngine *hs_video_engine_new (HsDevices *devices, HsConfig *config, HsLegQueue *queue);

/* @options: (nullable): deviceId, width, height, frameRate
 * @error: HS_CALL_ERROR_USER_MEDIA naming the device or the constraint
 * Finish returns: (transfer full) */
void hs_video_engine_open_camera_async (HsVideoEngine *self,
                                        JsonObject *options,
                                        GCancellable *cancellable,
                                        GAsyncReadyCallback callback,
                                        gpointer user_data);
void hs_video_engine_open_screen_async (HsVideoEngine *self,
                                        JsonObject *options,
                                        GCancellable *cancellable,
                                        GAsyncReadyCallback callback,
                                        gpointer user_data);
HsVideoSource *hs_video_engine_open_finish (HsVideoEngine *self,
                                            GAsyncResult *result,
                                            GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
