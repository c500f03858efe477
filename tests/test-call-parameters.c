/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/hs-error.h"
#include "base/hs-json.h"
#include "hs-call-fixture.h"
#include "hs-call-lines.h"

#include <string.h>

#define OPERATION(step, more) HS_LINE_OPERATION ("A", "SEND_CUSTOM_PARAMETERS", step, more)
#define SENT(parameters)                                                                           \
  OPERATION ("START", "")                                                                          \
  "> CUSTOM_PARAMETERS leg-1" parameters                                                           \
  "\n" OPERATION ("FINISH", HS_LINE_PREVIOUS ("SEND_CUSTOM_PARAMETERS", "ONGOING"))

static void
set (HsCallFixture *f, const char *json)
{
  g_autoptr (JsonNode) node = json != NULL ? hs_json_parse (json, -1, NULL) : NULL;
  g_autoptr (GError) error = NULL;
  gboolean done =
      hs_calls_set_custom_parameters (f->calls, hs_call_fixture_get_id (f, "A"),
                                      node != NULL ? json_node_get_array (node) : NULL, &error);

  g_assert_no_error (error);
  g_assert_true (done);
}

static gboolean
send_stored (HsCallFixture *f, const char *waiter, GError **error)
{
  return hs_calls_send_custom_parameters (
      f->calls, hs_call_fixture_get_id (f, "A"),
      waiter != NULL ? hs_call_fixture_new_waiter (f, waiter) : NULL, error);
}

static char *
dup_stored (HsCallFixture *f)
{
  g_autoptr (JsonObject) call = hs_call_fixture_dup_call (f, "A");
  g_autoptr (JsonNode) node = json_object_dup_member (call, "customParameters");

  return hs_json_to_text (node);
}

static void
assert_stored (HsCallFixture *f, const char *expected)
{
  g_autofree char *stored = dup_stored (f);

  g_assert_cmpstr (stored, ==, expected);
}

static void
test_set (HsCallFixture *f, gconstpointer data)
{
  hs_call_fixture_make_connected (f);
  assert_stored (f, "[]");
  set (f, "[{\"name\":\"X-A\",\"value\":\"1\"},{\"name\":\"X-B\",\"value\":\"\"}]");
  assert_stored (f, "[{\"name\":\"X-A\",\"value\":\"1\"},{\"name\":\"X-B\",\"value\":\"\"}]");
  set (f, "[{\"name\":\"X-C\",\"value\":\"3\"}]");
  assert_stored (f, "[{\"name\":\"X-C\",\"value\":\"3\"}]");
  set (f, "[]");
  assert_stored (f, "[]");
  set (f, "[{\"name\":\"X-C\",\"value\":\"3\"}]");
  set (f, NULL);
  assert_stored (f, "[]");
  hs_call_fixture_expect (f, "");
}

static void
test_set_for_nobody (HsCallFixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (hs_calls_set_custom_parameters (f->calls, "nobody", NULL, &error));
  g_assert_error (error, HS_CALL_ERROR, HS_CALL_ERROR_INVALID_PARAM);
  hs_call_fixture_expect (f, "");
}

static void
test_send (HsCallFixture *f, gconstpointer data)
{
  hs_call_fixture_make_connected (f);
  set (f, "[{\"name\":\"X-A\",\"value\":\"1\"}]");
  g_assert_true (send_stored (f, "send", NULL));
  hs_call_fixture_expect (f, SENT (" [{'name':'X-A','value':'1'}]") "waiter send: ok\n");
  assert_stored (f, "[{\"name\":\"X-A\",\"value\":\"1\"}]");
}

static void
test_send_nothing (HsCallFixture *f, gconstpointer data)
{
  hs_call_fixture_make_connected (f);
  g_assert_true (send_stored (f, NULL, NULL));
  hs_call_fixture_expect (f, SENT (""));
}

static void
test_send_on_hold (HsCallFixture *f, gconstpointer data)
{
  g_autofree char *sdp = hs_call_fixture_dup_audio ("inactive");

  hs_call_fixture_make_connected (f);
  hs_call_fixture_receive (f, HS_MESSAGE_UPDATE, "leg-1", sdp);
  hs_call_fixture_skip (f);
  g_assert_true (send_stored (f, NULL, NULL));
  hs_call_fixture_expect (f, SENT (""));
}

