/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "hs-raw-client.h"

#include <string.h>

#define ACCOUNT  "/rest/version/1/anonymous/bo@lab.example"
#define SERVICES "{\"subscribeRequest\":{\"expires\":3600,\"service\":[\"callMe\",\"call\"]}}"

typedef struct {
  HsRawGateway *gateway;
  HsRawClient *bo;
  HsRawClient *visitor;
} Fixture;

/* Without a credential. */
static HsRawReply *
request (Fixture *f, const char *method, const char *path, const char *body)
{
  g_autofree char *full = g_strconcat (ACCOUNT, path, NULL);

  return hs_raw_gateway_request (f->gateway, method, full, body, NULL);
}

static HsRawClient *
new_visitor (Fixture *f)
{
  g_autoptr (HsRawReply) reply = request (f, "POST", "/subscription", SERVICES);
  JsonObject *response, *parameters;
  HsRawClient *visitor = g_new0 (HsRawClient, 1);

  hs_raw_reply_assert (reply, 200, 0);
  response = json_object_get_object_member (reply->body, "subscribeResponse");
  parameters = json_object_get_object_member (response, "subscriptionParams");
  visitor->gateway = f->gateway;
  visitor->user = g_strdup ("visitor");
  visitor->subscription = g_strdup (json_object_get_string_member (response, "subscription"));
  visitor->channel = g_strdup (json_object_get_string_member (parameters, "notificationChannel"));
  hs_raw_client_connect (visitor);
  return visitor;
}

static void
set_up (Fixture *f, gconstpointer arguments)
{
  f->gateway = hs_raw_gateway_start (NULL);
  f->bo = hs_raw_client_new (f->gateway, "bo@lab.example");
  f->visitor = new_visitor (f);
}

static void
tear_down (Fixture *f, gconstpointer arguments)
{
  hs_raw_client_free (f->visitor);
  hs_raw_client_free (f->bo);
  hs_raw_gateway_stop (f->gateway);
}

static char *
new_call (const char *to, const char *channel_id)
{
  return g_strdup_printf (
      "{\"callMeRequest\":{\"type\":\"callStart\",\"to\":\"sip:%s\",\"sdp\":\"o\","
      "\"from\":\"sip:guest@home.example\",\"notifyChannelId\":\"%s\"}}",
      to, channel_id);
}

static const char *
get_channel_id (Fixture *f)
{
  return strrchr (f->visitor->channel, '/') + 1;
}

/* Returns: (transfer full): what the visitor calls the call that rings at Bo's */
static char *
call (Fixture *f)
{
  g_autofree char *body = new_call ("bo@lab.example", get_channel_id (f));
  g_autoptr (HsRawReply) reply = request (f, "POST", "/callMe", body);

  hs_raw_reply_assert (reply, 200, 0);
  return g_strdup (hs_raw_get_text (reply->body, "callMeResponse", "sessionData"));
}

static void
assert_put (Fixture *f, const char *sid, const char *inner, guint status, int code)
{
  g_autofree char *path = g_strdup_printf ("/callMe/callSessions/%s", sid);
  g_autofree char *body = g_strdup_printf ("{\"callMeRequest\":{%s}}", inner);
  g_autoptr (HsRawReply) reply = request (f, "PUT", path, body);

  hs_raw_reply_assert (reply, status, code);
  g_assert_true (json_object_has_member (reply->body, "callMeResponse"));
}

static void
test_subscription (Fixture *f, gconstpointer arguments)
{
  g_autoptr (HsRawReply) reply =
      hs_raw_gateway_request (f->gateway, "DELETE", f->visitor->subscription, NULL, NULL);
  g_autoptr (HsRawReply) narrow =
      request (f, "POST", "/subscription",
               "{\"subscribeRequest\":{\"expires\":3600,\"service\":[\"call\"]}}");

  g_assert_true (g_str_has_prefix (f->visitor->subscription, ACCOUNT "/subscription/"));
  hs_raw_reply_assert (reply, 200, 0);
  hs_raw_client_wait_closed (f->visitor);
  hs_raw_reply_assert (narrow, 403, 37);
}

static void
test_call (Fixture *f, gconstpointer arguments)
{
  g_autofree char *sid = call (f);
  g_autoptr (JsonObject) rung = hs_raw_client_expect (f->bo, "call");
  const char *bo_sid = hs_raw_get_text (rung, "sessionParams", "sessionData");
  g_autofree char *path = g_strdup_printf ("/callMe/callSessions/%s", sid);

  g_assert_cmpstr (hs_raw_get_text (rung, "callNotificationParams", "callerDisplayNumber"), ==,
                   "guest@home.example");
  g_autoptr (HsRawReply) answered =
      hs_raw_client_put (f->bo, bo_sid, "callAnswer", "\"sdp\":\"a\"");
  hs_raw_reply_assert (answered, 200, 0);
  g_autofree char *told = hs_raw_client_expect_sid (f->visitor, "respondCallUpdate");
  g_assert_cmpstr (told, ==, sid);
  hs_raw_client_expect_end (f->bo, "callCancel", bo_sid, 0);

  assert_put (f, sid, "\"type\":\"audit\"", 200, 0);
  assert_put (f, sid, "\"type\":\"startCallUpdate\",\"sdp\":\"h\"", 200, 0);
  g_autofree char *asked = hs_raw_client_expect_sid (f->bo, "startCallUpdate");
  g_assert_cmpstr (asked, ==, bo_sid);

  g_autoptr (HsRawReply) ended = request (f, "DELETE", path, NULL);
  hs_raw_reply_assert (ended, 200, 0);
  hs_raw_client_expect_end (f->bo, "callEnd", bo_sid, 200);
}

/* Visitors may call the account and nobody else, and only where they can be told of it. */
static void
test_refusals (Fixture *f, gconstpointer arguments)
{
  g_autofree char *elsewhere = new_call ("ana@lab.example", get_channel_id (f));
  g_autofree char *deaf = new_call ("bo@lab.example", "nonsense");
  g_autoptr (HsRawReply) first = request (f, "POST", "/callMe", elsewhere);
  g_autoptr (HsRawReply) second = request (f, "POST", "/callMe", deaf);
  g_autoptr (HsRawReply) third = request (f, "POST", "/callMe", "{}");

  hs_raw_reply_assert (first, 403, 37);
  hs_raw_reply_assert (second, 403, 27);
  hs_raw_reply_assert (third, 400, 5);
  assert_put (f, "nonsense", "\"type\":\"audit\"", 404, 42);
  hs_raw_client_expect_nothing (f->bo);
}

/* A user's legs are not a visitor's. */
static void
test_other_legs (Fixture *f, gconstpointer arguments)
{
  g_autofree char *sid = call (f);
  g_autofree char *bo_sid = hs_raw_client_expect_sid (f->bo, "call");
  g_autofree char *path = g_strdup_printf ("/callMe/callSessions/%s", bo_sid);
  g_autoptr (HsRawReply) reply = request (f, "DELETE", path, NULL);

  hs_raw_reply_assert (reply, 404, 47);
  assert_put (f, sid, "\"type\":\"audit\"", 200, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/sandbox/anonymous/subscription", Fixture, NULL, set_up, test_subscription,
              tear_down);
  g_test_add ("/sandbox/anonymous/call", Fixture, NULL, set_up, test_call, tear_down);
  g_test_add ("/sandbox/anonymous/refusals", Fixture, NULL, set_up, test_refusals, tear_down);
  g_test_add ("/sandbox/anonymous/other-legs", Fixture, NULL, set_up, test_other_legs, tear_down);
  return g_test_run ();
}
