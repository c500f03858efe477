/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "hs-base"

/* A lock file beside the socket says who may take the path: a socket file left by a dead process
 * cannot be told from one that another process is about to listen on. */

#include "hs-unix-listener.h"

#include "hs-error.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define BACKLOG 128

/* How long accepting rests when the process has no file descriptor left. */
#define ACCEPT_PAUSE_MS 1000

struct _HsUnixListener {
  GSocket *socket;
  char *path;       /* of the socket; NULL: not ours to remove */
  struct stat file; /* what we made there */
  char *lock_path;  /* as the path */
  int lock_fd;      /* -1: none */

  /* while it tells who connects */
  HsClock *clock;
  HsUnixListenerTake take;
  gpointer user_data;
  GSource *source; /* NULL while accepting rests */
  guint timer_id;
};

G_GNUC_PRINTF (3, 4)
static gboolean
fail_errno (GError **error, int number, const char *format, ...)
{
  g_autofree char *what = NULL;
  va_list arguments;

  va_start (arguments, format);
  what = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  g_set_error (error, G_IO_ERROR, g_io_error_from_errno (number), "%s: %s", what,
               g_strerror (number));
  return FALSE;
}

static gboolean
fill_address (struct sockaddr_un *address, const char *path, GError **error)
{
  memset (address, 0, sizeof *address);
  address->sun_family = AF_UNIX;
  if (g_strlcpy (address->sun_path, path, sizeof address->sun_path) < sizeof address->sun_path)
    return TRUE;
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_FILENAME_TOO_LONG,
               "%s: the path of a socket may have at most %d bytes", path,
               (int) sizeof address->sun_path - 1);
  return FALSE;
}

static void
fail_busy (GError **error, const char *path, int fd)
{
  struct ucred peer = { 0 };
  socklen_t length = sizeof peer;
  g_autofree char *comm_path = NULL;
  g_autofree char *name = NULL;

  if (fd < 0 || getsockopt (fd, SOL_SOCKET, SO_PEERCRED, &peer, &length) != 0 || peer.pid <= 0) {
    g_set_error (error, HS_ERROR, HS_ERROR_BUSY, "%s: another process listens there", path);
    return;
  }
  comm_path = g_strdup_printf ("/proc/%d/comm", (int) peer.pid);
  if (g_file_get_contents (comm_path, &name, NULL, NULL))
    g_strchomp (name);
  g_set_error (error, HS_ERROR, HS_ERROR_BUSY, "%s: process %d (%s) listens there", path,
               (int) peer.pid, name != NULL ? name : "unknown");
}

/* Is somebody there? EAGAIN is the answer of a listener whose queue is full. */
static gboolean
check_is_dead (const char *path, GError **error)
{
  struct sockaddr_un address;
  int fd;
  int number = 0;

  if (!fill_address (&address, path, error))
    return FALSE;
  fd = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0)
    return fail_errno (error, errno, "%s", path);
  if (connect (fd, (struct sockaddr *) &address, sizeof address) != 0)
    number = errno;
  if (number == 0 || number == EAGAIN)
    fail_busy (error, path, number == 0 ? fd : -1);
  else if (number != ECONNREFUSED && number != ENOENT)
    fail_errno (error, number, "%s", path);
  close (fd);
  return number == ECONNREFUSED || number == ENOENT;
}

/* Lock files of ours are empty: one with content, or another user's, means something to somebody.
 */
static gboolean
is_lock_file (const struct stat *status)
{
  return S_ISREG (status->st_mode) && status->st_size == 0 && status->st_uid == geteuid ();
}

static gboolean
check_lock_file (HsUnixListener *self, int fd, GError **error)
{
  struct stat status;

  if (fstat (fd, &status) != 0)
    return fail_errno (error, errno, "%s", self->lock_path);
  if (is_lock_file (&status))
    return TRUE;
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_EXISTS,
               "%s: there is something else than an empty lock file of this user", self->lock_path);
  return FALSE;
}

/* The lock file may be removed by its last holder between our opening and our locking it. A pipe
 * would make opening wait. */
static gboolean
try_lock (HsUnixListener *self, gboolean *again, GError **error)
{
  struct stat status;
  int fd = open (self->lock_path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600);

  *again = FALSE;
  if (fd < 0)
    return fail_errno (error, errno, "%s", self->lock_path);
  if (!check_lock_file (self, fd, error)) {
    close (fd);
    return FALSE;
  }
  if (flock (fd, LOCK_EX | LOCK_NB) != 0) {
    close (fd);
    /* Who holds it listens, or is about to. */
    if (check_is_dead (self->path, error))
      fail_busy (error, self->path, -1);
    return FALSE;
  }
  if (fstat (fd, &status) == 0 && status.st_nlink == 0) {
    close (fd);
    *again = TRUE;
    return FALSE;
  }
  self->lock_fd = fd;
  return TRUE;
}

static gboolean
take_lock (HsUnixListener *self, GError **error)
{
  gboolean again = TRUE;
  gboolean taken = FALSE;

  while (again)
    taken = try_lock (self, &again, error);
  return taken;
}

static gboolean
is_same_file (const struct stat *one, const struct stat *other)
{
  return one->st_dev == other->st_dev && one->st_ino == other->st_ino;
}

/* Whatever else has come to lie at the path, or was written to the file, is left alone. */
static void
release_lock (HsUnixListener *self)
{
  struct stat held, found;

  if (fstat (self->lock_fd, &held) == 0 && lstat (self->lock_path, &found) == 0 &&
      is_same_file (&held, &found) && is_lock_file (&found))
    unlink (self->lock_path);
  close (self->lock_fd);
}

