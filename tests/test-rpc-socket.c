/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The sockets themselves, and what clients may take. */

#include "base/hs-error.h"
#include "base/hs-json.h"
#include "hs-fake-log.h"
#include "hs-rpc-fixture.h"
#include "rpc/hs-rpc-server-private.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

static const char *
get_kind (JsonObject *error)
{
  return hs_json_get_string (hs_json_get_object (error, "data"), "kind");
}

static void
test_files_are_for_the_user_alone (HsRpcFixture *fixture, gconstpointer data)
{
  g_autofree char *folder = g_path_get_dirname (fixture->path);
  struct stat status;

  g_assert_cmpint (stat (fixture->path, &status), ==, 0);
  g_assert_true (S_ISSOCK (status.st_mode));
  g_assert_cmphex (status.st_mode & 0777, ==, 0600);
  g_assert_cmpint (stat (folder, &status), ==, 0);
  g_assert_cmphex (status.st_mode & 0777, ==, 0700);
}

static void
test_live_socket_is_refused (HsRpcFixture *fixture, gconstpointer data)
{
  g_autoptr (HsRpcServer) other = hs_rpc_server_new (HS_CLOCK (fixture->clock), NULL, 0, NULL);
  g_autoptr (HsFakeClient) client = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *pid = g_strdup_printf ("process %d (", (int) getpid ());

  g_assert_false (hs_rpc_server_listen (other, fixture->path, NULL, &error));
  g_assert_error (error, HS_ERROR, HS_ERROR_BUSY);
  g_assert_nonnull (strstr (error->message, pid));
  client = hs_rpc_fixture_connect (fixture);
  hs_rpc_fixture_expect (client, HS_RPC_PING, HS_RPC_PONG);
}

static int
bind_unix (const char *path, gboolean listening)
{
  struct sockaddr_un address = { .sun_family = AF_UNIX };
  int fd = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

  g_strlcpy (address.sun_path, path, sizeof address.sun_path);
  g_assert_cmpint (bind (fd, (struct sockaddr *) &address, sizeof address), ==, 0);
  if (listening)
    g_assert_cmpint (listen (fd, 8), ==, 0);
  return fd;
}

static void
test_socket_of_a_stranger_is_refused (HsRpcFixture *fixture, gconstpointer data)
{
  g_autofree char *path = g_build_filename (fixture->folder, "strange", NULL);
  g_autoptr (GError) error = NULL;
  int fd = bind_unix (path, TRUE);

  /* It holds no lock of ours, but listens. */
  g_assert_false (hs_rpc_server_listen (fixture->server, path, NULL, &error));
  g_assert_error (error, HS_ERROR, HS_ERROR_BUSY);
  close (fd);
  g_unlink (path);
}

