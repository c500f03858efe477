/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Events, and questions to clients. */

#include "base/hs-error.h"
#include "base/hs-json.h"
#include "hs-fake-log.h"
#include "hs-rpc-fixture.h"
#include "rpc/hs-connection.h"
#include "rpc/hs-rpc-error.h"

#include <string.h>

#define PING "{\"jsonrpc\":\"2.0\",\"id\":\"p\",\"method\":\"rpc.ping\"}"
#define PONG "{\"jsonrpc\":\"2.0\",\"id\":\"p\",\"result\":\"pong\"}"

static void
ask_for (HsFakeClient *client, const char *method, const char *params)
{
  g_autofree char *request = g_strdup_printf (
      "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"%s\",\"params\":%s}", method, params);

  hs_rpc_fixture_expect (client, request, "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":null}");
}

static void
expect_event (HsFakeClient *client, const char *name, const char *payload)
{
  g_autofree char *line = hs_fake_client_read (client);
  g_autofree char *expected =
      g_strdup_printf ("{\"jsonrpc\":\"2.0\",\"method\":\"%s\",\"params\":%s}", name, payload);

  g_assert_cmpstr (line, ==, expected);
}

static void
test_nobody_gets_events_unasked (HsRpcFixture *fixture, gconstpointer data)
{
  g_autoptr (HsFakeClient) client = hs_rpc_fixture_connect (fixture);

  hs_rpc_fixture_expect (client, PING, PONG);
  hs_rpc_fixture_emit (fixture, "call:start", "{\"callId\":\"a\"}");
  hs_rpc_fixture_expect (client, PING, PONG);
}

static void
test_subscribe_brings_all_events (HsRpcFixture *fixture, gconstpointer data)
{
  g_autoptr (HsFakeClient) client = hs_rpc_fixture_connect (fixture);

  ask_for (client, "api.subscribe", "{}");
  hs_rpc_fixture_emit (fixture, "call:start", "{\"callId\":\"a\"}");
  hs_rpc_fixture_emit (fixture, "ws:change", "{\"platform\":\"link\"}");
  expect_event (client, "call:start", "{\"callId\":\"a\"}");
  expect_event (client, "ws:change", "{\"platform\":\"link\"}");
  ask_for (client, "api.unsubscribe", "{}");
  hs_rpc_fixture_emit (fixture, "call:start", "{\"callId\":\"b\"}");
  hs_rpc_fixture_expect (client, PING, PONG);
}

static void
test_on_brings_one_kind (HsRpcFixture *fixture, gconstpointer data)
{
  g_autoptr (HsFakeClient) client = hs_rpc_fixture_connect (fixture);

  ask_for (client, "api.on", "{\"type\":\"call:start\"}");
  hs_rpc_fixture_emit (fixture, "ws:change", "{\"platform\":\"link\"}");
  hs_rpc_fixture_emit (fixture, "call:start", "{\"callId\":\"a\"}");
  expect_event (client, "call:start", "{\"callId\":\"a\"}");
  /* Ending all events does not end this one. */
  ask_for (client, "api.unsubscribe", "[]");
  hs_rpc_fixture_emit (fixture, "call:start", "{\"callId\":\"b\"}");
  expect_event (client, "call:start", "{\"callId\":\"b\"}");
  ask_for (client, "api.off", "[\"call:start\"]");
  hs_rpc_fixture_emit (fixture, "call:start", "{\"callId\":\"c\"}");
  hs_rpc_fixture_expect (client, PING, PONG);
}

static void
test_filters_compare_members (HsRpcFixture *fixture, gconstpointer data)
{
  g_autoptr (HsFakeClient) client = hs_rpc_fixture_connect (fixture);

  ask_for (client, "api.subscribe", "{\"filter\":{\"callId\":\"a\"}}");
  ask_for (client, "api.on", "{\"type\":\"call:receive\",\"filter\":{\"callId\":\"b\"}}");
  hs_rpc_fixture_emit (fixture, "call:start", "{\"callId\":\"b\"}");
  hs_rpc_fixture_emit (fixture, "ws:change", "{\"platform\":\"link\"}");
  hs_rpc_fixture_emit (fixture, "call:receive", "{\"callId\":\"b\"}");
  hs_rpc_fixture_emit (fixture, "call:stateChange",
                       "{\"callId\":\"a\",\"previous\":{\"state\":\"Ringing\"}}");
  expect_event (client, "call:receive", "{\"callId\":\"b\"}");
  expect_event (client, "call:stateChange",
                "{\"callId\":\"a\",\"previous\":{\"state\":\"Ringing\"}}");
  ask_for (client, "api.off", "{\"type\":\"call:receive\",\"filter\":{\"callId\":\"other\"}}");
  hs_rpc_fixture_emit (fixture, "call:receive", "{\"callId\":\"b\"}");
  expect_event (client, "call:receive", "{\"callId\":\"b\"}");
  ask_for (client, "api.off", "{\"type\":\"call:receive\",\"filter\":{\"callId\":\"b\"}}");
  hs_rpc_fixture_emit (fixture, "call:receive", "{\"callId\":\"b\"}");
  hs_rpc_fixture_expect (client, PING, PONG);
}

