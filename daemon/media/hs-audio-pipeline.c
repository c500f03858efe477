/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "hs-media"

#include "hs-audio-pipeline.h"

#include "base/hs-error.h"

#define START_TIMEOUT (10 * GST_SECOND)

/* A device's own buffer: three ticks, as deep as a port's ring. */
#define BUFFER_US 60000
#define STEP_US   20000

GstElement *
hs_audio_pipeline_parse (const char *description, GError **error)
{
  g_autoptr (GError) reason = NULL;
  GstElement *pipeline =
      gst_parse_launch_full (description, NULL, GST_PARSE_FLAG_FATAL_ERRORS, &reason);

  if (pipeline == NULL)
    g_set_error (error, HS_CALL_ERROR, HS_CALL_ERROR_USER_MEDIA, "GStreamer: %s", reason->message);
  else
    gst_object_ref_sink (pipeline);
  return pipeline;
}

static void
set_if_there (GstElement *element, const char *property, gint64 value)
{
  GParamSpec *spec = g_object_class_find_property (G_OBJECT_GET_CLASS (element), property);

  if (spec != NULL && spec->value_type == G_TYPE_INT64)
    g_object_set (element, property, value, NULL);
}

gboolean
hs_audio_pipeline_add_device (GstElement *pipeline,
                              GstDevice *device,
                              const char *name,
                              GError **error)
{
  g_autoptr (GstElement) tail = gst_bin_get_by_name (GST_BIN (pipeline), "tail");
  GstElement *element = gst_device_create_element (device, NULL);
  gboolean is_linked;

  if (element == NULL) {
    g_set_error (error, HS_CALL_ERROR, HS_CALL_ERROR_USER_MEDIA, "cannot use \"%s\"", name);
    return FALSE;
  }
  set_if_there (element, "buffer-time", BUFFER_US);
  set_if_there (element, "latency-time", STEP_US);
  gst_bin_add (GST_BIN (pipeline), element);
  is_linked = gst_device_has_classes (device, "Source") ? gst_element_link (element, tail)
                                                        : gst_element_link (tail, element);
  if (!is_linked)
    g_set_error (error, HS_CALL_ERROR, HS_CALL_ERROR_USER_MEDIA,
                 "cannot use \"%s\": it gives or takes no plain audio", name);
  return is_linked;
}

static void
describe (const char *name, GstMessage *message, GError **error)
{
  g_autoptr (GError) reason = NULL;
  g_autofree char *details = NULL;

  gst_message_parse_error (message, &reason, &details);
  g_debug ("%s: %s", name, details != NULL ? details : "no details");
  g_set_error (error, HS_CALL_ERROR, HS_CALL_ERROR_USER_MEDIA, "cannot use \"%s\": %s", name,
               reason->message);
}

/* Returns: FALSE with @error when the bus holds an error, or @timeout passed without @wanted */
static gboolean
expect (GstElement *pipeline,
        GstMessageType wanted,
        GstClockTime timeout,
        const char *name,
        GError **error)
{
  g_autoptr (GstBus) bus = gst_element_get_bus (pipeline);
  g_autoptr (GstMessage) message =
      gst_bus_timed_pop_filtered (bus, timeout, wanted | GST_MESSAGE_ERROR);

  if (message != NULL && GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR) {
    describe (name, message, error);
    return FALSE;
  }
  if (message == NULL && wanted != 0) {
    g_set_error (error, HS_CALL_ERROR, HS_CALL_ERROR_USER_MEDIA,
                 "cannot use \"%s\": it did not start in time", name);
    return FALSE;
  }
  return TRUE;
}

gboolean
hs_audio_pipeline_start (GstElement *pipeline, GstState state, const char *name, GError **error)
{
  switch (gst_element_set_state (pipeline, state)) {
  case GST_STATE_CHANGE_ASYNC:
    return expect (pipeline, GST_MESSAGE_ASYNC_DONE, START_TIMEOUT, name, error);
  case GST_STATE_CHANGE_FAILURE:
    return expect (pipeline, GST_MESSAGE_ERROR, GST_SECOND, name, error);
  case GST_STATE_CHANGE_SUCCESS:
  case GST_STATE_CHANGE_NO_PREROLL:
    break;
  }
  return expect (pipeline, 0, 0, name, error);
}

typedef struct {
  char *name;
  HsAudioPipelineFailed failed;
  gpointer data;
  GDestroyNotify destroy;
} Watch;

static void
watch_free (gpointer data)
{
  Watch *watch = data;

  watch->destroy (watch->data);
  g_free (watch->name);
  g_free (watch);
}

static GstBusSyncReply
on_message (GstBus *bus, GstMessage *message, gpointer user_data)
{
  Watch *watch = user_data;
  GError *error = NULL;

  if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR) {
    describe (watch->name, message, &error);
    watch->failed (error, watch->data);
  }
  gst_message_unref (message);
  return GST_BUS_DROP;
}

void
hs_audio_pipeline_watch (GstElement *pipeline,
                         const char *name,
                         HsAudioPipelineFailed failed,
                         gpointer data,
                         GDestroyNotify destroy)
{
  g_autoptr (GstBus) bus = gst_element_get_bus (pipeline);
  Watch *watch = g_new (Watch, 1);
  GstMessage *early;

  *watch = (Watch){ g_strdup (name), failed, data, destroy };
  gst_bus_set_sync_handler (bus, on_message, watch, watch_free);
  /* What failed after the start and before this. */
  while ((early = gst_bus_pop (bus)) != NULL)
    on_message (bus, early, watch);
}

void
hs_audio_pipeline_stop (GstElement *pipeline)
{
  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_object_unref (pipeline);
}
