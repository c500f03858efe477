/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "hs-sandbox-leg.h"

G_BEGIN_DECLS

/* Ringing those who are called, until one of them answers or none will. */

/* Offers @call to @address; what becomes of it comes as events, a failure maybe at once. */
void hs_sandbox_call_ring (HsSandboxCall *call, const char *address);

/* Takes the call away from all who were called, whether they have answered or not. */
void hs_sandbox_call_withdraw (HsSandboxCall *call);

/* The call has come to nothing. */
void hs_sandbox_call_fail (HsSandboxCall *call, guint sip_code, const char *reason);

/* What one who is called says; each replies. @request: the inner object of the body */
void hs_sandbox_leg_ringing (HsSandboxLeg *leg, HsSandboxExchange *exchange);
void hs_sandbox_leg_answer (HsSandboxLeg *leg, JsonObject *request, HsSandboxExchange *exchange);
void hs_sandbox_leg_reject (HsSandboxLeg *leg, HsSandboxExchange *exchange);
void hs_sandbox_leg_forward (HsSandboxLeg *leg, JsonObject *request, HsSandboxExchange *exchange);

G_END_DECLS
