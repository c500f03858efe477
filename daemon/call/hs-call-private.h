/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "base/hs-clock.h"
#include "base/hs-config.h"
#include "base/hs-error.h"
#include "hs-call-report.h"
#include "hs-operation.h"
#include "hs-peer.h"
#include "hs-signalling.h"

G_BEGIN_DECLS

/**
 * HsCall: one call; private to this room
 *
 * The state is written by hs_call_fire() only, by the table in hs-call-state.c. What the user asks
 * for and what the far end does is a file each (hs-call-make.c, hs-call-answer.c …) that goes
 * through its asynchronous steps and ends in hs_call_fire() or hs_operation_fail(). Messages of the
 * far end come through the inbox, which keeps them in order (hs-call-inbox.c).
 *
 * Steps hold a reference on their operation, and an operation on its call; a step that comes back
 * to an operation that is over does nothing.
 */
#define HS_TYPE_CALL (hs_call_get_type ())
G_DECLARE_FINAL_TYPE (HsCall, hs_call, HS, CALL, GObject)

/* Signals:
 *   "event" (const char *name, JsonObject *payload)
 *   "ended" (JsonObject *log_record)
 *   "joined" (HsCall *call): this call and another one have begun to become @call, which is new
 *   "start-answered" (): the gateway has answered our call, or our join; the new leg's session is
 *     known, if it gave one */

typedef enum {
  HS_CALL_INITIATING,
  HS_CALL_INITIATED,
  HS_CALL_RINGING,
  HS_CALL_EARLY_MEDIA,
  HS_CALL_CONNECTED,
  HS_CALL_ON_HOLD,
  HS_CALL_CANCELLED,
  HS_CALL_ENDED,
} HsCallState;
#define HS_CALL_N_STATES (HS_CALL_ENDED + 1)

typedef enum {
  HS_CALL_EVENT_STARTED,        /* the gateway took our call */
  HS_CALL_EVENT_OFFERED,        /* an incoming call is ready for the user */
  HS_CALL_EVENT_ALERTED,        /* the far end rings */
  HS_CALL_EVENT_PROGRESSED,     /* media before the answer */
  HS_CALL_EVENT_ANSWERED,       /* negotiated, whoever answered */
  HS_CALL_EVENT_LOCAL_HELD,     /* we hold */
  HS_CALL_EVENT_LOCAL_RESUMED,  /* we no longer hold */
  HS_CALL_EVENT_REMOTE_HELD,    /* the far end holds */
  HS_CALL_EVENT_REMOTE_RESUMED, /* the far end no longer holds */
  HS_CALL_EVENT_WITHDRAWN,      /* no longer available here: cancelled or answered elsewhere */
  HS_CALL_EVENT_FAILED,         /* it never came into being */
  HS_CALL_EVENT_ENDED,          /* any other end */
} HsCallEvent;
#define HS_CALL_N_EVENTS (HS_CALL_EVENT_ENDED + 1)

/* What goes with a step; everything borrowed. */
typedef struct {
  HsOperation *finishes;  /* (nullable): told as finished before the new state is */
  const char *as;         /* (nullable): the name its FINISH carries, where it is another one */
  const GError *error;    /* (nullable): carried by the events */
  const GError *cause;    /* (nullable): for those who wait for operations that end with the call;
                             @error when NULL */
  JsonObject *transition; /* (nullable): of call:stateChange */
} HsCallReason;

/* What all calls of a phone stand on; everything borrowed. */
typedef struct {
  HsClock *clock;
  HsConfig *config;
  HsSignalling *signalling;
  HsPeerFactory *peers;
  const char *turn_username; /* nullable */
  const char *turn_password; /* nullable */
} HsCallSetup;

typedef struct _HsInboxItem HsInboxItem;

struct _HsCall {
  GObject parent;

  HsClock *clock;
  HsConfig *config;
  HsSignalling *signalling;
  HsPeerFactory *peers;
  GCancellable *cancellable; /* cancelled when the call is dropped */

  /* who */
  char *id;
  char *user_name; /* ours */
  gboolean caller;
  gboolean joined; /* made of two calls */
  char *to;
  char *from;
  char *remote_name;
  char *remote_number;

  /* state: written by the table only */
  HsCallState state;
  gboolean local_hold;
  gboolean remote_hold;
  gint64 answered_ms; /* 0: never */
  gint64 ended_ms;    /* 0: not yet, or not a call that counts */

