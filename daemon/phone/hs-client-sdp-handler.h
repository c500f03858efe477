/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "media/hs-sdp-handler.h"
#include "rpc/hs-connection.h"

G_BEGIN_DECLS

/**
 * HsClientSdpHandler: a front end that is asked about each description
 *
 * It gets the request call.sdpHandler. Without a usable answer in time the description stays as it
 * was: this handler never fails.
 */
#define HS_TYPE_CLIENT_SDP_HANDLER (hs_client_sdp_handler_get_type ())
G_DECLARE_FINAL_TYPE (HsClientSdpHandler, hs_client_sdp_handler, HS, CLIENT_SDP_HANDLER, GObject)

/* @connection: (nullable): whom to ask; NULL: nobody, it is gone
 * @descriptor: ClientSdpHandler of the contract, checked
 * Returns: (transfer full) */
HsSdpHandler *hs_client_sdp_handler_new (HsConnection *connection, JsonObject *descriptor);

G_END_DECLS
