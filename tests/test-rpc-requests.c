/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* How requests end, alone or in batches, and who may make which. */

#include "base/hs-error.h"
#include "base/hs-json.h"
#include "hs-fake-log.h"
#include "hs-rpc-fixture.h"
#include "protocol/hs-protocol.h"
#include "rpc/hs-rpc-error.h"

#include <gio/gio.h>
#include <string.h>

static void
test_batch_waits_for_its_last_answer (HsRpcFixture *fixture, gconstpointer data)
{
  g_autoptr (HsFakeClient) client = hs_rpc_fixture_connect (fixture);
  g_autofree char *line = NULL;

  hs_fake_client_send (client, "[{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"test.wait\"},"
                               "{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"rpc.ping\"},"
                               "{\"jsonrpc\":\"2.0\",\"method\":\"test.wait\"}]");
  hs_rpc_fixture_wait_for_requests (fixture, 2);
  hs_rpc_fixture_expect (client, "{\"jsonrpc\":\"2.0\",\"id\":3,\"method\":\"rpc.ping\"}",
                         "{\"jsonrpc\":\"2.0\",\"id\":3,\"result\":\"pong\"}");
  hs_request_answer_string (hs_rpc_fixture_take_request (fixture), "done");
  hs_fake_client_settle (client);
  g_assert_false (hs_fake_client_has_line (client));
  hs_request_answer (hs_rpc_fixture_take_request (fixture), NULL);
  line = hs_fake_client_read (client);
  g_assert_cmpstr (line, ==,
                   "[{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":\"done\"},"
                   "{\"jsonrpc\":\"2.0\",\"id\":2,\"result\":\"pong\"}]");
}

static void
test_long_batch_is_refused (HsRpcFixture *fixture, gconstpointer data)
{
  g_autoptr (HsFakeClient) client = hs_rpc_fixture_connect (fixture);
  HsRpcLimits limits = hs_rpc_fixture_get_limits ();

  limits.max_requests_in_flight = 3;
  hs_rpc_server_set_limits (fixture->server, &limits);
  g_autoptr (JsonObject) error = hs_rpc_fixture_expect_error (client, "[1,2,3,4]", -32000);
  g_assert_cmpstr (hs_json_get_string (hs_json_get_object (error, "data"), "kind"), ==,
                   "too-large");
  g_autofree char *line = hs_rpc_fixture_ask (client, "[1,2,3]");
  g_assert_true (g_str_has_prefix (line, "[{"));
}

static void
assert_failure (
    HsFakeClient *client, const char *domain, int number, int rpc_code, const char *data)
{
  g_autofree char *request = g_strdup_printf (
      "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"test.fail\",\"params\":[\"%s\",%d]}", domain,
      number);
  g_autoptr (JsonObject) error = hs_rpc_fixture_expect_error (client, request, rpc_code);
  g_autofree char *text =
      hs_json_object_to_text (json_object_ref (hs_json_get_object (error, "data")));

  g_assert_cmpstr (text, ==, data);
}

static void
test_errors_become_codes (HsRpcFixture *fixture, gconstpointer data)
{
  g_autoptr (HsFakeClient) client = hs_rpc_fixture_connect (fixture);

  assert_failure (client, "call", HS_CALL_ERROR_INVALID_STATE, -32003,
                  "{\"kind\":\"invalid-state\",\"code\":\"call:6\",\"message\":\"told\"}");
  assert_failure (client, "handset", HS_ERROR_DESTROYED, -32000,
                  "{\"kind\":\"destroyed\",\"code\":\"handset:3\",\"message\":\"told\"}");
  assert_failure (client, "gateway", 404, -32004,
                  "{\"kind\":\"gateway\",\"code\":404,\"message\":\"told\"}");
  assert_failure (client, "io", G_IO_ERROR_CANCELLED, -32000,
                  "{\"kind\":\"cancelled\",\"code\":\"handset:9\",\"message\":\"cancelled\"}");
  assert_failure (client, "io", G_IO_ERROR_TIMED_OUT, -32000,
                  "{\"kind\":\"timed-out\",\"code\":\"handset:1\",\"message\":\"told\"}");
}

