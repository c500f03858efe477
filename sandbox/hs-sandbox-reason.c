/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "hs-sandbox"

#include "hs-sandbox-reason.h"

const char *
hs_sandbox_reason_get (guint sip_code)
{
  switch (sip_code) {
  case HS_SANDBOX_SIP_OK:
    return "Call ended normally";
  case HS_SANDBOX_SIP_NOT_FOUND:
    return "User not found";
  case HS_SANDBOX_SIP_TIMEOUT:
    return "Request timeout";
  case HS_SANDBOX_SIP_UNAVAILABLE:
    return "Temporarily unavailable";
  case HS_SANDBOX_SIP_TOO_MANY_HOPS:
    return "Too many hops";
  case HS_SANDBOX_SIP_BUSY:
    return "Busy here";
  case HS_SANDBOX_SIP_CANCELLED:
    return "Request terminated";
  case HS_SANDBOX_SIP_NOT_ACCEPTABLE:
    return "Not acceptable here";
  case HS_SANDBOX_SIP_PENDING:
    return "Request pending";
  case HS_SANDBOX_SIP_DECLINED:
    return "Declined";
  default:
    return NULL;
  }
}
