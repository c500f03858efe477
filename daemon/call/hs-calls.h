/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "base/hs-clock.h"
#include "base/hs-config.h"
#include "call/hs-peer.h"
#include "call/hs-signalling.h"

G_BEGIN_DECLS

/**
 * HsCalls: all calls of one phone, and the operations on them
 *
 * Every operation names its call by id. It is refused at once (FALSE and @error, after its START
 * and FINISH events) or begins, and then ends exactly once: with the events of spec
 * call-signalling 3.5, and by returning @waiter, when one was given.
 */
#define HS_TYPE_CALLS (hs_calls_get_type ())
G_DECLARE_FINAL_TYPE (HsCalls, hs_calls, HS, CALLS, GObject)

/* Signals:
 *   "event" (const char *name, JsonObject *payload): an event of the contract, after the call
 *     object was changed ("call:stateChange" …)
 *   "ended" (const char *call_id, JsonObject *log_record): a finished call for the local call log
 *     (spec call-signalling 1.7) */

HsCalls *
hs_calls_new (HsClock *clock, HsConfig *config, HsSignalling *signalling, HsPeerFactory *peers);

/* In every operation below:
 * @options: (nullable): the SDK's options object, checked against the contract
 * @waiter: (transfer full) (nullable): returns TRUE, or the operation's error, when it has ended;
 *   on FALSE it is dropped without returning
 * @error: HS_CALL_ERROR_INVALID_PARAM for an unknown id, HS_CALL_ERROR_INVALID_STATE,
 *   HS_CALL_ERROR_GLARE while another negotiation runs */

/* Places a call. With a waiter: it returns once the call is answered, or has ended.
 * Returns: the new call's id, valid as long as the call; NULL with @error only when there is nobody
 * signed in (HS_AUTHENTICATION_ERROR_INVALID_CREDENTIALS). Every other failure is told by events
 * and the waiter. */
const char *hs_calls_make (HsCalls *self,
                           const char *destination,
                           const HsMediaRequest *media,
                           JsonObject *options,
                           GTask *waiter,
                           GError **error) G_GNUC_WARN_UNUSED_RESULT;

gboolean hs_calls_answer (HsCalls *self,
                          const char *call_id,
                          const HsMediaRequest *media,
                          JsonObject *options,
                          GTask *waiter,
                          GError **error) G_GNUC_WARN_UNUSED_RESULT;

gboolean hs_calls_reject (HsCalls *self, const char *call_id, GTask *waiter, GError **error)
    G_GNUC_WARN_UNUSED_RESULT;

gboolean hs_calls_ignore (HsCalls *self, const char *call_id, GTask *waiter, GError **error)
    G_GNUC_WARN_UNUSED_RESULT;

/* @destination: as hs_calls_make() */
gboolean hs_calls_forward (HsCalls *self,
                           const char *call_id,
                           const char *destination,
                           GTask *waiter,
                           GError **error) G_GNUC_WARN_UNUSED_RESULT;

gboolean hs_calls_end (HsCalls *self, const char *call_id, GTask *waiter, GError **error)
    G_GNUC_WARN_UNUSED_RESULT;

gboolean hs_calls_hold (HsCalls *self, const char *call_id, GTask *waiter, GError **error)
    G_GNUC_WARN_UNUSED_RESULT;

gboolean hs_calls_unhold (HsCalls *self, const char *call_id, GTask *waiter, GError **error)
    G_GNUC_WARN_UNUSED_RESULT;

