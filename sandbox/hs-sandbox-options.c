/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "hs-sandbox"

#include "hs-sandbox-options.h"

#define DAY_S (24 * 60 * 60)

void
hs_sandbox_options_free (HsSandboxOptions *options)
{
  g_free (options->state_dir);
  g_free (options->ready_file);
  g_strfreev (options->services);
  g_free (options);
}

static gboolean
check_range (const char *option, int value, int min, int max, GError **error)
{
  if (value >= min && value <= max)
    return TRUE;
  g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
               "--%s: a number from %d to %d is expected", option, min, max);
  return FALSE;
}

HsSandboxOptions *
hs_sandbox_options_parse (int *argc, char ***argv, GError **error)
{
  g_autoptr (HsSandboxOptions) options = g_new0 (HsSandboxOptions, 1);
  g_autoptr (GOptionContext) context = g_option_context_new ("- a stand-in gateway on loopback");
  g_autofree char *services = NULL;
  /* clang-format off */
  const GOptionEntry entries[] = {
    { "port", 'p', 0, G_OPTION_ARG_INT, &options->port,
      "Listen on PORT; 0, the default, is a free one", "PORT" },
    { "plain", 0, 0, G_OPTION_ARG_NONE, &options->plain,
      "No TLS: http and ws", NULL },
    { "state-dir", 0, 0, G_OPTION_ARG_FILENAME, &options->state_dir,
      "Keep the certificate in DIR", "DIR" },
    { "ready-file", 0, 0, G_OPTION_ARG_FILENAME, &options->ready_file,
      "Write what is printed when ready to FILE, too", "FILE" },
    { "ring-timeout", 0, 0, G_OPTION_ARG_INT, &options->ring_timeout_s,
      "End unanswered calls after SECONDS (60)", "SECONDS" },
    { "keep-notifications", 0, 0, G_OPTION_ARG_INT, &options->keep_s,
      "Keep notifications for SECONDS without a websocket (30)", "SECONDS" },
    { "max-sessions", 0, 0, G_OPTION_ARG_INT, &options->max_sessions,
      "Subscriptions that one user may have (5)", "NUMBER" },
    { "services", 0, 0, G_OPTION_ARG_STRING, &services,
      "Services to grant, separated by commas", "LIST" },
    { "turn", 0, 0, G_OPTION_ARG_NONE, &options->turn,
      "Give out TURN credentials", NULL },
    { "exit-with-parent", 0, 0, G_OPTION_ARG_NONE, &options->exit_with_parent,
      "Exit when the parent process ends", NULL },
    { "verbose", 'v', 0, G_OPTION_ARG_NONE, &options->verbose,
      "Log the wire to standard error", NULL },
    { "version", 0, 0, G_OPTION_ARG_NONE, &options->version,
      "Show the version", NULL },
    { NULL },
  };
  /* clang-format on */

  options->ring_timeout_s = 60;
  options->keep_s = 30;
  options->max_sessions = 5;
  g_option_context_add_main_entries (context, entries, NULL);
  if (!g_option_context_parse (context, argc, argv, error) ||
      !check_range ("port", options->port, 0, 65535, error) ||
      !check_range ("ring-timeout", options->ring_timeout_s, 1, DAY_S, error) ||
      !check_range ("keep-notifications", options->keep_s, 0, DAY_S, error) ||
      !check_range ("max-sessions", options->max_sessions, 1, 1000, error))
    return NULL;
  if (*argc > 1) {
    g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_FAILED, "%s: no arguments are expected",
                 (*argv)[1]);
    return NULL;
  }
  options->services = services ? g_strsplit (services, ",", -1) : NULL;
  return g_steal_pointer (&options);
}
