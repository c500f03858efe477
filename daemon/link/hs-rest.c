/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "hs-link"

#include "hs-rest.h"

#include "hs-wire.h"

#include "base/hs-error.h"
#include "base/hs-json.h"

#define DEFAULT_TIMEOUT_MS 30000
#define MAX_BODY_SIZE      (8 * 1024 * 1024)
#define CHUNK_SIZE         (64 * 1024)
/* libsoup 3.2 sends a request once more when a kept connection breaks under it, from its queue,
 * which has the default priority. It has to hear of the break before the queue comes to its turn,
 * or it takes the new attempt for the broken one and crashes. */
#define PRIORITY (G_PRIORITY_DEFAULT - 1)

struct _HsRest {
  GObject parent;

  HsClock *clock;
  HsConfig *config;
  HsTransport *transport;

  HsCredentials *credentials;
  char *session_id;
};

G_DEFINE_FINAL_TYPE (HsRest, hs_rest, G_TYPE_OBJECT)

/* One request on its way; the task's data. */
typedef struct {
  HsClock *clock;
  HsRestFlags flags;
  SoupMessage *message;
  GInputStream *stream;
  GByteArray *body;
  gint64 started_us;

  GCancellable *cancellable; /* ours: the caller's and the timer both end in it */
  GCancellable *outer;
  gulong outer_handler;
  guint timer;
  gboolean timed_out;
} Request;

static void
request_free (Request *request)
{
  hs_clock_clear_timer (request->clock, &request->timer);
  /* g_cancellable_disconnect() would wait for itself when the caller cancels right now. */
  if (request->outer != NULL)
    g_clear_signal_handler (&request->outer_handler, request->outer);
  if (request->message != NULL)
    hs_credentials_unsign (soup_message_get_request_headers (request->message));
  g_clear_object (&request->outer);
  g_clear_object (&request->cancellable);
  g_clear_object (&request->message);
  g_clear_object (&request->stream);
  g_byte_array_unref (request->body);
  g_object_unref (request->clock);
  g_free (request);
}

static const char *
choose_string (HsConfig *config, const char *first, const char *second)
{
  const char *value = hs_config_get_string (config, first);

  return value != NULL && *value != '\0' ? value : hs_config_get_string (config, second);
}

static void
get_rest_server (HsConfig *config, HsWireServer *server)
{
  server->protocol = choose_string (config, "authentication.server.protocol",
                                    "authentication.subscription.protocol");
  server->host_key = "authentication.server.base";
  server->host = choose_string (config, server->host_key, "authentication.subscription.server");
  server->port_key = "authentication.server.port";
  server->port = hs_wire_get_port (
      config, server->port_key, hs_wire_get_port (config, "authentication.subscription.port", 443));
}

static void
get_push_server (HsConfig *config, HsWireServer *server)
{
  server->protocol = hs_config_get_string (config, "notifications.pushRegistration.protocol");
  server->host_key = "notifications.pushRegistration.server";
  server->host = hs_config_get_string (config, server->host_key);
  server->port_key = "notifications.pushRegistration.port";
  server->port = hs_wire_get_port (config, server->port_key, 443);
}

static char *
dup_url (HsRest *self, const char *path, HsRestFlags flags, GError **error)
{
  HsWireServer server;

  if ((flags & HS_REST_PUSH_SERVER) != 0 &&
      hs_config_get_string (self->config, "notifications.pushRegistration.server") != NULL)
    get_push_server (self->config, &server);
  else
    get_rest_server (self->config, &server);
  if (server.protocol == NULL)
    server.protocol = "https";
  if (!g_str_equal (server.protocol, "https") && !g_str_equal (server.protocol, "http")) {
    g_set_error (error, HS_ERROR, HS_ERROR_INVALID_DATA,
                 "configuration: the protocol beside %s is neither https nor http",
                 server.host_key);
    return NULL;
  }
  return hs_wire_dup_url (&server, path, error);
}

