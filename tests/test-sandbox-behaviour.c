/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "hs-fake-caller.h"
#include "hs-raw-call.h"

#include <string.h>

#define ANA "ana@lab.example"
#define BO  "bo@lab.example"

typedef struct {
  HsRawGateway *gateway;
  HsRawClient *ana, *bo;
  HsRawCall *call;
  HsFakeCaller *caller;
  char *offer; /* the caller's, as a JSON text */
  char *sid;   /* of a call that is not answered yet, at Ana */
  char *other_sid;
} Fixture;

static void
set_up (Fixture *f, gconstpointer behaviour)
{
  g_autofree char *offer = NULL;

  f->gateway = hs_raw_gateway_start ("--plain");
  f->ana = hs_raw_client_new (f->gateway, ANA);
  f->bo = hs_raw_client_new (f->gateway, BO);
  f->caller = hs_fake_caller_new ("OPUS");
  offer = hs_fake_caller_offer (f->caller);
  f->offer = g_strescape (offer, NULL);
  hs_raw_gateway_order (f->gateway, "/sandbox/behaviour", behaviour);
}

static void
tear_down (Fixture *f, gconstpointer behaviour)
{
  g_free (f->sid);
  g_free (f->other_sid);
  g_free (f->offer);
  g_clear_pointer (&f->call, hs_raw_call_free);
  hs_fake_caller_free (f->caller);
  hs_raw_client_free (f->ana);
  hs_raw_client_free (f->bo);
  hs_raw_gateway_stop (f->gateway);
}

static void
assert_n_calls (Fixture *f, int n_calls)
{
  g_autoptr (JsonObject) state = hs_raw_gateway_get_state (f->gateway);

  g_assert_cmpint (json_object_get_int_member (state, "calls"), ==, n_calls);
}

/* Returns: the text of the next notification's description, which must have @part. */
static char *
expect_part (HsRawClient *client, const char *type, const char *sid, const char *part)
{
  g_autoptr (JsonObject) message = hs_raw_client_expect (client, type);
  const char *sdp = hs_raw_get_text (message, "sessionParams", "sdp");

  g_assert_cmpstr (hs_raw_get_text (message, "sessionParams", "sessionData"), ==, sid);
  g_assert_nonnull (sdp);
  g_assert_nonnull (strstr (sdp, part));
  return g_strdup (sdp);
}

static void
put_sdp (HsRawClient *client, const char *sid, const char *type, const char *sdp)
{
  g_autofree char *more = g_strdup_printf ("\"sdp\":\"%s\"", sdp);

  hs_raw_assert_put (client, sid, type, more, 200, 0);
}

/* --- early media --- */

static void
ring (Fixture *f, const char *more)
{
  g_autofree char *body = g_strdup_printf (
      "{\"callControlRequest\":{\"type\":\"callStart\",\"to\":\"" BO "\",\"sdp\":\"%s\"%s}}",
      f->offer, more);
  g_autoptr (HsRawReply) reply = hs_raw_client_request (f->ana, "POST", "/callControl", body);

  hs_raw_reply_assert (reply, 200, 0);
  f->sid = g_strdup (hs_raw_get_text (reply->body, "callControlResponse", "sessionData"));
  f->other_sid = hs_raw_client_expect_sid (f->bo, "call");
  hs_raw_assert_put (f->bo, f->other_sid, "ringing", NULL, 200, 0);
  hs_raw_expect_sdp (f->ana, "ringing", f->sid, NULL);
}

static void
test_early_media (Fixture *f, gconstpointer behaviour)
{
  g_autofree char *early = NULL;

  ring (f, ",\"supported\":[7,\"earlymedia\"]");
  early = expect_part (f->ana, "sessionProgress", f->sid, "a=sendrecv");
  hs_raw_assert_put (f->bo, f->other_sid, "callAnswer", HS_RAW_SDP ("bo"), 200, 0);
  hs_raw_expect_sdp (f->ana, "respondCallUpdate", f->sid, "bo");
  hs_raw_client_expect_nothing (f->ana);
}

static void
test_early_media_is_not_supported (Fixture *f, gconstpointer behaviour)
{
  ring (f, ",\"supported\":[\"latemedia\"]");
  hs_raw_client_expect_nothing (f->ana);
}

