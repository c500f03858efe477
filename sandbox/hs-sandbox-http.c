/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "hs-sandbox"

#include "hs-sandbox-http.h"
#include "hs-sandbox-json.h"
#include "hs-sandbox-reply.h"

#include <string.h>

#define MAX_BODY_BYTES (1024 * 1024)
#define TOO_LARGE_KEY  "hs-sandbox-too-large"

struct _HsSandboxHttp {
  SoupServer *server;
  HsSandboxFaults *faults;           /* borrowed: outlives us */
  HsSandboxWire *wire;               /* borrowed: outlives us */
  const HsSandboxHttpEvents *events; /* borrowed: a literal of our owner */
  gpointer user_data;
  HsSandboxReplies *replies;
};

/* Requests */

static void
on_chunk (SoupServerMessage *message, GBytes *chunk, gpointer user_data)
{
  SoupMessageBody *body = soup_server_message_get_request_body (message);

  if (body->length > MAX_BODY_BYTES) {
    g_object_set_data (G_OBJECT (message), TOO_LARGE_KEY, GINT_TO_POINTER (TRUE));
    soup_message_body_set_accumulate (body, FALSE);
  }
}

/* Before the body: what is announced as too large is not even read. */
static void
on_headers (SoupServer *server,
            SoupServerMessage *message,
            const char *path,
            GHashTable *query,
            gpointer user_data)
{
  SoupMessageHeaders *request = soup_server_message_get_request_headers (message);
  SoupMessageHeaders *response = soup_server_message_get_response_headers (message);

  if (soup_message_headers_get_content_length (request) > MAX_BODY_BYTES) {
    soup_message_headers_replace (response, "Connection", "close");
    soup_server_message_set_status (message, SOUP_STATUS_REQUEST_ENTITY_TOO_LARGE, NULL);
    return;
  }
  g_signal_connect (message, "got-chunk", G_CALLBACK (on_chunk), NULL);
}

static void
write_record (HsSandboxHttp *http, HsSandboxExchange *exchange)
{
  static const char *const logged[] = { "Authorization", "x-token", "x-session", "X-Cpaas-Agent" };
  JsonObject *record, *headers, *body;

  if (!hs_sandbox_wire_is_open (http->wire))
    return;
  record = json_object_new ();
  headers = json_object_new ();
  body = hs_sandbox_exchange_get_body (exchange);
  json_object_set_string_member (record, "dir", "http");
  hs_sandbox_json_set_string (record, "user", hs_sandbox_exchange_get_user (exchange));
  json_object_set_string_member (record, "method", hs_sandbox_exchange_get_method (exchange));
  json_object_set_string_member (record, "path", hs_sandbox_exchange_get_path (exchange));
  for (guint i = 0; i < G_N_ELEMENTS (logged); i++)
    hs_sandbox_json_set_string (headers, logged[i],
                                hs_sandbox_exchange_get_header (exchange, logged[i]));
  json_object_set_object_member (record, "headers", headers);
  if (body)
    json_object_set_object_member (record, "body", json_object_ref (body));
  hs_sandbox_wire_write (http->wire, record);
}

static void
serve (HsSandboxHttp *http, HsSandboxExchange *exchange, HsSandboxFault *fault)
{
  gboolean is_too_large = g_object_get_data (G_OBJECT (hs_sandbox_exchange_get_message (exchange)),
                                             TOO_LARGE_KEY) != NULL;

  if (fault && fault->notify_first)
    hs_sandbox_exchange_settle (exchange);
  if (is_too_large)
    hs_sandbox_exchange_reply_code (exchange, SOUP_STATUS_REQUEST_ENTITY_TOO_LARGE, 5);
  else if (!fault || fault->carry_out)
    http->events->serve (exchange, http->user_data);
}

