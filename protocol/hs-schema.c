/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "hs-protocol"

#include "hs-schema.h"

#include <string.h>

/* Longest value that a message shows, in characters. */
#define SHOWN_LENGTH 60

/* One walk over a value. Without a listener the walk is a question only and ends at the first
 * problem; with one it goes on to the end. */
typedef struct {
  HsSchemaProblemFunc on_problem; /* nullable */
  gpointer user_data;
  guint n_problems;
} Walk;

/* Where in the value the walk is; the path's text is made only when there is a problem to tell. */
typedef struct _Place {
  const struct _Place *parent;
  const char *name; /* NULL: an item */
  guint index;
} Place;

G_DEFINE_QUARK (hs - schema - error, hs_schema_error)

static gboolean check (Walk *walk, const HsSchema *schema, JsonNode *value, const Place *place);

static void
append_place (GString *text, const Place *place)
{
  if (place == NULL)
    return;
  append_place (text, place->parent);
  if (place->name == NULL)
    g_string_append_printf (text, "[%u]", place->index);
  else if (place->name[0] != '\0')
    g_string_append_printf (text, "%s%s", text->len > 0 ? "." : "", place->name);
}

static const char *
describe_kind (JsonNode *value)
{
  GType type = JSON_NODE_HOLDS_VALUE (value) ? json_node_get_value_type (value) : G_TYPE_INVALID;

  if (JSON_NODE_HOLDS_NULL (value))
    return "null";
  if (JSON_NODE_HOLDS_ARRAY (value))
    return "an array";
  if (JSON_NODE_HOLDS_OBJECT (value))
    return "an object";
  if (type == G_TYPE_STRING)
    return "a string";
  return type == G_TYPE_BOOLEAN ? "true or false" : "a number";
}

static char *
describe_value (const HsSchema *schema, JsonNode *value)
{
  g_autofree char *text = NULL;
  g_autofree char *start = NULL;

  if (schema->secret || !JSON_NODE_HOLDS_VALUE (value))
    return g_strdup (describe_kind (value));
  text = json_to_string (value, FALSE);
  if (g_utf8_strlen (text, -1) <= SHOWN_LENGTH)
    return g_steal_pointer (&text);
  start = g_utf8_substring (text, 0, SHOWN_LENGTH);
  return g_strconcat (start, "…", NULL);
}

static gboolean
tell (Walk *walk, const Place *place, const char *expected, const char *got, const char *sentence)
{
  g_autoptr (GString) path = NULL;
  g_autofree char *message = NULL;

  walk->n_problems++;
  if (walk->on_problem == NULL)
    return FALSE;
  path = g_string_new (NULL);
  append_place (path, place);
  message = g_strconcat (path->str, path->len > 0 ? ": " : "", sentence, NULL);
  walk->on_problem (&(HsSchemaProblem){ path->str, expected, got, message }, walk->user_data);
  return FALSE;
}

static gboolean
tell_value (Walk *walk, const HsSchema *schema, JsonNode *value, const Place *place)
{
  g_autofree char *got = describe_value (schema, value);
  g_autofree char *sentence = g_strdup_printf ("expected %s, got %s", schema->expected, got);

  return tell (walk, place, schema->expected, got, sentence);
}

static gboolean
tell_missing (Walk *walk, const HsSchema *schema, const Place *place)
{
  g_autofree char *sentence = g_strdup_printf ("is missing, expected %s", schema->expected);

  return tell (walk, place, schema->expected, "nothing", sentence);
}

/* A walk that only asks has its answer with the first problem. */
static gboolean
is_over (const Walk *walk)
{
  return walk->on_problem == NULL && walk->n_problems > 0;
}

static gboolean
holds_type (JsonNode *value, GType type)
{
  return JSON_NODE_HOLDS_VALUE (value) && json_node_get_value_type (value) == type;
}

static gboolean
is_of_kind (HsSchemaKind kind, JsonNode *value)
{
  switch (kind) {
  case HS_SCHEMA_NULL:
    return JSON_NODE_HOLDS_NULL (value);
  case HS_SCHEMA_BOOLEAN:
    return holds_type (value, G_TYPE_BOOLEAN);
  case HS_SCHEMA_INTEGER:
    return holds_type (value, G_TYPE_INT64);
  case HS_SCHEMA_NUMBER:
    return holds_type (value, G_TYPE_INT64) || holds_type (value, G_TYPE_DOUBLE);
  case HS_SCHEMA_STRING:
    return holds_type (value, G_TYPE_STRING);
  case HS_SCHEMA_ARRAY:
    return JSON_NODE_HOLDS_ARRAY (value);
  case HS_SCHEMA_OBJECT:
    return JSON_NODE_HOLDS_OBJECT (value);
  case HS_SCHEMA_ANY:
  case HS_SCHEMA_UNION:
    return TRUE;
  }
  return FALSE;
}

