/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "hs-sandbox"

#include "hs-sandbox-control.h"
#include "hs-sandbox-address.h"
#include "hs-sandbox-json.h"

#include <string.h>

#define MAX_COUNTED_TYPES 100

struct _HsSandboxControl {
  HsSandboxUsers *users; /* borrowed, as the others: they outlive us */
  HsSandboxCalls *calls;
  HsSandboxFaults *faults;
  GHashTable *counts; /* type → number */
};

HsSandboxControl *
hs_sandbox_control_new (HsSandboxUsers *users, HsSandboxCalls *calls, HsSandboxFaults *faults)
{
  HsSandboxControl *control = g_new0 (HsSandboxControl, 1);

  control->users = users;
  control->calls = calls;
  control->faults = faults;
  control->counts = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  return control;
}

void
hs_sandbox_control_free (HsSandboxControl *control)
{
  g_hash_table_unref (control->counts);
  g_free (control);
}

void
hs_sandbox_control_count (HsSandboxControl *control, const char *type)
{
  const char *name = type && (g_hash_table_contains (control->counts, type) ||
                              g_hash_table_size (control->counts) < MAX_COUNTED_TYPES)
                         ? type
                         : "other";
  guint n = GPOINTER_TO_UINT (g_hash_table_lookup (control->counts, name));

  g_hash_table_insert (control->counts, g_strdup (name), GUINT_TO_POINTER (n + 1));
}

/* Replies */

static void
reply_ok (HsSandboxExchange *exchange, JsonObject *body)
{
  hs_sandbox_exchange_reply (exchange, SOUP_STATUS_OK, body ? body : json_object_new ());
}

static void
reply_error (HsSandboxExchange *exchange, guint status, const char *text)
{
  JsonObject *body = json_object_new ();

  json_object_set_string_member (body, "error", text);
  hs_sandbox_exchange_reply (exchange, status, body);
}

static void
serve_state (HsSandboxControl *control, HsSandboxExchange *exchange)
{
  JsonObject *state = json_object_new ();
  JsonObject *counts = json_object_new ();
  GHashTableIter iter;
  gpointer type, n;

  g_hash_table_iter_init (&iter, control->counts);
  while (g_hash_table_iter_next (&iter, &type, &n))
    json_object_set_int_member (counts, type, GPOINTER_TO_UINT (n));
  json_object_set_array_member (state, "users", hs_sandbox_users_to_json (control->users));
  json_object_set_array_member (state, "legs", hs_sandbox_calls_to_json (control->calls));
  json_object_set_int_member (state, "calls", hs_sandbox_calls_get_n_calls (control->calls));
  json_object_set_object_member (
      state, "behaviour",
      hs_sandbox_behaviour_to_json (hs_sandbox_calls_get_behaviour (control->calls)));
  json_object_set_array_member (state, "faults", hs_sandbox_faults_to_json (control->faults));
  json_object_set_object_member (state, "requests", counts);
  reply_ok (exchange, state);
}

/* Returns: (nullable): the user whom @object names; NULL when the refusal has been replied */
static HsSandboxUser *
find_user (HsSandboxControl *control, JsonObject *object, HsSandboxExchange *exchange)
{
  const char *name = hs_sandbox_json_get_string (object, "user");
  g_autofree char *address = name ? hs_sandbox_address_normalise (name) : NULL;
  HsSandboxUser *user = address ? hs_sandbox_users_lookup (control->users, address) : NULL;

  if (!user)
    reply_error (exchange, address ? SOUP_STATUS_NOT_FOUND : SOUP_STATUS_BAD_REQUEST,
                 address ? "user: never signed in" : "user: a string is expected");
  return user;
}

/* Notifications from nowhere */

static void
serve_notify (HsSandboxControl *control, HsSandboxExchange *exchange)
{
  JsonObject *body = hs_sandbox_exchange_get_body (exchange);
  HsSandboxUser *user = find_user (control, body, exchange);
  JsonObject *message = hs_sandbox_json_get_object (body, "message");
  const char *frame = hs_sandbox_json_get_string (body, "frame");
  JsonObject *told;

  if (!user)
    return;
  if (!message == !frame) {
    reply_error (exchange, SOUP_STATUS_BAD_REQUEST, "either message or frame is expected");
    return;
  }
  for (guint i = 0; i < user->subscriptions->len; i++) {
    HsSandboxSubscription *subscription = user->subscriptions->pdata[i];

    if (frame)
      hs_sandbox_channel_post_frame (subscription->channel, frame);
    else
      hs_sandbox_channel_post (subscription->channel, hs_sandbox_json_copy (message), NULL, 0);
  }
  told = json_object_new ();
  json_object_set_int_member (told, "told", user->subscriptions->len);
  reply_ok (exchange, told);
}

