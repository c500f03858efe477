/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/hs-error.h"
#include "base/hs-json.h"
#include "call/hs-call-private.h"
#include "hs-call-fixture.h"
#include "hs-call-lines.h"

#include <string.h>

#define PREVIOUS(status) HS_LINE_PREVIOUS ("JOIN", status)
#define BEGUN            HS_LINE_OPERATION ("A", "JOIN", "START", "")
#define TAKEN(call)      HS_LINE_OPERATION (call, "JOIN", "UPDATE", PREVIOUS ("ONGOING"))
#define SENT             "> JOIN leg-1 other=leg-2 sdp=offer-5\n"
#define ANNOUNCED        TAKEN ("A") TAKEN ("B") "C call:join {}\n"

#define STATE(call, transition, state, local, more)                                                \
  call " call:stateChange {" transition "'previous':{'state':'" state "','localHold':" local       \
       ",'remoteHold':false}" more "}\n"
#define TRANSITION(content) "'transition':{" content "},"

#define RECORD(call, name, to) HS_LINE_OUTGOING (call, "0", HS_LINE_PARTY (name, to))

/* What sessionComplete does to one of the old calls (2.11). */
#define COMPLETED(call, leg, track, name, to)                                                      \
  HS_LINE_LOCAL_TRACK_ENDED (call, track)                                                          \
  HS_LINE_OPERATION (call, "JOIN", "FINISH", PREVIOUS ("PENDING"))                                 \
  STATE (call, TRANSITION ("'statusCode':9906,'reasonText':'Join Successful'"), "On Hold", "true", \
         "")                                                                                       \
  RECORD (call, name, to)                                                                          \
  "> END " leg "\n" HS_LINE_OPERATION (call, "END", "FINISH", "")                                  \
      STATE (call, TRANSITION ("'prevState':'On Hold','reasonText':'join'"), "Ended", "true", "")

static void
answer (HsCallFixture *f)
{
  g_autofree char *sdp = hs_call_fixture_dup_audio ("sendrecv");
  HsSignallingMessage message = {
    .kind = HS_MESSAGE_ANSWER,
    .session = (char *) "leg-3",
    .sdp = sdp,
    .retry_after = -1,
  };

  hs_fake_signalling_receive (f->signalling, &message);
}

static gboolean
join (HsCallFixture *f, const char *waiter, GError **error)
{
  return hs_calls_join (f->calls, hs_call_fixture_get_id (f, "A"), hs_call_fixture_get_id (f, "B"),
                        waiter != NULL ? hs_call_fixture_new_waiter (f, waiter) : NULL, error);
}

/* A to bo and B to cy, both held here. */
static void
make_two (HsCallFixture *f)
{
  hs_call_fixture_make_held (f, "bo", "Bo");
  hs_call_fixture_make_held (f, "cy", "Cy");
}

static void
begin (HsCallFixture *f, const char *waiter)
{
  make_two (f);
  g_assert_true (join (f, waiter, NULL));
}

static guint
count_calls (HsCallFixture *f)
{
  g_autoptr (JsonArray) all = hs_calls_dup_all (f->calls);

  return json_array_get_length (all);
}

/* --- the ladder of 3.7 --- */

static void
test_joined (HsCallFixture *f, gconstpointer data)
{
  begin (f, "join");
  g_assert_cmpuint (count_calls (f), ==, 2);
  hs_call_fixture_expect (f, BEGUN SENT ANNOUNCED);
  g_assert_cmpuint (count_calls (f), ==, 3);
  answer (f);
  hs_call_fixture_expect (f, HS_LINE_FAR_TRACK ("C") STATE ("C", "", "Initiated", "false", ""));
  hs_call_fixture_receive_notice (f, HS_MESSAGE_COMPLETE, "leg-1", 0, "join");
  hs_call_fixture_expect (
      f, COMPLETED ("A", "leg-1", "L1", "Bo", "sip:bo@lab.example") "waiter join: C\n");
  hs_call_fixture_receive_notice (f, HS_MESSAGE_COMPLETE, "leg-2", 0, "join");
  hs_call_fixture_expect (f, COMPLETED ("B", "leg-2", "L2", "Cy", "sip:cy@lab.example"));
  hs_call_fixture_assert_idle (f, "A", "Ended");
  hs_call_fixture_assert_idle (f, "B", "Ended");
  hs_call_fixture_assert_idle (f, "C", "Connected");
  g_assert_cmpuint (hs_calls_count_live (f->calls), ==, 1);
}

