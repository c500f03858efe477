/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "media/hs-leg-stop.h"

/* A bin that starts one of its parts when it has stopped all of them, as webrtcbin's thread may. */

#define HS_TYPE_LATE_BIN (hs_late_bin_get_type ())
G_DECLARE_FINAL_TYPE (HsLateBin, hs_late_bin, HS, LATE_BIN, GstBin)

struct _HsLateBin {
  GstBin parent_instance;

  GstElement *late; /* borrowed */
};

G_DEFINE_FINAL_TYPE (HsLateBin, hs_late_bin, GST_TYPE_BIN)

static GstStateChangeReturn
hs_late_bin_change_state (GstElement *element, GstStateChange change)
{
  GstStateChangeReturn result =
      GST_ELEMENT_CLASS (hs_late_bin_parent_class)->change_state (element, change);

  if (change == GST_STATE_CHANGE_READY_TO_NULL)
    gst_element_set_state (HS_LATE_BIN (element)->late, GST_STATE_PLAYING);
  return result;
}

static void
hs_late_bin_class_init (HsLateBinClass *class)
{
  GST_ELEMENT_CLASS (class)->change_state = hs_late_bin_change_state;
}

static void
hs_late_bin_init (HsLateBin *self)
{
}

static void
test_late_element (void)
{
  g_autoptr (GstElement) pipeline = gst_object_ref_sink (gst_pipeline_new (NULL));
  HsLateBin *bin = g_object_new (HS_TYPE_LATE_BIN, NULL);
  GstElement *inner = gst_bin_new (NULL);
  g_autoptr (GstPad) pad = NULL;

  gst_bin_add (GST_BIN (pipeline), GST_ELEMENT (bin));
  gst_bin_add (GST_BIN (bin), inner);
  bin->late = gst_element_factory_make ("fakesrc", NULL);
  gst_bin_add (GST_BIN (inner), bin->late);
  pad = gst_element_get_static_pad (bin->late, "src");
  gst_element_set_state (pipeline, GST_STATE_READY);

  hs_leg_stop_pipeline (pipeline);
  g_assert_cmpint (GST_STATE (bin->late), ==, GST_STATE_NULL);
  g_assert_cmpint (gst_pad_get_task_state (pad), ==, GST_TASK_STOPPED);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  gst_init (&argc, &argv);
  g_test_add_func ("/leg-stop/late-element", test_late_element);
  return g_test_run ();
}
