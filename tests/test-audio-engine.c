/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <glib/gstdio.h>
#include <gst/gst.h>
#include <math.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/hs-error.h"
#include "hs-audio-testing.h"
#include "hs-fake-clock.h"
#include "media/hs-audio-engine.h"
#include "media/hs-audio-port-private.h"
#include "media/hs-audio-source-private.h"
#include "media/hs-audio-ticker.h"
#include "media/hs-audio-wave-sink.h"

#define WATCHDOG_MS 60000

typedef struct {
  char *folder;
  HsDevices *devices;
  HsAudioEngine *engine;

  /* a tick without time */
  HsAudioMixer *mixer;
  HsAudioPort *port;
  GArray *sent;

  /* the last opening */
  gpointer opened;
  GError *error;
  gboolean is_done;
} Fixture;

static void
on_push (const gint16 *block, guint n_samples, gpointer user_data)
{
  g_array_append_vals (user_data, block, n_samples);
}

static void
set_up (Fixture *self, gconstpointer data)
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

static gboolean
is_done (gpointer user_data)
{
  return ((Fixture *) user_data)->is_done;
}

static void
on_drained (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_assert_true (hs_audio_engine_drain_finish (HS_AUDIO_ENGINE (source), result, NULL));
  ((Fixture *) user_data)->is_done = TRUE;
}

