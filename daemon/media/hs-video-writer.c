/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "hs-media"

#include "hs-video-writer.h"

#include "base/hs-error.h"
#include "hs-leg-chain.h"

#include <gst/app/app.h>
#include <unistd.h>

/* How long the last pictures may take to be written. */
#define END_LIMIT (5 * GST_SECOND)
#define STEP_NS   GST_MSECOND

#define CHAIN                                                                                      \
  "appsrc name=source is-live=true format=time max-buffers=%u max-bytes=0 leaky-type=downstream "  \
  "! videoscale add-borders=true ! capsfilter name=size ! %s "                                     \
  "! fdsink name=file sync=false async=false enable-last-sample=false"

#define VP8 "vp8enc deadline=1 cpu-used=8 threads=1 keyframe-max-dist=150 target-bitrate=1500000 ! "

/* A header needs a rate, which received pictures do not say. */
#define USUAL_RATE 30

typedef struct {
  const char *elements;
  guint backlog; /* pictures that may wait */
  int width_step;
  int height_step;
  gboolean has_rate;
  gboolean has_end;
} Format;

static const Format formats[] = {
  /* A picture waits rather than being lost, as long as there are few. */
  [HS_VIDEO_WRITER_WEBM] = { VP8 "webmmux", 30, 1, 1, FALSE, TRUE },
  [HS_VIDEO_WRITER_MATROSKA] = { VP8 "matroskamux", 30, 1, 1, FALSE, TRUE },
  /* The encoder writes the padding that GStreamer's rows have in other sizes. */
  [HS_VIDEO_WRITER_YUV4MPEG2] = { "y4menc", 2, 8, 2, TRUE, FALSE },
};

struct _HsVideoWriter {
  gatomicrefcount references;
  char *name;
  const Format *format;
  HsLegPost *post;
  HsLegPostFunc failed;
  int file;
  GstElement *pipeline;

  GMutex lock; /* for what follows */
  GstElement *source;
  gboolean has_size;
  gboolean has_failed;
  GstClockTime last_pts;
};

HsVideoWriter *
hs_video_writer_ref (HsVideoWriter *self)
{
  g_atomic_ref_count_inc (&self->references);
  return self;
}

void
hs_video_writer_unref (HsVideoWriter *self)
{
  if (!g_atomic_ref_count_dec (&self->references))
    return;
  gst_clear_object (&self->source);
  gst_clear_object (&self->pipeline);
  close (self->file);
  hs_leg_post_unref (self->post);
  g_mutex_clear (&self->lock);
  g_free (self->name);
  g_free (self);
}

static void
unref_writer (gpointer data)
{
  hs_video_writer_unref (data);
}

/* --- opening --- */

static GstBusSyncReply
on_message (GstBus *bus, GstMessage *message, gpointer user_data)
{
  HsVideoWriter *self = user_data;
  g_autoptr (GError) reason = NULL;
  gboolean first;

  if (GST_MESSAGE_TYPE (message) != GST_MESSAGE_ERROR)
    return GST_BUS_PASS;
  gst_message_parse_error (message, &reason, NULL);
  g_mutex_lock (&self->lock);
  first = !self->has_failed;
  self->has_failed = TRUE;
  g_mutex_unlock (&self->lock);
  if (first)
    hs_leg_post_send (self->post, self->failed,
                      g_error_new (HS_CALL_ERROR, HS_CALL_ERROR_USER_MEDIA, "%s: %s", self->name,
                                   reason->message),
                      (GDestroyNotify) g_error_free);
  return GST_BUS_PASS;
}

static gboolean
make_pipeline (HsVideoWriter *self, GError **error)
{
  g_autofree char *description =
      g_strdup_printf (CHAIN, self->format->backlog, self->format->elements);
  g_autoptr (GError) reason = NULL;
  g_autoptr (GstElement) sink = NULL;
  g_autoptr (GstBus) bus = NULL;

  self->pipeline = gst_parse_launch_full (description, NULL, GST_PARSE_FLAG_FATAL_ERRORS, &reason);
  if (self->pipeline == NULL) {
    g_set_error (error, HS_CALL_ERROR, HS_CALL_ERROR_USER_MEDIA, "%s: %s", self->name,
                 reason->message);
    return FALSE;
  }
  gst_object_ref_sink (self->pipeline);
  sink = gst_bin_get_by_name (GST_BIN (self->pipeline), "file");
  g_object_set (sink, "fd", self->file, NULL);
  bus = gst_element_get_bus (self->pipeline);
  gst_bus_set_sync_handler (bus, on_message, hs_video_writer_ref (self), unref_writer);
  return TRUE;
}

HsVideoWriter *
hs_video_writer_new (const char *name,
                     int file,
                     HsVideoWriterFormat format,
                     HsLegPost *post,
                     HsLegPostFunc failed,
                     GError **error)
{
  g_autoptr (HsVideoWriter) self = g_new0 (HsVideoWriter, 1);

  g_atomic_ref_count_init (&self->references);
  g_mutex_init (&self->lock);
  self->name = g_strdup (name);
  self->format = &formats[format];
  self->post = hs_leg_post_ref (post);
  self->failed = failed;
  self->file = file;
  if (!make_pipeline (self, error))
    return NULL;
  gst_element_set_state (self->pipeline, GST_STATE_PLAYING);
  self->source = gst_bin_get_by_name (GST_BIN (self->pipeline), "source");
  return g_steal_pointer (&self);
}

