/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "hs-rpc-fixture.h"

#include "hs-fake-log.h"

#include "base/hs-error.h"
#include "base/hs-json.h"
#include "protocol/hs-params.h"
#include "protocol/hs-protocol.h"

#include <gio/gio.h>
#include <glib/gstdio.h>

#define ANY_NUMBER -G_MAXDOUBLE, G_MAXDOUBLE

static const HsSchema any = { HS_SCHEMA_ANY, "anything", FALSE, ANY_NUMBER };
static const HsSchema integer = { HS_SCHEMA_INTEGER, "a whole number", FALSE, ANY_NUMBER };
static const HsSchema boolean = { HS_SCHEMA_BOOLEAN, "true or false", FALSE, ANY_NUMBER };
static const HsSchema small = { HS_SCHEMA_INTEGER, "a whole number from 0 to 10", FALSE, 0, 10 };
static const HsSchema string = { HS_SCHEMA_STRING, "a string", FALSE, ANY_NUMBER };
static const HsSchema secret = { HS_SCHEMA_STRING, "a string", TRUE, ANY_NUMBER };
static const HsSchema list = { .kind = HS_SCHEMA_ARRAY, .expected = "an array", .items = &string };

static const HsParam subtract_params[] = {
  { "minuend", &integer, TRUE, "integer", "From it." },
  { "subtrahend", &integer, TRUE, "integer", "It." },
};
static const HsParam sum_params[] = {
  { "a", &integer, FALSE, "integer", "One." },
  { "b", &integer, FALSE, "integer", "Two." },
  { "c", &integer, FALSE, "integer", "Three." },
};
static const HsParam hello_params[] = { { "n", &integer, FALSE, "integer", "It." } };
static const HsParam echo_params[] = { { "value", &any, TRUE, "any", "It." } };
static const HsParam typed_params[] = {
  { "flag", &boolean, FALSE, "boolean", "A flag." },
  { "count", &small, FALSE, "integer", "A count." },
  { "name", &string, FALSE, "string", "A name." },
  { "list", &list, FALSE, "array of string", "A list." },
  { "media", &hs_schema_media_options, FALSE, "MediaOptions", "Media." },
  { "password", &secret, FALSE, "string", "A secret." },
};
static const HsParam fail_params[] = {
  { "domain", &string, TRUE, "string", "Its domain." },
  { "number", &integer, TRUE, "integer", "Its number." },
};

static const HsMethod methods[] = {
  { "subtract", "Subtracts.", subtract_params, 2, "integer", &integer, TRUE, FALSE },
  { "sum", "Adds.", sum_params, 3, "integer", &integer, TRUE, FALSE },
  { "get_data", "Answers data.", NULL, 0, "array", &any, TRUE, FALSE },
  { "notify_hello", "Does nothing.", hello_params, 1, "null", &any, TRUE, FALSE },
  { "test.echo", "Answers what it gets.", echo_params, 1, "any", &any, TRUE, FALSE },
  { "test.typed", "Answers what the handler got.", typed_params, 6, "any", &any, TRUE, FALSE },
  { "test.wait", "Waits.", NULL, 0, "any", &any, TRUE, FALSE },
  { "test.change", "Changes something.", NULL, 0, "null", &any, FALSE, FALSE },
  { "test.fail", "Fails.", fail_params, 2, "null", &any, TRUE, FALSE },
  { "test.drop", "Forgets to answer.", NULL, 0, "null", &any, TRUE, FALSE },
};

static void
answer_int (HsRequest *request, gint64 value)
{
  hs_request_answer (request, json_node_init_int (json_node_alloc (), value));
}

static void
call_subtract (gpointer context, HsRequest *request, JsonNode *const *values)
{
  answer_int (request, hs_param_integer (values[0], 0) - hs_param_integer (values[1], 0));
}

static void
call_sum (gpointer context, HsRequest *request, JsonNode *const *values)
{
  answer_int (request, hs_param_integer (values[0], 0) + hs_param_integer (values[1], 0) +
                           hs_param_integer (values[2], 0));
}

static void
call_get_data (gpointer context, HsRequest *request, JsonNode *const *values)
{
  JsonArray *data = json_array_new ();

  json_array_add_string_element (data, "hello");
  json_array_add_int_element (data, 5);
  hs_request_answer (request, hs_json_node_take_array (data));
}

static void
call_nothing (gpointer context, HsRequest *request, JsonNode *const *values)
{
  hs_request_answer (request, NULL);
}

static void
call_echo (gpointer context, HsRequest *request, JsonNode *const *values)
{
  hs_request_answer (request, json_node_copy (values[0]));
}

/* What is absent is left out. */
static void
call_typed (gpointer context, HsRequest *request, JsonNode *const *values)
{
  JsonObject *answer = json_object_new ();

  for (guint i = 0; i < G_N_ELEMENTS (typed_params); i++) {
    if (hs_param_is_there (values[i]))
      json_object_set_member (answer, typed_params[i].name, json_node_copy (values[i]));
  }
  hs_request_answer_object (request, answer);
}

static void
call_wait (gpointer context, HsRequest *request, JsonNode *const *values)
{
  HsRpcFixture *self = context;

  g_ptr_array_add (self->waiting, request);
}

