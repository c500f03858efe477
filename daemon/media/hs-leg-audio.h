/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>

#include "hs-leg-tones.h"

G_BEGIN_DECLS

/**
 * HsLegAudio: the audio half of a leg
 *
 * A source that is fed with blocks, encoder and payloader in front of webrtcbin; depayloader,
 * decoder and a sink that hands the samples on behind it. Audio outside is always signed 16 bit,
 * 48 kHz, one channel. Counted references; blocks may be pushed from any thread.
 */
typedef struct _HsLegAudio HsLegAudio;

/* What was negotiated. */
typedef struct {
  const char *name; /* "OPUS", "PCMU" or "PCMA" in any case */
  guint payload;
  guint bitrate_bps; /* 0: the codec's usual one; for OPUS only */
  int complexity;    /* 0 … 10; for OPUS only */
} HsLegAudioFormat;

/* Samples that arrived. Runs on a streaming thread, never while receiving is switched off. */
typedef void (*HsLegAudioReceived) (const gint16 *samples, gsize n_samples, gpointer user_data);

/* Receiving starts or begins anew after a pause: the first packet is there. On a streaming thread.
 */
typedef void (*HsLegAudioArrived) (gpointer user_data);

typedef struct {
  HsLegAudioReceived received;
  HsLegAudioArrived arrived;
  gpointer user_data;
  GDestroyNotify destroy; /* nullable */
} HsLegAudioEvents;

/* All codecs that can be sent and received, in the order we like them best; for pad templates,
 * preferences, and for looking at far ends' offers. NULL-terminated. */
const char *const *hs_leg_audio_get_codec_names (void);

HsLegAudio *hs_leg_audio_new (const HsLegAudioEvents *events);
HsLegAudio *hs_leg_audio_ref (HsLegAudio *self);
void hs_leg_audio_unref (HsLegAudio *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HsLegAudio, hs_leg_audio_unref)

/* Before there is a sender. */
void hs_leg_audio_set_tones (HsLegAudio *self, HsLegTones *tones);

/* Puts source, encoder and payloader into @pipeline, links them to webrtcbin's @sink_pad, and takes
 * away those of an earlier format.
 * @error: HS_CALL_ERROR_GENERIC: an unknown codec, or a missing plugin */
gboolean hs_leg_audio_add_sender (HsLegAudio *self,
                                  GstBin *pipeline,
                                  GstPad *sink_pad,
                                  const HsLegAudioFormat *format,
                                  GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Puts the receiving elements for webrtcbin's new @src_pad into @pipeline and links them; a stream
 * that cannot be decoded is swallowed. Any thread. */
void hs_leg_audio_add_receiver (HsLegAudio *self, GstBin *pipeline, GstPad *src_pad);

/* A block for the far end; dropped while sending is switched off, or before there is a sender. */
void hs_leg_audio_push (HsLegAudio *self, const gint16 *samples, guint n_samples);

/* Both are off at first. Once it returns nothing is under way that is not allowed any more. */
void hs_leg_audio_set_directions (HsLegAudio *self, gboolean send, gboolean receive);

/* Limits what is sent (OPUS); takes effect at once. */
void hs_leg_audio_set_bitrate (HsLegAudio *self, guint bitrate_bps);

/* How much of what is sent gets lost on its way, 0 to 1: what redundancy is made for. */
void hs_leg_audio_set_loss (HsLegAudio *self, double fraction);

/* Switches both directions off for good and lets the elements go. */
void hs_leg_audio_close (HsLegAudio *self);

G_END_DECLS