/* Removes a socket that nobody listens on any more, and nothing else. */
static gboolean
clear_path (const char *path, GError **error)
{
  struct stat status;

  if (lstat (path, &status) != 0)
    return errno == ENOENT || fail_errno (error, errno, "%s", path);
  if (!S_ISSOCK (status.st_mode)) {
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_EXISTS, "%s: there is something else than a socket",
                 path);
    return FALSE;
  }
  if (!check_is_dead (path, error))
    return FALSE;
  if (unlink (path) != 0 && errno != ENOENT)
    return fail_errno (error, errno, "%s", path);
  return TRUE;
}

/* Nothing else that has come to lie at the path: while the socket is open, no other file can have
 * its number. */
static void
remove_socket_file (HsUnixListener *self)
{
  struct stat found;

  if (lstat (self->path, &found) == 0 && is_same_file (&self->file, &found))
    unlink (self->path);
}

static gboolean
bind_and_listen (HsUnixListener *self, int fd, GError **error)
{
  struct sockaddr_un address;

  if (!fill_address (&address, self->path, error))
    return FALSE;
  /* Before bind: the file never exists with other rights, whatever the umask. */
  if (fchmod (fd, 0600) != 0 || bind (fd, (struct sockaddr *) &address, sizeof address) != 0 ||
      lstat (self->path, &self->file) != 0)
    return fail_errno (error, errno, "%s", self->path);
  if (listen (fd, BACKLOG) == 0)
    return TRUE;
  fail_errno (error, errno, "%s", self->path);
  remove_socket_file (self);
  return FALSE;
}

static gboolean
open_socket (HsUnixListener *self, GError **error)
{
  int fd = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

  if (fd < 0)
    return fail_errno (error, errno, "%s", self->path);
  if (!bind_and_listen (self, fd, error)) {
    close (fd);
    return FALSE;
  }
  self->socket = g_socket_new_from_fd (fd, error);
  return self->socket != NULL;
}

HsUnixListener *
hs_unix_listener_new (const char *path, GError **error)
{
  g_autoptr (HsUnixListener) self = g_new0 (HsUnixListener, 1);
  struct sockaddr_un address;

  self->lock_fd = -1;
  self->path = g_strdup (path);
  self->lock_path = g_strconcat (path, ".lock", NULL);
  if (!fill_address (&address, path, error) || !take_lock (self, error) ||
      !clear_path (path, error) || !open_socket (self, error))
    return NULL;
  return g_steal_pointer (&self);
}

static int
get_option (int fd, int option)
{
  int value = -1;
  socklen_t length = sizeof value;

  return getsockopt (fd, SOL_SOCKET, option, &value, &length) == 0 ? value : -1;
}

HsUnixListener *
hs_unix_listener_adopt (int fd, GError **error)
{
  g_autoptr (HsUnixListener) self = g_new0 (HsUnixListener, 1);

  self->lock_fd = -1;
  if (get_option (fd, SO_DOMAIN) != AF_UNIX || get_option (fd, SO_TYPE) != SOCK_STREAM ||
      get_option (fd, SO_ACCEPTCONN) != 1) {
    g_set_error (error, HS_ERROR, HS_ERROR_INVALID_DATA,
                 "file descriptor %d is not a listening Unix stream socket", fd);
    return NULL;
  }
  self->socket = g_socket_new_from_fd (fd, error);
  return self->socket != NULL ? g_steal_pointer (&self) : NULL;
}

static void start_accepting (HsUnixListener *self);

static void
stop_accepting (HsUnixListener *self)
{
  if (self->source == NULL)
    return;
  g_source_destroy (self->source);
  g_clear_pointer (&self->source, g_source_unref);
}

static void
on_accept_again (gpointer user_data)
{
  HsUnixListener *self = user_data;

  self->timer_id = 0;
  start_accepting (self);
}

static void
rest (HsUnixListener *self, const GError *error)
{
  g_warning ("cannot accept a connection: %s", error->message);
  stop_accepting (self);
  self->timer_id = hs_clock_add_timer (self->clock, ACCEPT_PAUSE_MS, on_accept_again, self);
}

static gboolean
on_connecting (GSocket *socket, GIOCondition condition, gpointer user_data)
{
  HsUnixListener *self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GSocket) client = g_socket_accept (socket, NULL, &error);

  if (client != NULL)
    self->take (client, self->user_data);
  else if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK) &&
           !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CONNECTION_CLOSED))
    rest (self, error);
  return G_SOURCE_CONTINUE;
}

static void
start_accepting (HsUnixListener *self)
{
  self->source = g_socket_create_source (self->socket, G_IO_IN, NULL);
  g_source_set_callback (self->source, G_SOURCE_FUNC (on_connecting), self, NULL);
  g_source_attach (self->source, g_main_context_get_thread_default ());
}

void
hs_unix_listener_start (HsUnixListener *self,
                        HsClock *clock,
                        HsUnixListenerTake take,
                        gpointer user_data)
{
  self->clock = g_object_ref (clock);
  self->take = take;
  self->user_data = user_data;
  g_socket_set_blocking (self->socket, FALSE);
  start_accepting (self);
}

void
hs_unix_listener_stop (HsUnixListener *self)
{
  stop_accepting (self);
  if (self->clock != NULL)
    hs_clock_clear_timer (self->clock, &self->timer_id);
  g_clear_object (&self->clock);
}

void
hs_unix_listener_free (HsUnixListener *self)
{
  hs_unix_listener_stop (self);
  if (self->path != NULL && self->socket != NULL)
    remove_socket_file (self);
  g_clear_object (&self->socket);
  if (self->lock_fd >= 0)
    release_lock (self);
  g_free (self->path);
  g_free (self->lock_path);
  g_free (self);
}