static void
test_early_media_is_cancelled (Fixture *f, gconstpointer behaviour)
{
  ring (f, ",\"supported\":[\"earlymedia\"]");
  hs_raw_assert_leg (f->ana, "DELETE", f->sid, 200, 0);
  hs_raw_client_expect_end (f->bo, "callCancel", f->other_sid, 0);
  assert_n_calls (f, 0);
}

/* --- slow start --- */

static void
ring_slowly (Fixture *f)
{
  g_autoptr (JsonObject) call = NULL;

  f->sid = hs_raw_client_call (f->ana, BO, f->offer);
  call = hs_raw_client_expect (f->bo, "call");
  g_assert_null (hs_raw_get_text (call, "sessionParams", "sdp"));
  f->other_sid = g_strdup (hs_raw_get_text (call, "sessionParams", "sessionData"));
}

/* Both offers are answered by the gateway, and so are those that follow. */
static void
test_slow_start (Fixture *f, gconstpointer behaviour)
{
  g_autofree char *one = NULL;
  g_autofree char *other = NULL;
  g_autofree char *again = NULL;

  ring_slowly (f);
  put_sdp (f->bo, f->other_sid, "callAnswer", f->offer);
  one = expect_part (f->ana, "respondCallUpdate", f->sid, "m=audio");
  other = expect_part (f->bo, "respondCallUpdate", f->other_sid, "m=audio");
  g_assert_cmpstr (one, !=, other);
  put_sdp (f->bo, f->other_sid, "startCallUpdate", f->offer);
  again = expect_part (f->bo, "respondCallUpdate", f->other_sid, "m=audio");
  hs_raw_assert_put (f->bo, f->other_sid, "startCallUpdate", HS_RAW_SDP ("rubbish"), 200, 0);
  hs_raw_expect_pending (f->bo, f->other_sid);
  hs_raw_assert_leg (f->ana, "DELETE", f->sid, 200, 0);
  hs_raw_client_expect_end (f->bo, "callEnd", f->other_sid, 200);
  hs_raw_client_expect_nothing (f->ana);
  assert_n_calls (f, 0);
}

static void
test_slow_start_with_rubbish (Fixture *f, gconstpointer behaviour)
{
  ring_slowly (f);
  hs_raw_assert_put (f->bo, f->other_sid, "callAnswer", HS_RAW_SDP ("rubbish"), 200, 0);
  hs_raw_expect_pending (f->bo, f->other_sid);
  hs_raw_client_expect_end (f->bo, "callEnd", f->other_sid, 487);
  hs_raw_client_expect_end (f->ana, "callEnd", f->sid, 488);
  assert_n_calls (f, 0);
}

/* What had been told before does not matter. */
static void
wait_for_end (HsRawClient *client)
{
  gboolean has_ended = FALSE;

  while (!has_ended) {
    g_autofree char *frame = hs_raw_client_expect_frame (client);

    has_ended = strstr (frame, "\"callEnd\"") != NULL;
  }
}

static void
test_slow_start_is_cancelled (Fixture *f, gconstpointer behaviour)
{
  ring_slowly (f);
  put_sdp (f->bo, f->other_sid, "callAnswer", f->offer);
  hs_raw_assert_leg (f->ana, "DELETE", f->sid, 200, 0);
  wait_for_end (f->bo);
  assert_n_calls (f, 0);
}

static void
test_slow_start_loses_the_callee (Fixture *f, gconstpointer behaviour)
{
  ring_slowly (f);
  put_sdp (f->bo, f->other_sid, "callAnswer", f->offer);
  hs_raw_assert_leg (f->bo, "DELETE", f->other_sid, 200, 0);
  wait_for_end (f->ana);
  assert_n_calls (f, 0);
}

/* --- an update that the gateway asks for --- */

static guint
order_update (Fixture *f, const char *sid)
{
  g_autofree char *body = g_strdup_printf ("{\"sessionData\":\"%s\"}", sid);
  g_autoptr (HsRawReply) reply =
      hs_raw_gateway_request (f->gateway, "POST", "/sandbox/update", body, NULL);

  return reply->status;
}

