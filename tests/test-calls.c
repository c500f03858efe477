/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/hs-error.h"
#include "hs-call-fixture.h"

static const HsMediaRequest audio = { .audio = TRUE };

#define UNKNOWN(operation)                                                                         \
  "A call:operation {'operation':'" operation "','transition':'START','isLocal':true}\n"           \
  "A call:operation {'operation':'" operation "','transition':'FINISH','isLocal':true,"            \
  "'error':{'name':'BasicError','code':'call:7','message':'there is no call \\'nobody\\''}}\n"

typedef gboolean (*Verb) (HsCalls *calls, const char *id, GTask *waiter, GError **error);

static gboolean
answer_audio (HsCalls *calls, const char *id, GTask *waiter, GError **error)
{
  return hs_calls_answer (calls, id, &audio, NULL, waiter, error);
}

static gboolean
get_stats (HsCalls *calls, const char *id, GTask *waiter, GError **error)
{
  return hs_calls_get_stats (calls, id, NULL, waiter, error);
}

static void
test_unknown_id (HsCallFixture *f, gconstpointer data)
{
  const Verb verbs[] = { answer_audio, hs_calls_reject, hs_calls_ignore, hs_calls_end, get_stats };
  const char *const expected[] = {
    UNKNOWN ("ANSWER"),
    UNKNOWN ("REJECT"),
    UNKNOWN ("IGNORE"),
    UNKNOWN ("END"),
    UNKNOWN ("GET_STATS") "A call:statsReceived {'error':{'name':'BasicError','code':'call:7',"
                          "'message':'there is no call \\'nobody\\''}}\n",
  };

  for (guint i = 0; i < G_N_ELEMENTS (verbs); i++) {
    g_autoptr (GError) error = NULL;

    g_assert_false (verbs[i](f->calls, "nobody", NULL, &error));
    g_assert_error (error, HS_CALL_ERROR, HS_CALL_ERROR_INVALID_PARAM);
    hs_call_fixture_expect (f, expected[i]);
  }
  g_assert_null (hs_calls_dup_by_id (f->calls, "nobody"));
}

/* A waiter that is refused is let go, and does not return. */
static void
test_refused_waiter (HsCallFixture *f, gconstpointer data)
{
  GTask *waiter = g_task_new (NULL, NULL, NULL, NULL);
  GTask *other = g_task_new (NULL, NULL, NULL, NULL);

  g_object_add_weak_pointer (G_OBJECT (waiter), (gpointer *) &waiter);
  g_object_add_weak_pointer (G_OBJECT (other), (gpointer *) &other);
  g_assert_false (hs_calls_end (f->calls, "nobody", waiter, NULL));
  g_assert_null (waiter);
  hs_call_fixture_make_initiated (f);
  g_assert_false (hs_calls_reject (f->calls, hs_call_fixture_get_id (f, "B"), other, NULL));
  g_assert_null (other);
}

static void
test_unknown_session (HsCallFixture *f, gconstpointer data)
{
  const HsMessageKind kinds[] = { HS_MESSAGE_RINGING,  HS_MESSAGE_PROGRESS, HS_MESSAGE_UPDATE,
                                  HS_MESSAGE_ANSWER,   HS_MESSAGE_END,      HS_MESSAGE_CANCEL,
                                  HS_MESSAGE_COMPLETE, HS_MESSAGE_FAIL };

  hs_call_fixture_make_connected (f);
  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++) {
    hs_call_fixture_receive (f, kinds[i], "leg-9", NULL);
    hs_call_fixture_receive (f, kinds[i], NULL, NULL);
  }
  hs_call_fixture_receive (f, HS_MESSAGE_CALL, NULL, NULL);
  hs_call_fixture_expect (f, "");
}

