/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/* Reading JSON from outside: a member that is absent and one of the wrong type look the same. */

/* Returns: (nullable) (transfer full): the object that @bytes say; NULL with @error when they are
 * not JSON, not an object, or nested too deep for the parser's recursion. */
JsonObject *hs_sandbox_json_parse (GBytes *bytes, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Returns: (nullable) (transfer none) */
const char *hs_sandbox_json_get_string (JsonObject *object, const char *member);
JsonObject *hs_sandbox_json_get_object (JsonObject *object, const char *member);
JsonArray *hs_sandbox_json_get_array (JsonObject *object, const char *member);

gint64 hs_sandbox_json_get_int (JsonObject *object, const char *member, gint64 fallback);
gboolean hs_sandbox_json_get_boolean (JsonObject *object, const char *member);

/* Whether @array holds nothing but strings. */
gboolean hs_sandbox_json_is_strings (JsonArray *array);

/* A NULL @value leaves the member out. */
void hs_sandbox_json_set_string (JsonObject *object, const char *member, const char *value);

JsonArray *hs_sandbox_json_new_strings (const char *const *strings);

/* Returns: (transfer full): a copy that shares nothing with @object */
JsonObject *hs_sandbox_json_copy (JsonObject *object);

/* Returns: (transfer full): @object on one line */
char *hs_sandbox_json_to_text (JsonObject *object);

G_END_DECLS
