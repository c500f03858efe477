/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "base/hs-clock.h"
#include "base/hs-config.h"
#include "hs-ice-servers.h"

G_BEGIN_DECLS

/* Asks a TURN server for an address, as the ICE library does, to learn what it does not tell: why
 * there is none. An address that is given is given back.
 * @server: a TURN server with an address for its host
 * @limit_ms: for all of it
 * Finish returns: TRUE when the server gives addresses
 * @error: HS_ERROR_UNREACHABLE: no connection, or no certificate that can be trusted;
 *   HS_ERROR_TIMED_OUT: no answer; HS_AUTHENTICATION_ERROR_INVALID_CREDENTIALS: a wrong user name
 *   or password; HS_ERROR_BUSY: any other refusal, in the server's words; HS_ERROR_INVALID_DATA: no
 *   TURN server; all naming it; G_IO_ERROR_CANCELLED */
void hs_turn_probe_async (const HsIceServer *server,
                          HsClock *clock,
                          HsConfig *config,
                          guint limit_ms,
                          GCancellable *cancellable,
                          GAsyncReadyCallback callback,
                          gpointer user_data);
gboolean hs_turn_probe_finish (GAsyncResult *result, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
