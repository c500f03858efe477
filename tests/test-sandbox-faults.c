/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "hs-raw-client.h"

#include <string.h>

#define SUBSCRIBE "{\"subscribeRequest\":{\"expires\":3600,\"service\":[\"call\"]}}"
#define FAULTS    "/sandbox/faults"
#define AUDIT     "/callControl/callSessions/s00"

typedef struct {
  HsRawGateway *gateway;
  HsRawClient *ana;
} Fixture;

static void
set_up (Fixture *f, gconstpointer arguments)
{
  f->gateway = hs_raw_gateway_start (arguments);
  f->ana = hs_raw_client_new (f->gateway, "ana@lab.example");
}

static void
tear_down (Fixture *f, gconstpointer arguments)
{
  hs_raw_client_free (f->ana);
  hs_raw_gateway_stop (f->gateway);
}

static void
order (Fixture *f, const char *fault)
{
  hs_raw_gateway_order (f->gateway, FAULTS, fault);
}

/* An audit of a leg that is not there: 404 and 42 as long as nothing spoils it. */
static HsRawReply *
audit (Fixture *f)
{
  return hs_raw_client_put (f->ana, "s00", "audit", NULL);
}

static void
assert_sound (Fixture *f)
{
  g_autoptr (HsRawReply) reply = audit (f);

  hs_raw_reply_assert (reply, 404, 42);
}

static void
notify (Fixture *f, const char *type)
{
  g_autofree char *body = g_strdup_printf (
      "{\"user\":\"ana@lab.example\",\"message\":{\"eventType\":\"%s\",\"note\":\"n\"}}", type);

  hs_raw_gateway_order (f->gateway, "/sandbox/notify", body);
}

/* Requests */

static void
test_status_and_body (Fixture *f, gconstpointer arguments)
{
  g_autoptr (HsRawReply) reply = NULL;

  order (f, "{\"request\":{\"type\":\"audit\",\"status\":503,\"headers\":{\"Retry-After\":\"2\"},"
            "\"body\":{\"callControlResponse\":{\"statusCode\":503}}}}");
  reply = audit (f);
  hs_raw_reply_assert (reply, 503, 503);
  g_assert_cmpstr (soup_message_headers_get_one (reply->headers, "Retry-After"), ==, "2");
  assert_sound (f);
}

static void
test_code_in_a_good_answer (Fixture *f, gconstpointer arguments)
{
  g_autoptr (HsRawReply) reply = NULL;

  order (f, "{\"request\":{\"path\":\"/callSessions/\",\"statusCode\":37}}");
  reply = audit (f);
  hs_raw_reply_assert (reply, 200, 37);
  g_assert_true (json_object_has_member (reply->body, "callControlResponse"));
}

static void
test_what_matches (Fixture *f, gconstpointer arguments)
{
  g_autoptr (HsRawReply) first = NULL;
  g_autoptr (HsRawReply) second = NULL;
  g_autoptr (HsRawReply) third = NULL;

  order (f, "{\"request\":{\"type\":\"callStart\",\"status\":500}}");
  order (f, "{\"request\":{\"method\":\"GET\",\"path\":\"callSessions\",\"status\":500}}");
  order (f, "{\"request\":{\"user\":\"bo@lab.example\",\"type\":\"audit\",\"status\":500}}");
  assert_sound (f);
  order (f, "{\"request\":{\"method\":\"PUT\",\"user\":\"ana@LAB.example\",\"type\":\"audit\","
            "\"status\":401,\"skip\":1,\"times\":2}}");
  assert_sound (f);
  first = audit (f);
  second = audit (f);
  g_assert_cmpuint (first->status, ==, 401);
  g_assert_cmpuint (second->status, ==, 401);
  assert_sound (f);
  third = hs_raw_client_request (f->ana, "GET", AUDIT, NULL);
  g_assert_cmpuint (third->status, ==, 500);
}

