/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "hs-call-private.h"

G_BEGIN_DECLS

/* Two calls that one operation brings together. The operation is the first call's; the second one's
 * slot shows it too, so that nothing else negotiates there, and tells of it from the UPDATE on. */
typedef struct {
  grefcount references;
  HsCall *first;
  HsCall *second; /* nullable */
  HsCall *joined; /* (nullable): what a join makes of them */
} HsCallPair;

HsCallPair *hs_call_pair_ref (HsCallPair *self);
void hs_call_pair_unref (HsCallPair *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HsCallPair, hs_call_pair_unref)

/* Begins @kind, whose check is hs_call_pair_check(), on @first.
 * @second: (nullable): NULL when there is no such call
 * Returns: (transfer full): its data is the pair; NULL with @error */
HsOperation *hs_call_pair_begin (HsCall *first,
                                 HsCall *second,
                                 const HsOperationKind *kind,
                                 GTask *waiter,
                                 GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Both calls must be On Hold, and be two. */
gboolean hs_call_pair_check (HsOperation *op, GError **error);

/* Returns: (transfer none) (nullable): the operation in the slot of @call, one of the two. */
HsOperation *hs_call_pair_get_operation (HsCallPair *self, HsCall *call);

/* Tells UPDATE on both. */
void hs_call_pair_update (HsCallPair *self);

/* The request was refused: @op fails, and the second call shows nothing of it. */
void hs_call_pair_fail (HsOperation *op, const GError *error);

/* What began well has failed on @op's call: it fails on the other one too. */
void hs_call_pair_fail_other (HsOperation *op, const GError *error);

G_END_DECLS
