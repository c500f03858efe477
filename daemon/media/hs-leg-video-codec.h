/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

/* What video codecs need of GStreamer. */
typedef struct {
  const char *name;
  const char *encoders[4]; /* the first that is installed, NULL-terminated */
  const char *decoders[4];
  const char *payloader;
  const char *depayloader;
  const char *parser; /* (nullable): for decoders that want to be told more than the packets say */
} HsLegVideoCodec;

/* Returns: (nullable): @name in any case */
const HsLegVideoCodec *hs_leg_video_codec_find (const char *name);

/* Returns: (nullable): the first of @names that is installed. */
const char *hs_leg_video_codec_choose (const char *const *names);

/* As calls need them: no delay, no slack, a key frame only when asked for. */
void hs_leg_video_codec_tune_encoder (GstElement *encoder);
void hs_leg_video_codec_tune_payloader (GstElement *payloader, guint payload);
void hs_leg_video_codec_tune_depayloader (GstElement *depayloader);

/* May be called while it encodes. */
void hs_leg_video_codec_set_bitrate (GstElement *encoder, guint bitrate_bps);

G_END_DECLS
