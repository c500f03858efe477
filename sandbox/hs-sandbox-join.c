/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A join makes a room of two calls of one user. Everybody in it has a seat, which is the far end of
 * his media; nobody is anybody's peer any more. The user's seat is that of a new leg, and the two
 * legs that he had are released. Until everybody sits the calls can go on as they were.
 */
#define G_LOG_DOMAIN "hs-sandbox"

#include "hs-sandbox-address.h"
#include "hs-sandbox-call-ring.h"
#include "hs-sandbox-json.h"
#include "hs-sandbox-leg.h"
#include "hs-sandbox-reason.h"

#include "media/hs-sandbox-media.h"

#define N_SEATS 3

typedef struct _Room Room;

typedef struct {
  Room *room;        /* borrowed: the owner */
  HsSandboxLeg *leg; /* borrowed: its end reaches lost (); NULL: nobody sits here */
  HsSandboxMedia *media;
  char *answer;        /* the joiner's, until all sit */
  gboolean is_waiting; /* its offer has no answer yet */
  gboolean is_taken;
  gboolean is_leaving; /* the join has failed, and whoever sits here is held again */
} Seat;

struct _Room {
  HsSandboxFeature feature;
  HsSandboxCalls *calls; /* borrowed: the owner */
  HsSandboxCall *call;   /* borrowed: alive while somebody sits */
  HsSandboxMixer *mixer;
  HsSandboxLeg
      *released[2];    /* borrowed, as the seats' legs: the joiner's, NULL once they are out */
  Seat seats[N_SEATS]; /* the joiner's first, or the caller's */
  guint n_seats;
  gboolean joins;   /* else it is for the two of one call */
  gboolean is_open; /* all sit */
  guint sip_code;   /* why it failed; 0: it has not */
};

static Seat *
find_seat (Room *self, HsSandboxLeg *leg)
{
  for (guint i = 0; i < N_SEATS; i++) {
    if (self->seats[i].leg == leg)
      return &self->seats[i];
  }
  return NULL;
}

static void
empty_seat (Seat *seat)
{
  seat->leg = NULL;
  seat->is_waiting = seat->is_taken = seat->is_leaving = FALSE;
  g_clear_pointer (&seat->media, hs_sandbox_media_free);
  g_clear_pointer (&seat->answer, g_free);
}

