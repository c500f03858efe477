/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/* For the generated dispatch tables: reading values that were checked against their schema. NULL
 * and JSON null are both "absent". */

static inline gboolean
hs_param_is_there (JsonNode *node)
{
  return node != NULL && !JSON_NODE_HOLDS_NULL (node);
}

static inline const char *
hs_param_string (JsonNode *node, const char *fallback)
{
  return hs_param_is_there (node) ? json_node_get_string (node) : fallback;
}

static inline gboolean
hs_param_boolean (JsonNode *node, gboolean fallback)
{
  return hs_param_is_there (node) ? json_node_get_boolean (node) : fallback;
}

static inline gint64
hs_param_integer (JsonNode *node, gint64 fallback)
{
  return hs_param_is_there (node) ? json_node_get_int (node) : fallback;
}

static inline double
hs_param_number (JsonNode *node, double fallback)
{
  return hs_param_is_there (node) ? json_node_get_double (node) : fallback;
}

static inline JsonObject *
hs_param_object (JsonNode *node)
{
  return hs_param_is_there (node) ? json_node_get_object (node) : NULL;
}

static inline JsonArray *
hs_param_array (JsonNode *node)
{
  return hs_param_is_there (node) ? json_node_get_array (node) : NULL;
}

static inline JsonNode *
hs_param_node (JsonNode *node)
{
  return hs_param_is_there (node) ? node : NULL;
}

G_END_DECLS
