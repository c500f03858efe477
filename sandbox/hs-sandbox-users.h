/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "hs-sandbox-channel.h"

G_BEGIN_DECLS

/* Who ever signed in, and their subscriptions. */

typedef struct _HsSandboxUsers HsSandboxUsers;
typedef struct _HsSandboxUser HsSandboxUser;

typedef struct {
  char *id;
  HsSandboxUser *user; /* borrowed: users are never forgotten */
  char **services;
  char *correlator; /* nullable */
  char *session_id;
  gint64 expires_s;
  gint64 expires_at; /* on the monotonic clock, in microseconds */
  guint expiry_timer;
  JsonObject *echoed; /* members of the request that the reply repeats */
  HsSandboxChannel *channel;
} HsSandboxSubscription;

struct _HsSandboxUser {
  HsSandboxUsers *users; /* borrowed: the owner */
  char *address;
  const char *credential;   /* borrowed: the kind that came last, a literal */
  GPtrArray *subscriptions; /* HsSandboxSubscription, oldest first */
};

/* @faults, @wire: have to outlive the users
 * @keep_ms: how long notifications wait for a socket */
HsSandboxUsers *hs_sandbox_users_new (HsSandboxFaults *faults, HsSandboxWire *wire, guint keep_ms);
void hs_sandbox_users_free (HsSandboxUsers *users);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HsSandboxUsers, hs_sandbox_users_free)

/* Returns: (nullable) */
HsSandboxUser *hs_sandbox_users_lookup (HsSandboxUsers *users, const char *address);
HsSandboxUser *hs_sandbox_users_ensure (HsSandboxUsers *users, const char *address);

/* Returns: (nullable): looked up in all subscriptions of all users */
HsSandboxChannel *hs_sandbox_users_find_channel (HsSandboxUsers *users, const char *channel_id);

/* Returns: (nullable) */
HsSandboxSubscription *hs_sandbox_user_find (HsSandboxUser *user, const char *id);
HsSandboxSubscription *hs_sandbox_user_find_correlator (HsSandboxUser *user,
                                                        const char *correlator);
HsSandboxSubscription *hs_sandbox_user_find_session (HsSandboxUser *user, const char *session_id);

/* Returns: (transfer none) */
HsSandboxSubscription *hs_sandbox_user_subscribe (HsSandboxUser *user);

gboolean hs_sandbox_subscription_has_service (HsSandboxSubscription *subscription,
                                              const char *service);

/* Starts the life time of @expires_s seconds anew. */
void hs_sandbox_subscription_extend (HsSandboxSubscription *subscription, gint64 expires_s);

/* Ends it; the client gets the notification @farewell, when there is one, and loses its socket,
 * after the reply to @cause, when there is one. */
void hs_sandbox_subscription_end (HsSandboxSubscription *subscription,
                                  const char *farewell,
                                  HsSandboxExchange *cause);

/* Ends it with a notification `gone` that says after how many seconds to come back, if @retry_after
 * is not negative. */
void hs_sandbox_subscription_end_gone (HsSandboxSubscription *subscription, gint64 retry_after);

/* Tells those of @address who have @service, or only @subscription_id while it lives.
 * @message: (transfer full)
 * Returns: how many were told */
guint hs_sandbox_users_notify (HsSandboxUsers *users,
                               const char *address,
                               const char *subscription_id,
                               const char *service,
                               JsonObject *message,
                               HsSandboxExchange *cause,
                               guint delay_ms);

/* Returns: (transfer full) */
JsonArray *hs_sandbox_users_to_json (HsSandboxUsers *users);

G_END_DECLS
