/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/hs-error.h"
#include "hs-call-fixture.h"
#include "hs-call-lines.h"

static const HsMediaRequest audio = { .audio = TRUE };
static const HsMediaRequest nothing = { 0 };

#define FAR_TRACK HS_LINE_FAR_TRACK ("A")

#define LOCAL_TRACK(id) HS_LINE_LOCAL_TRACK ("A", id)

#define LOCAL_TRACK_ENDED HS_LINE_LOCAL_TRACK_ENDED ("A", "L1")
#define FAR_TRACK_ENDED   HS_LINE_FAR_TRACK_ENDED ("A")

#define CHANGED(state) "A call:stateChange {'previous':{'state':'" state "'}}\n"

#define BEGUN(operation) HS_LINE_OPERATION ("A", operation, "START", "")

#define DONE(operation) HS_LINE_OPERATION ("A", operation, "FINISH", HS_LINE_ONGOING (operation))

#define REFUSED(operation, code, text)                                                             \
  HS_LINE_OPERATION ("A", operation, "FINISH",                                                     \
                     HS_LINE_ONGOING (operation) HS_LINE_ERROR (code, text))

#define UNCHANGED(state, code, text)                                                               \
  "A call:stateChange {'previous':{'state':'" state "'}" HS_LINE_ERROR (code, text) "}\n"

/* --- answering: options, failures, guards --- */

static void
test_answer_options (HsCallFixture *f, gconstpointer data)
{
  g_autoptr (JsonObject) call = NULL;

  hs_call_fixture_ring (f);
  g_assert_true (
      hs_call_fixture_answer_with (f, &audio,
                                   "{\"bandwidth\":{\"audio\":32},"
                                   "\"customParameters\":[{\"name\":\"X-D\",\"value\":\"12\"}]}"));
  hs_call_fixture_expect (
      f, BEGUN ("ANSWER") "peer bandwidth {'audio':32}\n" LOCAL_TRACK (
             "L1") "> ANSWER in-1 sdp=answer-1 [{'name':'X-D','value':'12'}]\n" DONE ("ANSWER")
             CHANGED ("Ringing") "waiter answer: ok\n");
  call = hs_call_fixture_dup_call (f, "A");
  g_assert_cmpuint (json_array_get_length (json_object_get_array_member (call, "customParameters")),
                    ==, 1);
}

static void
test_answer_without_media (HsCallFixture *f, gconstpointer data)
{
  hs_call_fixture_ring (f);
  g_assert_true (hs_call_fixture_answer_with (f, &nothing, NULL));
  hs_call_fixture_expect (f, BEGUN ("ANSWER") "> ANSWER in-1 sdp=answer-1\n" DONE ("ANSWER")
                                 CHANGED ("Ringing") "waiter answer: ok\n");
}

/* Without a microphone nothing is lost: the peer still has the offer. */
/* What went wrong is kept until the call is answered after all. */
static gboolean
has_error (HsCallFixture *f)
{
  g_autoptr (JsonObject) call = hs_call_fixture_dup_call (f, "A");

  return json_object_has_member (call, "error");
}

static void
test_answer_media_fails (HsCallFixture *f, gconstpointer data)
{
  hs_call_fixture_ring (f);
  hs_call_fixture_fail_peer (f, HS_FAKE_OPEN_MEDIA);
  g_assert_true (hs_call_fixture_answer_with (f, &audio, NULL));
  hs_call_fixture_expect (f, BEGUN ("ANSWER") REFUSED ("ANSWER", "'call:4'", "no mic") UNCHANGED (
                                 "Ringing", "'call:4'", "no mic") "waiter answer: call:4 no mic\n");
  g_assert_true (has_error (f));
  g_assert_true (hs_call_fixture_answer_with (f, &audio, NULL));
  hs_call_fixture_expect (f, BEGUN ("ANSWER")
                                 LOCAL_TRACK ("L1") "> ANSWER in-1 sdp=answer-1\n" DONE ("ANSWER")
                                     CHANGED ("Ringing") "waiter answer: ok\n");
  g_assert_false (has_error (f));
}

