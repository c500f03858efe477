/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/hs-json.h"

static void
test_wrong_types_read_as_absent (void)
{
  g_autoptr (JsonNode) node =
      hs_json_parse ("{\"s\":\"x\",\"n\":5,\"b\":true,\"o\":{},\"a\":[],\"z\":null}", -1, NULL);
  JsonObject *object = hs_json_node_get_object (node);

  g_assert_cmpstr (hs_json_get_string (object, "s"), ==, "x");
  g_assert_null (hs_json_get_string (object, "n"));
  g_assert_null (hs_json_get_string (object, "z"));
  g_assert_null (hs_json_get_string (NULL, "s"));
  g_assert_cmpint (hs_json_get_int (object, "n", -1), ==, 5);
  g_assert_cmpint (hs_json_get_int (object, "s", -1), ==, -1);
  g_assert_true (hs_json_get_boolean (object, "b", FALSE));
  g_assert_nonnull (hs_json_get_object (object, "o"));
  g_assert_null (hs_json_get_object (object, "a"));
  g_assert_nonnull (hs_json_get_array (object, "a"));
  g_assert_null (hs_json_get_array (object, "missing"));
}

static void
test_empty_text_is_an_error (void)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (hs_json_parse ("", 0, &error));
  g_assert_nonnull (error);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/json/wrong-types-read-as-absent", test_wrong_types_read_as_absent);
  g_test_add_func ("/json/empty-text-is-an-error", test_empty_text_is_an_error);
  return g_test_run ();
}
