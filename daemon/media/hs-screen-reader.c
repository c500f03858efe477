/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "hs-media"

#include "hs-screen-reader.h"

#include <gst/gst.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PIPELINE                                                                                   \
  "ximagesrc name=head use-damage=false ! videorate ! videoconvert ! videoscale ! "                \
  "capsfilter name=form ! gdppay ! fdsink name=tail sync=false"

gboolean
hs_screen_reader_is_wanted (int argc, char **argv)
{
  return argc == 4 && g_str_equal (argv[1], HS_SCREEN_READER_OPTION);
}

/* Xlib calls exit() in the midst of the pipeline's threads, where nothing can be taken apart. */
static void
leave_at_once (void)
{
  _exit (EXIT_FAILURE);
}

static void
tell (const char *reason)
{
  if (write (HS_SCREEN_READER_REASON_FD, reason, strlen (reason)) < 0)
    g_warning ("cannot read the display: %s", reason);
}

static void
set_up (GstElement *pipeline, const char *display, const char *form)
{
  g_autoptr (GstElement) head = gst_bin_get_by_name (GST_BIN (pipeline), "head");
  g_autoptr (GstElement) filter = gst_bin_get_by_name (GST_BIN (pipeline), "form");
  g_autoptr (GstElement) tail = gst_bin_get_by_name (GST_BIN (pipeline), "tail");

  if (*display != '\0')
    g_object_set (head, "display-name", display, NULL);
  gst_util_set_object_arg (G_OBJECT (filter), "caps", form);
  g_object_set (tail, "fd", HS_SCREEN_READER_PICTURES_FD, NULL);
}

/* Returns: why it has ended. */
static GError *
play (GstElement *pipeline)
{
  g_autoptr (GstBus) bus = gst_element_get_bus (pipeline);
  g_autoptr (GstMessage) message = NULL;
  GError *reason = NULL;

  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  message = gst_bus_timed_pop_filtered (bus, GST_CLOCK_TIME_NONE, GST_MESSAGE_ERROR);
  gst_message_parse_error (message, &reason, NULL);
  return reason;
}

int
hs_screen_reader_run (char **argv)
{
  g_autoptr (GstElement) pipeline = NULL;
  g_autoptr (GError) reason = NULL;

  atexit (leave_at_once);
  if (gst_init_check (NULL, NULL, &reason))
    pipeline = gst_parse_launch_full (PIPELINE, NULL, GST_PARSE_FLAG_FATAL_ERRORS, &reason);
  if (pipeline != NULL) {
    set_up (pipeline, argv[2], argv[3]);
    reason = play (pipeline);
  }
  tell (reason->message);
  leave_at_once ();
  return EXIT_FAILURE;
}
