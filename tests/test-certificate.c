/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/hs-error.h"
#include "media/hs-certificate.h"
#include "sdp/hs-sdp-transport.h"

#include <string.h>

static GBytes *
dup_digest (HsCertificate *certificate, const char *hash)
{
  g_autofree char *text =
      g_strdup_printf ("v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\nm=audio 9 RTP/AVP 0\r\n"
                       "a=fingerprint:%s %s\r\n",
                       hash, hs_certificate_get_fingerprint (certificate));
  g_autoptr (HsSdp) sdp = hs_sdp_parse (text, NULL);
  g_autoptr (GPtrArray) list = hs_sdp_section_dup_fingerprints (hs_sdp_get_section (sdp, 0));

  g_assert_cmpuint (list->len, ==, 1);
  return g_bytes_ref (((HsSdpFingerprint *) list->pdata[0])->digest);
}

static void
test_certificate (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (HsCertificate) one = hs_certificate_new (&error);
  g_autoptr (HsCertificate) other = hs_certificate_new (&error);
  g_autoptr (GBytes) digest = dup_digest (one, "sha-256");

  g_assert_no_error (error);
  g_assert_true (g_str_has_prefix (hs_certificate_get_pem (one), "-----BEGIN CERTIFICATE-----"));
  g_assert_nonnull (strstr (hs_certificate_get_pem (one), "-----BEGIN PRIVATE KEY-----"));
  g_assert_cmpstr (hs_certificate_get_fingerprint (one), !=,
                   hs_certificate_get_fingerprint (other));
  g_assert_true (hs_certificate_verify (hs_certificate_get_pem (one), "sha-256", digest, &error));
  g_assert_no_error (error);
  g_assert_false (
      hs_certificate_verify (hs_certificate_get_pem (other), "sha-256", digest, &error));
  g_assert_error (error, HS_CALL_ERROR, HS_CALL_ERROR_GENERIC);
}

/* Far ends may hash with more bits than we do. */
static void
test_certificate_other_hashes (void)
{
  g_autoptr (HsCertificate) certificate = hs_certificate_new (NULL);
  const char *pem = hs_certificate_get_pem (certificate);
  const char *begin = strstr (pem, "-----\n") + strlen ("-----\n");
  g_autofree char *base64 = g_strndup (begin, strstr (begin, "-----END") - begin);
  gsize length;
  g_autofree guchar *der = g_base64_decode (base64, &length);
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < 2; i++) {
    g_autoptr (GChecksum) sum = g_checksum_new (i == 0 ? G_CHECKSUM_SHA384 : G_CHECKSUM_SHA512);
    g_autoptr (GBytes) digest = NULL;
    guint8 buffer[64];
    gsize n_bytes = sizeof buffer;

    g_checksum_update (sum, der, length);
    g_checksum_get_digest (sum, buffer, &n_bytes);
    digest = g_bytes_new (buffer, n_bytes);
    g_assert_true (hs_certificate_verify (pem, i == 0 ? "sha-384" : "sha-512", digest, &error));
    g_assert_no_error (error);
  }
}

static void
test_certificate_refuses (void)
{
  g_autoptr (HsCertificate) certificate = hs_certificate_new (NULL);
  g_autoptr (GBytes) digest = dup_digest (certificate, "sha-256");
  g_autoptr (GBytes) part = g_bytes_new_from_bytes (digest, 0, 16);
  g_autoptr (GBytes) nothing = g_bytes_new (NULL, 0);
  const char *pem = hs_certificate_get_pem (certificate);

  g_assert_false (hs_certificate_verify (pem, "sha-256", part, NULL));
  g_assert_false (hs_certificate_verify (pem, "sha-256", nothing, NULL));
  g_assert_false (hs_certificate_verify (pem, "sha-512", digest, NULL));
  g_assert_false (hs_certificate_verify (pem, "md5", digest, NULL));
  g_assert_false (hs_certificate_verify ("no certificate", "sha-256", digest, NULL));
  g_assert_false (hs_certificate_verify ("", "sha-256", digest, NULL));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/leg/certificate/new", test_certificate);
  g_test_add_func ("/leg/certificate/other-hashes", test_certificate_other_hashes);
  g_test_add_func ("/leg/certificate/refuses", test_certificate_refuses);
  return g_test_run ();
}
