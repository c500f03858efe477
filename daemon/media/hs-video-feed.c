/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "hs-media"

#include "hs-video-feed.h"

#include <gst/video/video.h>
#include <string.h>

#define BLACK_LUMA   16
#define BLACK_CHROMA 128

typedef struct {
  guint id;
  HsVideoTake take;
  gpointer user_data;
  GDestroyNotify destroy; /* nullable */
} Taker;

struct _HsVideoFeed {
  gatomicrefcount references;

  GMutex lock; /* for what follows */
  GPtrArray *takers;
  guint last_id;
  gboolean muted;
  GstSample *black; /* of the size seen last; NULL before it is needed */
};

static void
free_taker (gpointer data)
{
  Taker *taker = data;

  if (taker->destroy != NULL)
    taker->destroy (taker->user_data);
  g_free (taker);
}

HsVideoFeed *
hs_video_feed_new (void)
{
  HsVideoFeed *self = g_new0 (HsVideoFeed, 1);

  g_atomic_ref_count_init (&self->references);
  g_mutex_init (&self->lock);
  self->takers = g_ptr_array_new_with_free_func (free_taker);
  return self;
}

HsVideoFeed *
hs_video_feed_ref (HsVideoFeed *self)
{
  g_atomic_ref_count_inc (&self->references);
  return self;
}

void
hs_video_feed_unref (HsVideoFeed *self)
{
  if (!g_atomic_ref_count_dec (&self->references))
    return;
  g_ptr_array_unref (self->takers);
  g_clear_pointer (&self->black, gst_sample_unref);
  g_mutex_clear (&self->lock);
  g_free (self);
}

/* --- black --- */

static void
paint_black (GstVideoFrame *frame)
{
  for (guint plane = 0; plane < GST_VIDEO_FRAME_N_PLANES (frame); plane++)
    memset (GST_VIDEO_FRAME_PLANE_DATA (frame, plane), plane == 0 ? BLACK_LUMA : BLACK_CHROMA,
            (gsize) GST_VIDEO_FRAME_PLANE_STRIDE (frame, plane) *
                GST_VIDEO_FRAME_COMP_HEIGHT (frame, plane));
}

static GstSample *
make_black (GstCaps *caps)
{
  g_autoptr (GstBuffer) buffer = NULL;
  GstVideoInfo info;
  GstVideoFrame frame;

  if (!gst_video_info_from_caps (&info, caps) ||
      GST_VIDEO_INFO_FORMAT (&info) != GST_VIDEO_FORMAT_I420)
    return NULL;
  buffer = gst_buffer_new_allocate (NULL, GST_VIDEO_INFO_SIZE (&info), NULL);
  if (!gst_video_frame_map (&frame, &info, buffer, GST_MAP_WRITE))
    return NULL;
  paint_black (&frame);
  gst_video_frame_unmap (&frame);
  return gst_sample_new (buffer, caps, NULL, NULL);
}

/* Returns: (transfer none) (nullable): a black picture in place of @picture. */
static GstSample *
get_black (HsVideoFeed *self, GstSample *picture)
{
  GstCaps *caps = gst_sample_get_caps (picture);

  if (self->black != NULL && gst_caps_is_equal (gst_sample_get_caps (self->black), caps))
    return self->black;
  g_clear_pointer (&self->black, gst_sample_unref);
  self->black = make_black (caps);
  return self->black;
}

/* --- */

void
hs_video_feed_push (HsVideoFeed *self, GstSample *picture)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  if (self->takers->len == 0)
    return;
  if (self->muted)
    picture = get_black (self, picture);
  for (guint i = 0; picture != NULL && i < self->takers->len; i++) {
    Taker *taker = self->takers->pdata[i];

    taker->take (picture, taker->user_data);
  }
}

guint
hs_video_feed_add (HsVideoFeed *self, HsVideoTake take, gpointer user_data, GDestroyNotify destroy)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);
  Taker *taker = g_new0 (Taker, 1);

  taker->id = ++self->last_id;
  taker->take = take;
  taker->user_data = user_data;
  taker->destroy = destroy;
  g_ptr_array_add (self->takers, taker);
  return taker->id;
}

void
hs_video_feed_remove (HsVideoFeed *self, guint id)
{
  Taker *removed = NULL;

  g_mutex_lock (&self->lock);
  for (guint i = 0; i < self->takers->len && removed == NULL; i++) {
    if (((Taker *) self->takers->pdata[i])->id == id)
      removed = g_ptr_array_steal_index (self->takers, i);
  }
  g_mutex_unlock (&self->lock);
  /* Not while locked: it may be the last reference to much. */
  if (removed != NULL)
    free_taker (removed);
}

gboolean
hs_video_feed_has_takers (HsVideoFeed *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  return self->takers->len > 0;
}

void
hs_video_feed_set_muted (HsVideoFeed *self, gboolean muted)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  self->muted = muted;
}
