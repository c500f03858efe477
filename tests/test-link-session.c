/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The event sequences of spec session 5.2, by their letters there, and how a session ends. */
#include "base/hs-error.h"
#include "base/hs-json.h"
#include "hs-session-probe.h"

#define NOTICE(type, id)                                                                           \
  "{\"notificationMessage\":{\"eventType\":\"" type "\",\"eventId\":\"" id "\"}}"

static void
answer_failure (HsSessionProbe *probe, const char *method, guint status, int code)
{
  g_autofree char *body = g_strdup_printf ("{\"subscribeResponse\":{\"statusCode\":%d}}", code);

  hs_fake_gateway_answer_json (probe->gateway, method, status, body);
}

static const char *
get_error_text (HsSessionProbe *probe)
{
  return hs_json_get_string (hs_json_get_object (probe->payload, "error"), "message");
}

static void
assert_json (JsonObject *object, const char *expected)
{
  g_autofree char *text = hs_json_object_to_text (object);

  g_assert_cmpstr (text, ==, expected);
}

static void
test_a_connect (void)
{
  g_autoptr (HsSessionProbe) probe = hs_session_probe_new (NULL);

  assert_json (hs_session_dup_connection (probe->session),
               "{\"isConnected\":false,\"isPending\":false,\"subscription\":{\"requested\":[],"
               "\"received\":[],\"status\":\"NONE\",\"missing\":[],\"services\":{}}}");
  hs_session_probe_connect (probe, HS_PROBE_CREDENTIALS, NULL);
  hs_session_probe_expect (probe, "A:c A:c S:c POST W open W up S:c A:c =ok");
  hs_session_probe_expect_silence (probe);
  assert_json (hs_session_dup_connection (probe->session),
               "{\"isConnected\":true,\"isPending\":false,\"subscription\":{\"requested\":"
               "[\"call\",\"IM\",\"Presence\"],\"received\":[\"call\",\"IM\",\"Presence\"],"
               "\"status\":\"FULL\",\"missing\":[],\"services\":{\"call\":true,\"IM\":true,"
               "\"Presence\":true}}}");
  assert_json (hs_session_dup_user_info (probe->session), "{\"username\":\"ida@lab.example\"}");
}

static void
test_a_configured_services (void)
{
  g_autoptr (HsSessionProbe) probe = hs_session_probe_new (NULL);

  hs_session_probe_configure (
      probe, "{\"authentication\":{\"subscription\":{\"service\":[{\"service\":\"call\"}],"
             "\"expires\":600}}}");
  hs_session_probe_connect (probe, HS_PROBE_CREDENTIALS,
                            "{\"forceLogOut\":true,\"clientCorrelator\":\"desk-7\"}");
  hs_session_probe_expect (probe, "A:c A:c S:c POST W open W up S:c A:c =ok");
  g_assert_cmpstr (hs_fake_gateway_get_request (probe->gateway, 0)->body, ==,
                   "{\"subscribeRequest\":{\"expires\":600,\"service\":[\"call\"],"
                   "\"localization\":\"English_US\",\"useTurn\":true,"
                   "\"notificationType\":\"WebSocket\",\"supported\":[\"RingingFeedback\"],"
                   "\"forceLogOut\":\"true\",\"clientCorrelator\":\"desk-7\"}}");
}

static void
test_b_subscribe (void)
{
  g_autoptr (HsSessionProbe) probe = hs_session_probe_new (NULL);
  const HsFakeRequest *request;

  hs_session_probe_begin (probe);
  hs_session_probe_expect_silence (probe);
  request = hs_fake_gateway_get_request (probe->gateway, 0);
  g_assert_cmpstr (request->path, ==, "/rest/version/1/user/ida@lab.example/subscription");
  g_assert_cmpstr (request->body, ==,
                   "{\"subscribeRequest\":{\"expires\":3600,\"service\":[\"call\",\"IM\"],"
                   "\"localization\":\"English_US\",\"useTurn\":true,"
                   "\"notificationType\":\"WebSocket\",\"supported\":[\"RingingFeedback\"],"
                   "\"forceLogOut\":\"false\"}}");
  g_assert_cmpstr (hs_fake_gateway_get_socket_path (probe->gateway), ==,
                   "/notification/websocket/9c-41");
  assert_json (hs_session_dup_subscriptions (probe->session),
               "{\"subscribed\":[\"call\",\"IM\"],\"available\":[\"call\",\"IM\",\"Presence\"],"
               "\"isPending\":false}");
}

