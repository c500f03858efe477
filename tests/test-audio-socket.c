/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/hs-error.h"
#include "hs-fake-log.h"
#include "hs-pcm-fixture.h"
#include "media/hs-audio-port-private.h"

#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

/* Clients of pcm:PATH that hear, some of which speak as well; and its path. */

#define CLIENTS_MAX 16

/* --- speaker --- */

static void
test_plays_to_everybody (HsPcmFixture *self, gconstpointer data)
{
  struct stat status;
  int first, second;

  hs_pcm_fixture_use_speaker (self);
  g_assert_cmpint (stat (self->path, &status), ==, 0);
  g_assert_cmpint (status.st_mode, ==, S_IFSOCK | 0600);
  first = hs_pcm_client_join (self);
  hs_pcm_client_assert_hears_nothing (first);
  hs_pcm_fixture_tick (self, 100);
  hs_pcm_client_assert_hears (first, 100);
  second = hs_pcm_client_join (self);
  hs_pcm_fixture_tick (self, -300);
  hs_pcm_client_assert_hears (first, -300);
  hs_pcm_client_assert_hears (second, -300);
  hs_pcm_client_leave (first);
  hs_pcm_fixture_tick (self, 500);
  hs_pcm_client_assert_hears (second, 500);
  hs_pcm_client_assert_hears_nothing (second);
  first = hs_pcm_client_join (self);
  hs_pcm_fixture_tick (self, 700);
  hs_pcm_client_assert_hears (first, 700);
  hs_pcm_client_leave (first);
  hs_pcm_client_leave (second);
  hs_pcm_fixture_tick (self, 0);
}

/* Who does not read loses whole blocks, and only that one. */
static void
test_waits_for_nobody (HsPcmFixture *self, gconstpointer data)
{
  gint16 block[HS_AUDIO_BLOCK];
  int idle, busy;
  guint n_kept = 0;

  hs_pcm_fixture_use_speaker (self);
  idle = hs_pcm_client_join (self);
  busy = hs_pcm_client_join (self);
  for (gint16 i = 0; i < 500; i++) {
    hs_pcm_fixture_tick (self, i);
    hs_pcm_client_assert_hears (busy, i);
  }
  while (read (idle, block, sizeof block) == sizeof block) {
    g_assert_cmpint (GINT16_FROM_LE (block[0]), ==, n_kept++);
    g_assert_cmpint (GINT16_FROM_LE (block[HS_AUDIO_BLOCK - 1]), ==, n_kept + 958);
  }
  g_assert_cmpuint (n_kept, >, 10);
  g_assert_cmpuint (n_kept, <, 250);
  hs_pcm_fixture_tick (self, 5000);
  hs_pcm_client_assert_hears (idle, 5000);
  hs_pcm_client_assert_hears (busy, 5000);
  hs_pcm_client_leave (idle);
  hs_pcm_client_leave (busy);
}

static void
test_keeps_pace_over_a_stall (HsPcmFixture *self, gconstpointer data)
{
  gint16 silence[3 * HS_AUDIO_BLOCK];
  int client;

  hs_pcm_fixture_use_speaker (self);
  client = hs_pcm_client_join (self);
  hs_pcm_fixture_tick (self, 1);
  hs_audio_mixer_tick (self->audio.mixer, 2);
  hs_pcm_client_assert_hears (client, 1);
  g_assert_cmpint (read (client, silence, sizeof silence), ==, sizeof silence);
  hs_pcm_client_assert_hears_nothing (client);
  hs_pcm_client_leave (client);
}

static void
assert_turned_away (HsPcmFixture *self)
{
  int client = hs_pcm_client_join (self);

  hs_pcm_client_assert_at_end (client);
  hs_pcm_client_leave (client);
}

/* Of those who are turned away only the first is told, until somebody is let in again. */
static void
test_lets_in_so_many (HsPcmFixture *self, gconstpointer data)
{
  int clients[CLIENTS_MAX];

  hs_pcm_fixture_use_speaker (self);
  for (guint i = 0; i < CLIENTS_MAX; i++)
    clients[i] = hs_pcm_client_join (self);
  for (guint n = 0; n < 2; n++) {
    for (guint i = 0; i < 5; i++)
      assert_turned_away (self);
    hs_fake_log_expect (G_LOG_LEVEL_WARNING, "*/a: there are 16 clients, *turned away");
    hs_fake_log_assert_empty ();
    hs_pcm_client_leave (clients[n]);
    clients[n] = hs_pcm_client_join (self);
  }
  hs_pcm_fixture_tick (self, 1);
  for (guint i = 0; i < CLIENTS_MAX; i++) {
    hs_pcm_client_assert_hears (clients[i], 1);
    hs_pcm_client_leave (clients[i]);
  }
}

