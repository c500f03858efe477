/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "hs-media"

#include "hs-turn-tunnel.h"

#include "hs-turn-connection.h"

#include <netinet/in.h>
#include <netinet/tcp.h>

/* The ICE library makes one connection for each of the machine's addresses. */
#define MAX_CONNECTIONS 16

struct _HsTurnTunnel {
  HsIceServer *server;
  HsIceServer *entrance;
  HsConfig *config;
  GSocketListener *listener;
  GCancellable *cancellable; /* ends everything */
  guint n_connections;       /* made so far */
};

/* --- one connection through it --- */

/* What is cancelled with a tunnel outlives it for a moment. */
static void
on_spliced (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;

  if (!g_io_stream_splice_finish (result, &error))
    g_debug ("a connection to a TURN server has ended: %s", error->message);
}

static void
on_connected (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GIOStream) inner = user_data;
  GCancellable *cancellable = g_object_get_data (G_OBJECT (inner), "hs-cancellable");
  g_autoptr (GError) error = NULL;
  g_autoptr (GIOStream) outer = hs_turn_connect_finish (result, &error);

  /* Without it the ICE library sees its connection end, as with any server that it cannot reach. */
  if (outer == NULL)
    g_debug ("%s", error->message);
  else
    g_io_stream_splice_async (inner, outer,
                              G_IO_STREAM_SPLICE_CLOSE_STREAM1 | G_IO_STREAM_SPLICE_CLOSE_STREAM2,
                              G_PRIORITY_DEFAULT, cancellable, on_spliced, NULL);
}

static void
hand_on (HsTurnTunnel *self, GSocketConnection *inner)
{
  g_object_set_data_full (G_OBJECT (inner), "hs-cancellable", g_object_ref (self->cancellable),
                          g_object_unref);
  g_socket_set_option (g_socket_connection_get_socket (inner), IPPROTO_TCP, TCP_NODELAY, 1, NULL);
  hs_turn_connect_async (self->server, self->config, self->cancellable, on_connected,
                         g_object_ref (inner));
}

/* --- the entrance --- */

static void
on_accepted (GObject *source, GAsyncResult *result, gpointer user_data)
{
  HsTurnTunnel *self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GSocketConnection) inner =
      g_socket_listener_accept_finish (G_SOCKET_LISTENER (source), result, NULL, &error);

  /* Then there is no tunnel any more. */
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  if (inner != NULL)
    hand_on (self, inner);
  if (++self->n_connections < MAX_CONNECTIONS)
    g_socket_listener_accept_async (self->listener, self->cancellable, on_accepted, self);
}

static gboolean
listen_on_loopback (HsTurnTunnel *self, gboolean v6, GError **error)
{
  g_autoptr (GInetAddress) loopback =
      g_inet_address_new_loopback (v6 ? G_SOCKET_FAMILY_IPV6 : G_SOCKET_FAMILY_IPV4);
  g_autoptr (GSocketAddress) wanted = g_inet_socket_address_new (loopback, 0);
  g_autoptr (GSocketAddress) got = NULL;

  if (!g_socket_listener_add_address (self->listener, wanted, G_SOCKET_TYPE_STREAM,
                                      G_SOCKET_PROTOCOL_TCP, NULL, &got, error))
    return FALSE;
  self->entrance = hs_ice_server_copy (self->server);
  self->entrance->tls = FALSE;
  g_free (self->entrance->host);
  self->entrance->host = g_inet_address_to_string (loopback);
  self->entrance->port = g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (got));
  return TRUE;
}

HsTurnTunnel *
hs_turn_tunnel_new (const HsIceServer *server, HsConfig *config, gboolean v6, GError **error)
{
  g_autoptr (HsTurnTunnel) self = g_new0 (HsTurnTunnel, 1);

  self->server = hs_ice_server_copy (server);
  self->config = g_object_ref (config);
  self->listener = g_socket_listener_new ();
  self->cancellable = g_cancellable_new ();
  if (!listen_on_loopback (self, v6, error))
    return NULL;
  g_socket_listener_accept_async (self->listener, self->cancellable, on_accepted, self);
  return g_steal_pointer (&self);
}

const HsIceServer *
hs_turn_tunnel_get_entrance (HsTurnTunnel *self)
{
  return self->entrance;
}

void
hs_turn_tunnel_free (HsTurnTunnel *self)
{
  g_cancellable_cancel (self->cancellable);
  g_socket_listener_close (self->listener);
  g_object_unref (self->listener);
  g_object_unref (self->cancellable);
  g_object_unref (self->config);
  hs_ice_server_free (self->server);
  hs_ice_server_free (self->entrance);
  g_free (self);
}
