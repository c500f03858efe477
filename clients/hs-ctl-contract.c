/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "handsetctl"

#include "hs-ctl-contract.h"

#include <string.h>

struct _HsCtlContract {
  JsonNode *document;
  JsonObject *schemas; /* borrowed from the document */
};

static const char *const choices[] = { "oneOf", "anyOf", "allOf" };

HsCtlContract *
hs_ctl_contract_new (const char *openrpc_text)
{
  HsCtlContract *self = g_new0 (HsCtlContract, 1);
  JsonObject *root;

  self->document = json_from_string (openrpc_text, NULL);
  root = json_node_get_object (self->document);
  self->schemas =
      json_object_get_object_member (json_object_get_object_member (root, "components"), "schemas");
  return self;
}

void
hs_ctl_contract_free (HsCtlContract *self)
{
  json_node_unref (self->document);
  g_free (self);
}

static JsonArray *
get_list (HsCtlContract *self, const char *member)
{
  return json_object_get_array_member (json_node_get_object (self->document), member);
}

JsonArray *
hs_ctl_contract_get_methods (HsCtlContract *self)
{
  return get_list (self, "methods");
}

JsonArray *
hs_ctl_contract_get_notifications (HsCtlContract *self)
{
  return get_list (self, "x-notifications");
}

JsonObject *
hs_ctl_contract_find_method (HsCtlContract *self, const char *name)
{
  JsonArray *methods = hs_ctl_contract_get_methods (self);

  for (guint i = 0; i < json_array_get_length (methods); i++) {
    JsonObject *method = json_array_get_object_element (methods, i);

    if (g_str_equal (json_object_get_string_member (method, "name"), name))
      return method;
  }
  return NULL;
}

gboolean
hs_ctl_contract_has_namespace (HsCtlContract *self, const char *word)
{
  g_autofree char *prefix = g_strconcat (word, ".", NULL);
  JsonArray *methods = hs_ctl_contract_get_methods (self);

  for (guint i = 0; i < json_array_get_length (methods); i++) {
    JsonObject *method = json_array_get_object_element (methods, i);

    if (g_str_has_prefix (json_object_get_string_member (method, "name"), prefix))
      return TRUE;
  }
  return FALSE;
}

/* Follows "#/components/schemas/NAME". */
static JsonObject *
resolve (HsCtlContract *self, JsonObject *schema)
{
  while (schema != NULL && json_object_has_member (schema, "$ref")) {
    const char *reference = json_object_get_string_member (schema, "$ref");
    const char *name = strrchr (reference, '/');
    JsonNode *node = name != NULL ? json_object_get_member (self->schemas, name + 1) : NULL;

    schema = node != NULL ? json_node_get_object (node) : NULL;
  }
  return schema;
}

static JsonArray *
get_alternatives (JsonObject *schema)
{
  for (guint i = 0; i < G_N_ELEMENTS (choices); i++) {
    if (json_object_has_member (schema, choices[i]))
      return json_object_get_array_member (schema, choices[i]);
  }
  return NULL;
}

static JsonObject *
find_property (HsCtlContract *self, JsonObject *schema, const char *name, gboolean *open)
{
  JsonObject *resolved = resolve (self, schema);
  JsonArray *alternatives;

  if (resolved == NULL)
    return NULL;
  if (json_object_has_member (resolved, "properties")) {
    JsonObject *properties = json_object_get_object_member (resolved, "properties");

    if (json_object_has_member (properties, name))
      return resolve (self, json_object_get_object_member (properties, name));
    return NULL;
  }
  alternatives = get_alternatives (resolved);
  for (guint i = 0; alternatives != NULL && i < json_array_get_length (alternatives); i++) {
    JsonObject *found =
        find_property (self, json_array_get_object_element (alternatives, i), name, open);

    if (found != NULL)
      return found;
  }
  if (alternatives == NULL && hs_ctl_contract_allows (self, resolved, "object"))
    *open = TRUE;
  return NULL;
}

static JsonObject *
find_parameter (JsonObject *method, const char *name)
{
  JsonArray *params = json_object_get_array_member (method, "params");

  for (guint i = 0; i < json_array_get_length (params); i++) {
    JsonObject *param = json_array_get_object_element (params, i);

    if (g_str_equal (json_object_get_string_member (param, "name"), name))
      return json_object_get_object_member (param, "schema");
  }
  return NULL;
}

JsonObject *
hs_ctl_contract_find_schema (HsCtlContract *self,
                             JsonObject *method,
                             const char *path,
                             gboolean *open)
{
  g_auto (GStrv) names = g_strsplit (path, ".", -1);
  JsonObject *schema = resolve (self, find_parameter (method, names[0]));

  *open = FALSE;
  for (guint i = 1; schema != NULL && names[i] != NULL; i++)
    schema = find_property (self, schema, names[i], open);
  return schema;
}

gboolean
hs_ctl_contract_allows (HsCtlContract *self, JsonObject *schema, const char *type)
{
  JsonObject *resolved = resolve (self, schema);
  JsonArray *alternatives;
  JsonNode *types;

  if (resolved == NULL)
    return TRUE;
  alternatives = get_alternatives (resolved);
  for (guint i = 0; alternatives != NULL && i < json_array_get_length (alternatives); i++) {
    if (hs_ctl_contract_allows (self, json_array_get_object_element (alternatives, i), type))
      return TRUE;
  }
  types = json_object_get_member (resolved, "type");
  if (types == NULL)
    return alternatives == NULL;
  if (JSON_NODE_HOLDS_VALUE (types))
    return g_str_equal (json_node_get_string (types), type);
  for (guint i = 0; i < json_array_get_length (json_node_get_array (types)); i++) {
    if (g_str_equal (json_array_get_string_element (json_node_get_array (types), i), type))
      return TRUE;
  }
  return FALSE;
}

char *
hs_ctl_contract_describe_type (HsCtlContract *self, JsonObject *schema)
{
  static const char *const types[] = {
    "string", "boolean", "integer", "number", "array", "object"
  };
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < G_N_ELEMENTS (types); i++) {
    if (!hs_ctl_contract_allows (self, schema, types[i]))
      continue;
    if (text->len > 0)
      g_string_append (text, " or ");
    g_string_append (text, types[i]);
  }
  return g_string_free (g_steal_pointer (&text), FALSE);
}
