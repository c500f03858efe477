/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "hs-media"

#include "hs-turn-connection.h"

#include "base/hs-error.h"

#include <netinet/in.h>
#include <netinet/tcp.h>

typedef struct {
  HsIceServer *server;
  HsConfig *config;
  GTlsCertificateFlags flags; /* what is wrong with the certificate */
} Attempt;

static void
free_attempt (gpointer data)
{
  Attempt *attempt = data;

  hs_ice_server_free (attempt->server);
  g_object_unref (attempt->config);
  g_free (attempt);
}

static void
fail (GTask *task, const char *what, const GError *reason)
{
  Attempt *attempt = g_task_get_task_data (task);
  g_autofree char *name = hs_ice_server_dup_name (attempt->server);

  if (g_error_matches (reason, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    g_task_return_error (task, g_error_copy (reason));
  else
    g_task_return_new_error (task, HS_ERROR, HS_ERROR_UNREACHABLE, "TURN server %s: %s%s", name,
                             what, reason->message);
}

/* --- TLS --- */

static const struct {
  GTlsCertificateFlags flag;
  const char *text;
} objections[] = {
  { G_TLS_CERTIFICATE_UNKNOWN_CA, "its authority is not trusted (tls.ca)" },
  { G_TLS_CERTIFICATE_BAD_IDENTITY, "it is for another name" },
  { G_TLS_CERTIFICATE_NOT_ACTIVATED, "it is not valid yet" },
  { G_TLS_CERTIFICATE_EXPIRED, "it has expired" },
  { G_TLS_CERTIFICATE_REVOKED, "it has been revoked" },
  { G_TLS_CERTIFICATE_INSECURE, "its algorithm is not secure" },
  { G_TLS_CERTIFICATE_GENERIC_ERROR, "it cannot be checked" },
};

static void
refuse_certificate (GTask *task, GTlsCertificateFlags flags)
{
  g_autoptr (GError) reason = NULL;
  const char *text = "it cannot be checked";

  for (guint i = G_N_ELEMENTS (objections); i > 0; i--) {
    if ((flags & objections[i - 1].flag) != 0)
      text = objections[i - 1].text;
  }
  reason = g_error_new_literal (G_TLS_ERROR, G_TLS_ERROR_BAD_CERTIFICATE, text);
  fail (task, "the certificate is refused: ", reason);
}

static gboolean
on_accept_certificate (GTlsConnection *tls,
                       GTlsCertificate *certificate,
                       GTlsCertificateFlags flags,
                       gpointer user_data)
{
  Attempt *attempt = g_task_get_task_data (user_data);

  if (!hs_config_get_boolean (attempt->config, "tls.verify", TRUE))
    return TRUE;
  attempt->flags = flags;
  return FALSE;
}

static void
on_shaken_hands (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Attempt *attempt = g_task_get_task_data (task);
  g_autoptr (GError) error = NULL;

  g_signal_handlers_disconnect_by_data (source, task);
  if (g_tls_connection_handshake_finish (G_TLS_CONNECTION (source), result, &error))
    g_task_return_pointer (task, g_object_ref (source), g_object_unref);
  else if (attempt->flags != 0)
    refuse_certificate (task, attempt->flags);
  else
    fail (task, "no TLS connection: ", error);
}

/* Returns: (nullable): NULL with @error, and when the system's authorities are to be asked */
static GTlsDatabase *
load_authorities (HsConfig *config, GError **error)
{
  const char *path = hs_config_get_string (config, "tls.ca");

  return path != NULL && path[0] != '\0' ? g_tls_file_database_new (path, error) : NULL;
}

static void
start_tls (GTask *task, GIOStream *base)
{
  Attempt *attempt = g_task_get_task_data (task);
  g_autoptr (GError) error = NULL;
  g_autoptr (GTlsDatabase) authorities = load_authorities (attempt->config, &error);
  g_autoptr (GSocketConnectable) identity =
      g_network_address_new (attempt->server->name, attempt->server->port);
  g_autoptr (GIOStream) tls = NULL;

  if (error == NULL)
    tls = g_tls_client_connection_new (base, identity, &error);
  if (tls == NULL) {
    fail (task, "no TLS connection: ", error);
    return;
  }
  if (authorities != NULL)
    g_tls_connection_set_database (G_TLS_CONNECTION (tls), authorities);
  g_signal_connect (tls, "accept-certificate", G_CALLBACK (on_accept_certificate), task);
  g_tls_connection_handshake_async (G_TLS_CONNECTION (tls), G_PRIORITY_DEFAULT,
                                    g_task_get_cancellable (task), on_shaken_hands,
                                    g_object_ref (task));
}

/* --- the connection below --- */

static void
on_connected (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Attempt *attempt = g_task_get_task_data (task);
  g_autoptr (GError) error = NULL;
  g_autoptr (GSocketConnection) connection =
      g_socket_client_connect_finish (G_SOCKET_CLIENT (source), result, &error);

  if (connection == NULL) {
    fail (task, "", error);
    return;
  }
  /* Packets of media must not wait for each other. */
  if (attempt->server->tcp)
    g_socket_set_option (g_socket_connection_get_socket (connection), IPPROTO_TCP, TCP_NODELAY, 1,
                         NULL);
  if (attempt->server->tls)
    start_tls (task, G_IO_STREAM (connection));
  else
    g_task_return_pointer (task, g_steal_pointer (&connection), g_object_unref);
}

void
hs_turn_connect_async (const HsIceServer *server,
                       HsConfig *config,
                       GCancellable *cancellable,
                       GAsyncReadyCallback callback,
                       gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, user_data);
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  g_autoptr (GSocketAddress) address =
      g_inet_socket_address_new_from_string (server->host, server->port);
  Attempt *attempt = g_new0 (Attempt, 1);

  g_task_set_source_tag (task, hs_turn_connect_async);
  attempt->server = hs_ice_server_copy (server);
  attempt->config = g_object_ref (config);
  g_task_set_task_data (task, attempt, free_attempt);
  if (address == NULL) {
    g_task_return_new_error (task, HS_ERROR, HS_ERROR_UNREACHABLE, "TURN server %s has no address",
                             server->name);
    return;
  }
  g_socket_client_set_enable_proxy (client, FALSE);
  if (!server->tcp) {
    g_socket_client_set_socket_type (client, G_SOCKET_TYPE_DATAGRAM);
    g_socket_client_set_protocol (client, G_SOCKET_PROTOCOL_UDP);
  }
  g_socket_client_connect_async (client, G_SOCKET_CONNECTABLE (address), cancellable, on_connected,
                                 g_steal_pointer (&task));
}

GIOStream *
hs_turn_connect_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}
