/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A transfer links the far end of one call with another party. One of the two has to make the offer
 * and the other one answers it; whoever offers was asked to, by a call or an update without a
 * description, and waits for the answer meanwhile. Both notice that they talk with somebody else by
 * the description's origin only.
 */
#define G_LOG_DOMAIN "hs-sandbox"

#include "hs-sandbox-address.h"
#include "hs-sandbox-call-end.h"
#include "hs-sandbox-call-ring.h"
#include "hs-sandbox-json.h"
#include "hs-sandbox-leg.h"
#include "hs-sandbox-reason.h"

typedef struct {
  HsSandboxFeature feature;
  HsSandboxCalls *calls; /* borrowed: the owner */

  /* All legs are borrowed: their end reaches lost (). */
  HsSandboxLeg *transferor;
  HsSandboxLeg *transferee; /* the transferor's peer, which gets another one */
  HsSandboxLeg *target;     /* NULL while it rings */
  HsSandboxLeg *second;     /* the transferor's other leg, whose peer is the target; or NULL */
  HsSandboxLeg *waiting;    /* whose offer has no answer yet; or NULL */
  HsSandboxCall *ringing;   /* borrowed: to the target; NULL when that is a leg already */
  char *address;            /* the target's; NULL with a second leg */
} Transfer;

static void
tell_result (HsSandboxLeg *leg, guint sip_code)
{
  const char *reason = hs_sandbox_reason_get (sip_code);

  hs_sandbox_leg_conclude (leg, "sessionFail", sip_code, reason ? reason : "Transfer failed");
}

static void
set_far (HsSandboxLeg *leg, const char *address)
{
  g_autofree char *name = hs_sandbox_address_get_name (NULL, address);

  hs_sandbox_leg_set_far (leg, address, name);
}

/* How it ends */

static void
forget_question (Transfer *self, HsSandboxLeg *leg)
{
  if (leg && leg->replied && leg->replied_data == self)
    hs_sandbox_leg_abandon_proposal (leg);
}

/* A target that was called for the transfer has no call of its own to go back to. */
static void
dismiss_target (Transfer *self)
{
  if (self->ringing) {
    hs_sandbox_call_withdraw (self->ringing);
    hs_sandbox_call_end (self->ringing);
  } else if (self->target && self->address) {
    hs_sandbox_leg_drop (self->target, HS_SANDBOX_SIP_UNAVAILABLE);
  }
}

/* The calls go on as they were. */
static void
fail (Transfer *self, guint sip_code)
{
  Transfer was = *self;

  was.address = g_strdup (self->address);
  forget_question (self, self->transferee);
  forget_question (self, self->target);
  hs_sandbox_feature_remove (&self->feature, was.calls);
  if (was.transferee && was.transferee->peer)
    set_far (was.transferee, was.transferee->peer->user);
  if (was.waiting && was.waiting->peer)
    hs_sandbox_leg_send_pending (was.waiting);
  dismiss_target (&was);
  if (was.transferor && was.transferor->peer)
    tell_result (was.transferor, sip_code);
  g_free (was.address);
}

/* Whoever goes takes its own call with it, as ever; what is left of the transfer is undone. */
static void
on_lost (HsSandboxFeature *feature, HsSandboxLeg *leg)
{
  Transfer *self = (Transfer *) feature;
  HsSandboxLeg **const legs[] = { &self->transferor, &self->transferee, &self->target,
                                  &self->second, &self->waiting };

  for (guint i = 0; i < G_N_ELEMENTS (legs); i++) {
    if (*legs[i] == leg)
      *legs[i] = NULL;
  }
  fail (self, HS_SANDBOX_SIP_CANCELLED);
}

