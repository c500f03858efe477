/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "protocol/hs-method.h"

G_BEGIN_DECLS

/* JSON-RPC's own codes. */
#define HS_RPC_PARSE_ERROR      -32700
#define HS_RPC_INVALID_REQUEST  -32600
#define HS_RPC_METHOD_NOT_FOUND -32601
#define HS_RPC_INVALID_PARAMS   -32602
#define HS_RPC_INTERNAL_ERROR   -32603

/* Returns: (transfer full): a JSON-RPC error object without data. */
JsonObject *hs_rpc_error_new (int code, const char *message);

/* Returns: (transfer full): a name that somebody sent, in quotes and not too long for a message. */
char *hs_rpc_error_quote (const char *name);

/* Returns: (transfer full): "internal", which tells nothing. */
JsonObject *hs_rpc_error_new_internal (void);

/* The one place where a GError becomes a JSON-RPC error. What is not for others is logged here.
 * @method: (nullable): what was being done, for the log
 * Returns: (transfer full) */
JsonObject *hs_rpc_error_from_gerror (const GError *error, const char *method);

/* Returns: (transfer full): "param": wrong parameters, the first of @problems in full. */
JsonObject *hs_rpc_error_from_problems (JsonArray *problems);

/* Adds {"param", "expected", "got", "message"} to the JsonArray @problems, but not endlessly many;
 * fits hs_schema_check_all(). */
void hs_rpc_error_collect_problem (const HsSchemaProblem *problem, gpointer problems);

G_END_DECLS
