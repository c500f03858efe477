/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Spec session 3: address, keep-alive, loss and reconnect. */
#include "base/hs-json.h"
#include "hs-session-probe.h"

#define PING "{\"message_type\":\"ping\"}"

typedef struct {
  GPtrArray *frames;
  guint n;
} FrameCount;

static gboolean
has_frames (gpointer user_data)
{
  FrameCount *count = user_data;

  return count->frames->len >= count->n;
}

/* Waits for @n frames in all, the last of which is @frame. */
static void
expect_frames (HsSessionProbe *probe, guint n, const char *frame)
{
  FrameCount count = { hs_fake_gateway_get_frames (probe->gateway), n };

  hs_session_probe_turn (has_frames, &count);
  g_assert_cmpuint (count.frames->len, ==, n);
  g_assert_cmpstr (g_ptr_array_index (count.frames, n - 1), ==, frame);
}

static void
begin (HsSessionProbe *probe, const char *credentials)
{
  g_assert_true (hs_session_probe_sign_in (probe, credentials, NULL));
  hs_session_probe_subscribe (probe, "[\"call\"]", NULL);
  hs_session_probe_expect (probe, "A:c S:c POST W open W up S:c =ok");
}

#define BEARER "{\"username\":\"ida@lab.example\",\"bearerAccessToken\":\"a+b/c='!\"}"

static void
test_token (void)
{
  g_autoptr (HsSessionProbe) probe = hs_session_probe_new (NULL);

  begin (probe, BEARER);
  g_assert_cmpstr (hs_fake_gateway_get_socket_path (probe->gateway), ==,
                   "/notification/websocket/9c-41?access_token=a%2Bb%2Fc%3D%27%21");
  /* A new token is used for the next connection. */
  g_assert_true (hs_session_probe_sign_in (
      probe, "{\"username\":\"ida@lab.example\",\"bearerAccessToken\":\"new\"}", NULL));
  hs_fake_gateway_close_socket (probe->gateway, 1001);
  hs_session_probe_expect (probe, "A:c W W open W up");
  g_assert_cmpstr (hs_fake_gateway_get_socket_path (probe->gateway), ==,
                   "/notification/websocket/9c-41?access_token=new");
}

static void
test_no_token (void)
{
  g_autoptr (HsSessionProbe) probe = hs_session_probe_new (NULL);

  hs_session_probe_configure (probe, "{\"connectivity\":{\"webSocketOAuthMode\":\"none\"}}");
  begin (probe, BEARER);
  g_assert_cmpstr (hs_fake_gateway_get_socket_path (probe->gateway), ==,
                   "/notification/websocket/9c-41");
  hs_fake_gateway_close_socket (probe->gateway, 1001);
  hs_session_probe_expect (probe, "W W open W up");
  g_assert_cmpstr (hs_fake_gateway_get_socket_path (probe->gateway), ==,
                   "/notification/websocket/9c-41");
}

static void
test_keep_alive (void)
{
  g_autoptr (HsSessionProbe) probe = hs_session_probe_new (NULL);

  hs_session_probe_begin (probe);
  expect_frames (probe, 1, PING);
  hs_fake_clock_advance (probe->clock, 29999);
  hs_session_probe_expect_silence (probe);
  expect_frames (probe, 1, PING);
  hs_fake_clock_advance (probe->clock, 1);
  expect_frames (probe, 2, PING);

  /* The interval is read each time. */
  hs_session_probe_configure (probe, "{\"connectivity\":{\"pingInterval\":1000}}");
  hs_fake_clock_advance (probe->clock, 30000);
  hs_fake_clock_advance (probe->clock, 1000);
  expect_frames (probe, 4, PING);

  /* No answer is expected: the connection is as good as ever. */
  hs_fake_clock_advance (probe->clock, 20000);
  expect_frames (probe, 24, PING);
  hs_session_probe_expect_silence (probe);
}

