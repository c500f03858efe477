/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "hs-sandbox-connection-private.h"

G_BEGIN_DECLS

/* How a connection and its far end agree: webrtcbin is told a description and asked for one, each
 * on its own threads, until it has found its addresses. */

/* Answers the connection's offer, or makes one. Unless it fails at once, the connection is finished
 * later. */
gboolean hs_sandbox_negotiation_start (HsSandboxConnection *connection,
                                       GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* A step: webrtcbin has come further in looking for its addresses. */
void hs_sandbox_negotiation_follow_gathering (HsSandboxConnection *connection,
                                              GstWebRTCSessionDescription *description,
                                              GError *error);

/* @answer: to the connection's own offer, as webrtcbin is to see it */
gboolean hs_sandbox_negotiation_take_answer (HsSandboxConnection *connection,
                                             const char *answer,
                                             GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Waits for what webrtcbin was asked; closed in the midst of it, it would answer nothing any more
 * and leave parts of itself running. */
void hs_sandbox_negotiation_finish (HsSandboxConnection *connection);

G_END_DECLS
