/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "media/hs-devices.h"

#include "base/hs-error.h"
#include "base/hs-json.h"
#include "hs-audio-testing.h"

typedef struct {
  HsConfig *config;
  HsDevices *devices;
  guint n_changes;

  /* the last operation */
  gpointer result;
  GError *error;
  gboolean is_done;
} Fixture;

/* While a test expects a warning: what was logged. The log has one writer per process. */
static GString *logged;

static GLogWriterOutput
write_log (GLogLevelFlags level, const GLogField *fields, gsize n_fields, gpointer user_data)
{
  if (logged == NULL || level != G_LOG_LEVEL_WARNING) {
    g_assert_cmpint (level & (G_LOG_LEVEL_WARNING | G_LOG_LEVEL_CRITICAL), ==, 0);
    return g_log_writer_default (level, fields, n_fields, NULL);
  }
  for (gsize i = 0; i < n_fields; i++) {
    if (g_str_equal (fields[i].key, "MESSAGE"))
      g_string_append (logged, fields[i].value);
  }
  return G_LOG_WRITER_HANDLED;
}

static void
on_changed (HsDevices *devices, gpointer user_data)
{
  ((Fixture *) user_data)->n_changes++;
}

static void
set_up (Fixture *self, gconstpointer data)
{
  self->config = hs_config_new (NULL);
  self->devices = hs_devices_new (self->config);
  g_signal_connect (self->devices, "changed", G_CALLBACK (on_changed), self);
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  hs_devices_close (self->devices);
  hs_devices_close (self->devices);
  g_clear_error (&self->error);
  g_assert_finalize_object (self->devices);
  g_assert_finalize_object (self->config);
}

static gboolean
is_done (gpointer user_data)
{
  return ((Fixture *) user_data)->is_done;
}

static void
on_loaded (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Fixture *self = user_data;

  g_assert_true (hs_devices_load_finish (HS_DEVICES (source), result, &self->error));
  self->is_done = TRUE;
}

static void
load (Fixture *self)
{
  self->is_done = FALSE;
  hs_devices_load_async (self->devices, NULL, on_loaded, self);
  hs_test_wait (is_done, self);
  g_assert_no_error (self->error);
}

static void
on_resolved (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Fixture *self = user_data;

  self->result = hs_devices_resolve_finish (HS_DEVICES (source), result, &self->error);
  self->is_done = TRUE;
}

/* Returns: (transfer full) (nullable): NULL with self->error */
static char *
resolve (Fixture *self, HsDeviceKind kind, const char *constraint)
{
  g_autoptr (JsonNode) node = constraint != NULL ? json_from_string (constraint, NULL) : NULL;

  g_clear_error (&self->error);
  self->is_done = FALSE;
  hs_devices_resolve_async (self->devices, kind, node, NULL, on_resolved, self);
  hs_test_wait (is_done, self);
  return g_steal_pointer (&self->result);
}

static void
assert_resolves (Fixture *self, HsDeviceKind kind, const char *constraint, const char *expected)
{
  g_autofree char *device_id = resolve (self, kind, constraint);

  g_assert_no_error (self->error);
  g_assert_cmpstr (device_id, ==, expected);
}

static void
assert_refused (Fixture *self, const char *constraint)
{
  g_assert_null (resolve (self, HS_DEVICE_MICROPHONE, constraint));
  g_assert_error (self->error, HS_CALL_ERROR, HS_CALL_ERROR_USER_MEDIA);
  g_assert_nonnull (strstr (self->error->message, "OverconstrainedError: deviceId"));
}

static void
configure (Fixture *self, const char *json)
{
  g_autoptr (JsonNode) node = json_from_string (json, NULL);

  hs_config_merge (self->config, json_node_get_object (node));
}

/* Returns: (nullable): borrowed from @list */
static HsDevice *
find (GPtrArray *list, HsDeviceKind kind, const char *device_id)
{
  for (guint i = 0; i < list->len; i++) {
    HsDevice *device = g_ptr_array_index (list, i);

    if (device->kind == kind && g_str_equal (device->device_id, device_id))
      return device;
  }
  return NULL;
}

static void
test_lists_what_is_always_there (Fixture *self, gconstpointer data)
{
  g_autoptr (GPtrArray) list = hs_devices_list (self->devices);
  g_autoptr (JsonObject) json = NULL;

  g_assert_cmpuint (list->len, ==, 4);
  g_assert_nonnull (find (list, HS_DEVICE_CAMERA, "pattern"));
  g_assert_nonnull (find (list, HS_DEVICE_MICROPHONE, "silence"));
  g_assert_nonnull (find (list, HS_DEVICE_MICROPHONE, "tone:440"));
  g_assert_nonnull (find (list, HS_DEVICE_SPEAKER, "null"));
  json = hs_device_to_json (find (list, HS_DEVICE_SPEAKER, "null"));
  g_assert_cmpstr (hs_json_get_string (json, "deviceId"), ==, "null");
  g_assert_cmpstr (hs_json_get_string (json, "kind"), ==, "audiooutput");
  g_assert_cmpstr (hs_json_get_string (json, "groupId"), ==, "handset");
  g_assert_cmpstr (hs_json_get_string (json, "label"), ==, "Nowhere");
}

static void
test_loads_without_a_sound_server (Fixture *self, gconstpointer data)
{
  load (self);
  load (self);
  assert_resolves (self, HS_DEVICE_MICROPHONE, NULL, "silence");
  assert_resolves (self, HS_DEVICE_SPEAKER, NULL, "null");
}

