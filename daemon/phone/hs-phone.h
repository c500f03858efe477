/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "base/hs-clock.h"
#include "base/hs-config.h"
#include "call/hs-calls.h"
#include "hs-device-watch.h"
#include "link/hs-session.h"
#include "media/hs-media.h"
#include "rpc/hs-connection.h"

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * HsPhone: one instance of what the SDK calls the client
 *
 * Owns the configuration, the session, the calls and the media behind them, and wires them
 * together. Between hs_phone_destroy_async() and hs_phone_create() there is no instance: what
 * needs one then answers HS_ERROR_DESTROYED.
 */
#define HS_TYPE_PHONE (hs_phone_get_type ())
G_DECLARE_FINAL_TYPE (HsPhone, hs_phone, HS, PHONE, GObject)

/* Signals:
 *   "event" (const char *name, JsonObject *payload): every event of the contract */

/* @config_values: (nullable) (transfer none): what the configuration file says, checked */
HsPhone *hs_phone_new (HsClock *clock, JsonObject *config_values);

/* Makes the instance anew, over the same configuration file with @config_values laid over it.
 * @connection: (nullable): whose functions @config_values may name
 * @error: HS_ERROR_BUSY when there is an instance already */
gboolean hs_phone_create (HsPhone *self,
                          JsonObject *config_values,
                          HsConnection *connection,
                          GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Ends every call, the subscription and the websocket, each with its own time limit, then drops the
 * instance; no event tells of it. Finishes when there is none any more, whoever has begun it. */
void hs_phone_destroy_async (HsPhone *self, GAsyncReadyCallback callback, gpointer user_data);
gboolean hs_phone_destroy_finish (HsPhone *self, GAsyncResult *result, GError **error);

HsConfig *hs_phone_get_config (HsPhone *self);

/* @values: (transfer none): checked
 * @connection: (nullable): whose functions they may name */
void hs_phone_update_config (HsPhone *self, JsonObject *values, HsConnection *connection);

HsMedia *hs_phone_get_media (HsPhone *self);
HsDeviceWatch *hs_phone_get_device_watch (HsPhone *self);

/* Tells an event of the contract that is of no instance's room. @payload: (transfer none) */
void hs_phone_tell (HsPhone *self, const char *name, JsonObject *payload);

/* Returns: (nullable): NULL with HS_ERROR_DESTROYED while there is no instance. */
HsSession *hs_phone_get_session (HsPhone *self, GError **error);
HsCalls *hs_phone_get_calls (HsPhone *self, GError **error);

/* Everything a front end needs to show the phone as it is now.
 * Returns: (transfer full): {"userInfo", "connection", "subscriptions", "socket", "calls"} */
JsonObject *hs_phone_dup_state (HsPhone *self);

G_END_DECLS
