/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "base/hs-config.h"

#include <libsoup/soup.h>

G_BEGIN_DECLS

/**
 * HsTransport: the one HTTP session, and whom it trusts
 *
 * Certificates are checked against the system's authorities, or those in the file tls.ca in their
 * place. tls.verify = false trusts anybody, which is logged. A proxy is taken from the environment
 * (https_proxy, all_proxy, no_proxy).
 */
#define HS_TYPE_TRANSPORT (hs_transport_get_type ())
G_DECLARE_FINAL_TYPE (HsTransport, hs_transport, HS, TRANSPORT, GObject)

HsTransport *hs_transport_new (HsConfig *config);

/* Returns: (transfer none) */
SoupSession *hs_transport_get_session (HsTransport *self);

/* A message that follows no redirect and negotiates no websocket extension.
 * Returns: (transfer full)
 * @error: HS_ERROR_INVALID_DATA when @url is none; G_TLS_ERROR or G_FILE_ERROR naming tls.ca when
 *   that file cannot be used */
SoupMessage *hs_transport_create_message (HsTransport *self,
                                          const char *method,
                                          const char *url,
                                          GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Makes the error of a failed @message say what is wrong with the certificate, if that was it. */
void hs_transport_explain (SoupMessage *message, GError *error);

G_END_DECLS
