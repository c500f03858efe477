/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "hs-audio-testing.h"
#include "hs-fake-clock.h"
#include "hs-fake-log.h"

#include "base/hs-error.h"
#include "base/hs-json.h"
#include "media/hs-ice-check.h"
#include "media/hs-ice-servers.h"
#include "media/hs-ice-wait.h"

/* --- a resolver that answers as told --- */

#define TEST_TYPE_RESOLVER (test_resolver_get_type ())
G_DECLARE_FINAL_TYPE (TestResolver, test_resolver, TEST, RESOLVER, GResolver)

struct _TestResolver {
  GResolver parent;
};

G_DEFINE_FINAL_TYPE (TestResolver, test_resolver, G_TYPE_RESOLVER)

static void
on_given_up (GCancellable *cancellable, gpointer user_data)
{
  g_task_return_error_if_cancelled (user_data);
}

/* "slow…" never gets an answer, "no…" gets none, everybody else is 192.0.2.7. */
static void
resolver_lookup_by_name_async (GResolver *self,
                               const char *name,
                               GCancellable *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);

  if (g_str_has_prefix (name, "slow"))
    g_cancellable_connect (cancellable, G_CALLBACK (on_given_up), g_steal_pointer (&task),
                           g_object_unref);
  else if (g_str_has_prefix (name, "no"))
    g_task_return_new_error (task, G_RESOLVER_ERROR, G_RESOLVER_ERROR_NOT_FOUND, "no such name");
  else
    g_task_return_pointer (
        task, g_list_prepend (NULL, g_inet_address_new_from_string ("192.0.2.7")), NULL);
}

static GList *
resolver_lookup_by_name_finish (GResolver *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
test_resolver_class_init (TestResolverClass *klass)
{
  GResolverClass *resolver_class = G_RESOLVER_CLASS (klass);

  resolver_class->lookup_by_name_async = resolver_lookup_by_name_async;
  resolver_class->lookup_by_name_finish = resolver_lookup_by_name_finish;
}

static void
test_resolver_init (TestResolver *self)
{
}

/* --- servers --- */

static void
expect_uri (const char *url, const char *expected)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (HsIceServer) server = hs_ice_server_parse (url, "us:er", "p@ss", &error);
  g_autofree char *uri = NULL;

  g_assert_no_error (error);
  uri = hs_ice_server_dup_uri (server);
  g_assert_cmpstr (uri, ==, expected);
}

static void
test_parse (void)
{
  expect_uri ("stun:stun.example", "stun://stun.example:3478");
  expect_uri ("STUN:192.0.2.1:99", "stun://192.0.2.1:99");
  expect_uri ("stun:[2001:db8::1]:99", "stun://[2001:db8::1]:99");
  expect_uri ("turn:relay.example", "turn://us%3Aer:p%40ss@relay.example:3478?transport=udp");
  expect_uri ("turn:relay.example:80?transport=tcp",
              "turn://us%3Aer:p%40ss@relay.example:80?transport=tcp");
}

static void
test_parse_tls (void)
{
  g_autoptr (HsIceServer) plain = hs_ice_server_parse ("turn:relay.example", "u", "p", NULL);
  g_autoptr (HsIceServer) tls = hs_ice_server_parse ("turns:[2001:db8::1]", "u", "p", NULL);
  g_autofree char *plain_name = hs_ice_server_dup_name (plain);
  g_autofree char *tls_name = hs_ice_server_dup_name (tls);

  g_assert_false (plain->tls || plain->tcp);
  g_assert_true (tls->tls && tls->tcp && tls->relay);
  g_assert_cmpstr (plain_name, ==, "relay.example:3478 (udp)");
  g_assert_cmpstr (tls_name, ==, "[2001:db8::1]:5349 (tls)");
}

static void
expect_refusal (const char *url, const char *username, int code)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (hs_ice_server_parse (url, username, "secret", &error));
  g_assert_error (error, HS_CALL_ERROR, code);
  g_assert_null (strstr (error->message, "secret"));
}