static void
free_room (HsSandboxFeature *feature)
{
  Room *self = (Room *) feature;

  for (guint i = 0; i < N_SEATS; i++)
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
close_room (Room *self)
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
close_room_if_left (Room *self)
{
  for (guint i = 1; i < N_SEATS; i++) {
    if (self->seats[i].is_leaving)
      return;
  }
  close_room (self);
}

static void
on_left (HsSandboxLeg *leg, const HsSandboxReply *reply, gpointer user_data)
{
  Seat *seat = user_data;

  seat->is_leaving = FALSE;
  close_room_if_left (seat->room);
}

static void
on_last_offer (HsSandboxMedia *media, const char *sdp, const GError *error, gpointer user_data)
{
  Seat *seat = user_data;

  if (error) {
    on_left (seat->leg, NULL, seat);
    return;
  }
  hs_sandbox_leg_propose (seat->leg, sdp, NULL, on_left, seat);
}

static void
send_away (Seat *seat)
{
  hs_sandbox_leg_abandon_proposal (seat->leg);
  if (seat->is_waiting)
    hs_sandbox_leg_send_pending (seat->leg);
  seat->is_leaving = seat->is_taken;
  if (seat->is_leaving)
    hs_sandbox_media_offer (seat->media, "inactive", FALSE, on_last_offer, seat);
}

static void
fail (Room *self, guint sip_code)
{
  if (self->sip_code != 0)
    return;
  self->sip_code = sip_code;
  for (guint i = 1; i < N_SEATS; i++) {
    if (self->seats[i].leg)
      send_away (&self->seats[i]);
  }
  close_room_if_left (self);
}

/* When all sit */

static void
open_room (Room *self)
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

static void
take_seat (Seat *seat)
{
  Room *self = seat->room;
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

/* Those who are called in: the room offers, or asks for an offer and answers that. */

static void
refuse_seat (Seat *seat, const char *why)
{
  g_message ("a party cannot be joined: %s", why);
  fail (seat->room, HS_SANDBOX_SIP_NOT_ACCEPTABLE);
}

static void
on_answer (HsSandboxLeg *leg, const HsSandboxReply *reply, gpointer user_data)
{
  Seat *seat = user_data;
  g_autoptr (GError) error = NULL;

  if (!reply->sdp)
    fail (seat->room, reply->is_late ? HS_SANDBOX_SIP_TIMEOUT : HS_SANDBOX_SIP_PENDING);
  else if (hs_sandbox_media_take_answer (seat->media, reply->sdp, &error))
    take_seat (seat);
  else
    refuse_seat (seat, error->message);
}

static void
on_room_offer (HsSandboxMedia *media, const char *sdp, const GError *error, gpointer user_data)
{
  Seat *seat = user_data;

  if (seat->room->sip_code != 0)
    return;
  if (error)
    refuse_seat (seat, error->message);
  else
    hs_sandbox_leg_propose (seat->leg, sdp, NULL, on_answer, seat);
}

static void
on_room_answer (HsSandboxMedia *media, const char *sdp, const GError *error, gpointer user_data)
{
  Seat *seat = user_data;

  if (seat->room->sip_code != 0)
    return;
  if (error) {
    refuse_seat (seat, error->message);
    return;
  }
  seat->is_waiting = FALSE;
  hs_sandbox_leg_answer_offer (seat->leg, sdp, NULL);
  take_seat (seat);
}

static void
on_party_offer (HsSandboxLeg *leg, const HsSandboxReply *reply, gpointer user_data)
{
  Seat *seat = user_data;

  seat->is_waiting = reply->sdp != NULL;
  if (reply->sdp)
    hs_sandbox_media_update (seat->media, reply->sdp, on_room_answer, seat);
  else
    fail (seat->room, reply->is_late ? HS_SANDBOX_SIP_TIMEOUT : HS_SANDBOX_SIP_PENDING);
}

static void
call_in (Seat *seat)
{
  if (seat->room->calls->behaviour.joined_offer)
    hs_sandbox_leg_propose (seat->leg, NULL, NULL, on_party_offer, seat);
  else
    hs_sandbox_media_offer (seat->media, "sendrecv", TRUE, on_room_offer, seat);
}

static void
on_joiner_answer (HsSandboxMedia *media, const char *sdp, const GError *error, gpointer user_data)
{
  Seat *seat = user_data;

  if (seat->room->sip_code != 0)
    return;
  if (error) {
    refuse_seat (seat, error->message);
    return;
  }
  seat->answer = g_strdup (sdp);
  take_seat (seat);
}

/* While they sit together */

static void
on_changed (HsSandboxMedia *media, const char *sdp, const GError *error, gpointer user_data)
{
  Seat *seat = user_data;

  seat->leg->is_asking = FALSE;
  if (error)
    hs_sandbox_leg_send_pending (seat->leg);
  else
    hs_sandbox_leg_answer_offer (seat->leg, sdp, NULL);
}

static gboolean
on_offered (HsSandboxFeature *feature, HsSandboxLeg *leg, const char *sdp)
{
  Room *self = (Room *) feature;
  Seat *seat = find_seat (self, leg);

  if (!seat || !self->is_open)
    return FALSE;
  leg->is_asking = TRUE;
  hs_sandbox_media_update (seat->media, sdp, on_changed, seat);
  return TRUE;
}

static guint
count_seated (Room *self)
{
  guint n_seated = 0;

  for (guint i = 0; i < N_SEATS; i++)
    n_seated += self->seats[i].leg != NULL;
  return n_seated;
}

/* The room is the joiner's: it ends with him, and when nobody is left with him. */
static void
end_if_over (Room *self)
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
leave_call (Room *self)
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
  Room *self = (Room *) feature;
  gboolean was_open = self->is_open;
  Seat *seat = find_seat (self, leg);

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
    fail (self, HS_SANDBOX_SIP_CANCELLED);
  else
    close_room_if_left (self);
}

/* The request */

static void
sit_down (Room *self, HsSandboxLeg *leg)
{
  Seat *seat = &self->seats[self->n_seats++];
  g_autoptr (HsSandboxVoice) place = hs_sandbox_mixer_enter (self->mixer);

  seat->room = self;
  seat->leg = leg;
  seat->media = hs_sandbox_media_new_for (place);
  leg->feature = &self->feature;
}

static HsSandboxLeg *
joined_leg_new (HsSandboxCall *call, HsSandboxLeg *first, HsSandboxLeg *second)
{
  HsSandboxLeg *leg = hs_sandbox_leg_new (call, first->user, TRUE);
  g_autofree char *address = g_strdup_printf ("%s,%s", first->peer->user, second->peer->user);
  g_autofree char *name = g_strdup_printf ("%s,%s", first->far_name, second->far_name);

  leg->state = HS_SANDBOX_LEG_UP;
  leg->subscription_id = g_strdup (first->subscription_id);
  hs_sandbox_leg_set_far (leg, address, name);
  return leg;
}

static Room *
room_new (HsSandboxCall *call)
{
  Room *self = g_new0 (Room, 1);

  self->feature = (HsSandboxFeature){ .lost = on_lost, .offered = on_offered, .free = free_room };
  self->calls = call->calls;
  self->call = call;
  self->mixer = hs_sandbox_mixer_new ();
  hs_sandbox_feature_add (&self->feature, self->calls);
  return self;
}

static Room *
join_room_new (HsSandboxLeg *first, HsSandboxLeg *second)
{
  Room *self = room_new (hs_sandbox_call_new (first->calls, NULL));

  self->joins = TRUE;
  self->released[0] = first;
  self->released[1] = second;
  sit_down (self, joined_leg_new (self->call, first, second));
  sit_down (self, first->peer);
  sit_down (self, second->peer);
  first->feature = second->feature = &self->feature;
  return self;
}

/* A call whose both ends have made an offer */

void
hs_sandbox_call_meet (HsSandboxLeg *leg, const char *offer)
{
  HsSandboxCall *call = leg->call;
  Room *self = room_new (call);

  sit_down (self, call->caller);
  sit_down (self, leg);
  self->seats[1].is_waiting = TRUE;
  hs_sandbox_media_update (self->seats[0].media, call->offer, on_joiner_answer, &self->seats[0]);
  hs_sandbox_media_update (self->seats[1].media, offer, on_room_answer, &self->seats[1]);
}

/* Returns: (nullable): NULL when the refusal has been replied */
static HsSandboxLeg *
find_member (HsSandboxCalls *calls,
             HsSandboxUser *user,
             JsonObject *request,
             const char *member,
             HsSandboxExchange *exchange)
{
  const char *sid = hs_sandbox_json_get_string (request, member);
  HsSandboxLeg *leg = sid ? g_hash_table_lookup (calls->legs, sid) : NULL;

  if (leg && g_str_equal (leg->user, user->address) && leg->state == HS_SANDBOX_LEG_UP && leg->peer)
    return leg;
  hs_sandbox_exchange_reply_code (exchange, sid ? SOUP_STATUS_NOT_FOUND : SOUP_STATUS_BAD_REQUEST,
                                  sid ? HS_SANDBOX_STATUS_NO_SESSION : HS_SANDBOX_STATUS_BAD_BODY);
  return NULL;
}

static gboolean
can_join (HsSandboxLeg *first, HsSandboxLeg *second)
{
  return second != first && second != first->peer && !hs_sandbox_leg_is_busy (first) &&
         !hs_sandbox_leg_is_busy (second);
}

void
hs_sandbox_call_join (HsSandboxCalls *calls,
                      HsSandboxUser *user,
                      JsonObject *request,
                      HsSandboxExchange *exchange)
{
  const char *sdp = hs_sandbox_json_get_string (request, "sdp");
  HsSandboxLeg *first = find_member (calls, user, request, "firstSessionData", exchange);
  HsSandboxLeg *second =
      first ? find_member (calls, user, request, "secondSessionData", exchange) : NULL;
  JsonArray *custom_parameters = NULL;
  g_autofree char *passed = NULL;
  Room *self;

  if (!second || !hs_sandbox_read_custom_parameters (request, exchange, &custom_parameters))
    return;
  if (!sdp || !*sdp || !can_join (first, second)) {
    gboolean is_short = !sdp || !*sdp;

    hs_sandbox_exchange_reply_code (
        exchange, is_short ? SOUP_STATUS_BAD_REQUEST : SOUP_STATUS_FORBIDDEN,
        is_short ? HS_SANDBOX_STATUS_BAD_BODY : HS_SANDBOX_STATUS_BAD_VALUE);
    return;
  }
  self = join_room_new (first, second);
  for (guint i = 0; i < G_N_ELEMENTS (self->released); i++)
    hs_sandbox_leg_set_exchange (self->released[i], exchange);
  hs_sandbox_leg_set_exchange (self->seats[0].leg, exchange);
  hs_sandbox_leg_reply_session (self->seats[0].leg, exchange);
  passed = hs_sandbox_leg_pass_sdp (first, "join", sdp);
  hs_sandbox_media_update (self->seats[0].media, passed, on_joiner_answer, &self->seats[0]);
  for (guint i = 1; i < N_SEATS; i++)
    call_in (&self->seats[i]);
}
