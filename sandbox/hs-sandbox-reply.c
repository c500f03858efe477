/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "hs-sandbox"

#include "hs-sandbox-reply.h"
#include "hs-sandbox-fault-rule.h"
#include "hs-sandbox-json.h"

#include <string.h>

#define ALLOWED_METHODS "GET, POST, PUT, DELETE"
#define ALLOWED_HEADERS "content-type, accept, authorization, x-token, x-session, x-cpaas-agent"
#define PREFLIGHT_AGE_S "600"

/* How much more than comes an answer announces that breaks off. */
#define MISSING_BYTES 100

struct _HsSandboxReplies {
  HsSandboxWire *wire; /* borrowed: outlives us */
  GPtrArray *late;     /* Reply */
  GPtrArray *silent;   /* Silence */
  GCancellable *cancellable;
};

typedef struct {
  HsSandboxReplies *replies;
  HsSandboxExchange *exchange;
  HsSandboxFault *fault;
  guint timer;
} Reply;

/* A connection that is kept open without a word until the client gives up. */
typedef struct {
  HsSandboxReplies *replies;
  GIOStream *stream;
  guint8 buffer[256];
} Silence;

static void
reply_free (Reply *reply)
{
  g_clear_handle_id (&reply->timer, g_source_remove);
  g_object_unref (reply->exchange);
  g_clear_pointer (&reply->fault, hs_sandbox_fault_unref);
  g_free (reply);
}

static void
silence_free (Silence *silence)
{
  g_object_unref (silence->stream);
  g_free (silence);
}

HsSandboxReplies *
hs_sandbox_replies_new (HsSandboxWire *wire)
{
  HsSandboxReplies *replies = g_new0 (HsSandboxReplies, 1);

  replies->wire = wire;
  replies->late = g_ptr_array_new ();
  replies->silent = g_ptr_array_new ();
  replies->cancellable = g_cancellable_new ();
  return replies;
}

/* What a reply says */

static guint
get_status (HsSandboxExchange *exchange, HsSandboxFault *fault)
{
  if (fault && fault->status)
    return fault->status;
  return hs_sandbox_exchange_is_replied (exchange) ? hs_sandbox_exchange_get_status (exchange)
                                                   : SOUP_STATUS_OK;
}

static const char *
get_content_type (HsSandboxExchange *exchange, HsSandboxFault *fault)
{
  if (fault && fault->content_type)
    return fault->content_type;
  if ((fault && fault->status) || !hs_sandbox_exchange_is_replied (exchange))
    return "application/json";
  return hs_sandbox_exchange_get_content_type (exchange);
}

/* A fault with a code but no body puts it where the kind of request has it. */
static char *
new_text (HsSandboxExchange *exchange, HsSandboxFault *fault)
{
  if (fault && fault->body)
    return g_strdup (fault->body);
  if (fault && fault->status_code >= 0)
    return hs_sandbox_exchange_new_code_text (exchange, fault->status, fault->status_code);
  return g_strdup (fault && fault->status ? "" : hs_sandbox_exchange_get_reply (exchange));
}

static void
add_cors (HsSandboxExchange *exchange, SoupMessageHeaders *headers)
{
  const char *origin = hs_sandbox_exchange_get_header (exchange, "Origin");

  if (!origin)
    return;
  soup_message_headers_replace (headers, "Access-Control-Allow-Origin", origin);
  soup_message_headers_replace (headers, "Vary", "Origin");
  if (!hs_sandbox_exchange_get_header (exchange, "Access-Control-Request-Method"))
    return;
  soup_message_headers_replace (headers, "Access-Control-Allow-Methods", ALLOWED_METHODS);
  soup_message_headers_replace (headers, "Access-Control-Allow-Headers", ALLOWED_HEADERS);
  soup_message_headers_replace (headers, "Access-Control-Max-Age", PREFLIGHT_AGE_S);
  /* Browsers ask before a page from elsewhere may speak with this machine. */
  if (hs_sandbox_exchange_get_header (exchange, "Access-Control-Request-Private-Network"))
    soup_message_headers_replace (headers, "Access-Control-Allow-Private-Network", "true");
}

