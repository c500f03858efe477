/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/hs-error.h"
#include "base/hs-json.h"
#include "rpc/hs-json-scan.h"

#include <string.h>

#define DEPTH 8

static JsonNode *
scan (const char *text, GError **error)
{
  return hs_json_scan (text, strlen (text), DEPTH, NULL, error);
}

static void
test_takes_what_is_json (gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) node = scan (data, &error);

  g_assert_no_error (error);
  g_assert_nonnull (node);
}

static void
test_refuses_what_is_not (gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) node = scan (data, &error);

  g_assert_error (error, HS_JSON_SCAN_ERROR, HS_JSON_SCAN_ERROR_SYNTAX);
  g_assert_null (node);
  g_assert_nonnull (strstr (error->message, "at byte "));
}

static const char *const good[] = {
  "0",
  "-0",
  "10",
  "1.5",
  "1e5",
  "1E+5",
  "1.25e-2",
  "-1",
  "true",
  "false",
  "null",
  "\"\"",
  "[]",
  "{}",
  " [ ] ",
  "\t{\r\n}\n",
  "[1,2]",
  "[[],[]]",
  "{\"a\":{}}",
  "{\"\":1}",
  "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"",
  "\"\\u0041\"",
  "\"\\ud83d\\ude00\"",
  "\"\xc3\xa9\"",
  "\"\x7f\"",
  "9223372036854775807",
  "-9223372036854775808",
  "123456789012345678901234567890",
  "1e308",
  "{\"a\":1,\"a\":2}",
  "\"//\"",
  "[[[[[[[[]]]]]]]]",
};

static const char *const bad[] = {
  "",
  " ",
  "tru",
  "truex",
  "True",
  "nul",
  "NaN",
  "Infinity",
  "undefined",
  "'a'",
  "a",
  "01",
  "-",
  "+1",
  "1.",
  ".5",
  "1e",
  "1e+",
  "0x10",
  "1_0",
  "--1",
  "-a",
  "[",
  "]",
  "{",
  "}",
  "[1",
  "[1,",
  "[1,]",
  "[,1]",
  "[1 2]",
  "[1;2]",
  "{\"a\"}",
  "{\"a\":}",
  "{\"a\":1,}",
  "{a:1}",
  "{'a':1}",
  "{1:1}",
  "{\"a\" 1}",
  "{\"a\":1 \"b\":2}",
  "[1] x",
  "{} {}",
  "1 2",
  "\"",
  "\"a",
  "\"\\",
  "\"\\x\"",
  "\"\\u12\"",
  "\"\\u12g4\"",
  "\"\\u0000\"",
  "\"\\ud800\"",
  "\"\\udc00\"",
  "\"\\ud800\\u0041\"",
  "\"\\ud800\\ud800\"",
  "\"\\ud800x\"",
  "\"a\nb\"",
  "\"a\tb\"",
  "\"\x01\"",
  "/* c */ 1",
  "1 // c",
  "// c",
  "#c",
  "\"\xff\"",
  "\"\xc3\"",
  "\"\xed\xa0\x80\"",
  "\"\xc0\x80\"",
  "\xef\xbb\xbf{}",
  "1e999",
  "-1e999",
  "\x0b"
  "1",
  "[1\f]",
};

static void
test_zero_byte_is_refused (void)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (hs_json_scan ("\"a\0b\"", 5, DEPTH, NULL, &error));
  g_assert_error (error, HS_JSON_SCAN_ERROR, HS_JSON_SCAN_ERROR_SYNTAX);
}

static void
test_nothing_is_read_beyond_the_end (void)
{
  const char *texts[] = { "[1,2]", "\"\\ud83d\\ude00\"", "{\"a\":true}", "-1.5e+10", "null" };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++) {
    for (gsize length = 0; length <= strlen (texts[i]); length++) {
      /* Exactly as long as the text, so that a sanitizer sees a step too far. */
      g_autofree char *exact = g_memdup2 (texts[i], length);
      g_autoptr (JsonNode) node = hs_json_scan (exact, length, DEPTH, NULL, NULL);

      if (length == strlen (texts[i]))
        g_assert_nonnull (node);
    }
  }
}

static void
test_depth_is_limited (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GString) text = g_string_new (NULL);

  g_assert_null (scan ("[[[[[[[[[]]]]]]]]]", &error));
  g_assert_error (error, HS_ERROR, HS_ERROR_TOO_DEEP);
  g_clear_error (&error);
  for (guint i = 0; i < 1000000; i++)
    g_string_append (text, i % 2 == 0 ? "[" : "{\"a\":");
  g_assert_null (scan (text->str, &error));
  g_assert_error (error, HS_ERROR, HS_ERROR_TOO_DEEP);
}

static void
test_wide_is_not_deep (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) node =
      scan ("[[[]],[[]],[{\"a\":[]},{\"b\":[]}],[],[],[],[],[],[],[],[]]", &error);

  g_assert_no_error (error);
  g_assert_nonnull (node);
}

