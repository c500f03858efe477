/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * HsLegPost: how GStreamer's threads speak to the control thread
 *
 * Counted references, one held by each callback that a foreign thread may run. What is sent arrives
 * on the main context the post was made on, in order; once the owner has closed it, what is still
 * under way is dropped.
 */
typedef struct _HsLegPost HsLegPost;

/* @owner: handed to every HsLegPostFunc; not referenced */
HsLegPost *hs_leg_post_new (gpointer owner);
HsLegPost *hs_leg_post_ref (HsLegPost *self);
void hs_leg_post_unref (HsLegPost *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HsLegPost, hs_leg_post_unref)

typedef void (*HsLegPostFunc) (gpointer owner, gpointer data);

/* Any thread. @data: freed with @destroy (nullable) after @func ran, or was dropped. */
void hs_leg_post_send (HsLegPost *self, HsLegPostFunc func, gpointer data, GDestroyNotify destroy);

/* Control thread only. */
void hs_leg_post_close (HsLegPost *self);

G_END_DECLS
