/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "hs-fake-log.h"
#include "hs-pcm-fixture.h"
#include "media/hs-audio-port-private.h"

#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

/* Clients of pcm:PATH that only speak. */

static guint
count_descriptors (void)
{
  g_autoptr (GDir) folder = g_dir_open ("/proc/self/fd", 0, NULL);
  guint n = 0;

  while (g_dir_read_name (folder) != NULL)
    n++;
  return n;
}

/* As `cat file | socat -u - UNIX-CONNECT:a` does: nothing is lost, and only half a sample is. */
static void
test_takes_a_file (HsPcmFixture *self, gconstpointer data)
{
  int client;

  hs_pcm_fixture_use_microphone (self);
  client = hs_pcm_client_join (self);
  for (gint16 i = 0; i < 10; i++)
    hs_pcm_client_say (client, i);
  g_assert_cmpint (write (client, "\x01\x02\x03\x04\x05", 5), ==, 5);
  hs_pcm_client_leave (client);
  for (guint i = 0; i < 12; i++)
    hs_pcm_fixture_tick (self, 0);
  for (gint16 i = 0; i < 10; i++) {
    g_assert_cmpint (hs_pcm_fixture_get_sent (self, i * HS_AUDIO_BLOCK), ==, i);
    g_assert_cmpint (hs_pcm_fixture_get_sent (self, i * HS_AUDIO_BLOCK + 959), ==, i + 959);
  }
  g_assert_cmpint (hs_pcm_fixture_get_sent (self, 9600), ==, 0x0201);
  g_assert_cmpint (hs_pcm_fixture_get_sent (self, 9601), ==, 0x0403);
  for (gsize i = 9602; i < 12 * HS_AUDIO_BLOCK; i++)
    g_assert_cmpint (hs_pcm_fixture_get_sent (self, i), ==, 0);
}

static void
test_stops_who_is_too_fast (HsPcmFixture *self, gconstpointer data)
{
  static const char zeros[HS_PCM_BLOCK_BYTES];
  gsize n_written = 0;
  gssize n;
  int client;

  hs_pcm_fixture_use_microphone (self);
  client = hs_pcm_client_join (self);
  while ((n = write (client, zeros, sizeof zeros)) > 0)
    n_written += (gsize) n;
  g_assert_cmpint (errno, ==, EAGAIN);
  g_assert_cmpuint (n_written, <, 8 << 20);
  for (gsize i = 0; i < n_written / HS_PCM_BLOCK_BYTES; i++)
    hs_pcm_fixture_tick (self, 0);
  g_assert_cmpint (write (client, zeros, sizeof zeros), ==, sizeof zeros);
  hs_pcm_client_leave (client);
}

/* A part that nothing follows is heard in the end, and half a sample waits for its other half. */
static void
test_takes_pieces (HsPcmFixture *self, gconstpointer data)
{
  int sum[2] = { 0 };
  int client;

  hs_pcm_fixture_use_microphone (self);
  client = hs_pcm_client_join (self);
  g_assert_cmpint (write (client, "\x01\x02\x03", 3), ==, 3);
  for (guint i = 0; i < 20; i++)
    hs_pcm_fixture_tick (self, 0);
  g_assert_cmpint (write (client, "\x04", 1), ==, 1);
  for (guint i = 0; i < 20; i++)
    hs_pcm_fixture_tick (self, 0);
  for (gsize i = 0; i < self->audio.sent->len; i++)
    sum[i / (20 * HS_AUDIO_BLOCK)] += hs_pcm_fixture_get_sent (self, i);
  g_assert_cmpint (sum[0], ==, 0x0201);
  g_assert_cmpint (sum[1], ==, 0x0403);
  hs_pcm_client_leave (client);
}

static void
test_adds_up (HsPcmFixture *self, gconstpointer data)
{
  int first, second;

  hs_pcm_fixture_use_microphone (self);
  first = hs_pcm_client_join (self);
  second = hs_pcm_client_join (self);
  hs_pcm_client_say (first, 1000);
  hs_pcm_client_say (second, 5000);
  hs_pcm_fixture_tick (self, 0);
  g_assert_cmpint (hs_pcm_fixture_get_sent (self, 0), ==, 6000);
  g_assert_cmpint (hs_pcm_fixture_get_sent (self, 959), ==, 6000 + 2 * 959);
  hs_pcm_client_leave (second);
  hs_pcm_client_say (first, 1000);
  hs_pcm_fixture_tick (self, 0);
  g_assert_cmpint (hs_pcm_fixture_get_sent (self, HS_AUDIO_BLOCK), ==, 1000);
  hs_pcm_client_leave (first);
}