static void
test_checking_off_and_on (void)
{
  g_autoptr (HsSessionProbe) probe = hs_session_probe_new (NULL);

  hs_session_probe_begin (probe);
  expect_frames (probe, 1, PING);
  hs_session_enable_connectivity_checking (probe->session, FALSE);
  hs_fake_clock_advance (probe->clock, 300000);
  hs_session_probe_expect_silence (probe);
  expect_frames (probe, 1, PING);
  hs_session_enable_connectivity_checking (probe->session, TRUE);
  expect_frames (probe, 2, PING);
  hs_fake_clock_advance (probe->clock, 30000);
  expect_frames (probe, 3, PING);
}

static void
test_checking_configured_off (void)
{
  g_autoptr (HsSessionProbe) probe = hs_session_probe_new (NULL);

  hs_session_probe_configure (probe, "{\"connectivity\":{\"checkConnectivity\":false}}");
  hs_session_probe_begin (probe);
  hs_fake_clock_advance (probe->clock, 300000);
  hs_session_probe_expect_silence (probe);
  g_assert_cmpuint (hs_fake_gateway_get_frames (probe->gateway)->len, ==, 0);
}

static void
test_ping_pong (void)
{
  g_autoptr (HsSessionProbe) probe = hs_session_probe_new (NULL);

  hs_session_probe_configure (probe, "{\"connectivity\":{\"method\":\"pingPong\"}}");
  probe->hides_closes = TRUE;
  hs_session_probe_begin (probe);
  expect_frames (probe, 1, "{\"connCheck\":{\"interval\":30}}");
  hs_fake_clock_advance (probe->clock, 60000);
  expect_frames (probe, 3, "{\"connCheck\":{\"interval\":30}}");
  hs_fake_gateway_send (probe->gateway, "{\"connAck\":{}}");
  hs_fake_gateway_send (probe->gateway,
                        "{\"notificationMessage\":{\"eventType\":\"x\",\"eventId\":\"1\"}}");
  hs_session_probe_expect (probe, "N(x)");
  hs_fake_clock_advance (probe->clock, 89999);
  hs_session_probe_expect_silence (probe);
  hs_fake_clock_advance (probe->clock, 1);
  hs_session_probe_expect (probe, "W W open W up");
}

static void
test_ping_pong_of_the_gateway (void)
{
  g_autoptr (HsSessionProbe) probe = hs_session_probe_new (NULL);

  hs_session_probe_configure (probe, "{\"connectivity\":{\"method\":{\"type\":\"pingPong\","
                                     "\"responsibleParty\":\"server\"},\"maxMissedPings\":2}}");
  probe->hides_closes = TRUE;
  hs_session_probe_begin (probe);
  hs_fake_clock_advance (probe->clock, 239999);
  hs_session_probe_expect_silence (probe);
  g_assert_cmpuint (hs_fake_gateway_get_frames (probe->gateway)->len, ==, 0);
  hs_fake_gateway_send (probe->gateway, "{\"connCheck\":{\"interval\":10}}");
  expect_frames (probe, 1, "{\"connAck\":{}}");
  hs_fake_clock_advance (probe->clock, 19999);
  hs_session_probe_expect_silence (probe);
  hs_fake_clock_advance (probe->clock, 1);
  hs_session_probe_expect (probe, "W W open W up");
}

static gboolean
is_silence_watched (gpointer user_data)
{
  /* Besides the extension and the next ping. */
  return hs_fake_clock_count_timers (((HsSessionProbe *) user_data)->clock) == 3;
}

/* The other side answers the protocol's own pings, and then no more: the clock goes on without a
 * turn of the main context, so nothing can arrive. */
static void
test_half_open (void)
{
  g_autoptr (HsSessionProbe) probe = hs_session_probe_new (NULL);

  hs_session_probe_configure (probe, "{\"connectivity\":{\"pingInterval\":1000}}");
  probe->hides_closes = TRUE;
  hs_session_probe_begin (probe);
  hs_session_probe_turn (is_silence_watched, probe);
  hs_fake_clock_advance (probe->clock, 2999);
  g_assert_cmpstr (probe->journal->str, ==, "");
  hs_fake_clock_advance (probe->clock, 1);
  g_assert_cmpstr (probe->journal->str, ==, "W W");
  hs_session_probe_expect (probe, "W W open W up");
}

