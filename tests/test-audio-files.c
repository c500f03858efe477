/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Files that are played. */
#include "base/hs-error.h"
#include "hs-audio-fixture.h"
#include "hs-audio-testing.h"
#include "media/hs-audio-port-private.h"

#include <gst/gst.h>
#include <math.h>
#include <sys/stat.h>

typedef struct {
  const char *path;
  guint rate;
  guint n_channels;
  int bits;
} Format;

static const Format formats[] = {
  { "/engine/source/wav/8khz-stereo", 8000, 2, 16 },
  { "/engine/source/wav/48khz-mono", 48000, 1, 16 },
  { "/engine/source/wav/44100hz-24bit", 44100, 1, 24 },
  { "/engine/source/wav/16khz-8bit", 16000, 1, 8 },
  { "/engine/source/wav/96khz-32bit", 96000, 2, 32 },
  { "/engine/source/wav/22050hz-float-5-channels", 22050, 5, -32 },
};

static void
test_plays_wav (HsAudioFixture *self, gconstpointer data)
{
  const Format *format = data;
  g_autofree char *path = hs_audio_fixture_make_path (self, "a.wav");
  g_autofree char *device_id = g_strconcat ("file:", path, NULL);
  g_autoptr (HsAudioSource) source = NULL;

  hs_test_write_wave (path, format->rate, format->n_channels, format->bits, 440, 1.0);
  source = hs_audio_fixture_open_well (self, HS_DEVICE_MICROPHONE, device_id);
  g_assert_cmpstr (hs_audio_source_get_device_id (source), ==, device_id);
  g_assert_cmpstr (hs_audio_source_get_label (source), ==, "a.wav");
  hs_audio_fixture_play (self, source, 60);
  g_assert_cmpuint (self->sent->len, ==, 60 * HS_AUDIO_BLOCK);
  /* one second of the tone, then silence; the resampler may blur its end */
  g_assert_cmpuint (hs_audio_fixture_find_end (self->sent), >, HS_AUDIO_RATE - 480);
  g_assert_cmpuint (hs_audio_fixture_find_end (self->sent), <, HS_AUDIO_RATE + 480);
  g_assert_cmpfloat (
      fabs (hs_test_measure_tone ((gint16 *) self->sent->data, 46080, HS_AUDIO_RATE, 440) - 16384),
      <, 600);
}

/* Each description ends in a file of one second of 440 Hz. */
typedef struct {
  const char *path;
  const char *name;
  const char *encoder;
} Codec;

static const Codec codecs[] = {
  { "/engine/source/flac", "a.flac", "flacenc" },
  { "/engine/source/opus", "a.opus", "opusenc ! oggmux" },
  { "/engine/source/vorbis", "a.ogg", "vorbisenc ! oggmux" },
  { "/engine/source/film", "a.mkv",
    "vorbisenc ! mux. videotestsrc num-buffers=30 ! video/x-raw,width=64,height=48 ! jpegenc ! "
    "mux. matroskamux name=mux" },
};

static void
encode (const char *path, const char *encoder)
{
  g_autofree char *description =
      g_strdup_printf ("audiotestsrc freq=440 volume=0.5 samplesperbuffer=960 num-buffers=50 ! "
                       "audio/x-raw,rate=48000 ! audioconvert ! %s ! filesink location=%s",
                       encoder, path);
  g_autoptr (GError) error = NULL;
  g_autoptr (GstElement) pipeline = gst_parse_launch (description, &error);
  g_autoptr (GstBus) bus = NULL;
  g_autoptr (GstMessage) message = NULL;

  g_assert_no_error (error);
  bus = gst_element_get_bus (pipeline);
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  message = gst_bus_timed_pop_filtered (bus, 60 * GST_SECOND, GST_MESSAGE_EOS | GST_MESSAGE_ERROR);
  g_assert_nonnull (message);
  g_assert_cmpint (GST_MESSAGE_TYPE (message), ==, GST_MESSAGE_EOS);
  gst_element_set_state (pipeline, GST_STATE_NULL);
}

static void
test_plays_compressed (HsAudioFixture *self, gconstpointer data)
{
  const Codec *codec = data;
  g_autofree char *path = hs_audio_fixture_make_path (self, codec->name);
  g_autofree char *device_id = g_strconcat ("file:", path, NULL);
  g_autoptr (HsAudioSource) source = NULL;

  encode (path, codec->encoder);
  source = hs_audio_fixture_open_well (self, HS_DEVICE_MICROPHONE, device_id);
  hs_audio_fixture_play (self, source, 60);
  g_assert_cmpuint (hs_audio_fixture_find_end (self->sent), >, HS_AUDIO_RATE - 2 * HS_AUDIO_BLOCK);
  g_assert_cmpuint (hs_audio_fixture_find_end (self->sent), <, HS_AUDIO_RATE + 2 * HS_AUDIO_BLOCK);
  g_assert_cmpfloat (
      hs_test_measure_tone ((gint16 *) self->sent->data + 9600, 28800, HS_AUDIO_RATE, 440), >,
      14000);
}

