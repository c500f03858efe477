/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

/**
 * HsVideoFeed: pictures on their way from one who pushes to any number who take
 *
 * A picture is a sample of video/x-raw in I420, whose caps may change from one to the next; its
 * time stamps mean nothing. Muted, a feed carries black pictures of the same size at the same pace.
 * Counted references; any thread.
 */
typedef struct _HsVideoFeed HsVideoFeed;

/* Runs on the pusher's thread with the feed locked: hands the picture on and waits for nobody. */
typedef void (*HsVideoTake) (GstSample *picture, gpointer user_data);

HsVideoFeed *hs_video_feed_new (void);
HsVideoFeed *hs_video_feed_ref (HsVideoFeed *self);
void hs_video_feed_unref (HsVideoFeed *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HsVideoFeed, hs_video_feed_unref)

void hs_video_feed_push (HsVideoFeed *self, GstSample *picture);

/* Returns: an id for hs_video_feed_remove(), never 0 */
guint
hs_video_feed_add (HsVideoFeed *self, HsVideoTake take, gpointer user_data, GDestroyNotify destroy);

/* Once it returns @take is not running and will not run any more. 0 is none. */
void hs_video_feed_remove (HsVideoFeed *self, guint id);

gboolean hs_video_feed_has_takers (HsVideoFeed *self);

void hs_video_feed_set_muted (HsVideoFeed *self, gboolean muted);

G_END_DECLS
