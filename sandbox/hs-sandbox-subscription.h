/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "hs-sandbox-users.h"

G_BEGIN_DECLS

/* Where a channel's websocket is found. */
#define HS_SANDBOX_CHANNEL_PATH "/notification/websocket"

typedef struct {
  char **services; /* what may be had beside `event:*`; NULL: all that we know */
  guint max_sessions;
  gboolean turn;
} HsSandboxSubscriptionPolicy;

/* The requests of a subscription's life. Each replies. */
void hs_sandbox_subscription_create (const HsSandboxSubscriptionPolicy *policy,
                                     HsSandboxUser *user,
                                     HsSandboxExchange *exchange);
void hs_sandbox_subscription_update (const HsSandboxSubscriptionPolicy *policy,
                                     HsSandboxUser *user,
                                     HsSandboxExchange *exchange);
void hs_sandbox_subscription_delete (HsSandboxUser *user, HsSandboxExchange *exchange);

G_END_DECLS
