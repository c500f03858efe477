/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "hs-link"

#include "hs-wire.h"

#include "base/hs-error.h"

#include <math.h>
#include <string.h>

#define MAX_PATH_LENGTH 8192

/* RFC 3986 pchar without the unreserved ones, which are always kept. */
#define SEGMENT_CHARACTERS "!$&'()*+,;=:@"

static gboolean
refuse (GError **error, const char *why)
{
  g_set_error_literal (error, HS_ERROR, HS_ERROR_INVALID_DATA, why);
  return FALSE;
}

static gboolean
read_escape (const char *text, const char *end, guint *value)
{
  *value = 0;
  if (end - text < 6 || text[0] != '\\' || text[1] != 'u')
    return FALSE;
  for (int i = 2; i < 6; i++) {
    int digit = g_ascii_xdigit_value (text[i]);

    if (digit < 0)
      return FALSE;
    *value = *value * 16 + digit;
  }
  return TRUE;
}

/* Looks at the escape at @text; returns how many characters it has, 0 for what is none. The parser
 * would take octal ones as well, and make bytes of them. */
static gsize
mend_escape (char *text, const char *end)
{
  guint value, next;

  if (end - text >= 2 && text[1] != '\0' && strchr ("\"\\/bfnrt", text[1]) != NULL)
    return 2;
  if (!read_escape (text, end, &value))
    return 0;
  if (value >= 0xd800 && value < 0xdc00 && read_escape (text + 6, end, &next) && next >= 0xdc00 &&
      next < 0xe000)
    return 12;
  if (value == 0 || (value >= 0xd800 && value < 0xe000))
    memcpy (text + 2, "fffd", 4);
  return 6;
}

/* The parser also takes single quotes and comments, which would hide brackets from the measuring;
 * nothing of the sort is JSON. */
static gboolean
may_stand_outside (char c)
{
  return c != '\0' && strchr ("{}[]:,\" \t\r\n+-.0123456789eEtrufalsn", c) != NULL;
}

/* One pass over the text: measures the nesting outside of strings and mends escapes within. */
static gboolean
mend_text (char *text, gsize length, GError **error)
{
  const char *end = text + length;
  gboolean in_string = FALSE;
  guint depth = 0;

  for (char *c = text; c < end; c++) {
    gboolean escape = in_string && *c == '\\';
    gsize n = escape ? mend_escape (c, end) : 1;

    if (n == 0 || (!in_string && !may_stand_outside (*c)))
      return refuse (error, "not JSON");
    c += n - 1;
    if (!escape && *c == '"')
      in_string = !in_string;
    else if (!in_string && (*c == '{' || *c == '['))
      depth++;
    else if (!in_string && (*c == '}' || *c == ']') && depth > 0)
      depth--;
    if (depth > HS_WIRE_MAX_DEPTH)
      return refuse (error, "the JSON is nested too deeply");
  }
  return TRUE;
}

/* The parser makes infinities of numbers that are too large, and json-glib writes exponents in a
 * way that is no JSON. Nothing that a gateway says is of such a size. */
static void
mend_number (JsonNode *node)
{
  double size;

  if (json_node_get_value_type (node) != G_TYPE_DOUBLE)
    return;
  size = fabs (json_node_get_double (node));
  if (!(size < 1e15))
    json_node_init_null (node);
  else if (size < 1e-4)
    json_node_set_double (node, 0);
}

static void
mend_numbers (JsonNode *node)
{
  g_autoptr (GList) children = NULL;

  if (JSON_NODE_HOLDS_VALUE (node))
    mend_number (node);
  else if (JSON_NODE_HOLDS_OBJECT (node))
    children = json_object_get_values (json_node_get_object (node));
  else if (JSON_NODE_HOLDS_ARRAY (node))
    children = json_array_get_elements (json_node_get_array (node));
  for (GList *l = children; l != NULL; l = l->next)
    mend_numbers (l->data);
}