  /* as asked for by make or answer */
  char *display_name;
  JsonObject *media_constraints;
  JsonObject *audio_options;
  JsonObject *bandwidth;
  JsonArray *custom_parameters;
  JsonObject *dscp_controls;
  JsonObject *error;

  /* signalling */
  char *session;
  gboolean slow_start;
  char *offer;                /* (nullable): what an incoming call came with */
  HsOperation *starting;      /* borrowed: the make whose request, or release, is under way */
  GPtrArray *release_waiters; /* of GTask: return when the leg of an ended make is released */
  GQueue inbox;               /* of HsInboxItem */
  guint inbox_timer;
  HsSignallingMessage *handling; /* the message whose steps are under way */

  /* operations: what runs, see hs-operation.h */
  HsOperation *local;
  HsOperation *remote;

  /* media */
  HsPeer *peer;
  char *peer_id;
  char *speaker_id;
  JsonArray *ice_servers;
  GPtrArray *local_tracks;  /* of HsTrack */
  GPtrArray *remote_tracks; /* of HsTrack */
  GHashTable *known_tracks; /* of HsKnownTrack, see hs-call-tracks.h */

  /* how it went */
  HsCallReport *report;
  gint64 begun_ms;
  guint report_timer;
  guint frame_timer;
  guint n_frame_looks;

  /* audit */
  GCancellable *audit; /* there while it runs */
  guint audit_timer;
};

typedef struct _HsCalls HsCalls;

/* Returns: everything borrowed */
HsCallSetup hs_calls_get_setup (HsCalls *self);

/* Returns: (transfer none) (nullable): the call with this id */
HsCall *hs_calls_get_call (HsCalls *self, const char *id);

/* Each call, the newest first. @func does not add or remove any. */
typedef void (*HsCallFunc) (HsCall *call, gpointer user_data);
void hs_calls_foreach (HsCalls *self, HsCallFunc func, gpointer user_data);

/* As above, but a call that is not there is an @error. */
HsCall *hs_calls_find_call (HsCalls *self, const char *call_id, GError **error);

/* The call that an operation of @kind is asked of.
 * Returns: (transfer full) (nullable): NULL with @error after START and FINISH, and without the
 *   waiter */
HsCall *hs_calls_ref_call (
    HsCalls *self, const char *call_id, const HsOperationKind *kind, GTask *waiter, GError **error);

/* --- hs-call.c --- */

HsCall *hs_call_new_outgoing (const HsCallSetup *setup, const char *user_name, const char *to);

/* @message: HS_MESSAGE_CALL */
HsCall *hs_call_new_incoming (const HsCallSetup *setup,
                              const char *user_name,
                              const HsSignallingMessage *message);

/* Returns: (nullable): whom the gateway knows at the other end, as it was when the call began. */
const char *hs_call_get_far_address (HsCall *self);

/* Drops everything without a word: media, timers, requests. Waiters get @error. */
void hs_call_close (HsCall *self, const GError *error);

/* @payload: (transfer full): gets the call's id */
void hs_call_emit (HsCall *self, const char *name, JsonObject *payload);

/* The call's object says from now on what went wrong. @error: (nullable): NULL changes nothing */
void hs_call_keep_error (HsCall *self, const GError *error);

/* Sends and forgets: nobody waits for the answer. */
void hs_call_send (HsCall *self, HsRequestKind kind);

/* call.iceServers of the configuration, with the credentials that are in force.
 * Returns: (transfer full) */
JsonArray *hs_call_dup_ice_servers (const HsCallSetup *setup);

/* Whom to call, as the gateway wants it, unless it is configured to be left as it is (1.6).
 * Returns: (transfer full) */
char *hs_call_dup_address (HsConfig *config, const char *user_name, const char *destination);

/* Takes over the customParameters, bandwidth and dscpControls of make or answer. */
void hs_call_set_options (HsCall *self, const HsMediaRequest *media, JsonObject *options);

/* Reads JSON from outside.
 * Returns: (transfer full) (nullable): the {"name", "value"} members that are as they should be;
 *   NULL for none */
JsonArray *hs_call_dup_parameters (JsonArray *parameters);

/* --- hs-call-state.c --- */

const char *hs_call_state_to_text (HsCallState state);

/* Finds the row for the current state, sets the new state, acts, tells. The only writer of the
 * state and of the hold flags.
 * Returns: FALSE when there is no such row; then nothing happened. */
gboolean hs_call_fire (HsCall *self, HsCallEvent event, const HsCallReason *reason);

