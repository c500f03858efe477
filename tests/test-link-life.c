/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Closing in every state, what credentials live through, overload, and what a log may hold. */
#include "base/hs-error.h"
#include "base/hs-json.h"
#include "hs-session-probe.h"

static void
on_closed (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_assert_true (g_task_propagate_boolean (G_TASK (result), NULL));
  *(gboolean *) user_data = TRUE;
}

static GTask *
create_waiter (gboolean *done)
{
  *done = FALSE;
  return g_task_new (NULL, NULL, on_closed, done);
}

static gboolean
is_set (gpointer user_data)
{
  return *(gboolean *) user_data;
}

static void
expect_closed (HsSessionProbe *probe, const char *expected)
{
  gboolean done;

  probe->hides_closes = TRUE;
  hs_session_close (probe->session, create_waiter (&done));
  hs_session_probe_turn (is_set, &done);
  hs_session_probe_expect (probe, expected);
  g_assert_null (hs_session_get_user_name (probe->session));
}

static void
test_close_unused (void)
{
  g_autoptr (HsSessionProbe) probe = hs_session_probe_new (NULL);

  expect_closed (probe, "");
  expect_closed (probe, "");
}

static void
test_close_subscribed (void)
{
  g_autoptr (HsSessionProbe) probe = hs_session_probe_new (NULL);

  hs_session_probe_begin (probe);
  expect_closed (probe, "DELETE");
  g_assert_cmpuint (hs_fake_clock_count_timers (probe->clock), ==, 0);
}

static void
test_close_while_nothing_answers (void)
{
  g_autoptr (HsSessionProbe) probe = hs_session_probe_new (NULL);
  gboolean first, second;

  hs_session_probe_begin (probe);
  probe->hides_closes = TRUE;
  hs_fake_gateway_swallow (probe->gateway, "DELETE");
  hs_session_close (probe->session, create_waiter (&first));
  hs_session_close (probe->session, create_waiter (&second));
  hs_session_probe_expect (probe, "DELETE");
  hs_fake_clock_advance (probe->clock, 1999);
  hs_session_probe_expect_silence (probe);
  g_assert_false (first);
  hs_fake_clock_advance (probe->clock, 1);
  hs_session_probe_turn (is_set, &first);
  hs_session_probe_turn (is_set, &second);
}

/* A POST that is on its way may yet be answered, and is then undone. */
static void
test_close_while_posting (void)
{
  g_autoptr (HsSessionProbe) probe = hs_session_probe_new (NULL);

  g_assert_true (hs_session_probe_sign_in (probe, HS_PROBE_CREDENTIALS, NULL));
  hs_session_probe_subscribe (probe, "[\"call\"]", NULL);
  hs_session_probe_subscribe (probe, "[\"IM\"]", NULL);
  hs_session_probe_expect (probe, "A:c S:c S:c");
  expect_closed (probe, "=handset:6 =handset:6 POST DELETE");
}

static void
test_close_while_post_is_not_answered (void)
{
  g_autoptr (HsSessionProbe) probe = hs_session_probe_new (NULL);
  gboolean done;

  g_assert_true (hs_session_probe_sign_in (probe, HS_PROBE_CREDENTIALS, NULL));
  hs_fake_gateway_swallow (probe->gateway, "POST");
  hs_session_probe_subscribe (probe, "[\"call\"]", NULL);
  hs_session_probe_expect (probe, "A:c S:c POST");
  hs_session_close (probe->session, create_waiter (&done));
  hs_fake_clock_advance (probe->clock, 2000);
  hs_session_probe_turn (is_set, &done);
  hs_session_probe_expect (probe, "=handset:6");
}

static void
test_close_while_opening (void)
{
  g_autoptr (HsSessionProbe) probe = hs_session_probe_new (NULL);

  g_assert_true (hs_session_probe_sign_in (probe, HS_PROBE_CREDENTIALS, NULL));
  hs_fake_gateway_refuse_sockets (probe->gateway, 1, TRUE);
  hs_session_probe_subscribe (probe, "[\"call\"]", NULL);
  hs_session_probe_expect (probe, "A:c S:c POST W refused");
  expect_closed (probe, "=handset:6 DELETE");
}

static void
test_close_while_reconnecting (void)
{
  g_autoptr (HsSessionProbe) probe = hs_session_probe_new (NULL);

  hs_session_probe_configure (probe, "{\"connectivity\":{\"reconnectDelay\":1000}}");
  hs_session_probe_begin (probe);
  hs_fake_gateway_refuse_sockets (probe->gateway, 1, FALSE);
  hs_fake_gateway_close_socket (probe->gateway, 1001);
  hs_session_probe_expect (probe, "W W refused");
  hs_session_probe_expect_timer (probe, 1000);
  expect_closed (probe, "DELETE");
}

