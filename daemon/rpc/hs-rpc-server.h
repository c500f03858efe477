/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "base/hs-clock.h"
#include "base/hs-config.h"
#include "protocol/hs-method.h"
#include "hs-connection.h"
#include "hs-request.h"

G_BEGIN_DECLS

/**
 * HsRpcServer: JSON-RPC 2.0 on Unix stream sockets, one JSON text per line
 *
 * Checks what comes in against the contract and calls the handlers; sends events to the
 * connections that asked for them. Any number of sockets, any number of clients.
 */
#define HS_TYPE_RPC_SERVER (hs_rpc_server_get_type ())
G_DECLARE_FINAL_TYPE (HsRpcServer, hs_rpc_server, HS, RPC_SERVER, GObject)

typedef struct {
  gsize max_message_bytes;      /* one line, its end not counted */
  guint max_depth;              /* arrays and objects within each other */
  guint max_requests_in_flight; /* not yet answered, per connection; also the longest batch */
  guint max_connections;
  gsize max_unread_bytes; /* waiting for one client to read */
  guint event_ring;       /* events kept for "since" */
} HsRpcLimits;

/* The keys rpc.* of the configuration. */
HsRpcLimits hs_rpc_limits_from_config (HsConfig *config);

/* The whole current state for api.subscribe with "snapshot". Returns: (transfer full) */
typedef JsonObject *(*HsSnapshotFunc) (gpointer user_data);

/* @rows: the methods beside those about the connection itself (rpc.*, api.on …), which are built
 *   in; must outlive the server
 * @context: (transfer none): what the handlers of @rows get; must outlive the server */
HsRpcServer *
hs_rpc_server_new (HsClock *clock, const HsMethodRow *rows, guint n_rows, gpointer context);

/* Takes effect for what comes next; connections above a lowered limit stay. */
void hs_rpc_server_set_limits (HsRpcServer *self, const HsRpcLimits *limits);

/* Without one the state of a snapshot is {}. */
void hs_rpc_server_set_snapshot (HsRpcServer *self, HsSnapshotFunc snapshot, gpointer user_data);

/* What connections may do from the start, as after rpc.restrict. */
typedef struct {
  gboolean read_only; /* only methods that change nothing */
  JsonArray *methods; /* (nullable): only these; NULL: all */
} HsRpcRights;

/* Listens on @path (0600), in a folder that is made (0700) when it is not there. A socket left by a
 * dead process is taken over.
 * @rights: (nullable): NULL: all
 * @error: HS_ERROR_BUSY naming the process that listens there; HS_ERROR_INVALID_DATA naming a
 *   method that there is not; G_IO_ERROR for anything else */
gboolean hs_rpc_server_listen (HsRpcServer *self,
                               const char *path,
                               const HsRpcRights *rights,
                               GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Listens on the sockets of the key rpc.sockets. */
gboolean hs_rpc_server_listen_further (HsRpcServer *self,
                                       HsConfig *config,
                                       GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Listens on a socket that was handed to the process (socket activation).
 * @fd: (transfer full) on success
 * @error: HS_ERROR_INVALID_DATA when it is not a listening Unix stream socket */
gboolean hs_rpc_server_adopt (HsRpcServer *self, int fd, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Tells everybody who asked for it. @name: an event of the contract. @params: (transfer none) */
void hs_rpc_server_emit (HsRpcServer *self, const char *name, JsonObject *params);

guint hs_rpc_server_count_connections (HsRpcServer *self);

/* Stops listening, closes all connections after a last try to write what waits, removes the
 * sockets' files. Requests still open are cancelled. Can be called again. */
void hs_rpc_server_close (HsRpcServer *self);

G_END_DECLS
