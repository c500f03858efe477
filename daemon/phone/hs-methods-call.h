/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "hs-phone.h"
#include "hs-reply.h"

G_BEGIN_DECLS

/* What the methods on calls have in common. */

/* Returns: (nullable): the calls; NULL when @request (then taken) was answered that there are none.
 */
HsCalls *hs_methods_get_calls (HsPhone *phone, HsRequest *request);

/* @media: (nullable): call.MediaOptions; nothing is asked for where it is left out. Only a
 * microphone's name asks for it, too. */
HsMediaRequest hs_methods_read_media (JsonObject *media);

/* A method that begins something on a call: what stands before and after that. Between, it sets
 * @began to what the calls return. */
typedef struct {
  HsCalls *calls; /* borrowed */
  GTask *waiter;  /* (nullable): for what is begun, which takes it */
  gboolean began;
  GError *error; /* (nullable): why not */

  HsRequest *request;
  gboolean await;
} HsCallMethod;

/* @request: (transfer full)
 * @await: the answer comes when all is over, not when it has begun
 * @to_node: (nullable): makes that answer, as hs_reply_waiter_full() says; NULL: it is null
 * Returns: FALSE when there are no calls; then @request was answered, and nothing is to be ended */
gboolean hs_call_method_begin (HsCallMethod *self,
                               HsPhone *phone,
                               HsRequest *request,
                               gboolean await,
                               HsReplyToNode to_node) G_GNUC_WARN_UNUSED_RESULT;

/* Ends the request now, unless somebody waits for what has begun. */
void hs_call_method_end (HsCallMethod *self);

typedef gboolean (*HsCallsOperation) (HsCalls *calls,
                                      const char *call_id,
                                      GTask *waiter,
                                      GError **error);

/* Ends @request (transfer full) as the operation goes. */
void hs_methods_run_operation (HsPhone *phone,
                               HsRequest *request,
                               const char *call_id,
                               gboolean await,
                               HsCallsOperation operation);

G_END_DECLS
