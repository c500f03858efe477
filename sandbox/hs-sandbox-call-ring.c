/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "hs-sandbox"

#include "hs-sandbox-call-ring.h"

#include "hs-sandbox-address.h"
#include "hs-sandbox-json.h"
#include "hs-sandbox-reason.h"

#define MAX_FORWARDS 8

/* Those who are called, and not yet a party of the call. */
static gboolean
is_called (HsSandboxLeg *leg)
{
  return leg != leg->call->caller;
}

void
hs_sandbox_call_withdraw (HsSandboxCall *call)
{
  for (guint i = call->legs->len; i > 0; i--) {
    HsSandboxLeg *leg = call->legs->pdata[i - 1];

    if (is_called (leg) && leg->state == HS_SANDBOX_LEG_UP)
      hs_sandbox_leg_end (leg, "callEnd", HS_SANDBOX_SIP_CANCELLED,
                          hs_sandbox_reason_get (HS_SANDBOX_SIP_CANCELLED), 0);
    else if (is_called (leg))
      hs_sandbox_leg_end (leg, "callCancel", 0, NULL, 0);
  }
}

void
hs_sandbox_call_fail (HsSandboxCall *call, guint sip_code, const char *reason)
{
  g_clear_handle_id (&call->ring_timer, g_source_remove);
  hs_sandbox_call_withdraw (call);
  call->events->failed (call, sip_code, reason);
}

static gboolean
on_ring_timeout (gpointer user_data)
{
  HsSandboxCall *call = user_data;

  call->ring_timer = 0;
  hs_sandbox_call_fail (call, HS_SANDBOX_SIP_UNAVAILABLE, "No answer");
  return G_SOURCE_REMOVE;
}

static void
tell_ringing (HsSandboxCall *call)
{
  if (call->has_rung)
    return;
  call->has_rung = TRUE;
  call->events->rung (call);
}

/* @leg wins; the devices beside it are told, and so is the winner, as gateways do. One that made
 * the offer itself would take it for the end of the call while it waits for its answer. */
static void
connect_leg (HsSandboxLeg *leg, const char *sdp, JsonArray *custom_parameters)
{
  HsSandboxCall *call = leg->call;

  g_clear_handle_id (&call->ring_timer, g_source_remove);
  for (guint i = 0; i < call->legs->len; i++) {
    HsSandboxLeg *device = call->legs->pdata[i];

    if (!is_called (device))
      continue;
    device->state = device == leg ? HS_SANDBOX_LEG_UP : HS_SANDBOX_LEG_TAKEN;
    if (device != leg || (call->offer && !call->is_slow))
      hs_sandbox_leg_send (device, hs_sandbox_leg_new_message (device, "callCancel", NULL, NULL),
                           0);
  }
  call->events->answered (leg, sdp, custom_parameters);
}

/* The sandbox's own people */

static void
on_person_ringing (gpointer user_data)
{
  HsSandboxLeg *leg = user_data;

  tell_ringing (leg->call);
}

static void
on_person_heard (const char *sdp, gpointer user_data)
{
  HsSandboxLeg *leg = user_data;

  if (leg->call->events->heard)
    leg->call->events->heard (leg->call, sdp);
}

static void
on_person_answered (const char *sdp, gpointer user_data)
{
  HsSandboxLeg *leg = user_data;
  g_autofree char *passed = NULL;

  if (leg->state == HS_SANDBOX_LEG_UP) {
    hs_sandbox_leg_take_person_answer (leg, sdp);
    return;
  }
  passed = hs_sandbox_leg_pass_sdp (leg, "callAnswer", sdp);
  connect_leg (leg, passed, NULL);
}

static void
on_person_failed (guint sip_code, const char *reason, gpointer user_data)
{
  HsSandboxLeg *leg = user_data;

  hs_sandbox_call_fail (leg->call, sip_code, reason);
}

static void
on_person_update_failed (gpointer user_data)
{
  hs_sandbox_leg_take_person_refusal (user_data);
}

static const HsSandboxPersonEvents person_events = {
  .ringing = on_person_ringing,
  .heard = on_person_heard,
  .answered = on_person_answered,
  .failed = on_person_failed,
  .update_failed = on_person_update_failed,
};

static guint
ring_person (HsSandboxCall *call, HsSandboxPersonKind kind, const char *address)
{
  HsSandboxLeg *leg;

  if (kind == HS_SANDBOX_PERSON_BUSY)
    return HS_SANDBOX_SIP_BUSY;
  leg = hs_sandbox_leg_new (call, address, FALSE);
  hs_sandbox_leg_set_far (leg, call->caller_address, call->caller_name);
  leg->person =
      hs_sandbox_person_new (kind, call->offer, &call->calls->behaviour, &person_events, leg);
  return HS_SANDBOX_SIP_OK;
}

/* Ringing users */

