/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "hs-video-feed.h"

G_BEGIN_DECLS

/**
 * HsLegVideo: one line's video in a leg
 *
 * A source that is fed with pictures, encoder and payloader in front of webrtcbin; behind it a
 * depayloader, and a decoder that works while somebody wants the pictures. Counted references;
 * pictures may be pushed from any thread.
 */
typedef struct _HsLegVideo HsLegVideo;

/* Receiving starts or begins anew after a pause: the first packet is there. On a streaming thread.
 */
typedef void (*HsLegVideoArrived) (gpointer user_data);

/* Whether all elements for this codec ("VP8", "VP9", "H264", in any case) are installed. */
gboolean hs_leg_video_has_codec (const char *name);

/* @destroy: (nullable): for @user_data */
HsLegVideo *
hs_leg_video_new (HsLegVideoArrived arrived, gpointer user_data, GDestroyNotify destroy);
HsLegVideo *hs_leg_video_ref (HsLegVideo *self);
void hs_leg_video_unref (HsLegVideo *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HsLegVideo, hs_leg_video_unref)

/* The source (SSRC) that what is sent has. */
guint hs_leg_video_get_source (HsLegVideo *self);

/* Puts source, encoder and payloader into @pipeline, links them to webrtcbin's @sink_pad, and takes
 * away those of an earlier format.
 * @error: HS_CALL_ERROR_GENERIC: an unknown codec, or a missing plugin */
gboolean hs_leg_video_add_sender (HsLegVideo *self,
                                  GstBin *pipeline,
                                  GstPad *sink_pad,
                                  const char *codec,
                                  guint payload,
                                  GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Puts the receiving elements for webrtcbin's new @src_pad into @pipeline and links them; a stream
 * that cannot be decoded is swallowed. Any thread. */
void hs_leg_video_add_receiver (HsLegVideo *self, GstBin *pipeline, GstPad *src_pad);

/* A picture for the far end; dropped while sending is switched off, or before there is a sender. */
void hs_leg_video_push (HsLegVideo *self, GstSample *picture);

/* Where decoded pictures go. @feed: (nullable): NULL for nowhere, then nothing is decoded */
void hs_leg_video_set_output (HsLegVideo *self, HsVideoFeed *feed);

/* Both are off at first. Once it returns nothing is under way that is not allowed any more. */
void hs_leg_video_set_directions (HsLegVideo *self, gboolean send, gboolean receive);

/* The far end's limit for what is sent; 0: none. Takes effect at once. */
void hs_leg_video_set_limit (HsLegVideo *self, guint bitrate_bps);

/* How much of what was sent lately got lost, 0 to 1; called every few seconds. With much loss less
 * is sent, without it slowly more again. */
void hs_leg_video_set_loss (HsLegVideo *self, double fraction);

/* One direction. */
typedef struct {
  guint64 frames;     /* encoded, or received whole */
  guint64 key_frames; /* of these */
  guint64 decoded;    /* 0 for what is sent */
  guint ssrc;         /* 0 before anything is known */
  guint width;        /* 0 before anything is known */
  guint height;
  double frames_per_second;
} HsLegVideoCount;

typedef struct {
  HsLegVideoCount sent;
  HsLegVideoCount received;
  guint target_bps;
  gboolean limited; /* less is sent than the size of the pictures asks for */
} HsLegVideoStats;

void hs_leg_video_get_stats (HsLegVideo *self, HsLegVideoStats *stats);

/* Switches both directions off for good and lets the elements go. */
void hs_leg_video_close (HsLegVideo *self);

G_END_DECLS