static void
test_b_partial_grant (void)
{
  g_autoptr (HsSessionProbe) probe = hs_session_probe_new (NULL);
  g_autoptr (JsonObject) connection = NULL;

  hs_fake_gateway_answer_json (
      probe->gateway, "POST", 200,
      "{\"subscribeResponse\":{\"statusCode\":0,\"subscription\":\"/s/1\",\"subscriptionParams\":{"
      "\"expires\":3600,\"service\":[\"Call\"],\"notificationChannel\":\"/n/1\"}}}");
  hs_session_probe_begin (probe);
  connection = hs_session_dup_connection (probe->session);
  assert_json (json_object_ref (hs_json_get_object (connection, "subscription")),
               "{\"requested\":[\"call\",\"IM\"],\"received\":[\"Call\"],\"status\":\"PARTIAL\","
               "\"missing\":[\"IM\"],\"services\":{\"Call\":true,\"IM\":false}}");
}

static void
test_b_without_credentials (void)
{
  g_autoptr (HsSessionProbe) probe = hs_session_probe_new (NULL);

  hs_session_probe_subscribe (probe, "[\"call\"]", NULL);
  hs_session_probe_expect (probe, "S:c S:e(authentication:1) =authentication:1");
}

static void
test_c_bad_credentials (void)
{
  g_autoptr (HsSessionProbe) probe = hs_session_probe_new (NULL);
  g_autoptr (JsonObject) connection = NULL;

  hs_session_probe_connect (probe, "{\"username\":\"ida@lab.example\"}", NULL);
  hs_session_probe_expect (probe,
                           "A:c A:e(authentication:1) A:e(authentication:1) =authentication:1");
  connection = hs_session_dup_connection (probe->session);
  g_assert_false (hs_json_get_boolean (connection, "isPending", TRUE));
  g_assert_cmpstr (hs_json_get_string (hs_json_get_object (connection, "error"), "code"), ==,
                   "authentication:1");
}

static void
test_d_no_services (void)
{
  g_autoptr (HsSessionProbe) probe = hs_session_probe_new (NULL);

  hs_session_probe_configure (probe, "{\"authentication\":{\"subscription\":{\"service\":[]}}}");
  hs_session_probe_connect (probe, HS_PROBE_CREDENTIALS, NULL);
  hs_session_probe_expect (probe, "A:c A:c A:e(authentication:12) =authentication:12");
}

typedef struct {
  guint status;
  const char *type;
  const char *body;
  const char *told; /* part of the message */
} Refusal;

/* The rows of 2.5. */
static const Refusal refusals[] = {
  { 401, "application/json", "{\"subscribeResponse\":{\"statusCode\":4}}", "(HTTP 401). Code: 4." },
  { 403, "application/json", "{\"subscribeResponse\":{\"statusCode\":27}}", "Code: 27." },
  { 403, "application/json", "{\"statusCode\":4,\"reason\":\"no\"}", "Code: 4." },
  { 403, "text/html", "<html>no</html>", "HTTP 403: Forbidden" },
  { 404, "text/html", "<html>no</html>", "HTTP 404: Not Found" },
  { 404, "application/json", "{}", "HTTP 404: Not Found" },
  { 500, NULL, NULL, "HTTP 500: Internal Server Error" },
  { 500, "application/json", "{garbage", "HTTP 500: Internal Server Error" },
  { 500, "application/json", "{\"message\":\"out of order\"}", "out of order" },
  { 302, "text/plain", "elsewhere", "HTTP 302" },
  { 200, "application/json", "{garbage", "unreadable: not JSON" },
  { 200, "application/json", "", "unreadable" },
  { 200, "application/json", "[]", "no subscribeResponse" },
  { 200, "application/json", "{\"other\":1}", "no subscribeResponse" },
  { 204, NULL, NULL, "no subscribeResponse" },
  { 200, "application/json", "{\"subscribeResponse\":{\"statusCode\":37}}", "Code: 37." },
  { 200, "application/json", "{\"subscribeResponse\":{\"statusCode\":0}}",
    "subscriptionParams is" },
  { 200, "application/json", "{\"subscribeResponse\":{\"subscriptionParams\":{}}}",
    "subscription is missing" },
  { 200, "application/json",
    "{\"subscribeResponse\":{\"subscription\":\"http://evil.example/\",\"subscriptionParams\":{}}}",
    "subscription does not start" },
};

static void
test_e_connect_refused (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (refusals); i++) {
    g_autoptr (HsSessionProbe) probe = hs_session_probe_new (NULL);
    const Refusal *refusal = &refusals[i];

    g_test_message ("row %u", i);
    hs_fake_gateway_answer (probe->gateway, "POST", refusal->status, refusal->type, refusal->body,
                            NULL);
    hs_session_probe_connect (probe, HS_PROBE_CREDENTIALS, NULL);
    hs_session_probe_expect (probe, "A:c A:c S:c POST S:e(authentication:4) A:e(authentication:4) "
                                    "=authentication:4");
    g_assert_nonnull (strstr (get_error_text (probe), refusal->told));
    /* Who is signed in stays so. */
    g_assert_cmpstr (hs_session_get_user_name (probe->session), ==, "ida@lab.example");
  }
}

