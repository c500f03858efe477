/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "hs-fake-clock.h"
#include "hs-fake-log.h"
#include "system/hs-system.h"

#include <gio/gio.h>
#include <gio/gunixsocketaddress.h>
#include <glib/gstdio.h>
#include <fcntl.h>
#include <unistd.h>

/* Plays the service manager: a datagram socket that READY=1 and the rest arrive at. */
typedef struct {
  char *folder;
  char *path;
  GSocket *socket;
  HsFakeClock *clock;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GSocketAddress) address = NULL;

  fixture->folder = g_dir_make_tmp ("hs-system-XXXXXX", &error);
  g_assert_no_error (error);
  fixture->path = g_build_filename (fixture->folder, "notify", NULL);
  address = g_unix_socket_address_new (fixture->path);
  fixture->socket = g_socket_new (G_SOCKET_FAMILY_UNIX, G_SOCKET_TYPE_DATAGRAM,
                                  G_SOCKET_PROTOCOL_DEFAULT, &error);
  g_assert_no_error (error);
  g_socket_bind (fixture->socket, address, FALSE, &error);
  g_assert_no_error (error);
  g_socket_set_blocking (fixture->socket, FALSE);
  fixture->clock = hs_fake_clock_new ();
  g_setenv ("NOTIFY_SOCKET", fixture->path, TRUE);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  hs_fake_log_assert_empty ();
  g_unsetenv ("NOTIFY_SOCKET");
  g_unsetenv ("WATCHDOG_USEC");
  g_unsetenv ("WATCHDOG_PID");
  g_assert_finalize_object (fixture->clock);
  g_object_unref (fixture->socket);
  g_unlink (fixture->path);
  g_rmdir (fixture->folder);
  g_free (fixture->path);
  g_free (fixture->folder);
}

static void
assert_told (Fixture *fixture, const char *expected)
{
  char buffer[256] = "";

  if (g_socket_receive (fixture->socket, buffer, sizeof buffer - 1, NULL, NULL) < 0)
    g_strlcpy (buffer, "(nothing)", sizeof buffer);
  g_assert_cmpstr (buffer, ==, expected);
}

static void
test_tells_ready_and_stopping (Fixture *fixture, gconstpointer data)
{
  g_autoptr (HsSystem) system = hs_system_new (HS_CLOCK (fixture->clock));

  assert_told (fixture, "(nothing)");
  hs_system_tell_ready (system);
  assert_told (fixture, "READY=1");
  hs_system_tell_status (system, "signed in");
  assert_told (fixture, "STATUS=signed in");
  hs_system_tell_stopping (system);
  assert_told (fixture, "STOPPING=1");
  g_assert_cmpuint (hs_fake_clock_count_timers (fixture->clock), ==, 0);
}

static void
test_feeds_the_watchdog_at_half_its_period (Fixture *fixture, gconstpointer data)
{
  g_autoptr (HsSystem) system = NULL;

  g_setenv ("WATCHDOG_USEC", "10000000", TRUE);
  system = hs_system_new (HS_CLOCK (fixture->clock));
  hs_system_tell_ready (system);
  assert_told (fixture, "READY=1");
  assert_told (fixture, "WATCHDOG=1");
  hs_fake_clock_advance (fixture->clock, 4999);
  assert_told (fixture, "(nothing)");
  hs_fake_clock_advance (fixture->clock, 1);
  assert_told (fixture, "WATCHDOG=1");
}

static void
test_leaves_the_watchdog_of_others (Fixture *fixture, gconstpointer data)
{
  g_autoptr (HsSystem) system = NULL;

  g_setenv ("WATCHDOG_USEC", "10000000", TRUE);
  g_setenv ("WATCHDOG_PID", "1", TRUE);
  system = hs_system_new (HS_CLOCK (fixture->clock));
  hs_system_tell_ready (system);
  assert_told (fixture, "READY=1");
  g_assert_cmpuint (hs_fake_clock_count_timers (fixture->clock), ==, 0);
}

static void
test_does_without_a_watchdog_that_is_no_number (Fixture *fixture, gconstpointer data)
{
  g_autoptr (HsSystem) system = NULL;

  g_setenv ("WATCHDOG_USEC", "often", TRUE);
  system = hs_system_new (HS_CLOCK (fixture->clock));
  hs_fake_log_expect (G_LOG_LEVEL_WARNING, "WATCHDOG_USEC is not a number*");
  hs_system_tell_ready (system);
  g_assert_cmpuint (hs_fake_clock_count_timers (fixture->clock), ==, 0);
}

