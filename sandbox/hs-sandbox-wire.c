/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "hs-sandbox"

#include "hs-sandbox-wire.h"
#include "hs-sandbox-json.h"

#include <stdio.h>
#include <string.h>

struct _HsSandboxWire {
  gboolean verbose;
  gint64 start_us;
};

HsSandboxWire *
hs_sandbox_wire_new (gboolean verbose)
{
  HsSandboxWire *wire = g_new0 (HsSandboxWire, 1);

  wire->verbose = verbose;
  wire->start_us = g_get_monotonic_time ();
  return wire;
}

void
hs_sandbox_wire_free (HsSandboxWire *wire)
{
  g_free (wire);
}

gboolean
hs_sandbox_wire_is_open (HsSandboxWire *wire)
{
  return wire->verbose;
}

static gboolean
is_secret (const char *member)
{
  static const char *const secrets[] = {
    "password", "sessionId", "token", "x-token", "x-session", "access_token", "notificationChannel",
  };

  for (guint i = 0; i < G_N_ELEMENTS (secrets); i++) {
    if (g_ascii_strcasecmp (member, secrets[i]) == 0)
      return TRUE;
  }
  return FALSE;
}

static char *
cut_text (const char *member, const char *text)
{
  if (strcmp (member, "sdp") == 0)
    return g_strdup_printf ("(%" G_GSIZE_FORMAT " bytes)", strlen (text));
  /* The scheme may stay: "Basic …" */
  if (g_ascii_strcasecmp (member, "authorization") == 0)
    return g_strdup_printf ("%.*s …", (int) strcspn (text, " "), strchr (text, ' ') ? text : "");
  return is_secret (member) ? g_strdup ("…") : NULL;
}

static void cut_object (JsonObject *object);

static void
cut_member (JsonObject *object, const char *member, JsonNode *node, gpointer user_data)
{
  g_autofree char *cut = NULL;

  if (JSON_NODE_HOLDS_OBJECT (node)) {
    cut_object (json_node_get_object (node));
  } else if (JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_STRING) {
    cut = cut_text (member, json_node_get_string (node));
    if (cut)
      json_node_set_string (node, cut);
  }
}

static void
cut_object (JsonObject *object)
{
  json_object_foreach_member (object, cut_member, NULL);
}

void
hs_sandbox_wire_write (HsSandboxWire *wire, JsonObject *record)
{
  g_autoptr (JsonObject) owned = record;
  g_autoptr (JsonObject) copy = NULL;
  g_autofree char *line = NULL;

  if (!wire->verbose)
    return;
  copy = hs_sandbox_json_copy (owned);
  json_object_set_int_member (copy, "t", (g_get_monotonic_time () - wire->start_us) / 1000);
  cut_object (copy);
  line = hs_sandbox_json_to_text (copy);
  /* As it is: JSON is UTF-8 in every locale. */
  fprintf (stderr, "%s\n", line);
}

void
hs_sandbox_wire_write_frame (HsSandboxWire *wire,
                             const char *direction,
                             const char *user,
                             const char *text)
{
  JsonObject *record, *message = NULL;
  g_autoptr (GBytes) bytes = NULL;

  if (!wire->verbose)
    return;
  record = json_object_new ();
  json_object_set_string_member (record, "dir", direction);
  json_object_set_string_member (record, "user", user);
  if (text) {
    bytes = g_bytes_new_static (text, strlen (text));
    message = hs_sandbox_json_parse (bytes, NULL);
    if (message)
      json_object_set_object_member (record, "msg", message);
    else
      json_object_set_string_member (record, "text", text);
  }
  hs_sandbox_wire_write (wire, record);
}
