/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "hs-sandbox-leg.h"

G_BEGIN_DECLS

/* Joins two calls of @user's as `join` asks; replies. */
void hs_sandbox_call_join (HsSandboxCalls *calls,
                           HsSandboxUser *user,
                           JsonObject *request,
                           HsSandboxExchange *exchange);

/* The caller and @leg, who has just answered with @offer, meet in a room of the gateway's. */
void hs_sandbox_call_meet (HsSandboxLeg *leg, const char *offer);

G_END_DECLS