/* Faults that happen at once */

static void
do_to_sockets (HsSandboxUser *user, const char *action, gushort code)
{
  for (guint i = 0; i < user->subscriptions->len; i++) {
    HsSandboxSubscription *subscription = user->subscriptions->pdata[i];

    if (strcmp (action, "drop") == 0)
      hs_sandbox_channel_drop (subscription->channel, code);
    else
      hs_sandbox_channel_stall (subscription->channel, strcmp (action, "stall") == 0);
  }
}

static void
add_rule (HsSandboxControl *control,
          HsSandboxFaultKind kind,
          JsonObject *rule,
          HsSandboxExchange *exchange)
{
  g_autoptr (GError) error = NULL;
  guint id = hs_sandbox_faults_add (control->faults, kind, rule, &error);
  JsonObject *reply;

  if (id == 0) {
    reply_error (exchange, SOUP_STATUS_BAD_REQUEST, error->message);
    return;
  }
  reply = json_object_new ();
  json_object_set_int_member (reply, "id", id);
  reply_ok (exchange, reply);
}

static void
serve_websocket (HsSandboxControl *control, JsonObject *fault, HsSandboxExchange *exchange)
{
  static const char *const actions[] = { "drop", "stall", "resume", NULL };
  const char *action = hs_sandbox_json_get_string (fault, "action");
  gint64 code = hs_sandbox_json_get_int (fault, "code", SOUP_WEBSOCKET_CLOSE_ABNORMAL);
  HsSandboxUser *user;

  if (g_strcmp0 (action, "refuse") == 0) {
    add_rule (control, HS_SANDBOX_FAULT_UPGRADE, fault, exchange);
    return;
  }
  if (!action || !g_strv_contains (actions, action)) {
    reply_error (exchange, SOUP_STATUS_BAD_REQUEST,
                 "action: drop, refuse, stall or resume is expected");
    return;
  }
  if (code < 1000 || code > 4999 || code == SOUP_WEBSOCKET_CLOSE_NO_STATUS) {
    reply_error (exchange, SOUP_STATUS_BAD_REQUEST, "code: a closing code is expected");
    return;
  }
  user = find_user (control, fault, exchange);
  if (!user)
    return;
  do_to_sockets (user, action, code);
  reply_ok (exchange, NULL);
}

static void
serve_gone (HsSandboxControl *control, JsonObject *fault, HsSandboxExchange *exchange)
{
  HsSandboxUser *user = find_user (control, fault, exchange);
  gint64 retry_after = hs_sandbox_json_get_int (fault, "retryAfter", -1);

  if (!user)
    return;
  while (user->subscriptions->len > 0)
    hs_sandbox_subscription_end_gone (user->subscriptions->pdata[0], retry_after);
  reply_ok (exchange, NULL);
}

/* As at the end of its life; or silently: the gateway forgets it, and the client does not learn of
 * that. */
static void
serve_expire (HsSandboxControl *control, JsonObject *fault, HsSandboxExchange *exchange)
{
  HsSandboxUser *user = find_user (control, fault, exchange);
  gboolean is_silent = hs_sandbox_json_get_boolean (fault, "silent");

  if (!user)
    return;
  while (user->subscriptions->len > 0) {
    HsSandboxSubscription *subscription = user->subscriptions->pdata[0];

    if (is_silent)
      hs_sandbox_channel_drop (subscription->channel, SOUP_WEBSOCKET_CLOSE_ABNORMAL);
    hs_sandbox_subscription_end (subscription, is_silent ? NULL : "gone", NULL);
  }
  reply_ok (exchange, NULL);
}

static void
serve_request (HsSandboxControl *control, JsonObject *fault, HsSandboxExchange *exchange)
{
  add_rule (control, HS_SANDBOX_FAULT_REQUEST, fault, exchange);
}

static void
serve_notification (HsSandboxControl *control, JsonObject *fault, HsSandboxExchange *exchange)
{
  add_rule (control, HS_SANDBOX_FAULT_NOTIFICATION, fault, exchange);
}

