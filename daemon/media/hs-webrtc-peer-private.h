/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "hs-leg.h"
#include "hs-tone-detector.h"
#include "hs-webrtc-peer.h"
#include "sdp/hs-sdp-compare.h"
#include "sdp/hs-sdp-wire.h"
#include "sdp/hs-sdp.h"

G_BEGIN_DECLS

/* --- a transport: a leg and what was said about it (hs-webrtc-peer-transport.c) --- */

typedef struct {
  grefcount references;
  HsLeg *leg;
  char *session_id; /* of our o= line */
  guint64 version;  /* the last one used */
  HsSdp *engine;    /* webrtcbin's complete local description: what ours are composed of */
  HsSdp *first;     /* the first of those, the only one with candidates */
  gboolean waiting; /* webrtcbin has made an offer that it was not told the answer to */
  HsSdp *to_engine; /* the remote description webrtcbin was given last */
  HsSdp *remote;    /* the same as it came */
  char *role;       /* ours in DTLS, "active" or "passive"; NULL until it is settled */
} HsPeerTransport;

/* @leg: (transfer full) */
HsPeerTransport *hs_peer_transport_new (HsLeg *leg);
HsPeerTransport *hs_peer_transport_ref (HsPeerTransport *self);
void hs_peer_transport_unref (HsPeerTransport *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HsPeerTransport, hs_peer_transport_unref)

void hs_peer_transport_set_engine (HsPeerTransport *self, HsSdp *engine /* (transfer full) */);

/* @to_engine: (transfer full). @remote: (transfer none) */
void hs_peer_transport_set_remote (HsPeerTransport *self, HsSdp *to_engine, HsSdp *remote);

/* What two descriptions have to do with each other, either may be missing. */
typedef struct {
  HsPeerTransport *transport;
  HsSdp *local;
  HsSdp *remote;
} HsExchange;

void hs_exchange_clear (HsExchange *self);

/* --- the peer --- */

/* A local track and the device that it comes from. */
typedef struct {
  HsTrack *track;
  char *stream_in_sdp; /* what far ends know it by: the ids of the first track in its place */
  char *track_in_sdp;
  HsAudioSource *audio; /* of an audio track */
  HsVideoSource *video; /* of a video track; what follows, too */
  HsVideoFeed *feed;
  gulong failed_id;  /* of its source's signal */
  guint from_source; /* ids of their feeds */
  guint to_leg;
  HsLegVideo *leg;  /* where its pictures go; NULL for nowhere */
  int line;         /* in the description that is made now; -1 for none */
  int agreed_line;  /* in the one that was agreed on */
  gboolean fresh;   /* in no agreed description yet */
  gboolean leaving; /* in no description any more */
} HsLocalTrack;

typedef struct {
  HsTrack *track;
  HsVideoFeed *feed; /* of a video track: pictures for those who want them */
  gboolean active;   /* announced and not ended */
  gboolean flowing;  /* packets have come since receiving was switched on */
} HsRemoteTrack;

typedef struct _HsOutlet HsOutlet;
typedef struct _HsPeerTones HsPeerTones;
typedef struct _HsPeerRenderings HsPeerRenderings;

struct _HsWebrtcPeer {
  GObject parent;

  /* made with */
  HsMedia *media;
  HsClock *clock;
  char *call_id;
  gboolean caller;
  JsonObject *bandwidth; /* nullable */
  JsonObject *dscp;      /* nullable */
  gboolean remove_h264;
  gboolean remove_bundling;
  guint ice_delay_ms;
  guint ice_limit_ms;
  gboolean relay_only;

  /* getting ready */
  GPtrArray *ice_servers;    /* as given */
  GPtrArray *ice_addresses;  /* NULL before */
  GError *relay_problem;     /* (nullable): why a relay gave no address */
  GCancellable *cancellable; /* ends what is not an operation, when the peer is closed */
  HsPeerState state;

  /* the running operations; NULL for none */
  GTask *negotiating;
  GTask *opening;

  /* negotiation */
  HsExchange agreed;
  HsExchange proposed; /* our offer, their offer, or our offer with a provisional answer */
  HsSdpReoffer change; /* what the proposed remote offer asks for */
  char *remote_text;   /* the last remote description that was applied */
  gboolean held;
  gboolean renew;    /* the next offer is for a new transport */
  GHashTable *roles; /* their o= session id -> our DTLS role */

  /* media */
  HsPeerTransport *starting; /* made for the running operation; NULL for none */
  HsPeerTransport *live;     /* what media takes now; NULL before anything is connected */
  HsOutlet *outlet;
  HsPeerTones *tones;
  HsPeerRenderings *renderings;
  GPtrArray *video_renderings;
  HsAudioPort *port;
  HsAudioSink *sink;
  char *speaker_id;
  gboolean speaker_asked;
  GPtrArray *local_tracks;  /* of HsLocalTrack, in the order they were opened */
  GPtrArray *remote_tracks; /* (nullable) HsRemoteTrack by line */
};

