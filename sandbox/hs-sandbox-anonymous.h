/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "hs-sandbox-subscription.h"

G_BEGIN_DECLS

/**
 * Callers without an account
 *
 * A page may let its visitors call one account, by the paths below `…/anonymous/{account}`. All
 * visitors of an account are devices of one user, who can call that account and no more.
 */

#define HS_SANDBOX_ANONYMOUS_SERVICE "callMe"

/* Returns: (transfer full) (nullable): the user in whose name visitors of @account act */
char *hs_sandbox_anonymous_new_address (const char *account);

/* Returns: (nullable): the account that visitors like @address call; NULL: no visitor at all */
const char *hs_sandbox_anonymous_get_account (const char *address);

/* Visitors need no credentials. Replies when it returns NULL. */
HsSandboxUser *hs_sandbox_anonymous_check (HsSandboxUsers *users, HsSandboxExchange *exchange);

/* Creates, as users do, a subscription that grants nothing but calling; replies. */
void hs_sandbox_anonymous_subscribe (const HsSandboxSubscriptionPolicy *policy,
                                     HsSandboxUser *user,
                                     HsSandboxExchange *exchange);

/* Whether @user may place the call that @request asks for.
 * @subscription_id: (out) (transfer none): the device that calls, by its channel
 * Returns: 0 or the code of the refusal */
int hs_sandbox_anonymous_check_call (HsSandboxUser *user,
                                     JsonObject *request,
                                     const char *destination,
                                     const char **subscription_id);

G_END_DECLS