static void
test_asking_twice_brings_it_once (HsRpcFixture *fixture, gconstpointer data)
{
  g_autoptr (HsFakeClient) client = hs_rpc_fixture_connect (fixture);

  ask_for (client, "api.subscribe", "{}");
  ask_for (client, "api.subscribe", "{}");
  ask_for (client, "api.on", "{\"type\":\"call:start\"}");
  hs_rpc_fixture_emit (fixture, "call:start", "{\"callId\":\"a\"}");
  expect_event (client, "call:start", "{\"callId\":\"a\"}");
  hs_rpc_fixture_expect (client, PING, PONG);
}

static void
test_unknown_event_is_named (HsRpcFixture *fixture, gconstpointer data)
{
  g_autoptr (HsFakeClient) client = hs_rpc_fixture_connect (fixture);
  g_autoptr (JsonObject) error = hs_rpc_fixture_expect_error (
      client, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"api.on\",\"params\":[\"call:stop\"]}",
      HS_RPC_INVALID_PARAMS);

  g_assert_cmpstr (hs_json_get_string (error, "message"), ==,
                   "type: expected the name of an event, got \"call:stop\"");
}

static void
test_interests_are_bounded (HsRpcFixture *fixture, gconstpointer data)
{
  g_autoptr (HsFakeClient) client = hs_rpc_fixture_connect (fixture);

  for (guint i = 0; i < 256; i++) {
    g_autofree char *params = g_strdup_printf ("{\"filter\":{\"callId\":\"%u\"}}", i);

    ask_for (client, "api.subscribe", params);
  }
  g_autoptr (JsonObject) error =
      hs_rpc_fixture_expect_error (client,
                                   "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"api.subscribe\","
                                   "\"params\":{\"filter\":{\"callId\":\"x\"}}}",
                                   -32000);
  g_assert_cmpstr (hs_json_get_string (hs_json_get_object (error, "data"), "kind"), ==, "busy");
}

/* Snapshots and numbers. */

static JsonObject *
subscribe (HsFakeClient *client, const char *params)
{
  g_autofree char *request = g_strdup_printf (
      "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"api.subscribe\",\"params\":%s}", params);
  g_autoptr (JsonObject) reply = NULL;

  hs_fake_client_send (client, request);
  reply = hs_fake_client_read_object (client);
  g_assert_nonnull (hs_json_get_object (reply, "result"));
  return json_object_ref (hs_json_get_object (reply, "result"));
}

static void
expect_numbered (HsFakeClient *client, gint64 seq, const char *call_id)
{
  g_autoptr (JsonObject) event = hs_fake_client_read_object (client);

  g_assert_cmpint (hs_json_get_int (event, "seq", -1), ==, seq);
  g_assert_cmpstr (hs_json_get_string (event, "method"), ==, "call:start");
  g_assert_cmpstr (hs_json_get_string (hs_json_get_object (event, "params"), "callId"), ==,
                   call_id);
}

static void
test_snapshot_numbers_what_follows (HsRpcFixture *fixture, gconstpointer data)
{
  g_autoptr (HsFakeClient) client = hs_rpc_fixture_connect (fixture);
  gint64 seq;

  hs_rpc_fixture_emit (fixture, "call:start", "{\"callId\":\"early\"}");
  g_autoptr (JsonObject) result = subscribe (client, "{\"snapshot\":true}");
  seq = hs_json_get_int (result, "seq", -1);
  g_assert_cmpint (seq, >, 0);
  g_assert_cmpint (hs_json_get_int (hs_json_get_object (result, "state"), "asked", 0), ==, 1);
  g_assert_false (json_object_has_member (result, "lost"));
  hs_rpc_fixture_emit (fixture, "call:start", "{\"callId\":\"a\"}");
  hs_rpc_fixture_emit (fixture, "call:start", "{\"callId\":\"b\"}");
  expect_numbered (client, seq + 1, "a");
  expect_numbered (client, seq + 2, "b");
  ask_for (client, "api.unsubscribe", "{}");
  ask_for (client, "api.subscribe", "{}");
  hs_rpc_fixture_emit (fixture, "call:start", "{\"callId\":\"c\"}");
  expect_event (client, "call:start", "{\"callId\":\"c\"}");
}

