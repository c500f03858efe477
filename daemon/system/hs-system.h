/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "base/hs-clock.h"

G_BEGIN_DECLS

/**
 * HsSystem: what the service manager wants to know, and gives
 *
 * Readiness, the watchdog and passed sockets, as sd_notify(3) and sd_listen_fds(3) describe
 * them. Without a service manager all of it does nothing.
 */
typedef struct _HsSystem HsSystem;

HsSystem *hs_system_new (HsClock *clock);
void hs_system_free (HsSystem *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HsSystem, hs_system_free)

/* The control socket listens. Starts the watchdog when the manager asks for one: it is fed from
 * the main context at half its period, so a blocked control thread is noticed. */
void hs_system_tell_ready (HsSystem *self);

/* One line for `systemctl status`. */
void hs_system_tell_status (HsSystem *self, const char *status);

void hs_system_tell_stopping (HsSystem *self);

/* Returns: (transfer full) (element-type int): listening sockets that were passed; may be empty. */
GArray *hs_system_take_sockets (void);

G_END_DECLS