static void
test_speaks_to_an_abstract_address (Fixture *fixture, gconstpointer data)
{
  g_autofree char *name = g_strdup_printf ("handset-test-%d", (int) getpid ());
  g_autofree char *address_text = g_strconcat ("@", name, NULL);
  g_autoptr (GSocketAddress) address =
      g_unix_socket_address_new_with_type (name, -1, G_UNIX_SOCKET_ADDRESS_ABSTRACT);
  g_autoptr (HsSystem) system = hs_system_new (HS_CLOCK (fixture->clock));
  g_autoptr (GError) error = NULL;

  g_object_unref (fixture->socket);
  fixture->socket = g_socket_new (G_SOCKET_FAMILY_UNIX, G_SOCKET_TYPE_DATAGRAM, 0, &error);
  g_assert_no_error (error);
  g_assert_true (g_socket_bind (fixture->socket, address, FALSE, &error));
  g_socket_set_blocking (fixture->socket, FALSE);
  g_setenv ("NOTIFY_SOCKET", address_text, TRUE);
  hs_system_tell_ready (system);
  assert_told (fixture, "READY=1");
}

static void
test_says_that_nobody_listens (Fixture *fixture, gconstpointer data)
{
  g_autoptr (HsSystem) system = hs_system_new (HS_CLOCK (fixture->clock));

  g_setenv ("NOTIFY_SOCKET", "/nowhere/to/be/found", TRUE);
  hs_system_tell_ready (system);
  hs_fake_log_expect (G_LOG_LEVEL_WARNING, "the service manager cannot be told: *");
}

/* --- passed sockets --- */

static GSocket *
listen_at (const char *path)
{
  g_autoptr (GSocketAddress) address = g_unix_socket_address_new (path);
  g_autoptr (GError) error = NULL;
  GSocket *socket = g_socket_new (G_SOCKET_FAMILY_UNIX, G_SOCKET_TYPE_STREAM, 0, &error);

  g_assert_no_error (error);
  g_assert_true (g_socket_bind (socket, address, FALSE, &error));
  g_assert_true (g_socket_listen (socket, &error));
  return socket;
}

static void
pass_up_to (int fd, int pid)
{
  g_autofree char *count = g_strdup_printf ("%d", fd - 2);
  g_autofree char *pid_text = g_strdup_printf ("%d", pid);

  g_setenv ("LISTEN_FDS", count, TRUE);
  g_setenv ("LISTEN_PID", pid_text, TRUE);
}

static void
test_takes_sockets_that_listen (Fixture *fixture, gconstpointer data)
{
  g_autofree char *path = g_build_filename (fixture->folder, "control", NULL);
  g_autoptr (GSocket) socket = listen_at (path);
  g_autoptr (GArray) sockets = NULL;
  int fd = g_socket_get_fd (socket);

  /* What a test program has open below it is passed, too, and is not one. */
  pass_up_to (fd, getpid ());
  fcntl (fd, F_SETFD, 0);
  sockets = hs_system_take_sockets ();
  g_assert_cmpuint (sockets->len, ==, 1);
  g_assert_cmpint (g_array_index (sockets, int, 0), ==, fd);
  g_assert_cmpint (fcntl (fd, F_GETFD) & FD_CLOEXEC, ==, FD_CLOEXEC);
  g_assert_null (g_getenv ("LISTEN_FDS"));
  for (int other = 3; other < fd; other++)
    hs_fake_log_expect (G_LOG_LEVEL_WARNING, "passed descriptor * is no listening Unix*");
  g_unlink (path);
}

static void
test_leaves_the_sockets_of_others (Fixture *fixture, gconstpointer data)
{
  g_autofree char *path = g_build_filename (fixture->folder, "control", NULL);
  g_autoptr (GSocket) socket = listen_at (path);
  g_autoptr (GArray) sockets = NULL;

  pass_up_to (g_socket_get_fd (socket), 1);
  sockets = hs_system_take_sockets ();
  g_assert_cmpuint (sockets->len, ==, 0);
  g_unlink (path);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  hs_fake_log_start ();
  g_test_add ("/system/tells-ready-and-stopping", Fixture, NULL, set_up,
              test_tells_ready_and_stopping, tear_down);
  g_test_add ("/system/feeds-the-watchdog-at-half-its-period", Fixture, NULL, set_up,
              test_feeds_the_watchdog_at_half_its_period, tear_down);
  g_test_add ("/system/leaves-the-watchdog-of-others", Fixture, NULL, set_up,
              test_leaves_the_watchdog_of_others, tear_down);
  g_test_add ("/system/does-without-a-watchdog-that-is-no-number", Fixture, NULL, set_up,
              test_does_without_a_watchdog_that_is_no_number, tear_down);
  g_test_add ("/system/speaks-to-an-abstract-address", Fixture, NULL, set_up,
              test_speaks_to_an_abstract_address, tear_down);
  g_test_add ("/system/says-that-nobody-listens", Fixture, NULL, set_up,
              test_says_that_nobody_listens, tear_down);
  g_test_add ("/system/takes-sockets-that-listen", Fixture, NULL, set_up,
              test_takes_sockets_that_listen, tear_down);
  g_test_add ("/system/leaves-the-sockets-of-others", Fixture, NULL, set_up,
              test_leaves_the_sockets_of_others, tear_down);
  return g_test_run ();
}
