/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "hs-audio-sink-private.h"
#include "hs-audio-socket.h"
#include "hs-audio-source-private.h"

G_BEGIN_DECLS

/* The ends hold the socket, and say when they go. */
HsAudioSource *
hs_audio_socket_source_new (HsAudioSocket *socket, const char *device_id, const char *label);
HsAudioSink *
hs_audio_socket_sink_new (HsAudioSocket *socket, const char *device_id, const char *label);

void hs_audio_socket_leave_source (HsAudioSocket *self);
void hs_audio_socket_leave_sink (HsAudioSocket *self);

/* As those of HsAudioSourceClass and HsAudioSinkClass. */
gboolean hs_audio_socket_read (HsAudioSocket *self, gint16 *block);
void hs_audio_socket_render (HsAudioSocket *self, const gint16 *block, guint skipped);

G_END_DECLS
