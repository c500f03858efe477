/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "hs-rpc"

/* A connection lives in the server's list until it is closed, and after that as long as one of its
 * requests does. It is closed when the client is gone, or has closed its sending half and got
 * every answer. Reading stops while too much waits to be read by the client. */

#include "hs-connection-private.h"

#include "hs-interests.h"
#include "hs-line-reader.h"
#include "hs-output.h"
#include "hs-questions.h"
#include "hs-request-private.h"
#include "hs-rpc-dispatch.h"
#include "hs-rpc-server-private.h"

#include "base/hs-error.h"
#include "base/hs-json.h"

#include <string.h>

/* Bytes per system call. */
#define CHUNK 65536

struct _HsConnection {
  GObject parent;

  HsRpcServer *server; /* borrowed: NULL once we are closed, which it sees to */
  guint number;

  /* the socket */
  GSocket *socket;
  GSource *in_source;
  GIOCondition in_condition; /* what in_source waits for */
  GSource *out_source;       /* while something waits to be written */
  gboolean is_end;           /* the client sends nothing more */

  /* messages */
  HsLineReader *reader;
  gboolean processing;
  gboolean choked; /* not read from until the client has read */
  HsOutput *output;

  GPtrArray *requests; /* borrowed, not answered yet */
  HsQuestions *questions;

  /* rights */
  gboolean read_only;
  GHashTable *allowed; /* names of methods; NULL: all */

  /* events */
  HsInterests *interests;
  gboolean numbered;
};

enum { SIGNAL_CLOSED, N_SIGNALS };
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (HsConnection, hs_connection, G_TYPE_OBJECT)

static void
clear_source (GSource **source)
{
  if (*source == NULL)
    return;
  g_source_destroy (*source);
  g_source_unref (*source);
  *source = NULL;
}

static const HsRpcLimits *
get_limits (HsConnection *self)
{
  return hs_rpc_server_get_limits (self->server);
}

/* Cancelling runs the code of whoever waits, which may end requests: none is touched after. */
static void
cancel_requests (HsConnection *self)
{
  g_autoptr (GPtrArray) cancellables = g_ptr_array_new_with_free_func (g_object_unref);

  for (guint i = 0; i < self->requests->len; i++)
    g_ptr_array_add (cancellables,
                     g_object_ref (hs_request_get_cancellable (self->requests->pdata[i])));
  for (guint i = 0; i < cancellables->len; i++)
    g_cancellable_cancel (cancellables->pdata[i]);
}

static void
flush (HsConnection *self)
{
  g_autoptr (GError) error = NULL;

  if (self->server == NULL || hs_output_flush (self->output, self->socket, &error))
    return;
  g_debug ("connection %u: %s", self->number, error->message);
  hs_connection_close (self);
}

static gboolean
is_done (HsConnection *self)
{
  return self->is_end && !self->processing && !self->choked && self->requests->len == 0 &&
         hs_output_get_size (self->output) == 0;
}

static void
close_when_done (HsConnection *self)
{
  if (self->server != NULL && is_done (self))
    hs_connection_close (self);
}

static void
take_line (HsConnection *self, HsLineStatus status, const char *text, gsize length)
{
  if (status == HS_LINE_READY) {
    hs_rpc_dispatch (self, text, length);
  } else {
    g_autoptr (GError) error = g_error_new (HS_ERROR, HS_ERROR_TOO_LARGE,
                                            "the message is longer than %" G_GSIZE_FORMAT " bytes",
                                            get_limits (self)->max_message_bytes);

    hs_rpc_dispatch_failure (self, error);
  }
}

static void
update_choked (HsConnection *self)
{
  gsize size = hs_output_get_size (self->output);
  gsize limit = get_limits (self)->max_unread_bytes;

  self->choked = self->choked ? size > limit / 2 : size > limit;
}

