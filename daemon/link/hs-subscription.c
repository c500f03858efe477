/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "hs-link"

#include "hs-subscription.h"

#include "hs-credentials.h"
#include "hs-rest.h"
#include "hs-wire.h"

#include "base/hs-error.h"
#include "base/hs-json.h"

#define DEFAULT_EXPIRES_S         3600
#define DEFAULT_LOCALIZATION      "English_US"
#define DEFAULT_NOTIFICATION_TYPE "WebSocket"
#define MAX_SERVICES              1000

void
hs_subscription_free (HsSubscription *self)
{
  g_free (self->url);
  hs_credentials_wipe (self->channel);
  g_strfreev (self->requested);
  g_strfreev (self->received);
  g_free (self->localization);
  g_free (self->notification_type);
  g_free (self->client_correlator);
  hs_credentials_wipe (self->session_id);
  g_free (self->turn_username);
  hs_credentials_wipe (self->turn_password);
  g_free (self);
}

JsonArray *
hs_subscription_create_array (const char *const *names)
{
  JsonArray *array = json_array_new ();

  for (guint i = 0; names != NULL && names[i] != NULL; i++)
    json_array_add_string_element (array, names[i]);
  return array;
}

static JsonObject *
wrap (JsonObject *request)
{
  JsonObject *body = json_object_new ();

  json_object_set_object_member (body, "subscribeRequest", request);
  return body;
}

static const char *
get_configured (HsConfig *config, const char *key, const char *fallback)
{
  const char *value = hs_config_get_string (config, key);

  return value != NULL ? value : fallback;
}

JsonObject *
hs_subscription_create_request (HsConfig *config, const char *const *services, JsonObject *options)
{
  gint64 expires = hs_config_get_int (config, "subscription.expires", DEFAULT_EXPIRES_S);
  gboolean force = hs_json_get_boolean (options, "forceLogOut", FALSE);
  JsonArray *supported = json_array_new ();
  JsonObject *request = json_object_new ();

  json_array_add_string_element (supported, "RingingFeedback");
  json_object_set_int_member (
      request, "expires",
      hs_config_get_int (config, "authentication.subscription.expires", expires));
  json_object_set_array_member (request, "service", hs_subscription_create_array (services));
  json_object_set_string_member (
      request, "localization",
      get_configured (config, "authentication.localization", DEFAULT_LOCALIZATION));
  json_object_set_boolean_member (request, "useTurn",
                                  hs_config_get_boolean (config, "authentication.useTurn", TRUE));
  json_object_set_string_member (
      request, "notificationType",
      get_configured (config, "authentication.notificationType", DEFAULT_NOTIFICATION_TYPE));
  json_object_set_array_member (request, "supported", supported);
  json_object_set_string_member (request, "forceLogOut", force ? "true" : "false");
  hs_json_set_string (request, "clientCorrelator",
                      hs_json_get_string (options, "clientCorrelator"));
  return wrap (request);
}

JsonObject *
hs_subscription_create_update (const HsSubscription *self, const char *const *services)
{
  JsonObject *request = json_object_new ();

  json_object_set_int_member (request, "expires",
                              self->expires_s > 0 ? self->expires_s : DEFAULT_EXPIRES_S);
  json_object_set_array_member (request, "service", hs_subscription_create_array (services));
  json_object_set_string_member (request, "localization", self->localization);
  json_object_set_boolean_member (request, "useTurn", self->use_turn);
  json_object_set_string_member (request, "notificationType", self->notification_type);
  return wrap (request);
}

/* Parsing: every getter takes the answer's member, else what was known before. */

static char *
dup_member (JsonObject *params, const char *member, const char *previous)
{
  const char *value = hs_json_get_string (params, member);

  return g_strdup (value != NULL ? value : previous);
}

