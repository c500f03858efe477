/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "hs-sandbox-leg.h"

G_BEGIN_DECLS

/* Places a call for @user as `callStart` asks; replies. */
void hs_sandbox_call_start (HsSandboxCalls *calls,
                            HsSandboxUser *user,
                            JsonObject *request,
                            HsSandboxExchange *exchange);

G_END_DECLS
