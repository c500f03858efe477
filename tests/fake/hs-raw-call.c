/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "hs-raw-call.h"

void
hs_raw_assert_put (HsRawClient *client,
                   const char *sid,
                   const char *type,
                   const char *more,
                   guint status,
                   int code)
{
  g_autoptr (HsRawReply) reply = hs_raw_client_put (client, sid, type, more);

  hs_raw_reply_assert (reply, status, code);
}

void
hs_raw_assert_leg (HsRawClient *client, const char *method, const char *sid, guint status, int code)
{
  g_autofree char *path = g_strdup_printf ("/callControl/callSessions/%s", sid);
  g_autoptr (HsRawReply) reply = hs_raw_client_request (client, method, path, NULL);

  hs_raw_reply_assert (reply, status, code);
}

void
hs_raw_assert_state (HsRawClient *client, const char *sid, const char *state)
{
  g_autofree char *path = g_strdup_printf ("/callControl/callSessions/%s", sid);
  g_autoptr (HsRawReply) reply = hs_raw_client_request (client, "GET", path, NULL);

  hs_raw_reply_assert (reply, 200, 0);
  g_assert_cmpstr (hs_raw_get_text (reply->body, "callControlResponse", "state"), ==, state);
}

static JsonObject *
expect_sdp (HsRawClient *client, const char *type, const char *sid, const char *name)
{
  g_autofree char *sdp = name ? g_strconcat ("v=0 ", name, NULL) : NULL;
  JsonObject *message = hs_raw_client_expect (client, type);

  g_assert_cmpstr (hs_raw_get_text (message, "sessionParams", "sessionData"), ==, sid);
  g_assert_cmpstr (hs_raw_get_text (message, "sessionParams", "sdp"), ==, sdp);
  return message;
}

void
hs_raw_expect_sdp (HsRawClient *client, const char *type, const char *sid, const char *name)
{
  g_autoptr (JsonObject) message = expect_sdp (client, type, sid, name);

  g_assert_false (json_object_has_member (message, "statusCode"));
}

void
hs_raw_expect_from (
    HsRawClient *client, const char *type, const char *sid, const char *name, const char *far)
{
  g_autoptr (JsonObject) message = expect_sdp (client, type, sid, name);

  g_assert_cmpstr (hs_raw_get_text (message, "callNotificationParams", "remoteDisplayNumber"), ==,
                   far);
  g_assert_cmpstr (hs_raw_get_text (message, "callNotificationParams", "callerDisplayNumber"), ==,
                   far);
}

void
hs_raw_expect_pending (HsRawClient *client, const char *sid)
{
  g_autoptr (JsonObject) message = expect_sdp (client, "respondCallUpdate", sid, NULL);

  g_assert_cmpint (json_object_get_int_member (message, "statusCode"), ==, 49);
  g_assert_cmpint (hs_raw_get_int (message, "sessionParams", "retryAfter"), >, 0);
}

HsRawCall *
hs_raw_call_new (HsRawClient *one, HsRawClient *other)
{
  HsRawCall *call = g_new0 (HsRawCall, 1);

  call->one = one;
  call->other = other;
  call->sid = hs_raw_client_call (one, other->user, "v=0 offer");
  call->other_sid = hs_raw_client_expect_sid (other, "call");
  hs_raw_assert_put (other, call->other_sid, "callAnswer", HS_RAW_SDP ("answer"), 200, 0);
  hs_raw_expect_sdp (one, "respondCallUpdate", call->sid, "answer");
  hs_raw_client_expect_end (other, "callCancel", call->other_sid, 0);
  return call;
}

void
hs_raw_call_free (HsRawCall *call)
{
  g_free (call->sid);
  g_free (call->other_sid);
  g_free (call);
}
