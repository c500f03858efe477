/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "base/hs-config.h"
#include "hs-ice-servers.h"

G_BEGIN_DECLS

/**
 * HsTurnTunnel: the way to a TURN server that is reached with TLS
 *
 * The ICE library speaks "turns:" without TLS. So it is given a TCP port of this machine's loopback
 * interface; whatever connects there is handed on to the server through a TLS connection of its
 * own, byte by byte. Lives as long as the leg that uses it.
 */
typedef struct _HsTurnTunnel HsTurnTunnel;

/* @server: with TLS, and an address for its host
 * @v6: on ::1 in place of 127.0.0.1
 * @error: G_IO_ERROR when there is no port */
HsTurnTunnel *hs_turn_tunnel_new (const HsIceServer *server,
                                  HsConfig *config,
                                  gboolean v6,
                                  GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Returns: the server as the ICE library shall see it: TCP, on the tunnel's port */
const HsIceServer *hs_turn_tunnel_get_entrance (HsTurnTunnel *self);

/* Closes all connections. */
void hs_turn_tunnel_free (HsTurnTunnel *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HsTurnTunnel, hs_turn_tunnel_free)

G_END_DECLS