static void
process_lines (HsConnection *self)
{
  const char *text;
  gsize length;

  self->processing = TRUE;
  while (self->server != NULL && !self->choked) {
    HsLineStatus status = hs_line_reader_take (self->reader, get_limits (self)->max_message_bytes,
                                               self->is_end, &text, &length);

    if (status == HS_LINE_NONE)
      break;
    take_line (self, status, text, length);
    if (self->server != NULL)
      update_choked (self);
  }
  self->processing = FALSE;
}

static gboolean on_readable (GSocket *socket, GIOCondition condition, gpointer user_data);
static gboolean on_writable (GSocket *socket, GIOCondition condition, gpointer user_data);

static GSource *
watch (HsConnection *self, GIOCondition condition, GSocketSourceFunc callback)
{
  GSource *source = g_socket_create_source (self->socket, condition, NULL);

  g_source_set_callback (source, G_SOURCE_FUNC (callback), self, NULL);
  g_source_attach (source, g_main_context_get_thread_default ());
  return source;
}

static void
update_sources (HsConnection *self)
{
  gboolean wants_out = hs_output_get_size (self->output) > 0;
  /* After the end of input only the end of the other half is waited for. */
  GIOCondition wanted = self->is_end ? G_IO_HUP : G_IO_IN;

  if (self->server == NULL)
    return;
  if (self->in_source != NULL && (self->choked || self->in_condition != wanted))
    clear_source (&self->in_source);
  if (self->in_source == NULL && !self->choked) {
    self->in_source = watch (self, wanted, on_readable);
    self->in_condition = wanted;
  }
  if (!wants_out)
    clear_source (&self->out_source);
  else if (self->out_source == NULL)
    self->out_source = watch (self, G_IO_OUT, on_writable);
}

/* Works off what was read, and writes what came of it. Lines that had to wait go on as soon as
 * writing has made room: no input may ever come that would remind us of them. */
static void
work (HsConnection *self)
{
  gboolean had_to_wait = TRUE;

  update_choked (self);
  while (self->server != NULL && had_to_wait && !self->choked) {
    process_lines (self);
    had_to_wait = self->choked;
    flush (self);
    if (self->server != NULL)
      update_choked (self);
  }
  update_sources (self);
  close_when_done (self);
}

static void
on_end (HsConnection *self)
{
  self->is_end = TRUE;
  /* No answer to a question of ours can come any more. */
  hs_questions_fail_all (self->questions);
}

static gboolean
on_readable (GSocket *socket, GIOCondition condition, gpointer user_data)
{
  g_autoptr (HsConnection) self = g_object_ref (user_data);
  g_autoptr (GError) error = NULL;
  char chunk[CHUNK];
  gssize n_bytes;

  if (self->is_end) {
    /* Only waited for the other half. */
    hs_connection_close (self);
    return G_SOURCE_REMOVE;
  }
  n_bytes = g_socket_receive (socket, chunk, sizeof chunk, NULL, &error);
  if (n_bytes < 0) {
    if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK))
      hs_connection_close (self);
    return self->server != NULL;
  }
  if (n_bytes == 0)
    on_end (self);
  else
    hs_line_reader_append (self->reader, chunk, n_bytes);
  work (self);
  return G_SOURCE_CONTINUE;
}

static gboolean
on_writable (GSocket *socket, GIOCondition condition, gpointer user_data)
{
  g_autoptr (HsConnection) self = g_object_ref (user_data);

  flush (self);
  if (self->server == NULL)
    return G_SOURCE_REMOVE;
  work (self);
  return G_SOURCE_CONTINUE;
}

static void
hs_connection_dispose (GObject *object)
{
  hs_connection_close (HS_CONNECTION (object));
  G_OBJECT_CLASS (hs_connection_parent_class)->dispose (object);
}

static void
hs_connection_finalize (GObject *object)
{
  HsConnection *self = HS_CONNECTION (object);

  g_clear_object (&self->socket);
  g_clear_pointer (&self->reader, hs_line_reader_free);
  g_clear_pointer (&self->output, hs_output_free);
  g_clear_pointer (&self->requests, g_ptr_array_unref);
  g_clear_pointer (&self->questions, hs_questions_free);
  g_clear_pointer (&self->allowed, g_hash_table_unref);
  g_clear_pointer (&self->interests, hs_interests_free);
  G_OBJECT_CLASS (hs_connection_parent_class)->finalize (object);
}