/* The new call lives as any other. */
static void
test_joined_call_lives (HsCallFixture *f, gconstpointer data)
{
  begin (f, NULL);
  hs_call_fixture_settle (f);
  answer (f);
  hs_call_fixture_receive_notice (f, HS_MESSAGE_COMPLETE, "leg-1", 0, "join");
  hs_call_fixture_receive_notice (f, HS_MESSAGE_COMPLETE, "leg-2", 0, "join");
  hs_call_fixture_skip (f);
  hs_fake_clock_advance (f->clock, 25000);
  hs_call_fixture_expect (f, "> AUDIT leg-3\n");
  g_assert_true (hs_calls_hold (f->calls, hs_call_fixture_get_id (f, "C"), NULL, NULL));
  hs_call_fixture_skip (f);
  g_assert_true (hs_calls_end (f->calls, hs_call_fixture_get_id (f, "C"), NULL, NULL));
  hs_call_fixture_settle (f);
  hs_call_fixture_assert_idle (f, "C", "Ended");
  g_assert_cmpuint (hs_calls_count_live (f->calls), ==, 0);
}

static void
test_joined_call_object (HsCallFixture *f, gconstpointer data)
{
  g_autoptr (JsonNode) options = hs_json_parse (
      "{\"bandwidth\":{\"audio\":32},\"customParameters\":[{\"name\":\"X-A\",\"value\":\"1\"}],"
      "\"speakerId\":\"headset\"}",
      -1, NULL);
  g_autoptr (JsonObject) call = NULL;
  JsonObject *party;
  JsonObject *first;

  make_two (f);
  first = json_node_get_object (options);
  hs_call_set_options (hs_calls_get_call (f->calls, hs_call_fixture_get_id (f, "A")),
                       &(HsMediaRequest){ .audio = TRUE, .video = TRUE }, first);
  g_assert_true (hs_calls_set_custom_parameters (
      f->calls, hs_call_fixture_get_id (f, "A"),
      json_object_get_array_member (first, "customParameters"), NULL));
  hs_call_fixture_skip (f);
  g_assert_true (join (f, NULL, NULL));
  hs_call_fixture_expect (f, BEGUN "peer speaker headset\npeer bandwidth {'audio':32}\n"
                                   "> JOIN leg-1 other=leg-2 sdp=offer-5 "
                                   "[{'name':'X-A','value':'1'}]\n" ANNOUNCED);

  call = hs_call_fixture_dup_call (f, "C");
  g_assert_cmpstr (json_object_get_string_member (call, "direction"), ==, "outgoing");
  g_assert_cmpstr (json_object_get_string_member (call, "state"), ==, "Initiated");
  g_assert_true (json_object_get_boolean_member (call, "isJoinedCall"));
  g_assert_cmpstr (json_object_get_string_member (call, "to"), ==,
                   "sip:bo@lab.example,sip:cy@lab.example");
  g_assert_cmpstr (json_object_get_string_member (call, "wrtcsSessionId"), ==, "leg-3");
  party = json_object_get_object_member (call, "remoteParticipant");
  g_assert_cmpstr (json_object_get_string_member (party, "displayNumber"), ==,
                   "sip:bo@lab.example,sip:cy@lab.example");
  g_assert_cmpstr (json_object_get_string_member (party, "displayName"), ==, "Bo,Cy");
  g_assert_true (json_object_get_boolean_member (
      json_object_get_object_member (call, "mediaConstraints"), "audio"));
  g_assert_false (json_object_get_boolean_member (
      json_object_get_object_member (call, "mediaConstraints"), "video"));
  g_assert_cmpuint (json_array_get_length (json_object_get_array_member (call, "localTracks")), ==,
                    1);
  json_object_unref (call);
  call = hs_call_fixture_dup_call (f, "A");
  g_assert_false (json_object_get_boolean_member (call, "isJoinedCall"));
}