static void
test_close_while_putting (void)
{
  g_autoptr (HsSessionProbe) probe = hs_session_probe_new (NULL);

  hs_session_probe_begin (probe);
  hs_fake_gateway_swallow (probe->gateway, "PUT");
  hs_session_probe_subscribe (probe, "[\"Presence\"]", NULL);
  hs_session_probe_expect (probe, "S:c PUT");
  expect_closed (probe, "=handset:6 DELETE");
}

static void
test_close_while_disconnecting (void)
{
  g_autoptr (HsSessionProbe) probe = hs_session_probe_new (NULL);

  hs_session_probe_begin (probe);
  hs_session_probe_disconnect (probe);
  hs_session_probe_expect (probe, "A:c S:c DELETE");
  expect_closed (probe, "=handset:6");
  g_assert_cmpuint (hs_fake_gateway_count_requests (probe->gateway), ==, 2);
}

static void
test_close_while_waiting_to_retry (void)
{
  g_autoptr (HsSessionProbe) probe = hs_session_probe_new (NULL);

  g_assert_true (hs_session_probe_sign_in (probe, HS_PROBE_CREDENTIALS, NULL));
  hs_fake_gateway_answer (probe->gateway, "POST", 503, NULL, NULL, "Retry-After: 5");
  hs_session_probe_subscribe (probe, "[\"call\"]", NULL);
  hs_session_probe_expect (probe, "A:c S:c POST");
  hs_session_probe_expect_timer (probe, 5000);
  expect_closed (probe, "=handset:6");
}

static void
test_closed_refuses_all (void)
{
  g_autoptr (HsSessionProbe) probe = hs_session_probe_new (NULL);
  g_autoptr (GError) error = NULL;

  expect_closed (probe, "");
  g_assert_false (hs_session_probe_sign_in (probe, HS_PROBE_CREDENTIALS, &error));
  g_assert_error (error, HS_ERROR, HS_ERROR_CLOSED);
  hs_session_probe_connect (probe, HS_PROBE_CREDENTIALS, NULL);
  hs_session_probe_subscribe (probe, "[\"call\"]", NULL);
  hs_session_probe_unsubscribe (probe, "[\"call\"]");
  hs_session_probe_disconnect (probe);
  hs_session_probe_expect (probe, "=handset:6 =handset:6 =handset:6 =handset:6");
}

/* A handler may do anything, closing included. */
static void
on_event_close (HsSession *session, const char *name, JsonObject *payload, const char *at)
{
  if (g_str_equal (name, at))
    hs_session_close (session, NULL);
}

static void
test_close_in_a_handler (void)
{
  static const char *const names[] = { "auth:change", "subscription:change", "ws:change" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++) {
    g_autoptr (HsSessionProbe) probe = hs_session_probe_new (NULL);

    g_signal_connect (probe->session, "event", G_CALLBACK (on_event_close), (gpointer) names[i]);
    probe->hides_closes = TRUE;
    hs_session_probe_connect (probe, HS_PROBE_CREDENTIALS, NULL);
    hs_session_probe_expect (probe, i == 0   ? "A:c =handset:6"
                                    : i == 1 ? "A:c A:c S:c =handset:6"
                                             : "A:c A:c S:c POST W =handset:6 DELETE");
  }
}

static void
on_event_subscribe (HsSession *session, const char *name, JsonObject *payload, gboolean *done)
{
  g_autoptr (JsonArray) services = NULL;

  if (*done || !g_str_equal (name, "subscription:error"))
    return;
  *done = TRUE;
  services = json_array_new ();
  json_array_add_string_element (services, "call");
  hs_session_subscribe (session, services, NULL, NULL);
}

static void
test_subscribe_in_a_handler (void)
{
  g_autoptr (HsSessionProbe) probe = hs_session_probe_new (NULL);
  gboolean done = FALSE;

  g_signal_connect (probe->session, "event", G_CALLBACK (on_event_subscribe), &done);
  hs_fake_gateway_answer (probe->gateway, "POST", 500, NULL, NULL, NULL);
  hs_session_probe_connect (probe, HS_PROBE_CREDENTIALS, NULL);
  /* The probe's own handler came first; what is asked for meanwhile comes after the rest. */
  hs_session_probe_expect (probe,
                           "A:c A:c S:c POST S:e(authentication:4) S:c A:e(authentication:4) "
                           "=authentication:4 POST W open W up S:c");
}