static void
hs_connection_class_init (HsConnectionClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = hs_connection_dispose;
  G_OBJECT_CLASS (klass)->finalize = hs_connection_finalize;
  signals[SIGNAL_CLOSED] = g_signal_new ("closed", HS_TYPE_CONNECTION, G_SIGNAL_RUN_LAST, 0, NULL,
                                         NULL, NULL, G_TYPE_NONE, 0);
}

static void
hs_connection_init (HsConnection *self)
{
  self->reader = hs_line_reader_new ();
  self->output = hs_output_new ();
  self->requests = g_ptr_array_new ();
  self->interests = hs_interests_new ();
}

HsConnection *
hs_connection_new (HsRpcServer *server, GSocket *socket, guint number)
{
  HsConnection *self = g_object_new (HS_TYPE_CONNECTION, NULL);

  self->server = server;
  self->socket = g_object_ref (socket);
  self->number = number;
  self->questions = hs_questions_new (hs_rpc_server_get_clock (server));
  g_socket_set_blocking (socket, FALSE);
  return self;
}

void
hs_connection_start (HsConnection *self)
{
  update_sources (self);
}

void
hs_connection_close (HsConnection *self)
{
  g_autoptr (HsConnection) alive = NULL;
  g_autoptr (GError) error = NULL;
  HsRpcServer *server = g_steal_pointer (&self->server);

  if (server == NULL)
    return;
  alive = g_object_ref (self);
  clear_source (&self->in_source);
  clear_source (&self->out_source);
  if (!hs_output_flush (self->output, self->socket, &error))
    g_debug ("connection %u: %s", self->number, error->message);
  g_socket_close (self->socket, NULL);
  hs_interests_clear (self->interests);
  hs_rpc_server_forget (server, self);
  cancel_requests (self);
  hs_questions_fail_all (self->questions);
  g_signal_emit (self, signals[SIGNAL_CLOSED], 0);
}

guint
hs_connection_get_number (HsConnection *self)
{
  return self->number;
}

gboolean
hs_connection_is_closed (HsConnection *self)
{
  return self->server == NULL;
}

HsRpcServer *
hs_connection_get_server (HsConnection *self)
{
  return self->server;
}

/* While lines are processed, what comes of them is written at the end. */
static void
send_soon (HsConnection *self)
{
  if (self->server != NULL && !self->processing && self->out_source == NULL)
    self->out_source = watch (self, G_IO_OUT, on_writable);
}

void
hs_connection_send (HsConnection *self, GBytes *line)
{
  if (self->server == NULL) {
    g_bytes_unref (line);
    return;
  }
  hs_output_take (self->output, line);
  send_soon (self);
}

void
hs_connection_add_request (HsConnection *self, HsRequest *request)
{
  g_ptr_array_add (self->requests, request);
}

void
hs_connection_remove_request (HsConnection *self, HsRequest *request)
{
  g_ptr_array_remove_fast (self->requests, request);
  close_when_done (self);
}

guint
hs_connection_count_requests (HsConnection *self)
{
  return self->requests->len;
}

gboolean
hs_connection_cancel_requests (HsConnection *self, JsonNode *id, HsRequest *except)
{
  g_autoptr (GPtrArray) cancellables = g_ptr_array_new_with_free_func (g_object_unref);

  /* Answering takes the request out of the array. */
  for (guint i = self->requests->len; i > 0; i--) {
    HsRequest *request = self->requests->pdata[i - 1];

    if (request == except || !hs_request_has_id (request, id))
      continue;
    g_ptr_array_add (cancellables, g_object_ref (hs_request_get_cancellable (request)));
    hs_request_answer_cancelled (request);
  }
  for (guint i = 0; i < cancellables->len; i++)
    g_cancellable_cancel (cancellables->pdata[i]);
  return cancellables->len > 0;
}

