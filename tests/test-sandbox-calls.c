/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "hs-raw-pair.h"

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
test_ladder (HsRawPair *f, gconstpointer arguments)
{
  g_autoptr (HsRawReply) started = hs_raw_client_request (
      f->ana, "POST", "/callControl",
      "{\"callControlRequest\":{\"type\":\"callStart\",\"to\":\"sip:bo@LAB."
      "example\"," HS_RAW_PAIR_SDP (
          HS_RAW_PAIR_OFFER) ",\"from\":\"Ana K<sip:ana@lab.example>\","
                             "\"customParameters\":[{\"name\":\"X-Q\",\"value\":\"1\"}]}}");
  const char *caller = hs_raw_get_text (started->body, "callControlResponse", "sessionData");
  g_autoptr (JsonObject) call = hs_raw_client_expect (f->bo, "call");
  const char *callee = hs_raw_get_text (call, "sessionParams", "sessionData");
  g_autoptr (JsonObject) ringing = NULL;
  g_autoptr (JsonObject) answered = NULL;
  JsonArray *parameters = json_object_get_array_member (call, "customParameters");

  hs_raw_reply_assert (started, 200, 0);
  g_assert_cmpstr (callee, !=, caller);
  g_assert_cmpstr (hs_raw_get_text (call, "sessionParams", "sdp"), ==, HS_RAW_PAIR_PLAIN_OFFER);
  g_assert_cmpstr (hs_raw_get_text (call, "callNotificationParams", "callerName"), ==, "Ana K");
  g_assert_cmpstr (hs_raw_get_text (call, "callNotificationParams", "callerDisplayNumber"), ==,
                   "ana@lab.example");
  g_assert_cmpstr (hs_raw_get_text (call, "callNotificationParams", "calleeDisplayNumber"), ==,
                   "bo@lab.example");
  g_assert_cmpstr (
      json_object_get_string_member (json_array_get_object_element (parameters, 0), "name"), ==,
      "X-Q");

  hs_raw_assert_state (f->ana, caller, "RINGING");
  hs_raw_assert_put (f->bo, callee, "ringing", NULL, 200, 0);
  hs_raw_assert_put (f->bo, callee, "ringing", NULL, 200, 0);
  ringing = hs_raw_client_expect (f->ana, "ringing");
  g_assert_cmpstr (hs_raw_get_text (ringing, "callNotificationParams", "remoteDisplayNumber"), ==,
                   "bo@lab.example");
  hs_raw_assert_put (f->bo, callee, "callAnswer", HS_RAW_PAIR_SDP (HS_RAW_PAIR_ANSWER), 200, 0);
  answered = hs_raw_client_expect (f->ana, "respondCallUpdate");
  g_assert_cmpstr (hs_raw_get_text (answered, "sessionParams", "sdp"), ==,
                   HS_RAW_PAIR_PLAIN_ANSWER);
  g_assert_cmpstr (hs_raw_get_text (answered, "sessionParams", "sessionData"), ==, caller);
  hs_raw_assert_state (f->ana, caller, "ANSWERED");
  hs_raw_client_expect_end (f->bo, "callCancel", callee, 0);

  hs_raw_assert_leg (f->ana, "DELETE", caller, 200, 0);
  hs_raw_client_expect_end (f->bo, "callEnd", callee, 200);
  hs_raw_assert_leg (f->ana, "DELETE", caller, 200, 0);
  hs_raw_assert_leg (f->bo, "DELETE", callee, 200, 0);
  hs_raw_client_expect_nothing (f->ana);
  hs_raw_client_expect_nothing (f->bo);
}

static void
test_callee_hangs_up (HsRawPair *f, gconstpointer arguments)
{
  hs_raw_pair_connect (f);
  hs_raw_assert_leg (f->bo, "DELETE", f->callee, 200, 0);
  hs_raw_client_expect_end (f->ana, "callEnd", f->caller, 200);
  hs_raw_client_expect_nothing (f->bo);
}

static void
test_reject (HsRawPair *f, gconstpointer arguments)
{
  hs_raw_pair_ring (f);
  assert_disposition (f->bo, f->callee, "reject", "", 200, 0);
  hs_raw_client_expect_end (f->ana, "callEnd", f->caller, 603);
  hs_raw_client_expect_end (f->bo, "callCancel", f->callee, 0);
  assert_disposition (f->bo, f->callee, "reject", "", 404, 47);
  hs_raw_assert_put (f->bo, f->callee, "callAnswer", HS_RAW_PAIR_SDP (HS_RAW_PAIR_ANSWER), 404, 47);
}

