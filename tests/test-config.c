/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/hs-config.h"
#include "base/hs-json.h"

static JsonObject *
parse (const char *text)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) node = hs_json_parse (text, -1, &error);

  g_assert_no_error (error);
  return json_object_ref (json_node_get_object (node));
}

static HsConfig *
make_config (void)
{
  g_autoptr (JsonObject) defaults =
      parse ("{\"call\": {\"earlyMedia\": false, \"iceServers\": []}, \"connectivity\": "
             "{\"pingInterval\": 30000, \"reconnectTimeMultiplier\": 1.5}}");

  return hs_config_new (defaults);
}

static void
test_values_lie_over_defaults (void)
{
  g_autoptr (HsConfig) config = make_config ();
  g_autoptr (JsonObject) values =
      parse ("{\"call\": {\"earlyMedia\": true}, \"authentication\": {\"server\": {\"base\": "
             "\"gateway.example\"}}}");

  hs_config_merge (config, values);
  g_assert_true (hs_config_get_boolean (config, "call.earlyMedia", FALSE));
  g_assert_nonnull (hs_config_get (config, "call.iceServers"));
  g_assert_cmpstr (hs_config_get_string (config, "authentication.server.base"), ==,
                   "gateway.example");
  g_assert_cmpint (hs_config_get_int (config, "connectivity.pingInterval", 0), ==, 30000);
  g_assert_cmpfloat (hs_config_get_double (config, "connectivity.reconnectTimeMultiplier", 0), ==,
                     1.5);
}

static void
test_null_takes_back_to_the_default (void)
{
  g_autoptr (HsConfig) config = make_config ();
  g_autoptr (JsonObject) set = parse ("{\"call\": {\"earlyMedia\": true, \"extra\": 1}}");
  g_autoptr (JsonObject) clear = parse ("{\"call\": {\"earlyMedia\": null, \"extra\": null}}");

  hs_config_merge (config, set);
  hs_config_merge (config, clear);
  g_assert_false (hs_config_get_boolean (config, "call.earlyMedia", TRUE));
  g_assert_null (hs_config_get (config, "call.extra"));
}

static void
test_wrong_types_read_as_absent (void)
{
  g_autoptr (HsConfig) config = make_config ();

  g_assert_null (hs_config_get_string (config, "connectivity.pingInterval"));
  g_assert_cmpint (hs_config_get_int (config, "call.earlyMedia", 7), ==, 7);
  g_assert_null (hs_config_get (config, "connectivity.pingInterval.deeper"));
}

static void
test_the_copy_is_deep (void)
{
  g_autoptr (HsConfig) config = make_config ();
  g_autoptr (JsonObject) copy = hs_config_dup_all (config);

  json_object_set_boolean_member (hs_json_get_object (copy, "call"), "earlyMedia", TRUE);
  g_assert_false (hs_config_get_boolean (config, "call.earlyMedia", TRUE));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/config/values-lie-over-defaults", test_values_lie_over_defaults);
  g_test_add_func ("/config/null-takes-back-to-the-default", test_null_takes_back_to_the_default);
  g_test_add_func ("/config/wrong-types-read-as-absent", test_wrong_types_read_as_absent);
  g_test_add_func ("/config/the-copy-is-deep", test_the_copy_is_deep);
  return g_test_run ();
}
