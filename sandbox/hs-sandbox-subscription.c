/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "hs-sandbox"

#include "hs-sandbox-subscription.h"
#include "hs-sandbox-anonymous.h"
#include "hs-sandbox-address.h"
#include "hs-sandbox-json.h"

#include <string.h>

#define STATUS_BAD_BODY        5
#define STATUS_TOO_MANY        19
#define STATUS_BAD_VALUE       37
#define STATUS_BAD_CORRELATOR  38
#define STATUS_NO_SUBSCRIPTION 39

#define DEFAULT_EXPIRES_S 3600
#define MAX_EXPIRES_S     (24 * 60 * 60)
#define MAX_SERVICES      64

static const char *const known_services[] = { "call", "IM", "Presence", "custom", NULL };

/* What a request holds, checked. */
typedef struct {
  gint64 expires_s;
  char **services; /* those that are granted */
  const char *correlator;
  gboolean force;
} Wish;

static void
wish_clear (Wish *wish)
{
  g_strfreev (wish->services);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Wish, wish_clear)

static gboolean
is_granted (const HsSandboxSubscriptionPolicy *policy, const char *service)
{
  const char *const *allowed =
      policy->services ? (const char *const *) policy->services : known_services;

  return g_strv_contains (allowed, service) ||
         (g_str_has_prefix (service, "event:") && service[strlen ("event:")] != '\0');
}

static char **
grant (const HsSandboxSubscriptionPolicy *policy, JsonArray *asked)
{
  g_autoptr (GPtrArray) granted = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; i < json_array_get_length (asked) && granted->len < MAX_SERVICES; i++) {
    const char *service = json_array_get_string_element (asked, i);

    if (is_granted (policy, service) &&
        !g_ptr_array_find_with_equal_func (granted, service, g_str_equal, NULL))
      g_ptr_array_add (granted, g_strdup (service));
  }
  g_ptr_array_add (granted, NULL);
  return (char **) g_ptr_array_steal (granted, NULL);
}

static gboolean
is_good_correlator (const char *correlator)
{
  gsize good = strspn (correlator, G_CSET_a_2_z G_CSET_A_2_Z G_CSET_DIGITS "-_.");

  return good > 0 && good <= 128 && correlator[good] == '\0';
}

static gboolean
refuse (HsSandboxExchange *exchange, guint status, int status_code)
{
  hs_sandbox_exchange_reply_code (exchange, status, status_code);
  return FALSE;
}

/* Replies by itself when the request is no good. */
static gboolean
read_wish (const HsSandboxSubscriptionPolicy *policy, HsSandboxExchange *exchange, Wish *wish)
{
  JsonObject *request =
      hs_sandbox_json_get_object (hs_sandbox_exchange_get_body (exchange), "subscribeRequest");
  JsonArray *services = hs_sandbox_json_get_array (request, "service");

  if (!request || !services || !hs_sandbox_json_is_strings (services))
    return refuse (exchange, SOUP_STATUS_BAD_REQUEST, STATUS_BAD_BODY);
  wish->expires_s = hs_sandbox_json_get_int (
      request, "expires", json_object_has_member (request, "expires") ? -1 : DEFAULT_EXPIRES_S);
  if (wish->expires_s < 1)
    return refuse (exchange, SOUP_STATUS_BAD_REQUEST, STATUS_BAD_BODY);
  wish->expires_s = MIN (wish->expires_s, MAX_EXPIRES_S);
  wish->correlator = hs_sandbox_json_get_string (request, "clientCorrelator");
  if (wish->correlator && !is_good_correlator (wish->correlator))
    return refuse (exchange, SOUP_STATUS_FORBIDDEN, STATUS_BAD_CORRELATOR);
  wish->force = g_strcmp0 (hs_sandbox_json_get_string (request, "forceLogOut"), "true") == 0;
  wish->services = grant (policy, services);
  return wish->services[0] || refuse (exchange, SOUP_STATUS_FORBIDDEN, STATUS_BAD_VALUE);
}

static void
keep_echoed (HsSandboxSubscription *subscription, HsSandboxExchange *exchange)
{
  static const char *const members[] = { "notificationType", "localization", "useTurn" };
  JsonObject *request =
      hs_sandbox_json_get_object (hs_sandbox_exchange_get_body (exchange), "subscribeRequest");

  for (guint i = 0; i < G_N_ELEMENTS (members); i++) {
    JsonNode *node = json_object_get_member (request, members[i]);

    if (node && JSON_NODE_HOLDS_VALUE (node))
      json_object_set_member (subscription->echoed, members[i], json_node_copy (node));
  }
  if (!json_object_has_member (subscription->echoed, "notificationType"))
    json_object_set_string_member (subscription->echoed, "notificationType", "WebSocket");
}

static void
add_turn (JsonObject *parameters)
{
  JsonObject *turn = json_object_new ();
  g_autofree char *username = hs_sandbox_id_new ("t");
  g_autofree char *password = hs_sandbox_id_new ("p");

  json_object_set_string_member (turn, "username", username);
  json_object_set_string_member (turn, "password", password);
  json_object_set_object_member (parameters, "turnCredentials", turn);
}

