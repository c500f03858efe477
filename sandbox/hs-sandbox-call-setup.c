/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "hs-sandbox"

#include "hs-sandbox-address.h"
#include "hs-sandbox-json.h"
#include "hs-sandbox-leg.h"

/* A client must have digested the reply to its `callStart` before it learns of a failure. */
#define FAILURE_DELAY_MS 50
#define MAX_FORWARDS     8

#define SIP_OK            200
#define SIP_NOT_FOUND     404
#define SIP_UNAVAILABLE   480
#define SIP_TOO_MANY_HOPS 483
#define SIP_BUSY          486
#define SIP_DECLINED      603

static const char *
get_reason (guint sip_code)
{
  switch (sip_code) {
  case SIP_OK:
    return "Call ended normally";
  case SIP_NOT_FOUND:
    return "User not found";
  case SIP_UNAVAILABLE:
    return "Temporarily unavailable";
  case SIP_TOO_MANY_HOPS:
    return "Too many hops";
  case SIP_BUSY:
    return "Busy here";
  case SIP_DECLINED:
    return "Declined";
  default:
    return NULL;
  }
}

static void
refuse (HsSandboxExchange *exchange, guint status, int status_code)
{
  hs_sandbox_exchange_reply_code (exchange, status, status_code);
}

static void
accept (HsSandboxExchange *exchange)
{
  hs_sandbox_exchange_reply_code (exchange, SOUP_STATUS_OK, HS_SANDBOX_STATUS_OK);
}

/* Takes the call away from all who were called; it may then ring elsewhere or end. */
static void
cancel_callees (HsSandboxCall *call)
{
  while (call->callees->len > 0)
    hs_sandbox_leg_end (call->callees->pdata[0], "callCancel", 0, NULL, 0);
}

/* The call has come to nothing. */
static void
fail_call (HsSandboxCall *call, guint sip_code, const char *reason)
{
  cancel_callees (call);
  hs_sandbox_leg_end (call->caller, "callEnd", sip_code, reason, FAILURE_DELAY_MS);
  hs_sandbox_call_end (call);
}

static gboolean
on_ring_timeout (gpointer user_data)
{
  HsSandboxCall *call = user_data;

  call->ring_timer = 0;
  fail_call (call, SIP_UNAVAILABLE, "No answer");
  return G_SOURCE_REMOVE;
}

static void
tell_ringing (HsSandboxCall *call)
{
  if (call->has_rung)
    return;
  call->has_rung = TRUE;
  hs_sandbox_leg_send (call->caller,
                       hs_sandbox_leg_new_message (call->caller, "ringing", NULL, NULL), 0);
}

/* @leg wins; the devices beside it are told, and so is the winner, as gateways do. */
static void
connect_leg (HsSandboxLeg *leg, const char *sdp, JsonArray *custom_parameters)
{
  HsSandboxCall *call = leg->call;
  HsSandboxLeg *caller = call->caller;

  g_clear_handle_id (&call->ring_timer, g_source_remove);
  leg->peer = caller;
  caller->peer = leg;
  caller->state = HS_SANDBOX_LEG_UP;
  for (guint i = 0; i < call->callees->len; i++) {
    HsSandboxLeg *device = call->callees->pdata[i];

    device->state = device == leg ? HS_SANDBOX_LEG_UP : HS_SANDBOX_LEG_TAKEN;
    hs_sandbox_leg_send (device, hs_sandbox_leg_new_message (device, "callCancel", NULL, NULL), 0);
  }
  hs_sandbox_leg_send (
      caller, hs_sandbox_leg_new_message (caller, "respondCallUpdate", sdp, custom_parameters), 0);
}

/* The sandbox's own people */

static void
on_person_ringing (gpointer user_data)
{
  HsSandboxLeg *leg = user_data;

  tell_ringing (leg->call);
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

  fail_call (leg->call, sip_code, reason);
}