/* A name that is missing leaves its side empty; a call that came in is named by its caller. */
static void
test_names_and_callers (HsCallFixture *f, gconstpointer data)
{
  g_autofree char *sdp = hs_call_fixture_dup_audio ("inactive");
  g_autoptr (JsonObject) call = NULL;
  JsonObject *party;

  hs_call_fixture_make_held (f, "cy", NULL);
  hs_call_fixture_ring (f);
  g_assert_true (hs_calls_answer (f->calls, hs_call_fixture_get_id (f, "B"),
                                  &(HsMediaRequest){ .audio = TRUE }, NULL, NULL, NULL));
  hs_call_fixture_settle (f);
  hs_call_fixture_receive (f, HS_MESSAGE_UPDATE, "in-1", sdp);
  hs_call_fixture_skip (f);
  g_assert_true (join (f, NULL, NULL));
  hs_call_fixture_settle (f);
  call = hs_call_fixture_dup_call (f, "C");
  g_assert_cmpstr (json_object_get_string_member (call, "to"), ==,
                   "sip:cy@lab.example,bo@lab.example");
  party = json_object_get_object_member (call, "remoteParticipant");
  g_assert_cmpstr (json_object_get_string_member (party, "displayName"), ==, ",Bo");
}

/* Everything that the gateway says before its reply was read is kept. */
static void
test_messages_before_the_reply (HsCallFixture *f, gconstpointer data)
{
  HsFakeSteps *steps = hs_fake_signalling_get_steps (f->signalling);

  hs_fake_steps_hold (steps, HS_REQUEST_JOIN);
  begin (f, "join");
  hs_call_fixture_settle (f);
  hs_call_fixture_receive_notice (f, HS_MESSAGE_COMPLETE, "leg-1", 0, "join");
  hs_call_fixture_receive_notice (f, HS_MESSAGE_COMPLETE, "leg-2", 0, "join");
  answer (f);
  hs_call_fixture_expect (f, BEGUN SENT);
  hs_fake_steps_release (steps, HS_REQUEST_JOIN, NULL);
  hs_call_fixture_skip (f);
  hs_call_fixture_assert_idle (f, "A", "Ended");
  hs_call_fixture_assert_idle (f, "B", "Ended");
  hs_call_fixture_assert_idle (f, "C", "Connected");
}

/* --- guards --- */

static void
test_guards (HsCallFixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  const char *a;

  hs_call_fixture_make_connected (f);
  a = hs_call_fixture_get_id (f, "A");
  g_assert_false (hs_calls_join (f->calls, a, "nobody", NULL, &error));
  g_assert_error (error, HS_CALL_ERROR, HS_CALL_ERROR_INVALID_STATE);
  g_clear_error (&error);
  hs_call_fixture_make_held (f, "cy", NULL);
  g_assert_false (hs_calls_join (f->calls, hs_call_fixture_get_id (f, "B"), a, NULL, &error));
  g_assert_error (error, HS_CALL_ERROR, HS_CALL_ERROR_INVALID_STATE);
  g_clear_error (&error);
  g_assert_false (
      hs_calls_join (f->calls, hs_call_fixture_get_id (f, "B"), "nobody", NULL, &error));
  g_assert_error (error, HS_CALL_ERROR, HS_CALL_ERROR_INVALID_PARAM);
  g_clear_error (&error);
  g_assert_false (hs_calls_join (f->calls, "nobody", a, NULL, &error));
  g_assert_error (error, HS_CALL_ERROR, HS_CALL_ERROR_INVALID_PARAM);
  g_assert_cmpuint (hs_fake_peer_factory_count_open (f->peers), ==, 2);
}

static void
test_only_one_join (HsCallFixture *f, gconstpointer data)
{
  static const char *const names[] = { "A", "B" };

  begin (f, NULL);
  hs_call_fixture_settle (f);
  for (guint i = 0; i < G_N_ELEMENTS (names); i++) {
    g_autoptr (GError) error = NULL;

    g_assert_false (hs_calls_join (f->calls, hs_call_fixture_get_id (f, names[i]),
                                   hs_call_fixture_get_id (f, names[1 - i]), NULL, &error));
    g_assert_error (error, HS_CALL_ERROR, HS_CALL_ERROR_GLARE);
  }
}

