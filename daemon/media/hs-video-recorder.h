/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>
#include <gst/gst.h>

#include "hs-leg-post.h"
#include "hs-leg-queue.h"

G_BEGIN_DECLS

/**
 * HsVideoRecorder: writes pictures to a Matroska or WebM file
 *
 * The size of the first picture is that of the file; others are fitted into it. Counted references;
 * the disk is waited for on threads of their own.
 */
typedef struct _HsVideoRecorder HsVideoRecorder;

HsVideoRecorder *hs_video_recorder_ref (HsVideoRecorder *self);
void hs_video_recorder_unref (HsVideoRecorder *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HsVideoRecorder, hs_video_recorder_unref)

/* @path: made anew, readable by the user alone; ends in .mkv or .webm
 * @queue: counts what is busy elsewhere
 * @failed: gets a GError, at most once, when the file cannot be written any more
 * @error: HS_CALL_ERROR_USER_MEDIA naming the path
 * Finish returns: (transfer full): to be ended with hs_video_recorder_close() */
void hs_video_recorder_open_async (const char *path,
                                   HsLegQueue *queue,
                                   HsLegPost *post,
                                   HsLegPostFunc failed,
                                   GAsyncReadyCallback callback,
                                   gpointer user_data);
HsVideoRecorder *hs_video_recorder_open_finish (GAsyncResult *result, GError **error);

/* A HsVideoTake. */
void hs_video_recorder_take (GstSample *picture, gpointer recorder);

/* Writes the end of the file. (transfer full) */
void hs_video_recorder_close (HsVideoRecorder *self);

G_END_DECLS
