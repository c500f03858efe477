/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/hs-error.h"
#include "hs-call-fixture.h"
#include "hs-call-lines.h"

#include <string.h>

/* Keys that are pressed in a call. */

#define OPERATION(name, step, more) HS_LINE_OPERATION ("A", name, step, more)
#define BEGUN(name)                 OPERATION (name, "START", "")
#define DONE(name)                  OPERATION (name, "FINISH", HS_LINE_ONGOING (name))
#define FAILED(name, code, text)                                                                   \
  OPERATION (name, "FINISH", HS_LINE_ONGOING (name) HS_LINE_ERROR (code, text))

static const char *
get_id (HsCallFixture *f)
{
  return hs_call_fixture_get_id (f, "A");
}

static HsFakePeer *
get_peer (HsCallFixture *f)
{
  return hs_fake_peer_factory_get_last (f->peers);
}

static HsFakeSteps *
get_steps (HsCallFixture *f)
{
  return hs_fake_peer_factory_get_steps (f->peers);
}

static GTask *
new_waiter (HsCallFixture *f, const char *name)
{
  return name != NULL ? hs_call_fixture_new_waiter (f, name) : NULL;
}

static void
send (HsCallFixture *f, const char *tones, double duration_ms, double gap_ms, const char *waiter)
{
  g_autoptr (GError) error = NULL;
  gboolean begun = hs_calls_send_tones (f->calls, get_id (f), tones, duration_ms, gap_ms,
                                        new_waiter (f, waiter), &error);

  g_assert_no_error (error);
  g_assert_true (begun);
}

static void
refuse_to_send (HsCallFixture *f, const char *tones, int code)
{
  g_autoptr (GTask) waiter = g_task_new (NULL, NULL, NULL, NULL);
  g_autoptr (GError) error = NULL;

  g_assert_false (
      hs_calls_send_tones (f->calls, get_id (f), tones, 100, 70, g_object_ref (waiter), &error));
  g_assert_error (error, HS_CALL_ERROR, code);
  g_assert_finalize_object (g_steal_pointer (&waiter));
}

/* --- call.sendDTMF --- */

/* It ends when the last one has been sent. */
static void
test_tones (HsCallFixture *f, gconstpointer data)
{
  hs_call_fixture_make_connected (f);
  hs_fake_steps_hold (get_steps (f), HS_FAKE_SEND_TONES);
  send (f, "12,a#", 120, 80, "tones");
  hs_call_fixture_expect (f, BEGUN ("SEND_DTMF") "peer tones 12,A# 120 80\n");
  hs_fake_steps_release (get_steps (f), HS_FAKE_SEND_TONES, NULL);
  hs_call_fixture_expect (f, DONE ("SEND_DTMF") "waiter tones: ok\n");
}

static void
test_tone_lengths (HsCallFixture *f, gconstpointer data)
{
  const struct {
    double duration_ms;
    double gap_ms;
    const char *line;
  } lengths[] = {
    { 100, 70, "peer tones 5 100 70" },       { 0, 0, "peer tones 5 100 70" },
    { -5, -5, "peer tones 5 100 70" },        { 1, 1, "peer tones 5 40 30" },
    { 40, 30, "peer tones 5 40 30" },         { 6000, 6000, "peer tones 5 6000 6000" },
    { 1e12, 1e12, "peer tones 5 6000 6000" },
  };

  hs_call_fixture_make_connected (f);
  for (guint i = 0; i < G_N_ELEMENTS (lengths); i++) {
    send (f, "5", lengths[i].duration_ms, lengths[i].gap_ms, NULL);
    hs_call_fixture_settle (f);
    g_assert_cmpstr (f->lines->pdata[1], ==, lengths[i].line);
    hs_call_fixture_skip (f);
  }
}

#define NOT_SENT(code, text) BEGUN ("SEND_DTMF") FAILED ("SEND_DTMF", code, text)

static void
test_wrong_tones (HsCallFixture *f, gconstpointer data)
{
  g_autofree char *longest = g_strnfill (256, '1');
  g_autofree char *too_long = g_strnfill (257, '1');

  hs_call_fixture_make_connected (f);
  refuse_to_send (f, "", HS_CALL_ERROR_INVALID_PARAM);
  hs_call_fixture_expect (f, NOT_SENT ("'call:7'", "tone is empty"));
  refuse_to_send (f, "12e", HS_CALL_ERROR_INVALID_PARAM);
  hs_call_fixture_expect (f, NOT_SENT ("'call:7'", "tone: there is none at place 3, they are 0 to "
                                                   "9, *, #, A to D, and a comma for a pause"));
  refuse_to_send (f, "1 2", HS_CALL_ERROR_INVALID_PARAM);
  send (f, longest, 100, 70, NULL);
  refuse_to_send (f, too_long, HS_CALL_ERROR_INVALID_PARAM);
}