/* --- pictures --- */

static void
fix_step (GstStructure *fixed, const GstStructure *picture, const char *field, int step)
{
  int value;

  if (gst_structure_get_int (picture, field, &value))
    gst_structure_set (fixed, field, G_TYPE_INT, (value + step - 1) / step * step, NULL);
}

/* What has been told of the size cannot be told anew. */
static void
fix_size (HsVideoWriter *self, GstCaps *caps)
{
  g_autoptr (GstElement) filter = gst_bin_get_by_name (GST_BIN (self->pipeline), "size");
  const GstStructure *picture = gst_caps_get_structure (caps, 0);
  const GValue *aspect = gst_structure_get_value (picture, "pixel-aspect-ratio");
  g_autoptr (GstCaps) all = gst_caps_new_empty_simple ("video/x-raw");
  GstStructure *fixed = gst_caps_get_structure (all, 0);

  fix_step (fixed, picture, "width", self->format->width_step);
  fix_step (fixed, picture, "height", self->format->height_step);
  if (aspect != NULL)
    gst_structure_set_value (fixed, "pixel-aspect-ratio", aspect);
  g_object_set (filter, "caps", all, NULL);
  self->has_size = TRUE;
}

/* Returns: (transfer full) */
static GstCaps *
dup_caps (HsVideoWriter *self, GstSample *picture)
{
  GstCaps *caps = gst_caps_ref (gst_sample_get_caps (picture));
  int frames = 0;
  int seconds = 1;

  if (!self->format->has_rate)
    return caps;
  gst_structure_get_fraction (gst_caps_get_structure (caps, 0), "framerate", &frames, &seconds);
  if (frames > 0)
    return caps;
  caps = gst_caps_make_writable (caps);
  gst_caps_set_simple (caps, "framerate", GST_TYPE_FRACTION, USUAL_RATE, 1, NULL);
  return caps;
}

void
hs_video_writer_take (GstSample *picture, gpointer writer)
{
  HsVideoWriter *self = writer;
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);
  g_autoptr (GstCaps) caps = NULL;
  GstClockTime now;
  GstBuffer *buffer;

  if (self->source == NULL || self->has_failed)
    return;
  now = hs_leg_chain_get_running_time (self->source);
  if (!GST_CLOCK_TIME_IS_VALID (now))
    return;
  caps = dup_caps (self, picture);
  if (!self->has_size)
    fix_size (self, caps);
  gst_app_src_set_caps (GST_APP_SRC (self->source), caps);
  buffer = gst_buffer_copy (gst_sample_get_buffer (picture));
  GST_BUFFER_PTS (buffer) = self->last_pts = MAX (now, self->last_pts + STEP_NS);
  GST_BUFFER_DTS (buffer) = GST_CLOCK_TIME_NONE;
  GST_BUFFER_DURATION (buffer) = GST_CLOCK_TIME_NONE;
  gst_app_src_push_buffer (GST_APP_SRC (self->source), buffer);
}

/* --- the end --- */

static void
close_in_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  HsVideoWriter *self = data;
  g_autoptr (GstBus) bus = gst_element_get_bus (self->pipeline);
  g_autoptr (GstElement) input = NULL;
  g_autoptr (GstMessage) message = NULL;

  g_mutex_lock (&self->lock);
  input = g_steal_pointer (&self->source);
  g_mutex_unlock (&self->lock);
  if (self->format->has_end && self->has_size && !self->has_failed) {
    gst_app_src_end_of_stream (GST_APP_SRC (input));
    message = gst_bus_timed_pop_filtered (bus, END_LIMIT, GST_MESSAGE_EOS | GST_MESSAGE_ERROR);
  }
  gst_element_set_state (self->pipeline, GST_STATE_NULL);
  /* It holds a reference to us. */
  gst_bus_set_sync_handler (bus, NULL, NULL, NULL);
  g_task_return_boolean (task, TRUE);
}

typedef struct {
  HsLegQueue *queue;
  HsVideoWriterClosed closed;
  gpointer user_data;
} Closing;

static void
on_closed (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Closing *closing = user_data;

  if (closing->closed != NULL)
    closing->closed (closing->user_data);
  hs_leg_queue_end_leaving (closing->queue);
  g_object_unref (closing->queue);
  g_free (closing);
}

void
hs_video_writer_close (HsVideoWriter *self,
                       HsLegQueue *queue,
                       HsVideoWriterClosed closed,
                       gpointer user_data)
{
  Closing *closing = g_new0 (Closing, 1);
  g_autoptr (GTask) task = g_task_new (NULL, NULL, on_closed, closing);

  closing->queue = g_object_ref (queue);
  closing->closed = closed;
  closing->user_data = user_data;
  hs_leg_queue_begin_leaving (queue);
  g_task_set_source_tag (task, close_in_thread);
  g_task_set_task_data (task, self, unref_writer);
  g_task_run_in_thread (task, close_in_thread);
}
