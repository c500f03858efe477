/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "hs-fake-caller.h"
#include "hs-raw-call.h"

#include <string.h>

#define ANA "ana@lab.example"

typedef struct {
  HsRawGateway *gateway;
  HsRawClient *ana, *bo, *cy;
  HsRawCall *first, *second; /* from Ana to Bo, and to Cy */
  HsFakeCaller *caller;      /* Ana's media in the joined call */
  char *joined;              /* its sid */
} Fixture;

static void
set_up (Fixture *f, gconstpointer arguments)
{
  f->gateway = hs_raw_gateway_start ("--plain");
  f->ana = hs_raw_client_new (f->gateway, ANA);
  f->bo = hs_raw_client_new (f->gateway, "bo@lab.example");
  f->cy = hs_raw_client_new (f->gateway, "cy@lab.example");
  f->first = hs_raw_call_new (f->ana, f->bo);
  f->second = hs_raw_call_new (f->ana, f->cy);
  f->caller = hs_fake_caller_new ("OPUS");
}

static void
tear_down (Fixture *f, gconstpointer arguments)
{
  g_free (f->joined);
  hs_fake_caller_free (f->caller);
  hs_raw_call_free (f->first);
  hs_raw_call_free (f->second);
  hs_raw_client_free (f->ana);
  hs_raw_client_free (f->bo);
  hs_raw_client_free (f->cy);
  hs_raw_gateway_stop (f->gateway);
}

static HsRawReply *
request_join (Fixture *f, const char *first, const char *second, const char *sdp)
{
  g_autofree char *escaped = g_strescape (sdp, NULL);
  g_autofree char *body =
      g_strdup_printf ("{\"callControlRequest\":{\"type\":\"join\",\"firstSessionData\":\"%s\","
                       "\"secondSessionData\":\"%s\",\"sdp\":\"%s\"}}",
                       first, second, escaped);

  return hs_raw_client_request (f->ana, "POST", "/callControl", body);
}

static void
join (Fixture *f, const char *sdp)
{
  g_autoptr (HsRawReply) reply = request_join (f, f->first->sid, f->second->sid, sdp);

  hs_raw_reply_assert (reply, 200, 0);
  f->joined = g_strdup (hs_raw_get_text (reply->body, "callControlResponse", "sessionData"));
  g_assert_nonnull (f->joined);
  g_assert_cmpstr (f->joined, !=, f->first->sid);
}

/* Bo and Cy have got offers of the room's. */
static void
call_in (Fixture *f)
{
  g_autofree char *offer = hs_fake_caller_offer (f->caller);
  g_autoptr (JsonObject) one = NULL;
  g_autoptr (JsonObject) other = NULL;

  join (f, offer);
  one = hs_raw_client_expect (f->bo, "startCallUpdate");
  other = hs_raw_client_expect (f->cy, "startCallUpdate");
  g_assert_nonnull (strstr (hs_raw_get_text (one, "sessionParams", "sdp"), "a=setup:actpass"));
  g_assert_cmpstr (hs_raw_get_text (one, "callNotificationParams", "remoteDisplayNumber"), ==, ANA);
  g_assert_cmpstr (hs_raw_get_text (one, "sessionParams", "sdp"), !=,
                   hs_raw_get_text (other, "sessionParams", "sdp"));
}

static void
expect_failure (Fixture *f, int code)
{
  hs_raw_client_expect_end (f->ana, "sessionFail", f->first->sid, code);
  hs_raw_client_expect_end (f->ana, "sessionFail", f->second->sid, code);
  hs_raw_client_expect_end (f->ana, "callEnd", f->joined, code);
}

static void
assert_goes_on (Fixture *f, HsRawCall *call)
{
  hs_raw_assert_put (f->ana, call->sid, "startCallUpdate", HS_RAW_SDP ("again"), 200, 0);
  hs_raw_expect_from (call->other, "startCallUpdate", call->other_sid, "again", ANA);
  hs_raw_assert_put (call->other, call->other_sid, "respondCallUpdate", HS_RAW_SDP ("yes"), 200, 0);
  hs_raw_expect_from (f->ana, "respondCallUpdate", call->sid, "yes", call->other->user);
}

static void
assert_n_calls (Fixture *f, int n_calls)
{
  g_autoptr (JsonObject) state = hs_raw_gateway_get_state (f->gateway);

  g_assert_cmpint (json_object_get_int_member (state, "calls"), ==, n_calls);
}

static void
test_bad_offer (Fixture *f, gconstpointer arguments)
{
  join (f, "nonsense");
  expect_failure (f, 488);
  assert_goes_on (f, f->first);
  assert_goes_on (f, f->second);
  assert_n_calls (f, 2);
}

/* Cy has not answered when Bo's refusal ends it; what he says then is not for Ana. */
static void
test_party_refuses (Fixture *f, gconstpointer arguments)
{
  call_in (f);
  hs_raw_assert_put (f->bo, f->first->other_sid, "respondCallUpdate", "\"statusCode\":\"491\"", 200,
                     0);
  expect_failure (f, 491);
  hs_raw_assert_put (f->ana, f->second->sid, "startCallUpdate", HS_RAW_SDP ("hold"), 200, 0);
  hs_raw_client_expect_nothing (f->cy);
  hs_raw_assert_put (f->cy, f->second->other_sid, "respondCallUpdate", HS_RAW_SDP ("room"), 403,
                     37);
  hs_raw_expect_sdp (f->cy, "startCallUpdate", f->second->other_sid, "hold");
  hs_raw_assert_put (f->cy, f->second->other_sid, "respondCallUpdate", HS_RAW_SDP ("held"), 200, 0);
  hs_raw_expect_sdp (f->ana, "respondCallUpdate", f->second->sid, "held");
  assert_goes_on (f, f->first);
}

