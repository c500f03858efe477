/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "hs-sandbox"

#include "hs-sandbox-socket.h"

#include <linux/filter.h>
#include <sys/socket.h>

struct _HsSandboxSocket {
  SoupWebsocketConnection *websocket;
  GSocket *raw;
  gboolean is_stalled;
};

HsSandboxSocket *
hs_sandbox_socket_new (SoupWebsocketConnection *websocket, GSocket *raw)
{
  HsSandboxSocket *socket = g_new0 (HsSandboxSocket, 1);

  socket->websocket = g_object_ref (websocket);
  socket->raw = g_object_ref (raw);
  return socket;
}

void
hs_sandbox_socket_free (HsSandboxSocket *socket)
{
  g_object_unref (socket->websocket);
  g_object_unref (socket->raw);
  g_free (socket);
}

SoupWebsocketConnection *
hs_sandbox_socket_get_websocket (HsSandboxSocket *socket)
{
  return socket->websocket;
}

gboolean
hs_sandbox_socket_can_send (HsSandboxSocket *socket)
{
  return !socket->is_stalled &&
         soup_websocket_connection_get_state (socket->websocket) == SOUP_WEBSOCKET_STATE_OPEN;
}

void
hs_sandbox_socket_send (HsSandboxSocket *socket, const char *text)
{
  soup_websocket_connection_send_text (socket->websocket, text);
}

static void
on_last_closed (SoupWebsocketConnection *websocket, gpointer user_data)
{
  g_object_unref (websocket);
}

/* The handshake of closing takes time; the websocket lives until it is over. */
static void
close_politely (SoupWebsocketConnection *websocket, gushort code)
{
  if (soup_websocket_connection_get_state (websocket) != SOUP_WEBSOCKET_STATE_OPEN)
    return;
  g_signal_connect (g_object_ref (websocket), "closed", G_CALLBACK (on_last_closed), NULL);
  soup_websocket_connection_close (websocket, code, NULL);
}

void
hs_sandbox_socket_end (HsSandboxSocket *socket, gushort code)
{
  gboolean is_broken = socket->is_stalled || code == SOUP_WEBSOCKET_CLOSE_ABNORMAL;

  hs_sandbox_socket_stall (socket, FALSE);
  if (is_broken)
    g_socket_shutdown (socket->raw, TRUE, TRUE, NULL);
  else
    close_politely (socket->websocket, code);
}

/* The kernel throws away what the client sends, unacknowledged, as on a dead line. */
static gboolean
set_deaf (int fd, gboolean deaf)
{
  struct sock_filter drop_all = BPF_STMT (BPF_RET | BPF_K, 0);
  struct sock_fprog program = { .len = 1, .filter = &drop_all };
  int nothing = 0;

  return deaf ? setsockopt (fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program) == 0
              : setsockopt (fd, SOL_SOCKET, SO_DETACH_FILTER, &nothing, sizeof nothing) == 0;
}

void
hs_sandbox_socket_stall (HsSandboxSocket *socket, gboolean stall)
{
  if (socket->is_stalled == stall)
    return;
  socket->is_stalled = stall;
  if (!set_deaf (g_socket_get_fd (socket->raw), stall))
    g_warning ("cannot change what the socket hears: %s", g_strerror (errno));
}
