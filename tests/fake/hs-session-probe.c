/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "hs-fake"

#include "hs-session-probe.h"

#include "base/hs-error.h"
#include "base/hs-json.h"

#define WATCHDOG_S 60

static const char *
get_field (const GLogField *fields, gsize n_fields, const char *name)
{
  for (gsize i = 0; i < n_fields; i++) {
    if (g_str_equal (fields[i].key, name))
      return fields[i].value;
  }
  return NULL;
}

static GLogWriterOutput
write_log (GLogLevelFlags level, const GLogField *fields, gsize n_fields, gpointer user_data)
{
  const char *domain = get_field (fields, n_fields, "GLIB_DOMAIN");

  if (g_strcmp0 (domain, "hs-link") != 0 || level <= G_LOG_LEVEL_CRITICAL)
    return g_log_writer_default (level, fields, n_fields, NULL);
  g_string_append_printf (user_data, "%s\n", get_field (fields, n_fields, "MESSAGE"));
  return G_LOG_WRITER_HANDLED;
}

void
hs_session_probe_catch_log (GString *log)
{
  g_log_set_writer_func (write_log, log, NULL);
}

static JsonObject *
parse (const char *text)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) node = hs_json_parse (text, -1, &error);

  g_assert_no_error (error);
  return json_object_ref (json_node_get_object (node));
}

static void
note (HsSessionProbe *self, const char *word)
{
  if (self->journal->len > 0)
    g_string_append_c (self->journal, ' ');
  g_string_append (self->journal, word);
}

static const char *const short_names[][2] = {
  { "auth:change", "A:c" },          { "auth:error", "A:e" },
  { "subscription:change", "S:c" },  { "subscription:error", "S:e" },
  { "subscription:resub", "resub" }, { "ws:change", "W" },
  { "notifications:change", "N:c" },
};

static const char *
get_short_name (const char *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (short_names); i++) {
    if (g_str_equal (short_names[i][0], name))
      return short_names[i][1];
  }
  g_assert_not_reached ();
}

static char *
dup_code (JsonObject *error)
{
  const char *text = hs_json_get_string (error, "code");

  if (text != NULL)
    return g_strdup (text);
  return g_strdup_printf ("%d", (int) hs_json_get_int (error, "code", 0));
}

static char *
dup_details (JsonObject *payload)
{
  JsonObject *error = hs_json_get_object (payload, "error");
  const char *reason = hs_json_get_string (payload, "reason");

  if (json_object_has_member (payload, "attemptNum")) {
    g_autofree char *code = error != NULL ? dup_code (error) : g_strdup ("ok");

    return g_strdup_printf ("(%d,%s)", (int) hs_json_get_int (payload, "attemptNum", 0), code);
  }
  if (error != NULL) {
    g_autofree char *code = dup_code (error);

    return g_strdup_printf ("(%s)", code);
  }
  if (reason != NULL)
    return g_strdup_printf ("(%s%s)", reason,
                            hs_json_get_boolean (payload, "forced", FALSE) ? ",forced" : "");
  return g_strdup ("");
}

static void
on_event (HsSession *session, const char *name, JsonObject *payload, HsSessionProbe *self)
{
  g_autofree char *details = dup_details (payload);
  g_autofree char *word = g_strconcat (get_short_name (name), details, NULL);

  g_clear_pointer (&self->payload, json_object_unref);
  self->payload = json_object_ref (payload);
  note (self, word);
}

static void
on_notification (HsSession *session, JsonObject *message, HsSessionProbe *self)
{
  g_autofree char *word = g_strdup_printf ("N(%s)", hs_json_get_string (message, "eventType"));

  g_clear_pointer (&self->payload, json_object_unref);
  self->payload = json_object_ref (message);
  note (self, word);
}

static void
on_connected (HsSession *session, HsSessionProbe *self)
{
  note (self, "up");
}

static void
on_turn (HsSession *session, const char *username, const char *password, HsSessionProbe *self)
{
  g_autofree char *word = g_strdup_printf ("turn(%s,%s)", username != NULL ? username : "-",
                                           password != NULL ? password : "-");

  note (self, word);
}

static void
on_happened (HsFakeGateway *gateway, const char *what, HsSessionProbe *self)
{
  if (!self->hides_closes || !g_str_equal (what, "closed"))
    note (self, what);
}