static void
test_f_subscribe_refused (void)
{
  g_autoptr (HsSessionProbe) probe = hs_session_probe_new (NULL);

  g_assert_true (hs_session_probe_sign_in (probe, HS_PROBE_CREDENTIALS, NULL));
  answer_failure (probe, "POST", 403, 19);
  hs_session_probe_subscribe (probe, "[\"call\"]", NULL);
  hs_session_probe_expect (probe, "A:c S:c POST S:e(authentication:4) =authentication:4");
}

static void
test_f_nothing_listens (void)
{
  g_autoptr (HsSessionProbe) probe = hs_session_probe_new (NULL);

  hs_fake_gateway_stop (probe->gateway);
  g_assert_true (hs_session_probe_sign_in (probe, HS_PROBE_CREDENTIALS, NULL));
  hs_session_probe_subscribe (probe, "[\"call\"]", NULL);
  hs_session_probe_expect (probe, "A:c S:c S:e(authentication:4) =authentication:4");
}

static void
test_f_unusable_grant_is_undone (void)
{
  g_autoptr (HsSessionProbe) probe = hs_session_probe_new (NULL);

  g_assert_true (hs_session_probe_sign_in (probe, HS_PROBE_CREDENTIALS, NULL));
  hs_fake_gateway_answer_json (probe->gateway, "POST", 200,
                               "{\"subscribeResponse\":{\"statusCode\":0,\"subscription\":\"/s/"
                               "subscription/1\",\"subscriptionParams\":{\"service\":[]}}}");
  hs_session_probe_subscribe (probe, "[\"call\"]", NULL);
  hs_session_probe_expect (probe, "A:c S:c POST S:e(authentication:4) =authentication:4 DELETE");
  g_assert_cmpstr (hs_fake_gateway_get_request (probe->gateway, -1)->path, ==, "/s/subscription/1");
}

static void
test_g_websocket_fails (void)
{
  g_autoptr (HsSessionProbe) probe = hs_session_probe_new (NULL);

  hs_session_probe_configure (probe,
                              "{\"connectivity\":{\"reconnectLimit\":2,\"reconnectDelay\":1000}}");
  hs_fake_gateway_refuse_sockets (probe->gateway, 2, FALSE);
  hs_session_probe_connect (probe, HS_PROBE_CREDENTIALS, NULL);
  hs_session_probe_expect (probe, "A:c A:c S:c POST W refused");
  hs_session_probe_expect_timer (probe, 1000);
  hs_fake_clock_advance (probe->clock, 1000);
  hs_session_probe_expect (probe, "refused DELETE S:e(subscription:1) A:e(subscription:1) "
                                  "=subscription:1");
  assert_json (hs_session_dup_subscriptions (probe->session),
               "{\"subscribed\":[],\"available\":[\"call\",\"IM\",\"Presence\"],"
               "\"isPending\":false}");
}

static void
test_g_websocket_not_configured (void)
{
  g_autoptr (HsSessionProbe) probe = hs_session_probe_new (NULL);

  hs_session_probe_configure (probe, "{\"subscription\":{\"websocket\":{\"server\":null}}}");
  g_assert_true (hs_session_probe_sign_in (probe, HS_PROBE_CREDENTIALS, NULL));
  hs_session_probe_subscribe (probe, "[\"call\"]", NULL);
  hs_session_probe_expect (probe, "A:c S:c S:e(subscription:1) =subscription:1");
  g_assert_nonnull (strstr (get_error_text (probe), "subscription.websocket.server is not set"));
}

static void
test_h_reconnect (void)
{
  g_autoptr (HsSessionProbe) probe = hs_session_probe_new (NULL);

  hs_session_probe_begin (probe);
  hs_fake_gateway_close_socket (probe->gateway, 1001);
  hs_session_probe_expect (probe, "W W open W up");
  hs_fake_gateway_close_socket (probe->gateway, 0);
  hs_session_probe_expect (probe, "W W open W up");
  hs_session_probe_expect_silence (probe);
}

