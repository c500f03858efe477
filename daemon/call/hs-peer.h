/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>
#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/**
 * HsPeer: one call's media end, as the call room sees it
 *
 * A seam: webrtcbin behind legs implements it (daemon/media), the proxy will, the tests' fake does.
 * Text in, text out: descriptions are whole SDP texts as they travel. A peer outlives changes of
 * the far end (spec call-signalling 4.8): it builds a new transport by itself when a remote offer
 * asks for one. Everything happens on the control thread.
 */
#define HS_TYPE_PEER (hs_peer_get_type ())
G_DECLARE_INTERFACE (HsPeer, hs_peer, HS, PEER, GObject)

typedef enum {
  HS_DESCRIPTION_OFFER,
  HS_DESCRIPTION_PRANSWER,
  HS_DESCRIPTION_ANSWER,
} HsDescriptionType;

typedef enum {
  HS_PEER_NEW,
  HS_PEER_CONNECTING,
  HS_PEER_CONNECTED, /* the far end's certificate is checked, media may flow */
  HS_PEER_LOST,      /* nothing, not even RTCP, has arrived for a while; may come back */
  HS_PEER_FAILED,    /* final, with the reason */
  HS_PEER_CLOSED,
} HsPeerState;

typedef enum {
  HS_MEDIA_AUDIO,
  HS_MEDIA_VIDEO,
} HsMediaKind;

/* One direction of one medium of a call. */
typedef struct {
  char *id;       /* opaque; a remote track has the id its a=msid says, when it says one */
  char *media_id; /* the stream it belongs to */
  char *label;    /* the device's label */
  HsMediaKind kind;
  gboolean local;
  gboolean screen;
} HsTrack;

#define HS_TYPE_TRACK (hs_track_get_type ())
GType hs_track_get_type (void);
HsTrack *hs_track_copy (const HsTrack *track);
void hs_track_free (HsTrack *track);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HsTrack, hs_track_free)

/* What the user asked for in make, answer or addMedia; everything borrowed. Options are the SDK's
 * objects (audioOptions.deviceId …), checked against the contract, NULL where not given. */
typedef struct {
  gboolean audio;
  gboolean video;
  gboolean screen;
  JsonObject *audio_options;
  JsonObject *video_options;
  JsonObject *screen_options;
} HsMediaRequest;

/* Fixed for the life of a peer; everything borrowed. */
typedef struct {
  const char *call_id;
  gboolean caller;        /* the call's direction is outgoing */
  const char *speaker_id; /* where received audio goes; NULL: the default speaker */
  JsonArray *ice_servers; /* of {"urls", "username", "credential"}; NULL: none */
  JsonObject *bandwidth;  /* {"audio", "video", "call"} in kbit/s; NULL: no limits */
  JsonObject *dscp;       /* call.DSCPControls; NULL: the network's default */
} HsPeerOptions;

struct _HsPeerInterface {
  GTypeInterface parent;

  void (*open_media_async) (HsPeer *self,
                            const HsMediaRequest *request,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer user_data);
  GPtrArray *(*open_media_finish) (HsPeer *self, GAsyncResult *result, GError **error);
  void (*create_offer_async) (HsPeer *self,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer user_data);
  char *(*create_offer_finish) (HsPeer *self, GAsyncResult *result, GError **error);
  void (*set_remote_async) (HsPeer *self,
                            HsDescriptionType type,
                            const char *sdp,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer user_data);
  gboolean (*set_remote_finish) (HsPeer *self, GAsyncResult *result, GError **error);
  void (*create_answer_async) (HsPeer *self,
                               GCancellable *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer user_data);
  char *(*create_answer_finish) (HsPeer *self, GAsyncResult *result, GError **error);
  void (*set_local_hold) (HsPeer *self, gboolean held);
  void (*set_bandwidth) (HsPeer *self, JsonObject *bandwidth); /* optional */
  void (*renew_transport) (HsPeer *self);                      /* optional */
  void (*rollback) (HsPeer *self);
  const char *(*get_remote_description) (HsPeer *self);
  gboolean (*set_speaker) (HsPeer *self, const char *speaker_id, GTask *waiter, GError **error);
  /* From here to set_dscp all are optional: without them HS_CALL_ERROR_NOT_SUPPORTED is answered.
   */
  gboolean (*remove_tracks) (HsPeer *self, const char *const *track_ids, GError **error);
  void (*replace_track_async) (HsPeer *self,
                               const char *track_id,
                               const HsMediaRequest *request,
                               GCancellable *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer user_data);
  HsTrack *(*replace_track_finish) (HsPeer *self, GAsyncResult *result, GError **error);
  void (*send_tones_async) (HsPeer *self,
                            const char *tones,
                            guint duration_ms,
                            guint gap_ms,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer user_data);
  gboolean (*send_tones_finish) (HsPeer *self, GAsyncResult *result, GError **error);
  gboolean (*set_muted) (HsPeer *self, const char *track_id, gboolean muted, GError **error);
  void (*render_track_async) (HsPeer *self,
                              const char *track_id,
                              const char *container,
                              const char *speaker_id,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer user_data);
  gboolean (*render_track_finish) (HsPeer *self, GAsyncResult *result, GError **error);
  void (*unrender_track) (HsPeer *self, const char *track_id, const char *container);
  void (*set_ice_servers) (HsPeer *self, JsonArray *servers); /* optional */
  void (*set_dscp) (HsPeer *self, JsonObject *dscp);          /* optional */
  void (*get_stats_async) (HsPeer *self,
                           const char *track_id,
                           GCancellable *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer user_data);
  JsonObject *(*get_stats_finish) (HsPeer *self, GAsyncResult *result, GError **error);
  void (*close) (HsPeer *self);
};

