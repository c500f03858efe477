/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "hs-connection.h"

G_BEGIN_DECLS

/* HsBatch: collects the replies to one batch, and sends them as one array when the last one is
 * there; nothing when there is none */
typedef struct _HsBatch HsBatch;

/* The batch is complete only after an hs_batch_end() for each of @n_slots. */
HsBatch *hs_batch_new (HsConnection *connection, guint n_slots);
HsBatch *hs_batch_ref (HsBatch *self);
void hs_batch_unref (HsBatch *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HsBatch, hs_batch_unref)

/* @reply: (transfer full) (nullable): NULL: nothing to send for this one */
void hs_batch_end (HsBatch *self, guint slot, GBytes *reply);

G_END_DECLS