static void
ring_device (HsSandboxCall *call, HsSandboxSubscription *subscription)
{
  HsSandboxLeg *leg = hs_sandbox_leg_new (call, subscription->user->address, FALSE);

  leg->subscription_id = g_strdup (subscription->id);
  hs_sandbox_leg_set_far (leg, call->caller_address, call->caller_name);
  hs_sandbox_leg_send (leg,
                       hs_sandbox_leg_new_message (leg, "call", call->is_slow ? NULL : call->offer,
                                                   call->custom_parameters),
                       0);
}

static guint
ring_user (HsSandboxCall *call, HsSandboxUser *user)
{
  guint n_devices = 0;

  for (guint i = 0; i < user->subscriptions->len; i++) {
    if (hs_sandbox_subscription_has_service (user->subscriptions->pdata[i], "call")) {
      ring_device (call, user->subscriptions->pdata[i]);
      n_devices++;
    }
  }
  return n_devices > 0 ? HS_SANDBOX_SIP_OK : HS_SANDBOX_SIP_UNAVAILABLE;
}

/* Whoever signed in under a person's name has it, but not in the people's own domain. */
static guint
ring_address (HsSandboxCall *call, const char *address)
{
  HsSandboxPersonKind kind = hs_sandbox_person_find (address);
  HsSandboxUser *user = hs_sandbox_users_lookup (call->calls->users, address);
  gboolean is_home =
      g_str_equal (hs_sandbox_address_get_domain (address), HS_SANDBOX_PEOPLE_DOMAIN);

  call->is_slow = FALSE;
  if (kind != HS_SANDBOX_PERSON_NOBODY && (!user || is_home))
    return ring_person (call, kind, address);
  call->is_slow = call->offer && call->calls->behaviour.slow_start;
  return user ? ring_user (call, user) : HS_SANDBOX_SIP_NOT_FOUND;
}

void
hs_sandbox_call_ring (HsSandboxCall *call, const char *address)
{
  g_autofree char *name = hs_sandbox_address_get_name (NULL, address);
  guint sip_code;

  if (call->caller)
    hs_sandbox_leg_set_far (call->caller, address, name);
  call->has_rung = FALSE;
  g_clear_handle_id (&call->ring_timer, g_source_remove);
  call->ring_timer = g_timeout_add (call->calls->ring_timeout_ms, on_ring_timeout, call);
  sip_code =
      call->n_forwards > MAX_FORWARDS ? HS_SANDBOX_SIP_TOO_MANY_HOPS : ring_address (call, address);
  if (sip_code != HS_SANDBOX_SIP_OK)
    hs_sandbox_call_fail (call, sip_code, hs_sandbox_reason_get (sip_code));
}

/* Verbs */

void
hs_sandbox_leg_ringing (HsSandboxLeg *leg, HsSandboxExchange *exchange)
{
  hs_sandbox_exchange_accept (exchange);
  if (!leg->is_caller && leg->state == HS_SANDBOX_LEG_UNANSWERED)
    tell_ringing (leg->call);
}

void
hs_sandbox_leg_answer (HsSandboxLeg *leg, JsonObject *request, HsSandboxExchange *exchange)
{
  const char *sdp = hs_sandbox_json_get_string (request, "sdp");
  JsonArray *custom_parameters = NULL;
  g_autofree char *passed = NULL;

  if (leg->is_caller || leg->state != HS_SANDBOX_LEG_UNANSWERED) {
    hs_sandbox_exchange_reply_code (exchange, SOUP_STATUS_NOT_FOUND, HS_SANDBOX_STATUS_NO_SESSION);
    return;
  }
  if (!sdp || !*sdp) {
    hs_sandbox_exchange_reply_code (exchange, SOUP_STATUS_BAD_REQUEST, HS_SANDBOX_STATUS_BAD_BODY);
    return;
  }
  if (!hs_sandbox_read_custom_parameters (request, exchange, &custom_parameters))
    return;
  hs_sandbox_exchange_accept (exchange);
  passed = hs_sandbox_leg_pass_sdp (leg, "callAnswer", sdp);
  connect_leg (leg, passed, custom_parameters);
}

void
hs_sandbox_leg_reject (HsSandboxLeg *leg, HsSandboxExchange *exchange)
{
  hs_sandbox_exchange_accept (exchange);
  hs_sandbox_call_fail (leg->call, HS_SANDBOX_SIP_DECLINED,
                        hs_sandbox_reason_get (HS_SANDBOX_SIP_DECLINED));
}

void
hs_sandbox_leg_forward (HsSandboxLeg *leg, JsonObject *request, HsSandboxExchange *exchange)
{
  const char *text = hs_sandbox_json_get_string (request, "address");
  g_autofree char *address = text ? hs_sandbox_address_normalise (text) : NULL;
  HsSandboxCall *call = leg->call;

  if (!address) {
    hs_sandbox_exchange_reply_code (exchange, SOUP_STATUS_BAD_REQUEST, HS_SANDBOX_STATUS_BAD_BODY);
    return;
  }
  hs_sandbox_exchange_accept (exchange);
  call->n_forwards++;
  hs_sandbox_call_withdraw (call);
  hs_sandbox_call_ring (call, address);
}
