/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What JSON-RPC says, and what parameters may be. */

#include "base/hs-json.h"
#include "hs-fake-log.h"
#include "hs-rpc-fixture.h"
#include "rpc/hs-rpc-error.h"

#include <gio/gio.h>
#include <string.h>

static void remove_error_texts (JsonNode *node);

static void
remove_from_reply (JsonObject *reply)
{
  JsonObject *error = hs_json_get_object (reply, "error");

  if (error == NULL)
    return;
  json_object_remove_member (error, "message");
  json_object_remove_member (error, "data");
}

static void
remove_error_texts (JsonNode *node)
{
  if (JSON_NODE_HOLDS_OBJECT (node))
    remove_from_reply (json_node_get_object (node));
  for (guint i = 0;
       JSON_NODE_HOLDS_ARRAY (node) && i < json_array_get_length (json_node_get_array (node)); i++)
    remove_error_texts (json_array_get_element (json_node_get_array (node), i));
}

static void
assert_same_reply (const char *got, const char *expected)
{
  g_autoptr (JsonNode) got_node = json_from_string (got, NULL);
  g_autoptr (JsonNode) expected_node = json_from_string (expected, NULL);

  g_assert_nonnull (got_node);
  g_assert_nonnull (expected_node);
  remove_error_texts (got_node);
  remove_error_texts (expected_node);
  if (!json_node_equal (got_node, expected_node))
    g_test_message ("got %s, expected %s", got, expected);
  g_assert_true (json_node_equal (got_node, expected_node));
}

/* A ping behind each message: its answer is the next line when the message got none. */
static void
test_examples_of_the_specification (HsRpcFixture *fixture, gconstpointer data)
{
  const char *ping = "{\"jsonrpc\":\"2.0\",\"id\":\"end\",\"method\":\"rpc.ping\"}";
  const char *pong = "{\"jsonrpc\":\"2.0\",\"id\":\"end\",\"result\":\"pong\"}";
  g_autoptr (HsFakeClient) client = hs_rpc_fixture_connect (fixture);
  g_autofree char *path =
      g_build_filename (g_getenv ("HS_TEST_DATA"), "data", "jsonrpc-2.0-examples.txt", NULL);
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;
  guint n_requests = 0;

  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  lines = g_strsplit (text, "\n", -1);
  for (guint i = 0; lines[i] != NULL; i++) {
    if (g_str_has_prefix (lines[i], "--> ")) {
      hs_fake_client_send (client, lines[i] + 4);
      n_requests++;
    } else if (g_str_has_prefix (lines[i], "<-- ")) {
      g_autofree char *reply = hs_fake_client_read (client);

      assert_same_reply (reply, lines[i] + 4);
    }
  }
  g_assert_cmpuint (n_requests, ==, 15);
  hs_rpc_fixture_expect (client, ping, pong);
}

static void
test_ids_come_back_as_written (HsRpcFixture *fixture, gconstpointer data)
{
  static const char *const ids[] = { "1",
                                     "0",
                                     "-5",
                                     "1.5",
                                     "1.50",
                                     "1e2",
                                     "-0",
                                     "null",
                                     "\"\"",
                                     "\"a b\"",
                                     "\"\\u0041\\/\"",
                                     "\"\xc3\xa9\"",
                                     "9007199254740993",
                                     "123456789012345678901234567890" };
  g_autoptr (HsFakeClient) client = hs_rpc_fixture_connect (fixture);

  for (guint i = 0; i < G_N_ELEMENTS (ids); i++) {
    g_autofree char *request =
        g_strdup_printf ("{\"jsonrpc\":\"2.0\",\"method\":\"rpc.ping\",\"id\":%s}", ids[i]);
    g_autofree char *reply =
        g_strdup_printf ("{\"jsonrpc\":\"2.0\",\"id\":%s,\"result\":\"pong\"}", ids[i]);

    hs_rpc_fixture_expect (client, request, reply);
  }
}

static void
test_ids_of_other_kinds_are_refused (HsRpcFixture *fixture, gconstpointer data)
{
  static const char *const ids[] = { "true", "[]", "{}", "[1]" };
  g_autoptr (HsFakeClient) client = hs_rpc_fixture_connect (fixture);

  for (guint i = 0; i < G_N_ELEMENTS (ids); i++) {
    g_autofree char *request =
        g_strdup_printf ("{\"jsonrpc\":\"2.0\",\"method\":\"rpc.ping\",\"id\":%s}", ids[i]);
    g_autofree char *reply = hs_rpc_fixture_ask (client, request);

    g_assert_true (
        g_str_has_prefix (reply, "{\"jsonrpc\":\"2.0\",\"id\":null,\"error\":{\"code\":-32600,"));
  }
}

