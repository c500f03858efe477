/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "hs-sandbox"

#include "hs-sandbox-call-end.h"

#include "hs-sandbox-call-ring.h"
#include "hs-sandbox-reason.h"

/* One whose call has been transferred or joined is the only one to know of its end; but for a
 * feature, which hears of it. */
static void
leave_alone (HsSandboxLeg *leg)
{
  HsSandboxCalls *calls = leg->calls;
  HsSandboxCall *call = leg->call;

  hs_sandbox_leg_end (leg, NULL, 0, NULL, 0);
  if (g_ptr_array_find (calls->calls, call, NULL))
    hs_sandbox_call_end_if_left (call);
}

void
hs_sandbox_leg_drop (HsSandboxLeg *leg, guint sip_code)
{
  const char *reason = hs_sandbox_reason_get (sip_code);
  HsSandboxCall *call = leg->call;
  HsSandboxCalls *calls = leg->calls;

  if (leg->peer)
    hs_sandbox_leg_end (leg->peer, "callEnd", sip_code, reason, 0);
  hs_sandbox_leg_end (leg, "callEnd", sip_code, reason, 0);
  if (g_ptr_array_find (calls->calls, call, NULL))
    hs_sandbox_call_end (call);
}

void
hs_sandbox_leg_hang_up (HsSandboxLeg *leg)
{
  HsSandboxCall *call = leg->call;

  if (leg->peer) {
    hs_sandbox_leg_end (leg->peer, "callEnd", HS_SANDBOX_SIP_OK,
                        hs_sandbox_reason_get (HS_SANDBOX_SIP_OK), 0);
    hs_sandbox_call_end (call);
  } else if (leg->state == HS_SANDBOX_LEG_UP) {
    leave_alone (leg);
  } else if (leg == call->caller) {
    hs_sandbox_leg_end (leg, NULL, 0, NULL, 0);
    hs_sandbox_call_withdraw (call);
    hs_sandbox_call_end (call);
  } else {
    hs_sandbox_call_fail (call, HS_SANDBOX_SIP_DECLINED,
                          hs_sandbox_reason_get (HS_SANDBOX_SIP_DECLINED));
  }
}
