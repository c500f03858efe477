/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "hs-sandbox"

#include "hs-sandbox-json.h"
#include "hs-sandbox-leg.h"

/* How long the far end may think about an offer. */
#define NEGOTIATION_TIMEOUT_S 10

#define GLARE_CODE            491
#define MAX_CUSTOM_PARAMETERS 100

static void
send_answer (HsSandboxLeg *leg, const char *sdp, JsonArray *custom_parameters)
{
  hs_sandbox_leg_send (
      leg, hs_sandbox_leg_new_message (leg, "respondCallUpdate", sdp, custom_parameters), 0);
}

void
hs_sandbox_leg_answer_offer (HsSandboxLeg *leg, const char *sdp, JsonArray *custom_parameters)
{
  if (leg->person)
    hs_sandbox_person_take_answer (leg->person, sdp);
  else
    send_answer (leg, sdp, custom_parameters);
}

/* What the gateway wants of a client */

struct _HsSandboxQuestion {
  char *sdp; /* NULL: it is to make an offer */
  JsonArray *custom_parameters;
  HsSandboxReplied replied;
  gpointer replied_data;
};

static void
question_free (HsSandboxQuestion *question)
{
  g_clear_pointer (&question->custom_parameters, json_array_unref);
  g_free (question->sdp);
  g_free (question);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HsSandboxQuestion, question_free)

static HsSandboxQuestion *
question_new (const char *sdp,
              JsonArray *custom_parameters,
              HsSandboxReplied replied,
              gpointer user_data)
{
  HsSandboxQuestion *question = g_new0 (HsSandboxQuestion, 1);

  question->sdp = g_strdup (sdp);
  question->custom_parameters = custom_parameters ? json_array_ref (custom_parameters) : NULL;
  question->replied = replied;
  question->replied_data = user_data;
  return question;
}

void
hs_sandbox_leg_stop_asking (HsSandboxLeg *leg)
{
  leg->replied = NULL;
  leg->is_abandoned = FALSE;
  g_clear_handle_id (&leg->reply_timer, g_source_remove);
  g_clear_pointer (&leg->next, question_free);
}

void
hs_sandbox_leg_abandon_proposal (HsSandboxLeg *leg)
{
  g_clear_pointer (&leg->next, question_free);
  leg->is_abandoned |= leg->replied != NULL;
  leg->replied = NULL;
}

void
hs_sandbox_leg_release (HsSandboxLeg *leg)
{
  hs_sandbox_leg_abandon_proposal (leg);
  if (leg->is_asking)
    hs_sandbox_leg_send_pending (leg);
  leg->is_asking = FALSE;
}

/* Whoever waits hears of it last: he may end the leg. */
static void
take_reply (HsSandboxLeg *leg, const HsSandboxReply *reply)
{
  HsSandboxReplied replied = leg->replied;
  gpointer replied_data = leg->replied_data;
  g_autoptr (HsSandboxQuestion) next = g_steal_pointer (&leg->next);

  hs_sandbox_leg_stop_asking (leg);
  if (replied)
    replied (leg, reply, replied_data);
  else if (next)
    hs_sandbox_leg_propose (leg, next->sdp, next->custom_parameters, next->replied,
                            next->replied_data);
}

static gboolean
on_no_reply (gpointer user_data)
{
  HsSandboxLeg *leg = user_data;
  HsSandboxReply reply = { .is_late = TRUE };

  leg->reply_timer = 0;
  take_reply (leg, &reply);
  return G_SOURCE_REMOVE;
}

static void
ask_person (HsSandboxPerson *person, const char *sdp)
{
  if (sdp)
    hs_sandbox_person_update (person, sdp);
  else
    hs_sandbox_person_offer (person);
}

static void
ask (HsSandboxLeg *leg,
     const char *sdp,
     JsonArray *custom_parameters,
     HsSandboxReplied replied,
     gpointer user_data)
{
  if (leg->is_abandoned) {
    g_clear_pointer (&leg->next, question_free);
    leg->next = question_new (sdp, custom_parameters, replied, user_data);
    return;
  }
  leg->replied = replied;
  leg->replied_data = user_data;
  leg->reply_timer = g_timeout_add_seconds (NEGOTIATION_TIMEOUT_S, on_no_reply, leg);
  if (leg->person)
    ask_person (leg->person, sdp);
  else
    hs_sandbox_leg_send (
        leg, hs_sandbox_leg_new_message (leg, "startCallUpdate", sdp, custom_parameters), 0);
}

