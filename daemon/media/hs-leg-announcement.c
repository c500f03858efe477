/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "hs-leg-announcement.h"

#define KEY "hs-leg-announcement"

static void
unref_caps (gpointer caps)
{
  gst_caps_unref (caps);
}

static gpointer
ref_caps (gpointer caps, gpointer user_data)
{
  return caps != NULL ? gst_caps_ref (caps) : NULL;
}

/* Whether packets of another codec are meant, and not just any. */
static gboolean
is_of_another (GstCaps *caps, GstCaps *announced)
{
  const GstStructure *one = gst_caps_get_structure (announced, 0);
  const GstStructure *other =
      gst_caps_get_size (caps) > 0 ? gst_caps_get_structure (caps, 0) : NULL;
  int announced_payload = -1;
  int payload;

  gst_structure_get_int (one, "payload", &announced_payload);
  if (other == NULL || !gst_structure_get_int (other, "payload", &payload))
    return FALSE;
  return payload != announced_payload ||
         g_strcmp0 (gst_structure_get_string (one, "encoding-name"),
                    gst_structure_get_string (other, "encoding-name")) != 0;
}

/* The sender says what it sends. */
static void
correct (GstPadProbeInfo *info, GstCaps *announced)
{
  GstEvent *event = GST_PAD_PROBE_INFO_EVENT (info);
  GstCaps *caps;

  if (GST_EVENT_TYPE (event) != GST_EVENT_CAPS)
    return;
  gst_event_parse_caps (event, &caps);
  if (!is_of_another (caps, announced))
    return;
  info->data = gst_event_new_caps (announced);
  gst_event_unref (event);
}

/* The sender asks what it may send. */
static GstPadProbeReturn
allow (GstQuery *query, GstCaps *announced)
{
  GstCaps *caps = NULL;

  if (GST_QUERY_TYPE (query) == GST_QUERY_ACCEPT_CAPS)
    gst_query_parse_accept_caps (query, &caps);
  else if (GST_QUERY_TYPE (query) == GST_QUERY_CAPS)
    gst_query_parse_caps (query, &caps);
  if (caps == NULL || !is_of_another (caps, announced))
    return GST_PAD_PROBE_OK;
  if (GST_QUERY_TYPE (query) == GST_QUERY_ACCEPT_CAPS)
    gst_query_set_accept_caps_result (query, TRUE);
  else
    gst_query_set_caps_result (query, caps);
  return GST_PAD_PROBE_HANDLED;
}

/* webrtcbin asks what is sent; without a sender that is everything. */
static GstPadProbeReturn
answer (GstPad *pad, GstQuery *query, GstCaps *announced)
{
  if (GST_QUERY_TYPE (query) != GST_QUERY_CAPS || !gst_pad_is_linked (pad))
    return GST_PAD_PROBE_OK;
  gst_query_set_caps_result (query, announced);
  return GST_PAD_PROBE_HANDLED;
}

static GstPadProbeReturn
on_talk (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  g_autoptr (GstCaps) announced = g_object_dup_data (G_OBJECT (pad), KEY, ref_caps, NULL);

  if (announced == NULL)
    return GST_PAD_PROBE_OK;
  if ((info->type & GST_PAD_PROBE_TYPE_QUERY_DOWNSTREAM) != 0)
    return allow (GST_PAD_PROBE_INFO_QUERY (info), announced);
  if ((info->type & GST_PAD_PROBE_TYPE_QUERY_UPSTREAM) != 0)
    return answer (pad, GST_PAD_PROBE_INFO_QUERY (info), announced);
  correct (info, announced);
  return GST_PAD_PROBE_OK;
}

void
hs_leg_announcement_prepare (GstPad *pad)
{
  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM | GST_PAD_PROBE_TYPE_QUERY_BOTH,
                     on_talk, NULL, NULL);
}

void
hs_leg_announcement_set (GstPad *pad, GstCaps *caps)
{
  g_object_set_data_full (G_OBJECT (pad), KEY, caps != NULL ? gst_caps_copy (caps) : NULL,
                          unref_caps);
}