/* @text: (nullable): what was sent; NULL when the connection is no longer heard of */
static void
write_record (HsSandboxReplies *replies,
              HsSandboxExchange *exchange,
              guint status,
              const char *text)
{
  g_autoptr (GBytes) bytes = NULL;
  JsonObject *record, *body;

  if (!hs_sandbox_wire_is_open (replies->wire))
    return;
  record = json_object_new ();
  bytes = text ? g_bytes_new_static (text, strlen (text)) : NULL;
  body = text ? hs_sandbox_json_parse (bytes, NULL) : NULL;
  json_object_set_string_member (record, "dir", "http-reply");
  hs_sandbox_json_set_string (record, "user", hs_sandbox_exchange_get_user (exchange));
  json_object_set_string_member (record, "path", hs_sandbox_exchange_get_path (exchange));
  if (text)
    json_object_set_int_member (record, "status", status);
  else
    json_object_set_string_member (record, "fault", "no whole answer");
  if (body)
    json_object_set_object_member (record, "response", body);
  hs_sandbox_wire_write (replies->wire, record);
}

/* Ways of sending it */

static void
send_whole (Reply *reply)
{
  SoupServerMessage *message = hs_sandbox_exchange_get_message (reply->exchange);
  SoupMessageHeaders *headers = soup_server_message_get_response_headers (message);
  g_autofree char *text = new_text (reply->exchange, reply->fault);
  const char *content_type = get_content_type (reply->exchange, reply->fault);
  guint status = get_status (reply->exchange, reply->fault);
  JsonObject *more = reply->fault ? reply->fault->headers : NULL;
  g_autoptr (GList) names = more ? json_object_get_members (more) : NULL;

  write_record (reply->replies, reply->exchange, status, text);
  soup_server_message_set_status (message, status, NULL);
  soup_server_message_set_response (message, content_type, SOUP_MEMORY_COPY, text, strlen (text));
  add_cors (reply->exchange, headers);
  for (GList *l = names; l; l = l->next)
    soup_message_headers_replace (headers, l->data, json_object_get_string_member (more, l->data));
}

static void on_finished (SoupServerMessage *message, gpointer user_data);

/* The message lets go of its connection, and with it of us. */
static GIOStream *
take_connection (Reply *reply)
{
  SoupServerMessage *message = hs_sandbox_exchange_get_message (reply->exchange);
  GIOStream *stream = soup_server_message_steal_connection (message);

  write_record (reply->replies, reply->exchange, 0, NULL);
  g_signal_handlers_disconnect_by_func (message, on_finished, reply->exchange);
  hs_sandbox_exchange_settle (reply->exchange);
  return stream;
}

static void
send_half (Reply *reply, GOutputStream *stream)
{
  g_autofree char *text = new_text (reply->exchange, reply->fault);
  guint status = get_status (reply->exchange, reply->fault);
  gsize length = strlen (text);
  g_autofree char *half = g_strdup_printf (
      "HTTP/1.1 %u %s\r\nContent-Type: %s\r\nContent-Length: %" G_GSIZE_FORMAT "\r\n\r\n%.*s",
      status, soup_status_get_phrase (status), get_content_type (reply->exchange, reply->fault),
      length + MISSING_BYTES, (int) (length / 2), text);

  /* It fits any socket buffer. */
  g_output_stream_write_all (stream, half, strlen (half), NULL, NULL, NULL);
}

static void
cut_connection (Reply *reply, gboolean say_half)
{
  g_autoptr (GSocket) raw = g_object_ref (
      soup_server_message_get_socket (hs_sandbox_exchange_get_message (reply->exchange)));
  g_autoptr (GIOStream) stream = take_connection (reply);

  if (say_half)
    send_half (reply, g_io_stream_get_output_stream (stream));
  g_socket_shutdown (raw, TRUE, TRUE, NULL);
}

static void listen_in_silence (Silence *silence);

