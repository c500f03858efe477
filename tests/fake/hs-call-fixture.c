/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "hs-fake"

#include "hs-call-fixture.h"

#include "base/hs-error.h"
#include "base/hs-json.h"

static void
take_line (HsCallFixture *self, char *line)
{
  g_strdelimit (line, "\"", '\'');
  g_ptr_array_add (self->lines, line);
}

/* When a task's callback runs depends on where the task was returned, so waiters come last. */
static void
take_waiter_line (HsCallFixture *self, char *line)
{
  g_ptr_array_add (self->returned, line);
}

static char
get_letter (HsCallFixture *self, const char *id)
{
  guint i;

  if (!g_ptr_array_find_with_equal_func (self->ids, id, g_str_equal, &i)) {
    i = self->ids->len;
    g_ptr_array_add (self->ids, g_strdup (id));
  }
  return 'A' + i;
}

/* The id of the peer session is opaque; that it is the call's own is all there is to check. */
static void
check_peer_id (HsCallFixture *self, const char *call_id, JsonObject *payload)
{
  g_autoptr (JsonObject) call = hs_calls_dup_by_id (self->calls, call_id);

  if (!json_object_has_member (payload, "id"))
    return;
  g_assert_nonnull (call);
  g_assert_cmpstr (json_object_get_string_member (payload, "id"), ==,
                   json_object_get_string_member (call, "webrtcSessionId"));
}

static char *
dup_payload_text (JsonObject *payload)
{
  static const char *const hidden[] = { "callId", "id", "recordId", NULL };
  g_autoptr (JsonObject) copy = json_object_new ();
  g_autoptr (GList) members = json_object_get_members (payload);

  for (GList *l = members; l != NULL; l = l->next) {
    if (!g_strv_contains (hidden, l->data))
      json_object_set_member (copy, l->data, json_object_dup_member (payload, l->data));
  }
  return hs_json_object_to_text (g_steal_pointer (&copy));
}

static void
on_event (HsCalls *calls, const char *name, JsonObject *payload, HsCallFixture *self)
{
  const char *id = hs_json_get_string (payload, "callId");
  g_autofree char *text = dup_payload_text (payload);

  if (id == NULL) {
    take_line (self, g_strdup_printf ("- %s %s", name, text));
    return;
  }
  check_peer_id (self, id, payload);
  take_line (self, g_strdup_printf ("%c %s %s", get_letter (self, id), name, text));
}

static void
on_ended (HsCalls *calls, const char *id, JsonObject *record, HsCallFixture *self)
{
  g_autofree char *text = dup_payload_text (record);

  g_assert_cmpstr (json_object_get_string_member (record, "recordId"), ==, id);
  take_line (self, g_strdup_printf ("%c log %s", get_letter (self, id), text));
}

static void
on_sent (HsFakeSignalling *signalling, const char *text, HsCallFixture *self)
{
  take_line (self, g_strdup_printf ("> %s", text));
}

static void
on_did (HsFakePeerFactory *peers, const char *text, HsCallFixture *self)
{
  take_line (self, g_strdup_printf ("peer %s", text));
}

void
hs_call_fixture_set_up (HsCallFixture *self, gconstpointer data)
{
  self->clock = hs_fake_clock_new ();
  self->config = hs_config_new (NULL);
  self->signalling = hs_fake_signalling_new ("ana@lab.example");
  self->peers = hs_fake_peer_factory_new ();
  self->lines = g_ptr_array_new_with_free_func (g_free);
  self->returned = g_ptr_array_new_with_free_func (g_free);
  self->ids = g_ptr_array_new_with_free_func (g_free);
  self->calls = hs_calls_new (HS_CLOCK (self->clock), self->config,
                              HS_SIGNALLING (self->signalling), HS_PEER_FACTORY (self->peers));
  g_signal_connect (self->calls, "event", G_CALLBACK (on_event), self);
  g_signal_connect (self->calls, "ended", G_CALLBACK (on_ended), self);
  g_signal_connect (self->signalling, "sent", G_CALLBACK (on_sent), self);
  g_signal_connect (self->peers, "did", G_CALLBACK (on_did), self);
}

