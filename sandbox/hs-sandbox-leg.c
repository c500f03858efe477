/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "hs-sandbox"

#include "hs-sandbox-leg.h"
#include "hs-sandbox-address.h"
#include "hs-sandbox-json.h"

/* A late DELETE or audit of an ended leg has to find it. */
#define LINGER_S      300
#define RETRY_AFTER_S 3

HsSandboxLeg *
hs_sandbox_leg_new (HsSandboxCall *call, const char *user, gboolean is_caller)
{
  HsSandboxLeg *leg = g_new0 (HsSandboxLeg, 1);

  leg->calls = call->calls;
  leg->call = call;
  leg->sid = hs_sandbox_id_new ("s");
  leg->user = g_strdup (user);
  leg->is_caller = is_caller;
  leg->custom_parameters = json_array_new ();
  if (is_caller)
    call->caller = leg;
  g_ptr_array_add (call->legs, leg);
  g_hash_table_insert (call->calls->legs, leg->sid, leg);
  return leg;
}

void
hs_sandbox_leg_free (HsSandboxLeg *leg)
{
  g_clear_handle_id (&leg->linger_timer, g_source_remove);
  hs_sandbox_music_end (leg);
  hs_sandbox_leg_stop_asking (leg);
  g_clear_pointer (&leg->person, hs_sandbox_person_free);
  g_clear_object (&leg->exchange);
  json_array_unref (leg->custom_parameters);
  g_free (leg->asked);
  g_free (leg->sid);
  g_free (leg->user);
  g_free (leg->subscription_id);
  g_free (leg->far_address);
  g_free (leg->far_name);
  g_free (leg);
}

void
hs_sandbox_leg_set_far (HsSandboxLeg *leg, const char *address, const char *name)
{
  g_free (leg->far_address);
  g_free (leg->far_name);
  leg->far_address = g_strdup (address);
  leg->far_name = g_strdup (name);
}

void
hs_sandbox_leg_set_exchange (HsSandboxLeg *leg, HsSandboxExchange *exchange)
{
  g_set_object (&leg->exchange, exchange);
}

/* Which of the two pairs a client reads depends on the direction it saw; both name the far end. */
static JsonObject *
new_identities (HsSandboxLeg *leg)
{
  JsonObject *identities = json_object_new ();

  json_object_set_string_member (identities, "callerName", leg->far_name);
  json_object_set_string_member (identities, "callerDisplayNumber", leg->far_address);
  json_object_set_string_member (identities, "calleeDisplayNumber",
                                 leg->is_caller ? leg->far_address : leg->user);
  json_object_set_string_member (identities, "remoteName", leg->far_name);
  json_object_set_string_member (identities, "remoteDisplayNumber", leg->far_address);
  return identities;
}

static void
add_custom_parameters (HsSandboxLeg *leg, JsonObject *message, JsonArray *more)
{
  JsonArray *all = g_steal_pointer (&leg->custom_parameters);

  leg->custom_parameters = json_array_new ();
  for (guint i = 0; more && i < json_array_get_length (more); i++)
    json_array_add_element (all, json_array_dup_element (more, i));
  if (json_array_get_length (all) > 0)
    json_object_set_array_member (message, "customParameters", all);
  else
    json_array_unref (all);
}

JsonObject *
hs_sandbox_leg_new_message (HsSandboxLeg *leg,
                            const char *type,
                            const char *sdp,
                            JsonArray *custom_parameters)
{
  JsonObject *message = json_object_new ();
  JsonObject *session = json_object_new ();

  json_object_set_string_member (message, "eventType", type);
  json_object_set_string_member (session, "sessionData", leg->sid);
  hs_sandbox_json_set_string (session, "sdp", sdp);
  json_object_set_object_member (message, "sessionParams", session);
  json_object_set_object_member (message, "callNotificationParams", new_identities (leg));
  add_custom_parameters (leg, message, custom_parameters);
  return message;
}

void
hs_sandbox_leg_send (HsSandboxLeg *leg, JsonObject *message, guint delay_ms)
{
  if (leg->person || leg->state == HS_SANDBOX_LEG_ENDED) {
    json_object_unref (message);
    return;
  }
  hs_sandbox_users_notify (leg->calls->users, leg->user, leg->subscription_id, "call", message,
                           leg->exchange, delay_ms);
}

