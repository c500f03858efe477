/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/hs-error.h"
#include "hs-audio-testing.h"
#include "hs-fake-clock.h"
#include "hs-fake-log.h"
#include "media/hs-audio-engine.h"
#include "media/hs-audio-mixer.h"
#include "media/hs-audio-port-private.h"

#define BLOCK_BYTES (HS_AUDIO_BLOCK * sizeof (gint16))
#define CLIENTS_MAX 16

typedef struct {
  char *folder;
  char *path;
  char *device_id;
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

  self->folder = g_dir_make_tmp ("hs-pcm-XXXXXX", NULL);
  self->path = g_build_filename (self->folder, "a", NULL);
  self->device_id = g_strconcat ("pcm:", self->path, NULL);
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

/* Whatever a test made there it has removed: nothing of ours may be left. */
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
  hs_fake_log_assert_empty ();
  g_assert_cmpint (g_rmdir (self->folder), ==, 0);
  g_free (self->device_id);
  g_free (self->path);
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

static void
open_device (Fixture *self, HsDeviceKind kind, const char *device_id)
{
  g_clear_error (&self->error);
  self->is_done = FALSE;
  if (kind == HS_DEVICE_MICROPHONE)
    hs_audio_engine_open_source_async (self->engine, device_id, NULL, on_source, self);
  else
    hs_audio_engine_open_sink_async (self->engine, device_id, NULL, on_sink, self);
  hs_test_wait (is_done, self);
}

static gpointer
open_well (Fixture *self, HsDeviceKind kind)
{
  open_device (self, kind, self->device_id);
  g_assert_no_error (self->error);
  return g_steal_pointer (&self->opened);
}

static void
use_microphone (Fixture *self)
{
  g_autoptr (HsAudioSource) source = open_well (self, HS_DEVICE_MICROPHONE);

  hs_audio_port_set_source (self->port, source);
}

static void
use_speaker (Fixture *self)
{
  g_autoptr (HsAudioSink) sink = open_well (self, HS_DEVICE_SPEAKER);

  hs_audio_port_set_sink (self->port, sink);
}

static void
close_both (Fixture *self)
{
  hs_audio_port_set_source (self->port, NULL);
  hs_audio_port_set_sink (self->port, NULL);
}

static void
assert_refused (Fixture *self, HsDeviceKind kind, const char *device_id, int code, const char *why)
{
  open_device (self, kind, device_id);
  g_assert_error (self->error, HS_CALL_ERROR, code);
  g_assert_null (self->opened);
  g_assert_nonnull (strstr (self->error->message, device_id + strlen ("pcm:")));
  g_assert_nonnull (strstr (self->error->message, why));
}

/* A Unix socket tells at once of what happened to it: nothing has to be waited for. */
static void
let_happen (void)
{
  while (g_main_context_iteration (NULL, FALSE))
    ;
}

static guint
count_descriptors (void)
{
  g_autoptr (GDir) folder = g_dir_open ("/proc/self/fd", 0, NULL);
  guint n = 0;

  while (g_dir_read_name (folder) != NULL)
    n++;
  return n;
}

static struct sockaddr_un
make_address (Fixture *self)
{
  struct sockaddr_un address = { .sun_family = AF_UNIX };

  g_assert_cmpuint (g_strlcpy (address.sun_path, self->path, sizeof address.sun_path), <,
                    sizeof address.sun_path);
  return address;
}

static int
join (Fixture *self)
{
  struct sockaddr_un address = make_address (self);
  int fd = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

  g_assert_cmpint (connect (fd, (struct sockaddr *) &address, sizeof address), ==, 0);
  g_assert_cmpint (fcntl (fd, F_SETFL, O_NONBLOCK), ==, 0);
  let_happen ();
  return fd;
}

static void
leave (int fd)
{
  close (fd);
  let_happen ();
}

/* Samples that count from @first. */
static void
count (gint16 *block, gint16 first)
{
  for (guint i = 0; i < HS_AUDIO_BLOCK; i++)
    block[i] = (gint16) (first + i);
}

static void
say (int fd, gint16 first)
{
  gint16 block[HS_AUDIO_BLOCK];

  count (block, first);
  for (guint i = 0; i < HS_AUDIO_BLOCK; i++)
    block[i] = GINT16_TO_LE (block[i]);
  g_assert_cmpint (write (fd, block, BLOCK_BYTES), ==, BLOCK_BYTES);
}

/* The far end sends one block, and gets one. */
static void
tick (Fixture *self, gint16 first)
{
  gint16 block[HS_AUDIO_BLOCK];

  count (block, first);
  hs_audio_port_receive (self->port, block, HS_AUDIO_BLOCK);
  hs_audio_mixer_tick (self->mixer, 0);
}

static void
assert_hears (int fd, gint16 first)
{
  gint16 block[HS_AUDIO_BLOCK] = { 0 };

  g_assert_cmpint (read (fd, block, BLOCK_BYTES), ==, BLOCK_BYTES);
  for (guint i = 0; i < HS_AUDIO_BLOCK; i++)
    g_assert_cmpint (GINT16_FROM_LE (block[i]), ==, first + (gint16) i);
}

static void
assert_hears_nothing (int fd)
{
  char byte;

  g_assert_cmpint (read (fd, &byte, 1), ==, -1);
  g_assert_cmpint (errno, ==, EAGAIN);
}

static void
assert_at_end (int fd)
{
  char byte;

  g_assert_cmpint (read (fd, &byte, 1), ==, 0);
}

static gint16
get_sent (Fixture *self, gsize index)
{
  g_assert_cmpuint (index, <, self->sent->len);
  return g_array_index (self->sent, gint16, index);
}

/* --- speaker --- */

static void
test_plays_to_everybody (Fixture *self, gconstpointer data)
{
  struct stat status;
  int first, second;

  use_speaker (self);
  g_assert_cmpint (stat (self->path, &status), ==, 0);
  g_assert_cmpint (status.st_mode, ==, S_IFSOCK | 0600);
  first = join (self);
  assert_hears_nothing (first);
  tick (self, 100);
  assert_hears (first, 100);
  second = join (self);
  tick (self, -300);
  assert_hears (first, -300);
  assert_hears (second, -300);
  leave (first);
  tick (self, 500);
  assert_hears (second, 500);
  assert_hears_nothing (second);
  first = join (self);
  tick (self, 700);
  assert_hears (first, 700);
  leave (first);
  leave (second);
  tick (self, 0);
}

/* Who does not read loses whole blocks, and only that one. */
static void
test_waits_for_nobody (Fixture *self, gconstpointer data)
{
  gint16 block[HS_AUDIO_BLOCK];
  int idle, busy;
  guint n_kept = 0;

  use_speaker (self);
  idle = join (self);
  busy = join (self);
  for (gint16 i = 0; i < 500; i++) {
    tick (self, i);
    assert_hears (busy, i);
  }
  while (read (idle, block, sizeof block) == sizeof block) {
    g_assert_cmpint (GINT16_FROM_LE (block[0]), ==, n_kept++);
    g_assert_cmpint (GINT16_FROM_LE (block[HS_AUDIO_BLOCK - 1]), ==, n_kept + 958);
  }
  g_assert_cmpuint (n_kept, >, 10);
  g_assert_cmpuint (n_kept, <, 250);
  tick (self, 5000);
  assert_hears (idle, 5000);
  assert_hears (busy, 5000);
  leave (idle);
  leave (busy);
}

static void
test_keeps_pace_over_a_stall (Fixture *self, gconstpointer data)
{
  gint16 silence[3 * HS_AUDIO_BLOCK];
  int client;

  use_speaker (self);
  client = join (self);
  tick (self, 1);
  hs_audio_mixer_tick (self->mixer, 2);
  assert_hears (client, 1);
  g_assert_cmpint (read (client, silence, sizeof silence), ==, sizeof silence);
  assert_hears_nothing (client);
  leave (client);
}

static void
assert_turned_away (Fixture *self)
{
  int client = join (self);

  assert_at_end (client);
  leave (client);
}

/* Of those who are turned away only the first is told, until somebody is let in again. */
static void
test_lets_in_so_many (Fixture *self, gconstpointer data)
{
  int clients[CLIENTS_MAX];

  use_speaker (self);
  for (guint i = 0; i < CLIENTS_MAX; i++)
    clients[i] = join (self);
  for (guint n = 0; n < 2; n++) {
    for (guint i = 0; i < 5; i++)
      assert_turned_away (self);
    hs_fake_log_expect (G_LOG_LEVEL_WARNING, "*/a: there are 16 clients, *turned away");
    hs_fake_log_assert_empty ();
    leave (clients[n]);
    clients[n] = join (self);
  }
  tick (self, 1);
  for (guint i = 0; i < CLIENTS_MAX; i++) {
    assert_hears (clients[i], 1);
    leave (clients[i]);
  }
}

/* --- microphone --- */

/* As `cat file | socat -u - UNIX-CONNECT:a` does: nothing is lost, and only half a sample is. */
static void
test_takes_a_file (Fixture *self, gconstpointer data)
{
  int client;

  use_microphone (self);
  client = join (self);
  for (gint16 i = 0; i < 10; i++)
    say (client, i);
  g_assert_cmpint (write (client, "\x01\x02\x03\x04\x05", 5), ==, 5);
  leave (client);
  for (guint i = 0; i < 12; i++)
    tick (self, 0);
  for (gint16 i = 0; i < 10; i++) {
    g_assert_cmpint (get_sent (self, i * HS_AUDIO_BLOCK), ==, i);
    g_assert_cmpint (get_sent (self, i * HS_AUDIO_BLOCK + 959), ==, i + 959);
  }
  g_assert_cmpint (get_sent (self, 9600), ==, 0x0201);
  g_assert_cmpint (get_sent (self, 9601), ==, 0x0403);
  for (gsize i = 9602; i < 12 * HS_AUDIO_BLOCK; i++)
    g_assert_cmpint (get_sent (self, i), ==, 0);
}

static void
test_stops_who_is_too_fast (Fixture *self, gconstpointer data)
{
  static const char zeros[BLOCK_BYTES];
  gsize n_written = 0;
  gssize n;
  int client;

  use_microphone (self);
  client = join (self);
  while ((n = write (client, zeros, sizeof zeros)) > 0)
    n_written += (gsize) n;
  g_assert_cmpint (errno, ==, EAGAIN);
  g_assert_cmpuint (n_written, <, 8 << 20);
  for (gsize i = 0; i < n_written / BLOCK_BYTES; i++)
    tick (self, 0);
  g_assert_cmpint (write (client, zeros, sizeof zeros), ==, sizeof zeros);
  leave (client);
}

/* A part that nothing follows is heard in the end, and half a sample waits for its other half. */
static void
test_takes_pieces (Fixture *self, gconstpointer data)
{
  int sum[2] = { 0 };
  int client;

  use_microphone (self);
  client = join (self);
  g_assert_cmpint (write (client, "\x01\x02\x03", 3), ==, 3);
  for (guint i = 0; i < 20; i++)
    tick (self, 0);
  g_assert_cmpint (write (client, "\x04", 1), ==, 1);
  for (guint i = 0; i < 20; i++)
    tick (self, 0);
  for (gsize i = 0; i < self->sent->len; i++)
    sum[i / (20 * HS_AUDIO_BLOCK)] += get_sent (self, i);
  g_assert_cmpint (sum[0], ==, 0x0201);
  g_assert_cmpint (sum[1], ==, 0x0403);
  leave (client);
}

static void
test_adds_up (Fixture *self, gconstpointer data)
{
  int first, second;

  use_microphone (self);
  first = join (self);
  second = join (self);
  say (first, 1000);
  say (second, 5000);
  tick (self, 0);
  g_assert_cmpint (get_sent (self, 0), ==, 6000);
  g_assert_cmpint (get_sent (self, 959), ==, 6000 + 2 * 959);
  leave (second);
  say (first, 1000);
  tick (self, 0);
  g_assert_cmpint (get_sent (self, HS_AUDIO_BLOCK), ==, 1000);
  leave (first);
}

/* What is said while nobody may hear it waits. */
static void
test_waits_for_the_gate (Fixture *self, gconstpointer data)
{
  int client;

  use_microphone (self);
  hs_audio_port_set_gates (self->port, FALSE, TRUE);
  client = join (self);
  say (client, 7);
  tick (self, 0);
  hs_audio_port_set_gates (self->port, TRUE, TRUE);
  tick (self, 0);
  g_assert_cmpint (get_sent (self, 0), ==, 7);
  leave (client);
}

/* Who has said everything, and has nothing to hear, is let go. */
static void
test_ends_who_has_ended (Fixture *self, gconstpointer data)
{
  int client;

  use_microphone (self);
  client = join (self);
  g_assert_cmpint (shutdown (client, SHUT_WR), ==, 0);
  assert_hears_nothing (client);
  tick (self, 0);
  assert_at_end (client);
  leave (client);
}

/* Who was gone before the last of it was played keeps no place and no descriptor after that. */
static void
test_forgets_who_was_heard (Fixture *self, gconstpointer data)
{
  guint n_before;
  int client;

  use_microphone (self);
  leave (join (self));
  n_before = count_descriptors ();
  for (gint16 n = 0; n < 2; n++) {
    client = join (self);
    say (client, n);
    leave (client);
    g_assert_cmpuint (count_descriptors (), ==, n_before + 1);
    tick (self, 0);
    tick (self, 0);
    g_assert_cmpint (get_sent (self, (gsize) n * 2 * HS_AUDIO_BLOCK), ==, n);
    let_happen ();
    g_assert_cmpuint (count_descriptors (), ==, n_before);
  }
}

/* What the ticker has asked for must not come to a socket that is gone. */
static void
test_closes_after_the_last_was_heard (Fixture *self, gconstpointer data)
{
  int client;

  use_microphone (self);
  client = join (self);
  say (client, 5);
  leave (client);
  tick (self, 0);
  tick (self, 0);
  close_both (self);
  let_happen ();
  drain (self);
  g_assert_cmpint (get_sent (self, 0), ==, 5);
  g_assert_false (g_file_test (self->path, G_FILE_TEST_EXISTS));
}

/* --- both --- */

static void
test_both_ways (Fixture *self, gconstpointer data)
{
  int client;

  use_microphone (self);
  use_speaker (self);
  client = join (self);
  say (client, 20);
  tick (self, 10);
  assert_hears (client, 10);
  g_assert_cmpint (get_sent (self, 0), ==, 20);
  g_assert_cmpint (shutdown (client, SHUT_WR), ==, 0);
  tick (self, 30);
  assert_hears (client, 30);
  hs_audio_port_set_source (self->port, NULL);
  tick (self, 40);
  assert_hears (client, 40);
  hs_audio_port_set_sink (self->port, NULL);
  assert_at_end (client);
  leave (client);
}

/* A file that is sent by somebody who hears nothing, as `socat -u` does. */
static void
test_both_ways_one_way (Fixture *self, gconstpointer data)
{
  int client;

  use_microphone (self);
  use_speaker (self);
  client = join (self);
  for (gint16 i = 0; i < 3; i++)
    say (client, 50);
  tick (self, 1);
  leave (client);
  for (gint16 i = 0; i < 3; i++)
    tick (self, 1);
  g_assert_cmpint (get_sent (self, 2 * HS_AUDIO_BLOCK), ==, 50);
  g_assert_cmpint (get_sent (self, 3 * HS_AUDIO_BLOCK), ==, 0);
}

/* The end is an end also for who has sent more than was heard. */
static void
test_ends_cleanly (Fixture *self, gconstpointer data)
{
  int client;

  use_microphone (self);
  use_speaker (self);
  client = join (self);
  for (gint16 i = 0; i < 20; i++)
    say (client, i);
  tick (self, 10);
  close_both (self);
  assert_hears (client, 10);
  assert_at_end (client);
  close (client);
  drain (self);
  g_assert_false (g_file_test (self->path, G_FILE_TEST_EXISTS));
}

static void
test_opens_again_at_once (Fixture *self, gconstpointer data)
{
  for (guint i = 0; i < 5; i++) {
    int client;

    use_speaker (self);
    client = join (self);
    tick (self, 3);
    assert_hears (client, 3);
    close_both (self);
    leave (client);
  }
}

/* --- paths --- */

static void
test_leaves_files (Fixture *self, gconstpointer data)
{
  g_assert_true (g_file_set_contents (self->path, "mine", -1, NULL));
  assert_refused (self, HS_DEVICE_MICROPHONE, self->device_id, HS_CALL_ERROR_USER_MEDIA,
                  "something else than a socket");
  g_assert_cmpint (unlink (self->path), ==, 0);
}

static void
test_refuses_paths (Fixture *self, gconstpointer data)
{
  g_autofree char *fill = g_strnfill (200, 'a');
  g_autofree char *lengthy = g_strconcat (self->device_id, fill, NULL);

  assert_refused (self, HS_DEVICE_MICROPHONE, "pcm:/nowhere/a", HS_CALL_ERROR_USER_MEDIA,
                  "No such file");
  assert_refused (self, HS_DEVICE_SPEAKER, lengthy, HS_CALL_ERROR_USER_MEDIA, "at most 107 bytes");
  assert_refused (self, HS_DEVICE_SPEAKER, "pcm:a", HS_CALL_ERROR_INVALID_PARAM, "absolute");
  assert_refused (self, HS_DEVICE_MICROPHONE, "pcm:", HS_CALL_ERROR_INVALID_PARAM, "absolute");
}

static void
add (const char *path, void (*test) (Fixture *, gconstpointer))
{
  g_test_add (path, Fixture, NULL, set_up, test, tear_down);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  hs_fake_log_start ();
  add ("/speaker/everybody", test_plays_to_everybody);
  add ("/speaker/waits-for-nobody", test_waits_for_nobody);
  add ("/speaker/keeps-pace", test_keeps_pace_over_a_stall);
  add ("/speaker/lets-in-so-many", test_lets_in_so_many);
  add ("/microphone/file", test_takes_a_file);
  add ("/microphone/too-fast", test_stops_who_is_too_fast);
  add ("/microphone/pieces", test_takes_pieces);
  add ("/microphone/adds-up", test_adds_up);
  add ("/microphone/waits-for-the-gate", test_waits_for_the_gate);
  add ("/microphone/ends-who-has-ended", test_ends_who_has_ended);
  add ("/microphone/forgets-who-was-heard", test_forgets_who_was_heard);
  add ("/microphone/closes-after-the-last", test_closes_after_the_last_was_heard);
  add ("/both/ways", test_both_ways);
  add ("/both/one-way", test_both_ways_one_way);
  add ("/both/ends-cleanly", test_ends_cleanly);
  add ("/both/opens-again-at-once", test_opens_again_at_once);
  add ("/path/leaves-files", test_leaves_files);
  add ("/path/refuses", test_refuses_paths);
  return g_test_run ();
}
