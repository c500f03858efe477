/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A subscription is changed and extended: spec session 5.2, by the letters there. */
#include "base/hs-json.h"
#include "hs-session-probe.h"

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
  hs_session_probe_assert_json (
      hs_session_dup_subscriptions (probe->session),
      "{\"subscribed\":[\"call\",\"Presence\"],\"available\":[\"call\",\"IM\","
      "\"Presence\"],\"isPending\":false}");
}

static void
test_n_update_refused (void)
{
  static const struct {
    guint status;
    const char *type;
    const char *body;
    const char *told; /* part of the message */
  } rows[] = {
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
    g_assert_nonnull (strstr (hs_session_probe_get_error_text (probe), rows[i].told));
    hs_session_probe_assert_json (
        hs_session_dup_subscriptions (probe->session),
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
  hs_session_probe_answer_failure (probe, "PUT", 404, 39);
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
    hs_session_probe_answer_failure (probe, "PUT", 500, 26);
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
  hs_session_probe_answer_failure (probe, "PUT", 404, 39);
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

#define ADD(name, function) g_test_add_func ("/link/session/" name, function)

int
main (int argc, char **argv)
{
  g_autoptr (GString) log = g_string_new (NULL);

  g_test_init (&argc, &argv, NULL);
  hs_session_probe_catch_log (log);
  ADD ("n-add-and-remove", test_n_add_and_remove);
  ADD ("n-update-refused", test_n_update_refused);
  ADD ("n-update-of-a-lost-subscription", test_n_update_of_a_lost_subscription);
  ADD ("n-short-answer", test_n_answer_to_put_may_be_short);
  ADD ("o-nothing-subscribed", test_o_nothing_subscribed);
  ADD ("q-extension", test_q_extension);
  ADD ("q-current-list-and-credentials", test_q_current_list_and_credentials);
  ADD ("q-extension-of-a-lost-subscription", test_q_extension_of_a_lost_subscription);
  ADD ("q-client-correlator", test_q_client_correlator);
  ADD ("q-missing-expiry", test_q_missing_expiry);
  return g_test_run ();
}