static void
fail_attempts (HsSessionProbe *probe, GString *log, const guint *delays_s, guint n)
{
  g_string_truncate (log, 0);
  hs_fake_gateway_refuse_sockets (probe->gateway, G_MAXUINT, FALSE);
  hs_fake_gateway_close_socket (probe->gateway, 1001);
  hs_session_probe_expect (probe, "W W refused");
  for (guint i = 0; i < n; i++) {
    hs_session_probe_expect_log (log, "cannot be opened");
    hs_fake_clock_advance (probe->clock, delays_s[i] * 1000 - 1);
    hs_session_probe_expect_silence (probe);
    hs_fake_clock_advance (probe->clock, 1);
    if (i + 1 < n)
      hs_session_probe_expect (probe, "refused");
  }
}

static void
test_back_off (gconstpointer data)
{
  GString *log = (GString *) data;
  static const guint delays_s[] = { 5, 10, 20, 25 };
  g_autoptr (HsSessionProbe) probe = hs_session_probe_new (NULL);

  hs_session_probe_configure (probe, "{\"connectivity\":{\"reconnectTimeMultiplier\":2,"
                                     "\"reconnectTimeLimit\":25000}}");
  hs_session_probe_begin (probe);
  fail_attempts (probe, log, delays_s, G_N_ELEMENTS (delays_s));
  hs_session_probe_expect (probe, "refused A:c(LOST_CONNECTION) S:c(LOST_CONNECTION)");
}

static void
test_back_off_by_default (gconstpointer data)
{
  GString *log = (GString *) data;
  static const guint delays_s[] = { 5, 5, 5, 5 };
  g_autoptr (HsSessionProbe) probe = hs_session_probe_new (NULL);

  hs_session_probe_begin (probe);
  fail_attempts (probe, log, delays_s, G_N_ELEMENTS (delays_s));
  hs_session_probe_expect (probe, "refused A:c(LOST_CONNECTION) S:c(LOST_CONNECTION)");
}

static void
test_no_limit (gconstpointer data)
{
  GString *log = (GString *) data;
  static const guint delays_s[] = { 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5 };
  g_autoptr (HsSessionProbe) probe = hs_session_probe_new (NULL);

  hs_session_probe_configure (probe, "{\"connectivity\":{\"reconnectLimit\":0}}");
  hs_session_probe_begin (probe);
  fail_attempts (probe, log, delays_s, G_N_ELEMENTS (delays_s));
  hs_session_probe_expect (probe, "refused");
  hs_fake_gateway_refuse_sockets (probe->gateway, 0, FALSE);
  hs_session_probe_expect_log (log, "cannot be opened");
  hs_fake_clock_advance (probe->clock, 5000);
  hs_session_probe_expect (probe, "open W up");
}

/* The count starts anew with each loss. */
static void
test_count_starts_anew (gconstpointer data)
{
  GString *log = (GString *) data;
  g_autoptr (HsSessionProbe) probe = hs_session_probe_new (NULL);

  hs_session_probe_configure (probe, "{\"connectivity\":{\"reconnectLimit\":2}}");
  hs_session_probe_begin (probe);
  for (guint i = 0; i < 3; i++) {
    hs_fake_gateway_refuse_sockets (probe->gateway, 1, FALSE);
    hs_fake_gateway_close_socket (probe->gateway, 1001);
    hs_session_probe_expect (probe, "W W refused");
    hs_session_probe_expect_log (log, "cannot be opened");
    hs_fake_clock_advance (probe->clock, 5000);
    hs_session_probe_expect (probe, "open W up");
  }
}

static void
test_handshake_never_answered (void)
{
  g_autoptr (HsSessionProbe) probe = hs_session_probe_new (NULL);

  hs_fake_gateway_refuse_sockets (probe->gateway, 1, TRUE);
  g_assert_true (hs_session_probe_sign_in (probe, HS_PROBE_CREDENTIALS, NULL));
  hs_session_probe_subscribe (probe, "[\"call\"]", NULL);
  hs_session_probe_expect (probe, "A:c S:c POST W refused");
  hs_fake_clock_advance (probe->clock, 5000);
  hs_session_probe_expect_silence (probe);
  hs_fake_clock_advance (probe->clock, 5000);
  hs_session_probe_expect (probe, "open W up S:c =ok");
}

