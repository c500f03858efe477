/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "call/hs-call-private.h"
#include "hs-call-fixture.h"
#include "hs-call-lines.h"

G_BEGIN_DECLS

/* How the far end changes call A of a fixture, and what is to be seen of it. */

#define HS_LINE_FAR_VIDEO                                                                          \
  "A call:newTrack {'local':false,'trackId':'R-video','mediaId':'stream-R'}\n"

#define HS_LINE_DONE(operation)                                                                    \
  "A call:operation {'operation':'" operation "','transition':'FINISH','isLocal':false}\n"
#define HS_LINE_DONE_SLOWLY(operation)                                                             \
  "A call:operation {'operation':'" operation "','transition':'FINISH','isLocal':false,"           \
  "'previous':{'operation':'SLOW_START','status':'ONGOING'}}\n"
#define HS_LINE_CHANGED(state, local, remote)                                                      \
  "A call:stateChange {'previous':{'state':'" state "','localHold':" local ",'remoteHold':" remote \
  "}}\n"
#define HS_LINE_ANSWERED(n) "> RESPOND_UPDATE leg-1 sdp=answer-" n "\n"
#define HS_LINE_OFFERED(n)  "> RESPOND_UPDATE leg-1 sdp=offer-" n "\n"

/* Both in an audio description with @direction. */
void hs_far_update_propose (HsCallFixture *f, const char *direction);
void hs_far_update_answer (HsCallFixture *f, const char *direction);

/* What we have proposed meets a change of theirs, and is to be tried again; what is told of it. */
void hs_far_update_refuse_ours (HsCallFixture *f);
#define HS_FAR_UPDATE_TRY_AGAIN "another change of the call is under way, try again in 3 s"

/* Ends the call from the main loop, as messages come, so that what the peer was doing ends at once;
 * fails the test unless only the end is told. */
void hs_far_update_end (HsCallFixture *f);

/* As a hold of ours leaves it. */
void hs_far_update_hold_locally (HsCallFixture *f);

/* Another negotiation of ours that is under way. */
void hs_far_update_occupy (HsCallFixture *f, HsOperationStatus status);

gboolean hs_far_update_is_held_remotely (HsCallFixture *f);
void hs_far_update_assert_state (HsCallFixture *f, const char *expected);

/* Returns: what our peer was told of the far end, the last time */
const char *hs_far_update_get_remote (HsCallFixture *f);

G_END_DECLS
