/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

#include "base/hs-clock.h"
#include "base/hs-config.h"
#include "hs-audio-engine.h"
#include "hs-audio-worker.h"
#include "hs-devices.h"
#include "hs-ice-check.h"
#include "hs-leg-queue.h"
#include "hs-sdp-handler.h"
#include "hs-video-engine.h"

G_BEGIN_DECLS

/**
 * HsMedia: the media room's door, and its HsPeerFactory
 *
 * GStreamer is not touched before the first warm-up or the first peer that needs it, and then on a
 * thread of its own. What its peers read of the configuration:
 *   call.iceCollectionDelay, call.maxIceTimeout, call.iceTransportPolicy,
 *   call.removeH264Codecs, call.removeBundling
 *   tls.ca, tls.verify   for TURN servers that are reached with TLS
 *   media.address        the only local address to use; all when absent
 *   media.opusComplexity 0 … 10, 5 when absent
 */
#define HS_TYPE_MEDIA (hs_media_get_type ())
G_DECLARE_FINAL_TYPE (HsMedia, hs_media, HS, MEDIA, GObject)

HsMedia *hs_media_new (HsClock *clock, HsConfig *config);

/* Initialises GStreamer and makes each element once, so that the first call need not load plugins
 * or wait for the certificate that each DTLS stack makes for itself. Later calls end at once.
 * @error: HS_CALL_ERROR_INIT_MEDIA_FAILED naming what is missing */
void hs_media_warm_up_async (HsMedia *self,
                             GCancellable *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer user_data);
gboolean hs_media_warm_up_finish (HsMedia *self,
                                  GAsyncResult *result,
                                  GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Ends when no thread of ours is busy in GStreamer any more: a process that ends before may crash
 * in a library that cleans up behind such a thread's back. Peers are to be closed first. */
void hs_media_settle_async (HsMedia *self,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer user_data);
gboolean hs_media_settle_finish (HsMedia *self,
                                 GAsyncResult *result,
                                 GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Whether the warm-up has ended well. */
gboolean hs_media_is_warm (HsMedia *self);

HsClock *hs_media_get_clock (HsMedia *self);
HsConfig *hs_media_get_config (HsMedia *self);
HsDevices *hs_media_get_devices (HsMedia *self);
HsAudioEngine *hs_media_get_audio_engine (HsMedia *self);
HsVideoEngine *hs_media_get_video_engine (HsMedia *self);
HsLegQueue *hs_media_get_leg_queue (HsMedia *self);

/* Opens and closes the sockets that show video, one after the other. */
HsAudioWorker *hs_media_get_video_socket_worker (HsMedia *self);

/* The handlers that descriptions go through from now on, in this order.
 * @handlers: (element-type HsSdpHandler) (nullable) */
void hs_media_set_sdp_handlers (HsMedia *self, GPtrArray *handlers);

/* Returns: (transfer full) (element-type HsSdpHandler): a list that does not change any more. */
GPtrArray *hs_media_dup_sdp_handlers (HsMedia *self);

/* Who says when candidates are enough, of legs that are made from now on.
 * @check: (nullable): NULL: one relay candidate is enough */
void hs_media_set_ice_check (HsMedia *self, HsIceCheck *check);
HsIceCheck *hs_media_get_ice_check (HsMedia *self);

G_END_DECLS
