/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "hs-sandbox-connection.h"
#include "hs-sandbox-mailbox.h"
#include "hs-sandbox-track.h"

G_BEGIN_DECLS

/* What a connection and its negotiation share. */
struct _HsSandboxConnection {
  HsSandboxConnectionReady ready; /* NULL once called */
  gpointer user_data;

  HsSandboxCodec codec;
  char *offer; /* what webrtcbin sees of it; NULL: it makes one itself */
  char *mid;   /* webrtcbin's name for the line in its own offer */
  char *fingerprint;
  gboolean loopback_only;
  guint32 ssrc;
  char *cname;

  GstElement *pipeline, *webrtc;
  HsSandboxTrack *track;
  HsSandboxTransport *transport;
  HsSandboxMailbox *mailbox;
  guint start_id, timeout_id, bus_watch_id;
  GPtrArray *promises; /* of GstPromise: what webrtcbin was asked */
};

/* The last thing that a step does: the callback frees the connection in case of an error. */
void hs_sandbox_connection_finish (HsSandboxConnection *connection, const GError *error);

G_END_DECLS