static void
on_person_update_failed (gpointer user_data)
{
  hs_sandbox_leg_take_person_refusal (user_data);
}

static const HsSandboxPersonEvents person_events = {
  .ringing = on_person_ringing,
  .answered = on_person_answered,
  .failed = on_person_failed,
  .update_failed = on_person_update_failed,
};

static guint
ring_person (HsSandboxCall *call, HsSandboxPersonKind kind, const char *address)
{
  HsSandboxLeg *leg;

  if (kind == HS_SANDBOX_PERSON_BUSY)
    return SIP_BUSY;
  leg = hs_sandbox_leg_new (call, address, FALSE);
  hs_sandbox_leg_set_far (leg, call->caller->user, call->caller_name);
  leg->person = hs_sandbox_person_new (kind, call->offer, &person_events, leg);
  return SIP_OK;
}

/* Ringing users */

static void
ring_device (HsSandboxCall *call, HsSandboxSubscription *subscription)
{
  HsSandboxLeg *leg = hs_sandbox_leg_new (call, subscription->user->address, FALSE);

  leg->subscription_id = g_strdup (subscription->id);
  hs_sandbox_leg_set_far (leg, call->caller->user, call->caller_name);
  hs_sandbox_leg_send (
      leg, hs_sandbox_leg_new_message (leg, "call", call->offer, call->custom_parameters), 0);
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
  return n_devices > 0 ? SIP_OK : SIP_UNAVAILABLE;
}

/* Whoever signed in under a person's name has it, but not in the people's own domain. */
static guint
ring_address (HsSandboxCall *call, const char *address)
{
  HsSandboxPersonKind kind = hs_sandbox_person_find (address);
  HsSandboxUser *user = hs_sandbox_users_lookup (call->calls->users, address);
  gboolean is_home =
      g_str_equal (hs_sandbox_address_get_domain (address), HS_SANDBOX_PEOPLE_DOMAIN);

  if (kind != HS_SANDBOX_PERSON_NOBODY && (!user || is_home))
    return ring_person (call, kind, address);
  return user ? ring_user (call, user) : SIP_NOT_FOUND;
}

/* Offers @call to @address; a failure is told to the caller. */
static void
route (HsSandboxCall *call, const char *address)
{
  g_autofree char *name = hs_sandbox_address_get_name (NULL, address);
  guint sip_code;

  hs_sandbox_leg_set_far (call->caller, address, name);
  call->has_rung = FALSE;
  g_clear_handle_id (&call->ring_timer, g_source_remove);
  call->ring_timer = g_timeout_add (call->calls->ring_timeout_ms, on_ring_timeout, call);
  sip_code = call->n_forwards > MAX_FORWARDS ? SIP_TOO_MANY_HOPS : ring_address (call, address);
  if (sip_code != SIP_OK)
    fail_call (call, sip_code, get_reason (sip_code));
}

/* Returns: 0, or why @user may not call */
static int
check_may_call (HsSandboxUser *user)
{
  for (guint i = 0; i < user->subscriptions->len; i++) {
    if (hs_sandbox_subscription_has_service (user->subscriptions->pdata[i], "call"))
      return HS_SANDBOX_STATUS_OK;
  }
  return user->subscriptions->len > 0 ? HS_SANDBOX_STATUS_NO_SERVICE
                                      : HS_SANDBOX_STATUS_NOT_AUTHORISED;
}

static void
reply_session (HsSandboxExchange *exchange, const char *sid)
{
  JsonObject *body = json_object_new ();
  JsonObject *response = json_object_new ();

  json_object_set_int_member (response, "statusCode", HS_SANDBOX_STATUS_OK);
  json_object_set_string_member (response, "sessionData", sid);
  json_object_set_object_member (body, "callControlResponse", response);
  hs_sandbox_exchange_reply (exchange, SOUP_STATUS_OK, body);
}