static void
test_i_reconnect_fails (void)
{
  g_autoptr (HsSessionProbe) probe = hs_session_probe_new (NULL);

  hs_session_probe_configure (probe, "{\"connectivity\":{\"reconnectLimit\":1}}");
  hs_session_probe_begin (probe);
  hs_fake_gateway_refuse_sockets (probe->gateway, 1, FALSE);
  hs_fake_gateway_close_socket (probe->gateway, 1001);
  hs_session_probe_expect (probe, "W W refused A:c(LOST_CONNECTION) S:c(LOST_CONNECTION)");
  hs_session_probe_expect_silence (probe);
  g_assert_cmpuint (hs_fake_clock_count_timers (probe->clock), ==, 0);

  /* The credentials are still there. */
  hs_session_probe_subscribe (probe, "[\"call\"]", NULL);
  hs_session_probe_expect (probe, "S:c POST W open W up S:c =ok");
}

static void
test_i_no_reconnect (void)
{
  g_autoptr (HsSessionProbe) probe = hs_session_probe_new (NULL);

  hs_session_probe_configure (probe, "{\"connectivity\":{\"autoReconnect\":false}}");
  hs_session_probe_begin (probe);
  hs_fake_gateway_close_socket (probe->gateway, 1001);
  hs_session_probe_expect (probe, "W A:c(LOST_CONNECTION) S:c(LOST_CONNECTION)");
}

static void
test_i_closed_for_good (void)
{
  g_autoptr (HsSessionProbe) probe = hs_session_probe_new (NULL);

  hs_session_probe_begin (probe);
  hs_fake_gateway_close_socket (probe->gateway, 1000);
  hs_session_probe_expect (probe, "W A:c(LOST_CONNECTION) S:c(LOST_CONNECTION)");
}

static void
test_j_gone (void)
{
  g_autoptr (HsSessionProbe) probe = hs_session_probe_new (NULL);

  hs_session_probe_begin (probe);
  hs_fake_gateway_send (probe->gateway,
                        "{\"notificationMessage\":{\"eventType\":\"gone\",\"eventId\":\"1\","
                        "\"retryAfter\":30}}");
  hs_session_probe_expect (probe, "N(gone) A:c(GONE,forced) W S:c(GONE) closed");
  g_assert_cmpint (hs_json_get_int (probe->payload, "retryAfter", 0), ==, 30);
  hs_session_probe_expect_silence (probe);
  g_assert_cmpuint (hs_fake_gateway_count_requests (probe->gateway), ==, 1);
  g_assert_cmpstr (hs_session_get_user_name (probe->session), ==, "ida@lab.example");
}

static void
test_j_overridden (void)
{
  g_autoptr (HsSessionProbe) probe = hs_session_probe_new (NULL);

  hs_session_probe_begin (probe);
  hs_fake_gateway_send (probe->gateway, NOTICE ("websocketOverridden", "1"));
  hs_session_probe_expect (
      probe, "N(websocketOverridden) A:c(WS_OVERRIDDEN,forced) W S:c(WS_OVERRIDDEN) closed");
  g_assert_cmpuint (hs_fake_gateway_count_requests (probe->gateway), ==, 1);
}

static void
test_j_gone_during_put (void)
{
  g_autoptr (HsSessionProbe) probe = hs_session_probe_new (NULL);

  hs_session_probe_begin (probe);
  hs_fake_gateway_swallow (probe->gateway, "PUT");
  hs_session_probe_subscribe (probe, "[\"Presence\"]", NULL);
  hs_session_probe_expect (probe, "S:c PUT");
  hs_fake_gateway_send (probe->gateway, NOTICE ("gone", "1"));
  hs_session_probe_expect (probe, "N(gone) A:c(GONE,forced) W S:c(GONE) S:e(authentication:6) "
                                  "=authentication:6 closed");
}

static void
test_j_gone_during_extension (void)
{
  g_autoptr (HsSessionProbe) probe = hs_session_probe_new (NULL);

  hs_session_probe_begin (probe);
  hs_fake_gateway_swallow (probe->gateway, "PUT");
  hs_fake_clock_advance (probe->clock, 1800 * 1000);
  hs_session_probe_expect (probe, "PUT");
  hs_session_probe_unsubscribe (probe, "[\"IM\"]");
  hs_fake_gateway_send (probe->gateway, NOTICE ("gone", "1"));
  hs_session_probe_expect (probe, "S:c N(gone) A:c(GONE,forced) W S:c(GONE) S:e(authentication:3) "
                                  "=authentication:3 closed");
}

static void
test_k_disconnect (void)
{
  g_autoptr (HsSessionProbe) probe = hs_session_probe_new (NULL);

  hs_session_probe_begin (probe);
  hs_session_probe_disconnect (probe);
  hs_session_probe_expect (probe, "A:c S:c DELETE W S:c A:c =ok closed");
  g_assert_null (hs_session_get_user_name (probe->session));
  assert_json (hs_session_dup_user_info (probe->session), "{}");
  assert_json (hs_session_dup_socket_state (probe->session),
               "{\"connected\":false,\"pinging\":false}");
}

