/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "hs-link"

#include "hs-rest.h"

#include "base/hs-error.h"
#include "base/hs-json.h"

#define MAX_MESSAGE_LENGTH 300

typedef struct {
  int code;
  const char *meaning;
} Meaning;

/* Spec session 1.7; only what the chapter is certain of. */
static const Meaning meanings[] = {
  { 4, "wrong password or invalid credentials" },
  { 5, "the request's body is missing or invalid" },
  { 19, "the user has too many active sessions" },
  { 26, "internal error of the gateway" },
  { 27, "not authorised" },
  { 29, "the device is not authorised" },
  { 35, "the service is not enabled for this user" },
  { 37, "a value in the request is invalid, or the service is not assigned" },
  { 38, "the client correlator is invalid" },
  { 39, "the subscription does not exist any more" },
  { 42, "no such record" },
  { 47, "no such call" },
  { 61, "wrong credentials" },
  { 62, "the account is disabled" },
  { 63, "the account is locked" },
  { 65, "the token has expired" },
  { 1004, "bad request" },
};

void
hs_rest_reply_free (HsRestReply *self)
{
  g_free (self->phrase);
  g_free (self->flaw);
  g_clear_pointer (&self->body, json_node_unref);
  g_free (self);
}

JsonObject *
hs_rest_reply_get_envelope (const HsRestReply *self, const char *name)
{
  return hs_json_get_object (hs_json_node_get_object (self->body), name);
}

static const char *
get_meaning (int status_code)
{
  for (guint i = 0; i < G_N_ELEMENTS (meanings); i++) {
    if (meanings[i].code == status_code)
      return meanings[i].meaning;
  }
  return "the gateway refused the request";
}

void
hs_rest_set_gateway_error (GError **error, guint http_status, int status_code)
{
  g_set_error (error, HS_GATEWAY_ERROR, status_code, "%s (HTTP %u). Code: %d.",
               get_meaning (status_code), http_status, status_code);
}

/* Returns: the statusCode that the body tells, 0 when it tells none. */
static int
find_status_code (const HsRestReply *self, const char *envelope)
{
  JsonObject *body = hs_json_node_get_object (self->body);
  gint64 code = hs_json_get_int (hs_json_get_object (body, envelope), "statusCode", 0);

  /* Failures that come without their envelope have both members (1.5). */
  if (code == 0 && hs_json_get_string (body, "reason") != NULL)
    code = hs_json_get_int (body, "statusCode", 0);
  return code > 0 && code <= G_MAXINT ? code : 0;
}

static void
set_http_error (const HsRestReply *self, GError **error)
{
  const char *told = hs_json_get_string (hs_json_node_get_object (self->body), "message");
  g_autofree char *valid = NULL;
  g_autofree char *text = NULL;

  if (told == NULL || *told == '\0') {
    g_set_error (error, HS_GATEWAY_ERROR, self->status, "the gateway answered HTTP %u: %s",
                 self->status, self->phrase);
    return;
  }
  text = g_strndup (told, MAX_MESSAGE_LENGTH);
  valid = g_utf8_make_valid (text, -1);
  g_set_error_literal (error, HS_GATEWAY_ERROR, self->status, valid);
}

gboolean
hs_rest_reply_check (const HsRestReply *self, const char *envelope, GError **error)
{
  int code;

  if (self->status >= 200 && self->status <= 299) {
    if (self->body != NULL)
      return TRUE;
    g_set_error (error, HS_ERROR, HS_ERROR_INVALID_DATA, "the gateway's answer is unreadable: %s",
                 self->flaw);
    return FALSE;
  }
  code = find_status_code (self, envelope);
  if (code != 0)
    hs_rest_set_gateway_error (error, self->status, code);
  else
    set_http_error (self, error);
  return FALSE;
}
