/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "hs-link"

#include "hs-session-private.h"

#include "base/hs-error.h"
#include "base/hs-json.h"

/* What connect() subscribes to unless authentication.subscription.service says otherwise. */
static const char *const default_services[] = { "call", "IM", "Presence", NULL };

static void
take_auth_error (HsSession *self, const GError *error)
{
  g_clear_pointer (&self->auth_error, json_object_unref);
  if (error != NULL)
    self->auth_error = hs_error_to_json (error);
}

/* A subscription belongs to one user; requests in another's name would miss it. */
static gboolean
check_user (HsSession *self, const HsCredentials *credentials, GError **error)
{
  const char *current = hs_session_get_user_name (self);

  if (current == NULL || g_str_equal (current, hs_credentials_get_user_name (credentials)))
    return TRUE;
  if (self->subscription == NULL && self->running == NULL)
    return TRUE;
  g_set_error_literal (error, HS_AUTHENTICATION_ERROR, HS_AUTHENTICATION_ERROR_INVALID_CREDENTIALS,
                       "credentials: username is not that of the running session, which has to be "
                       "disconnected first");
  return FALSE;
}

static gboolean
set_credentials (HsSession *self, JsonObject *json, GError **error)
{
  g_autoptr (HsCredentials) credentials = NULL;

  if (self->closed) {
    g_set_error_literal (error, HS_ERROR, HS_ERROR_CLOSED, "the session is closed");
    return FALSE;
  }
  credentials = hs_credentials_new (json, error);
  if (credentials == NULL || !check_user (self, credentials, error))
    return FALSE;
  hs_rest_take_credentials (self->rest, g_steal_pointer (&credentials));
  self->credentials_serial++;
  return TRUE;
}

gboolean
hs_session_set_credentials (HsSession *self, JsonObject *credentials, GError **error)
{
  g_autoptr (HsSession) alive G_GNUC_UNUSED = g_object_ref (self);
  g_autoptr (GError) reason = NULL;

  if (set_credentials (self, credentials, &reason)) {
    hs_session_emit_plain (self, "auth:change");
    return TRUE;
  }
  hs_session_emit_error (self, "auth:error", reason);
  g_propagate_error (error, g_steal_pointer (&reason));
  return FALSE;
}

/* Takes @waiter. */
static void
fail_connect (HsSession *self, GTask *waiter, const GError *error)
{
  self->n_auth_pending--;
  take_auth_error (self, error);
  hs_session_emit_error (self, "auth:error", error);
  if (waiter != NULL)
    g_task_return_error (waiter, g_error_copy (error));
  g_clear_object (&waiter);
}

static GStrv
dup_configured_services (HsSession *self, GError **error)
{
  JsonNode *node = hs_config_get (self->config, "authentication.subscription.service");

  if (node == NULL)
    return g_strdupv ((GStrv) default_services);
  return hs_subscription_parse_services (
      JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL, error);
}

void
hs_session_connect (HsSession *self, JsonObject *credentials, JsonObject *options, GTask *waiter)
{
  g_autoptr (HsSession) alive G_GNUC_UNUSED = g_object_ref (self);
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) services = NULL;
  HsSessionOperation *operation;

  self->n_auth_pending++;
  take_auth_error (self, NULL);
  hs_session_emit_plain (self, "auth:change");
  if (hs_session_set_credentials (self, credentials, &error))
    services = dup_configured_services (self, &error);
  if (services == NULL) {
    fail_connect (self, waiter, error);
    return;
  }
  operation = hs_session_operation_new (HS_SESSION_OPERATION_SUBSCRIBE, waiter);
  operation->services = g_steal_pointer (&services);
  operation->options = options != NULL ? json_object_ref (options) : NULL;
  operation->connecting = TRUE;
  hs_session_queue (self, operation);
}

void
hs_session_disconnect (HsSession *self, GTask *waiter)
{
  g_autoptr (HsSession) alive G_GNUC_UNUSED = g_object_ref (self);
  HsSessionOperation *operation =
      hs_session_operation_new (HS_SESSION_OPERATION_DISCONNECT, waiter);

  operation->credentials_serial = self->credentials_serial;
  self->n_auth_pending++;
  hs_session_emit_plain (self, "auth:change");
  hs_session_queue (self, operation);
  hs_session_hurry (self);
}

static HsSessionOperation *
create_operation (HsSessionOperationKind kind,
                  JsonArray *services,
                  JsonObject *options,
                  GTask *waiter)
{
  HsSessionOperation *operation = hs_session_operation_new (kind, waiter);

  operation->services = hs_subscription_parse_services (services, &operation->flaw);
  operation->options = options != NULL ? json_object_ref (options) : NULL;
  return operation;
}

void
hs_session_subscribe (HsSession *self, JsonArray *services, JsonObject *options, GTask *waiter)
{
  g_autoptr (HsSession) alive G_GNUC_UNUSED = g_object_ref (self);

  hs_session_queue (self,
                    create_operation (HS_SESSION_OPERATION_SUBSCRIBE, services, options, waiter));
}

void
hs_session_unsubscribe (HsSession *self, JsonArray *services, GTask *waiter)
{
  g_autoptr (HsSession) alive G_GNUC_UNUSED = g_object_ref (self);

  hs_session_queue (self,
                    create_operation (HS_SESSION_OPERATION_UNSUBSCRIBE, services, NULL, waiter));
}

/* The end of what began above. */

void
hs_session_finish_auth (HsSession *self, const HsSessionOperation *operation, const GError *error)
{
  if (operation->kind == HS_SESSION_OPERATION_DISCONNECT) {
    self->n_auth_pending--;
    take_auth_error (self, NULL);
    hs_session_emit_plain (self, "auth:change");
  } else if (operation->connecting) {
    self->n_auth_pending--;
    take_auth_error (self, error);
    if (error != NULL)
      hs_session_emit_error (self, "auth:error", error);
    else
      hs_session_emit_plain (self, "auth:change");
  }
}