static void
test_bad_answer (Fixture *f, gconstpointer arguments)
{
  call_in (f);
  hs_raw_assert_put (f->cy, f->second->other_sid, "respondCallUpdate", HS_RAW_SDP ("nonsense"), 200,
                     0);
  expect_failure (f, 488);
  assert_goes_on (f, f->second);
}

static void
test_parties_offer (Fixture *f, gconstpointer arguments)
{
  g_autofree char *offer = hs_fake_caller_offer (f->caller);

  hs_raw_gateway_order (f->gateway, "/sandbox/behaviour", "{\"joinedOffer\":true}");
  join (f, offer);
  hs_raw_expect_sdp (f->bo, "startCallUpdate", f->first->other_sid, NULL);
  hs_raw_expect_sdp (f->cy, "startCallUpdate", f->second->other_sid, NULL);
  hs_raw_assert_put (f->bo, f->first->other_sid, "respondCallUpdate", HS_RAW_SDP ("nonsense"), 200,
                     0);
  hs_raw_expect_pending (f->bo, f->first->other_sid);
  expect_failure (f, 488);
  hs_raw_assert_put (f->cy, f->second->other_sid, "respondCallUpdate", HS_RAW_SDP ("late"), 403,
                     37);
  assert_goes_on (f, f->first);
  assert_goes_on (f, f->second);
}

static void
test_nothing_else_meanwhile (Fixture *f, gconstpointer arguments)
{
  g_autoptr (HsRawReply) again = NULL;

  call_in (f);
  again = request_join (f, f->first->sid, f->second->sid, "v=0");
  hs_raw_reply_assert (again, 403, 37);
  hs_raw_assert_put (f->ana, f->first->sid, "transfer", "\"address\":\"sip:bo@lab.example\"", 403,
                     37);
  hs_raw_assert_put (f->ana, f->first->sid, "startCallUpdate", HS_RAW_SDP ("hold"), 200, 0);
  hs_raw_expect_pending (f->ana, f->first->sid);
  hs_raw_assert_put (f->ana, f->joined, "startCallUpdate", HS_RAW_SDP ("hold"), 200, 0);
  hs_raw_expect_pending (f->ana, f->joined);
}

static void
test_party_hangs_up (Fixture *f, gconstpointer arguments)
{
  call_in (f);
  hs_raw_assert_leg (f->bo, "DELETE", f->first->other_sid, 200, 0);
  hs_raw_client_expect_end (f->ana, "callEnd", f->first->sid, 200);
  hs_raw_client_expect_end (f->ana, "sessionFail", f->second->sid, 487);
  hs_raw_client_expect_end (f->ana, "callEnd", f->joined, 487);
  assert_n_calls (f, 1);
}

static void
test_joiner_hangs_up (Fixture *f, gconstpointer arguments)
{
  call_in (f);
  hs_raw_assert_leg (f->ana, "DELETE", f->joined, 200, 0);
  hs_raw_client_expect_end (f->ana, "sessionFail", f->first->sid, 487);
  hs_raw_client_expect_end (f->ana, "sessionFail", f->second->sid, 487);
  hs_raw_client_expect_nothing (f->ana);
  assert_n_calls (f, 2);
}

static void
test_bad_requests (Fixture *f, gconstpointer arguments)
{
  const struct {
    const char *first, *second, *sdp;
    guint status;
    int code;
  } rows[] = {
    { f->first->sid, "s00", "v=0", 404, 47 },
    { "s00", f->second->sid, "v=0", 404, 47 },
    { f->first->sid, f->second->other_sid, "v=0", 404, 47 },
    { f->first->sid, f->first->sid, "v=0", 403, 37 },
    { f->first->sid, f->second->sid, "", 400, 5 },
  };
  g_autoptr (HsRawReply) empty = hs_raw_client_request (
      f->ana, "POST", "/callControl", "{\"callControlRequest\":{\"type\":\"join\",\"sdp\":7}}");

  hs_raw_reply_assert (empty, 400, 5);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (HsRawReply) reply = request_join (f, rows[i].first, rows[i].second, rows[i].sdp);

    hs_raw_reply_assert (reply, rows[i].status, rows[i].code);
  }
  assert_goes_on (f, f->first);
}

#define ADD(path, test) g_test_add ("/sandbox/join/" path, Fixture, NULL, set_up, test, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("bad-offer", test_bad_offer);
  ADD ("party-refuses", test_party_refuses);
  ADD ("bad-answer", test_bad_answer);
  ADD ("parties-offer", test_parties_offer);
  ADD ("nothing-else-meanwhile", test_nothing_else_meanwhile);
  ADD ("party-hangs-up", test_party_hangs_up);
  ADD ("joiner-hangs-up", test_joiner_hangs_up);
  ADD ("bad-requests", test_bad_requests);
  return g_test_run ();
}
