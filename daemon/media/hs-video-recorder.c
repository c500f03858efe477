/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "hs-media"

#include "hs-video-recorder.h"

#include "base/hs-error.h"
#include "hs-leg-chain.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <gst/app/app.h>
#include <unistd.h>

/* How long the last pictures may take to reach the disk. */
#define END_LIMIT (5 * GST_SECOND)
#define STEP_NS   GST_MSECOND

/* A picture waits rather than being lost, as long as there are few. */
#define CHAIN                                                                                      \
  "appsrc name=source is-live=true format=time max-buffers=30 max-bytes=0 leaky-type=downstream "  \
  "! videoscale add-borders=true ! capsfilter name=size "                                          \
  "! vp8enc deadline=1 cpu-used=8 threads=1 keyframe-max-dist=150 target-bitrate=1500000 "         \
  "! %s ! fdsink name=file"

struct _HsVideoRecorder {
  gatomicrefcount references;
  char *path;
  HsLegQueue *queue; /* used on the control thread only */
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

HsVideoRecorder *
hs_video_recorder_ref (HsVideoRecorder *self)
{
  g_atomic_ref_count_inc (&self->references);
  return self;
}

void
hs_video_recorder_unref (HsVideoRecorder *self)
{
  if (!g_atomic_ref_count_dec (&self->references))
    return;
  gst_clear_object (&self->source);
  gst_clear_object (&self->pipeline);
  if (self->file >= 0)
    close (self->file);
  hs_leg_post_unref (self->post);
  g_mutex_clear (&self->lock);
  g_free (self->path);
  g_free (self);
}

static void
unref_recorder (gpointer data)
{
  hs_video_recorder_unref (data);
}

/* --- opening --- */

static GstBusSyncReply
on_message (GstBus *bus, GstMessage *message, gpointer user_data)
{
  HsVideoRecorder *self = user_data;
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
                      g_error_new (HS_CALL_ERROR, HS_CALL_ERROR_USER_MEDIA, "%s: %s", self->path,
                                   reason->message),
                      (GDestroyNotify) g_error_free);
  return GST_BUS_PASS;
}

static gboolean
make_pipeline (HsVideoRecorder *self, GError **error)
{
  gboolean webm = g_str_has_suffix (self->path, ".webm");
  g_autofree char *description = g_strdup_printf (CHAIN, webm ? "webmmux" : "matroskamux");
  g_autoptr (GError) reason = NULL;
  g_autoptr (GstElement) sink = NULL;
  g_autoptr (GstBus) bus = NULL;

  self->pipeline = gst_parse_launch_full (description, NULL, GST_PARSE_FLAG_FATAL_ERRORS, &reason);
  if (self->pipeline == NULL) {
    g_set_error (error, HS_CALL_ERROR, HS_CALL_ERROR_USER_MEDIA, "%s: %s", self->path,
                 reason->message);
    return FALSE;
  }
  gst_object_ref_sink (self->pipeline);
  sink = gst_bin_get_by_name (GST_BIN (self->pipeline), "file");
  g_object_set (sink, "fd", self->file, "sync", FALSE, "async", FALSE, NULL);
  bus = gst_element_get_bus (self->pipeline);
  gst_bus_set_sync_handler (bus, on_message, hs_video_recorder_ref (self), unref_recorder);
  return TRUE;
}

static void
open_in_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  HsVideoRecorder *self = data;
  GError *error = NULL;

  self->file = g_open (self->path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC | O_NONBLOCK, 0600);
  if (self->file < 0) {
    g_task_return_new_error (task, HS_CALL_ERROR, HS_CALL_ERROR_USER_MEDIA, "%s: %s", self->path,
                             g_strerror (errno));
    return;
  }
  if (!make_pipeline (self, &error)) {
    g_task_return_error (task, error);
    return;
  }
  gst_element_set_state (self->pipeline, GST_STATE_PLAYING);
  g_mutex_lock (&self->lock);
  self->source = gst_bin_get_by_name (GST_BIN (self->pipeline), "source");
  g_mutex_unlock (&self->lock);
  g_task_return_boolean (task, TRUE);
}

