/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "hs-media"

#include "hs-video-capture.h"

#include "base/hs-error.h"
#include "hs-screen-process.h"

#include <gst/app/app.h>
#include <gst/video/video.h>

#define START_LIMIT_US (10 * G_USEC_PER_SEC)

/* What browsers take where nothing is asked for, and what a screen is read with. */
static const HsVideoShape usual_camera = { 640, 480, 30 };
static const HsVideoShape usual_screen = { 1280, 720, 15 };
static const HsVideoShape most_of_all = { 1920, 1080, 60 };

struct _HsVideoCapture {
  gatomicrefcount references;

  /* made with */
  HsVideoForm form;
  char *name;
  char *device_id;
  GstDevice *device;
  HsVideoWish wish;
  gboolean screen;
  HsLegPost *post;
  HsLegPostFunc failed;

  HsVideoFeed *feed;

  GMutex state_lock;    /* while the pipeline changes its state, and for these */
  GstElement *pipeline; /* between start and stop */
  gboolean stopped;

  HsScreenProcess *process; /* of a display; set before the pipeline runs, kept until it stands */

  GMutex lock; /* for what follows; never while waiting for the pipeline */
  GCond changed;
  HsVideoShape shape;
  gboolean running; /* the start has ended well */
  guint n_pictures; /* since the file was last begun */
  GError *reason;   /* why there are no pictures (any more) */
};

HsVideoCapture *
hs_video_capture_new (const HsVideoCaptureOptions *options)
{
  HsVideoCapture *self = g_new0 (HsVideoCapture, 1);

  g_atomic_ref_count_init (&self->references);
  self->form = options->form;
  self->name = g_strdup (options->name);
  self->device_id = g_strdup (options->device_id);
  if (options->device != NULL)
    self->device = gst_object_ref (options->device);
  self->wish = options->wish;
  self->screen = options->screen;
  self->post = hs_leg_post_ref (options->post);
  self->failed = options->failed;
  self->feed = hs_video_feed_new ();
  g_mutex_init (&self->state_lock);
  g_mutex_init (&self->lock);
  g_cond_init (&self->changed);
  return self;
}

HsVideoCapture *
hs_video_capture_ref (HsVideoCapture *self)
{
  g_atomic_ref_count_inc (&self->references);
  return self;
}

void
hs_video_capture_unref (HsVideoCapture *self)
{
  if (!g_atomic_ref_count_dec (&self->references))
    return;
  g_free (self->name);
  g_free (self->device_id);
  gst_clear_object (&self->device);
  g_clear_pointer (&self->process, hs_screen_process_free);
  hs_leg_post_unref (self->post);
  hs_video_feed_unref (self->feed);
  g_clear_error (&self->reason);
  g_mutex_clear (&self->state_lock);
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->changed);
  g_free (self);
}

static void
unref_capture (gpointer data)
{
  hs_video_capture_unref (data);
}

/* --- what the pipeline's threads say --- */

/* @reason: (transfer full) */
static void
fail (HsVideoCapture *self, GError *reason)
{
  GError *told = NULL;

  g_mutex_lock (&self->lock);
  if (self->reason == NULL) {
    self->reason = reason;
    if (self->running)
      told = g_error_copy (reason);
    g_cond_broadcast (&self->changed);
  } else {
    g_error_free (reason);
  }
  g_mutex_unlock (&self->lock);
  if (told != NULL)
    hs_leg_post_send (self->post, self->failed, told, (GDestroyNotify) g_error_free);
}

static void
fail_with (HsVideoCapture *self, const char *what)
{
  fail (self, g_error_new (HS_CALL_ERROR, HS_CALL_ERROR_USER_MEDIA, "cannot use \"%s\": %s",
                           self->device_id, what));
}

static GstBusSyncReply
on_message (GstBus *bus, GstMessage *message, gpointer user_data)
{
  HsVideoCapture *self = user_data;
  g_autoptr (GError) reason = NULL;

  if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR) {
    gst_message_parse_error (message, &reason, NULL);
    fail_with (self, reason->message);
  }
  gst_message_unref (message);
  return GST_BUS_DROP;
}