static void
test_since_replays_what_the_ring_holds (HsRpcFixture *fixture, gconstpointer data)
{
  g_autoptr (HsFakeClient) first = hs_rpc_fixture_connect (fixture);
  g_autoptr (HsFakeClient) again = hs_rpc_fixture_connect (fixture);
  g_autoptr (JsonObject) result = subscribe (first, "{\"snapshot\":true}");
  gint64 seq = hs_json_get_int (result, "seq", -1);
  g_autofree char *params =
      g_strdup_printf ("{\"since\":%" G_GINT64_FORMAT ",\"filter\":{\"callId\":\"b\"}}", seq);

  hs_rpc_fixture_emit (fixture, "call:start", "{\"callId\":\"a\"}");
  hs_rpc_fixture_emit (fixture, "call:start", "{\"callId\":\"b\"}");
  g_clear_pointer (&first, hs_fake_client_free);
  g_autoptr (JsonObject) resumed = subscribe (again, params);
  g_assert_cmpint (hs_json_get_int (resumed, "seq", -1), ==, seq + 2);
  g_assert_false (json_object_has_member (resumed, "lost"));
  g_assert_false (json_object_has_member (resumed, "state"));
  hs_rpc_fixture_emit (fixture, "call:start", "{\"callId\":\"b\"}");
  expect_numbered (again, seq + 2, "b");
  expect_numbered (again, seq + 3, "b");
}

static void
assert_lost (HsRpcFixture *fixture, gint64 since, gboolean lost)
{
  g_autoptr (HsFakeClient) client = hs_rpc_fixture_connect (fixture);
  g_autofree char *params = g_strdup_printf ("{\"since\":%" G_GINT64_FORMAT "}", since);
  g_autoptr (JsonObject) result = subscribe (client, params);

  g_assert_true (hs_json_get_boolean (result, "lost", FALSE) == lost);
  g_assert_true (json_object_has_member (result, "state") == lost);
}

static void
test_since_says_what_is_lost (HsRpcFixture *fixture, gconstpointer data)
{
  HsRpcLimits limits = hs_rpc_fixture_get_limits ();
  g_autoptr (HsFakeClient) client = hs_rpc_fixture_connect (fixture);
  g_autoptr (JsonObject) result = subscribe (client, "{\"snapshot\":true}");
  gint64 seq = hs_json_get_int (result, "seq", -1);

  limits.event_ring = 3;
  hs_rpc_server_set_limits (fixture->server, &limits);
  for (guint i = 0; i < 5; i++)
    hs_rpc_fixture_emit (fixture, "call:start", "{\"callId\":\"a\"}");
  assert_lost (fixture, seq + 5, FALSE);
  assert_lost (fixture, seq + 2, FALSE);
  assert_lost (fixture, seq + 1, TRUE);
  assert_lost (fixture, 0, TRUE);
  /* A number of the future is one of another run. */
  assert_lost (fixture, seq + 6, TRUE);
  limits.event_ring = 0;
  hs_rpc_server_set_limits (fixture->server, &limits);
  hs_rpc_fixture_emit (fixture, "call:start", "{\"callId\":\"a\"}");
  hs_rpc_fixture_emit (fixture, "call:start", "{\"callId\":\"a\"}");
  assert_lost (fixture, seq + 7, FALSE);
  assert_lost (fixture, seq + 6, TRUE);
}

/* A client that does not read. */

static guint
drain_until_overflow (HsFakeClient *client, gint64 *seq)
{
  guint n_events = 0;

  for (;;) {
    g_autoptr (JsonObject) event = hs_fake_client_read_object (client);

    if (g_strcmp0 (hs_json_get_string (event, "method"), "rpc:overflow") == 0) {
      *seq = hs_json_get_int (hs_json_get_object (event, "params"), "seq", -1);
      return n_events;
    }
    g_assert_cmpint (hs_json_get_int (event, "seq", -1), ==, *seq + ++n_events);
  }
}