static void
write_headers (HsRest *self, SoupMessage *message)
{
  SoupMessageHeaders *headers = soup_message_get_request_headers (message);

  soup_message_headers_replace (headers, "Content-Type", "application/json");
  soup_message_headers_replace (headers, "Accept", "application/json");
  if (hs_config_get_boolean (self->config, "request.injectAgentVersionHeader", TRUE))
    soup_message_headers_replace (headers, "X-Cpaas-Agent", "handsetd/" HS_VERSION);
  hs_credentials_sign (self->credentials, self->session_id, headers);
}

/* A kept connection that the gateway closes under the request costs the body, too. */
static void
on_restarted (SoupMessage *message, GBytes *body)
{
  soup_message_set_request_body_from_bytes (message, "application/json", body);
}

static void
unref_body (gpointer body, GClosure *closure)
{
  g_bytes_unref (body);
}

/* Takes @body. */
static void
set_body (SoupMessage *message, GBytes *body)
{
  soup_message_set_request_body_from_bytes (message, "application/json", body);
  g_signal_connect_data (message, "restarted", G_CALLBACK (on_restarted), body, unref_body, 0);
}

static SoupMessage *
create_message (HsRest *self,
                const char *method,
                const char *path,
                JsonObject *body,
                HsRestFlags flags,
                GError **error)
{
  g_autofree char *url = NULL;
  SoupMessage *message;

  if (self->credentials == NULL || path == NULL) {
    g_set_error_literal (error, HS_AUTHENTICATION_ERROR,
                         HS_AUTHENTICATION_ERROR_INVALID_CREDENTIALS, "no credentials are set");
    return NULL;
  }
  url = dup_url (self, path, flags, error);
  message = url != NULL ? hs_transport_create_message (self->transport, method, url, error) : NULL;
  if (message == NULL)
    return NULL;
  if (body != NULL) {
    char *text = hs_json_object_to_text (json_object_ref (body));

    set_body (message, g_bytes_new_take (text, strlen (text)));
  }
  write_headers (self, message);
  return message;
}

static gint64
get_retry_after_ms (Request *request)
{
  SoupMessageHeaders *headers = soup_message_get_response_headers (request->message);
  const char *value = soup_message_headers_get_one (headers, "Retry-After");
  g_autoptr (GDateTime) date = NULL;
  guint64 seconds;

  if (value == NULL)
    return -1;
  if (g_ascii_string_to_unsigned (value, 10, 0, G_MAXINT32, &seconds, NULL))
    return (gint64) seconds * 1000;
  date = soup_date_time_new_from_http_string (value);
  if (date == NULL)
    return -1;
  return MAX (0, g_date_time_to_unix (date) * 1000 - hs_clock_get_wall_ms (request->clock));
}

static gboolean
is_success (guint status)
{
  return status >= 200 && status <= 299;
}

static gboolean
is_body_ignored (Request *request)
{
  return (request->flags & HS_REST_IGNORE_BODY) != 0 &&
         is_success (soup_message_get_status (request->message));
}

static gboolean
is_json_expected (Request *request, guint status)
{
  SoupMessageHeaders *headers = soup_message_get_response_headers (request->message);
  const char *type = soup_message_headers_get_content_type (headers, NULL);

  /* The type is not asked for a success (1.6). */
  if (is_success (status))
    return TRUE;
  return type != NULL && g_ascii_strcasecmp (type, "application/json") == 0;
}

static HsRestReply *
create_reply (Request *request)
{
  HsRestReply *reply = g_new0 (HsRestReply, 1);
  const char *phrase = soup_message_get_reason_phrase (request->message);
  g_autoptr (GError) error = NULL;

  reply->status = soup_message_get_status (request->message);
  reply->phrase = g_utf8_make_valid (phrase != NULL ? phrase : "", -1);
  reply->retry_after_ms = get_retry_after_ms (request);
  if (reply->status == SOUP_STATUS_NO_CONTENT || is_body_ignored (request)) {
    reply->body = hs_json_node_take_object (json_object_new ());
  } else if (is_json_expected (request, reply->status)) {
    reply->body = hs_wire_parse ((const char *) request->body->data, request->body->len, &error);
    reply->flaw = error != NULL ? g_strdup (error->message) : NULL;
  }
  return reply;
}

