/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "call/hs-call-private.h"
#include "hs-call-fixture.h"

#include <string.h>

/* What an offer of the far end does to a call: every row of spec call-signalling 4.6 in every state
 * of media of 2.7.1. Directions are those of the far end's descriptions: "sr", "so", "ro", "in",
 * of audio, or of "audio/video". */

#define N_DIRECTIONS 4

static const char *const codes[N_DIRECTIONS] = { "sr", "so", "ro", "in" };
static const char *const directions[N_DIRECTIONS] = { "sendrecv", "sendonly", "recvonly",
                                                      "inactive" };

/* What comes of one audio section, from the row's direction to the column's. */
static const char *const by_audio[N_DIRECTIONS][N_DIRECTIONS] = {
  /* clang-format off */
  { "NO_CHANGE", "HOLD",      "REMOVE_MEDIA", "HOLD"      },
  { "UNHOLD",    "NO_CHANGE", "REMOVE_MEDIA", "STOP_MOH"  },
  { "ADD_MEDIA", "UNKNOWN",   "NO_CHANGE",    "UNKNOWN"   },
  { "UNHOLD",    "START_MOH", "UNKNOWN",      "NO_CHANGE" },
  /* clang-format on */
};

typedef struct {
  const char *before;
  const char *after;
  const char *change;
} Vector;

static const Vector vectors[] = {
  { "sr/sr", "sr/sr", "NO_CHANGE" },    { "sr/sr", "sr/so", "UNKNOWN" },
  { "sr/sr", "sr/ro", "REMOVE_MEDIA" }, { "sr/sr", "sr/in", "UNKNOWN" },
  { "sr/so", "sr/sr", "UNKNOWN" },      { "sr/so", "sr/so", "NO_CHANGE" },
  { "sr/so", "sr/ro", "REMOVE_MEDIA" }, { "sr/so", "sr/in", "REMOVE_MEDIA" },
  { "sr/ro", "sr/sr", "ADD_MEDIA" },    { "sr/ro", "sr/so", "UNKNOWN" },
  { "sr/ro", "sr/ro", "NO_CHANGE" },    { "sr/ro", "sr/in", "UNKNOWN" },
  { "sr/in", "sr/sr", "UNKNOWN" },      { "sr/in", "sr/so", "ADD_MEDIA" },
  { "sr/in", "sr/ro", "UNKNOWN" },      { "sr/in", "sr/in", "NO_CHANGE" },
  { "sr", "sr/sr", "ADD_MEDIA" },       { "sr", "sr/so", "ADD_MEDIA" },
  { "sr", "sr/ro", "UNKNOWN" },         { "sr", "sr/in", "UNKNOWN" },
  { "sr/sr", "in/in", "HOLD" },         { "sr/ro", "in/in", "HOLD" },
  { "sr/so", "in/in", "HOLD" },         { "sr/sr", "so/so", "HOLD" },
  { "sr/ro", "so/in", "HOLD" },         { "in/in", "sr/sr", "UNHOLD" },
  { "in/in", "sr/ro", "UNHOLD" },       { "in/in", "sr/so", "UNHOLD" },
  { "in/in", "sr/in", "UNHOLD" },       { "so/in", "sr/in", "UNHOLD" },
  { "in/in", "so/in", "START_MOH" },    { "so/in", "in/in", "STOP_MOH" },
  { "ro/ro", "sr/sr", "ADD_MEDIA" },    { "sr/sr", "ro/ro", "REMOVE_MEDIA" },
  { "so/so", "in/in", "REMOVE_MEDIA" }, { "sr/sr", "so/in", "UNKNOWN" },
  { "ro/ro", "in/in", "UNKNOWN" },      { "so/in", "sr/sr", "UNKNOWN" },
};

/* Who holds before the offer comes. */
typedef struct {
  const char *name;
  gboolean local;
  gboolean remote;
} Hold;

static const Hold holds[] = {
  { "nobody", FALSE, FALSE },
  { "here", TRUE, FALSE },
  { "there", FALSE, TRUE },
  { "both", TRUE, TRUE },
};

typedef struct {
  Vector vector;
  const Hold *hold;
} Row;

static char *
dup_description (const char *text)
{
  g_auto (GStrv) parts = g_strsplit (text, "/", 2);
  const char *wanted[3] = { NULL };

  for (guint i = 0; parts[i] != NULL; i++) {
    for (guint j = 0; j < N_DIRECTIONS; j++) {
      if (g_str_equal (codes[j], parts[i]))
        wanted[i] = directions[j];
    }
    g_assert_nonnull (wanted[i]);
  }
  return hs_fake_sdp_new ("far", "7", wanted);
}

/* Whether the far end lets media flow: not while it sends only music, or nothing. */
static gboolean
is_flowing (const char *text)
{
  return g_str_has_prefix (text, "sr") || g_str_has_prefix (text, "ro") ||
         (strchr (text, '/') != NULL && !g_str_has_suffix (text, "/in"));
}

/* The corrections of 2.7.1 step 3; and whatever has no name ends the far end's hold when it lets
 * media flow, for flag and media must agree. */
static const char *
correct (const Row *row)
{
  const char *change = row->vector.change;
  const Hold *hold = row->hold;
  gboolean nameless = g_str_equal (change, "UNKNOWN") || g_str_equal (change, "NO_CHANGE");

  if (nameless && hold->remote && is_flowing (row->vector.after))
    return "UNHOLD";
  if (g_str_equal (change, "NO_CHANGE") && hold->local && !hold->remote &&
      !is_flowing (row->vector.after))
    return "HOLD";
  return change;
}

