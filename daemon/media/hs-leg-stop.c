/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "hs-media"

#include "hs-leg-stop.h"

/* How long a packet that is on its way may take, in ms. Most take none; one that webrtcbin holds
 * back until it is connected never arrives. */
#define PACKET_LIMIT_MS 50

static GstPadProbeReturn
drop (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  return GST_PAD_PROBE_DROP;
}

static void
wait_for_packet (GstPad *pad)
{
  for (guint waited_ms = 0; waited_ms < PACKET_LIMIT_MS; waited_ms++) {
    if (g_rec_mutex_trylock (GST_PAD_GET_STREAM_LOCK (pad))) {
      GST_PAD_STREAM_UNLOCK (pad);
      return;
    }
    g_usleep (1000);
  }
}

static gboolean
close_pad (GstElement *element, GstPad *pad, gpointer user_data)
{
  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_BUFFER_LIST, drop, NULL,
                     NULL);
  wait_for_packet (pad);
  return TRUE;
}

static void
close_decrypter (const GValue *item, gpointer user_data)
{
  gst_element_foreach_sink_pad (g_value_get_object (item), close_pad, NULL);
}

static void
stop_late_element (const GValue *item, gpointer user_data)
{
  gst_element_set_state (g_value_get_object (item), GST_STATE_NULL);
}

/* webrtcbin's own thread may make a transport and start its parts behind the pipeline's back, until
 * webrtcbin itself has come to NULL. Such a part would run, and keep its sockets, for ever. */
static void
stop_late_elements (GstBin *pipeline)
{
  GstIterator *elements = gst_bin_iterate_recurse (pipeline);

  gst_iterator_foreach (elements, stop_late_element, NULL);
  gst_iterator_free (elements);
}

void
hs_leg_stop_pipeline (GstElement *pipeline)
{
  GstIterator *decrypters =
      gst_bin_iterate_all_by_element_factory_name (GST_BIN (pipeline), "srtpdec");

  gst_iterator_foreach (decrypters, close_decrypter, NULL);
  gst_iterator_free (decrypters);
  gst_element_set_state (pipeline, GST_STATE_NULL);
  stop_late_elements (GST_BIN (pipeline));
}
