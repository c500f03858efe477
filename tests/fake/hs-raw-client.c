/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "hs-raw-client.h"

#include <string.h>
#include <unistd.h>

static JsonObject *
parse (const char *text)
{
  g_autoptr (JsonNode) node = json_from_string (text, NULL);

  return node && JSON_NODE_HOLDS_OBJECT (node) ? json_object_ref (json_node_get_object (node))
                                               : NULL;
}

/* The process */

static void
read_announcement (HsRawGateway *gateway)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *line = g_data_input_stream_read_line (gateway->output, NULL, NULL, &error);
  g_autoptr (JsonObject) ready = NULL;

  g_assert_no_error (error);
  if (!line) {
    g_subprocess_wait (gateway->process, NULL, NULL);
    g_error ("the sandbox did not start: status %d", g_subprocess_get_status (gateway->process));
  }
  ready = parse (line);
  g_assert_nonnull (ready);
  gateway->port = json_object_get_int_member (ready, "port");
  gateway->url = g_strdup (json_object_get_string_member (ready, "url"));
  if (json_object_has_member (ready, "certificate"))
    gateway->certificate = g_strdup (json_object_get_string_member (ready, "certificate"));
}

static SoupSession *
new_session (HsRawGateway *gateway)
{
  SoupSession *session = soup_session_new_with_options ("max-conns-per-host", 50, NULL);
  g_autoptr (GTlsDatabase) database = NULL;
  g_autoptr (GError) error = NULL;

  if (gateway->certificate) {
    database = g_tls_file_database_new (gateway->certificate, &error);
    g_assert_no_error (error);
    soup_session_set_tls_database (session, database);
  }
  return session;
}

HsRawGateway *
hs_raw_gateway_start (const char *arguments)
{
  HsRawGateway *gateway = g_new0 (HsRawGateway, 1);
  g_autofree char *command = g_strdup_printf ("%s --exit-with-parent %s", g_getenv ("HS_SANDBOX"),
                                              arguments ? arguments : "");
  g_auto (GStrv) argv = g_strsplit (g_strchomp (command), " ", -1);
  g_autoptr (GError) error = NULL;

  gateway->process =
      g_subprocess_newv ((const char *const *) argv, G_SUBPROCESS_FLAGS_STDOUT_PIPE, &error);
  g_assert_no_error (error);
  gateway->output = g_data_input_stream_new (g_subprocess_get_stdout_pipe (gateway->process));
  read_announcement (gateway);
  gateway->session = new_session (gateway);
  return gateway;
}

void
hs_raw_gateway_stop (HsRawGateway *gateway)
{
  g_autoptr (GError) error = NULL;

  soup_session_abort (gateway->session);
  g_subprocess_send_signal (gateway->process, SIGTERM);
  alarm (HS_RAW_WATCHDOG_S);
  g_subprocess_wait_check (gateway->process, NULL, &error);
  alarm (0);
  g_assert_no_error (error);
  g_object_unref (gateway->session);
  g_object_unref (gateway->output);
  g_object_unref (gateway->process);
  g_free (gateway->url);
  g_free (gateway->certificate);
  g_free (gateway);
}

/* Requests */

void
hs_raw_reply_free (HsRawReply *reply)
{
  g_free (reply->content_type);
  g_free (reply->text);
  g_clear_pointer (&reply->body, json_object_unref);
  g_clear_pointer (&reply->headers, soup_message_headers_unref);
  g_clear_error (&reply->error);
  g_object_unref (reply->cancellable);
  g_free (reply);
}