/* Every message in every state: nothing crashes, nothing is left behind. */
static void
test_any_message_at_any_time (HsCallFixture *f, gconstpointer data)
{
  void (*const begin[]) (HsCallFixture * self) = {
    hs_call_fixture_make,           hs_call_fixture_make_initiated, hs_call_fixture_ring,
    hs_call_fixture_make_connected, hs_call_fixture_ring_slowly,
  };
  const char *const bodies[] = { NULL, "rubbish", "v=0\r\n", "v=0\r\nm=audio\r\n" };
  GLogLevelFlags fatal = g_log_set_always_fatal (G_LOG_LEVEL_CRITICAL | G_LOG_FATAL_MASK);

  for (guint state = 0; state < G_N_ELEMENTS (begin); state++) {
    for (guint first = 0; first <= HS_MESSAGE_FAIL; first++) {
      for (guint second = 0; second <= HS_MESSAGE_FAIL; second++) {
        hs_call_fixture_set_up (f, NULL);
        begin[state](f);
        hs_call_fixture_receive (f, first, "leg-1", bodies[second % G_N_ELEMENTS (bodies)]);
        hs_call_fixture_receive (f, second, "leg-1", bodies[first % G_N_ELEMENTS (bodies)]);
        hs_call_fixture_receive (f, first, "in-1", bodies[second % G_N_ELEMENTS (bodies)]);
        hs_call_fixture_receive (f, second, "in-1", bodies[first % G_N_ELEMENTS (bodies)]);
        hs_fake_clock_advance (f->clock, 5000);
        hs_call_fixture_tear_down (f, NULL);
      }
    }
  }
  g_log_set_always_fatal (fatal);
}

/* Credentials are good for a time; a call may need a new transport after that. */
static void
test_new_credentials (HsCallFixture *f, gconstpointer data)
{
  hs_call_fixture_configure (f, "{\"call\":{\"iceServers\":[{\"urls\":\"turn:relay.example\"}]}}");
  hs_calls_set_turn_credentials (f->calls, "t-1", "p-1");
  hs_call_fixture_make_connected (f);
  hs_calls_set_turn_credentials (f->calls, "t-2", "p-2");
  hs_call_fixture_expect (f, "peer servers [{'urls':'turn:relay.example','username':'t-2',"
                             "'credential':'p-2'}]\n");
  /* The end of the subscription takes nothing from a call. */
  hs_calls_set_turn_credentials (f->calls, NULL, NULL);
  hs_call_fixture_expect (f, "");
}

static void
test_speaker (HsCallFixture *f, gconstpointer data)
{
  g_autoptr (GError) unknown = NULL;
  g_autoptr (GError) wrong = NULL;
  g_autoptr (GError) over = NULL;
  const char *id;

  g_assert_false (hs_calls_set_speaker (f->calls, "nobody", "x",
                                        g_task_new (NULL, NULL, NULL, NULL), &unknown));
  g_assert_error (unknown, HS_CALL_ERROR, HS_CALL_ERROR_INVALID_PARAM);
  hs_call_fixture_make_connected (f);
  id = hs_call_fixture_get_id (f, "A");
  g_assert_true (
      hs_calls_set_speaker (f->calls, id, "hall", hs_call_fixture_new_waiter (f, "hall"), NULL));
  hs_call_fixture_expect (f, "peer speaker hall\nwaiter hall: ok\n");
  g_assert_true (hs_calls_set_speaker (f->calls, id, "broken",
                                       hs_call_fixture_new_waiter (f, "broken"), NULL));
  hs_call_fixture_expect (f, "peer speaker broken\nwaiter broken: call:4 it is broken\n");
  g_assert_false (
      hs_calls_set_speaker (f->calls, id, "none", g_task_new (NULL, NULL, NULL, NULL), &wrong));
  g_assert_error (wrong, HS_CALL_ERROR, HS_CALL_ERROR_INVALID_PARAM);
  hs_call_fixture_receive_end (f, "leg-1", 0, NULL);
  hs_call_fixture_skip (f);
  g_assert_false (hs_calls_set_speaker (f->calls, id, "hall", NULL, &over));
  g_assert_error (over, HS_CALL_ERROR, HS_CALL_ERROR_INVALID_STATE);
}

/* Chosen before there is media, it holds for the media to come. */
static void
test_speaker_before_media (HsCallFixture *f, gconstpointer data)
{
  hs_call_fixture_ring_slowly (f);
  g_assert_true (
      hs_calls_set_speaker (f->calls, hs_call_fixture_get_id (f, "A"), "hall", NULL, NULL));
  g_assert_true (
      hs_calls_answer (f->calls, hs_call_fixture_get_id (f, "A"), &audio, NULL, NULL, NULL));
  hs_call_fixture_settle (f);
  g_assert_cmpstr (f->lines->pdata[1], ==, "peer speaker hall");
}