static void
on_opened (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  HsVideoRecorder *self = g_task_get_task_data (task);
  GError *error = NULL;

  if (g_task_propagate_boolean (G_TASK (result), &error))
    g_task_return_pointer (task, hs_video_recorder_ref (self), unref_recorder);
  else
    g_task_return_error (task, error);
  hs_leg_queue_end_leaving (self->queue);
}

void
hs_video_recorder_open_async (const char *path,
                              HsLegQueue *queue,
                              HsLegPost *post,
                              HsLegPostFunc failed,
                              GAsyncReadyCallback callback,
                              gpointer user_data)
{
  HsVideoRecorder *self = g_new0 (HsVideoRecorder, 1);
  GTask *task = g_task_new (NULL, NULL, callback, user_data);
  g_autoptr (GTask) work = NULL;

  g_atomic_ref_count_init (&self->references);
  g_mutex_init (&self->lock);
  self->path = g_strdup (path);
  self->queue = queue;
  self->post = hs_leg_post_ref (post);
  self->failed = failed;
  self->file = -1;
  g_task_set_source_tag (task, hs_video_recorder_open_async);
  g_task_set_task_data (task, self, unref_recorder);
  hs_leg_queue_begin_leaving (queue);
  work = g_task_new (NULL, NULL, on_opened, task);
  g_task_set_source_tag (work, open_in_thread);
  g_task_set_task_data (work, hs_video_recorder_ref (self), unref_recorder);
  g_task_run_in_thread (work, open_in_thread);
}

HsVideoRecorder *
hs_video_recorder_open_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

/* --- pictures --- */

/* A file's size cannot change. */
static void
fix_size (HsVideoRecorder *self, GstCaps *caps)
{
  g_autoptr (GstElement) filter = gst_bin_get_by_name (GST_BIN (self->pipeline), "size");
  const GstStructure *picture = gst_caps_get_structure (caps, 0);
  g_autoptr (GstCaps) fixed = gst_caps_new_empty_simple ("video/x-raw");
  static const char *const fields[] = { "width", "height", "pixel-aspect-ratio" };

  for (gsize i = 0; i < G_N_ELEMENTS (fields); i++) {
    const GValue *value = gst_structure_get_value (picture, fields[i]);

    if (value != NULL)
      gst_caps_set_value (fixed, fields[i], value);
  }
  g_object_set (filter, "caps", fixed, NULL);
  self->has_size = TRUE;
}

void
hs_video_recorder_take (GstSample *picture, gpointer recorder)
{
  HsVideoRecorder *self = recorder;
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);
  GstClockTime now;
  GstBuffer *buffer;

  if (self->source == NULL || self->has_failed)
    return;
  now = hs_leg_chain_get_running_time (self->source);
  if (!GST_CLOCK_TIME_IS_VALID (now))
    return;
  if (!self->has_size)
    fix_size (self, gst_sample_get_caps (picture));
  gst_app_src_set_caps (GST_APP_SRC (self->source), gst_sample_get_caps (picture));
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
  HsVideoRecorder *self = data;
  g_autoptr (GstBus) bus = gst_element_get_bus (self->pipeline);
  g_autoptr (GstElement) input = NULL;
  g_autoptr (GstMessage) message = NULL;

  g_mutex_lock (&self->lock);
  input = g_steal_pointer (&self->source);
  g_mutex_unlock (&self->lock);
  if (input != NULL && self->has_size && !self->has_failed) {
    gst_app_src_end_of_stream (GST_APP_SRC (input));
    message = gst_bus_timed_pop_filtered (bus, END_LIMIT, GST_MESSAGE_EOS | GST_MESSAGE_ERROR);
  }
  gst_element_set_state (self->pipeline, GST_STATE_NULL);
  /* It holds a reference to us. */
  gst_bus_set_sync_handler (bus, NULL, NULL, NULL);
  g_task_return_boolean (task, TRUE);
}

static void
on_closed (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (HsLegQueue) queue = user_data;

  hs_leg_queue_end_leaving (queue);
}

void
hs_video_recorder_close (HsVideoRecorder *self)
{
  g_autoptr (GTask) task = g_task_new (NULL, NULL, on_closed, g_object_ref (self->queue));

  hs_leg_queue_begin_leaving (self->queue);
  g_task_set_source_tag (task, close_in_thread);
  g_task_set_task_data (task, self, unref_recorder);
  g_task_run_in_thread (task, close_in_thread);
}