static void
test_closes_while_loading (Fixture *self, gconstpointer data)
{
  self->is_done = FALSE;
  hs_devices_load_async (self->devices, NULL, on_loaded, self);
  hs_devices_close (self->devices);
  hs_test_wait (is_done, self);
}

static void
test_constraints (Fixture *self, gconstpointer data)
{
  assert_resolves (self, HS_DEVICE_MICROPHONE, "\"tone:440\"", "tone:440");
  assert_resolves (self, HS_DEVICE_MICROPHONE, "\"tone:1000@-3\"", "tone:1000@-3");
  assert_resolves (self, HS_DEVICE_MICROPHONE, "\"default\"", "silence");
  assert_resolves (self, HS_DEVICE_MICROPHONE, "{\"exact\":\"file:/a.wav\"}", "file:/a.wav");
  assert_resolves (self, HS_DEVICE_MICROPHONE, "{\"exact\":[\"x\",\"tone:440\"]}", "tone:440");
  assert_resolves (self, HS_DEVICE_MICROPHONE, "{\"ideal\":\"tone:440\"}", "tone:440");
  assert_resolves (self, HS_DEVICE_MICROPHONE, "{\"ideal\":\"x\"}", "silence");
  assert_resolves (self, HS_DEVICE_MICROPHONE, "[\"x\",\"y\"]", "silence");
  assert_resolves (self, HS_DEVICE_MICROPHONE, "{\"exact\":\"tone:440\",\"ideal\":\"silence\"}",
                   "tone:440");
  assert_resolves (self, HS_DEVICE_MICROPHONE, "{}", "silence");
  assert_resolves (self, HS_DEVICE_MICROPHONE, "null", "silence");
  assert_resolves (self, HS_DEVICE_SPEAKER, "\"null\"", "null");
}

static void
test_constraints_that_cannot_be_met (Fixture *self, gconstpointer data)
{
  assert_refused (self, "\"pulse:x\"");
  g_assert_nonnull (strstr (self->error->message, "there is no microphone \"pulse:x\""));
  assert_refused (self, "\"\"");
  assert_refused (self, "{\"exact\":\"null\"}");
  assert_refused (self, "{\"exact\":[\"x\",\"y\"]}");
  assert_refused (self, "{\"exact\":[]}");
  assert_refused (self, "\"tone:much\"");
  assert_refused (self, "\"file:relative.wav\"");
  assert_refused (self, "3");
  assert_refused (self, "{\"exact\":null}");
  assert_refused (self, "{\"ideal\":[1]}");
  assert_refused (self, "{\"exact\":{}}");
}

static void
test_configured_defaults (Fixture *self, gconstpointer data)
{
  configure (self, "{\"media\":{\"microphone\":\"tone:440\",\"speaker\":\"file:/tmp/a.wav\"}}");
  assert_resolves (self, HS_DEVICE_MICROPHONE, NULL, "tone:440");
  assert_resolves (self, HS_DEVICE_SPEAKER, "\"default\"", "file:/tmp/a.wav");
  configure (self, "{\"media\":{\"microphone\":\"default\",\"speaker\":\"default\"}}");
  assert_resolves (self, HS_DEVICE_MICROPHONE, NULL, "silence");
  assert_resolves (self, HS_DEVICE_SPEAKER, NULL, "null");
}

static void
test_configured_device_that_is_gone (Fixture *self, gconstpointer data)
{
  configure (self, "{\"media\":{\"microphone\":\"pulse:unplugged\"}}");
  logged = g_string_new (NULL);
  assert_resolves (self, HS_DEVICE_MICROPHONE, NULL, "silence");
  g_assert_nonnull (strstr (logged->str, "pulse:unplugged"));
  g_string_free (g_steal_pointer (&logged), TRUE);
}

static void
test_check (Fixture *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (hs_devices_check (self->devices, HS_DEVICE_SPEAKER, "null", &error));
  g_assert_true (hs_devices_check (self->devices, HS_DEVICE_SPEAKER, "file:/tmp/a.wav", &error));
  g_assert_no_error (error);
  g_assert_false (hs_devices_check (self->devices, HS_DEVICE_SPEAKER, "tone:440", &error));
  g_assert_error (error, HS_CALL_ERROR, HS_CALL_ERROR_INVALID_PARAM);
  g_assert_nonnull (strstr (error->message, "tone:440"));
}

static void
add (const char *path, void (*test) (Fixture *, gconstpointer))
{
  g_test_add (path, Fixture, NULL, set_up, test, tear_down);
}

int
main (int argc, char **argv)
{
  /* No sound server of the machine may take part. */
  g_setenv ("PULSE_SERVER", "unix:/nonexistent", TRUE);
  g_setenv ("PIPEWIRE_REMOTE", "/nonexistent", TRUE);
  g_test_init (&argc, &argv, NULL);
  /* The writer sees to it, but for the warnings that a test expects. */
  g_log_set_always_fatal (G_LOG_FATAL_MASK | G_LOG_LEVEL_CRITICAL);
  g_log_set_writer_func (write_log, NULL, NULL);
  add ("/devices/always-there", test_lists_what_is_always_there);
  add ("/devices/loads-without-a-sound-server", test_loads_without_a_sound_server);
  add ("/devices/closes-while-loading", test_closes_while_loading);
  add ("/devices/constraints", test_constraints);
  add ("/devices/constraints-not-met", test_constraints_that_cannot_be_met);
  add ("/devices/configured-defaults", test_configured_defaults);
  add ("/devices/configured-device-that-is-gone", test_configured_device_that_is_gone);
  add ("/devices/check", test_check);
  return g_test_run ();
}
