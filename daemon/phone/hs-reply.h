/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "rpc/hs-request.h"

G_BEGIN_DECLS

/* How the methods of this room end their requests. A method that starts an operation either waits
 * for its end ("await") or answers as soon as it has begun. */

/* Returns: (transfer full) (nullable): the task that ends @request with null, or with its error,
 * when the operation has ended; NULL when nobody waits. */
GTask *hs_reply_waiter (HsRequest *request, gboolean await);

/* As above, but the answer is what the task's pointer is made to by @to_node. */
typedef JsonNode *(*HsReplyToNode) (gpointer value);
GTask *hs_reply_waiter_full (HsRequest *request, gboolean await, HsReplyToNode to_node);

/* Ends @request (transfer full) now when it was refused, or began with nobody waiting; with a
 * waiter that has begun it does nothing. @began: what the operation returned. */
void hs_reply_begun (HsRequest *request, gboolean began, gboolean await, const GError *error);

G_END_DECLS
