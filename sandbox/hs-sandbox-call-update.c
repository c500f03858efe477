/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "hs-sandbox"

#include "hs-sandbox-json.h"
#include "hs-sandbox-leg.h"

/* How long the far end may think about an offer. */
#define NEGOTIATION_TIMEOUT_S 10

#define GLARE_CODE            491
#define MAX_CUSTOM_PARAMETERS 100

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

/* Returns: who made the offer that @leg is asked to answer */
static HsSandboxLeg *
close_negotiation (HsSandboxLeg *leg)
{
  g_clear_handle_id (&leg->call->negotiation_timer, g_source_remove);
  leg->offer = HS_SANDBOX_OFFER_NONE;
  leg->peer->offer = HS_SANDBOX_OFFER_NONE;
  return leg->peer;
}

static gboolean
on_negotiation_timeout (gpointer user_data)
{
  HsSandboxLeg *answerer = user_data;

  answerer->call->negotiation_timer = 0;
  hs_sandbox_leg_send_pending (close_negotiation (answerer));
  return G_SOURCE_REMOVE;
}

static void
open_negotiation (HsSandboxLeg *offerer, const char *sdp, JsonArray *custom_parameters)
{
  HsSandboxLeg *answerer = offerer->peer;

  offerer->offer = HS_SANDBOX_OFFER_FROM_CLIENT;
  answerer->offer = HS_SANDBOX_OFFER_TO_CLIENT;
  offerer->call->negotiation_timer =
      g_timeout_add_seconds (NEGOTIATION_TIMEOUT_S, on_negotiation_timeout, answerer);
  if (answerer->person)
    hs_sandbox_person_update (answerer->person, sdp);
  else
    hs_sandbox_leg_send (
        answerer, hs_sandbox_leg_new_message (answerer, "startCallUpdate", sdp, custom_parameters),
        0);
}

void
hs_sandbox_leg_start_update (HsSandboxLeg *leg, JsonObject *request, HsSandboxExchange *exchange)
{
  const char *sdp = hs_sandbox_json_get_string (request, "sdp");
  JsonArray *custom_parameters = NULL;
  g_autofree char *passed = NULL;

  if (leg->state != HS_SANDBOX_LEG_UP) {
    refuse (exchange, SOUP_STATUS_FORBIDDEN, HS_SANDBOX_STATUS_BAD_VALUE);
    return;
  }
  if (!sdp || !*sdp) {
    refuse (exchange, SOUP_STATUS_BAD_REQUEST, HS_SANDBOX_STATUS_BAD_BODY);
    return;
  }
  if (!hs_sandbox_read_custom_parameters (request, exchange, &custom_parameters))
    return;
  accept (exchange);
  if (leg->offer != HS_SANDBOX_OFFER_NONE) {
    hs_sandbox_leg_send_pending (leg);
    return;
  }
  passed = hs_sandbox_leg_pass_sdp (leg, "startCallUpdate", sdp);
  open_negotiation (leg, passed, custom_parameters);
}

/* A client in the middle of an offer of its own refuses the one that came: "491", as text. */
static gboolean
is_glare (JsonObject *request)
{
  return g_strcmp0 (hs_sandbox_json_get_string (request, "statusCode"), "491") == 0 ||
         hs_sandbox_json_get_int (request, "statusCode", 0) == GLARE_CODE;
}

void
hs_sandbox_leg_respond_update (HsSandboxLeg *leg, JsonObject *request, HsSandboxExchange *exchange)
{
  const char *sdp = hs_sandbox_json_get_string (request, "sdp");
  JsonArray *custom_parameters = NULL;
  g_autofree char *passed = NULL;
  HsSandboxLeg *offerer;

  /* A second answer, or one that nobody asked for, would end the call at the far client. */
  if (leg->offer != HS_SANDBOX_OFFER_TO_CLIENT) {
    refuse (exchange, SOUP_STATUS_FORBIDDEN, HS_SANDBOX_STATUS_BAD_VALUE);
    return;
  }
  if ((!sdp || !*sdp) && !is_glare (request)) {
    refuse (exchange, SOUP_STATUS_BAD_REQUEST, HS_SANDBOX_STATUS_BAD_BODY);
    return;
  }
  if (!hs_sandbox_read_custom_parameters (request, exchange, &custom_parameters))
    return;
  accept (exchange);
  offerer = close_negotiation (leg);
  if (is_glare (request)) {
    hs_sandbox_leg_send_pending (offerer);
    return;
  }
  passed = hs_sandbox_leg_pass_sdp (leg, "respondCallUpdate", sdp);
  hs_sandbox_leg_send (
      offerer, hs_sandbox_leg_new_message (offerer, "respondCallUpdate", passed, custom_parameters),
      0);
}

void
hs_sandbox_leg_take_person_answer (HsSandboxLeg *leg, const char *sdp)
{
  g_autofree char *passed = NULL;
  HsSandboxLeg *offerer;

  /* The time limit may have closed it. */
  if (leg->offer != HS_SANDBOX_OFFER_TO_CLIENT)
    return;
  passed = hs_sandbox_leg_pass_sdp (leg, "respondCallUpdate", sdp);
  offerer = close_negotiation (leg);
  hs_sandbox_leg_send (offerer,
                       hs_sandbox_leg_new_message (offerer, "respondCallUpdate", passed, NULL), 0);
}

void
hs_sandbox_leg_take_person_refusal (HsSandboxLeg *leg)
{
  if (leg->offer == HS_SANDBOX_OFFER_TO_CLIENT)
    hs_sandbox_leg_send_pending (close_negotiation (leg));
}

void
hs_sandbox_leg_send_custom (HsSandboxLeg *leg, JsonObject *request, HsSandboxExchange *exchange)
{
  JsonArray *custom_parameters = NULL;

  if (leg->state != HS_SANDBOX_LEG_UP) {
    refuse (exchange, SOUP_STATUS_FORBIDDEN, HS_SANDBOX_STATUS_BAD_VALUE);
    return;
  }
  if (!hs_sandbox_read_custom_parameters (request, exchange, &custom_parameters))
    return;
  if (json_array_get_length (leg->peer->custom_parameters) >= MAX_CUSTOM_PARAMETERS) {
    refuse (exchange, SOUP_STATUS_FORBIDDEN, HS_SANDBOX_STATUS_BAD_VALUE);
    return;
  }
  accept (exchange);
  for (guint i = 0; custom_parameters && i < json_array_get_length (custom_parameters); i++)
    json_array_add_element (leg->peer->custom_parameters,
                            json_array_dup_element (custom_parameters, i));
}
