/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "hs-sandbox-offer.h"
#include "hs-sandbox-voice.h"

#include <gst/gst.h>

G_BEGIN_DECLS

/**
 * HsSandboxTrack: what a connection sends, and what becomes of what it receives
 *
 * The gate may be turned on any thread; while it is closed nothing is sent.
 */
typedef struct _HsSandboxTrack HsSandboxTrack;

/* @voice: (nullable): NULL for an echo, which sends back what arrives, packet by packet */
HsSandboxTrack *
hs_sandbox_track_new (HsSandboxVoice *voice, const HsSandboxCodec *codec, guint32 ssrc);

HsSandboxTrack *hs_sandbox_track_ref (HsSandboxTrack *track);
void hs_sandbox_track_unref (HsSandboxTrack *track);

/* Sending needs both: a verdict of the negotiation and a connection. */
void hs_sandbox_track_set_wanted (HsSandboxTrack *track, gboolean wanted);
void hs_sandbox_track_set_connected (HsSandboxTrack *track, gboolean connected);

/* Returns: (transfer floating): with a pad "src" of RTP, or NULL when an element is missing. */
GstElement *hs_sandbox_track_create_source (HsSandboxTrack *track, GError **error);

/* Called on a streaming thread for each stream that begins.
 * Returns: (transfer floating): with a pad "sink" for RTP. */
GstElement *hs_sandbox_track_create_sink (HsSandboxTrack *track);

GstCaps *hs_sandbox_track_create_caps (HsSandboxTrack *track);

G_END_DECLS
