/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "hs-link"

#include "hs-link-signalling.h"

#include "hs-link-message.h"
#include "hs-rest.h"
#include "hs-wire.h"

#include "base/hs-error.h"
#include "base/hs-json.h"

struct _HsLinkSignalling {
  GObject parent;

  HsSession *session;
};

static void hs_link_signalling_init_interface (HsSignallingInterface *interface);

G_DEFINE_FINAL_TYPE_WITH_CODE (HsLinkSignalling,
                               hs_link_signalling,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (HS_TYPE_SIGNALLING,
                                                      hs_link_signalling_init_interface))

typedef enum { TARGET_COLLECTION, TARGET_LEG, TARGET_DISPOSITION } Target;

/* Which members a body may have beyond its type or action. */
typedef enum {
  WITH_SDP = 1 << 0,
  WITH_CUSTOM_PARAMETERS = 1 << 1,
  WITH_ADDRESS = 1 << 2,
  WITH_OTHER_SESSION = 1 << 3,
  WITH_CALL = 1 << 4,   /* to, from, supported */
  WITH_JOIN = 1 << 5,   /* firstSessionData, secondSessionData */
  WITH_GLARE = 1 << 6,  /* statusCode "491" */
  NEW_SESSION = 1 << 7, /* the answer must name the new leg */
  REMOTE_STATE = 1 << 8,
} Part;

typedef struct {
  const char *method;
  Target target;
  const char *type; /* NULL: no body */
  guint parts;
} Rule;

/* The table of spec call-signalling 1.2. */
static const Rule rules[] = {
  [HS_REQUEST_START] = { "POST", TARGET_COLLECTION, "callStart",
                         WITH_CALL | WITH_SDP | WITH_CUSTOM_PARAMETERS | NEW_SESSION },
  [HS_REQUEST_RINGING] = { "PUT", TARGET_LEG, "ringing", 0 },
  [HS_REQUEST_ANSWER] = { "PUT", TARGET_LEG, "callAnswer", WITH_SDP | WITH_CUSTOM_PARAMETERS },
  [HS_REQUEST_REJECT] = { "POST", TARGET_DISPOSITION, "reject", 0 },
  [HS_REQUEST_FORWARD] = { "POST", TARGET_DISPOSITION, "forward", WITH_ADDRESS },
  [HS_REQUEST_END] = { "DELETE", TARGET_LEG, NULL, 0 },
  [HS_REQUEST_UPDATE] = { "PUT", TARGET_LEG, "startCallUpdate", WITH_SDP | WITH_CUSTOM_PARAMETERS },
  [HS_REQUEST_RESPOND_UPDATE] = { "PUT", TARGET_LEG, "respondCallUpdate",
                                  WITH_SDP | WITH_CUSTOM_PARAMETERS },
  [HS_REQUEST_REFUSE_UPDATE] = { "PUT", TARGET_LEG, "respondCallUpdate", WITH_GLARE },
  [HS_REQUEST_CUSTOM_PARAMETERS] = { "PUT", TARGET_LEG, "sendCustomHeaders",
                                     WITH_CUSTOM_PARAMETERS },
  [HS_REQUEST_TRANSFER] = { "PUT", TARGET_LEG, "transfer", WITH_ADDRESS },
  [HS_REQUEST_CONSULTATIVE] = { "PUT", TARGET_LEG, "transfer", WITH_OTHER_SESSION | WITH_ADDRESS },
  [HS_REQUEST_JOIN] = { "POST", TARGET_COLLECTION, "join",
                        WITH_JOIN | WITH_SDP | WITH_CUSTOM_PARAMETERS | NEW_SESSION },
  [HS_REQUEST_AUDIT] = { "PUT", TARGET_LEG, "audit", 0 },
  [HS_REQUEST_QUERY] = { "GET", TARGET_LEG, NULL, REMOTE_STATE },
};