static void
test_dead_socket_is_taken_over (HsRpcFixture *fixture, gconstpointer data)
{
  g_autofree char *path = g_build_filename (fixture->folder, "dead", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (HsFakeClient) client = NULL;

  close (bind_unix (path, FALSE));
  g_assert_true (g_file_test (path, G_FILE_TEST_EXISTS));
  g_assert_true (hs_rpc_server_listen (fixture->server, path, NULL, &error));
  g_assert_no_error (error);
  client = hs_fake_client_connect (path);
  hs_rpc_fixture_expect (client, HS_RPC_PING, HS_RPC_PONG);
}

static void
test_other_files_are_left_alone (HsRpcFixture *fixture, gconstpointer data)
{
  g_autofree char *path = g_build_filename (fixture->folder, "file", NULL);
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_true (g_file_set_contents (path, "precious", -1, NULL));
  g_assert_false (hs_rpc_server_listen (fixture->server, path, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_EXISTS);
  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  g_assert_cmpstr (text, ==, "precious");
  g_unlink (path);
}

static void
test_bad_paths_are_refused (HsRpcFixture *fixture, gconstpointer data)
{
  g_autofree char *name = g_strnfill (200, 'x');
  g_autofree char *path = g_build_filename (fixture->folder, name, NULL);
  g_autoptr (GError) error = NULL;

  g_assert_false (hs_rpc_server_listen (fixture->server, path, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_FILENAME_TOO_LONG);
  g_clear_error (&error);
  g_assert_false (
      hs_rpc_server_listen (fixture->server, "/proc/nowhere/control.sock", NULL, &error));
  g_assert_nonnull (error);
}

static void
test_handed_over_socket_is_served (HsRpcFixture *fixture, gconstpointer data)
{
  g_autofree char *path = g_build_filename (fixture->folder, "activated", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (HsFakeClient) client = NULL;
  int pair[2];

  g_assert_true (hs_rpc_server_adopt (fixture->server, bind_unix (path, TRUE), &error));
  g_assert_no_error (error);
  client = hs_fake_client_connect (path);
  hs_rpc_fixture_expect (client, HS_RPC_PING, HS_RPC_PONG);
  hs_rpc_server_close (fixture->server);
  /* Its file belongs to who made it. */
  g_assert_cmpint (g_unlink (path), ==, 0);

  g_assert_cmpint (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), ==, 0);
  g_assert_false (hs_rpc_server_adopt (fixture->server, pair[0], &error));
  g_assert_error (error, HS_ERROR, HS_ERROR_INVALID_DATA);
  close (pair[0]);
  close (pair[1]);
}

static void
test_only_the_user_and_root_are_allowed (void)
{
  g_assert_true (hs_rpc_is_allowed (1000, 1000));
  g_assert_true (hs_rpc_is_allowed (0, 1000));
  g_assert_false (hs_rpc_is_allowed (1001, 1000));
  g_assert_false (hs_rpc_is_allowed (1000, 0));
}

/* Returns: (transfer full) (element-type int): all descriptors that were still to be had. */
static GArray *
take_all_descriptors (void)
{
  GArray *taken = g_array_new (FALSE, FALSE, sizeof (int));
  int fd;

  while ((fd = dup (STDIN_FILENO)) >= 0)
    g_array_append_val (taken, fd);
  g_assert_cmpint (errno, ==, EMFILE);
  return taken;
}

static void
test_accepting_rests_without_descriptors (HsRpcFixture *fixture, gconstpointer data)
{
  struct rlimit before;
  struct rlimit few;
  g_autoptr (GArray) taken = NULL;
  g_autoptr (HsFakeClient) first = hs_rpc_fixture_connect (fixture);
  g_autoptr (HsFakeClient) client = NULL;

  hs_rpc_fixture_expect (first, HS_RPC_PING, HS_RPC_PONG);
  client = hs_rpc_fixture_connect (fixture);
  g_assert_cmpint (getrlimit (RLIMIT_NOFILE, &before), ==, 0);
  few = before;
  few.rlim_cur = 64;
  g_assert_cmpint (setrlimit (RLIMIT_NOFILE, &few), ==, 0);
  taken = take_all_descriptors ();
  while (hs_fake_clock_count_timers (fixture->clock) == 0)
    g_main_context_iteration (NULL, TRUE);
  hs_fake_log_expect (G_LOG_LEVEL_WARNING, "cannot accept a connection: *");
  hs_rpc_fixture_expect (first, HS_RPC_PING, HS_RPC_PONG);
  g_assert_cmpuint (hs_rpc_server_count_connections (fixture->server), ==, 1);
  for (guint i = 0; i < taken->len; i++)
    close (g_array_index (taken, int, i));
  g_assert_cmpint (setrlimit (RLIMIT_NOFILE, &before), ==, 0);
  hs_fake_clock_advance (fixture->clock, 1000);
  hs_rpc_fixture_expect (client, HS_RPC_PING, HS_RPC_PONG);
}

static void
test_long_line_is_skipped (HsRpcFixture *fixture, gconstpointer data)
{
  g_autoptr (HsFakeClient) client = hs_rpc_fixture_connect (fixture);
  g_autofree char *line = g_strnfill (10 * 1024 * 1024, ' ');

  line[0] = '[';
  line[strlen (line) - 1] = ']';
  g_autoptr (JsonObject) error = hs_rpc_fixture_expect_error (client, line, -32000);
  g_assert_cmpstr (get_kind (error), ==, "too-large");
  g_assert_nonnull (strstr (hs_json_get_string (error, "message"), "1048576"));
  hs_rpc_fixture_expect (client, HS_RPC_PING, HS_RPC_PONG);
}

static void
test_line_of_just_the_limit_is_taken (HsRpcFixture *fixture, gconstpointer data)
{
  HsRpcLimits limits = hs_rpc_fixture_get_limits ();
  g_autoptr (HsFakeClient) client = hs_rpc_fixture_connect (fixture);
  g_autofree char *longer = g_strconcat (HS_RPC_PING, " ", NULL);

  limits.max_message_bytes = strlen (HS_RPC_PING);
  hs_rpc_server_set_limits (fixture->server, &limits);
  hs_rpc_fixture_expect (client, HS_RPC_PING, HS_RPC_PONG);
  g_autoptr (JsonObject) error = hs_rpc_fixture_expect_error (client, longer, -32000);
  g_assert_cmpstr (get_kind (error), ==, "too-large");
  hs_rpc_fixture_expect (client, HS_RPC_PING, HS_RPC_PONG);
}

static void
test_deep_message_is_refused (HsRpcFixture *fixture, gconstpointer data)
{
  g_autoptr (HsFakeClient) client = hs_rpc_fixture_connect (fixture);
  g_autofree char *deep = g_strnfill (500000, '[');
  g_autoptr (JsonObject) error = hs_rpc_fixture_expect_error (client, deep, -32000);

  g_assert_cmpstr (get_kind (error), ==, "too-deep");
  hs_rpc_fixture_expect (client, HS_RPC_PING, HS_RPC_PONG);
}

static void
test_requests_in_flight_are_limited (HsRpcFixture *fixture, gconstpointer data)
{
  HsRpcLimits limits = hs_rpc_fixture_get_limits ();
  g_autoptr (HsFakeClient) client = hs_rpc_fixture_connect (fixture);
  g_autoptr (HsFakeClient) other = hs_rpc_fixture_connect (fixture);
  const char *wait = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"test.wait\"}";

  limits.max_requests_in_flight = 2;
  hs_rpc_server_set_limits (fixture->server, &limits);
  hs_fake_client_send (client, wait);
  hs_fake_client_send (client, wait);
  g_autoptr (JsonObject) error = hs_rpc_fixture_expect_error (client, wait, -32000);
  g_assert_cmpstr (get_kind (error), ==, "busy");
  /* Those about the connection still answer, and others are not concerned. */
  hs_rpc_fixture_expect (client, HS_RPC_PING, HS_RPC_PONG);
  hs_fake_client_send (other, wait);
  hs_rpc_fixture_wait_for_requests (fixture, 3);
  for (guint i = 0; i < 3; i++)
    hs_request_answer (hs_rpc_fixture_take_request (fixture), NULL);
  hs_rpc_fixture_expect (client,
                         "{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"test.echo\",\"params\":[2]}",
                         "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":null}");
}

static void
test_connections_are_limited (HsRpcFixture *fixture, gconstpointer data)
{
  HsRpcLimits limits = hs_rpc_fixture_get_limits ();
  g_autoptr (HsFakeClient) first = hs_rpc_fixture_connect (fixture);
  g_autoptr (HsFakeClient) second = NULL;
  g_autoptr (HsFakeClient) third = NULL;
  g_autofree char *line = NULL;
  g_autofree char *end = NULL;

  limits.max_connections = 1;
  hs_rpc_server_set_limits (fixture->server, &limits);
  hs_rpc_fixture_expect (first, HS_RPC_PING, HS_RPC_PONG);
  second = hs_rpc_fixture_connect (fixture);
  line = hs_fake_client_read (second);
  g_assert_nonnull (strstr (line, "\"too-many-connections\""));
  end = hs_fake_client_read (second);
  g_assert_null (end);
  g_clear_pointer (&first, hs_fake_client_free);
  while (hs_rpc_server_count_connections (fixture->server) > 0)
    g_main_context_iteration (NULL, TRUE);
  third = hs_rpc_fixture_connect (fixture);
  hs_rpc_fixture_expect (third, HS_RPC_PING, HS_RPC_PONG);
}

/* Who does not read his answers is not read from, and gets every one in the end. */
static void
test_unread_answers_stop_the_reading (HsRpcFixture *fixture, gconstpointer data)
{
  HsRpcLimits limits = hs_rpc_fixture_get_limits ();
  g_autoptr (HsFakeClient) lazy = hs_rpc_fixture_connect (fixture);
  g_autoptr (HsFakeClient) keen = hs_rpc_fixture_connect (fixture);
  g_autofree char *value = g_strnfill (1000, 'v');
  const guint n_requests = 5000;

  limits.max_unread_bytes = 50000;
  hs_rpc_server_set_limits (fixture->server, &limits);
  hs_fake_client_set_reading (lazy, FALSE);
  for (guint i = 0; i < n_requests; i++) {
    g_autofree char *request = g_strdup_printf (
        "{\"jsonrpc\":\"2.0\",\"id\":%u,\"method\":\"test.echo\",\"params\":[\"%s\"]}", i, value);

    hs_fake_client_send (lazy, request);
  }
  hs_fake_client_settle (lazy);
  g_assert_cmpuint (hs_fake_client_get_unsent (lazy), >, 1000000);
  hs_rpc_fixture_expect (keen, HS_RPC_PING, HS_RPC_PONG);
  hs_fake_client_set_reading (lazy, TRUE);
  for (guint i = 0; i < n_requests; i++) {
    g_autofree char *reply = hs_fake_client_read (lazy);
    g_autofree char *expected =
        g_strdup_printf ("{\"jsonrpc\":\"2.0\",\"id\":%u,\"result\":\"%s\"}", i, value);

    g_assert_cmpstr (reply, ==, expected);
  }
}

#define ADD(path, function)                                                                        \
  g_test_add ("/rpc-socket/" path, HsRpcFixture, NULL, hs_rpc_fixture_set_up, function,            \
              hs_rpc_fixture_tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  hs_fake_log_start ();
  ADD ("listen/files-are-for-the-user-alone", test_files_are_for_the_user_alone);
  ADD ("listen/live-one-is-refused", test_live_socket_is_refused);
  ADD ("listen/one-of-a-stranger-is-refused", test_socket_of_a_stranger_is_refused);
  ADD ("listen/dead-one-is-taken-over", test_dead_socket_is_taken_over);
  ADD ("listen/other-files-are-left-alone", test_other_files_are_left_alone);
  ADD ("listen/bad-paths-are-refused", test_bad_paths_are_refused);
  ADD ("listen/handed-over-one-is-served", test_handed_over_socket_is_served);
  g_test_add_func ("/rpc-socket/listen/only-the-user-and-root-are-allowed",
                   test_only_the_user_and_root_are_allowed);
  ADD ("listen/accepting-rests-without-descriptors", test_accepting_rests_without_descriptors);
  ADD ("limits/long-line-is-skipped", test_long_line_is_skipped);
  ADD ("limits/line-of-just-the-limit-is-taken", test_line_of_just_the_limit_is_taken);
  ADD ("limits/deep-message-is-refused", test_deep_message_is_refused);
  ADD ("limits/requests-in-flight", test_requests_in_flight_are_limited);
  ADD ("limits/connections", test_connections_are_limited);
  ADD ("limits/unread-answers-stop-the-reading", test_unread_answers_stop_the_reading);
  return g_test_run ();
}