/* Nothing with a control character in it may become a header or part of a URL. */
static char *
dup_token (JsonObject *params, const char *member, const char *previous)
{
  const char *value = hs_json_get_string (params, member);

  for (const char *c = value; c != NULL && *c != '\0'; c++) {
    if (g_ascii_iscntrl (*c))
      value = NULL;
    if (value == NULL)
      break;
  }
  return g_strdup (value != NULL && *value != '\0' ? value : previous);
}

static gboolean
read_path (
    JsonObject *object, const char *member, const char *previous, char **path, GError **error)
{
  const char *value = hs_json_get_string (object, member);

  *path = hs_wire_dup_path (value != NULL ? value : previous, member, error);
  if (*path == NULL)
    g_prefix_error_literal (error, "the subscription's answer is of no use: ");
  return *path != NULL;
}

static gboolean
read_services (JsonObject *params, GStrv *received, GError **error)
{
  JsonArray *array = hs_json_get_array (params, "service");
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();

  if (array == NULL) {
    g_set_error_literal (error, HS_ERROR, HS_ERROR_INVALID_DATA,
                         "the subscription's answer is of no use: service is missing");
    return FALSE;
  }
  for (guint i = 0; i < MIN (json_array_get_length (array), MAX_SERVICES); i++) {
    JsonNode *node = json_array_get_element (array, i);

    if (JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_STRING)
      g_strv_builder_add (builder, json_node_get_string (node));
  }
  *received = g_strv_builder_end (builder);
  return TRUE;
}

static void
read_texts (HsSubscription *self, JsonObject *params, const HsSubscription *previous)
{
  JsonObject *turn = hs_json_get_object (params, "turnCredentials");

  self->expires_s = hs_json_get_int (params, "expires", 0);
  self->use_turn = hs_json_get_boolean (params, "useTurn", previous == NULL || previous->use_turn);
  self->localization = dup_member (
      params, "localization", previous != NULL ? previous->localization : DEFAULT_LOCALIZATION);
  self->notification_type =
      dup_member (params, "notificationType",
                  previous != NULL ? previous->notification_type : DEFAULT_NOTIFICATION_TYPE);
  self->client_correlator =
      dup_token (params, "clientCorrelator", previous != NULL ? previous->client_correlator : NULL);
  self->session_id =
      dup_token (params, "sessionId", previous != NULL ? previous->session_id : NULL);
  self->turn_username = dup_member (
      turn, "username", previous != NULL && turn == NULL ? previous->turn_username : NULL);
  self->turn_password = dup_member (
      turn, "password", previous != NULL && turn == NULL ? previous->turn_password : NULL);
}

/* A PUT succeeds with 0 or 2; of a POST only the rest is looked at (2.2), so its number speaks only
 * where the rest is missing. */
static gboolean
check_status (JsonObject *response, gboolean update, GError **error)
{
  gint64 code = hs_json_get_int (response, "statusCode", update ? -1 : 0);
  JsonObject *params = hs_json_get_object (response, "subscriptionParams");

  if (code == 0 || code == 2 || (!update && params != NULL))
    return TRUE;
  if (code > 0 && code <= G_MAXINT)
    hs_rest_set_gateway_error (error, SOUP_STATUS_OK, (int) code);
  else
    g_set_error_literal (error, HS_ERROR, HS_ERROR_INVALID_DATA,
                         "the subscription's answer is of no use: statusCode is missing");
  return FALSE;
}

HsSubscription *
hs_subscription_parse (JsonObject *response,
                       const HsSubscription *previous,
                       const char *const *requested,
                       GError **error)
{
  g_autoptr (HsSubscription) self = g_new0 (HsSubscription, 1);
  JsonObject *params = hs_json_get_object (response, "subscriptionParams");

  if (response == NULL) {
    g_set_error_literal (error, HS_ERROR, HS_ERROR_INVALID_DATA,
                         "the answer holds no subscribeResponse");
    return NULL;
  }
  if (!check_status (response, previous != NULL, error))
    return NULL;
  if (params == NULL) {
    g_set_error_literal (error, HS_ERROR, HS_ERROR_INVALID_DATA,
                         "the subscription's answer is of no use: subscriptionParams is missing");
    return NULL;
  }
  if (!read_path (response, "subscription", previous != NULL ? previous->url : NULL, &self->url,
                  error) ||
      !read_path (params, "notificationChannel", previous != NULL ? previous->channel : NULL,
                  &self->channel, error) ||
      !read_services (params, &self->received, error))
    return NULL;
  self->requested = g_strdupv ((GStrv) requested);
  read_texts (self, params, previous);
  return g_steal_pointer (&self);
}

