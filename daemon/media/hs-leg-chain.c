/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "hs-media"

#include "hs-leg-chain.h"

void
hs_leg_chain_set_caps (GstElement *element, const char *text)
{
  g_autoptr (GstCaps) caps = gst_caps_from_string (text);

  g_object_set (element, "caps", caps, NULL);
}

GstElement *
hs_leg_chain_append (GstBin *pipeline, GstElement *last, const char *factory)
{
  GstElement *element = gst_element_factory_make (factory, NULL);

  if (element == NULL) {
    g_warning ("GStreamer's element %s is missing", factory);
    return NULL;
  }
  gst_bin_add (pipeline, element);
  if (last != NULL && !gst_element_link (last, element)) {
    g_warning ("GStreamer's element %s cannot be linked", factory);
    return NULL;
  }
  return element;
}

GstElement *
hs_leg_chain_append_filter (GstBin *pipeline, GstElement *last, const char *caps)
{
  GstElement *filter = last != NULL ? hs_leg_chain_append (pipeline, last, "capsfilter") : NULL;

  if (filter != NULL)
    hs_leg_chain_set_caps (filter, caps);
  return filter;
}

static GstElement *
dup_upstream (GstElement *element)
{
  g_autoptr (GstPad) sink = gst_element_get_static_pad (element, "sink");
  g_autoptr (GstPad) peer = sink != NULL ? gst_pad_get_peer (sink) : NULL;

  return peer != NULL ? gst_pad_get_parent_element (peer) : NULL;
}

void
hs_leg_chain_start (GstElement *last)
{
  /* Against the stream, so that no element meets one that does not run yet. */
  for (GstElement *element = gst_object_ref (last); element != NULL;) {
    g_autoptr (GstElement) current = element;

    gst_element_sync_state_with_parent (current);
    element = dup_upstream (current);
  }
}

/* The elements in front of @sink_pad, the last of them first. */
static GPtrArray *
collect_upstream (GstPad *sink_pad)
{
  g_autoptr (GstPad) last = gst_pad_get_peer (sink_pad);
  GstElement *element = last != NULL ? gst_pad_get_parent_element (last) : NULL;
  GPtrArray *elements = g_ptr_array_new_with_free_func (gst_object_unref);

  for (; element != NULL; element = dup_upstream (element))
    g_ptr_array_add (elements, element);
  return elements;
}

void
hs_leg_chain_remove (GstBin *pipeline, GstPad *sink_pad)
{
  g_autoptr (GPtrArray) elements = collect_upstream (sink_pad);

  /* All stand still, the last first, before any is unlinked: a source that meets a stopped element
   * pauses, one that meets an unlinked pad reports an error of the whole pipeline. */
  for (guint i = 0; i < elements->len; i++) {
    gst_element_set_locked_state (elements->pdata[i], TRUE);
    gst_element_set_state (elements->pdata[i], GST_STATE_NULL);
  }
  for (guint i = 0; i < elements->len; i++)
    gst_bin_remove (pipeline, elements->pdata[i]);
}

void
hs_leg_chain_swallow (GstBin *pipeline, GstPad *src_pad)
{
  GstElement *sink = hs_leg_chain_append (pipeline, NULL, "fakesink");
  g_autoptr (GstPad) sink_pad = NULL;

  g_return_if_fail (sink != NULL);
  g_object_set (sink, "sync", FALSE, "async", FALSE, NULL);
  gst_element_sync_state_with_parent (sink);
  sink_pad = gst_element_get_static_pad (sink, "sink");
  gst_pad_link (src_pad, sink_pad);
}

char *
hs_leg_chain_dup_encoding (GstPad *src_pad)
{
  g_autoptr (GstCaps) caps = gst_pad_get_current_caps (src_pad);
  const char *name = NULL;

  if (caps != NULL && gst_caps_get_size (caps) > 0)
    name = gst_structure_get_string (gst_caps_get_structure (caps, 0), "encoding-name");
  return g_strdup (name);
}

GstClockTime
hs_leg_chain_get_running_time (GstElement *element)
{
  g_autoptr (GstClock) clock = gst_element_get_clock (element);
  GstClockTime base = gst_element_get_base_time (element);
  GstClockTime now = clock != NULL ? gst_clock_get_time (clock) : GST_CLOCK_TIME_NONE;

  return GST_CLOCK_TIME_IS_VALID (now) && now > base ? now - base : GST_CLOCK_TIME_NONE;
}
