/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whom the link trusts, for requests and for the websocket alike. */
#include "base/hs-json.h"
#include "hs-session-probe.h"

#include <glib/gstdio.h>

typedef struct {
  char *folder;
  char *good;  /* for 127.0.0.1 */
  char *other; /* for other.example */
} Fixture;

static char *
create_certificate (const char *folder, const char *name, const char *subject)
{
  g_autofree char *key = g_build_filename (folder, "key.pem", NULL);
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autofree char *alternative = g_strconcat ("subjectAltName=", subject, NULL);
  const char *const arguments[] = {
    "openssl", "req",   "-x509",    "-newkey", "ec",        "-pkeyopt", "ec_paramgen_curve:P-256",
    "-nodes",  "-subj", "/CN=test", "-addext", alternative, "-days",    "2",
    "-keyout", key,     "-out",     path,      NULL,
  };
  g_autofree char *certificate = NULL;
  g_autofree char *both = NULL;
  g_autofree char *secret = NULL;
  g_autoptr (GError) error = NULL;

  g_spawn_sync (NULL, (char **) arguments, NULL, G_SPAWN_SEARCH_PATH | G_SPAWN_STDERR_TO_DEV_NULL,
                NULL, NULL, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (g_file_get_contents (path, &certificate, NULL, NULL));
  g_assert_true (g_file_get_contents (key, &secret, NULL, NULL));
  both = g_strconcat (certificate, secret, NULL);
  g_assert_true (g_file_set_contents (path, both, -1, NULL));
  g_remove (key);
  return g_steal_pointer (&path);
}

static void
set_up (Fixture *f, gconstpointer data)
{
  f->folder = g_dir_make_tmp ("handset-tls-XXXXXX", NULL);
  f->good = create_certificate (f->folder, "good.pem", "IP:127.0.0.1");
  f->other = create_certificate (f->folder, "other.pem", "DNS:other.example");
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  g_remove (f->good);
  g_remove (f->other);
  g_rmdir (f->folder);
  g_free (f->good);
  g_free (f->other);
  g_free (f->folder);
}

static void
trust (HsSessionProbe *probe, const char *authority)
{
  g_autofree char *text = g_strdup_printf ("{\"tls\":{\"ca\":\"%s\"}}", authority);

  hs_session_probe_configure (probe, text);
}

static void
expect_failure (HsSessionProbe *probe, const char *beginning, const char *reason)
{
  const char *message;

  hs_session_probe_connect (probe, HS_PROBE_CREDENTIALS, NULL);
  hs_session_probe_expect (
      probe, "A:c A:c S:c S:e(authentication:4) A:e(authentication:4) =authentication:4");
  message = hs_json_get_string (hs_json_get_object (probe->payload, "error"), "message");
  g_assert_nonnull (strstr (message, beginning));
  g_assert_nonnull (strstr (message, reason));
}

static void
expect_refusal (HsSessionProbe *probe, const char *reason)
{
  expect_failure (probe, "the certificate of 127.0.0.1 is refused: ", reason);
}

static void
test_unknown_authority (Fixture *f, gconstpointer data)
{
  g_autoptr (HsSessionProbe) probe = hs_session_probe_new (f->good);

  expect_refusal (probe, "not trusted here");
  trust (probe, f->other);
  expect_refusal (probe, "not trusted here");
}

/* Not the system's authorities in its place. */
static void
test_unusable_authority (Fixture *f, gconstpointer data)
{
  g_autoptr (HsSessionProbe) probe = hs_session_probe_new (f->good);

  trust (probe, "/nowhere.pem");
  expect_failure (probe, "tls.ca: ", "/nowhere.pem");
  trust (probe, f->good);
  hs_session_probe_begin (probe);
}

static void
test_own_authority (Fixture *f, gconstpointer data)
{
  g_autoptr (HsSessionProbe) probe = hs_session_probe_new (f->good);

  trust (probe, f->good);
  hs_session_probe_begin (probe);
}

static void
test_other_host (Fixture *f, gconstpointer data)
{
  g_autoptr (HsSessionProbe) probe = hs_session_probe_new (f->other);

  trust (probe, f->other);
  expect_refusal (probe, "another host name");
}

static void
test_unverified (Fixture *f, gconstpointer data)
{
  g_autoptr (HsSessionProbe) probe = hs_session_probe_new (f->other);

  hs_session_probe_configure (probe, "{\"tls\":{\"verify\":false}}");
  hs_session_probe_begin (probe);
}

/* The websocket asks for itself. */
static void
test_websocket_refused (Fixture *f, gconstpointer data)
{
  g_autoptr (HsSessionProbe) probe = hs_session_probe_new (f->good);
  const char *message;

  trust (probe, f->good);
  hs_session_probe_configure (probe, "{\"connectivity\":{\"reconnectLimit\":1},\"subscription\":{"
                                     "\"websocket\":{\"server\":\"localhost\"}}}");
  g_assert_true (hs_session_probe_sign_in (probe, HS_PROBE_CREDENTIALS, NULL));
  hs_session_probe_subscribe (probe, "[\"call\"]", NULL);
  hs_session_probe_expect (probe, "A:c S:c POST W DELETE S:e(subscription:1) =subscription:1");
  message = hs_json_get_string (hs_json_get_object (probe->payload, "error"), "message");
  g_assert_nonnull (strstr (message, "certificate of localhost is refused: it is for another"));
}

#define ADD(name, function)                                                                        \
  g_test_add ("/link/tls/" name, Fixture, NULL, set_up, function, tear_down)

int
main (int argc, char **argv)
{
  g_autoptr (GString) log = g_string_new (NULL);

  g_test_init (&argc, &argv, NULL);
  hs_session_probe_catch_log (log);
  ADD ("unknown-authority", test_unknown_authority);
  ADD ("unusable-authority", test_unusable_authority);
  ADD ("own-authority", test_own_authority);
  ADD ("other-host", test_other_host);
  ADD ("unverified", test_unverified);
  ADD ("websocket-refused", test_websocket_refused);
  return g_test_run ();
}
