/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Codes of SIP that a client is told as the reason of an end. */
enum {
  HS_SANDBOX_SIP_OK = 200,
  HS_SANDBOX_SIP_NOT_FOUND = 404,
  HS_SANDBOX_SIP_TIMEOUT = 408,
  HS_SANDBOX_SIP_UNAVAILABLE = 480,
  HS_SANDBOX_SIP_TOO_MANY_HOPS = 483,
  HS_SANDBOX_SIP_BUSY = 486,
  HS_SANDBOX_SIP_CANCELLED = 487,
  HS_SANDBOX_SIP_NOT_ACCEPTABLE = 488,
  HS_SANDBOX_SIP_PENDING = 491,
  HS_SANDBOX_SIP_DECLINED = 603,
};

/* Returns: (nullable): the words for a code of SIP */
const char *hs_sandbox_reason_get (guint sip_code);

G_END_DECLS
