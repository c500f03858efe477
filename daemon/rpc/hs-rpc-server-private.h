/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "hs-connection-private.h"
#include "hs-rpc-server.h"

#include <sys/types.h>

G_BEGIN_DECLS

/* What connections and the built-in methods need of their server. */

const HsRpcLimits *hs_rpc_server_get_limits (HsRpcServer *self);
HsClock *hs_rpc_server_get_clock (HsRpcServer *self);

/* Returns: (nullable) */
const HsMethodRow *hs_rpc_server_find_row (HsRpcServer *self, const char *method);

/* Returns: what the handler of @row gets, being called for @connection. */
gpointer
hs_rpc_server_get_context (HsRpcServer *self, const HsMethodRow *row, HsConnection *connection);

/* Returns: (transfer container) (element-type HsMethod): all methods, sorted by name. */
GPtrArray *hs_rpc_server_list_methods (HsRpcServer *self);

HsEventRing *hs_rpc_server_get_ring (HsRpcServer *self);

/* Returns: (transfer full) */
JsonObject *hs_rpc_server_dup_state (HsRpcServer *self);

/* A connection was closed. */
void hs_rpc_server_forget (HsRpcServer *self, HsConnection *connection);

/* Serves @socket, a connected one, as if it had been accepted.
 * @rights: (nullable)
 * Returns: (transfer none) (nullable): NULL when it was refused, with an answer that says why */
HsConnection *
hs_rpc_server_take_socket (HsRpcServer *self, GSocket *socket, const HsRpcRights *rights);

/* Who may use a control socket of user @own: the same user, and root. */
gboolean hs_rpc_is_allowed (uid_t peer, uid_t own);

G_END_DECLS