void
hs_call_fixture_tear_down (HsCallFixture *self, gconstpointer data)
{
  hs_call_fixture_settle (self);
  hs_calls_close (self->calls);
  hs_call_fixture_settle (self);
  g_assert_cmpuint (self->waiting, ==, 0);
  g_assert_cmpuint (hs_fake_clock_count_timers (self->clock), ==, 0);
  g_assert_cmpuint (hs_fake_peer_factory_count_open (self->peers), ==, 0);
  hs_fake_steps_release_all (hs_fake_signalling_get_steps (self->signalling));
  hs_fake_steps_release_all (hs_fake_peer_factory_get_steps (self->peers));
  hs_call_fixture_settle (self);
  g_assert_finalize_object (self->calls);
  g_assert_finalize_object (self->signalling);
  g_assert_finalize_object (self->peers);
  g_assert_finalize_object (self->clock);
  g_object_unref (self->config);
  g_ptr_array_unref (self->lines);
  g_ptr_array_unref (self->returned);
  g_ptr_array_unref (self->ids);
}

void
hs_call_fixture_configure (HsCallFixture *self, const char *json)
{
  g_autoptr (JsonNode) node = hs_json_parse (json, -1, NULL);

  g_assert_nonnull (node);
  hs_config_merge (self->config, json_node_get_object (node));
}

void
hs_call_fixture_settle (HsCallFixture *self)
{
  while (g_main_context_iteration (NULL, FALSE))
    ;
}

static char *
dup_lines (HsCallFixture *self)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < self->lines->len; i++)
    g_string_append_printf (text, "%s\n", (char *) self->lines->pdata[i]);
  for (guint i = 0; i < self->returned->len; i++)
    g_string_append_printf (text, "%s\n", (char *) self->returned->pdata[i]);
  return g_string_free (text, FALSE);
}

void
hs_call_fixture_expect (HsCallFixture *self, const char *expected)
{
  g_autofree char *lines = NULL;

  hs_call_fixture_settle (self);
  lines = dup_lines (self);
  if (!g_str_equal (lines, expected)) {
    g_test_message ("expected:\n%sgot:\n%s", expected, lines);
    g_test_fail ();
  }
  g_ptr_array_set_size (self->lines, 0);
  g_ptr_array_set_size (self->returned, 0);
}

void
hs_call_fixture_skip (HsCallFixture *self)
{
  hs_call_fixture_settle (self);
  g_ptr_array_set_size (self->lines, 0);
  g_ptr_array_set_size (self->returned, 0);
}

const char *
hs_call_fixture_get_id (HsCallFixture *self, const char *name)
{
  g_assert_cmpuint (name[0] - 'A', <, self->ids->len);
  return self->ids->pdata[name[0] - 'A'];
}

JsonObject *
hs_call_fixture_dup_call (HsCallFixture *self, const char *name)
{
  return hs_calls_dup_by_id (self->calls, hs_call_fixture_get_id (self, name));
}

void
hs_call_fixture_assert_idle (HsCallFixture *self, const char *name, const char *state)
{
  g_autoptr (JsonObject) call = hs_call_fixture_dup_call (self, name);

  g_assert_cmpstr (json_object_get_string_member (call, "state"), ==, state);
  g_assert_false (json_object_has_member (call, "localOp"));
}

guint
hs_call_fixture_count_lines (HsCallFixture *self, const char *beginning)
{
  guint count = 0;

  for (guint i = 0; i < self->lines->len; i++)
    count += g_str_has_prefix (self->lines->pdata[i], beginning);
  return count;
}

char *
hs_call_fixture_dup_state (HsCallFixture *self, const char *name)
{
  g_autoptr (JsonObject) call =
      hs_calls_dup_by_id (self->calls, hs_call_fixture_get_id (self, name));

  return g_strdup (json_object_get_string_member (call, "state"));
}

typedef struct {
  HsCallFixture *fixture;
  char *name;
} Waiter;

