/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "hs-leg-video-codec.h"
#include "hs-leg-video.h"

G_BEGIN_DECLS

typedef struct {
  HsLegVideoCount count;
  gint64 since_us; /* when the rate was last taken */
  guint64 frames_then;
} HsLegVideoMeter;

void hs_leg_video_meter_add (HsLegVideoMeter *self, GstBuffer *frame);
void hs_leg_video_meter_read (const HsLegVideoMeter *self, HsLegVideoCount *count);

struct _HsLegVideo {
  gatomicrefcount references;
  guint ssrc;
  HsLegVideoArrived arrived;
  gpointer user_data;
  GDestroyNotify destroy;

  /* sending */
  GMutex send_lock;
  gboolean send;
  GstElement *source;
  GstElement *encoder;
  const HsLegVideoCodec *codec;
  guint payload;
  GstCaps *caps; /* of the last picture */
  GstClockTime last_pts;
  guint usual_bps; /* what pictures of this size take; 0 before there was one */
  guint limit_bps; /* 0: none */
  double share;    /* of that, as loss allows */
  guint calm;      /* reports without loss in a row */
  guint target_bps;
  HsLegVideoMeter sent;

  /* receiving */
  GMutex receive_lock;
  gboolean receive;
  gboolean has_arrived;
  gboolean needs_key; /* what comes cannot be decoded before the next key frame */
  gint64 asked_us;    /* when a key frame was last asked for */
  GstPad *decoder_pad;
  HsVideoFeed *output;
  HsLegVideoMeter received;
};

/* For GStreamer's user data. */
void hs_leg_video_unref_data (gpointer data);

G_END_DECLS