static void
test_loops (HsAudioFixture *self, gconstpointer data)
{
  g_autofree char *path = hs_audio_fixture_make_path (self, "a.wav");
  g_autofree char *device_id = g_strconcat ("file:", path, "?loop", NULL);
  g_autoptr (HsAudioSource) source = NULL;

  /* 0.3 s: 132 whole periods of 440 Hz, so a seamless loop is one pure tone */
  hs_test_write_wave (path, HS_AUDIO_RATE, 1, 16, 440, 0.3);
  source = hs_audio_fixture_open_well (self, HS_DEVICE_MICROPHONE, device_id);
  hs_audio_fixture_play (self, source, 100);
  g_assert_cmpuint (self->sent->len, ==, 100 * HS_AUDIO_BLOCK);
  g_assert_cmpfloat (
      fabs (hs_test_measure_tone ((gint16 *) self->sent->data, 96000, HS_AUDIO_RATE, 440) - 16383),
      <, 3);
}

static void
test_does_not_loop_nothing (HsAudioFixture *self, gconstpointer data)
{
  g_autofree char *path = hs_audio_fixture_make_path (self, "a.wav");
  g_autofree char *device_id = g_strconcat ("file:", path, "?loop", NULL);
  g_autoptr (HsAudioSource) source = NULL;

  hs_test_write_wave (path, 8000, 1, 16, 440, 0);
  source = hs_audio_fixture_open_well (self, HS_DEVICE_MICROPHONE, device_id);
  hs_audio_fixture_play (self, source, 3);
  g_assert_cmpuint (hs_audio_fixture_find_end (self->sent), ==, 0);
}

static void
test_source_waits_for_the_gate (HsAudioFixture *self, gconstpointer data)
{
  g_autofree char *path = hs_audio_fixture_make_path (self, "a.wav");
  g_autofree char *device_id = g_strconcat ("file:", path, NULL);
  g_autoptr (HsAudioSource) source = NULL;

  hs_test_write_wave (path, HS_AUDIO_RATE, 1, 16, 440, 1.0);
  source = hs_audio_fixture_open_well (self, HS_DEVICE_MICROPHONE, device_id);
  hs_audio_port_set_source (self->port, source);
  hs_audio_port_set_gates (self->port, FALSE, FALSE);
  for (guint i = 0; i < 100; i++)
    hs_audio_mixer_tick (self->mixer, 0);
  hs_audio_port_set_gates (self->port, TRUE, FALSE);
  hs_audio_fixture_play (self, source, 60);
  g_assert_cmpuint (hs_audio_fixture_find_end (self->sent), >, HS_AUDIO_RATE - 480);
}

static void
test_refuses_bad_files (HsAudioFixture *self, gconstpointer data)
{
  g_autofree char *missing = hs_audio_fixture_make_path (self, "missing.wav");
  g_autofree char *text = hs_audio_fixture_make_path (self, "text.wav");
  g_autofree char *pipe = hs_audio_fixture_make_path (self, "pipe.wav");
  const char *const paths[] = { missing, text, pipe, self->folder };

  g_assert_true (g_file_set_contents (text, "no sound in here\n", -1, NULL));
  g_assert_cmpint (mkfifo (pipe, 0600), ==, 0);
  for (guint i = 0; i < G_N_ELEMENTS (paths); i++) {
    g_autofree char *device_id = g_strconcat ("file:", paths[i], NULL);

    hs_audio_fixture_assert_refused (self, HS_DEVICE_MICROPHONE, device_id,
                                     HS_CALL_ERROR_USER_MEDIA);
    g_assert_nonnull (strstr (self->error->message, paths[i]));
  }
}

static void
test_refuses_a_film_without_sound (HsAudioFixture *self, gconstpointer data)
{
  g_autofree char *path = hs_audio_fixture_make_path (self, "a.mkv");
  g_autofree char *device_id = g_strconcat ("file:", path, NULL);

  encode (path, "fakesink videotestsrc num-buffers=30 ! video/x-raw,width=64,height=48 ! jpegenc ! "
                "matroskamux");
  hs_audio_fixture_assert_refused (self, HS_DEVICE_MICROPHONE, device_id, HS_CALL_ERROR_USER_MEDIA);
  g_assert_nonnull (strstr (self->error->message, path));
}

static void
add_with (const char *path, gconstpointer data, void (*test) (HsAudioFixture *, gconstpointer))
{
  g_test_add (path, HsAudioFixture, data, hs_audio_fixture_set_up, test,
              hs_audio_fixture_tear_down);
}

static void
add (const char *path, void (*test) (HsAudioFixture *, gconstpointer))
{
  add_with (path, NULL, test);
}

int
main (int argc, char **argv)
{
  /* No sound server of the machine may take part. */
  g_setenv ("PULSE_SERVER", "unix:/nonexistent", TRUE);
  g_setenv ("PIPEWIRE_REMOTE", "/nonexistent", TRUE);
  g_test_init (&argc, &argv, NULL);
  gst_init (&argc, &argv);
  for (guint i = 0; i < G_N_ELEMENTS (formats); i++)
    add_with (formats[i].path, &formats[i], test_plays_wav);
  for (guint i = 0; i < G_N_ELEMENTS (codecs); i++)
    add_with (codecs[i].path, &codecs[i], test_plays_compressed);
  add ("/engine/source/loops", test_loops);
  add ("/engine/source/does-not-loop-nothing", test_does_not_loop_nothing);
  add ("/engine/source/waits-for-the-gate", test_source_waits_for_the_gate);
  add ("/engine/source/refuses-bad-files", test_refuses_bad_files);
  add ("/engine/source/refuses-a-silent-film", test_refuses_a_film_without_sound);
  return g_test_run ();
}