/* Credentials */

static void
test_other_user (void)
{
  g_autoptr (HsSessionProbe) probe = hs_session_probe_new (NULL);
  g_autoptr (GError) error = NULL;
  const char *other = "{\"username\":\"bo@lab.example\",\"password\":\"x\"}";

  hs_session_probe_begin (probe);
  g_assert_false (hs_session_probe_sign_in (probe, other, &error));
  g_assert_error (error, HS_AUTHENTICATION_ERROR, HS_AUTHENTICATION_ERROR_INVALID_CREDENTIALS);
  hs_session_probe_expect (probe, "A:e(authentication:1)");
  g_assert_cmpstr (hs_session_get_user_name (probe->session), ==, "ida@lab.example");
  hs_session_probe_disconnect (probe);
  hs_session_probe_expect (probe, "A:c S:c DELETE W S:c A:c =ok closed");
  hs_session_probe_connect (probe, other, NULL);
  hs_session_probe_expect (probe, "A:c A:c S:c POST W open W up S:c A:c =ok");
}

static void
test_connect_again_after_disconnect_at_once (void)
{
  g_autoptr (HsSessionProbe) probe = hs_session_probe_new (NULL);

  hs_session_probe_begin (probe);
  probe->hides_closes = TRUE;
  hs_session_probe_disconnect (probe);
  hs_session_probe_connect (probe, HS_PROBE_CREDENTIALS, NULL);
  hs_session_probe_expect (probe, "A:c S:c A:c A:c S:c DELETE W S:c A:c =ok "
                                  "POST W open W up S:c A:c =ok");
  g_assert_cmpstr (hs_session_get_user_name (probe->session), ==, "ida@lab.example");
}

static const char *
get_header (HsSessionProbe *probe, int index, const char *name)
{
  return soup_message_headers_get_one (hs_fake_gateway_get_request (probe->gateway, index)->headers,
                                       name);
}

#define HMAC "{\"username\":\"ida@lab.example\",\"hmacToken\":\"h-77\"}"

static void
test_session_id (void)
{
  g_autoptr (HsSessionProbe) probe = hs_session_probe_new (NULL);

  hs_fake_gateway_add_params (probe->gateway, "\"sessionId\":\"s-5501\"");
  g_assert_true (hs_session_probe_sign_in (probe, HMAC, NULL));
  hs_session_probe_subscribe (probe, "[\"call\"]", NULL);
  hs_session_probe_expect (probe, "A:c S:c POST W open W up S:c =ok");
  g_assert_cmpstr (get_header (probe, -1, "x-token"), ==, "h-77");
  g_assert_null (get_header (probe, -1, "x-session"));
  hs_fake_clock_advance (probe->clock, 1800000);
  hs_session_probe_expect (probe, "PUT resub(1,ok)");
  g_assert_cmpstr (get_header (probe, -1, "x-session"), ==, "s-5501");
  g_assert_null (get_header (probe, -1, "x-token"));
  hs_session_probe_unsubscribe (probe, "[\"call\"]");
  hs_session_probe_expect (probe, "S:c DELETE W S:c =ok closed");
  g_assert_cmpstr (get_header (probe, -1, "x-session"), ==, "s-5501");
  hs_session_probe_subscribe (probe, "[\"call\"]", NULL);
  hs_session_probe_expect (probe, "S:c POST W open W up S:c =ok");
  g_assert_cmpstr (get_header (probe, -1, "x-token"), ==, "h-77");
}

static void
test_token_without_session_id (void)
{
  g_autoptr (HsSessionProbe) probe = hs_session_probe_new (NULL);

  g_assert_true (hs_session_probe_sign_in (probe, HMAC, NULL));
  hs_session_probe_subscribe (probe, "[\"call\"]", NULL);
  hs_session_probe_expect (probe, "A:c S:c POST W open W up S:c =ok");
  hs_fake_clock_advance (probe->clock, 1800000);
  hs_session_probe_expect (probe, "PUT resub(1,ok)");
  g_assert_cmpstr (get_header (probe, -1, "x-token"), ==, "h-77");
}