static void
test_who_does_not_read_loses_events_only (HsRpcFixture *fixture, gconstpointer data)
{
  HsRpcLimits limits = hs_rpc_fixture_get_limits ();
  g_autoptr (HsFakeClient) lazy = hs_rpc_fixture_connect (fixture);
  g_autoptr (HsFakeClient) keen = hs_rpc_fixture_connect (fixture);
  g_autoptr (JsonObject) result = subscribe (lazy, "{\"snapshot\":true}");
  g_autofree char *long_name = g_strnfill (1000, 'n');
  g_autofree char *payload = g_strdup_printf ("{\"callId\":\"%s\"}", long_name);
  gint64 seq = hs_json_get_int (result, "seq", -1);
  gint64 last = seq;
  guint n_events;

  limits.max_unread_bytes = 100000;
  hs_rpc_server_set_limits (fixture->server, &limits);
  ask_for (keen, "api.subscribe", "{}");
  hs_fake_client_set_reading (lazy, FALSE);
  hs_fake_client_send (lazy, "{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"test.wait\"}");
  hs_rpc_fixture_wait_for_requests (fixture, 1);
  for (guint i = 0; i < 5000; i++) {
    hs_rpc_fixture_emit (fixture, "call:start", payload);
    expect_event (keen, "call:start", payload);
  }
  hs_request_answer_string (hs_rpc_fixture_take_request (fixture), "not lost");
  hs_fake_client_set_reading (lazy, TRUE);
  n_events = drain_until_overflow (lazy, &last);
  g_assert_cmpuint (n_events, >=, 90);
  g_assert_cmpuint (n_events, <, 5000);
  g_assert_cmpint (last, ==, seq + n_events);
  g_autofree char *reply = hs_fake_client_read (lazy);
  g_assert_cmpstr (reply, ==, "{\"jsonrpc\":\"2.0\",\"id\":7,\"result\":\"not lost\"}");
  hs_rpc_fixture_emit (fixture, "call:start", payload);
  hs_rpc_fixture_expect (lazy, PING, PONG);
}

/* Questions. */

typedef struct {
  GError *error;
  JsonNode *answer;
  gboolean done;
} Outcome;

static void
on_answered (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Outcome *outcome = user_data;

  outcome->answer = hs_connection_ask_finish (HS_CONNECTION (source), result, &outcome->error);
  outcome->done = TRUE;
}

static void
wait_for_outcome (Outcome *outcome)
{
  while (!outcome->done)
    g_main_context_iteration (NULL, TRUE);
}

static void
clear_outcome (Outcome *outcome)
{
  g_clear_error (&outcome->error);
  g_clear_pointer (&outcome->answer, json_node_unref);
  outcome->done = FALSE;
}

/* Any connection can be found by a request that came through it. */
static HsConnection *
find_connection (HsRpcFixture *fixture, HsFakeClient *client)
{
  HsRequest *request;
  HsConnection *connection;

  hs_fake_client_send (client, "{\"jsonrpc\":\"2.0\",\"method\":\"test.wait\"}");
  hs_rpc_fixture_wait_for_requests (fixture, 1);
  request = hs_rpc_fixture_take_request (fixture);
  connection = g_object_ref (hs_request_get_connection (request));
  hs_request_answer (request, NULL);
  return connection;
}

static char *
ask (HsConnection *connection, HsFakeClient *client, GCancellable *cancellable, Outcome *outcome)
{
  g_autoptr (JsonObject) params = json_object_new ();
  g_autoptr (JsonObject) question = NULL;

  json_object_set_string_member (params, "callId", "a");
  hs_connection_ask_async (connection, "call.sdpHandler", params, 500, cancellable, on_answered,
                           outcome);
  question = hs_fake_client_read_object (client);
  g_assert_cmpstr (hs_json_get_string (question, "jsonrpc"), ==, "2.0");
  g_assert_cmpstr (hs_json_get_string (question, "method"), ==, "call.sdpHandler");
  g_assert_cmpstr (hs_json_get_string (hs_json_get_object (question, "params"), "callId"), ==, "a");
  return g_strdup (hs_json_get_string (question, "id"));
}

