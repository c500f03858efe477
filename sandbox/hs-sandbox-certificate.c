/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "hs-sandbox"

#include "hs-sandbox-certificate.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>

#define DAY_S         (24 * 60 * 60)
#define LIFETIME_DAYS 365
#define MIN_REST_DAYS 7
/* Clocks of clients may be a little behind. */
#define BACKDATE_S DAY_S

G_DEFINE_AUTOPTR_CLEANUP_FUNC (EVP_PKEY, EVP_PKEY_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (X509, X509_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (X509_EXTENSION, X509_EXTENSION_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BIO, BIO_free_all)

static gboolean
set_crypto_error (GError **error, const char *what)
{
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED, "%s: %s", what,
               ERR_reason_error_string (ERR_get_error ()));
  return FALSE;
}

static gboolean
add_extension (X509 *certificate, X509 *issuer, int nid, const char *value)
{
  X509V3_CTX context;
  g_autoptr (X509_EXTENSION) extension = NULL;

  X509V3_set_ctx_nodb (&context);
  X509V3_set_ctx (&context, issuer, certificate, NULL, NULL, 0);
  extension = X509V3_EXT_conf_nid (NULL, &context, nid, value);
  return extension && X509_add_ext (certificate, extension, -1) == 1;
}

static gboolean
set_serial (X509 *certificate)
{
  guint8 random[8];
  guint64 number;

  if (RAND_bytes (random, sizeof random) != 1)
    return FALSE;
  memcpy (&number, random, sizeof number);
  return ASN1_INTEGER_set_uint64 (X509_get_serialNumber (certificate), number | 1) == 1;
}

static X509 *
new_certificate (const char *common_name, EVP_PKEY *key, X509 *issuer)
{
  g_autoptr (X509) certificate = X509_new ();
  X509_NAME *name;

  if (!certificate || X509_set_version (certificate, 2) != 1 || !set_serial (certificate) ||
      !X509_gmtime_adj (X509_getm_notBefore (certificate), -BACKDATE_S) ||
      !X509_gmtime_adj (X509_getm_notAfter (certificate), LIFETIME_DAYS * (long) DAY_S) ||
      X509_set_pubkey (certificate, key) != 1)
    return NULL;
  name = X509_get_subject_name (certificate);
  if (X509_NAME_add_entry_by_txt (name, "CN", MBSTRING_ASC, (const guint8 *) common_name, -1, -1,
                                  0) != 1 ||
      X509_set_issuer_name (certificate, issuer ? X509_get_subject_name (issuer) : name) != 1)
    return NULL;
  return g_steal_pointer (&certificate);
}

static X509 *
make_authority (EVP_PKEY *key)
{
  g_autoptr (X509) authority = new_certificate ("handset-sandbox authority", key, NULL);

  if (!authority ||
      !add_extension (authority, authority, NID_basic_constraints, "critical,CA:TRUE,pathlen:0") ||
      !add_extension (authority, authority, NID_key_usage, "critical,keyCertSign") ||
      !add_extension (authority, authority, NID_subject_key_identifier, "hash") ||
      X509_sign (authority, key, EVP_sha256 ()) == 0)
    return NULL;
  return g_steal_pointer (&authority);
}

static X509 *
make_server (EVP_PKEY *key, X509 *authority, EVP_PKEY *authority_key)
{
  g_autoptr (X509) server = new_certificate ("localhost", key, authority);

  if (!server || !add_extension (server, authority, NID_basic_constraints, "critical,CA:FALSE") ||
      !add_extension (server, authority, NID_key_usage, "critical,digitalSignature") ||
      !add_extension (server, authority, NID_ext_key_usage, "serverAuth") ||
      !add_extension (server, authority, NID_authority_key_identifier, "keyid") ||
      !add_extension (server, authority, NID_subject_alt_name,
                      "DNS:localhost,IP:127.0.0.1,IP:::1") ||
      X509_sign (server, authority_key, EVP_sha256 ()) == 0)
    return NULL;
  return g_steal_pointer (&server);
}

static char *
to_pem (X509 *certificate, EVP_PKEY *key)
{
  g_autoptr (BIO) memory = BIO_new (BIO_s_mem ());
  const char *text = NULL;
  long length;

  if (!memory || PEM_write_bio_X509 (memory, certificate) != 1 ||
      (key && PEM_write_bio_PrivateKey (memory, key, NULL, NULL, 0, NULL, NULL) != 1))
    return NULL;
  length = BIO_get_mem_data (memory, &text);
  return g_strndup (text, length);
}

static gboolean
make_files (const char *ca_path, const char *server_path, GError **error)
{
  g_autoptr (EVP_PKEY) authority_key = EVP_EC_gen ("P-256");
  g_autoptr (EVP_PKEY) key = EVP_EC_gen ("P-256");
  g_autoptr (X509) authority = authority_key ? make_authority (authority_key) : NULL;
  g_autoptr (X509) server = key && authority ? make_server (key, authority, authority_key) : NULL;
  g_autofree char *ca_pem = server ? to_pem (authority, NULL) : NULL;
  g_autofree char *server_pem = server ? to_pem (server, key) : NULL;

  if (!ca_pem || !server_pem)
    return set_crypto_error (error, "cannot make a certificate");
  return g_file_set_contents_full (server_path, server_pem, -1, G_FILE_SET_CONTENTS_CONSISTENT,
                                   0600, error) &&
         g_file_set_contents_full (ca_path, ca_pem, -1, G_FILE_SET_CONTENTS_CONSISTENT, 0644,
                                   error);
}

static GTlsCertificate *
load_usable (const char *ca_path, const char *server_path)
{
  g_autoptr (GTlsCertificate) authority = g_tls_certificate_new_from_file (ca_path, NULL);
  g_autoptr (GTlsCertificate) server = g_tls_certificate_new_from_file (server_path, NULL);
  g_autoptr (GDateTime) end = server ? g_tls_certificate_get_not_valid_after (server) : NULL;
  g_autoptr (GDateTime) now = g_date_time_new_now_utc ();
  g_autofree char *key = NULL;

  if (!authority || !end || g_date_time_difference (end, now) < MIN_REST_DAYS * G_TIME_SPAN_DAY ||
      g_tls_certificate_verify (server, NULL, authority) != 0)
    return NULL;
  g_object_get (server, "private-key-pem", &key, NULL);
  return key ? g_steal_pointer (&server) : NULL;
}

GTlsCertificate *
hs_sandbox_certificate_load_or_make (const char *directory, char **ca_path, GError **error)
{
  g_autofree char *authority = g_build_filename (directory, "ca.pem", NULL);
  g_autofree char *server = g_build_filename (directory, "server.pem", NULL);
  g_autoptr (GTlsCertificate) certificate = load_usable (authority, server);

  if (!certificate) {
    if (!make_files (authority, server, error))
      return NULL;
    certificate = g_tls_certificate_new_from_file (server, error);
  }
  if (certificate)
    *ca_path = g_steal_pointer (&authority);
  return g_steal_pointer (&certificate);
}