void
hs_sandbox_leg_propose (HsSandboxLeg *leg,
                        const char *sdp,
                        JsonArray *custom_parameters,
                        HsSandboxReplied replied,
                        gpointer user_data)
{
  hs_sandbox_music_end (leg);
  ask (leg, sdp, custom_parameters, replied, user_data);
}

void
hs_sandbox_leg_propose_music (HsSandboxLeg *leg,
                              const char *sdp,
                              HsSandboxReplied replied,
                              gpointer user_data)
{
  ask (leg, sdp, NULL, replied, user_data);
}

static gboolean
is_asked (HsSandboxLeg *leg)
{
  gboolean is_music = leg->music && leg->replied_data == leg->music;

  return (leg->replied && !is_music) || leg->next;
}

static gboolean
is_negotiating (HsSandboxLeg *leg)
{
  return leg->is_asking || is_asked (leg);
}

gboolean
hs_sandbox_leg_is_busy (HsSandboxLeg *leg)
{
  return leg->feature || is_negotiating (leg) || (leg->peer && is_negotiating (leg->peer));
}

/* An offer from one client to the other */

static void
on_far_reply (HsSandboxLeg *answerer, const HsSandboxReply *reply, gpointer user_data)
{
  HsSandboxLeg *offerer = user_data;

  offerer->is_asking = FALSE;
  if (!reply->sdp) {
    hs_sandbox_leg_send_pending (offerer);
    return;
  }
  send_answer (offerer, reply->sdp, reply->custom_parameters);
  hs_sandbox_music_update (offerer, offerer->asked);
}

static void
pass_offer (HsSandboxLeg *leg, const char *sdp, JsonArray *custom_parameters)
{
  g_free (leg->asked);
  leg->asked = hs_sandbox_leg_pass_sdp (leg, "startCallUpdate", sdp);
  hs_sandbox_leg_propose (leg->peer, leg->asked, custom_parameters, on_far_reply, leg);
}

/* Two updates can only pass each other where a gateway does not look after them. */
static gboolean
may_pass (HsSandboxLeg *leg)
{
  if (leg->feature || leg->is_asking || is_asked (leg->peer))
    return FALSE;
  return leg->calls->behaviour.crossing || !hs_sandbox_leg_is_busy (leg);
}

static void
offer_peer (HsSandboxLeg *leg, const char *sdp, JsonArray *custom_parameters)
{
  hs_sandbox_music_end (leg);
  leg->is_asking = TRUE;
  if (!hs_sandbox_music_stop (leg->peer, sdp, custom_parameters, pass_offer))
    pass_offer (leg, sdp, custom_parameters);
}

/* Returns: whether a feature is the leg's far end, and answers */
static gboolean
offer_feature (HsSandboxLeg *leg, const char *sdp)
{
  g_autofree char *passed = NULL;

  if (!leg->feature || !leg->feature->offered || is_negotiating (leg))
    return FALSE;
  passed = hs_sandbox_leg_pass_sdp (leg, "startCallUpdate", sdp);
  return leg->feature->offered (leg->feature, leg, passed);
}

/* An update that a gateway asks for */

static void
on_slow_answer (HsSandboxLeg *answerer, const HsSandboxReply *reply, gpointer user_data)
{
  HsSandboxLeg *offerer = user_data;

  offerer->is_asking = FALSE;
  if (reply->sdp)
    hs_sandbox_leg_answer_offer (offerer, reply->sdp, reply->custom_parameters);
  else
    hs_sandbox_leg_send_pending (offerer);
}

static void
on_slow_offer (HsSandboxLeg *leg, const HsSandboxReply *reply, gpointer user_data)
{
  if (!reply->sdp || !leg->peer)
    return;
  leg->is_asking = TRUE;
  hs_sandbox_leg_propose (leg->peer, reply->sdp, reply->custom_parameters, on_slow_answer, leg);
}