static void
test_question_is_answered (HsRpcFixture *fixture, gconstpointer data)
{
  g_autoptr (HsFakeClient) client = hs_rpc_fixture_connect (fixture);
  g_autoptr (HsConnection) connection = find_connection (fixture, client);
  Outcome outcome = { 0 };
  g_autofree char *id = ask (connection, client, NULL, &outcome);
  g_autofree char *answer =
      g_strdup_printf ("{\"jsonrpc\":\"2.0\",\"id\":\"%s\",\"result\":{\"sdp\":\"v=0\"}}", id);

  hs_fake_client_send (client, "{\"jsonrpc\":\"2.0\",\"id\":\"other\",\"result\":1}");
  hs_fake_client_send (client, answer);
  wait_for_outcome (&outcome);
  g_assert_no_error (outcome.error);
  g_assert_cmpstr (hs_json_get_string (hs_json_node_get_object (outcome.answer), "sdp"), ==, "v=0");
  clear_outcome (&outcome);
  /* A second answer answers nothing. */
  hs_fake_client_send (client, answer);
  hs_rpc_fixture_expect (client, PING, PONG);
}

static void
test_question_ends_without_an_answer (HsRpcFixture *fixture, gconstpointer data)
{
  g_autoptr (HsFakeClient) client = hs_rpc_fixture_connect (fixture);
  g_autoptr (HsConnection) connection = find_connection (fixture, client);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  Outcome outcome = { 0 };
  g_autofree char *refused = ask (connection, client, NULL, &outcome);
  g_autofree char *answer = g_strdup_printf (
      "{\"jsonrpc\":\"2.0\",\"id\":\"%s\",\"error\":{\"code\":1,\"message\":\"no idea\"}}",
      refused);

  hs_fake_client_send (client, answer);
  wait_for_outcome (&outcome);
  g_assert_error (outcome.error, HS_ERROR, HS_ERROR_INVALID_DATA);
  g_assert_nonnull (strstr (outcome.error->message, "no idea"));
  clear_outcome (&outcome);

  g_free (ask (connection, client, NULL, &outcome));
  hs_fake_clock_advance (fixture->clock, 499);
  g_assert_false (outcome.done);
  hs_fake_clock_advance (fixture->clock, 1);
  wait_for_outcome (&outcome);
  g_assert_error (outcome.error, HS_ERROR, HS_ERROR_TIMED_OUT);
  clear_outcome (&outcome);

  g_free (ask (connection, client, cancellable, &outcome));
  g_cancellable_cancel (cancellable);
  wait_for_outcome (&outcome);
  g_assert_error (outcome.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  clear_outcome (&outcome);

  g_free (ask (connection, client, NULL, &outcome));
  g_clear_pointer (&client, hs_fake_client_free);
  wait_for_outcome (&outcome);
  g_assert_error (outcome.error, HS_ERROR, HS_ERROR_CLOSED);
  clear_outcome (&outcome);

  hs_connection_ask_async (connection, "call.sdpHandler", NULL, 500, NULL, on_answered, &outcome);
  wait_for_outcome (&outcome);
  g_assert_error (outcome.error, HS_ERROR, HS_ERROR_CLOSED);
  clear_outcome (&outcome);
}

#define ADD(path, function)                                                                        \
  g_test_add ("/rpc-events/" path, HsRpcFixture, NULL, hs_rpc_fixture_set_up, function,            \
              hs_rpc_fixture_tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  hs_fake_log_start ();
  ADD ("nobody-gets-them-unasked", test_nobody_gets_events_unasked);
  ADD ("subscribe-brings-all", test_subscribe_brings_all_events);
  ADD ("on-brings-one-kind", test_on_brings_one_kind);
  ADD ("filters-compare-members", test_filters_compare_members);
  ADD ("asking-twice-brings-it-once", test_asking_twice_brings_it_once);
  ADD ("unknown-event-is-named", test_unknown_event_is_named);
  ADD ("interests-are-bounded", test_interests_are_bounded);
  ADD ("snapshot-numbers-what-follows", test_snapshot_numbers_what_follows);
  ADD ("since-replays-what-the-ring-holds", test_since_replays_what_the_ring_holds);
  ADD ("since-says-what-is-lost", test_since_says_what_is_lost);
  ADD ("who-does-not-read-loses-events-only", test_who_does_not_read_loses_events_only);
  ADD ("question/is-answered", test_question_is_answered);
  ADD ("question/ends-without-an-answer", test_question_ends_without_an_answer);
  return g_test_run ();
}