/* What is said while nobody may hear it waits. */
static void
test_waits_for_the_gate (HsPcmFixture *self, gconstpointer data)
{
  int client;

  hs_pcm_fixture_use_microphone (self);
  hs_audio_port_set_gates (self->audio.port, FALSE, TRUE);
  client = hs_pcm_client_join (self);
  hs_pcm_client_say (client, 7);
  hs_pcm_fixture_tick (self, 0);
  hs_audio_port_set_gates (self->audio.port, TRUE, TRUE);
  hs_pcm_fixture_tick (self, 0);
  g_assert_cmpint (hs_pcm_fixture_get_sent (self, 0), ==, 7);
  hs_pcm_client_leave (client);
}

/* Who has said everything, and has nothing to hear, is let go. */
static void
test_ends_who_has_ended (HsPcmFixture *self, gconstpointer data)
{
  int client;

  hs_pcm_fixture_use_microphone (self);
  client = hs_pcm_client_join (self);
  g_assert_cmpint (shutdown (client, SHUT_WR), ==, 0);
  hs_pcm_client_assert_hears_nothing (client);
  hs_pcm_fixture_tick (self, 0);
  hs_pcm_client_assert_at_end (client);
  hs_pcm_client_leave (client);
}

/* Who was gone before the last of it was played keeps no place and no descriptor after that. */
static void
test_forgets_who_was_heard (HsPcmFixture *self, gconstpointer data)
{
  guint n_before;
  int client;

  hs_pcm_fixture_use_microphone (self);
  hs_pcm_client_leave (hs_pcm_client_join (self));
  n_before = count_descriptors ();
  for (gint16 n = 0; n < 2; n++) {
    client = hs_pcm_client_join (self);
    hs_pcm_client_say (client, n);
    hs_pcm_client_leave (client);
    g_assert_cmpuint (count_descriptors (), ==, n_before + 1);
    hs_pcm_fixture_tick (self, 0);
    hs_pcm_fixture_tick (self, 0);
    g_assert_cmpint (hs_pcm_fixture_get_sent (self, (gsize) n * 2 * HS_AUDIO_BLOCK), ==, n);
    hs_pcm_fixture_let_happen ();
    g_assert_cmpuint (count_descriptors (), ==, n_before);
  }
}

/* What the ticker has asked for must not come to a socket that is gone. */
static void
test_closes_after_the_last_was_heard (HsPcmFixture *self, gconstpointer data)
{
  int client;

  hs_pcm_fixture_use_microphone (self);
  client = hs_pcm_client_join (self);
  hs_pcm_client_say (client, 5);
  hs_pcm_client_leave (client);
  hs_pcm_fixture_tick (self, 0);
  hs_pcm_fixture_tick (self, 0);
  hs_pcm_fixture_close_both (self);
  hs_pcm_fixture_let_happen ();
  hs_audio_fixture_drain (&self->audio);
  g_assert_cmpint (hs_pcm_fixture_get_sent (self, 0), ==, 5);
  g_assert_false (g_file_test (self->path, G_FILE_TEST_EXISTS));
}

static void
add (const char *path, void (*test) (HsPcmFixture *, gconstpointer))
{
  g_test_add (path, HsPcmFixture, NULL, hs_pcm_fixture_set_up, test, hs_pcm_fixture_tear_down);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  hs_fake_log_start ();
  add ("/microphone/file", test_takes_a_file);
  add ("/microphone/too-fast", test_stops_who_is_too_fast);
  add ("/microphone/pieces", test_takes_pieces);
  add ("/microphone/adds-up", test_adds_up);
  add ("/microphone/waits-for-the-gate", test_waits_for_the_gate);
  add ("/microphone/ends-who-has-ended", test_ends_who_has_ended);
  add ("/microphone/forgets-who-was-heard", test_forgets_who_was_heard);
  add ("/microphone/closes-after-the-last", test_closes_after_the_last_was_heard);
  return g_test_run ();
}