/* Signals, on the control thread:
 *   "track-added" (HsTrack *track): local ones while media is opened, remote ones while a remote
 *     description is applied, before that operation's callback
 *   "track-ended" (HsTrack *track): a local one that nobody has asked to end has lost its device;
 *     the next offer is without it
 *   "source-muted" (const char *track_id, gboolean muted): a remote track stops or starts getting
 *     media because of negotiation or of the far end
 *   "state-changed" (HsPeerState state, const GError *reason): reason is NULL unless FAILED/LOST
 *   "path-found" (): ICE has found a way to the far end
 *   "problem" (const GError *problem): something does not work as configured, such as a TURN
 * server, and the call goes on without it "tone-received" (const char *tone, guint duration_ms):
 * the far end pressed "0" … "9", "*", "#", "A" … "D" "container-failed" (const char *track_id,
 * const char *container, const GError *reason): the track is not rendered there any more: the disk
 * is full, the speaker was taken away … */

/* Opens the devices and adds local tracks; what was open before stays. Once there is a call they
 * are in the next offer, and end ("track-ended") when that is rolled back.
 * open_media_finish returns: (element-type HsTrack) (transfer full): the new tracks.
 * @error: HS_CALL_ERROR_USER_MEDIA naming the device or constraint; nothing is then open. */
void hs_peer_open_media_async (HsPeer *self,
                               const HsMediaRequest *request,
                               GCancellable *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer user_data);