static void
drain (Fixture *self)
{
  self->is_done = FALSE;
  hs_audio_engine_drain_async (self->engine, on_drained, self);
  hs_test_wait (is_done, self);
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

static void
tear_down (Fixture *self, gconstpointer data)
{
  g_clear_object (&self->opened);
  g_clear_error (&self->error);
  hs_audio_port_remove (self->port);
  hs_audio_port_unref (self->port);
  hs_audio_mixer_unref (self->mixer);
  g_array_unref (self->sent);
  drain (self);
  hs_devices_close (self->devices);
  g_assert_finalize_object (self->engine);
  g_assert_finalize_object (self->devices);
  remove_folder (self->folder);
  g_free (self->folder);
}

static void
on_source (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Fixture *self = user_data;

  self->opened =
      hs_audio_engine_open_source_finish (HS_AUDIO_ENGINE (source), result, &self->error);
  self->is_done = TRUE;
}

static void
on_sink (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Fixture *self = user_data;

  self->opened = hs_audio_engine_open_sink_finish (HS_AUDIO_ENGINE (source), result, &self->error);
  self->is_done = TRUE;
}

/* Leaves what came of it in self->opened or self->error. */
static void
open_device (Fixture *self, HsDeviceKind kind, const char *device_id)
{
  g_clear_object (&self->opened);
  g_clear_error (&self->error);
  self->is_done = FALSE;
  if (kind == HS_DEVICE_MICROPHONE)
    hs_audio_engine_open_source_async (self->engine, device_id, NULL, on_source, self);
  else
    hs_audio_engine_open_sink_async (self->engine, device_id, NULL, on_sink, self);
  hs_test_wait (is_done, self);
}

static gpointer
open_well (Fixture *self, HsDeviceKind kind, const char *device_id)
{
  open_device (self, kind, device_id);
  g_assert_no_error (self->error);
  return g_steal_pointer (&self->opened);
}

static void
assert_refused (Fixture *self, HsDeviceKind kind, const char *device_id, int code)
{
  open_device (self, kind, device_id);
  g_assert_error (self->error, HS_CALL_ERROR, code);
  g_assert_null (self->opened);
}

static char *
make_path (Fixture *self, const char *name)
{
  return g_build_filename (self->folder, name, NULL);
}

static gboolean
is_ready (gpointer user_data)
{
  return hs_audio_source_is_ready (user_data);
}

/* Ticks as fast as the decoder lets us. */
static void
play (Fixture *self, HsAudioSource *source, guint n_blocks)
{
  hs_audio_port_set_source (self->port, source);
  for (guint i = 0; i < n_blocks; i++) {
    hs_test_wait (is_ready, source);
    hs_audio_mixer_tick (self->mixer, 0);
  }
  hs_audio_port_set_source (self->port, NULL);
}

/* Where sound begins and ends, in samples. */
static gsize
find_end (GArray *samples)
{
  gsize end = samples->len;

  while (end > 0 && ABS (g_array_index (samples, gint16, end - 1)) < 16)
    end--;
  return end;
}

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
test_plays_wav (Fixture *self, gconstpointer data)
{
  const Format *format = data;
  g_autofree char *path = make_path (self, "a.wav");
  g_autofree char *device_id = g_strconcat ("file:", path, NULL);
  g_autoptr (HsAudioSource) source = NULL;

  hs_test_write_wave (path, format->rate, format->n_channels, format->bits, 440, 1.0);
  source = open_well (self, HS_DEVICE_MICROPHONE, device_id);
  g_assert_cmpstr (hs_audio_source_get_device_id (source), ==, device_id);
  g_assert_cmpstr (hs_audio_source_get_label (source), ==, "a.wav");
  play (self, source, 60);
  g_assert_cmpuint (self->sent->len, ==, 60 * HS_AUDIO_BLOCK);
  /* one second of the tone, then silence; the resampler may blur its end */
  g_assert_cmpuint (find_end (self->sent), >, HS_AUDIO_RATE - 480);
  g_assert_cmpuint (find_end (self->sent), <, HS_AUDIO_RATE + 480);
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
test_plays_compressed (Fixture *self, gconstpointer data)
{
  const Codec *codec = data;
  g_autofree char *path = make_path (self, codec->name);
  g_autofree char *device_id = g_strconcat ("file:", path, NULL);
  g_autoptr (HsAudioSource) source = NULL;

  encode (path, codec->encoder);
  source = open_well (self, HS_DEVICE_MICROPHONE, device_id);
  play (self, source, 60);
  g_assert_cmpuint (find_end (self->sent), >, HS_AUDIO_RATE - 2 * HS_AUDIO_BLOCK);
  g_assert_cmpuint (find_end (self->sent), <, HS_AUDIO_RATE + 2 * HS_AUDIO_BLOCK);
  g_assert_cmpfloat (
      hs_test_measure_tone ((gint16 *) self->sent->data + 9600, 28800, HS_AUDIO_RATE, 440), >,
      14000);
}

static void
test_loops (Fixture *self, gconstpointer data)
{
  g_autofree char *path = make_path (self, "a.wav");
  g_autofree char *device_id = g_strconcat ("file:", path, "?loop", NULL);
  g_autoptr (HsAudioSource) source = NULL;

  /* 0.3 s: 132 whole periods of 440 Hz, so a seamless loop is one pure tone */
  hs_test_write_wave (path, HS_AUDIO_RATE, 1, 16, 440, 0.3);
  source = open_well (self, HS_DEVICE_MICROPHONE, device_id);
  play (self, source, 100);
  g_assert_cmpuint (self->sent->len, ==, 100 * HS_AUDIO_BLOCK);
  g_assert_cmpfloat (
      fabs (hs_test_measure_tone ((gint16 *) self->sent->data, 96000, HS_AUDIO_RATE, 440) - 16383),
      <, 3);
}

static void
test_does_not_loop_nothing (Fixture *self, gconstpointer data)
{
  g_autofree char *path = make_path (self, "a.wav");
  g_autofree char *device_id = g_strconcat ("file:", path, "?loop", NULL);
  g_autoptr (HsAudioSource) source = NULL;

  hs_test_write_wave (path, 8000, 1, 16, 440, 0);
  source = open_well (self, HS_DEVICE_MICROPHONE, device_id);
  play (self, source, 3);
  g_assert_cmpuint (find_end (self->sent), ==, 0);
}

static void
test_source_waits_for_the_gate (Fixture *self, gconstpointer data)
{
  g_autofree char *path = make_path (self, "a.wav");
  g_autofree char *device_id = g_strconcat ("file:", path, NULL);
  g_autoptr (HsAudioSource) source = NULL;

  hs_test_write_wave (path, HS_AUDIO_RATE, 1, 16, 440, 1.0);
  source = open_well (self, HS_DEVICE_MICROPHONE, device_id);
  hs_audio_port_set_source (self->port, source);
  hs_audio_port_set_gates (self->port, FALSE, FALSE);
  for (guint i = 0; i < 100; i++)
    hs_audio_mixer_tick (self->mixer, 0);
  hs_audio_port_set_gates (self->port, TRUE, FALSE);
  play (self, source, 60);
  g_assert_cmpuint (find_end (self->sent), >, HS_AUDIO_RATE - 480);
}

static void
test_refuses_bad_files (Fixture *self, gconstpointer data)
{
  g_autofree char *missing = make_path (self, "missing.wav");
  g_autofree char *text = make_path (self, "text.wav");
  g_autofree char *pipe = make_path (self, "pipe.wav");
  const char *const paths[] = { missing, text, pipe, self->folder };

  g_assert_true (g_file_set_contents (text, "no sound in here\n", -1, NULL));
  g_assert_cmpint (mkfifo (pipe, 0600), ==, 0);
  for (guint i = 0; i < G_N_ELEMENTS (paths); i++) {
    g_autofree char *device_id = g_strconcat ("file:", paths[i], NULL);

    assert_refused (self, HS_DEVICE_MICROPHONE, device_id, HS_CALL_ERROR_USER_MEDIA);
    g_assert_nonnull (strstr (self->error->message, paths[i]));
  }
}

static void
test_refuses_a_film_without_sound (Fixture *self, gconstpointer data)
{
  g_autofree char *path = make_path (self, "a.mkv");
  g_autofree char *device_id = g_strconcat ("file:", path, NULL);

  encode (path, "fakesink videotestsrc num-buffers=30 ! video/x-raw,width=64,height=48 ! jpegenc ! "
                "matroskamux");
  assert_refused (self, HS_DEVICE_MICROPHONE, device_id, HS_CALL_ERROR_USER_MEDIA);
  g_assert_nonnull (strstr (self->error->message, path));
}

static void
test_refuses_malformed_ids (Fixture *self, gconstpointer data)
{
  const char *const microphones[] = { "tone:",       "tone:0",   "tone:x",        "tone:440@",
                                      "tone:440@3",  "tone:nan", "tone:440@-nan", "tone:1e9",
                                      "tone:440x",   "file:",    "file:a.wav",    "tone:440@-3 ",
                                      "tone:440@-91" };
  const char *const speakers[] = { "file:", "file:a.wav", "file:/tmp/a.ogg", "file:/tmp/" };

  for (guint i = 0; i < G_N_ELEMENTS (microphones); i++) {
    assert_refused (self, HS_DEVICE_MICROPHONE, microphones[i], HS_CALL_ERROR_INVALID_PARAM);
    g_assert_nonnull (strstr (self->error->message, microphones[i]));
  }
  for (guint i = 0; i < G_N_ELEMENTS (speakers); i++)
    assert_refused (self, HS_DEVICE_SPEAKER, speakers[i], HS_CALL_ERROR_INVALID_PARAM);
}

static void
test_refuses_unknown_devices (Fixture *self, gconstpointer data)
{
  assert_refused (self, HS_DEVICE_MICROPHONE, "pulse:nobody", HS_CALL_ERROR_USER_MEDIA);
  g_assert_nonnull (strstr (self->error->message, "microphone \"pulse:nobody\""));
  assert_refused (self, HS_DEVICE_SPEAKER, "silence", HS_CALL_ERROR_USER_MEDIA);
  assert_refused (self, HS_DEVICE_MICROPHONE, "null", HS_CALL_ERROR_USER_MEDIA);
}

static void
test_defaults_without_hardware (Fixture *self, gconstpointer data)
{
  g_autoptr (HsAudioSource) source = open_well (self, HS_DEVICE_MICROPHONE, NULL);
  g_autoptr (HsAudioSink) sink = open_well (self, HS_DEVICE_SPEAKER, "default");

  g_assert_cmpstr (hs_audio_source_get_device_id (source), ==, "silence");
  g_assert_cmpstr (hs_audio_sink_get_device_id (sink), ==, "null");
  play (self, source, 2);
  g_assert_cmpuint (self->sent->len, ==, 2 * HS_AUDIO_BLOCK);
  g_assert_cmpuint (find_end (self->sent), ==, 0);
}

static void
test_opens_tones (Fixture *self, gconstpointer data)
{
  g_autoptr (HsAudioSource) source = open_well (self, HS_DEVICE_MICROPHONE, "tone:1000@-6");

  play (self, source, 50);
  g_assert_cmpfloat (
      fabs (hs_test_measure_tone ((gint16 *) self->sent->data, 48000, HS_AUDIO_RATE, 1000) -
            32767 * pow (10, -6.0 / 20)),
      <, 2);
}

static void
test_cancelled_opening (Fixture *self, gconstpointer data)
{
  g_autofree char *path = make_path (self, "a.wav");
  g_autofree char *device_id = g_strconcat ("file:", path, NULL);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();

  hs_audio_engine_open_sink_async (self->engine, device_id, cancellable, on_sink, self);
  g_cancellable_cancel (cancellable);
  hs_test_wait (is_done, self);
  g_assert_error (self->error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_null (self->opened);
}

static void
receive_tone (Fixture *self, guint n_blocks)
{
  gint16 block[HS_AUDIO_BLOCK];

  for (guint i = 0; i < n_blocks; i++) {
    for (guint j = 0; j < HS_AUDIO_BLOCK; j++)
      block[j] = (gint16) lrint (10000 * sin (2 * G_PI * 500 * j / HS_AUDIO_RATE));
    hs_audio_port_receive (self->port, block, HS_AUDIO_BLOCK);
    hs_audio_mixer_tick (self->mixer, 0);
  }
}

static void
test_writes_wav (Fixture *self, gconstpointer data)
{
  g_autofree char *path = make_path (self, "a.wav");
  g_autofree char *device_id = g_strconcat ("file:", path, NULL);
  HsAudioSink *sink = open_well (self, HS_DEVICE_SPEAKER, device_id);
  g_autoptr (GArray) read = NULL;
  guint rate;

  hs_audio_port_set_sink (self->port, sink);
  receive_tone (self, 60);
  hs_audio_mixer_tick (self->mixer, 37);
  receive_tone (self, 13);
  hs_audio_port_set_sink (self->port, NULL);
  g_assert_finalize_object (sink);
  drain (self);
  read = hs_test_read_wave (path, &rate);
  g_assert_cmpuint (rate, ==, HS_AUDIO_RATE);
  g_assert_cmpuint (read->len, ==, (60 + 37 + 1 + 13) * HS_AUDIO_BLOCK);
  g_assert_cmpfloat (
      fabs (hs_test_measure_tone ((gint16 *) read->data, 60 * HS_AUDIO_BLOCK, HS_AUDIO_RATE, 500) -
            10000),
      <, 2);
  for (guint i = 60 * HS_AUDIO_BLOCK; i < 98 * HS_AUDIO_BLOCK; i++)
    g_assert_cmpint (g_array_index (read, gint16, i), ==, 0);
  g_assert_cmpfloat (fabs (hs_test_measure_tone ((gint16 *) read->data + 98 * HS_AUDIO_BLOCK,
                                                 13 * HS_AUDIO_BLOCK, HS_AUDIO_RATE, 500) -
                           10000),
                     <, 2);
}

static void
test_shares_a_file_that_is_written (Fixture *self, gconstpointer data)
{
  g_autofree char *path = make_path (self, "a.wav");
  g_autofree char *device_id = g_strconcat ("file:", path, NULL);
  g_autofree char *same = g_strconcat ("file:", self->folder, "/./a.wav", NULL);
  g_autoptr (HsAudioSink) first = NULL;
  g_autoptr (HsAudioSink) second = NULL;
  Fixture other = { .opened = NULL };

  hs_audio_engine_open_sink_async (self->engine, same, NULL, on_sink, &other);
  first = open_well (self, HS_DEVICE_SPEAKER, device_id);
  hs_test_wait (is_done, &other);
  g_assert_true (first == other.opened);
  g_clear_object (&other.opened);
  second = open_well (self, HS_DEVICE_SPEAKER, device_id);
  g_assert_true (first == second);
}

static void
test_a_closed_file_is_begun_anew (Fixture *self, gconstpointer data)
{
  g_autofree char *path = make_path (self, "a.wav");
  g_autofree char *device_id = g_strconcat ("file:", path, NULL);
  g_autoptr (GArray) read = NULL;

  for (guint i = 3; i > 0; i--) {
    g_autoptr (HsAudioSink) sink = open_well (self, HS_DEVICE_SPEAKER, device_id);

    hs_audio_port_set_sink (self->port, sink);
    receive_tone (self, i);
    hs_audio_port_set_sink (self->port, NULL);
  }
  drain (self);
  read = hs_test_read_wave (path, NULL);
  g_assert_cmpuint (read->len, ==, HS_AUDIO_BLOCK);
}

static void
test_refuses_unwritable_files (Fixture *self, gconstpointer data)
{
  g_autofree char *missing = g_strconcat ("file:", self->folder, "/no/a.wav", NULL);
  g_autofree char *full = make_path (self, "full.wav");
  g_autofree char *full_id = g_strconcat ("file:", full, NULL);

  assert_refused (self, HS_DEVICE_SPEAKER, missing, HS_CALL_ERROR_USER_MEDIA);
  g_assert_nonnull (strstr (self->error->message, "/no/a.wav"));
  g_assert_cmpint (symlink ("/dev/full", full), ==, 0);
  assert_refused (self, HS_DEVICE_SPEAKER, full_id, HS_CALL_ERROR_USER_MEDIA);
  g_assert_nonnull (strstr (self->error->message, full));
}

static void
on_sink_failed (HsAudioSink *sink, GError *error, gpointer user_data)
{
  Fixture *self = user_data;

  g_assert_null (self->error);
  self->error = g_error_copy (error);
}

static gboolean
has_error (gpointer user_data)
{
  return ((Fixture *) user_data)->error != NULL;
}

/* A limit on the size of files stands for a disk that becomes full. */
static void
test_reports_a_disk_that_fills_up (Fixture *self, gconstpointer data)
{
  g_autofree char *path = make_path (self, "a.wav");
  g_autofree char *device_id = g_strconcat ("file:", path, NULL);
  HsAudioSink *sink = open_well (self, HS_DEVICE_SPEAKER, device_id);
  g_autoptr (HsAudioSink) next = NULL;
  g_autoptr (GArray) read = NULL;
  struct rlimit old, small;

  g_signal_connect (sink, "failed", G_CALLBACK (on_sink_failed), self);
  hs_audio_port_set_sink (self->port, sink);
  g_assert_cmpint (getrlimit (RLIMIT_FSIZE, &old), ==, 0);
  small = old;
  small.rlim_cur = 70000;
  signal (SIGXFSZ, SIG_IGN);
  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &small), ==, 0);
  receive_tone (self, 100);
  hs_test_wait (has_error, self);
  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &old), ==, 0);
  g_assert_error (self->error, HS_CALL_ERROR, HS_CALL_ERROR_USER_MEDIA);
  g_assert_nonnull (strstr (self->error->message, path));
  receive_tone (self, 100);
  drain (self);
  read = hs_test_read_wave (path, NULL);
  g_assert_cmpuint (read->len, ==, 25 * HS_AUDIO_BLOCK);
  /* What has failed is not handed to the next one. */
  next = open_well (self, HS_DEVICE_SPEAKER, device_id);
  g_assert_true (next != sink);
  hs_audio_port_set_sink (self->port, NULL);
  g_assert_finalize_object (sink);
}

