/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "media/hs-leg-chain.h"

/* Chains that are put in and taken out while packets flow through them. */

#define N_CHANGES 20
#define PACKET_US 200

static GstBusSyncReply
on_message (GstBus *bus, GstMessage *message, gpointer user_data)
{
  if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR)
    g_atomic_int_inc ((int *) user_data);
  return GST_BUS_DROP;
}

static GstPadProbeReturn
on_buffer (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  g_atomic_int_inc ((int *) user_data);
  return GST_PAD_PROBE_OK;
}

static void
unref_pad (gpointer pad, GClosure *closure)
{
  gst_object_unref (pad);
}

/* Gives a source that still runs the time to meet the pad that is unlinked. */
static void
on_unlinked (GstPad *pad, GstPad *peer, gpointer user_data)
{
  while (gst_pad_get_task_state (user_data) == GST_TASK_STARTED)
    g_thread_yield ();
}

static GstElement *
append_link (GstBin *pipeline, GstElement *last, GstPad *source_pad)
{
  GstElement *element = hs_leg_chain_append (pipeline, last, "identity");
  g_autoptr (GstPad) pad = gst_element_get_static_pad (element, "src");

  g_object_set (element, "sleep-time", PACKET_US, NULL);
  g_signal_connect_data (pad, "unlinked", G_CALLBACK (on_unlinked), gst_object_ref (source_pad),
                         unref_pad, 0);
  return element;
}

/* A packet takes its time through it, as through an encoder: taken out, the chain is mostly in the
 * midst of one. */
static void
add_chain (GstBin *pipeline, GstPad *sink_pad)
{
  GstElement *last = hs_leg_chain_append (pipeline, NULL, "fakesrc");
  g_autoptr (GstPad) source_pad = gst_element_get_static_pad (last, "src");
  g_autoptr (GstPad) pad = NULL;

  for (guint i = 0; i < 4; i++)
    last = append_link (pipeline, last, source_pad);
  pad = gst_element_get_static_pad (last, "src");
  g_assert_cmpint (gst_pad_link (pad, sink_pad), ==, GST_PAD_LINK_OK);
  hs_leg_chain_start (last);
}

static void
wait_for_buffer (int *n_buffers)
{
  int before = g_atomic_int_get (n_buffers);

  while (g_atomic_int_get (n_buffers) == before)
    g_thread_yield ();
}

static void
test_removed_while_packets_flow (void)
{
  g_autoptr (GstElement) pipeline = gst_object_ref_sink (gst_pipeline_new (NULL));
  g_autoptr (GstBus) bus = gst_element_get_bus (pipeline);
  GstElement *sink = hs_leg_chain_append (GST_BIN (pipeline), NULL, "fakesink");
  g_autoptr (GstPad) sink_pad = gst_element_get_static_pad (sink, "sink");
  int n_errors = 0;
  int n_buffers = 0;

  g_object_set (sink, "async", FALSE, "sync", FALSE, NULL);
  gst_pad_add_probe (sink_pad, GST_PAD_PROBE_TYPE_BUFFER, on_buffer, &n_buffers, NULL);
  gst_bus_set_sync_handler (bus, on_message, &n_errors, NULL);
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  for (guint i = 0; i < N_CHANGES; i++) {
    add_chain (GST_BIN (pipeline), sink_pad);
    wait_for_buffer (&n_buffers);
    hs_leg_chain_remove (GST_BIN (pipeline), sink_pad);
    g_assert_false (gst_pad_is_linked (sink_pad));
    g_assert_cmpint (GST_BIN_NUMCHILDREN (pipeline), ==, 1);
  }
  gst_element_set_state (pipeline, GST_STATE_NULL);
  g_assert_cmpint (n_errors, ==, 0);
}

static void
test_nothing_to_remove (void)
{
  g_autoptr (GstElement) pipeline = gst_object_ref_sink (gst_pipeline_new (NULL));
  GstElement *sink = hs_leg_chain_append (GST_BIN (pipeline), NULL, "fakesink");
  g_autoptr (GstPad) sink_pad = gst_element_get_static_pad (sink, "sink");

  hs_leg_chain_remove (GST_BIN (pipeline), sink_pad);
  g_assert_cmpint (GST_BIN_NUMCHILDREN (pipeline), ==, 1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  gst_init (&argc, &argv);
  g_test_add_func ("/leg-chain/removed-while-packets-flow", test_removed_while_packets_flow);
  g_test_add_func ("/leg-chain/nothing-to-remove", test_nothing_to_remove);
  return g_test_run ();
}
