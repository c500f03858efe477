/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "base/hs-clock.h"
#include "hs-audio-sink.h"
#include "hs-audio-source.h"
#include "hs-audio-worker.h"

G_BEGIN_DECLS

/**
 * HsAudioSocket: a Unix socket where programs speak and listen, as microphone and as speaker
 *
 * Both directions carry signed 16-bit little-endian samples, one channel, HS_AUDIO_RATE, and
 * nothing else. Who connects hears what the speaker is given from then on, in real time, and what
 * it sends is played as fast as the call takes it; what several send is added up. One socket has
 * both ends, or one of them. It lives while one of them does, on the control thread; the ticker
 * reads and writes.
 */
#define HS_TYPE_AUDIO_SOCKET (hs_audio_socket_get_type ())
G_DECLARE_FINAL_TYPE (HsAudioSocket, hs_audio_socket, HS, AUDIO_SOCKET, GObject)

/* Blocks, and removes the socket's files on @worker.
 * @error: HS_CALL_ERROR_USER_MEDIA naming @path */
HsAudioSocket *hs_audio_socket_open (const char *path,
                                     HsClock *clock,
                                     HsAudioWorker *worker,
                                     GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Its ends, each the same one for everybody. From the first one on, who connects is let in.
 * @device_id: what the end is called when it is new
 * Returns: (transfer full) */
HsAudioSource *hs_audio_socket_dup_source (HsAudioSocket *self, const char *device_id);
HsAudioSink *hs_audio_socket_dup_sink (HsAudioSocket *self, const char *device_id);

G_END_DECLS
