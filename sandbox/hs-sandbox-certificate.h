/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * hs_sandbox_certificate_load_or_make:
 * @directory: where `ca.pem` and `server.pem` stand, or are written
 * @ca_path: (out) (transfer full): what a client has to trust
 *
 * The server's certificate is for localhost, 127.0.0.1 and ::1. Its authority signs this one and
 * nothing else, ever: the authority's key is thrown away. A pair that is there and good for some
 * days is used again, so that clients need not be told anew.
 *
 * Returns: (transfer full) (nullable)
 */
GTlsCertificate *hs_sandbox_certificate_load_or_make (const char *directory,
                                                      char **ca_path,
                                                      GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
