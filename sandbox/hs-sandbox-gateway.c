/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "hs-sandbox"

#include "hs-sandbox-gateway.h"
#include "hs-sandbox-anonymous.h"
#include "hs-sandbox-control.h"
#include "hs-sandbox-credentials.h"
#include "hs-sandbox-json.h"

#define STATUS_NO_RESOURCE 42

struct _HsSandboxGateway {
  HsSandboxGatewayOptions options;
  HsSandboxWire *wire;
  HsSandboxFaults *faults;
  HsSandboxUsers *users;
  HsSandboxCalls *calls;
  HsSandboxControl *control;
  HsSandboxHttp *http;
};

/* What a signed-in user may ask */

static void
create_subscription (HsSandboxGateway *gateway, HsSandboxUser *user, HsSandboxExchange *exchange)
{
  hs_sandbox_subscription_create (&gateway->options.subscription, user, exchange);
}

static void
subscribe_visitor (HsSandboxGateway *gateway, HsSandboxUser *user, HsSandboxExchange *exchange)
{
  hs_sandbox_anonymous_subscribe (&gateway->options.subscription, user, exchange);
}

static void
update_subscription (HsSandboxGateway *gateway, HsSandboxUser *user, HsSandboxExchange *exchange)
{
  hs_sandbox_subscription_update (&gateway->options.subscription, user, exchange);
}

static void
delete_subscription (HsSandboxGateway *gateway, HsSandboxUser *user, HsSandboxExchange *exchange)
{
  hs_sandbox_subscription_delete (user, exchange);
}

static void
post_call (HsSandboxGateway *gateway, HsSandboxUser *user, HsSandboxExchange *exchange)
{
  hs_sandbox_calls_post (gateway->calls, user, exchange);
}

static void
put_leg (HsSandboxGateway *gateway, HsSandboxUser *user, HsSandboxExchange *exchange)
{
  hs_sandbox_calls_put_leg (gateway->calls, user, exchange);
}

static void
get_leg (HsSandboxGateway *gateway, HsSandboxUser *user, HsSandboxExchange *exchange)
{
  hs_sandbox_calls_get_leg (gateway->calls, user, exchange);
}

static void
delete_leg (HsSandboxGateway *gateway, HsSandboxUser *user, HsSandboxExchange *exchange)
{
  hs_sandbox_calls_delete_leg (gateway->calls, user, exchange);
}

static void
post_disposition (HsSandboxGateway *gateway, HsSandboxUser *user, HsSandboxExchange *exchange)
{
  hs_sandbox_calls_post_disposition (gateway->calls, user, exchange);
}

#define USER          "rest/version/*/user/*/"
#define SUBSCRIPTIONS USER "subscription"
#define CALLS         USER "callControl"
#define LEG           CALLS "/callSessions/*"
#define VISITOR       "rest/version/*/anonymous/*/"
#define VISITOR_CALLS VISITOR "callMe"
#define VISITOR_LEG   VISITOR_CALLS "/callSessions/*"

/* Where a request says in its body what it is, and its reply where the code is, there @type is
 * NULL and the row names the members. */
typedef struct {
  const char *method;
  const char *path;
  const char *type;
  const char *request;
  const char *type_member;
  const char *response;
  void (*serve) (HsSandboxGateway *gateway, HsSandboxUser *user, HsSandboxExchange *exchange);
} Route;

/* clang-format off */
static const Route routes[] = {
  { "POST",   SUBSCRIPTIONS,                       "subscribe",   NULL, NULL, "subscribeResponse", create_subscription },
  { "PUT",    SUBSCRIPTIONS "/*",                  "extend",      NULL, NULL, "subscribeResponse", update_subscription },
  { "PUT",    SUBSCRIPTIONS "/clientCorrelator/*", "extend",      NULL, NULL, "subscribeResponse", update_subscription },
  { "DELETE", SUBSCRIPTIONS "/*",                  "unsubscribe", NULL, NULL, "subscribeResponse", delete_subscription },
  { "DELETE", SUBSCRIPTIONS "/clientCorrelator/*", "unsubscribe", NULL, NULL, "subscribeResponse", delete_subscription },
  { "POST",   CALLS,                  NULL,   "callControlRequest",     "type",   "callControlResponse", post_call },
  { "PUT",    LEG,                    NULL,   "callControlRequest",     "type",   "callControlResponse", put_leg },
  { "GET",    LEG,                    "read", NULL,                     NULL,     "callControlResponse", get_leg },
  { "DELETE", LEG,                    "end",  NULL,                     NULL,     "callControlResponse", delete_leg },
  /* A client looks for the code of a failure in this envelope here as well. */
  { "POST",   USER "calldisposition", NULL,   "callDispositionRequest", "action", "callControlResponse", post_disposition },
  /* Those who have no account. */
  { "POST",   VISITOR "subscription",   "subscribe",   NULL,            NULL,   "subscribeResponse", subscribe_visitor },
  { "DELETE", VISITOR "subscription/*", "unsubscribe", NULL,            NULL,   "subscribeResponse", delete_subscription },
  { "POST",   VISITOR_CALLS,            NULL,          "callMeRequest", "type", "callMeResponse",    post_call },
  { "PUT",    VISITOR_LEG,              NULL,          "callMeRequest", "type", "callMeResponse",    put_leg },
  { "GET",    VISITOR_LEG,              "read",        NULL,            NULL,   "callMeResponse",    get_leg },
  { "DELETE", VISITOR_LEG,              "end",         NULL,            NULL,   "callMeResponse",    delete_leg },
};
/* clang-format on */