static void
test_turn_credentials (void)
{
  g_autoptr (HsSessionProbe) probe = hs_session_probe_new (NULL);

  hs_fake_gateway_add_params (probe->gateway,
                              "\"turnCredentials\":{\"username\":\"t-1\",\"password\":\"p-88\"}");
  g_assert_true (hs_session_probe_sign_in (probe, HS_PROBE_CREDENTIALS, NULL));
  hs_session_probe_subscribe (probe, "[\"call\"]", NULL);
  hs_session_probe_expect (probe, "A:c S:c POST turn(t-1,p-88) W open W up S:c =ok");
  hs_fake_clock_advance (probe->clock, 1800000);
  hs_session_probe_expect (probe, "PUT resub(1,ok)");
  hs_fake_gateway_add_params (probe->gateway,
                              "\"turnCredentials\":{\"username\":\"t-2\",\"password\":\"p-99\"}");
  hs_fake_clock_advance (probe->clock, 1800000);
  hs_session_probe_expect (probe, "PUT turn(t-2,p-99) resub(1,ok)");
  hs_session_probe_unsubscribe (probe, "[\"call\"]");
  hs_session_probe_expect (probe, "S:c DELETE turn(-,-) W S:c =ok closed");
}

/* Overload */

static void
test_overload (void)
{
  g_autoptr (HsSessionProbe) probe = hs_session_probe_new (NULL);

  g_assert_true (hs_session_probe_sign_in (probe, HS_PROBE_CREDENTIALS, NULL));
  hs_fake_gateway_answer_json (probe->gateway, "POST", 503,
                               "{\"subscribeResponse\":{\"statusCode\":503,\"retryAfter\":1500}}");
  hs_fake_gateway_answer (probe->gateway, "POST", 503, "text/html", "busy", "Retry-After: 3");
  hs_session_probe_subscribe (probe, "[\"call\"]", NULL);
  hs_session_probe_expect (probe, "A:c S:c POST");
  hs_session_probe_expect_timer (probe, 1500);
  hs_fake_clock_advance (probe->clock, 1499);
  hs_session_probe_expect_silence (probe);
  hs_fake_clock_advance (probe->clock, 1);
  hs_session_probe_expect (probe, "POST");
  hs_session_probe_expect_timer (probe, 3000);
  hs_fake_clock_advance (probe->clock, 3000);
  hs_session_probe_expect (probe, "POST W open W up S:c =ok");
}

static void
test_overload_without_end (void)
{
  g_autoptr (HsSessionProbe) probe = hs_session_probe_new (NULL);

  g_assert_true (hs_session_probe_sign_in (probe, HS_PROBE_CREDENTIALS, NULL));
  hs_session_probe_subscribe (probe, "[\"call\"]", NULL);
  hs_session_probe_expect (probe, "A:c S:c");
  for (guint i = 0; i < 4; i++) {
    hs_fake_gateway_answer (probe->gateway, "POST", 503, NULL, NULL, "Retry-After: 1");
    hs_session_probe_expect (probe,
                             i < 3 ? "POST" : "POST S:e(authentication:4) =authentication:4");
    if (i < 3)
      hs_session_probe_expect_timer (probe, 1000);
    hs_fake_clock_advance (probe->clock, 1000);
  }
  hs_session_probe_expect_silence (probe);
}

static void
test_overload_for_too_long (void)
{
  static const char *const headers[] = { NULL, "Retry-After: 86400" };

  for (guint i = 0; i < G_N_ELEMENTS (headers); i++) {
    g_autoptr (HsSessionProbe) probe = hs_session_probe_new (NULL);

    g_assert_true (hs_session_probe_sign_in (probe, HS_PROBE_CREDENTIALS, NULL));
    hs_fake_gateway_answer (probe->gateway, "POST", 503, NULL, NULL, headers[i]);
    hs_session_probe_subscribe (probe, "[\"call\"]", NULL);
    hs_session_probe_expect (probe, "A:c S:c POST S:e(authentication:4) =authentication:4");
  }
}

static void
test_overload_and_disconnect (void)
{
  g_autoptr (HsSessionProbe) probe = hs_session_probe_new (NULL);

  hs_fake_gateway_answer (probe->gateway, "POST", 503, NULL, NULL, "Retry-After: 100");
  hs_session_probe_connect (probe, HS_PROBE_CREDENTIALS, NULL);
  hs_session_probe_expect (probe, "A:c A:c S:c POST");
  hs_session_probe_expect_timer (probe, 100000);
  hs_session_probe_disconnect (probe);
  hs_session_probe_expect (probe, "A:c S:c S:e(authentication:4) A:e(authentication:4) "
                                  "S:c A:c =authentication:4 =ok");
}

