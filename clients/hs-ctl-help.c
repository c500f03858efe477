/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "handsetctl"

#include "hs-ctl-help.h"

const char hs_ctl_help_summary[] =
    "Calls a method of the softphone daemon and prints what it answers.\n"
    "\n"
    "  handsetctl api connect credentials.username=ann@example.com credentials.password=… "
    "await=true\n"
    "  handsetctl call make bob@example.com media.audio=true\n"
    "  handsetctl events call:stateChange\n"
    "\n"
    "NAME=VALUE reads VALUE as the contract says, NAME:=JSON takes JSON; words without a name are\n"
    "parameters in their order. HANDSET_SOCKET names a socket other than the default one.\n"
    "Exit status: 0 done, 1 the daemon refused, 2 wrong use, 3 no "
    "daemon.";

static const char *
get_summary (JsonObject *object)
{
  return json_object_get_string_member_with_default (object, "summary", "");
}

static void
print_rows (JsonArray *rows, FILE *stream)
{
  for (guint i = 0; i < json_array_get_length (rows); i++) {
    JsonObject *row = json_array_get_object_element (rows, i);

    fprintf (stream, "  %-38s %s\n", json_object_get_string_member (row, "name"),
             get_summary (row));
  }
}

void
hs_ctl_help_print_methods (HsCtlContract *contract, FILE *stream)
{
  fputs ("Methods:\n", stream);
  print_rows (hs_ctl_contract_get_methods (contract), stream);
  fputs ("\n\"handsetctl help METHOD\" tells more, \"handsetctl help events\" lists the events.\n",
         stream);
}

static void
print_method (HsCtlContract *contract, JsonObject *method)
{
  JsonArray *params = json_object_get_array_member (method, "params");

  printf ("%s: %s\n", json_object_get_string_member (method, "name"), get_summary (method));
  if (json_object_has_member (method, "description"))
    printf ("\n%s\n", json_object_get_string_member (method, "description"));
  if (json_array_get_length (params) > 0)
    puts ("\nParameters:");
  for (guint i = 0; i < json_array_get_length (params); i++) {
    JsonObject *param = json_array_get_object_element (params, i);
    g_autofree char *type =
        hs_ctl_contract_describe_type (contract, json_object_get_object_member (param, "schema"));
    gboolean required = json_object_get_boolean_member_with_default (param, "required", FALSE);

    printf ("  %-18s %-18s %s%s\n", json_object_get_string_member (param, "name"), type,
            required ? "" : "(optional) ", get_summary (param));
  }
}

gboolean
hs_ctl_help_run (HsCtlContract *contract, char **words)
{
  g_autofree char *name = NULL;
  JsonObject *method;

  if (words[0] == NULL) {
    hs_ctl_help_print_methods (contract, stdout);
    return TRUE;
  }
  if (g_str_equal (words[0], "events")) {
    print_rows (hs_ctl_contract_get_notifications (contract), stdout);
    return TRUE;
  }
  name = g_strjoinv (".", words);
  method = hs_ctl_contract_find_method (contract, name);
  if (method == NULL) {
    fprintf (stderr, "handsetctl: there is no method \"%s\"\n", name);
    return FALSE;
  }
  print_method (contract, method);
  return TRUE;
}
