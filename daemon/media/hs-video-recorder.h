/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "hs-video-writer.h"

G_BEGIN_DECLS

/* Video in files; the disk is waited for on threads of their own. */

/* @path: made anew, readable by the user alone; ends in .mkv or .webm
 * @queue: counts what is busy elsewhere
 * @failed: gets a GError, at most once, when the file cannot be written any more
 * @error: HS_CALL_ERROR_USER_MEDIA naming the path
 * Finish returns: (transfer full): to be ended with hs_video_writer_close() */
void hs_video_recorder_open_async (const char *path,
                                   HsLegQueue *queue,
                                   HsLegPost *post,
                                   HsLegPostFunc failed,
                                   GAsyncReadyCallback callback,
                                   gpointer user_data);
HsVideoWriter *hs_video_recorder_open_finish (GAsyncResult *result, GError **error);

G_END_DECLS
