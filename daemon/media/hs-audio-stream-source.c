/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "hs-media"

#include "hs-audio-stream-source.h"

#include <errno.h>
#include <fcntl.h>
#include <gst/app/gstappsink.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/hs-error.h"
#include "hs-audio-pipeline.h"
#include "hs-audio-ring.h"

#define FILE_SAMPLES   (HS_AUDIO_RATE / 2)
#define DEVICE_SAMPLES (3 * HS_AUDIO_BLOCK)

/* Any audio in, the engine's out; the ring is the queue. */
#define TAIL                                                                                       \
  "audioconvert name=tail ! audioresample ! " HS_AUDIO_CAPS                                        \
  " ! appsink name=end sync=false max-buffers=1 wait-on-eos=false"

/* What the source shares with GStreamer's threads; the pipeline holds it while it exists. */
typedef struct {
  HsAudioRing *ring;
  GWeakRef source;
  gboolean is_live;
  gboolean loop;

  /* guards the pipeline's state against starting again while it is being closed */
  GMutex lock;
  GstElement *pipeline;

  /* the streaming thread's; a file that gives nothing must not be started for ever */
  guint64 n_samples;
} Feed;

struct _HsAudioStreamSource {
  HsAudioSource parent;
  Feed *feed;
  HsAudioWorker *worker;
};

G_DEFINE_FINAL_TYPE (HsAudioStreamSource, hs_audio_stream_source, HS_TYPE_AUDIO_SOURCE)

static void
feed_clear (gpointer data)
{
  Feed *self = data;

  hs_audio_ring_free (self->ring);
  g_weak_ref_clear (&self->source);
  g_mutex_clear (&self->lock);
}

static void
feed_unref (gpointer self)
{
  g_atomic_rc_box_release_full (self, feed_clear);
}

/* The order matters: a decoder that waits for room would keep the pipeline from stopping. */
static void
close_feed (gpointer data)
{
  Feed *self = data;

  hs_audio_ring_close (self->ring);
  g_mutex_lock (&self->lock);
  g_clear_pointer (&self->pipeline, hs_audio_pipeline_stop);
  g_mutex_unlock (&self->lock);
  feed_unref (self);
}

static GstFlowReturn
on_sample (GstAppSink *sink, gpointer user_data)
{
  Feed *self = user_data;
  g_autoptr (GstSample) sample = gst_app_sink_pull_sample (sink);
  GstMapInfo map;
  gboolean is_wanted = TRUE;

  if (sample == NULL)
    return GST_FLOW_EOS;
  if (!gst_buffer_map (gst_sample_get_buffer (sample), &map, GST_MAP_READ))
    return GST_FLOW_ERROR;
  self->n_samples += map.size / sizeof (gint16);
  if (self->is_live)
    hs_audio_ring_write (self->ring, (gint16 *) map.data, map.size / sizeof (gint16));
  else
    is_wanted =
        hs_audio_ring_write_all (self->ring, (gint16 *) map.data, map.size / sizeof (gint16));
  gst_buffer_unmap (gst_sample_get_buffer (sample), &map);
  return is_wanted ? GST_FLOW_OK : GST_FLOW_FLUSHING;
}

/* Down and up again works for every container, where seeking does not; what is decoded already
 * covers the time it takes. */
static void
play_again (GstElement *pipeline, gpointer user_data)
{
  Feed *self = user_data;
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  if (self->pipeline == NULL)
    return;
  gst_element_set_state (self->pipeline, GST_STATE_READY);
  gst_element_set_state (self->pipeline, GST_STATE_PLAYING);
}

static void
on_end (GstAppSink *sink, gpointer user_data)
{
  Feed *self = user_data;
  g_autoptr (GstObject) pipeline = gst_object_get_parent (GST_OBJECT (sink));

  if (!self->loop || self->n_samples == 0) {
    hs_audio_ring_finish (self->ring);
    return;
  }
  self->n_samples = 0;
  gst_element_call_async (GST_ELEMENT (pipeline), play_again, g_atomic_rc_box_acquire (self),
                          feed_unref);
}

static void
on_failed (GError *error, gpointer user_data)
{
  Feed *self = user_data;
  HsAudioSource *source = g_weak_ref_get (&self->source);

  hs_audio_ring_finish (self->ring);
  if (source != NULL)
    hs_audio_source_fail (source, error);
  else
    g_error_free (error);
}

static gboolean
hs_audio_stream_source_read (HsAudioSource *source, gint16 *block)
{
  HsAudioStreamSource *self = HS_AUDIO_STREAM_SOURCE (source);

  return hs_audio_ring_read (self->feed->ring, block, HS_AUDIO_BLOCK);
}

static gboolean
hs_audio_stream_source_is_ready (HsAudioSource *source)
{
  HsAudioStreamSource *self = HS_AUDIO_STREAM_SOURCE (source);

  return hs_audio_ring_is_ready (self->feed->ring, HS_AUDIO_BLOCK);
}

static void
hs_audio_stream_source_dispose (GObject *object)
{
  HsAudioStreamSource *self = HS_AUDIO_STREAM_SOURCE (object);

  if (self->feed != NULL)
    hs_audio_worker_run (self->worker, close_feed, g_steal_pointer (&self->feed));
  g_clear_pointer (&self->worker, hs_audio_worker_unref);
  G_OBJECT_CLASS (hs_audio_stream_source_parent_class)->dispose (object);
}

static void
hs_audio_stream_source_class_init (HsAudioStreamSourceClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = hs_audio_stream_source_dispose;
  HS_AUDIO_SOURCE_CLASS (klass)->read = hs_audio_stream_source_read;
  HS_AUDIO_SOURCE_CLASS (klass)->is_ready = hs_audio_stream_source_is_ready;
}

