/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "hs-sandbox"

#include "hs-sandbox-credentials.h"
#include "hs-sandbox-address.h"

#include <string.h>

#define STATUS_OK             0
#define STATUS_WRONG_PASSWORD 4
#define STATUS_NOT_AUTHORISED 27
#define STATUS_TOKEN_EXPIRED  65

#define UNKNOWN_DOMAIN "unknown.test"

static int
check_secret (const char *secret)
{
  if (!*secret || strcmp (secret, "wrong") == 0)
    return STATUS_WRONG_PASSWORD;
  return strcmp (secret, "expired") == 0 ? STATUS_TOKEN_EXPIRED : STATUS_OK;
}

/* The name need not be the user's: `authname` may be anything. */
static int
check_basic (const char *encoded)
{
  gsize length = 0;
  g_autofree guchar *decoded = g_base64_decode (encoded, &length);
  g_autofree char *text = g_strndup ((const char *) decoded, length);
  const char *colon = strchr (text, ':');

  return colon && colon > text ? check_secret (colon + 1) : STATUS_WRONG_PASSWORD;
}

/* Returns: the code of the refusal; 0 when @exchange may pass, and then @kind is set */
static int
check (HsSandboxUsers *users, HsSandboxExchange *exchange, const char **kind)
{
  const char *authorization = hs_sandbox_exchange_get_header (exchange, "Authorization");
  const char *token = hs_sandbox_exchange_get_header (exchange, "x-token");
  const char *session = hs_sandbox_exchange_get_header (exchange, "x-session");
  HsSandboxUser *user = hs_sandbox_users_lookup (users, hs_sandbox_exchange_get_user (exchange));

  if (session) {
    *kind = "x-session";
    return user && hs_sandbox_user_find_session (user, session) ? STATUS_OK : STATUS_WRONG_PASSWORD;
  }
  if (token) {
    *kind = "x-token";
    return check_secret (token);
  }
  if (authorization && g_ascii_strncasecmp (authorization, "Basic ", 6) == 0) {
    *kind = "Basic";
    return check_basic (authorization + 6);
  }
  if (authorization && g_ascii_strncasecmp (authorization, "Bearer ", 7) == 0) {
    *kind = "Bearer";
    return check_secret (authorization + 7);
  }
  return STATUS_NOT_AUTHORISED;
}

HsSandboxUser *
hs_sandbox_credentials_check (HsSandboxUsers *users, HsSandboxExchange *exchange)
{
  const char *address = hs_sandbox_exchange_get_user (exchange);
  const char *kind = NULL;
  HsSandboxUser *user;
  int refusal;

  if (!address || strcmp (hs_sandbox_address_get_domain (address), UNKNOWN_DOMAIN) == 0) {
    hs_sandbox_exchange_reply_html (exchange, SOUP_STATUS_FORBIDDEN);
    return NULL;
  }
  refusal = check (users, exchange, &kind);
  if (refusal != STATUS_OK) {
    hs_sandbox_exchange_reply_code (
        exchange, kind ? SOUP_STATUS_FORBIDDEN : SOUP_STATUS_UNAUTHORIZED, refusal);
    return NULL;
  }
  user = hs_sandbox_users_ensure (users, address);
  user->credential = kind;
  return user;
}

gboolean
hs_sandbox_credentials_check_query (const char *query)
{
  static const char *const names[] = { "access_token", "token" };
  g_autoptr (GHashTable) form = soup_form_decode (query ? query : "");

  for (guint i = 0; i < G_N_ELEMENTS (names); i++) {
    const char *token = g_hash_table_lookup (form, names[i]);

    if (token && check_secret (token) != STATUS_OK)
      return FALSE;
  }
  return TRUE;
}
