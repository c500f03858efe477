/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib-object.h>
#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/**
 * HsConfig: the configuration as every room reads it
 *
 * One JSON tree: the contract's defaults with the user's values laid over them. Keys are dotted
 * paths as in spec api "Configuration" ("connectivity.pingInterval"). Rooms read at the moment of
 * use, so a change at run time takes effect with the next use. Checking values is the job of who
 * puts them in (the phone, against the contract).
 */
#define HS_TYPE_CONFIG (hs_config_get_type ())
G_DECLARE_FINAL_TYPE (HsConfig, hs_config, HS, CONFIG, GObject)

/* Signals: "changed" () after hs_config_merge(). */

/* @defaults: (transfer none) (nullable) */
HsConfig *hs_config_new (JsonObject *defaults);

/* Drops every value and starts anew from @defaults; emits nothing. */
void hs_config_reset (HsConfig *self, JsonObject *defaults);

/* Lays @values over the tree: objects are merged member by member, anything else replaces what was
 * there, and JSON null takes a key back to its default. */
void hs_config_merge (HsConfig *self, JsonObject *values);

/* Returns: (transfer none) (nullable): NULL when the key is absent or null. */
JsonNode *hs_config_get (HsConfig *self, const char *path);

/* Returns: (nullable): valid until the next merge. */
const char *hs_config_get_string (HsConfig *self, const char *path);

gint64 hs_config_get_int (HsConfig *self, const char *path, gint64 fallback);

double hs_config_get_double (HsConfig *self, const char *path, double fallback);

gboolean hs_config_get_boolean (HsConfig *self, const char *path, gboolean fallback);

/* Returns: (transfer full): a deep copy of the whole tree. */
JsonObject *hs_config_dup_all (HsConfig *self);

G_END_DECLS