/* Operations. begin: the task of a new operation, NULL when it could not begin (and has ended).
 * A step of an operation that has been cancelled meanwhile finds that it is over. */
gboolean hs_webrtc_peer_begin (HsWebrtcPeer *self,
                               GCancellable *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer user_data,
                               gpointer tag);
gboolean hs_webrtc_peer_is_over (HsWebrtcPeer *self, GTask *task);
void hs_webrtc_peer_fail (HsWebrtcPeer *self, int code, const char *what, const GError *reason);
void hs_webrtc_peer_succeed_with_text (HsWebrtcPeer *self, HsSdp *sdp);
void hs_webrtc_peer_succeed (HsWebrtcPeer *self);
void hs_webrtc_peer_cancel (HsWebrtcPeer *self);

/* Drops what is proposed; tracks and media are again as agreed. */
void hs_webrtc_peer_forget_proposal (HsWebrtcPeer *self);

typedef void (*HsWebrtcPeerStep) (HsWebrtcPeer *self);

/* Goes on with @next when GStreamer runs and the ICE servers have addresses. */
void hs_webrtc_peer_prepare (HsWebrtcPeer *self, HsWebrtcPeerStep next);

/* hs-webrtc-peer-handlers.c: runs the chain over @text; @next gets the outcome (transfer full). */
typedef void (*HsWebrtcPeerHandled) (HsWebrtcPeer *self, HsSdp *sdp);
void hs_webrtc_peer_handle (HsWebrtcPeer *self,
                            const char *text,
                            HsDescriptionType type,
                            HsSdpStep step,
                            gboolean local,
                            HsWebrtcPeerHandled next);

/* hs-webrtc-peer-local.c: composing, and the way of a local description to the wire */
void hs_webrtc_peer_create_offer_async (HsPeer *peer,
                                        GCancellable *cancellable,
                                        GAsyncReadyCallback callback,
                                        gpointer user_data);
void hs_webrtc_peer_create_answer_async (HsPeer *peer,
                                         GCancellable *cancellable,
                                         GAsyncReadyCallback callback,
                                         gpointer user_data);
char *hs_webrtc_peer_create_finish (HsPeer *peer, GAsyncResult *result, GError **error);

/* hs-webrtc-peer-remote.c */
void hs_webrtc_peer_set_remote_async (HsPeer *peer,
                                      HsDescriptionType type,
                                      const char *sdp,
                                      GCancellable *cancellable,
                                      GAsyncReadyCallback callback,
                                      gpointer user_data);
gboolean hs_webrtc_peer_set_remote_finish (HsPeer *peer, GAsyncResult *result, GError **error);

/* hs-webrtc-peer-lines.c: which lines there are, and who is on them */

/* Whether the call uses this line: the first for audio, some for video. */
gboolean hs_webrtc_peer_can_use_line (HsSdp *sdp, guint line);
HsMediaKind hs_webrtc_peer_get_line_kind (HsSdp *sdp, guint line);

/* Returns: (nullable): whose track goes there in the description that is made now. */
HsLocalTrack *hs_webrtc_peer_get_local_on (HsWebrtcPeer *self, guint line);

/* Finds a line for each local track that has none yet.
 * @existing: (nullable): the transport that has lines already
 * Returns: (transfer full) (element-type HsMediaKind): what the lines of the offer are for */
GArray *hs_webrtc_peer_plan_offer (HsWebrtcPeer *self, HsPeerTransport *existing);

/* Whether webrtcbin has to make the offer that was planned: it has new lines, or uses anew what the
 * far end has refused. */
gboolean hs_webrtc_peer_needs_engine (HsWebrtcPeer *self, HsPeerTransport *existing, GArray *kinds);

/* The same in an answer, where there are the offer's lines only. */
void hs_webrtc_peer_place_in_answer (HsWebrtcPeer *self, HsSdp *offer, gboolean fresh);

/* How many lines an offer of ours has: webrtcbin may know more, of offers that were refused. */
guint hs_webrtc_peer_count_lines (HsWebrtcPeer *self, HsSdp *engine);

/* Returns: (transfer full) (element-type HsSdpWireLine) */
GArray *hs_webrtc_peer_make_lines (HsWebrtcPeer *self,
                                   HsPeerTransport *transport,
                                   HsSdp *engine,
                                   HsSdp *offer);

/* A copy for webrtcbin: lines of kinds we have no graph for are rejected in it. */
HsSdp *hs_webrtc_peer_dup_usable (HsSdp *remote);