static void
test_foreign_errors_stay_inside (HsRpcFixture *fixture, gconstpointer data)
{
  g_autoptr (HsFakeClient) client = hs_rpc_fixture_connect (fixture);
  g_autofree char *reply = NULL;

  assert_failure (client, "file", G_FILE_ERROR_NOENT, HS_RPC_INTERNAL_ERROR,
                  "{\"kind\":\"internal\"}");
  hs_fake_log_expect (G_LOG_LEVEL_WARNING, "test.fail failed: told (g-file-error-quark, 4)");
  assert_failure (client, "call", 99, HS_RPC_INTERNAL_ERROR, "{\"kind\":\"internal\"}");
  reply = hs_rpc_fixture_ask (
      client, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"test.fail\",\"params\":[\"file\",1]}");
  g_assert_null (strstr (reply, "told"));
  hs_fake_log_expect (G_LOG_LEVEL_WARNING, "test.fail failed: told (*, 99)");
  hs_fake_log_expect (G_LOG_LEVEL_WARNING, "test.fail failed: told (*, 1)");
}

static void
test_dropped_request_is_answered (HsRpcFixture *fixture, gconstpointer data)
{
  g_autoptr (HsFakeClient) client = hs_rpc_fixture_connect (fixture);
  g_autoptr (JsonObject) error = hs_rpc_fixture_expect_error (
      client, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"test.drop\"}", HS_RPC_INTERNAL_ERROR);

  g_assert_nonnull (error);
  hs_fake_log_expect (G_LOG_LEVEL_CRITICAL, "test.drop was not answered");
}

static void
test_request_outlives_its_connection (HsRpcFixture *fixture, gconstpointer data)
{
  g_autoptr (HsFakeClient) client = hs_rpc_fixture_connect (fixture);
  HsRequest *request;

  hs_fake_client_send (client, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"test.wait\"}");
  hs_rpc_fixture_wait_for_requests (fixture, 1);
  request = hs_rpc_fixture_take_request (fixture);
  g_assert_nonnull (hs_request_get_connection (request));
  g_assert_cmpstr (hs_request_get_method (request), ==, "test.wait");
  g_assert_false (g_cancellable_is_cancelled (hs_request_get_cancellable (request)));
  g_clear_pointer (&client, hs_fake_client_free);
  while (hs_rpc_server_count_connections (fixture->server) > 0)
    g_main_context_iteration (NULL, TRUE);
  g_assert_null (hs_request_get_connection (request));
  g_assert_true (g_cancellable_is_cancelled (hs_request_get_cancellable (request)));
  hs_request_answer_string (request, "nobody hears it");
}

static void
test_cancel_answers_the_request (HsRpcFixture *fixture, gconstpointer data)
{
  g_autoptr (HsFakeClient) client = hs_rpc_fixture_connect (fixture);
  HsRequest *request;

  hs_fake_client_send (client, "{\"jsonrpc\":\"2.0\",\"id\":\"w\",\"method\":\"test.wait\"}");
  hs_rpc_fixture_wait_for_requests (fixture, 1);
  g_autoptr (JsonObject) error = hs_rpc_fixture_expect_error (
      client, "{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"rpc.cancel\",\"params\":[\"w\"]}",
      -32000);
  g_autofree char *reply = hs_fake_client_read (client);

  g_assert_cmpstr (hs_json_get_string (hs_json_get_object (error, "data"), "kind"), ==,
                   "cancelled");
  g_assert_cmpstr (reply, ==, "{\"jsonrpc\":\"2.0\",\"id\":2,\"result\":true}");
  request = hs_rpc_fixture_take_request (fixture);
  g_assert_true (g_cancellable_is_cancelled (hs_request_get_cancellable (request)));
  hs_request_answer_string (request, "too late");
  hs_rpc_fixture_expect (
      client, "{\"jsonrpc\":\"2.0\",\"id\":3,\"method\":\"rpc.cancel\",\"params\":[\"w\"]}",
      "{\"jsonrpc\":\"2.0\",\"id\":3,\"result\":false}");
  /* Not itself, and not what another connection asked. */
  hs_rpc_fixture_expect (client,
                         "{\"jsonrpc\":\"2.0\",\"id\":4,\"method\":\"rpc.cancel\",\"params\":[4]}",
                         "{\"jsonrpc\":\"2.0\",\"id\":4,\"result\":false}");
}

