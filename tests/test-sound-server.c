/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The machine's own devices, with a private PulseAudio that has a speaker leading nowhere and, as a
 * microphone, what that speaker plays. */
#include <glib/gstdio.h>
#include <signal.h>
#include <sys/wait.h>

#include "base/hs-error.h"
#include "hs-audio-testing.h"
#include "hs-fake-clock.h"
#include "media/hs-audio-engine.h"

#define SPEAKER    "pulse:first"
#define MICROPHONE "pulse:first.monitor"

typedef struct {
  const char *folder;
  GPid server;
  HsConfig *config;
  HsDevices *devices;
  HsAudioEngine *engine;
  guint n_changes;

  /* the last operation */
  gpointer result;
  GError *error;
  gboolean is_done;
} Fixture;

/* Returns: (transfer full) (nullable): what the command printed; NULL when it failed */
static char *
run (const char *const *arguments)
{
  g_autofree char *output = NULL;
  int status;

  if (!g_spawn_sync (NULL, (char **) arguments, NULL,
                     G_SPAWN_SEARCH_PATH | G_SPAWN_STDERR_TO_DEV_NULL, NULL, NULL, &output, NULL,
                     &status, NULL) ||
      !g_spawn_check_wait_status (status, NULL))
    return NULL;
  return g_steal_pointer (&output);
}

static gboolean
server_answers (gpointer user_data)
{
  g_autofree char *output = run ((const char *const[]){ "pactl", "info", NULL });

  return output != NULL;
}

static void
start_server (Fixture *self)
{
  g_autofree char *protocol = g_strdup_printf (
      "module-native-protocol-unix auth-anonymous=1 socket=%s/native", self->folder);
  g_autoptr (GError) error = NULL;

  g_spawn_async (NULL,
                 (char *[]){ "pulseaudio", "-n", "--daemonize=no", "--exit-idle-time=-1",
                             "--use-pid-file=no", "--realtime=no", "--high-priority=no", "-L",
                             protocol, "-L", "module-null-sink sink_name=first", NULL },
                 NULL,
                 G_SPAWN_SEARCH_PATH | G_SPAWN_DO_NOT_REAP_CHILD | G_SPAWN_STDOUT_TO_DEV_NULL |
                     G_SPAWN_STDERR_TO_DEV_NULL,
                 NULL, NULL, &self->server, &error);
  g_assert_no_error (error);
  hs_test_wait (server_answers, NULL);
}

static gboolean
is_done (gpointer user_data)
{
  return ((Fixture *) user_data)->is_done;
}

/* Returns: (transfer full): what the last operation gave */
static gpointer
await (Fixture *self)
{
  hs_test_wait (is_done, self);
  g_assert_no_error (self->error);
  self->is_done = FALSE;
  return g_steal_pointer (&self->result);
}

static void
on_changed (HsDevices *devices, gpointer user_data)
{
  ((Fixture *) user_data)->n_changes++;
}

static void
on_loaded (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Fixture *self = user_data;

  self->is_done = hs_devices_load_finish (HS_DEVICES (source), result, &self->error);
}

static void
set_up (Fixture *self, gconstpointer data)
{
  g_autoptr (HsFakeClock) clock = hs_fake_clock_new ();

  self->folder = data;
  start_server (self);
  self->config = hs_config_new (NULL);
  self->devices = hs_devices_new (self->config);
  self->engine = hs_audio_engine_new (HS_CLOCK (clock), self->devices);
  g_signal_connect (self->devices, "changed", G_CALLBACK (on_changed), self);
  hs_devices_load_async (self->devices, NULL, on_loaded, self);
  await (self);
}

static void
on_drained (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Fixture *self = user_data;

  self->is_done = hs_audio_engine_drain_finish (HS_AUDIO_ENGINE (source), result, &self->error) ||
                  self->error != NULL;
}

static gboolean
is_gone (gpointer user_data)
{
  gpointer *object = user_data;

  return *object == NULL;
}

/* What a worker has just let go of is let go of here with the next turns of the main context. */
static void
finalize_soon (gpointer object)
{
  g_object_add_weak_pointer (object, &object);
  g_object_unref (object);
  hs_test_wait (is_gone, &object);
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  g_autofree char *path = g_build_filename (self->folder, "native", NULL);

  hs_audio_engine_drain_async (self->engine, on_drained, self);
  await (self);
  finalize_soon (self->engine);
  hs_devices_close (self->devices);
  finalize_soon (self->devices);
  g_assert_finalize_object (self->config);
  kill (self->server, SIGTERM);
  waitpid (self->server, NULL, 0);
  g_spawn_close_pid (self->server);
  g_unlink (path);
}