/* hs-webrtc-peer-legs.c */

/* @certificate: (nullable): of the transport that it is the twin of
 * Returns: (transfer full) */
HsPeerTransport *
hs_webrtc_peer_add_transport (HsWebrtcPeer *self, HsCertificate *certificate, GError **error);
/* The newest transport outlives the operation that it was made for. */
void hs_webrtc_peer_keep_transport (HsWebrtcPeer *self);

void hs_webrtc_peer_agree (HsWebrtcPeer *self);
void hs_webrtc_peer_update_media (HsWebrtcPeer *self);
void hs_webrtc_peer_set_state (HsWebrtcPeer *self, HsPeerState state, const GError *reason);
void
hs_webrtc_peer_remember_role (HsWebrtcPeer *self, HsPeerTransport *transport, const char *role);

/* hs-webrtc-peer-locals.c: the local tracks */
void hs_local_track_free (HsLocalTrack *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HsLocalTrack, hs_local_track_free)

/* Both (transfer full) */
HsLocalTrack *hs_local_track_new_audio (HsAudioSource *source);
HsLocalTrack *hs_local_track_new_video (HsVideoSource *source, gboolean screen);

/* @video: (nullable): NULL for nowhere */
void hs_local_track_direct (HsLocalTrack *self, HsLegVideo *video);

/* Returns: (nullable): the audio track that is in our next description. */
HsLocalTrack *hs_webrtc_peer_get_local_audio (HsWebrtcPeer *self);
HsLocalTrack *hs_webrtc_peer_find_local (HsWebrtcPeer *self, const char *track_id);

/* Takes @local into use, without a signal. (transfer full) */
void hs_webrtc_peer_add_local (HsWebrtcPeer *self, HsLocalTrack *local);

/* Puts @next, (transfer full), in the place of @local, which is freed. */
void hs_webrtc_peer_swap_local (HsWebrtcPeer *self, HsLocalTrack *local, HsLocalTrack *next);
gboolean hs_webrtc_peer_remove_tracks (HsPeer *peer, const char *const *track_ids, GError **error);

/* What was added or removed is now agreed on, or is not going to be. */
void hs_webrtc_peer_settle_locals (HsWebrtcPeer *self);
void hs_webrtc_peer_rollback_locals (HsWebrtcPeer *self);
void hs_webrtc_peer_restore_lines (HsWebrtcPeer *self);

/* hs-webrtc-peer-open.c: devices for new local tracks */
void hs_webrtc_peer_open_media_async (HsPeer *peer,
                                      const HsMediaRequest *request,
                                      GCancellable *cancellable,
                                      GAsyncReadyCallback callback,
                                      gpointer user_data);
GPtrArray *hs_webrtc_peer_open_media_finish (HsPeer *peer, GAsyncResult *result, GError **error);
void hs_webrtc_peer_replace_track_async (HsPeer *peer,
                                         const char *track_id,
                                         const HsMediaRequest *request,
                                         GCancellable *cancellable,
                                         GAsyncReadyCallback callback,
                                         gpointer user_data);
HsTrack *hs_webrtc_peer_replace_track_finish (HsPeer *peer, GAsyncResult *result, GError **error);

/* hs-webrtc-peer-media.c: the audio engine's part */
gboolean
hs_webrtc_peer_set_speaker (HsPeer *peer, const char *speaker_id, GTask *waiter, GError **error);
void hs_webrtc_peer_open_speaker (HsWebrtcPeer *self);
void hs_webrtc_peer_add_port (HsWebrtcPeer *self);
void hs_webrtc_peer_remove_port (HsWebrtcPeer *self);
HsAudioPort *hs_webrtc_peer_get_port (HsWebrtcPeer *self);
void hs_webrtc_peer_direct_audio (HsWebrtcPeer *self, HsLegAudio *audio);

/* hs-webrtc-peer-controls.c: what is done to one track */
const HsTrack *hs_webrtc_peer_find_track (HsWebrtcPeer *self, const char *track_id);
gboolean
hs_webrtc_peer_set_muted (HsPeer *peer, const char *track_id, gboolean muted, GError **error);
void hs_webrtc_peer_render_track_async (HsPeer *peer,
                                        const char *track_id,
                                        const char *container,
                                        const char *speaker_id,
                                        GCancellable *cancellable,
                                        GAsyncReadyCallback callback,
                                        gpointer user_data);
gboolean hs_webrtc_peer_render_track_finish (HsPeer *peer, GAsyncResult *result, GError **error);
void hs_webrtc_peer_unrender_track (HsPeer *peer, const char *track_id, const char *container);

/* hs-webrtc-peer-render.c: where audio tracks are heard or recorded */
HsPeerRenderings *hs_peer_renderings_new (void);
void hs_peer_renderings_free (HsPeerRenderings *self);

