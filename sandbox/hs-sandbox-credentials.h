/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "hs-sandbox-users.h"

G_BEGIN_DECLS

/* Who is let in: everybody, by any password or token but the words `wrong` and `expired`; nobody
 * of the domain unknown.test. A user is known from the first good credential on.
 * Returns: (nullable): the user; NULL when the refusal has been replied */
HsSandboxUser *hs_sandbox_credentials_check (HsSandboxUsers *users, HsSandboxExchange *exchange);

/* Whether the query of a websocket's address (nullable) holds no token, or a good one. */
gboolean hs_sandbox_credentials_check_query (const char *query);

G_END_DECLS
