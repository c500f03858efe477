/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "hs-fake"

#include "hs-fake-gateway.h"

#include "base/hs-json.h"

typedef struct {
  char *method;
  guint status; /* 0: none at all */
  char *type;
  char *body;
  char *header;
} Answer;

struct _HsFakeGateway {
  GObject parent;

  SoupServer *server;
  gboolean tls;
  guint port;
  GQueue answers; /* of Answer */
  GPtrArray *requests;
  GPtrArray *swallowed; /* of SoupServerMessage */
  char *params;
  guint n_subscriptions;

  guint n_refusals;
  gboolean hold;
  SoupWebsocketConnection *socket;
  char *socket_path;
  GPtrArray *frames;
};

enum { SIGNAL_HAPPENED, N_SIGNALS };
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (HsFakeGateway, hs_fake_gateway, G_TYPE_OBJECT)

static void
answer_free (Answer *answer)
{
  g_free (answer->method);
  g_free (answer->type);
  g_free (answer->body);
  g_free (answer->header);
  g_free (answer);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Answer, answer_free)

static void
request_free (HsFakeRequest *request)
{
  g_free (request->method);
  g_free (request->path);
  g_free (request->body);
  soup_message_headers_unref (request->headers);
  g_free (request);
}

static void
tell (HsFakeGateway *self, const char *what)
{
  g_signal_emit (self, signals[SIGNAL_HAPPENED], 0, what);
}

static void
copy_header (const char *name, const char *value, gpointer headers)
{
  soup_message_headers_append (headers, name, value);
}

static char *
dup_wire_path (SoupServerMessage *message)
{
  GUri *uri = soup_server_message_get_uri (message);
  const char *query = g_uri_get_query (uri);

  return g_strconcat (g_uri_get_path (uri), query != NULL ? "?" : NULL, query, NULL);
}

static const HsFakeRequest *
record (HsFakeGateway *self, SoupServerMessage *message)
{
  HsFakeRequest *request = g_new0 (HsFakeRequest, 1);
  SoupMessageBody *body = soup_server_message_get_request_body (message);
  g_autoptr (GBytes) bytes = soup_message_body_flatten (body);

  request->method = g_strdup (soup_server_message_get_method (message));
  request->path = dup_wire_path (message);
  request->body = g_strndup (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
  request->headers = soup_message_headers_new (SOUP_MESSAGE_HEADERS_REQUEST);
  soup_message_headers_foreach (soup_server_message_get_request_headers (message), copy_header,
                                request->headers);
  g_ptr_array_add (self->requests, request);
  return request;
}

/* Grants what was asked for. */
static char *
create_grant (HsFakeGateway *self, const HsFakeRequest *request)
{
  g_autoptr (JsonNode) node = hs_json_parse (request->body, -1, NULL);
  JsonObject *asked = hs_json_get_object (hs_json_node_get_object (node), "subscribeRequest");
  g_autoptr (JsonNode) services = json_node_new (JSON_NODE_ARRAY);
  g_autofree char *list = NULL;

  g_assert_nonnull (asked);
  json_node_set_array (services, hs_json_get_array (asked, "service"));
  list = hs_json_to_text (services);
  return g_strdup_printf (
      "{\"subscribeResponse\":{\"statusCode\":0,"
      "\"subscription\":\"/rest/version/1/user/ida@lab.example/subscription/7f31\","
      "\"subscriptionParams\":{\"expires\":%d,\"service\":%s,"
      "\"notificationType\":\"WebSocket\","
      "\"notificationChannel\":\"/notification/websocket/9c-41\"%s}}}",
      (int) hs_json_get_int (asked, "expires", 0), list, self->params);
}

static Answer *
take_answer (HsFakeGateway *self, const char *method)
{
  for (GList *l = self->answers.head; l != NULL; l = l->next) {
    Answer *answer = l->data;

    if (g_str_equal (answer->method, method)) {
      g_queue_delete_link (&self->answers, l);
      return answer;
    }
  }
  return NULL;
}

static void
set_body (SoupServerMessage *message, guint status, const char *type, const char *body)
{
  soup_server_message_set_status (message, status, NULL);
  if (body != NULL)
    soup_server_message_set_response (message, type, SOUP_MEMORY_COPY, body, strlen (body));
}

static void
give (HsFakeGateway *self, SoupServerMessage *message, const Answer *answer)
{
  SoupMessageHeaders *headers = soup_server_message_get_response_headers (message);
  g_auto (GStrv) header = answer->header != NULL ? g_strsplit (answer->header, ": ", 2) : NULL;

  if (answer->status == 0) {
    soup_server_message_pause (message);
    g_ptr_array_add (self->swallowed, g_object_ref (message));
    return;
  }
  set_body (message, answer->status, answer->type, answer->body);
  if (header != NULL)
    soup_message_headers_append (headers, header[0], header[1]);
}

static void
answer_request (HsFakeGateway *self, SoupServerMessage *message)
{
  const HsFakeRequest *request = record (self, message);
  g_autoptr (Answer) answer = take_answer (self, request->method);
  g_autofree char *grant = NULL;

  tell (self, request->method);
  if (answer != NULL) {
    give (self, message, answer);
  } else if (strstr (request->path, "/subscription") == NULL) {
    set_body (message, 404, "application/json", "{\"statusCode\":42,\"reason\":\"none\"}");
  } else if (g_str_equal (request->method, "DELETE")) {
    set_body (message, 200, "application/json", "{\"subscribeResponse\":{\"statusCode\":0}}");
  } else {
    grant = create_grant (self, request);
    set_body (message, 200, "application/json", grant);
  }
}

static void
on_request (SoupServer *server,
            SoupServerMessage *message,
            const char *path,
            GHashTable *query,
            gpointer user_data)
{
  HsFakeGateway *self = user_data;
  SoupMessageHeaders *headers = soup_server_message_get_request_headers (message);

  if (soup_message_headers_get_one (headers, "Upgrade") == NULL) {
    answer_request (self, message);
    return;
  }
  g_free (self->socket_path);
  self->socket_path = dup_wire_path (message);
  /* Left without a status, the message goes on to the websocket's handler. */
  if (self->n_refusals == 0)
    return;
  self->n_refusals--;
  tell (self, "refused");
  if (self->hold) {
    soup_server_message_pause (message);
    g_ptr_array_add (self->swallowed, g_object_ref (message));
  } else {
    soup_server_message_set_status (message, 404, NULL);
  }
}

static void
on_frame (SoupWebsocketConnection *socket, int type, GBytes *bytes, HsFakeGateway *self)
{
  g_ptr_array_add (self->frames,
                   g_strndup (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes)));
}

