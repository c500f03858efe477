/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/**
 * HsCtlContract: what handsetctl knows of the daemon's methods, from the OpenRPC document
 *
 * It is the document that this client was built with, so that help and arguments work without a
 * daemon.
 */
typedef struct _HsCtlContract HsCtlContract;

HsCtlContract *hs_ctl_contract_new (const char *openrpc_text);
void hs_ctl_contract_free (HsCtlContract *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HsCtlContract, hs_ctl_contract_free)

/* Returns: (transfer none) (nullable): the method object; NULL when there is none of that name. */
JsonObject *hs_ctl_contract_find_method (HsCtlContract *self, const char *name);

/* Is @word a namespace, as the "call" of "call.make"? */
gboolean hs_ctl_contract_has_namespace (HsCtlContract *self, const char *word);

/* Returns: (transfer none): all methods, or all notifications. */
JsonArray *hs_ctl_contract_get_methods (HsCtlContract *self);
JsonArray *hs_ctl_contract_get_notifications (HsCtlContract *self);

/* The params of @method: "media.audioOptions.deviceId" leads through the members of the schemas.
 * Returns: (transfer none) (nullable): the schema; NULL when there is no such parameter, or it lies
 * in an object whose members the contract leaves open; *@open tells which. */
JsonObject *hs_ctl_contract_find_schema (HsCtlContract *self,
                                         JsonObject *method,
                                         const char *path,
                                         gboolean *open);

/* Returns: a word for people: "string", "boolean", "object or string" …; (transfer full) */
char *hs_ctl_contract_describe_type (HsCtlContract *self, JsonObject *schema);

/* May a value of @schema be of JSON type @type ("string", "integer" …)? A NULL schema allows all.
 */
gboolean hs_ctl_contract_allows (HsCtlContract *self, JsonObject *schema, const char *type);

G_END_DECLS
