/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/* Reads the configuration file and keeps what the contract allows: a wrong or unknown key is named
 * in a warning and left out, the rest works.
 * @path: (nullable): NULL: $XDG_CONFIG_HOME/handset/config.json, which need not be there
 * Returns: (transfer full): the values.
 * @error: G_FILE_ERROR when a file that was named cannot be read; JSON_PARSER_ERROR with the line
 *   when it is not JSON; HS_ERROR_INVALID_DATA when it is not an object */
JsonObject *hs_config_file_load (const char *path, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Takes every key out of @values that the contract does not allow, each with a warning.
 * Returns: how many there were. */
guint hs_config_prune (JsonObject *values, const char *origin);

/* Takes out what the contract marks as secret, at any depth. */
void hs_config_drop_secrets (JsonObject *values);

G_END_DECLS
