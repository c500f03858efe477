/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>
#include <gst/gst.h>

#include "hs-leg-post.h"
#include "hs-leg-queue.h"

G_BEGIN_DECLS

/**
 * HsVideoWriter: writes pictures to a file, a socket, whatever a descriptor stands for
 *
 * The size of the first picture is that of all; others are fitted into it. Counted references; who
 * pushes pictures never waits, and who reads slowly loses whole ones.
 */
typedef struct _HsVideoWriter HsVideoWriter;

typedef enum {
  HS_VIDEO_WRITER_WEBM,
  HS_VIDEO_WRITER_MATROSKA,
  HS_VIDEO_WRITER_YUV4MPEG2,
} HsVideoWriterFormat;

HsVideoWriter *hs_video_writer_ref (HsVideoWriter *self);
void hs_video_writer_unref (HsVideoWriter *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HsVideoWriter, hs_video_writer_unref)

/* Loads plugins, so it is not for the control thread.
 * @name: what errors begin with
 * @file: (transfer full): a descriptor in non-blocking mode
 * @failed: gets a GError, at most once, when nothing can be written any more
 * @error: HS_CALL_ERROR_USER_MEDIA
 * Returns: (transfer full) (nullable): to be ended with hs_video_writer_close() */
HsVideoWriter *hs_video_writer_new (const char *name,
                                    int file,
                                    HsVideoWriterFormat format,
                                    HsLegPost *post,
                                    HsLegPostFunc failed,
                                    GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* A HsVideoTake. */
void hs_video_writer_take (GstSample *picture, gpointer writer);

typedef void (*HsVideoWriterClosed) (gpointer user_data);

/* Writes the end, where the format has one, and closes the descriptor; on another thread.
 * @self: (transfer full)
 * @queue: counts what is busy elsewhere
 * @closed: (nullable): runs in the caller's main context afterwards */
void hs_video_writer_close (HsVideoWriter *self,
                            HsLegQueue *queue,
                            HsVideoWriterClosed closed,
                            gpointer user_data);

G_END_DECLS