void
hs_connection_take_answer (HsConnection *self, JsonObject *message)
{
  if (!hs_questions_answer (self->questions, message))
    g_debug ("connection %u: an answer to nothing that was asked", self->number);
}

void
hs_connection_ask_async (HsConnection *self,
                         const char *method,
                         JsonObject *params,
                         guint timeout_ms,
                         GCancellable *cancellable,
                         GAsyncReadyCallback callback,
                         gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);
  g_autofree char *text = NULL;
  JsonObject *message;
  char *line;

  g_task_set_source_tag (task, hs_connection_ask_async);
  if (g_task_return_error_if_cancelled (task))
    return;
  if (self->server == NULL || self->is_end) {
    g_task_return_new_error (task, HS_ERROR, HS_ERROR_CLOSED, "the client is gone");
    return;
  }
  message = json_object_new ();
  json_object_set_string_member (message, "jsonrpc", "2.0");
  json_object_set_string_member (
      message, "id", hs_questions_add (self->questions, g_steal_pointer (&task), timeout_ms));
  json_object_set_string_member (message, "method", method);
  if (params != NULL)
    json_object_set_object_member (message, "params", json_object_ref (params));
  text = hs_json_object_to_text (message);
  line = g_strconcat (text, "\n", NULL);
  hs_connection_send (self, g_bytes_new_take (line, strlen (line)));
}

JsonNode *
hs_connection_ask_finish (HsConnection *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

/* Takes away what is not in @methods; those about the rights themselves stay. */
void
hs_connection_restrict (HsConnection *self, gboolean read_only, JsonArray *methods)
{
  g_autoptr (GHashTable) before = g_steal_pointer (&self->allowed);

  self->read_only = self->read_only || read_only;
  self->allowed = before != NULL && methods == NULL ? g_hash_table_ref (before) : NULL;
  if (methods == NULL)
    return;
  self->allowed = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  for (guint i = 0; i < json_array_get_length (methods); i++) {
    const char *name = json_array_get_string_element (methods, i);

    if (before == NULL || g_hash_table_contains (before, name))
      g_hash_table_add (self->allowed, g_strdup (name));
  }
}

gboolean
hs_connection_may_call (HsConnection *self, const HsMethod *method)
{
  if (g_str_has_prefix (method->name, "rpc."))
    return TRUE;
  if (self->read_only && !method->read_only)
    return FALSE;
  return self->allowed == NULL || g_hash_table_contains (self->allowed, method->name);
}

gboolean
hs_connection_add_interest (HsConnection *self,
                            const char *type,
                            JsonObject *filter,
                            GError **error)
{
  return hs_interests_add (self->interests, type, filter, error);
}

void
hs_connection_remove_interest (HsConnection *self, const char *type, JsonObject *filter)
{
  hs_interests_remove (self->interests, type, filter);
  if (hs_interests_is_empty (self->interests))
    self->numbered = FALSE;
}

void
hs_connection_set_numbered (HsConnection *self, gboolean numbered)
{
  self->numbered = numbered;
}

static void
lose_interests (HsConnection *self, guint64 last_seq)
{
  char *text = g_strdup_printf ("{\"jsonrpc\":\"2.0\",\"method\":\"rpc:overflow\","
                                "\"params\":{\"seq\":%" G_GUINT64_FORMAT "}}\n",
                                last_seq);

  g_message ("connection %u does not read its events and gets no more", self->number);
  hs_interests_clear (self->interests);
  self->numbered = FALSE;
  hs_connection_send (self, g_bytes_new_take (text, strlen (text)));
}

void
hs_connection_send_event (HsConnection *self, const HsEventRecord *record, JsonObject *params)
{
  gsize size = hs_output_get_size (self->output) + g_bytes_get_size (record->start);

  if (self->server == NULL || !hs_interests_match (self->interests, record->name, params))
    return;
  if (size > get_limits (self)->max_unread_bytes) {
    lose_interests (self, record->seq - 1);
    return;
  }
  hs_output_take (self->output, g_bytes_ref (record->start));
  hs_output_take (self->output, hs_event_record_make_end (record, self->numbered));
  send_soon (self);
}
