/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "hs-sandbox-connection.h"
#include "hs-sandbox-track.h"

#define GST_USE_UNSTABLE_API
#include <gst/webrtc/webrtc.h>

G_BEGIN_DECLS

/**
 * HsSandboxMailbox: what webrtcbin's threads have of a connection
 *
 * webrtcbin answers on threads of its own. What it says is posted to the main context together with
 * the mailbox, which outlives the connection and knows whether there still is one.
 */
typedef struct {
  HsSandboxConnection *connection; /* only for the main context; NULL when it is gone */
  HsSandboxTrack *track;
} HsSandboxMailbox;

/* What goes on with, on the main context. @description, @error: lent, or NULL */
typedef void (*HsSandboxStep) (HsSandboxConnection *connection,
                               GstWebRTCSessionDescription *description,
                               GError *error);

HsSandboxMailbox *hs_sandbox_mailbox_new (HsSandboxConnection *connection, HsSandboxTrack *track);
HsSandboxMailbox *hs_sandbox_mailbox_ref (HsSandboxMailbox *mailbox);
void hs_sandbox_mailbox_unref (HsSandboxMailbox *mailbox);

/* Nothing that was posted comes any more. */
void hs_sandbox_mailbox_close (HsSandboxMailbox *mailbox);

/* From any thread.
 * @description, @error: (transfer full) (nullable) */
void hs_sandbox_mailbox_post (HsSandboxMailbox *mailbox,
                              HsSandboxStep step,
                              GstWebRTCSessionDescription *description,
                              GError *error);

G_END_DECLS
