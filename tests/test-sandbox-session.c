/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "hs-raw-client.h"

#include <glib/gstdio.h>
#include <string.h>

#define ANA       "/rest/version/1/user/ana@lab.example"
#define SUBSCRIBE "{\"subscribeRequest\":{\"expires\":3600,\"service\":[\"call\"]}}"
#define BASIC     "Authorization: Basic YW5hOnNlY3JldA==" /* ana:secret */
#define BASIC_BAD "Authorization: Basic YW5hOndyb25n"     /* ana:wrong */

typedef struct {
  HsRawGateway *gateway;
} Fixture;

static void
set_up (Fixture *f, gconstpointer arguments)
{
  f->gateway = hs_raw_gateway_start (arguments);
}

static void
tear_down (Fixture *f, gconstpointer arguments)
{
  hs_raw_gateway_stop (f->gateway);
}

static HsRawReply *
subscribe (Fixture *f, const char *header)
{
  return hs_raw_gateway_request (f->gateway, "POST", ANA "/subscription", SUBSCRIBE, header);
}

static void
assert_post (Fixture *f, const char *body, guint status, int code)
{
  g_autoptr (HsRawReply) reply =
      hs_raw_gateway_request (f->gateway, "POST", ANA "/subscription", body, BASIC);

  hs_raw_reply_assert (reply, status, code);
}

static JsonObject *
get_parameters (HsRawReply *reply)
{
  g_assert_cmpuint (reply->status, ==, 200);
  return json_object_get_object_member (
      json_object_get_object_member (reply->body, "subscribeResponse"), "subscriptionParams");
}

/* The listener */

static void
assert_served (Fixture *f, const char *host)
{
  g_autofree char *loopback = g_strdup (f->gateway->url);
  g_autoptr (HsRawReply) reply = NULL;

  g_free (f->gateway->url);
  f->gateway->url = g_strdup_printf ("https://%s:%u", host, f->gateway->port);
  reply = subscribe (f, BASIC);
  hs_raw_reply_assert (reply, 200, 0);
  g_free (f->gateway->url);
  f->gateway->url = g_steal_pointer (&loopback);
}

static void
test_certificate_is_good_for_loopback (Fixture *f, gconstpointer arguments)
{
  assert_served (f, "127.0.0.1");
  assert_served (f, "localhost");
}

static void
test_certificate_is_kept (void)
{
  g_autofree char *dir = g_dir_make_tmp ("hs-test-XXXXXX", NULL);
  g_autofree char *arguments = g_strdup_printf ("--state-dir %s", dir);
  g_autofree char *path = g_build_filename (dir, "ca.pem", NULL);
  g_autofree char *first = NULL;
  g_autofree char *second = NULL;

  hs_raw_gateway_stop (hs_raw_gateway_start (arguments));
  g_assert_true (g_file_get_contents (path, &first, NULL, NULL));
  hs_raw_gateway_stop (hs_raw_gateway_start (arguments));
  g_assert_true (g_file_get_contents (path, &second, NULL, NULL));
  g_assert_cmpstr (first, ==, second);

  g_assert_cmpint (g_remove (path), ==, 0);
  g_clear_pointer (&path, g_free);
  path = g_build_filename (dir, "server.pem", NULL);
  g_assert_cmpint (g_remove (path), ==, 0);
  g_assert_cmpint (g_rmdir (dir), ==, 0);
}

