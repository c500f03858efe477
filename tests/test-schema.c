/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/hs-config.h"
#include "base/hs-error.h"
#include "base/hs-json.h"
#include "protocol/hs-protocol.h"

#include <string.h>

static void
collect (const HsSchemaProblem *problem, gpointer user_data)
{
  g_ptr_array_add (user_data, g_strdup (problem->message));
}

/* Every problem of @text, one a line. */
static char *
check (const HsSchema *schema, const char *text)
{
  g_autoptr (GPtrArray) messages = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) node = hs_json_parse (text, -1, &error);
  guint n_problems;

  g_assert_no_error (error);
  n_problems = hs_schema_check_all (schema, node, "", collect, messages);
  g_assert_cmpuint (n_problems, ==, messages->len);
  g_assert_true (hs_schema_check (schema, node, "", NULL) == (n_problems == 0));
  g_ptr_array_add (messages, NULL);
  return g_strjoinv ("\n", (char **) messages->pdata);
}

static void
assert_problems (const HsSchema *schema, const char *text, const char *expected)
{
  g_autofree char *problems = check (schema, text);

  g_assert_cmpstr (problems, ==, expected);
}

static void
test_right_values_pass (void)
{
  assert_problems (&hs_schema_media_options, "{}", "");
  assert_problems (&hs_schema_media_options,
                   "{\"audio\":true,\"audioOptions\":{\"deviceId\":\"mic\"}}", "");
  assert_problems (&hs_schema_media_options,
                   "{\"audioOptions\":{\"deviceId\":{\"exact\":\"mic\"}}}", "");
  assert_problems (&hs_schema_media_options,
                   "{\"videoOptions\":{\"width\":{\"ideal\":640},\"height\":480}}", "");
  assert_problems (&hs_schema_socket_state, "{\"connected\":true,\"future\":[1]}", "");
}

static void
test_null_stands_for_an_absent_member (void)
{
  assert_problems (&hs_schema_media_options, "{\"audio\":null,\"audioOptions\":null}", "");
  assert_problems (&hs_schema_custom_parameter, "{\"name\":null,\"value\":\"v\"}",
                   "name: expected a string that is not empty, got null");
}

static void
test_each_problem_is_told_with_its_place (void)
{
  assert_problems (&hs_schema_media_options,
                   "{\"audio\":\"yes\",\"vidio\":true,\"videoOptions\":{\"width\":[]}}",
                   "audio: expected true or false, got \"yes\"\n"
                   "vidio: there is no such member\n"
                   "videoOptions.width: expected a string, a number, or an object with exact or "
                   "ideal, got an array");
  assert_problems (&hs_schema_make_options,
                   "{\"customParameters\":[{\"name\":\"X\",\"value\":\"1\"},{\"name\":\"\"}]}",
                   "customParameters[1].name: expected a string that is not empty, got \"\"\n"
                   "customParameters[1].value: is missing, expected a string");
  assert_problems (&hs_schema_media_options, "[]", "expected an object, got an array");
}

static void
test_inside_of_a_union_is_told (void)
{
  assert_problems (&hs_schema_media_options,
                   "{\"audioOptions\":{\"deviceId\":{\"exakt\":\"mic\"}}}",
                   "audioOptions.deviceId.exakt: there is no such member");
}

static void
test_limits_and_choices (void)
{
  assert_problems (&hs_schema_config, "{\"media\":{\"opusComplexity\":11}}",
                   "media.opusComplexity: expected a whole number from 0 to 10, got 11");
  assert_problems (&hs_schema_config, "{\"media\":{\"opusComplexity\":-1}}",
                   "media.opusComplexity: expected a whole number from 0 to 10, got -1");
  assert_problems (&hs_schema_config, "{\"media\":{\"opusComplexity\":2.5}}",
                   "media.opusComplexity: expected a whole number from 0 to 10, got 2.5");
  assert_problems (
      &hs_schema_config, "{\"connectivity\":{\"webSocketOAuthMode\":\"header\"}}",
      "connectivity.webSocketOAuthMode: expected one of \"query\", \"none\", got \"header\"");
  assert_problems (&hs_schema_rtc_priority_type, "\"High\"",
                   "expected one of \"very-low\", \"low\", \"medium\", \"high\", got \"High\"");
}

static void
test_secrets_are_never_shown (void)
{
  assert_problems (&hs_schema_credentials, "{\"username\":\"ida\",\"password\":[\"hunter2\"]}",
                   "password: expected a string, got an array");
  assert_problems (&hs_schema_credentials, "{\"username\":\"ida\",\"password\":4711}",
                   "password: expected a string, got a number");
  assert_problems (&hs_schema_credentials, "{\"username\":\"ida\",\"passwort\":\"hunter2\"}",
                   "passwort: there is no such member");
  assert_problems (&hs_schema_config,
                   "{\"call\":{\"iceServers\":[{\"urls\":\"turn:a\",\"credential\":1234567}]}}",
                   "call.iceServers[0].credential: expected a string, got a number");
}

