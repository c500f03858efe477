/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "hs-sandbox"

#include "hs-sandbox-calls.h"
#include "hs-sandbox-call-end.h"
#include "hs-sandbox-call-ring.h"
#include "hs-sandbox-call-start.h"
#include "hs-sandbox-join.h"
#include "hs-sandbox-json.h"
#include "hs-sandbox-leg.h"

typedef void (*Verb) (HsSandboxLeg *leg, JsonObject *request, HsSandboxExchange *exchange);

static void
call_free (HsSandboxCall *call)
{
  g_clear_handle_id (&call->ring_timer, g_source_remove);
  g_clear_pointer (&call->custom_parameters, json_array_unref);
  g_clear_pointer (&call->early_media, hs_sandbox_media_free);
  g_ptr_array_unref (call->legs);
  g_free (call->caller_address);
  g_free (call->caller_name);
  g_free (call->offer);
  g_free (call);
}

static void
feature_free (HsSandboxFeature *feature)
{
  feature->free (feature);
}

HsSandboxCalls *
hs_sandbox_calls_new (HsSandboxUsers *users, HsSandboxFaults *faults, guint ring_timeout_ms)
{
  HsSandboxCalls *calls = g_new0 (HsSandboxCalls, 1);

  calls->users = users;
  calls->faults = faults;
  calls->ring_timeout_ms = ring_timeout_ms;
  calls->legs =
      g_hash_table_new_full (g_str_hash, g_str_equal, NULL, (GDestroyNotify) hs_sandbox_leg_free);
  calls->calls = g_ptr_array_new_with_free_func ((GDestroyNotify) call_free);
  calls->features = g_ptr_array_new_with_free_func ((GDestroyNotify) feature_free);
  return calls;
}

void
hs_sandbox_calls_free (HsSandboxCalls *calls)
{
  g_ptr_array_unref (calls->features);
  g_ptr_array_unref (calls->calls);
  g_hash_table_unref (calls->legs);
  g_free (calls);
}

HsSandboxCall *
hs_sandbox_call_new (HsSandboxCalls *calls, const HsSandboxCallEvents *events)
{
  HsSandboxCall *call = g_new0 (HsSandboxCall, 1);

  call->calls = calls;
  call->events = events;
  call->legs = g_ptr_array_new ();
  g_ptr_array_add (calls->calls, call);
  return call;
}

void
hs_sandbox_call_end (HsSandboxCall *call)
{
  while (call->legs->len > 0)
    hs_sandbox_leg_end (call->legs->pdata[0], NULL, 0, NULL, 0);
  g_ptr_array_remove (call->calls->calls, call);
}

void
hs_sandbox_call_end_if_left (HsSandboxCall *call)
{
  for (guint i = 0; i < call->legs->len; i++) {
    HsSandboxLeg *leg = call->legs->pdata[i];

    if (leg->state != HS_SANDBOX_LEG_TAKEN)
      return;
  }
  hs_sandbox_call_end (call);
}

void
hs_sandbox_feature_add (HsSandboxFeature *self, HsSandboxCalls *calls)
{
  g_ptr_array_add (calls->features, self);
}

void
hs_sandbox_feature_remove (HsSandboxFeature *self, HsSandboxCalls *calls)
{
  GHashTableIter iter;
  HsSandboxLeg *leg;

  g_hash_table_iter_init (&iter, calls->legs);
  while (g_hash_table_iter_next (&iter, NULL, (gpointer *) &leg)) {
    if (leg->feature == self)
      leg->feature = NULL;
  }
  g_ptr_array_remove (calls->features, self);
}

gboolean
hs_sandbox_read_custom_parameters (JsonObject *request,
                                   HsSandboxExchange *exchange,
                                   JsonArray **custom_parameters)
{
  JsonArray *array = hs_sandbox_json_get_array (request, "customParameters");
  gboolean is_good = array || !json_object_has_member (request, "customParameters");

  for (guint i = 0; array && i < json_array_get_length (array); i++) {
    JsonNode *node = json_array_get_element (array, i);
    JsonObject *pair = JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;

    is_good = is_good && hs_sandbox_json_get_string (pair, "name") &&
              hs_sandbox_json_get_string (pair, "value");
  }
  *custom_parameters = array;
  if (!is_good)
    hs_sandbox_exchange_reply_code (exchange, SOUP_STATUS_BAD_REQUEST, HS_SANDBOX_STATUS_BAD_BODY);
  return is_good;
}

/* Returns: (nullable): the leg that the path names, when it is the user's */
static HsSandboxLeg *
find_leg (HsSandboxCalls *calls, HsSandboxUser *user, const char *sid)
{
  HsSandboxLeg *leg = sid ? g_hash_table_lookup (calls->legs, sid) : NULL;

  return leg && g_str_equal (leg->user, user->address) ? leg : NULL;
}

