/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/hs-error.h"
#include "base/hs-json.h"
#include "hs-session-probe.h"
#include "link/hs-rest.h"

typedef struct {
  HsFakeClock *clock;
  HsConfig *config;
  HsFakeGateway *gateway;
  HsRest *rest;

  gboolean done;
  HsRestReply *reply;
  GError *error;
} Fixture;

static void
sign_in (Fixture *f, const char *credentials)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) node = hs_json_parse (credentials, -1, NULL);
  HsCredentials *parsed = hs_credentials_new (json_node_get_object (node), &error);

  g_assert_no_error (error);
  hs_rest_take_credentials (f->rest, parsed);
}

static void
configure (Fixture *f, const char *text)
{
  g_autoptr (JsonNode) node = hs_json_parse (text, -1, NULL);

  hs_config_merge (f->config, json_node_get_object (node));
}

static void
set_up (Fixture *f, gconstpointer data)
{
  g_autoptr (HsTransport) transport = NULL;

  f->clock = hs_fake_clock_new ();
  f->config = hs_config_new (NULL);
  transport = hs_transport_new (f->config);
  f->rest = hs_rest_new (HS_CLOCK (f->clock), f->config, transport);
  f->gateway = hs_fake_gateway_new (NULL);
  hs_fake_gateway_configure (f->gateway, f->config);
  sign_in (f, HS_PROBE_CREDENTIALS);
}

static void
forget (Fixture *f)
{
  f->done = FALSE;
  g_clear_pointer (&f->reply, hs_rest_reply_free);
  g_clear_error (&f->error);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  g_assert_cmpuint (hs_fake_clock_count_timers (f->clock), ==, 0);
  forget (f);
  g_assert_finalize_object (f->rest);
  g_object_unref (f->gateway);
  g_object_unref (f->config);
  g_object_unref (f->clock);
}

static void
on_sent (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Fixture *f = user_data;

  f->reply = hs_rest_send_finish (HS_REST (source), result, &f->error);
  f->done = TRUE;
}

static gboolean
is_done (gpointer user_data)
{
  return ((Fixture *) user_data)->done;
}

static void
begin (Fixture *f, const char *method, const char *resource, const char *body, HsRestFlags flags)
{
  g_autofree char *path = hs_rest_dup_user_path (f->rest, resource);
  g_autoptr (JsonNode) node = body != NULL ? hs_json_parse (body, -1, NULL) : NULL;

  forget (f);
  hs_rest_send_async (f->rest, method, path, hs_json_node_get_object (node), flags, NULL, on_sent,
                      f);
}

static void
ask (Fixture *f, const char *method, const char *resource, const char *body, HsRestFlags flags)
{
  begin (f, method, resource, body, flags);
  hs_session_probe_turn (is_done, f);
}

static const char *
get_header (Fixture *f, const char *name)
{
  return soup_message_headers_get_one (hs_fake_gateway_get_request (f->gateway, -1)->headers, name);
}

static void
test_headers (Fixture *f, gconstpointer data)
{
  ask (f, "GET", "logHistory", NULL, HS_REST_DEFAULT);
  g_assert_cmpuint (f->reply->status, ==, 404);
  g_assert_cmpstr (get_header (f, "Content-Type"), ==, "application/json");
  g_assert_cmpstr (get_header (f, "Accept"), ==, "application/json");
  g_assert_cmpstr (get_header (f, "X-Cpaas-Agent"), ==, "handsetd/" HS_VERSION);
  g_assert_null (get_header (f, "Cookie"));

  configure (f, "{\"request\":{\"injectAgentVersionHeader\":false}}");
  ask (f, "POST", "imRequest", "{\"a\":1}", HS_REST_DEFAULT);
  g_assert_cmpstr (get_header (f, "Content-Type"), ==, "application/json");
  g_assert_null (get_header (f, "X-Cpaas-Agent"));
  g_assert_cmpstr (hs_fake_gateway_get_request (f->gateway, -1)->body, ==, "{\"a\":1}");
}

typedef struct {
  const char *credentials;
  const char *session_id;
  const char *header;
  const char *value;
} Kind;

/* The rows of 1.4, in their order of precedence. */
static const Kind kinds[] = {
  { "{\"username\":\"u\",\"hmacToken\":\"h-1\",\"authname\":\"a\",\"password\":\"p\"}", NULL,
    "x-token", "h-1" },
  { "{\"username\":\"u\",\"hmacToken\":\"h-1\"}", "s-5501", "x-session", "s-5501" },
  { "{\"username\":\"u\",\"authname\":\"anna\",\"password\":\"gr\xc3\xbcn\","
    "\"bearerAccessToken\":\"b\"}",
    NULL, "Authorization", "Basic YW5uYTpncsO8bg==" },
  { "{\"username\":\"u\",\"bearerAccessToken\":\"b-1\",\"password\":\"p\"}", NULL, "Authorization",
    "Bearer b-1" },
  { "{\"username\":\"u@d\",\"password\":\"p\",\"authname\":null,\"hmacToken\":\"\"}", "s-5501",
    "Authorization", "Basic dUBkOnA=" },
};

