/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "handsetctl"

#include "hs-ctl-events.h"

#include <stdio.h>

/* A line for a person is not longer; --json has it all. */
#define MAX_LINE_CHARACTERS 180

static void append_members (GString *line, const char *prefix, JsonObject *object, gboolean nested);

static void
append_value (GString *line, const char *name, JsonNode *node)
{
  g_autofree char *text = NULL;

  if (JSON_NODE_HOLDS_OBJECT (node)) {
    g_autofree char *prefix = g_strconcat (name, ".", NULL);

    append_members (line, prefix, json_node_get_object (node), FALSE);
    append_members (line, prefix, json_node_get_object (node), TRUE);
    return;
  }
  text = JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_STRING
             ? json_node_dup_string (node)
             : json_to_string (node, FALSE);
  g_string_append_printf (line, "  %s=%s", name, text);
}

/* Plain members come first, so that a line cut short still says what it is about. */
static void
append_members (GString *line, const char *prefix, JsonObject *object, gboolean nested)
{
  JsonObjectIter iter;
  const char *member;
  JsonNode *node;

  json_object_iter_init_ordered (&iter, object);
  while (json_object_iter_next_ordered (&iter, &member, &node)) {
    g_autofree char *name = g_strconcat (prefix, member, NULL);

    if (JSON_NODE_HOLDS_OBJECT (node) == nested)
      append_value (line, name, node);
  }
}

static char *
shorten (const char *text)
{
  g_autofree char *start = NULL;

  if (g_utf8_strlen (text, -1) <= MAX_LINE_CHARACTERS)
    return g_strdup (text);
  start = g_utf8_substring (text, 0, MAX_LINE_CHARACTERS - 1);
  return g_strconcat (start, "…", NULL);
}

char *
hs_ctl_events_describe (JsonObject *message, GDateTime *when)
{
  g_autofree char *stamp = g_date_time_format (when, "%H:%M:%S");
  g_autoptr (GString) line = g_string_new (NULL);
  JsonNode *params = json_object_get_member (message, "params");

  g_string_append_printf (line, "%s.%03d  %-20s", stamp, g_date_time_get_microsecond (when) / 1000,
                          json_object_get_string_member (message, "method"));
  if (params != NULL && JSON_NODE_HOLDS_OBJECT (params)) {
    append_members (line, "", json_node_get_object (params), FALSE);
    append_members (line, "", json_node_get_object (params), TRUE);
  }
  return shorten (g_strchomp (line->str));
}

static gboolean
subscribe (HsCtlConnection *connection, const char *const *types, GError **error)
{
  if (types == NULL || types[0] == NULL) {
    g_autoptr (JsonNode) answer = hs_ctl_connection_call (connection, "api.subscribe", NULL, error);

    return answer != NULL;
  }
  for (guint i = 0; types[i] != NULL; i++) {
    g_autoptr (JsonObject) params = json_object_new ();
    g_autoptr (JsonNode) answer = NULL;

    json_object_set_string_member (params, "type", types[i]);
    answer = hs_ctl_connection_call (connection, "api.on", params, error);
    if (answer == NULL)
      return FALSE;
  }
  return TRUE;
}

static char *
to_json (JsonObject *message)
{
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);

  json_node_set_object (node, message);
  return json_to_string (node, FALSE);
}

gboolean
hs_ctl_events_run (HsCtlConnection *connection,
                   const char *const *types,
                   gboolean as_json,
                   GError **error)
{
  if (!subscribe (connection, types, error))
    return FALSE;
  for (;;) {
    g_autoptr (JsonObject) message = hs_ctl_connection_next (connection, error);
    g_autoptr (GDateTime) now = g_date_time_new_now_local ();
    g_autofree char *line = NULL;

    if (message == NULL)
      return FALSE;
    line = as_json ? to_json (message) : hs_ctl_events_describe (message, now);
    puts (line);
    fflush (stdout);
    if (ferror (stdout))
      return TRUE; /* whoever read us has had enough */
  }
}
