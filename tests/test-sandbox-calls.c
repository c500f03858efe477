/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "hs-raw-client.h"

/* As JSON texts; the gateway must not touch them. */
#define OFFER        "v=0\\r\\no=- 1 1 IN IP4 127.0.0.1\\r\\na=offer:\\\"x\\\" \\u00e4\\r\\n"
#define ANSWER       "v=0\\r\\no=- 2 1 IN IP4 127.0.0.1\\r\\na=answer\\r\\n"
#define HOLD         "v=0\\r\\no=- 1 2 IN IP4 127.0.0.1\\r\\na=inactive\\r\\n"
#define HOLD_OK      "v=0\\r\\no=- 2 2 IN IP4 127.0.0.1\\r\\na=inactive\\r\\n"
#define PLAIN_OFFER  "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\na=offer:\"x\" \303\244\r\n"
#define PLAIN_ANSWER "v=0\r\no=- 2 1 IN IP4 127.0.0.1\r\na=answer\r\n"
#define SDP(text)    "\"sdp\":\"" text "\""

typedef struct {
  HsRawGateway *gateway;
  HsRawClient *ana;
  HsRawClient *bo;
  char *caller; /* sids of a call from Ana to Bo */
  char *callee;
} Fixture;

static void
set_up (Fixture *f, gconstpointer arguments)
{
  f->gateway = hs_raw_gateway_start (arguments);
  f->ana = hs_raw_client_new (f->gateway, "ana@lab.example");
  f->bo = hs_raw_client_new (f->gateway, "bo@lab.example");
}

static void
tear_down (Fixture *f, gconstpointer arguments)
{
  g_free (f->caller);
  g_free (f->callee);
  hs_raw_client_free (f->ana);
  hs_raw_client_free (f->bo);
  hs_raw_gateway_stop (f->gateway);
}

static void
assert_put (HsRawClient *client,
            const char *sid,
            const char *type,
            const char *more,
            guint status,
            int code)
{
  g_autoptr (HsRawReply) reply = hs_raw_client_put (client, sid, type, more);

  hs_raw_reply_assert (reply, status, code);
}

static void
assert_leg (HsRawClient *client, const char *method, const char *sid, guint status, int code)
{
  g_autofree char *path = g_strdup_printf ("/callControl/callSessions/%s", sid);
  g_autoptr (HsRawReply) reply = hs_raw_client_request (client, method, path, NULL);

  hs_raw_reply_assert (reply, status, code);
}

static void
assert_state (HsRawClient *client, const char *sid, const char *state)
{
  g_autofree char *path = g_strdup_printf ("/callControl/callSessions/%s", sid);
  g_autoptr (HsRawReply) reply = hs_raw_client_request (client, "GET", path, NULL);

  hs_raw_reply_assert (reply, 200, 0);
  g_assert_cmpstr (hs_raw_get_text (reply->body, "callControlResponse", "state"), ==, state);
}

static void
assert_disposition (HsRawClient *client,
                    const char *sid,
                    const char *action,
                    const char *more,
                    guint status,
                    int code)
{
  g_autofree char *body =
      g_strdup_printf ("{\"callDispositionRequest\":{\"action\":\"%s\",\"sessionData\":\"%s\"%s}}",
                       action, sid, more);
  g_autoptr (HsRawReply) reply = hs_raw_client_request (client, "POST", "/calldisposition", body);

  hs_raw_reply_assert (reply, status, code);
}

static void
ring (Fixture *f)
{
  g_autofree char *rung = NULL;

  f->caller = hs_raw_client_call (f->ana, "bo@lab.example", OFFER);
  f->callee = hs_raw_client_expect_sid (f->bo, "call");
  assert_put (f->bo, f->callee, "ringing", NULL, 200, 0);
  rung = hs_raw_client_expect_sid (f->ana, "ringing");
  g_assert_cmpstr (rung, ==, f->caller);
}

static void
connect_both (Fixture *f)
{
  g_autoptr (JsonObject) answer = NULL;

  ring (f);
  assert_put (f->bo, f->callee, "callAnswer", SDP (ANSWER), 200, 0);
  answer = hs_raw_client_expect (f->ana, "respondCallUpdate");
  hs_raw_client_expect_end (f->bo, "callCancel", f->callee, 0);
}