static void
serve_sdp_rewrite (HsSandboxControl *control, JsonObject *fault, HsSandboxExchange *exchange)
{
  add_rule (control, HS_SANDBOX_FAULT_SDP_REWRITE, fault, exchange);
}

static void
serve_forget (HsSandboxControl *control, JsonObject *fault, HsSandboxExchange *exchange)
{
  const char *sid = hs_sandbox_json_get_string (fault, "sessionData");

  if (!sid)
    reply_error (exchange, SOUP_STATUS_BAD_REQUEST, "sessionData: a string is expected");
  else if (!hs_sandbox_calls_forget (control->calls, sid))
    reply_error (exchange, SOUP_STATUS_NOT_FOUND, "sessionData: no such leg");
  else
    reply_ok (exchange, NULL);
}

static const struct {
  const char *member;
  void (*serve) (HsSandboxControl *control, JsonObject *fault, HsSandboxExchange *exchange);
} faults[] = {
  { "request", serve_request },     { "notification", serve_notification },
  { "websocket", serve_websocket }, { "sdpRewrite", serve_sdp_rewrite },
  { "gone", serve_gone },           { "expire", serve_expire },
  { "forget", serve_forget },
};

static void
serve_fault (HsSandboxControl *control, HsSandboxExchange *exchange)
{
  JsonObject *body = hs_sandbox_exchange_get_body (exchange);

  for (guint i = 0; i < G_N_ELEMENTS (faults); i++) {
    JsonObject *fault = hs_sandbox_json_get_object (body, faults[i].member);

    if (fault && json_object_get_size (body) == 1) {
      faults[i].serve (control, fault, exchange);
      return;
    }
  }
  reply_error (
      exchange, SOUP_STATUS_BAD_REQUEST,
      "one of request, notification, websocket, sdpRewrite, gone, expire, forget is expected");
}

static void
serve_clear (HsSandboxControl *control, HsSandboxExchange *exchange)
{
  hs_sandbox_faults_clear (control->faults);
  reply_ok (exchange, NULL);
}

static void
serve_behaviour (HsSandboxControl *control, HsSandboxExchange *exchange)
{
  JsonObject *body = hs_sandbox_exchange_get_body (exchange);
  HsSandboxBehaviour *behaviour = hs_sandbox_calls_get_behaviour (control->calls);
  g_autoptr (GError) error = NULL;

  if (!body)
    reply_error (exchange, SOUP_STATUS_BAD_REQUEST, "an object is expected");
  else if (!hs_sandbox_behaviour_change (behaviour, body, &error))
    reply_error (exchange, SOUP_STATUS_BAD_REQUEST, error->message);
  else
    reply_ok (exchange, hs_sandbox_behaviour_to_json (behaviour));
}

static void
serve_update (HsSandboxControl *control, HsSandboxExchange *exchange)
{
  JsonObject *body = hs_sandbox_exchange_get_body (exchange);
  const char *sid = hs_sandbox_json_get_string (body, "sessionData");

  if (!sid)
    reply_error (exchange, SOUP_STATUS_BAD_REQUEST, "sessionData: a string is expected");
  else if (!hs_sandbox_calls_update_slowly (control->calls, sid))
    reply_error (exchange, SOUP_STATUS_CONFLICT, "sessionData: no such leg, or it is busy");
  else
    reply_ok (exchange, NULL);
}

static const struct {
  const char *method;
  const char *path;
  void (*serve) (HsSandboxControl *control, HsSandboxExchange *exchange);
} routes[] = {
  { "GET", "sandbox/state", serve_state },          { "POST", "sandbox/notify", serve_notify },
  { "POST", "sandbox/faults", serve_fault },        { "DELETE", "sandbox/faults", serve_clear },
  { "POST", "sandbox/behaviour", serve_behaviour }, { "POST", "sandbox/update", serve_update },
};

void
hs_sandbox_control_serve (HsSandboxControl *control, HsSandboxExchange *exchange)
{
  for (guint i = 0; i < G_N_ELEMENTS (routes); i++) {
    if (g_str_equal (hs_sandbox_exchange_get_method (exchange), routes[i].method) &&
        hs_sandbox_exchange_matches (exchange, routes[i].path)) {
      routes[i].serve (control, exchange);
      return;
    }
  }
  reply_error (exchange, SOUP_STATUS_NOT_FOUND, "no such lever");
}