static void
on_socket_closed (SoupWebsocketConnection *socket, HsFakeGateway *self)
{
  tell (self, "closed");
}

static void
forget_socket (HsFakeGateway *self)
{
  if (self->socket != NULL)
    g_signal_handlers_disconnect_by_data (self->socket, self);
  g_clear_object (&self->socket);
}

static void
on_socket (SoupServer *server,
           SoupServerMessage *message,
           const char *path,
           SoupWebsocketConnection *socket,
           gpointer user_data)
{
  HsFakeGateway *self = user_data;

  forget_socket (self);
  self->socket = g_object_ref (socket);
  g_ptr_array_set_size (self->frames, 0);
  g_signal_connect (socket, "message", G_CALLBACK (on_frame), self);
  g_signal_connect (socket, "closed", G_CALLBACK (on_socket_closed), self);
  tell (self, "open");
}

static void
hs_fake_gateway_finalize (GObject *object)
{
  HsFakeGateway *self = HS_FAKE_GATEWAY (object);

  hs_fake_gateway_stop (self);
  g_queue_clear_full (&self->answers, (GDestroyNotify) answer_free);
  g_ptr_array_unref (self->requests);
  g_ptr_array_unref (self->swallowed);
  g_ptr_array_unref (self->frames);
  g_free (self->params);
  g_free (self->socket_path);
  G_OBJECT_CLASS (hs_fake_gateway_parent_class)->finalize (object);
}

