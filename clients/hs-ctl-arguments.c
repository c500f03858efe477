/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "handsetctl"

#include "hs-ctl-arguments.h"

#include <gio/gio.h>
#include <string.h>

static JsonNode *
fail (GError **error, const char *name, const char *expected, const char *text)
{
  g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, "%s: expected %s, got \"%s\"", name,
               expected, text);
  return NULL;
}

static JsonNode *
read_json (const char *name, const char *text, GError **error)
{
  JsonNode *node = json_from_string (text, NULL);

  return node != NULL ? node : fail (error, name, "JSON", text);
}

static JsonNode *
read_list (const char *text)
{
  g_auto (GStrv) items = g_strsplit (text, ",", -1);
  JsonArray *array = json_array_new ();
  JsonNode *node = json_node_new (JSON_NODE_ARRAY);

  for (guint i = 0; items[i] != NULL; i++)
    json_array_add_string_element (array, items[i]);
  json_node_take_array (node, array);
  return node;
}

static JsonNode *
read_scalar (HsCtlContract *contract, JsonObject *schema, const char *text)
{
  gint64 whole;
  char *end;

  if (hs_ctl_contract_allows (contract, schema, "boolean")) {
    if (g_str_equal (text, "true") || g_str_equal (text, "false"))
      return json_node_init_boolean (json_node_alloc (), text[0] == 't');
  }
  if ((hs_ctl_contract_allows (contract, schema, "integer") ||
       hs_ctl_contract_allows (contract, schema, "number")) &&
      g_ascii_string_to_signed (text, 10, G_MININT64, G_MAXINT64, &whole, NULL))
    return json_node_init_int (json_node_alloc (), whole);
  if (hs_ctl_contract_allows (contract, schema, "number") && *text != '\0') {
    double value = g_ascii_strtod (text, &end);

    if (*end == '\0')
      return json_node_init_double (json_node_alloc (), value);
  }
  return NULL;
}

static JsonNode *
read_value (
    HsCtlContract *contract, JsonObject *schema, const char *name, const char *text, GError **error)
{
  g_autofree char *expected = NULL;
  JsonNode *scalar;

  if ((*text == '{' && hs_ctl_contract_allows (contract, schema, "object")) ||
      (*text == '[' && hs_ctl_contract_allows (contract, schema, "array")))
    return read_json (name, text, error);
  /* Where the contract leaves the type open, what looks like a number or a truth is one. */
  if (schema == NULL || !hs_ctl_contract_allows (contract, schema, "string")) {
    scalar = read_scalar (contract, schema, text);
    if (scalar != NULL)
      return scalar;
  }
  if (hs_ctl_contract_allows (contract, schema, "string"))
    return json_node_init_string (json_node_alloc (), text);
  if (hs_ctl_contract_allows (contract, schema, "array"))
    return read_list (text);
  expected = hs_ctl_contract_describe_type (contract, schema);
  return fail (error, name, expected, text);
}

/* Puts @value at a dotted path, making the objects on the way. */
static gboolean
put (JsonObject *params, const char *path, JsonNode *value, GError **error)
{
  g_auto (GStrv) names = g_strsplit (path, ".", -1);
  JsonObject *object = params;
  guint i;

  for (i = 0; names[i + 1] != NULL; i++) {
    if (!json_object_has_member (object, names[i]))
      json_object_set_object_member (object, names[i], json_object_new ());
    if (!JSON_NODE_HOLDS_OBJECT (json_object_get_member (object, names[i]))) {
      g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                   "%s: %s was given a value that has no members", path, names[i]);
      json_node_unref (value);
      return FALSE;
    }
    object = json_object_get_object_member (object, names[i]);
  }
  json_object_set_member (object, names[i], value);
  return TRUE;
}

static gboolean
put_named (HsCtlContract *contract,
           JsonObject *method,
           JsonObject *params,
           const char *name,
           const char *text,
           GError **error)
{
  gboolean open;
  JsonObject *schema = hs_ctl_contract_find_schema (contract, method, name, &open);
  JsonNode *value;

  if (schema == NULL && !open) {
    g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, "%s has no parameter \"%s\"",
                 json_object_get_string_member (method, "name"), name);
    return FALSE;
  }
  value = read_value (contract, schema, name, text, error);
  return value != NULL && put (params, name, value, error);
}

static gboolean
put_next (HsCtlContract *contract,
          JsonObject *method,
          JsonObject *params,
          const char *text,
          GError **error)
{
  JsonArray *list = json_object_get_array_member (method, "params");

  for (guint i = 0; i < json_array_get_length (list); i++) {
    JsonObject *param = json_array_get_object_element (list, i);
    const char *name = json_object_get_string_member (param, "name");

    if (!json_object_has_member (params, name))
      return put_named (contract, method, params, name, text, error);
  }
  g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
               "\"%s\" is one argument more than %s takes", text,
               json_object_get_string_member (method, "name"));
  return FALSE;
}

static gboolean
put_object (JsonObject *params, const char *text, GError **error)
{
  g_autoptr (JsonNode) node = read_json ("argument", text, error);
  JsonObjectIter iter;
  const char *name;
  JsonNode *value;

  if (node == NULL)
    return FALSE;
  json_object_iter_init_ordered (&iter, json_node_get_object (node));
  while (json_object_iter_next_ordered (&iter, &name, &value))
    json_object_set_member (params, name, json_node_copy (value));
  return TRUE;
}

/* A name is what a parameter can be called; "sip:bob@x.example;a=b" is therefore a value. */
static gsize
measure_name (const char *word)
{
  gsize length = strspn (word, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.");

  return g_ascii_isalpha (word[0]) ? length : 0;
}

static gboolean
put_word (HsCtlContract *contract,
          JsonObject *method,
          JsonObject *params,
          const char *word,
          GError **error)
{
  gsize length = measure_name (word);
  g_autofree char *name = g_strndup (word, length);

  if (word[0] == '{')
    return put_object (params, word, error);
  if (length > 0 && g_str_has_prefix (word + length, ":=")) {
    JsonNode *value = read_json (name, word + length + 2, error);

    return value != NULL && put (params, name, value, error);
  }
  if (length > 0 && word[length] == '=')
    return put_named (contract, method, params, name, word + length + 1, error);
  return put_next (contract, method, params, word, error);
}

static gboolean
check_complete (JsonObject *method, JsonObject *params, GError **error)
{
  JsonArray *list = json_object_get_array_member (method, "params");

  for (guint i = 0; i < json_array_get_length (list); i++) {
    JsonObject *param = json_array_get_object_element (list, i);
    const char *name = json_object_get_string_member (param, "name");

    if (!json_object_get_boolean_member_with_default (param, "required", FALSE) ||
        json_object_has_member (params, name))
      continue;
    g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, "%s needs the parameter \"%s\"",
                 json_object_get_string_member (method, "name"), name);
    return FALSE;
  }
  return TRUE;
}

JsonObject *
hs_ctl_arguments_parse (HsCtlContract *contract,
                        JsonObject *method,
                        const char *const *words,
                        GError **error)
{
  g_autoptr (JsonObject) params = json_object_new ();

  for (guint i = 0; words[i] != NULL; i++) {
    if (!put_word (contract, method, params, words[i], error))
      return NULL;
  }
  return check_complete (method, params, error) ? g_steal_pointer (&params) : NULL;
}
