/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Many clients, halves that close, and bytes as they may come. */

#include "hs-fake-log.h"
#include "hs-rpc-fixture.h"
#include "rpc/hs-line-reader.h"

#include <string.h>
#include <sys/socket.h>

static void
test_half_closed_client_gets_every_answer (HsRpcFixture *fixture, gconstpointer data)
{
  g_autoptr (HsFakeClient) client = hs_rpc_fixture_connect (fixture);
  g_autofree char *pong = NULL;
  g_autofree char *done = NULL;
  g_autofree char *end = NULL;

  hs_fake_client_send (client, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"test.wait\"}");
  /* The last line lacks its end. */
  hs_fake_client_send_bytes (client, HS_RPC_PING, strlen (HS_RPC_PING));
  hs_fake_client_end (client);
  pong = hs_fake_client_read (client);
  g_assert_cmpstr (pong, ==, HS_RPC_PONG);
  hs_fake_client_settle (client);
  g_assert_cmpuint (hs_rpc_server_count_connections (fixture->server), ==, 1);
  hs_request_answer_string (hs_rpc_fixture_take_request (fixture), "done");
  done = hs_fake_client_read (client);
  g_assert_cmpstr (done, ==, "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":\"done\"}");
  end = hs_fake_client_read (client);
  g_assert_null (end);
  g_assert_cmpuint (hs_rpc_server_count_connections (fixture->server), ==, 0);
}

static void
test_half_closed_client_without_questions_is_closed (HsRpcFixture *fixture, gconstpointer data)
{
  g_autoptr (HsFakeClient) client = hs_rpc_fixture_connect (fixture);
  g_autofree char *end = NULL;

  hs_fake_client_send (client, "{\"jsonrpc\":\"2.0\",\"method\":\"test.wait\"}");
  hs_fake_client_end (client);
  hs_rpc_fixture_wait_for_requests (fixture, 1);
  hs_request_answer (hs_rpc_fixture_take_request (fixture), NULL);
  end = hs_fake_client_read (client);
  g_assert_null (end);
}

static void
test_half_closed_client_that_goes_is_forgotten (HsRpcFixture *fixture, gconstpointer data)
{
  g_autoptr (HsFakeClient) client = hs_rpc_fixture_connect (fixture);
  HsRequest *request;

  hs_fake_client_send (client, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"test.wait\"}");
  hs_fake_client_end (client);
  hs_rpc_fixture_wait_for_requests (fixture, 1);
  hs_fake_client_settle (client);
  g_clear_pointer (&client, hs_fake_client_free);
  while (hs_rpc_server_count_connections (fixture->server) > 0)
    g_main_context_iteration (NULL, TRUE);
  request = hs_rpc_fixture_take_request (fixture);
  g_assert_true (g_cancellable_is_cancelled (hs_request_get_cancellable (request)));
  hs_request_answer (request, NULL);
}

/* What was asked before going is still done. */
static void
test_requests_before_the_end_are_done (HsRpcFixture *fixture, gconstpointer data)
{
  g_autoptr (HsFakeClient) client = hs_rpc_fixture_connect (fixture);

  for (guint i = 0; i < 10; i++)
    hs_fake_client_send (client, "{\"jsonrpc\":\"2.0\",\"method\":\"test.wait\"}");
  hs_fake_client_settle (client);
  g_clear_pointer (&client, hs_fake_client_free);
  hs_rpc_fixture_wait_for_requests (fixture, 10);
  while (fixture->waiting->len > 0)
    hs_request_answer (hs_rpc_fixture_take_request (fixture), NULL);
}

static void
test_close_ends_everything (HsRpcFixture *fixture, gconstpointer data)
{
  g_autoptr (HsFakeClient) client = hs_rpc_fixture_connect (fixture);
  g_autofree char *pong = NULL;
  g_autofree char *end = NULL;

  hs_fake_client_send (client, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"test.wait\"}");
  hs_rpc_fixture_wait_for_requests (fixture, 1);
  hs_rpc_server_close (fixture->server);
  hs_request_answer (hs_rpc_fixture_take_request (fixture), NULL);
  end = hs_fake_client_read (client);
  g_assert_null (end);
  g_assert_false (g_file_test (fixture->path, G_FILE_TEST_EXISTS));
  hs_rpc_server_close (fixture->server);
}

static void
test_a_hundred_clients_get_their_own_answers (HsRpcFixture *fixture, gconstpointer data)
{
  g_autoptr (GPtrArray) clients =
      g_ptr_array_new_with_free_func ((GDestroyNotify) hs_fake_client_free);

  for (guint i = 0; i < 100; i++)
    g_ptr_array_add (clients, hs_rpc_fixture_connect (fixture));
  for (guint round = 0; round < 20; round++) {
    for (guint i = 0; i < clients->len; i++) {
      g_autofree char *request = g_strdup_printf (
          "{\"jsonrpc\":\"2.0\",\"id\":%u,\"method\":\"test.echo\",\"params\":[\"%u of %u\"]}", i,
          round, i);

      hs_fake_client_send (clients->pdata[i], request);
    }
  }
  for (guint round = 0; round < 20; round++) {
    for (guint i = 0; i < clients->len; i++) {
      g_autofree char *reply = hs_fake_client_read (clients->pdata[i]);
      g_autofree char *expected =
          g_strdup_printf ("{\"jsonrpc\":\"2.0\",\"id\":%u,\"result\":\"%u of %u\"}", i, round, i);

      g_assert_cmpstr (reply, ==, expected);
    }
  }
  g_assert_cmpuint (hs_rpc_server_count_connections (fixture->server), ==, 100);
}