static void
on_replied (GObject *source, GAsyncResult *result, gpointer user_data)
{
  SoupSession *session = SOUP_SESSION (source);
  HsRawReply *reply = user_data;
  SoupMessage *message = soup_session_get_async_result_message (session, result);
  g_autoptr (GBytes) bytes = soup_session_send_and_read_finish (session, result, &reply->error);

  reply->is_done = TRUE;
  reply->order = ++reply->gateway->n_events;
  reply->status = soup_message_get_status (message);
  reply->headers = soup_message_headers_ref (soup_message_get_response_headers (message));
  reply->content_type = g_strdup (soup_message_headers_get_content_type (reply->headers, NULL));
  if (bytes) {
    reply->text = g_bytes_get_size (bytes) > 0
                      ? g_strndup (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes))
                      : g_strdup ("");
    reply->body = parse (reply->text);
  }
}

HsRawReply *
hs_raw_gateway_begin (HsRawGateway *gateway,
                      const char *method,
                      const char *path,
                      const char *body,
                      const char *header)
{
  HsRawReply *reply = g_new0 (HsRawReply, 1);
  g_autofree char *url = g_strconcat (gateway->url, path, NULL);
  g_autoptr (SoupMessage) message = soup_message_new (method, url);
  g_auto (GStrv) lines = g_strsplit (header ? header : "", "\n", -1);

  reply->gateway = gateway;
  reply->cancellable = g_cancellable_new ();
  for (guint i = 0; lines[i] && *lines[i]; i++) {
    g_auto (GStrv) pair = g_strsplit (lines[i], ": ", 2);

    soup_message_headers_append (soup_message_get_request_headers (message), pair[0], pair[1]);
  }
  if (body) {
    g_autoptr (GBytes) bytes = g_bytes_new (body, strlen (body));

    soup_message_set_request_body_from_bytes (message, "application/json", bytes);
  }
  /* A faulty answer is to be seen, not tried again. */
  soup_message_add_flags (message, SOUP_MESSAGE_NO_REDIRECT | SOUP_MESSAGE_NEW_CONNECTION);
  soup_session_send_and_read_async (gateway->session, message, G_PRIORITY_DEFAULT,
                                    reply->cancellable, on_replied, reply);
  return reply;
}

void
hs_raw_reply_wait (HsRawReply *reply)
{
  HS_RAW_WAIT_UNTIL (reply->is_done);
}

HsRawReply *
hs_raw_gateway_request (HsRawGateway *gateway,
                        const char *method,
                        const char *path,
                        const char *body,
                        const char *header)
{
  HsRawReply *reply = hs_raw_gateway_begin (gateway, method, path, body, header);

  hs_raw_reply_wait (reply);
  return reply;
}

void
hs_raw_gateway_order (HsRawGateway *gateway, const char *path, const char *body)
{
  g_autoptr (HsRawReply) reply = hs_raw_gateway_request (gateway, "POST", path, body, NULL);

  g_assert_no_error (reply->error);
  if (reply->status != 200)
    g_error ("%s: %s", body, reply->text);
}

JsonObject *
hs_raw_gateway_get_state (HsRawGateway *gateway)
{
  g_autoptr (HsRawReply) reply =
      hs_raw_gateway_request (gateway, "GET", "/sandbox/state", NULL, NULL);

  g_assert_nonnull (reply->body);
  return json_object_ref (reply->body);
}

int
hs_raw_reply_get_code (HsRawReply *reply)
{
  g_autoptr (GList) members = NULL;

  if (!reply->body)
    return -1;
  if (json_object_has_member (reply->body, "statusCode"))
    return json_object_get_int_member (reply->body, "statusCode");
  members = json_object_get_members (reply->body);
  g_assert_cmpuint (g_list_length (members), ==, 1);
  return json_object_get_int_member (json_object_get_object_member (reply->body, members->data),
                                     "statusCode");
}

/* Clients */

typedef struct {
  char *text;
  guint order;
} Frame;

static void
frame_free (Frame *frame)
{
  g_free (frame->text);
  g_free (frame);
}