typedef struct {
  GMutex lock;
  GCond changed;
  gboolean may_end;
} Stall;

static void
run_stall (gpointer data)
{
  Stall *stall = data;

  g_mutex_lock (&stall->lock);
  while (!stall->may_end)
    g_cond_wait (&stall->changed, &stall->lock);
  g_mutex_unlock (&stall->lock);
}

static void
run_release (gpointer data)
{
  Stall *stall = data;

  g_mutex_lock (&stall->lock);
  stall->may_end = TRUE;
  g_cond_signal (&stall->changed);
  g_mutex_unlock (&stall->lock);
}

/* The disk stands still for 30 s of audio: ticks go on, and the file has its true length. */
static void
test_survives_a_disk_that_stalls (Fixture *self, gconstpointer data)
{
  g_autofree char *path = make_path (self, "a.wav");
  HsAudioWorker *worker = hs_audio_worker_new (1, G_MAXUINT);
  HsAudioSink *sink = hs_audio_wave_sink_open ("a", path, worker, NULL);
  g_autoptr (GArray) read = NULL;
  Stall stall = { .may_end = FALSE };

  g_assert_nonnull (sink);
  hs_audio_worker_run (worker, run_stall, &stall);
  hs_audio_port_set_sink (self->port, sink);
  receive_tone (self, 1500);
  run_release (&stall);
  g_assert_true (hs_audio_worker_wait (worker, WATCHDOG_MS));
  receive_tone (self, 10);
  hs_audio_port_set_sink (self->port, NULL);
  g_assert_finalize_object (sink);
  g_assert_true (hs_audio_worker_wait (worker, WATCHDOG_MS));
  hs_audio_worker_unref (worker);
  read = hs_test_read_wave (path, NULL);
  g_assert_cmpuint (read->len, ==, 1510 * HS_AUDIO_BLOCK);
  g_assert_cmpint (g_array_index (read, gint16, 400 * HS_AUDIO_BLOCK + 24), !=, 0);
  g_assert_cmpint (g_array_index (read, gint16, 1400 * HS_AUDIO_BLOCK + 24), ==, 0);
  g_assert_cmpint (g_array_index (read, gint16, 1505 * HS_AUDIO_BLOCK + 24), !=, 0);
}