#define SERVERS                                                                                    \
  "{\"call\":{\"iceServers\":[{\"urls\":\"turn:a\",\"username\":\"u\",\"credential\":\"p\"},"      \
  "{\"urls\":\"stun:b\"},7]}}"

static void
expect_servers (HsCallFixture *f, const char *expected)
{
  hs_call_fixture_make_initiated (f);
  hs_calls_close (f->calls);
  g_ptr_array_set_size (f->ids, 0);
  g_assert_nonnull (hs_calls_make (f->calls, "bo", &audio, NULL, NULL, NULL));
  g_assert_cmpstr (f->lines->pdata[2], ==, expected);
  hs_calls_close (f->calls);
  g_ptr_array_set_size (f->ids, 0);
  hs_call_fixture_skip (f);
}

static void
test_ice_servers (HsCallFixture *f, gconstpointer data)
{
  const char *const own = "peer servers [{'urls':'turn:a','username':'u','credential':'p'},"
                          "{'urls':'stun:b'}]";
  const char *const delivered =
      "peer servers [{'urls':'turn:a','username':'t-1','credential':'s-1'},"
      "{'urls':'stun:b','username':'t-1','credential':'s-1'}]";

  hs_call_fixture_configure (f, SERVERS);
  expect_servers (f, own);
  hs_calls_set_turn_credentials (f->calls, "t-1", "s-1");
  expect_servers (f, delivered);
  hs_call_fixture_configure (f, "{\"call\":{\"serverTurnCredentials\":false}}");
  expect_servers (f, own);
  hs_call_fixture_configure (f, "{\"call\":{\"serverTurnCredentials\":null}}");
  hs_calls_set_turn_credentials (f->calls, NULL, NULL);
  expect_servers (f, own);
}

static void
test_several_calls (HsCallFixture *f, gconstpointer data)
{
  g_autoptr (JsonArray) all = NULL;

  hs_call_fixture_make_initiated (f);
  hs_call_fixture_receive (f, HS_MESSAGE_CALL, "in-1", NULL);
  hs_call_fixture_receive (f, HS_MESSAGE_CALL, "in-2", NULL);
  hs_call_fixture_settle (f);
  hs_call_fixture_receive_end (f, "in-1", 0, NULL);
  g_assert_cmpuint (hs_calls_count_live (f->calls), ==, 2);
  all = hs_calls_dup_all (f->calls);
  g_assert_cmpuint (json_array_get_length (all), ==, 3);
  for (guint i = 0; i < 3; i++) {
    const char name[] = { 'A' + i, '\0' };
    JsonObject *call = json_array_get_object_element (all, i);

    g_assert_cmpstr (json_object_get_string_member (call, "id"), ==,
                     hs_call_fixture_get_id (f, name));
  }
}

/* Ended calls are kept, but not without end; live ones are kept whatever happens. */
static void
test_ended_calls_are_kept (HsCallFixture *f, gconstpointer data)
{
  g_autoptr (JsonArray) all = NULL;
  JsonObject *oldest;

  hs_call_fixture_make_connected (f);
  for (guint i = 0; i < 510; i++) {
    g_autofree char *session = g_strdup_printf ("in-%u", i);

    hs_call_fixture_receive (f, HS_MESSAGE_CALL, session, NULL);
    hs_call_fixture_settle (f);
    hs_call_fixture_receive_end (f, session, 0, NULL);
  }
  all = hs_calls_dup_all (f->calls);
  g_assert_cmpuint (json_array_get_length (all), ==, 501);
  oldest = json_array_get_object_element (all, 0);
  g_assert_cmpstr (json_object_get_string_member (oldest, "state"), ==, "Connected");
  oldest = json_array_get_object_element (all, 1);
  g_assert_cmpstr (json_object_get_string_member (oldest, "wrtcsSessionId"), ==, "in-10");
}

