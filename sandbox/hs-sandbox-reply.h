/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "hs-sandbox-exchange.h"
#include "hs-sandbox-faults.h"
#include "hs-sandbox-wire.h"

G_BEGIN_DECLS

/* Replies on their way: whole, late, spoilt, or never. */
typedef struct _HsSandboxReplies HsSandboxReplies;

HsSandboxReplies *hs_sandbox_replies_new (HsSandboxWire *wire);
void hs_sandbox_replies_free (HsSandboxReplies *replies);

/* Sends what @exchange was replied, as far as @fault (nullable) lets it. */
void hs_sandbox_replies_send (HsSandboxReplies *replies,
                              HsSandboxExchange *exchange,
                              HsSandboxFault *fault);

G_END_DECLS
