/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "hs-media"

#include "hs-audio-device-sink.h"

#include <gst/app/gstappsrc.h>

#include "hs-audio-pipeline.h"

/* Blocks that wait for a device that stands still; the newest are kept. */
#define PIPELINE                                                                                   \
  "appsrc name=begin is-live=true format=time do-timestamp=true max-buffers=3 max-bytes=0 "        \
  "leaky-type=downstream ! audioconvert ! audioresample name=tail"

struct _HsAudioDeviceSink {
  HsAudioSink parent;
  GstElement *pipeline;
  GstAppSrc *begin;
  HsAudioWorker *worker;
};

G_DEFINE_FINAL_TYPE (HsAudioDeviceSink, hs_audio_device_sink, HS_TYPE_AUDIO_SINK)

static void
push (GstAppSrc *begin, const gint16 *block)
{
  gst_app_src_push_buffer (begin, gst_buffer_new_memdup (block, HS_AUDIO_BLOCK * sizeof (gint16)));
}

/* A gap needs no filling: time stamps say when a block is due. */
static void
hs_audio_device_sink_render (HsAudioSink *sink, const gint16 *block, guint skipped)
{
  push (HS_AUDIO_DEVICE_SINK (sink)->begin, block);
}

static void
stop_pipeline (gpointer data)
{
  hs_audio_pipeline_stop (data);
}

static void
hs_audio_device_sink_dispose (GObject *object)
{
  HsAudioDeviceSink *self = HS_AUDIO_DEVICE_SINK (object);

  gst_clear_object (&self->begin);
  if (self->pipeline != NULL)
    hs_audio_worker_run (self->worker, stop_pipeline, g_steal_pointer (&self->pipeline));
  g_clear_pointer (&self->worker, hs_audio_worker_unref);
  G_OBJECT_CLASS (hs_audio_device_sink_parent_class)->dispose (object);
}

static void
hs_audio_device_sink_class_init (HsAudioDeviceSinkClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = hs_audio_device_sink_dispose;
  HS_AUDIO_SINK_CLASS (klass)->render = hs_audio_device_sink_render;
}

static void
hs_audio_device_sink_init (HsAudioDeviceSink *self)
{
}

static void
on_failed (GError *error, gpointer user_data)
{
  HsAudioSink *sink = g_weak_ref_get (user_data);

  if (sink != NULL)
    hs_audio_sink_fail (sink, error);
  else
    g_error_free (error);
}

static void
weak_ref_free (gpointer data)
{
  g_weak_ref_clear (data);
  g_free (data);
}

/* Not every device says no before it is given something to play. */
static gboolean
start (GstElement *pipeline, GstAppSrc *begin, const char *name, GError **error)
{
  static const gint16 silence[HS_AUDIO_BLOCK];
  g_autoptr (GstCaps) caps = gst_caps_from_string (HS_AUDIO_CAPS);

  gst_app_src_set_caps (begin, caps);
  push (begin, silence);
  return hs_audio_pipeline_start (pipeline, GST_STATE_PLAYING, name, error);
}

HsAudioSink *
hs_audio_device_sink_open (const char *device_id,
                           GstDevice *device,
                           HsAudioWorker *worker,
                           GError **error)
{
  g_autofree char *label = gst_device_get_display_name (device);
  g_autoptr (GstElement) pipeline = hs_audio_pipeline_parse (PIPELINE, error);
  g_autoptr (GstAppSrc) begin = NULL;
  GWeakRef *weak;
  HsAudioDeviceSink *self;

  if (pipeline == NULL || !hs_audio_pipeline_add_device (pipeline, device, label, error))
    return NULL;
  begin = GST_APP_SRC (gst_bin_get_by_name (GST_BIN (pipeline), "begin"));
  if (!start (pipeline, begin, label, error)) {
    gst_element_set_state (pipeline, GST_STATE_NULL);
    return NULL;
  }
  self = HS_AUDIO_DEVICE_SINK (hs_audio_sink_new (HS_TYPE_AUDIO_DEVICE_SINK, device_id, label));
  weak = g_new0 (GWeakRef, 1);
  g_weak_ref_init (weak, self);
  hs_audio_pipeline_watch (pipeline, label, on_failed, weak, weak_ref_free);
  self->pipeline = g_steal_pointer (&pipeline);
  self->begin = g_steal_pointer (&begin);
  self->worker = hs_audio_worker_ref (worker);
  return HS_AUDIO_SINK (self);
}