void
hs_sandbox_leg_send_pending (HsSandboxLeg *leg)
{
  JsonObject *message = hs_sandbox_leg_new_message (leg, "respondCallUpdate", NULL, NULL);
  JsonObject *session = json_object_get_object_member (message, "sessionParams");

  json_object_set_int_member (message, "statusCode", HS_SANDBOX_STATUS_PENDING);
  json_object_set_int_member (session, "retryAfter", RETRY_AFTER_S);
  json_object_set_string_member (session, "reasonText", "Request pending");
  hs_sandbox_leg_send (leg, message, 0);
}

void
hs_sandbox_leg_reply_session (HsSandboxLeg *leg, HsSandboxExchange *exchange)
{
  JsonObject *response = json_object_new ();

  json_object_set_int_member (response, "statusCode", HS_SANDBOX_STATUS_OK);
  json_object_set_string_member (response, "sessionData", leg->sid);
  hs_sandbox_exchange_reply_response (exchange, SOUP_STATUS_OK, response);
}

static gboolean
on_lingered (gpointer user_data)
{
  HsSandboxLeg *leg = user_data;

  leg->linger_timer = 0;
  g_hash_table_remove (leg->calls->legs, leg->sid);
  return G_SOURCE_REMOVE;
}

static void
say_farewell (
    HsSandboxLeg *leg, const char *farewell, int status_code, const char *reason, guint delay_ms)
{
  JsonObject *message = hs_sandbox_leg_new_message (leg, farewell, NULL, NULL);

  if (status_code) {
    JsonObject *session = json_object_get_object_member (message, "sessionParams");

    json_object_set_int_member (session, "statusCode", status_code);
    hs_sandbox_json_set_string (session, "reasonText", reason);
  }
  hs_sandbox_leg_send (leg, message, delay_ms);
}

void
hs_sandbox_leg_conclude (HsSandboxLeg *leg, const char *type, int status_code, const char *reason)
{
  say_farewell (leg, type, status_code, reason, 0);
}

void
hs_sandbox_leg_link (HsSandboxLeg *leg, HsSandboxLeg *other)
{
  if (leg->peer)
    leg->peer->peer = NULL;
  if (other->peer)
    other->peer->peer = NULL;
  leg->peer = other;
  other->peer = leg;
}

static void
leave_call (HsSandboxLeg *leg)
{
  if (leg->call->caller == leg)
    leg->call->caller = NULL;
  g_ptr_array_remove (leg->call->legs, leg);
  leg->call = NULL;
}

void
hs_sandbox_leg_move (HsSandboxLeg *leg, HsSandboxCall *call)
{
  HsSandboxCall *before = leg->call;

  if (before == call)
    return;
  leave_call (leg);
  leg->call = call;
  g_ptr_array_add (call->legs, leg);
  hs_sandbox_call_end_if_left (before);
}

void
hs_sandbox_leg_end (
    HsSandboxLeg *leg, const char *farewell, int status_code, const char *reason, guint delay_ms)
{
  HsSandboxFeature *feature = g_steal_pointer (&leg->feature);

  if (leg->state == HS_SANDBOX_LEG_ENDED)
    return;
  if (farewell)
    say_farewell (leg, farewell, status_code, reason, delay_ms);
  leg->state = HS_SANDBOX_LEG_ENDED;
  leg->is_asking = FALSE;
  hs_sandbox_music_end (leg);
  hs_sandbox_leg_stop_asking (leg);
  leave_call (leg);
  if (leg->peer)
    leg->peer->peer = NULL;
  leg->peer = NULL;
  g_clear_pointer (&leg->person, hs_sandbox_person_free);
  g_clear_object (&leg->exchange);
  leg->linger_timer = g_timeout_add_seconds (LINGER_S, on_lingered, leg);
  if (feature)
    feature->lost (feature, leg);
}

char *
hs_sandbox_leg_pass_sdp (HsSandboxLeg *leg, const char *type, const char *sdp)
{
  return sdp ? hs_sandbox_faults_rewrite_sdp (leg->calls->faults, type, leg->user, sdp) : NULL;
}
