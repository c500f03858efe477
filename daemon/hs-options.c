/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "handsetd"

#include "hs-options.h"

#include "log/hs-log.h"
#include "phone/hs-config-file.h"

void
hs_options_clear (HsOptions *options)
{
  g_clear_pointer (&options->socket_path, g_free);
  g_clear_pointer (&options->config_path, g_free);
  g_clear_pointer (&options->log_level, g_free);
}

gboolean
hs_options_parse (HsOptions *options, int *argc, char ***argv, GError **error)
{
  const GOptionEntry entries[] = {
    { "socket", 's', 0, G_OPTION_ARG_FILENAME, &options->socket_path, "Where to listen", "PATH" },
    { "config", 'c', 0, G_OPTION_ARG_FILENAME, &options->config_path, "The configuration file",
      "PATH" },
    { "log-level", 'l', 0, G_OPTION_ARG_STRING, &options->log_level, "What to log, from", "LEVEL" },
    { "version", 0, 0, G_OPTION_ARG_NONE, &options->show_version, "Print the version", NULL },
    { NULL },
  };
  g_autoptr (GOptionContext) context = g_option_context_new ("- a softphone with no face");
  HsLogLevel level;

  g_option_context_add_main_entries (context, entries, NULL);
  if (!g_option_context_parse (context, argc, argv, error))
    return FALSE;
  if (options->log_level != NULL && !hs_log_level_from_name (options->log_level, &level)) {
    g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                 "--log-level: expected trace, debug, info, warn, error or silent, got \"%s\"",
                 options->log_level);
    return FALSE;
  }
  return TRUE;
}

JsonObject *
hs_options_load_config (const HsOptions *options, GError **error)
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
