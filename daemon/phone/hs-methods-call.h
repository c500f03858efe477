/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "hs-phone.h"
#include "rpc/hs-request.h"

G_BEGIN_DECLS

/* What the methods on calls have in common. */

/* Returns: (nullable): the calls; NULL when @request (then taken) was answered that there are none.
 */
HsCalls *hs_methods_get_calls (HsPhone *phone, HsRequest *request);

/* @media: (nullable): call.MediaOptions; nothing is asked for where it is left out. Only a
 * microphone's name asks for it, too. */
HsMediaRequest hs_methods_read_media (JsonObject *media);

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