static void
test_slow_update (Fixture *f, gconstpointer behaviour)
{
  g_autoptr (HsRawReply) bad =
      hs_raw_gateway_request (f->gateway, "POST", "/sandbox/update", "{\"sessionData\":7}", NULL);

  g_assert_cmpuint (bad->status, ==, 400);
  g_assert_cmpuint (order_update (f, "s00"), ==, 409);
  f->call = hs_raw_call_new (f->ana, f->bo);
  g_assert_cmpuint (order_update (f, f->call->other_sid), ==, 200);
  hs_raw_expect_from (f->bo, "startCallUpdate", f->call->other_sid, NULL, ANA);
  g_assert_cmpuint (order_update (f, f->call->sid), ==, 409);
  hs_raw_assert_put (f->bo, f->call->other_sid, "respondCallUpdate", HS_RAW_SDP ("bo"), 200, 0);
  hs_raw_expect_sdp (f->ana, "startCallUpdate", f->call->sid, "bo");
  hs_raw_assert_put (f->ana, f->call->sid, "respondCallUpdate", HS_RAW_SDP ("ana"), 200, 0);
  hs_raw_expect_sdp (f->bo, "respondCallUpdate", f->call->other_sid, "ana");

  g_assert_cmpuint (order_update (f, f->call->other_sid), ==, 200);
  hs_raw_expect_sdp (f->bo, "startCallUpdate", f->call->other_sid, NULL);
  hs_raw_assert_put (f->bo, f->call->other_sid, "respondCallUpdate", HS_RAW_SDP ("bo"), 200, 0);
  hs_raw_expect_sdp (f->ana, "startCallUpdate", f->call->sid, "bo");
  hs_raw_assert_put (f->ana, f->call->sid, "respondCallUpdate", "\"statusCode\":\"491\"", 200, 0);
  hs_raw_expect_pending (f->bo, f->call->other_sid);
}

/* --- updates that pass each other --- */

static void
test_crossing (Fixture *f, gconstpointer behaviour)
{
  f->call = hs_raw_call_new (f->ana, f->bo);
  hs_raw_assert_put (f->ana, f->call->sid, "startCallUpdate", HS_RAW_SDP ("one"), 200, 0);
  hs_raw_assert_put (f->bo, f->call->other_sid, "startCallUpdate", HS_RAW_SDP ("two"), 200, 0);
  hs_raw_expect_sdp (f->bo, "startCallUpdate", f->call->other_sid, "one");
  hs_raw_expect_sdp (f->ana, "startCallUpdate", f->call->sid, "two");
  /* There is no more to it than one in each direction. */
  hs_raw_assert_put (f->ana, f->call->sid, "startCallUpdate", HS_RAW_SDP ("three"), 200, 0);
  hs_raw_expect_pending (f->ana, f->call->sid);
  hs_raw_assert_put (f->ana, f->call->sid, "respondCallUpdate", "\"statusCode\":\"491\"", 200, 0);
  hs_raw_expect_pending (f->bo, f->call->other_sid);
  hs_raw_assert_put (f->bo, f->call->other_sid, "respondCallUpdate", HS_RAW_SDP ("yes"), 200, 0);
  hs_raw_expect_sdp (f->ana, "respondCallUpdate", f->call->sid, "yes");
}

/* --- music --- */

static char *
dup_hold (Fixture *f)
{
  g_autoptr (GString) hold = g_string_new (f->offer);

  g_assert_cmpuint (g_string_replace (hold, "a=sendrecv", "a=inactive", 0), >, 0);
  return g_strdup (hold->str);
}

static void
hold (Fixture *f, HsRawClient *one, const char *sid, HsRawClient *other, const char *other_sid)
{
  g_autofree char *offer = dup_hold (f);
  g_autofree char *offered = NULL;

  put_sdp (one, sid, "startCallUpdate", offer);
  offered = expect_part (other, "startCallUpdate", other_sid, "a=inactive");
  hs_raw_assert_put (other, other_sid, "respondCallUpdate", HS_RAW_SDP ("held"), 200, 0);
  hs_raw_expect_sdp (one, "respondCallUpdate", sid, "held");
}

static void
test_music_is_refused (Fixture *f, gconstpointer behaviour)
{
  g_autofree char *music = NULL;

  f->call = hs_raw_call_new (f->ana, f->bo);
  hold (f, f->ana, f->call->sid, f->bo, f->call->other_sid);
  music = expect_part (f->bo, "startCallUpdate", f->call->other_sid, "a=sendonly");
  hs_raw_assert_put (f->bo, f->call->other_sid, "respondCallUpdate", "\"statusCode\":\"491\"", 200,
                     0);
  hs_raw_assert_put (f->ana, f->call->sid, "startCallUpdate", HS_RAW_SDP ("resume"), 200, 0);
  hs_raw_expect_sdp (f->bo, "startCallUpdate", f->call->other_sid, "resume");
  hs_raw_assert_put (f->bo, f->call->other_sid, "respondCallUpdate", HS_RAW_SDP ("yes"), 200, 0);
  hs_raw_expect_sdp (f->ana, "respondCallUpdate", f->call->sid, "yes");
  hs_raw_client_expect_nothing (f->bo);
}

