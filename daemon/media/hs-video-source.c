/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "hs-media"

#include "hs-video-source.h"

struct _HsVideoSource {
  GObject parent;

  char *device_id;
  char *label;
  HsLegQueue *queue;
  HsLegPost *post;
  HsVideoCapture *capture;

  /* starting */
  gboolean started;
  gboolean starting;
  GError *reason;     /* why it did not start, or gives no more pictures */
  GPtrArray *waiting; /* of GTask */
};

G_DEFINE_FINAL_TYPE (HsVideoSource, hs_video_source, G_TYPE_OBJECT)

enum { SIGNAL_FAILED, N_SIGNALS };
static guint signals[N_SIGNALS];

static void
on_failed (gpointer owner, gpointer data)
{
  HsVideoSource *self = owner;

  if (self->reason != NULL)
    return;
  self->reason = g_error_copy (data);
  g_signal_emit (self, signals[SIGNAL_FAILED], 0, data);
}

/* --- starting --- */

static void
unref_capture (gpointer data)
{
  hs_video_capture_unref (data);
}

static void
answer (HsVideoSource *self, GTask *task)
{
  if (self->reason != NULL)
    g_task_return_error (task, g_error_copy (self->reason));
  else
    g_task_return_boolean (task, TRUE);
}

static void
on_started (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (HsVideoSource) self = user_data;
  g_autoptr (GPtrArray) waiting = g_steal_pointer (&self->waiting);

  self->waiting = g_ptr_array_new_with_free_func (g_object_unref);
  self->starting = FALSE;
  self->started = g_task_propagate_boolean (G_TASK (result), &self->reason);
  hs_leg_queue_end_leaving (self->queue);
  for (guint i = 0; i < waiting->len; i++)
    answer (self, waiting->pdata[i]);
}

static void
start_in_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  GError *error = NULL;

  if (hs_video_capture_start (data, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

void
hs_video_source_start_async (HsVideoSource *self, GAsyncReadyCallback callback, gpointer user_data)
{
  GTask *task = g_task_new (self, NULL, callback, user_data);
  g_autoptr (GTask) work = NULL;

  g_task_set_source_tag (task, hs_video_source_start_async);
  if (self->started || self->reason != NULL) {
    answer (self, task);
    g_object_unref (task);
    return;
  }
  g_ptr_array_add (self->waiting, task);
  if (self->starting)
    return;
  self->starting = TRUE;
  hs_leg_queue_begin_leaving (self->queue);
  /* Not our own reference: the thread may drop its task last, and we must not end there. */
  work = g_task_new (NULL, NULL, on_started, g_object_ref (self));
  g_task_set_source_tag (work, start_in_thread);
  g_task_set_task_data (work, hs_video_capture_ref (self->capture), unref_capture);
  g_task_run_in_thread (work, start_in_thread);
}

gboolean
hs_video_source_start_finish (HsVideoSource *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

/* --- life --- */

static void
stop_in_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  hs_video_capture_stop (data);
  g_task_return_boolean (task, TRUE);
}

static void
on_stopped (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (HsLegQueue) queue = user_data;

  hs_leg_queue_end_leaving (queue);
}

static void
hs_video_source_dispose (GObject *object)
{
  HsVideoSource *self = HS_VIDEO_SOURCE (object);
  g_autoptr (GTask) task = NULL;

  if (self->post != NULL)
    hs_leg_post_close (self->post);
  if (self->capture != NULL) {
    task = g_task_new (NULL, NULL, on_stopped, g_object_ref (self->queue));
    g_task_set_source_tag (task, stop_in_thread);
    g_task_set_task_data (task, g_steal_pointer (&self->capture), unref_capture);
    hs_leg_queue_begin_leaving (self->queue);
    g_task_run_in_thread (task, stop_in_thread);
  }
  g_clear_pointer (&self->post, hs_leg_post_unref);
  g_clear_object (&self->queue);
  G_OBJECT_CLASS (hs_video_source_parent_class)->dispose (object);
}

static void
hs_video_source_finalize (GObject *object)
{
  HsVideoSource *self = HS_VIDEO_SOURCE (object);

  g_free (self->device_id);
  g_free (self->label);
  g_clear_error (&self->reason);
  g_ptr_array_unref (self->waiting);
  G_OBJECT_CLASS (hs_video_source_parent_class)->finalize (object);
}

static void
hs_video_source_class_init (HsVideoSourceClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = hs_video_source_dispose;
  G_OBJECT_CLASS (klass)->finalize = hs_video_source_finalize;
  signals[SIGNAL_FAILED] = g_signal_new ("failed", HS_TYPE_VIDEO_SOURCE, G_SIGNAL_RUN_LAST, 0, NULL,
                                         NULL, NULL, G_TYPE_NONE, 1, G_TYPE_ERROR);
}

static void
hs_video_source_init (HsVideoSource *self)
{
  self->waiting = g_ptr_array_new_with_free_func (g_object_unref);
}

HsVideoSource *
hs_video_source_new (HsVideoForm form,
                     const char *name,
                     const char *device_id,
                     const char *label,
                     GstDevice *device,
                     const HsVideoWish *wish,
                     gboolean screen,
                     HsLegQueue *queue)
{
  HsVideoSource *self = g_object_new (HS_TYPE_VIDEO_SOURCE, NULL);
  HsVideoCaptureOptions options = { .form = form,
                                    .name = name,
                                    .device_id = device_id,
                                    .device = device,
                                    .wish = *wish,
                                    .screen = screen,
                                    .failed = on_failed };

  self->device_id = g_strdup (device_id);
  self->label = g_strdup (label);
  self->queue = g_object_ref (queue);
  options.post = self->post = hs_leg_post_new (self);
  self->capture = hs_video_capture_new (&options);
  return self;
}

const char *
hs_video_source_get_device_id (HsVideoSource *self)
{
  return self->device_id;
}

const char *
hs_video_source_get_label (HsVideoSource *self)
{
  return self->label;
}

HsVideoShape
hs_video_source_get_shape (HsVideoSource *self)
{
  return hs_video_capture_get_shape (self->capture);
}

HsVideoFeed *
hs_video_source_get_feed (HsVideoSource *self)
{
  return hs_video_capture_get_feed (self->capture);
}
