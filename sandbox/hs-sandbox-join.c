/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A join makes a room of two calls of one user. The user's seat is that of a new leg, and the two
 * legs that he had are released. Until everybody sits the calls can go on as they were.
 */
#define G_LOG_DOMAIN "hs-sandbox"

#include "hs-sandbox-join.h"

#include "hs-sandbox-json.h"
#include "hs-sandbox-reason.h"
#include "hs-sandbox-room.h"

/* Those who are called in: the room offers, or asks for an offer and answers that. */

static void
refuse_seat (HsSandboxSeat *seat, const char *why)
{
  g_message ("a party cannot be joined: %s", why);
  hs_sandbox_room_fail (seat->room, HS_SANDBOX_SIP_NOT_ACCEPTABLE);
}

static void
on_answer (HsSandboxLeg *leg, const HsSandboxReply *reply, gpointer user_data)
{
  HsSandboxSeat *seat = user_data;
  g_autoptr (GError) error = NULL;

  if (!reply->sdp)
    hs_sandbox_room_fail (seat->room,
                          reply->is_late ? HS_SANDBOX_SIP_TIMEOUT : HS_SANDBOX_SIP_PENDING);
  else if (hs_sandbox_media_take_answer (seat->media, reply->sdp, &error))
    hs_sandbox_room_take_seat (seat);
  else
    refuse_seat (seat, error->message);
}

static void
on_room_offer (HsSandboxMedia *media, const char *sdp, const GError *error, gpointer user_data)
{
  HsSandboxSeat *seat = user_data;

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
  HsSandboxSeat *seat = user_data;

  if (seat->room->sip_code != 0)
    return;
  if (error) {
    refuse_seat (seat, error->message);
    return;
  }
  seat->is_waiting = FALSE;
  hs_sandbox_leg_answer_offer (seat->leg, sdp, NULL);
  hs_sandbox_room_take_seat (seat);
}

static void
on_party_offer (HsSandboxLeg *leg, const HsSandboxReply *reply, gpointer user_data)
{
  HsSandboxSeat *seat = user_data;

  seat->is_waiting = reply->sdp != NULL;
  if (reply->sdp)
    hs_sandbox_media_update (seat->media, reply->sdp, on_room_answer, seat);
  else
    hs_sandbox_room_fail (seat->room,
                          reply->is_late ? HS_SANDBOX_SIP_TIMEOUT : HS_SANDBOX_SIP_PENDING);
}

static void
call_in (HsSandboxSeat *seat)
{
  if (seat->room->calls->behaviour.joined_offer)
    hs_sandbox_leg_propose (seat->leg, NULL, NULL, on_party_offer, seat);
  else
    hs_sandbox_media_offer (seat->media, "sendrecv", TRUE, on_room_offer, seat);
}

static void
on_joiner_answer (HsSandboxMedia *media, const char *sdp, const GError *error, gpointer user_data)
{
  HsSandboxSeat *seat = user_data;

  if (seat->room->sip_code != 0)
    return;
  if (error) {
    refuse_seat (seat, error->message);
    return;
  }
  seat->answer = g_strdup (sdp);
  hs_sandbox_room_take_seat (seat);
}

/* The request */

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

static HsSandboxRoom *
join_room_new (HsSandboxLeg *first, HsSandboxLeg *second)
{
  HsSandboxRoom *self = hs_sandbox_room_new (hs_sandbox_call_new (first->calls, NULL));

  self->joins = TRUE;
  self->released[0] = first;
  self->released[1] = second;
  hs_sandbox_room_sit_down (self, joined_leg_new (self->call, first, second));
  hs_sandbox_room_sit_down (self, first->peer);
  hs_sandbox_room_sit_down (self, second->peer);
  first->feature = second->feature = &self->feature;
  return self;
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
  HsSandboxRoom *self;

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
  for (guint i = 1; i < HS_SANDBOX_N_SEATS; i++)
    call_in (&self->seats[i]);
}

/* A call whose both ends have made an offer */

void
hs_sandbox_call_meet (HsSandboxLeg *leg, const char *offer)
{
  HsSandboxCall *call = leg->call;
  HsSandboxRoom *self = hs_sandbox_room_new (call);

  hs_sandbox_room_sit_down (self, call->caller);
  hs_sandbox_room_sit_down (self, leg);
  self->seats[1].is_waiting = TRUE;
  hs_sandbox_media_update (self->seats[0].media, call->offer, on_joiner_answer, &self->seats[0]);
  hs_sandbox_media_update (self->seats[1].media, offer, on_room_answer, &self->seats[1]);
}