static JsonObject *
new_parameters (const HsSandboxSubscriptionPolicy *policy, HsSandboxSubscription *subscription)
{
  JsonObject *parameters = hs_sandbox_json_copy (subscription->echoed);
  const char *const *services = (const char *const *) subscription->services;
  g_autofree char *channel = g_strdup_printf ("%s/%s", HS_SANDBOX_CHANNEL_PATH,
                                              hs_sandbox_channel_get_id (subscription->channel));

  json_object_set_int_member (parameters, "expires", subscription->expires_s);
  json_object_set_array_member (parameters, "service", hs_sandbox_json_new_strings (services));
  json_object_set_array_member (parameters, "assignedService",
                                hs_sandbox_json_new_strings (services));
  json_object_set_string_member (parameters, "notificationChannel", channel);
  json_object_set_string_member (parameters, "sessionId", subscription->session_id);
  hs_sandbox_json_set_string (parameters, "clientCorrelator", subscription->correlator);
  if (policy->turn)
    add_turn (parameters);
  return parameters;
}

/* Creation and update both answer the whole state. */
static void
reply_subscription (const HsSandboxSubscriptionPolicy *policy,
                    HsSandboxSubscription *subscription,
                    HsSandboxExchange *exchange)
{
  JsonObject *body = json_object_new ();
  JsonObject *response = json_object_new ();
  const char *account = hs_sandbox_anonymous_get_account (subscription->user->address);
  g_autofree char *user =
      g_uri_escape_string (account ? account : subscription->user->address, "@", FALSE);
  g_autofree char *path = g_strdup_printf ("/rest/version/1/%s/%s/subscription/%s",
                                           account ? "anonymous" : "user", user, subscription->id);

  json_object_set_int_member (response, "statusCode", 0);
  json_object_set_string_member (response, "subscription", path);
  json_object_set_object_member (response, "subscriptionParams",
                                 new_parameters (policy, subscription));
  json_object_set_object_member (body, "subscribeResponse", response);
  hs_sandbox_exchange_reply (exchange, SOUP_STATUS_OK, body);
}

static void
apply (HsSandboxSubscription *subscription, Wish *wish, HsSandboxExchange *exchange)
{
  g_strfreev (subscription->services);
  subscription->services = g_steal_pointer (&wish->services);
  keep_echoed (subscription, exchange);
  hs_sandbox_subscription_extend (subscription, wish->expires_s);
}

/* Returns: whether there is room for one more */
static gboolean
make_room (const HsSandboxSubscriptionPolicy *policy, HsSandboxUser *user, const Wish *wish)
{
  HsSandboxSubscription *same = hs_sandbox_user_find_correlator (user, wish->correlator);

  /* The same device again: it has lost its memory, not gained a twin. */
  if (same)
    hs_sandbox_subscription_end (same, "websocketOverridden", NULL);
  if (user->subscriptions->len < policy->max_sessions)
    return TRUE;
  if (!wish->force)
    return FALSE;
  hs_sandbox_subscription_end (user->subscriptions->pdata[0], "gone", NULL);
  return TRUE;
}

void
hs_sandbox_subscription_create (const HsSandboxSubscriptionPolicy *policy,
                                HsSandboxUser *user,
                                HsSandboxExchange *exchange)
{
  g_auto (Wish) wish = { 0 };
  HsSandboxSubscription *subscription;

  if (!read_wish (policy, exchange, &wish))
    return;
  if (!make_room (policy, user, &wish)) {
    hs_sandbox_exchange_reply_code (exchange, SOUP_STATUS_FORBIDDEN, STATUS_TOO_MANY);
    return;
  }
  subscription = hs_sandbox_user_subscribe (user);
  subscription->correlator = g_strdup (wish.correlator);
  apply (subscription, &wish, exchange);
  reply_subscription (policy, subscription, exchange);
}

/* By `…/subscription/{id}` or `…/subscription/clientCorrelator/{correlator}`. */
static HsSandboxSubscription *
find_addressed (HsSandboxUser *user, HsSandboxExchange *exchange)
{
  const char *first = hs_sandbox_exchange_get_segment (exchange, 6);
  const char *second = hs_sandbox_exchange_get_segment (exchange, 7);

  return second ? hs_sandbox_user_find_correlator (user, second)
                : hs_sandbox_user_find (user, first);
}

void
hs_sandbox_subscription_update (const HsSandboxSubscriptionPolicy *policy,
                                HsSandboxUser *user,
                                HsSandboxExchange *exchange)
{
  HsSandboxSubscription *subscription = find_addressed (user, exchange);
  g_auto (Wish) wish = { 0 };

  if (!subscription) {
    hs_sandbox_exchange_reply_code (exchange, SOUP_STATUS_NOT_FOUND, STATUS_NO_SUBSCRIPTION);
    return;
  }
  if (!read_wish (policy, exchange, &wish))
    return;
  apply (subscription, &wish, exchange);
  reply_subscription (policy, subscription, exchange);
}

void
hs_sandbox_subscription_delete (HsSandboxUser *user, HsSandboxExchange *exchange)
{
  HsSandboxSubscription *subscription = find_addressed (user, exchange);

  if (!subscription) {
    hs_sandbox_exchange_reply_code (exchange, SOUP_STATUS_NOT_FOUND, STATUS_NO_SUBSCRIPTION);
    return;
  }
  hs_sandbox_subscription_end (subscription, NULL, exchange);
  hs_sandbox_exchange_accept (exchange);
}
