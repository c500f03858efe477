/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <json-glib/json-glib.h>

#include "call/hs-peer.h"

G_BEGIN_DECLS

/* The codecs that media can be sent and received in: the one list that offers are made of and that
 * call.getAvailableCodecs tells. */

/* Returns: (transfer full): of {"mimeType", "clockRate", "channels"?, "sdpFmtpLine"?}, best first;
 * those whose GStreamer elements are installed. GStreamer must be initialised. */
JsonArray *hs_media_codecs_dup (HsMediaKind kind);

/* Returns: (transfer full): the same as caps that webrtcbin takes as codec-preferences, with the
 * payload numbers that offers of ours have. */
char *hs_media_codecs_dup_caps (HsMediaKind kind);

G_END_DECLS
