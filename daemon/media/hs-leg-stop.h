/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

/* Brings a pipeline with a webrtcbin to NULL and waits for all its threads; not to be called on one
 * of them. srtpdec loses its outgoing pads before its incoming ones: a packet that comes between
 * makes it complain in vain, so it gets none any more. What webrtcbin has
 * started too late to be stopped with the rest is stopped as well. */
void hs_leg_stop_pipeline (GstElement *pipeline);

G_END_DECLS