static void
test_cancel_stays_within_the_connection (HsRpcFixture *fixture, gconstpointer data)
{
  g_autoptr (HsFakeClient) one = hs_rpc_fixture_connect (fixture);
  g_autoptr (HsFakeClient) other = hs_rpc_fixture_connect (fixture);
  g_autofree char *line = NULL;

  hs_fake_client_send (one, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"test.wait\"}");
  hs_rpc_fixture_wait_for_requests (fixture, 1);
  hs_rpc_fixture_expect (other,
                         "{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"rpc.cancel\",\"params\":[1]}",
                         "{\"jsonrpc\":\"2.0\",\"id\":2,\"result\":false}");
  hs_request_answer_string (hs_rpc_fixture_take_request (fixture), "done");
  line = hs_fake_client_read (one);
  g_assert_cmpstr (line, ==, "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":\"done\"}");
  hs_fake_client_settle (other);
  g_assert_false (hs_fake_client_has_line (other));
}

static void
test_discover_answers_the_document (HsRpcFixture *fixture, gconstpointer data)
{
  g_autoptr (HsFakeClient) client = hs_rpc_fixture_connect (fixture);
  g_autofree char *line =
      hs_rpc_fixture_ask (client, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"rpc.discover\"}");
  g_autofree char *expected =
      g_strdup_printf ("{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":%s}", hs_protocol_openrpc);

  g_assert_cmpstr (line, ==, expected);
}

static void
assert_allowed (HsFakeClient *client, const char *method, gboolean allowed)
{
  g_autofree char *request =
      g_strdup_printf ("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"%s\"}", method);
  g_autofree char *reply = hs_rpc_fixture_ask (client, request);

  g_assert_true ((strstr (reply, "\"handset:7\"") == NULL) == allowed);
}

