/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "hs-sandbox-leg.h"

G_BEGIN_DECLS

/* Ends the leg and its peer with `callEnd`, and their call with them. */
void hs_sandbox_leg_drop (HsSandboxLeg *leg, guint sip_code);

/* The client hangs up. A callee who does so before the answer declines. */
void hs_sandbox_leg_hang_up (HsSandboxLeg *leg);

G_END_DECLS
