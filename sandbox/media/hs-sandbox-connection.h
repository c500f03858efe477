/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "hs-sandbox-answer.h"
#include "hs-sandbox-offer.h"
#include "hs-sandbox-voice.h"

G_BEGIN_DECLS

/**
 * HsSandboxConnection: the way to one far end, from the first offer to its end
 *
 * Closed for sending until told otherwise.
 */
typedef struct _HsSandboxConnection HsSandboxConnection;

/* Called once, on the main context, when @connection knows its addresses or cannot get any. It must
 * not free @connection if there is no error. */
typedef void (*HsSandboxConnectionReady) (HsSandboxConnection *connection,
                                          const GError *error,
                                          gpointer user_data);

/* @voice: (nullable): NULL for an echo
 * @offer: (nullable): what it answers; NULL when it makes the offer itself */
HsSandboxConnection *hs_sandbox_connection_new (HsSandboxVoice *voice,
                                                const HsSandboxOffer *offer,
                                                HsSandboxConnectionReady ready,
                                                gpointer user_data);

void hs_sandbox_connection_set_sending (HsSandboxConnection *connection, gboolean sending);

/* Both lent. The transport is NULL until @connection is ready. */
const HsSandboxTransport *hs_sandbox_connection_get_transport (HsSandboxConnection *connection);
const HsSandboxCodec *hs_sandbox_connection_get_codec (HsSandboxConnection *connection);

/* The answer to the connection's own offer, once. */
gboolean hs_sandbox_connection_take_answer (HsSandboxConnection *connection,
                                            const HsSandboxOffer *answer,
                                            GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Whether @offer comes from the far end that this connection is connected to. */
gboolean hs_sandbox_connection_serves (HsSandboxConnection *connection,
                                       const HsSandboxOffer *offer);

/* Waits for the connection's threads; no callback comes after this. */
void hs_sandbox_connection_free (HsSandboxConnection *connection);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HsSandboxConnection, hs_sandbox_connection_free)

G_END_DECLS