/* The main path */

static void
test_ladder (Fixture *f, gconstpointer arguments)
{
  g_autoptr (HsRawReply) started = hs_raw_client_request (
      f->ana, "POST", "/callControl",
      "{\"callControlRequest\":{\"type\":\"callStart\",\"to\":\"sip:bo@LAB.example\"," SDP (
          OFFER) ",\"from\":\"Ana K<sip:ana@lab.example>\","
                 "\"customParameters\":[{\"name\":\"X-Q\",\"value\":\"1\"}]}}");
  const char *caller = hs_raw_get_text (started->body, "callControlResponse", "sessionData");
  g_autoptr (JsonObject) call = hs_raw_client_expect (f->bo, "call");
  const char *callee = hs_raw_get_text (call, "sessionParams", "sessionData");
  g_autoptr (JsonObject) ringing = NULL;
  g_autoptr (JsonObject) answered = NULL;
  JsonArray *parameters = json_object_get_array_member (call, "customParameters");

  hs_raw_reply_assert (started, 200, 0);
  g_assert_cmpstr (callee, !=, caller);
  g_assert_cmpstr (hs_raw_get_text (call, "sessionParams", "sdp"), ==, PLAIN_OFFER);
  g_assert_cmpstr (hs_raw_get_text (call, "callNotificationParams", "callerName"), ==, "Ana K");
  g_assert_cmpstr (hs_raw_get_text (call, "callNotificationParams", "callerDisplayNumber"), ==,
                   "ana@lab.example");
  g_assert_cmpstr (hs_raw_get_text (call, "callNotificationParams", "calleeDisplayNumber"), ==,
                   "bo@lab.example");
  g_assert_cmpstr (
      json_object_get_string_member (json_array_get_object_element (parameters, 0), "name"), ==,
      "X-Q");

  assert_state (f->ana, caller, "RINGING");
  assert_put (f->bo, callee, "ringing", NULL, 200, 0);
  assert_put (f->bo, callee, "ringing", NULL, 200, 0);
  ringing = hs_raw_client_expect (f->ana, "ringing");
  g_assert_cmpstr (hs_raw_get_text (ringing, "callNotificationParams", "remoteDisplayNumber"), ==,
                   "bo@lab.example");
  assert_put (f->bo, callee, "callAnswer", SDP (ANSWER), 200, 0);
  answered = hs_raw_client_expect (f->ana, "respondCallUpdate");
  g_assert_cmpstr (hs_raw_get_text (answered, "sessionParams", "sdp"), ==, PLAIN_ANSWER);
  g_assert_cmpstr (hs_raw_get_text (answered, "sessionParams", "sessionData"), ==, caller);
  assert_state (f->ana, caller, "ANSWERED");
  hs_raw_client_expect_end (f->bo, "callCancel", callee, 0);

  assert_leg (f->ana, "DELETE", caller, 200, 0);
  hs_raw_client_expect_end (f->bo, "callEnd", callee, 200);
  assert_leg (f->ana, "DELETE", caller, 200, 0);
  assert_leg (f->bo, "DELETE", callee, 200, 0);
  hs_raw_client_expect_nothing (f->ana);
  hs_raw_client_expect_nothing (f->bo);
}

static void
test_callee_hangs_up (Fixture *f, gconstpointer arguments)
{
  connect_both (f);
  assert_leg (f->bo, "DELETE", f->callee, 200, 0);
  hs_raw_client_expect_end (f->ana, "callEnd", f->caller, 200);
  hs_raw_client_expect_nothing (f->bo);
}

static void
test_reject (Fixture *f, gconstpointer arguments)
{
  ring (f);
  assert_disposition (f->bo, f->callee, "reject", "", 200, 0);
  hs_raw_client_expect_end (f->ana, "callEnd", f->caller, 603);
  hs_raw_client_expect_end (f->bo, "callCancel", f->callee, 0);
  assert_disposition (f->bo, f->callee, "reject", "", 404, 47);
  assert_put (f->bo, f->callee, "callAnswer", SDP (ANSWER), 404, 47);
}