static void
on_heard (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Silence *silence = user_data;
  gssize n = g_input_stream_read_finish (G_INPUT_STREAM (source), result, NULL);

  if (n > 0) {
    listen_in_silence (silence);
    return;
  }
  if (silence->replies)
    g_ptr_array_remove (silence->replies->silent, silence);
  silence_free (silence);
}

static void
listen_in_silence (Silence *silence)
{
  g_input_stream_read_async (g_io_stream_get_input_stream (silence->stream), silence->buffer,
                             sizeof silence->buffer, G_PRIORITY_DEFAULT,
                             silence->replies ? silence->replies->cancellable : NULL, on_heard,
                             silence);
}

static void
keep_silent (Reply *reply)
{
  Silence *silence = g_new0 (Silence, 1);

  silence->replies = reply->replies;
  silence->stream = take_connection (reply);
  g_ptr_array_add (reply->replies->silent, silence);
  listen_in_silence (silence);
}

static void
send_reply (Reply *reply)
{
  switch (reply->fault ? reply->fault->answer : HS_SANDBOX_ANSWER_WHOLE) {
  case HS_SANDBOX_ANSWER_WHOLE:
    send_whole (reply);
    return;
  case HS_SANDBOX_ANSWER_HALF:
    cut_connection (reply, TRUE);
    return;
  case HS_SANDBOX_ANSWER_CLOSE:
    cut_connection (reply, FALSE);
    return;
  case HS_SANDBOX_ANSWER_NEVER:
    keep_silent (reply);
    return;
  }
}

static gboolean
on_late (gpointer user_data)
{
  Reply *reply = user_data;
  SoupServerMessage *message = hs_sandbox_exchange_get_message (reply->exchange);

  reply->timer = 0;
  g_ptr_array_remove (reply->replies->late, reply);
  send_reply (reply);
  if (!reply->fault || reply->fault->answer == HS_SANDBOX_ANSWER_WHOLE)
    soup_server_message_unpause (message);
  reply_free (reply);
  return G_SOURCE_REMOVE;
}

static void
on_finished (SoupServerMessage *message, gpointer user_data)
{
  HsSandboxExchange *exchange = user_data;

  hs_sandbox_exchange_settle (exchange);
  g_signal_handlers_disconnect_by_func (message, on_finished, exchange);
}

void
hs_sandbox_replies_send (HsSandboxReplies *replies,
                         HsSandboxExchange *exchange,
                         HsSandboxFault *fault)
{
  SoupServerMessage *message = hs_sandbox_exchange_get_message (exchange);
  Reply *reply = g_new0 (Reply, 1);

  reply->replies = replies;
  reply->exchange = g_object_ref (exchange);
  reply->fault = fault ? hs_sandbox_fault_ref (fault) : NULL;
  g_signal_connect_data (message, "finished", G_CALLBACK (on_finished), g_object_ref (exchange),
                         (GClosureNotify) (void (*) (void)) g_object_unref, 0);
  if (fault && (fault->delay_ms > 0 || fault->answer != HS_SANDBOX_ANSWER_WHOLE)) {
    /* A connection can be taken away only from a message that is not being worked on. */
    soup_server_message_pause (message);
    reply->timer = g_timeout_add (fault->delay_ms, on_late, reply);
    g_ptr_array_add (replies->late, reply);
    return;
  }
  send_reply (reply);
  reply_free (reply);
}

void
hs_sandbox_replies_free (HsSandboxReplies *replies)
{
  for (guint i = 0; i < replies->late->len; i++) {
    Reply *reply = replies->late->pdata[i];
    g_autoptr (GIOStream) stream = take_connection (reply);

    reply_free (reply);
  }
  for (guint i = 0; i < replies->silent->len; i++)
    ((Silence *) replies->silent->pdata[i])->replies = NULL;
  g_cancellable_cancel (replies->cancellable);
  g_ptr_array_unref (replies->late);
  g_ptr_array_unref (replies->silent);
  g_object_unref (replies->cancellable);
  g_free (replies);
}