gboolean hs_call_is_over (HsCall *self);

/* For HsOperationKind: the call must ring here; be Connected or On Hold; be On Hold. */
gboolean hs_call_check_ringing_here (HsOperation *op, GError **error);
gboolean hs_call_check_established (HsOperation *op, GError **error);
gboolean hs_call_check_on_hold (HsOperation *op, GError **error);

/* Our own END is under way: nothing else counts any more. */
gboolean hs_call_is_ending (HsCall *self);

/* call:stateChange without a change: an operation failed, or the far end changed nothing. */
void hs_call_tell_unchanged (HsCall *self, const GError *error);

/* The same, with the gateway's words. */
void hs_call_tell_failed (HsCall *self, const GError *error, JsonObject *transition);

/* --- hs-call-media.c --- */

/* Other ICE servers, or credentials, for transports that are made from now on. @servers: (transfer
 * full) */
void hs_call_take_ice_servers (HsCall *self, JsonArray *servers);

/* Makes the peer, if there is none yet. */
void hs_call_open_peer (HsCall *self);

/* Closes the peer, which ends all tracks. */
void hs_call_release_media (HsCall *self);

/* @tracks: of HsTrack
 * Returns: (transfer none) (nullable): the one with this id */
HsTrack *hs_call_find_track (GPtrArray *tracks, const char *id);

/* Puts @new in the place of @old, which is told as ended. */
void hs_call_put_track (HsCall *self, const HsTrack *old, const HsTrack *new);

/* --- hs-call-watch.c: the call's report --- */

/* To be called for a new peer, and after each change of the state. */
void hs_call_watch_peer (HsCall *self);
void hs_call_note_state (HsCall *self);

void hs_call_watch_quality (HsCall *self);
void hs_call_stop_watching (HsCall *self);

/* The media is about to be closed. */
void hs_call_take_last_look (HsCall *self);