static void
note_shape (HsVideoCapture *self, GstSample *picture)
{
  GstVideoInfo info;

  if (!gst_video_info_from_caps (&info, gst_sample_get_caps (picture)))
    return;
  self->shape.width = GST_VIDEO_INFO_WIDTH (&info);
  self->shape.height = GST_VIDEO_INFO_HEIGHT (&info);
  if (GST_VIDEO_INFO_FPS_D (&info) > 0)
    self->shape.frame_rate = (GST_VIDEO_INFO_FPS_N (&info) + GST_VIDEO_INFO_FPS_D (&info) / 2) /
                             GST_VIDEO_INFO_FPS_D (&info);
}

static GstFlowReturn
on_picture (GstAppSink *sink, gpointer user_data)
{
  HsVideoCapture *self = user_data;
  g_autoptr (GstSample) picture = gst_app_sink_pull_sample (sink);

  if (picture == NULL)
    return GST_FLOW_EOS;
  g_mutex_lock (&self->lock);
  if (self->n_pictures++ == 0) {
    note_shape (self, picture);
    g_cond_broadcast (&self->changed);
  }
  g_mutex_unlock (&self->lock);
  hs_video_feed_push (self->feed, picture);
  return GST_FLOW_OK;
}

static void
begin_again (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  HsVideoCapture *self = data;
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->state_lock);

  g_task_return_boolean (task, TRUE);
  if (self->stopped)
    return;
  gst_element_set_state (self->pipeline, GST_STATE_READY);
  g_mutex_lock (&self->lock);
  self->n_pictures = 0;
  g_mutex_unlock (&self->lock);
  if (gst_element_set_state (self->pipeline, GST_STATE_PLAYING) == GST_STATE_CHANGE_FAILURE)
    fail_with (self, "it cannot be played again");
}

static void
fail_at_end (HsVideoCapture *self, gboolean empty)
{
  const char *usual = empty ? "it has no pictures" : "it gives no more pictures";
  g_autofree char *told =
      self->process != NULL ? hs_screen_process_dup_reason (self->process) : NULL;

  fail_with (self, told != NULL ? told : usual);
}

static void
on_end (GstAppSink *sink, gpointer user_data)
{
  HsVideoCapture *self = user_data;
  g_autoptr (GTask) task = NULL;
  gboolean empty;

  g_mutex_lock (&self->lock);
  empty = self->n_pictures == 0;
  g_mutex_unlock (&self->lock);
  if (empty || self->form != HS_VIDEO_FILE) {
    fail_at_end (self, empty);
    return;
  }
  /* Not by seeking: what was recorded live can often not be sought in. */
  task = g_task_new (NULL, NULL, NULL, NULL);
  g_task_set_task_data (task, hs_video_capture_ref (self), unref_capture);
  g_task_run_in_thread (task, begin_again);
}

/* --- the pipeline --- */

static gboolean
is_native (HsVideoCapture *self)
{
  return self->form == HS_VIDEO_FILE || self->form == HS_VIDEO_DISPLAY;
}

static gboolean
is_asked_for (const HsVideoRange *range)
{
  return range->exact != 0 || range->ideal != 0;
}

/* Files and displays have a size of their own, which is kept as far as nothing else is asked for.
 */
static char *
dup_caps (HsVideoCapture *self, const HsVideoShape *shape)
{
  GString *caps = g_string_new ("video/x-raw,format=I420,pixel-aspect-ratio=1/1");

  if (!is_native (self) || is_asked_for (&self->wish.width))
    g_string_append_printf (caps, ",width=%u", shape->width);
  else
    g_string_append_printf (caps, ",width=[16,%u,2]", most_of_all.width);
  if (!is_native (self) || is_asked_for (&self->wish.height))
    g_string_append_printf (caps, ",height=%u", shape->height);
  else
    g_string_append_printf (caps, ",height=[16,%u,2]", most_of_all.height);
  g_string_append_printf (caps, ",framerate=%u/1", shape->frame_rate);
  return g_string_free (caps, FALSE);
}

