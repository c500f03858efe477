/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <gio/gio.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/hs-error.h"
#include "base/hs-unix-listener.h"

typedef struct {
  char *folder;
  char *path;
  char *lock_path;
} Fixture;

static void
set_up (Fixture *self, gconstpointer data)
{
  self->folder = g_dir_make_tmp ("hs-listener-XXXXXX", NULL);
  self->path = g_build_filename (self->folder, "Cargo", NULL);
  self->lock_path = g_strconcat (self->path, ".lock", NULL);
}

/* Whatever a test made there it has removed: nothing of ours may be left. */
static void
tear_down (Fixture *self, gconstpointer data)
{
  g_assert_cmpint (g_rmdir (self->folder), ==, 0);
  g_free (self->lock_path);
  g_free (self->path);
  g_free (self->folder);
}

static gboolean
is_there (const char *path)
{
  struct stat status;

  return lstat (path, &status) == 0;
}

static void
put (const char *path, const char *text)
{
  g_assert_true (g_file_set_contents (path, text, -1, NULL));
}

/* Removes it as well. */
static void
assert_still_has (const char *path, const char *text)
{
  g_autofree char *found = NULL;

  g_assert_true (g_file_get_contents (path, &found, NULL, NULL));
  g_assert_cmpstr (found, ==, text);
  g_assert_cmpint (g_unlink (path), ==, 0);
}

static HsUnixListener *
listen_well (Fixture *self)
{
  g_autoptr (GError) error = NULL;
  HsUnixListener *listener = hs_unix_listener_new (self->path, &error);

  g_assert_no_error (error);
  g_assert_nonnull (listener);
  return listener;
}

static void
assert_refused (Fixture *self, int code, const char *named)
{
  g_autoptr (GError) error = NULL;
  HsUnixListener *listener = hs_unix_listener_new (self->path, &error);

  g_assert_null (listener);
  g_assert_error (error, G_IO_ERROR, code);
  g_assert_true (g_str_has_prefix (error->message, named));
  g_assert_cmpint (error->message[strlen (named)], ==, ':');
}

static void
test_removes_its_files (Fixture *self, gconstpointer data)
{
  HsUnixListener *listener = listen_well (self);
  struct stat status;

  g_assert_cmpint (lstat (self->path, &status), ==, 0);
  g_assert_cmphex (status.st_mode, ==, S_IFSOCK | 0600);
  g_assert_cmpint (lstat (self->lock_path, &status), ==, 0);
  g_assert_cmphex (status.st_mode, ==, S_IFREG | 0600);
  g_assert_cmpint (status.st_size, ==, 0);
  hs_unix_listener_free (listener);
  g_assert_false (is_there (self->path));
  g_assert_false (is_there (self->lock_path));
}

static void
test_refuses_a_second (Fixture *self, gconstpointer data)
{
  g_autoptr (HsUnixListener) listener = listen_well (self);
  g_autoptr (GError) error = NULL;

  g_assert_null (hs_unix_listener_new (self->path, &error));
  g_assert_error (error, HS_ERROR, HS_ERROR_BUSY);
  g_assert_true (is_there (self->path));
  g_assert_true (is_there (self->lock_path));
}

/* As a killed process leaves it. */
static void
test_takes_over_a_dead_lock (Fixture *self, gconstpointer data)
{
  put (self->lock_path, "");
  hs_unix_listener_free (listen_well (self));
  g_assert_false (is_there (self->lock_path));
}

static void
test_leaves_a_strange_lock (Fixture *self, gconstpointer data)
{
  put (self->lock_path, "precious");
  assert_refused (self, G_IO_ERROR_EXISTS, self->lock_path);
  g_assert_false (is_there (self->path));
  assert_still_has (self->lock_path, "precious");
}

static void
test_leaves_both_of_a_stranger (Fixture *self, gconstpointer data)
{
  put (self->path, "mine");
  put (self->lock_path, "precious");
  assert_refused (self, G_IO_ERROR_EXISTS, self->lock_path);
  assert_still_has (self->path, "mine");
  assert_still_has (self->lock_path, "precious");
}

static void
test_leaves_a_file (Fixture *self, gconstpointer data)
{
  put (self->path, "mine");
  assert_refused (self, G_IO_ERROR_EXISTS, self->path);
  assert_still_has (self->path, "mine");
  g_assert_false (is_there (self->lock_path));
}

static void
test_leaves_a_pipe_for_lock (Fixture *self, gconstpointer data)
{
  g_assert_cmpint (mkfifo (self->lock_path, 0600), ==, 0);
  assert_refused (self, G_IO_ERROR_EXISTS, self->lock_path);
  g_assert_cmpint (g_unlink (self->lock_path), ==, 0);
}