static void
test_answer_description_fails (HsCallFixture *f, gconstpointer data)
{
  hs_call_fixture_ring (f);
  hs_call_fixture_fail_peer (f, HS_FAKE_CREATE_ANSWER);
  g_assert_true (hs_call_fixture_answer_with (f, &audio, NULL));
  hs_call_fixture_expect (
      f, BEGUN ("ANSWER") LOCAL_TRACK ("L1")
             LOCAL_TRACK_ENDED FAR_TRACK_ENDED REFUSED ("ANSWER", "'call:4'", "no mic")
                 UNCHANGED ("Ringing", "'call:4'", "no mic") "waiter answer: call:4 no mic\n");
}

/* The tracks stop, and a second attempt begins anew. */
static void
test_answer_request_fails (HsCallFixture *f, gconstpointer data)
{
  hs_call_fixture_ring (f);
  hs_call_fixture_fail_request (f, HS_REQUEST_ANSWER, 47);
  g_assert_true (hs_call_fixture_answer_with (f, &audio, NULL));
  hs_call_fixture_expect (
      f, BEGUN ("ANSWER")
             LOCAL_TRACK ("L1") "> ANSWER in-1 sdp=answer-1\n" LOCAL_TRACK_ENDED FAR_TRACK_ENDED
                 REFUSED ("ANSWER", "47", "gone")
                     UNCHANGED ("Ringing", "47", "gone") "waiter answer: 47 gone\n");
  g_assert_cmpuint (hs_fake_clock_count_timers (f->clock), ==, 0);

  g_assert_true (hs_call_fixture_answer_with (f, &audio, NULL));
  hs_call_fixture_expect (f, BEGUN ("ANSWER") FAR_TRACK LOCAL_TRACK (
                                 "L2") "> ANSWER in-1 sdp=answer-2\n" DONE ("ANSWER")
                                 CHANGED ("Ringing") "waiter answer: ok\n");
}

static void
test_answer_again_fails_at_offer (HsCallFixture *f, gconstpointer data)
{
  hs_call_fixture_ring (f);
  hs_call_fixture_fail_request (f, HS_REQUEST_ANSWER, 47);
  g_assert_true (hs_call_fixture_answer_with (f, &audio, NULL));
  hs_call_fixture_skip (f);
  hs_call_fixture_fail_peer (f, HS_FAKE_SET_REMOTE);
  g_assert_true (hs_call_fixture_answer_with (f, &audio, NULL));
  hs_call_fixture_expect (f, BEGUN ("ANSWER") REFUSED ("ANSWER", "'call:4'", "no mic") UNCHANGED (
                                 "Ringing", "'call:4'", "no mic") "waiter answer: call:4 no mic\n");
}

typedef gboolean (*Verb) (HsCalls *calls, const char *id, GTask *waiter, GError **error);

static gboolean
answer_audio (HsCalls *calls, const char *id, GTask *waiter, GError **error)
{
  return hs_calls_answer (calls, id, &audio, NULL, waiter, error);
}

static gboolean
forward_to_cy (HsCalls *calls, const char *id, GTask *waiter, GError **error)
{
  return hs_calls_forward (calls, id, "cy", waiter, error);
}

static const Verb verbs[] = { answer_audio, hs_calls_reject, hs_calls_ignore, forward_to_cy };
static const char *const verb_names[] = { "ANSWER", "REJECT", "IGNORE", "FORWARD_CALL" };

