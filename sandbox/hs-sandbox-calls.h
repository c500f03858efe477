/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "hs-sandbox-behaviour.h"
#include "hs-sandbox-users.h"

G_BEGIN_DECLS

/* The calls between users, and with the sandbox's own people. */

typedef struct _HsSandboxCalls HsSandboxCalls;

/* @users, @faults: have to outlive the calls */
HsSandboxCalls *
hs_sandbox_calls_new (HsSandboxUsers *users, HsSandboxFaults *faults, guint ring_timeout_ms);
void hs_sandbox_calls_free (HsSandboxCalls *calls);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HsSandboxCalls, hs_sandbox_calls_free)

/* The requests: POST to the collection, PUT, GET and DELETE of a leg, POST of a disposition. Each
 * replies. */
void
hs_sandbox_calls_post (HsSandboxCalls *calls, HsSandboxUser *user, HsSandboxExchange *exchange);
void
hs_sandbox_calls_put_leg (HsSandboxCalls *calls, HsSandboxUser *user, HsSandboxExchange *exchange);
void
hs_sandbox_calls_get_leg (HsSandboxCalls *calls, HsSandboxUser *user, HsSandboxExchange *exchange);
void hs_sandbox_calls_delete_leg (HsSandboxCalls *calls,
                                  HsSandboxUser *user,
                                  HsSandboxExchange *exchange);
void hs_sandbox_calls_post_disposition (HsSandboxCalls *calls,
                                        HsSandboxUser *user,
                                        HsSandboxExchange *exchange);

/* Returns: (transfer full): the legs that are known */
JsonArray *hs_sandbox_calls_to_json (HsSandboxCalls *calls);
guint hs_sandbox_calls_get_n_calls (HsSandboxCalls *calls);

/* Asks the client of a leg for an offer, which the far end answers.
 * Returns: whether there is such a leg that can be asked */
gboolean hs_sandbox_calls_update_slowly (HsSandboxCalls *calls, const char *sid);

/* The leg is gone, and nobody is told. The far end of its call stays.
 * Returns: whether there was such a leg */
gboolean hs_sandbox_calls_forget (HsSandboxCalls *calls, const char *sid);

/* Returns: (transfer none): may be changed at any time */
HsSandboxBehaviour *hs_sandbox_calls_get_behaviour (HsSandboxCalls *calls);

G_END_DECLS
