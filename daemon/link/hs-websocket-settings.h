/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <json-glib/json-glib.h>

#include "base/hs-config.h"
#include "hs-credentials.h"

G_BEGIN_DECLS

/* What the configuration says about the websocket: where it is, how long to wait for it. Read anew
 * each time, so that a change counts from the next attempt on (spec session). */

guint hs_websocket_settings_get_open_timeout_ms (HsConfig *config);

/* @n_failed: attempts that failed one after the other, 1 or more
 * Returns: how long to wait before the next one. */
guint hs_websocket_settings_get_delay_ms (HsConfig *config, guint n_failed);

/* @path: of the channel, from its first slash
 * Returns: (transfer full): what to call hs_credentials_wipe() for.
 * @error: HS_ERROR_INVALID_DATA naming the key */
char *hs_websocket_settings_dup_url (HsConfig *config,
                                     const char *path,
                                     GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The channel's path, with the bearer token where the gateway takes it there.
 * @credentials: (nullable)
 * Returns: (transfer full): what to call hs_credentials_wipe() for. */
char *hs_websocket_settings_dup_path (HsConfig *config,
                                      const HsCredentials *credentials,
                                      const char *channel);

/* Adds the keys and "wsInfo" to what connection.getSocketState answers. */
void hs_websocket_settings_describe (HsConfig *config, const char *channel, JsonObject *state);

G_END_DECLS
