/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/* HsInterests: which events one connection has asked for */
typedef struct _HsInterests HsInterests;

HsInterests *hs_interests_new (void);
void hs_interests_free (HsInterests *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HsInterests, hs_interests_free)

/* Adds an interest; one that is there already is not added again.
 * @type: (nullable): an event's name; NULL: all events
 * @filter: (nullable) (transfer none): members that the payload must have; copied by reference
 * @error: HS_ERROR_BUSY when there are too many */
gboolean hs_interests_add (HsInterests *self, const char *type, JsonObject *filter, GError **error)
    G_GNUC_WARN_UNUSED_RESULT;

/* Takes away what was added with @type, and with an equal @filter unless that is NULL. */
void hs_interests_remove (HsInterests *self, const char *type, JsonObject *filter);

void hs_interests_clear (HsInterests *self);

gboolean hs_interests_is_empty (HsInterests *self);

gboolean hs_interests_match (HsInterests *self, const char *type, JsonObject *params);

G_END_DECLS