static void
test_cancel (HsRawPair *f, gconstpointer arguments)
{
  hs_raw_pair_ring (f);
  hs_raw_assert_leg (f->ana, "DELETE", f->caller, 200, 0);
  hs_raw_client_expect_end (f->bo, "callCancel", f->callee, 0);
  hs_raw_client_expect_nothing (f->ana);
  hs_raw_assert_put (f->bo, f->callee, "callAnswer", HS_RAW_PAIR_SDP (HS_RAW_PAIR_ANSWER), 404, 47);
}

static void
test_callee_hangs_up_unanswered (HsRawPair *f, gconstpointer arguments)
{
  hs_raw_pair_ring (f);
  hs_raw_assert_leg (f->bo, "DELETE", f->callee, 200, 0);
  hs_raw_client_expect_end (f->ana, "callEnd", f->caller, 603);
}

static void
assert_unreachable (HsRawPair *f, const char *to, int sip_code)
{
  g_autofree char *sid = hs_raw_client_call (f->ana, to, HS_RAW_PAIR_OFFER);

  hs_raw_client_expect_end (f->ana, "callEnd", sid, sip_code);
  hs_raw_client_expect_nothing (f->ana);
}

static void
test_unreachable (HsRawPair *f, gconstpointer arguments)
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
test_no_answer (HsRawPair *f, gconstpointer arguments)
{
  g_autofree char *sid = hs_raw_client_call (f->ana, "noanswer@sandbox.test", HS_RAW_PAIR_OFFER);
  g_autofree char *rung = hs_raw_client_expect_sid (f->ana, "ringing");

  g_assert_cmpstr (rung, ==, sid);
  hs_raw_client_expect_end (f->ana, "callEnd", sid, 480);
}

static void
test_no_answer_by_a_user (HsRawPair *f, gconstpointer arguments)
{
  hs_raw_pair_ring (f);
  hs_raw_client_expect_end (f->ana, "callEnd", f->caller, 480);
  hs_raw_client_expect_end (f->bo, "callCancel", f->callee, 0);
}

