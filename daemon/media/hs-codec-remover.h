/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "hs-sdp-handler.h"

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/* The ready-made handler that takes codecs out of every description (the SDK's
 * sdpHandlers.createCodecRemover). */
#define HS_TYPE_CODEC_REMOVER (hs_codec_remover_get_type ())
G_DECLARE_FINAL_TYPE (HsCodecRemover, hs_codec_remover, HS, CODEC_REMOVER, GObject)

/* @codecs: (transfer none): names, or objects with "name" and "fmtpParams"; what is neither is
 *   passed over
 * Returns: (transfer full) */
HsSdpHandler *hs_codec_remover_new (JsonArray *codecs);

G_END_DECLS
