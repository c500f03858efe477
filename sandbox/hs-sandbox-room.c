/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "hs-sandbox"

#include "hs-sandbox-room.h"

#include "hs-sandbox-call-ring.h"
#include "hs-sandbox-reason.h"

static HsSandboxSeat *
find_seat (HsSandboxRoom *self, HsSandboxLeg *leg)
{
  for (guint i = 0; i < HS_SANDBOX_N_SEATS; i++) {
    if (self->seats[i].leg == leg)
      return &self->seats[i];
  }
  return NULL;
}

static void
empty_seat (HsSandboxSeat *seat)
{
  seat->leg = NULL;
  seat->is_waiting = seat->is_taken = seat->is_leaving = FALSE;
  g_clear_pointer (&seat->media, hs_sandbox_media_free);
  g_clear_pointer (&seat->answer, g_free);
}

static void
free_room (HsSandboxFeature *feature)
{
  HsSandboxRoom *self = (HsSandboxRoom *) feature;

  for (guint i = 0; i < HS_SANDBOX_N_SEATS; i++)
    empty_seat (&self->seats[i]);
  hs_sandbox_mixer_free (self->mixer);
  g_free (self);
}

/* When it fails: those who sit already are held again, as they were before they were asked in. */

static void
tell_failure (HsSandboxLeg *leg, guint sip_code)
{
  const char *reason = hs_sandbox_reason_get (sip_code);

  if (leg && leg->peer)
    hs_sandbox_leg_conclude (leg, "sessionFail", sip_code, reason ? reason : "Join failed");
}

static void
close_room (HsSandboxRoom *self)
{
  HsSandboxLeg *released[] = { self->released[0], self->released[1] };
  HsSandboxLeg *joined = self->seats[0].leg;
  HsSandboxCall *call = self->call;
  guint sip_code = self->sip_code;

  hs_sandbox_feature_remove (&self->feature, self->calls);
  for (guint i = 0; i < G_N_ELEMENTS (released); i++)
    tell_failure (released[i], sip_code);
  if (joined)
    hs_sandbox_leg_end (joined, "callEnd", sip_code, hs_sandbox_reason_get (sip_code), 0);
  hs_sandbox_call_withdraw (call);
  hs_sandbox_call_end (call);
}

static void
close_room_if_left (HsSandboxRoom *self)
{
  for (guint i = 1; i < HS_SANDBOX_N_SEATS; i++) {
    if (self->seats[i].is_leaving)
      return;
  }
  close_room (self);
}

static void
on_left (HsSandboxLeg *leg, const HsSandboxReply *reply, gpointer user_data)
{
  HsSandboxSeat *seat = user_data;

  seat->is_leaving = FALSE;
  close_room_if_left (seat->room);
}

static void
on_last_offer (HsSandboxMedia *media, const char *sdp, const GError *error, gpointer user_data)
{
  HsSandboxSeat *seat = user_data;

  if (error) {
    on_left (seat->leg, NULL, seat);
    return;
  }
  hs_sandbox_leg_propose (seat->leg, sdp, NULL, on_left, seat);
}

static void
send_away (HsSandboxSeat *seat)
{
  hs_sandbox_leg_abandon_proposal (seat->leg);
  if (seat->is_waiting)
    hs_sandbox_leg_send_pending (seat->leg);
  seat->is_leaving = seat->is_taken;
  if (seat->is_leaving)
    hs_sandbox_media_offer (seat->media, "inactive", FALSE, on_last_offer, seat);
}

void
hs_sandbox_room_fail (HsSandboxRoom *self, guint sip_code)
{
  if (self->sip_code != 0)
    return;
  self->sip_code = sip_code;
  for (guint i = 1; i < HS_SANDBOX_N_SEATS; i++) {
    if (self->seats[i].leg)
      send_away (&self->seats[i]);
  }
  close_room_if_left (self);
}

/* When all sit */

static void
open_room (HsSandboxRoom *self)
{
  self->is_open = TRUE;
  self->seats[0].leg->state = HS_SANDBOX_LEG_UP;
  for (guint i = 0; i < G_N_ELEMENTS (self->released) && self->released[i]; i++) {
    HsSandboxLeg *leg = g_steal_pointer (&self->released[i]);

    leg->feature = NULL;
    leg->peer->peer = NULL;
    leg->peer = NULL;
    hs_sandbox_leg_conclude (leg, "sessionComplete", HS_SANDBOX_STATUS_JOINED, "Join successful");
  }
  for (guint i = 1; i < self->n_seats; i++)
    hs_sandbox_leg_move (self->seats[i].leg, self->call);
}