/* The shell between us is the parent; its standard input keeps it alive. */
static void
test_ends_with_its_parent (void)
{
  g_autofree char *script =
      g_strdup_printf ("'%s' --plain --exit-with-parent & read -r line", g_getenv ("HS_SANDBOX"));
  g_autoptr (GError) error = NULL;
  g_autoptr (GSubprocess) shell =
      g_subprocess_new (G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_PIPE, &error,
                        "sh", "-c", script, NULL);
  g_autoptr (GDataInputStream) output =
      g_data_input_stream_new (g_subprocess_get_stdout_pipe (shell));
  g_autofree char *ready = g_data_input_stream_read_line (output, NULL, NULL, &error);
  g_autofree char *more = NULL;

  g_assert_no_error (error);
  g_assert_nonnull (ready);
  g_assert_true (g_output_stream_close (g_subprocess_get_stdin_pipe (shell), NULL, &error));
  /* The end of the output comes when the sandbox has gone. */
  more = g_data_input_stream_read_line (output, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_null (more);
  g_subprocess_wait (shell, NULL, NULL);
}

static void
test_preflight (Fixture *f, gconstpointer arguments)
{
  g_autoptr (HsRawReply) reply =
      hs_raw_gateway_request (f->gateway, "OPTIONS", ANA "/callControl", NULL,
                              "Origin: https://page.example\nAccess-Control-Request-Method: PUT");
  const char *headers;

  g_assert_cmpuint (reply->status, ==, 200);
  g_assert_cmpstr (soup_message_headers_get_one (reply->headers, "Access-Control-Allow-Origin"), ==,
                   "https://page.example");
  headers = soup_message_headers_get_one (reply->headers, "Access-Control-Allow-Headers");
  g_assert_nonnull (strstr (headers, "x-session"));
  g_assert_nonnull (strstr (
      soup_message_headers_get_one (reply->headers, "Access-Control-Allow-Methods"), "DELETE"));
}

static void
test_unknown_path_is_json (Fixture *f, gconstpointer arguments)
{
  g_autoptr (HsRawReply) reply = hs_raw_gateway_request (f->gateway, "GET", "/nowhere", NULL, NULL);

  hs_raw_reply_assert (reply, 404, 42);
  g_assert_cmpstr (reply->content_type, ==, "application/json");
}

/* Bodies */

static void
test_bad_bodies (Fixture *f, gconstpointer arguments)
{
  g_autofree char *deep = g_strnfill (100000, '[');
  g_autofree char *huge = g_strnfill (2000000, 'x');
  g_autofree char *hidden = g_strconcat ("{/* \" */\"a\":", deep, NULL);

  assert_post (f, "", 400, 5);
  assert_post (f, "{\"subscribeRequest\":", 400, 5);
  assert_post (f, "[]", 400, 5);
  assert_post (f, "{\"subscribeRequest\":[]}", 400, 5);
  assert_post (f, "{\"subscribeRequest\":{\"service\":[7]}}", 400, 5);
  assert_post (f, "{\"subscribeRequest\":{\"service\":[\"call\"],\"expires\":\"1\"}}", 400, 5);
  assert_post (f, "{\"subscribeRequest\":{\"service\":[\"call\"],\"expires\":-4}}", 400, 5);
  assert_post (f, deep, 400, 5);
  assert_post (f, hidden, 400, 5);
  {
    g_autoptr (HsRawReply) reply =
        hs_raw_gateway_request (f->gateway, "POST", ANA "/subscription", huge, BASIC);

    g_assert_true (reply->error || reply->status == 413);
  }
  assert_post (f, SUBSCRIBE, 200, 0);
}

/* Credentials */

static void
test_every_kind_of_credential (Fixture *f, gconstpointer arguments)
{
  g_autoptr (HsRawReply) basic = subscribe (f, BASIC);
  g_autoptr (HsRawReply) bearer = subscribe (f, "Authorization: Bearer t-1");
  g_autoptr (HsRawReply) token = subscribe (f, "x-token: hmac");
  g_autofree char *header = NULL;
  g_autoptr (HsRawReply) session = NULL;
  g_autoptr (JsonObject) state = NULL;

  hs_raw_reply_assert (basic, 200, 0);
  hs_raw_reply_assert (bearer, 200, 0);
  hs_raw_reply_assert (token, 200, 0);
  header = g_strdup_printf ("x-session: %s",
                            json_object_get_string_member (get_parameters (token), "sessionId"));
  session = subscribe (f, header);
  hs_raw_reply_assert (session, 200, 0);
  state = hs_raw_gateway_get_state (f->gateway);
  g_assert_cmpstr (
      json_object_get_string_member (
          json_array_get_object_element (json_object_get_array_member (state, "users"), 0),
          "credential"),
      ==, "x-session");
}

static void
test_refused_credentials (Fixture *f, gconstpointer arguments)
{
  g_autoptr (HsRawReply) none = subscribe (f, NULL);
  g_autoptr (HsRawReply) wrong = subscribe (f, BASIC_BAD);
  g_autoptr (HsRawReply) garbage = subscribe (f, "Authorization: Basic ????");
  g_autoptr (HsRawReply) bearer = subscribe (f, "Authorization: Bearer wrong");
  g_autoptr (HsRawReply) expired = subscribe (f, "Authorization: Bearer expired");
  g_autoptr (HsRawReply) session = subscribe (f, "x-session: xabcdef");
  g_autoptr (HsRawReply) unknown = hs_raw_gateway_request (
      f->gateway, "POST", "/rest/version/1/user/ana@Unknown.test/subscription", SUBSCRIBE, BASIC);

  hs_raw_reply_assert (none, 401, 27);
  hs_raw_reply_assert (wrong, 403, 4);
  hs_raw_reply_assert (garbage, 403, 4);
  hs_raw_reply_assert (bearer, 403, 4);
  hs_raw_reply_assert (expired, 403, 65);
  hs_raw_reply_assert (session, 403, 4);
  g_assert_cmpuint (unknown->status, ==, 403);
  g_assert_cmpstr (unknown->content_type, ==, "text/html");
}

/* Subscriptions */

static void
test_partial_grant (Fixture *f, gconstpointer arguments)
{
  g_autoptr (HsRawReply) some = NULL;
  g_autoptr (HsRawClient) client = hs_raw_client_subscribe (
      f->gateway, "ana@lab.example",
      "{\"subscribeRequest\":{\"service\":[\"call\",\"fax\",\"call\",\"event:dialog\"],"
      "\"clientCorrelator\":\"desk-7\"}}",
      &some);
  JsonObject *parameters = get_parameters (some);
  JsonArray *service = json_object_get_array_member (parameters, "service");

  g_assert_cmpuint (json_array_get_length (service), ==, 2);
  g_assert_cmpstr (json_array_get_string_element (service, 0), ==, "call");
  g_assert_cmpstr (json_array_get_string_element (service, 1), ==, "event:dialog");
  g_assert_cmpstr (json_object_get_string_member (parameters, "clientCorrelator"), ==, "desk-7");
  g_assert_cmpint (json_object_get_int_member (parameters, "expires"), ==, 3600);
  g_assert_false (json_object_has_member (parameters, "turnCredentials"));
  g_assert_nonnull (strstr (client->channel, "/websocket/"));
  assert_post (f, "{\"subscribeRequest\":{\"service\":[\"fax\"]}}", 403, 37);
  assert_post (f, "{\"subscribeRequest\":{\"service\":[\"call\"],\"clientCorrelator\":\"a b\"}}",
               403, 38);
}

static void
test_turn_credentials (Fixture *f, gconstpointer arguments)
{
  g_autoptr (HsRawReply) reply = subscribe (f, BASIC);
  JsonObject *turn = json_object_get_object_member (get_parameters (reply), "turnCredentials");

  g_assert_nonnull (json_object_get_string_member (turn, "username"));
  g_assert_nonnull (json_object_get_string_member (turn, "password"));
}

static void
test_update_and_delete (Fixture *f, gconstpointer arguments)
{
  g_autoptr (HsRawReply) created = NULL;
  g_autoptr (HsRawClient) client = hs_raw_client_subscribe (
      f->gateway, "ana@lab.example",
      "{\"subscribeRequest\":{\"service\":[\"call\"],\"clientCorrelator\":\"desk-7\"}}", &created);
  const char *wish = "{\"subscribeRequest\":{\"expires\":600,\"service\":[\"call\",\"IM\"]}}";
  g_autoptr (HsRawReply) by_id =
      hs_raw_gateway_request (f->gateway, "PUT", client->subscription, wish, client->header);
  g_autoptr (HsRawReply) by_correlator =
      hs_raw_client_request (client, "PUT", "/subscription/clientCorrelator/desk-7", wish);
  g_autoptr (HsRawReply) foreign = hs_raw_client_request (client, "PUT", "/subscription/77", wish);
  g_autoptr (HsRawReply) deleted = NULL;
  g_autoptr (HsRawReply) again = NULL;

  hs_raw_reply_assert (by_id, 200, 0);
  g_assert_cmpint (json_object_get_int_member (get_parameters (by_id), "expires"), ==, 600);
  g_assert_cmpuint (json_array_get_length (
                        json_object_get_array_member (get_parameters (by_correlator), "service")),
                    ==, 2);
  g_assert_cmpstr (
      json_object_get_string_member (get_parameters (by_correlator), "notificationChannel"), ==,
      client->channel);
  hs_raw_reply_assert (foreign, 404, 39);

  hs_raw_client_connect (client);
  deleted =
      hs_raw_gateway_request (f->gateway, "DELETE", client->subscription, NULL, client->header);
  hs_raw_reply_assert (deleted, 200, 0);
  hs_raw_client_wait_closed (client);
  g_assert_cmpuint (client->close_code, ==, 1000);
  again = hs_raw_gateway_request (f->gateway, "DELETE", client->subscription, NULL, client->header);
  hs_raw_reply_assert (again, 404, 39);
}

static void
test_expiry (Fixture *f, gconstpointer arguments)
{
  g_autoptr (HsRawClient) client = hs_raw_client_subscribe (
      f->gateway, "ana@lab.example",
      "{\"subscribeRequest\":{\"expires\":8,\"service\":[\"call\"]}}", NULL);
  g_autoptr (JsonObject) gone = NULL;
  g_autoptr (HsRawReply) late = NULL;

  hs_raw_client_connect (client);
  gone = hs_raw_client_expect (client, "gone");
  hs_raw_client_wait_closed (client);
  late =
      hs_raw_gateway_request (f->gateway, "PUT", client->subscription, SUBSCRIBE, client->header);
  hs_raw_reply_assert (late, 404, 39);
}

static void
test_too_many_sessions (Fixture *f, gconstpointer arguments)
{
  g_autoptr (HsRawClient) oldest = hs_raw_client_new (f->gateway, "ana@lab.example");
  g_autoptr (HsRawClient) other = hs_raw_client_new (f->gateway, "ana@lab.example");
  g_autoptr (HsRawClient) forced = NULL;
  g_autoptr (JsonObject) gone = NULL;

  assert_post (f, SUBSCRIBE, 403, 19);
  forced = hs_raw_client_subscribe (
      f->gateway, "ana@lab.example",
      "{\"subscribeRequest\":{\"service\":[\"call\"],\"forceLogOut\":\"true\"}}", NULL);
  g_assert_nonnull (forced->subscription);
  gone = hs_raw_client_expect (oldest, "gone");
  hs_raw_client_expect_nothing (other);
}

static void
test_same_device_again (Fixture *f, gconstpointer arguments)
{
  const char *wish = "{\"subscribeRequest\":{\"service\":[\"call\"],\"clientCorrelator\":\"d\"}}";
  g_autoptr (HsRawClient) first =
      hs_raw_client_subscribe (f->gateway, "ana@lab.example", wish, NULL);
  g_autoptr (HsRawClient) second = NULL;
  g_autoptr (JsonObject) overridden = NULL;

  hs_raw_client_connect (first);
  second = hs_raw_client_subscribe (f->gateway, "ana@lab.example", wish, NULL);
  overridden = hs_raw_client_expect (first, "websocketOverridden");
  hs_raw_client_wait_closed (first);
  g_assert_cmpstr (first->channel, !=, second->channel);
}

/* Websockets */

static void
test_socket_admission (Fixture *f, gconstpointer arguments)
{
  g_autoptr (HsRawClient) client = hs_raw_client_new (f->gateway, "ana@lab.example");
  g_autofree char *channel = g_strdup (client->channel);

  g_assert_true (hs_raw_client_try_connect (client, "?"));
  g_assert_true (hs_raw_client_try_connect (client, "?access_token=t-1"));
  g_assert_true (hs_raw_client_try_connect (client, "?token=t-1"));
  g_assert_false (hs_raw_client_try_connect (client, "?access_token=wrong"));
  g_free (client->channel);
  client->channel = g_strdup ("/notification/websocket/nobody");
  g_assert_false (hs_raw_client_try_connect (client, ""));
}

static void
test_ping_has_no_answer (Fixture *f, gconstpointer arguments)
{
  g_autoptr (HsRawClient) client = hs_raw_client_new (f->gateway, "ana@lab.example");

  soup_websocket_connection_send_text (client->socket, "{\"message_type\":\"ping\"}");
  soup_websocket_connection_send_text (client->socket, "nonsense {");
  hs_raw_client_expect_nothing (client);
}

static void
test_second_socket_replaces_first (Fixture *f, gconstpointer arguments)
{
  g_autoptr (HsRawClient) client = hs_raw_client_new (f->gateway, "ana@lab.example");
  g_autoptr (HsRawClient) second = g_new0 (HsRawClient, 1);
  g_autoptr (JsonObject) overridden = NULL;

  second->gateway = f->gateway;
  second->user = g_strdup (client->user);
  second->channel = g_strdup (client->channel);
  hs_raw_client_connect (second);
  overridden = hs_raw_client_expect (client, "websocketOverridden");
  hs_raw_client_wait_closed (client);
  hs_raw_client_expect_nothing (second);
}

static void
test_notifications_wait_for_a_socket (Fixture *f, gconstpointer arguments)
{
  g_autoptr (HsRawClient) client = hs_raw_client_new (f->gateway, "ana@lab.example");
  g_autoptr (JsonObject) kept = NULL;
  g_autofree char *id = NULL;

  soup_websocket_connection_close (client->socket, 1001, NULL);
  hs_raw_client_wait_closed (client);
  hs_raw_gateway_order (f->gateway, "/sandbox/notify",
                        "{\"user\":\"ana@lab.example\",\"message\":{\"eventType\":\"kept\"}}");
  hs_raw_client_connect (client);
  kept = hs_raw_client_expect (client, "kept");
  g_assert_nonnull (json_object_get_string_member (kept, "eventId"));
  hs_raw_client_expect_nothing (client);
}

#define ADD(path, arguments, test)                                                                 \
  g_test_add ("/sandbox/session/" path, Fixture, arguments, set_up, test, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("certificate-is-good-for-loopback", NULL, test_certificate_is_good_for_loopback);
  g_test_add_func ("/sandbox/session/certificate-is-kept", test_certificate_is_kept);
  g_test_add_func ("/sandbox/session/ends-with-its-parent", test_ends_with_its_parent);
  ADD ("preflight", "--plain", test_preflight);
  ADD ("unknown-path-is-json", "--plain", test_unknown_path_is_json);
  ADD ("bad-bodies", "--plain", test_bad_bodies);
  ADD ("every-kind-of-credential", "--plain", test_every_kind_of_credential);
  ADD ("refused-credentials", "--plain", test_refused_credentials);
  ADD ("partial-grant", "--plain", test_partial_grant);
  ADD ("turn-credentials", "--plain --turn", test_turn_credentials);
  ADD ("update-and-delete", NULL, test_update_and_delete);
  ADD ("expiry", NULL, test_expiry);
  ADD ("too-many-sessions", "--plain --max-sessions 2", test_too_many_sessions);
  ADD ("same-device-again", "--plain", test_same_device_again);
  ADD ("socket-admission", NULL, test_socket_admission);
  ADD ("ping-has-no-answer", "--plain", test_ping_has_no_answer);
  ADD ("second-socket-replaces-first", NULL, test_second_socket_replaces_first);
  ADD ("notifications-wait-for-a-socket", "--plain", test_notifications_wait_for_a_socket);
  return g_test_run ();
}
