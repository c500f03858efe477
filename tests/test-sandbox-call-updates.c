/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "hs-raw-pair.h"

/* As a JSON text. */
#define HOLD_OK "v=0\\r\\no=- 2 2 IN IP4 127.0.0.1\\r\\na=inactive\\r\\n"

static void
test_hold (HsRawPair *f, gconstpointer arguments)
{
  g_autoptr (JsonObject) offer = NULL;
  g_autoptr (JsonObject) answer = NULL;

  hs_raw_pair_connect (f);
  hs_raw_assert_put (
      f->ana, f->caller, "startCallUpdate",
      HS_RAW_PAIR_SDP (HS_RAW_PAIR_HOLD) ",\"customParameters\":[{\"name\":\"a\",\"value\":\"b\"}]",
      200, 0);
  offer = hs_raw_client_expect (f->bo, "startCallUpdate");
  g_assert_true (json_object_has_member (offer, "customParameters"));
  hs_raw_assert_put (f->bo, f->callee, "respondCallUpdate", HS_RAW_PAIR_SDP (HOLD_OK), 200, 0);
  answer = hs_raw_client_expect (f->ana, "respondCallUpdate");
  g_assert_nonnull (g_strrstr (hs_raw_get_text (answer, "sessionParams", "sdp"), "o=- 2 2"));
  /* One answer to one offer. */
  hs_raw_assert_put (f->bo, f->callee, "respondCallUpdate", HS_RAW_PAIR_SDP (HOLD_OK), 403, 37);
  hs_raw_client_expect_nothing (f->ana);
}

static void
test_glare (HsRawPair *f, gconstpointer arguments)
{
  g_autofree char *offered = NULL;
  g_autofree char *answered = NULL;

  hs_raw_pair_connect (f);
  hs_raw_assert_put (f->ana, f->caller, "startCallUpdate", HS_RAW_PAIR_SDP (HS_RAW_PAIR_HOLD), 200,
                     0);
  hs_raw_assert_put (f->bo, f->callee, "startCallUpdate", HS_RAW_PAIR_SDP (HS_RAW_PAIR_HOLD), 200,
                     0);
  offered = hs_raw_client_expect_sid (f->bo, "startCallUpdate");
  hs_raw_expect_pending (f->bo, f->callee);
  hs_raw_assert_put (f->bo, f->callee, "respondCallUpdate", HS_RAW_PAIR_SDP (HOLD_OK), 200, 0);
  answered = hs_raw_client_expect_sid (f->ana, "respondCallUpdate");
  hs_raw_client_expect_nothing (f->ana);
}

static void
test_client_refuses_with_491 (HsRawPair *f, gconstpointer arguments)
{
  g_autofree char *offered = NULL;
  g_autofree char *again = NULL;

  hs_raw_pair_connect (f);
  hs_raw_assert_put (f->ana, f->caller, "startCallUpdate", HS_RAW_PAIR_SDP (HS_RAW_PAIR_HOLD), 200,
                     0);
  offered = hs_raw_client_expect_sid (f->bo, "startCallUpdate");
  hs_raw_assert_put (f->bo, f->callee, "respondCallUpdate", NULL, 400, 5);
  hs_raw_assert_put (f->bo, f->callee, "respondCallUpdate", "\"statusCode\":\"491\"", 200, 0);
  hs_raw_expect_pending (f->ana, f->caller);
  /* The way is free again. */
  hs_raw_assert_put (f->bo, f->callee, "startCallUpdate", HS_RAW_PAIR_SDP (HS_RAW_PAIR_HOLD), 200,
                     0);
  again = hs_raw_client_expect_sid (f->ana, "startCallUpdate");
}

static void
test_end_during_negotiation (HsRawPair *f, gconstpointer arguments)
{
  g_autofree char *offered = NULL;

  hs_raw_pair_connect (f);
  hs_raw_assert_put (f->ana, f->caller, "startCallUpdate", HS_RAW_PAIR_SDP (HS_RAW_PAIR_HOLD), 200,
                     0);
  offered = hs_raw_client_expect_sid (f->bo, "startCallUpdate");
  hs_raw_assert_leg (f->bo, "DELETE", f->callee, 200, 0);
  hs_raw_client_expect_end (f->ana, "callEnd", f->caller, 200);
  hs_raw_assert_put (f->bo, f->callee, "respondCallUpdate", HS_RAW_PAIR_SDP (HOLD_OK), 404, 47);
  hs_raw_client_expect_nothing (f->ana);
}

static void
test_update_before_answer (HsRawPair *f, gconstpointer arguments)
{
  hs_raw_pair_ring (f);
  hs_raw_assert_put (f->ana, f->caller, "startCallUpdate", HS_RAW_PAIR_SDP (HS_RAW_PAIR_HOLD), 403,
                     37);
  hs_raw_assert_put (f->ana, f->caller, "callAnswer", HS_RAW_PAIR_SDP (HS_RAW_PAIR_ANSWER), 404,
                     47);
  hs_raw_assert_put (f->bo, f->callee, "callAnswer", NULL, 400, 5);
  hs_raw_client_expect_nothing (f->bo);
}

