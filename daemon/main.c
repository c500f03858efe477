/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "handsetd"

#include "base/hs-clock.h"
#include "hs-options.h"
#include "log/hs-log.h"
#include "media/hs-screen-reader.h"
#include "phone/hs-phone.h"
#include "protocol/hs-protocol.h"
#include "rpc/hs-rpc-server.h"
#include "system/hs-system.h"

#include <glib-unix.h>
#include <locale.h>
#include <malloc.h>
#include <stdio.h>

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

static void
on_config_changed (HsConfig *config, HsRpcServer *server)
{
  HsRpcLimits limits = hs_rpc_limits_from_config (config);

  hs_rpc_server_set_limits (server, &limits);
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
listen_with_all_rights (HsRpcServer *server, const char *path, GError **error)
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
  return hs_rpc_server_listen (server, path != NULL ? path : fallback, NULL, error);
}

static gboolean
listen (HsRpcServer *server, const char *path, HsConfig *config, GError **error)
{
  return listen_with_all_rights (server, path, error) &&
         hs_rpc_server_listen_further (server, config, error);
}

static int
run (const HsOptions *options, JsonObject *config)
{
  g_autoptr (HsClock) clock = hs_clock_new_real ();
  g_autoptr (HsSystem) system = hs_system_new (clock);
  g_autoptr (HsPhone) phone = hs_phone_new (clock, config);
  g_autoptr (HsRpcServer) server =
      hs_rpc_server_new (clock, hs_protocol_phone_rows, hs_protocol_n_phone_rows, phone);
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr (GError) error = NULL;
  HsConfig *settings = hs_phone_get_config (phone);
  Daemon daemon = { loop, system, phone, server, FALSE };

  on_config_changed (settings, server);
  g_signal_connect_object (settings, "changed", G_CALLBACK (on_config_changed), server, 0);
  hs_rpc_server_set_snapshot (server, on_snapshot, phone);
  g_signal_connect_object (phone, "event", G_CALLBACK (on_event), server, 0);
  if (!listen (server, options->socket_path, settings, &error)) {
    g_printerr ("handsetd: %s\n", error->message);
    return EXIT_FAILURE;
  }
  g_unix_signal_add (SIGTERM, on_stop_signal, &daemon);
  g_unix_signal_add (SIGINT, on_stop_signal, &daemon);
  hs_system_tell_ready (system);
  g_main_loop_run (loop);
  return EXIT_SUCCESS;
}

static void
set_up_process (void)
{
  /* A call has ten threads of GStreamer's; each with an arena of its own would keep what it freed.
   */
  mallopt (M_ARENA_MAX, 2);
  /* GIO would load a desktop's settings and libproxy, unused: the link knows its proxy. */
  g_setenv ("GIO_USE_PROXY_RESOLVER", "dummy", FALSE);
  g_setenv ("GSETTINGS_BACKEND", "memory", FALSE);
  /* A client that goes away, or a recording that grows too large, is an error of that write. */
  signal (SIGPIPE, SIG_IGN);
  signal (SIGXFSZ, SIG_IGN);
  setlocale (LC_ALL, "");
}

int
main (int argc, char **argv)
{
  g_auto (HsOptions) options = { 0 };
  g_autoptr (JsonObject) config = NULL;
  g_autoptr (GError) error = NULL;

  if (hs_screen_reader_is_wanted (argc, argv))
    return hs_screen_reader_run (argv);
  set_up_process ();
  if (!hs_options_parse (&options, &argc, &argv, &error)) {
    g_printerr ("handsetd: %s\n", error->message);
    return EXIT_FAILURE;
  }
  if (options.show_version) {
    puts ("handsetd " HS_VERSION);
    return EXIT_SUCCESS;
  }
  hs_log_start (HS_LOG_LEVEL_INFO);
  config = hs_options_load_config (&options, &error);
  if (config == NULL) {
    g_printerr ("handsetd: %s\n", error->message);
    return EXIT_FAILURE;
  }
  return run (&options, config);
}
