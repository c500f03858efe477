/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

#include "base/hs-clock.h"
#include "hs-audio-worker.h"
#include "hs-leg-queue.h"
#include "hs-video-feed.h"

G_BEGIN_DECLS

/**
 * HsVideoSocket: gives the pictures of a feed to everybody who connects to a Unix socket
 *
 * As YUV4MPEG2, I420: the header says the size, which is that of the first picture that a client
 * gets; later ones are fitted into it. Sizes are rounded up to multiples of 8 and 2. One who does
 * not read loses whole pictures. The feed has a taker for each client and none besides. Counted
 * references; control thread.
 */
typedef struct _HsVideoSocket HsVideoSocket;

#define HS_VIDEO_SOCKET_MAX_CLIENTS 16

HsVideoSocket *hs_video_socket_ref (HsVideoSocket *self);
void hs_video_socket_unref (HsVideoSocket *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HsVideoSocket, hs_video_socket_unref)

/* @path: see HsUnixListener
 * @queue: counts what is busy elsewhere
 * @worker: looks at files, with one thread: a path is free for those that are opened after the
 *   closing of who had it
 * @error: HS_CALL_ERROR_USER_MEDIA naming the path, G_IO_ERROR_CANCELLED when it was closed
 * meanwhile Returns: (transfer full): to be ended with hs_video_socket_close(), at any time and
 * also when it could not be opened */
HsVideoSocket *hs_video_socket_open_async (const char *path,
                                           HsClock *clock,
                                           HsLegQueue *queue,
                                           HsAudioWorker *worker,
                                           GAsyncReadyCallback callback,
                                           gpointer user_data) G_GNUC_WARN_UNUSED_RESULT;
gboolean hs_video_socket_open_finish (GAsyncResult *result,
                                      GError **error) G_GNUC_WARN_UNUSED_RESULT;

typedef void (*HsVideoSocketChanged) (gpointer user_data);

/* Once it is open.
 * @changed: runs when the feed has got or lost a taker, until the socket is closed */
void hs_video_socket_serve (HsVideoSocket *self,
                            HsVideoFeed *feed,
                            HsVideoSocketChanged changed,
                            gpointer user_data);

/* Ends all connections, and removes the file a moment later; until then @queue counts.
 * (transfer full) */
void hs_video_socket_close (HsVideoSocket *self);

G_END_DECLS
