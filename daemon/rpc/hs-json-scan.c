/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "hs-rpc"

#include "hs-json-scan.h"

#include "base/hs-error.h"

#include <errno.h>
#include <math.h>
#include <string.h>

/* Doubles are exact for whole numbers up to here. */
#define LARGEST_EXACT 9007199254740992.0

typedef struct {
  const char *start;
  const char *at;
  const char *end;
  guint depth;
  guint max_depth;
  GArray *ids;    /* nullable */
  guint id_depth; /* of the objects whose id is wanted */
  GError **error;
} Scan;

G_DEFINE_QUARK (hs - json - scan - error, hs_json_scan_error)

static JsonNode *scan_value (Scan *scan);

static gboolean
fail (Scan *scan, const char *what)
{
  g_set_error (scan->error, HS_JSON_SCAN_ERROR, HS_JSON_SCAN_ERROR_SYNTAX,
               "%s at byte %" G_GSIZE_FORMAT, what, (gsize) (scan->at - scan->start));
  return FALSE;
}

static char
peek (const Scan *scan)
{
  return scan->at < scan->end ? *scan->at : '\0';
}

static void
skip_space (Scan *scan)
{
  while (scan->at < scan->end && strchr (" \t\r\n", *scan->at) != NULL)
    scan->at++;
}

/* Takes @expected away when it is what comes next. */
static gboolean
accept (Scan *scan, char expected)
{
  if (peek (scan) != expected || scan->at == scan->end)
    return FALSE;
  scan->at++;
  return TRUE;
}

static gboolean
enter (Scan *scan)
{
  scan->at++;
  if (++scan->depth <= scan->max_depth)
    return TRUE;
  g_set_error (scan->error, HS_ERROR, HS_ERROR_TOO_DEEP,
               "the message nests arrays and objects deeper than %u levels", scan->max_depth);
  return FALSE;
}

static gboolean
scan_hex (Scan *scan, gunichar *unit)
{
  *unit = 0;
  for (guint i = 0; i < 4; i++) {
    if (!g_ascii_isxdigit (peek (scan)))
      return fail (scan, "four hexadecimal digits expected");
    *unit = *unit * 16 + g_ascii_xdigit_value (*scan->at++);
  }
  return TRUE;
}

static gboolean
scan_unicode_escape (Scan *scan, GString *string)
{
  gunichar unit;
  gunichar low;

  if (!scan_hex (scan, &unit))
    return FALSE;
  if (unit == 0)
    return fail (scan, "\\u0000 is not supported");
  if (unit >= 0xdc00 && unit <= 0xdfff)
    return fail (scan, "lone surrogate");
  if (unit >= 0xd800 && unit <= 0xdbff) {
    if (!accept (scan, '\\') || !accept (scan, 'u'))
      return fail (scan, "lone surrogate");
    if (!scan_hex (scan, &low))
      return FALSE;
    if (low < 0xdc00 || low > 0xdfff)
      return fail (scan, "lone surrogate");
    unit = 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00);
  }
  g_string_append_unichar (string, unit);
  return TRUE;
}

static gboolean
scan_escape (Scan *scan, GString *string)
{
  static const char letters[] = "\"\\/bfnrt";
  static const char meanings[] = "\"\\/\b\f\n\r\t";
  const char letter = peek (scan);
  const char *found = letter != '\0' ? strchr (letters, letter) : NULL;

  if (accept (scan, 'u'))
    return scan_unicode_escape (scan, string);
  if (found == NULL)
    return fail (scan, "unknown escape");
  scan->at++;
  g_string_append_c (string, meanings[found - letters]);
  return TRUE;
}

/* Returns: (transfer full) (nullable) */
static char *
scan_string (Scan *scan)
{
  g_autoptr (GString) string = g_string_new (NULL);

  if (!accept (scan, '"')) {
    fail (scan, "string expected");
    return NULL;
  }
  while (!accept (scan, '"')) {
    const char *run = scan->at;

    while (scan->at < scan->end && *scan->at != '"' && *scan->at != '\\' &&
           (guchar) *scan->at >= 0x20)
      scan->at++;
    g_string_append_len (string, run, scan->at - run);
    if (scan->at == scan->end || (guchar) *scan->at < 0x20) {
      fail (scan, scan->at == scan->end ? "unfinished string" : "control character in a string");
      return NULL;
    }
    if (accept (scan, '\\') && !scan_escape (scan, string))
      return NULL;
  }
  return g_string_free (g_steal_pointer (&string), FALSE);
}

static gboolean
skip_digits (Scan *scan)
{
  if (!g_ascii_isdigit (peek (scan)))
    return fail (scan, "digit expected");
  while (g_ascii_isdigit (peek (scan)))
    scan->at++;
  return TRUE;
}

/* @whole: set to whether there is neither a fraction nor an exponent */
static gboolean
skip_number (Scan *scan, gboolean *whole)
{
  *whole = TRUE;
  accept (scan, '-');
  if (!accept (scan, '0') && !skip_digits (scan))
    return FALSE;
  if (accept (scan, '.')) {
    *whole = FALSE;
    if (!skip_digits (scan))
      return FALSE;
  }
  if (accept (scan, 'e') || accept (scan, 'E')) {
    *whole = FALSE;
    if (!accept (scan, '+'))
      accept (scan, '-');
    return skip_digits (scan);
  }
  return TRUE;
}

