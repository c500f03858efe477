/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * HsCertificate: the self-signed certificate of one transport
 *
 * EC P-256, usually made anew for every transport: a far end that knows the old one takes a new one
 * as the sign that DTLS starts from the beginning, and nobody can link two calls by it.
 */
typedef struct _HsCertificate HsCertificate;

/* @error: HS_CALL_ERROR_GENERIC when libcrypto refuses */
HsCertificate *hs_certificate_new (GError **error) G_GNUC_WARN_UNUSED_RESULT;

HsCertificate *hs_certificate_ref (HsCertificate *self);
void hs_certificate_unref (HsCertificate *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HsCertificate, hs_certificate_unref)

/* The certificate, then its private key (PKCS#8), as the "pem" property of GStreamer's DTLS wants
 * them. Never for a log. */
const char *hs_certificate_get_pem (HsCertificate *self);

/* SHA-256 over the DER form, as a=fingerprint shows it: "AB:CD:…". */
const char *hs_certificate_get_fingerprint (HsCertificate *self);

/* Compares the certificate a far end showed with a fingerprint of its description, in constant
 * time.
 * @hash: "sha-256", "sha-384" or "sha-512"
 * @error: HS_CALL_ERROR_GENERIC saying what is wrong: the certificate cannot be read, the hash is
 *   not one of these, or the two differ */
gboolean hs_certificate_verify (const char *pem, const char *hash, GBytes *digest, GError **error)
    G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
