/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "hs-sandbox"

#include "hs-sandbox-json.h"

#include <gio/gio.h>
#include <string.h>

/* json-glib 1.6 parses recursively without a limit of its own. */
#define MAX_DEPTH 64

/* Looks for what the parser must not see: nesting without end, and the comments and quotes of
 * JavaScript that it takes for JSON and in which brackets could hide from the count. */
static gboolean
is_sane (const char *text, gsize length)
{
  gboolean in_string = FALSE;
  guint depth = 0;

  for (gsize i = 0; i < length; i++) {
    char c = text[i];

    if (in_string && c == '\\') {
      i++;
    } else if (c == '"') {
      in_string = !in_string;
    } else if (!in_string) {
      if (!g_ascii_isalnum (c) && !strchr ("{}[]:,+-. \t\r\n", c))
        return FALSE;
      depth += c == '{' || c == '[';
      depth -= depth > 0 && (c == '}' || c == ']');
      if (depth > MAX_DEPTH)
        return FALSE;
    }
  }
  return TRUE;
}

JsonObject *
hs_sandbox_json_parse (GBytes *bytes, GError **error)
{
  g_autoptr (JsonParser) parser = json_parser_new_immutable ();
  gsize length = 0;
  const char *text = g_bytes_get_data (bytes, &length);
  JsonNode *root;

  if (length == 0 || !is_sane (text, length)) {
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, "not JSON, or nested too deep");
    return NULL;
  }
  if (!json_parser_load_from_data (parser, text, length, error))
    return NULL;
  root = json_parser_get_root (parser);
  if (!root || !JSON_NODE_HOLDS_OBJECT (root)) {
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, "not a JSON object");
    return NULL;
  }
  return json_object_ref (json_node_get_object (root));
}

static JsonNode *
get_member (JsonObject *object, const char *member)
{
  return object && json_object_has_member (object, member) ? json_object_get_member (object, member)
                                                           : NULL;
}

const char *
hs_sandbox_json_get_string (JsonObject *object, const char *member)
{
  JsonNode *node = get_member (object, member);

  return node && JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_STRING
             ? json_node_get_string (node)
             : NULL;
}

JsonObject *
hs_sandbox_json_get_object (JsonObject *object, const char *member)
{
  JsonNode *node = get_member (object, member);

  return node && JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
}

JsonArray *
hs_sandbox_json_get_array (JsonObject *object, const char *member)
{
  JsonNode *node = get_member (object, member);

  return node && JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;
}

gint64
hs_sandbox_json_get_int (JsonObject *object, const char *member, gint64 fallback)
{
  JsonNode *node = get_member (object, member);

  return node && JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_INT64
             ? json_node_get_int (node)
             : fallback;
}

gboolean
hs_sandbox_json_get_boolean (JsonObject *object, const char *member)
{
  JsonNode *node = get_member (object, member);

  return node && JSON_NODE_HOLDS_VALUE (node) &&
         json_node_get_value_type (node) == G_TYPE_BOOLEAN && json_node_get_boolean (node);
}

gboolean
hs_sandbox_json_is_strings (JsonArray *array)
{
  for (guint i = 0; i < json_array_get_length (array); i++) {
    JsonNode *node = json_array_get_element (array, i);

    if (!JSON_NODE_HOLDS_VALUE (node) || json_node_get_value_type (node) != G_TYPE_STRING)
      return FALSE;
  }
  return TRUE;
}

void
hs_sandbox_json_set_string (JsonObject *object, const char *member, const char *value)
{
  if (value)
    json_object_set_string_member (object, member, value);
}

JsonArray *
hs_sandbox_json_new_strings (const char *const *strings)
{
  JsonArray *array = json_array_new ();

  for (guint i = 0; strings[i]; i++)
    json_array_add_string_element (array, strings[i]);
  return array;
}

JsonObject *
hs_sandbox_json_copy (JsonObject *object)
{
  g_autofree char *text = hs_sandbox_json_to_text (object);
  g_autoptr (JsonNode) node = json_from_string (text, NULL);

  return json_object_ref (json_node_get_object (node));
}

char *
hs_sandbox_json_to_text (JsonObject *object)
{
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);

  json_node_set_object (node, object);
  return json_to_string (node, FALSE);
}
