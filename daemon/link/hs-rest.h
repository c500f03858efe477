/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "hs-credentials.h"
#include "hs-transport.h"

#include "base/hs-clock.h"
#include "base/hs-config.h"

#include <gio/gio.h>
#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/**
 * HsRest: requests to the gateway (spec session 1)
 *
 * One request is one attempt with a time limit (request.timeout ms, default 30000). Who signs in
 * is set here by the session; everybody else only sends.
 */
#define HS_TYPE_REST (hs_rest_get_type ())
G_DECLARE_FINAL_TYPE (HsRest, hs_rest, HS, REST, GObject)

typedef enum {
  HS_REST_DEFAULT = 0,
  HS_REST_IGNORE_BODY = 1 << 0, /* a 2xx body is not read; counts as {} */
  HS_REST_PUSH_SERVER = 1 << 1, /* to notifications.pushRegistration, when that is configured */
} HsRestFlags;

/* Any answer of the gateway. */
typedef struct {
  guint status;          /* of HTTP */
  char *phrase;          /* HTTP's reason phrase */
  JsonNode *body;        /* nullable: the body, where it is JSON; {} for 204 */
  char *flaw;            /* nullable: why a 2xx answer cannot be read */
  gint64 retry_after_ms; /* of the header, -1 when absent */
} HsRestReply;

void hs_rest_reply_free (HsRestReply *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HsRestReply, hs_rest_reply_free)

/* Returns: (nullable): the object @name in the body. */
JsonObject *hs_rest_reply_get_envelope (const HsRestReply *self, const char *name);

/* Returns: TRUE for a 2xx answer that can be read; its statusCode is the caller's business.
 * @envelope: the object that may hold the statusCode of a failure
 * @error: HS_GATEWAY_ERROR with that statusCode, or the HTTP status where there is none;
 *   HS_ERROR_INVALID_DATA for a 2xx answer that is not JSON */
gboolean hs_rest_reply_check (const HsRestReply *self,
                              const char *envelope,
                              GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Sets HS_GATEWAY_ERROR from a statusCode, with what it is known to mean. */
void hs_rest_set_gateway_error (GError **error, guint http_status, int status_code);

HsRest *hs_rest_new (HsClock *clock, HsConfig *config, HsTransport *transport);

/* @credentials: (transfer full) (nullable): NULL signs nobody in. */
void hs_rest_take_credentials (HsRest *self, HsCredentials *credentials);

/* Returns: (transfer none) (nullable) */
const HsCredentials *hs_rest_get_credentials (HsRest *self);

/* What the subscription's answer called sessionId; NULL takes it away. */
void hs_rest_set_session_id (HsRest *self, const char *session_id);

/* Returns: (transfer full) (nullable): "/rest/version/1/user/NAME/RESOURCE"; NULL while nobody is
 * signed in. @resource is used as it is: its parts are escaped by the caller
 * (hs_wire_escape_segment()). */
char *hs_rest_dup_user_path (HsRest *self, const char *resource);

/* @path: from hs_rest_dup_user_path(), or given by the gateway and checked by hs_wire_dup_path();
 *   a query may follow it. NULL, as when nobody is signed in, ends with an error.
 * @body: (nullable) (transfer none) */
void hs_rest_send_async (HsRest *self,
                         const char *method,
                         const char *path,
                         JsonObject *body,
                         HsRestFlags flags,
                         GCancellable *cancellable,
                         GAsyncReadyCallback callback,
                         gpointer user_data);

/* Returns: (transfer full): the answer, whatever its status.
 * @error: HS_ERROR_TIMED_OUT; HS_ERROR_TOO_LARGE; HS_ERROR_INVALID_DATA naming a configuration key;
 *   HS_AUTHENTICATION_ERROR_INVALID_CREDENTIALS while nobody is signed in; G_IO_ERROR, G_TLS_ERROR,
 *   G_RESOLVER_ERROR where nothing answered */
HsRestReply *
hs_rest_send_finish (HsRest *self, GAsyncResult *result, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
