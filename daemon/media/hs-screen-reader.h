/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Reads an X display in a process of its own, which is this program once more: Xlib ends the
 * process whose display goes away, and waits for ever for a display that does not answer. */

/* The only first argument that means a reader, and what follows it: the display, "" for the usual
 * one, and the caps of the pictures. */
#define HS_SCREEN_READER_OPTION "--read-screen"

/* Open in a reader: for pictures in GStreamer's GDP, and for a line that says why there are none.
 */
#define HS_SCREEN_READER_PICTURES_FD 3
#define HS_SCREEN_READER_REASON_FD   4

gboolean hs_screen_reader_is_wanted (int argc, char **argv);

/* Ends with the display or with whoever reads the pictures.
 * Returns: what main() has to return */
int hs_screen_reader_run (char **argv);

G_END_DECLS
