/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "hs-raw-call.h"

#define ANA "ana@lab.example"
#define BO  "bo@lab.example"
#define CY  "cy@lab.example"

typedef struct {
  HsRawGateway *gateway;
  HsRawClient *ana, *bo, *cy;
  HsRawCall *call;   /* from Ana to Bo */
  HsRawCall *second; /* from Ana to Cy, when there is one */
  char *target;      /* the sid at which Cy is called for the transfer */
} Fixture;

static void
set_up (Fixture *f, gconstpointer arguments)
{
  f->gateway = hs_raw_gateway_start (arguments ? arguments : "--plain");
  f->ana = hs_raw_client_new (f->gateway, ANA);
  f->bo = hs_raw_client_new (f->gateway, BO);
  f->cy = hs_raw_client_new (f->gateway, CY);
  f->call = hs_raw_call_new (f->ana, f->bo);
}

static void
tear_down (Fixture *f, gconstpointer arguments)
{
  g_free (f->target);
  hs_raw_call_free (f->call);
  g_clear_pointer (&f->second, hs_raw_call_free);
  hs_raw_client_free (f->ana);
  hs_raw_client_free (f->bo);
  hs_raw_client_free (f->cy);
  hs_raw_gateway_stop (f->gateway);
}

static void
assert_n_calls (Fixture *f, int n_calls)
{
  g_autoptr (JsonObject) state = hs_raw_gateway_get_state (f->gateway);

  g_assert_cmpint (json_object_get_int_member (state, "calls"), ==, n_calls);
}

static void
end_call (Fixture *f, HsRawClient *one, const char *sid, HsRawClient *other, const char *other_sid)
{
  hs_raw_assert_leg (one, "DELETE", sid, 200, 0);
  hs_raw_client_expect_end (other, "callEnd", other_sid, 200);
  assert_n_calls (f, 0);
}

/* A transfer that has come to nothing leaves the call as it was. */
static void
assert_goes_on (Fixture *f)
{
  hs_raw_assert_put (f->ana, f->call->sid, "startCallUpdate", HS_RAW_SDP ("again"), 200, 0);
  hs_raw_expect_from (f->bo, "startCallUpdate", f->call->other_sid, "again", ANA);
  hs_raw_assert_put (f->bo, f->call->other_sid, "respondCallUpdate", HS_RAW_SDP ("yes"), 200, 0);
  hs_raw_expect_from (f->ana, "respondCallUpdate", f->call->sid, "yes", BO);
}

static void
transfer (Fixture *f, const char *to)
{
  g_autofree char *more = g_strdup_printf ("\"address\":\"sip:%s\"", to);

  hs_raw_assert_put (f->ana, f->call->sid, "transfer", more, 200, 0);
}

/* Cy is called by Bo, who has said nothing yet. */
static void
ring_target (Fixture *f)
{
  g_autoptr (JsonObject) call = NULL;

  transfer (f, CY);
  call = hs_raw_client_expect (f->cy, "call");
  g_assert_null (hs_raw_get_text (call, "sessionParams", "sdp"));
  g_assert_cmpstr (hs_raw_get_text (call, "callNotificationParams", "callerDisplayNumber"), ==, BO);
  g_assert_cmpstr (hs_raw_get_text (call, "callNotificationParams", "calleeDisplayNumber"), ==, CY);
  f->target = g_strdup (hs_raw_get_text (call, "sessionParams", "sessionData"));
  hs_raw_assert_put (f->cy, f->target, "ringing", NULL, 200, 0);
  hs_raw_client_expect_nothing (f->ana);
}

static void
answer_as_target (Fixture *f)
{
  ring_target (f);
  hs_raw_assert_put (f->cy, f->target, "callAnswer", HS_RAW_SDP ("cy"), 200, 0);
  hs_raw_expect_from (f->bo, "startCallUpdate", f->call->other_sid, "cy", CY);
}

static void
test_direct (Fixture *f, gconstpointer arguments)
{
  answer_as_target (f);
  hs_raw_assert_put (f->bo, f->call->other_sid, "respondCallUpdate", HS_RAW_SDP ("bo"), 200, 0);
  hs_raw_expect_from (f->cy, "respondCallUpdate", f->target, "bo", BO);
  hs_raw_client_expect_end (f->ana, "sessionComplete", f->call->sid, 9905);
  hs_raw_assert_leg (f->ana, "DELETE", f->call->sid, 200, 0);
  assert_n_calls (f, 1);

  /* What they say now goes to each other. */
  hs_raw_assert_put (f->bo, f->call->other_sid, "startCallUpdate", HS_RAW_SDP ("hold"), 200, 0);
  hs_raw_expect_from (f->cy, "startCallUpdate", f->target, "hold", BO);
  hs_raw_client_expect_nothing (f->ana);
  end_call (f, f->cy, f->target, f->bo, f->call->other_sid);
}