static const char *
get_service_name (JsonNode *node)
{
  JsonObject *object = hs_json_node_get_object (node);

  if (object != NULL)
    return hs_json_get_string (object, "service");
  if (JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_STRING)
    return json_node_get_string (node);
  return NULL;
}

GStrv
hs_subscription_parse_services (JsonArray *services, GError **error)
{
  guint length = services != NULL ? json_array_get_length (services) : 0;
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();

  for (guint i = 0; i < length; i++) {
    const char *name = get_service_name (json_array_get_element (services, i));

    if (name == NULL || *name == '\0') {
      g_set_error (error, HS_AUTHENTICATION_ERROR, HS_AUTHENTICATION_ERROR_MISSING_SERVICE,
                   "services[%u] is neither a name nor an object with \"service\"", i);
      return NULL;
    }
    g_strv_builder_add (builder, name);
  }
  if (length == 0) {
    g_set_error_literal (error, HS_AUTHENTICATION_ERROR, HS_AUTHENTICATION_ERROR_MISSING_SERVICE,
                         "the list of services is empty");
    return NULL;
  }
  return g_strv_builder_end (builder);
}

GStrv
hs_subscription_unite (const char *const *first, const char *const *second)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_auto (GStrv) added = hs_subscription_subtract (second, first);

  g_strv_builder_addv (builder, (const char **) first);
  g_strv_builder_addv (builder, (const char **) added);
  return g_strv_builder_end (builder);
}

GStrv
hs_subscription_subtract (const char *const *first, const char *const *second)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();

  for (guint i = 0; first[i] != NULL; i++) {
    if (!g_strv_contains (second, first[i]))
      g_strv_builder_add (builder, first[i]);
  }
  return g_strv_builder_end (builder);
}

static gboolean
contains_folded (const char *const *names, const char *name)
{
  for (guint i = 0; names[i] != NULL; i++) {
    if (g_ascii_strcasecmp (names[i], name) == 0)
      return TRUE;
  }
  return FALSE;
}

static const char *
get_status (guint requested, guint received, guint missing)
{
  if (received == 0)
    return "NONE";
  if (missing > 0)
    return "PARTIAL";
  return requested == received ? "FULL" : "UNKNOWN";
}

JsonObject *
hs_subscription_dup_services_info (const HsSubscription *self)
{
  static const char *const none[] = { NULL };
  const char *const *requested = self != NULL ? (const char *const *) self->requested : none;
  const char *const *received = self != NULL ? (const char *const *) self->received : none;
  JsonObject *info = json_object_new ();
  JsonObject *services = json_object_new ();
  JsonArray *missing = json_array_new ();

  for (guint i = 0; received[i] != NULL; i++)
    json_object_set_boolean_member (services, received[i], TRUE);
  for (guint i = 0; requested[i] != NULL; i++) {
    if (contains_folded (received, requested[i]))
      continue;
    json_object_set_boolean_member (services, requested[i], FALSE);
    json_array_add_string_element (missing, requested[i]);
  }
  json_object_set_array_member (info, "requested", hs_subscription_create_array (requested));
  json_object_set_array_member (info, "received", hs_subscription_create_array (received));
  json_object_set_string_member (info, "status",
                                 get_status (g_strv_length ((GStrv) requested),
                                             g_strv_length ((GStrv) received),
                                             json_array_get_length (missing)));
  json_object_set_array_member (info, "missing", missing);
  json_object_set_object_member (info, "services", services);
  return info;
}