/* Both parties are in one call now, and the transferor is out of it. */
static void
complete (Transfer *self, HsSandboxLeg *answerer, const HsSandboxReply *reply)
{
  HsSandboxCalls *calls = self->calls;
  HsSandboxLeg *transferor = self->transferor, *transferee = self->transferee;
  HsSandboxLeg *target = self->target, *second = self->second;
  HsSandboxLeg *offerer = answerer == target ? transferee : target;

  hs_sandbox_feature_remove (&self->feature, calls);
  hs_sandbox_leg_link (transferee, target);
  hs_sandbox_leg_move (transferee, target->call);
  set_far (transferee, target->user);
  set_far (target, transferee->user);
  hs_sandbox_leg_answer_offer (offerer, reply->sdp, reply->custom_parameters);
  hs_sandbox_leg_conclude (transferor, "sessionComplete", HS_SANDBOX_STATUS_TRANSFERRED,
                           "Transfer successful");
  if (second)
    hs_sandbox_leg_end (second, "callEnd", HS_SANDBOX_SIP_OK,
                        hs_sandbox_reason_get (HS_SANDBOX_SIP_OK), 0);
}

/* The parties that have been in calls before */

/* A transferee that leaves an offer without an answer is as good as gone. */
static void
give_up (Transfer *self, HsSandboxLeg *leg, const HsSandboxReply *reply)
{
  if (reply->is_late && leg == self->transferee && self->waiting)
    hs_sandbox_leg_drop (leg, HS_SANDBOX_SIP_TIMEOUT);
  else
    fail (self, reply->is_late ? HS_SANDBOX_SIP_TIMEOUT : HS_SANDBOX_SIP_PENDING);
}

static void
on_answer (HsSandboxLeg *leg, const HsSandboxReply *reply, gpointer user_data)
{
  Transfer *self = user_data;

  if (reply->sdp)
    complete (self, leg, reply);
  else
    give_up (self, leg, reply);
}

/* Hands the offer of whoever waits to the other one. */
static void
pass_offer (Transfer *self, HsSandboxLeg *to, const char *sdp, JsonArray *custom_parameters)
{
  set_far (to, self->waiting->user);
  hs_sandbox_leg_propose (to, sdp, custom_parameters, on_answer, self);
}

static void
on_target_offer (HsSandboxLeg *leg, const HsSandboxReply *reply, gpointer user_data)
{
  Transfer *self = user_data;

  if (!reply->sdp) {
    give_up (self, leg, reply);
    return;
  }
  self->waiting = leg;
  pass_offer (self, self->transferee, reply->sdp, reply->custom_parameters);
}

/* Ringing the target */

static void
on_target_rung (HsSandboxCall *call)
{
}

static void
on_target_answered (HsSandboxLeg *leg, const char *sdp, JsonArray *custom_parameters)
{
  Transfer *self = (Transfer *) leg->call->feature;
  HsSandboxReply answer = { .sdp = sdp, .custom_parameters = custom_parameters };

  self->target = leg;
  leg->feature = &self->feature;
  self->ringing = NULL;
  leg->call->feature = NULL;
  if (self->waiting) {
    complete (self, leg, &answer);
  } else {
    self->waiting = leg;
    pass_offer (self, self->transferee, sdp, custom_parameters);
  }
}

static void
on_target_failed (HsSandboxCall *call, guint sip_code, const char *reason)
{
  fail ((Transfer *) call->feature, sip_code);
}

static const HsSandboxCallEvents target_events = {
  .rung = on_target_rung,
  .answered = on_target_answered,
  .failed = on_target_failed,
};

/* The target sees the transferee call. */
static void
ring_target (Transfer *self, const char *offer)
{
  HsSandboxCall *call = hs_sandbox_call_new (self->calls, &target_events);

  self->ringing = call;
  call->feature = &self->feature;
  call->caller_address = g_strdup (self->transferee->user);
  call->caller_name = hs_sandbox_address_get_name (NULL, self->transferee->user);
  call->offer = g_strdup (offer);
  hs_sandbox_call_ring (call, self->address);
}

/* Requests */

static void
free_transfer (HsSandboxFeature *feature)
{
  Transfer *self = (Transfer *) feature;

  g_free (self->address);
  g_free (self);
}