static void
test_end_all (HsCallFixture *f, gconstpointer data)
{
  HsFakeSteps *steps = hs_fake_signalling_get_steps (f->signalling);
  g_autoptr (GError) error = g_error_new (HS_GATEWAY_ERROR, 404, "gone");

  hs_call_fixture_make_connected (f);
  hs_call_fixture_receive (f, HS_MESSAGE_CALL, "in-1", NULL);
  hs_call_fixture_skip (f);
  hs_fake_steps_hold (steps, HS_REQUEST_START);
  hs_fake_steps_hold (steps, HS_REQUEST_END);
  g_assert_nonnull (hs_calls_make (f->calls, "cy", &audio, NULL, NULL, NULL));
  hs_call_fixture_skip (f);

  hs_calls_end_all (f->calls, hs_call_fixture_new_waiter (f, "end-all"));
  hs_call_fixture_skip (f);
  g_assert_cmpuint (hs_fake_steps_count_held (steps, HS_REQUEST_END), ==, 2);
  hs_fake_steps_release (steps, HS_REQUEST_END, NULL);
  hs_fake_steps_release (steps, HS_REQUEST_END, error);
  hs_call_fixture_settle (f);
  g_assert_cmpuint (hs_calls_count_live (f->calls), ==, 0);
  g_assert_cmpuint (f->waiting, ==, 1);

  /* The call that was only being asked for is released too. */
  hs_fake_steps_release (steps, HS_REQUEST_START, NULL);
  hs_call_fixture_settle (f);
  g_assert_cmpuint (f->waiting, ==, 1);
  hs_fake_steps_release (steps, HS_REQUEST_END, NULL);
  hs_call_fixture_settle (f);
  g_assert_cmpuint (f->waiting, ==, 0);
  g_assert_cmpstr (f->returned->pdata[0], ==, "waiter end-all: ok");
}

static void
test_end_all_waits_for_what_was_ended (HsCallFixture *f, gconstpointer data)
{
  HsFakeSteps *steps = hs_fake_signalling_get_steps (f->signalling);

  hs_fake_steps_hold (steps, HS_REQUEST_START);
  hs_call_fixture_make (f);
  hs_call_fixture_skip (f);
  g_assert_true (hs_calls_end (f->calls, hs_call_fixture_get_id (f, "A"), NULL, NULL));
  hs_calls_end_all (f->calls, hs_call_fixture_new_waiter (f, "end-all"));
  hs_call_fixture_skip (f);
  g_assert_cmpuint (f->waiting, ==, 1);
  hs_fake_steps_release (steps, HS_REQUEST_START, NULL);
  hs_call_fixture_expect (f, "> END leg-1\nwaiter end-all: ok\n");
}

static void
test_end_all_of_none (HsCallFixture *f, gconstpointer data)
{
  hs_calls_end_all (f->calls, hs_call_fixture_new_waiter (f, "end-all"));
  hs_calls_end_all (f->calls, NULL);
  hs_call_fixture_expect (f, "waiter end-all: ok\n");
}

/* Not a word to the gateway, nor to anybody but those who wait. */
static void
test_close (HsCallFixture *f, gconstpointer data)
{
  HsFakeSteps *steps = hs_fake_signalling_get_steps (f->signalling);

  hs_call_fixture_make_connected (f);
  hs_fake_steps_hold (steps, HS_REQUEST_START);
  g_assert_nonnull (
      hs_calls_make (f->calls, "cy", &audio, NULL, hs_call_fixture_new_waiter (f, "make"), NULL));
  hs_call_fixture_skip (f);
  hs_calls_close (f->calls);
  hs_call_fixture_expect (f, "waiter make: handset:6 the phone was closed\n");
  hs_fake_steps_release (steps, HS_REQUEST_START, NULL);
  hs_call_fixture_expect (f, "");
  g_assert_cmpuint (hs_calls_count_live (f->calls), ==, 0);
  g_assert_cmpuint (hs_fake_clock_count_timers (f->clock), ==, 0);
  hs_call_fixture_receive_end (f, "leg-1", 0, NULL);
  hs_call_fixture_expect (f, "");
}

static void
test_close_while_releasing (HsCallFixture *f, gconstpointer data)
{
  HsFakeSteps *steps = hs_fake_signalling_get_steps (f->signalling);

  hs_fake_steps_hold (steps, HS_REQUEST_START);
  hs_call_fixture_make (f);
  hs_call_fixture_skip (f);
  g_assert_true (hs_calls_end (f->calls, hs_call_fixture_get_id (f, "A"),
                               hs_call_fixture_new_waiter (f, "end"), NULL));
  hs_call_fixture_skip (f);
  hs_calls_close (f->calls);
  hs_call_fixture_expect (f, "waiter end: handset:6 the phone was closed\n");
  hs_fake_steps_release (steps, HS_REQUEST_START, NULL);
  hs_call_fixture_expect (f, "");
}