/* Whatever happens, nothing of this may be read in a log, debug entries included. */
static void
test_secrets_stay_out_of_the_log (gconstpointer data)
{
  static const char *const credentials[] = {
    "{\"username\":\"ida@lab.example\",\"password\":\"secret-1\"}",
    "{\"username\":\"ida@lab.example\",\"authname\":\"ida\",\"password\":\"secret-2\"}",
    "{\"username\":\"ida@lab.example\",\"bearerAccessToken\":\"secret-3\"}",
    "{\"username\":\"ida@lab.example\",\"hmacToken\":\"secret-4\"}",
  };
  const GString *log = data;

  for (guint i = 0; i < G_N_ELEMENTS (credentials); i++) {
    g_autoptr (HsSessionProbe) probe = hs_session_probe_new (NULL);

    probe->hides_closes = TRUE;
    hs_session_probe_configure (probe, "{\"connectivity\":{\"reconnectLimit\":1}}");
    hs_fake_gateway_add_params (
        probe->gateway, "\"sessionId\":\"secret-5\",\"turnCredentials\":{\"username\":\"t\","
                        "\"password\":\"secret-6\"}");
    g_assert_true (hs_session_probe_sign_in (probe, credentials[i], NULL));
    hs_session_probe_subscribe (probe, "[\"call\"]", NULL);
    hs_session_probe_expect (probe, "A:c S:c POST turn(t,secret-6) W open W up S:c =ok");
    hs_fake_gateway_send (probe->gateway, "secret-7");
    hs_fake_gateway_send (probe->gateway,
                          "{\"notificationMessage\":{\"eventType\":\"call\",\"eventId\":\"1\","
                          "\"sessionParams\":{\"sessionData\":\"l\",\"sdp\":\"secret-8\"}}}");
    hs_session_probe_expect (probe, "N(call)");
    hs_fake_clock_advance (probe->clock, 1800000);
    hs_session_probe_expect (probe, "PUT resub(1,ok)");
    hs_fake_gateway_refuse_sockets (probe->gateway, 1, FALSE);
    hs_fake_gateway_close_socket (probe->gateway, 1001);
    hs_session_probe_expect (probe, "W W refused turn(-,-) A:c(LOST_CONNECTION) "
                                    "S:c(LOST_CONNECTION)");
    hs_fake_gateway_answer (probe->gateway, "POST", 401, NULL, NULL, NULL);
    hs_session_probe_subscribe (probe, "[\"call\"]", NULL);
    hs_session_probe_expect (probe, "S:c POST S:e(authentication:4) =authentication:4");
  }
  g_assert_cmpuint (log->len, >, 0);
  g_assert_null (strstr (log->str, "secret"));
  g_assert_null (strstr (log->str, "aWRh"));  /* base64 of "ida" */
  g_assert_null (strstr (log->str, "9c-41")); /* the websocket's path */
}

#define ADD(name, function) g_test_add_func ("/link/life/" name, function)

int
main (int argc, char **argv)
{
  g_autoptr (GString) log = g_string_new (NULL);

  g_test_init (&argc, &argv, NULL);
  hs_session_probe_catch_log (log);
  ADD ("close-unused", test_close_unused);
  ADD ("close-subscribed", test_close_subscribed);
  ADD ("close-while-nothing-answers", test_close_while_nothing_answers);
  ADD ("close-while-posting", test_close_while_posting);
  ADD ("close-while-post-is-not-answered", test_close_while_post_is_not_answered);
  ADD ("close-while-opening", test_close_while_opening);
  ADD ("close-while-reconnecting", test_close_while_reconnecting);
  ADD ("close-while-putting", test_close_while_putting);
  ADD ("close-while-disconnecting", test_close_while_disconnecting);
  ADD ("close-while-waiting-to-retry", test_close_while_waiting_to_retry);
  ADD ("closed-refuses-all", test_closed_refuses_all);
  ADD ("close-in-a-handler", test_close_in_a_handler);
  ADD ("subscribe-in-a-handler", test_subscribe_in_a_handler);
  ADD ("other-user", test_other_user);
  ADD ("connect-again-at-once", test_connect_again_after_disconnect_at_once);
  ADD ("session-id", test_session_id);
  ADD ("token-without-session-id", test_token_without_session_id);
  ADD ("turn-credentials", test_turn_credentials);
  ADD ("overload", test_overload);
  ADD ("overload-without-end", test_overload_without_end);
  ADD ("overload-for-too-long", test_overload_for_too_long);
  ADD ("overload-and-disconnect", test_overload_and_disconnect);
  g_test_add_data_func ("/link/life/secrets-stay-out-of-the-log", log,
                        test_secrets_stay_out_of_the_log);
  return g_test_run ();
}