HsRawClient *
hs_raw_client_subscribe (HsRawGateway *gateway,
                         const char *user,
                         const char *body,
                         HsRawReply **out_reply)
{
  HsRawClient *client = g_new0 (HsRawClient, 1);
  g_autofree char *secret = g_strdup_printf ("%s:secret", user);
  g_autofree char *encoded = g_base64_encode ((const guchar *) secret, strlen (secret));
  g_autoptr (HsRawReply) reply = NULL;
  JsonObject *response;

  client->gateway = gateway;
  client->user = g_strdup (user);
  client->header = g_strdup_printf ("Authorization: Basic %s", encoded);
  reply = hs_raw_client_request (client, "POST", "/subscription", body);
  g_assert_no_error (reply->error);
  if (reply->status == 200) {
    response = json_object_get_object_member (reply->body, "subscribeResponse");
    client->subscription = g_strdup (json_object_get_string_member (response, "subscription"));
    client->channel =
        g_strdup (hs_raw_get_text (response, "subscriptionParams", "notificationChannel"));
  }
  if (out_reply)
    *out_reply = g_steal_pointer (&reply);
  return client;
}

HsRawClient *
hs_raw_client_new (HsRawGateway *gateway, const char *user)
{
  HsRawClient *client = hs_raw_client_subscribe (
      gateway, user, "{\"subscribeRequest\":{\"expires\":3600,\"service\":[\"call\",\"IM\"]}}",
      NULL);

  hs_raw_client_connect (client);
  return client;
}

static void
forget_socket (HsRawClient *client)
{
  if (client->socket)
    g_signal_handlers_disconnect_by_data (client->socket, client);
  g_clear_object (&client->socket);
}

void
hs_raw_client_free (HsRawClient *client)
{
  forget_socket (client);
  g_queue_clear_full (&client->frames, (GDestroyNotify) frame_free);
  g_free (client->user);
  g_free (client->header);
  g_free (client->subscription);
  g_free (client->channel);
  g_free (client);
}

