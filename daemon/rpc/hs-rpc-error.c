/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "hs-rpc"

#include "hs-rpc-error.h"

#include "hs-json-scan.h"

#include "base/hs-error.h"
#include "base/hs-json.h"
#include "log/hs-log.h"
#include "protocol/hs-protocol.h"

#include <gio/gio.h>
#include <string.h>

/* An answer names this many wrong parameters. */
#define MAX_PROBLEMS 20

/* Characters of a name in a message. */
#define MAX_NAME 80

JsonObject *
hs_rpc_error_new (int code, const char *message)
{
  JsonObject *object = json_object_new ();

  json_object_set_int_member (object, "code", code);
  json_object_set_string_member (object, "message", message);
  return object;
}

static int
find_rpc_code (const char *group, gsize length)
{
  for (guint i = 0; i < hs_protocol_n_error_groups; i++) {
    const HsErrorGroup *row = &hs_protocol_error_groups[i];

    if (strlen (row->name) == length && strncmp (row->name, group, length) == 0)
      return row->rpc_code;
  }
  g_return_val_if_reached (HS_RPC_INTERNAL_ERROR);
}

static JsonObject *
from_own_domain (const GError *error)
{
  g_autofree char *code = hs_error_dup_code (error);
  JsonObject *data = json_object_new ();
  const char *group = code != NULL ? code : "gateway";
  JsonObject *object;

  json_object_set_string_member (data, "kind", hs_error_get_kind (error));
  if (code != NULL)
    json_object_set_string_member (data, "code", code);
  else
    json_object_set_int_member (data, "code", error->code);
  json_object_set_string_member (data, "message", error->message);
  object = hs_rpc_error_new (find_rpc_code (group, strcspn (group, ":")), error->message);
  json_object_set_object_member (object, "data", data);
  return object;
}

char *
hs_rpc_error_quote (const char *name)
{
  gboolean is_long = g_utf8_strlen (name, -1) > MAX_NAME;
  g_autofree char *start = is_long ? g_utf8_substring (name, 0, MAX_NAME) : g_strdup (name);

  return g_strdup_printf ("\"%s%s\"", start, is_long ? "…" : "");
}

JsonObject *
hs_rpc_error_new_internal (void)
{
  JsonObject *object = hs_rpc_error_new (HS_RPC_INTERNAL_ERROR, "internal error");
  JsonObject *data = json_object_new ();

  json_object_set_string_member (data, "kind", "internal");
  json_object_set_object_member (object, "data", data);
  return object;
}

static JsonObject *
from_other_domain (const GError *error, const char *method)
{
  g_log_structured (G_LOG_DOMAIN, G_LOG_LEVEL_WARNING, HS_LOG_FIELD_METHOD,
                    method != NULL ? method : "", "MESSAGE", "%s failed: %s (%s, %d)",
                    method != NULL ? method : "a request", error->message,
                    g_quark_to_string (error->domain), error->code);
  return hs_rpc_error_new_internal ();
}

static JsonObject *
as_own_error (HsError code, const char *message)
{
  g_autoptr (GError) error = g_error_new_literal (HS_ERROR, code, message);

  return from_own_domain (error);
}

static JsonObject *
from_schema_error (const GError *error)
{
  JsonObject *object = hs_rpc_error_new (HS_RPC_INVALID_PARAMS, error->message);
  JsonObject *data = json_object_new ();

  json_object_set_string_member (data, "kind", "param");
  json_object_set_object_member (object, "data", data);
  return object;
}

JsonObject *
hs_rpc_error_from_gerror (const GError *error, const char *method)
{
  g_autofree char *message = NULL;

  if (hs_error_get_kind (error) != NULL)
    return from_own_domain (error);
  if (error->domain == HS_SCHEMA_ERROR)
    return from_schema_error (error);
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return as_own_error (HS_ERROR_CANCELLED, "cancelled");
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT))
    return as_own_error (HS_ERROR_TIMED_OUT, error->message);
  if (error->domain != HS_JSON_SCAN_ERROR)
    return from_other_domain (error, method);
  message = g_strdup_printf ("not JSON: %s", error->message);
  return hs_rpc_error_new (HS_RPC_PARSE_ERROR, message);
}

void
hs_rpc_error_collect_problem (const HsSchemaProblem *problem, gpointer problems)
{
  JsonObject *object;

  if (json_array_get_length (problems) >= MAX_PROBLEMS)
    return;
  object = json_object_new ();
  json_object_set_string_member (object, "param", problem->path);
  json_object_set_string_member (object, "expected", problem->expected);
  json_object_set_string_member (object, "got", problem->got);
  json_object_set_string_member (object, "message", problem->message);
  json_array_add_object_element (problems, object);
}

JsonObject *
hs_rpc_error_from_problems (JsonArray *problems)
{
  JsonObject *first = json_array_get_object_element (problems, 0);
  JsonObject *object =
      hs_rpc_error_new (HS_RPC_INVALID_PARAMS, hs_json_get_string (first, "message"));
  JsonObject *data = json_object_new ();

  json_object_set_string_member (data, "kind", "param");
  json_object_set_string_member (data, "param", hs_json_get_string (first, "param"));
  json_object_set_string_member (data, "expected", hs_json_get_string (first, "expected"));
  json_object_set_string_member (data, "got", hs_json_get_string (first, "got"));
  if (json_array_get_length (problems) > 1)
    json_object_set_array_member (data, "problems", json_array_ref (problems));
  json_object_set_object_member (object, "data", data);
  return object;
}
