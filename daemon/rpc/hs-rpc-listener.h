/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* HsRpcListener: a listening Unix socket, with the file that names it */
typedef struct _HsRpcListener HsRpcListener;

/* @error: HS_ERROR_BUSY naming the process that listens there, G_IO_ERROR */
HsRpcListener *hs_rpc_listener_new (const char *path, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* @fd: (transfer full) on success: a socket that listens already and is another's to remove
 * @error: HS_ERROR_INVALID_DATA when it is not what it should be */
HsRpcListener *hs_rpc_listener_adopt (int fd, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Stops listening and removes the files that were made. */
void hs_rpc_listener_free (HsRpcListener *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HsRpcListener, hs_rpc_listener_free)

/* Returns: (transfer none) */
GSocket *hs_rpc_listener_get_socket (HsRpcListener *self);

G_END_DECLS