static void
test_custom_headers_go_along (HsRawPair *f, gconstpointer arguments)
{
  g_autoptr (JsonObject) offer = NULL;
  JsonArray *parameters;

  hs_raw_pair_connect (f);
  hs_raw_assert_put (f->ana, f->caller, "sendCustomHeaders",
                     "\"customParameters\":[{\"name\":\"X-Gate\",\"value\":\"B4\"}]", 200, 0);
  hs_raw_client_expect_nothing (f->bo);
  hs_raw_assert_put (f->ana, f->caller, "startCallUpdate", HS_RAW_PAIR_SDP (HS_RAW_PAIR_HOLD), 200,
                     0);
  offer = hs_raw_client_expect (f->bo, "startCallUpdate");
  parameters = json_object_get_array_member (offer, "customParameters");
  g_assert_cmpuint (json_array_get_length (parameters), ==, 1);
  g_assert_cmpstr (
      json_object_get_string_member (json_array_get_object_element (parameters, 0), "value"), ==,
      "B4");
}

static void
test_audit (HsRawPair *f, gconstpointer arguments)
{
  hs_raw_assert_put (f->ana, "s00", "audit", NULL, 404, 42);
  hs_raw_assert_leg (f->ana, "GET", "s00", 404, 47);
  hs_raw_pair_connect (f);
  hs_raw_assert_put (f->ana, f->caller, "audit", NULL, 200, 0);
  hs_raw_assert_leg (f->bo, "DELETE", f->callee, 200, 0);
  hs_raw_assert_put (f->ana, f->caller, "audit", NULL, 404, 42);
  hs_raw_assert_leg (f->ana, "GET", f->caller, 404, 47);
}

static void
order_to_forget (HsRawPair *f, const char *sid, guint status)
{
  g_autofree char *body = g_strdup_printf ("{\"forget\":{\"sessionData\":\"%s\"}}", sid);
  g_autoptr (HsRawReply) reply =
      hs_raw_gateway_request (f->gateway, "POST", "/sandbox/faults", body, NULL);

  g_assert_cmpuint (reply->status, ==, status);
}

/* In the middle of a negotiation, too. */
static void
test_forgotten_leg (HsRawPair *f, gconstpointer arguments)
{
  g_autofree char *offered = NULL;

  hs_raw_pair_connect (f);
  hs_raw_assert_put (f->ana, f->caller, "startCallUpdate", HS_RAW_PAIR_SDP (HS_RAW_PAIR_HOLD), 200,
                     0);
  offered = hs_raw_client_expect_sid (f->bo, "startCallUpdate");
  order_to_forget (f, f->caller, 200);
  order_to_forget (f, f->caller, 404);
  hs_raw_assert_put (f->ana, f->caller, "audit", NULL, 404, 42);
  hs_raw_assert_leg (f->ana, "GET", f->caller, 404, 47);
  hs_raw_assert_put (f->bo, f->callee, "respondCallUpdate", HS_RAW_PAIR_SDP (HOLD_OK), 403, 37);
  hs_raw_assert_state (f->bo, f->callee, "ANSWERED");
  hs_raw_client_expect_nothing (f->ana);
  hs_raw_client_expect_nothing (f->bo);
  hs_raw_assert_leg (f->bo, "DELETE", f->callee, 200, 0);
}

static guint
get_n_queued (HsRawPair *f, HsRawClient *client)
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
test_reply_comes_before_what_it_causes (HsRawPair *f, gconstpointer arguments)
{
  g_autofree char *path = NULL;
  g_autoptr (HsRawReply) reply = NULL;
  g_autofree char *offered = NULL;

  hs_raw_pair_connect (f);
  hs_raw_gateway_order (f->gateway, "/sandbox/faults",
                        "{\"request\":{\"type\":\"startCallUpdate\",\"delayMs\":600000}}");
  path = g_strdup_printf ("/rest/version/1/user/%s/callControl/callSessions/%s", f->ana->user,
                          f->caller);
  reply = hs_raw_gateway_begin (
      f->gateway, "PUT", path,
      "{\"callControlRequest\":{\"type\":\"startCallUpdate\"," HS_RAW_PAIR_SDP (
          HS_RAW_PAIR_HOLD) "}}",
      f->ana->header);
  offered = hs_raw_client_expect_sid (f->bo, "startCallUpdate");
  hs_raw_assert_put (f->bo, f->callee, "respondCallUpdate", HS_RAW_PAIR_SDP (HOLD_OK), 200, 0);
  g_assert_cmpuint (get_n_queued (f, f->ana), ==, 1);
  g_assert_true (g_queue_is_empty (&f->ana->frames));
  g_cancellable_cancel (reply->cancellable);
  hs_raw_reply_wait (reply);
}

static void
test_late_reply_lets_go (HsRawPair *f, gconstpointer arguments)
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
  g_test_add ("/sandbox/calls/" path, HsRawPair, arguments, hs_raw_pair_set_up, test,              \
              hs_raw_pair_tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("hold", "--plain", test_hold);
  ADD ("glare", "--plain", test_glare);
  ADD ("client-refuses-with-491", "--plain", test_client_refuses_with_491);
  ADD ("end-during-negotiation", "--plain", test_end_during_negotiation);
  ADD ("update-before-answer", "--plain", test_update_before_answer);
  ADD ("custom-headers-go-along", "--plain", test_custom_headers_go_along);
  ADD ("audit", "--plain", test_audit);
  ADD ("forgotten-leg", "--plain", test_forgotten_leg);
  ADD ("reply-comes-before-what-it-causes", NULL, test_reply_comes_before_what_it_causes);
  ADD ("late-reply-lets-go", NULL, test_late_reply_lets_go);
  return g_test_run ();
}