static void
test_refuse (void)
{
  static const char *const wrong[] = {
    "",
    "stun",
    "stun:",
    "http:x",
    "stun:a:0",
    "stun:a:65536",
    "stun:a:",
    "stun:[::1",
    "stun:[::1]x",
    "turn:a?x=y",
    "stun:a?transport=udp",
    "stun:a b",
    "stun:a/b",
    "stun:u@h",
    "turn:a\r\nb",
    "turn:a?",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (wrong); i++)
    expect_refusal (wrong[i], "user", HS_CALL_ERROR_INVALID_PARAM);
  expect_refusal ("turn:relay.example", NULL, HS_CALL_ERROR_INVALID_PARAM);
  expect_refusal ("turns:relay.example", NULL, HS_CALL_ERROR_INVALID_PARAM);
  expect_refusal ("turns:relay.example?transport=udp", "user", HS_CALL_ERROR_NOT_SUPPORTED);
  expect_refusal ("stuns:relay.example", "user", HS_CALL_ERROR_NOT_SUPPORTED);
}

static GPtrArray *
parse_list (const char *json)
{
  g_autofree char *text = g_strdelimit (g_strdup (json), "'", '"');
  g_autoptr (JsonNode) node = hs_json_parse (text, -1, NULL);

  return hs_ice_servers_parse (json_node_get_array (node));
}

static void
test_list (void)
{
  g_autoptr (GPtrArray) list = NULL;

  list = parse_list ("[{'urls': 'stun:a'}, {'urls': ['turn:b', 'stuns:c', 5], 'username': 'u', "
                     "'credential': 'p'}, 7, {'url': 'stun:d'}, {}]");
  hs_fake_log_expect (G_LOG_LEVEL_WARNING, "*stuns:c*not supported*");
  g_assert_cmpuint (list->len, ==, 3);
  g_assert_cmpstr (((HsIceServer *) list->pdata[0])->host, ==, "a");
  g_assert_cmpstr (((HsIceServer *) list->pdata[1])->host, ==, "b");
  g_assert_cmpstr (((HsIceServer *) list->pdata[2])->host, ==, "d");
}

static void
keep_result (GObject *source, GAsyncResult *result, gpointer user_data)
{
  *(GAsyncResult **) user_data = g_object_ref (result);
}

static gboolean
is_set (gpointer user_data)
{
  return *(gpointer *) user_data != NULL;
}

static void
test_resolve (void)
{
  g_autoptr (HsFakeClock) clock = hs_fake_clock_new ();
  g_autoptr (GPtrArray) list =
      parse_list ("[{'urls': ['stun:known', 'stun:nobody', 'stun:192.0.2.1']}]");
  g_autoptr (GPtrArray) addresses = NULL;
  g_autoptr (GAsyncResult) result = NULL;

  hs_ice_servers_resolve_async (list, HS_CLOCK (clock), 1000, NULL, keep_result, &result);
  hs_test_wait (is_set, &result);
  addresses = hs_ice_servers_resolve_finish (result, NULL);
  hs_fake_log_expect (G_LOG_LEVEL_WARNING, "*nobody*no such name*");
  g_assert_cmpuint (addresses->len, ==, 2);
  g_assert_cmpstr (((HsIceServer *) addresses->pdata[0])->host, ==, "192.0.2.7");
  g_assert_cmpstr (((HsIceServer *) addresses->pdata[1])->host, ==, "192.0.2.1");
  g_assert_cmpuint (hs_fake_clock_count_timers (clock), ==, 0);
}

static void
test_resolve_in_time (void)
{
  g_autoptr (HsFakeClock) clock = hs_fake_clock_new ();
  g_autoptr (GPtrArray) list = parse_list ("[{'urls': ['stun:slow', 'stun:192.0.2.1']}]");
  g_autoptr (GPtrArray) addresses = NULL;
  g_autoptr (GAsyncResult) result = NULL;

  hs_ice_servers_resolve_async (list, HS_CLOCK (clock), 1000, NULL, keep_result, &result);
  hs_fake_clock_advance (clock, 999);
  g_assert_null (result);
  hs_fake_clock_advance (clock, 1);
  hs_test_wait (is_set, &result);
  addresses = hs_ice_servers_resolve_finish (result, NULL);
  g_assert_cmpuint (addresses->len, ==, 1);
  while (g_main_context_iteration (NULL, FALSE))
    continue;
  hs_fake_log_expect (G_LOG_LEVEL_WARNING, "*slow*no answer in time*");
}

