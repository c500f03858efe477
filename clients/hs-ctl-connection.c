/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "handsetctl"

#include "hs-ctl-connection.h"

#include <gio/gunixsocketaddress.h>

G_DEFINE_QUARK (hs - ctl - error, hs_ctl_error)

struct _HsCtlConnection {
  GSocketConnection *stream;
  GDataInputStream *input;
  GQueue events; /* of JsonObject: came while an answer was waited for */
  gint64 last_id;
};

char *
hs_ctl_default_socket_path (void)
{
  return g_build_filename (g_get_user_runtime_dir (), "handset", "control.sock", NULL);
}

HsCtlConnection *
hs_ctl_connection_open (const char *path, GError **error)
{
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  g_autoptr (GSocketAddress) address = g_unix_socket_address_new (path);
  g_autoptr (GError) problem = NULL;
  HsCtlConnection *self;
  GSocketConnection *stream;

  stream = g_socket_client_connect (client, G_SOCKET_CONNECTABLE (address), NULL, &problem);
  if (stream == NULL) {
    g_set_error (error, problem->domain, problem->code, "no daemon answers at %s (%s)", path,
                 problem->message);
    return NULL;
  }
  self = g_new0 (HsCtlConnection, 1);
  g_queue_init (&self->events);
  self->stream = stream;
  self->input = g_data_input_stream_new (g_io_stream_get_input_stream (G_IO_STREAM (stream)));
  g_data_input_stream_set_newline_type (self->input, G_DATA_STREAM_NEWLINE_TYPE_LF);
  return self;
}

void
hs_ctl_connection_free (HsCtlConnection *self)
{
  g_queue_clear_full (&self->events, (GDestroyNotify) json_object_unref);
  g_object_unref (self->input);
  g_object_unref (self->stream);
  g_free (self);
}

static JsonObject *
read_message (HsCtlConnection *self, GError **error)
{
  g_autofree char *line = g_data_input_stream_read_line_utf8 (self->input, NULL, NULL, error);
  g_autoptr (JsonNode) node = NULL;

  if (line == NULL) {
    if (error != NULL && *error == NULL)
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_CLOSED,
                           "the daemon closed the connection");
    return NULL;
  }
  node = json_from_string (line, NULL);
  if (node == NULL || !JSON_NODE_HOLDS_OBJECT (node)) {
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
                         "what listens there does not speak JSON-RPC");
    return NULL;
  }
  return json_object_ref (json_node_get_object (node));
}

static gboolean
write_request (HsCtlConnection *self, const char *method, JsonObject *params, GError **error)
{
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);
  g_autofree char *text = NULL;
  g_autofree char *line = NULL;
  JsonObject *request = json_object_new ();

  json_object_set_string_member (request, "jsonrpc", "2.0");
  json_object_set_int_member (request, "id", ++self->last_id);
  json_object_set_string_member (request, "method", method);
  if (params != NULL)
    json_object_set_object_member (request, "params", json_object_ref (params));
  json_node_take_object (node, request);
  text = json_to_string (node, FALSE);
  line = g_strconcat (text, "\n", NULL);
  return g_output_stream_write_all (g_io_stream_get_output_stream (G_IO_STREAM (self->stream)),
                                    line, strlen (line), NULL, NULL, error);
}

/* Returns: (transfer full) (nullable): the error's code as it is shown to people. */
static char *
dup_code (JsonObject *details)
{
  JsonNode *data = json_object_get_member (details, "data");
  JsonNode *code = NULL;

  if (data != NULL && JSON_NODE_HOLDS_OBJECT (data))
    code = json_object_get_member (json_node_get_object (data), "code");
  if (code == NULL)
    return NULL;
  if (JSON_NODE_HOLDS_VALUE (code) && json_node_get_value_type (code) == G_TYPE_STRING)
    return json_node_dup_string (code);
  return json_to_string (code, FALSE);
}

static void
refuse (JsonObject *details, GError **error)
{
  const char *message = json_object_get_string_member_with_default (details, "message", "refused");
  g_autofree char *code = dup_code (details);

  if (code != NULL)
    g_set_error (error, HS_CTL_ERROR, HS_CTL_ERROR_REFUSED, "%s (%s)", message, code);
  else
    g_set_error_literal (error, HS_CTL_ERROR, HS_CTL_ERROR_REFUSED, message);
}

static JsonNode *
take_answer (JsonObject *message, GError **error)
{
  JsonNode *problem = json_object_get_member (message, "error");
  JsonNode *result = json_object_get_member (message, "result");

  if (problem != NULL && JSON_NODE_HOLDS_OBJECT (problem)) {
    refuse (json_node_get_object (problem), error);
    return NULL;
  }
  return result != NULL ? json_node_copy (result) : json_node_new (JSON_NODE_NULL);
}

JsonNode *
hs_ctl_connection_call (HsCtlConnection *self,
                        const char *method,
                        JsonObject *params,
                        GError **error)
{
  if (!write_request (self, method, params, error))
    return NULL;
  for (;;) {
    g_autoptr (JsonObject) message = read_message (self, error);

    if (message == NULL)
      return NULL;
    if (!json_object_has_member (message, "method"))
      return take_answer (message, error);
    g_queue_push_tail (&self->events, g_steal_pointer (&message));
  }
}

JsonObject *
hs_ctl_connection_next (HsCtlConnection *self, GError **error)
{
  if (!g_queue_is_empty (&self->events))
    return g_queue_pop_head (&self->events);
  for (;;) {
    g_autoptr (JsonObject) message = read_message (self, error);

    if (message == NULL)
      return NULL;
    if (json_object_has_member (message, "method"))
      return g_steal_pointer (&message);
  }
}
