/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "hs-wave.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/hs-error.h"

#define HEADER_SIZE 44

/* Sizes are 32 bits wide; the outer one counts the header without its first 8 bytes. */
#define DATA_MAX (G_MAXUINT32 - HEADER_SIZE)

/* A writer that was just dropped may still have its last half second to write. */
#define LOCK_TRIES   100
#define LOCK_WAIT_US 20000

struct _HsWave {
  char *path;
  int fd;
  guint rate;
  guint64 data_size;     /* bytes of samples in the file */
  guint64 promised_size; /* what the header says */
};

static gboolean
fail (HsWave *self, const char *what, int code, GError **error)
{
  g_set_error (error, HS_CALL_ERROR, HS_CALL_ERROR_USER_MEDIA, "cannot %s \"%s\": %s", what,
               self->path, g_strerror (code));
  return FALSE;
}

static gboolean
write_at (HsWave *self, const void *data, gsize size, guint64 offset, GError **error)
{
  const guint8 *bytes = data;

  while (size > 0) {
    ssize_t n = pwrite (self->fd, bytes, size, (off_t) offset);

    if (n < 0 && errno == EINTR)
      continue;
    if (n <= 0)
      return fail (self, "write", n < 0 ? errno : ENOSPC, error);
    bytes += n;
    size -= (gsize) n;
    offset += (guint64) n;
  }
  return TRUE;
}

static void
put32 (guint8 *at, guint32 value)
{
  value = GUINT32_TO_LE (value);
  memcpy (at, &value, sizeof value);
}

static gboolean
write_header (HsWave *self, GError **error)
{
  guint8 header[HEADER_SIZE] = "RIFF....WAVEfmt \x10\0\0\0\1\0\1\0rateByte\2\0\x10\0data";

  put32 (header + 4, (guint32) (HEADER_SIZE - 8 + self->data_size));
  put32 (header + 24, self->rate);
  put32 (header + 28, self->rate * 2);
  put32 (header + 40, (guint32) self->data_size);
  if (!write_at (self, header, sizeof header, 0, error))
    return FALSE;
  self->promised_size = self->data_size;
  return TRUE;
}

static gboolean
lock_file (HsWave *self, GError **error)
{
  for (guint i = 0; i < LOCK_TRIES; i++) {
    if (flock (self->fd, LOCK_EX | LOCK_NB) == 0)
      return TRUE;
    if (errno != EWOULDBLOCK && errno != EINTR)
      return fail (self, "lock", errno, error);
    g_usleep (LOCK_WAIT_US);
  }
  return fail (self, "write", EBUSY, error);
}

/* A pipe could not be written at its beginning again. */
static gboolean
check_file (HsWave *self, GError **error)
{
  struct stat info;

  if (fstat (self->fd, &info) != 0)
    return fail (self, "open", errno, error);
  if (!S_ISREG (info.st_mode) && !S_ISCHR (info.st_mode))
    return fail (self, "write at the beginning of", ESPIPE, error);
  return TRUE;
}

static gboolean
begin_file (HsWave *self, GError **error)
{
  /* Not truncated before it is locked, and a pipe without a reader must not hang us. */
  self->fd = open (self->path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, 0600);
  if (self->fd < 0)
    return fail (self, "open", errno, error);
  if (!check_file (self, error) || !lock_file (self, error))
    return FALSE;
  if (ftruncate (self->fd, 0) != 0 && errno != EINVAL)
    return fail (self, "empty", errno, error);
  return write_header (self, error);
}

static void
hs_wave_free (HsWave *self)
{
  if (self->fd >= 0)
    close (self->fd);
  g_free (self->path);
  g_free (self);
}

HsWave *
hs_wave_open (const char *path, guint rate, GError **error)
{
  HsWave *self = g_new0 (HsWave, 1);

  self->path = g_strdup (path);
  self->rate = rate;
  self->fd = -1;
  if (!begin_file (self, error))
    g_clear_pointer (&self, hs_wave_free);
  return self;
}

static gboolean
check_room (HsWave *self, guint64 size, GError **error)
{
  return self->data_size + size <= DATA_MAX || fail (self, "write", EFBIG, error);
}

static gboolean
grow (HsWave *self, guint64 size, GError **error)
{
  self->data_size += size;
  return self->data_size - self->promised_size < 2 * (guint64) self->rate ||
         write_header (self, error);
}

gboolean
hs_wave_append (HsWave *self, const gint16 *samples, gsize n_samples, GError **error)
{
  gsize size = n_samples * sizeof (gint16);
  g_autofree gint16 *little_endian = g_new (gint16, n_samples);

  for (gsize i = 0; i < n_samples; i++)
    little_endian[i] = GINT16_TO_LE (samples[i]);
  return check_room (self, size, error) &&
         write_at (self, little_endian, size, HEADER_SIZE + self->data_size, error) &&
         grow (self, size, error);
}

/* A hole reads as zeros and takes no room on most disks. */
gboolean
hs_wave_append_silence (HsWave *self, guint64 n_samples, GError **error)
{
  guint64 size = MIN (n_samples, DATA_MAX) * sizeof (gint16);

  if (!check_room (self, size, error))
    return FALSE;
  if (ftruncate (self->fd, (off_t) (HEADER_SIZE + self->data_size + size)) != 0)
    return fail (self, "write", errno, error);
  return grow (self, size, error);
}

gboolean
hs_wave_close (HsWave *self, GError **error)
{
  gboolean ok = self->promised_size == self->data_size || write_header (self, error);

  if (close (self->fd) != 0 && ok)
    ok = fail (self, "close", errno, error);
  self->fd = -1;
  hs_wave_free (self);
  return ok;
}