/* --- both --- */

static void
test_both_ways (HsPcmFixture *self, gconstpointer data)
{
  int client;

  hs_pcm_fixture_use_microphone (self);
  hs_pcm_fixture_use_speaker (self);
  client = hs_pcm_client_join (self);
  hs_pcm_client_say (client, 20);
  hs_pcm_fixture_tick (self, 10);
  hs_pcm_client_assert_hears (client, 10);
  g_assert_cmpint (hs_pcm_fixture_get_sent (self, 0), ==, 20);
  g_assert_cmpint (shutdown (client, SHUT_WR), ==, 0);
  hs_pcm_fixture_tick (self, 30);
  hs_pcm_client_assert_hears (client, 30);
  hs_audio_port_set_source (self->audio.port, NULL);
  hs_pcm_fixture_tick (self, 40);
  hs_pcm_client_assert_hears (client, 40);
  hs_audio_port_set_sink (self->audio.port, NULL);
  hs_pcm_client_assert_at_end (client);
  hs_pcm_client_leave (client);
}

/* A file that is sent by somebody who hears nothing, as `socat -u` does. */
static void
test_both_ways_one_way (HsPcmFixture *self, gconstpointer data)
{
  int client;

  hs_pcm_fixture_use_microphone (self);
  hs_pcm_fixture_use_speaker (self);
  client = hs_pcm_client_join (self);
  for (gint16 i = 0; i < 3; i++)
    hs_pcm_client_say (client, 50);
  hs_pcm_fixture_tick (self, 1);
  hs_pcm_client_leave (client);
  for (gint16 i = 0; i < 3; i++)
    hs_pcm_fixture_tick (self, 1);
  g_assert_cmpint (hs_pcm_fixture_get_sent (self, 2 * HS_AUDIO_BLOCK), ==, 50);
  g_assert_cmpint (hs_pcm_fixture_get_sent (self, 3 * HS_AUDIO_BLOCK), ==, 0);
}

/* The end is an end also for who has sent more than was heard. */
static void
test_ends_cleanly (HsPcmFixture *self, gconstpointer data)
{
  int client;

  hs_pcm_fixture_use_microphone (self);
  hs_pcm_fixture_use_speaker (self);
  client = hs_pcm_client_join (self);
  for (gint16 i = 0; i < 20; i++)
    hs_pcm_client_say (client, i);
  hs_pcm_fixture_tick (self, 10);
  hs_pcm_fixture_close_both (self);
  hs_pcm_client_assert_hears (client, 10);
  hs_pcm_client_assert_at_end (client);
  close (client);
  hs_audio_fixture_drain (&self->audio);
  g_assert_false (g_file_test (self->path, G_FILE_TEST_EXISTS));
}

static void
test_opens_again_at_once (HsPcmFixture *self, gconstpointer data)
{
  for (guint i = 0; i < 5; i++) {
    int client;

    hs_pcm_fixture_use_speaker (self);
    client = hs_pcm_client_join (self);
    hs_pcm_fixture_tick (self, 3);
    hs_pcm_client_assert_hears (client, 3);
    hs_pcm_fixture_close_both (self);
    hs_pcm_client_leave (client);
  }
}

/* --- paths --- */

static void
assert_refused (
    HsPcmFixture *self, HsDeviceKind kind, const char *device_id, int code, const char *why)
{
  hs_audio_fixture_assert_refused (&self->audio, kind, device_id, code);
  g_assert_nonnull (strstr (self->audio.error->message, device_id + strlen ("pcm:")));
  g_assert_nonnull (strstr (self->audio.error->message, why));
}

static void
test_leaves_files (HsPcmFixture *self, gconstpointer data)
{
  g_assert_true (g_file_set_contents (self->path, "mine", -1, NULL));
  assert_refused (self, HS_DEVICE_MICROPHONE, self->device_id, HS_CALL_ERROR_USER_MEDIA,
                  "something else than a socket");
  g_assert_cmpint (unlink (self->path), ==, 0);
}

static void
test_refuses_paths (HsPcmFixture *self, gconstpointer data)
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
add (const char *path, void (*test) (HsPcmFixture *, gconstpointer))
{
  g_test_add (path, HsPcmFixture, NULL, hs_pcm_fixture_set_up, test, hs_pcm_fixture_tear_down);
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
  add ("/both/ways", test_both_ways);
  add ("/both/one-way", test_both_ways_one_way);
  add ("/both/ends-cleanly", test_ends_cleanly);
  add ("/both/opens-again-at-once", test_opens_again_at_once);
  add ("/path/leaves-files", test_leaves_files);
  add ("/path/refuses", test_refuses_paths);
  return g_test_run ();
}
