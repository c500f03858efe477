/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "hs-audio-testing.h"
#include "hs-fake-clock.h"
#include "media/hs-leg.h"

G_BEGIN_DECLS

/* Real legs in one process, on 127.0.0.1 only, that talk through their descriptions. The first says
 * 440 Hz, the second 800 Hz. */

typedef struct {
  HsLeg *leg;
  HsPeerState state;
  guint arrived;
  GMutex lock;
  GArray *heard;
  double phase;
} HsLegEnd;

typedef struct {
  HsFakeClock *clock;
  HsLegQueue *queue;
  HsLegEnd ends[2];
} HsLegFixture;

/* Both fit g_test_add(). */
void hs_leg_fixture_set_up (HsLegFixture *f, gconstpointer data);
void hs_leg_fixture_tear_down (HsLegFixture *f, gconstpointer data);

/* @servers: (nullable): of HsIceServer */
void hs_leg_fixture_make_end (HsLegFixture *f, HsLegEnd *end, GPtrArray *servers);
void hs_leg_end_drop (HsLegEnd *end);

/* For operations that a test begins itself: the result is kept where @user_data points to, and the
 * next is a condition for it. */
void hs_leg_fixture_keep_result (GObject *source, GAsyncResult *result, gpointer user_data);
gboolean hs_leg_fixture_is_set (gpointer user_data);

/* Returns: (transfer full): an offer of audio, not yet applied */
HsSdp *hs_leg_end_make_offer (HsLegEnd *end);

/* Returns: (transfer full): an answer, not yet applied */
HsSdp *hs_leg_end_make_answer (HsLegEnd *end, HsSdp *offer);

/* Makes both ends, and negotiates once. The next is the condition that they have met. */
void hs_leg_fixture_connect (HsLegFixture *f);
gboolean hs_leg_fixture_are_connected (gpointer user_data);

void hs_leg_fixture_open_directions (HsLegFixture *f);

/* Both say 20 ms of their tones; a GSourceFunc. */
gboolean hs_leg_fixture_tick (gpointer user_data);

/* Talk in real time until @condition holds for the fixture, or until they hear each other. */
void hs_leg_fixture_talk_to (HsLegFixture *f, HsCondition condition);
void hs_leg_fixture_talk (HsLegFixture *f);

/* The amplitude of a tone in the last tenth of a second that was heard. */
double hs_leg_end_measure (HsLegEnd *end, double hz);

/* In samples. */
guint hs_leg_end_count_heard (HsLegEnd *end);
void hs_leg_end_forget_heard (HsLegEnd *end);

G_END_DECLS