/* --- failures before the gateway has agreed --- */

#define REFUSED(code, text)                                                                        \
  HS_LINE_OPERATION ("A", "JOIN", "FINISH", PREVIOUS ("ONGOING") HS_LINE_ERROR (code, text))       \
  STATE ("A", "", "On Hold", "true", HS_LINE_ERROR (code, text))

static void
assert_nothing_is_left (HsCallFixture *f)
{
  hs_call_fixture_assert_idle (f, "A", "On Hold");
  hs_call_fixture_assert_idle (f, "B", "On Hold");
  g_assert_cmpuint (count_calls (f), ==, 2);
  g_assert_cmpuint (hs_fake_peer_factory_count_open (f->peers), ==, 2);
}

static void
test_gateway_refuses (HsCallFixture *f, gconstpointer data)
{
  g_autoptr (GError) error = g_error_new (HS_GATEWAY_ERROR, 37, "no");

  hs_fake_steps_fail_next (hs_fake_signalling_get_steps (f->signalling), HS_REQUEST_JOIN, error);
  begin (f, "join");
  hs_call_fixture_expect (f, BEGUN SENT REFUSED ("37", "no") "waiter join: 37 no\n");
  assert_nothing_is_left (f);
}

static void
test_media_fails (HsCallFixture *f, gconstpointer data)
{
  const int steps[] = { HS_FAKE_OPEN_MEDIA, HS_FAKE_CREATE_OFFER };
  g_autoptr (GError) error = g_error_new (HS_CALL_ERROR, HS_CALL_ERROR_USER_MEDIA, "no mic");

  make_two (f);
  for (guint i = 0; i < G_N_ELEMENTS (steps); i++) {
    hs_fake_steps_fail_next (hs_fake_peer_factory_get_steps (f->peers), steps[i], error);
    g_assert_true (join (f, "join", NULL));
    hs_call_fixture_expect (f, BEGUN REFUSED ("'call:4'", "no mic") "waiter join: call:4 no mic\n");
    assert_nothing_is_left (f);
  }
}

/* What was refused can be tried again. */
static void
test_again (HsCallFixture *f, gconstpointer data)
{
  g_autoptr (GError) error = g_error_new (HS_GATEWAY_ERROR, 37, "no");

  hs_fake_steps_fail_next (hs_fake_signalling_get_steps (f->signalling), HS_REQUEST_JOIN, error);
  begin (f, NULL);
  hs_call_fixture_skip (f);
  g_assert_true (join (f, NULL, NULL));
  hs_call_fixture_expect (f, BEGUN "> JOIN leg-1 other=leg-2 sdp=offer-6\n" ANNOUNCED);
}

/* The first call ends while the gateway is asked: the leg that it names must go. */
static void
test_first_ends_before_the_reply (HsCallFixture *f, gconstpointer data)
{
  HsFakeSteps *steps = hs_fake_signalling_get_steps (f->signalling);

  hs_fake_steps_hold (steps, HS_REQUEST_JOIN);
  begin (f, "join");
  hs_call_fixture_settle (f);
  g_assert_true (hs_calls_end (f->calls, hs_call_fixture_get_id (f, "A"), NULL, NULL));
  hs_call_fixture_skip (f);
  hs_call_fixture_assert_idle (f, "A", "Ended");
  hs_call_fixture_assert_idle (f, "B", "On Hold");
  g_assert_cmpuint (hs_fake_peer_factory_count_open (f->peers), ==, 1);
  hs_fake_steps_release (steps, HS_REQUEST_JOIN, NULL);
  hs_call_fixture_expect (f, "> END leg-3\n");
  g_assert_cmpuint (count_calls (f), ==, 2);
}

static void
test_first_ends_before_the_offer (HsCallFixture *f, gconstpointer data)
{
  make_two (f);
  hs_fake_steps_hold (hs_fake_peer_factory_get_steps (f->peers), HS_FAKE_CREATE_OFFER);
  g_assert_true (join (f, NULL, NULL));
  hs_call_fixture_settle (f);
  hs_call_fixture_receive_end (f, "leg-1", 0, NULL);
  hs_call_fixture_settle (f);
  hs_call_fixture_assert_idle (f, "B", "On Hold");
  for (guint i = 0; i < f->lines->len; i++)
    g_assert_null (strstr (f->lines->pdata[i], "> JOIN"));
}