static void
finish (GTask *task)
{
  Request *request = g_task_get_task_data (task);
  gint64 elapsed_us = hs_clock_get_monotonic_us (request->clock) - request->started_us;
  HsRestReply *reply = create_reply (request);

  hs_clock_clear_timer (request->clock, &request->timer);
  g_debug ("%s answered with HTTP %u after %d ms", soup_message_get_method (request->message),
           reply->status, (int) (elapsed_us / 1000));
  g_task_return_pointer (task, reply, (GDestroyNotify) hs_rest_reply_free);
}

/* Takes @error: outside this room the network's many ways to fail have one name. */
static GError *
translate (Request *request, GError *error)
{
  g_autoptr (GError) owned = error;

  if (error->domain == HS_ERROR)
    return g_steal_pointer (&owned);
  if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return g_error_new (HS_ERROR, HS_ERROR_UNREACHABLE, "the gateway cannot be reached: %s",
                        error->message);
  if (request->timed_out)
    return g_error_new_literal (HS_ERROR, HS_ERROR_TIMED_OUT, "the gateway did not answer in time");
  return g_steal_pointer (&owned);
}

/* Takes @error. */
static void
fail (GTask *task, GError *error)
{
  Request *request = g_task_get_task_data (task);

  hs_clock_clear_timer (request->clock, &request->timer);
  hs_transport_explain (request->message, error);
  error = translate (request, error);
  g_debug ("%s failed: %s", soup_message_get_method (request->message), error->message);
  g_task_return_error (task, error);
}

/* Takes @error. When nobody wants the rest of an answer, it does not matter that it breaks off. */
static void
end_of_body (GTask *task, GError *error)
{
  if (error == NULL || (is_body_ignored (g_task_get_task_data (task)) &&
                        !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))) {
    g_clear_error (&error);
    finish (task);
  } else {
    fail (task, error);
  }
}

static void read_more (GTask *task);

