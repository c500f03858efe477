/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "hs-base"

#include "hs-error.h"

G_DEFINE_QUARK (hs - error, hs_error)
G_DEFINE_QUARK (hs - authentication - error, hs_authentication_error)
G_DEFINE_QUARK (hs - subscription - error, hs_subscription_error)
G_DEFINE_QUARK (hs - call - error, hs_call_error)
G_DEFINE_QUARK (hs - gateway - error, hs_gateway_error)

typedef struct {
  GQuark (*domain) (void);
  const char *group;
  int number;
  const char *kind;
} Row;

static const Row rows[] = {
  { hs_error_quark, "handset", HS_ERROR_TIMED_OUT, "timed-out" },
  { hs_error_quark, "handset", HS_ERROR_TOO_LARGE, "too-large" },
  { hs_error_quark, "handset", HS_ERROR_DESTROYED, "destroyed" },
  { hs_error_quark, "handset", HS_ERROR_NOT_FOUND, "not-found" },
  { hs_error_quark, "handset", HS_ERROR_INVALID_DATA, "invalid-data" },
  { hs_error_quark, "handset", HS_ERROR_CLOSED, "closed" },
  { hs_error_quark, "handset", HS_ERROR_NOT_ALLOWED, "not-allowed" },
  { hs_error_quark, "handset", HS_ERROR_BUSY, "busy" },
  { hs_error_quark, "handset", HS_ERROR_CANCELLED, "cancelled" },
  { hs_error_quark, "handset", HS_ERROR_TOO_DEEP, "too-deep" },
  { hs_error_quark, "handset", HS_ERROR_TOO_MANY_CONNECTIONS, "too-many-connections" },
  { hs_error_quark, "handset", HS_ERROR_UNREACHABLE, "unreachable" },
  { hs_authentication_error_quark, "authentication", HS_AUTHENTICATION_ERROR_INVALID_CREDENTIALS,
    "invalid-credentials" },
  { hs_authentication_error_quark, "authentication", HS_AUTHENTICATION_ERROR_UNSUBSCRIBE_FAILED,
    "unsubscribe-failed" },
  { hs_authentication_error_quark, "authentication", HS_AUTHENTICATION_ERROR_SUBSCRIBE_FAILED,
    "subscribe-failed" },
  { hs_authentication_error_quark, "authentication", HS_AUTHENTICATION_ERROR_EXTEND_FAILED,
    "extend-failed" },
  { hs_authentication_error_quark, "authentication", HS_AUTHENTICATION_ERROR_UPDATE_FAILED,
    "update-failed" },
  { hs_authentication_error_quark, "authentication", HS_AUTHENTICATION_ERROR_MISSING_SERVICE,
    "missing-service" },
  { hs_subscription_error_quark, "subscription", HS_SUBSCRIPTION_ERROR_WEBSOCKET, "websocket" },
  { hs_call_error_quark, "call", HS_CALL_ERROR_UNKNOWN, "unknown" },
  { hs_call_error_quark, "call", HS_CALL_ERROR_GENERIC, "failed" },
  { hs_call_error_quark, "call", HS_CALL_ERROR_INIT_MEDIA_FAILED, "init-media-failed" },
  { hs_call_error_quark, "call", HS_CALL_ERROR_USER_MEDIA, "user-media" },
  { hs_call_error_quark, "call", HS_CALL_ERROR_NOT_SUPPORTED, "not-supported" },
  { hs_call_error_quark, "call", HS_CALL_ERROR_INVALID_STATE, "invalid-state" },
  { hs_call_error_quark, "call", HS_CALL_ERROR_INVALID_PARAM, "invalid-param" },
  { hs_call_error_quark, "call", HS_CALL_ERROR_STATE_DESYNC, "state-desync" },
  { hs_call_error_quark, "call", HS_CALL_ERROR_INVALID_OFFER, "invalid-offer" },
  { hs_call_error_quark, "call", HS_CALL_ERROR_REMOTE_ANSWER, "remote-answer" },
  { hs_call_error_quark, "call", HS_CALL_ERROR_GLARE, "glare" },
};

static const Row *
find_row (const GError *error)
{
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    if (error->domain == rows[i].domain () && error->code == rows[i].number)
      return &rows[i];
  }
  return NULL;
}

char *
hs_error_dup_code (const GError *error)
{
  const Row *row = find_row (error);

  return row != NULL ? g_strdup_printf ("%s:%d", row->group, row->number) : NULL;
}

const char *
hs_error_get_kind (const GError *error)
{
  const Row *row = find_row (error);

  if (error->domain == HS_GATEWAY_ERROR)
    return "gateway";
  return row != NULL ? row->kind : NULL;
}

JsonObject *
hs_error_to_json (const GError *error)
{
  g_autofree char *code = hs_error_dup_code (error);
  JsonObject *object = json_object_new ();

  json_object_set_string_member (object, "name", "BasicError");
  if (error->domain == HS_GATEWAY_ERROR)
    json_object_set_int_member (object, "code", error->code);
  else
    json_object_set_string_member (object, "code", code != NULL ? code : "NO_CODE");
  json_object_set_string_member (object, "message", error->message);
  return object;
}
