/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "hs-audio-testing.h"
#include "hs-fake-clock.h"

#include "base/hs-config.h"
#include "base/hs-error.h"
#include "phone/hs-device-watch.h"

typedef struct {
  HsFakeClock *clock;
  HsMedia *media;
  HsDeviceWatch *watch;
  GString *told;
} Fixture;

static void
on_told (const char *name, JsonObject *payload, gpointer user_data)
{
  JsonObject *error = json_object_has_member (payload, "error")
                          ? json_object_get_object_member (payload, "error")
                          : NULL;

  g_string_append_printf (user_data, "%s%s%s ", name, error != NULL ? "=" : "",
                          error != NULL ? json_object_get_string_member (error, "name") : "");
}

static void
set_up (Fixture *self, gconstpointer data)
{
  g_autoptr (HsConfig) config = hs_config_new (NULL);

  self->clock = hs_fake_clock_new ();
  self->media = hs_media_new (HS_CLOCK (self->clock), config);
  self->told = g_string_new (NULL);
  self->watch = hs_device_watch_new (HS_CLOCK (self->clock), self->media, on_told, self->told);
}

static gboolean
is_last_reference (gpointer user_data)
{
  return G_OBJECT (user_data)->ref_count == 1;
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  g_clear_pointer (&self->watch, hs_device_watch_free);
  hs_test_wait (is_last_reference, self->media);
  g_assert_finalize_object (self->media);
  g_assert_cmpuint (hs_fake_clock_count_timers (self->clock), ==, 0);
  g_assert_finalize_object (self->clock);
  g_string_free (self->told, TRUE);
}

static void
change (Fixture *self)
{
  g_signal_emit_by_name (hs_media_get_devices (self->media), "changed");
}

static void
test_changes_are_told_once (Fixture *self, gconstpointer data)
{
  change (self);
  hs_fake_clock_advance (self->clock, 30);
  change (self);
  hs_fake_clock_advance (self->clock, 19);
  g_assert_cmpstr (self->told->str, ==, "");
  hs_fake_clock_advance (self->clock, 1);
  g_assert_cmpstr (self->told->str, ==, "devices:change ");
  hs_fake_clock_advance (self->clock, 1000);
  g_assert_cmpstr (self->told->str, ==, "devices:change ");
  change (self);
  hs_fake_clock_advance (self->clock, 50);
  g_assert_cmpstr (self->told->str, ==, "devices:change devices:change ");
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

static gboolean
try_devices (Fixture *self, gboolean audio, gboolean video, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  hs_device_watch_try (self->watch, audio, video, g_task_new (NULL, NULL, keep_result, &result));
  hs_test_wait (is_set, &result);
  return g_task_propagate_boolean (G_TASK (result), error);
}

static void
test_nothing_to_try (Fixture *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (try_devices (self, FALSE, FALSE, &error));
  g_assert_error (error, HS_CALL_ERROR, HS_CALL_ERROR_INVALID_PARAM);
  g_assert_cmpstr (self->told->str, ==, "devices:error=TypeError ");
}

static void
test_microphone (Fixture *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (try_devices (self, TRUE, FALSE, &error));
  g_assert_no_error (error);
  g_assert_true (g_str_has_suffix (self->told->str, "devices:change "));
}

static void
test_given_up (Fixture *self, gconstpointer data)
{
  g_autoptr (GAsyncResult) result = NULL;

  hs_device_watch_try (self->watch, TRUE, FALSE, g_task_new (NULL, NULL, keep_result, &result));
  g_clear_pointer (&self->watch, hs_device_watch_free);
  hs_test_wait (is_set, &result);
  g_assert_false (g_task_propagate_boolean (G_TASK (result), NULL));
  g_assert_cmpstr (self->told->str, ==, "");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(path, test) g_test_add ("/devices/watch/" path, Fixture, NULL, set_up, test, tear_down)
  ADD ("changes-are-told-once", test_changes_are_told_once);
  ADD ("nothing-to-try", test_nothing_to_try);
  ADD ("microphone", test_microphone);
  ADD ("given-up", test_given_up);
  return g_test_run ();
}
