/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "hs-phone"

#include "hs-config-file.h"

#include "base/hs-error.h"
#include "base/hs-json.h"
#include "protocol/hs-protocol.h"

/* A configuration is written by hand; more is a mistake. */
#define MAX_FILE_BYTES (1024 * 1024)

typedef struct {
  const char *origin;
  GPtrArray *paths; /* of the keys to take out */
} Problems;

static void
on_problem (const HsSchemaProblem *problem, gpointer user_data)
{
  Problems *problems = user_data;

  g_warning ("%s: %s; this key is not used", problems->origin, problem->message);
  g_ptr_array_add (problems->paths, g_strdup (problem->path));
}

/* An element of an array takes the whole array with it: "call.iceServers[1].urls" means
 * call.iceServers, since half a list of servers is not what was meant. */
static void
remove_path (JsonObject *values, const char *path)
{
  g_autofree char *cut = g_strndup (path, strcspn (path, "["));
  g_auto (GStrv) names = g_strsplit (cut, ".", -1);
  JsonObject *object = values;
  guint i = 0;

  while (object != NULL && names[i] != NULL && names[i + 1] != NULL)
    object = hs_json_get_object (object, names[i++]);
  if (object != NULL && names[i] != NULL && json_object_has_member (object, names[i]))
    json_object_remove_member (object, names[i]);
}

guint
hs_config_prune (JsonObject *values, const char *origin)
{
  g_autoptr (GPtrArray) paths = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (JsonNode) node = hs_json_node_take_object (json_object_ref (values));
  Problems problems = { origin, paths };

  hs_schema_check_all (&hs_schema_config, node, "", on_problem, &problems);
  for (guint i = 0; i < paths->len; i++)
    remove_path (values, g_ptr_array_index (paths, i));
  return paths->len;
}

static void drop_secrets (const HsSchema *schema, JsonNode *node);

static void
drop_secret_members (const HsSchema *schema, JsonObject *object)
{
  for (guint i = 0; i < schema->n_members; i++) {
    const HsSchemaMember *member = &schema->members[i];
    JsonNode *value = json_object_get_member (object, member->name);

    if (value != NULL && member->schema->secret)
      json_object_remove_member (object, member->name);
    else if (value != NULL)
      drop_secrets (member->schema, value);
  }
}

static void
drop_secrets (const HsSchema *schema, JsonNode *node)
{
  for (guint i = 0; schema->alternatives != NULL && schema->alternatives[i] != NULL; i++)
    drop_secrets (schema->alternatives[i], node);
  if (schema->kind == HS_SCHEMA_OBJECT && JSON_NODE_HOLDS_OBJECT (node))
    drop_secret_members (schema, json_node_get_object (node));
  if (schema->items != NULL && JSON_NODE_HOLDS_ARRAY (node)) {
    JsonArray *array = json_node_get_array (node);

    for (guint i = 0; i < json_array_get_length (array); i++)
      drop_secrets (schema->items, json_array_get_element (array, i));
  }
}

void
hs_config_drop_secrets (JsonObject *values)
{
  g_autoptr (JsonNode) node = hs_json_node_take_object (json_object_ref (values));

  drop_secrets (&hs_schema_config, node);
}

static char *
read_file (const char *path, gsize *length, GError **error)
{
  g_autofree char *text = NULL;

  if (!g_file_get_contents (path, &text, length, error))
    return NULL;
  if (*length > MAX_FILE_BYTES) {
    g_set_error (error, HS_ERROR, HS_ERROR_TOO_LARGE, "%s: more than %d bytes is no configuration",
                 path, MAX_FILE_BYTES);
    return NULL;
  }
  return g_steal_pointer (&text);
}

static JsonObject *
parse_file (const char *path, const char *text, gsize length, GError **error)
{
  g_autoptr (JsonParser) parser = json_parser_new ();
  JsonNode *root;

  if (!json_parser_load_from_data (parser, text, length, error)) {
    g_prefix_error (error, "%s: ", path);
    return NULL;
  }
  root = json_parser_get_root (parser);
  if (hs_json_node_get_object (root) == NULL) {
    g_set_error (error, HS_ERROR, HS_ERROR_INVALID_DATA, "%s: expected a JSON object", path);
    return NULL;
  }
  return json_object_ref (json_node_get_object (root));
}

JsonObject *
hs_config_file_load (const char *path, GError **error)
{
  g_autofree char *fallback =
      g_build_filename (g_get_user_config_dir (), "handset", "config.json", NULL);
  const char *chosen = path != NULL ? path : fallback;
  g_autoptr (GError) problem = NULL;
  g_autofree char *text = NULL;
  JsonObject *values;
  gsize length;

  text = read_file (chosen, &length, &problem);
  if (text == NULL && path == NULL && g_error_matches (problem, G_FILE_ERROR, G_FILE_ERROR_NOENT))
    return json_object_new ();
  if (text == NULL) {
    g_propagate_error (error, g_steal_pointer (&problem));
    return NULL;
  }
  values = parse_file (chosen, text, length, error);
  if (values != NULL)
    hs_config_prune (values, chosen);
  return values;
}