static Transfer *
transfer_new (HsSandboxLeg *leg, HsSandboxLeg *second)
{
  Transfer *self = g_new0 (Transfer, 1);

  self->feature = (HsSandboxFeature){ .lost = on_lost, .free = free_transfer };
  self->calls = leg->calls;
  self->transferor = leg;
  self->transferee = leg->peer;
  self->second = second;
  self->target = second ? second->peer : NULL;
  leg->feature = leg->peer->feature = &self->feature;
  if (second)
    second->feature = second->peer->feature = &self->feature;
  hs_sandbox_feature_add (&self->feature, leg->calls);
  return self;
}

/* Returns: (nullable): the other call's leg of the same user; NULL when the refusal has been
 * replied */
static HsSandboxLeg *
find_second (HsSandboxLeg *leg, const char *sid, HsSandboxExchange *exchange)
{
  HsSandboxLeg *second = g_hash_table_lookup (leg->calls->legs, sid);

  if (!second || !g_str_equal (second->user, leg->user) || second->state != HS_SANDBOX_LEG_UP ||
      !second->peer) {
    hs_sandbox_exchange_reply_code (exchange, SOUP_STATUS_NOT_FOUND, HS_SANDBOX_STATUS_NO_SESSION);
    return NULL;
  }
  if (second == leg || second == leg->peer || hs_sandbox_leg_is_busy (second)) {
    hs_sandbox_exchange_reply_code (exchange, SOUP_STATUS_FORBIDDEN, HS_SANDBOX_STATUS_BAD_VALUE);
    return NULL;
  }
  return second;
}

static void
transfer_to_leg (HsSandboxLeg *leg, const char *sid, HsSandboxExchange *exchange)
{
  HsSandboxLeg *second = find_second (leg, sid, exchange);
  Transfer *self;

  if (!second)
    return;
  hs_sandbox_exchange_accept (exchange);
  hs_sandbox_leg_set_exchange (second, exchange);
  self = transfer_new (leg, second);
  hs_sandbox_leg_propose (self->target, NULL, NULL, on_target_offer, self);
}

static void
on_transferee_offer (HsSandboxLeg *leg, const HsSandboxReply *reply, gpointer user_data)
{
  Transfer *self = user_data;

  if (!reply->sdp) {
    give_up (self, leg, reply);
    return;
  }
  self->waiting = leg;
  ring_target (self, reply->sdp);
}

static void
transfer_to_address (HsSandboxLeg *leg, const char *text, HsSandboxExchange *exchange)
{
  g_autofree char *address = text ? hs_sandbox_address_normalise (text) : NULL;
  Transfer *self;

  if (!address) {
    hs_sandbox_exchange_reply_code (exchange, SOUP_STATUS_BAD_REQUEST, HS_SANDBOX_STATUS_BAD_BODY);
    return;
  }
  hs_sandbox_exchange_accept (exchange);
  self = transfer_new (leg, NULL);
  self->address = g_steal_pointer (&address);
  if (leg->calls->behaviour.transferee_offers)
    hs_sandbox_leg_propose (self->transferee, NULL, NULL, on_transferee_offer, self);
  else
    ring_target (self, NULL);
}

void
hs_sandbox_leg_transfer (HsSandboxLeg *leg, JsonObject *request, HsSandboxExchange *exchange)
{
  const char *sid = hs_sandbox_json_get_string (request, "sessionData");

  if (leg->state != HS_SANDBOX_LEG_UP || !leg->peer || hs_sandbox_leg_is_busy (leg))
    hs_sandbox_exchange_reply_code (exchange, SOUP_STATUS_FORBIDDEN, HS_SANDBOX_STATUS_BAD_VALUE);
  else if (sid)
    transfer_to_leg (leg, sid, exchange);
  else
    transfer_to_address (leg, hs_sandbox_json_get_string (request, "address"), exchange);
}
