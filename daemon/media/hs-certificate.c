/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "hs-media"

#include "hs-certificate.h"

#include "base/hs-error.h"

#include <openssl/crypto.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509.h>
#include <string.h>

/* A call may last; the far end does not look at the dates, but some stacks refuse absurd ones. */
#define VALID_BEFORE_S (24 * 60 * 60)
#define VALID_AFTER_S  (30 * 24 * 60 * 60)

struct _HsCertificate {
  grefcount references;
  char *pem;
  char *fingerprint;
};

G_DEFINE_AUTOPTR_CLEANUP_FUNC (BIO, BIO_free_all)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (EVP_PKEY, EVP_PKEY_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (X509, X509_free)

static gboolean
name_certificate (X509 *certificate)
{
  X509_NAME *name = X509_get_subject_name (certificate);
  guint64 serial = 0;

  /* A serial number is positive; equal ones under one name would be a mistake. */
  if (RAND_bytes ((unsigned char *) &serial, sizeof serial) != 1)
    return FALSE;
  serial = (serial >> 1) | 1;
  return ASN1_INTEGER_set_uint64 (X509_get_serialNumber (certificate), serial) == 1 &&
         X509_NAME_add_entry_by_txt (name, "CN", MBSTRING_ASC, (const unsigned char *) "handset",
                                     -1, -1, 0) == 1 &&
         X509_set_issuer_name (certificate, name) == 1;
}

static gboolean
fill_certificate (X509 *certificate, EVP_PKEY *key)
{
  return X509_set_version (certificate, X509_VERSION_3) == 1 && name_certificate (certificate) &&
         X509_gmtime_adj (X509_getm_notBefore (certificate), -VALID_BEFORE_S) != NULL &&
         X509_gmtime_adj (X509_getm_notAfter (certificate), VALID_AFTER_S) != NULL &&
         X509_set_pubkey (certificate, key) == 1 && X509_sign (certificate, key, EVP_sha256 ()) > 0;
}

static char *
dup_pem (X509 *certificate, EVP_PKEY *key)
{
  g_autoptr (BIO) bio = BIO_new (BIO_s_secmem ());
  char *text = NULL;
  long length;

  if (bio == NULL || PEM_write_bio_X509 (bio, certificate) != 1 ||
      PEM_write_bio_PKCS8PrivateKey (bio, key, NULL, NULL, 0, NULL, NULL) != 1)
    return NULL;
  length = BIO_get_mem_data (bio, &text);
  return g_strndup (text, length);
}

static char *
dup_fingerprint (X509 *certificate)
{
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int length = 0;
  GString *text;

  if (X509_digest (certificate, EVP_sha256 (), digest, &length) != 1)
    return NULL;
  text = g_string_sized_new (length * 3);
  for (unsigned int i = 0; i < length; i++)
    g_string_append_printf (text, i == 0 ? "%02X" : ":%02X", digest[i]);
  return g_string_free (text, FALSE);
}

HsCertificate *
hs_certificate_new (GError **error)
{
  g_autoptr (HsCertificate) self = g_new0 (HsCertificate, 1);
  g_autoptr (EVP_PKEY) key = EVP_EC_gen ("P-256");
  g_autoptr (X509) certificate = X509_new ();

  g_ref_count_init (&self->references);
  if (key != NULL && certificate != NULL && fill_certificate (certificate, key)) {
    self->pem = dup_pem (certificate, key);
    self->fingerprint = dup_fingerprint (certificate);
  }
  if (self->pem == NULL || self->fingerprint == NULL) {
    g_set_error (error, HS_CALL_ERROR, HS_CALL_ERROR_GENERIC, "cannot make a certificate");
    return NULL;
  }
  return g_steal_pointer (&self);
}

HsCertificate *
hs_certificate_ref (HsCertificate *self)
{
  g_ref_count_inc (&self->references);
  return self;
}

void
hs_certificate_unref (HsCertificate *self)
{
  if (!g_ref_count_dec (&self->references))
    return;
  if (self->pem != NULL)
    OPENSSL_cleanse (self->pem, strlen (self->pem));
  g_free (self->pem);
  g_free (self->fingerprint);
  g_free (self);
}

const char *
hs_certificate_get_pem (HsCertificate *self)
{
  return self->pem;
}

const char *
hs_certificate_get_fingerprint (HsCertificate *self)
{
  return self->fingerprint;
}

static const EVP_MD *
find_hash (const char *name)
{
  /* The weaker ones of RFC 8122 (sha-1, md5 …) prove nothing any more. */
  static const struct {
    const char *name;
    const EVP_MD *(*get) (void);
  } hashes[] = {
    { "sha-256", EVP_sha256 },
    { "sha-384", EVP_sha384 },
    { "sha-512", EVP_sha512 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (hashes); i++) {
    if (g_ascii_strcasecmp (hashes[i].name, name) == 0)
      return hashes[i].get ();
  }
  return NULL;
}

static X509 *
read_certificate (const char *pem)
{
  g_autoptr (BIO) bio = BIO_new_mem_buf (pem, -1);

  return bio != NULL ? PEM_read_bio_X509 (bio, NULL, NULL, NULL) : NULL;
}

gboolean
hs_certificate_verify (const char *pem, const char *hash, GBytes *digest, GError **error)
{
  const EVP_MD *method = find_hash (hash);
  g_autoptr (X509) certificate = read_certificate (pem);
  unsigned char shown[EVP_MAX_MD_SIZE];
  unsigned int length = 0;

  if (method == NULL) {
    g_set_error (error, HS_CALL_ERROR, HS_CALL_ERROR_GENERIC,
                 "the far end's fingerprint uses the hash \"%.20s\", which is not supported", hash);
    return FALSE;
  }
  if (certificate == NULL || X509_digest (certificate, method, shown, &length) != 1) {
    g_set_error (error, HS_CALL_ERROR, HS_CALL_ERROR_GENERIC,
                 "the far end's certificate cannot be read");
    return FALSE;
  }
  if (g_bytes_get_size (digest) == length &&
      CRYPTO_memcmp (shown, g_bytes_get_data (digest, NULL), length) == 0)
    return TRUE;
  g_set_error (error, HS_CALL_ERROR, HS_CALL_ERROR_GENERIC,
               "the far end's certificate is not the one its description names");
  return FALSE;
}