static void
test_k_nothing_to_disconnect (void)
{
  g_autoptr (HsSessionProbe) probe = hs_session_probe_new (NULL);

  hs_session_probe_disconnect (probe);
  hs_session_probe_expect (probe, "A:c S:c S:c A:c =ok");
}

/* Whatever the gateway says to a DELETE, the subscription is over. */
static void
test_l_delete_fails (void)
{
  static const guint statuses[] = { 500, 404, 204, 200, 0 };

  for (guint i = 0; i < G_N_ELEMENTS (statuses); i++) {
    g_autoptr (HsSessionProbe) probe = hs_session_probe_new (NULL);

    hs_session_probe_begin (probe);
    hs_fake_gateway_answer (probe->gateway, "DELETE", statuses[i], "text/plain", "?", NULL);
    hs_session_probe_disconnect (probe);
    hs_session_probe_expect (probe, "A:c S:c DELETE");
    if (statuses[i] == 0)
      hs_fake_clock_advance (probe->clock, 30000);
    hs_session_probe_expect (probe, "W S:c A:c =ok closed");
  }
}

static void
test_l_socket_closed_before_delete_is_answered (void)
{
  g_autoptr (HsSessionProbe) probe = hs_session_probe_new (NULL);

  hs_session_probe_begin (probe);
  hs_fake_gateway_swallow (probe->gateway, "DELETE");
  hs_session_probe_unsubscribe (probe, "[\"call\",\"IM\"]");
  hs_session_probe_expect (probe, "S:c DELETE");
  hs_fake_gateway_send (probe->gateway, NOTICE ("gone", "1"));
  hs_session_probe_expect (probe, "N(gone)");
  hs_fake_gateway_close_socket (probe->gateway, 1001);
  hs_session_probe_expect_silence (probe);
  hs_fake_clock_advance (probe->clock, 30000);
  hs_session_probe_expect (probe, "W S:c =ok");
}

static void
test_m_unsubscribe_all (void)
{
  g_autoptr (HsSessionProbe) probe = hs_session_probe_new (NULL);

  hs_session_probe_begin (probe);
  hs_session_probe_unsubscribe (probe, "[\"IM\",\"call\"]");
  hs_session_probe_expect (probe, "S:c DELETE W S:c =ok closed");
  g_assert_cmpstr (hs_fake_gateway_get_request (probe->gateway, -1)->path, ==,
                   "/rest/version/1/user/ida@lab.example/subscription/7f31");
  g_assert_cmpstr (hs_session_get_user_name (probe->session), ==, "ida@lab.example");
}

static void
test_n_add_and_remove (void)
{
  g_autoptr (HsSessionProbe) probe = hs_session_probe_new (NULL);

  hs_session_probe_begin (probe);
  hs_session_probe_subscribe (probe, "[\"Presence\",\"call\"]", NULL);
  hs_session_probe_expect (probe, "S:c PUT S:c =ok");
  g_assert_cmpstr (hs_fake_gateway_get_request (probe->gateway, -1)->body, ==,
                   "{\"subscribeRequest\":{\"expires\":3600,\"service\":[\"call\",\"IM\","
                   "\"Presence\"],\"localization\":\"English_US\",\"useTurn\":true,"
                   "\"notificationType\":\"WebSocket\"}}");
  hs_session_probe_unsubscribe (probe, "[\"IM\",\"nothing\"]");
  hs_session_probe_expect (probe, "S:c PUT S:c =ok");
  assert_json (hs_session_dup_subscriptions (probe->session),
               "{\"subscribed\":[\"call\",\"Presence\"],\"available\":[\"call\",\"IM\","
               "\"Presence\"],\"isPending\":false}");
}

