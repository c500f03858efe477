/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "hs-sandbox-exchange.h"
#include "hs-sandbox-faults.h"
#include "hs-sandbox-wire.h"

G_BEGIN_DECLS

/**
 * HsSandboxChannel: the way of notifications to one subscription
 *
 * One queue, in the order of events. It is kept for a while when there is no socket, and it stands
 * still while the reply to what caused its head is not on its way to the same user.
 */
#define HS_SANDBOX_TYPE_CHANNEL (hs_sandbox_channel_get_type ())
G_DECLARE_FINAL_TYPE (HsSandboxChannel, hs_sandbox_channel, HS_SANDBOX, CHANNEL, GObject)

/* @faults, @wire: have to outlive the channel
 * @keep_ms: how long notifications are good for without a socket */
HsSandboxChannel *hs_sandbox_channel_new (const char *user,
                                          HsSandboxFaults *faults,
                                          HsSandboxWire *wire,
                                          guint keep_ms);

const char *hs_sandbox_channel_get_id (HsSandboxChannel *self);
const char *hs_sandbox_channel_get_user (HsSandboxChannel *self);
gboolean hs_sandbox_channel_is_connected (HsSandboxChannel *self);
guint hs_sandbox_channel_get_n_queued (HsSandboxChannel *self);
guint hs_sandbox_channel_get_n_pings (HsSandboxChannel *self);

/* Takes the place of the socket before, which is told. @raw: what @websocket runs on */
void
hs_sandbox_channel_attach (HsSandboxChannel *self, SoupWebsocketConnection *socket, GSocket *raw);

/* @message: (transfer full): the notification without its envelope; gets `eventId` and `time`
 * unless it has them
 * @cause: (nullable): the request whose reply has to go first, when it is the same user's */
void hs_sandbox_channel_post (HsSandboxChannel *self,
                              JsonObject *message,
                              HsSandboxExchange *cause,
                              guint delay_ms);

/* Queues @frame as it is. */
void hs_sandbox_channel_post_frame (HsSandboxChannel *self, const char *frame);

/* As hs_sandbox_socket_end () */
void hs_sandbox_channel_drop (HsSandboxChannel *self, gushort code);

/* As hs_sandbox_socket_stall (); notifications wait. */
void hs_sandbox_channel_stall (HsSandboxChannel *self, gboolean stall);

/* Sends @farewell, when there is one, ends the socket and forgets the queue.
 * @farewell: (transfer full) (nullable)
 * @cause: (nullable): its reply goes first */
void
hs_sandbox_channel_retire (HsSandboxChannel *self, JsonObject *farewell, HsSandboxExchange *cause);

G_END_DECLS
