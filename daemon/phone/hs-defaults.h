/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/* Returns: (transfer full): the contract's default of every configuration key that has one. */
JsonObject *hs_defaults_dup (void);

G_END_DECLS
