/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "hs-media"

#include "hs-screen-process.h"

#include "hs-screen-reader.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <glib-unix.h>
#include <unistd.h>

#define MAX_REASON 500

struct _HsScreenProcess {
  GSubprocess *process;
  int pictures;
  int reason;
};

/* Returns: the end to read from, -1 on failure; the launcher takes the other. */
static int
open_pipe (GSubprocessLauncher *launcher, int in_process, GError **error)
{
  int ends[2];

  if (!g_unix_open_pipe (ends, FD_CLOEXEC, error))
    return -1;
  g_subprocess_launcher_take_fd (launcher, ends[1], in_process);
  return ends[0];
}

HsScreenProcess *
hs_screen_process_new (const char *display, const char *caps, GError **error)
{
  const char *const command[] = { "/proc/self/exe", HS_SCREEN_READER_OPTION, display, caps, NULL };
  g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_NONE);
  g_autoptr (HsScreenProcess) self = g_new0 (HsScreenProcess, 1);

  self->reason = -1;
  self->pictures = open_pipe (launcher, HS_SCREEN_READER_PICTURES_FD, error);
  if (self->pictures >= 0)
    self->reason = open_pipe (launcher, HS_SCREEN_READER_REASON_FD, error);
  if (self->reason < 0)
    return NULL;
  self->process = g_subprocess_launcher_spawnv (launcher, command, error);
  return self->process != NULL ? g_steal_pointer (&self) : NULL;
}

void
hs_screen_process_free (HsScreenProcess *self)
{
  if (self->process != NULL)
    g_subprocess_force_exit (self->process);
  g_clear_object (&self->process);
  if (self->pictures >= 0)
    close (self->pictures);
  if (self->reason >= 0)
    close (self->reason);
  g_free (self);
}

int
hs_screen_process_get_pictures (HsScreenProcess *self)
{
  return self->pictures;
}

char *
hs_screen_process_dup_reason (HsScreenProcess *self)
{
  char text[MAX_REASON];
  gssize length;

  do
    length = read (self->reason, text, sizeof text);
  while (length < 0 && errno == EINTR);
  return length > 0 ? g_utf8_make_valid (text, length) : NULL;
}