void
hs_sandbox_call_start (HsSandboxCalls *calls,
                       HsSandboxUser *user,
                       JsonObject *request,
                       HsSandboxExchange *exchange)
{
  const char *to = hs_sandbox_json_get_string (request, "to");
  const char *sdp = hs_sandbox_json_get_string (request, "sdp");
  g_autofree char *address = to ? hs_sandbox_address_normalise (to) : NULL;
  JsonArray *custom_parameters = NULL;
  int refusal = check_may_call (user);
  HsSandboxCall *call;
  HsSandboxLeg *caller;

  if (refusal != HS_SANDBOX_STATUS_OK) {
    refuse (exchange, SOUP_STATUS_FORBIDDEN, refusal);
    return;
  }
  if (!sdp || !*sdp || !to) {
    refuse (exchange, SOUP_STATUS_BAD_REQUEST, HS_SANDBOX_STATUS_BAD_BODY);
    return;
  }
  if (!address) {
    refuse (exchange, SOUP_STATUS_FORBIDDEN, HS_SANDBOX_STATUS_BAD_VALUE);
    return;
  }
  if (!hs_sandbox_read_custom_parameters (request, exchange, &custom_parameters))
    return;

  call = hs_sandbox_call_new (calls);
  caller = hs_sandbox_leg_new (call, user->address, TRUE);
  call->offer = hs_sandbox_leg_pass_sdp (caller, "callStart", sdp);
  call->caller_name =
      hs_sandbox_address_get_name (hs_sandbox_json_get_string (request, "from"), user->address);
  call->custom_parameters = custom_parameters ? json_array_ref (custom_parameters) : NULL;
  hs_sandbox_leg_set_exchange (caller, exchange);
  reply_session (exchange, caller->sid);
  route (call, address);
}

/* Verbs */

void
hs_sandbox_leg_ringing (HsSandboxLeg *leg, HsSandboxExchange *exchange)
{
  accept (exchange);
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
    refuse (exchange, SOUP_STATUS_NOT_FOUND, HS_SANDBOX_STATUS_NO_SESSION);
    return;
  }
  if (!sdp || !*sdp) {
    refuse (exchange, SOUP_STATUS_BAD_REQUEST, HS_SANDBOX_STATUS_BAD_BODY);
    return;
  }
  if (!hs_sandbox_read_custom_parameters (request, exchange, &custom_parameters))
    return;
  accept (exchange);
  passed = hs_sandbox_leg_pass_sdp (leg, "callAnswer", sdp);
  connect_leg (leg, passed, custom_parameters);
}

void
hs_sandbox_leg_reject (HsSandboxLeg *leg, HsSandboxExchange *exchange)
{
  accept (exchange);
  fail_call (leg->call, SIP_DECLINED, get_reason (SIP_DECLINED));
}

void
hs_sandbox_leg_forward (HsSandboxLeg *leg, JsonObject *request, HsSandboxExchange *exchange)
{
  const char *text = hs_sandbox_json_get_string (request, "address");
  g_autofree char *address = text ? hs_sandbox_address_normalise (text) : NULL;
  HsSandboxCall *call = leg->call;

  if (!address) {
    refuse (exchange, SOUP_STATUS_BAD_REQUEST, HS_SANDBOX_STATUS_BAD_BODY);
    return;
  }
  accept (exchange);
  call->n_forwards++;
  cancel_callees (call);
  route (call, address);
}

/* A callee who hangs up before the answer declines. */
void
hs_sandbox_leg_hang_up (HsSandboxLeg *leg)
{
  HsSandboxCall *call = leg->call;

  if (!leg->peer && !leg->is_caller) {
    fail_call (call, SIP_DECLINED, get_reason (SIP_DECLINED));
    return;
  }
  if (leg->peer)
    hs_sandbox_leg_end (leg->peer, "callEnd", SIP_OK, get_reason (SIP_OK), 0);
  else
    cancel_callees (call);
  hs_sandbox_call_end (call);
}