static void
test_cancel (Fixture *f, gconstpointer arguments)
{
  ring (f);
  assert_leg (f->ana, "DELETE", f->caller, 200, 0);
  hs_raw_client_expect_end (f->bo, "callCancel", f->callee, 0);
  hs_raw_client_expect_nothing (f->ana);
  assert_put (f->bo, f->callee, "callAnswer", SDP (ANSWER), 404, 47);
}

static void
test_callee_hangs_up_unanswered (Fixture *f, gconstpointer arguments)
{
  ring (f);
  assert_leg (f->bo, "DELETE", f->callee, 200, 0);
  hs_raw_client_expect_end (f->ana, "callEnd", f->caller, 603);
}

/* Who cannot be reached */

static void
assert_unreachable (Fixture *f, const char *to, int sip_code)
{
  g_autofree char *sid = hs_raw_client_call (f->ana, to, OFFER);

  hs_raw_client_expect_end (f->ana, "callEnd", sid, sip_code);
  hs_raw_client_expect_nothing (f->ana);
}

static void
test_unreachable (Fixture *f, gconstpointer arguments)
{
  g_autoptr (HsRawReply) signed_out =
      hs_raw_gateway_request (f->gateway, "DELETE", f->bo->subscription, NULL, f->bo->header);

  hs_raw_reply_assert (signed_out, 200, 0);
  assert_unreachable (f, "bo@lab.example", 480);
  assert_unreachable (f, "nobody@lab.example", 404);
  assert_unreachable (f, "busy@sandbox.test", 486);
  assert_unreachable (f, "busy@lab.example", 486);
}

static void
test_no_answer (Fixture *f, gconstpointer arguments)
{
  g_autofree char *sid = hs_raw_client_call (f->ana, "noanswer@sandbox.test", OFFER);
  g_autofree char *rung = hs_raw_client_expect_sid (f->ana, "ringing");

  g_assert_cmpstr (rung, ==, sid);
  hs_raw_client_expect_end (f->ana, "callEnd", sid, 480);
}

static void
test_no_answer_by_a_user (Fixture *f, gconstpointer arguments)
{
  ring (f);
  hs_raw_client_expect_end (f->ana, "callEnd", f->caller, 480);
  hs_raw_client_expect_end (f->bo, "callCancel", f->callee, 0);
}

