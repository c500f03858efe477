/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "hs-sandbox"

#include "hs-sandbox-anonymous.h"
#include "hs-sandbox-address.h"
#include "hs-sandbox-json.h"
#include "hs-sandbox-leg.h"

#include <string.h>

#define PREFIX "anonymous+"

char *
hs_sandbox_anonymous_new_address (const char *account)
{
  g_autofree char *address = hs_sandbox_address_normalise (account);

  return address ? g_strconcat (PREFIX, address, NULL) : NULL;
}

const char *
hs_sandbox_anonymous_get_account (const char *address)
{
  return g_str_has_prefix (address, PREFIX) ? address + strlen (PREFIX) : NULL;
}

HsSandboxUser *
hs_sandbox_anonymous_check (HsSandboxUsers *users, HsSandboxExchange *exchange)
{
  const char *address = hs_sandbox_exchange_get_user (exchange);
  HsSandboxUser *user;

  if (!address) {
    hs_sandbox_exchange_reply_html (exchange, SOUP_STATUS_FORBIDDEN);
    return NULL;
  }
  user = hs_sandbox_users_ensure (users, address);
  user->credential = "none";
  return user;
}

void
hs_sandbox_anonymous_subscribe (const HsSandboxSubscriptionPolicy *policy,
                                HsSandboxUser *user,
                                HsSandboxExchange *exchange)
{
  static char *services[] = { HS_SANDBOX_ANONYMOUS_SERVICE, NULL };
  HsSandboxSubscriptionPolicy narrow = *policy;

  narrow.services = services;
  hs_sandbox_subscription_create (&narrow, user, exchange);
}

static HsSandboxSubscription *
find_by_channel (HsSandboxUser *user, const char *channel_id)
{
  for (guint i = 0; channel_id && i < user->subscriptions->len; i++) {
    HsSandboxSubscription *subscription = user->subscriptions->pdata[i];

    if (g_str_equal (hs_sandbox_channel_get_id (subscription->channel), channel_id))
      return subscription;
  }
  return NULL;
}

int
hs_sandbox_anonymous_check_call (HsSandboxUser *user,
                                 JsonObject *request,
                                 const char *destination,
                                 const char **subscription_id)
{
  HsSandboxSubscription *subscription =
      find_by_channel (user, hs_sandbox_json_get_string (request, "notifyChannelId"));

  if (!subscription)
    return HS_SANDBOX_STATUS_NOT_AUTHORISED;
  if (g_strcmp0 (destination, hs_sandbox_anonymous_get_account (user->address)) != 0)
    return HS_SANDBOX_STATUS_BAD_VALUE;
  *subscription_id = subscription->id;
  return HS_SANDBOX_STATUS_OK;
}
