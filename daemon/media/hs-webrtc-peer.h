/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "call/hs-peer.h"
#include "hs-media.h"

G_BEGIN_DECLS

/**
 * HsWebrtcPeer: HsPeer by webrtcbin
 *
 * Keeps what both ends agreed on, what one of them proposed, and the transport (a leg and what was
 * said about it) that each of the two belongs to. webrtcbin takes part in the first exchange of a
 * transport and when lines change; descriptions that only change directions are composed.
 */
#define HS_TYPE_WEBRTC_PEER (hs_webrtc_peer_get_type ())
G_DECLARE_FINAL_TYPE (HsWebrtcPeer, hs_webrtc_peer, HS, WEBRTC_PEER, GObject)

/* Returns: (transfer full) */
HsPeer *hs_webrtc_peer_new (HsMedia *media, const HsPeerOptions *options);

G_END_DECLS