static JsonObject *
wrap (const char *name, JsonObject *request)
{
  JsonObject *body = json_object_new ();

  json_object_set_object_member (body, name, request);
  return body;
}

static JsonObject *
create_disposition (const Rule *rule, const HsSignallingRequest *request)
{
  JsonObject *body = json_object_new ();

  json_object_set_string_member (body, "action", rule->type);
  hs_json_set_string (body, "sessionData", request->session);
  if (rule->parts & WITH_ADDRESS)
    hs_json_set_string (body, "address", request->address);
  return wrap ("callDispositionRequest", body);
}

static void
add_sessions (JsonObject *body, const Rule *rule, const HsSignallingRequest *request)
{
  if (rule->parts & WITH_JOIN) {
    hs_json_set_string (body, "firstSessionData", request->session);
    hs_json_set_string (body, "secondSessionData", request->other_session);
  }
  if (rule->parts & WITH_OTHER_SESSION)
    hs_json_set_string (body, "sessionData", request->other_session);
}

static void
add_early_media (JsonObject *body, const HsSignallingRequest *request)
{
  JsonArray *supported;

  /* An empty array may be refused by the gateway. */
  if (!request->early_media)
    return;
  supported = json_array_new ();
  json_array_add_string_element (supported, "earlymedia");
  json_object_set_array_member (body, "supported", supported);
}

static JsonObject *
create_call_control (const Rule *rule, const HsSignallingRequest *request)
{
  JsonObject *body = json_object_new ();

  json_object_set_string_member (body, "type", rule->type);
  add_sessions (body, rule, request);
  if (rule->parts & WITH_CALL)
    hs_json_set_string (body, "to", request->address);
  if (rule->parts & WITH_ADDRESS)
    hs_json_set_string (body, "address", request->address);
  if (rule->parts & WITH_GLARE)
    json_object_set_string_member (body, "statusCode", "491");
  if (rule->parts & WITH_SDP)
    hs_json_set_string (body, "sdp", request->sdp);
  if (rule->parts & WITH_CALL)
    add_early_media (body, request);
  if ((rule->parts & WITH_CUSTOM_PARAMETERS) && request->custom_parameters != NULL)
    json_object_set_array_member (body, "customParameters",
                                  json_array_ref (request->custom_parameters));
  if (rule->parts & WITH_CALL)
    hs_json_set_string (body, "from", request->from);
  return wrap ("callControlRequest", body);
}

static JsonObject *
create_body (const Rule *rule, const HsSignallingRequest *request)
{
  if (rule->type == NULL)
    return NULL;
  return rule->target == TARGET_DISPOSITION ? create_disposition (rule, request)
                                            : create_call_control (rule, request);
}

static char *
dup_path (HsRest *rest, const Rule *rule, const HsSignallingRequest *request)
{
  g_autofree char *escaped = NULL;
  g_autofree char *resource = NULL;

  switch (rule->target) {
  case TARGET_COLLECTION:
    return hs_rest_dup_user_path (rest, "callControl");
  case TARGET_DISPOSITION:
    return hs_rest_dup_user_path (rest, "calldisposition");
  case TARGET_LEG:
    break;
  }
  escaped = hs_wire_escape_segment (request->session);
  resource = g_strconcat ("callControl/callSessions/", escaped, NULL);
  return hs_rest_dup_user_path (rest, resource);
}

static HsSignallingReply *
parse_reply (const Rule *rule, const HsRestReply *answer, GError **error)
{
  g_autoptr (HsSignallingReply) reply = g_new0 (HsSignallingReply, 1);
  JsonObject *envelope = hs_rest_reply_get_envelope (answer, "callControlResponse");
  const char *session = hs_json_get_string (envelope, "sessionData");
  const char *state = hs_json_get_string (envelope, "state");

  if ((rule->parts & NEW_SESSION) && (session == NULL || *session == '\0')) {
    g_set_error_literal (error, HS_ERROR, HS_ERROR_INVALID_DATA,
                         "the gateway's answer lacks callControlResponse.sessionData");
    return NULL;
  }
  if (rule->parts & NEW_SESSION)
    reply->session = g_strdup (session);
  if ((rule->parts & REMOTE_STATE) && g_strcmp0 (state, "RINGING") == 0)
    reply->remote_state = HS_REMOTE_STATE_RINGING;
  if ((rule->parts & REMOTE_STATE) && g_strcmp0 (state, "ANSWERED") == 0)
    reply->remote_state = HS_REMOTE_STATE_ANSWERED;
  return g_steal_pointer (&reply);
}

