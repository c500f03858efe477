/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "hs-media"

#include "hs-audio-socket-client.h"

#include <string.h>
#include <sys/socket.h>

#define BLOCK_BYTES (HS_AUDIO_BLOCK * sizeof (gint16))

/* What waits for a client that does not read: about a second, as Linux counts. */
#define BACKLOG_BYTES 106496

/* A part of a block is played when nothing has followed for so many ticks. */
#define QUIET_TICKS 5

/* More than a client can have sent before it is stopped. */
#define DRAIN_READS 256

struct _HsAudioSocketClient {
  GSocket *socket;
  GSource *watch;
  GFunc gone;
  gpointer user_data;
  gboolean can_read;
  gboolean can_write;

  /* a block that is coming in */
  guint8 in[BLOCK_BYTES];
  gsize in_fill;
  guint quiet_ticks;

  /* a block that went out in part: what is left of it goes first, or samples would be torn */
  guint8 out[BLOCK_BYTES];
  gsize out_start;
  gsize out_end;
};

static gboolean
on_hang_up (GSocket *socket, GIOCondition condition, gpointer user_data)
{
  HsAudioSocketClient *self = user_data;

  self->gone (self, self->user_data);
  return G_SOURCE_REMOVE;
}

HsAudioSocketClient *
hs_audio_socket_client_new (GSocket *socket, GFunc gone, gpointer user_data)
{
  HsAudioSocketClient *self = g_new0 (HsAudioSocketClient, 1);
  g_autoptr (GError) error = NULL;

  self->socket = g_object_ref (socket);
  self->gone = gone;
  self->user_data = user_data;
  self->can_read = self->can_write = TRUE;
  if (!g_socket_set_option (socket, SOL_SOCKET, SO_SNDBUF, BACKLOG_BYTES, &error))
    g_debug ("a socket keeps its own backlog: %s", error->message);
  self->watch = g_socket_create_source (socket, G_IO_HUP, NULL);
  g_source_set_callback (self->watch, G_SOURCE_FUNC (on_hang_up), self, NULL);
  g_source_attach (self->watch, g_main_context_get_thread_default ());
  return self;
}

/* Closing with something unread would show the client an error in place of the end. */
static void
drain (HsAudioSocketClient *self)
{
  char rest[4096];
  gssize n = 1;

  for (guint i = 0; i < DRAIN_READS && n > 0; i++)
    n = g_socket_receive_with_blocking (self->socket, rest, sizeof rest, FALSE, NULL, NULL);
}

void
hs_audio_socket_client_free (HsAudioSocketClient *self)
{
  g_source_destroy (self->watch);
  g_source_unref (self->watch);
  hs_audio_socket_client_shut (self);
  drain (self);
  g_object_unref (self->socket);
  g_free (self);
}

/* Returns: FALSE when there is nothing more now */
static gboolean
receive (HsAudioSocketClient *self)
{
  g_autoptr (GError) error = NULL;
  gssize n = g_socket_receive_with_blocking (self->socket, (char *) self->in + self->in_fill,
                                             BLOCK_BYTES - self->in_fill, FALSE, NULL, &error);

  if (n > 0)
    self->in_fill += (gsize) n;
  else if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK))
    self->can_read = FALSE;
  return n > 0;
}

/* Half a sample waits for its other half. */
static gboolean
take_samples (HsAudioSocketClient *self, gint16 *block)
{
  gsize n = self->in_fill / sizeof (gint16);

  self->quiet_ticks = 0;
  if (n == 0)
    return FALSE;
  memset (block, 0, BLOCK_BYTES);
  memcpy (block, self->in, n * sizeof (gint16));
  for (gsize i = 0; i < n; i++)
    block[i] = GINT16_FROM_LE (block[i]);
  self->in_fill -= n * sizeof (gint16);
  if (self->in_fill > 0)
    self->in[0] = self->in[n * sizeof (gint16)];
  return TRUE;
}

gboolean
hs_audio_socket_client_read (HsAudioSocketClient *self, gint16 *block)
{
  gsize fill = self->in_fill;

  if (!self->can_read)
    return FALSE;
  while (self->in_fill < BLOCK_BYTES && receive (self))
    ;
  self->quiet_ticks = self->in_fill > fill ? 0 : self->quiet_ticks + 1;
  if (self->in_fill < BLOCK_BYTES && self->can_read && self->quiet_ticks < QUIET_TICKS)
    return FALSE;
  return take_samples (self, block);
}

/* Returns: how much of it went */
static gsize
send_now (HsAudioSocketClient *self, const guint8 *bytes, gsize n_bytes)
{
  g_autoptr (GError) error = NULL;
  gssize n = g_socket_send_with_blocking (self->socket, (const char *) bytes, n_bytes, FALSE, NULL,
                                          &error);

  if (n < 0 && !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK))
    self->can_write = FALSE;
  return (gsize) MAX (n, 0);
}

void
hs_audio_socket_client_write (HsAudioSocketClient *self, const gint16 *block)
{
  if (!self->can_write)
    return;
  if (self->out_start < self->out_end)
    self->out_start +=
        send_now (self, self->out + self->out_start, self->out_end - self->out_start);
  if (self->out_start < self->out_end || !self->can_write)
    return;
  self->out_start = send_now (self, (const guint8 *) block, BLOCK_BYTES);
  self->out_end = self->out_start > 0 ? BLOCK_BYTES : 0;
  if (self->out_start < self->out_end)
    memcpy (self->out, block, BLOCK_BYTES);
}

void
hs_audio_socket_client_leave (HsAudioSocketClient *self)
{
  self->can_write = FALSE;
  if (self->in_fill == 0 && g_socket_get_available_bytes (self->socket) <= 0)
    self->can_read = FALSE;
}

void
hs_audio_socket_client_shut (HsAudioSocketClient *self)
{
  /* Fails where the client has gone already. */
  g_socket_shutdown (self->socket, TRUE, TRUE, NULL);
}

gboolean
hs_audio_socket_client_can_read (HsAudioSocketClient *self)
{
  return self->can_read;
}

gboolean
hs_audio_socket_client_can_write (HsAudioSocketClient *self)
{
  return self->can_write;
}