/* Only an incoming call that rings can be answered, rejected, ignored or forwarded. */
static void
test_guards (HsCallFixture *f, gconstpointer data)
{
  hs_call_fixture_make_initiated (f);
  hs_call_fixture_receive (f, HS_MESSAGE_RINGING, "leg-1", NULL);
  hs_call_fixture_skip (f);
  for (guint i = 0; i < G_N_ELEMENTS (verbs); i++) {
    g_autoptr (GError) error = NULL;

    g_assert_false (verbs[i](f->calls, hs_call_fixture_get_id (f, "A"), NULL, &error));
    g_assert_error (error, HS_CALL_ERROR, HS_CALL_ERROR_INVALID_STATE);
  }
  hs_call_fixture_receive_end (f, "leg-1", 0, NULL);
  hs_call_fixture_skip (f);
  for (guint i = 0; i < G_N_ELEMENTS (verbs); i++) {
    g_autoptr (GError) error = NULL;
    g_autofree char *expected = g_strdup_printf (
        "A call:operation {'operation':'%s','transition':'START','isLocal':true}\n"
        "A call:operation {'operation':'%s','transition':'FINISH','isLocal':true,"
        "'previous':{'operation':'%s','status':'ONGOING'},'error':{'name':'BasicError',"
        "'code':'call:6','message':'the call is Ended and outgoing, it must be Ringing and "
        "incoming'}}\n"
        "A call:stateChange {'previous':{'state':'Ended','localHold':false,'remoteHold':false},"
        "'error':{'name':'BasicError','code':'call:6','message':'the call is Ended and outgoing, "
        "it must be Ringing and incoming'}}\n",
        verb_names[i], verb_names[i], verb_names[i]);

    g_assert_false (verbs[i](f->calls, hs_call_fixture_get_id (f, "A"), NULL, &error));
    hs_call_fixture_expect (f, expected);
  }
}

static void
test_one_at_a_time (HsCallFixture *f, gconstpointer data)
{
  HsFakeSteps *steps = hs_fake_signalling_get_steps (f->signalling);

  hs_call_fixture_ring (f);
  hs_fake_steps_hold (steps, HS_REQUEST_ANSWER);
  g_assert_true (hs_call_fixture_answer_with (f, &audio, NULL));
  hs_call_fixture_skip (f);
  for (guint i = 0; i < G_N_ELEMENTS (verbs); i++) {
    g_autoptr (GError) error = NULL;
    g_autofree char *expected = g_strdup_printf (
        "A call:operation {'operation':'%s','transition':'START','isLocal':true,"
        "'previous':{'operation':'ANSWER','status':'ONGOING'}}\n"
        "A call:operation {'operation':'%s','transition':'FINISH','isLocal':true,"
        "'previous':{'operation':'ANSWER','status':'ONGOING'},'error':{'name':'BasicError',"
        "'code':'call:12','message':'another operation is in progress on this call'}}\n"
        "A call:stateChange {'previous':{'state':'Ringing'},'error':{'name':'BasicError',"
        "'code':'call:12','message':'another operation is in progress on this call'}}\n",
        verb_names[i], verb_names[i]);

    g_assert_false (verbs[i](f->calls, hs_call_fixture_get_id (f, "A"), NULL, &error));
    g_assert_error (error, HS_CALL_ERROR, HS_CALL_ERROR_GLARE);
    hs_call_fixture_expect (f, expected);
  }
  hs_fake_steps_release (steps, HS_REQUEST_ANSWER, NULL);
  hs_call_fixture_expect (f, DONE ("ANSWER") CHANGED ("Ringing") "waiter answer: ok\n");
}

/* --- slow start --- */

static void
test_slow_start (HsCallFixture *f, gconstpointer data)
{
  g_autofree char *sdp = hs_call_fixture_dup_audio ("sendrecv");

  hs_call_fixture_receive (f, HS_MESSAGE_CALL, "in-1", NULL);
  hs_call_fixture_expect (f, "A call:receive {}\n> RINGING in-1\n" CHANGED ("Initiating"));
  g_assert_cmpuint (hs_fake_peer_factory_count_open (f->peers), ==, 0);
  g_assert_true (hs_call_fixture_answer_with (f, &audio, NULL));
  hs_call_fixture_expect (f,
                          BEGUN ("ANSWER") LOCAL_TRACK ("L1") "> ANSWER in-1 sdp=offer-1\n" DONE (
                              "ANSWER") "waiter answer: ok\n");

  /* Answered: neither withdrawn nor answered again. */
  hs_call_fixture_receive (f, HS_MESSAGE_CANCEL, "in-1", NULL);
  hs_call_fixture_expect (f, "");
  g_assert_false (answer_audio (f->calls, hs_call_fixture_get_id (f, "A"), NULL, NULL));
  hs_call_fixture_skip (f);

  hs_call_fixture_receive (f, HS_MESSAGE_ANSWER, "in-1", sdp);
  hs_call_fixture_expect (f, FAR_TRACK CHANGED ("Ringing"));
  g_assert_cmpstr (hs_fake_peer_get_remote_type (hs_fake_peer_factory_get_last (f->peers)), ==,
                   "answer");
}

