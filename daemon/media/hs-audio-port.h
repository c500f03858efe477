/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "hs-audio-sink.h"
#include "hs-audio-source.h"

G_BEGIN_DECLS

/**
 * HsAudioPort: one call's audio end at the audio engine
 *
 * Towards the far end go the microphone and every further source, added up; what the far end sends
 * goes to the speaker and every further sink. Counted references, so that a streaming thread may
 * hold one: after hs_audio_port_remove() a port that is still held does nothing.
 *
 * All of it belongs to the control thread, except hs_audio_port_receive().
 */
typedef struct _HsAudioPort HsAudioPort;

/* Audio everywhere in the engine: signed 16 bit, this machine's byte order, one channel. */
#define HS_AUDIO_RATE     48000
#define HS_AUDIO_BLOCK    960 /* samples in one tick */
#define HS_AUDIO_BLOCK_MS 20

/* A block for the far end, each 20 ms while the send gate is open and there is any source, muted or
 * not. Runs on the ticker thread with the engine locked: it hands the block on (to an appsrc) and
 * returns; it calls nothing of the engine, waits for nobody, and keeps no pointer to @block. */
typedef void (*HsAudioPush) (const gint16 *block, guint n_samples, gpointer user_data);

/* Of the last 20 ms, in dB of full scale (a full-scale square wave has 0 dB rms); silence is
 * HS_AUDIO_LEVEL_MIN. Energy and duration are those of W3C webrtc-stats: seconds, and the sum of
 * squared linear rms times seconds. */
#define HS_AUDIO_LEVEL_MIN -100.0
typedef struct {
  double rms_db;
  double peak_db;
  double total_energy;
  double total_duration;
} HsAudioLevel;

HsAudioPort *hs_audio_port_ref (HsAudioPort *self);
void hs_audio_port_unref (HsAudioPort *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HsAudioPort, hs_audio_port_unref)

/* The microphone, to which gain and mute apply; NULL for none. */
void hs_audio_port_set_source (HsAudioPort *self, HsAudioSource *source);

/* A further source that is heard beside the microphone, with gain 1 and even while that is muted:
 * tones, announcements. Adding twice is adding once. */
void hs_audio_port_add_source (HsAudioPort *self, HsAudioSource *source);
void hs_audio_port_remove_source (HsAudioPort *self, HsAudioSource *source);

/* The speaker; NULL for none. */
void hs_audio_port_set_sink (HsAudioPort *self, HsAudioSink *sink);

/* A further place for what is received. Adding twice is adding once. */
void hs_audio_port_add_sink (HsAudioPort *self, HsAudioSink *sink);
void hs_audio_port_remove_sink (HsAudioPort *self, HsAudioSink *sink);

/* A place for what is sent: what the far end hears is heard there too. Adding twice is adding once.
 */
void hs_audio_port_add_monitor (HsAudioPort *self, HsAudioSink *sink);
void hs_audio_port_remove_monitor (HsAudioPort *self, HsAudioSink *sink);

/* Both gates are closed at first. While the send gate is closed nothing is pushed and files do not
 * advance; while the receive gate is closed what arrives is dropped. After it returns, no push is
 * running that an earlier state allowed. */
void hs_audio_port_set_gates (HsAudioPort *self, gboolean send, gboolean receive);

/* Linear, 1.0 at first; louder than full scale saturates. */
void hs_audio_port_set_send_gain (HsAudioPort *self, double gain_linear);
void hs_audio_port_set_receive_gain (HsAudioPort *self, double gain_linear);

/* Muted: silence is sent in place of the microphone, at the same pace. */
void hs_audio_port_set_send_mute (HsAudioPort *self, gboolean muted);

/* Muted: silence is played in place of what is received. */
void hs_audio_port_set_receive_mute (HsAudioPort *self, gboolean muted);

/* What arrived from the far end, in pieces of any length. Any thread; never waits long. About 60 ms
 * are kept; what is older gives way to what is newer. */
void hs_audio_port_receive (HsAudioPort *self, const gint16 *samples, gsize n_samples);

/* Levels as sent (after gain and mute) and as received (before gain and mute); either may be NULL.
 * A direction whose gate is closed has HS_AUDIO_LEVEL_MIN. */
void hs_audio_port_get_levels (HsAudioPort *self, HsAudioLevel *sent, HsAudioLevel *received);

/* Takes the port from its engine: after it returns the push function is never called again. The
 * caller's reference stays its own. Can be called again. Not from the push function. */
void hs_audio_port_remove (HsAudioPort *self);

G_END_DECLS
