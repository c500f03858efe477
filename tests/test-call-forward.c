/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/hs-error.h"
#include "hs-call-fixture.h"
#include "hs-call-lines.h"

#define FAR_TRACK_ENDED       HS_LINE_FAR_TRACK_ENDED ("A")
#define OPERATION(step, more) HS_LINE_OPERATION ("A", "FORWARD_CALL", step, more)
#define ONGOING               HS_LINE_PREVIOUS ("FORWARD_CALL", "ONGOING")
#define ERROR                 HS_LINE_ERROR ("47", "gone")
#define CHANGED(more)         "A call:stateChange {'previous':{'state':'Ringing'}" more "}\n"
#define BEGUN                 OPERATION ("START", "")
#define DONE                  OPERATION ("FINISH", ONGOING) CHANGED ("") FAR_TRACK_ENDED

static void
forward (HsCallFixture *f, const char *destination)
{
  g_autoptr (GError) error = NULL;
  gboolean begun = hs_calls_forward (f->calls, hs_call_fixture_get_id (f, "A"), destination,
                                     hs_call_fixture_new_waiter (f, "forward"), &error);

  g_assert_no_error (error);
  g_assert_true (begun);
}

/* No entry in the call log: whoever takes the call has it. */
static void
test_forwarded (HsCallFixture *f, gconstpointer data)
{
  g_autofree char *state = NULL;

  hs_call_fixture_ring (f);
  forward (f, "1-613.555.0100");
  hs_call_fixture_expect (f, BEGUN "> FORWARD in-1 to=sip:16135550100@lab.example\n" DONE
                                   "waiter forward: ok\n");
  state = hs_call_fixture_dup_state (f, "A");
  g_assert_cmpstr (state, ==, "Ended");

  /* The gateway tells all devices of the user that somebody has it. */
  hs_call_fixture_receive (f, HS_MESSAGE_CANCEL, "in-1", NULL);
  hs_call_fixture_receive_end (f, "in-1", 0, NULL);
  hs_call_fixture_expect (f, "");
}

static void
test_destination_as_it_is (HsCallFixture *f, gconstpointer data)
{
  hs_call_fixture_configure (f, "{\"call\":{\"normalizeDestination\":false}}");
  hs_call_fixture_ring (f);
  forward (f, "cy");
  hs_call_fixture_expect (f, BEGUN "> FORWARD in-1 to=cy\n" DONE "waiter forward: ok\n");
}

/* Told that somebody has it before the reply came: what we do decides. */
static void
test_withdrawn_meanwhile (HsCallFixture *f, gconstpointer data)
{
  HsFakeSteps *steps = hs_fake_signalling_get_steps (f->signalling);

  hs_call_fixture_ring (f);
  hs_fake_steps_hold (steps, HS_REQUEST_FORWARD);
  forward (f, "cy");
  hs_call_fixture_receive (f, HS_MESSAGE_CANCEL, "in-1", NULL);
  hs_call_fixture_expect (f, BEGUN "> FORWARD in-1 to=sip:cy@lab.example\n");
  hs_fake_steps_release (steps, HS_REQUEST_FORWARD, NULL);
  hs_call_fixture_expect (f, DONE "waiter forward: ok\n");
}

static void
test_gateway_refuses (HsCallFixture *f, gconstpointer data)
{
  g_autoptr (GError) error = g_error_new (HS_GATEWAY_ERROR, 47, "gone");

  hs_call_fixture_ring (f);
  hs_fake_steps_fail_next (hs_fake_signalling_get_steps (f->signalling), HS_REQUEST_FORWARD, error);
  forward (f, "cy");
  hs_call_fixture_expect (
      f, BEGUN "> FORWARD in-1 to=sip:cy@lab.example\n" OPERATION ("FINISH", ONGOING ERROR)
             CHANGED (ERROR) "waiter forward: 47 gone\n");

  /* It rings on, and can still be answered. */
  hs_call_fixture_answer (f);
}

static void
test_unknown_call (HsCallFixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (hs_calls_forward (f->calls, "nobody", "cy", NULL, &error));
  g_assert_error (error, HS_CALL_ERROR, HS_CALL_ERROR_INVALID_PARAM);
}

#define ADD(path, function)                                                                        \
  g_test_add ("/call/forward/" path, HsCallFixture, NULL, hs_call_fixture_set_up, function,        \
              hs_call_fixture_tear_down)

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  ADD ("forwarded", test_forwarded);
  ADD ("destination-as-it-is", test_destination_as_it_is);
  ADD ("withdrawn-meanwhile", test_withdrawn_meanwhile);
  ADD ("gateway-refuses", test_gateway_refuses);
  ADD ("unknown-call", test_unknown_call);
  return g_test_run ();
}
