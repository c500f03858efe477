/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

#include "hs-leg-queue.h"
#include "hs-video-capture.h"

G_BEGIN_DECLS

/**
 * HsVideoSource: a camera, a screen or a file that is open
 *
 * It stays open while somebody holds a reference; the last one is dropped on the control thread.
 */
#define HS_TYPE_VIDEO_SOURCE (hs_video_source_get_type ())
G_DECLARE_FINAL_TYPE (HsVideoSource, hs_video_source, HS, VIDEO_SOURCE, GObject)

/* Signals, on the control thread:
 *   "failed" (GError *reason): at most once; there are no more pictures */

/* Everything borrowed.
 * @queue: counts what is being taken apart elsewhere */
HsVideoSource *hs_video_source_new (HsVideoForm form,
                                    const char *name,
                                    const char *device_id,
                                    const char *label,
                                    GstDevice *device,
                                    const HsVideoWish *wish,
                                    gboolean screen,
                                    HsLegQueue *queue);

/* Ends when pictures come; can be asked for again, and by several.
 * @error: HS_CALL_ERROR_USER_MEDIA */
void
hs_video_source_start_async (HsVideoSource *self, GAsyncReadyCallback callback, gpointer user_data);
gboolean hs_video_source_start_finish (HsVideoSource *self,
                                       GAsyncResult *result,
                                       GError **error) G_GNUC_WARN_UNUSED_RESULT;

const char *hs_video_source_get_device_id (HsVideoSource *self);
const char *hs_video_source_get_label (HsVideoSource *self);
HsVideoShape hs_video_source_get_shape (HsVideoSource *self);
HsVideoFeed *hs_video_source_get_feed (HsVideoSource *self);

G_END_DECLS
