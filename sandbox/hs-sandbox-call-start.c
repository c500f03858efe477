/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "hs-sandbox"

#include "hs-sandbox-call-start.h"

#include "hs-sandbox-address.h"
#include "hs-sandbox-anonymous.h"
#include "hs-sandbox-call-ring.h"
#include "hs-sandbox-join.h"
#include "hs-sandbox-json.h"

/* A client must have digested the reply to its `callStart` before it learns of a failure. */
#define FAILURE_DELAY_MS 50

#define RINGING_HZ 425

/* What becomes of it */

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

/* The request */

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
    hs_sandbox_exchange_reply_code (exchange, SOUP_STATUS_FORBIDDEN, refusal);
    return;
  }
  if (!sdp || !*sdp || !to) {
    hs_sandbox_exchange_reply_code (exchange, SOUP_STATUS_BAD_REQUEST, HS_SANDBOX_STATUS_BAD_BODY);
    return;
  }
  if (!address) {
    hs_sandbox_exchange_reply_code (exchange, SOUP_STATUS_FORBIDDEN, HS_SANDBOX_STATUS_BAD_VALUE);
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