static JsonNode *
number_to_node (Scan *scan, const char *text, gboolean whole)
{
  double number;

  if (whole && strcmp (text, "-0") != 0) {
    gint64 integer;

    errno = 0;
    integer = g_ascii_strtoll (text, NULL, 10);
    if (errno == 0)
      return json_node_init_int (json_node_alloc (), integer);
  }
  number = g_ascii_strtod (text, NULL);
  if (!isfinite (number)) {
    fail (scan, "number out of range");
    return NULL;
  }
  if (number == trunc (number) && fabs (number) <= LARGEST_EXACT &&
      !(number == 0 && signbit (number)))
    return json_node_init_int (json_node_alloc (), (gint64) number);
  return json_node_init_double (json_node_alloc (), number);
}

static JsonNode *
scan_number (Scan *scan)
{
  const char *start = scan->at;
  gboolean whole;
  g_autofree char *text = NULL;

  if (!skip_number (scan, &whole))
    return NULL;
  text = g_strndup (start, scan->at - start);
  return number_to_node (scan, text, whole);
}

static gboolean
accept_word (Scan *scan, const char *word)
{
  gsize length = strlen (word);

  if ((gsize) (scan->end - scan->at) < length || memcmp (scan->at, word, length) != 0)
    return FALSE;
  scan->at += length;
  return TRUE;
}

static JsonNode *
scan_word (Scan *scan)
{
  if (accept_word (scan, "true"))
    return json_node_init_boolean (json_node_alloc (), TRUE);
  if (accept_word (scan, "false"))
    return json_node_init_boolean (json_node_alloc (), FALSE);
  if (accept_word (scan, "null"))
    return json_node_init_null (json_node_alloc ());
  fail (scan,
        scan->at == scan->end ? "the text ends where a value was expected" : "value expected");
  return NULL;
}

/* After an element or a member.
 * Returns: whether there is another one; @closed is set when it was the last */
static gboolean
scan_separator (Scan *scan, char closing, gboolean *closed)
{
  skip_space (scan);
  *closed = accept (scan, closing);
  if (*closed || accept (scan, ',')) {
    skip_space (scan);
    return TRUE;
  }
  return fail (scan, closing == ']' ? "\",\" or \"]\" expected" : "\",\" or \"}\" expected");
}

static void
note_id (Scan *scan, HsJsonSpan span)
{
  if (scan->ids != NULL)
    g_array_append_val (scan->ids, span);
}

static gboolean
scan_elements (Scan *scan, JsonArray *array)
{
  gboolean closed;

  skip_space (scan);
  closed = accept (scan, ']');
  while (!closed) {
    JsonNode *element = scan_value (scan);

    if (element == NULL)
      return FALSE;
    json_array_add_element (array, element);
    if (scan->depth == 1 && !JSON_NODE_HOLDS_OBJECT (element))
      note_id (scan, (HsJsonSpan){ NULL, 0 });
    if (!scan_separator (scan, ']', &closed))
      return FALSE;
  }
  return TRUE;
}

static gboolean
scan_member (Scan *scan, JsonObject *object, HsJsonSpan *id)
{
  g_autofree char *name = scan_string (scan);
  const char *start;
  JsonNode *value;

  if (name == NULL)
    return FALSE;
  skip_space (scan);
  if (!accept (scan, ':'))
    return fail (scan, "\":\" expected");
  skip_space (scan);
  start = scan->at;
  value = scan_value (scan);
  if (value == NULL)
    return FALSE;
  if (strcmp (name, "id") == 0)
    *id = (HsJsonSpan){ start, scan->at - start };
  json_object_set_member (object, name, value);
  return TRUE;
}

static gboolean
scan_members (Scan *scan, JsonObject *object)
{
  HsJsonSpan id = { NULL, 0 };
  gboolean closed;

  skip_space (scan);
  closed = accept (scan, '}');
  while (!closed) {
    if (!scan_member (scan, object, &id) || !scan_separator (scan, '}', &closed))
      return FALSE;
  }
  if (scan->depth == scan->id_depth)
    note_id (scan, id);
  return TRUE;
}

static JsonNode *
scan_array (Scan *scan)
{
  g_autoptr (JsonArray) array = json_array_new ();

  if (!enter (scan) || !scan_elements (scan, array))
    return NULL;
  scan->depth--;
  return json_node_init_array (json_node_alloc (), array);
}

static JsonNode *
scan_object (Scan *scan)
{
  g_autoptr (JsonObject) object = json_object_new ();

  if (!enter (scan) || !scan_members (scan, object))
    return NULL;
  scan->depth--;
  return json_node_init_object (json_node_alloc (), object);
}

/* Recursion is bounded by max_depth. */
static JsonNode *
scan_value (Scan *scan)
{
  const char first = peek (scan);

  if (first == '{')
    return scan_object (scan);
  if (first == '[')
    return scan_array (scan);
  if (first == '"') {
    g_autofree char *string = scan_string (scan);

    return string != NULL ? json_node_init_string (json_node_alloc (), string) : NULL;
  }
  if (first == '-' || g_ascii_isdigit (first))
    return scan_number (scan);
  return scan_word (scan);
}

JsonNode *
hs_json_scan (const char *text, gsize length, guint max_depth, GArray *ids, GError **error)
{
  Scan scan = { text, text, text + length, 0, max_depth, ids, 1, error };
  g_autoptr (JsonNode) root = NULL;
  const char *invalid;

  if (!g_utf8_validate_len (text, length, &invalid)) {
    scan.at = invalid;
    fail (&scan, "not UTF-8, or a zero byte,");
    return NULL;
  }
  skip_space (&scan);
  scan.id_depth = peek (&scan) == '[' ? 2 : 1;
  root = scan_value (&scan);
  if (root == NULL)
    return NULL;
  skip_space (&scan);
  if (scan.at != scan.end) {
    fail (&scan, "something follows the end of the text");
    return NULL;
  }
  return g_steal_pointer (&root);
}
