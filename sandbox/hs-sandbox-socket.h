/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <libsoup/soup.h>

G_BEGIN_DECLS

/* A client's websocket, and the ways of ending it. */
typedef struct _HsSandboxSocket HsSandboxSocket;

/* @raw: what @websocket runs on */
HsSandboxSocket *hs_sandbox_socket_new (SoupWebsocketConnection *websocket, GSocket *raw);

/* Does not end the websocket by itself. */
void hs_sandbox_socket_free (HsSandboxSocket *socket);

SoupWebsocketConnection *hs_sandbox_socket_get_websocket (HsSandboxSocket *socket);

/* Whether something sent now would arrive. */
gboolean hs_sandbox_socket_can_send (HsSandboxSocket *socket);
void hs_sandbox_socket_send (HsSandboxSocket *socket, const char *text);

/* With the closing handshake; 1006, or a stalled socket, like a broken line. */
void hs_sandbox_socket_end (HsSandboxSocket *socket, gushort code);

/* A stalled socket looks open to the client, but nothing comes, not even a pong. */
void hs_sandbox_socket_stall (HsSandboxSocket *socket, gboolean stall);

G_END_DECLS
