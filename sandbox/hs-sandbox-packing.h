/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/* Makes the description in a notification a compressed one, as those are that go by push. One
 * without a description stays as it is. */
void hs_sandbox_packing_compress (JsonObject *message);

G_END_DECLS
