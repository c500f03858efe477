/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "hs-sandbox-leg.h"

#include "media/hs-sandbox-media.h"

G_BEGIN_DECLS

/* A room is where the parties of a join, or the two of a call that have both made an offer, hear
 * each other. Everybody in it has a seat, which is the far end of his media; nobody is anybody's
 * peer any more. */

#define HS_SANDBOX_N_SEATS 3

typedef struct _HsSandboxRoom HsSandboxRoom;

typedef struct {
  HsSandboxRoom *room; /* borrowed: the owner */
  HsSandboxLeg *leg;   /* borrowed: its end reaches lost (); NULL: nobody sits here */
  HsSandboxMedia *media;
  char *answer;        /* the joiner's, until all sit */
  gboolean is_waiting; /* its offer has no answer yet */
  gboolean is_taken;
  gboolean is_leaving; /* the join has failed, and whoever sits here is held again */
} HsSandboxSeat;

struct _HsSandboxRoom {
  HsSandboxFeature feature;
  HsSandboxCalls *calls; /* borrowed: the owner */
  HsSandboxCall *call;   /* borrowed: alive while somebody sits */
  HsSandboxMixer *mixer;
  /* borrowed, as the seats' legs: the joiner's, NULL once they are out */
  HsSandboxLeg *released[2];
  HsSandboxSeat seats[HS_SANDBOX_N_SEATS]; /* the joiner's first, or the caller's */
  guint n_seats;
  gboolean joins;   /* else it is for the two of one call */
  gboolean is_open; /* all sit */
  guint sip_code;   /* why it failed; 0: it has not */
};

/* Returns: (transfer none): empty, and a feature of @call's calls */
HsSandboxRoom *hs_sandbox_room_new (HsSandboxCall *call);

/* Gives @leg the next seat, which it takes when it has an answer. */
void hs_sandbox_room_sit_down (HsSandboxRoom *self, HsSandboxLeg *leg);

/* Whoever has the seat is connected to it. When all are, the first gets his answer, and those who
 * are released go. */
void hs_sandbox_room_take_seat (HsSandboxSeat *seat);

/* Nothing comes of it: those who sit already are held again, and then it is closed. */
void hs_sandbox_room_fail (HsSandboxRoom *self, guint sip_code);

G_END_DECLS