static void
test_credentials (Fixture *f, gconstpointer data)
{
  static const char *const headers[] = { "Authorization", "x-token", "x-session" };

  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++) {
    sign_in (f, kinds[i].credentials);
    hs_rest_set_session_id (f->rest, kinds[i].session_id);
    ask (f, "GET", "directory", NULL, HS_REST_DEFAULT);
    for (guint j = 0; j < G_N_ELEMENTS (headers); j++)
      g_assert_cmpstr (get_header (f, headers[j]), ==,
                       g_str_equal (headers[j], kinds[i].header) ? kinds[i].value : NULL);
  }
}

static void
test_credentials_refused (void)
{
  static const char *const rows[][2] = {
    { "{}", "username is missing" },
    { "{\"username\":\"u\"}", "password, bearerAccessToken or hmacToken is missing" },
    { "{\"username\":\"u\",\"authname\":\"a\"}", "hmacToken is missing" },
    { "{\"username\":\"\",\"password\":\"p\"}", "username is missing" },
    { "{\"hmacToken\":\"h\"}", "username is missing" },
    { "{\"username\":7,\"password\":\"p\"}", "username must be a string" },
    { "{\"username\":\"u\",\"password\":[]}", "password must be a string" },
    { "{\"username\":\"u\",\"hmacToken\":\"a\\r\\nx: y\"}", "hmacToken must not hold control" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (JsonNode) node = hs_json_parse (rows[i][0], -1, NULL);
    g_autoptr (GError) error = NULL;

    g_assert_null (hs_credentials_new (json_node_get_object (node), &error));
    g_assert_error (error, HS_AUTHENTICATION_ERROR, HS_AUTHENTICATION_ERROR_INVALID_CREDENTIALS);
    g_assert_nonnull (strstr (error->message, rows[i][1]));
  }
}

static void
test_nobody_signed_in (Fixture *f, gconstpointer data)
{
  hs_rest_take_credentials (f->rest, NULL);
  ask (f, "GET", "directory", NULL, HS_REST_DEFAULT);
  g_assert_error (f->error, HS_AUTHENTICATION_ERROR, HS_AUTHENTICATION_ERROR_INVALID_CREDENTIALS);
  g_assert_cmpuint (hs_fake_gateway_count_requests (f->gateway), ==, 0);
}

static void
test_user_path (Fixture *f, gconstpointer data)
{
  static const char *const rows[][2] = {
    { "ida@lab.example", "/rest/version/1/user/ida@lab.example/x" },
    { "i da/..?#%@lab", "/rest/version/1/user/i%20da%2F..%3F%23%25@lab/x" },
    { "j\xc3\xb6rg@lab", "/rest/version/1/user/j%C3%B6rg@lab/x" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autofree char *credentials =
        g_strdup_printf ("{\"username\":\"%s\",\"password\":\"p\"}", rows[i][0]);

    sign_in (f, credentials);
    ask (f, "GET", "x", NULL, HS_REST_DEFAULT);
    g_assert_cmpstr (hs_fake_gateway_get_request (f->gateway, -1)->path, ==, rows[i][1]);
  }
}

static void
test_configuration_refused (Fixture *f, gconstpointer data)
{
  static const char *const rows[][2] = {
    { "{\"base\":null}", "authentication.server.base is not set" },
    { "{\"base\":\"a/b\"}", "authentication.server.base is not a host name" },
    { "{\"base\":\"user@host\"}", "authentication.server.base is not a host name" },
    { "{\"base\":\"a:b\"}", "authentication.server.base is not a host name" },
    { "{\"base\":\"h\",\"port\":0}", "authentication.server.port is not a port" },
    { "{\"port\":\"x\"}", "authentication.server.port is not a port" },
    { "{\"port\":70000}", "authentication.server.port is not a port" },
    { "{\"port\":80,\"protocol\":\"ftp\"}", "neither https nor http" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autofree char *text = g_strdup_printf ("{\"authentication\":{\"server\":%s}}", rows[i][0]);

    configure (f, text);
    ask (f, "GET", "x", NULL, HS_REST_DEFAULT);
    g_assert_error (f->error, HS_ERROR, HS_ERROR_INVALID_DATA);
    g_assert_nonnull (strstr (f->error->message, rows[i][1]));
  }
}

static void
test_old_keys (Fixture *f, gconstpointer data)
{
  g_autofree char *text = g_strdup_printf (
      "{\"authentication\":{\"server\":null,\"subscription\":{\"server\":\"127.0.0.1\","
      "\"protocol\":\"http\",\"port\":\"%u\"}}}",
      hs_fake_gateway_get_port (f->gateway));

  configure (f, text);
  ask (f, "GET", "x", NULL, HS_REST_DEFAULT);
  g_assert_cmpuint (f->reply->status, ==, 404);
}

typedef struct {
  guint status;
  const char *type;
  const char *body;
  HsRestFlags flags;
  GQuark (*domain) (void); /* NULL: success */
  int code;
  const char *message;
} Row;

static const Row rows[] = {
  { 200, "application/json", "{\"xResponse\":{\"statusCode\":37}}", 0, NULL, 0, NULL },
  { 201, "text/plain", "{}", 0, NULL, 0, NULL },
  { 204, NULL, NULL, 0, NULL, 0, NULL },
  { 200, "text/html", "<html>", HS_REST_IGNORE_BODY, NULL, 0, NULL },
  { 200, "application/json", NULL, HS_REST_IGNORE_BODY, NULL, 0, NULL },
  { 200, "text/html", "<html>", 0, hs_error_quark, HS_ERROR_INVALID_DATA, "not JSON" },
  { 200, "application/json", NULL, 0, hs_error_quark, HS_ERROR_INVALID_DATA, "empty" },
  { 200, "application/json", "{\"a\":\"\xff\"}", 0, hs_error_quark, HS_ERROR_INVALID_DATA,
    "UTF-8" },
  { 404, "application/json; charset=utf-8", "{\"xResponse\":{\"statusCode\":42}}", 0,
    hs_gateway_error_quark, 42, "no such record (HTTP 404). Code: 42." },
  { 404, "application/json", "{\"xResponse\":{\"statusCode\":42}}", HS_REST_IGNORE_BODY,
    hs_gateway_error_quark, 42, "Code: 42." },
  { 403, "application/json", "{\"xResponse\":{\"statusCode\":\"4\"}}", 0, hs_gateway_error_quark,
    403, "HTTP 403: Forbidden" },
  { 403, "application/json", "{\"xResponse\":{\"statusCode\":99999999999}}", 0,
    hs_gateway_error_quark, 403, "HTTP 403" },
  { 403, "application/json", "{\"other\":{\"statusCode\":4}}", 0, hs_gateway_error_quark, 403,
    "HTTP 403" },
  { 403, "application/json", "{\"statusCode\":4,\"reason\":\"r\"}", 0, hs_gateway_error_quark, 4,
    "wrong password" },
  { 403, "application/json", "{\"statusCode\":4}", 0, hs_gateway_error_quark, 403, "HTTP 403" },
  { 400, "application/json", "{\"message\":\"told\"}", 0, hs_gateway_error_quark, 400, "told" },
  { 403, "text/html", "<p>", 0, hs_gateway_error_quark, 403, "HTTP 403: Forbidden" },
  { 403, NULL, NULL, 0, hs_gateway_error_quark, 403, "HTTP 403: Forbidden" },
  { 500, "application/json", "{", 0, hs_gateway_error_quark, 500, "HTTP 500" },
  { 301, "text/plain", "moved", 0, hs_gateway_error_quark, 301, "HTTP 301" },
  { 401, "text/plain", "who?", 0, hs_gateway_error_quark, 401, "HTTP 401: Unauthorized" },
};

static void
test_classification (Fixture *f, gconstpointer data)
{
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (GError) error = NULL;
    gboolean success;

    g_test_message ("row %u", i);
    hs_fake_gateway_answer (f->gateway, "GET", rows[i].status, rows[i].type, rows[i].body,
                            rows[i].status == 401 ? "WWW-Authenticate: Basic realm=\"x\""
                                                  : "Location: /elsewhere");
    ask (f, "GET", "x", NULL, rows[i].flags);
    g_assert_no_error (f->error);
    success = hs_rest_reply_check (f->reply, "xResponse", &error);
    g_assert_true (success == (rows[i].domain == NULL));
    if (success) {
      g_assert_true (JSON_NODE_HOLDS_OBJECT (f->reply->body));
      continue;
    }
    g_assert_error (error, rows[i].domain (), rows[i].code);
    g_assert_nonnull (strstr (error->message, rows[i].message));
  }
  /* One request was one attempt, whatever came back. */
  g_assert_cmpuint (hs_fake_gateway_count_requests (f->gateway), ==, G_N_ELEMENTS (rows));
}

static void
test_nesting (Fixture *f, gconstpointer data)
{
  g_autofree char *deep = g_strnfill (200000, '[');
  g_autoptr (GError) error = NULL;

  hs_fake_gateway_answer_json (f->gateway, "GET", 200, deep);
  ask (f, "GET", "x", NULL, HS_REST_DEFAULT);
  g_assert_false (hs_rest_reply_check (f->reply, "x", &error));
  g_assert_error (error, HS_ERROR, HS_ERROR_INVALID_DATA);
  g_assert_nonnull (strstr (error->message, "nested too deeply"));
}

static void
test_too_large (Fixture *f, gconstpointer data)
{
  g_autofree char *large = g_strnfill (8 * 1024 * 1024 + 1, ' ');

  hs_fake_gateway_answer_json (f->gateway, "GET", 200, large);
  ask (f, "GET", "x", NULL, HS_REST_DEFAULT);
  g_assert_error (f->error, HS_ERROR, HS_ERROR_TOO_LARGE);
}

static gboolean
has_request (gpointer user_data)
{
  return hs_fake_gateway_count_requests (((Fixture *) user_data)->gateway) > 0;
}

static void
test_time_limit (Fixture *f, gconstpointer data)
{
  configure (f, "{\"request\":{\"timeout\":5000}}");
  hs_fake_gateway_swallow (f->gateway, "GET");
  begin (f, "GET", "x", NULL, HS_REST_DEFAULT);
  hs_session_probe_turn (has_request, f);
  hs_fake_clock_advance (f->clock, 4999);
  g_assert_cmpuint (hs_fake_clock_count_timers (f->clock), ==, 1);
  hs_fake_clock_advance (f->clock, 1);
  hs_session_probe_turn (is_done, f);
  g_assert_error (f->error, HS_ERROR, HS_ERROR_TIMED_OUT);
}

/* Port 1 is nobody's. */
static void
test_unreachable (Fixture *f, gconstpointer data)
{
  configure (f, "{\"authentication\":{\"server\":{\"port\":1}}}");
  ask (f, "GET", "x", NULL, HS_REST_DEFAULT);
  g_assert_error (f->error, HS_ERROR, HS_ERROR_UNREACHABLE);
  g_assert_true (g_str_has_prefix (f->error->message, "the gateway cannot be reached: "));
}

static void
test_cancel (Fixture *f, gconstpointer data)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autofree char *path = hs_rest_dup_user_path (f->rest, "x");

  hs_fake_gateway_swallow (f->gateway, "GET");
  hs_rest_send_async (f->rest, "GET", path, NULL, HS_REST_DEFAULT, cancellable, on_sent, f);
  hs_session_probe_turn (has_request, f);
  g_cancellable_cancel (cancellable);
  hs_session_probe_turn (is_done, f);
  g_assert_error (f->error, G_IO_ERROR, G_IO_ERROR_CANCELLED);

  forget (f);
  hs_rest_send_async (f->rest, "GET", path, NULL, HS_REST_DEFAULT, cancellable, on_sent, f);
  hs_session_probe_turn (is_done, f);
  g_assert_error (f->error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

static void
test_retry_after (Fixture *f, gconstpointer data)
{
  static const struct {
    const char *header;
    gint64 ms;
  } values[] = {
    { "Retry-After: 7", 7000 },
    /* The fake clock starts one second after 1700000000. */
    { "Retry-After: Tue, 14 Nov 2023 22:13:31 GMT", 10000 },
    { "Retry-After: Mon, 01 Jan 2001 00:00:00 GMT", 0 },
    { "Retry-After: soon", -1 },
    { "Retry-After: 99999999999999999999", -1 },
    { NULL, -1 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (values); i++) {
    hs_fake_gateway_answer (f->gateway, "GET", 503, NULL, NULL, values[i].header);
    ask (f, "GET", "x", NULL, HS_REST_DEFAULT);
    g_assert_cmpint (f->reply->retry_after_ms, ==, values[i].ms);
  }
}

#define ADD(name, function)                                                                        \
  g_test_add ("/link/rest/" name, Fixture, NULL, set_up, function, tear_down)

int
main (int argc, char **argv)
{
  g_autoptr (GString) log = g_string_new (NULL);

  g_test_init (&argc, &argv, NULL);
  hs_session_probe_catch_log (log);
  ADD ("headers", test_headers);
  ADD ("credentials", test_credentials);
  g_test_add_func ("/link/rest/credentials-refused", test_credentials_refused);
  ADD ("nobody-signed-in", test_nobody_signed_in);
  ADD ("user-path", test_user_path);
  ADD ("configuration-refused", test_configuration_refused);
  ADD ("old-keys", test_old_keys);
  ADD ("classification", test_classification);
  ADD ("nesting", test_nesting);
  ADD ("too-large", test_too_large);
  ADD ("time-limit", test_time_limit);
  ADD ("unreachable", test_unreachable);
  ADD ("cancel", test_cancel);
  ADD ("retry-after", test_retry_after);
  return g_test_run ();
}
