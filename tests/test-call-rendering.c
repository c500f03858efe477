/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/hs-json.h"
#include "hs-call-fixture.h"

/* What is known of tracks and done to them, whichever call they belong to. */

#define UNKNOWN "null"

static char *
to_text (JsonObject *object)
{
  g_autoptr (JsonNode) node =
      object != NULL ? hs_json_node_take_object (object) : json_node_new (JSON_NODE_NULL);
  char *text = hs_json_to_text (node);

  return g_strdelimit (text, "\"", '\'');
}

static void
expect_track (HsCallFixture *f, const char *id, const char *expected)
{
  g_autofree char *text = to_text (hs_calls_dup_track (f->calls, id));

  g_assert_cmpstr (text, ==, expected);
}

static void
expect_media (HsCallFixture *f, const char *id, const char *expected)
{
  g_autofree char *text = to_text (hs_calls_dup_media (f->calls, id));

  g_assert_cmpstr (text, ==, expected);
}

#define TRACK(id, stream, muted, source_muted, containers)                                         \
  "{'id':'" id "','trackId':'" id "','streamId':'" stream                                          \
  "','kind':'audio','label':'fake','state':'live','disabled':false,'muted':" muted                 \
  ",'sourceMuted':" source_muted ",'containers':[" containers "]}"
#define LOCAL(muted, containers) TRACK ("L1", "stream-L", muted, "false", containers)

static void
mute (HsCallFixture *f, const char *id, gboolean muted)
{
  const char *const ids[] = { id, "nobody", NULL };

  hs_calls_mute_tracks (f->calls, ids, muted);
}

static void
render (HsCallFixture *f, const char *id, const char *container, const char *speaker)
{
  const char *const ids[] = { "nobody", id, NULL };

  hs_calls_render_tracks (f->calls, ids, container, speaker,
                          hs_call_fixture_new_waiter (f, "render"));
}

static void
take (HsCallFixture *f, const char *id, const char *container)
{
  const char *const ids[] = { id, "nobody", NULL };

  hs_calls_unrender_tracks (f->calls, ids, container);
}

static void
test_described (HsCallFixture *f, gconstpointer data)
{
  expect_track (f, "L1", UNKNOWN);
  hs_call_fixture_make_connected (f);
  expect_track (f, "L1", LOCAL ("false", ""));
  expect_track (f, "R-audio", TRACK ("R-audio", "stream-R", "false", "true", ""));
  expect_media (f, "stream-L", "{'id':'stream-L','local':true,'tracks':['L1']}");
  expect_media (f, "stream-R", "{'id':'stream-R','local':false,'tracks':['R-audio']}");
  expect_media (f, "nobody", UNKNOWN);
  hs_fake_peer_mute (hs_fake_peer_factory_get_last (f->peers), "R-audio", FALSE);
  expect_track (f, "R-audio", TRACK ("R-audio", "stream-R", "false", "false", ""));
  hs_call_fixture_receive_end (f, "leg-1", 0, NULL);
  hs_call_fixture_skip (f);
  expect_track (f, "L1", UNKNOWN);
  expect_track (f, "R-audio", UNKNOWN);
  expect_media (f, "stream-R", UNKNOWN);
}

static void
test_muted (HsCallFixture *f, gconstpointer data)
{
  hs_call_fixture_make_connected (f);
  mute (f, "L1", TRUE);
  hs_call_fixture_expect (f, "peer mute L1\n- media:muted {'trackIds':['L1'],'tracks':['L1']}\n");
  expect_track (f, "L1", LOCAL ("true", ""));
  mute (f, "L1", FALSE);
  hs_call_fixture_expect (f,
                          "peer unmute L1\n- media:unmuted {'trackIds':['L1'],'tracks':['L1']}\n");
  expect_track (f, "L1", LOCAL ("false", ""));
  mute (f, "else", TRUE);
  hs_call_fixture_expect (f, "- media:muted {'trackIds':[],'tracks':[]}\n");
}

static void
test_rendered (HsCallFixture *f, gconstpointer data)
{
  hs_call_fixture_make_connected (f);
  render (f, "L1", "here", NULL);
  hs_call_fixture_expect (f, "peer render L1 at here ()\nwaiter render: ok\n");
  render (f, "L1", "there", "loud");
  render (f, "L1", "here", NULL);
  hs_call_fixture_expect (f, "peer render L1 at there (loud)\npeer render L1 at here ()\n"
                             "waiter render: ok\nwaiter render: ok\n");
  expect_track (f, "L1", LOCAL ("false", "'here','there'"));
  take (f, "L1", "here");
  take (f, "L1", "nowhere");
  hs_call_fixture_expect (f, "peer take L1 from here\npeer take L1 from nowhere\n");
  expect_track (f, "L1", LOCAL ("false", "'there'"));
}

static void
test_not_rendered (HsCallFixture *f, gconstpointer data)
{
  hs_call_fixture_make_connected (f);
  render (f, "L1", "broken", NULL);
  hs_call_fixture_expect (f, "peer render L1 at broken ()\nwaiter render: call:4 it is broken\n");
  render (f, "else", "here", NULL);
  hs_call_fixture_expect (f, "waiter render: ok\n");
  expect_track (f, "L1", LOCAL ("false", ""));
}

static void
test_lost (HsCallFixture *f, gconstpointer data)
{
  hs_call_fixture_make_connected (f);
  render (f, "L1", "here", NULL);
  hs_call_fixture_skip (f);
  hs_fake_peer_lose_container (hs_fake_peer_factory_get_last (f->peers), "L1", "here");
  hs_call_fixture_expect (f,
                          "A media:containerFailed {'trackId':'L1','container':'here','error':"
                          "{'name':'BasicError','code':'call:4','message':'the disk is full'}}\n");
  expect_track (f, "L1", LOCAL ("false", ""));
}

static void
add (const char *path, void (*test) (HsCallFixture *, gconstpointer))
{
  g_test_add (path, HsCallFixture, NULL, hs_call_fixture_set_up, test, hs_call_fixture_tear_down);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  add ("/call/rendering/described", test_described);
  add ("/call/rendering/muted", test_muted);
  add ("/call/rendering/rendered", test_rendered);
  add ("/call/rendering/not-rendered", test_not_rendered);
  add ("/call/rendering/lost", test_lost);
  return g_test_run ();
}