static void
test_always_until_cleared (Fixture *f, gconstpointer arguments)
{
  g_autoptr (HsRawReply) cleared = NULL;

  order (f, "{\"request\":{\"type\":\"audit\",\"status\":500,\"times\":\"always\"}}");
  for (guint i = 0; i < 3; i++) {
    g_autoptr (HsRawReply) reply = audit (f);

    g_assert_cmpuint (reply->status, ==, 500);
    g_assert_cmpstr (reply->text, ==, "");
  }
  cleared = hs_raw_gateway_request (f->gateway, "DELETE", FAULTS, NULL, NULL);
  g_assert_cmpuint (cleared->status, ==, 200);
  assert_sound (f);
}

static void
test_garbage_html_and_empty (Fixture *f, gconstpointer arguments)
{
  g_autoptr (HsRawReply) garbage = NULL;
  g_autoptr (HsRawReply) html = NULL;
  g_autoptr (HsRawReply) empty = NULL;

  order (f, "{\"request\":{\"type\":\"audit\",\"answer\":\"garbage\"}}");
  order (f, "{\"request\":{\"type\":\"audit\",\"answer\":\"html\",\"status\":404}}");
  order (f, "{\"request\":{\"type\":\"audit\",\"answer\":\"empty\"}}");
  garbage = audit (f);
  html = audit (f);
  empty = audit (f);
  g_assert_cmpuint (garbage->status, ==, 200);
  g_assert_cmpstr (garbage->content_type, ==, "application/json");
  g_assert_null (garbage->body);
  g_assert_cmpuint (html->status, ==, 404);
  g_assert_cmpstr (html->content_type, ==, "text/html");
  g_assert_cmpuint (empty->status, ==, 200);
  g_assert_cmpstr (empty->text, ==, "");
}

static void
test_broken_connections (Fixture *f, gconstpointer arguments)
{
  g_autoptr (HsRawReply) closed = NULL;
  g_autoptr (HsRawReply) half = NULL;

  order (f, "{\"request\":{\"type\":\"audit\",\"answer\":\"close\",\"times\":\"always\"}}");
  closed = audit (f);
  g_assert_nonnull (closed->error);
  g_clear_pointer (&closed, hs_raw_reply_free);
  closed = hs_raw_gateway_request (f->gateway, "DELETE", FAULTS, NULL, NULL);
  order (f, "{\"request\":{\"type\":\"audit\",\"answer\":\"half\",\"carryOut\":true}}");
  half = audit (f);
  g_assert_nonnull (half->error);
  g_assert_cmpuint (half->status, ==, 404);
  assert_sound (f);
}