void
hs_sandbox_leg_update_slowly (HsSandboxLeg *leg)
{
  hs_sandbox_leg_propose (leg, NULL, NULL, on_slow_offer, NULL);
}

void
hs_sandbox_leg_start_update (HsSandboxLeg *leg, JsonObject *request, HsSandboxExchange *exchange)
{
  const char *sdp = hs_sandbox_json_get_string (request, "sdp");
  JsonArray *custom_parameters = NULL;

  if (leg->state != HS_SANDBOX_LEG_UP || (!leg->peer && !leg->feature)) {
    hs_sandbox_exchange_reply_code (exchange, SOUP_STATUS_FORBIDDEN, HS_SANDBOX_STATUS_BAD_VALUE);
    return;
  }
  if (!sdp || !*sdp) {
    hs_sandbox_exchange_reply_code (exchange, SOUP_STATUS_BAD_REQUEST, HS_SANDBOX_STATUS_BAD_BODY);
    return;
  }
  if (!hs_sandbox_read_custom_parameters (request, exchange, &custom_parameters))
    return;
  hs_sandbox_exchange_accept (exchange);
  if (offer_feature (leg, sdp))
    return;
  if (leg->peer && may_pass (leg))
    offer_peer (leg, sdp, custom_parameters);
  else
    hs_sandbox_leg_send_pending (leg);
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
  g_autofree char *passed = NULL;
  HsSandboxReply reply = { 0 };

  /* A second answer, or one that nobody wants, would end the call at the far client. */
  if (!leg->replied) {
    hs_sandbox_exchange_reply_code (exchange, SOUP_STATUS_FORBIDDEN, HS_SANDBOX_STATUS_BAD_VALUE);
    if (leg->is_abandoned)
      take_reply (leg, &reply);
    return;
  }
  if ((!sdp || !*sdp) && !is_glare (request)) {
    hs_sandbox_exchange_reply_code (exchange, SOUP_STATUS_BAD_REQUEST, HS_SANDBOX_STATUS_BAD_BODY);
    return;
  }
  if (!hs_sandbox_read_custom_parameters (request, exchange, &reply.custom_parameters))
    return;
  hs_sandbox_exchange_accept (exchange);
  if (!is_glare (request))
    passed = hs_sandbox_leg_pass_sdp (leg, "respondCallUpdate", sdp);
  reply.sdp = passed;
  take_reply (leg, &reply);
}

/* The time limit may have closed the question. */
void
hs_sandbox_leg_take_person_answer (HsSandboxLeg *leg, const char *sdp)
{
  g_autofree char *passed = hs_sandbox_leg_pass_sdp (leg, "respondCallUpdate", sdp);
  HsSandboxReply reply = { .sdp = passed };

  take_reply (leg, &reply);
}

void
hs_sandbox_leg_take_person_refusal (HsSandboxLeg *leg)
{
  HsSandboxReply reply = { 0 };

  take_reply (leg, &reply);
}

void
hs_sandbox_leg_send_custom (HsSandboxLeg *leg, JsonObject *request, HsSandboxExchange *exchange)
{
  JsonArray *custom_parameters = NULL;

  if (leg->state != HS_SANDBOX_LEG_UP || !leg->peer) {
    hs_sandbox_exchange_reply_code (exchange, SOUP_STATUS_FORBIDDEN, HS_SANDBOX_STATUS_BAD_VALUE);
    return;
  }
  if (!hs_sandbox_read_custom_parameters (request, exchange, &custom_parameters))
    return;
  if (json_array_get_length (leg->peer->custom_parameters) >= MAX_CUSTOM_PARAMETERS) {
    hs_sandbox_exchange_reply_code (exchange, SOUP_STATUS_FORBIDDEN, HS_SANDBOX_STATUS_BAD_VALUE);
    return;
  }
  hs_sandbox_exchange_accept (exchange);
  for (guint i = 0; custom_parameters && i < json_array_get_length (custom_parameters); i++)
    json_array_add_element (leg->peer->custom_parameters,
                            json_array_dup_element (custom_parameters, i));
}
