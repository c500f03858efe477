/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "hs-phone"

#include "hs-client-sdp-handler.h"

#include "base/hs-error.h"
#include "base/hs-json.h"
#include "sdp/hs-sdp.h"

#include <string.h>

#define TIMEOUT_MS 2000
#define MAX_LENGTH (64 * 1024)

struct _HsClientSdpHandler {
  GObject parent;

  GWeakRef connection; /* HsConnection: it may close before us */
  char *id;            /* nullable */
  guint timeout_ms;
};

/* --- the question --- */

static JsonObject *
dup_info (const HsSdpHandlerInfo *info)
{
  static const char *const types[] = { "offer", "pranswer", "answer" };
  JsonObject *object = json_object_new ();

  json_object_set_string_member (object, "callId", info->call_id);
  json_object_set_string_member (object, "type", types[info->type]);
  json_object_set_string_member (object, "step", info->step == HS_SDP_STEP_SET ? "set" : "send");
  json_object_set_string_member (object, "endpoint", info->local ? "local" : "remote");
  if (info->bandwidth != NULL)
    json_object_set_object_member (object, "bandwidth", json_object_ref (info->bandwidth));
  return object;
}

static JsonObject *
dup_question (HsClientSdpHandler *self, const char *sdp, const HsSdpHandlerInfo *info)
{
  JsonObject *object = json_object_new ();

  hs_json_set_string (object, "id", self->id);
  json_object_set_string_member (object, "newSdp", sdp);
  json_object_set_object_member (object, "info", dup_info (info));
  json_object_set_string_member (object, "originalSdp", info->original);
  return object;
}

/* --- the answer --- */

static gboolean
refuse (GError **error, const char *why)
{
  g_set_error_literal (error, HS_ERROR, HS_ERROR_INVALID_DATA, why);
  return FALSE;
}

/* Sections can neither come nor go: the media behind each of them is there, or is not. */
static gboolean
has_same_sections (HsSdp *sdp, const char *before, GError **error)
{
  g_autoptr (HsSdp) old = hs_sdp_parse (before, error);
  guint n_sections = old != NULL ? hs_sdp_get_n_sections (old) : 0;

  if (old == NULL)
    return FALSE;
  if (hs_sdp_get_n_sections (sdp) != n_sections)
    return refuse (error, "it has another number of media sections");
  for (guint i = 0; i < n_sections; i++) {
    if (hs_sdp_section_get_kind (hs_sdp_get_section (sdp, i)) !=
        hs_sdp_section_get_kind (hs_sdp_get_section (old, i)))
      return refuse (error, "a media section is of another kind");
  }
  return TRUE;
}

static gboolean
check_answer (JsonNode *answer, const char *before, GError **error)
{
  g_autoptr (HsSdp) sdp = NULL;

  if (!JSON_NODE_HOLDS_VALUE (answer) || json_node_get_value_type (answer) != G_TYPE_STRING)
    return refuse (error, "it is not a string");
  if (strlen (json_node_get_string (answer)) > MAX_LENGTH)
    return refuse (error, "it is too long");
  sdp = hs_sdp_parse (json_node_get_string (answer), error);
  return sdp != NULL && has_same_sections (sdp, before, error);
}

static void
on_answered (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  const char *before = g_task_get_task_data (task);
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) answer = hs_connection_ask_finish (HS_CONNECTION (source), result, &error);
  gboolean good;

  if (g_task_return_error_if_cancelled (task))
    return;
  good = answer != NULL && check_answer (answer, before, &error);
  if (!good)
    g_message ("an SDP handler of connection %u did not help: %s",
               hs_connection_get_number (HS_CONNECTION (source)), error->message);
  g_task_return_pointer (task, g_strdup (good ? json_node_get_string (answer) : before), g_free);
}

static void
client_sdp_handler_handle_async (HsSdpHandler *handler,
                                 const char *sdp,
                                 const HsSdpHandlerInfo *info,
                                 GCancellable *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer user_data)
{
  HsClientSdpHandler *self = HS_CLIENT_SDP_HANDLER (handler);
  g_autoptr (GTask) task = g_task_new (handler, cancellable, callback, user_data);
  g_autoptr (HsConnection) connection = g_weak_ref_get (&self->connection);
  g_autoptr (JsonObject) question = NULL;

  g_task_set_source_tag (task, client_sdp_handler_handle_async);
  if (connection == NULL || strlen (sdp) > MAX_LENGTH) {
    g_task_return_pointer (task, g_strdup (sdp), g_free);
    return;
  }
  question = dup_question (self, sdp, info);
  g_task_set_task_data (task, g_strdup (sdp), g_free);
  hs_connection_ask_async (connection, "call.sdpHandler", question, self->timeout_ms, cancellable,
                           on_answered, g_steal_pointer (&task));
}

static char *
client_sdp_handler_handle_finish (HsSdpHandler *handler, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
hs_client_sdp_handler_init_interface (HsSdpHandlerInterface *iface)
{
  iface->handle_async = client_sdp_handler_handle_async;
  iface->handle_finish = client_sdp_handler_handle_finish;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (HsClientSdpHandler,
                               hs_client_sdp_handler,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (HS_TYPE_SDP_HANDLER,
                                                      hs_client_sdp_handler_init_interface))

static void
hs_client_sdp_handler_finalize (GObject *object)
{
  HsClientSdpHandler *self = HS_CLIENT_SDP_HANDLER (object);

  g_weak_ref_clear (&self->connection);
  g_free (self->id);
  G_OBJECT_CLASS (hs_client_sdp_handler_parent_class)->finalize (object);
}

static void
hs_client_sdp_handler_class_init (HsClientSdpHandlerClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = hs_client_sdp_handler_finalize;
}

static void
hs_client_sdp_handler_init (HsClientSdpHandler *self)
{
  g_weak_ref_init (&self->connection, NULL);
}

HsSdpHandler *
hs_client_sdp_handler_new (HsConnection *connection, JsonObject *descriptor)
{
  HsClientSdpHandler *self = g_object_new (HS_TYPE_CLIENT_SDP_HANDLER, NULL);

  g_weak_ref_set (&self->connection, connection);
  self->id = g_strdup (hs_json_get_string (descriptor, "id"));
  self->timeout_ms = hs_json_get_int (descriptor, "timeoutMs", TIMEOUT_MS);
  return HS_SDP_HANDLER (self);
}
