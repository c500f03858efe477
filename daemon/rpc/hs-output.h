/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* HsOutput: what one client has not read yet, as shared pieces */
typedef struct _HsOutput HsOutput;

HsOutput *hs_output_new (void);
void hs_output_free (HsOutput *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HsOutput, hs_output_free)

/* @piece: (transfer full) */
void hs_output_take (HsOutput *self, GBytes *piece);

gsize hs_output_get_size (HsOutput *self);

/* Writes what the socket takes without waiting.
 * @error: the socket cannot be written to any more; a full one is no error */
gboolean
hs_output_flush (HsOutput *self, GSocket *socket, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