/* The call goes on before the music has been answered: that is still to be answered first. */
static void
test_music_is_cut_short (Fixture *f, gconstpointer behaviour)
{
  g_autofree char *music = NULL;

  f->call = hs_raw_call_new (f->ana, f->bo);
  hold (f, f->ana, f->call->sid, f->bo, f->call->other_sid);
  music = expect_part (f->bo, "startCallUpdate", f->call->other_sid, "a=sendonly");
  hs_raw_assert_put (f->ana, f->call->sid, "startCallUpdate", HS_RAW_SDP ("resume"), 200, 0);
  hs_raw_client_expect_nothing (f->bo);
  hs_raw_assert_put (f->bo, f->call->other_sid, "respondCallUpdate", HS_RAW_SDP ("music"), 403, 37);
  hs_raw_expect_sdp (f->bo, "startCallUpdate", f->call->other_sid, "resume");
  hs_raw_assert_put (f->bo, f->call->other_sid, "respondCallUpdate", HS_RAW_SDP ("yes"), 200, 0);
  hs_raw_expect_sdp (f->ana, "respondCallUpdate", f->call->sid, "yes");
}

static void
test_no_music_for_two_holders (Fixture *f, gconstpointer behaviour)
{
  g_autofree char *music = NULL;
  g_autofree char *hers = NULL;

  f->call = hs_raw_call_new (f->ana, f->bo);
  hold (f, f->ana, f->call->sid, f->bo, f->call->other_sid);
  music = expect_part (f->bo, "startCallUpdate", f->call->other_sid, "a=sendonly");
  hs_raw_assert_put (f->bo, f->call->other_sid, "respondCallUpdate", "\"statusCode\":\"491\"", 200,
                     0);
  hold (f, f->bo, f->call->other_sid, f->ana, f->call->sid);
  hs_raw_client_expect_nothing (f->ana);
  hs_raw_client_expect_nothing (f->bo);
  hs_raw_assert_put (f->ana, f->call->sid, "startCallUpdate", HS_RAW_SDP ("resume"), 200, 0);
  hs_raw_expect_sdp (f->bo, "startCallUpdate", f->call->other_sid, "resume");
  hs_raw_assert_put (f->bo, f->call->other_sid, "respondCallUpdate", HS_RAW_SDP ("held"), 200, 0);
  hs_raw_expect_sdp (f->ana, "respondCallUpdate", f->call->sid, "held");
  hers = expect_part (f->ana, "startCallUpdate", f->call->sid, "a=sendonly");
  hs_raw_assert_leg (f->bo, "DELETE", f->call->other_sid, 200, 0);
  hs_raw_client_expect_end (f->ana, "callEnd", f->call->sid, 200);
  assert_n_calls (f, 0);
}

#define ADD(path, behaviour, test)                                                                 \
  g_test_add ("/sandbox/behaviour/" path, Fixture, behaviour, set_up, test, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("early-media", "{\"earlyMedia\":true}", test_early_media);
  ADD ("early-media-is-not-supported", "{\"earlyMedia\":true}", test_early_media_is_not_supported);
  ADD ("early-media-is-cancelled", "{\"earlyMedia\":true}", test_early_media_is_cancelled);
  ADD ("slow-start", "{\"slowStart\":true}", test_slow_start);
  ADD ("slow-start-with-rubbish", "{\"slowStart\":true}", test_slow_start_with_rubbish);
  ADD ("slow-start-is-cancelled", "{\"slowStart\":true}", test_slow_start_is_cancelled);
  ADD ("slow-start-loses-the-callee", "{\"slowStart\":true}", test_slow_start_loses_the_callee);
  ADD ("slow-update", "{}", test_slow_update);
  ADD ("crossing", "{\"crossing\":true}", test_crossing);
  ADD ("music-is-refused", "{\"musicOnHold\":true}", test_music_is_refused);
  ADD ("music-is-cut-short", "{\"musicOnHold\":true}", test_music_is_cut_short);
  ADD ("no-music-for-two-holders", "{\"musicOnHold\":true}", test_no_music_for_two_holders);
  return g_test_run ();
}