static void
on_message (SoupWebsocketConnection *socket, int type, GBytes *bytes, gpointer user_data)
{
  HsRawClient *client = user_data;
  Frame *frame = g_new0 (Frame, 1);

  frame->text = g_strndup (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
  frame->order = ++client->gateway->n_events;
  g_queue_push_tail (&client->frames, frame);
}

static void
on_closed (SoupWebsocketConnection *socket, gpointer user_data)
{
  HsRawClient *client = user_data;

  client->is_closed = TRUE;
  client->close_code = soup_websocket_connection_get_close_code (socket);
}

typedef struct {
  SoupWebsocketConnection *socket;
  gboolean is_done;
} Opening;

static void
on_opened (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Opening *opening = user_data;

  g_autoptr (GError) error = NULL;

  opening->socket = soup_session_websocket_connect_finish (SOUP_SESSION (source), result, &error);
  if (error)
    g_test_message ("no websocket: %s", error->message);
  opening->is_done = TRUE;
}

gboolean
hs_raw_client_try_connect (HsRawClient *client, const char *query)
{
  g_autofree char *url = g_strconcat (client->gateway->url, client->channel, query, NULL);
  g_autoptr (SoupMessage) message = soup_message_new ("GET", url);
  Opening opening = { 0 };

  soup_session_websocket_connect_async (client->gateway->session, message, NULL, NULL,
                                        G_PRIORITY_DEFAULT, NULL, on_opened, &opening);
  HS_RAW_WAIT_UNTIL (opening.is_done);
  if (!opening.socket)
    return FALSE;
  forget_socket (client);
  client->socket = opening.socket;
  client->is_closed = FALSE;
  g_signal_connect (client->socket, "message", G_CALLBACK (on_message), client);
  g_signal_connect (client->socket, "closed", G_CALLBACK (on_closed), client);
  return TRUE;
}

void
hs_raw_client_connect (HsRawClient *client)
{
  g_assert_true (hs_raw_client_try_connect (client, ""));
}

void
hs_raw_client_wait_closed (HsRawClient *client)
{
  HS_RAW_WAIT_UNTIL (client->is_closed);
}

HsRawReply *
hs_raw_client_request (HsRawClient *client, const char *method, const char *path, const char *body)
{
  g_autofree char *whole = g_strdup_printf ("/rest/version/1/user/%s%s", client->user, path);

  return hs_raw_gateway_request (client->gateway, method, whole, body, client->header);
}

HsRawReply *
hs_raw_client_put (HsRawClient *client, const char *sid, const char *type, const char *more)
{
  g_autofree char *path = g_strdup_printf ("/callControl/callSessions/%s", sid);
  g_autofree char *body = g_strdup_printf ("{\"callControlRequest\":{\"type\":\"%s\"%s%s}}", type,
                                           more ? "," : "", more ? more : "");

  return hs_raw_client_request (client, "PUT", path, body);
}

char *
hs_raw_client_call (HsRawClient *client, const char *to, const char *sdp)
{
  g_autofree char *body = g_strdup_printf ("{\"callControlRequest\":{\"type\":\"callStart\","
                                           "\"to\":\"sip:%s\",\"sdp\":\"%s\",\"from\":\"sip:%s\"}}",
                                           to, sdp, client->user);
  g_autoptr (HsRawReply) reply = hs_raw_client_request (client, "POST", "/callControl", body);

  hs_raw_reply_assert (reply, 200, 0);
  return g_strdup (hs_raw_get_text (reply->body, "callControlResponse", "sessionData"));
}

char *
hs_raw_client_expect_frame (HsRawClient *client)
{
  Frame *frame;
  char *text;

  HS_RAW_WAIT_UNTIL (!g_queue_is_empty (&client->frames));
  frame = g_queue_pop_head (&client->frames);
  client->last_order = frame->order;
  text = g_steal_pointer (&frame->text);
  frame_free (frame);
  return text;
}

JsonObject *
hs_raw_client_expect (HsRawClient *client, const char *type)
{
  g_autofree char *text = hs_raw_client_expect_frame (client);
  g_autoptr (JsonObject) frame = parse (text);
  JsonObject *message;

  g_assert_nonnull (frame);
  g_assert_true (json_object_has_member (frame, "notificationMessage"));
  message = json_object_get_object_member (frame, "notificationMessage");
  g_assert_cmpstr (json_object_get_string_member (message, "eventType"), ==, type);
  return json_object_ref (message);
}

char *
hs_raw_client_expect_sid (HsRawClient *client, const char *type)
{
  g_autoptr (JsonObject) message = hs_raw_client_expect (client, type);

  return g_strdup (hs_raw_get_text (message, "sessionParams", "sessionData"));
}

void
hs_raw_client_expect_end (HsRawClient *client, const char *type, const char *sid, int status_code)
{
  g_autoptr (JsonObject) message = hs_raw_client_expect (client, type);

  g_assert_cmpstr (hs_raw_get_text (message, "sessionParams", "sessionData"), ==, sid);
  g_assert_cmpint (hs_raw_get_int (message, "sessionParams", "statusCode"), ==, status_code);
}

void
hs_raw_client_expect_nothing (HsRawClient *client)
{
  g_autofree char *body = g_strdup_printf (
      "{\"user\":\"%s\",\"message\":{\"eventType\":\"nothingBefore\"}}", client->user);
  g_autoptr (JsonObject) marker = NULL;

  hs_raw_gateway_order (client->gateway, "/sandbox/notify", body);
  marker = hs_raw_client_expect (client, "nothingBefore");
}

const char *
hs_raw_get_text (JsonObject *message, const char *object, const char *member)
{
  JsonObject *inner = json_object_get_object_member (message, object);

  return json_object_has_member (inner, member) ? json_object_get_string_member (inner, member)
                                                : NULL;
}

gint64
hs_raw_get_int (JsonObject *message, const char *object, const char *member)
{
  JsonObject *inner = json_object_get_object_member (message, object);

  return json_object_has_member (inner, member) ? json_object_get_int_member (inner, member) : 0;
}