/* The call's speaker, for whatever is rendered there. */
void hs_webrtc_peer_use_speaker (HsWebrtcPeer *self, HsAudioSink *sink);

/* @task: returns TRUE, or the error */
void hs_webrtc_peer_render_audio (HsWebrtcPeer *self,
                                  const char *track_id,
                                  const char *container,
                                  const char *speaker_id,
                                  GTask *task);
void
hs_webrtc_peer_unrender_audio (HsWebrtcPeer *self, const char *track_id, const char *container);

/* Takes a track that has ended from wherever it is; @track_id NULL: all of them. */
void hs_webrtc_peer_stop_rendering (HsWebrtcPeer *self, const char *track_id);

/* The far end's audio is again as it is at first: not muted, at the call's speaker. */
void hs_webrtc_peer_reset_rendering (HsWebrtcPeer *self);

/* hs-webrtc-peer-tones.c */
HsPeerTones *hs_peer_tones_new (HsWebrtcPeer *peer);
void hs_peer_tones_close (HsPeerTones *self);
void hs_peer_tones_free (HsPeerTones *self);
HsToneQueue *hs_peer_tones_get_queue (HsPeerTones *self);
HsToneDetector *hs_peer_tones_get_detector (HsPeerTones *self);

/* @current: what was negotiated; @sending: whether it lets audio be sent */
void hs_webrtc_peer_update_tones (HsWebrtcPeer *self, HsExchange *current, gboolean sending);
void hs_webrtc_peer_send_tones_async (HsPeer *peer,
                                      const char *tones,
                                      guint duration_ms,
                                      guint gap_ms,
                                      GCancellable *cancellable,
                                      GAsyncReadyCallback callback,
                                      gpointer user_data);
gboolean hs_webrtc_peer_send_tones_finish (HsPeer *peer, GAsyncResult *result, GError **error);

/* hs-webrtc-peer-video.c: pictures between tracks, the live leg and those who look at them */

/* @agreed: whether lines are those that were agreed on, or proposed ones */
void hs_webrtc_peer_direct_video (HsWebrtcPeer *self, gboolean agreed);
void hs_webrtc_peer_mute_video (HsWebrtcPeer *self, const char *track_id, gboolean muted);

/* Returns: (nullable): the pictures of a video track. */
HsVideoFeed *hs_webrtc_peer_find_feed (HsWebrtcPeer *self, const char *track_id);

/* hs-webrtc-peer-render-video.c: where video tracks are recorded and shown */
void hs_video_rendering_free (gpointer data);
void hs_webrtc_peer_render_video (HsWebrtcPeer *self,
                                  const char *track_id,
                                  const char *container,
                                  GTask *task);
void
hs_webrtc_peer_unrender_video (HsWebrtcPeer *self, const char *track_id, const char *container);
void hs_webrtc_peer_stop_rendering_video (HsWebrtcPeer *self, const char *track_id);

/* hs-webrtc-peer-tracks.c */
void hs_remote_track_free (HsRemoteTrack *self);
void hs_webrtc_peer_update_tracks (HsWebrtcPeer *self, HsSdp *remote /* (nullable) */);
void hs_webrtc_peer_set_flowing (HsWebrtcPeer *self, guint line, gboolean flowing);
void hs_webrtc_peer_stop_flowing (HsWebrtcPeer *self);

/* Returns: (nullable): the track that is received on this line now. */
HsRemoteTrack *hs_webrtc_peer_get_remote_on (HsWebrtcPeer *self, guint line);
void hs_webrtc_peer_end_tracks (HsWebrtcPeer *self);

/* hs-webrtc-peer-dscp.c: marks what the transports send as the local tracks ask for */
void hs_webrtc_peer_mark_packets (HsWebrtcPeer *self);
void hs_webrtc_peer_set_dscp (HsPeer *peer, JsonObject *dscp);

/* hs-webrtc-peer-relays.c: goes on with @next when @engine has the addresses that it needs; looks
 * for the reason when a relay gave none, and then fails when there is to be nothing else. */
void hs_webrtc_peer_check_relays (HsWebrtcPeer *self, HsSdp *engine, HsWebrtcPeerStep next);
void hs_webrtc_peer_set_ice_servers (HsPeer *peer, JsonArray *servers);

/* hs-webrtc-peer-stats.c */
void hs_webrtc_peer_get_stats_async (HsPeer *peer,
                                     const char *track_id,
                                     GCancellable *cancellable,
                                     GAsyncReadyCallback callback,
                                     gpointer user_data);
JsonObject *hs_webrtc_peer_get_stats_finish (HsPeer *peer, GAsyncResult *result, GError **error);

G_END_DECLS