static void
test_bad_requests (HsRawPair *f, gconstpointer arguments)
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
    { "{\"callControlRequest\":{\"type\":\"callStart\",\"to\":7," HS_RAW_PAIR_SDP (
          HS_RAW_PAIR_OFFER) "}}",
      400, 5 },
    { "{\"callControlRequest\":{\"type\":\"callStart\",\"to\":\"sip:@\"," HS_RAW_PAIR_SDP (
          HS_RAW_PAIR_OFFER) "}}",
      403, 37 },
    { "{\"callControlRequest\":{\"type\":\"callStart\",\"to\":\"bo\"," HS_RAW_PAIR_SDP (
          HS_RAW_PAIR_OFFER) ",\"customParameters\":[7]}}",
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
test_needs_the_call_service (HsRawPair *f, gconstpointer arguments)
{
  g_autoptr (HsRawClient) cy = hs_raw_client_subscribe (
      f->gateway, "cy@lab.example", "{\"subscribeRequest\":{\"service\":[\"IM\"]}}", NULL);
  const char *body =
      "{\"callControlRequest\":{\"type\":\"callStart\",\"to\":\"bo\"," HS_RAW_PAIR_SDP (
          HS_RAW_PAIR_OFFER) "}}";
  g_autoptr (HsRawReply) reply = hs_raw_client_request (cy, "POST", "/callControl", body);
  g_autoptr (HsRawReply) stranger = hs_raw_gateway_request (
      f->gateway, "POST", "/rest/version/1/user/dee@lab.example/callControl", body, cy->header);

  hs_raw_reply_assert (reply, 403, 35);
  hs_raw_reply_assert (stranger, 403, 27);
}

static void
test_legs_belong_to_users (HsRawPair *f, gconstpointer arguments)
{
  hs_raw_pair_connect (f);
  hs_raw_assert_leg (f->bo, "DELETE", f->caller, 404, 47);
  hs_raw_assert_put (f->bo, f->caller, "startCallUpdate", HS_RAW_PAIR_SDP (HS_RAW_PAIR_HOLD), 404,
                     47);
  hs_raw_assert_state (f->ana, f->caller, "ANSWERED");
}

static void
test_first_device_wins (HsRawPair *f, gconstpointer arguments)
{
  g_autoptr (HsRawClient) phone = hs_raw_client_new (f->gateway, "bo@lab.example");
  g_autofree char *at_phone = NULL;
  g_autofree char *offered = NULL;
  g_autoptr (JsonObject) marker = NULL;

  hs_raw_pair_ring (f);
  at_phone = hs_raw_client_expect_sid (phone, "call");
  g_assert_cmpstr (at_phone, !=, f->callee);
  hs_raw_assert_put (phone, at_phone, "callAnswer", HS_RAW_PAIR_SDP (HS_RAW_PAIR_ANSWER), 200, 0);
  hs_raw_client_expect_end (f->ana, "respondCallUpdate", f->caller, 0);
  hs_raw_client_expect_end (f->bo, "callCancel", f->callee, 0);
  hs_raw_client_expect_end (phone, "callCancel", at_phone, 0);
  hs_raw_assert_put (f->bo, f->callee, "callAnswer", HS_RAW_PAIR_SDP (HS_RAW_PAIR_ANSWER), 404, 47);
  assert_disposition (f->bo, f->callee, "reject", "", 404, 47);
  hs_raw_assert_state (f->bo, f->callee, "ANSWERED");

  /* What follows concerns the device that answered, and no other. */
  hs_raw_assert_put (f->ana, f->caller, "startCallUpdate", HS_RAW_PAIR_SDP (HS_RAW_PAIR_HOLD), 200,
                     0);
  offered = hs_raw_client_expect_sid (phone, "startCallUpdate");
  hs_raw_client_expect_nothing (f->bo);
  marker = hs_raw_client_expect (phone, "nothingBefore");
  hs_raw_assert_leg (f->ana, "DELETE", f->caller, 200, 0);
  hs_raw_client_expect_end (phone, "callEnd", at_phone, 200);
  hs_raw_assert_leg (f->bo, "GET", f->callee, 404, 47);
}

static void
test_forward (HsRawPair *f, gconstpointer arguments)
{
  g_autoptr (HsRawClient) cy = hs_raw_client_new (f->gateway, "cy@lab.example");
  g_autoptr (JsonObject) call = NULL;
  g_autoptr (JsonObject) answer = NULL;
  const char *sid;

  hs_raw_pair_ring (f);
  assert_disposition (f->bo, f->callee, "forward", ",\"address\":\"sip:cy@lab.example\"", 200, 0);
  hs_raw_client_expect_end (f->bo, "callCancel", f->callee, 0);
  call = hs_raw_client_expect (cy, "call");
  g_assert_cmpstr (hs_raw_get_text (call, "sessionParams", "sdp"), ==, HS_RAW_PAIR_PLAIN_OFFER);
  sid = hs_raw_get_text (call, "sessionParams", "sessionData");
  hs_raw_assert_put (cy, sid, "callAnswer", HS_RAW_PAIR_SDP (HS_RAW_PAIR_ANSWER), 200, 0);
  answer = hs_raw_client_expect (f->ana, "respondCallUpdate");
  g_assert_cmpstr (hs_raw_get_text (answer, "callNotificationParams", "remoteDisplayNumber"), ==,
                   "cy@lab.example");
  hs_raw_assert_leg (f->ana, "DELETE", f->caller, 200, 0);
  hs_raw_client_expect_end (cy, "callCancel", sid, 0);
  hs_raw_client_expect_end (cy, "callEnd", sid, 200);
  hs_raw_client_expect_nothing (f->bo);
}

static void
test_forward_to_nobody (HsRawPair *f, gconstpointer arguments)
{
  hs_raw_pair_ring (f);
  assert_disposition (f->bo, f->callee, "forward", "", 400, 5);
  assert_disposition (f->bo, f->callee, "forward", ",\"address\":\"nobody@lab.example\"", 200, 0);
  hs_raw_client_expect_end (f->ana, "callEnd", f->caller, 404);
}

static void
test_call_to_oneself (HsRawPair *f, gconstpointer arguments)
{
  g_autofree char *caller = hs_raw_client_call (f->ana, "ana@lab.example", HS_RAW_PAIR_OFFER);
  g_autofree char *callee = hs_raw_client_expect_sid (f->ana, "call");

  hs_raw_assert_put (f->ana, callee, "callAnswer", HS_RAW_PAIR_SDP (HS_RAW_PAIR_ANSWER), 200, 0);
  hs_raw_client_expect_end (f->ana, "callCancel", callee, 0);
  hs_raw_client_expect_end (f->ana, "respondCallUpdate", caller, 0);
}

#define ADD(path, arguments, test)                                                                 \
  g_test_add ("/sandbox/calls/" path, HsRawPair, arguments, hs_raw_pair_set_up, test,              \
              hs_raw_pair_tear_down)

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
  ADD ("call-to-oneself", "--plain", test_call_to_oneself);
  return g_test_run ();
}
