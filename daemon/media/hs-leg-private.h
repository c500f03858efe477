/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#define GST_USE_UNSTABLE_API
#include <gst/gst.h>
#include <gst/webrtc/webrtc.h>

#include "hs-ice-wait.h"
#include "hs-leg-gate.h"
#include "hs-leg-payloads.h"
#include "hs-leg-post.h"
#include "hs-leg-router.h"
#include "hs-leg.h"
#include "hs-turn-tunnel.h"
#include "sdp/hs-sdp-codec.h"

G_BEGIN_DECLS

typedef void (*HsLegReply) (HsLeg *self, GTask *task, const GstStructure *reply);

/* A video line. */
typedef struct {
  HsLegVideo *video;
  GstPad *pad;
  HsSdpCodec *codec; /* what is sent; NULL before it is known */
  gboolean send;
  gboolean receive;
} HsLegVideoLine;

void hs_leg_video_line_free (HsLegVideoLine *self);

struct _HsLeg {
  GObject parent;

  /* what it was made with */
  HsClock *clock;
  HsLegQueue *queue;
  HsCertificate *certificate;
  int opus_complexity;
  gboolean h264;
  guint ice_delay_ms;
  guint ice_limit_ms;
  HsIceCheck *ice_check; /* nullable */
  char *call_id;

  /* GStreamer's part */
  HsLegPost *post;
  HsLegGate *gate;
  HsLegPayloads *payloads;
  HsLegAudio *audio;
  HsLegTones *tones; /* NULL for none */
  HsToneReceiver *receiver;
  GstElement *pipeline; /* NULL once closed */
  GstElement *webrtc;
  GPtrArray *tunnels; /* of HsTurnTunnel */

  guint dscp;

  /* the running operation */
  GTask *task;
  HsLegReply reply;     /* what its next reply is for */
  GstPromise *question; /* the last that webrtcbin was asked; NULL before */
  HsIceWait *wait;
  guint ticket;

  /* negotiation */
  int audio_line; /* index of the section audio uses; -1 for none */
  GstPad *audio_pad;
  HsSdpCodec *audio_codec; /* what is sent; NULL before it is known */
  HsLegRouter *router;
  GPtrArray *video_lines; /* (nullable) HsLegVideoLine by line */
  HsSdp *remote;
  GPtrArray *candidates; /* (element-type utf8) */
  gboolean gathered;
  gboolean waits_for_checks;
  GPtrArray *kept; /* candidates of the far end that are not used yet; nullable */
  guint check_timer;

  /* connection */
  HsPeerState state;
  GError *reason;
  guint connect_timer;
  guint watch_timer;
  guint n_watches;
  double loss; /* of what we send, 0 to 1 */
  guint packets_seen;
  gint64 last_packet_us;
  gboolean audio_send;
  gboolean audio_receive;
};

/* hs-leg-pipeline.c: making the pipeline and taking it apart */
gboolean hs_leg_build (HsLeg *self, const HsLegOptions *options, GError **error);
void hs_leg_dismantle (HsLeg *self);

/* hs-leg-lines.c: what stands behind each line of a description */

/* Gives a line a pad of webrtcbin's, and says which payloads it may use.
 * @error: HS_CALL_ERROR_GENERIC */
gboolean hs_leg_take_line (
    HsLeg *self, guint line, HsMediaKind kind, const char *preferences, GError **error);

/* Returns: (nullable) */
HsLegVideoLine *hs_leg_get_video_line (HsLeg *self, guint line);

/* What may be offered where nothing else is said. Returns: (transfer full) */
char *hs_leg_dup_usual_preferences (HsLeg *self, HsMediaKind kind);

/* The first payload that we know, in the section's own order. Returns: (transfer full) (nullable)
 */
HsSdpCodec *hs_leg_find_codec (HsLeg *self, HsSdpSection *section);

/* All pads that have been taken. Returns: (transfer container) (element-type GstPad) */
GPtrArray *hs_leg_collect_pads (HsLeg *self);

/* Builds what a line that sends needs, in the codec that was agreed on. */
void hs_leg_ensure_sender (HsLeg *self, HsLegVideoLine *line);
void hs_leg_apply_directions (HsLeg *self, gboolean verified);
void hs_leg_on_pad_added (GstElement *webrtc, GstPad *pad, gpointer user_data);
void hs_leg_drop_lines (HsLeg *self);

/* hs-leg-stats-video.c: video that gets lost is sent with fewer bits */
void hs_leg_spare_video (HsLeg *self);

/* hs-leg-engine.c: one operation as a chain of questions to webrtcbin */
gboolean hs_leg_begin (HsLeg *self,
                       GCancellable *cancellable,
                       GAsyncReadyCallback callback,
                       gpointer user_data,
                       gpointer tag);
GTask *hs_leg_end (HsLeg *self);
void hs_leg_fail (HsLeg *self, const char *what, const GError *reason);
void hs_leg_succeed (HsLeg *self, HsSdp *description);
void hs_leg_apply (
    HsLeg *self, const char *signal, GstWebRTCSDPType type, HsSdp *sdp, HsLegReply handler);
void hs_leg_ask_for (HsLeg *self, const char *signal, HsLegReply handler);
HsSdp *hs_leg_read_description (GstWebRTCSessionDescription *description, GError **error);
HsSdp *hs_leg_read_reply (const GstStructure *reply, const char *field, GError **error);

/* hs-leg-gathering.c */
void hs_leg_mark_packets (HsLeg *self);
void hs_leg_gather (HsLeg *self, GTask *task, const GstStructure *reply);
void hs_leg_on_candidate (gpointer owner, gpointer data);
void hs_leg_on_gathered (gpointer owner, gpointer data);

/* hs-leg-checks.c */

/* @offer: of the far end
 * Returns: (transfer full): what webrtcbin is to know of it now */
HsSdp *hs_leg_keep_candidates (HsLeg *self, HsSdp *offer);

/* From when the answer is complete until a path has been found. */
void hs_leg_start_waiting_for_checks (HsLeg *self);
void hs_leg_stop_waiting_for_checks (HsLeg *self);

/* hs-leg-connection.c */
void hs_leg_connect (HsLeg *self);
void hs_leg_on_connection (gpointer owner, gpointer data);
void hs_leg_on_path (gpointer owner, gpointer data);
void hs_leg_on_bus_error (gpointer owner, gpointer data);
void hs_leg_stop_watching (HsLeg *self);

G_END_DECLS