#define MEDIA_LOST "the media of the new call has failed"

static void
test_media_is_lost_before_the_reply (HsCallFixture *f, gconstpointer data)
{
  HsFakeSteps *steps = hs_fake_signalling_get_steps (f->signalling);

  hs_fake_steps_hold (steps, HS_REQUEST_JOIN);
  begin (f, "join");
  hs_call_fixture_settle (f);
  hs_fake_peer_set_state (hs_fake_peer_factory_get_last (f->peers), HS_PEER_FAILED, NULL);
  hs_fake_steps_release (steps, HS_REQUEST_JOIN, NULL);
  hs_call_fixture_expect (f, BEGUN SENT "> END leg-3\n" REFUSED (
                                 "'call:2'", MEDIA_LOST) "waiter join: call:2 " MEDIA_LOST "\n");
  assert_nothing_is_left (f);
}

/* --- failures after it has agreed --- */

#define FAILED(call, code, reason)                                                                 \
  HS_LINE_OPERATION (call, "JOIN", "FINISH",                                                       \
                     PREVIOUS ("PENDING") HS_LINE_ERROR ("'call:2'", reason))                      \
  STATE (call, TRANSITION ("'statusCode':" code ",'reasonText':'" reason "'"), "On Hold", "true",  \
         HS_LINE_ERROR ("'call:2'", reason))
#define FAILED_TOO(call, reason)                                                                   \
  HS_LINE_OPERATION (call, "JOIN", "FINISH",                                                       \
                     PREVIOUS ("PENDING") HS_LINE_ERROR ("'call:2'", reason))                      \
  STATE (call, "", "On Hold", "true", HS_LINE_ERROR ("'call:2'", reason))
#define JOINED_ENDED(reason)                                                                       \
  "> END leg-3\n" HS_LINE_LOCAL_TRACK_ENDED ("C", "L3")                                            \
      HS_LINE_OPERATION ("C", "END", "FINISH", HS_LINE_ERROR ("'call:2'", reason))                 \
          STATE ("C", "", "Initiated", "false", HS_LINE_ERROR ("'call:2'", reason))                \
              RECORD ("C", "Bo,Cy", "sip:bo@lab.example,sip:cy@lab.example")

static void
test_fails (HsCallFixture *f, gconstpointer data)
{
  begin (f, "join");
  hs_call_fixture_skip (f);
  hs_call_fixture_receive_notice (f, HS_MESSAGE_FAIL, "leg-1", 0, NULL);
  hs_call_fixture_expect (f, FAILED ("A", "-2", "Join Failed") FAILED_TOO ("B", "Join Failed")
                                 JOINED_ENDED ("Join Failed") "waiter join: call:2 Join Failed\n");
  hs_call_fixture_assert_idle (f, "A", "On Hold");
  hs_call_fixture_assert_idle (f, "B", "On Hold");
  hs_call_fixture_assert_idle (f, "C", "Ended");

  /* The gateway tells of each leg. */
  hs_call_fixture_receive_notice (f, HS_MESSAGE_FAIL, "leg-2", 0, NULL);
  hs_call_fixture_expect (f, "");
}

static void
test_fails_at_the_second (HsCallFixture *f, gconstpointer data)
{
  begin (f, "join");
  hs_call_fixture_skip (f);
  hs_call_fixture_receive_notice (f, HS_MESSAGE_FAIL, "leg-2", 480, "Away");
  hs_call_fixture_expect (f, FAILED ("B", "480", "Away") FAILED_TOO ("A", "Away")
                                 JOINED_ENDED ("Away") "waiter join: call:2 Away\n");
}

/* Without the new call nothing comes of it. */
static void
test_joined_call_ends_early (HsCallFixture *f, gconstpointer data)
{
  begin (f, "join");
  hs_call_fixture_skip (f);
  hs_call_fixture_receive_end (f, "leg-3", 480, "Away");
  hs_call_fixture_settle (f);
  g_assert_cmpstr (f->returned->pdata[0], ==, "waiter join: call:2 the joined call has ended");
  hs_call_fixture_assert_idle (f, "A", "On Hold");
  hs_call_fixture_assert_idle (f, "B", "On Hold");
  hs_call_fixture_assert_idle (f, "C", "Ended");
}

