/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "hs-rest.h"

#include "base/hs-clock.h"
#include "base/hs-config.h"

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/**
 * HsWebsocket: the channel that notifications come through (spec session 3)
 *
 * Opens it, keeps it alive, notices its loss and opens it again, until told to close or until it
 * gives up. Makes no REST request.
 */
#define HS_TYPE_WEBSOCKET (hs_websocket_get_type ())
G_DECLARE_FINAL_TYPE (HsWebsocket, hs_websocket, HS, WEBSOCKET, GObject)

/* Signals:
 *   "opening" (): a sequence of attempts begins, first or after a loss
 *   "opened" ()
 *   "message" (JsonObject *frame): a frame that is not part of the keep-alive
 *   "lost" (): it was open and is not any more; "opening" or "failed" follows
 *   "failed" (const GError *error): given up; nothing follows */

/* @rest: knows the bearer token */
HsWebsocket *
hs_websocket_new (HsClock *clock, HsConfig *config, HsTransport *transport, HsRest *rest);

/* Whether there is enough configuration to open one at all.
 * @error: HS_ERROR_INVALID_DATA naming the key that is missing or wrong */
gboolean hs_websocket_check (HsWebsocket *self, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* @channel: a checked path, used for every attempt until hs_websocket_close() */
void hs_websocket_open (HsWebsocket *self, const char *channel);

/* A later answer of the gateway named another path: counts from the next attempt on. */
void hs_websocket_set_channel (HsWebsocket *self, const char *channel);

/* Closes it or stops opening it; no signal follows. */
void hs_websocket_close (HsWebsocket *self);

/* The running attempt, if any, is the last one. */
void hs_websocket_stop_retrying (HsWebsocket *self);

gboolean hs_websocket_is_open (HsWebsocket *self);

void hs_websocket_enable_checking (HsWebsocket *self, gboolean enable);

/* Returns: (transfer full) (nullable): connection.SocketState; NULL before the first attempt. */
JsonObject *hs_websocket_dup_state (HsWebsocket *self);

G_END_DECLS
