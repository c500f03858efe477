/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "hs-connection.h"

G_BEGIN_DECLS

/* One message from a client: a request, a notification, an answer to a question, or a batch of
 * them. White space alone is no message and is ignored. */
void hs_rpc_dispatch (HsConnection *connection, const char *text, gsize length);

/* Tells the client of a message that could not even be read. */
void hs_rpc_dispatch_failure (HsConnection *connection, const GError *error);

G_END_DECLS
