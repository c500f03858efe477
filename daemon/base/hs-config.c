/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "hs-base"

#include "hs-config.h"

#include "hs-json.h"

struct _HsConfig {
  GObject parent;

  JsonObject *defaults;
  JsonObject *values;
};

enum { SIGNAL_CHANGED, N_SIGNALS };
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (HsConfig, hs_config, G_TYPE_OBJECT)

static JsonObject *
copy_object (JsonObject *object)
{
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);
  g_autoptr (JsonNode) copy = NULL;
  g_autofree char *text = NULL;

  if (object == NULL)
    return json_object_new ();
  /* json_node_copy() shares objects; going through text is the deep copy json-glib offers. */
  json_node_set_object (node, object);
  text = json_to_string (node, FALSE);
  copy = json_from_string (text, NULL);
  return json_object_ref (json_node_get_object (copy));
}

static JsonNode *
copy_node (JsonNode *node)
{
  if (JSON_NODE_HOLDS_OBJECT (node))
    return hs_json_node_take_object (copy_object (json_node_get_object (node)));
  return json_node_copy (node);
}

static void
merge_objects (JsonObject *target, JsonObject *defaults, JsonObject *values)
{
  JsonObjectIter iter;
  const char *name;
  JsonNode *value;

  json_object_iter_init (&iter, values);
  while (json_object_iter_next (&iter, &name, &value)) {
    JsonObject *old = hs_json_get_object (target, name);
    JsonNode *fallback = defaults != NULL ? json_object_get_member (defaults, name) : NULL;

    if (JSON_NODE_HOLDS_OBJECT (value) && old != NULL)
      merge_objects (old, hs_json_get_object (defaults, name), json_node_get_object (value));
    else if (!JSON_NODE_HOLDS_NULL (value))
      json_object_set_member (target, name, copy_node (value));
    else if (fallback != NULL)
      json_object_set_member (target, name, copy_node (fallback));
    else
      json_object_remove_member (target, name);
  }
}

static void
hs_config_finalize (GObject *object)
{
  HsConfig *self = HS_CONFIG (object);

  g_clear_pointer (&self->defaults, json_object_unref);
  g_clear_pointer (&self->values, json_object_unref);
  G_OBJECT_CLASS (hs_config_parent_class)->finalize (object);
}

static void
hs_config_class_init (HsConfigClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = hs_config_finalize;
  signals[SIGNAL_CHANGED] = g_signal_new ("changed", HS_TYPE_CONFIG, G_SIGNAL_RUN_LAST, 0, NULL,
                                          NULL, NULL, G_TYPE_NONE, 0);
}

static void
hs_config_init (HsConfig *self)
{
}

HsConfig *
hs_config_new (JsonObject *defaults)
{
  HsConfig *self = g_object_new (HS_TYPE_CONFIG, NULL);

  hs_config_reset (self, defaults);
  return self;
}

void
hs_config_reset (HsConfig *self, JsonObject *defaults)
{
  g_clear_pointer (&self->defaults, json_object_unref);
  g_clear_pointer (&self->values, json_object_unref);
  self->defaults = copy_object (defaults);
  self->values = copy_object (defaults);
}

void
hs_config_merge (HsConfig *self, JsonObject *values)
{
  merge_objects (self->values, self->defaults, values);
  g_signal_emit (self, signals[SIGNAL_CHANGED], 0);
}

JsonNode *
hs_config_get (HsConfig *self, const char *path)
{
  g_auto (GStrv) names = g_strsplit (path, ".", -1);
  JsonObject *object = self->values;
  JsonNode *node = NULL;

  for (guint i = 0; names[i] != NULL; i++) {
    node = object != NULL ? json_object_get_member (object, names[i]) : NULL;
    if (node == NULL || JSON_NODE_HOLDS_NULL (node))
      return NULL;
    object = hs_json_node_get_object (node);
  }
  return node;
}

static JsonNode *
get_value (HsConfig *self, const char *path)
{
  JsonNode *node = hs_config_get (self, path);

  return node != NULL && JSON_NODE_HOLDS_VALUE (node) ? node : NULL;
}

const char *
hs_config_get_string (HsConfig *self, const char *path)
{
  JsonNode *node = get_value (self, path);

  if (node == NULL || json_node_get_value_type (node) != G_TYPE_STRING)
    return NULL;
  return json_node_get_string (node);
}

gint64
hs_config_get_int (HsConfig *self, const char *path, gint64 fallback)
{
  JsonNode *node = get_value (self, path);

  if (node == NULL || json_node_get_value_type (node) != G_TYPE_INT64)
    return fallback;
  return json_node_get_int (node);
}

double
hs_config_get_double (HsConfig *self, const char *path, double fallback)
{
  JsonNode *node = get_value (self, path);

  if (node == NULL || (json_node_get_value_type (node) != G_TYPE_INT64 &&
                       json_node_get_value_type (node) != G_TYPE_DOUBLE))
    return fallback;
  return json_node_get_double (node);
}

gboolean
hs_config_get_boolean (HsConfig *self, const char *path, gboolean fallback)
{
  JsonNode *node = get_value (self, path);

  if (node == NULL || json_node_get_value_type (node) != G_TYPE_BOOLEAN)
    return fallback;
  return json_node_get_boolean (node);
}

JsonObject *
hs_config_dup_all (HsConfig *self)
{
  return copy_object (self->values);
}
