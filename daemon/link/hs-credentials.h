/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <json-glib/json-glib.h>
#include <libsoup/soup.h>

G_BEGIN_DECLS

/**
 * HsCredentials: who signs in, and with what (spec session 1.4)
 *
 * Immutable. Secrets live in memory of their own, which is overwritten before it is freed.
 */
typedef struct _HsCredentials HsCredentials;

/* @json: {"username", and "hmacToken", "password" (with "authname") or "bearerAccessToken"}
 * @error: HS_AUTHENTICATION_ERROR_INVALID_CREDENTIALS saying which member is missing or wrong */
HsCredentials *hs_credentials_new (JsonObject *json, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void hs_credentials_free (HsCredentials *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HsCredentials, hs_credentials_free)

/* The login name, "user@domain". */
const char *hs_credentials_get_user_name (const HsCredentials *self);

/* Returns: (nullable): the token that a websocket URL may carry. */
const char *hs_credentials_get_bearer_token (const HsCredentials *self);

/* Writes the one header that authenticates a request. @session_id: (nullable): what the
 * subscription was given; it stands in for an HMAC token, which is good for one use only. */
void hs_credentials_sign (const HsCredentials *self,
                          const char *session_id,
                          SoupMessageHeaders *headers);

/* Takes that header out again, so that no finished request keeps a copy. */
void hs_credentials_unsign (SoupMessageHeaders *headers);

/* Overwrites and frees a secret text; @text may be NULL. */
void hs_credentials_wipe (char *text);

G_END_DECLS