/* Extension goes on while the websocket is down. */
static void
test_extension_during_reconnect (gconstpointer data)
{
  GString *log = (GString *) data;
  g_autoptr (HsSessionProbe) probe = hs_session_probe_new (NULL);

  hs_session_probe_configure (probe, "{\"connectivity\":{\"reconnectDelay\":3000000,"
                                     "\"reconnectTimeLimit\":3000000}}");
  hs_session_probe_begin (probe);
  hs_fake_gateway_refuse_sockets (probe->gateway, 1, FALSE);
  hs_fake_gateway_close_socket (probe->gateway, 1001);
  hs_session_probe_expect (probe, "W W refused");
  hs_session_probe_expect_log (log, "cannot be opened");
  hs_fake_clock_advance (probe->clock, 1800000);
  hs_session_probe_expect (probe, "PUT resub(1,ok)");
}

static void
test_too_large_a_frame (void)
{
  g_autoptr (HsSessionProbe) probe = hs_session_probe_new (NULL);
  g_autofree char *large = g_strnfill (1024 * 1024 + 1, ' ');

  probe->hides_closes = TRUE;
  hs_session_probe_begin (probe);
  hs_fake_gateway_send (probe->gateway, large);
  hs_session_probe_expect (probe, "W W open W up");
}

static void
assert_state (HsSessionProbe *probe, const char *expected)
{
  JsonObject *state = hs_session_dup_socket_state (probe->session);
  g_autofree char *text = hs_json_object_to_text (state);

  g_assert_cmpstr (text, ==, expected);
}

static void
test_state (void)
{
  g_autoptr (HsSessionProbe) probe = hs_session_probe_new (NULL);
  g_autofree char *expected = g_strdup_printf (
      "{\"connected\":true,\"pinging\":true,\"method\":{\"type\":\"keepAlive\","
      "\"responsibleParty\":\"client\"},\"platform\":\"link\",\"pingInterval\":30000,"
      "\"reconnectLimit\":5,\"reconnectDelay\":5000,\"maxMissedPings\":3,"
      "\"reconnectTimeLimit\":640000,\"reconnectTimeMultiplier\":1.0,\"autoReconnect\":true,"
      "\"webSocketOAuthMode\":\"query\",\"wsInfo\":{\"protocol\":\"ws\",\"server\":\"127.0.0.1\","
      "\"port\":%u,\"url\":\"/notification/websocket/…\",\"params\":{}},"
      "\"lastContact\":1700000001000}",
      hs_fake_gateway_get_port (probe->gateway));

  g_assert_null (hs_session_dup_socket_state (probe->session));
  begin (probe, BEARER);
  assert_state (probe, expected);
  hs_session_probe_unsubscribe (probe, "[\"call\"]");
  hs_session_probe_expect (probe, "S:c DELETE W S:c =ok closed");
  assert_state (probe, "{\"connected\":false,\"pinging\":false}");
}

#define ADD(name, function)     g_test_add_func ("/link/websocket/" name, function)
#define ADD_LOG(name, function) g_test_add_data_func ("/link/websocket/" name, log, function)

int
main (int argc, char **argv)
{
  g_autoptr (GString) log = g_string_new (NULL);

  g_test_init (&argc, &argv, NULL);
  hs_session_probe_catch_log (log);
  ADD ("token", test_token);
  ADD ("no-token", test_no_token);
  ADD ("keep-alive", test_keep_alive);
  ADD ("checking-off-and-on", test_checking_off_and_on);
  ADD ("checking-configured-off", test_checking_configured_off);
  ADD ("ping-pong", test_ping_pong);
  ADD ("ping-pong-of-the-gateway", test_ping_pong_of_the_gateway);
  ADD ("half-open", test_half_open);
  ADD_LOG ("back-off", test_back_off);
  ADD_LOG ("back-off-by-default", test_back_off_by_default);
  ADD_LOG ("no-limit", test_no_limit);
  ADD_LOG ("count-starts-anew", test_count_starts_anew);
  ADD ("handshake-never-answered", test_handshake_never_answered);
  ADD_LOG ("extension-during-reconnect", test_extension_during_reconnect);
  ADD ("too-large-a-frame", test_too_large_a_frame);
  ADD ("state", test_state);
  return g_test_run ();
}
