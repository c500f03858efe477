/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "hs-rpc"

#include "hs-rpc-params.h"

#include "hs-rpc-error.h"

#include <string.h>

static void
collect (JsonArray *problems,
         const char *path,
         const char *expected,
         const char *got,
         const char *message)
{
  hs_rpc_error_collect_problem (&(HsSchemaProblem){ path, expected, got, message }, problems);
}

static int
find_param (const HsMethod *method, const char *name)
{
  for (guint i = 0; i < method->n_params; i++) {
    if (strcmp (method->params[i].name, name) == 0)
      return (int) i;
  }
  return -1;
}

static char *
list_params (const HsMethod *method)
{
  g_autoptr (GString) list = g_string_new (method->n_params == 0 ? "no parameters" : "one of ");

  for (guint i = 0; i < method->n_params; i++)
    g_string_append_printf (list, "%s%s", i > 0 ? ", " : "", method->params[i].name);
  return g_string_free (g_steal_pointer (&list), FALSE);
}

static void
sort_by_name (const HsMethod *method, JsonObject *params, JsonNode **values, JsonArray *problems)
{
  JsonObjectIter iter;
  const char *name;
  JsonNode *value;

  json_object_iter_init_ordered (&iter, params);
  while (json_object_iter_next_ordered (&iter, &name, &value)) {
    int index = find_param (method, name);

    if (index >= 0) {
      values[index] = value;
    } else {
      g_autofree char *expected = list_params (method);
      g_autofree char *got = hs_rpc_error_quote (name);
      g_autofree char *message =
          g_strdup_printf ("%s is no parameter of %s, expected %s", got, method->name, expected);

      collect (problems, name, expected, got, message);
    }
  }
}

static void
sort_by_position (const HsMethod *method, JsonArray *params, JsonNode **values, JsonArray *problems)
{
  guint n_given = json_array_get_length (params);

  for (guint i = 0; i < MIN (n_given, method->n_params); i++)
    values[i] = json_array_get_element (params, i);
  if (n_given > method->n_params) {
    g_autofree char *expected = g_strdup_printf ("at most %u parameters", method->n_params);
    g_autofree char *got = g_strdup_printf ("%u", n_given);
    g_autofree char *message = g_strdup_printf ("%s takes at most %u parameters, got %u",
                                                method->name, method->n_params, n_given);

    collect (problems, "", expected, got, message);
  }
}

static void
check_value (const HsParam *param, JsonNode **value, JsonArray *problems)
{
  if (*value != NULL && !param->required && JSON_NODE_HOLDS_NULL (*value))
    *value = NULL;
  if (*value != NULL) {
    hs_schema_check_all (param->schema, *value, param->name, hs_rpc_error_collect_problem,
                         problems);
  } else if (param->required) {
    g_autofree char *message =
        g_strdup_printf ("%s: is missing, expected %s", param->name, param->schema->expected);

    collect (problems, param->name, param->schema->expected, "nothing", message);
  }
}

JsonObject *
hs_rpc_params_bind (const HsMethod *method, JsonNode *params, JsonNode **values)
{
  g_autoptr (JsonArray) problems = json_array_new ();

  for (guint i = 0; i < method->n_params; i++)
    values[i] = NULL;
  if (params != NULL && JSON_NODE_HOLDS_OBJECT (params))
    sort_by_name (method, json_node_get_object (params), values, problems);
  else if (params != NULL)
    sort_by_position (method, json_node_get_array (params), values, problems);
  for (guint i = 0; i < method->n_params; i++)
    check_value (&method->params[i], &values[i], problems);
  return json_array_get_length (problems) > 0 ? hs_rpc_error_from_problems (problems) : NULL;
}
