/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "hs-rest.h"

#include "base/hs-clock.h"
#include "base/hs-config.h"

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * HsSession: being signed in
 *
 * Credentials, the subscription and its extension, the websocket with its keep-alive, loss,
 * reconnect and end, and the notifications that come through it (spec session, all of it). Knows
 * nothing of calls: HsLinkSignalling stands on top of it.
 */
#define HS_TYPE_SESSION (hs_session_get_type ())
G_DECLARE_FINAL_TYPE (HsSession, hs_session, HS, SESSION, GObject)

/* Signals:
 *   "event" (const char *name, JsonObject *payload): auth:change, auth:error, subscription:change,
 *     subscription:error, subscription:resub, ws:change, notifications:change, in the order of spec
 *     session 5.2
 *   "notification" (JsonObject *message): one notificationMessage, checked, de-duplicated, its SDP
 *     normalised (4.2)
 *   "connected" (): the websocket is up, for the first time or again
 *   "turn-credentials" (const char *username, const char *password): new ones; NULL, NULL: gone */

HsSession *hs_session_new (HsClock *clock, HsConfig *config);

/* Returns: (transfer none): for requests in the name of whoever is signed in. */
HsRest *hs_session_get_rest (HsSession *self);

/* In the operations below @waiter is (transfer full) (nullable) and returns TRUE, or the error that
 * the matching event carries, when the operation has ended. */

/* Local only. Emits auth:change, or auth:error with the same error that is returned.
 * @error: HS_AUTHENTICATION_ERROR_INVALID_CREDENTIALS, saying which member is missing or wrong */
gboolean hs_session_set_credentials (HsSession *self,
                                     JsonObject *credentials,
                                     GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* setCredentials, then subscribe to authentication.subscription.service, or to call, IM and
 * Presence when that is not configured. @options: (nullable): forceLogOut, clientCorrelator. */
void
hs_session_connect (HsSession *self, JsonObject *credentials, JsonObject *options, GTask *waiter);

/* Unsubscribes from everything and closes the websocket, whichever way the subscription began. */
void hs_session_disconnect (HsSession *self, GTask *waiter);

/* @services: names, or objects with "service". Operations are queued and run one at a time. */
void
hs_session_subscribe (HsSession *self, JsonArray *services, JsonObject *options, GTask *waiter);
void hs_session_unsubscribe (HsSession *self, JsonArray *services, GTask *waiter);

/* Goes to rest: DELETE of the subscription (given up after 2 s), websocket closed, nothing emitted
 * from then on. The waiter returns when done. */
void hs_session_close (HsSession *self, GTask *waiter);

/* Returns: (nullable): the login name. */
const char *hs_session_get_user_name (HsSession *self);

/* Returns: (transfer full): {"username"}, or {} (api.getUserInfo). */
JsonObject *hs_session_dup_user_info (HsSession *self);

/* Returns: (transfer full): {"isConnected", "isPending", "error"?, "subscription"} . */
JsonObject *hs_session_dup_connection (HsSession *self);

/* Returns: (transfer full): {"subscribed", "available", "isPending"}. */
JsonObject *hs_session_dup_subscriptions (HsSession *self);

/* Returns: (transfer full) (nullable): connection.SocketState without any secret; NULL before the
 * first socket was tried. */
JsonObject *hs_session_dup_socket_state (HsSession *self);

void hs_session_enable_connectivity_checking (HsSession *self, gboolean enable);

/* A notification that came another way (notification.process); works without any subscription.
 * @envelope: (transfer none): {"notificationMessage"}
 * @channel: "PUSH" or "WEBSOCKET", in any case
 * @error: HS_ERROR_INVALID_DATA for an unknown channel or an envelope without its parts,
 *   HS_ERROR_BUSY when too many wait already */
gboolean hs_session_process_notification (HsSession *self,
                                          JsonObject *envelope,
                                          const char *channel,
                                          GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Whether notifications of the websocket count; each time it opens they do again. Emits
 * notifications:change. */
void hs_session_enable_websocket (HsSession *self, gboolean enable);

G_END_DECLS