static void
test_bad_requests (Fixture *f, gconstpointer arguments)
{
  static const struct {
    const char *body;
    guint status;
    int code;
  } rows[] = {
    { "{\"callControlRequest\":{}}", 400, 1004 },
    { "{\"callControlRequest\":{\"type\":\"join\"}}", 400, 5 },
    { "{\"callControlRequest\":{\"type\":\"dance\"}}", 400, 1004 },
    { "{\"callControlRequest\":{\"type\":\"callStart\",\"to\":\"sip:bo@lab.example\"}}", 400, 5 },
    { "{\"callControlRequest\":{\"type\":\"callStart\",\"to\":7," SDP (OFFER) "}}", 400, 5 },
    { "{\"callControlRequest\":{\"type\":\"callStart\",\"to\":\"sip:@\"," SDP (OFFER) "}}", 403,
      37 },
    { "{\"callControlRequest\":{\"type\":\"callStart\",\"to\":\"bo\"," SDP (
          OFFER) ",\"customParameters\":[7]}}",
      400, 5 },
    { "{\"wrong\":1}", 400, 5 },
    { "nonsense", 400, 5 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (HsRawReply) reply =
        hs_raw_client_request (f->ana, "POST", "/callControl", rows[i].body);

    hs_raw_reply_assert (reply, rows[i].status, rows[i].code);
  }
}

static void
test_needs_the_call_service (Fixture *f, gconstpointer arguments)
{
  g_autoptr (HsRawClient) cy = hs_raw_client_subscribe (
      f->gateway, "cy@lab.example", "{\"subscribeRequest\":{\"service\":[\"IM\"]}}", NULL);
  const char *body =
      "{\"callControlRequest\":{\"type\":\"callStart\",\"to\":\"bo\"," SDP (OFFER) "}}";
  g_autoptr (HsRawReply) reply = hs_raw_client_request (cy, "POST", "/callControl", body);
  g_autoptr (HsRawReply) stranger = hs_raw_gateway_request (
      f->gateway, "POST", "/rest/version/1/user/dee@lab.example/callControl", body, cy->header);

  hs_raw_reply_assert (reply, 403, 35);
  hs_raw_reply_assert (stranger, 403, 27);
}

static void
test_legs_belong_to_users (Fixture *f, gconstpointer arguments)
{
  connect_both (f);
  assert_leg (f->bo, "DELETE", f->caller, 404, 47);
  assert_put (f->bo, f->caller, "startCallUpdate", SDP (HOLD), 404, 47);
  assert_state (f->ana, f->caller, "ANSWERED");
}

/* Devices and forwarding */

static void
test_first_device_wins (Fixture *f, gconstpointer arguments)
{
  g_autoptr (HsRawClient) phone = hs_raw_client_new (f->gateway, "bo@lab.example");
  g_autofree char *at_phone = NULL;
  g_autofree char *offered = NULL;
  g_autoptr (JsonObject) marker = NULL;

  ring (f);
  at_phone = hs_raw_client_expect_sid (phone, "call");
  g_assert_cmpstr (at_phone, !=, f->callee);
  assert_put (phone, at_phone, "callAnswer", SDP (ANSWER), 200, 0);
  hs_raw_client_expect_end (f->ana, "respondCallUpdate", f->caller, 0);
  hs_raw_client_expect_end (f->bo, "callCancel", f->callee, 0);
  hs_raw_client_expect_end (phone, "callCancel", at_phone, 0);
  assert_put (f->bo, f->callee, "callAnswer", SDP (ANSWER), 404, 47);
  assert_disposition (f->bo, f->callee, "reject", "", 404, 47);
  assert_state (f->bo, f->callee, "ANSWERED");

  /* What follows concerns the device that answered, and no other. */
  assert_put (f->ana, f->caller, "startCallUpdate", SDP (HOLD), 200, 0);
  offered = hs_raw_client_expect_sid (phone, "startCallUpdate");
  hs_raw_client_expect_nothing (f->bo);
  marker = hs_raw_client_expect (phone, "nothingBefore");
  assert_leg (f->ana, "DELETE", f->caller, 200, 0);
  hs_raw_client_expect_end (phone, "callEnd", at_phone, 200);
  assert_leg (f->bo, "GET", f->callee, 404, 47);
}

static void
test_forward (Fixture *f, gconstpointer arguments)
{
  g_autoptr (HsRawClient) cy = hs_raw_client_new (f->gateway, "cy@lab.example");
  g_autoptr (JsonObject) call = NULL;
  g_autoptr (JsonObject) answer = NULL;
  const char *sid;

  ring (f);
  assert_disposition (f->bo, f->callee, "forward", ",\"address\":\"sip:cy@lab.example\"", 200, 0);
  hs_raw_client_expect_end (f->bo, "callCancel", f->callee, 0);
  call = hs_raw_client_expect (cy, "call");
  g_assert_cmpstr (hs_raw_get_text (call, "sessionParams", "sdp"), ==, PLAIN_OFFER);
  sid = hs_raw_get_text (call, "sessionParams", "sessionData");
  assert_put (cy, sid, "callAnswer", SDP (ANSWER), 200, 0);
  answer = hs_raw_client_expect (f->ana, "respondCallUpdate");
  g_assert_cmpstr (hs_raw_get_text (answer, "callNotificationParams", "remoteDisplayNumber"), ==,
                   "cy@lab.example");
  assert_leg (f->ana, "DELETE", f->caller, 200, 0);
  hs_raw_client_expect_end (cy, "callCancel", sid, 0);
  hs_raw_client_expect_end (cy, "callEnd", sid, 200);
  hs_raw_client_expect_nothing (f->bo);
}

static void
test_forward_to_nobody (Fixture *f, gconstpointer arguments)
{
  ring (f);
  assert_disposition (f->bo, f->callee, "forward", "", 400, 5);
  assert_disposition (f->bo, f->callee, "forward", ",\"address\":\"nobody@lab.example\"", 200, 0);
  hs_raw_client_expect_end (f->ana, "callEnd", f->caller, 404);
}

/* Updates */

static void
test_hold (Fixture *f, gconstpointer arguments)
{
  g_autoptr (JsonObject) offer = NULL;
  g_autoptr (JsonObject) answer = NULL;

  connect_both (f);
  assert_put (f->ana, f->caller, "startCallUpdate",
              SDP (HOLD) ",\"customParameters\":[{\"name\":\"a\",\"value\":\"b\"}]", 200, 0);
  offer = hs_raw_client_expect (f->bo, "startCallUpdate");
  g_assert_true (json_object_has_member (offer, "customParameters"));
  assert_put (f->bo, f->callee, "respondCallUpdate", SDP (HOLD_OK), 200, 0);
  answer = hs_raw_client_expect (f->ana, "respondCallUpdate");
  g_assert_nonnull (g_strrstr (hs_raw_get_text (answer, "sessionParams", "sdp"), "o=- 2 2"));
  /* One answer to one offer. */
  assert_put (f->bo, f->callee, "respondCallUpdate", SDP (HOLD_OK), 403, 37);
  hs_raw_client_expect_nothing (f->ana);
}

static void
expect_pending (HsRawClient *client, const char *sid)
{
  g_autoptr (JsonObject) refusal = hs_raw_client_expect (client, "respondCallUpdate");

  g_assert_cmpint (json_object_get_int_member (refusal, "statusCode"), ==, 49);
  g_assert_cmpstr (hs_raw_get_text (refusal, "sessionParams", "sessionData"), ==, sid);
  g_assert_cmpint (hs_raw_get_int (refusal, "sessionParams", "retryAfter"), >, 0);
  g_assert_null (hs_raw_get_text (refusal, "sessionParams", "sdp"));
}

static void
test_glare (Fixture *f, gconstpointer arguments)
{
  g_autofree char *offered = NULL;
  g_autofree char *answered = NULL;

  connect_both (f);
  assert_put (f->ana, f->caller, "startCallUpdate", SDP (HOLD), 200, 0);
  assert_put (f->bo, f->callee, "startCallUpdate", SDP (HOLD), 200, 0);
  offered = hs_raw_client_expect_sid (f->bo, "startCallUpdate");
  expect_pending (f->bo, f->callee);
  assert_put (f->bo, f->callee, "respondCallUpdate", SDP (HOLD_OK), 200, 0);
  answered = hs_raw_client_expect_sid (f->ana, "respondCallUpdate");
  hs_raw_client_expect_nothing (f->ana);
}

static void
test_client_refuses_with_491 (Fixture *f, gconstpointer arguments)
{
  g_autofree char *offered = NULL;
  g_autofree char *again = NULL;

  connect_both (f);
  assert_put (f->ana, f->caller, "startCallUpdate", SDP (HOLD), 200, 0);
  offered = hs_raw_client_expect_sid (f->bo, "startCallUpdate");
  assert_put (f->bo, f->callee, "respondCallUpdate", NULL, 400, 5);
  assert_put (f->bo, f->callee, "respondCallUpdate", "\"statusCode\":\"491\"", 200, 0);
  expect_pending (f->ana, f->caller);
  /* The way is free again. */
  assert_put (f->bo, f->callee, "startCallUpdate", SDP (HOLD), 200, 0);
  again = hs_raw_client_expect_sid (f->ana, "startCallUpdate");
}

static void
test_end_during_negotiation (Fixture *f, gconstpointer arguments)
{
  g_autofree char *offered = NULL;

  connect_both (f);
  assert_put (f->ana, f->caller, "startCallUpdate", SDP (HOLD), 200, 0);
  offered = hs_raw_client_expect_sid (f->bo, "startCallUpdate");
  assert_leg (f->bo, "DELETE", f->callee, 200, 0);
  hs_raw_client_expect_end (f->ana, "callEnd", f->caller, 200);
  assert_put (f->bo, f->callee, "respondCallUpdate", SDP (HOLD_OK), 404, 47);
  hs_raw_client_expect_nothing (f->ana);
}

static void
test_update_before_answer (Fixture *f, gconstpointer arguments)
{
  ring (f);
  assert_put (f->ana, f->caller, "startCallUpdate", SDP (HOLD), 403, 37);
  assert_put (f->ana, f->caller, "callAnswer", SDP (ANSWER), 404, 47);
  assert_put (f->bo, f->callee, "callAnswer", NULL, 400, 5);
  hs_raw_client_expect_nothing (f->bo);
}

static void
test_custom_headers_go_along (Fixture *f, gconstpointer arguments)
{
  g_autoptr (JsonObject) offer = NULL;
  JsonArray *parameters;

  connect_both (f);
  assert_put (f->ana, f->caller, "sendCustomHeaders",
              "\"customParameters\":[{\"name\":\"X-Gate\",\"value\":\"B4\"}]", 200, 0);
  hs_raw_client_expect_nothing (f->bo);
  assert_put (f->ana, f->caller, "startCallUpdate", SDP (HOLD), 200, 0);
  offer = hs_raw_client_expect (f->bo, "startCallUpdate");
  parameters = json_object_get_array_member (offer, "customParameters");
  g_assert_cmpuint (json_array_get_length (parameters), ==, 1);
  g_assert_cmpstr (
      json_object_get_string_member (json_array_get_object_element (parameters, 0), "value"), ==,
      "B4");
}

/* Audit and resync */

static void
test_audit (Fixture *f, gconstpointer arguments)
{
  assert_put (f->ana, "s00", "audit", NULL, 404, 42);
  assert_leg (f->ana, "GET", "s00", 404, 47);
  connect_both (f);
  assert_put (f->ana, f->caller, "audit", NULL, 200, 0);
  assert_leg (f->bo, "DELETE", f->callee, 200, 0);
  assert_put (f->ana, f->caller, "audit", NULL, 404, 42);
  assert_leg (f->ana, "GET", f->caller, 404, 47);
}

static void
order_to_forget (Fixture *f, const char *sid, guint status)
{
  g_autofree char *body = g_strdup_printf ("{\"forget\":{\"sessionData\":\"%s\"}}", sid);
  g_autoptr (HsRawReply) reply =
      hs_raw_gateway_request (f->gateway, "POST", "/sandbox/faults", body, NULL);

  g_assert_cmpuint (reply->status, ==, status);
}

/* In the middle of a negotiation, too. */
static void
test_forgotten_leg (Fixture *f, gconstpointer arguments)
{
  g_autofree char *offered = NULL;

  connect_both (f);
  assert_put (f->ana, f->caller, "startCallUpdate", SDP (HOLD), 200, 0);
  offered = hs_raw_client_expect_sid (f->bo, "startCallUpdate");
  order_to_forget (f, f->caller, 200);
  order_to_forget (f, f->caller, 404);
  assert_put (f->ana, f->caller, "audit", NULL, 404, 42);
  assert_leg (f->ana, "GET", f->caller, 404, 47);
  assert_put (f->bo, f->callee, "respondCallUpdate", SDP (HOLD_OK), 403, 37);
  assert_state (f->bo, f->callee, "ANSWERED");
  hs_raw_client_expect_nothing (f->ana);
  hs_raw_client_expect_nothing (f->bo);
  assert_leg (f->bo, "DELETE", f->callee, 200, 0);
}

static void
test_call_to_oneself (Fixture *f, gconstpointer arguments)
{
  g_autofree char *caller = hs_raw_client_call (f->ana, "ana@lab.example", OFFER);
  g_autofree char *callee = hs_raw_client_expect_sid (f->ana, "call");

  assert_put (f->ana, callee, "callAnswer", SDP (ANSWER), 200, 0);
  hs_raw_client_expect_end (f->ana, "callCancel", callee, 0);
  hs_raw_client_expect_end (f->ana, "respondCallUpdate", caller, 0);
}

/* Order */

static guint
get_n_queued (Fixture *f, HsRawClient *client)
{
  g_autoptr (JsonObject) state = hs_raw_gateway_get_state (f->gateway);
  JsonArray *users = json_object_get_array_member (state, "users");

  for (guint i = 0; i < json_array_get_length (users); i++) {
    JsonObject *user = json_array_get_object_element (users, i);

    if (g_str_equal (json_object_get_string_member (user, "user"), client->user))
      return json_object_get_int_member (
          json_array_get_object_element (json_object_get_array_member (user, "subscriptions"), 0),
          "queued");
  }
  return 0;
}

/* The reply is held for longer than the test takes, and so is the answer that came meanwhile. */
static void
test_reply_comes_before_what_it_causes (Fixture *f, gconstpointer arguments)
{
  g_autofree char *path = NULL;
  g_autoptr (HsRawReply) reply = NULL;
  g_autofree char *offered = NULL;

  connect_both (f);
  hs_raw_gateway_order (f->gateway, "/sandbox/faults",
                        "{\"request\":{\"type\":\"startCallUpdate\",\"delayMs\":600000}}");
  path = g_strdup_printf ("/rest/version/1/user/%s/callControl/callSessions/%s", f->ana->user,
                          f->caller);
  reply = hs_raw_gateway_begin (
      f->gateway, "PUT", path,
      "{\"callControlRequest\":{\"type\":\"startCallUpdate\"," SDP (HOLD) "}}", f->ana->header);
  offered = hs_raw_client_expect_sid (f->bo, "startCallUpdate");
  assert_put (f->bo, f->callee, "respondCallUpdate", SDP (HOLD_OK), 200, 0);
  g_assert_cmpuint (get_n_queued (f, f->ana), ==, 1);
  g_assert_true (g_queue_is_empty (&f->ana->frames));
  g_cancellable_cancel (reply->cancellable);
  hs_raw_reply_wait (reply);
}

static void
test_late_reply_lets_go (Fixture *f, gconstpointer arguments)
{
  g_autoptr (HsRawReply) reply = NULL;

  hs_raw_gateway_order (f->gateway, "/sandbox/faults",
                        "{\"request\":{\"type\":\"callStart\",\"delayMs\":200}}");
  reply = hs_raw_client_request (
      f->ana, "POST", "/callControl",
      "{\"callControlRequest\":{\"type\":\"callStart\",\"to\":\"nobody@x\",\"sdp\":\"v=0\"}}");
  hs_raw_reply_assert (reply, 200, 0);
  hs_raw_client_expect_end (
      f->ana, "callEnd", hs_raw_get_text (reply->body, "callControlResponse", "sessionData"), 404);
}

#define ADD(path, arguments, test)                                                                 \
  g_test_add ("/sandbox/calls/" path, Fixture, arguments, set_up, test, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("ladder", NULL, test_ladder);
  ADD ("callee-hangs-up", "--plain", test_callee_hangs_up);
  ADD ("reject", "--plain", test_reject);
  ADD ("cancel", "--plain", test_cancel);
  ADD ("callee-hangs-up-unanswered", "--plain", test_callee_hangs_up_unanswered);
  ADD ("unreachable", "--plain", test_unreachable);
  ADD ("no-answer", "--plain --ring-timeout 1", test_no_answer);
  ADD ("no-answer-by-a-user", "--plain --ring-timeout 1", test_no_answer_by_a_user);
  ADD ("bad-requests", "--plain", test_bad_requests);
  ADD ("needs-the-call-service", "--plain", test_needs_the_call_service);
  ADD ("legs-belong-to-users", "--plain", test_legs_belong_to_users);
  ADD ("first-device-wins", "--plain", test_first_device_wins);
  ADD ("forward", "--plain", test_forward);
  ADD ("forward-to-nobody", "--plain", test_forward_to_nobody);
  ADD ("hold", "--plain", test_hold);
  ADD ("glare", "--plain", test_glare);
  ADD ("client-refuses-with-491", "--plain", test_client_refuses_with_491);
  ADD ("end-during-negotiation", "--plain", test_end_during_negotiation);
  ADD ("update-before-answer", "--plain", test_update_before_answer);
  ADD ("custom-headers-go-along", "--plain", test_custom_headers_go_along);
  ADD ("audit", "--plain", test_audit);
  ADD ("forgotten-leg", "--plain", test_forgotten_leg);
  ADD ("call-to-oneself", "--plain", test_call_to_oneself);
  ADD ("reply-comes-before-what-it-causes", NULL, test_reply_comes_before_what_it_causes);
  ADD ("late-reply-lets-go", NULL, test_late_reply_lets_go);
  return g_test_run ();
}
