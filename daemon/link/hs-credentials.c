/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "hs-link"

#include "hs-credentials.h"

#include "base/hs-error.h"
#include "base/hs-json.h"

#include <string.h>

struct _HsCredentials {
  char *user_name;
  const char *header; /* "x-token" or "Authorization" */
  char *value;
  char *bearer_token;
};

typedef enum { USERNAME, PASSWORD, AUTHNAME, BEARER, HMAC, N_MEMBERS } Member;

static const char *const member_names[N_MEMBERS] = {
  [USERNAME] = "username",        [PASSWORD] = "password", [AUTHNAME] = "authname",
  [BEARER] = "bearerAccessToken", [HMAC] = "hmacToken",
};

void
hs_credentials_wipe (char *text)
{
  if (text != NULL)
    explicit_bzero (text, strlen (text));
  g_free (text);
}

static gboolean
refuse (GError **error, const char *what, const char *why)
{
  g_set_error (error, HS_AUTHENTICATION_ERROR, HS_AUTHENTICATION_ERROR_INVALID_CREDENTIALS,
               "credentials: %s %s", what, why);
  return FALSE;
}

/* Header values and URLs are made of these texts: a line break in one would forge a header. */
static gboolean
read_member (JsonObject *json, const char *name, const char **value, GError **error)
{
  JsonNode *node = json_object_get_member (json, name);

  *value = NULL;
  if (node == NULL || JSON_NODE_HOLDS_NULL (node))
    return TRUE;
  *value = hs_json_get_string (json, name);
  if (*value == NULL)
    return refuse (error, name, "must be a string");
  for (const char *c = *value; *c != '\0'; c++) {
    if (g_ascii_iscntrl (*c))
      return refuse (error, name, "must not hold control characters");
  }
  if (**value == '\0')
    *value = NULL;
  return TRUE;
}

static gboolean
check_members (const char *const *values, GError **error)
{
  if (values[USERNAME] == NULL)
    return refuse (error, "username", "is missing");
  if (values[HMAC] == NULL && values[PASSWORD] == NULL && values[BEARER] == NULL)
    return refuse (error, "password, bearerAccessToken or hmacToken", "is missing");
  return TRUE;
}

static char *
dup_basic (const char *name, const char *password)
{
  char *plain = g_strconcat (name, ":", password, NULL);
  char *encoded = g_base64_encode ((const guchar *) plain, strlen (plain));
  char *value = g_strconcat ("Basic ", encoded, NULL);

  hs_credentials_wipe (plain);
  hs_credentials_wipe (encoded);
  return value;
}

/* The first row of spec session 1.4 that matches wins. */
static void
choose_kind (HsCredentials *self, const char *const *values)
{
  self->header = "Authorization";
  if (values[HMAC] != NULL) {
    self->header = "x-token";
    self->value = g_strdup (values[HMAC]);
  } else if (values[AUTHNAME] != NULL && values[PASSWORD] != NULL) {
    self->value = dup_basic (values[AUTHNAME], values[PASSWORD]);
  } else if (values[BEARER] != NULL) {
    self->value = g_strconcat ("Bearer ", values[BEARER], NULL);
    self->bearer_token = g_strdup (values[BEARER]);
  } else {
    self->value = dup_basic (values[USERNAME], values[PASSWORD]);
  }
}

HsCredentials *
hs_credentials_new (JsonObject *json, GError **error)
{
  const char *values[N_MEMBERS];
  HsCredentials *self;

  for (guint i = 0; i < N_MEMBERS; i++) {
    if (!read_member (json, member_names[i], &values[i], error))
      return NULL;
  }
  if (!check_members (values, error))
    return NULL;
  self = g_new0 (HsCredentials, 1);
  self->user_name = g_strdup (values[USERNAME]);
  choose_kind (self, values);
  return self;
}

void
hs_credentials_free (HsCredentials *self)
{
  g_free (self->user_name);
  hs_credentials_wipe (self->value);
  hs_credentials_wipe (self->bearer_token);
  g_free (self);
}

const char *
hs_credentials_get_user_name (const HsCredentials *self)
{
  return self->user_name;
}

const char *
hs_credentials_get_bearer_token (const HsCredentials *self)
{
  return self->bearer_token;
}

void
hs_credentials_sign (const HsCredentials *self, const char *session_id, SoupMessageHeaders *headers)
{
  if (session_id != NULL && g_str_equal (self->header, "x-token"))
    soup_message_headers_replace (headers, "x-session", session_id);
  else
    soup_message_headers_replace (headers, self->header, self->value);
}

void
hs_credentials_unsign (SoupMessageHeaders *headers)
{
  soup_message_headers_remove (headers, "Authorization");
  soup_message_headers_remove (headers, "x-token");
  soup_message_headers_remove (headers, "x-session");
}