static void
hs_audio_stream_source_init (HsAudioStreamSource *self)
{
}

/* @pipeline: (transfer full): what fills the ring, by its element "end" */
static Feed *
feed_new (gsize capacity, GstElement *pipeline)
{
  Feed *self = g_atomic_rc_box_new0 (Feed);
  GstAppSinkCallbacks callbacks = { .eos = on_end, .new_sample = on_sample };
  g_autoptr (GstElement) end = gst_bin_get_by_name (GST_BIN (pipeline), "end");

  g_mutex_init (&self->lock);
  g_weak_ref_init (&self->source, NULL);
  self->ring = hs_audio_ring_new (capacity);
  self->pipeline = pipeline;
  gst_app_sink_set_callbacks (GST_APP_SINK (end), &callbacks, g_atomic_rc_box_acquire (self),
                              feed_unref);
  return self;
}

/* @feed: (transfer full): is started and becomes a source, or is closed again */
static HsAudioSource *
begin (Feed *feed,
       GstState state,
       const char *device_id,
       const char *name,
       HsAudioWorker *worker,
       GError **error)
{
  g_autofree char *label = g_path_get_basename (name);
  HsAudioStreamSource *self;

  if (!hs_audio_pipeline_start (feed->pipeline, state, name, error)) {
    close_feed (feed);
    return NULL;
  }
  self = HS_AUDIO_STREAM_SOURCE (
      hs_audio_source_new (HS_TYPE_AUDIO_STREAM_SOURCE, device_id, feed->is_live ? name : label));
  self->feed = feed;
  self->worker = hs_audio_worker_ref (worker);
  g_weak_ref_set (&feed->source, self);
  hs_audio_pipeline_watch (feed->pipeline, name, on_failed, g_atomic_rc_box_acquire (feed),
                           feed_unref);
  gst_element_set_state (feed->pipeline, GST_STATE_PLAYING);
  return HS_AUDIO_SOURCE (self);
}

static void
on_pad_added (GstElement *decoder, GstPad *pad, gpointer user_data)
{
  g_autoptr (GstPad) sink = gst_element_get_static_pad (GST_ELEMENT (user_data), "sink");

  if (!gst_pad_is_linked (sink))
    gst_pad_link (pad, sink);
}

static void
on_no_more_pads (GstElement *decoder, gpointer user_data)
{
  g_autoptr (GstPad) sink = gst_element_get_static_pad (GST_ELEMENT (user_data), "sink");

  if (!gst_pad_is_linked (sink))
    GST_ELEMENT_ERROR (decoder, STREAM, WRONG_TYPE, ("there is no audio in it"), (NULL));
}

/* GStreamer's own messages about files are vague, and opening a pipe would block it. */
static gboolean
check_file (const char *path, GError **error)
{
  int fd = open (path, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
  int code = fd < 0 ? errno : 0;
  struct stat info;

  if (fd >= 0 && fstat (fd, &info) == 0 && !S_ISREG (info.st_mode))
    code = S_ISDIR (info.st_mode) ? EISDIR : ESPIPE;
  if (fd >= 0)
    close (fd);
  if (code != 0)
    g_set_error (error, HS_CALL_ERROR, HS_CALL_ERROR_USER_MEDIA, "cannot play \"%s\": %s", path,
                 g_strerror (code));
  return code == 0;
}

HsAudioSource *
hs_audio_stream_source_open_file (
    const char *device_id, const char *path, gboolean loop, HsAudioWorker *worker, GError **error)
{
  g_autoptr (GstElement) pipeline = NULL;
  g_autoptr (GstElement) file = NULL;
  g_autoptr (GstElement) decoder = NULL;
  g_autoptr (GstElement) tail = NULL;
  Feed *feed;

  if (!check_file (path, error))
    return NULL;
  /* A film's pictures are not decoded for nothing. */
  pipeline = hs_audio_pipeline_parse (
      "filesrc name=file ! decodebin name=decoder caps=audio/x-raw expose-all-streams=false " TAIL,
      error);
  if (pipeline == NULL)
    return NULL;
  file = gst_bin_get_by_name (GST_BIN (pipeline), "file");
  decoder = gst_bin_get_by_name (GST_BIN (pipeline), "decoder");
  tail = gst_bin_get_by_name (GST_BIN (pipeline), "tail");
  g_object_set (file, "location", path, NULL);
  g_signal_connect_object (decoder, "pad-added", G_CALLBACK (on_pad_added), tail, 0);
  g_signal_connect_object (decoder, "no-more-pads", G_CALLBACK (on_no_more_pads), tail, 0);
  feed = feed_new (FILE_SAMPLES, g_steal_pointer (&pipeline));
  feed->loop = loop;
  return begin (feed, GST_STATE_PAUSED, device_id, path, worker, error);
}

HsAudioSource *
hs_audio_stream_source_open_device (const char *device_id,
                                    GstDevice *device,
                                    HsAudioWorker *worker,
                                    GError **error)
{
  g_autofree char *label = gst_device_get_display_name (device);
  g_autoptr (GstElement) pipeline = hs_audio_pipeline_parse (TAIL, error);
  Feed *feed;

  if (pipeline == NULL || !hs_audio_pipeline_add_device (pipeline, device, label, error))
    return NULL;
  feed = feed_new (DEVICE_SAMPLES, g_steal_pointer (&pipeline));
  feed->is_live = TRUE;
  return begin (feed, GST_STATE_PLAYING, device_id, label, worker, error);
}