static gboolean
is_within_limits (const HsSchema *schema, JsonNode *value)
{
  if (schema->kind == HS_SCHEMA_INTEGER || schema->kind == HS_SCHEMA_NUMBER) {
    double number = json_node_get_double (value);

    return number >= schema->minimum && number <= schema->maximum;
  }
  if (schema->kind == HS_SCHEMA_STRING) {
    const char *text = json_node_get_string (value);

    if (schema->values != NULL && !g_strv_contains (schema->values, text))
      return FALSE;
    return schema->min_length == 0 || g_utf8_strlen (text, -1) >= (glong) schema->min_length;
  }
  return TRUE;
}

static gboolean
check_items (Walk *walk, const HsSchema *schema, JsonArray *array, const Place *place)
{
  guint n_before = walk->n_problems;

  for (guint i = 0; schema->items != NULL && i < json_array_get_length (array); i++) {
    const Place item = { place, NULL, i };

    check (walk, schema->items, json_array_get_element (array, i), &item);
    if (is_over (walk))
      break;
  }
  return walk->n_problems == n_before;
}

static const HsSchemaMember *
find_member (const HsSchema *schema, const char *name)
{
  for (guint i = 0; i < schema->n_members; i++) {
    if (strcmp (schema->members[i].name, name) == 0)
      return &schema->members[i];
  }
  return NULL;
}

static void
check_given_members (Walk *walk, const HsSchema *schema, JsonObject *object, const Place *place)
{
  JsonObjectIter iter;
  const char *name;
  JsonNode *value;

  json_object_iter_init_ordered (&iter, object);
  while (!is_over (walk) && json_object_iter_next_ordered (&iter, &name, &value)) {
    const HsSchemaMember *member = find_member (schema, name);
    const Place inner = { place, name, 0 };

    if (member == NULL && !schema->open)
      tell (walk, &inner, "no member of this name", describe_kind (value),
            "there is no such member");
    else if (member != NULL && (member->required || !JSON_NODE_HOLDS_NULL (value)))
      check (walk, member->schema, value, &inner);
  }
}

static gboolean
check_members (Walk *walk, const HsSchema *schema, JsonObject *object, const Place *place)
{
  guint n_before = walk->n_problems;

  check_given_members (walk, schema, object, place);
  for (guint i = 0; i < schema->n_members && !is_over (walk); i++) {
    const HsSchemaMember *member = &schema->members[i];
    const Place inner = { place, member->name, 0 };

    if (member->required && !json_object_has_member (object, member->name))
      tell_missing (walk, member->schema, &inner);
  }
  return walk->n_problems == n_before;
}

/* When no alternative fits, an object or array is told what is wrong inside it, provided that just
 * one alternative is of its kind; anything else is told what could have been there. */
static gboolean
check_alternatives (Walk *walk, const HsSchema *schema, JsonNode *value, const Place *place)
{
  const HsSchema *nearest = NULL;
  guint n_near = 0;

  for (guint i = 0; schema->alternatives[i] != NULL; i++) {
    Walk question = { NULL, NULL, 0 };

    if (check (&question, schema->alternatives[i], value, place))
      return TRUE;
    if (is_of_kind (schema->alternatives[i]->kind, value)) {
      nearest = schema->alternatives[i];
      n_near++;
    }
  }
  if (n_near == 1 && (JSON_NODE_HOLDS_OBJECT (value) || JSON_NODE_HOLDS_ARRAY (value)))
    return check (walk, nearest, value, place);
  return tell_value (walk, schema, value, place);
}

static gboolean
check (Walk *walk, const HsSchema *schema, JsonNode *value, const Place *place)
{
  if (schema->kind == HS_SCHEMA_UNION)
    return check_alternatives (walk, schema, value, place);
  if (!is_of_kind (schema->kind, value) || !is_within_limits (schema, value))
    return tell_value (walk, schema, value, place);
  if (schema->kind == HS_SCHEMA_ARRAY)
    return check_items (walk, schema, json_node_get_array (value), place);
  if (schema->kind == HS_SCHEMA_OBJECT)
    return check_members (walk, schema, json_node_get_object (value), place);
  return TRUE;
}

guint
hs_schema_check_all (const HsSchema *schema,
                     JsonNode *value,
                     const char *path,
                     HsSchemaProblemFunc on_problem,
                     gpointer user_data)
{
  Walk walk = { on_problem, user_data, 0 };
  const Place root = { NULL, path, 0 };

  check (&walk, schema, value, &root);
  return walk.n_problems;
}

static void
keep_first (const HsSchemaProblem *problem, gpointer user_data)
{
  GError **error = user_data;

  if (*error == NULL)
    g_set_error_literal (error, HS_SCHEMA_ERROR, HS_SCHEMA_ERROR_MISMATCH, problem->message);
}

gboolean
hs_schema_check (const HsSchema *schema, JsonNode *value, const char *path, GError **error)
{
  g_autoptr (GError) first = NULL;

  if (hs_schema_check_all (schema, value, path, NULL, NULL) == 0)
    return TRUE;
  hs_schema_check_all (schema, value, path, keep_first, &first);
  g_propagate_error (error, g_steal_pointer (&first));
  return FALSE;
}