static void
test_two_clients_wait_in_any_order (HsRpcFixture *fixture, gconstpointer data)
{
  g_autoptr (HsFakeClient) one = hs_rpc_fixture_connect (fixture);
  g_autoptr (HsFakeClient) other = hs_rpc_fixture_connect (fixture);
  HsRequest *first;
  HsRequest *second;

  hs_fake_client_send (one, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"test.wait\"}");
  hs_rpc_fixture_wait_for_requests (fixture, 1);
  hs_fake_client_send (other, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"test.wait\"}");
  hs_rpc_fixture_wait_for_requests (fixture, 2);
  first = hs_rpc_fixture_take_request (fixture);
  second = hs_rpc_fixture_take_request (fixture);
  hs_request_answer_string (second, "second");
  g_autofree char *second_reply = hs_fake_client_read (other);
  g_assert_false (hs_fake_client_has_line (one));
  hs_request_answer_string (first, "first");
  g_autofree char *first_reply = hs_fake_client_read (one);
  g_assert_cmpstr (first_reply, ==, "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":\"first\"}");
  g_assert_cmpstr (second_reply, ==, "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":\"second\"}");
}

static void
test_bytes_one_by_one (HsRpcFixture *fixture, gconstpointer data)
{
  g_autoptr (HsFakeClient) client = hs_rpc_fixture_connect (fixture);
  g_autofree char *reply = NULL;

  for (const char *byte = HS_RPC_PING "\n"; *byte != '\0'; byte++) {
    hs_fake_client_send_bytes (client, byte, 1);
    hs_fake_client_settle (client);
  }
  reply = hs_fake_client_read (client);
  g_assert_cmpstr (reply, ==, HS_RPC_PONG);
}

static void
assert_taken (
    HsLineReader *reader, gsize max, gboolean is_end, HsLineStatus status, const char *line)
{
  const char *text;
  gsize length;
  g_autofree char *got = NULL;

  g_assert_cmpint (hs_line_reader_take (reader, max, is_end, &text, &length), ==, status);
  if (status != HS_LINE_READY)
    return;
  got = g_strndup (text, length);
  g_assert_cmpstr (got, ==, line);
}

static void
test_lines_are_cut (void)
{
  g_autoptr (HsLineReader) reader = hs_line_reader_new ();

  hs_line_reader_append (reader, "one\ntwo\nthr", 11);
  assert_taken (reader, 10, FALSE, HS_LINE_READY, "one");
  assert_taken (reader, 10, FALSE, HS_LINE_READY, "two");
  assert_taken (reader, 10, FALSE, HS_LINE_NONE, NULL);
  hs_line_reader_append (reader, "ee\n\n", 4);
  assert_taken (reader, 10, FALSE, HS_LINE_READY, "three");
  assert_taken (reader, 10, FALSE, HS_LINE_READY, "");
  assert_taken (reader, 10, TRUE, HS_LINE_NONE, NULL);
  hs_line_reader_append (reader, "12345678901", 11);
  assert_taken (reader, 10, FALSE, HS_LINE_TOO_LONG, NULL);
  assert_taken (reader, 10, FALSE, HS_LINE_NONE, NULL);
  g_assert_cmpuint (hs_line_reader_get_held (reader), ==, 0);
  hs_line_reader_append (reader, "234567890123456\nlast", 20);
  assert_taken (reader, 10, FALSE, HS_LINE_NONE, NULL);
  assert_taken (reader, 10, TRUE, HS_LINE_READY, "last");
  assert_taken (reader, 10, TRUE, HS_LINE_NONE, NULL);
  hs_line_reader_append (reader, "12345678901\nnext\n", 17);
  assert_taken (reader, 10, FALSE, HS_LINE_TOO_LONG, NULL);
  assert_taken (reader, 10, FALSE, HS_LINE_READY, "next");
}

#define ADD(path, function)                                                                        \
  g_test_add ("/rpc-socket/" path, HsRpcFixture, NULL, hs_rpc_fixture_set_up, function,            \
              hs_rpc_fixture_tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  hs_fake_log_start ();
  ADD ("end/half-closed-client-gets-every-answer", test_half_closed_client_gets_every_answer);
  ADD ("end/half-closed-client-without-questions-is-closed",
       test_half_closed_client_without_questions_is_closed);
  ADD ("end/half-closed-client-that-goes-is-forgotten",
       test_half_closed_client_that_goes_is_forgotten);
  ADD ("end/requests-before-it-are-done", test_requests_before_the_end_are_done);
  ADD ("end/close-ends-everything", test_close_ends_everything);
  ADD ("many/a-hundred-get-their-own-answers", test_a_hundred_clients_get_their_own_answers);
  ADD ("many/two-wait-in-any-order", test_two_clients_wait_in_any_order);
  ADD ("bytes/one-by-one", test_bytes_one_by_one);
  g_test_add_func ("/rpc-socket/bytes/lines-are-cut", test_lines_are_cut);
  return g_test_run ();
}