/* --- listeners that act while they are told --- */

static void
end_when_told (HsCalls *calls, const char *name, JsonObject *payload, gpointer user_data)
{
  const char *awaited = user_data;

  if (!g_str_equal (name, awaited))
    return;
  g_signal_handlers_disconnect_by_func (calls, end_when_told, user_data);
  g_assert_true (
      hs_calls_end (calls, json_object_get_string_member (payload, "callId"), NULL, NULL));
}

static void
test_ended_from_a_listener (HsCallFixture *f, gconstpointer data)
{
  const char *const names[] = { "call:start", "call:newTrack", "call:stateChange",
                                "call:operation" };
  g_autofree char *sdp = hs_call_fixture_dup_audio ("sendrecv");

  for (guint i = 0; i < G_N_ELEMENTS (names); i++) {
    g_autofree char *state = NULL;

    hs_call_fixture_set_up (f, NULL);
    g_signal_connect (f->calls, "event", G_CALLBACK (end_when_told), (gpointer) names[i]);
    g_assert_nonnull (
        hs_calls_make (f->calls, "bo", &audio, NULL, hs_call_fixture_new_waiter (f, "make"), NULL));
    hs_call_fixture_settle (f);
    hs_call_fixture_receive (f, HS_MESSAGE_ANSWER, "leg-1", sdp);
    hs_call_fixture_settle (f);
    state = hs_call_fixture_dup_state (f, "A");
    g_assert_cmpstr (state, ==, "Ended");
    hs_call_fixture_tear_down (f, NULL);
  }
}

static void
test_incoming_ended_from_a_listener (HsCallFixture *f, gconstpointer data)
{
  const char *const names[] = { "call:receive", "call:newTrack", "call:stateChange" };
  g_autofree char *sdp = hs_call_fixture_dup_audio ("sendrecv");

  for (guint i = 0; i < G_N_ELEMENTS (names); i++) {
    g_autofree char *state = NULL;

    hs_call_fixture_set_up (f, NULL);
    g_signal_connect (f->calls, "event", G_CALLBACK (end_when_told), (gpointer) names[i]);
    hs_call_fixture_receive (f, HS_MESSAGE_CALL, "in-1", sdp);
    hs_call_fixture_settle (f);
    state = hs_call_fixture_dup_state (f, "A");
    g_assert_cmpstr (state, ==, "Ended");
    hs_call_fixture_tear_down (f, NULL);
  }
}

#define ADD(path, function)                                                                        \
  g_test_add ("/calls/" path, HsCallFixture, NULL, hs_call_fixture_set_up, function,               \
              hs_call_fixture_tear_down)
#define ADD_LOOP(path, function)                                                                   \
  g_test_add ("/calls/" path, HsCallFixture, NULL, NULL, function, NULL)

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  ADD ("unknown-id", test_unknown_id);
  ADD ("refused-waiter", test_refused_waiter);
  ADD ("unknown-session", test_unknown_session);
  ADD_LOOP ("any-message-at-any-time", test_any_message_at_any_time);
  ADD ("speaker", test_speaker);
  ADD ("speaker-before-media", test_speaker_before_media);
  ADD ("ice-servers", test_ice_servers);
  ADD ("new-credentials", test_new_credentials);
  ADD ("several-calls", test_several_calls);
  ADD ("ended-calls-are-kept", test_ended_calls_are_kept);
  ADD ("end-all", test_end_all);
  ADD ("end-all-waits-for-what-was-ended", test_end_all_waits_for_what_was_ended);
  ADD ("end-all-of-none", test_end_all_of_none);
  ADD ("close", test_close);
  ADD ("close-while-releasing", test_close_while_releasing);
  ADD_LOOP ("ended-from-a-listener", test_ended_from_a_listener);
  ADD_LOOP ("incoming-ended-from-a-listener", test_incoming_ended_from_a_listener);
  return g_test_run ();
}