static void
test_resolve_nothing (void)
{
  g_autoptr (HsFakeClock) clock = hs_fake_clock_new ();
  g_autoptr (GPtrArray) list = hs_ice_servers_parse (NULL);
  g_autoptr (GPtrArray) addresses = NULL;
  g_autoptr (GAsyncResult) result = NULL;

  hs_ice_servers_resolve_async (list, HS_CLOCK (clock), 1000, NULL, keep_result, &result);
  hs_test_wait (is_set, &result);
  addresses = hs_ice_servers_resolve_finish (result, NULL);
  g_assert_cmpuint (addresses->len, ==, 0);
}

/* --- waiting for candidates --- */

typedef struct {
  HsFakeClock *clock;
  HsIceWait *wait;
  gboolean enough;
  gboolean silent; /* gives no answer yet */
  guint asked;
  guint ready;
} WaitFixture;

static void
on_asked (gpointer user_data)
{
  WaitFixture *f = user_data;

  f->asked++;
  if (!f->silent)
    hs_ice_wait_answer (f->wait, f->enough);
}

static void
on_ready (gpointer user_data)
{
  ((WaitFixture *) user_data)->ready++;
}

static void
start (WaitFixture *f, guint delay_ms, guint limit_ms, gboolean complete)
{
  f->wait =
      hs_ice_wait_new (HS_CLOCK (f->clock), delay_ms, limit_ms, complete, on_asked, on_ready, f);
}

static void
wait_set_up (WaitFixture *f, gconstpointer data)
{
  f->clock = hs_fake_clock_new ();
}

static void
wait_tear_down (WaitFixture *f, gconstpointer data)
{
  hs_ice_wait_free (f->wait);
  g_assert_cmpuint (hs_fake_clock_count_timers (f->clock), ==, 0);
  g_assert_finalize_object (f->clock);
}

static void
test_wait_settles (WaitFixture *f, gconstpointer data)
{
  start (f, 1000, 3000, TRUE);
  hs_fake_clock_advance (f->clock, 24);
  g_assert_cmpuint (f->ready, ==, 0);
  hs_fake_clock_advance (f->clock, 1);
  g_assert_cmpuint (f->ready, ==, 1);
}

static void
test_wait_ends_with_candidates (WaitFixture *f, gconstpointer data)
{
  start (f, 1000, 3000, FALSE);
  hs_ice_wait_end_of_candidates (f->wait);
  hs_ice_wait_end_of_candidates (f->wait);
  hs_fake_clock_advance (f->clock, 10000);
  g_assert_cmpuint (f->ready, ==, 1);
  g_assert_cmpuint (f->asked, ==, 0);
}

static void
test_wait_asks_each_round (WaitFixture *f, gconstpointer data)
{
  start (f, 1000, 3000, FALSE);
  hs_fake_clock_advance (f->clock, 1024);
  g_assert_cmpuint (f->asked, ==, 0);
  hs_fake_clock_advance (f->clock, 1);
  g_assert_cmpuint (f->asked, ==, 1);
  f->enough = TRUE;
  hs_fake_clock_advance (f->clock, 999);
  g_assert_cmpuint (f->ready, ==, 0);
  hs_fake_clock_advance (f->clock, 1);
  g_assert_cmpuint (f->ready, ==, 1);
}

static void
test_wait_has_a_limit (WaitFixture *f, gconstpointer data)
{
  start (f, 1000, 2500, FALSE);
  hs_fake_clock_advance (f->clock, 3024);
  g_assert_cmpuint (f->ready, ==, 0);
  hs_fake_clock_advance (f->clock, 1);
  g_assert_cmpuint (f->ready, ==, 1);
  /* In the last round nobody's word counts any more. */
  g_assert_cmpuint (f->asked, ==, 2);
}

static void
test_wait_for_late_answer (WaitFixture *f, gconstpointer data)
{
  f->silent = TRUE;
  start (f, 1000, 5000, FALSE);
  hs_fake_clock_advance (f->clock, 3200);
  g_assert_cmpuint (f->asked, ==, 1);
  hs_ice_wait_answer (f->wait, FALSE);
  hs_fake_clock_advance (f->clock, 1000);
  g_assert_cmpuint (f->asked, ==, 2);
  g_assert_cmpuint (f->ready, ==, 0);
  hs_ice_wait_answer (f->wait, TRUE);
  g_assert_cmpuint (f->ready, ==, 1);
}

