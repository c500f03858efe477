/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "handsetctl"

#include "hs-ctl-arguments.h"
#include "hs-ctl-connection.h"
#include "hs-ctl-contract.h"
#include "hs-ctl-events.h"
#include "hs-ctl-help.h"
#include "protocol/hs-protocol.h"

#include <locale.h>
#include <stdio.h>

enum { EXIT_DONE = 0, EXIT_REFUSED = 1, EXIT_USAGE = 2, EXIT_NO_DAEMON = 3 };

typedef struct {
  char *socket_path;
  gboolean as_json;
  gboolean show_version;
  char **words;
} Options;

static int
complain (int status, const GError *error)
{
  fprintf (stderr, "handsetctl: %s\n", error->message);
  return status;
}

static int
status_of (const GError *error)
{
  if (g_error_matches (error, HS_CTL_ERROR, HS_CTL_ERROR_REFUSED))
    return EXIT_REFUSED;
  return EXIT_NO_DAEMON;
}

/* A bare string is printed as it is, null not at all, the rest as JSON. */
static void
print_result (JsonNode *result, gboolean as_json)
{
  g_autofree char *text = NULL;

  if (!as_json && JSON_NODE_HOLDS_NULL (result))
    return;
  if (!as_json && JSON_NODE_HOLDS_VALUE (result) &&
      json_node_get_value_type (result) == G_TYPE_STRING)
    text = json_node_dup_string (result);
  else
    text = json_to_string (result, !as_json);
  puts (text);
}

/* "call make" and "call.make" are the same.
 * Returns: (transfer full) (nullable): the method's name; *@used words were taken. */
static char *
read_method (HsCtlContract *contract, char **words, guint *used)
{
  *used = 1;
  if (hs_ctl_contract_find_method (contract, words[0]) != NULL)
    return g_strdup (words[0]);
  if (words[1] == NULL || !hs_ctl_contract_has_namespace (contract, words[0]))
    return NULL;
  *used = 2;
  return g_strconcat (words[0], ".", words[1], NULL);
}

static int
run_method (HsCtlContract *contract, const Options *options)
{
  guint used;
  g_autofree char *name = read_method (contract, options->words, &used);
  JsonObject *method = name != NULL ? hs_ctl_contract_find_method (contract, name) : NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonObject) params = NULL;
  g_autoptr (HsCtlConnection) connection = NULL;
  g_autoptr (JsonNode) result = NULL;

  if (method == NULL) {
    fprintf (stderr, "handsetctl: there is no method \"%s\"; \"handsetctl help\" lists them\n",
             name != NULL ? name : options->words[0]);
    return EXIT_USAGE;
  }
  params = hs_ctl_arguments_parse (contract, method, (const char *const *) options->words + used,
                                   &error);
  if (params == NULL)
    return complain (EXIT_USAGE, error);
  connection = hs_ctl_connection_open (options->socket_path, &error);
  if (connection == NULL)
    return complain (EXIT_NO_DAEMON, error);
  result = hs_ctl_connection_call (connection, name, params, &error);
  if (result == NULL)
    return complain (status_of (error), error);
  print_result (result, options->as_json);
  return EXIT_DONE;
}

static int
run_events (const Options *options)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (HsCtlConnection) connection = NULL;

  connection = hs_ctl_connection_open (options->socket_path, &error);
  if (connection == NULL)
    return complain (EXIT_NO_DAEMON, error);
  if (!hs_ctl_events_run (connection, (const char *const *) options->words + 1, options->as_json,
                          &error))
    return complain (status_of (error), error);
  return EXIT_DONE;
}

static int
run (const Options *options)
{
  g_autoptr (HsCtlContract) contract = hs_ctl_contract_new (hs_protocol_openrpc);

  if (options->show_version) {
    puts ("handsetctl " HS_VERSION);
    return EXIT_DONE;
  }
  if (options->words == NULL || options->words[0] == NULL) {
    hs_ctl_help_print_methods (contract, stderr);
    return EXIT_USAGE;
  }
  if (g_str_equal (options->words[0], "help"))
    return hs_ctl_help_run (contract, options->words + 1) ? EXIT_DONE : EXIT_USAGE;
  if (g_str_equal (options->words[0], "events"))
    return run_events (options);
  return run_method (contract, options);
}

int
main (int argc, char **argv)
{
  g_auto (GStrv) words = NULL;
  g_autofree char *socket_path = NULL;
  Options options = { 0 };
  const GOptionEntry entries[] = {
    { "socket", 's', 0, G_OPTION_ARG_FILENAME, &socket_path, "The daemon's control socket",
      "PATH" },
    { "json", 'j', 0, G_OPTION_ARG_NONE, &options.as_json, "Print JSON, one line each", NULL },
    { "version", 0, 0, G_OPTION_ARG_NONE, &options.show_version, "Print the version", NULL },
    { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_STRING_ARRAY, &words, NULL, NULL },
    { NULL },
  };
  g_autoptr (GOptionContext) context =
      g_option_context_new ("METHOD [NAME=VALUE…] | events [TYPE…] | help [METHOD]");
  g_autoptr (GError) error = NULL;

  setlocale (LC_ALL, "");
  g_option_context_set_summary (context, hs_ctl_help_summary);
  g_option_context_add_main_entries (context, entries, NULL);
  if (!g_option_context_parse (context, &argc, &argv, &error))
    return complain (EXIT_USAGE, error);
  if (socket_path == NULL)
    socket_path = g_strdup (g_getenv ("HANDSET_SOCKET"));
  if (socket_path == NULL)
    socket_path = hs_ctl_default_socket_path ();
  options.socket_path = socket_path;
  options.words = words;
  return run (&options);
}
