/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "hs-sandbox"

#include "hs-sandbox-certificate.h"
#include "hs-sandbox-gateway.h"
#include "hs-sandbox-json.h"
#include "hs-sandbox-options.h"

#include <glib-unix.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <unistd.h>

/* Where the certificate is; a folder that was made for this run goes with it. */
typedef struct {
  char *path;
  gboolean is_temporary;
} StateDir;

static void
state_dir_clear (StateDir *dir)
{
  static const char *const files[] = { "ca.pem", "server.pem" };

  for (guint i = 0; dir->is_temporary && i < G_N_ELEMENTS (files); i++) {
    g_autofree char *path = g_build_filename (dir->path, files[i], NULL);

    g_unlink (path);
  }
  if (dir->is_temporary)
    g_rmdir (dir->path);
  g_free (dir->path);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (StateDir, state_dir_clear)

static gboolean
state_dir_open (StateDir *dir, const char *wanted, GError **error)
{
  if (!wanted) {
    dir->path = g_dir_make_tmp ("handset-sandbox-XXXXXX", error);
    dir->is_temporary = dir->path != NULL;
    return dir->is_temporary;
  }
  dir->path = g_canonicalize_filename (wanted, NULL);
  if (g_mkdir_with_parents (dir->path, 0700) == 0)
    return TRUE;
  g_set_error (error, G_IO_ERROR, g_io_error_from_errno (errno), "cannot make %s: %s", dir->path,
               g_strerror (errno));
  return FALSE;
}

/* A parent that is gone before the kernel was asked to tell sends no signal. */
static gboolean
watch_parent (pid_t parent)
{
  return prctl (PR_SET_PDEATHSIG, SIGTERM) == 0 && getppid () == parent;
}

static gboolean
announce (const HsSandboxOptions *options, guint port, const char *ca_path, GError **error)
{
  g_autoptr (JsonObject) ready = json_object_new ();
  g_autofree char *url =
      g_strdup_printf ("%s://127.0.0.1:%u", options->plain ? "http" : "https", port);
  g_autofree char *text = NULL;
  g_autofree char *line = NULL;

  json_object_set_int_member (ready, "port", port);
  json_object_set_string_member (ready, "url", url);
  hs_sandbox_json_set_string (ready, "certificate", ca_path);
  text = hs_sandbox_json_to_text (ready);
  line = g_strconcat (text, "\n", NULL);
  if (options->ready_file && !g_file_set_contents (options->ready_file, line, -1, error))
    return FALSE;
  fputs (line, stdout);
  fflush (stdout);
  return TRUE;
}

static gboolean
on_stop (gpointer user_data)
{
  g_main_loop_quit (user_data);
  return G_SOURCE_CONTINUE;
}

static void
stop_on (int signal_number, GMainLoop *loop)
{
  g_unix_signal_add_full (G_PRIORITY_DEFAULT, signal_number, on_stop, g_main_loop_ref (loop),
                          (GDestroyNotify) g_main_loop_unref);
}

static gboolean
listen_and_run (HsSandboxOptions *options, GError **error)
{
  HsSandboxGatewayOptions gateway_options = {
    .subscription = { .services = options->services,
                      .max_sessions = options->max_sessions,
                      .turn = options->turn },
    .ring_timeout_ms = options->ring_timeout_s * 1000,
    .keep_ms = options->keep_s * 1000,
    .verbose = options->verbose,
  };
  g_auto (StateDir) dir = { 0 };
  g_autoptr (GTlsCertificate) certificate = NULL;
  g_autofree char *ca_path = NULL;
  g_autoptr (HsSandboxGateway) gateway = NULL;
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  guint port;

  if (!options->plain) {
    if (!state_dir_open (&dir, options->state_dir, error))
      return FALSE;
    certificate = hs_sandbox_certificate_load_or_make (dir.path, &ca_path, error);
    if (!certificate)
      return FALSE;
  }
  gateway = hs_sandbox_gateway_new (&gateway_options);
  port = hs_sandbox_gateway_listen (gateway, options->port, certificate, error);
  /* Whoever knows that we are ready may already want us to stop. */
  stop_on (SIGTERM, loop);
  stop_on (SIGINT, loop);
  if (port == 0 || !announce (options, port, ca_path, error))
    return FALSE;
  g_main_loop_run (loop);
  return TRUE;
}

int
main (int argc, char **argv)
{
  pid_t parent = getppid ();
  g_autoptr (GError) error = NULL;
  g_autoptr (HsSandboxOptions) options = hs_sandbox_options_parse (&argc, &argv, &error);

  if (options && options->version) {
    printf ("handset-sandbox %s\n", HS_VERSION);
    return EXIT_SUCCESS;
  }
  /* Whoever read our line may be gone when we write the next. */
  signal (SIGPIPE, SIG_IGN);
  if (options && options->exit_with_parent && !watch_parent (parent))
    return EXIT_SUCCESS;
  if (!options || !listen_and_run (options, &error)) {
    g_printerr ("handset-sandbox: %s\n", error->message);
    return EXIT_FAILURE;
  }
  /* Connections that were cut short are let go of from the main loop. */
  while (g_main_context_iteration (NULL, FALSE))
    continue;
  return EXIT_SUCCESS;
}