static const char *
get_head (HsVideoCapture *self)
{
  switch (self->form) {
  case HS_VIDEO_PATTERN:
    return "videotestsrc name=head is-live=true";
  case HS_VIDEO_FILE:
    return "filesrc name=head ! decodebin name=decoder caps=video/x-raw expose-all-streams=false "
           "videoconvert name=entry ! videoscale ! videorate";
  case HS_VIDEO_DISPLAY:
    return "fdsrc name=head blocksize=65536 ! gdpdepay";
  case HS_VIDEO_DEVICE:
    return "decodebin name=decoder caps=video/x-raw expose-all-streams=false "
           "videorate name=entry ! videoconvert ! videoscale";
  }
  return "";
}

/* Each time a file begins anew its decoder has another pad. */
static void
on_decoder_pad (GstElement *decoder, GstPad *pad, gpointer user_data)
{
  g_autoptr (GstPad) sink = gst_element_get_static_pad (user_data, "sink");

  if (!gst_pad_is_linked (sink))
    gst_pad_link (pad, sink);
}

static void
set_up_decoder (GstElement *pipeline)
{
  g_autoptr (GstElement) decoder = gst_bin_get_by_name (GST_BIN (pipeline), "decoder");
  g_autoptr (GstElement) entry = gst_bin_get_by_name (GST_BIN (pipeline), "entry");

  if (decoder != NULL)
    g_signal_connect_object (decoder, "pad-added", G_CALLBACK (on_decoder_pad), entry, 0);
}

static gboolean
set_up_display (HsVideoCapture *self, GstElement *head, const char *caps, GError **error)
{
  g_autoptr (GError) reason = NULL;

  self->process = hs_screen_process_new (self->name, caps, &reason);
  if (self->process == NULL) {
    g_set_error (error, HS_CALL_ERROR, HS_CALL_ERROR_USER_MEDIA, "cannot use \"%s\": %s",
                 self->device_id, reason->message);
    return FALSE;
  }
  g_object_set (head, "fd", hs_screen_process_get_pictures (self->process), NULL);
  return TRUE;
}

static gboolean
set_up_head (HsVideoCapture *self, GstElement *pipeline, const char *caps, GError **error)
{
  const char *name = self->form == HS_VIDEO_DEVICE ? "decoder" : "head";
  g_autoptr (GstElement) head = gst_bin_get_by_name (GST_BIN (pipeline), name);
  GstElement *camera;

  set_up_decoder (pipeline);
  if (self->form == HS_VIDEO_PATTERN) {
    gst_util_set_object_arg (G_OBJECT (head), "pattern", self->name);
  } else if (self->form == HS_VIDEO_FILE) {
    g_object_set (head, "location", self->name, NULL);
  } else if (self->form == HS_VIDEO_DISPLAY) {
    return set_up_display (self, head, caps, error);
  } else {
    camera = gst_device_create_element (self->device, NULL);
    if (camera != NULL)
      gst_bin_add (GST_BIN (pipeline), camera);
    if (camera == NULL || !gst_element_link (camera, head)) {
      g_set_error (error, HS_CALL_ERROR, HS_CALL_ERROR_USER_MEDIA,
                   "cannot use \"%s\": it gives no pictures", self->device_id);
      return FALSE;
    }
  }
  return TRUE;
}

static void
set_up_tail (HsVideoCapture *self, GstElement *pipeline)
{
  g_autoptr (GstElement) tail = gst_bin_get_by_name (GST_BIN (pipeline), "tail");
  GstAppSinkCallbacks callbacks = { .new_sample = on_picture, .eos = on_end };

  /* What is live comes at its own pace; a file would come as fast as the disk. */
  g_object_set (tail, "sync", self->form == HS_VIDEO_FILE, "max-buffers", 2, "drop", TRUE, NULL);
  gst_app_sink_set_callbacks (GST_APP_SINK (tail), &callbacks, hs_video_capture_ref (self),
                              unref_capture);
}

