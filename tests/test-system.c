/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "hs-fake-clock.h"
#include "system/hs-system.h"

#include <gio/gio.h>
#include <gio/gunixsocketaddress.h>
#include <glib/gstdio.h>

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
  g_unsetenv ("NOTIFY_SOCKET");
  g_unsetenv ("WATCHDOG_USEC");
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

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/system/tells-ready-and-stopping", Fixture, NULL, set_up,
              test_tells_ready_and_stopping, tear_down);
  g_test_add ("/system/feeds-the-watchdog-at-half-its-period", Fixture, NULL, set_up,
              test_feeds_the_watchdog_at_half_its_period, tear_down);
  return g_test_run ();
}