static void
test_what_is_no_request_is_refused (HsRpcFixture *fixture, gconstpointer data)
{
  static const char *const requests[] = {
    "{\"id\":7,\"method\":\"rpc.ping\"}",
    "{\"jsonrpc\":2.0,\"id\":7,\"method\":\"rpc.ping\"}",
    "{\"jsonrpc\":\"1.0\",\"id\":7,\"method\":\"rpc.ping\"}",
    "{\"jsonrpc\":\"2.0\",\"id\":7}",
    "{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":null}",
    "{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"rpc.ping\",\"params\":null}",
    "{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"rpc.ping\",\"params\":\"x\"}",
  };
  g_autoptr (HsFakeClient) client = hs_rpc_fixture_connect (fixture);

  for (guint i = 0; i < G_N_ELEMENTS (requests); i++) {
    g_autofree char *reply = hs_rpc_fixture_ask (client, requests[i]);

    g_assert_true (
        g_str_has_prefix (reply, "{\"jsonrpc\":\"2.0\",\"id\":7,\"error\":{\"code\":-32600,"));
  }
  g_clear_pointer (&client, hs_fake_client_free);
  client = hs_rpc_fixture_connect (fixture);
  g_autoptr (JsonObject) error = hs_rpc_fixture_expect_error (client, "5", HS_RPC_INVALID_REQUEST);
  g_assert_false (json_object_has_member (error, "data"));
}

static void
test_what_is_no_json_is_refused (HsRpcFixture *fixture, gconstpointer data)
{
  static const char *const texts[] = { "{",           "nonsense",    "{\"jsonrpc\":\"2.0\",}",
                                       "\"\\ud800\"", "\"\\u0000\"", "[1,]",
                                       "\"\xff\"" };
  g_autoptr (HsFakeClient) client = hs_rpc_fixture_connect (fixture);

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++) {
    g_autofree char *reply = hs_rpc_fixture_ask (client, texts[i]);

    g_assert_true (
        g_str_has_prefix (reply, "{\"jsonrpc\":\"2.0\",\"id\":null,\"error\":{\"code\":-32700,"));
  }
  hs_fake_client_send_bytes (client, "[\0]\n", 4);
  g_autofree char *reply = hs_fake_client_read (client);
  g_assert_nonnull (strstr (reply, "-32700"));
}

static void
test_blank_lines_and_carriage_returns (HsRpcFixture *fixture, gconstpointer data)
{
  g_autoptr (HsFakeClient) client = hs_rpc_fixture_connect (fixture);

  hs_rpc_fixture_expect (client,
                         "\n \t\r\n{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"rpc.ping\"}\r",
                         "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":\"pong\"}");
}

static void
test_notifications_are_never_answered (HsRpcFixture *fixture, gconstpointer data)
{
  g_autoptr (HsFakeClient) client = hs_rpc_fixture_connect (fixture);

  hs_fake_client_send (client, "{\"jsonrpc\":\"2.0\",\"method\":\"test.echo\",\"params\":[1]}");
  hs_fake_client_send (client,
                       "{\"jsonrpc\":\"2.0\",\"method\":\"test.echo\",\"params\":{\"wrong\":1}}");
  hs_fake_client_send (client, "{\"jsonrpc\":\"2.0\",\"method\":\"no.such\"}");
  hs_fake_client_send (client,
                       "{\"jsonrpc\":\"2.0\",\"method\":\"test.fail\",\"params\":[\"call\",6]}");
  hs_rpc_fixture_expect (client, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"rpc.ping\"}",
                         "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":\"pong\"}");
}

static void
test_params_go_by_name_and_by_position (HsRpcFixture *fixture, gconstpointer data)
{
  g_autoptr (HsFakeClient) client = hs_rpc_fixture_connect (fixture);

  hs_rpc_fixture_expect (
      client,
      "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"test.typed\",\"params\":{\"list\":[\"a\"],"
      "\"count\":3}}",
      "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"count\":3,\"list\":[\"a\"]}}");
  hs_rpc_fixture_expect (
      client,
      "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"test.typed\",\"params\":[true,3,null,[\"a\"]]}",
      "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"flag\":true,\"count\":3,\"list\":[\"a\"]}}");
  hs_rpc_fixture_expect (client,
                         "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"test.typed\",\"params\":[]}",
                         "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}}");
  hs_rpc_fixture_expect (client, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"test.typed\"}",
                         "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}}");
}

typedef struct {
  const char *params;
  const char *param;
  const char *expected;
  const char *got;
} ParamCase;

static const ParamCase typed_cases[] = {
  { "{\"flag\":\"yes\"}", "flag", "true or false", "\"yes\"" },
  { "[\"yes\"]", "flag", "true or false", "\"yes\"" },
  { "{\"count\":11}", "count", "a whole number from 0 to 10", "11" },
  { "{\"count\":99999999999999999999}", "count", "a whole number from 0 to 10", "1e+20" },
  { "{\"list\":[\"a\",2]}", "list[1]", "a string", "2" },
  { "{\"media\":{\"audio\":1}}", "media.audio", "true or false", "1" },
  { "{\"media\":{\"radio\":1}}", "media.radio", "no member of this name", "a number" },
  { "{\"flagg\":true}", "flagg", "one of flag, count, name, list, media, password", "\"flagg\"" },
  { "{\"password\":42}", "password", "a string", "a number" },
  { "[true,1,\"n\",[],{},\"p\",7]", "", "at most 6 parameters", "7" },
};