static void
on_answered (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  const Rule *rule = g_task_get_task_data (task);
  GError *error = NULL;
  g_autoptr (HsRestReply) answer = hs_rest_send_finish (HS_REST (source), result, &error);
  HsSignallingReply *reply = NULL;

  if (answer != NULL && hs_rest_reply_check (answer, "callControlResponse", &error))
    reply = parse_reply (rule, answer, &error);
  if (reply != NULL)
    g_task_return_pointer (task, reply, (GDestroyNotify) hs_signalling_reply_free);
  else
    g_task_return_error (task, error);
}

static const char *
link_signalling_get_user_name (HsSignalling *signalling)
{
  return hs_session_get_user_name (HS_LINK_SIGNALLING (signalling)->session);
}

static void
link_signalling_send_async (HsSignalling *signalling,
                            const HsSignallingRequest *request,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer user_data)
{
  HsLinkSignalling *self = HS_LINK_SIGNALLING (signalling);
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);
  const Rule *rule = &rules[request->kind];
  HsRest *rest = hs_session_get_rest (self->session);
  g_autofree char *path = NULL;
  g_autoptr (JsonObject) body = create_body (rule, request);

  g_return_if_fail (rule->target != TARGET_LEG || request->session != NULL);

  path = dup_path (rest, rule, request);
  g_task_set_source_tag (task, link_signalling_send_async);
  g_task_set_task_data (task, (gpointer) rule, NULL);
  g_debug ("%s %s", rule->method, rule->type != NULL ? rule->type : "call session");
  hs_rest_send_async (rest, rule->method, path, body,
                      g_str_equal (rule->method, "DELETE") ? HS_REST_IGNORE_BODY : HS_REST_DEFAULT,
                      cancellable, on_answered, g_steal_pointer (&task));
}

static HsSignallingReply *
link_signalling_send_finish (HsSignalling *signalling, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, signalling), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
hs_link_signalling_init_interface (HsSignallingInterface *interface)
{
  interface->get_user_name = link_signalling_get_user_name;
  interface->send_async = link_signalling_send_async;
  interface->send_finish = link_signalling_send_finish;
}

static void
on_notification (HsSession *session, JsonObject *notification, HsLinkSignalling *self)
{
  g_autoptr (HsSignallingMessage) message = hs_link_message_parse (notification);

  if (message != NULL)
    g_signal_emit_by_name (self, "received", message);
}

static void
on_connected (HsSession *session, HsLinkSignalling *self)
{
  g_signal_emit_by_name (self, "connected");
}

static void
hs_link_signalling_dispose (GObject *object)
{
  g_clear_object (&HS_LINK_SIGNALLING (object)->session);
  G_OBJECT_CLASS (hs_link_signalling_parent_class)->dispose (object);
}

static void
hs_link_signalling_class_init (HsLinkSignallingClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = hs_link_signalling_dispose;
}

static void
hs_link_signalling_init (HsLinkSignalling *self)
{
}

HsLinkSignalling *
hs_link_signalling_new (HsSession *session)
{
  HsLinkSignalling *self = g_object_new (HS_TYPE_LINK_SIGNALLING, NULL);

  self->session = g_object_ref (session);
  g_signal_connect_object (session, "notification", G_CALLBACK (on_notification), self, 0);
  g_signal_connect_object (session, "connected", G_CALLBACK (on_connected), self, 0);
  return self;
}