/* The leg that is to be released knows nobody any more. */
static void
test_transferor_is_out (Fixture *f, gconstpointer arguments)
{
  answer_as_target (f);
  hs_raw_assert_put (f->bo, f->call->other_sid, "respondCallUpdate", HS_RAW_SDP ("bo"), 200, 0);
  hs_raw_expect_sdp (f->cy, "respondCallUpdate", f->target, "bo");
  hs_raw_client_expect_end (f->ana, "sessionComplete", f->call->sid, 9905);
  hs_raw_assert_put (f->ana, f->call->sid, "startCallUpdate", HS_RAW_SDP ("hold"), 403, 37);
  hs_raw_assert_put (f->ana, f->call->sid, "transfer", "\"address\":\"" BO "\"", 403, 37);
  hs_raw_assert_put (f->ana, f->call->sid, "sendCustomHeaders", NULL, 403, 37);
  hs_raw_client_expect_nothing (f->bo);
  hs_raw_assert_leg (f->ana, "DELETE", f->call->sid, 200, 0);
  end_call (f, f->bo, f->call->other_sid, f->cy, f->target);
}

static void
test_transferee_offers (Fixture *f, gconstpointer arguments)
{
  hs_raw_gateway_order (f->gateway, "/sandbox/behaviour", "{\"transfereeOffers\":true}");
  transfer (f, CY);
  hs_raw_expect_sdp (f->bo, "startCallUpdate", f->call->other_sid, NULL);
  hs_raw_assert_put (f->bo, f->call->other_sid, "respondCallUpdate", HS_RAW_SDP ("bo"), 200, 0);
  f->target = hs_raw_client_expect_sid (f->cy, "call");
  hs_raw_assert_put (f->cy, f->target, "callAnswer", HS_RAW_SDP ("cy"), 200, 0);
  hs_raw_expect_from (f->bo, "respondCallUpdate", f->call->other_sid, "cy", CY);
  hs_raw_client_expect_end (f->cy, "callCancel", f->target, 0);
  hs_raw_client_expect_end (f->ana, "sessionComplete", f->call->sid, 9905);
  hs_raw_assert_leg (f->ana, "DELETE", f->call->sid, 200, 0);
  end_call (f, f->bo, f->call->other_sid, f->cy, f->target);
}

static void
test_transferee_offers_in_vain (Fixture *f, gconstpointer arguments)
{
  hs_raw_gateway_order (f->gateway, "/sandbox/behaviour", "{\"transfereeOffers\":true}");
  transfer (f, "busy@sandbox.test");
  hs_raw_expect_sdp (f->bo, "startCallUpdate", f->call->other_sid, NULL);
  hs_raw_assert_put (f->bo, f->call->other_sid, "respondCallUpdate", HS_RAW_SDP ("bo"), 200, 0);
  hs_raw_expect_pending (f->bo, f->call->other_sid);
  hs_raw_client_expect_end (f->ana, "sessionFail", f->call->sid, 486);
  assert_goes_on (f);
}

static void
test_target_cannot_be_reached (Fixture *f, gconstpointer arguments)
{
  transfer (f, "busy@sandbox.test");
  hs_raw_client_expect_end (f->ana, "sessionFail", f->call->sid, 486);
  transfer (f, "nobody@lab.example");
  hs_raw_client_expect_end (f->ana, "sessionFail", f->call->sid, 404);
  ring_target (f);
  hs_raw_assert_leg (f->cy, "DELETE", f->target, 200, 0);
  hs_raw_client_expect_end (f->cy, "callCancel", f->target, 0);
  hs_raw_client_expect_end (f->ana, "sessionFail", f->call->sid, 603);
  hs_raw_client_expect_nothing (f->bo);
  assert_goes_on (f);
}

static void
test_target_does_not_answer (Fixture *f, gconstpointer arguments)
{
  ring_target (f);
  hs_raw_client_expect_end (f->cy, "callCancel", f->target, 0);
  hs_raw_client_expect_end (f->ana, "sessionFail", f->call->sid, 480);
  assert_goes_on (f);
}