static void
fire (HsCall *call, HsCallEvent event)
{
  HsCallReason reason = { 0 };

  g_assert_true (hs_call_fire (call, event, &reason));
}

static HsCall *
make_call (HsCallFixture *f, const Row *row)
{
  const HsMediaRequest media = { .audio = TRUE, .video = strchr (row->vector.before, '/') != NULL };
  g_autofree char *sdp = dup_description (row->vector.before);
  HsCall *call;

  g_assert_nonnull (hs_calls_make (f->calls, "bo", &media, NULL, NULL, NULL));
  hs_call_fixture_skip (f);
  hs_call_fixture_receive (f, HS_MESSAGE_ANSWER, "leg-1", sdp);
  hs_call_fixture_skip (f);
  call = hs_calls_get_call (f->calls, hs_call_fixture_get_id (f, "A"));
  if (row->hold->local)
    fire (call, HS_CALL_EVENT_LOCAL_HELD);
  if (row->hold->remote)
    fire (call, HS_CALL_EVENT_REMOTE_HELD);
  hs_call_fixture_skip (f);
  return call;
}

/* The table of 2.7.1: HOLD and UNHOLD are told as operations, what has no name as a change of
 * nothing, the others by their tracks only. */
static void
assert_events (HsCallFixture *f, const char *change)
{
  gboolean named = g_str_equal (change, "HOLD") || g_str_equal (change, "UNHOLD");
  gboolean nameless = g_str_equal (change, "NO_CHANGE") || g_str_equal (change, "UNKNOWN");
  g_autofree char *finish = g_strdup_printf (
      "A call:operation {'operation':'%s','transition':'FINISH','isLocal':false}", change);

  g_assert_cmpuint (hs_call_fixture_count_lines (f, "A call:operation"), ==, named);
  g_assert_cmpuint (hs_call_fixture_count_lines (f, finish), ==, named);
  g_assert_cmpuint (hs_call_fixture_count_lines (f, "A call:stateChange"), ==, named || nameless);
  g_assert_cmpuint (hs_call_fixture_count_lines (f, "> RESPOND_UPDATE leg-1 sdp=answer-"), ==, 1);
  g_assert_cmpuint (hs_call_fixture_count_lines (f, "A call:newMedia"), ==, 0);
}

static void
assert_holds (HsCall *call, const Hold *before, const char *change)
{
  gboolean remote = g_str_equal (change, "HOLD")     ? TRUE
                    : g_str_equal (change, "UNHOLD") ? FALSE
                                                     : before->remote;

  g_assert_cmpint (call->local_hold, ==, before->local);
  g_assert_cmpint (call->remote_hold, ==, remote);
  g_assert_cmpint (call->state, ==, before->local || remote ? HS_CALL_ON_HOLD : HS_CALL_CONNECTED);
  g_assert_null (call->remote);
}

/* While we hold, whatever would let media flow is taken as inactive. */
static void
assert_given (HsCallFixture *f, const Row *row)
{
  const char *given = hs_fake_peer_get_remote (hs_fake_peer_factory_get_last (f->peers));
  gboolean rewritten = row->hold->local && is_flowing (row->vector.after);
  const char *after = !rewritten                                ? row->vector.after
                      : strchr (row->vector.after, '/') != NULL ? "in/in"
                                                                : "in";
  g_autofree char *expected = dup_description (after);

  for (guint i = 0; i < N_DIRECTIONS; i++) {
    g_autofree char *line = g_strdup_printf ("a=%s\r\n", directions[i]);

    g_assert_cmpint (strstr (given, line) != NULL, ==, strstr (expected, line) != NULL);
  }
}

static void
test_row (HsCallFixture *f, gconstpointer data)
{
  const Row *row = data;
  HsCall *call = make_call (f, row);
  g_autofree char *sdp = dup_description (row->vector.after);
  const char *change = correct (row);

  hs_call_fixture_receive (f, HS_MESSAGE_UPDATE, "leg-1", sdp);
  hs_call_fixture_settle (f);
  assert_events (f, change);
  assert_holds (call, row->hold, change);
  assert_given (f, row);
}

static void
add_row (GPtrArray *rows, const Vector *vector, const Hold *hold)
{
  Row *row = g_new0 (Row, 1);
  g_autofree char *path = g_strdup_printf ("/call/classes/held-by-%s/%s-to-%s", hold->name,
                                           vector->before, vector->after);

  row->vector = *vector;
  row->hold = hold;
  g_ptr_array_add (rows, row);
  g_test_add (path, HsCallFixture, row, hs_call_fixture_set_up, test_row,
              hs_call_fixture_tear_down);
}

static void
add_audio_rows (GPtrArray *rows, const Hold *hold)
{
  for (guint i = 0; i < N_DIRECTIONS; i++) {
    for (guint j = 0; j < N_DIRECTIONS; j++) {
      Vector vector = { codes[i], codes[j], by_audio[i][j] };

      add_row (rows, &vector, hold);
    }
  }
}

int
main (int argc, char *argv[])
{
  g_autoptr (GPtrArray) rows = g_ptr_array_new_with_free_func (g_free);

  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (holds); i++) {
    add_audio_rows (rows, &holds[i]);
    for (guint j = 0; j < G_N_ELEMENTS (vectors); j++)
      add_row (rows, &vectors[j], &holds[i]);
  }
  return g_test_run ();
}