static HsSandboxLeg *
find_addressed (HsSandboxCalls *calls, HsSandboxUser *user, HsSandboxExchange *exchange)
{
  HsSandboxLeg *leg = find_leg (calls, user, hs_sandbox_exchange_get_segment (exchange, 7));

  if (leg && leg->state != HS_SANDBOX_LEG_ENDED)
    hs_sandbox_leg_set_exchange (leg, exchange);
  return leg;
}

static gboolean
is_live (HsSandboxLeg *leg)
{
  return leg && (leg->state == HS_SANDBOX_LEG_UNANSWERED || leg->state == HS_SANDBOX_LEG_UP);
}

/* Returns: (nullable): the body's inner object; NULL when the refusal has been replied */
static JsonObject *
get_request (HsSandboxExchange *exchange)
{
  JsonObject *request = hs_sandbox_exchange_get_request (exchange);

  if (!request)
    hs_sandbox_exchange_reply_code (exchange, SOUP_STATUS_BAD_REQUEST, HS_SANDBOX_STATUS_BAD_BODY);
  return request;
}

void
hs_sandbox_calls_post (HsSandboxCalls *calls, HsSandboxUser *user, HsSandboxExchange *exchange)
{
  JsonObject *request = get_request (exchange);

  if (!request)
    return;
  if (g_strcmp0 (hs_sandbox_json_get_string (request, "type"), "callStart") == 0)
    hs_sandbox_call_start (calls, user, request, exchange);
  else if (g_strcmp0 (hs_sandbox_json_get_string (request, "type"), "join") == 0)
    hs_sandbox_call_join (calls, user, request, exchange);
  else
    hs_sandbox_exchange_reply_code (exchange, SOUP_STATUS_BAD_REQUEST,
                                    HS_SANDBOX_STATUS_BAD_REQUEST);
}

static void
do_ringing (HsSandboxLeg *leg, JsonObject *request, HsSandboxExchange *exchange)
{
  hs_sandbox_leg_ringing (leg, exchange);
}

static void
do_audit (HsSandboxLeg *leg, JsonObject *request, HsSandboxExchange *exchange)
{
  hs_sandbox_exchange_accept (exchange);
}

static const struct {
  const char *type;
  Verb verb;
  int missing_code; /* what a client is told when there is no such leg any more */
} verbs[] = {
  { "ringing", do_ringing, HS_SANDBOX_STATUS_NO_SESSION },
  { "callAnswer", hs_sandbox_leg_answer, HS_SANDBOX_STATUS_NO_SESSION },
  { "startCallUpdate", hs_sandbox_leg_start_update, HS_SANDBOX_STATUS_NO_SESSION },
  { "respondCallUpdate", hs_sandbox_leg_respond_update, HS_SANDBOX_STATUS_NO_SESSION },
  { "sendCustomHeaders", hs_sandbox_leg_send_custom, HS_SANDBOX_STATUS_NO_SESSION },
  { "transfer", hs_sandbox_leg_transfer, HS_SANDBOX_STATUS_NO_SESSION },
  { "audit", do_audit, HS_SANDBOX_STATUS_NO_RESOURCE },
};

void
hs_sandbox_calls_put_leg (HsSandboxCalls *calls, HsSandboxUser *user, HsSandboxExchange *exchange)
{
  JsonObject *request = get_request (exchange);
  const char *type = hs_sandbox_json_get_string (request, "type");
  HsSandboxLeg *leg = find_addressed (calls, user, exchange);

  if (!request)
    return;
  for (guint i = 0; i < G_N_ELEMENTS (verbs); i++) {
    if (g_strcmp0 (type, verbs[i].type) != 0)
      continue;
    if (is_live (leg))
      verbs[i].verb (leg, request, exchange);
    else
      hs_sandbox_exchange_reply_code (exchange, SOUP_STATUS_NOT_FOUND, verbs[i].missing_code);
    return;
  }
  hs_sandbox_exchange_reply_code (exchange, SOUP_STATUS_BAD_REQUEST, HS_SANDBOX_STATUS_BAD_REQUEST);
}

/* A device that did not answer hears of the one that did. */
void
hs_sandbox_calls_get_leg (HsSandboxCalls *calls, HsSandboxUser *user, HsSandboxExchange *exchange)
{
  HsSandboxLeg *leg = find_addressed (calls, user, exchange);
  JsonObject *response;

  if (!leg || leg->state == HS_SANDBOX_LEG_ENDED) {
    hs_sandbox_exchange_reply_code (exchange, SOUP_STATUS_NOT_FOUND, HS_SANDBOX_STATUS_NO_SESSION);
    return;
  }
  response = json_object_new ();
  json_object_set_int_member (response, "statusCode", HS_SANDBOX_STATUS_OK);
  json_object_set_string_member (response, "state",
                                 leg->state == HS_SANDBOX_LEG_UNANSWERED ? "RINGING" : "ANSWERED");
  hs_sandbox_exchange_reply_response (exchange, SOUP_STATUS_OK, response);
}

