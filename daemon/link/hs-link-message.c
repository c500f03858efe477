/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "hs-link"

#include "hs-link-message.h"

#include "base/hs-json.h"

static const char *const event_types[] = {
  [HS_MESSAGE_CALL] = "call",
  [HS_MESSAGE_RINGING] = "ringing",
  [HS_MESSAGE_PROGRESS] = "sessionProgress",
  [HS_MESSAGE_UPDATE] = "startCallUpdate",
  [HS_MESSAGE_ANSWER] = "respondCallUpdate",
  [HS_MESSAGE_END] = "callEnd",
  [HS_MESSAGE_CANCEL] = "callCancel",
  [HS_MESSAGE_COMPLETE] = "sessionComplete",
  [HS_MESSAGE_FAIL] = "sessionFail",
};

static gboolean
find_kind (const char *event_type, HsMessageKind *kind)
{
  for (guint i = 0; i < G_N_ELEMENTS (event_types); i++) {
    if (g_strcmp0 (event_types[i], event_type) == 0) {
      *kind = i;
      return TRUE;
    }
  }
  return FALSE;
}

static char *
dup_text (JsonObject *object, const char *member)
{
  const char *text = hs_json_get_string (object, member);

  return text != NULL && *text != '\0' ? g_strdup (text) : NULL;
}

static int
get_code (JsonObject *object, const char *member)
{
  gint64 code = hs_json_get_int (object, member, 0);

  return code > 0 && code <= G_MAXINT ? (int) code : 0;
}

static double
get_retry_after (JsonObject *object)
{
  JsonNode *node = object != NULL ? json_object_get_member (object, "retryAfter") : NULL;
  double seconds;

  if (node == NULL || !JSON_NODE_HOLDS_VALUE (node) ||
      (json_node_get_value_type (node) != G_TYPE_INT64 &&
       json_node_get_value_type (node) != G_TYPE_DOUBLE))
    return -1;
  seconds = json_node_get_double (node);
  return seconds >= 0 ? seconds : -1;
}

/* Returns: (transfer full) (nullable): the well-formed ones. */
static JsonArray *
dup_custom_parameters (JsonObject *message)
{
  JsonArray *array = hs_json_get_array (message, "customParameters");
  g_autoptr (JsonArray) copy = json_array_new ();

  for (guint i = 0; array != NULL && i < json_array_get_length (array); i++) {
    JsonObject *given = hs_json_node_get_object (json_array_get_element (array, i));
    const char *name = hs_json_get_string (given, "name");
    const char *value = hs_json_get_string (given, "value");
    JsonObject *parameter;

    if (name == NULL || value == NULL)
      continue;
    parameter = json_object_new ();
    json_object_set_string_member (parameter, "name", name);
    json_object_set_string_member (parameter, "value", value);
    json_array_add_object_element (copy, parameter);
  }
  return json_array_get_length (copy) > 0 ? g_steal_pointer (&copy) : NULL;
}

static void
read_parties (HsSignallingMessage *self, JsonObject *params)
{
  self->has_participants = params != NULL;
  self->caller_name = dup_text (params, "callerName");
  self->caller_number = dup_text (params, "callerDisplayNumber");
  self->callee_number = dup_text (params, "calleeDisplayNumber");
  self->remote_name = dup_text (params, "remoteName");
  self->remote_number = dup_text (params, "remoteDisplayNumber");
}

HsSignallingMessage *
hs_link_message_parse (JsonObject *message)
{
  const char *event_type = hs_json_get_string (message, "eventType");
  JsonObject *params = hs_json_get_object (message, "sessionParams");
  const char *session = hs_json_get_string (params, "sessionData");
  HsSignallingMessage *self;
  HsMessageKind kind;

  if (!find_kind (event_type, &kind))
    return NULL;
  if (session == NULL || *session == '\0') {
    g_warning ("a %s notification is ignored: sessionParams.sessionData is missing", event_type);
    return NULL;
  }
  self = g_new0 (HsSignallingMessage, 1);
  self->kind = kind;
  self->session = g_strdup (session);
  self->sdp = dup_text (params, "sdp");
  read_parties (self, hs_json_get_object (message, "callNotificationParams"));
  self->custom_parameters = dup_custom_parameters (message);
  self->status_code = get_code (params, "statusCode");
  self->message_status_code = get_code (message, "statusCode");
  self->reason_text = dup_text (params, "reasonText");
  self->retry_after = get_retry_after (params);
  return self;
}
