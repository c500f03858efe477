/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

/**
 * Chains of elements in a leg's pipeline, in front of webrtcbin and behind it
 *
 * What is appended belongs to the pipeline. Any thread.
 */

void hs_leg_chain_set_caps (GstElement *element, const char *text);

/* Adds an element behind @last (nullable).
 * Returns: (transfer none) (nullable): NULL when the plugin is missing or it cannot be linked. */
GstElement *hs_leg_chain_append (GstBin *pipeline, GstElement *last, const char *factory);

/* A capsfilter; does nothing when there is no @last. */
GstElement *hs_leg_chain_append_filter (GstBin *pipeline, GstElement *last, const char *caps);

/* Lets all elements up to @last run. */
void hs_leg_chain_start (GstElement *last);

/* Takes the elements in front of @sink_pad out of @pipeline. */
void hs_leg_chain_remove (GstBin *pipeline, GstPad *sink_pad);

/* Takes what arrives at a pad that nobody reads: left unlinked, its first packet would end the
 * whole transport. */
void hs_leg_chain_swallow (GstBin *pipeline, GstPad *src_pad);

/* Returns: (transfer full) (nullable): "OPUS" … of one of webrtcbin's new pads. */
char *hs_leg_chain_dup_encoding (GstPad *src_pad);

/* Returns: GST_CLOCK_TIME_NONE before the pipeline runs. */
GstClockTime hs_leg_chain_get_running_time (GstElement *element);

G_END_DECLS
