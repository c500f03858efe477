/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/hs-json.h"
#include "hs-fake-log.h"
#include "phone/hs-config-file.h"
#include "phone/hs-defaults.h"
#include "protocol/hs-protocol.h"

#include <glib/gstdio.h>

static JsonObject *
parse (const char *text)
{
  g_autoptr (JsonNode) node = hs_json_parse (text, -1, NULL);

  return json_object_ref (json_node_get_object (node));
}

static char *
prune (const char *text, guint expected_problems)
{
  g_autoptr (JsonObject) values = parse (text);
  guint problems = hs_config_prune (values, "config.json");

  g_assert_cmpuint (problems, ==, expected_problems);
  return hs_json_object_to_text (json_object_ref (values));
}

static void
test_good_values_are_kept (void)
{
  const char *text = "{\"call\":{\"earlyMedia\":true},\"connectivity\":{\"pingInterval\":5000}}";
  g_autofree char *kept = prune (text, 0);

  g_assert_cmpstr (kept, ==, text);
}

static void
test_wrong_and_unknown_keys_are_named (void)
{
  g_autofree char *kept =
      prune ("{\"call\":{\"earlyMedia\":\"yes\",\"earlyMedium\":true,\"removeBundling\":true},"
             "\"connectivity\":{\"pingInterval\":5000}}",
             2);

  hs_fake_log_expect (G_LOG_LEVEL_WARNING, "config.json: call.earlyMedia: expected true or false*");
  hs_fake_log_expect (G_LOG_LEVEL_WARNING, "config.json: call.earlyMedium*");
  hs_fake_log_assert_empty ();
  g_assert_cmpstr (kept, ==,
                   "{\"call\":{\"removeBundling\":true},\"connectivity\":{\"pingInterval\":5000}}");
}

static void
test_half_a_list_is_not_used (void)
{
  g_autofree char *kept =
      prune ("{\"call\":{\"iceServers\":[{\"urls\":\"stun:a.example\"},{\"url\":5}]}}", 2);

  hs_fake_log_expect (G_LOG_LEVEL_WARNING, "config.json: call.iceServers?1?*");
  hs_fake_log_expect (G_LOG_LEVEL_WARNING, "config.json: call.iceServers?1?*");
  hs_fake_log_assert_empty ();
  g_assert_cmpstr (kept, ==, "{\"call\":{}}");
}

static void
test_secrets_are_dropped (void)
{
  g_autoptr (JsonObject) values =
      parse ("{\"call\":{\"iceServers\":[{\"urls\":\"turn:a.example\",\"username\":\"u\","
             "\"credential\":\"hidden\"}]}}");
  g_autofree char *text = NULL;

  hs_config_drop_secrets (values);
  text = hs_json_object_to_text (json_object_ref (values));
  g_assert_null (strstr (text, "hidden"));
  g_assert_nonnull (strstr (text, "turn:a.example"));
}

/* Returns: what loading a file of @content says. */
static char *
load_error (const char *content)
{
  g_autofree char *folder = g_dir_make_tmp ("hs-config-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "config.json", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonObject) values = NULL;

  if (content != NULL)
    g_assert_true (g_file_set_contents (path, content, -1, NULL));
  values = hs_config_file_load (path, &error);
  g_remove (path);
  g_rmdir (folder);
  return values != NULL ? NULL : g_strdup (error->message);
}

static void
test_unusable_files_are_errors (void)
{
  g_autofree char *missing = load_error (NULL);
  g_autofree char *broken = load_error ("{\"call\": ");
  g_autofree char *list = load_error ("[]");
  g_autofree char *fine = load_error ("{}");

  g_assert_nonnull (strstr (missing, "config.json"));
  g_assert_nonnull (strstr (broken, "config.json"));
  g_assert_nonnull (strstr (list, "expected a JSON object"));
  g_assert_null (fine);
}

static void
test_defaults_fit_the_contract (void)
{
  g_autoptr (JsonNode) node = hs_json_node_take_object (hs_defaults_dup ());
  g_autoptr (GError) error = NULL;

  g_assert_true (hs_schema_check (&hs_schema_config, node, "", &error));
  g_assert_no_error (error);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  hs_fake_log_start ();
  g_test_add_func ("/config-file/good-values-are-kept", test_good_values_are_kept);
  g_test_add_func ("/config-file/wrong-and-unknown-keys-are-named",
                   test_wrong_and_unknown_keys_are_named);
  g_test_add_func ("/config-file/half-a-list-is-not-used", test_half_a_list_is_not_used);
  g_test_add_func ("/config-file/secrets-are-dropped", test_secrets_are_dropped);
  g_test_add_func ("/config-file/unusable-files-are-errors", test_unusable_files_are_errors);
  g_test_add_func ("/config-file/defaults-fit-the-contract", test_defaults_fit_the_contract);
  return g_test_run ();
}
