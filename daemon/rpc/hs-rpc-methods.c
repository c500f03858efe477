/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "hs-rpc"

/* The methods about the connection itself. */

#include "hs-connection-private.h"
#include "hs-request-private.h"
#include "hs-rpc-error.h"
#include "hs-rpc-server-private.h"

#include "base/hs-json.h"
#include "protocol/hs-protocol.h"

#include <string.h>

void
hs_handle_rpc_discover (HsConnection *connection, HsRequest *request)
{
  hs_request_answer_text (request, hs_protocol_openrpc, hs_protocol_openrpc_length);
}

void
hs_handle_rpc_ping (HsConnection *connection, HsRequest *request)
{
  static const char pong[] = "\"pong\"";

  hs_request_answer_text (request, pong, sizeof pong - 1);
}

void
hs_handle_rpc_cancel (HsConnection *connection, HsRequest *request, const HsRpcCancelParams *params)
{
  gboolean found = hs_connection_cancel_requests (connection, params->id, request);

  hs_request_answer (request, json_node_init_boolean (json_node_alloc (), found));
}

/* A list with a typing error in it would take away more than was meant.
 * Returns: (nullable) (transfer full) */
static JsonObject *
find_unknown (HsRpcServer *server, JsonArray *methods)
{
  g_autoptr (JsonArray) problems = json_array_new ();

  for (guint i = 0; methods != NULL && i < json_array_get_length (methods); i++) {
    const char *name = json_array_get_string_element (methods, i);
    g_autofree char *path = g_strdup_printf ("methods[%u]", i);
    g_autofree char *got = hs_rpc_error_quote (name);
    g_autofree char *message = g_strdup_printf ("%s: there is no method %s", path, got);

    if (hs_rpc_server_find_row (server, name) == NULL)
      hs_rpc_error_collect_problem (
          &(HsSchemaProblem){ path, "the name of a method", got, message }, problems);
  }
  return json_array_get_length (problems) > 0 ? hs_rpc_error_from_problems (problems) : NULL;
}

static JsonArray *
list_allowed (HsConnection *connection)
{
  g_autoptr (GPtrArray) methods =
      hs_rpc_server_list_methods (hs_connection_get_server (connection));
  JsonArray *names = json_array_new ();

  for (guint i = 0; i < methods->len; i++) {
    const HsMethod *method = methods->pdata[i];

    if (hs_connection_may_call (connection, method))
      json_array_add_string_element (names, method->name);
  }
  return names;
}

void
hs_handle_rpc_restrict (HsConnection *connection,
                        HsRequest *request,
                        const HsRpcRestrictParams *params)
{
  JsonObject *error = find_unknown (hs_connection_get_server (connection), params->methods);

  if (error != NULL) {
    hs_request_refuse (request, error);
    return;
  }
  hs_connection_restrict (connection, params->read_only, params->methods);
  hs_request_answer (request, hs_json_node_take_array (list_allowed (connection)));
}

void
hs_handle_api_on (HsConnection *connection, HsRequest *request, const HsApiOnParams *params)
{
  g_autoptr (GError) error = NULL;

  if (hs_connection_add_interest (connection, params->type, params->filter, &error))
    hs_request_answer (request, NULL);
  else
    hs_request_fail (request, error);
}

void
hs_handle_api_off (HsConnection *connection, HsRequest *request, const HsApiOffParams *params)
{
  hs_connection_remove_interest (connection, params->type, params->filter);
  hs_request_answer (request, NULL);
}

static void
replay_event (gpointer data, gpointer user_data)
{
  const HsEventRecord *record = data;
  g_autoptr (JsonObject) params = hs_event_record_dup_params (record);

  hs_connection_send_event (user_data, record, params);
}

/* The answer goes out before the events that follow its number. */
static void
answer_subscription (HsConnection *connection,
                     HsRequest *request,
                     const HsApiSubscribeParams *params)
{
  HsRpcServer *server = hs_connection_get_server (connection);
  HsEventRing *ring = hs_rpc_server_get_ring (server);
  gboolean lost = params->has_since && !hs_event_ring_holds_since (ring, params->since);
  JsonObject *answer = json_object_new ();

  json_object_set_int_member (answer, "seq", hs_event_ring_get_last_seq (ring));
  if (lost)
    json_object_set_boolean_member (answer, "lost", TRUE);
  if (lost || params->snapshot)
    json_object_set_object_member (answer, "state", hs_rpc_server_dup_state (server));
  hs_connection_set_numbered (connection, TRUE);
  hs_request_answer_object (request, answer);
  if (params->has_since && !lost)
    hs_event_ring_foreach_since (ring, params->since, replay_event, connection);
}

void
hs_handle_api_subscribe (HsConnection *connection,
                         HsRequest *request,
                         const HsApiSubscribeParams *params)
{
  g_autoptr (GError) error = NULL;

  if (!hs_connection_add_interest (connection, NULL, params->filter, &error))
    hs_request_fail (request, error);
  else if (params->snapshot || params->has_since)
    answer_subscription (connection, request, params);
  else
    hs_request_answer (request, NULL);
}

void
hs_handle_api_unsubscribe (HsConnection *connection,
                           HsRequest *request,
                           const HsApiUnsubscribeParams *params)
{
  hs_connection_remove_interest (connection, NULL, params->filter);
  hs_request_answer (request, NULL);
}
