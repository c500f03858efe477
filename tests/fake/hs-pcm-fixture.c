/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "hs-pcm-fixture.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "hs-fake-log.h"
#include "media/hs-audio-port-private.h"

void
hs_pcm_fixture_set_up (HsPcmFixture *self, gconstpointer data)
{
  hs_audio_fixture_set_up (&self->audio, data);
  self->path = hs_audio_fixture_make_path (&self->audio, "a");
  self->device_id = g_strconcat ("pcm:", self->path, NULL);
}

void
hs_pcm_fixture_tear_down (HsPcmFixture *self, gconstpointer data)
{
  hs_audio_fixture_close (&self->audio);
  hs_fake_log_assert_empty ();
  g_assert_cmpint (g_rmdir (self->audio.folder), ==, 0);
  g_free (self->audio.folder);
  g_free (self->device_id);
  g_free (self->path);
}

void
hs_pcm_fixture_use_microphone (HsPcmFixture *self)
{
  g_autoptr (HsAudioSource) source =
      hs_audio_fixture_open_well (&self->audio, HS_DEVICE_MICROPHONE, self->device_id);

  hs_audio_port_set_source (self->audio.port, source);
}

void
hs_pcm_fixture_use_speaker (HsPcmFixture *self)
{
  g_autoptr (HsAudioSink) sink =
      hs_audio_fixture_open_well (&self->audio, HS_DEVICE_SPEAKER, self->device_id);

  hs_audio_port_set_sink (self->audio.port, sink);
}

void
hs_pcm_fixture_close_both (HsPcmFixture *self)
{
  hs_audio_port_set_source (self->audio.port, NULL);
  hs_audio_port_set_sink (self->audio.port, NULL);
}

void
hs_pcm_fixture_let_happen (void)
{
  while (g_main_context_iteration (NULL, FALSE))
    ;
}

static struct sockaddr_un
make_address (HsPcmFixture *self)
{
  struct sockaddr_un address = { .sun_family = AF_UNIX };

  g_assert_cmpuint (g_strlcpy (address.sun_path, self->path, sizeof address.sun_path), <,
                    sizeof address.sun_path);
  return address;
}

int
hs_pcm_client_join (HsPcmFixture *self)
{
  struct sockaddr_un address = make_address (self);
  int fd = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

  g_assert_cmpint (connect (fd, (struct sockaddr *) &address, sizeof address), ==, 0);
  g_assert_cmpint (fcntl (fd, F_SETFL, O_NONBLOCK), ==, 0);
  hs_pcm_fixture_let_happen ();
  return fd;
}

void
hs_pcm_client_leave (int fd)
{
  close (fd);
  hs_pcm_fixture_let_happen ();
}

/* Samples that count from @first. */
static void
count (gint16 *block, gint16 first)
{
  for (guint i = 0; i < HS_AUDIO_BLOCK; i++)
    block[i] = (gint16) (first + i);
}

void
hs_pcm_client_say (int fd, gint16 first)
{
  gint16 block[HS_AUDIO_BLOCK];

  count (block, first);
  for (guint i = 0; i < HS_AUDIO_BLOCK; i++)
    block[i] = GINT16_TO_LE (block[i]);
  g_assert_cmpint (write (fd, block, HS_PCM_BLOCK_BYTES), ==, HS_PCM_BLOCK_BYTES);
}

void
hs_pcm_fixture_tick (HsPcmFixture *self, gint16 first)
{
  gint16 block[HS_AUDIO_BLOCK];

  count (block, first);
  hs_audio_port_receive (self->audio.port, block, HS_AUDIO_BLOCK);
  hs_audio_mixer_tick (self->audio.mixer, 0);
}

gint16
hs_pcm_fixture_get_sent (HsPcmFixture *self, gsize index)
{
  g_assert_cmpuint (index, <, self->audio.sent->len);
  return g_array_index (self->audio.sent, gint16, index);
}

void
hs_pcm_client_assert_hears (int fd, gint16 first)
{
  gint16 block[HS_AUDIO_BLOCK] = { 0 };

  g_assert_cmpint (read (fd, block, HS_PCM_BLOCK_BYTES), ==, HS_PCM_BLOCK_BYTES);
  for (guint i = 0; i < HS_AUDIO_BLOCK; i++)
    g_assert_cmpint (GINT16_FROM_LE (block[i]), ==, first + (gint16) i);
}

void
hs_pcm_client_assert_hears_nothing (int fd)
{
  char byte;

  g_assert_cmpint (read (fd, &byte, 1), ==, -1);
  g_assert_cmpint (errno, ==, EAGAIN);
}

void
hs_pcm_client_assert_at_end (int fd)
{
  char byte;

  g_assert_cmpint (read (fd, &byte, 1), ==, 0);
}