/* The far end's answer may come before the gateway's own. */
static void
test_slow_start_answer_overtakes (HsCallFixture *f, gconstpointer data)
{
  g_autofree char *sdp = hs_call_fixture_dup_audio ("sendrecv");
  HsFakeSteps *steps = hs_fake_signalling_get_steps (f->signalling);

  hs_call_fixture_ring_slowly (f);
  hs_fake_steps_hold (steps, HS_REQUEST_ANSWER);
  g_assert_true (hs_call_fixture_answer_with (f, &audio, NULL));
  hs_call_fixture_skip (f);
  hs_call_fixture_receive (f, HS_MESSAGE_ANSWER, "in-1", sdp);
  hs_call_fixture_expect (f, "");
  hs_fake_steps_release (steps, HS_REQUEST_ANSWER, NULL);
  hs_call_fixture_expect (f, DONE ("ANSWER") FAR_TRACK CHANGED ("Ringing") "waiter answer: ok\n");
}

static void
test_slow_start_refused (HsCallFixture *f, gconstpointer data)
{
  hs_call_fixture_ring_slowly (f);
  hs_call_fixture_answer (f);
  hs_call_fixture_receive (f, HS_MESSAGE_ANSWER, "in-1", NULL);
  hs_call_fixture_expect (f,
                          "peer rollback\n" LOCAL_TRACK_ENDED "> END in-1\n" UNCHANGED (
                              "Ringing", "'call:2'", "the far end did not take what was proposed"));
}

static void
test_slow_start_answer_is_rubbish (HsCallFixture *f, gconstpointer data)
{
  hs_call_fixture_ring_slowly (f);
  hs_call_fixture_answer (f);
  hs_call_fixture_receive (f, HS_MESSAGE_ANSWER, "in-1", "rubbish");
  hs_call_fixture_expect (f, LOCAL_TRACK_ENDED
                          "> END in-1\n" UNCHANGED ("Ringing", "'call:2'", "no description"));
}

static void
test_slow_start_offer_fails (HsCallFixture *f, gconstpointer data)
{
  hs_call_fixture_ring_slowly (f);
  hs_call_fixture_fail_peer (f, HS_FAKE_CREATE_OFFER);
  g_assert_true (hs_call_fixture_answer_with (f, &audio, NULL));
  hs_call_fixture_expect (
      f,
      BEGUN ("ANSWER") LOCAL_TRACK ("L1") LOCAL_TRACK_ENDED REFUSED ("ANSWER", "'call:4'", "no mic")
          UNCHANGED ("Ringing", "'call:4'", "no mic") "waiter answer: call:4 no mic\n");
}

#define ADD(path, function)                                                                        \
  g_test_add ("/call/incoming/" path, HsCallFixture, NULL, hs_call_fixture_set_up, function,       \
              hs_call_fixture_tear_down)

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  ADD ("answer-options", test_answer_options);
  ADD ("answer-without-media", test_answer_without_media);
  ADD ("answer-media-fails", test_answer_media_fails);
  ADD ("answer-description-fails", test_answer_description_fails);
  ADD ("answer-request-fails", test_answer_request_fails);
  ADD ("answer-again-fails-at-offer", test_answer_again_fails_at_offer);
  ADD ("guards", test_guards);
  ADD ("one-at-a-time", test_one_at_a_time);
  ADD ("slow-start", test_slow_start);
  ADD ("slow-start-answer-overtakes", test_slow_start_answer_overtakes);
  ADD ("slow-start-refused", test_slow_start_refused);
  ADD ("slow-start-answer-is-rubbish", test_slow_start_answer_is_rubbish);
  ADD ("slow-start-offer-fails", test_slow_start_offer_fails);
  return g_test_run ();
}