GPtrArray *hs_peer_open_media_finish (HsPeer *self,
                                      GAsyncResult *result,
                                      GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* A complete offer, ready for the wire: candidates gathered by the rules of spec call-signalling
 * 4.2, edited and passed through the SDP handlers. The first one starts the transport.
 * Finish returns: (transfer full): the text.
 * @error: HS_CALL_ERROR_INVALID_OFFER */
void hs_peer_create_offer_async (HsPeer *self,
                                 GCancellable *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer user_data);
char *hs_peer_create_offer_finish (HsPeer *self,
                                   GAsyncResult *result,
                                   GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Applies what the far end sent. An offer is kept until create_answer; a PRANSWER is taken as the
 * answer and reconciled with the final one (4.4).
 * @error: HS_CALL_ERROR_REMOTE_ANSWER when an answer's m-lines differ from the offer's,
 *   HS_CALL_ERROR_GENERIC for anything else; what ran before still runs */
void hs_peer_set_remote_async (HsPeer *self,
                               HsDescriptionType type,
                               const char *sdp,
                               GCancellable *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer user_data);
gboolean hs_peer_set_remote_finish (HsPeer *self,
                                    GAsyncResult *result,
                                    GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The complete answer to the last remote offer, as create_offer. */
void hs_peer_create_answer_async (HsPeer *self,
                                  GCancellable *cancellable,
                                  GAsyncReadyCallback callback,
                                  gpointer user_data);
char *hs_peer_create_answer_finish (HsPeer *self,
                                    GAsyncResult *result,
                                    GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* While held every section of our descriptions is inactive; takes effect with the next one. */
void hs_peer_set_local_hold (HsPeer *self, gboolean held);

/* New limits, as HsPeerOptions.bandwidth: they are known only when a call is answered, and change
 * with added and removed media. Takes effect with the next local description. */
void hs_peer_set_bandwidth (HsPeer *self, JsonObject *bandwidth);

/* The next offer is made on a new transport, for its answer may come from somebody else (4.8 b);
 * what runs goes on until then. */
void hs_peer_renew_transport (HsPeer *self);

/* Forgets a local offer that was refused, or a remote offer that will not be answered: negotiation
 * is again where the last completed exchange left it; running media is not touched. */
void hs_peer_rollback (HsPeer *self);

/* Returns: (nullable): the last remote description that was applied (4.6, "latest"). */
const char *hs_peer_get_remote_description (HsPeer *self);

/* One that cannot be opened leaves the old one in use.
 * @waiter: (transfer full) (nullable): returns TRUE when it is open, or chosen for media that is
 *   not open yet, else the error; on FALSE it is dropped without returning
 * @error: HS_CALL_ERROR_INVALID_PARAM when there is no such speaker */
gboolean hs_peer_set_speaker (HsPeer *self, const char *speaker_id, GTask *waiter, GError **error)
    G_GNUC_WARN_UNUSED_RESULT;

/* The next offer is without these local tracks. They end ("track-ended") once it is answered, and
 * stay as they are when it is rolled back.
 * @track_ids: NULL-terminated
 * @error: HS_CALL_ERROR_INVALID_PARAM naming the one that is no local track; nothing is changed */
gboolean hs_peer_remove_tracks (HsPeer *self,
                                const char *const *track_ids,
                                GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Puts another device in the place of a local track's, without a negotiation; the far end sees the
 * same stream go on. The new track has an id of its own; the old one ends without "track-ended".
 * @request: asks for one medium, of the track's kind
 * Finish returns: (transfer full): the new track
 * @error: HS_CALL_ERROR_INVALID_PARAM: no such local track, or another kind;
 *   HS_CALL_ERROR_USER_MEDIA: the device cannot be opened; the old one is then still in use */
void hs_peer_replace_track_async (HsPeer *self,
                                  const char *track_id,
                                  const HsMediaRequest *request,
                                  GCancellable *cancellable,
                                  GAsyncReadyCallback callback,
                                  gpointer user_data);
HsTrack *hs_peer_replace_track_finish (HsPeer *self,
                                       GAsyncResult *result,
                                       GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Sends tones one after the other (RFC 4733, else in-band); ends when the last one has been sent.
 * Further ones are sent after those that are still waiting.
 * @tones: checked: "0" … "9", "*", "#", "A" … "D", and "," for a pause of two seconds
 * @error: HS_CALL_ERROR_GENERIC: there is no audio to send them in; HS_CALL_ERROR_INVALID_STATE:
 *   not yet, for the far end has not described itself; G_IO_ERROR_CANCELLED */
void hs_peer_send_tones_async (HsPeer *self,
                               const char *tones,
                               guint duration_ms,
                               guint gap_ms,
                               GCancellable *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer user_data);
gboolean hs_peer_send_tones_finish (HsPeer *self,
                                    GAsyncResult *result,
                                    GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* A muted local track sends silence or black, a muted remote one is neither heard nor shown.
 * @error: HS_CALL_ERROR_INVALID_PARAM when there is no such track */
gboolean hs_peer_set_muted (HsPeer *self, const char *track_id, gboolean muted, GError **error)
    G_GNUC_WARN_UNUSED_RESULT;

/* Plays or records a track, local or remote. Doing it twice is doing it once; the places are
 * independent of each other. Remote audio plays at the call's speaker from the start; that ends
 * with the first time it is rendered at, or taken from, a speaker. What an ended track was rendered
 * in is closed.
 * @container: "file:/PATH" (made anew; ".wav" for audio, ".mkv" for video), "pcm:/SOCKET" for
 *   audio, "frames:/SOCKET" for video; every other name is a speaker's for audio, and for video a
 *   place where nobody looks
 * @speaker_id: (nullable): where audio of a container that is only a name plays; NULL: at the
 *   call's speaker
 * @error: HS_CALL_ERROR_INVALID_PARAM: no such track, or a malformed container or speaker;
 *   HS_CALL_ERROR_USER_MEDIA naming what cannot be opened */
void hs_peer_render_track_async (HsPeer *self,
                                 const char *track_id,
                                 const char *container,
                                 const char *speaker_id,
                                 GCancellable *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer user_data);
gboolean hs_peer_render_track_finish (HsPeer *self,
                                      GAsyncResult *result,
                                      GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Does nothing where the track is not rendered. */
void hs_peer_unrender_track (HsPeer *self, const char *track_id, const char *container);

/* Other servers, or credentials, as HsPeerOptions.ice_servers: for transports that are made from
 * now on; those that run keep theirs. */
void hs_peer_set_ice_servers (HsPeer *self, JsonArray *servers);

/* New controls, as HsPeerOptions.dscp; they mark packets from now on. */
void hs_peer_set_dscp (HsPeer *self, JsonObject *dscp);

/* W3C webrtc-stats, as an object keyed by stat id. @track_id: NULL for the whole call.
 * @error: HS_CALL_ERROR_GENERIC when there is no such track */
void hs_peer_get_stats_async (HsPeer *self,
                              const char *track_id,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer user_data);
JsonObject *hs_peer_get_stats_finish (HsPeer *self,
                                      GAsyncResult *result,
                                      GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Ends everything at once: "track-ended" for local, then remote tracks; running operations end with
 * G_IO_ERROR_CANCELLED. Can be called again. */
void hs_peer_close (HsPeer *self);

/* Makes peers; the media room's real one also reads the configuration keys call.iceCollectionDelay,
 * call.maxIceTimeout, call.iceTransportPolicy, call.removeH264Codecs and call.removeBundling at the
 * moment of creation. */
#define HS_TYPE_PEER_FACTORY (hs_peer_factory_get_type ())
G_DECLARE_INTERFACE (HsPeerFactory, hs_peer_factory, HS, PEER_FACTORY, GObject)

struct _HsPeerFactoryInterface {
  GTypeInterface parent;

  HsPeer *(*create_peer) (HsPeerFactory *self, const HsPeerOptions *options);
};

/* Returns: (transfer full) */
HsPeer *hs_peer_factory_create_peer (HsPeerFactory *self, const HsPeerOptions *options);

G_END_DECLS