/* In which states, and on which side. */
static void
test_tones_by_state (HsCallFixture *f, gconstpointer data)
{
  g_autofree char *sdp = hs_call_fixture_dup_audio ("sendrecv");

  hs_call_fixture_make_initiated (f);
  refuse_to_send (f, "1", HS_CALL_ERROR_INVALID_STATE);
  g_assert_nonnull (strstr (f->lines->pdata[1], "the call is Initiated, it must be Connected, "
                                                "Ringing or Early Media"));
  hs_call_fixture_receive (f, HS_MESSAGE_RINGING, "leg-1", NULL);
  send (f, "1", 100, 70, NULL);
  hs_call_fixture_receive (f, HS_MESSAGE_PROGRESS, "leg-1", sdp);
  hs_call_fixture_settle (f);
  send (f, "1", 100, 70, NULL);
  hs_call_fixture_receive (f, HS_MESSAGE_ANSWER, "leg-1", sdp);
  hs_call_fixture_settle (f);
  send (f, "1", 100, 70, NULL);
  hs_call_fixture_settle (f);
  hs_call_fixture_hold (f);
  refuse_to_send (f, "1", HS_CALL_ERROR_INVALID_STATE);
  hs_call_fixture_receive_end (f, "leg-1", 0, NULL);
  hs_call_fixture_settle (f);
  refuse_to_send (f, "1", HS_CALL_ERROR_INVALID_STATE);
}

static void
test_tones_without_media (HsCallFixture *f, gconstpointer data)
{
  hs_call_fixture_ring_slowly (f);
  refuse_to_send (f, "1", HS_CALL_ERROR_GENERIC);
  hs_call_fixture_expect (f, NOT_SENT ("'call:2'", "the call has no media"));
}

static void
test_tones_cannot_be_sent (HsCallFixture *f, gconstpointer data)
{
  g_autoptr (GError) error = g_error_new (HS_CALL_ERROR, HS_CALL_ERROR_GENERIC, "no audio");

  hs_call_fixture_make_connected (f);
  hs_fake_steps_fail_next (get_steps (f), HS_FAKE_SEND_TONES, error);
  send (f, "1", 100, 70, "tones");
  hs_call_fixture_expect (
      f, BEGUN ("SEND_DTMF") "peer tones 1 100 70\n" FAILED (
             "SEND_DTMF", "'call:2'", "no audio") "waiter tones: call:2 no audio\n");
}

static void
test_ended_while_sending (HsCallFixture *f, gconstpointer data)
{
  hs_call_fixture_make_connected (f);
  hs_fake_steps_hold (get_steps (f), HS_FAKE_SEND_TONES);
  send (f, "1", 100, 70, "tones");
  hs_call_fixture_skip (f);
  g_assert_true (hs_calls_end (f->calls, get_id (f), NULL, NULL));
  hs_call_fixture_settle (f);
  g_assert_cmpstr (f->returned->pdata[0], ==, "waiter tones: call:2 the call has ended");
}

static void
test_tones_unknown_call (HsCallFixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (hs_calls_send_tones (f->calls, "nobody", "1", 100, 70, NULL, &error));
  g_assert_error (error, HS_CALL_ERROR, HS_CALL_ERROR_INVALID_PARAM);
  hs_call_fixture_expect (
      f, BEGUN ("SEND_DTMF") OPERATION (
             "SEND_DTMF", "FINISH", HS_LINE_ERROR ("'call:7'", "there is no call \\'nobody\\'")));
}

static void
test_tone_received (HsCallFixture *f, gconstpointer data)
{
  hs_call_fixture_make_connected (f);
  hs_fake_peer_press (get_peer (f), "#", 160);
  hs_call_fixture_expect (f, "A call:dtmfReceived {'tone':'#','duration':160}\n");
}

#define ADD(path, function)                                                                        \
  g_test_add ("/call/tracks/" path, HsCallFixture, NULL, hs_call_fixture_set_up, function,         \
              hs_call_fixture_tear_down)

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  ADD ("tones", test_tones);
  ADD ("tone-lengths", test_tone_lengths);
  ADD ("wrong-tones", test_wrong_tones);
  ADD ("tones-by-state", test_tones_by_state);
  ADD ("tones-without-media", test_tones_without_media);
  ADD ("tones-cannot-be-sent", test_tones_cannot_be_sent);
  ADD ("ended-while-sending", test_ended_while_sending);
  ADD ("tones-unknown-call", test_tones_unknown_call);
  ADD ("tone-received", test_tone_received);
  return g_test_run ();
}
