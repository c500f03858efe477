/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

#define HS_SDP_MAX_SIZE (256 * 1024)

/* Unpacks a description that travels as "compressed": base64 of zlib or gzip data (spec session
 * 4.5).
 * Returns: (transfer full): valid UTF-8.
 * @error: HS_ERROR_TOO_LARGE above HS_SDP_MAX_SIZE, HS_ERROR_INVALID_DATA */
char *hs_sdp_unpack (const char *text, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