static GQuark
find_domain (const char *name)
{
  if (g_strcmp0 (name, "handset") == 0)
    return HS_ERROR;
  if (g_strcmp0 (name, "call") == 0)
    return HS_CALL_ERROR;
  if (g_strcmp0 (name, "gateway") == 0)
    return HS_GATEWAY_ERROR;
  return g_strcmp0 (name, "io") == 0 ? G_IO_ERROR : G_FILE_ERROR;
}

static void
call_fail (gpointer context, HsRequest *request, JsonNode *const *values)
{
  g_autoptr (GError) error = g_error_new_literal (find_domain (hs_param_string (values[0], NULL)),
                                                  (int) hs_param_integer (values[1], 0), "told");

  hs_request_fail (request, error);
}

static void
call_drop (gpointer context, HsRequest *request, JsonNode *const *values)
{
  g_autoptr (HsRequest) dropped = request;

  g_assert_nonnull (dropped);
}

static const HsMethodRow rows[] = {
  { &methods[0], call_subtract }, { &methods[1], call_sum },     { &methods[2], call_get_data },
  { &methods[3], call_nothing },  { &methods[4], call_echo },    { &methods[5], call_typed },
  { &methods[6], call_wait },     { &methods[7], call_nothing }, { &methods[8], call_fail },
  { &methods[9], call_drop },
};

static JsonObject *
make_state (gpointer user_data)
{
  HsRpcFixture *self = user_data;
  JsonObject *state = json_object_new ();

  json_object_set_int_member (state, "asked", ++self->n_states);
  return state;
}

void
hs_rpc_fixture_set_up (HsRpcFixture *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  self->clock = hs_fake_clock_new ();
  self->folder = g_dir_make_tmp ("hs-rpc-XXXXXX", &error);
  g_assert_no_error (error);
  self->path = g_build_filename (self->folder, "inner", "control.sock", NULL);
  self->waiting = g_ptr_array_new ();
  self->server = hs_rpc_server_new (HS_CLOCK (self->clock), rows, G_N_ELEMENTS (rows), self);
  hs_rpc_server_set_snapshot (self->server, make_state, self);
  g_assert_true (hs_rpc_server_listen (self->server, self->path, NULL, &error));
  g_assert_no_error (error);
}

void
hs_rpc_fixture_tear_down (HsRpcFixture *self, gconstpointer data)
{
  g_autofree char *inner = g_path_get_dirname (self->path);

  hs_fake_log_assert_empty ();
  g_assert_cmpuint (self->waiting->len, ==, 0);
  hs_rpc_server_close (self->server);
  g_assert_cmpuint (hs_rpc_server_count_connections (self->server), ==, 0);
  g_assert_finalize_object (self->server);
  g_assert_cmpuint (hs_fake_clock_count_timers (self->clock), ==, 0);
  g_assert_finalize_object (self->clock);
  g_ptr_array_unref (self->waiting);
  /* Neither socket nor lock is left. */
  g_assert_cmpint (g_rmdir (inner), ==, 0);
  g_assert_cmpint (g_rmdir (self->folder), ==, 0);
  g_free (self->path);
  g_free (self->folder);
}

HsFakeClient *
hs_rpc_fixture_connect (HsRpcFixture *self)
{
  return hs_fake_client_connect (self->path);
}

void
hs_rpc_fixture_wait_for_requests (HsRpcFixture *self, guint n)
{
  while (self->waiting->len < n)
    g_main_context_iteration (NULL, TRUE);
}

HsRequest *
hs_rpc_fixture_take_request (HsRpcFixture *self)
{
  g_assert_cmpuint (self->waiting->len, >, 0);
  return g_ptr_array_remove_index (self->waiting, 0);
}

HsRpcLimits
hs_rpc_fixture_get_limits (void)
{
  g_autoptr (HsConfig) config = hs_config_new (NULL);

  return hs_rpc_limits_from_config (config);
}

char *
hs_rpc_fixture_ask (HsFakeClient *client, const char *request)
{
  hs_fake_client_send (client, request);
  return hs_fake_client_read (client);
}

void
hs_rpc_fixture_expect (HsFakeClient *client, const char *request, const char *reply)
{
  g_autofree char *line = hs_rpc_fixture_ask (client, request);

  g_assert_cmpstr (line, ==, reply);
}

JsonObject *
hs_rpc_fixture_expect_error (HsFakeClient *client, const char *request, int code)
{
  g_autoptr (JsonObject) reply = NULL;
  JsonObject *error;

  hs_fake_client_send (client, request);
  reply = hs_fake_client_read_object (client);
  g_assert_cmpstr (hs_json_get_string (reply, "jsonrpc"), ==, "2.0");
  g_assert_false (json_object_has_member (reply, "result"));
  error = hs_json_get_object (reply, "error");
  g_assert_nonnull (error);
  g_assert_cmpint (hs_json_get_int (error, "code", 0), ==, code);
  return json_object_ref (error);
}

void
hs_rpc_fixture_emit (HsRpcFixture *self, const char *name, const char *payload)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) node = hs_json_parse (payload, -1, &error);

  g_assert_no_error (error);
  hs_rpc_server_emit (self->server, name, json_node_get_object (node));
}
