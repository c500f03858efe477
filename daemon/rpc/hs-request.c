/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "hs-rpc"

#include "hs-request-private.h"

#include "hs-connection-private.h"
#include "hs-rpc-error.h"

#include "base/hs-error.h"
#include "base/hs-json.h"

#include <string.h>

struct _HsRequest {
  HsConnection *connection;
  const HsMethod *method; /* nullable: it was no request for a known one */
  char *id_text;          /* nullable: a notification */
  JsonNode *id;           /* nullable */
  HsBatch *batch;         /* nullable */
  guint slot;
  GCancellable *cancellable;
  gboolean answered;
};

HsRequest *
hs_request_new (const HsRequestOrigin *origin)
{
  HsRequest *request = g_new0 (HsRequest, 1);

  request->connection = g_object_ref (origin->connection);
  if (origin->id_text.text != NULL)
    request->id_text = g_strndup (origin->id_text.text, origin->id_text.length);
  request->id = origin->id != NULL ? json_node_ref (origin->id) : NULL;
  request->batch = origin->batch != NULL ? hs_batch_ref (origin->batch) : NULL;
  request->slot = origin->slot;
  request->cancellable = g_cancellable_new ();
  hs_connection_add_request (request->connection, request);
  return request;
}

void
hs_request_set_method (HsRequest *request, const HsMethod *method)
{
  request->method = method;
}

static void
request_free (HsRequest *request)
{
  g_clear_pointer (&request->batch, hs_batch_unref);
  g_clear_pointer (&request->id, json_node_unref);
  g_object_unref (request->cancellable);
  g_object_unref (request->connection);
  g_free (request->id_text);
  g_free (request);
}

/* Hands the reply on, for a batch without an end of line.
 * @member: "result" or "error" */
static GBytes *
make_reply (HsRequest *request, const char *member, const char *text, gsize length)
{
  GString *reply = g_string_sized_new (length + strlen (request->id_text) + 40);

  g_string_append_printf (reply, "{\"jsonrpc\":\"2.0\",\"id\":%s,\"%s\":", request->id_text,
                          member);
  g_string_append_len (reply, text, length);
  g_string_append (reply, request->batch != NULL ? "}" : "}\n");
  return g_string_free_to_bytes (reply);
}

static void
reply (HsRequest *request, const char *member, const char *text, gsize length)
{
  GBytes *bytes = NULL;

  if (request->answered)
    return;
  request->answered = TRUE;
  if (request->id_text != NULL && !hs_connection_is_closed (request->connection))
    bytes = make_reply (request, member, text, length);
  if (request->batch != NULL)
    hs_batch_end (request->batch, request->slot, bytes);
  else if (bytes != NULL)
    hs_connection_send (request->connection, bytes);
  hs_connection_remove_request (request->connection, request);
}

static void
reply_error (HsRequest *request, JsonObject *error)
{
  g_autofree char *text = hs_json_object_to_text (error);

  reply (request, "error", text, strlen (text));
}

void
hs_request_answer_text (HsRequest *request, const char *text, gsize length)
{
  reply (request, "result", text, length);
  request_free (request);
}

void
hs_request_answer (HsRequest *request, JsonNode *result)
{
  g_autoptr (JsonNode) node = result;
  g_autofree char *text = NULL;

  if (node == NULL) {
    hs_request_answer_text (request, "null", 4);
    return;
  }
  text = hs_json_to_text (node);
  hs_request_answer_text (request, text, strlen (text));
}

void
hs_request_answer_object (HsRequest *request, JsonObject *result)
{
  hs_request_answer (request, result != NULL ? hs_json_node_take_object (result) : NULL);
}

void
hs_request_answer_string (HsRequest *request, const char *result)
{
  hs_request_answer (request,
                     result != NULL ? json_node_init_string (json_node_alloc (), result) : NULL);
}

void
hs_request_refuse (HsRequest *request, JsonObject *error)
{
  reply_error (request, error);
  request_free (request);
}

void
hs_request_fail (HsRequest *request, const GError *error)
{
  hs_request_refuse (request, hs_rpc_error_from_gerror (error, hs_request_get_method (request)));
}

void
hs_request_drop (HsRequest *request)
{
  if (request == NULL)
    return;
  if (!request->answered)
    g_critical ("%s was not answered", hs_request_get_method (request));
  hs_request_refuse (request, hs_rpc_error_new_internal ());
}

gboolean
hs_request_answer_cancelled (HsRequest *request)
{
  g_autoptr (GError) error = g_error_new (HS_ERROR, HS_ERROR_CANCELLED, "%s was cancelled",
                                          hs_request_get_method (request));

  if (request->answered)
    return FALSE;
  reply_error (request, hs_rpc_error_from_gerror (error, NULL));
  return TRUE;
}

gboolean
hs_request_has_id (HsRequest *request, JsonNode *id)
{
  return request->id != NULL && json_node_equal (request->id, id);
}

GCancellable *
hs_request_get_cancellable (HsRequest *request)
{
  return request->cancellable;
}

HsConnection *
hs_request_get_connection (HsRequest *request)
{
  return hs_connection_is_closed (request->connection) ? NULL : request->connection;
}

const char *
hs_request_get_method (HsRequest *request)
{
  return request->method != NULL ? request->method->name : "";
}
