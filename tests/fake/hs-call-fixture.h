/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "call/hs-calls.h"
#include "hs-fake-clock.h"
#include "hs-fake-peer.h"
#include "hs-fake-signalling.h"

G_BEGIN_DECLS

/* The call room between fakes, and a list of all that happens as lines of text:
 *   A call:stateChange {'previous':{'state':'Ringing'}}   an event of the first call; ' for "
 *   A log {…}                                             its record for the call log
 *   > START to=sip:bo@lab.example …                       a request to the gateway
 *   peer rollback                                         what a peer was told
 *   waiter make: ok                                       who waited, and for what came
 * Calls are named A, B … in the order they appear. */
typedef struct {
  HsFakeClock *clock;
  HsConfig *config;
  HsFakeSignalling *signalling;
  HsFakePeerFactory *peers;
  HsCalls *calls;
  GPtrArray *lines;    /* of text */
  GPtrArray *returned; /* of text: the lines of waiters, which come after the others */
  GPtrArray *ids;      /* of text */
  guint waiting;       /* waiters that have not returned */
} HsCallFixture;

/* Both fit g_test_add(). The user is ana@lab.example. */
void hs_call_fixture_set_up (HsCallFixture *self, gconstpointer data);

/* Fails the test when a waiter, a timer, an open peer or an object is left. */
void hs_call_fixture_tear_down (HsCallFixture *self, gconstpointer data);

void hs_call_fixture_configure (HsCallFixture *self, const char *json);

/* Turns the main context until nothing is left to do. */
void hs_call_fixture_settle (HsCallFixture *self);

/* Settles, compares all lines since the last time with @expected, and forgets them. */
void hs_call_fixture_expect (HsCallFixture *self, const char *expected);

/* Settles and forgets the lines. */
void hs_call_fixture_skip (HsCallFixture *self);

/* Returns: the id of call "A", "B" … */
const char *hs_call_fixture_get_id (HsCallFixture *self, const char *name);

/* Returns: (transfer full): its object, as it is now */
JsonObject *hs_call_fixture_dup_call (HsCallFixture *self, const char *name);

/* Whether it has this state, and nothing of ours goes on. */
void hs_call_fixture_assert_idle (HsCallFixture *self, const char *name, const char *state);

/* Returns: how many lines since the last time begin like this */
guint hs_call_fixture_count_lines (HsCallFixture *self, const char *beginning);

/* Returns: (transfer full): the state of the call, as its object says it */
char *hs_call_fixture_dup_state (HsCallFixture *self, const char *name);

/* Returns: (transfer full): one whose return becomes a line */
GTask *hs_call_fixture_new_waiter (HsCallFixture *self, const char *name);

/* A message of the gateway. @sdp: (nullable) */
void hs_call_fixture_receive (HsCallFixture *self,
                              HsMessageKind kind,
                              const char *session,
                              const char *sdp);

/* A message with a status and a reason; the second is a callEnd. */
void hs_call_fixture_receive_notice (HsCallFixture *self,
                                     HsMessageKind kind,
                                     const char *session,
                                     int status_code,
                                     const char *reason);
void hs_call_fixture_receive_end (HsCallFixture *self,
                                  const char *session,
                                  int status_code,
                                  const char *reason);

/* The next request of this kind fails with the gateway's @code and "gone", the next step of a peer
 * with call:4 and "no mic". */
void hs_call_fixture_fail_request (HsCallFixture *self, HsRequestKind kind, int code);
void hs_call_fixture_fail_peer (HsCallFixture *self, HsFakePeerStep step);

/* A plain audio description with @direction. Returns: (transfer full) */
char *hs_call_fixture_dup_audio (const char *direction);

/* Shortcuts to where a test begins; lines are forgotten. Sessions are "leg-1" and "in-1". */
void hs_call_fixture_make (HsCallFixture *self);           /* A, begun, nothing settled */
void hs_call_fixture_make_initiated (HsCallFixture *self); /* A, Initiated */
void hs_call_fixture_make_connected (HsCallFixture *self); /* A, Connected, outgoing */
/* A further call to @destination, Connected, then held here; sessions are "leg-1", "leg-2" …
 * @name: (nullable): what the far end is called */
void hs_call_fixture_make_held (HsCallFixture *self, const char *destination, const char *name);
void hs_call_fixture_ring (HsCallFixture *self);        /* A, Ringing, incoming */
void hs_call_fixture_ring_slowly (HsCallFixture *self); /* A, Ringing, incoming, no offer */
void hs_call_fixture_answer (HsCallFixture *self);      /* answers A; Connected */
void hs_call_fixture_hold (HsCallFixture *self);        /* A, held here */

/* Begins to call bo, for the waiter "make". @options: (nullable): text of JSON */
void
hs_call_fixture_make_with (HsCallFixture *self, const HsMediaRequest *media, const char *options);

/* Begins to answer A, for the waiter "answer". @options: (nullable): text of JSON */
gboolean
hs_call_fixture_answer_with (HsCallFixture *self, const HsMediaRequest *media, const char *options);

G_END_DECLS
