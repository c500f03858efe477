/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

#include "base/hs-clock.h"
#include "base/hs-config.h"
#include "call/hs-peer.h"
#include "hs-certificate.h"
#include "hs-ice-check.h"
#include "hs-leg-audio.h"
#include "hs-leg-queue.h"
#include "hs-leg-video.h"
#include "sdp/hs-sdp-codec.h"
#include "sdp/hs-sdp.h"

G_BEGIN_DECLS

/**
 * HsLeg: one generation of a call's transport
 *
 * A pipeline with one webrtcbin and a certificate of its own. It is negotiated once, connects once,
 * and is replaced, never repaired. Descriptions are webrtcbin's: the peer turns them into what
 * travels and back (sdp/hs-sdp-wire.h, sdp/hs-sdp-engine.h), and decides who may send what.
 *
 * No media passes, in either direction, before the far end's certificate has been compared with its
 * description. GStreamer must be initialised. One operation at a time.
 */
#define HS_TYPE_LEG (hs_leg_get_type ())
G_DECLARE_FINAL_TYPE (HsLeg, hs_leg, HS, LEG, GObject)

/* Everything borrowed, except that HsLeg takes its own references. */
typedef struct {
  HsClock *clock;
  HsLegQueue *queue;          /* lets it connect when it is its turn */
  GPtrArray *ice_servers;     /* of HsIceServer, with addresses for hosts; nullable */
  gboolean unbundled;         /* every line has a transport of its own */
  gboolean relay_only;        /* use nothing but relays' addresses */
  HsConfig *config;           /* tls.ca and tls.verify, for relays */
  const char *local_address;  /* the only address to use; NULL: all the machine has */
  HsCertificate *certificate; /* one that was made before; NULL: a new one */
  guint jitter_ms;            /* depth of the jitter buffer */
  int opus_complexity;
  gboolean h264;         /* may be used, where its plugins are installed */
  guint ice_delay_ms;    /* iceCollectionDelay */
  guint ice_limit_ms;    /* maxIceTimeout */
  HsIceCheck *ice_check; /* (nullable): says when candidates are enough; NULL: with a relayed one */
  const char *call_id;   /* what it is told */
  HsLegAudioReceived audio_received;
  gpointer audio_data;
  GDestroyNotify audio_destroy;
  HsToneQueue *tones; /* what is sent among the audio; nullable */
} HsLegOptions;

/* Signals, on the control thread:
 *   "state-changed" (HsPeerState state, const GError *reason): CONNECTING, CONNECTED, LOST, FAILED
 *   "path-found" (): ICE has found a way
 *   "media-arrived" (guint line): the first packet after receiving was switched on
 *   "tone-received" (const char *tone, guint duration_ms): by a telephone event
 *
 * @error: HS_CALL_ERROR_GENERIC: a plugin is missing, or the certificate cannot be made */
HsLeg *hs_leg_new (const HsLegOptions *options, GError **error) G_GNUC_WARN_UNUSED_RESULT;

HsPeerState hs_leg_get_state (HsLeg *self);

/* Returns: (nullable): why it is LOST or FAILED. */
const GError *hs_leg_get_reason (HsLeg *self);

/* Two legs with one certificate may follow each other where the far ends are different ones. */
HsCertificate *hs_leg_get_certificate (HsLeg *self);

/* The part that takes audio; for a ticker thread. */
HsLegAudio *hs_leg_get_audio (HsLeg *self);

/* The part that takes and gives the video of a line of the descriptions.
 * Returns: (nullable): NULL where there is none */
HsLegVideo *hs_leg_get_video (HsLeg *self, guint line);

/* webrtcbin's offer without candidates.
 * @kinds: what each line is for; lines never become fewer, or other ones
 * @like: (nullable): an offer of ours whose payloads it shall have; NULL: the usual ones
 * Finish returns: (transfer full)
 * @error: HS_CALL_ERROR_GENERIC */
void hs_leg_create_offer_async (HsLeg *self,
                                const HsMediaKind *kinds,
                                guint n_kinds,
                                HsSdp *like,
                                GCancellable *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer user_data);
HsSdp *hs_leg_create_offer_finish (HsLeg *self,
                                   GAsyncResult *result,
                                   GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The next answer leaves it to the far end to check the path first, for two seconds: its offer may
 * have been made on a transport that another far end was connected with. */
void hs_leg_wait_for_checks (HsLeg *self);

/* Takes the remote offer (of hs_sdp_offer_to_engine()), makes webrtcbin's answer.
 * Finish returns: (transfer full): the answer without candidates */
void hs_leg_create_answer_async (HsLeg *self,
                                 HsSdp *offer,
                                 GCancellable *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer user_data);
HsSdp *hs_leg_create_answer_finish (HsLeg *self,
                                    GAsyncResult *result,
                                    GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Starts gathering, and with an answer connecting; ends when candidates are there as the rules ask.
 * @description: what create_offer or create_answer returned; role and ICE credentials may differ
 * Finish returns: (transfer full): the description with candidates */
void hs_leg_set_local_async (HsLeg *self,
                             HsDescriptionType type,
                             HsSdp *description,
                             GCancellable *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer user_data);
HsSdp *hs_leg_set_local_finish (HsLeg *self,
                                GAsyncResult *result,
                                GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Takes the remote answer (of hs_sdp_answer_to_engine()) and starts connecting. */
void hs_leg_set_answer_async (HsLeg *self,
                              HsSdp *answer,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer user_data);
gboolean hs_leg_set_answer_finish (HsLeg *self,
                                   GAsyncResult *result,
                                   GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Sends each line in the first codec of this answer that we know; for answers webrtcbin is not
 * shown.
 * @error: HS_CALL_ERROR_GENERIC: no line has one */
gboolean hs_leg_follow_codec (HsLeg *self, HsSdp *answer, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Returns: (nullable): what audio is sent in; NULL before it is negotiated. */
const HsSdpCodec *hs_leg_get_audio_codec (HsLeg *self);

/* The telephone events that may be sent; @payload -1: none. */
void hs_leg_set_events (HsLeg *self, int payload, guint clock_rate);

/* What negotiation allows; media follows once the far end is verified. */
void hs_leg_set_directions (HsLeg *self, guint line, gboolean send, gboolean receive);

/* The far end's limit for what we send; 0: none. */
void hs_leg_set_bitrate (HsLeg *self, guint line, guint bitrate_bps);

/* The code point that all packets are marked with; takes effect at once. */
void hs_leg_set_dscp (HsLeg *self, guint point);

/* Ends everything without a signal; a running operation ends with G_IO_ERROR_CANCELLED. GStreamer's
 * threads are waited for elsewhere. Can be called again. */
void hs_leg_close (HsLeg *self);

G_END_DECLS