static gboolean
has_device (Fixture *self, HsDeviceKind kind, const char *device_id)
{
  g_autoptr (GPtrArray) list = hs_devices_list (self->devices);
  guint n_found = 0;

  for (guint i = 0; i < list->len; i++) {
    const HsDevice *device = g_ptr_array_index (list, i);

    n_found += device->kind == kind && g_str_equal (device->device_id, device_id);
  }
  g_assert_cmpuint (n_found, <=, 1);
  return n_found == 1;
}

static void
on_resolved (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Fixture *self = user_data;

  self->result = hs_devices_resolve_finish (HS_DEVICES (source), result, &self->error);
  self->is_done = TRUE;
}

static void
assert_default (Fixture *self, HsDeviceKind kind, const char *expected)
{
  g_autofree char *device_id = NULL;

  hs_devices_resolve_async (self->devices, kind, NULL, NULL, on_resolved, self);
  device_id = await (self);
  g_assert_cmpstr (device_id, ==, expected);
}

static void
test_lists (Fixture *self, gconstpointer data)
{
  g_assert_true (has_device (self, HS_DEVICE_SPEAKER, SPEAKER));
  g_assert_true (has_device (self, HS_DEVICE_MICROPHONE, MICROPHONE));
  g_assert_true (has_device (self, HS_DEVICE_SPEAKER, "null"));
  g_assert_cmpuint (self->n_changes, >=, 1);
  assert_default (self, HS_DEVICE_SPEAKER, SPEAKER);
  assert_default (self, HS_DEVICE_MICROPHONE, MICROPHONE);
}

static gboolean
second_came (gpointer user_data)
{
  return has_device (user_data, HS_DEVICE_SPEAKER, "pulse:second") &&
         has_device (user_data, HS_DEVICE_MICROPHONE, "pulse:second.monitor");
}

static gboolean
second_went (gpointer user_data)
{
  return !has_device (user_data, HS_DEVICE_SPEAKER, "pulse:second") &&
         !has_device (user_data, HS_DEVICE_MICROPHONE, "pulse:second.monitor");
}

static void
test_follows_the_hardware (Fixture *self, gconstpointer data)
{
  guint n_before = self->n_changes;
  g_autofree char *module = NULL;
  g_autofree char *output = NULL;

  module = run ((const char *const[]){ "pactl", "load-module", "module-null-sink",
                                       "sink_name=second", NULL });
  g_assert_nonnull (module);
  hs_test_wait (second_came, self);
  g_assert_cmpuint (self->n_changes, >, n_before);
  n_before = self->n_changes;
  output = run ((const char *const[]){ "pactl", "unload-module", g_strstrip (module), NULL });
  g_assert_nonnull (output);
  hs_test_wait (second_went, self);
  g_assert_cmpuint (self->n_changes, >, n_before);
}

static void
on_source (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Fixture *self = user_data;

  self->result =
      hs_audio_engine_open_source_finish (HS_AUDIO_ENGINE (source), result, &self->error);
  self->is_done = TRUE;
}

static HsAudioSource *
open_source (Fixture *self, const char *device_id)
{
  hs_audio_engine_open_source_async (self->engine, device_id, NULL, on_source, self);
  return await (self);
}

static void
on_sink (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Fixture *self = user_data;

  self->result = hs_audio_engine_open_sink_finish (HS_AUDIO_ENGINE (source), result, &self->error);
  self->is_done = TRUE;
}

static HsAudioSink *
open_sink (Fixture *self, const char *device_id)
{
  hs_audio_engine_open_sink_async (self->engine, device_id, NULL, on_sink, self);
  return await (self);
}

/* What a call does in both directions: one port sends a tone, which comes back to it as from a far
 * end and goes to the speaker; another records what the speaker plays. */
typedef struct {
  HsAudioSource *microphone;
  HsAudioSink *speaker;
  HsAudioPort *player;
  HsAudioPort *recorder;
  gint n_heard;
  guint n_failed;
} Echo;

static void
on_play (const gint16 *block, guint n_samples, gpointer user_data)
{
  Echo *echo = user_data;

  hs_audio_port_receive (echo->player, block, n_samples);
}

static void
on_record (const gint16 *block, guint n_samples, gpointer user_data)
{
  Echo *echo = user_data;
  double amplitude = hs_test_measure_tone (block, n_samples, HS_AUDIO_RATE, 1000);

  if (amplitude > 7500 && amplitude < 9000)
    g_atomic_int_inc (&echo->n_heard);
}

static gboolean
is_heard (gpointer user_data)
{
  return g_atomic_int_get (&((Echo *) user_data)->n_heard) >= 20;
}