/* Bo is in the middle of something else. */
static void
test_transferee_refuses (Fixture *f, gconstpointer arguments)
{
  answer_as_target (f);
  hs_raw_assert_put (f->bo, f->call->other_sid, "respondCallUpdate", "\"statusCode\":\"491\"", 200,
                     0);
  hs_raw_client_expect_end (f->cy, "callEnd", f->target, 480);
  hs_raw_client_expect_end (f->ana, "sessionFail", f->call->sid, 491);
  assert_goes_on (f);
}

static void
test_nothing_else_meanwhile (Fixture *f, gconstpointer arguments)
{
  ring_target (f);
  hs_raw_assert_put (f->bo, f->call->other_sid, "startCallUpdate", HS_RAW_SDP ("hold"), 200, 0);
  hs_raw_expect_pending (f->bo, f->call->other_sid);
  hs_raw_assert_put (f->ana, f->call->sid, "startCallUpdate", HS_RAW_SDP ("hold"), 200, 0);
  hs_raw_expect_pending (f->ana, f->call->sid);
  hs_raw_assert_put (f->ana, f->call->sid, "transfer", "\"address\":\"" BO "\"", 403, 37);
  hs_raw_client_expect_nothing (f->cy);
}

static void
test_transferor_hangs_up (Fixture *f, gconstpointer arguments)
{
  ring_target (f);
  hs_raw_assert_leg (f->ana, "DELETE", f->call->sid, 200, 0);
  hs_raw_client_expect_end (f->bo, "callEnd", f->call->other_sid, 200);
  hs_raw_client_expect_end (f->cy, "callCancel", f->target, 0);
  hs_raw_assert_put (f->cy, f->target, "callAnswer", HS_RAW_SDP ("cy"), 404, 47);
  hs_raw_client_expect_nothing (f->ana);
  assert_n_calls (f, 0);
}

static void
test_transferee_hangs_up (Fixture *f, gconstpointer arguments)
{
  answer_as_target (f);
  hs_raw_assert_leg (f->bo, "DELETE", f->call->other_sid, 200, 0);
  hs_raw_client_expect_end (f->ana, "callEnd", f->call->sid, 200);
  hs_raw_client_expect_end (f->cy, "callEnd", f->target, 480);
  assert_n_calls (f, 0);
}

static void
test_target_hangs_up (Fixture *f, gconstpointer arguments)
{
  answer_as_target (f);
  hs_raw_assert_leg (f->cy, "DELETE", f->target, 200, 0);
  hs_raw_client_expect_end (f->ana, "sessionFail", f->call->sid, 487);
  /* Too late for an answer that nobody waits for. */
  hs_raw_assert_put (f->bo, f->call->other_sid, "respondCallUpdate", HS_RAW_SDP ("bo"), 403, 37);
  assert_goes_on (f);
  end_call (f, f->ana, f->call->sid, f->bo, f->call->other_sid);
}

/* With a second call */

static void
consult (Fixture *f)
{
  g_autofree char *more = NULL;

  f->second = hs_raw_call_new (f->ana, f->cy);
  more = g_strdup_printf ("\"sessionData\":\"%s\",\"address\":\"sip:" CY "\"", f->second->sid);
  hs_raw_assert_put (f->ana, f->call->sid, "transfer", more, 200, 0);
  hs_raw_expect_sdp (f->cy, "startCallUpdate", f->second->other_sid, NULL);
}

static void
consult_with_offer (Fixture *f)
{
  consult (f);
  hs_raw_assert_put (f->cy, f->second->other_sid, "respondCallUpdate", HS_RAW_SDP ("cy"), 200, 0);
  hs_raw_expect_from (f->bo, "startCallUpdate", f->call->other_sid, "cy", CY);
}

static void
test_consultative (Fixture *f, gconstpointer arguments)
{
  consult_with_offer (f);
  hs_raw_assert_put (f->bo, f->call->other_sid, "respondCallUpdate", HS_RAW_SDP ("bo"), 200, 0);
  hs_raw_expect_from (f->cy, "respondCallUpdate", f->second->other_sid, "bo", BO);
  hs_raw_client_expect_end (f->ana, "sessionComplete", f->call->sid, 9905);
  hs_raw_client_expect_end (f->ana, "callEnd", f->second->sid, 200);
  hs_raw_assert_leg (f->ana, "DELETE", f->call->sid, 200, 0);
  hs_raw_assert_leg (f->ana, "DELETE", f->second->sid, 200, 0);
  assert_n_calls (f, 1);
  end_call (f, f->bo, f->call->other_sid, f->cy, f->second->other_sid);
}