static void
on_returned (GObject *source, GAsyncResult *result, gpointer user_data)
{
  HsSessionProbe *self = user_data;
  g_autoptr (GError) error = NULL;
  g_autofree char *code = NULL;
  g_autofree char *word = NULL;

  if (!g_task_propagate_boolean (G_TASK (result), &error))
    code = hs_error_dup_code (error);
  else
    code = g_strdup ("ok");
  word = g_strconcat ("=", code, NULL);
  note (self, word);
}

static GTask *
create_waiter (HsSessionProbe *self)
{
  return g_task_new (NULL, NULL, on_returned, self);
}

HsSessionProbe *
hs_session_probe_new (const char *certificate)
{
  HsSessionProbe *self = g_new0 (HsSessionProbe, 1);

  self->clock = hs_fake_clock_new ();
  self->config = hs_config_new (NULL);
  self->gateway = hs_fake_gateway_new (certificate);
  self->journal = g_string_new (NULL);
  hs_fake_gateway_configure (self->gateway, self->config);
  self->session = hs_session_new (HS_CLOCK (self->clock), self->config);
  g_signal_connect (self->gateway, "happened", G_CALLBACK (on_happened), self);
  g_signal_connect (self->session, "event", G_CALLBACK (on_event), self);
  g_signal_connect (self->session, "notification", G_CALLBACK (on_notification), self);
  g_signal_connect (self->session, "connected", G_CALLBACK (on_connected), self);
  g_signal_connect (self->session, "turn-credentials", G_CALLBACK (on_turn), self);
  return self;
}

static gboolean
on_watchdog (gpointer user_data)
{
  gboolean *barked = user_data;

  *barked = TRUE;
  return G_SOURCE_CONTINUE;
}

void
hs_session_probe_turn (gboolean (*done) (gpointer user_data), gpointer user_data)
{
  gboolean barked = FALSE;
  guint watchdog = g_timeout_add_seconds (WATCHDOG_S, on_watchdog, &barked);

  while (!done (user_data) && !barked)
    g_main_context_iteration (NULL, TRUE);
  g_source_remove (watchdog);
  g_assert_true (done (user_data));
}

typedef struct {
  HsSessionProbe *probe;
  const char *expected;
} Expectation;

static gboolean
is_as_expected (gpointer user_data)
{
  Expectation *expectation = user_data;
  const char *journal = expectation->probe->journal->str;

  /* Once it has gone astray, waiting is of no use. */
  if (!g_str_has_prefix (expectation->expected, journal))
    g_assert_cmpstr (journal, ==, expectation->expected);
  return g_str_equal (journal, expectation->expected);
}

static gboolean
is_idle (gpointer user_data)
{
  return !g_main_context_pending (NULL);
}

void
hs_session_probe_expect (HsSessionProbe *self, const char *expected)
{
  Expectation expectation = { self, expected };
  gboolean barked = FALSE;
  guint watchdog = g_timeout_add_seconds (WATCHDOG_S, on_watchdog, &barked);

  while (!is_as_expected (&expectation) && !barked)
    g_main_context_iteration (NULL, TRUE);
  g_source_remove (watchdog);
  g_assert_cmpstr (self->journal->str, ==, expected);
  g_string_truncate (self->journal, 0);
}

void
hs_session_probe_expect_silence (HsSessionProbe *self)
{
  while (!is_idle (NULL))
    g_main_context_iteration (NULL, FALSE);
  g_assert_cmpstr (self->journal->str, ==, "");
}

typedef struct {
  GString *log;
  const char *text;
} Entry;

static gboolean
is_logged (gpointer user_data)
{
  Entry *entry = user_data;

  return strstr (entry->log->str, entry->text) != NULL;
}

void
hs_session_probe_expect_log (GString *log, const char *text)
{
  Entry entry = { log, text };

  hs_session_probe_turn (is_logged, &entry);
  g_string_truncate (log, 0);
}

typedef struct {
  HsFakeClock *clock;
  guint ms;
} Due;

static gboolean
is_timer_due (gpointer user_data)
{
  Due *due = user_data;

  return hs_fake_clock_get_next_ms (due->clock) == due->ms;
}

