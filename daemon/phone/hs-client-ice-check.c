/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "hs-phone"

#include "hs-client-ice-check.h"

#include "base/hs-json.h"

#define TIMEOUT_MS 1000

struct _HsClientIceCheck {
  GObject parent;

  GWeakRef connection; /* HsConnection: it may close before us */
  guint timeout_ms;
};

static void
on_answered (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) answer = hs_connection_ask_finish (HS_CONNECTION (source), result, &error);
  gboolean enough = FALSE;

  if (answer == NULL)
    g_message ("connection %u did not judge the candidates: %s",
               hs_connection_get_number (HS_CONNECTION (source)), error->message);
  else if (JSON_NODE_HOLDS_VALUE (answer) && json_node_get_value_type (answer) == G_TYPE_BOOLEAN)
    enough = json_node_get_boolean (answer);
  g_task_return_boolean (task, enough);
}

static void
client_ice_check_ask_async (HsIceCheck *check,
                            const char *call_id,
                            JsonArray *candidates,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer user_data)
{
  HsClientIceCheck *self = HS_CLIENT_ICE_CHECK (check);
  g_autoptr (GTask) task = g_task_new (check, cancellable, callback, user_data);
  g_autoptr (HsConnection) connection = g_weak_ref_get (&self->connection);
  g_autoptr (JsonObject) question = NULL;

  g_task_set_source_tag (task, client_ice_check_ask_async);
  if (connection == NULL) {
    g_task_return_boolean (task, FALSE);
    return;
  }
  question = json_object_new ();
  hs_json_set_string (question, "callId", call_id);
  json_object_set_array_member (question, "iceCandidates", json_array_ref (candidates));
  hs_connection_ask_async (connection, "call.iceCollectionCheck", question, self->timeout_ms,
                           cancellable, on_answered, g_steal_pointer (&task));
}

static gboolean
client_ice_check_ask_finish (HsIceCheck *check, GAsyncResult *result)
{
  return g_task_propagate_boolean (G_TASK (result), NULL);
}

static void
hs_client_ice_check_init_interface (HsIceCheckInterface *iface)
{
  iface->ask_async = client_ice_check_ask_async;
  iface->ask_finish = client_ice_check_ask_finish;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (HsClientIceCheck,
                               hs_client_ice_check,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (HS_TYPE_ICE_CHECK,
                                                      hs_client_ice_check_init_interface))

static void
hs_client_ice_check_finalize (GObject *object)
{
  g_weak_ref_clear (&HS_CLIENT_ICE_CHECK (object)->connection);
  G_OBJECT_CLASS (hs_client_ice_check_parent_class)->finalize (object);
}

static void
hs_client_ice_check_class_init (HsClientIceCheckClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = hs_client_ice_check_finalize;
}

static void
hs_client_ice_check_init (HsClientIceCheck *self)
{
  g_weak_ref_init (&self->connection, NULL);
}

HsIceCheck *
hs_client_ice_check_new (HsConnection *connection, JsonObject *descriptor)
{
  HsClientIceCheck *self = g_object_new (HS_TYPE_CLIENT_ICE_CHECK, NULL);

  g_weak_ref_set (&self->connection, connection);
  self->timeout_ms = hs_json_get_int (descriptor, "timeoutMs", TIMEOUT_MS);
  return HS_ICE_CHECK (self);
}
