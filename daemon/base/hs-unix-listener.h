/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

#include "hs-clock.h"

G_BEGIN_DECLS

/**
 * HsUnixListener: a listening Unix stream socket, with the file that names it
 *
 * The file is the user's alone (0600), and beside it lies an empty lock file, PATH.lock. What a
 * dead process left of both is taken over; a socket that somebody listens on, and anything else at
 * either path, is left alone. Looking at files may block where the disk does.
 */
typedef struct _HsUnixListener HsUnixListener;

/* @path: in a folder that is there
 * @error: HS_ERROR_BUSY naming the process that listens there, G_IO_ERROR; both name @path */
HsUnixListener *hs_unix_listener_new (const char *path, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* @fd: (transfer full) on success: a socket that listens already and is another's to remove
 * @error: HS_ERROR_INVALID_DATA when it is not what it should be */
HsUnixListener *hs_unix_listener_adopt (int fd, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Stops listening and removes the files that were made, not what has taken their places. */
void hs_unix_listener_free (HsUnixListener *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HsUnixListener, hs_unix_listener_free)

/* @socket: (transfer none): somebody who has connected */
typedef void (*HsUnixListenerTake) (GSocket *socket, gpointer user_data);

/* Tells of everybody who connects, on the caller's main context, until the listener is freed. While
 * the process has no file descriptor left, accepting rests for a second at a time. */
void hs_unix_listener_start (HsUnixListener *self,
                             HsClock *clock,
                             HsUnixListenerTake take,
                             gpointer user_data);

/* Tells no more, for who frees the listener on another thread. Can be called again. */
void hs_unix_listener_stop (HsUnixListener *self);

G_END_DECLS