JsonNode *
hs_wire_parse (const char *text, gsize length, GError **error)
{
  g_autoptr (JsonParser) parser = json_parser_new ();
  g_autofree char *copy = NULL;
  g_autoptr (GError) reason = NULL;
  JsonNode *root;

  if (length == 0 || !g_utf8_validate_len (text, length, NULL)) {
    refuse (error, length == 0 ? "the text is empty" : "the text is not valid UTF-8");
    return NULL;
  }
  copy = g_strndup (text, length);
  if (!mend_text (copy, length, error))
    return NULL;
  if (!json_parser_load_from_data (parser, copy, length, &reason)) {
    /* The parser's own text quotes what it read, which may be anything. */
    g_set_error (error, HS_ERROR, HS_ERROR_INVALID_DATA, "not JSON: wrong at line %u, column %u",
                 json_parser_get_current_line (parser), json_parser_get_current_pos (parser));
    return NULL;
  }
  root = json_parser_steal_root (parser);
  if (root != NULL)
    mend_numbers (root);
  else
    refuse (error, "the text is empty");
  return root;
}

char *
hs_wire_escape_segment (const char *text)
{
  return g_uri_escape_string (text, SEGMENT_CHARACTERS, FALSE);
}

static gboolean
refuse_path (const char *field, const char *why, GError **error)
{
  g_set_error (error, HS_ERROR, HS_ERROR_INVALID_DATA, "%s %s", field, why);
  return FALSE;
}

static gboolean
check_path (const char *path, const char *field, GError **error)
{
  if (path == NULL)
    return refuse_path (field, "is missing", error);
  if (path[0] != '/')
    return refuse_path (field, "does not start with \"/\"", error);
  if (strlen (path) > MAX_PATH_LENGTH)
    return refuse_path (field, "is too long", error);
  for (const char *c = path; *c != '\0'; c++) {
    if (g_ascii_iscntrl (*c) || *c == '#' || *c == '\\')
      return refuse_path (field, "holds a character that no path may hold", error);
  }
  return TRUE;
}

char *
hs_wire_dup_path (const char *path, const char *field, GError **error)
{
  if (!check_path (path, field, error))
    return NULL;
  /* Existing percent signs stay: the gateway has encoded what it had to. */
  return g_uri_escape_string (path, SEGMENT_CHARACTERS "/?%[]", FALSE);
}

static gboolean
refuse_key (const char *key, const char *why, GError **error)
{
  g_set_error (error, HS_ERROR, HS_ERROR_INVALID_DATA, "configuration: %s %s", key, why);
  return FALSE;
}

static gboolean
check_server (const HsWireServer *server, GError **error)
{
  if (server->host == NULL || server->host[0] == '\0')
    return refuse_key (server->host_key, "is not set", error);
  for (const char *c = server->host; *c != '\0'; c++) {
    if ((guchar) *c <= ' ' || *c == 127 || strchr ("/?#@\\%<>\"", *c) != NULL)
      return refuse_key (server->host_key, "is not a host name or address", error);
  }
  if (strchr (server->host, ':') != NULL && server->host[0] != '[' &&
      !g_hostname_is_ip_address (server->host))
    return refuse_key (server->host_key, "is not a host name or address", error);
  if (server->port < 1 || server->port > 65535)
    return refuse_key (server->port_key, "is not a port number", error);
  return TRUE;
}

char *
hs_wire_dup_url (const HsWireServer *server, const char *path, GError **error)
{
  gboolean bare_v6;

  if (!check_server (server, error))
    return NULL;
  bare_v6 = strchr (server->host, ':') != NULL && server->host[0] != '[';
  return g_strdup_printf ("%s://%s%s%s:%d%s", server->protocol, bare_v6 ? "[" : "", server->host,
                          bare_v6 ? "]" : "", (int) server->port, path);
}

gint64
hs_wire_get_port (HsConfig *config, const char *key, gint64 fallback)
{
  const char *text = hs_config_get_string (config, key);
  guint64 number;

  if (hs_config_get (config, key) == NULL)
    return fallback;
  if (text == NULL)
    return hs_config_get_int (config, key, -1);
  return g_ascii_string_to_unsigned (text, 10, 0, 65535, &number, NULL) ? (gint64) number : -1;
}
