/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>

#include "hs-leg-post.h"
#include "hs-video-feed.h"
#include "hs-video-wish.h"

G_BEGIN_DECLS

/**
 * HsVideoCapture: the pipeline that pictures come from
 *
 * Starting and stopping wait for hardware and disks, so both happen on threads of their own.
 * Counted references.
 */
typedef struct _HsVideoCapture HsVideoCapture;

typedef enum {
  HS_VIDEO_PATTERN, /* name: one of videotestsrc's patterns */
  HS_VIDEO_FILE,    /* name: a path; played again and again */
  HS_VIDEO_DISPLAY, /* the X display; name: "" for the usual one */
  HS_VIDEO_DEVICE,
} HsVideoForm;

/* Everything borrowed. */
typedef struct {
  HsVideoForm form;
  const char *name;
  const char *device_id; /* for messages */
  GstDevice *device;     /* nullable */
  HsVideoWish wish;
  gboolean screen;
  HsLegPost *post;      /* who is told of a failure after the start */
  HsLegPostFunc failed; /* gets a GError */
} HsVideoCaptureOptions;

HsVideoCapture *hs_video_capture_new (const HsVideoCaptureOptions *options);
HsVideoCapture *hs_video_capture_ref (HsVideoCapture *self);
void hs_video_capture_unref (HsVideoCapture *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HsVideoCapture, hs_video_capture_unref)

/* Waits for the first picture, at most ten seconds. GStreamer is initialised here.
 * @error: HS_CALL_ERROR_USER_MEDIA naming the device or the constraint */
gboolean hs_video_capture_start (HsVideoCapture *self, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Once it returns nothing runs any more. Waits. */
void hs_video_capture_stop (HsVideoCapture *self);

/* What pictures are like; known once it has started. */
HsVideoShape hs_video_capture_get_shape (HsVideoCapture *self);

HsVideoFeed *hs_video_capture_get_feed (HsVideoCapture *self);

G_END_DECLS
