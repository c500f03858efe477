/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "hs-system"

#include "hs-system.h"

#ifdef HS_WITH_SYSTEMD
#include <systemd/sd-daemon.h>
#endif

struct _HsSystem {
  HsClock *clock;
  guint watchdog_timer;
  guint watchdog_ms; /* half the period; 0: none wanted */
};

static void
notify (const char *state)
{
#ifdef HS_WITH_SYSTEMD
  int result = sd_notify (0, state);

  if (result < 0)
    g_warning ("the service manager cannot be told: %s", g_strerror (-result));
#endif
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

  self->clock = g_object_ref (clock);
#ifdef HS_WITH_SYSTEMD
  {
    guint64 period_us = 0;

    if (sd_watchdog_enabled (0, &period_us) > 0)
      self->watchdog_ms = MAX (period_us / 2000, 1);
  }
#endif
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

GArray *
hs_system_take_sockets (void)
{
  GArray *sockets = g_array_new (FALSE, FALSE, sizeof (int));
#ifdef HS_WITH_SYSTEMD
  int count = sd_listen_fds (TRUE);

  if (count < 0)
    g_warning ("the passed sockets cannot be taken: %s", g_strerror (-count));
  for (int fd = SD_LISTEN_FDS_START; fd < SD_LISTEN_FDS_START + count; fd++) {
    if (sd_is_socket_unix (fd, SOCK_STREAM, 1, NULL, 0) > 0)
      g_array_append_val (sockets, fd);
    else
      g_warning ("passed descriptor %d is no listening Unix stream socket", fd);
  }
#endif
  return sockets;
}
