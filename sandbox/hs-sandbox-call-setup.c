/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "hs-sandbox"

#include "hs-sandbox-anonymous.h"
#include "hs-sandbox-address.h"
#include "hs-sandbox-json.h"
#include "hs-sandbox-leg.h"

/* A client must have digested the reply to its `callStart` before it learns of a failure. */
#define FAILURE_DELAY_MS 50
#define MAX_FORWARDS     8

#define RINGING_HZ 425

const char *
hs_sandbox_reason_get (guint sip_code)
{
  switch (sip_code) {
  case HS_SANDBOX_SIP_OK:
    return "Call ended normally";
  case HS_SANDBOX_SIP_NOT_FOUND:
    return "User not found";
  case HS_SANDBOX_SIP_TIMEOUT:
    return "Request timeout";
  case HS_SANDBOX_SIP_UNAVAILABLE:
    return "Temporarily unavailable";
  case HS_SANDBOX_SIP_TOO_MANY_HOPS:
    return "Too many hops";
  case HS_SANDBOX_SIP_BUSY:
    return "Busy here";
  case HS_SANDBOX_SIP_CANCELLED:
    return "Request terminated";
  case HS_SANDBOX_SIP_NOT_ACCEPTABLE:
    return "Not acceptable here";
  case HS_SANDBOX_SIP_PENDING:
    return "Request pending";
  case HS_SANDBOX_SIP_DECLINED:
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

/* The call has come to nothing. */
static void
fail_call (HsSandboxCall *call, guint sip_code, const char *reason)
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
  fail_call (call, HS_SANDBOX_SIP_UNAVAILABLE, "No answer");
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

/* Ringing on behalf of a caller */

static void
on_call_heard (HsSandboxCall *call, const char *sdp)
{
  g_autofree char *passed = NULL;

  if (!call->takes_early_media)
    return;
  passed = hs_sandbox_leg_pass_sdp (call->caller, "sessionProgress", sdp);
  hs_sandbox_leg_send (
      call->caller, hs_sandbox_leg_new_message (call->caller, "sessionProgress", passed, NULL), 0);
}

static void
on_early_media (HsSandboxMedia *media, const char *sdp, const GError *error, gpointer user_data)
{
  if (error)
    g_message ("nothing can be heard early: %s", error->message);
  else
    on_call_heard (user_data, sdp);
}

/* The gateway lets the caller hear that it rings. */
static void
play_ringing (HsSandboxCall *call)
{
  g_autoptr (HsSandboxVoice) voice = hs_sandbox_voice_new_tone (RINGING_HZ);

  g_clear_pointer (&call->early_media, hs_sandbox_media_free);
  call->early_media = hs_sandbox_media_new_for (voice);
  hs_sandbox_media_update (call->early_media, call->offer, on_early_media, call);
}

static void
on_call_rung (HsSandboxCall *call)
{
  hs_sandbox_leg_send (call->caller,
                       hs_sandbox_leg_new_message (call->caller, "ringing", NULL, NULL), 0);
  if (call->calls->behaviour.early_media && call->takes_early_media)
    play_ringing (call);
}

static void
on_call_answered (HsSandboxLeg *leg, const char *sdp, JsonArray *custom_parameters)
{
  HsSandboxLeg *caller = leg->call->caller;

  g_clear_pointer (&leg->call->early_media, hs_sandbox_media_free);
  if (leg->call->is_slow) {
    hs_sandbox_call_meet (leg, sdp);
    return;
  }
  caller->state = HS_SANDBOX_LEG_UP;
  hs_sandbox_leg_link (caller, leg);
  hs_sandbox_leg_answer_offer (caller, sdp, custom_parameters);
}

static void
on_call_failed (HsSandboxCall *call, guint sip_code, const char *reason)
{
  hs_sandbox_leg_end (call->caller, "callEnd", sip_code, reason, FAILURE_DELAY_MS);
  hs_sandbox_call_end (call);
}

static const HsSandboxCallEvents caller_events = {
  .rung = on_call_rung,
  .heard = on_call_heard,
  .answered = on_call_answered,
  .failed = on_call_failed,
};

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

  fail_call (leg->call, sip_code, reason);
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
  leg->person = hs_sandbox_person_new (kind, call->offer, &person_events, leg);
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
    fail_call (call, sip_code, hs_sandbox_reason_get (sip_code));
}

/* @subscription_id: (out) (nullable): the device that calls, when the request tells
 * Returns: 0, or why @user may not call */
static int
check_may_call (HsSandboxUser *user,
                JsonObject *request,
                const char *destination,
                const char **subscription_id)
{
  *subscription_id = NULL;
  if (hs_sandbox_anonymous_get_account (user->address))
    return hs_sandbox_anonymous_check_call (user, request, destination, subscription_id);
  for (guint i = 0; i < user->subscriptions->len; i++) {
    if (hs_sandbox_subscription_has_service (user->subscriptions->pdata[i], "call"))
      return HS_SANDBOX_STATUS_OK;
  }
  return user->subscriptions->len > 0 ? HS_SANDBOX_STATUS_NO_SERVICE
                                      : HS_SANDBOX_STATUS_NOT_AUTHORISED;
}

/* Who has an account calls from there; others call themselves what they like. */
static void
set_caller (HsSandboxCall *call, HsSandboxUser *user, const char *from)
{
  gboolean has_account = !hs_sandbox_anonymous_get_account (user->address);

  if (!has_account && from)
    call->caller_address = hs_sandbox_address_normalise (from);
  if (!call->caller_address)
    call->caller_address = g_strdup (user->address);
  call->caller_name = hs_sandbox_address_get_name (from, call->caller_address);
}

static gboolean
supports_early_media (JsonObject *request)
{
  JsonArray *supported = hs_sandbox_json_get_array (request, "supported");

  for (guint i = 0; supported && i < json_array_get_length (supported); i++) {
    JsonNode *node = json_array_get_element (supported, i);

    if (JSON_NODE_HOLDS_VALUE (node) && g_strcmp0 (json_node_get_string (node), "earlymedia") == 0)
      return TRUE;
  }
  return FALSE;
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
  const char *subscription_id = NULL;
  int refusal = check_may_call (user, request, address, &subscription_id);
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

  call = hs_sandbox_call_new (calls, &caller_events);
  caller = hs_sandbox_leg_new (call, user->address, TRUE);
  call->offer = hs_sandbox_leg_pass_sdp (caller, "callStart", sdp);
  caller->subscription_id = g_strdup (subscription_id);
  set_caller (call, user, hs_sandbox_json_get_string (request, "from"));
  call->custom_parameters = custom_parameters ? json_array_ref (custom_parameters) : NULL;
  call->takes_early_media = supports_early_media (request);
  hs_sandbox_leg_set_exchange (caller, exchange);
  hs_sandbox_leg_reply_session (caller, exchange);
  hs_sandbox_call_ring (call, address);
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
  fail_call (leg->call, HS_SANDBOX_SIP_DECLINED, hs_sandbox_reason_get (HS_SANDBOX_SIP_DECLINED));
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
  hs_sandbox_call_withdraw (call);
  hs_sandbox_call_ring (call, address);
}

/* One whose call has been transferred or joined is the only one to know of its end; but for a
 * feature, which hears of it. */
static void
leave_alone (HsSandboxLeg *leg)
{
  HsSandboxCalls *calls = leg->calls;
  HsSandboxCall *call = leg->call;

  hs_sandbox_leg_end (leg, NULL, 0, NULL, 0);
  if (g_ptr_array_find (calls->calls, call, NULL))
    hs_sandbox_call_end_if_left (call);
}

void
hs_sandbox_leg_drop (HsSandboxLeg *leg, guint sip_code)
{
  const char *reason = hs_sandbox_reason_get (sip_code);
  HsSandboxCall *call = leg->call;
  HsSandboxCalls *calls = leg->calls;

  if (leg->peer)
    hs_sandbox_leg_end (leg->peer, "callEnd", sip_code, reason, 0);
  hs_sandbox_leg_end (leg, "callEnd", sip_code, reason, 0);
  if (g_ptr_array_find (calls->calls, call, NULL))
    hs_sandbox_call_end (call);
}

/* A callee who hangs up before the answer declines. */
void
hs_sandbox_leg_hang_up (HsSandboxLeg *leg)
{
  HsSandboxCall *call = leg->call;

  if (leg->peer) {
    hs_sandbox_leg_end (leg->peer, "callEnd", HS_SANDBOX_SIP_OK,
                        hs_sandbox_reason_get (HS_SANDBOX_SIP_OK), 0);
    hs_sandbox_call_end (call);
  } else if (leg->state == HS_SANDBOX_LEG_UP) {
    leave_alone (leg);
  } else if (leg == call->caller) {
    hs_sandbox_leg_end (leg, NULL, 0, NULL, 0);
    hs_sandbox_call_withdraw (call);
    hs_sandbox_call_end (call);
  } else {
    fail_call (call, HS_SANDBOX_SIP_DECLINED, hs_sandbox_reason_get (HS_SANDBOX_SIP_DECLINED));
  }
}