static void
test_worker_keeps_the_order (void)
{
  g_autoptr (HsAudioWorker) worker = hs_audio_worker_new (1, G_MAXUINT);
  Stall stall = { .may_end = FALSE };

  hs_audio_worker_run (worker, run_stall, &stall);
  hs_audio_worker_run (worker, run_release, &stall);
  g_assert_false (hs_audio_worker_wait (worker, 0));
  run_release (&stall);
  g_assert_true (hs_audio_worker_wait (worker, WATCHDOG_MS));
}

/* The second job would wait for ever behind the first, which only it can end. */
static void
test_worker_goes_round_what_is_stuck (void)
{
  g_autoptr (HsAudioWorker) worker = hs_audio_worker_new (1, 0);
  Stall stall = { .may_end = FALSE };

  g_log_set_always_fatal (G_LOG_FATAL_MASK);
  hs_audio_worker_run (worker, run_stall, &stall);
  hs_audio_worker_run (worker, run_release, &stall);
  g_assert_true (hs_audio_worker_wait (worker, WATCHDOG_MS));
  g_log_set_always_fatal (G_LOG_FATAL_MASK | G_LOG_LEVEL_WARNING | G_LOG_LEVEL_CRITICAL);
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
test_real_ticker_pushes (Fixture *self, gconstpointer data)
{
  g_autoptr (HsAudioSource) source = open_well (self, HS_DEVICE_MICROPHONE, "tone:440");
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

static gboolean
on_tick_once (gpointer user_data, guint skipped)
{
  g_atomic_int_inc ((gint *) user_data);
  return FALSE;
}

typedef struct {
  gint count;
  gint wanted;
} Ticks;

static gboolean
has_ticked (gpointer user_data)
{
  Ticks *ticks = user_data;

  return g_atomic_int_get (&ticks->count) >= ticks->wanted;
}

/* What has nothing to do ticks once per wake, and not by itself. */
static void
test_ticker_rests (void)
{
  Ticks ticks = { 0 };
  HsAudioTicker *ticker = hs_audio_ticker_new (on_tick_once, &ticks.count);

  for (ticks.wanted = 1; ticks.wanted <= 5; ticks.wanted++) {
    hs_audio_ticker_wake (ticker);
    hs_test_wait (has_ticked, &ticks);
  }
  hs_audio_ticker_free (ticker);
  g_assert_cmpint (ticks.count, ==, 5);
}

static void
test_ticker_keeps_the_pace (void)
{
  gint64 due_us = 1000000;

  g_assert_cmpuint (hs_audio_ticker_plan (1000000, &due_us), ==, 0);
  g_assert_cmpint (due_us, ==, 1020000);
  /* late by little: the next one is due where it always was */
  g_assert_cmpuint (hs_audio_ticker_plan (1035000, &due_us), ==, 0);
  g_assert_cmpint (due_us, ==, 1040000);
  /* late by five ticks: they are made up for, one after the other */
  g_assert_cmpuint (hs_audio_ticker_plan (1140000, &due_us), ==, 0);
  g_assert_cmpint (due_us, ==, 1060000);
  /* a stall: six ticks are given up, the grid stays */
  g_assert_cmpuint (hs_audio_ticker_plan (1185000, &due_us), ==, 6);
  g_assert_cmpint (due_us, ==, 1200000);
}

static void
add_with (const char *path, gconstpointer data, void (*test) (Fixture *, gconstpointer))
{
  g_test_add (path, Fixture, data, set_up, test, tear_down);
}

static void
add (const char *path, void (*test) (Fixture *, gconstpointer))
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
  add ("/engine/source/tones", test_opens_tones);
  add ("/engine/source/refuses-bad-files", test_refuses_bad_files);
  add ("/engine/source/refuses-a-silent-film", test_refuses_a_film_without_sound);
  add ("/engine/refuses-malformed-ids", test_refuses_malformed_ids);
  add ("/engine/refuses-unknown-devices", test_refuses_unknown_devices);
  add ("/engine/defaults-without-hardware", test_defaults_without_hardware);
  add ("/engine/cancelled-opening", test_cancelled_opening);
  add ("/engine/sink/writes-wav", test_writes_wav);
  add ("/engine/sink/shares-a-file", test_shares_a_file_that_is_written);
  add ("/engine/sink/begins-a-closed-file-anew", test_a_closed_file_is_begun_anew);
  add ("/engine/sink/refuses-unwritable-files", test_refuses_unwritable_files);
  add ("/engine/sink/reports-a-full-disk", test_reports_a_disk_that_fills_up);
  add ("/engine/sink/survives-a-stalled-disk", test_survives_a_disk_that_stalls);
  add ("/engine/real-ticker-pushes", test_real_ticker_pushes);
  g_test_add_func ("/worker/keeps-the-order", test_worker_keeps_the_order);
  g_test_add_func ("/worker/goes-round-what-is-stuck", test_worker_goes_round_what_is_stuck);
  g_test_add_func ("/ticker/rests", test_ticker_rests);
  g_test_add_func ("/ticker/keeps-the-pace", test_ticker_keeps_the_pace);
  return g_test_run ();
}
