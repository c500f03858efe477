/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "hs-phone"

#include "hs-defaults.h"

#include "protocol/hs-protocol.h"

JsonObject *
hs_defaults_dup (void)
{
  g_autoptr (JsonNode) node = json_from_string (hs_protocol_config_defaults, NULL);

  return json_object_ref (json_node_get_object (node));
}