static void
test_consultative_is_refused (Fixture *f, gconstpointer arguments)
{
  consult_with_offer (f);
  hs_raw_assert_put (f->bo, f->call->other_sid, "respondCallUpdate", "\"statusCode\":\"491\"", 200,
                     0);
  hs_raw_expect_pending (f->cy, f->second->other_sid);
  hs_raw_client_expect_end (f->ana, "sessionFail", f->call->sid, 491);
  assert_goes_on (f);
  assert_n_calls (f, 2);
}

static void
test_consultative_loses_its_target (Fixture *f, gconstpointer arguments)
{
  consult (f);
  hs_raw_assert_leg (f->cy, "DELETE", f->second->other_sid, 200, 0);
  hs_raw_client_expect_end (f->ana, "callEnd", f->second->sid, 200);
  hs_raw_client_expect_end (f->ana, "sessionFail", f->call->sid, 487);
  assert_goes_on (f);
  assert_n_calls (f, 1);
}

static void
test_consultative_loses_its_transferee (Fixture *f, gconstpointer arguments)
{
  consult_with_offer (f);
  hs_raw_assert_leg (f->bo, "DELETE", f->call->other_sid, 200, 0);
  hs_raw_client_expect_end (f->ana, "callEnd", f->call->sid, 200);
  hs_raw_expect_pending (f->cy, f->second->other_sid);
  assert_n_calls (f, 1);
  end_call (f, f->ana, f->second->sid, f->cy, f->second->other_sid);
}

static void
test_bad_requests (Fixture *f, gconstpointer arguments)
{
  g_autofree char *itself = g_strdup_printf ("\"sessionData\":\"%s\"", f->call->sid);
  g_autofree char *not_hers = g_strdup_printf ("\"sessionData\":\"%s\"", f->call->other_sid);

  hs_raw_assert_put (f->ana, f->call->sid, "transfer", NULL, 400, 5);
  hs_raw_assert_put (f->ana, f->call->sid, "transfer", "\"address\":7", 400, 5);
  hs_raw_assert_put (f->ana, f->call->sid, "transfer", "\"address\":\"sip:\"", 400, 5);
  hs_raw_assert_put (f->ana, f->call->sid, "transfer", "\"sessionData\":\"s00\"", 404, 47);
  hs_raw_assert_put (f->ana, f->call->sid, "transfer", itself, 403, 37);
  hs_raw_assert_put (f->ana, f->call->sid, "transfer", not_hers, 404, 47);
  hs_raw_assert_put (f->ana, "s00", "transfer", "\"address\":\"" CY "\"", 404, 47);
  assert_goes_on (f);
}

static void
test_bad_behaviour (Fixture *f, gconstpointer arguments)
{
  static const char *const rows[][2] = {
    { "7", "an object is expected" },
    { "{\"transfereeOffers\":7}", "transfereeOffers: true or false is expected" },
    { "{\"rudeness\":true}", "rudeness: no such behaviour" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (HsRawReply) reply =
        hs_raw_gateway_request (f->gateway, "POST", "/sandbox/behaviour", rows[i][0], NULL);

    g_assert_cmpuint (reply->status, ==, 400);
    g_assert_cmpstr (json_object_get_string_member (reply->body, "error"), ==, rows[i][1]);
  }
}

#define ADD(path, arguments, test)                                                                 \
  g_test_add ("/sandbox/transfer/" path, Fixture, arguments, set_up, test, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("direct", NULL, test_direct);
  ADD ("transferor-is-out", NULL, test_transferor_is_out);
  ADD ("transferee-offers", NULL, test_transferee_offers);
  ADD ("transferee-offers-in-vain", NULL, test_transferee_offers_in_vain);
  ADD ("target-cannot-be-reached", NULL, test_target_cannot_be_reached);
  ADD ("target-does-not-answer", "--plain --ring-timeout 1", test_target_does_not_answer);
  ADD ("transferee-refuses", NULL, test_transferee_refuses);
  ADD ("nothing-else-meanwhile", NULL, test_nothing_else_meanwhile);
  ADD ("transferor-hangs-up", NULL, test_transferor_hangs_up);
  ADD ("transferee-hangs-up", NULL, test_transferee_hangs_up);
  ADD ("target-hangs-up", NULL, test_target_hangs_up);
  ADD ("consultative", NULL, test_consultative);
  ADD ("consultative-is-refused", NULL, test_consultative_is_refused);
  ADD ("consultative-loses-its-target", NULL, test_consultative_loses_its_target);
  ADD ("consultative-loses-its-transferee", NULL, test_consultative_loses_its_transferee);
  ADD ("bad-requests", NULL, test_bad_requests);
  ADD ("bad-behaviour", NULL, test_bad_behaviour);
  return g_test_run ();
}