/* A hold carries them, and neither keeps the other away. */
static void
test_send_beside_a_negotiation (HsCallFixture *f, gconstpointer data)
{
  g_autofree char *sdp = hs_call_fixture_dup_audio ("inactive");
  g_autofree char *state = NULL;

  hs_call_fixture_make_connected (f);
  set (f, "[{\"name\":\"X-A\",\"value\":\"1\"}]");
  g_assert_true (hs_calls_hold (f->calls, hs_call_fixture_get_id (f, "A"), NULL, NULL));
  hs_call_fixture_settle (f);
  g_assert_cmpstr (f->lines->pdata[2], ==,
                   "> UPDATE leg-1 sdp=offer-2 [{'name':'X-A','value':'1'}]");
  hs_call_fixture_skip (f);
  g_assert_true (send_stored (f, NULL, NULL));
  hs_call_fixture_expect (
      f, OPERATION ("START", HS_LINE_PREVIOUS (
                                 "HOLD", "PENDING")) "> CUSTOM_PARAMETERS leg-1 "
                                                     "[{'name':'X-A','value':'1'}]\n" OPERATION (
                                                         "FINISH",
                                                         HS_LINE_PREVIOUS ("HOLD", "PENDING")));
  hs_call_fixture_receive (f, HS_MESSAGE_ANSWER, "leg-1", sdp);
  hs_call_fixture_settle (f);
  state = hs_call_fixture_dup_state (f, "A");
  g_assert_cmpstr (state, ==, "On Hold");
}

static void
test_answer_keeps_them (HsCallFixture *f, gconstpointer data)
{
  hs_call_fixture_ring (f);
  set (f, "[{\"name\":\"X-A\",\"value\":\"1\"}]");
  hs_call_fixture_answer (f);
  assert_stored (f, "[{\"name\":\"X-A\",\"value\":\"1\"}]");
}

static void
test_guards (HsCallFixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  hs_call_fixture_make_initiated (f);
  g_assert_false (send_stored (f, NULL, &error));
  g_assert_error (error, HS_CALL_ERROR, HS_CALL_ERROR_INVALID_STATE);
  hs_call_fixture_receive_end (f, "leg-1", 0, NULL);
  hs_call_fixture_skip (f);
  g_clear_error (&error);
  g_assert_false (send_stored (f, NULL, &error));
  hs_call_fixture_expect (
      f, OPERATION ("START", "")
             OPERATION ("FINISH", HS_LINE_PREVIOUS ("SEND_CUSTOM_PARAMETERS", "ONGOING")
                                      HS_LINE_ERROR ("'call:6'", "the call is Ended, it must be "
                                                                 "Connected or On Hold")));
  g_clear_error (&error);
  g_assert_false (hs_calls_send_custom_parameters (f->calls, "nobody", NULL, &error));
  g_assert_error (error, HS_CALL_ERROR, HS_CALL_ERROR_INVALID_PARAM);
}

static void
test_gateway_refuses (HsCallFixture *f, gconstpointer data)
{
  g_autoptr (GError) error = g_error_new (HS_GATEWAY_ERROR, 37, "no");

  hs_call_fixture_make_connected (f);
  hs_fake_steps_fail_next (hs_fake_signalling_get_steps (f->signalling),
                           HS_REQUEST_CUSTOM_PARAMETERS, error);
  g_assert_true (send_stored (f, "send", NULL));
  hs_call_fixture_expect (f, OPERATION ("START", "") "> CUSTOM_PARAMETERS leg-1\n" OPERATION (
                                 "FINISH", HS_LINE_PREVIOUS ("SEND_CUSTOM_PARAMETERS", "ONGOING")
                                               HS_LINE_ERROR ("37", "no")) "waiter send: 37 no\n");
}

/* The call's end takes nobody's answer away. */
static void
test_ended_meanwhile (HsCallFixture *f, gconstpointer data)
{
  HsFakeSteps *steps = hs_fake_signalling_get_steps (f->signalling);

  hs_call_fixture_make_connected (f);
  hs_fake_steps_hold (steps, HS_REQUEST_CUSTOM_PARAMETERS);
  g_assert_true (send_stored (f, "send", NULL));
  hs_call_fixture_settle (f);
  hs_call_fixture_receive_end (f, "leg-1", 0, NULL);
  hs_call_fixture_skip (f);
  hs_fake_steps_release (steps, HS_REQUEST_CUSTOM_PARAMETERS, NULL);
  hs_call_fixture_expect (f, OPERATION ("FINISH", "") "waiter send: ok\n");
}

#define ADD(path, function)                                                                        \
  g_test_add ("/call/parameters/" path, HsCallFixture, NULL, hs_call_fixture_set_up, function,     \
              hs_call_fixture_tear_down)

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  ADD ("set", test_set);
  ADD ("set-for-nobody", test_set_for_nobody);
  ADD ("send", test_send);
  ADD ("send-nothing", test_send_nothing);
  ADD ("send-on-hold", test_send_on_hold);
  ADD ("send-beside-a-negotiation", test_send_beside_a_negotiation);
  ADD ("answer-keeps-them", test_answer_keeps_them);
  ADD ("guards", test_guards);
  ADD ("gateway-refuses", test_gateway_refuses);
  ADD ("ended-meanwhile", test_ended_meanwhile);
  return g_test_run ();
}