static void
on_request (SoupServer *server,
            SoupServerMessage *message,
            const char *path,
            GHashTable *query,
            gpointer user_data)
{
  HsSandboxHttp *http = user_data;
  g_autoptr (HsSandboxExchange) exchange = hs_sandbox_exchange_new (message);
  g_autoptr (HsSandboxFault) fault = NULL;

  if (g_str_equal (hs_sandbox_exchange_get_method (exchange), "OPTIONS")) {
    hs_sandbox_exchange_reply (exchange, SOUP_STATUS_OK, NULL);
  } else {
    http->events->classify (exchange, http->user_data);
    write_record (http, exchange);
    fault = hs_sandbox_faults_take_request (http->faults, hs_sandbox_exchange_get_method (exchange),
                                            path, hs_sandbox_exchange_get_type_name (exchange),
                                            hs_sandbox_exchange_get_user (exchange));
    serve (http, exchange, fault);
  }
  hs_sandbox_replies_send (http->replies, exchange, fault);
}

/* Websockets */

static const char *
get_last_segment (const char *path)
{
  const char *slash = strrchr (path, '/');

  return slash ? slash + 1 : path;
}

/* The server asks this before it answers the handshake, which a status of ours prevents. */
static void
on_upgrade (SoupServer *server,
            SoupServerMessage *message,
            const char *path,
            GHashTable *query,
            gpointer user_data)
{
  HsSandboxHttp *http = user_data;
  guint status = http->events->admit (get_last_segment (path),
                                      g_uri_get_query (soup_server_message_get_uri (message)),
                                      http->user_data);

  if (status == SOUP_STATUS_SWITCHING_PROTOCOLS)
    return;
  soup_server_message_set_status (message, status, NULL);
  soup_server_message_set_response (message, "application/json", SOUP_MEMORY_STATIC, "{}", 2);
}

static void
on_websocket (SoupServer *server,
              SoupServerMessage *message,
              const char *path,
              SoupWebsocketConnection *socket,
              gpointer user_data)
{
  HsSandboxHttp *http = user_data;

  http->events->connected (get_last_segment (path), socket,
                           soup_server_message_get_socket (message), http->user_data);
}

HsSandboxHttp *
hs_sandbox_http_new (const char *channel_path,
                     HsSandboxFaults *faults,
                     HsSandboxWire *wire,
                     const HsSandboxHttpEvents *events,
                     gpointer user_data)
{
  HsSandboxHttp *http = g_new0 (HsSandboxHttp, 1);

  http->server = soup_server_new ("raw-paths", TRUE, NULL);
  http->faults = faults;
  http->wire = wire;
  http->events = events;
  http->user_data = user_data;
  http->replies = hs_sandbox_replies_new (wire);
  soup_server_remove_websocket_extension (http->server, SOUP_TYPE_WEBSOCKET_EXTENSION_DEFLATE);
  soup_server_add_early_handler (http->server, "/", on_headers, http, NULL);
  soup_server_add_handler (http->server, "/", on_request, http, NULL);
  soup_server_add_early_handler (http->server, channel_path, on_headers, http, NULL);
  soup_server_add_handler (http->server, channel_path, on_upgrade, http, NULL);
  soup_server_add_websocket_handler (http->server, channel_path, NULL, NULL, on_websocket, http,
                                     NULL);
  return http;
}

void
hs_sandbox_http_free (HsSandboxHttp *http)
{
  g_clear_pointer (&http->replies, hs_sandbox_replies_free);
  soup_server_disconnect (http->server);
  g_object_unref (http->server);
  g_free (http);
}

guint
hs_sandbox_http_listen (HsSandboxHttp *http,
                        guint port,
                        GTlsCertificate *certificate,
                        GError **error)
{
  SoupServerListenOptions options = certificate ? SOUP_SERVER_LISTEN_HTTPS : 0;
  GSList *uris;
  guint actual;

  if (certificate)
    soup_server_set_tls_certificate (http->server, certificate);
  /* A machine may have no IPv6, not even on loopback. */
  if (!soup_server_listen_local (http->server, port, options, NULL) &&
      !soup_server_listen_local (http->server, port, options | SOUP_SERVER_LISTEN_IPV4_ONLY, error))
    return 0;
  uris = soup_server_get_uris (http->server);
  actual = g_uri_get_port (uris->data);
  g_slist_free_full (uris, (GDestroyNotify) g_uri_unref);
  return actual;
}
