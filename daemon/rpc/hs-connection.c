/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "hs-rpc"

/* A connection lives in the server's list until it is closed, and after that as long as one of its
 * requests does. It is closed when the client is gone, or has closed its sending half and got
 * every answer. */

#include "hs-connection-socket.h"

#include "hs-request-private.h"
#include "hs-rpc-server-private.h"

#include "base/hs-error.h"
#include "base/hs-json.h"

#include <string.h>

enum { SIGNAL_CLOSED, N_SIGNALS };
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (HsConnection, hs_connection, G_TYPE_OBJECT)

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
  hs_connection_open_socket (self);
}

void
hs_connection_close (HsConnection *self)
{
  g_autoptr (HsConnection) alive = NULL;
  HsRpcServer *server = g_steal_pointer (&self->server);

  if (server == NULL)
    return;
  alive = g_object_ref (self);
  hs_connection_close_socket (self);
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

void
hs_connection_send (HsConnection *self, GBytes *line)
{
  if (self->server == NULL) {
    g_bytes_unref (line);
    return;
  }
  hs_output_take (self->output, line);
  hs_connection_write_soon (self);
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
  hs_connection_close_when_done (self);
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
  if (size > hs_rpc_server_get_limits (self->server)->max_unread_bytes) {
    lose_interests (self, record->seq - 1);
    return;
  }
  hs_output_take (self->output, g_bytes_ref (record->start));
  hs_output_take (self->output, hs_event_record_make_end (record, self->numbered));
  hs_connection_write_soon (self);
}