static void
test_long_values_are_shortened (void)
{
  g_autofree char *name = g_strnfill (5000, 'x');
  g_autofree char *text = g_strdup_printf ("{\"audio\":\"%s\"}", name);
  g_autofree char *problems = check (&hs_schema_media_options, text);

  g_assert_cmpuint (strlen (problems), <, 200);
  g_assert_true (g_str_has_suffix (problems, "…"));
}

static void
test_first_problem_is_the_error (void)
{
  g_autoptr (JsonNode) node = hs_json_parse ("{\"audio\":1,\"video\":2}", -1, NULL);
  g_autoptr (GError) error = NULL;

  g_assert_false (hs_schema_check (&hs_schema_media_options, node, "media", &error));
  g_assert_error (error, HS_SCHEMA_ERROR, HS_SCHEMA_ERROR_MISMATCH);
  g_assert_cmpstr (error->message, ==, "media.audio: expected true or false, got 1");
}

static void
test_config_defaults_fit_the_schema (void)
{
  g_autofree char *problems = check (&hs_schema_config, hs_protocol_config_defaults);
  g_autoptr (JsonNode) node = hs_json_parse (hs_protocol_config_defaults, -1, NULL);
  g_autoptr (HsConfig) config = hs_config_new (json_node_get_object (node));

  g_assert_cmpstr (problems, ==, "");
  g_assert_cmpint (hs_config_get_int (config, "connectivity.pingInterval", 0), ==, 30000);
  g_assert_cmpint (hs_config_get_int (config, "rpc.maxMessageBytes", 0), ==, 1048576);
  g_assert_true (hs_config_get_boolean (config, "tls.verify", FALSE));
  g_assert_cmpstr (hs_config_get_string (config, "authentication.localization"), ==, "English_US");
  g_assert_null (hs_config_get (config, "authentication.server.base"));
}

static const struct {
  const char *group;
  GQuark (*domain) (void);
} domains[] = {
  { "handset", hs_error_quark },
  { "authentication", hs_authentication_error_quark },
  { "subscription", hs_subscription_error_quark },
  { "call", hs_call_error_quark },
};

static const HsErrorCode *
find_code (const char *group, int number)
{
  for (guint i = 0; i < hs_protocol_n_errors; i++) {
    if (strcmp (hs_protocol_errors[i].group, group) == 0 && hs_protocol_errors[i].number == number)
      return &hs_protocol_errors[i];
  }
  return NULL;
}

static void
test_error_tables_agree (void)
{
  guint n_known = 0;

  for (guint i = 0; i < G_N_ELEMENTS (domains); i++) {
    for (int number = 0; number < 200; number++) {
      g_autoptr (GError) error = g_error_new_literal (domains[i].domain (), number, "told");
      g_autofree char *code = hs_error_dup_code (error);
      g_autofree char *expected = g_strdup_printf ("%s:%d", domains[i].group, number);
      const HsErrorCode *row = find_code (domains[i].group, number);

      g_assert_cmpstr (hs_error_get_kind (error), ==, row != NULL ? row->kind : NULL);
      g_assert_cmpstr (code, ==, row != NULL ? expected : NULL);
      n_known += row != NULL;
    }
  }
  /* No row of the contract is in a group that the program does not know. */
  g_assert_cmpuint (n_known, ==, hs_protocol_n_errors);
}

static void
test_methods_are_sorted_and_described (void)
{
  for (guint i = 0; i < hs_protocol_n_methods; i++) {
    const HsMethod *method = &hs_protocol_methods[i];

    g_assert_cmpstr (method->summary, !=, "");
    if (i > 0)
      g_assert_cmpstr (hs_protocol_methods[i - 1].name, <, method->name);
    if (method->awaits)
      g_assert_cmpstr (method->params[method->n_params - 1].name, ==, "await");
  }
}

static void
test_document_lists_the_methods (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) node =
      hs_json_parse (hs_protocol_openrpc, hs_protocol_openrpc_length, &error);
  JsonArray *methods;

  g_assert_no_error (error);
  methods = hs_json_get_array (json_node_get_object (node), "methods");
  g_assert_cmpuint (json_array_get_length (methods), ==, hs_protocol_n_methods);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/schema/right-values-pass", test_right_values_pass);
  g_test_add_func ("/schema/null-stands-for-an-absent-member",
                   test_null_stands_for_an_absent_member);
  g_test_add_func ("/schema/each-problem-is-told-with-its-place",
                   test_each_problem_is_told_with_its_place);
  g_test_add_func ("/schema/inside-of-a-union-is-told", test_inside_of_a_union_is_told);
  g_test_add_func ("/schema/limits-and-choices", test_limits_and_choices);
  g_test_add_func ("/schema/secrets-are-never-shown", test_secrets_are_never_shown);
  g_test_add_func ("/schema/long-values-are-shortened", test_long_values_are_shortened);
  g_test_add_func ("/schema/first-problem-is-the-error", test_first_problem_is_the_error);
  g_test_add_func ("/schema/config-defaults-fit-the-schema", test_config_defaults_fit_the_schema);
  g_test_add_func ("/schema/error-tables-agree", test_error_tables_agree);
  g_test_add_func ("/schema/methods-are-sorted-and-described",
                   test_methods_are_sorted_and_described);
  g_test_add_func ("/schema/document-lists-the-methods", test_document_lists_the_methods);
  return g_test_run ();
}
