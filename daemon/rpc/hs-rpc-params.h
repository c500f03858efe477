/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "protocol/hs-method.h"

G_BEGIN_DECLS

/* Sorts @params, by name or by position, into @values and checks them.
 *
 * @params: (nullable): an object or an array
 * @values: (out): room for method->n_params nodes, borrowed from @params; NULL where absent
 * Returns: (nullable) (transfer full): a JSON-RPC error that names what is wrong; NULL when nothing
 *   is */
JsonObject *hs_rpc_params_bind (const HsMethod *method, JsonNode *params, JsonNode **values);

G_END_DECLS
