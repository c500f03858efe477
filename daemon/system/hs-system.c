/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "hs-system"

#include "hs-system.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <gio/gunixsocketaddress.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* Both protocols are a few variables of the environment, promised to stay as they are; libsystemd
 * would bring itself and five further libraries, a megabyte of them, into memory. */

#define FIRST_PASSED  3
#define MAX_PASSED    64
#define MAX_PERIOD_US (24 * 3600 * G_GUINT64_CONSTANT (1000000))

struct _HsSystem {
  HsClock *clock;
  guint watchdog_timer;
  guint watchdog_ms; /* half the period; 0: none wanted */
};

static GSocketAddress *
get_manager (const char *path)
{
  return path[0] == '@'
             ? g_unix_socket_address_new_with_type (path + 1, -1, G_UNIX_SOCKET_ADDRESS_ABSTRACT)
             : g_unix_socket_address_new (path);
}

static void
notify (const char *state)
{
  const char *path = g_getenv ("NOTIFY_SOCKET");
  g_autoptr (GSocketAddress) manager = NULL;
  g_autoptr (GSocket) socket = NULL;
  g_autoptr (GError) error = NULL;

  if (path == NULL)
    return;
  manager = get_manager (path);
  socket = g_socket_new (G_SOCKET_FAMILY_UNIX, G_SOCKET_TYPE_DATAGRAM, G_SOCKET_PROTOCOL_DEFAULT,
                         &error);
  /* A manager that does not read must not stop calls. */
  if (socket != NULL)
    g_socket_set_blocking (socket, FALSE);
  if (socket == NULL || g_socket_send_to (socket, manager, state, strlen (state), NULL, &error) < 0)
    g_warning ("the service manager cannot be told: %s", error->message);
}

/* Returns: the variable's value, or 0 when it is not there or is no number up to @max */
static guint64
get_number (const char *variable, guint64 max)
{
  const char *text = g_getenv (variable);
  guint64 number = 0;

  if (text != NULL && !g_ascii_string_to_unsigned (text, 10, 0, max, &number, NULL))
    g_warning ("%s is not a number up to %" G_GUINT64_FORMAT, variable, max);
  return number;
}

/* Variables that a parent was meant to see are inherited all the same. */
static gboolean
is_for_us (const char *pid_variable)
{
  return get_number (pid_variable, G_MAXINT) == (guint64) getpid ();
}

static void
on_watchdog_due (gpointer user_data)
{
  HsSystem *self = user_data;

  notify ("WATCHDOG=1");
  self->watchdog_timer = hs_clock_add_timer (self->clock, self->watchdog_ms, on_watchdog_due, self);
}

HsSystem *
hs_system_new (HsClock *clock)
{
  HsSystem *self = g_new0 (HsSystem, 1);
  guint64 period_us = 0;

  self->clock = g_object_ref (clock);
  if (g_getenv ("WATCHDOG_PID") == NULL || is_for_us ("WATCHDOG_PID"))
    period_us = get_number ("WATCHDOG_USEC", MAX_PERIOD_US);
  if (period_us > 0)
    self->watchdog_ms = MAX (period_us / 2000, 1);
  return self;
}

void
hs_system_free (HsSystem *self)
{
  hs_clock_clear_timer (self->clock, &self->watchdog_timer);
  g_object_unref (self->clock);
  g_free (self);
}

void
hs_system_tell_ready (HsSystem *self)
{
  notify ("READY=1");
  if (self->watchdog_ms > 0 && self->watchdog_timer == 0)
    on_watchdog_due (self);
}

void
hs_system_tell_status (HsSystem *self, const char *status)
{
  g_autofree char *state = g_strconcat ("STATUS=", status, NULL);

  notify (state);
}

void
hs_system_tell_stopping (HsSystem *self)
{
  hs_clock_clear_timer (self->clock, &self->watchdog_timer);
  notify ("STOPPING=1");
}

static int
get_socket_option (int fd, int option)
{
  int value = -1;
  socklen_t length = sizeof value;

  return getsockopt (fd, SOL_SOCKET, option, &value, &length) == 0 ? value : -1;
}

static gboolean
is_listening (int fd)
{
  return get_socket_option (fd, SO_DOMAIN) == AF_UNIX &&
         get_socket_option (fd, SO_TYPE) == SOCK_STREAM &&
         get_socket_option (fd, SO_ACCEPTCONN) == 1;
}

GArray *
hs_system_take_sockets (void)
{
  GArray *sockets = g_array_new (FALSE, FALSE, sizeof (int));
  int count = is_for_us ("LISTEN_PID") ? (int) get_number ("LISTEN_FDS", MAX_PASSED) : 0;

  /* Nobody that we start is to take them for its own. */
  g_unsetenv ("LISTEN_PID");
  g_unsetenv ("LISTEN_FDS");
  g_unsetenv ("LISTEN_FDNAMES");
  for (int fd = FIRST_PASSED; fd < FIRST_PASSED + count; fd++) {
    if (!is_listening (fd))
      g_warning ("passed descriptor %d is no listening Unix stream socket", fd);
    else if (fcntl (fd, F_SETFD, FD_CLOEXEC) < 0)
      g_warning ("passed descriptor %d cannot be used: %s", fd, g_strerror (errno));
    else
      g_array_append_val (sockets, fd);
  }
  return sockets;
}
