/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/* Reading JSON that came from outside: no member is trusted to be there or to have its type.
 * json-glib's own getters print criticals on a wrong type; these answer "absent". */

/* Returns: (nullable): the member when it is a string, else NULL. */
const char *hs_json_get_string (JsonObject *object, const char *member);

/* Returns: the member when it is a whole number, else @fallback. */
gint64 hs_json_get_int (JsonObject *object, const char *member, gint64 fallback);

/* Returns: TRUE only when the member is the JSON value true. */
gboolean hs_json_get_boolean (JsonObject *object, const char *member, gboolean fallback);

/* Returns: (nullable) (transfer none): the member when it is an object, else NULL. */
JsonObject *hs_json_get_object (JsonObject *object, const char *member);

/* Returns: (nullable) (transfer none): the member when it is an array, else NULL. */
JsonArray *hs_json_get_array (JsonObject *object, const char *member);

/* Returns: (nullable) (transfer none): @node's object, NULL when it is anything else or NULL. */
JsonObject *hs_json_node_get_object (JsonNode *node);

/* Writing. A NULL @value leaves the member out. */
void hs_json_set_string (JsonObject *object, const char *member, const char *value);

/* @value: (transfer full) (nullable) */
void hs_json_take_object (JsonObject *object, const char *member, JsonObject *value);

/* @object: (transfer full)
 * Returns: (transfer full) */
JsonNode *hs_json_node_take_object (JsonObject *object);

/* @array: (transfer full)
 * Returns: (transfer full) */
JsonNode *hs_json_node_take_array (JsonArray *array);

/* Returns: (transfer full): the text on one line. */
char *hs_json_to_text (JsonNode *node);

/* Takes @object away.
 * Returns: (transfer full): its text on one line. */
char *hs_json_object_to_text (JsonObject *object);

/* Returns: (transfer full) (nullable): what @text says; NULL with @error when it is no JSON. */
JsonNode *hs_json_parse (const char *text, gssize length, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
