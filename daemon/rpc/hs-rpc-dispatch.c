/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "hs-rpc"

#include "hs-rpc-dispatch.h"

#include "hs-connection-private.h"
#include "hs-request-private.h"
#include "hs-rpc-error.h"
#include "hs-rpc-params.h"
#include "hs-rpc-server-private.h"

#include "base/hs-error.h"
#include "base/hs-json.h"

#include <string.h>

static const HsJsonSpan null_id = { "null", 4 };

static gboolean
is_blank (const char *text, gsize length)
{
  for (gsize i = 0; i < length; i++) {
    if (memchr (" \t\r", text[i], 3) == NULL)
      return FALSE;
  }
  return TRUE;
}

static gboolean
can_be_id (JsonNode *id)
{
  if (JSON_NODE_HOLDS_NULL (id))
    return TRUE;
  return JSON_NODE_HOLDS_VALUE (id) && json_node_get_value_type (id) != G_TYPE_BOOLEAN;
}

/* Returns: (nullable): why @message is not a request; NULL when it is one. */
static const char *
find_fault (JsonNode *message)
{
  JsonObject *object = hs_json_node_get_object (message);
  JsonNode *params;
  JsonNode *id;

  if (object == NULL)
    return "a request is an object";
  id = json_object_get_member (object, "id");
  params = json_object_get_member (object, "params");
  if (id != NULL && !can_be_id (id))
    return "id must be a string, a number or null";
  if (g_strcmp0 (hs_json_get_string (object, "jsonrpc"), "2.0") != 0)
    return "jsonrpc must be \"2.0\"";
  if (hs_json_get_string (object, "method") == NULL)
    return "method must be a string";
  if (params != NULL && !JSON_NODE_HOLDS_OBJECT (params) && !JSON_NODE_HOLDS_ARRAY (params))
    return "params must be an object or an array";
  return NULL;
}

static void
refuse_invalid (HsRequest *request, const char *fault)
{
  g_autofree char *message = g_strdup_printf ("not a request: %s", fault);

  hs_request_refuse (request, hs_rpc_error_new (HS_RPC_INVALID_REQUEST, message));
}

static void
refuse_unknown (HsRequest *request, const char *method)
{
  g_autofree char *name = hs_rpc_error_quote (method);
  g_autofree char *message = g_strdup_printf ("there is no method %s", name);

  hs_request_refuse (request, hs_rpc_error_new (HS_RPC_METHOD_NOT_FOUND, message));
}

static void
refuse (HsRequest *request, HsError code, const char *message)
{
  g_autoptr (GError) error = g_error_new_literal (HS_ERROR, code, message);

  hs_request_fail (request, error);
}

static void
call_method (HsConnection *connection, HsRequest *request, const HsMethodRow *row, JsonNode *params)
{
  g_autofree JsonNode **values = g_new0 (JsonNode *, row->method->n_params);
  JsonObject *error = hs_rpc_params_bind (row->method, params, values);

  if (error != NULL)
    hs_request_refuse (request, error);
  else
    row->call (hs_rpc_server_get_context (hs_connection_get_server (connection), row, connection),
               request, values);
}

static void
handle_request (HsConnection *connection, HsRequest *request, JsonObject *message)
{
  HsRpcServer *server = hs_connection_get_server (connection);
  const char *name = hs_json_get_string (message, "method");
  const HsMethodRow *row = hs_rpc_server_find_row (server, name);

  if (row == NULL) {
    refuse_unknown (request, name);
    return;
  }
  hs_request_set_method (request, row->method);
  if (!hs_connection_may_call (connection, row->method))
    refuse (request, HS_ERROR_NOT_ALLOWED,
            "this connection has given up the right to call this method");
  /* Those about the connection itself answer at once, and one of them is rpc.cancel. */
  else if (hs_connection_count_requests (connection) >
               hs_rpc_server_get_limits (server)->max_requests_in_flight &&
           !g_str_has_prefix (name, "rpc."))
    refuse (request, HS_ERROR_BUSY, "too many requests of this connection wait for their answer");
  else
    call_method (connection, request, row, json_object_get_member (message, "params"));
}

static gboolean
is_answer (JsonObject *object)
{
  return object != NULL && !json_object_has_member (object, "method") &&
         (json_object_has_member (object, "result") || json_object_has_member (object, "error"));
}

static void
dispatch_one (
    HsConnection *connection, JsonNode *message, HsJsonSpan id, HsBatch *batch, guint slot)
{
  JsonObject *object = hs_json_node_get_object (message);
  const char *fault = find_fault (message);
  HsRequestOrigin origin = { connection, NULL, id, batch, slot };

  if (is_answer (object)) {
    hs_connection_take_answer (connection, object);
    if (batch != NULL)
      hs_batch_end (batch, slot, NULL);
    return;
  }
  if (id.text != NULL)
    origin.id = json_object_get_member (object, "id");
  if (fault != NULL && (origin.id == NULL || !can_be_id (origin.id)))
    origin.id_text = null_id;
  if (fault != NULL)
    refuse_invalid (hs_request_new (&origin), fault);
  else
    handle_request (connection, hs_request_new (&origin), object);
}

static void
refuse_batch (HsConnection *connection, guint max_length)
{
  g_autoptr (GError) error = g_error_new (HS_ERROR, HS_ERROR_TOO_LARGE,
                                          "a batch may hold at most %u requests", max_length);

  hs_rpc_dispatch_failure (connection, error);
}

static void
dispatch_batch (HsConnection *connection, JsonArray *messages, GArray *ids)
{
  guint n_messages = json_array_get_length (messages);
  guint max_length =
      hs_rpc_server_get_limits (hs_connection_get_server (connection))->max_requests_in_flight;
  g_autoptr (HsBatch) batch = NULL;

  if (n_messages == 0) {
    const HsRequestOrigin origin = { connection, NULL, null_id, NULL, 0 };

    refuse_invalid (hs_request_new (&origin), "the batch is empty");
    return;
  }
  if (n_messages > max_length) {
    refuse_batch (connection, max_length);
    return;
  }
  batch = hs_batch_new (connection, n_messages);
  for (guint i = 0; i < n_messages && !hs_connection_is_closed (connection); i++)
    dispatch_one (connection, json_array_get_element (messages, i),
                  g_array_index (ids, HsJsonSpan, i), batch, i);
}

void
hs_rpc_dispatch (HsConnection *connection, const char *text, gsize length)
{
  g_autoptr (GArray) ids = g_array_new (FALSE, FALSE, sizeof (HsJsonSpan));
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) message = NULL;

  if (is_blank (text, length))
    return;
  message = hs_json_scan (
      text, length, hs_rpc_server_get_limits (hs_connection_get_server (connection))->max_depth,
      ids, &error);
  if (message == NULL)
    hs_rpc_dispatch_failure (connection, error);
  else if (JSON_NODE_HOLDS_ARRAY (message))
    dispatch_batch (connection, json_node_get_array (message), ids);
  else
    dispatch_one (connection, message,
                  ids->len > 0 ? g_array_index (ids, HsJsonSpan, 0) : (HsJsonSpan){ NULL, 0 }, NULL,
                  0);
}

void
hs_rpc_dispatch_failure (HsConnection *connection, const GError *error)
{
  const HsRequestOrigin origin = { connection, NULL, null_id, NULL, 0 };

  hs_request_fail (hs_request_new (&origin), error);
}
