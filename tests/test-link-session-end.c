/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How a session ends, or is lost and comes back: spec session 5.2, by the letters there. */
#include "base/hs-json.h"
#include "hs-session-probe.h"

#define NOTICE(type, id)                                                                           \
  "{\"notificationMessage\":{\"eventType\":\"" type "\",\"eventId\":\"" id "\"}}"

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
  hs_session_probe_assert_json (hs_session_dup_user_info (probe->session), "{}");
  hs_session_probe_assert_json (hs_session_dup_socket_state (probe->session),
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

#define ADD(name, function) g_test_add_func ("/link/session/" name, function)

int
main (int argc, char **argv)
{
  g_autoptr (GString) log = g_string_new (NULL);

  g_test_init (&argc, &argv, NULL);
  hs_session_probe_catch_log (log);
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
  ADD ("r-unsubscribe-during-post", test_r_unsubscribe_during_post);
  ADD ("s-disconnect-during-connect", test_s_disconnect_during_connect);
  ADD ("s-disconnect-between-attempts", test_s_disconnect_between_attempts);
  return g_test_run ();
}
