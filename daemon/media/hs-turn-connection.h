/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "base/hs-config.h"
#include "hs-ice-servers.h"

G_BEGIN_DECLS

/* Connects to a TURN server as its URL asks: UDP, TCP, or TLS with a certificate that is checked
 * against tls.ca of @config, or the system's authorities, and the server's name.
 * @server: with an address for its host
 * Finish returns: (transfer full)
 * @error: HS_ERROR_UNREACHABLE naming the server and the reason; G_IO_ERROR_CANCELLED */
void hs_turn_connect_async (const HsIceServer *server,
                            HsConfig *config,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer user_data);
GIOStream *hs_turn_connect_finish (GAsyncResult *result, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