/* Hands the far end on to somebody else; the call ends. @destination: as hs_calls_make() */
gboolean hs_calls_direct_transfer (HsCalls *self,
                                   const char *call_id,
                                   const char *destination,
                                   GTask *waiter,
                                   GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Connects the far ends of both calls with each other; both calls end. */
gboolean hs_calls_consultative_transfer (HsCalls *self,
                                         const char *call_id,
                                         const char *other_call_id,
                                         GTask *waiter,
                                         GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Makes one new call of both, which end; "call:join" names the new one. The waiter returns
 * (transfer full) a char *: its id. */
gboolean hs_calls_join (HsCalls *self,
                        const char *call_id,
                        const char *other_call_id,
                        GTask *waiter,
                        GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* No operation of its own: takes effect at once, for what is sent from now on (spec call-signalling
 * 1.4). @parameters: (nullable): of {"name", "value"}; NULL or empty for none
 * @error: HS_CALL_ERROR_INVALID_PARAM for an unknown id */
gboolean hs_calls_set_custom_parameters (HsCalls *self,
                                         const char *call_id,
                                         JsonArray *parameters,
                                         GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Sends the stored ones now. */
gboolean hs_calls_send_custom_parameters (HsCalls *self,
                                          const char *call_id,
                                          GTask *waiter,
                                          GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Sends more, which the far end must agree to; otherwise what was opened for it ends.
 * @options: bandwidth and dscpControls, which complete those of the call
 * @error: also HS_CALL_ERROR_USER_MEDIA */
gboolean hs_calls_add_media (HsCalls *self,
                             const char *call_id,
                             const HsMediaRequest *media,
                             JsonObject *options,
                             GTask *waiter,
                             GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The same with a camera, for a call that sends no video. @video_options: (nullable) */
gboolean hs_calls_start_video (HsCalls *self,
                               const char *call_id,
                               JsonObject *video_options,
                               JsonObject *options,
                               GTask *waiter,
                               GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Stops sending these tracks; they go on when the far end does not agree.
 * @track_ids: NULL-terminated. @options: bandwidth */
gboolean hs_calls_remove_media (HsCalls *self,
                                const char *call_id,
                                const char *const *track_ids,
                                JsonObject *options,
                                GTask *waiter,
                                GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The same with the only video, and with what is shared of a screen. */
gboolean hs_calls_stop_video (HsCalls *self, const char *call_id, GTask *waiter, GError **error)
    G_GNUC_WARN_UNUSED_RESULT;
gboolean hs_calls_stop_screenshare (HsCalls *self,
                                    const char *call_id,
                                    GTask *waiter,
                                    GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Puts another device in the place of a track's, without a negotiation.
 * @media: asks for one medium, of the track's kind */
gboolean hs_calls_replace_track (HsCalls *self,
                                 const char *call_id,
                                 const char *track_id,
                                 const HsMediaRequest *media,
                                 GTask *waiter,
                                 GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The same for every track that comes from a microphone or a camera.
 * @devices: (nullable): {"microphone", "camera"}, device ids; what is left out is not changed.
 * NULL: the default ones for both */
gboolean hs_calls_change_input_devices (HsCalls *self,
                                        const char *call_id,
                                        JsonObject *devices,
                                        GTask *waiter,
                                        GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Presses the keys of @tones, one after the other; the waiter returns when the last was sent.
 * @tones: of "0" … "9", "*", "#", "A" … "D" in either case, and "," for a pause of two seconds
 * @duration_ms, @gap_ms: zero or less for the usual ones */
gboolean hs_calls_send_tones (HsCalls *self,
                              const char *call_id,
                              const char *tones,
                              double duration_ms,
                              double gap_ms,
                              GTask *waiter,
                              GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The waiter returns (transfer full) a JsonObject *: the report (hs_peer_get_stats_async). */
gboolean hs_calls_get_stats (HsCalls *self,
                             const char *call_id,
                             const char *track_id,
                             GTask *waiter,
                             GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* No operation of its own, and without events: how a call went, or goes.
 * @waiter: (transfer full): returns (transfer full) a JsonObject *: call.Report of the contract; on
 *   FALSE it is dropped without returning
 * @error: HS_CALL_ERROR_INVALID_PARAM for an unknown id */
gboolean hs_calls_get_report (HsCalls *self, const char *call_id, GTask *waiter, GError **error)
    G_GNUC_WARN_UNUSED_RESULT;

/* No operation of its own in the SDK, and without events. */
gboolean hs_calls_set_speaker (HsCalls *self,
                               const char *call_id,
                               const char *speaker_id,
                               GTask *waiter,
                               GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* --- tracks, of whichever call (hs-calls-tracks.c); ids that nobody knows are passed over --- */

/* Returns: (transfer full) (nullable): call.TrackObject; NULL for an unknown id */
JsonObject *hs_calls_dup_track (HsCalls *self, const char *track_id);

/* Returns: (transfer full) (nullable): call.MediaObject; NULL for an unknown id */
JsonObject *hs_calls_dup_media (HsCalls *self, const char *media_id);

/* Ends with "media:muted" or "media:unmuted". @track_ids: NULL-terminated, as below */
void hs_calls_mute_tracks (HsCalls *self, const char *const *track_ids, gboolean muted);

/* hs_peer_render_track_async() for each.
 * @waiter: (transfer full): returns TRUE when all are rendered, else the first error; those that
 *   could be rendered are */
void hs_calls_render_tracks (HsCalls *self,
                             const char *const *track_ids,
                             const char *container,
                             const char *speaker_id,
                             GTask *waiter);
void hs_calls_unrender_tracks (HsCalls *self, const char *const *track_ids, const char *container);

/* Returns: (transfer full): call.CallObject of every call, ended ones included, oldest first. At
 * most the 500 last ended calls are kept. */
JsonArray *hs_calls_dup_all (HsCalls *self);

/* Returns: (transfer full) (nullable): call.CallObject; NULL for an unknown id. */
JsonObject *hs_calls_dup_by_id (HsCalls *self, const char *call_id);

/* Calls that are neither Ended nor Cancelled. */
guint hs_calls_count_live (HsCalls *self);

/* TURN credentials that came with the subscription (spec session 2.2); NULL takes them away.
 * Used for calls made or received from now on, and for transports that calls get from now on, when
 * call.serverTurnCredentials is true. */
void hs_calls_set_turn_credentials (HsCalls *self, const char *username, const char *password);

/* Ends every live call as call.end does; the waiter returns when the last DELETE was answered or
 * has failed. */
void hs_calls_end_all (HsCalls *self, GTask *waiter);

/* Drops all calls at once without a word to the gateway; peers are closed. */
void hs_calls_close (HsCalls *self);

G_END_DECLS