static void
test_restrict_only_narrows (HsRpcFixture *fixture, gconstpointer data)
{
  g_autoptr (HsFakeClient) client = hs_rpc_fixture_connect (fixture);
  g_autoptr (HsFakeClient) other = hs_rpc_fixture_connect (fixture);
  g_autofree char *line = NULL;

  g_free (hs_rpc_fixture_ask (
      client, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"rpc.restrict\",\"params\":[true]}"));
  assert_allowed (client, "test.change", FALSE);
  assert_allowed (client, "get_data", TRUE);
  assert_allowed (client, "api.unsubscribe", TRUE);
  assert_allowed (other, "test.change", TRUE);
  line = hs_rpc_fixture_ask (client,
                             "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"rpc.restrict\",\"params\":"
                             "{\"methods\":[\"test.change\",\"get_data\"]}}");
  g_assert_cmpstr (
      line, ==,
      "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":[\"get_data\",\"rpc.cancel\",\"rpc.discover\","
      "\"rpc.ping\",\"rpc.restrict\"]}");
  assert_allowed (client, "test.change", FALSE);
  assert_allowed (client, "get_data", TRUE);
  assert_allowed (client, "api.unsubscribe", FALSE);
  g_free (hs_rpc_fixture_ask (
      client, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"rpc.restrict\",\"params\":"
              "{\"readOnly\":false,\"methods\":[\"test.change\",\"api.unsubscribe\"]}}"));
  assert_allowed (client, "get_data", FALSE);
  assert_allowed (client, "test.change", FALSE);
  assert_allowed (client, "api.unsubscribe", FALSE);
  assert_allowed (client, "rpc.ping", TRUE);
}

static void
test_socket_with_fewer_rights (HsRpcFixture *fixture, gconstpointer data)
{
  g_autofree char *path = g_build_filename (fixture->folder, "panel", NULL);
  g_autofree char *text = g_strdup_printf (
      "{\"rpc\":{\"sockets\":[{\"path\":\"%s\",\"methods\":[\"get_data\"]}]}}", path);
  g_autoptr (JsonNode) node = hs_json_parse (text, -1, NULL);
  g_autoptr (HsConfig) config = hs_config_new (json_node_get_object (node));
  g_autoptr (HsFakeClient) full = NULL;
  g_autoptr (HsFakeClient) client = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_true (hs_rpc_server_listen_further (fixture->server, config, &error));
  g_assert_no_error (error);
  client = hs_fake_client_connect (path);
  assert_allowed (client, "get_data", TRUE);
  assert_allowed (client, "test.change", FALSE);
  assert_allowed (client, "api.subscribe", FALSE);
  full = hs_rpc_fixture_connect (fixture);
  assert_allowed (full, "test.change", TRUE);
}

static void
test_socket_for_unknown_methods (HsRpcFixture *fixture, gconstpointer data)
{
  g_autofree char *path = g_build_filename (fixture->folder, "panel", NULL);
  g_autoptr (JsonArray) methods = json_array_new ();
  HsRpcRights rights = { FALSE, methods };
  g_autoptr (GError) error = NULL;

  json_array_add_string_element (methods, "call.mak");
  g_assert_false (hs_rpc_server_listen (fixture->server, path, &rights, &error));
  g_assert_error (error, HS_ERROR, HS_ERROR_INVALID_DATA);
  g_assert_nonnull (strstr (error->message, "call.mak"));
  g_assert_false (g_file_test (path, G_FILE_TEST_EXISTS));
}

static void
test_restrict_refuses_unknown_names (HsRpcFixture *fixture, gconstpointer data)
{
  g_autoptr (HsFakeClient) client = hs_rpc_fixture_connect (fixture);
  g_autoptr (JsonObject) error =
      hs_rpc_fixture_expect_error (client,
                                   "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"rpc.restrict\","
                                   "\"params\":{\"methods\":[\"get_data\",\"no.such\"]}}",
                                   HS_RPC_INVALID_PARAMS);

  g_assert_cmpstr (hs_json_get_string (hs_json_get_object (error, "data"), "param"), ==,
                   "methods[1]");
  assert_allowed (client, "test.change", TRUE);
}

#define ADD(path, function)                                                                        \
  g_test_add ("/rpc/" path, HsRpcFixture, NULL, hs_rpc_fixture_set_up, function,                   \
              hs_rpc_fixture_tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  hs_fake_log_start ();
  ADD ("batch/waits-for-its-last-answer", test_batch_waits_for_its_last_answer);
  ADD ("batch/long-one-is-refused", test_long_batch_is_refused);
  ADD ("request/errors-become-codes", test_errors_become_codes);
  ADD ("request/foreign-errors-stay-inside", test_foreign_errors_stay_inside);
  ADD ("request/dropped-one-is-answered", test_dropped_request_is_answered);
  ADD ("request/outlives-its-connection", test_request_outlives_its_connection);
  ADD ("request/cancel-answers-it", test_cancel_answers_the_request);
  ADD ("request/cancel-stays-within-the-connection", test_cancel_stays_within_the_connection);
  ADD ("request/discover-answers-the-document", test_discover_answers_the_document);
  ADD ("rights/restrict-only-narrows", test_restrict_only_narrows);
  ADD ("rights/restrict-refuses-unknown-names", test_restrict_refuses_unknown_names);
  ADD ("rights/socket-with-fewer", test_socket_with_fewer_rights);
  ADD ("rights/socket-for-unknown-methods", test_socket_for_unknown_methods);
  return g_test_run ();
}
