/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "hs-call-private.h"

G_BEGIN_DECLS

/* What an operation that changes our media is about; the operation's data. */
typedef struct {
  GPtrArray *tracks;     /* of HsTrack: those that are new, or go */
  JsonObject *bandwidth; /* (nullable): the call's limits when it is done; NULL: as before */
  JsonObject *dscp;      /* (nullable): the call's controls when it is done; NULL: as before */
} HsCallChange;

/* Begins @kind with an empty change as its data; it is not admitted yet.
 * @options: (nullable): bandwidth and dscpControls, which complete what the call has
 * Returns: (transfer full) */
HsOperation *hs_call_change_start (HsCall *call,
                                   const HsOperationKind *kind,
                                   JsonObject *options,
                                   GTask *waiter);

/* Returns: (transfer full): what the operation shows as its data */
JsonObject *hs_call_change_create_details (HsOperation *op);

/* The event that follows the operation. @media_id, @error: (nullable) */
void
hs_call_change_tell (HsOperation *op, const char *event, const char *media_id, const GError *error);

/* Sends the offer that has the change. */
void hs_call_change_propose (HsOperation *op);

/* The far end has agreed. */
void hs_call_change_finish (HsOperation *op);

/* It has not: limits and controls are as before, and @op fails. */
void hs_call_change_give_back (HsOperation *op, const GError *error);

/* Whether @track_id comes or goes by the operation that runs. */
gboolean hs_call_change_concerns (HsCall *call, const char *track_id);

/* A track of the running change has another device from now on, and so another id. */
void hs_call_change_replace (HsCall *call, const HsTrack *old, const HsTrack *new);

/* Only in Connected; where another negotiation runs, that one is the reason. */
gboolean hs_call_check_connected (HsOperation *op, GError **error);

G_END_DECLS
