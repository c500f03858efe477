/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>
#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/* One domain per group of the contract's error codes, numbered as the contract numbers them:
 * HS_CALL_ERROR_INVALID_STATE travels as "call:6". Numbers are only ever added. */

/* What belongs to no namespace; travels as "handset:N". */
#define HS_ERROR (hs_error_quark ())
typedef enum {
  HS_ERROR_TIMED_OUT = 1,
  HS_ERROR_TOO_LARGE = 2,
  HS_ERROR_DESTROYED = 3,
  HS_ERROR_NOT_FOUND = 4,
  HS_ERROR_INVALID_DATA = 5,
  HS_ERROR_CLOSED = 6,
  HS_ERROR_NOT_ALLOWED = 7,
  HS_ERROR_BUSY = 8,
  HS_ERROR_CANCELLED = 9,
  HS_ERROR_TOO_DEEP = 10,
  HS_ERROR_TOO_MANY_CONNECTIONS = 11,
  HS_ERROR_UNREACHABLE = 12,
} HsError;

#define HS_AUTHENTICATION_ERROR (hs_authentication_error_quark ())
typedef enum {
  HS_AUTHENTICATION_ERROR_INVALID_CREDENTIALS = 1,
  HS_AUTHENTICATION_ERROR_UNSUBSCRIBE_FAILED = 3,
  HS_AUTHENTICATION_ERROR_SUBSCRIBE_FAILED = 4,
  HS_AUTHENTICATION_ERROR_EXTEND_FAILED = 5,
  HS_AUTHENTICATION_ERROR_UPDATE_FAILED = 6,
  HS_AUTHENTICATION_ERROR_MISSING_SERVICE = 12,
} HsAuthenticationError;

#define HS_SUBSCRIPTION_ERROR (hs_subscription_error_quark ())
typedef enum {
  HS_SUBSCRIPTION_ERROR_WEBSOCKET = 1,
} HsSubscriptionError;

#define HS_CALL_ERROR (hs_call_error_quark ())
typedef enum {
  HS_CALL_ERROR_UNKNOWN = 1,
  HS_CALL_ERROR_GENERIC = 2,
  HS_CALL_ERROR_INIT_MEDIA_FAILED = 3,
  HS_CALL_ERROR_USER_MEDIA = 4,
  HS_CALL_ERROR_NOT_SUPPORTED = 5,
  HS_CALL_ERROR_INVALID_STATE = 6,
  HS_CALL_ERROR_INVALID_PARAM = 7,
  HS_CALL_ERROR_STATE_DESYNC = 8,
  HS_CALL_ERROR_INVALID_OFFER = 9,
  HS_CALL_ERROR_REMOTE_ANSWER = 10,
  HS_CALL_ERROR_GLARE = 12,
} HsCallError;

/* The gateway said no: the error's code is the gateway's statusCode, or the HTTP status where the
 * answer had none (spec call-signalling 1.1). Travels as a number. */
#define HS_GATEWAY_ERROR (hs_gateway_error_quark ())

GQuark hs_error_quark (void);
GQuark hs_authentication_error_quark (void);
GQuark hs_subscription_error_quark (void);
GQuark hs_call_error_quark (void);
GQuark hs_gateway_error_quark (void);

/* Returns: (nullable) (transfer full): "call:6", "authentication:4", "handset:1"; NULL for a
 * gateway's number and for a domain that is not ours. */
char *hs_error_dup_code (const GError *error);

/* Returns: (nullable): "invalid-state", "timed-out", "gateway" …; NULL for a domain not ours. */
const char *hs_error_get_kind (const GError *error);

/* The SDK's BasicError, as event payloads carry it.
 * Returns: (transfer full): {"name": "BasicError", "code": "call:6" | 404 | "NO_CODE",
 * "message": "…"} */
JsonObject *hs_error_to_json (const GError *error);

G_END_DECLS