static void
on_bytes (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Request *request = g_task_get_task_data (task);
  GError *error = NULL;
  g_autoptr (GBytes) bytes =
      g_input_stream_read_bytes_finish (G_INPUT_STREAM (source), result, &error);

  if (bytes == NULL || g_bytes_get_size (bytes) == 0) {
    end_of_body (task, error);
  } else if (is_body_ignored (request)) {
    read_more (g_steal_pointer (&task));
  } else if (request->body->len + g_bytes_get_size (bytes) > MAX_BODY_SIZE) {
    fail (task, g_error_new_literal (HS_ERROR, HS_ERROR_TOO_LARGE,
                                     "the gateway's answer is larger than 8 MiB"));
  } else {
    g_byte_array_append (request->body, g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
    read_more (g_steal_pointer (&task));
  }
}

/* Takes @task. */
static void
read_more (GTask *task)
{
  Request *request = g_task_get_task_data (task);

  g_input_stream_read_bytes_async (request->stream, CHUNK_SIZE, G_PRIORITY_DEFAULT,
                                   request->cancellable, on_bytes, task);
}

static void
on_headers (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Request *request = g_task_get_task_data (task);
  GError *error = NULL;

  request->stream = soup_session_send_finish (SOUP_SESSION (source), result, &error);
  if (request->stream == NULL)
    fail (task, error);
  else
    read_more (g_steal_pointer (&task));
}

static void
on_time_out (gpointer user_data)
{
  Request *request = user_data;

  request->timer = 0;
  request->timed_out = TRUE;
  g_cancellable_cancel (request->cancellable);
}

static void
on_outer_cancelled (GCancellable *outer, GCancellable *inner)
{
  g_cancellable_cancel (inner);
}

static Request *
create_request (HsRest *self, SoupMessage *message, HsRestFlags flags, GCancellable *outer)
{
  Request *request = g_new0 (Request, 1);
  gint64 limit_ms = hs_config_get_int (self->config, "request.timeout", DEFAULT_TIMEOUT_MS);

  if (limit_ms <= 0 || limit_ms > G_MAXINT32)
    limit_ms = DEFAULT_TIMEOUT_MS;
  request->clock = g_object_ref (self->clock);
  request->started_us = hs_clock_get_monotonic_us (self->clock);
  request->flags = flags;
  request->message = message;
  request->body = g_byte_array_new ();
  request->cancellable = g_cancellable_new ();
  request->timer = hs_clock_add_timer (self->clock, limit_ms, on_time_out, request);
  if (outer == NULL)
    return request;
  request->outer = g_object_ref (outer);
  request->outer_handler =
      g_signal_connect (outer, "cancelled", G_CALLBACK (on_outer_cancelled), request->cancellable);
  if (g_cancellable_is_cancelled (outer))
    g_cancellable_cancel (request->cancellable);
  return request;
}

static void
hs_rest_dispose (GObject *object)
{
  HsRest *self = HS_REST (object);

  g_clear_object (&self->clock);
  g_clear_object (&self->config);
  g_clear_object (&self->transport);
  G_OBJECT_CLASS (hs_rest_parent_class)->dispose (object);
}

static void
hs_rest_finalize (GObject *object)
{
  HsRest *self = HS_REST (object);

  g_clear_pointer (&self->credentials, hs_credentials_free);
  hs_credentials_wipe (self->session_id);
  G_OBJECT_CLASS (hs_rest_parent_class)->finalize (object);
}

static void
hs_rest_class_init (HsRestClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = hs_rest_dispose;
  object_class->finalize = hs_rest_finalize;
}

static void
hs_rest_init (HsRest *self)
{
}

HsRest *
hs_rest_new (HsClock *clock, HsConfig *config, HsTransport *transport)
{
  HsRest *self = g_object_new (HS_TYPE_REST, NULL);

  self->clock = g_object_ref (clock);
  self->config = g_object_ref (config);
  self->transport = g_object_ref (transport);
  return self;
}

void
hs_rest_take_credentials (HsRest *self, HsCredentials *credentials)
{
  g_clear_pointer (&self->credentials, hs_credentials_free);
  self->credentials = credentials;
}

const HsCredentials *
hs_rest_get_credentials (HsRest *self)
{
  return self->credentials;
}

void
hs_rest_set_session_id (HsRest *self, const char *session_id)
{
  g_clear_pointer (&self->session_id, hs_credentials_wipe);
  self->session_id = g_strdup (session_id);
}

char *
hs_rest_dup_user_path (HsRest *self, const char *resource)
{
  const char *version = hs_config_get_string (self->config, "authentication.server.version");
  g_autofree char *user = NULL;
  g_autofree char *escaped = NULL;

  if (self->credentials == NULL)
    return NULL;
  user = hs_wire_escape_segment (hs_credentials_get_user_name (self->credentials));
  escaped = hs_wire_escape_segment (version != NULL && *version != '\0' ? version : "1");
  return g_strdup_printf ("/rest/version/%s/user/%s/%s", escaped, user, resource);
}

void
hs_rest_send_async (HsRest *self,
                    const char *method,
                    const char *path,
                    JsonObject *body,
                    HsRestFlags flags,
                    GCancellable *cancellable,
                    GAsyncReadyCallback callback,
                    gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);
  GError *error = NULL;
  SoupMessage *message = create_message (self, method, path, body, flags, &error);
  Request *request;

  g_task_set_source_tag (task, hs_rest_send_async);
  if (message == NULL) {
    g_task_return_error (task, error);
    return;
  }
  request = create_request (self, message, flags, cancellable);
  g_task_set_task_data (task, request, (GDestroyNotify) request_free);
  soup_session_send_async (hs_transport_get_session (self->transport), message, PRIORITY,
                           request->cancellable, on_headers, g_steal_pointer (&task));
}

HsRestReply *
hs_rest_send_finish (HsRest *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}