void
hs_sandbox_calls_delete_leg (HsSandboxCalls *calls,
                             HsSandboxUser *user,
                             HsSandboxExchange *exchange)
{
  HsSandboxLeg *leg = find_addressed (calls, user, exchange);

  if (!leg) {
    hs_sandbox_exchange_reply_code (exchange, SOUP_STATUS_NOT_FOUND, HS_SANDBOX_STATUS_NO_SESSION);
    return;
  }
  if (is_live (leg))
    hs_sandbox_leg_hang_up (leg);
  hs_sandbox_exchange_accept (exchange);
}

void
hs_sandbox_calls_post_disposition (HsSandboxCalls *calls,
                                   HsSandboxUser *user,
                                   HsSandboxExchange *exchange)
{
  JsonObject *request = get_request (exchange);
  const char *action = hs_sandbox_json_get_string (request, "action");
  HsSandboxLeg *leg;

  if (!request)
    return;
  leg = find_leg (calls, user, hs_sandbox_json_get_string (request, "sessionData"));
  if (!leg || leg->state != HS_SANDBOX_LEG_UNANSWERED || leg->is_caller) {
    hs_sandbox_exchange_reply_code (exchange, SOUP_STATUS_NOT_FOUND, HS_SANDBOX_STATUS_NO_SESSION);
    return;
  }
  hs_sandbox_leg_set_exchange (leg, exchange);
  if (g_strcmp0 (action, "reject") == 0)
    hs_sandbox_leg_reject (leg, exchange);
  else if (g_strcmp0 (action, "forward") == 0)
    hs_sandbox_leg_forward (leg, request, exchange);
  else
    hs_sandbox_exchange_reply_code (exchange, SOUP_STATUS_BAD_REQUEST,
                                    HS_SANDBOX_STATUS_BAD_REQUEST);
}

static JsonObject *
leg_to_json (HsSandboxLeg *leg)
{
  static const char *const states[] = {
    [HS_SANDBOX_LEG_UNANSWERED] = "unanswered",
    [HS_SANDBOX_LEG_UP] = "up",
    [HS_SANDBOX_LEG_TAKEN] = "taken",
    [HS_SANDBOX_LEG_ENDED] = "ended",
  };
  JsonObject *object = json_object_new ();

  json_object_set_string_member (object, "sessionData", leg->sid);
  json_object_set_string_member (object, "user", leg->user);
  json_object_set_string_member (object, "role", leg->is_caller ? "caller" : "callee");
  json_object_set_string_member (object, "state", states[leg->state]);
  json_object_set_boolean_member (object, "negotiating", leg->is_asking || leg->replied);
  hs_sandbox_json_set_string (object, "subscription", leg->subscription_id);
  hs_sandbox_json_set_string (object, "peer", leg->peer ? leg->peer->sid : NULL);
  return object;
}

JsonArray *
hs_sandbox_calls_to_json (HsSandboxCalls *calls)
{
  JsonArray *array = json_array_new ();
  GHashTableIter iter;
  HsSandboxLeg *leg;

  g_hash_table_iter_init (&iter, calls->legs);
  while (g_hash_table_iter_next (&iter, NULL, (gpointer *) &leg))
    json_array_add_object_element (array, leg_to_json (leg));
  return array;
}

guint
hs_sandbox_calls_get_n_calls (HsSandboxCalls *calls)
{
  return calls->calls->len;
}

gboolean
hs_sandbox_calls_update_slowly (HsSandboxCalls *calls, const char *sid)
{
  HsSandboxLeg *leg = g_hash_table_lookup (calls->legs, sid);

  if (!leg || leg->state != HS_SANDBOX_LEG_UP || !leg->peer || hs_sandbox_leg_is_busy (leg))
    return FALSE;
  hs_sandbox_leg_update_slowly (leg);
  return TRUE;
}

gboolean
hs_sandbox_calls_forget (HsSandboxCalls *calls, const char *sid)
{
  HsSandboxLeg *leg = g_hash_table_lookup (calls->legs, sid);
  HsSandboxCall *call = leg ? leg->call : NULL;

  if (!leg)
    return FALSE;
  if (leg->peer)
    hs_sandbox_leg_release (leg->peer);
  hs_sandbox_leg_end (leg, NULL, 0, NULL, 0);
  g_hash_table_remove (calls->legs, sid);
  if (call && g_ptr_array_find (calls->calls, call, NULL))
    hs_sandbox_call_end_if_left (call);
  return TRUE;
}

HsSandboxBehaviour *
hs_sandbox_calls_get_behaviour (HsSandboxCalls *calls)
{
  return &calls->behaviour;
}