static void
hs_fake_gateway_class_init (HsFakeGatewayClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = hs_fake_gateway_finalize;
  signals[SIGNAL_HAPPENED] = g_signal_new ("happened", HS_TYPE_FAKE_GATEWAY, G_SIGNAL_RUN_LAST, 0,
                                           NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
}

static void
hs_fake_gateway_init (HsFakeGateway *self)
{
  g_queue_init (&self->answers);
  self->requests = g_ptr_array_new_with_free_func ((GDestroyNotify) request_free);
  self->swallowed = g_ptr_array_new_with_free_func (g_object_unref);
  self->frames = g_ptr_array_new_with_free_func (g_free);
  self->params = g_strdup ("");
}

HsFakeGateway *
hs_fake_gateway_new (const char *certificate)
{
  HsFakeGateway *self = g_object_new (HS_TYPE_FAKE_GATEWAY, NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (GTlsCertificate) loaded = NULL;
  GSList *uris;

  self->server = g_object_new (SOUP_TYPE_SERVER, "raw-paths", TRUE, NULL);
  if (certificate != NULL) {
    loaded = g_tls_certificate_new_from_file (certificate, &error);
    g_assert_no_error (error);
    soup_server_set_tls_certificate (self->server, loaded);
    self->tls = TRUE;
  }
  soup_server_add_handler (self->server, NULL, on_request, self, NULL);
  soup_server_add_websocket_handler (self->server, NULL, NULL, NULL, on_socket, self, NULL);
  soup_server_listen_local (
      self->server, 0, SOUP_SERVER_LISTEN_IPV4_ONLY | (self->tls ? SOUP_SERVER_LISTEN_HTTPS : 0),
      &error);
  g_assert_no_error (error);
  uris = soup_server_get_uris (self->server);
  self->port = g_uri_get_port (uris->data);
  g_slist_free_full (uris, (GDestroyNotify) g_uri_unref);
  return self;
}

guint
hs_fake_gateway_get_port (HsFakeGateway *self)
{
  return self->port;
}

void
hs_fake_gateway_configure (HsFakeGateway *self, HsConfig *config)
{
  g_autofree char *text = g_strdup_printf (
      "{\"authentication\":{\"server\":{\"base\":\"127.0.0.1\",\"port\":%u,\"protocol\":\"%s\"}},"
      "\"subscription\":{\"websocket\":{\"server\":\"127.0.0.1\",\"port\":%u,\"protocol\":\"%s\"}}"
      "}",
      self->port, self->tls ? "https" : "http", self->port, self->tls ? "wss" : "ws");
  g_autoptr (JsonNode) node = hs_json_parse (text, -1, NULL);

  hs_config_merge (config, json_node_get_object (node));
}

void
hs_fake_gateway_answer (HsFakeGateway *self,
                        const char *method,
                        guint status,
                        const char *type,
                        const char *body,
                        const char *header)
{
  Answer *answer = g_new0 (Answer, 1);

  answer->method = g_strdup (method);
  answer->status = status;
  answer->type = g_strdup (type);
  answer->body = g_strdup (body);
  answer->header = g_strdup (header);
  g_queue_push_tail (&self->answers, answer);
}

void
hs_fake_gateway_answer_json (HsFakeGateway *self,
                             const char *method,
                             guint status,
                             const char *body)
{
  hs_fake_gateway_answer (self, method, status, "application/json", body, NULL);
}

void
hs_fake_gateway_swallow (HsFakeGateway *self, const char *method)
{
  hs_fake_gateway_answer (self, method, 0, NULL, NULL, NULL);
}

void
hs_fake_gateway_add_params (HsFakeGateway *self, const char *params)
{
  g_free (self->params);
  self->params = g_strconcat (",", params, NULL);
}

guint
hs_fake_gateway_count_requests (HsFakeGateway *self)
{
  return self->requests->len;
}

const HsFakeRequest *
hs_fake_gateway_get_request (HsFakeGateway *self, int index)
{
  guint position = index >= 0 ? (guint) index : self->requests->len + index;

  g_assert_cmpuint (position, <, self->requests->len);
  return g_ptr_array_index (self->requests, position);
}

void
hs_fake_gateway_refuse_sockets (HsFakeGateway *self, guint n, gboolean hold)
{
  self->n_refusals = n;
  self->hold = hold;
}

const char *
hs_fake_gateway_get_socket_path (HsFakeGateway *self)
{
  return self->socket_path;
}

GPtrArray *
hs_fake_gateway_get_frames (HsFakeGateway *self)
{
  return self->frames;
}

void
hs_fake_gateway_send (HsFakeGateway *self, const char *text)
{
  g_assert_nonnull (self->socket);
  soup_websocket_connection_send_text (self->socket, text);
}

void
hs_fake_gateway_close_socket (HsFakeGateway *self, guint code)
{
  g_assert_nonnull (self->socket);
  g_signal_handlers_disconnect_by_func (self->socket, on_socket_closed, self);
  if (code != 0)
    soup_websocket_connection_close (self->socket, code, NULL);
  else
    g_io_stream_close (soup_websocket_connection_get_io_stream (self->socket), NULL, NULL);
}

void
hs_fake_gateway_stop (HsFakeGateway *self)
{
  forget_socket (self);
  g_ptr_array_set_size (self->swallowed, 0);
  if (self->server != NULL)
    soup_server_disconnect (self->server);
  g_clear_object (&self->server);
}
