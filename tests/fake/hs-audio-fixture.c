/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "hs-audio-fixture.h"

#include "base/hs-error.h"
#include "hs-audio-testing.h"
#include "hs-fake-clock.h"
#include "media/hs-audio-port-private.h"
#include "media/hs-audio-source-private.h"

#include <glib/gstdio.h>
#include <unistd.h>

static void
on_push (const gint16 *block, guint n_samples, gpointer user_data)
{
  g_array_append_vals (user_data, block, n_samples);
}

void
hs_audio_fixture_set_up (HsAudioFixture *self, gconstpointer data)
{
  g_autoptr (HsConfig) config = hs_config_new (NULL);
  g_autoptr (HsFakeClock) clock = hs_fake_clock_new ();

  self->folder = g_dir_make_tmp ("hs-audio-XXXXXX", NULL);
  self->devices = hs_devices_new (config);
  self->engine = hs_audio_engine_new (HS_CLOCK (clock), self->devices);
  self->mixer = hs_audio_mixer_new ();
  self->sent = g_array_new (FALSE, FALSE, sizeof (gint16));
  self->port = hs_audio_port_new (self->mixer, on_push, self->sent);
  hs_audio_port_set_gates (self->port, TRUE, TRUE);
}

gboolean
hs_audio_fixture_is_done (gpointer user_data)
{
  return ((HsAudioFixture *) user_data)->is_done;
}

static void
on_drained (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_assert_true (hs_audio_engine_drain_finish (HS_AUDIO_ENGINE (source), result, NULL));
  ((HsAudioFixture *) user_data)->is_done = TRUE;
}

void
hs_audio_fixture_drain (HsAudioFixture *self)
{
  self->is_done = FALSE;
  hs_audio_engine_drain_async (self->engine, on_drained, self);
  hs_test_wait (hs_audio_fixture_is_done, self);
}

static void
remove_folder (const char *path)
{
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  const char *name;

  while ((name = g_dir_read_name (dir)) != NULL) {
    g_autofree char *file = g_build_filename (path, name, NULL);

    g_assert_cmpint (g_unlink (file), ==, 0);
  }
  g_assert_cmpint (g_rmdir (path), ==, 0);
}

void
hs_audio_fixture_close (HsAudioFixture *self)
{
  g_clear_object (&self->opened);
  g_clear_error (&self->error);
  hs_audio_port_remove (self->port);
  hs_audio_port_unref (self->port);
  hs_audio_mixer_unref (self->mixer);
  g_array_unref (self->sent);
  hs_audio_fixture_drain (self);
  hs_devices_close (self->devices);
  g_assert_finalize_object (self->engine);
  g_assert_finalize_object (self->devices);
}

void
hs_audio_fixture_tear_down (HsAudioFixture *self, gconstpointer data)
{
  hs_audio_fixture_close (self);
  remove_folder (self->folder);
  g_free (self->folder);
}

static void
on_source (GObject *source, GAsyncResult *result, gpointer user_data)
{
  HsAudioFixture *self = user_data;

  self->opened =
      hs_audio_engine_open_source_finish (HS_AUDIO_ENGINE (source), result, &self->error);
  self->is_done = TRUE;
}

void
hs_audio_fixture_on_sink (GObject *source, GAsyncResult *result, gpointer user_data)
{
  HsAudioFixture *self = user_data;

  self->opened = hs_audio_engine_open_sink_finish (HS_AUDIO_ENGINE (source), result, &self->error);
  self->is_done = TRUE;
}

/* Leaves what came of it in self->opened or self->error. */
static void
open_device (HsAudioFixture *self, HsDeviceKind kind, const char *device_id)
{
  g_clear_object (&self->opened);
  g_clear_error (&self->error);
  self->is_done = FALSE;
  if (kind == HS_DEVICE_MICROPHONE)
    hs_audio_engine_open_source_async (self->engine, device_id, NULL, on_source, self);
  else
    hs_audio_engine_open_sink_async (self->engine, device_id, NULL, hs_audio_fixture_on_sink, self);
  hs_test_wait (hs_audio_fixture_is_done, self);
}

gpointer
hs_audio_fixture_open_well (HsAudioFixture *self, HsDeviceKind kind, const char *device_id)
{
  open_device (self, kind, device_id);
  g_assert_no_error (self->error);
  return g_steal_pointer (&self->opened);
}

void
hs_audio_fixture_assert_refused (HsAudioFixture *self,
                                 HsDeviceKind kind,
                                 const char *device_id,
                                 int code)
{
  open_device (self, kind, device_id);
  g_assert_error (self->error, HS_CALL_ERROR, code);
  g_assert_null (self->opened);
}

char *
hs_audio_fixture_make_path (HsAudioFixture *self, const char *name)
{
  return g_build_filename (self->folder, name, NULL);
}

static gboolean
is_ready (gpointer user_data)
{
  return hs_audio_source_is_ready (user_data);
}

void
hs_audio_fixture_play (HsAudioFixture *self, HsAudioSource *source, guint n_blocks)
{
  hs_audio_port_set_source (self->port, source);
  for (guint i = 0; i < n_blocks; i++) {
    hs_test_wait (is_ready, source);
    hs_audio_mixer_tick (self->mixer, 0);
  }
  hs_audio_port_set_source (self->port, NULL);
}

gsize
hs_audio_fixture_find_end (GArray *samples)
{
  gsize end = samples->len;

  while (end > 0 && ABS (g_array_index (samples, gint16, end - 1)) < 16)
    end--;
  return end;
}