static const Route *
find_route (HsSandboxExchange *exchange)
{
  for (guint i = 0; i < G_N_ELEMENTS (routes); i++) {
    if (g_str_equal (hs_sandbox_exchange_get_method (exchange), routes[i].method) &&
        hs_sandbox_exchange_matches (exchange, routes[i].path))
      return &routes[i];
  }
  return NULL;
}

static void
classify (HsSandboxExchange *exchange, gpointer user_data)
{
  HsSandboxGateway *gateway = user_data;
  const Route *route = find_route (exchange);
  const char *type;

  if (!route)
    return;
  hs_sandbox_exchange_set_envelopes (exchange, route->request, route->response);
  type = route->type ? route->type
                     : hs_sandbox_json_get_string (hs_sandbox_exchange_get_request (exchange),
                                                   route->type_member);
  hs_sandbox_exchange_set_type (exchange, type);
  hs_sandbox_control_count (gateway->control, type);
}

static void
serve (HsSandboxExchange *exchange, gpointer user_data)
{
  HsSandboxGateway *gateway = user_data;
  const Route *route = find_route (exchange);
  HsSandboxUser *user;

  if (hs_sandbox_exchange_matches (exchange, "sandbox/**")) {
    hs_sandbox_control_serve (gateway->control, exchange);
    return;
  }
  if (!route) {
    hs_sandbox_exchange_reply_code (exchange, SOUP_STATUS_NOT_FOUND, STATUS_NO_RESOURCE);
    return;
  }
  user = hs_sandbox_exchange_matches (exchange, VISITOR "**")
             ? hs_sandbox_anonymous_check (gateway->users, exchange)
             : hs_sandbox_credentials_check (gateway->users, exchange);
  if (user)
    route->serve (gateway, user, exchange);
}

static guint
admit (const char *channel_id, const char *query, gpointer user_data)
{
  HsSandboxGateway *gateway = user_data;
  HsSandboxChannel *channel = hs_sandbox_users_find_channel (gateway->users, channel_id);
  g_autoptr (HsSandboxFault) fault = NULL;

  if (!channel)
    return SOUP_STATUS_NOT_FOUND;
  fault = hs_sandbox_faults_take (gateway->faults, HS_SANDBOX_FAULT_UPGRADE, NULL,
                                  hs_sandbox_channel_get_user (channel));
  if (fault)
    return SOUP_STATUS_SERVICE_UNAVAILABLE;
  return hs_sandbox_credentials_check_query (query) ? SOUP_STATUS_SWITCHING_PROTOCOLS
                                                    : SOUP_STATUS_FORBIDDEN;
}

static void
connected (const char *channel_id,
           SoupWebsocketConnection *socket,
           GSocket *raw,
           gpointer user_data)
{
  HsSandboxGateway *gateway = user_data;
  HsSandboxChannel *channel = hs_sandbox_users_find_channel (gateway->users, channel_id);

  if (channel)
    hs_sandbox_channel_attach (channel, socket, raw);
}

static const HsSandboxHttpEvents http_events = {
  .classify = classify,
  .serve = serve,
  .admit = admit,
  .connected = connected,
};

HsSandboxGateway *
hs_sandbox_gateway_new (const HsSandboxGatewayOptions *options)
{
  HsSandboxGateway *gateway = g_new0 (HsSandboxGateway, 1);

  gateway->options = *options;
  gateway->wire = hs_sandbox_wire_new (options->verbose);
  gateway->faults = hs_sandbox_faults_new ();
  gateway->users = hs_sandbox_users_new (gateway->faults, gateway->wire, options->keep_ms);
  gateway->calls = hs_sandbox_calls_new (gateway->users, gateway->faults, options->ring_timeout_ms);
  gateway->control = hs_sandbox_control_new (gateway->users, gateway->calls, gateway->faults);
  gateway->http = hs_sandbox_http_new (HS_SANDBOX_CHANNEL_PATH, gateway->faults, gateway->wire,
                                       &http_events, gateway);
  return gateway;
}

void
hs_sandbox_gateway_free (HsSandboxGateway *gateway)
{
  hs_sandbox_http_free (gateway->http);
  hs_sandbox_control_free (gateway->control);
  hs_sandbox_calls_free (gateway->calls);
  hs_sandbox_users_free (gateway->users);
  hs_sandbox_faults_free (gateway->faults);
  hs_sandbox_wire_free (gateway->wire);
  g_free (gateway);
}

guint
hs_sandbox_gateway_listen (HsSandboxGateway *gateway,
                           guint port,
                           GTlsCertificate *certificate,
                           GError **error)
{
  return hs_sandbox_http_listen (gateway->http, port, certificate, error);
}
