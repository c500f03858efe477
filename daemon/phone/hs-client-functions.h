/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "base/hs-config.h"
#include "media/hs-media.h"
#include "rpc/hs-connection.h"

G_BEGIN_DECLS

/**
 * HsClientFunctions: what the configuration says about functions, made real
 *
 * The values call.sdpHandlers and call.iceCollectionCheck may name a function of the client that
 * has set them; this remembers which connection that was.
 */
typedef struct _HsClientFunctions HsClientFunctions;

HsClientFunctions *hs_client_functions_new (void);
void hs_client_functions_free (HsClientFunctions *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HsClientFunctions, hs_client_functions_free)

/* To be called before @values are merged into the configuration.
 * @connection: (nullable): who has set them; NULL: the configuration file */
void
hs_client_functions_note (HsClientFunctions *self, JsonObject *values, HsConnection *connection);

/* Gives @media the handlers and the check that @config names. */
void hs_client_functions_apply (HsClientFunctions *self, HsConfig *config, HsMedia *media);

G_END_DECLS
