/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Statistics of a call run beside everything else. */
#include "base/hs-error.h"
#include "hs-far-update.h"

static void
test_stats (HsCallFixture *f, gconstpointer data)
{
  const char *id;

  hs_call_fixture_make_connected (f);
  id = hs_call_fixture_get_id (f, "A");
  g_assert_true (
      hs_calls_get_stats (f->calls, id, NULL, hs_call_fixture_new_waiter (f, "stats"), NULL));
  hs_call_fixture_expect (
      f, "A call:operation {'operation':'GET_STATS','transition':'START','isLocal':true}\n"
         "A call:operation {'operation':'GET_STATS','transition':'FINISH','isLocal':true,"
         "'previous':{'operation':'GET_STATS','status':'ONGOING'}}\n"
         "A call:statsReceived {'result':{'of':'all'}}\n"
         "waiter stats: report\n");
  g_assert_true (hs_calls_get_stats (f->calls, id, "R-audio", NULL, NULL));
  hs_call_fixture_settle (f);
  g_assert_cmpstr (f->lines->pdata[2], ==,
                   "A call:statsReceived {'result':{'of':'R-audio'},'trackId':'R-audio'}");
}

static void
test_stats_fail (HsCallFixture *f, gconstpointer data)
{
  g_autoptr (GError) error = g_error_new (HS_CALL_ERROR, HS_CALL_ERROR_GENERIC, "no such track");

  hs_call_fixture_make_connected (f);
  hs_fake_steps_fail_next (hs_fake_peer_factory_get_steps (f->peers), HS_FAKE_GET_STATS, error);
  g_assert_true (hs_calls_get_stats (f->calls, hs_call_fixture_get_id (f, "A"), "x",
                                     hs_call_fixture_new_waiter (f, "stats"), NULL));
  hs_call_fixture_expect (
      f, "A call:operation {'operation':'GET_STATS','transition':'START','isLocal':true}\n"
         "A call:operation {'operation':'GET_STATS','transition':'FINISH','isLocal':true,"
         "'previous':{'operation':'GET_STATS','status':'ONGOING'},'error':{'name':'BasicError',"
         "'code':'call:2','message':'no such track'}}\n"
         "A call:statsReceived {'error':{'name':'BasicError','code':'call:2',"
         "'message':'no such track'},'trackId':'x'}\n"
         "waiter stats: call:2 no such track\n");
}

static void
test_stats_without_media (HsCallFixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  hs_call_fixture_ring_slowly (f);
  g_assert_false (
      hs_calls_get_stats (f->calls, hs_call_fixture_get_id (f, "A"), "x", NULL, &error));
  g_assert_error (error, HS_CALL_ERROR, HS_CALL_ERROR_GENERIC);
  hs_call_fixture_settle (f);
  g_assert_cmpstr (f->lines->pdata[2], ==,
                   "A call:statsReceived {'error':{'name':'BasicError','code':'call:2',"
                   "'message':'the call has no media'},'trackId':'x'}");
}

static void
test_stats_beside_a_negotiation (HsCallFixture *f, gconstpointer data)
{
  hs_call_fixture_make_connected (f);
  hs_far_update_occupy (f, HS_OPERATION_PENDING);
  g_assert_true (hs_calls_get_stats (f->calls, hs_call_fixture_get_id (f, "A"), NULL, NULL, NULL));
  hs_call_fixture_expect (
      f, "A call:operation {'operation':'GET_STATS','transition':'START','isLocal':true,"
         "'previous':{'operation':'RENEGOTIATE','status':'PENDING'}}\n"
         "A call:operation {'operation':'GET_STATS','transition':'FINISH','isLocal':true,"
         "'previous':{'operation':'RENEGOTIATE','status':'PENDING'}}\n"
         "A call:statsReceived {'result':{'of':'all'}}\n");
}

/* They do not keep a negotiation away, and end with the call. */
static void
test_end_while_stats_are_made (HsCallFixture *f, gconstpointer data)
{
  HsFakeSteps *steps = hs_fake_peer_factory_get_steps (f->peers);

  hs_call_fixture_make_connected (f);
  hs_fake_steps_hold (steps, HS_FAKE_GET_STATS);
  g_assert_true (hs_calls_get_stats (f->calls, hs_call_fixture_get_id (f, "A"), NULL,
                                     hs_call_fixture_new_waiter (f, "stats"), NULL));
  hs_far_update_occupy (f, HS_OPERATION_PENDING);
  g_assert_true (hs_calls_end (f->calls, hs_call_fixture_get_id (f, "A"), NULL, NULL));
  hs_call_fixture_settle (f);
  g_assert_cmpuint (f->waiting, ==, 0);
  g_assert_cmpstr (f->returned->pdata[0], ==, "waiter stats: call:2 the call has ended");
}

/* The call's end takes nobody's answer away. */
static void
test_ended_there_while_stats_are_made (HsCallFixture *f, gconstpointer data)
{
  HsFakeSteps *steps = hs_fake_peer_factory_get_steps (f->peers);

  hs_call_fixture_make_connected (f);
  hs_fake_steps_hold (steps, HS_FAKE_GET_STATS);
  g_assert_true (hs_calls_get_stats (f->calls, hs_call_fixture_get_id (f, "A"), NULL,
                                     hs_call_fixture_new_waiter (f, "stats"), NULL));
  hs_call_fixture_receive_end (f, "leg-1", 0, NULL);
  hs_call_fixture_settle (f);
  g_assert_cmpuint (f->lines->len, ==, 8);
  g_assert_cmpstr (f->lines->pdata[6], ==,
                   "A call:operation {'operation':'GET_STATS','transition':'FINISH',"
                   "'isLocal':true,'error':{'name':'BasicError','code':'call:2',"
                   "'message':'the call has ended'}}");
}

#define ADD(path, function)                                                                        \
  g_test_add ("/call/update/" path, HsCallFixture, NULL, hs_call_fixture_set_up, function,         \
              hs_call_fixture_tear_down)

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  ADD ("stats", test_stats);
  ADD ("stats-fail", test_stats_fail);
  ADD ("stats-without-media", test_stats_without_media);
  ADD ("stats-beside-a-negotiation", test_stats_beside_a_negotiation);
  ADD ("end-while-stats-are-made", test_end_while_stats_are_made);
  ADD ("ended-there-while-stats-are-made", test_ended_there_while_stats_are_made);
  return g_test_run ();
}