void
hs_session_probe_expect_timer (HsSessionProbe *self, guint ms)
{
  Due due = { self->clock, ms };

  hs_session_probe_turn (is_timer_due, &due);
}

void
hs_session_probe_configure (HsSessionProbe *self, const char *text)
{
  g_autoptr (JsonObject) values = parse (text);

  hs_config_merge (self->config, values);
}

void
hs_session_probe_connect (HsSessionProbe *self, const char *credentials, const char *options)
{
  g_autoptr (JsonObject) json = parse (credentials);
  g_autoptr (JsonObject) given = options != NULL ? parse (options) : NULL;

  hs_session_connect (self->session, json, given, create_waiter (self));
}

gboolean
hs_session_probe_sign_in (HsSessionProbe *self, const char *credentials, GError **error)
{
  g_autoptr (JsonObject) json = parse (credentials);

  return hs_session_set_credentials (self->session, json, error);
}

static JsonArray *
parse_array (const char *text)
{
  g_autoptr (JsonNode) node = hs_json_parse (text, -1, NULL);

  g_assert_true (JSON_NODE_HOLDS_ARRAY (node));
  return json_array_ref (json_node_get_array (node));
}

void
hs_session_probe_subscribe (HsSessionProbe *self, const char *services, const char *options)
{
  g_autoptr (JsonArray) array = parse_array (services);
  g_autoptr (JsonObject) given = options != NULL ? parse (options) : NULL;

  hs_session_subscribe (self->session, array, given, create_waiter (self));
}

void
hs_session_probe_unsubscribe (HsSessionProbe *self, const char *services)
{
  g_autoptr (JsonArray) array = parse_array (services);

  hs_session_unsubscribe (self->session, array, create_waiter (self));
}

void
hs_session_probe_disconnect (HsSessionProbe *self)
{
  hs_session_disconnect (self->session, create_waiter (self));
}

void
hs_session_probe_begin (HsSessionProbe *self)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (hs_session_probe_sign_in (self, HS_PROBE_CREDENTIALS, &error));
  hs_session_probe_subscribe (self, "[\"call\",\"IM\"]", NULL);
  hs_session_probe_expect (self, "A:c S:c POST W open W up S:c =ok");
}

static gboolean
has_returned (gpointer user_data)
{
  return ((HsSessionProbe *) user_data)->journal->len > 0;
}

static gboolean
is_gone (gpointer user_data)
{
  return *(gpointer *) user_data == NULL;
}

static gboolean
has_no_timers (gpointer user_data)
{
  return hs_fake_clock_count_timers (user_data) == 0;
}

void
hs_session_probe_free (HsSessionProbe *self)
{
  gpointer left = self->session;

  g_signal_handlers_disconnect_by_data (self->gateway, self);
  g_signal_handlers_disconnect_by_data (self->session, self);
  g_string_truncate (self->journal, 0);
  hs_session_close (self->session, create_waiter (self));
  /* A gateway that answers nothing is not waited for longer than this. */
  hs_fake_clock_advance (self->clock, 2000);
  hs_session_probe_turn (has_returned, self);
  g_assert_cmpstr (self->journal->str, ==, "=ok");
  g_object_add_weak_pointer (G_OBJECT (self->session), &left);
  g_object_unref (self->session);
  hs_session_probe_turn (is_gone, &left);
  hs_session_probe_turn (has_no_timers, self->clock);
  g_object_unref (self->gateway);
  g_object_unref (self->config);
  g_object_unref (self->clock);
  g_string_free (self->journal, TRUE);
  g_clear_pointer (&self->payload, json_object_unref);
  g_free (self);
}

void
hs_session_probe_answer_failure (HsSessionProbe *self, const char *method, guint status, int code)
{
  g_autofree char *body = g_strdup_printf ("{\"subscribeResponse\":{\"statusCode\":%d}}", code);

  hs_fake_gateway_answer_json (self->gateway, method, status, body);
}

const char *
hs_session_probe_get_error_text (HsSessionProbe *self)
{
  return hs_json_get_string (hs_json_get_object (self->payload, "error"), "message");
}

void
hs_session_probe_assert_json (JsonObject *object, const char *expected)
{
  g_autofree char *text = hs_json_object_to_text (object);

  g_assert_cmpstr (text, ==, expected);
}