/* Finish returns: (transfer full): call.Report of the contract */
void hs_call_get_report_async (HsCall *self, GAsyncReadyCallback callback, gpointer user_data);
JsonObject *hs_call_get_report_finish (HsCall *self,
                                       GAsyncResult *result,
                                       GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* --- hs-call-json.c --- */

/* Returns: (transfer full): call.CallObject */
JsonObject *hs_call_to_json (HsCall *self);

/* Returns: (transfer full): {"state", "localHold"?, "remoteHold"?} as it is now. */
JsonObject *hs_call_dup_snapshot (HsCall *self);

/* Returns: (transfer full): the ids of @tracks, of HsTrack */
JsonArray *hs_call_dup_track_ids (GPtrArray *tracks);

/* @limits: (nullable)
 * Returns: (transfer full): {"audio", "video", "call"?}, null where there is no limit */
JsonObject *hs_call_dup_bandwidth (JsonObject *limits);

/* Returns: (transfer full): call.TrackObject of a live track */
JsonObject *hs_call_dup_track (HsCall *self, const HsTrack *track);

/* Returns: (transfer full): the local call log's record (1.7) */
JsonObject *hs_call_dup_log_record (HsCall *self, gboolean missed);

/* --- what the user asks for: a file each --- */

void hs_call_make (HsCall *self, const HsMediaRequest *media, JsonObject *options, GTask *waiter);
gboolean hs_call_answer (HsCall *self,
                         const HsMediaRequest *media,
                         JsonObject *options,
                         GTask *waiter,
                         GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean hs_call_reject (HsCall *self, GTask *waiter, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean hs_call_ignore (HsCall *self, GTask *waiter, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean hs_call_forward (HsCall *self, const char *destination, GTask *waiter, GError **error)
    G_GNUC_WARN_UNUSED_RESULT;
gboolean hs_call_end (HsCall *self, GTask *waiter, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean hs_call_hold (HsCall *self, GTask *waiter, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean hs_call_unhold (HsCall *self, GTask *waiter, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean hs_call_direct_transfer (HsCall *self,
                                  const char *destination,
                                  GTask *waiter,
                                  GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* @other: (nullable): NULL when there is no such call */
gboolean hs_call_consultative_transfer (HsCall *self, HsCall *other, GTask *waiter, GError **error)
    G_GNUC_WARN_UNUSED_RESULT;

/* @other: (nullable): as above. @setup: what the new call stands on */
gboolean hs_call_join (HsCall *self,
                       HsCall *other,
                       const HsCallSetup *setup,
                       GTask *waiter,
                       GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* @parameters: (nullable): as they come from outside; what is not as it should be is left out */
void hs_call_set_custom_parameters (HsCall *self, JsonArray *parameters);
gboolean hs_call_send_custom_parameters (HsCall *self,
                                         GTask *waiter,
                                         GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean hs_call_get_stats (HsCall *self, const char *track_id, GTask *waiter, GError **error)
    G_GNUC_WARN_UNUSED_RESULT;

/* @options: (nullable): bandwidth and dscpControls */
gboolean hs_call_add_media (HsCall *self,
                            const HsMediaRequest *media,
                            JsonObject *options,
                            GTask *waiter,
                            GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* @video_options: (nullable) */
gboolean hs_call_start_video (HsCall *self,
                              JsonObject *video_options,
                              JsonObject *options,
                              GTask *waiter,
                              GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* @track_ids: NULL-terminated. @options: (nullable): bandwidth */
gboolean hs_call_remove_media (HsCall *self,
                               const char *const *track_ids,
                               JsonObject *options,
                               GTask *waiter,
                               GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean hs_call_stop_video (HsCall *self, GTask *waiter, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean
hs_call_stop_screenshare (HsCall *self, GTask *waiter, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* @lost has ended by itself: the far end hears that it does not come any more. */
void hs_call_renegotiate (HsCall *self, const HsTrack *lost);
gboolean hs_call_replace_track (HsCall *self,
                                const char *track_id,
                                const HsMediaRequest *media,
                                GTask *waiter,
                                GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* @devices: (nullable): {"microphone", "camera"}; NULL: the default ones for both. A REPLACE_TRACK
 * for each track that comes from such a device. */
gboolean hs_call_change_input_devices (HsCall *self,
                                       JsonObject *devices,
                                       GTask *waiter,
                                       GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* @tones: as they come from outside. What is no length is the default one, what is too short or too
 * long the next that can be sent. */
gboolean hs_call_send_tones (HsCall *self,
                             const char *tones,
                             double duration_ms,
                             double gap_ms,
                             GTask *waiter,
                             GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Makes an offer and sends it; then @op is PENDING, and its kind's answered or refused ends it. */
void hs_call_propose (HsOperation *op);

/* @op's offer was not taken, or could not be sent: everything is as before, and @op fails. */
void hs_call_give_up_proposal (HsOperation *op, const GError *error);

/* The call is over for a reason of its own: END is told as finished here.
 * @error, @transition: (nullable): as HsCallReason has them
 * @cause: (nullable): for those who wait */
void hs_call_drop (HsCall *self, const GError *error, const GError *cause, JsonObject *transition);

/* --- what comes from the far end --- */

void hs_call_receive (HsCall *self, const HsSignallingMessage *message);

/* Any message but HS_MESSAGE_CALL. Handled in order, each when its time has come. */
void hs_call_deliver (HsCall *self, const HsSignallingMessage *message);

/* Looks again at what waits; whoever changes what a message may wait for calls it. */
void hs_call_read_inbox (HsCall *self);
void hs_call_clear_inbox (HsCall *self);

/* The message whose steps were under way is dealt with. */
void hs_call_handled (HsCall *self);

void hs_call_on_ringing (HsCall *self, const HsSignallingMessage *message);
void hs_call_on_progress (HsCall *self, const HsSignallingMessage *message);
void hs_call_on_answer (HsCall *self, const HsSignallingMessage *message);
void hs_call_on_update (HsCall *self, const HsSignallingMessage *message);
void hs_call_on_end (HsCall *self, const HsSignallingMessage *message);
void hs_call_on_cancel (HsCall *self, const HsSignallingMessage *message);
void hs_call_on_complete (HsCall *self, const HsSignallingMessage *message);
void hs_call_on_fail (HsCall *self, const HsSignallingMessage *message);

/* The far end pressed a key. */
void hs_call_on_tone (HsCall *self, const char *tone, guint duration_ms);

/* call:customParameters, when @message has some. */
void hs_call_tell_parameters (HsCall *self, const HsSignallingMessage *message);
void hs_call_update_remote_party (HsCall *self, const HsSignallingMessage *message);

/* An answer could not be used: the call ends (2.8 b). */
void hs_call_fail_answer (HsCall *self, const GError *error);

/* --- keeping in step with the gateway (1.5) --- */

void hs_call_start_audit (HsCall *self);
void hs_call_stop_audit (HsCall *self);
void hs_call_resync (HsCall *self);

G_END_DECLS