static void
test_wrong_params_are_named (HsRpcFixture *fixture, gconstpointer data)
{
  g_autoptr (HsFakeClient) client = hs_rpc_fixture_connect (fixture);

  for (guint i = 0; i < G_N_ELEMENTS (typed_cases); i++) {
    g_autofree char *request =
        g_strdup_printf ("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"test.typed\",\"params\":%s}",
                         typed_cases[i].params);
    g_autoptr (JsonObject) error =
        hs_rpc_fixture_expect_error (client, request, HS_RPC_INVALID_PARAMS);
    JsonObject *info = hs_json_get_object (error, "data");

    g_assert_cmpstr (hs_json_get_string (info, "kind"), ==, "param");
    g_assert_cmpstr (hs_json_get_string (info, "param"), ==, typed_cases[i].param);
    g_assert_cmpstr (hs_json_get_string (info, "expected"), ==, typed_cases[i].expected);
    g_assert_nonnull (strstr (hs_json_get_string (error, "message"), typed_cases[i].param));
    if (i != 3)
      g_assert_cmpstr (hs_json_get_string (info, "got"), ==, typed_cases[i].got);
  }
}

static void
test_strange_names_are_quoted_whole (HsRpcFixture *fixture, gconstpointer data)
{
  g_autoptr (HsFakeClient) client = hs_rpc_fixture_connect (fixture);
  g_autoptr (GString) name = g_string_new (NULL);
  g_autofree char *request = NULL;

  /* Two bytes each, from an odd place on: a cut by bytes would leave half a character. */
  g_string_append (name, "x");
  for (guint i = 0; i < 300; i++)
    g_string_append (name, "é");
  request = g_strdup_printf ("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"%s\"}", name->str);
  g_autoptr (JsonObject) error =
      hs_rpc_fixture_expect_error (client, request, HS_RPC_METHOD_NOT_FOUND);
  const char *message = hs_json_get_string (error, "message");
  g_assert_true (g_utf8_validate (message, -1, NULL));
  g_assert_cmpint (g_utf8_strlen (message, -1), <, 120);
}

static void
test_missing_param_is_named (HsRpcFixture *fixture, gconstpointer data)
{
  g_autoptr (HsFakeClient) client = hs_rpc_fixture_connect (fixture);
  g_autoptr (JsonObject) error = hs_rpc_fixture_expect_error (
      client, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"subtract\",\"params\":[1]}",
      HS_RPC_INVALID_PARAMS);

  g_assert_cmpstr (hs_json_get_string (error, "message"), ==,
                   "subtrahend: is missing, expected a whole number");
}

static void
test_all_wrong_params_are_listed (HsRpcFixture *fixture, gconstpointer data)
{
  g_autoptr (HsFakeClient) client = hs_rpc_fixture_connect (fixture);
  g_autoptr (JsonObject) error =
      hs_rpc_fixture_expect_error (client,
                                   "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"test.typed\","
                                   "\"params\":{\"flag\":1,\"nope\":2,\"name\":3}}",
                                   HS_RPC_INVALID_PARAMS);
  JsonArray *problems = hs_json_get_array (hs_json_get_object (error, "data"), "problems");

  g_assert_cmpuint (json_array_get_length (problems), ==, 3);
}

#define ADD(path, function)                                                                        \
  g_test_add ("/rpc/" path, HsRpcFixture, NULL, hs_rpc_fixture_set_up, function,                   \
              hs_rpc_fixture_tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  hs_fake_log_start ();
  ADD ("message/examples-of-the-specification", test_examples_of_the_specification);
  ADD ("message/ids-come-back-as-written", test_ids_come_back_as_written);
  ADD ("message/ids-of-other-kinds-are-refused", test_ids_of_other_kinds_are_refused);
  ADD ("message/what-is-no-request-is-refused", test_what_is_no_request_is_refused);
  ADD ("message/what-is-no-json-is-refused", test_what_is_no_json_is_refused);
  ADD ("message/blank-lines-and-carriage-returns", test_blank_lines_and_carriage_returns);
  ADD ("message/notifications-are-never-answered", test_notifications_are_never_answered);
  ADD ("params/by-name-and-by-position", test_params_go_by_name_and_by_position);
  ADD ("params/wrong-ones-are-named", test_wrong_params_are_named);
  ADD ("params/strange-names-are-quoted-whole", test_strange_names_are_quoted_whole);
  ADD ("params/missing-one-is-named", test_missing_param_is_named);
  ADD ("params/all-wrong-ones-are-listed", test_all_wrong_params_are_listed);
  return g_test_run ();
}
