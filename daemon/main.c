/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "handsetd"

#include "base/hs-clock.h"
#include "log/hs-log.h"
#include "phone/hs-config-file.h"
#include "phone/hs-defaults.h"
#include "phone/hs-phone.h"
#include "protocol/hs-protocol.h"
#include "rpc/hs-rpc-server.h"
#include "system/hs-system.h"

#include <glib-unix.h>
#include <locale.h>
#include <malloc.h>
#include <stdio.h>

typedef struct {
  char *socket_path;
  char *config_path;
  char *log_level;
  gboolean show_version;
} Options;

typedef struct {
  GMainLoop *loop;
  HsSystem *system;
  HsPhone *phone;
  HsRpcServer *server;
  gboolean stopping;
} Daemon;

static void
on_event (HsPhone *phone, const char *name, JsonObject *payload, HsRpcServer *server)
{
  hs_rpc_server_emit (server, name, payload);
}

static JsonObject *
on_snapshot (gpointer user_data)
{
  return hs_phone_dup_state (user_data);
}

static void
on_phone_at_rest (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Daemon *daemon = user_data;

  hs_rpc_server_close (daemon->server);
  g_main_loop_quit (daemon->loop);
}

/* The first signal ends calls and the subscription properly, a second one leaves at once. */
static gboolean
on_stop_signal (gpointer user_data)
{
  Daemon *daemon = user_data;

  if (daemon->stopping) {
    g_main_loop_quit (daemon->loop);
    return G_SOURCE_CONTINUE;
  }
  daemon->stopping = TRUE;
  g_message ("stopping");
  hs_system_tell_stopping (daemon->system);
  hs_phone_destroy_async (daemon->phone, on_phone_at_rest, daemon);
  return G_SOURCE_CONTINUE;
}

static gboolean
listen (HsRpcServer *server, const char *path, GError **error)
{
  g_autoptr (GArray) sockets = hs_system_take_sockets ();
  g_autofree char *fallback = NULL;

  for (guint i = 0; i < sockets->len; i++) {
    if (!hs_rpc_server_adopt (server, g_array_index (sockets, int, i), error))
      return FALSE;
  }
  if (path == NULL && sockets->len > 0)
    return TRUE;
  fallback = g_build_filename (g_get_user_runtime_dir (), "handset", "control.sock", NULL);
  return hs_rpc_server_listen (server, path != NULL ? path : fallback, error);
}

static int
run (const Options *options, JsonObject *config)
{
  g_autoptr (HsClock) clock = hs_clock_new_real ();
  g_autoptr (HsSystem) system = hs_system_new (clock);
  g_autoptr (HsPhone) phone = hs_phone_new (clock, config);
  g_autoptr (HsRpcServer) server =
      hs_rpc_server_new (clock, hs_protocol_phone_rows, hs_protocol_n_phone_rows, phone);
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr (GError) error = NULL;
  HsRpcLimits limits = hs_rpc_limits_from_config (hs_phone_get_config (phone));
  Daemon daemon = { loop, system, phone, server, FALSE };

  hs_rpc_server_set_limits (server, &limits);
  hs_rpc_server_set_snapshot (server, on_snapshot, phone);
  g_signal_connect_object (phone, "event", G_CALLBACK (on_event), server, 0);
  if (!listen (server, options->socket_path, &error)) {
    g_printerr ("handsetd: %s\n", error->message);
    return EXIT_FAILURE;
  }
  /* A client that goes away, or a recording that grows too large, is an error of that write. */
  signal (SIGPIPE, SIG_IGN);
  signal (SIGXFSZ, SIG_IGN);
  g_unix_signal_add (SIGTERM, on_stop_signal, &daemon);
  g_unix_signal_add (SIGINT, on_stop_signal, &daemon);
  hs_system_tell_ready (system);
  g_main_loop_run (loop);
  return EXIT_SUCCESS;
}

static gboolean
start_log (const Options *options)
{
  HsLogLevel level = HS_LOG_LEVEL_INFO;

  if (options->log_level != NULL && !hs_log_level_from_name (options->log_level, &level)) {
    g_printerr ("handsetd: --log-level: expected trace, debug, info, warn, error or silent\n");
    return FALSE;
  }
  hs_log_start (level);
  return TRUE;
}

/* The command line wins over the file. */
static JsonObject *
load_config (const Options *options, GError **error)
{
  JsonObject *values = hs_config_file_load (options->config_path, error);
  JsonObject *logs;

  if (values == NULL || options->log_level == NULL)
    return values;
  logs = json_object_new ();
  json_object_set_string_member (logs, "logLevel", options->log_level);
  json_object_set_object_member (values, "logs", logs);
  return values;
}

int
main (int argc, char **argv)
{
  g_autofree char *socket_path = NULL;
  g_autofree char *config_path = NULL;
  g_autofree char *log_level = NULL;
  Options options = { 0 };
  const GOptionEntry entries[] = {
    { "socket", 's', 0, G_OPTION_ARG_FILENAME, &socket_path, "Where to listen", "PATH" },
    { "config", 'c', 0, G_OPTION_ARG_FILENAME, &config_path, "The configuration file", "PATH" },
    { "log-level", 'l', 0, G_OPTION_ARG_STRING, &log_level, "What to log, from", "LEVEL" },
    { "version", 0, 0, G_OPTION_ARG_NONE, &options.show_version, "Print the version", NULL },
    { NULL },
  };
  g_autoptr (GOptionContext) context = g_option_context_new ("- a softphone with no face");
  g_autoptr (JsonObject) config = NULL;
  g_autoptr (GError) error = NULL;

  /* A call has ten threads of GStreamer's; each with an arena of its own would keep what it freed.
   */
  mallopt (M_ARENA_MAX, 2);
  /* GIO would load a desktop's settings and libproxy, unused: the link knows its proxy. */
  g_setenv ("GIO_USE_PROXY_RESOLVER", "dummy", FALSE);
  g_setenv ("GSETTINGS_BACKEND", "memory", FALSE);
  setlocale (LC_ALL, "");
  g_option_context_add_main_entries (context, entries, NULL);
  if (!g_option_context_parse (context, &argc, &argv, &error)) {
    g_printerr ("handsetd: %s\n", error->message);
    return EXIT_FAILURE;
  }
  if (options.show_version) {
    puts ("handsetd " HS_VERSION);
    return EXIT_SUCCESS;
  }
  options.socket_path = socket_path;
  options.config_path = config_path;
  options.log_level = log_level;
  if (!start_log (&options))
    return EXIT_FAILURE;
  config = load_config (&options, &error);
  if (config == NULL) {
    g_printerr ("handsetd: %s\n", error->message);
    return EXIT_FAILURE;
  }
  return run (&options, config);
}