static void
test_joined_call_is_ended_here (HsCallFixture *f, gconstpointer data)
{
  begin (f, "join");
  hs_call_fixture_skip (f);
  g_assert_true (hs_calls_end (f->calls, hs_call_fixture_get_id (f, "C"), NULL, NULL));
  hs_call_fixture_settle (f);
  hs_call_fixture_assert_idle (f, "A", "On Hold");
  hs_call_fixture_assert_idle (f, "B", "On Hold");
  hs_call_fixture_assert_idle (f, "C", "Ended");
}

static void
test_answer_does_not_fit (HsCallFixture *f, gconstpointer data)
{
  begin (f, "join");
  hs_call_fixture_skip (f);
  hs_call_fixture_receive (f, HS_MESSAGE_ANSWER, "leg-3", "rubbish");
  hs_call_fixture_settle (f);
  hs_call_fixture_assert_idle (f, "A", "On Hold");
  hs_call_fixture_assert_idle (f, "B", "On Hold");
  hs_call_fixture_assert_idle (f, "C", "Ended");
}

/* One party hangs up while the others are being joined: the rest goes on. */
static void
test_second_ends (HsCallFixture *f, gconstpointer data)
{
  begin (f, "join");
  hs_call_fixture_settle (f);
  hs_call_fixture_receive_end (f, "leg-2", 0, NULL);
  answer (f);
  hs_call_fixture_receive_notice (f, HS_MESSAGE_COMPLETE, "leg-1", 0, "join");
  hs_call_fixture_skip (f);
  hs_call_fixture_assert_idle (f, "A", "Ended");
  hs_call_fixture_assert_idle (f, "B", "Ended");
  hs_call_fixture_assert_idle (f, "C", "Connected");
}

/* The phone is closed at any time; the fixture looks for what is left. */
static void
test_closed (HsCallFixture *f, gconstpointer data)
{
  const int held[] = { HS_REQUEST_JOIN, HS_REQUEST_AUDIT };

  for (guint i = 0; i < G_N_ELEMENTS (held); i++) {
    hs_call_fixture_set_up (f, NULL);
    hs_fake_steps_hold (hs_fake_signalling_get_steps (f->signalling), held[i]);
    begin (f, "join");
    hs_call_fixture_settle (f);
    hs_calls_close (f->calls);
    hs_call_fixture_tear_down (f, NULL);
  }
}

#define ADD(path, function)                                                                        \
  g_test_add ("/call/join/" path, HsCallFixture, NULL, hs_call_fixture_set_up, function,           \
              hs_call_fixture_tear_down)

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  ADD ("joined", test_joined);
  ADD ("joined-call-lives", test_joined_call_lives);
  ADD ("joined-call-object", test_joined_call_object);
  ADD ("names-and-callers", test_names_and_callers);
  ADD ("messages-before-the-reply", test_messages_before_the_reply);
  ADD ("guards", test_guards);
  ADD ("only-one-join", test_only_one_join);
  ADD ("gateway-refuses", test_gateway_refuses);
  ADD ("media-fails", test_media_fails);
  ADD ("again", test_again);
  ADD ("first-ends-before-the-reply", test_first_ends_before_the_reply);
  ADD ("first-ends-before-the-offer", test_first_ends_before_the_offer);
  ADD ("media-is-lost-before-the-reply", test_media_is_lost_before_the_reply);
  ADD ("fails", test_fails);
  ADD ("fails-at-the-second", test_fails_at_the_second);
  ADD ("joined-call-ends-early", test_joined_call_ends_early);
  ADD ("joined-call-is-ended-here", test_joined_call_is_ended_here);
  ADD ("answer-does-not-fit", test_answer_does_not_fit);
  ADD ("second-ends", test_second_ends);
  g_test_add ("/call/join/closed", HsCallFixture, NULL, NULL, test_closed, NULL);
  return g_test_run ();
}
