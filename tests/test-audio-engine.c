/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the engine opens, and the pace that it gives. */
#include "base/hs-error.h"
#include "hs-audio-fixture.h"
#include "hs-audio-testing.h"
#include "media/hs-audio-port-private.h"

#include <gst/gst.h>
#include <math.h>

static void
test_refuses_malformed_ids (HsAudioFixture *self, gconstpointer data)
{
  const char *const microphones[] = { "tone:",       "tone:0",   "tone:x",        "tone:440@",
                                      "tone:440@3",  "tone:nan", "tone:440@-nan", "tone:1e9",
                                      "tone:440x",   "file:",    "file:a.wav",    "tone:440@-3 ",
                                      "tone:440@-91" };
  const char *const speakers[] = { "file:", "file:a.wav", "file:/tmp/a.ogg", "file:/tmp/" };

  for (guint i = 0; i < G_N_ELEMENTS (microphones); i++) {
    hs_audio_fixture_assert_refused (self, HS_DEVICE_MICROPHONE, microphones[i],
                                     HS_CALL_ERROR_INVALID_PARAM);
    g_assert_nonnull (strstr (self->error->message, microphones[i]));
  }
  for (guint i = 0; i < G_N_ELEMENTS (speakers); i++)
    hs_audio_fixture_assert_refused (self, HS_DEVICE_SPEAKER, speakers[i],
                                     HS_CALL_ERROR_INVALID_PARAM);
}

static void
test_refuses_unknown_devices (HsAudioFixture *self, gconstpointer data)
{
  hs_audio_fixture_assert_refused (self, HS_DEVICE_MICROPHONE, "pulse:nobody",
                                   HS_CALL_ERROR_USER_MEDIA);
  g_assert_nonnull (strstr (self->error->message, "microphone \"pulse:nobody\""));
  hs_audio_fixture_assert_refused (self, HS_DEVICE_SPEAKER, "silence", HS_CALL_ERROR_USER_MEDIA);
  hs_audio_fixture_assert_refused (self, HS_DEVICE_MICROPHONE, "null", HS_CALL_ERROR_USER_MEDIA);
}

static void
test_defaults_without_hardware (HsAudioFixture *self, gconstpointer data)
{
  g_autoptr (HsAudioSource) source = hs_audio_fixture_open_well (self, HS_DEVICE_MICROPHONE, NULL);
  g_autoptr (HsAudioSink) sink = hs_audio_fixture_open_well (self, HS_DEVICE_SPEAKER, "default");

  g_assert_cmpstr (hs_audio_source_get_device_id (source), ==, "silence");
  g_assert_cmpstr (hs_audio_sink_get_device_id (sink), ==, "null");
  hs_audio_fixture_play (self, source, 2);
  g_assert_cmpuint (self->sent->len, ==, 2 * HS_AUDIO_BLOCK);
  g_assert_cmpuint (hs_audio_fixture_find_end (self->sent), ==, 0);
}

static void
test_opens_tones (HsAudioFixture *self, gconstpointer data)
{
  g_autoptr (HsAudioSource) source =
      hs_audio_fixture_open_well (self, HS_DEVICE_MICROPHONE, "tone:1000@-6");

  hs_audio_fixture_play (self, source, 50);
  g_assert_cmpfloat (
      fabs (hs_test_measure_tone ((gint16 *) self->sent->data, 48000, HS_AUDIO_RATE, 1000) -
            32767 * pow (10, -6.0 / 20)),
      <, 2);
}

static void
test_cancelled_opening (HsAudioFixture *self, gconstpointer data)
{
  g_autofree char *path = hs_audio_fixture_make_path (self, "a.wav");
  g_autofree char *device_id = g_strconcat ("file:", path, NULL);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();

  hs_audio_engine_open_sink_async (self->engine, device_id, cancellable, hs_audio_fixture_on_sink,
                                   self);
  g_cancellable_cancel (cancellable);
  hs_test_wait (hs_audio_fixture_is_done, self);
  g_assert_error (self->error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_null (self->opened);
}

/* For the real ticker. */
typedef struct {
  gint n_pushes;
  gint n_wrong;
} Counter;

static void
on_count (const gint16 *block, guint n_samples, gpointer user_data)
{
  Counter *counter = user_data;

  g_atomic_int_inc (&counter->n_pushes);
  if (n_samples != HS_AUDIO_BLOCK)
    g_atomic_int_inc (&counter->n_wrong);
}

static gboolean
has_pushed_five (gpointer user_data)
{
  return g_atomic_int_get (&((Counter *) user_data)->n_pushes) >= 5;
}

static void
test_real_ticker_pushes (HsAudioFixture *self, gconstpointer data)
{
  g_autoptr (HsAudioSource) source =
      hs_audio_fixture_open_well (self, HS_DEVICE_MICROPHONE, "tone:440");
  Counter counter = { 0 };
  gint64 begin = g_get_monotonic_time ();

  for (guint i = 0; i < 3; i++) {
    HsAudioPort *port = hs_audio_engine_add_port (self->engine, on_count, &counter);
    int n_at_removal;

    g_atomic_int_set (&counter.n_pushes, 0);
    hs_audio_port_set_source (port, source);
    hs_audio_port_set_gates (port, TRUE, TRUE);
    hs_test_wait (has_pushed_five, &counter);
    hs_audio_port_remove (port);
    n_at_removal = g_atomic_int_get (&counter.n_pushes);
    hs_audio_port_unref (port);
    g_assert_cmpint (g_atomic_int_get (&counter.n_pushes), ==, n_at_removal);
  }
  /* never faster than real time: four intervals lie between five pushes */
  g_assert_cmpint (g_get_monotonic_time () - begin, >=, 3 * 4 * 20000 - 3 * 20000);
  g_assert_cmpint (counter.n_wrong, ==, 0);
}

static void
add (const char *path, void (*test) (HsAudioFixture *, gconstpointer))
{
  g_test_add (path, HsAudioFixture, NULL, hs_audio_fixture_set_up, test,
              hs_audio_fixture_tear_down);
}

int
main (int argc, char **argv)
{
  /* No sound server of the machine may take part. */
  g_setenv ("PULSE_SERVER", "unix:/nonexistent", TRUE);
  g_setenv ("PIPEWIRE_REMOTE", "/nonexistent", TRUE);
  g_test_init (&argc, &argv, NULL);
  gst_init (&argc, &argv);
  add ("/engine/source/tones", test_opens_tones);
  add ("/engine/refuses-malformed-ids", test_refuses_malformed_ids);
  add ("/engine/refuses-unknown-devices", test_refuses_unknown_devices);
  add ("/engine/defaults-without-hardware", test_defaults_without_hardware);
  add ("/engine/cancelled-opening", test_cancelled_opening);
  add ("/engine/real-ticker-pushes", test_real_ticker_pushes);
  return g_test_run ();
}