static void
test_leaves_a_link_for_lock (Fixture *self, gconstpointer data)
{
  g_autofree char *target = g_build_filename (self->folder, "target", NULL);

  put (target, "");
  g_assert_cmpint (symlink (target, self->lock_path), ==, 0);
  assert_refused (self, G_IO_ERROR_TOO_MANY_LINKS, self->lock_path);
  g_assert_cmpint (g_unlink (self->lock_path), ==, 0);
  assert_still_has (target, "");
}

static void
test_leaves_a_lock_that_was_written_to (Fixture *self, gconstpointer data)
{
  HsUnixListener *listener = listen_well (self);
  FILE *file = g_fopen (self->lock_path, "a");

  g_assert_cmpint (fputs ("precious", file), >=, 0);
  g_assert_cmpint (fclose (file), ==, 0);
  hs_unix_listener_free (listener);
  g_assert_false (is_there (self->path));
  assert_still_has (self->lock_path, "precious");
}

static void
test_leaves_a_lock_that_was_replaced (Fixture *self, gconstpointer data)
{
  HsUnixListener *listener = listen_well (self);

  g_assert_cmpint (g_unlink (self->lock_path), ==, 0);
  put (self->lock_path, "");
  hs_unix_listener_free (listener);
  assert_still_has (self->lock_path, "");
}

/* Returns: a socket of somebody who knows no lock files */
static int
bind_there (Fixture *self)
{
  struct sockaddr_un address = { .sun_family = AF_UNIX };
  int fd = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

  g_assert_cmpuint (g_strlcpy (address.sun_path, self->path, sizeof address.sun_path), <,
                    sizeof address.sun_path);
  g_assert_cmpint (bind (fd, (struct sockaddr *) &address, sizeof address), ==, 0);
  return fd;
}

static void
test_takes_over_a_dead_socket (Fixture *self, gconstpointer data)
{
  close (bind_there (self));
  hs_unix_listener_free (listen_well (self));
  g_assert_false (is_there (self->path));
}

static void
test_leaves_a_living_socket (Fixture *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  int fd = bind_there (self);

  g_assert_cmpint (listen (fd, 5), ==, 0);
  g_assert_null (hs_unix_listener_new (self->path, &error));
  g_assert_error (error, HS_ERROR, HS_ERROR_BUSY);
  g_assert_nonnull (strstr (error->message, self->path));
  g_assert_nonnull (strstr (error->message, "listens there"));
  g_assert_false (is_there (self->lock_path));
  g_assert_cmpint (g_unlink (self->path), ==, 0);
  close (fd);
}

static void
test_leaves_what_replaced_the_socket (Fixture *self, gconstpointer data)
{
  HsUnixListener *listener = listen_well (self);

  g_assert_cmpint (g_unlink (self->path), ==, 0);
  put (self->path, "mine");
  hs_unix_listener_free (listener);
  assert_still_has (self->path, "mine");
  g_assert_false (is_there (self->lock_path));
}

/* Somebody has cleared the folder: the next one there is not ours, whoever it is. */
static void
test_leaves_the_next_socket (Fixture *self, gconstpointer data)
{
  HsUnixListener *first = listen_well (self);
  HsUnixListener *second;

  g_assert_cmpint (g_unlink (self->path), ==, 0);
  g_assert_cmpint (g_unlink (self->lock_path), ==, 0);
  second = listen_well (self);
  hs_unix_listener_free (first);
  g_assert_true (is_there (self->path));
  g_assert_true (is_there (self->lock_path));
  hs_unix_listener_free (second);
  g_assert_false (is_there (self->path));
  g_assert_false (is_there (self->lock_path));
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
  add ("/unix-listener/removes-its-files", test_removes_its_files);
  add ("/unix-listener/refuses-a-second", test_refuses_a_second);
  add ("/unix-listener/lock/takes-over-the-dead", test_takes_over_a_dead_lock);
  add ("/unix-listener/lock/leaves-a-strange-one", test_leaves_a_strange_lock);
  add ("/unix-listener/lock/leaves-both-of-a-stranger", test_leaves_both_of_a_stranger);
  add ("/unix-listener/lock/leaves-a-pipe", test_leaves_a_pipe_for_lock);
  add ("/unix-listener/lock/leaves-a-link", test_leaves_a_link_for_lock);
  add ("/unix-listener/lock/leaves-one-that-was-written-to",
       test_leaves_a_lock_that_was_written_to);
  add ("/unix-listener/lock/leaves-one-that-was-replaced", test_leaves_a_lock_that_was_replaced);
  add ("/unix-listener/path/leaves-a-file", test_leaves_a_file);
  add ("/unix-listener/path/takes-over-the-dead", test_takes_over_a_dead_socket);
  add ("/unix-listener/path/leaves-the-living", test_leaves_a_living_socket);
  add ("/unix-listener/path/leaves-what-replaced-it", test_leaves_what_replaced_the_socket);
  add ("/unix-listener/path/leaves-the-next-socket", test_leaves_the_next_socket);
  return g_test_run ();
}