static GstElement *
make_pipeline (HsVideoCapture *self, const HsVideoShape *shape, GError **error)
{
  g_autofree char *caps = dup_caps (self, shape);
  g_autofree char *description =
      g_strdup_printf ("%s ! %s ! appsink name=tail", get_head (self), caps);
  g_autoptr (GError) reason = NULL;
  g_autoptr (GstElement) pipeline =
      gst_parse_launch_full (description, NULL, GST_PARSE_FLAG_FATAL_ERRORS, &reason);
  g_autoptr (GstBus) bus = NULL;

  if (pipeline == NULL) {
    g_set_error (error, HS_CALL_ERROR, HS_CALL_ERROR_USER_MEDIA, "GStreamer: %s", reason->message);
    return NULL;
  }
  gst_object_ref_sink (pipeline);
  if (!set_up_head (self, pipeline, caps, error))
    return NULL;
  set_up_tail (self, pipeline);
  bus = gst_element_get_bus (pipeline);
  gst_bus_set_sync_handler (bus, on_message, hs_video_capture_ref (self), unref_capture);
  return g_steal_pointer (&pipeline);
}

/* --- starting and stopping --- */

/* The largest and fastest that a camera lists. */
static HsVideoShape
get_most (HsVideoCapture *self)
{
  HsVideoShape most = most_of_all;
  g_autoptr (GstCaps) caps = self->device != NULL ? gst_device_get_caps (self->device) : NULL;
  guint width = 0;
  guint height = 0;

  for (guint i = 0; caps != NULL && i < gst_caps_get_size (caps); i++) {
    const GstStructure *mode = gst_caps_get_structure (caps, i);
    int value = 0;

    if (gst_structure_get_int (mode, "width", &value))
      width = MAX (width, (guint) MAX (value, 0));
    if (gst_structure_get_int (mode, "height", &value))
      height = MAX (height, (guint) MAX (value, 0));
  }
  if (width > 0 && height > 0) {
    most.width = width;
    most.height = height;
  }
  return most;
}

static gboolean
expect_picture (HsVideoCapture *self, GError **error)
{
  gint64 limit = g_get_monotonic_time () + START_LIMIT_US;
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  while (self->n_pictures == 0 && self->reason == NULL) {
    if (g_cond_wait_until (&self->changed, &self->lock, limit))
      continue;
    g_set_error (error, HS_CALL_ERROR, HS_CALL_ERROR_USER_MEDIA,
                 "cannot use \"%s\": it gave no picture in time", self->device_id);
    return FALSE;
  }
  if (self->reason != NULL) {
    g_propagate_error (error, g_error_copy (self->reason));
    return FALSE;
  }
  if (!hs_video_wish_accept (&self->wish, &self->shape, error))
    return FALSE;
  self->running = TRUE;
  return TRUE;
}

gboolean
hs_video_capture_start (HsVideoCapture *self, GError **error)
{
  const HsVideoShape *usual = self->screen ? &usual_screen : &usual_camera;
  HsVideoShape most = get_most (self);
  HsVideoShape shape;
  GstElement *pipeline;

  if (!hs_video_wish_decide (&self->wish, usual, &most, &shape, error) ||
      !gst_init_check (NULL, NULL, error))
    return FALSE;
  pipeline = make_pipeline (self, &shape, error);
  if (pipeline == NULL)
    return FALSE;
  g_mutex_lock (&self->state_lock);
  self->pipeline = pipeline;
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  g_mutex_unlock (&self->state_lock);
  if (expect_picture (self, error))
    return TRUE;
  hs_video_capture_stop (self);
  return FALSE;
}

void
hs_video_capture_stop (HsVideoCapture *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->state_lock);

  self->stopped = TRUE;
  if (self->pipeline != NULL)
    gst_element_set_state (self->pipeline, GST_STATE_NULL);
  gst_clear_object (&self->pipeline);
  g_clear_pointer (&self->process, hs_screen_process_free);
}

HsVideoShape
hs_video_capture_get_shape (HsVideoCapture *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  return self->shape;
}

HsVideoFeed *
hs_video_capture_get_feed (HsVideoCapture *self)
{
  return self->feed;
}
