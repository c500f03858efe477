/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "hs-fake-caller.h"
#include "hs-raw-client.h"

typedef struct {
  HsRawGateway *gateway;
  HsRawClient *ana;
  HsFakeCaller *caller;
} Fixture;

static void
set_up (Fixture *f, gconstpointer arguments)
{
  f->gateway = hs_raw_gateway_start ("--plain");
  f->ana = hs_raw_client_new (f->gateway, "ana@lab.example");
  f->caller = hs_fake_caller_new ("OPUS");
}

static void
tear_down (Fixture *f, gconstpointer arguments)
{
  hs_fake_caller_free (f->caller);
  hs_raw_client_free (f->ana);
  hs_raw_gateway_stop (f->gateway);
}

/* Returns: the caller's sid, once the person has answered and the caller has the answer */
static char *
call_person (Fixture *f, const char *to)
{
  g_autofree char *offer = hs_fake_caller_offer (f->caller);
  g_autofree char *escaped = g_strescape (offer, NULL);
  g_autofree char *sid = hs_raw_client_call (f->ana, to, escaped);
  g_autofree char *rung = hs_raw_client_expect_sid (f->ana, "ringing");
  g_autoptr (JsonObject) answer = hs_raw_client_expect (f->ana, "respondCallUpdate");

  g_assert_cmpstr (rung, ==, sid);
  hs_fake_caller_take_answer (f->caller, hs_raw_get_text (answer, "sessionParams", "sdp"));
  hs_fake_wait_until (hs_fake_caller_is_connected, f->caller);
  return g_steal_pointer (&sid);
}

static gboolean
has_heard_a_second (gpointer user_data)
{
  return hs_fake_caller_get_heard_ms (user_data) >= 1000;
}

static gboolean
has_silence (gpointer user_data)
{
  return hs_fake_caller_get_silent_ms (user_data) >= 100;
}

static void
test_tone (Fixture *f, gconstpointer arguments)
{
  g_autofree char *sid = call_person (f, "tone@sandbox.test");

  hs_fake_wait_until (has_heard_a_second, f->caller);
  g_assert_cmpfloat_with_epsilon (hs_fake_caller_measure (f->caller).hz, 440, 3);
}

static void
test_echo (Fixture *f, gconstpointer arguments)
{
  g_autofree char *sid = call_person (f, "echo@lab.example");

  hs_fake_caller_send_tone (f->caller, 700, 0.25, 1000);
  hs_fake_wait_until (has_silence, f->caller);
  g_assert_cmpfloat_with_epsilon (hs_fake_caller_measure (f->caller).hz, 700, 3);
}

/* The person's media answers a further offer of the same call. */
static void
test_update (Fixture *f, gconstpointer arguments)
{
  g_autofree char *sid = call_person (f, "echo@sandbox.test");
  g_autofree char *offer = hs_fake_caller_dup_offer (f->caller);
  g_autofree char *escaped = g_strescape (offer, NULL);
  g_autofree char *more = g_strdup_printf ("\"sdp\":\"%s\"", escaped);
  g_autoptr (HsRawReply) reply = hs_raw_client_put (f->ana, sid, "startCallUpdate", more);
  g_autoptr (JsonObject) answer = hs_raw_client_expect (f->ana, "respondCallUpdate");

  hs_raw_reply_assert (reply, 200, 0);
  g_assert_nonnull (g_strstr_len (hs_raw_get_text (answer, "sessionParams", "sdp"), -1, "m=audio"));
}

static void
test_bad_update_is_refused (Fixture *f, gconstpointer arguments)
{
  g_autofree char *sid = call_person (f, "echo@sandbox.test");
  g_autoptr (HsRawReply) reply =
      hs_raw_client_put (f->ana, sid, "startCallUpdate", "\"sdp\":\"nonsense\"");
  g_autoptr (JsonObject) refusal = hs_raw_client_expect (f->ana, "respondCallUpdate");
  g_autoptr (HsRawReply) audit = hs_raw_client_put (f->ana, sid, "audit", NULL);

  hs_raw_reply_assert (reply, 200, 0);
  g_assert_cmpint (json_object_get_int_member (refusal, "statusCode"), ==, 49);
  hs_raw_reply_assert (audit, 200, 0);
}

static void
test_hang_up (Fixture *f, gconstpointer arguments)
{
  g_autofree char *sid = call_person (f, "tone@sandbox.test");
  g_autofree char *path = g_strdup_printf ("/callControl/callSessions/%s", sid);
  g_autoptr (HsRawReply) reply = hs_raw_client_request (f->ana, "DELETE", path, NULL);
  g_autoptr (JsonObject) state = hs_raw_gateway_get_state (f->gateway);

  hs_raw_reply_assert (reply, 200, 0);
  g_assert_cmpint (json_object_get_int_member (state, "calls"), ==, 0);
  hs_raw_client_expect_nothing (f->ana);
}

static void
test_bad_offer_ends_the_call (Fixture *f, gconstpointer arguments)
{
  g_autofree char *sid = hs_raw_client_call (f->ana, "echo@sandbox.test", "nonsense");
  g_autofree char *rung = hs_raw_client_expect_sid (f->ana, "ringing");

  g_assert_cmpstr (rung, ==, sid);
  hs_raw_client_expect_end (f->ana, "callEnd", sid, 488);
}

static void
test_cancel_while_it_rings (Fixture *f, gconstpointer arguments)
{
  g_autofree char *offer = hs_fake_caller_offer (f->caller);
  g_autofree char *escaped = g_strescape (offer, NULL);
  g_autofree char *sid = hs_raw_client_call (f->ana, "echo@sandbox.test", escaped);
  g_autofree char *path = g_strdup_printf ("/callControl/callSessions/%s", sid);
  g_autofree char *rung = hs_raw_client_expect_sid (f->ana, "ringing");
  g_autoptr (HsRawReply) reply = hs_raw_client_request (f->ana, "DELETE", path, NULL);
  g_autoptr (JsonObject) state = hs_raw_gateway_get_state (f->gateway);

  hs_raw_reply_assert (reply, 200, 0);
  g_assert_cmpint (json_object_get_int_member (state, "calls"), ==, 0);
}

#define ADD(path, test) g_test_add ("/sandbox/people/" path, Fixture, NULL, set_up, test, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("tone", test_tone);
  ADD ("echo", test_echo);
  ADD ("update", test_update);
  ADD ("bad-update-is-refused", test_bad_update_is_refused);
  ADD ("hang-up", test_hang_up);
  ADD ("bad-offer-ends-the-call", test_bad_offer_ends_the_call);
  ADD ("cancel-while-it-rings", test_cancel_while_it_rings);
  return g_test_run ();
}
