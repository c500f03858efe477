/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "hs-sandbox-answer.h"
#include "hs-sandbox-media.h"
#include "hs-sandbox-offer.h"

G_BEGIN_DECLS

/**
 * HsSandboxConnection: the way to one far end, from the offer that asked for it to its end
 *
 * Closed for sending until told otherwise.
 */
typedef struct _HsSandboxConnection HsSandboxConnection;

/* Called once, on the main context, when @connection knows its addresses or cannot get any. It must
 * not free @connection if there is no error. */
typedef void (*HsSandboxConnectionReady) (HsSandboxConnection *connection,
                                          const GError *error,
                                          gpointer user_data);

HsSandboxConnection *hs_sandbox_connection_new (HsSandboxMediaKind kind,
                                                const HsSandboxOffer *offer,
                                                HsSandboxConnectionReady ready,
                                                gpointer user_data);

void hs_sandbox_connection_set_sending (HsSandboxConnection *connection, gboolean sending);

/* Both lent. The transport is NULL until @connection is ready. */
const HsSandboxTransport *hs_sandbox_connection_get_transport (HsSandboxConnection *connection);
const HsSandboxCodec *hs_sandbox_connection_get_codec (HsSandboxConnection *connection);

/* Whether @offer comes from the far end that this connection is connected to. */
gboolean hs_sandbox_connection_serves (HsSandboxConnection *connection,
                                       const HsSandboxOffer *offer);

/* Waits for the connection's threads; no callback comes after this. */
void hs_sandbox_connection_free (HsSandboxConnection *connection);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HsSandboxConnection, hs_sandbox_connection_free)

G_END_DECLS