static void
on_waiter (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autofree Waiter *waiter = user_data;
  g_autofree char *name = waiter->name;
  g_autoptr (GError) error = NULL;

  g_assert_cmpuint (waiter->fixture->waiting, >, 0);
  waiter->fixture->waiting--;
  if (g_str_equal (name, "stats")) {
    g_autoptr (JsonObject) report = g_task_propagate_pointer (G_TASK (result), &error);

    if (report != NULL)
      take_waiter_line (waiter->fixture, g_strdup_printf ("waiter stats: report"));
  } else if (g_str_equal (name, "join")) {
    g_autofree char *id = g_task_propagate_pointer (G_TASK (result), &error);

    if (id != NULL)
      take_waiter_line (waiter->fixture,
                        g_strdup_printf ("waiter join: %c", get_letter (waiter->fixture, id)));
  } else if (g_task_propagate_boolean (G_TASK (result), &error)) {
    take_waiter_line (waiter->fixture, g_strdup_printf ("waiter %s: ok", name));
  }
  if (error != NULL) {
    g_autofree char *code = hs_error_dup_code (error);

    if (code == NULL)
      code = g_strdup_printf ("%d", error->code);
    take_waiter_line (waiter->fixture,
                      g_strdup_printf ("waiter %s: %s %s", name, code, error->message));
  }
}

GTask *
hs_call_fixture_new_waiter (HsCallFixture *self, const char *name)
{
  Waiter *waiter = g_new0 (Waiter, 1);

  waiter->fixture = self;
  waiter->name = g_strdup (name);
  self->waiting++;
  return g_task_new (NULL, NULL, on_waiter, waiter);
}

void
hs_call_fixture_receive (HsCallFixture *self,
                         HsMessageKind kind,
                         const char *session,
                         const char *sdp)
{
  HsSignallingMessage message = {
    .kind = kind,
    .session = (char *) session,
    .sdp = (char *) sdp,
    .caller_name = (char *) "Bo",
    .caller_number = (char *) "bo@lab.example",
    .callee_number = (char *) "ana@lab.example",
    .remote_name = (char *) "Bo",
    .remote_number = (char *) "bo@lab.example",
    .has_participants = TRUE,
    .retry_after = -1,
  };

  hs_fake_signalling_receive (self->signalling, &message);
}

void
hs_call_fixture_receive_notice (HsCallFixture *self,
                                HsMessageKind kind,
                                const char *session,
                                int status_code,
                                const char *reason)
{
  HsSignallingMessage message = {
    .kind = kind,
    .session = (char *) session,
    .status_code = status_code,
    .reason_text = (char *) reason,
    .retry_after = -1,
  };

  hs_fake_signalling_receive (self->signalling, &message);
}

void
hs_call_fixture_receive_end (HsCallFixture *self,
                             const char *session,
                             int status_code,
                             const char *reason)
{
  hs_call_fixture_receive_notice (self, HS_MESSAGE_END, session, status_code, reason);
}

void
hs_call_fixture_fail_request (HsCallFixture *self, HsRequestKind kind, int code)
{
  g_autoptr (GError) error = g_error_new (HS_GATEWAY_ERROR, code, "gone");

  hs_fake_steps_fail_next (hs_fake_signalling_get_steps (self->signalling), kind, error);
}

void
hs_call_fixture_fail_peer (HsCallFixture *self, HsFakePeerStep step)
{
  g_autoptr (GError) error = g_error_new (HS_CALL_ERROR, HS_CALL_ERROR_USER_MEDIA, "no mic");

  hs_fake_steps_fail_next (hs_fake_peer_factory_get_steps (self->peers), step, error);
}

char *
hs_call_fixture_dup_audio (const char *direction)
{
  const char *const directions[] = { direction, NULL };

  return hs_fake_sdp_new ("far", "7", directions);
}

static const HsMediaRequest audio = { .audio = TRUE };

void
hs_call_fixture_make (HsCallFixture *self)
{
  g_autoptr (GError) error = NULL;

  g_assert_nonnull (hs_calls_make (self->calls, "bo", &audio, NULL, NULL, &error));
  g_assert_no_error (error);
}

void
hs_call_fixture_make_initiated (HsCallFixture *self)
{
  hs_call_fixture_make (self);
  hs_call_fixture_skip (self);
}