static void
begin_echo (Fixture *self, Echo *echo)
{
  g_autoptr (HsAudioSource) tone = open_source (self, "tone:1000@-12");

  echo->microphone = open_source (self, MICROPHONE);
  echo->speaker = open_sink (self, NULL);
  echo->player = hs_audio_engine_add_port (self->engine, on_play, echo);
  echo->recorder = hs_audio_engine_add_port (self->engine, on_record, echo);
  hs_audio_port_set_source (echo->player, tone);
  hs_audio_port_set_sink (echo->player, echo->speaker);
  hs_audio_port_set_source (echo->recorder, echo->microphone);
  hs_audio_port_set_gates (echo->player, TRUE, TRUE);
  hs_audio_port_set_gates (echo->recorder, TRUE, FALSE);
  hs_test_wait (is_heard, echo);
}

static void
end_echo (Echo *echo)
{
  hs_audio_port_remove (echo->player);
  hs_audio_port_remove (echo->recorder);
  hs_audio_port_unref (echo->player);
  hs_audio_port_unref (echo->recorder);
  finalize_soon (echo->microphone);
  finalize_soon (echo->speaker);
}

static void
test_plays_and_records (Fixture *self, gconstpointer data)
{
  Echo echo = { 0 };

  begin_echo (self, &echo);
  g_assert_cmpstr (hs_audio_sink_get_device_id (echo.speaker), ==, SPEAKER);
  g_assert_cmpstr (hs_audio_source_get_device_id (echo.microphone), ==, MICROPHONE);
  end_echo (&echo);
}

static void
test_opens_a_device_once (Fixture *self, gconstpointer data)
{
  g_autoptr (HsAudioSource) source = open_source (self, MICROPHONE);
  g_autoptr (HsAudioSource) same_source = open_source (self, MICROPHONE);
  g_autoptr (HsAudioSink) sink = open_sink (self, SPEAKER);
  g_autoptr (HsAudioSink) same_sink = open_sink (self, SPEAKER);

  g_assert_true (source == same_source);
  g_assert_true (sink == same_sink);
}

static void
on_failed (gpointer object, GError *error, gpointer user_data)
{
  g_assert_error (error, HS_CALL_ERROR, HS_CALL_ERROR_USER_MEDIA);
  ((Echo *) user_data)->n_failed++;
}

static gboolean
both_failed (gpointer user_data)
{
  return ((Echo *) user_data)->n_failed == 2;
}

/* The sound server dies in the middle of a call, and a new one takes its place. */
static void
test_reports_devices_that_vanish (Fixture *self, gconstpointer data)
{
  Echo echo = { 0 };

  begin_echo (self, &echo);
  g_signal_connect (echo.microphone, "failed", G_CALLBACK (on_failed), &echo);
  g_signal_connect (echo.speaker, "failed", G_CALLBACK (on_failed), &echo);
  kill (self->server, SIGKILL);
  hs_test_wait (both_failed, &echo);
  end_echo (&echo);
}

int
main (int argc, char **argv)
{
  g_autofree char *folder = g_dir_make_tmp ("hs-sound-XXXXXX", NULL);
  g_autofree char *server = g_strdup_printf ("unix:%s/native", folder);
  int status;

  /* Nothing of the machine's or the user's own may take part. */
  g_setenv ("PULSE_SERVER", server, TRUE);
  g_setenv ("PIPEWIRE_REMOTE", "/nonexistent", TRUE);
  g_setenv ("XDG_CACHE_HOME", g_get_user_cache_dir (), TRUE);
  g_setenv ("XDG_RUNTIME_DIR", folder, TRUE);
  g_setenv ("XDG_CONFIG_HOME", folder, TRUE);
  g_setenv ("HOME", folder, TRUE);
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/sound-server/lists", Fixture, folder, set_up, test_lists, tear_down);
  g_test_add ("/sound-server/follows-the-hardware", Fixture, folder, set_up,
              test_follows_the_hardware, tear_down);
  g_test_add ("/sound-server/plays-and-records", Fixture, folder, set_up, test_plays_and_records,
              tear_down);
  g_test_add ("/sound-server/opens-a-device-once", Fixture, folder, set_up,
              test_opens_a_device_once, tear_down);
  g_test_add ("/sound-server/reports-devices-that-vanish", Fixture, folder, set_up,
              test_reports_devices_that_vanish, tear_down);
  status = g_test_run ();
  g_spawn_sync (NULL, (char *[]){ "rm", "-r", folder, NULL }, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL,
                NULL, NULL, NULL, NULL);
  return status;
}