static void
test_never_answered (Fixture *f, gconstpointer arguments)
{
  g_autoptr (HsRawReply) reply = NULL;

  order (f, "{\"request\":{\"type\":\"read\",\"answer\":\"never\"}}");
  reply = hs_raw_gateway_begin (f->gateway, "GET", "/rest/version/1/user/ana@lab.example" AUDIT,
                                NULL, f->ana->header);
  assert_sound (f);
  notify (f, "other");
  json_object_unref (hs_raw_client_expect (f->ana, "other"));
  g_assert_false (reply->is_done);
  g_cancellable_cancel (reply->cancellable);
  hs_raw_reply_wait (reply);
  g_assert_error (reply->error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

static void
test_delay (Fixture *f, gconstpointer arguments)
{
  gint64 start = g_get_monotonic_time ();
  g_autoptr (HsRawReply) reply = NULL;

  order (f, "{\"request\":{\"type\":\"audit\",\"delayMs\":200}}");
  reply = audit (f);
  hs_raw_reply_assert (reply, 404, 42);
  g_assert_cmpint (g_get_monotonic_time () - start, >=, 200 * 1000);
}

/* The gateway has done its work, and the client does not know. */
static void
test_carried_out_but_lost (Fixture *f, gconstpointer arguments)
{
  g_autoptr (HsRawReply) reply = NULL;
  g_autoptr (JsonObject) state = NULL;
  JsonObject *user;

  order (f, "{\"request\":{\"type\":\"subscribe\",\"status\":500,\"carryOut\":true}}");
  reply = hs_raw_client_request (f->ana, "POST", "/subscription", SUBSCRIBE);
  g_assert_cmpuint (reply->status, ==, 500);
  state = hs_raw_gateway_get_state (f->gateway);
  user = json_array_get_object_element (json_object_get_array_member (state, "users"), 0);
  g_assert_cmpuint (json_array_get_length (json_object_get_array_member (user, "subscriptions")),
                    ==, 2);
}

static void
test_notification_overtakes_reply (Fixture *f, gconstpointer arguments)
{
  g_autoptr (HsRawReply) reply = NULL;

  order (f, "{\"request\":{\"type\":\"callStart\",\"delayMs\":60000,\"notifyFirst\":true}}");
  reply = hs_raw_gateway_begin (
      f->gateway, "POST", "/rest/version/1/user/ana@lab.example/callControl",
      "{\"callControlRequest\":{\"type\":\"callStart\",\"to\":\"nobody@x\",\"sdp\":\"v=0\"}}",
      f->ana->header);
  json_object_unref (hs_raw_client_expect (f->ana, "callEnd"));
  g_assert_false (reply->is_done);
  g_cancellable_cancel (reply->cancellable);
  hs_raw_reply_wait (reply);
}

static void
test_bad_orders (Fixture *f, gconstpointer arguments)
{
  static const char *const bad[] = {
    "nonsense",
    "{}",
    "{\"request\":{},\"gone\":{}}",
    "{\"request\":{\"statsu\":500}}",
    "{\"request\":{\"status\":\"500\"}}",
    "{\"request\":{\"status\":99}}",
    "{\"request\":{\"times\":0}}",
    "{\"request\":{\"answer\":\"maybe\"}}",
    "{\"request\":{\"headers\":{\"X\":\"a\\r\\nY: b\"}}}",
    "{\"notification\":{\"action\":\"eat\"}}",
    "{\"notification\":{\"action\":\"strip\"}}",
    "{\"sdpRewrite\":{\"pattern\":\"(\",\"replacement\":\"\"}}",
    "{\"sdpRewrite\":{\"pattern\":\"a\"}}",
    "{\"sdpRewrite\":{\"pattern\":\"a\",\"replacement\":\"\\\\g<\"}}",
    "{\"websocket\":{\"user\":\"ana@lab.example\",\"action\":\"bite\"}}",
    "{\"websocket\":{\"user\":\"ana@lab.example\",\"action\":\"drop\",\"code\":7}}",
    "{\"gone\":{}}",
  };

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++) {
    g_autoptr (HsRawReply) reply =
        hs_raw_gateway_request (f->gateway, "POST", FAULTS, bad[i], NULL);

    g_assert_cmpuint (reply->status, ==, 400);
    g_assert_nonnull (json_object_get_string_member (reply->body, "error"));
  }
}

/* Websockets */

static void
test_drop (Fixture *f, gconstpointer arguments)
{
  order (f, "{\"websocket\":{\"user\":\"ana@lab.example\",\"action\":\"drop\",\"code\":1000}}");
  hs_raw_client_wait_closed (f->ana);
  g_assert_cmpuint (f->ana->close_code, ==, 1000);
  hs_raw_client_connect (f->ana);
  order (f, "{\"websocket\":{\"user\":\"ana@lab.example\",\"action\":\"drop\",\"code\":1001}}");
  hs_raw_client_wait_closed (f->ana);
  g_assert_cmpuint (f->ana->close_code, ==, 1001);
  hs_raw_client_connect (f->ana);
  order (f, "{\"websocket\":{\"user\":\"ana@lab.example\",\"action\":\"drop\",\"code\":1006}}");
  hs_raw_client_wait_closed (f->ana);
  g_assert_cmpuint (f->ana->close_code, ==, 0);
  hs_raw_client_connect (f->ana);
  hs_raw_client_expect_nothing (f->ana);
}

static void
test_refuse (Fixture *f, gconstpointer arguments)
{
  order (f, "{\"websocket\":{\"user\":\"ana@lab.example\",\"action\":\"refuse\",\"times\":2}}");
  g_assert_false (hs_raw_client_try_connect (f->ana, ""));
  g_assert_false (hs_raw_client_try_connect (f->ana, ""));
  g_assert_true (hs_raw_client_try_connect (f->ana, ""));
}

static void
on_pong (SoupWebsocketConnection *socket, GBytes *bytes, gpointer user_data)
{
  *(guint *) user_data += 1;
}

static gboolean
on_time_up (gpointer user_data)
{
  *(gboolean *) user_data = TRUE;
  return G_SOURCE_REMOVE;
}

/* The client pings every second; without the stall there would be two pongs in the time that it
 * watches, and with it at most one that was on its way before. */
static void
test_stall (Fixture *f, gconstpointer arguments)
{
  gboolean is_time_up = FALSE;
  guint n_pongs = 0;

  g_signal_connect (f->ana->socket, "pong", G_CALLBACK (on_pong), &n_pongs);
  soup_websocket_connection_set_keepalive_interval (f->ana->socket, 1);
  HS_RAW_WAIT_UNTIL (n_pongs > 0);
  order (f, "{\"websocket\":{\"user\":\"ana@lab.example\",\"action\":\"stall\"}}");
  notify (f, "late");
  n_pongs = 0;
  g_timeout_add (2500, on_time_up, &is_time_up);
  HS_RAW_WAIT_UNTIL (is_time_up);
  g_assert_cmpuint (n_pongs, <=, 1);
  g_assert_true (g_queue_is_empty (&f->ana->frames));
  g_assert_false (f->ana->is_closed);

  order (f, "{\"websocket\":{\"user\":\"ana@lab.example\",\"action\":\"resume\"}}");
  json_object_unref (hs_raw_client_expect (f->ana, "late"));
  g_signal_handlers_disconnect_by_data (f->ana->socket, &n_pongs);
}

static void
test_stalled_socket_is_replaced (Fixture *f, gconstpointer arguments)
{
  order (f, "{\"websocket\":{\"user\":\"ana@lab.example\",\"action\":\"stall\"}}");
  notify (f, "late");
  hs_raw_client_connect (f->ana);
  json_object_unref (hs_raw_client_expect (f->ana, "late"));
}

/* Notifications */

static void
test_duplicate (Fixture *f, gconstpointer arguments)
{
  g_autofree char *first = NULL;
  g_autofree char *second = NULL;
  g_autofree char *other = NULL;
  g_autofree char *another = NULL;

  order (f, "{\"notification\":{\"type\":\"x\",\"action\":\"duplicate\"}}");
  notify (f, "x");
  first = hs_raw_client_expect_frame (f->ana);
  second = hs_raw_client_expect_frame (f->ana);
  g_assert_cmpstr (first, ==, second);
  order (f, "{\"notification\":{\"type\":\"x\",\"action\":\"duplicate\",\"newEventId\":true}}");
  notify (f, "x");
  other = hs_raw_client_expect_frame (f->ana);
  another = hs_raw_client_expect_frame (f->ana);
  g_assert_cmpstr (other, !=, another);
  hs_raw_client_expect_nothing (f->ana);
}

static void
test_drop_and_delay (Fixture *f, gconstpointer arguments)
{
  gint64 start;

  order (f, "{\"notification\":{\"user\":\"ana@lab.example\",\"action\":\"drop\"}}");
  notify (f, "x");
  hs_raw_client_expect_nothing (f->ana);
  order (f, "{\"notification\":{\"action\":\"delay\",\"delayMs\":200}}");
  start = g_get_monotonic_time ();
  notify (f, "x");
  notify (f, "y");
  json_object_unref (hs_raw_client_expect (f->ana, "x"));
  g_assert_cmpint (g_get_monotonic_time () - start, >=, 200 * 1000);
  json_object_unref (hs_raw_client_expect (f->ana, "y"));
}

static void
test_reorder (Fixture *f, gconstpointer arguments)
{
  order (f, "{\"notification\":{\"type\":\"x\",\"action\":\"reorder\",\"delayMs\":60000}}");
  notify (f, "x");
  notify (f, "y");
  json_object_unref (hs_raw_client_expect (f->ana, "y"));
  json_object_unref (hs_raw_client_expect (f->ana, "x"));
  order (f, "{\"notification\":{\"type\":\"x\",\"action\":\"reorder\",\"delayMs\":10}}");
  notify (f, "x");
  json_object_unref (hs_raw_client_expect (f->ana, "x"));
}

static void
test_compress (Fixture *f, gconstpointer arguments)
{
  g_autoptr (JsonObject) packed = NULL;
  g_autoptr (GConverter) converter =
      G_CONVERTER (g_zlib_decompressor_new (G_ZLIB_COMPRESSOR_FORMAT_ZLIB));
  g_autofree guchar *deflated = NULL;
  char sdp[64] = "";
  gsize length = 0, n_read = 0, n_written = 0;

  order (f, "{\"notification\":{\"action\":\"compress\",\"times\":2}}");
  notify (f, "x");
  json_object_unref (hs_raw_client_expect (f->ana, "x"));
  hs_raw_gateway_order (f->gateway, "/sandbox/notify",
                        "{\"user\":\"ana@lab.example\",\"message\":{\"eventType\":\"call\","
                        "\"sessionParams\":{\"sessionData\":\"s1\",\"sdp\":\"v=0 offer\"}}}");
  packed = hs_raw_client_expect (f->ana, "call");
  g_assert_cmpstr (hs_raw_get_text (packed, "sessionParams", "sdpFormat"), ==, "compressed");
  deflated = g_base64_decode (hs_raw_get_text (packed, "sessionParams", "sdp"), &length);
  g_assert_cmpint (g_converter_convert (converter, deflated, length, sdp, sizeof sdp - 1,
                                        G_CONVERTER_INPUT_AT_END, &n_read, &n_written, NULL),
                   ==, G_CONVERTER_FINISHED);
  g_assert_cmpstr (sdp, ==, "v=0 offer");
}

static void
test_garbage_and_strip (Fixture *f, gconstpointer arguments)
{
  g_autofree char *garbage = NULL;
  g_autofree char *empty = NULL;
  g_autofree char *bare = NULL;
  g_autofree char *raw = NULL;

  order (f, "{\"notification\":{\"action\":\"garbage\"}}");
  order (f, "{\"notification\":{\"action\":\"garbage\",\"frame\":\"{}\"}}");
  order (f, "{\"notification\":{\"action\":\"strip\",\"members\":[\"eventId\",\"note\"]}}");
  notify (f, "x");
  garbage = hs_raw_client_expect_frame (f->ana);
  g_assert_null (strstr (garbage, "notificationMessage"));
  json_object_unref (hs_raw_client_expect (f->ana, "x"));
  notify (f, "x");
  empty = hs_raw_client_expect_frame (f->ana);
  g_assert_cmpstr (empty, ==, "{}");
  json_object_unref (hs_raw_client_expect (f->ana, "x"));
  notify (f, "x");
  bare = hs_raw_client_expect_frame (f->ana);
  g_assert_null (strstr (bare, "eventId"));
  g_assert_null (strstr (bare, "note"));
  hs_raw_gateway_order (f->gateway, "/sandbox/notify",
                        "{\"user\":\"ana@lab.example\",\"frame\":\"}{\"}");
  raw = hs_raw_client_expect_frame (f->ana);
  g_assert_cmpstr (raw, ==, "}{");
}

/* The end of a subscription */

static void
test_gone (Fixture *f, gconstpointer arguments)
{
  g_autoptr (JsonObject) gone = NULL;
  g_autoptr (HsRawReply) late = NULL;

  order (f, "{\"gone\":{\"user\":\"ana@lab.example\",\"retryAfter\":5}}");
  gone = hs_raw_client_expect (f->ana, "gone");
  g_assert_cmpint (json_object_get_int_member (gone, "retryAfter"), ==, 5);
  hs_raw_client_wait_closed (f->ana);
  late =
      hs_raw_gateway_request (f->gateway, "PUT", f->ana->subscription, SUBSCRIBE, f->ana->header);
  hs_raw_reply_assert (late, 404, 39);
}

static void
test_expire (Fixture *f, gconstpointer arguments)
{
  g_autoptr (HsRawClient) bo = hs_raw_client_new (f->gateway, "bo@lab.example");

  order (f, "{\"expire\":{\"user\":\"ana@lab.example\",\"silent\":true}}");
  hs_raw_client_wait_closed (f->ana);
  g_assert_true (g_queue_is_empty (&f->ana->frames));
  g_assert_false (hs_raw_client_try_connect (f->ana, ""));
  order (f, "{\"expire\":{\"user\":\"bo@lab.example\"}}");
  json_object_unref (hs_raw_client_expect (bo, "gone"));
}

/* Session descriptions */

static void
test_sdp_rewrite (Fixture *f, gconstpointer arguments)
{
  g_autoptr (HsRawClient) bo = hs_raw_client_new (f->gateway, "bo@lab.example");
  g_autofree char *sid = NULL;
  g_autoptr (JsonObject) call = NULL;

  order (f, "{\"sdpRewrite\":{\"type\":\"callStart\",\"user\":\"ana@lab.example\","
            "\"pattern\":\"^(a=fingerprint:\\\\S+) .*$\",\"replacement\":\"\\\\1 00:11\"}}");
  sid = hs_raw_client_call (f->ana, "bo@lab.example",
                            "v=0\\r\\na=fingerprint:sha-256 AB:CD\\r\\na=mid:0\\r\\n");
  call = hs_raw_client_expect (bo, "call");
  g_assert_cmpstr (hs_raw_get_text (call, "sessionParams", "sdp"), ==,
                   "v=0\r\na=fingerprint:sha-256 00:11\r\na=mid:0\r\n");
}

#define ADD(path, arguments, test)                                                                 \
  g_test_add ("/sandbox/faults/" path, Fixture, arguments, set_up, test, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("status-and-body", "--plain", test_status_and_body);
  ADD ("code-in-a-good-answer", "--plain", test_code_in_a_good_answer);
  ADD ("what-matches", "--plain", test_what_matches);
  ADD ("always-until-cleared", "--plain", test_always_until_cleared);
  ADD ("garbage-html-and-empty", "--plain", test_garbage_html_and_empty);
  ADD ("broken-connections", NULL, test_broken_connections);
  ADD ("broken-plain-connections", "--plain", test_broken_connections);
  ADD ("never-answered", NULL, test_never_answered);
  ADD ("delay", NULL, test_delay);
  ADD ("carried-out-but-lost", "--plain", test_carried_out_but_lost);
  ADD ("notification-overtakes-reply", "--plain", test_notification_overtakes_reply);
  ADD ("bad-orders", "--plain", test_bad_orders);
  ADD ("drop", NULL, test_drop);
  ADD ("refuse", NULL, test_refuse);
  ADD ("stall", NULL, test_stall);
  ADD ("stalled-socket-is-replaced", "--plain", test_stalled_socket_is_replaced);
  ADD ("duplicate", "--plain", test_duplicate);
  ADD ("drop-and-delay", "--plain", test_drop_and_delay);
  ADD ("reorder", "--plain", test_reorder);
  ADD ("compress", "--plain", test_compress);
  ADD ("garbage-and-strip", "--plain", test_garbage_and_strip);
  ADD ("gone", NULL, test_gone);
  ADD ("expire", "--plain", test_expire);
  ADD ("sdp-rewrite", "--plain", test_sdp_rewrite);
  return g_test_run ();
}
