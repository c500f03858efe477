/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "hs-sandbox"

#include "hs-sandbox-behaviour.h"

static const struct {
  const char *member;
  gsize offset;
} switches[] = {
  { "transfereeOffers", G_STRUCT_OFFSET (HsSandboxBehaviour, transferee_offers) },
  { "joinedOffer", G_STRUCT_OFFSET (HsSandboxBehaviour, joined_offer) },
  { "earlyMedia", G_STRUCT_OFFSET (HsSandboxBehaviour, early_media) },
  { "earlyWaits", G_STRUCT_OFFSET (HsSandboxBehaviour, early_waits) },
  { "musicOnHold", G_STRUCT_OFFSET (HsSandboxBehaviour, music_on_hold) },
  { "musicStops", G_STRUCT_OFFSET (HsSandboxBehaviour, music_stops) },
  { "crossing", G_STRUCT_OFFSET (HsSandboxBehaviour, crossing) },
  { "slowStart", G_STRUCT_OFFSET (HsSandboxBehaviour, slow_start) },
};

/* Returns: (nullable): the switch that @member names */
static gboolean *
find_switch (HsSandboxBehaviour *behaviour, const char *member)
{
  for (guint i = 0; i < G_N_ELEMENTS (switches); i++) {
    if (g_str_equal (switches[i].member, member))
      return G_STRUCT_MEMBER_P (behaviour, switches[i].offset);
  }
  return NULL;
}

gboolean
hs_sandbox_behaviour_change (HsSandboxBehaviour *behaviour, JsonObject *object, GError **error)
{
  HsSandboxBehaviour changed = *behaviour;
  JsonObjectIter iter;
  const char *member;
  JsonNode *node;

  json_object_iter_init (&iter, object);
  while (json_object_iter_next (&iter, &member, &node)) {
    gboolean *found = find_switch (&changed, member);

    if (!found || json_node_get_value_type (node) != G_TYPE_BOOLEAN) {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, "%.40s: %s", member,
                   found ? "true or false is expected" : "no such behaviour");
      return FALSE;
    }
    *found = json_node_get_boolean (node);
  }
  *behaviour = changed;
  return TRUE;
}

JsonObject *
hs_sandbox_behaviour_to_json (const HsSandboxBehaviour *behaviour)
{
  JsonObject *object = json_object_new ();

  for (guint i = 0; i < G_N_ELEMENTS (switches); i++) {
    const gboolean *value = G_STRUCT_MEMBER_P (behaviour, switches[i].offset);

    json_object_set_boolean_member (object, switches[i].member, *value);
  }
  return object;
}