void
hs_call_fixture_make_connected (HsCallFixture *self)
{
  g_autofree char *sdp = hs_call_fixture_dup_audio ("sendrecv");

  hs_call_fixture_make_initiated (self);
  hs_call_fixture_receive (self, HS_MESSAGE_RINGING, "leg-1", NULL);
  hs_call_fixture_receive (self, HS_MESSAGE_ANSWER, "leg-1", sdp);
  hs_call_fixture_skip (self);
}

static void
receive_from (HsCallFixture *self,
              HsMessageKind kind,
              const char *session,
              const char *direction,
              const char *name)
{
  g_autofree char *sdp = direction != NULL ? hs_call_fixture_dup_audio (direction) : NULL;
  HsSignallingMessage message = {
    .kind = kind,
    .session = (char *) session,
    .sdp = sdp,
    .remote_name = (char *) name,
    .has_participants = TRUE,
    .retry_after = -1,
  };

  hs_fake_signalling_receive (self->signalling, &message);
}

void
hs_call_fixture_make_held (HsCallFixture *self, const char *destination, const char *name)
{
  g_autoptr (GError) error = NULL;
  const char *id = hs_calls_make (self->calls, destination, &audio, NULL, NULL, &error);
  g_autoptr (JsonObject) call = NULL;
  const char *session;

  g_assert_no_error (error);
  hs_call_fixture_settle (self);
  call = hs_calls_dup_by_id (self->calls, id);
  session = json_object_get_string_member (call, "wrtcsSessionId");
  receive_from (self, HS_MESSAGE_ANSWER, session, "sendrecv", name);
  hs_call_fixture_settle (self);
  g_assert_true (hs_calls_hold (self->calls, id, NULL, NULL));
  hs_call_fixture_settle (self);
  receive_from (self, HS_MESSAGE_ANSWER, session, "inactive", name);
  hs_call_fixture_skip (self);
}

void
hs_call_fixture_ring (HsCallFixture *self)
{
  g_autofree char *sdp = hs_call_fixture_dup_audio ("sendrecv");

  hs_call_fixture_receive (self, HS_MESSAGE_CALL, "in-1", sdp);
  hs_call_fixture_skip (self);
}

void
hs_call_fixture_ring_slowly (HsCallFixture *self)
{
  hs_call_fixture_receive (self, HS_MESSAGE_CALL, "in-1", NULL);
  hs_call_fixture_skip (self);
}

void
hs_call_fixture_answer (HsCallFixture *self)
{
  g_autoptr (GError) error = NULL;
  gboolean begun =
      hs_calls_answer (self->calls, hs_call_fixture_get_id (self, "A"), &audio, NULL, NULL, &error);

  g_assert_no_error (error);
  g_assert_true (begun);
  hs_call_fixture_skip (self);
}

gboolean
hs_call_fixture_answer_with (HsCallFixture *self, const HsMediaRequest *media, const char *options)
{
  g_autoptr (JsonNode) node = options != NULL ? hs_json_parse (options, -1, NULL) : NULL;
  g_autoptr (GError) error = NULL;

  return hs_calls_answer (self->calls, hs_call_fixture_get_id (self, "A"), media,
                          hs_json_node_get_object (node),
                          hs_call_fixture_new_waiter (self, "answer"), &error);
}

void
hs_call_fixture_make_with (HsCallFixture *self, const HsMediaRequest *media, const char *options)
{
  g_autoptr (JsonNode) node = options != NULL ? hs_json_parse (options, -1, NULL) : NULL;
  g_autoptr (GError) error = NULL;
  const char *id = hs_calls_make (self->calls, "bo", media, hs_json_node_get_object (node),
                                  hs_call_fixture_new_waiter (self, "make"), &error);

  g_assert_no_error (error);
  g_assert_nonnull (id);
}

void
hs_call_fixture_hold (HsCallFixture *self)
{
  g_autofree char *sdp = hs_call_fixture_dup_audio ("inactive");

  g_assert_true (hs_calls_hold (self->calls, hs_call_fixture_get_id (self, "A"), NULL, NULL));
  hs_call_fixture_settle (self);
  hs_call_fixture_receive (self, HS_MESSAGE_ANSWER, "leg-1", sdp);
  hs_call_fixture_skip (self);
}