static void
test_wait_for_no_answer (WaitFixture *f, gconstpointer data)
{
  f->silent = TRUE;
  start (f, 1000, 3000, FALSE);
  hs_fake_clock_advance (f->clock, 3025);
  g_assert_cmpuint (f->ready, ==, 1);
  g_assert_cmpuint (f->asked, ==, 1);
}

/* --- candidates as JSON --- */

static void
test_candidate (void)
{
  g_autoptr (JsonObject) object = hs_ice_candidate_to_json (
      "candidate:7 1 UDP 16777215 192.0.2.7 49152 typ relay raddr 10.0.0.1 rport 4000", 0);

  g_assert_cmpstr (json_object_get_string_member (object, "type"), ==, "relay");
  g_assert_cmpstr (json_object_get_string_member (object, "protocol"), ==, "udp");
  g_assert_cmpstr (json_object_get_string_member (object, "address"), ==, "192.0.2.7");
  g_assert_cmpstr (json_object_get_string_member (object, "foundation"), ==, "7");
  g_assert_cmpint (json_object_get_int_member (object, "port"), ==, 49152);
  g_assert_cmpint (json_object_get_int_member (object, "priority"), ==, 16777215);
}

static void
test_odd_candidate (void)
{
  static const char *const odd[] = { "", "candidate:1 1 UDP 5 host", "a b c d e f g h",
                                     "candidate:1 1 UDP x 192.0.2.7 -1 typ host" };

  for (guint i = 0; i < G_N_ELEMENTS (odd); i++) {
    g_autoptr (JsonObject) object = hs_ice_candidate_to_json (odd[i], 1);

    g_assert_cmpstr (json_object_get_string_member (object, "candidate"), ==, odd[i]);
    g_assert_cmpint (json_object_get_int_member (object, "sdpMLineIndex"), ==, 1);
    g_assert_false (json_object_has_member (object, "port"));
  }
}

static void
test_wait_without_delay (WaitFixture *f, gconstpointer data)
{
  start (f, 0, 10, FALSE);
  hs_fake_clock_advance (f->clock, 100);
  g_assert_cmpuint (f->ready, ==, 1);
}

static void
add_wait (const char *path, void (*test) (WaitFixture *, gconstpointer))
{
  g_test_add (path, WaitFixture, NULL, wait_set_up, test, wait_tear_down);
}

int
main (int argc, char **argv)
{
  g_autoptr (GResolver) resolver = NULL;
  int outcome;

  g_test_init (&argc, &argv, NULL);
  hs_fake_log_start ();
  resolver = g_object_new (TEST_TYPE_RESOLVER, NULL);
  g_resolver_set_default (resolver);
  g_test_add_func ("/ice/servers/parse", test_parse);
  g_test_add_func ("/ice/servers/parse-tls", test_parse_tls);
  g_test_add_func ("/ice/servers/refuse", test_refuse);
  g_test_add_func ("/ice/servers/list", test_list);
  g_test_add_func ("/ice/servers/resolve", test_resolve);
  g_test_add_func ("/ice/servers/resolve-in-time", test_resolve_in_time);
  g_test_add_func ("/ice/servers/resolve-nothing", test_resolve_nothing);
  add_wait ("/ice/wait/settles", test_wait_settles);
  add_wait ("/ice/wait/ends-with-candidates", test_wait_ends_with_candidates);
  add_wait ("/ice/wait/asks-each-round", test_wait_asks_each_round);
  add_wait ("/ice/wait/has-a-limit", test_wait_has_a_limit);
  add_wait ("/ice/wait/without-delay", test_wait_without_delay);
  add_wait ("/ice/wait/for-late-answer", test_wait_for_late_answer);
  add_wait ("/ice/wait/for-no-answer", test_wait_for_no_answer);
  g_test_add_func ("/ice/candidate/as-json", test_candidate);
  g_test_add_func ("/ice/candidate/odd", test_odd_candidate);
  outcome = g_test_run ();
  hs_fake_log_assert_empty ();
  return outcome;
}
