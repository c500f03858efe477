/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How a session begins or fails to: the event sequences of spec session 5.2, by their letters
 * there. How it ends is in test-link-session-end.c, what happens in between in
 * test-link-subscription.c. */
#include "base/hs-json.h"
#include "hs-session-probe.h"

static void
test_a_connect (void)
{
  g_autoptr (HsSessionProbe) probe = hs_session_probe_new (NULL);

  hs_session_probe_assert_json (
      hs_session_dup_connection (probe->session),
      "{\"isConnected\":false,\"isPending\":false,\"subscription\":{\"requested\":[],"
      "\"received\":[],\"status\":\"NONE\",\"missing\":[],\"services\":{}}}");
  hs_session_probe_connect (probe, HS_PROBE_CREDENTIALS, NULL);
  hs_session_probe_expect (probe, "A:c A:c S:c POST W open W up S:c A:c =ok");
  hs_session_probe_expect_silence (probe);
  hs_session_probe_assert_json (
      hs_session_dup_connection (probe->session),
      "{\"isConnected\":true,\"isPending\":false,\"subscription\":{\"requested\":"
      "[\"call\",\"IM\",\"Presence\"],\"received\":[\"call\",\"IM\",\"Presence\"],"
      "\"status\":\"FULL\",\"missing\":[],\"services\":{\"call\":true,\"IM\":true,"
      "\"Presence\":true}}}");
  hs_session_probe_assert_json (hs_session_dup_user_info (probe->session),
                                "{\"username\":\"ida@lab.example\"}");
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
  hs_session_probe_assert_json (
      hs_session_dup_subscriptions (probe->session),
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
  hs_session_probe_assert_json (
      json_object_ref (hs_json_get_object (connection, "subscription")),
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
    g_assert_nonnull (strstr (hs_session_probe_get_error_text (probe), refusal->told));
    /* Who is signed in stays so. */
    g_assert_cmpstr (hs_session_get_user_name (probe->session), ==, "ida@lab.example");
  }
}

static void
test_f_subscribe_refused (void)
{
  g_autoptr (HsSessionProbe) probe = hs_session_probe_new (NULL);

  g_assert_true (hs_session_probe_sign_in (probe, HS_PROBE_CREDENTIALS, NULL));
  hs_session_probe_answer_failure (probe, "POST", 403, 19);
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
  hs_session_probe_assert_json (hs_session_dup_subscriptions (probe->session),
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
  g_assert_nonnull (
      strstr (hs_session_probe_get_error_text (probe), "subscription.websocket.server is not set"));
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
  g_assert_nonnull (strstr (hs_session_probe_get_error_text (probe), "services[1]"));
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
  g_assert_nonnull (strstr (hs_session_probe_get_error_text (probe), "in time"));
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
  ADD ("p-empty-list", test_p_empty_list);
  ADD ("t-never-answered", test_t_never_answered);
  return g_test_run ();
}
