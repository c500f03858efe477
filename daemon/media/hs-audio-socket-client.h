/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

#include "hs-audio-port.h"

G_BEGIN_DECLS

/**
 * HsAudioSocketClient: one program at a HsAudioSocket, as bytes
 *
 * Nothing here waits: what the client has not sent yet is silence, what it does not take is lost
 * for it. Blocks go to and come from the operating system's own buffers, so a client that sends too
 * fast is stopped by these. What follows is guarded by the owner's lock.
 */
typedef struct _HsAudioSocketClient HsAudioSocketClient;

/* @gone: called on the control thread, without any lock, when the client has closed its end */
HsAudioSocketClient *hs_audio_socket_client_new (GSocket *socket, GFunc gone, gpointer user_data);
void hs_audio_socket_client_free (HsAudioSocketClient *self);

/* Returns: FALSE, with @block left as it is, when a whole block has not come yet. The end of what
 * the client says is filled up with silence. */
gboolean hs_audio_socket_client_read (HsAudioSocketClient *self, gint16 *block);

/* @block: in little-endian order */
void hs_audio_socket_client_write (HsAudioSocketClient *self, const gint16 *block);

/* The client has closed its end: what it sent before is still to be read. */
void hs_audio_socket_client_leave (HsAudioSocketClient *self);

/* Lets the client see the end. */
void hs_audio_socket_client_shut (HsAudioSocketClient *self);

gboolean hs_audio_socket_client_can_read (HsAudioSocketClient *self);
gboolean hs_audio_socket_client_can_write (HsAudioSocketClient *self);

G_END_DECLS
