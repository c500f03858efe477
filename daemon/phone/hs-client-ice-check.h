/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "media/hs-ice-check.h"
#include "rpc/hs-connection.h"

G_BEGIN_DECLS

/* HsClientIceCheck: a front end that is asked with call.iceCollectionCheck */
#define HS_TYPE_CLIENT_ICE_CHECK (hs_client_ice_check_get_type ())
G_DECLARE_FINAL_TYPE (HsClientIceCheck, hs_client_ice_check, HS, CLIENT_ICE_CHECK, GObject)

/* @descriptor: IceCollectionCheck of the contract in its form as an object, checked
 * Returns: (transfer full) */
HsIceCheck *hs_client_ice_check_new (HsConnection *connection, JsonObject *descriptor);

G_END_DECLS