static void
test_n_update_refused (void)
{
  static const Refusal rows[] = {
    { 403, "application/json", "{\"subscribeResponse\":{\"statusCode\":37}}", "Code: 37." },
    { 500, "text/html", "?", "HTTP 500" },
    { 200, "application/json", "{\"subscribeResponse\":{\"statusCode\":9}}", "Code: 9." },
    { 200, "application/json", "{\"subscribeResponse\":{\"statusCode\":0}}", "subscriptionParams" },
    { 204, NULL, NULL, "no subscribeResponse" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (HsSessionProbe) probe = hs_session_probe_new (NULL);

    hs_session_probe_begin (probe);
    hs_fake_gateway_answer (probe->gateway, "PUT", rows[i].status, rows[i].type, rows[i].body,
                            NULL);
    hs_session_probe_subscribe (probe, "[\"Presence\"]", NULL);
    hs_session_probe_expect (probe, "S:c PUT S:e(authentication:6) =authentication:6");
    g_assert_nonnull (strstr (get_error_text (probe), rows[i].told));
    assert_json (hs_session_dup_subscriptions (probe->session),
                 "{\"subscribed\":[\"call\",\"IM\"],\"available\":[\"call\",\"IM\",\"Presence\"],"
                 "\"isPending\":false}");
  }
}

static void
test_n_update_of_a_lost_subscription (void)
{
  g_autoptr (HsSessionProbe) probe = hs_session_probe_new (NULL);

  probe->hides_closes = TRUE;
  hs_session_probe_begin (probe);
  answer_failure (probe, "PUT", 404, 39);
  hs_session_probe_subscribe (probe, "[\"Presence\"]", NULL);
  hs_session_probe_subscribe (probe, "[\"call\"]", NULL);
  hs_session_probe_expect (probe, "S:c S:c PUT S:e(authentication:6) A:c(GONE,forced) W S:c(GONE) "
                                  "=authentication:6 POST W open W up S:c =ok");
}

static void
test_n_answer_to_put_may_be_short (void)
{
  g_autoptr (HsSessionProbe) probe = hs_session_probe_new (NULL);

  hs_session_probe_begin (probe);
  hs_fake_gateway_answer_json (probe->gateway, "PUT", 200,
                               "{\"subscribeResponse\":{\"statusCode\":2,\"subscriptionParams\":{"
                               "\"service\":[\"call\"]}}}");
  hs_session_probe_unsubscribe (probe, "[\"IM\"]");
  hs_session_probe_expect (probe, "S:c PUT S:c =ok");
  hs_session_probe_unsubscribe (probe, "[\"call\"]");
  hs_session_probe_expect (probe, "S:c DELETE W S:c =ok closed");
  g_assert_cmpstr (hs_fake_gateway_get_request (probe->gateway, -1)->path, ==,
                   "/rest/version/1/user/ida@lab.example/subscription/7f31");
}

static void
test_o_nothing_subscribed (void)
{
  g_autoptr (HsSessionProbe) probe = hs_session_probe_new (NULL);

  hs_session_probe_unsubscribe (probe, "[\"call\"]");
  hs_session_probe_expect (probe, "S:c S:e(authentication:3) =authentication:3");
  hs_session_probe_begin (probe);
  hs_session_probe_unsubscribe (probe, "[\"CALL\"]");
  hs_session_probe_expect (probe, "S:c S:e(authentication:3) =authentication:3");
}

static void
test_p_empty_list (void)
{
  g_autoptr (HsSessionProbe) probe = hs_session_probe_new (NULL);

  g_assert_true (hs_session_probe_sign_in (probe, HS_PROBE_CREDENTIALS, NULL));
  hs_session_probe_subscribe (probe, "[]", NULL);
  hs_session_probe_expect (probe, "A:c S:c S:e(authentication:12) =authentication:12");
  hs_session_probe_subscribe (probe, "[\"call\",7]", NULL);
  hs_session_probe_expect (probe, "S:c S:e(authentication:12) =authentication:12");
  g_assert_nonnull (strstr (get_error_text (probe), "services[1]"));
}

/* The delays of 2.8: half of it, and half of that again after each failure, never below 30 s. */
static void
test_q_extension (void)
{
  g_autoptr (HsSessionProbe) probe = hs_session_probe_new (NULL);
  static const guint delays_s[] = { 900, 450, 225, 112, 56, 30, 30 };

  /* Its pings would come between. */
  hs_session_probe_configure (probe, "{\"connectivity\":{\"checkConnectivity\":false}}");
  hs_session_probe_begin (probe);
  g_assert_cmpint (hs_fake_clock_get_next_ms (probe->clock), ==, 1800 * 1000);
  hs_fake_clock_advance (probe->clock, 1800 * 1000);
  hs_session_probe_expect (probe, "PUT resub(1,ok)");
  g_assert_cmpint (hs_fake_clock_get_next_ms (probe->clock), ==, 1800 * 1000);

  hs_fake_gateway_answer (probe->gateway, "PUT", 500, "text/html", "?", NULL);
  hs_fake_clock_advance (probe->clock, 1800 * 1000);
  hs_session_probe_expect (probe, "PUT resub(1,authentication:6)");
  for (guint i = 0; i < G_N_ELEMENTS (delays_s); i++) {
    g_autofree char *expected = g_strdup_printf ("PUT resub(%u,authentication:6)", i + 2);

    g_assert_cmpint (hs_fake_clock_get_next_ms (probe->clock) / 1000, ==, delays_s[i]);
    answer_failure (probe, "PUT", 500, 26);
    hs_fake_clock_advance (probe->clock, hs_fake_clock_get_next_ms (probe->clock));
    hs_session_probe_expect (probe, expected);
  }
  g_assert_cmpint (hs_json_get_int (hs_json_get_object (probe->payload, "error"), "attemptNum", 0),
                   ==, 8);
  hs_fake_clock_advance (probe->clock, hs_fake_clock_get_next_ms (probe->clock));
  hs_session_probe_expect (probe, "PUT resub(9,ok)");
  g_assert_cmpint (hs_fake_clock_get_next_ms (probe->clock), ==, 1800 * 1000);
}

static void
test_q_current_list_and_credentials (void)
{
  g_autoptr (HsSessionProbe) probe = hs_session_probe_new (NULL);
  const HsFakeRequest *request;

  hs_session_probe_begin (probe);
  hs_fake_clock_advance (probe->clock, 1000 * 1000);
  hs_session_probe_subscribe (probe, "[\"Presence\"]", NULL);
  hs_session_probe_expect (probe, "S:c PUT S:c =ok");
  g_assert_true (hs_session_probe_sign_in (
      probe, "{\"username\":\"ida@lab.example\",\"bearerAccessToken\":\"new\"}", NULL));
  /* The update has renewed the subscription, so its time counts from there. */
  hs_fake_clock_advance (probe->clock, 1000 * 1000);
  hs_session_probe_expect (probe, "A:c");
  hs_session_probe_expect_silence (probe);
  hs_fake_clock_advance (probe->clock, 800 * 1000);
  hs_session_probe_expect (probe, "PUT resub(1,ok)");
  request = hs_fake_gateway_get_request (probe->gateway, -1);
  g_assert_nonnull (strstr (request->body, "[\"call\",\"IM\",\"Presence\"]"));
  g_assert_cmpstr (soup_message_headers_get_one (request->headers, "Authorization"), ==,
                   "Bearer new");
}

static void
test_q_extension_of_a_lost_subscription (void)
{
  g_autoptr (HsSessionProbe) probe = hs_session_probe_new (NULL);

  hs_session_probe_begin (probe);
  answer_failure (probe, "PUT", 404, 39);
  hs_fake_clock_advance (probe->clock, 1800 * 1000);
  hs_session_probe_expect (probe, "PUT resub(1,39) A:c(GONE,forced) W S:c(GONE) closed");
  hs_session_probe_expect_silence (probe);
  g_assert_cmpuint (hs_fake_clock_count_timers (probe->clock), ==, 0);
}

static void
test_q_client_correlator (void)
{
  g_autoptr (HsSessionProbe) probe = hs_session_probe_new (NULL);

  hs_fake_gateway_add_params (probe->gateway, "\"clientCorrelator\":\"desk 7\"");
  hs_session_probe_begin (probe);
  hs_fake_clock_advance (probe->clock, 1800 * 1000);
  hs_session_probe_expect (probe, "PUT resub(1,ok)");
  g_assert_cmpstr (hs_fake_gateway_get_request (probe->gateway, -1)->path, ==,
                   "/rest/version/1/user/ida@lab.example/subscription/clientCorrelator/desk%207");
}

static void
test_q_missing_expiry (void)
{
  g_autoptr (HsSessionProbe) probe = hs_session_probe_new (NULL);

  hs_session_probe_configure (probe, "{\"connectivity\":{\"checkConnectivity\":false}}");
  hs_fake_gateway_answer_json (
      probe->gateway, "POST", 200,
      "{\"subscribeResponse\":{\"subscription\":\"/s/subscription/1\",\"subscriptionParams\":{"
      "\"expires\":\"3600\",\"service\":[\"call\"],\"notificationChannel\":\"/n/1\"}}}");
  hs_session_probe_begin (probe);
  g_assert_cmpint (hs_fake_clock_get_next_ms (probe->clock), ==, 30 * 1000);
}

static void
test_r_unsubscribe_during_post (void)
{
  g_autoptr (HsSessionProbe) probe = hs_session_probe_new (NULL);

  g_assert_true (hs_session_probe_sign_in (probe, HS_PROBE_CREDENTIALS, NULL));
  hs_session_probe_subscribe (probe, "[\"call\"]", NULL);
  hs_session_probe_unsubscribe (probe, "[\"call\"]");
  hs_session_probe_expect (probe, "A:c S:c S:c POST W open W up S:c =ok DELETE W S:c =ok closed");
}

static void
test_s_disconnect_during_connect (void)
{
  g_autoptr (HsSessionProbe) probe = hs_session_probe_new (NULL);

  hs_session_probe_connect (probe, HS_PROBE_CREDENTIALS, NULL);
  hs_session_probe_disconnect (probe);
  hs_session_probe_expect (probe, "A:c A:c S:c A:c S:c POST W open W up S:c A:c =ok "
                                  "DELETE W S:c A:c =ok closed");
}

/* A websocket that does not open must not hold up who wants to leave. */
static void
test_s_disconnect_between_attempts (void)
{
  g_autoptr (HsSessionProbe) probe = hs_session_probe_new (NULL);

  hs_session_probe_configure (probe, "{\"connectivity\":{\"reconnectDelay\":1000}}");
  hs_fake_gateway_refuse_sockets (probe->gateway, 1, FALSE);
  hs_session_probe_connect (probe, HS_PROBE_CREDENTIALS, NULL);
  hs_session_probe_expect (probe, "A:c A:c S:c POST W refused");
  hs_session_probe_expect_timer (probe, 1000);
  hs_session_probe_disconnect (probe);
  hs_session_probe_expect (probe, "A:c S:c DELETE S:e(subscription:1) A:e(subscription:1) "
                                  "=subscription:1 S:c A:c =ok");
}

static void
test_t_never_answered (void)
{
  g_autoptr (HsSessionProbe) probe = hs_session_probe_new (NULL);

  hs_fake_gateway_swallow (probe->gateway, "POST");
  hs_session_probe_connect (probe, HS_PROBE_CREDENTIALS, NULL);
  hs_session_probe_expect (probe, "A:c A:c S:c POST");
  hs_fake_clock_advance (probe->clock, 29999);
  hs_session_probe_expect_silence (probe);
  hs_fake_clock_advance (probe->clock, 1);
  hs_session_probe_expect (probe, "S:e(authentication:4) A:e(authentication:4) =authentication:4");
  g_assert_nonnull (strstr (get_error_text (probe), "in time"));
}

#define ADD(name, function) g_test_add_func ("/link/session/" name, function)

int
main (int argc, char **argv)
{
  g_autoptr (GString) log = g_string_new (NULL);

  g_test_init (&argc, &argv, NULL);
  hs_session_probe_catch_log (log);
  ADD ("a-connect", test_a_connect);
  ADD ("a-configured-services", test_a_configured_services);
  ADD ("b-subscribe", test_b_subscribe);
  ADD ("b-partial-grant", test_b_partial_grant);
  ADD ("b-without-credentials", test_b_without_credentials);
  ADD ("c-bad-credentials", test_c_bad_credentials);
  ADD ("d-no-services", test_d_no_services);
  ADD ("e-connect-refused", test_e_connect_refused);
  ADD ("f-subscribe-refused", test_f_subscribe_refused);
  ADD ("f-nothing-listens", test_f_nothing_listens);
  ADD ("f-unusable-grant-is-undone", test_f_unusable_grant_is_undone);
  ADD ("g-websocket-fails", test_g_websocket_fails);
  ADD ("g-websocket-not-configured", test_g_websocket_not_configured);
  ADD ("h-reconnect", test_h_reconnect);
  ADD ("i-reconnect-fails", test_i_reconnect_fails);
  ADD ("i-no-reconnect", test_i_no_reconnect);
  ADD ("i-closed-for-good", test_i_closed_for_good);
  ADD ("j-gone", test_j_gone);
  ADD ("j-overridden", test_j_overridden);
  ADD ("j-gone-during-put", test_j_gone_during_put);
  ADD ("j-gone-during-extension", test_j_gone_during_extension);
  ADD ("k-disconnect", test_k_disconnect);
  ADD ("k-nothing-to-disconnect", test_k_nothing_to_disconnect);
  ADD ("l-delete-fails", test_l_delete_fails);
  ADD ("l-socket-closed-first", test_l_socket_closed_before_delete_is_answered);
  ADD ("m-unsubscribe-all", test_m_unsubscribe_all);
  ADD ("n-add-and-remove", test_n_add_and_remove);
  ADD ("n-update-refused", test_n_update_refused);
  ADD ("n-update-of-a-lost-subscription", test_n_update_of_a_lost_subscription);
  ADD ("n-short-answer", test_n_answer_to_put_may_be_short);
  ADD ("o-nothing-subscribed", test_o_nothing_subscribed);
  ADD ("p-empty-list", test_p_empty_list);
  ADD ("q-extension", test_q_extension);
  ADD ("q-current-list-and-credentials", test_q_current_list_and_credentials);
  ADD ("q-extension-of-a-lost-subscription", test_q_extension_of_a_lost_subscription);
  ADD ("q-client-correlator", test_q_client_correlator);
  ADD ("q-missing-expiry", test_q_missing_expiry);
  ADD ("r-unsubscribe-during-post", test_r_unsubscribe_during_post);
  ADD ("s-disconnect-during-connect", test_s_disconnect_during_connect);
  ADD ("s-disconnect-between-attempts", test_s_disconnect_between_attempts);
  ADD ("t-never-answered", test_t_never_answered);
  return g_test_run ();
}