static void
test_strings_are_decoded (void)
{
  g_autoptr (JsonNode) node =
      scan ("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\\ud83d\\ude00 \xc3\xa9\"", NULL);

  g_assert_cmpstr (json_node_get_string (node), ==,
                   "\"\\/\b\f\n\r\t\xc3\xa9\xf0\x9f\x98\x80 \xc3\xa9");
}

static void
assert_integer (const char *text, gint64 value)
{
  g_autoptr (JsonNode) node = scan (text, NULL);

  g_assert_true (json_node_get_value_type (node) == G_TYPE_INT64);
  g_assert_cmpint (json_node_get_int (node), ==, value);
}

static void
assert_double (const char *text, double value)
{
  g_autoptr (JsonNode) node = scan (text, NULL);

  g_assert_true (json_node_get_value_type (node) == G_TYPE_DOUBLE);
  g_assert_cmpfloat (json_node_get_double (node), ==, value);
}

static void
test_numbers_keep_their_value (void)
{
  assert_integer ("0", 0);
  assert_integer ("9223372036854775807", G_MAXINT64);
  assert_integer ("-9223372036854775808", G_MININT64);
  assert_integer ("1.0", 1);
  assert_integer ("1e2", 100);
  assert_integer ("0.0", 0);
  assert_double ("-0", -0.0);
  assert_double ("1.5", 1.5);
  assert_double ("18446744073709551615", 18446744073709551615.0);
  assert_double ("-9223372036854775809", -9223372036854775809.0);
  assert_double ("1e300", 1e300);
  assert_double ("0.1", 0.1);
}

static void
test_last_of_equal_members_counts (void)
{
  g_autoptr (JsonNode) node = scan ("{\"a\":1,\"b\":2,\"a\":3}", NULL);

  g_assert_cmpint (hs_json_get_int (json_node_get_object (node), "a", 0), ==, 3);
}

static void
assert_ids (const char *text, const char *const *expected)
{
  g_autoptr (GArray) ids = g_array_new (FALSE, FALSE, sizeof (HsJsonSpan));
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) node = hs_json_scan (text, strlen (text), DEPTH, ids, &error);

  g_assert_no_error (error);
  g_assert_nonnull (node);
  g_assert_cmpuint (ids->len, ==, g_strv_length ((char **) expected));
  for (guint i = 0; i < ids->len; i++) {
    const HsJsonSpan *span = &g_array_index (ids, HsJsonSpan, i);
    g_autofree char *id =
        span->text != NULL ? g_strndup (span->text, span->length) : g_strdup ("-");

    g_assert_cmpstr (id, ==, expected[i]);
  }
}

static void
test_ids_are_found_as_written (void)
{
  assert_ids ("{\"id\": 1.50 ,\"m\":{\"id\":2}}", (const char *const[]){ "1.50", NULL });
  assert_ids ("{\"m\":[{\"id\":2}]}", (const char *const[]){ "-", NULL });
  assert_ids ("{\"id\":1,\"id\":\"\\u0061\"}", (const char *const[]){ "\"\\u0061\"", NULL });
  assert_ids (
      "[{\"id\":1},2,{},[{\"id\":3}],\"id\",{\"a\":{\"id\":4},\"id\":null},{\"id\":{\"id\":5}}]",
      (const char *const[]){ "1", "-", "-", "-", "-", "null", "{\"id\":5}", NULL });
  assert_ids ("[]", (const char *const[]){ NULL });
  assert_ids ("5", (const char *const[]){ NULL });
}

static void
add_each (const char *name, const char *const *texts, guint n_texts, GTestDataFunc test)
{
  for (guint i = 0; i < n_texts; i++) {
    g_autofree char *path = g_strdup_printf ("/json-scan/%s/%u", name, i);

    g_test_add_data_func (path, texts[i], test);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  add_each ("takes", good, G_N_ELEMENTS (good), test_takes_what_is_json);
  add_each ("refuses", bad, G_N_ELEMENTS (bad), test_refuses_what_is_not);
  g_test_add_func ("/json-scan/zero-byte-is-refused", test_zero_byte_is_refused);
  g_test_add_func ("/json-scan/nothing-is-read-beyond-the-end",
                   test_nothing_is_read_beyond_the_end);
  g_test_add_func ("/json-scan/depth-is-limited", test_depth_is_limited);
  g_test_add_func ("/json-scan/wide-is-not-deep", test_wide_is_not_deep);
  g_test_add_func ("/json-scan/strings-are-decoded", test_strings_are_decoded);
  g_test_add_func ("/json-scan/numbers-keep-their-value", test_numbers_keep_their_value);
  g_test_add_func ("/json-scan/last-of-equal-members-counts", test_last_of_equal_members_counts);
  g_test_add_func ("/json-scan/ids-are-found-as-written", test_ids_are_found_as_written);
  return g_test_run ();
}