void
hs_sandbox_room_take_seat (HsSandboxSeat *seat)
{
  HsSandboxRoom *self = seat->room;
  g_autofree char *answer = NULL;

  seat->is_taken = TRUE;
  for (guint i = 0; i < self->n_seats; i++) {
    if (!self->seats[i].is_taken)
      return;
  }
  answer = g_steal_pointer (&self->seats[0].answer);
  hs_sandbox_leg_answer_offer (self->seats[0].leg, answer, NULL);
  open_room (self);
}

/* While they sit together */

static void
on_changed (HsSandboxMedia *media, const char *sdp, const GError *error, gpointer user_data)
{
  HsSandboxSeat *seat = user_data;

  seat->leg->is_asking = FALSE;
  if (error)
    hs_sandbox_leg_send_pending (seat->leg);
  else
    hs_sandbox_leg_answer_offer (seat->leg, sdp, NULL);
}

static gboolean
on_offered (HsSandboxFeature *feature, HsSandboxLeg *leg, const char *sdp)
{
  HsSandboxRoom *self = (HsSandboxRoom *) feature;
  HsSandboxSeat *seat = find_seat (self, leg);

  if (!seat || !self->is_open)
    return FALSE;
  leg->is_asking = TRUE;
  hs_sandbox_media_update (seat->media, sdp, on_changed, seat);
  return TRUE;
}

static guint
count_seated (HsSandboxRoom *self)
{
  guint n_seated = 0;

  for (guint i = 0; i < HS_SANDBOX_N_SEATS; i++)
    n_seated += self->seats[i].leg != NULL;
  return n_seated;
}

/* The room is the joiner's: it ends with him, and when nobody is left with him. */
static void
end_if_over (HsSandboxRoom *self)
{
  HsSandboxCall *call = self->call;

  if (self->seats[0].leg && count_seated (self) > 1)
    return;
  hs_sandbox_feature_remove (&self->feature, self->calls);
  while (call->legs->len > 0)
    hs_sandbox_leg_end (call->legs->pdata[0], "callEnd", HS_SANDBOX_SIP_OK,
                        hs_sandbox_reason_get (HS_SANDBOX_SIP_OK), 0);
  hs_sandbox_call_end (call);
}

/* Whoever hung up takes the call with him; a callee does not know that he has a caller. */
static void
leave_call (HsSandboxRoom *self)
{
  HsSandboxLeg *caller = self->seats[0].leg;

  hs_sandbox_feature_remove (&self->feature, self->calls);
  if (caller)
    hs_sandbox_leg_end (caller, "callEnd", HS_SANDBOX_SIP_CANCELLED,
                        hs_sandbox_reason_get (HS_SANDBOX_SIP_CANCELLED), 0);
}

static void
on_lost (HsSandboxFeature *feature, HsSandboxLeg *leg)
{
  HsSandboxRoom *self = (HsSandboxRoom *) feature;
  gboolean was_open = self->is_open;
  HsSandboxSeat *seat = find_seat (self, leg);

  for (guint i = 0; i < G_N_ELEMENTS (self->released); i++) {
    if (self->released[i] == leg)
      self->released[i] = NULL;
  }
  if (seat)
    empty_seat (seat);
  if (was_open)
    end_if_over (self);
  else if (!self->joins)
    leave_call (self);
  else if (self->sip_code == 0)
    hs_sandbox_room_fail (self, HS_SANDBOX_SIP_CANCELLED);
  else
    close_room_if_left (self);
}

/* Furnishing it */

HsSandboxRoom *
hs_sandbox_room_new (HsSandboxCall *call)
{
  HsSandboxRoom *self = g_new0 (HsSandboxRoom, 1);

  self->feature = (HsSandboxFeature){ .lost = on_lost, .offered = on_offered, .free = free_room };
  self->calls = call->calls;
  self->call = call;
  self->mixer = hs_sandbox_mixer_new ();
  hs_sandbox_feature_add (&self->feature, self->calls);
  return self;
}

void
hs_sandbox_room_sit_down (HsSandboxRoom *self, HsSandboxLeg *leg)
{
  HsSandboxSeat *seat = &self->seats[self->n_seats++];
  g_autoptr (HsSandboxVoice) place = hs_sandbox_mixer_enter (self->mixer);

  seat->room = self;
  seat->leg = leg;
  seat->media = hs_sandbox_media_new_for (place);
  leg->feature = &self->feature;
}
