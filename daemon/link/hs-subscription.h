/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "base/hs-config.h"

#include <gio/gio.h>
#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/**
 * HsSubscription: what the gateway granted (spec session 2.1 to 2.4)
 *
 * Immutable; every good answer to a POST or PUT makes a new one. Only texts and data here: who
 * sends them is the session.
 */
typedef struct {
  char *url;     /* path for PUT and DELETE */
  char *channel; /* path of the websocket, as secret as a password */
  GStrv requested;
  GStrv received;
  gint64 expires_s; /* 0 when the answer told none */
  char *localization;
  char *notification_type;
  gboolean use_turn;
  char *client_correlator; /* nullable, as all below */
  char *session_id;
  char *turn_username;
  char *turn_password;
} HsSubscription;

void hs_subscription_free (HsSubscription *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HsSubscription, hs_subscription_free)

/* Returns: (transfer full): {"subscribeRequest"} for the POST. @options: (nullable): forceLogOut,
 * clientCorrelator. */
JsonObject *
hs_subscription_create_request (HsConfig *config, const char *const *services, JsonObject *options);

/* Returns: (transfer full): {"subscribeRequest"} for a PUT. */
JsonObject *hs_subscription_create_update (const HsSubscription *self, const char *const *services);

/* @response: the subscribeResponse of a 2xx answer
 * @previous: (nullable): where an answer to a PUT left something out, this holds it
 * Returns: (transfer full)
 * @error: HS_GATEWAY_ERROR, HS_ERROR_INVALID_DATA naming the member that is missing or wrong */
HsSubscription *hs_subscription_parse (JsonObject *response,
                                       const HsSubscription *previous,
                                       const char *const *requested,
                                       GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* @services: of names or of objects with "service"
 * Returns: (transfer full): the names, in their order.
 * @error: HS_AUTHENTICATION_ERROR_MISSING_SERVICE */
GStrv hs_subscription_parse_services (JsonArray *services,
                                      GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Returns: (transfer full): @first, and what of @second is not in it. */
GStrv hs_subscription_unite (const char *const *first, const char *const *second);

/* Returns: (transfer full): what of @first is not in @second. */
GStrv hs_subscription_subtract (const char *const *first, const char *const *second);

/* Returns: (transfer full): {"requested", "received", "missing", "status", "services"}; of NULL:
 * the empty one. */
JsonObject *hs_subscription_dup_services_info (const HsSubscription *self);

/* Returns: (transfer full) */
JsonArray *hs_subscription_create_array (const char *const *names);

G_END_DECLS
