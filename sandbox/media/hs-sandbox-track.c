/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * An echo copies RTP packets: payload and spacing are the caller's, so that nothing is lost by
 * coding a second time and a gap in what arrives is a gap in what goes back. The source (appsrc)
 * is there before the first stream and outlives all of them.
 */
#include "hs-sandbox-track.h"

#include <gio/gio.h>
#include <gst/app/gstappsink.h>
#include <gst/app/gstappsrc.h>
#include <gst/rtp/gstrtpbuffer.h>

/* A queue that is not drained is a connection that stalls: half a second of 20 ms packets. */
#define MAX_PACKETS 25

struct _HsSandboxTrack {
  gatomicrefcount references;
  HsSandboxVoice *voice; /* NULL: an echo */
  HsSandboxCodec codec;
  guint32 ssrc;
  gint wanted, connected; /* atomic */

  /* echo; under the lock, because a new stream may begin before the old one's thread has ended */
  GMutex lock;
  GstAppSrc *source;
  gboolean has_stream;
  guint32 stream_ssrc, timestamp_offset, last_timestamp;
  guint16 sequence;
};

HsSandboxTrack *
hs_sandbox_track_new (HsSandboxVoice *voice, const HsSandboxCodec *codec, guint32 ssrc)
{
  HsSandboxTrack *track = g_new0 (HsSandboxTrack, 1);

  g_atomic_ref_count_init (&track->references);
  g_mutex_init (&track->lock);
  track->voice = voice != NULL ? hs_sandbox_voice_ref (voice) : NULL;
  track->codec = *codec;
  track->ssrc = ssrc;
  track->sequence = (guint16) g_random_int ();
  track->last_timestamp = g_random_int ();
  return track;
}

HsSandboxTrack *
hs_sandbox_track_ref (HsSandboxTrack *track)
{
  g_atomic_ref_count_inc (&track->references);
  return track;
}

void
hs_sandbox_track_unref (HsSandboxTrack *track)
{
  if (!g_atomic_ref_count_dec (&track->references))
    return;
  gst_clear_object (&track->source);
  g_clear_pointer (&track->voice, hs_sandbox_voice_unref);
  g_mutex_clear (&track->lock);
  g_free (track);
}

void
hs_sandbox_track_set_wanted (HsSandboxTrack *track, gboolean wanted)
{
  g_atomic_int_set (&track->wanted, wanted);
}

void
hs_sandbox_track_set_connected (HsSandboxTrack *track, gboolean connected)
{
  g_atomic_int_set (&track->connected, connected);
}

static gboolean
is_open (HsSandboxTrack *track)
{
  return g_atomic_int_get (&track->wanted) && g_atomic_int_get (&track->connected);
}

GstCaps *
hs_sandbox_track_create_caps (HsSandboxTrack *track)
{
  return gst_caps_new_simple ("application/x-rtp", "media", G_TYPE_STRING, "audio", "encoding-name",
                              G_TYPE_STRING, hs_sandbox_codec_get_name (track->codec.kind),
                              "payload", G_TYPE_INT, (int) track->codec.payload, "clock-rate",
                              G_TYPE_INT, (int) hs_sandbox_codec_get_rate (track->codec.kind),
                              NULL);
}

/* Another stream counts from somewhere else: let it go on where the last one stopped. */
static void
follow_stream (HsSandboxTrack *track, GstRTPBuffer *in)
{
  guint32 ssrc = gst_rtp_buffer_get_ssrc (in);
  guint32 packet = hs_sandbox_codec_get_rate (track->codec.kind) / 50;

  if (track->has_stream && track->stream_ssrc == ssrc)
    return;
  track->has_stream = TRUE;
  track->stream_ssrc = ssrc;
  track->timestamp_offset = track->last_timestamp + packet - gst_rtp_buffer_get_timestamp (in);
}

/* Returns: (transfer full): the packet as one of ours, or NULL when it is no RTP. The far end's
 * SSRC must not come back to it: it would take that for a collision (RFC 3550, 8.2). */
static GstBuffer *
copy_packet (HsSandboxTrack *track, GstBuffer *packet)
{
  GstRTPBuffer in = GST_RTP_BUFFER_INIT, out = GST_RTP_BUFFER_INIT;
  GstBuffer *copy;
  guint length;

  if (!gst_rtp_buffer_map (packet, GST_MAP_READ, &in))
    return NULL;
  follow_stream (track, &in);
  track->last_timestamp = gst_rtp_buffer_get_timestamp (&in) + track->timestamp_offset;
  length = gst_rtp_buffer_get_payload_len (&in);
  copy = gst_rtp_buffer_new_allocate (length, 0, 0);
  gst_rtp_buffer_map (copy, GST_MAP_WRITE, &out);
  gst_rtp_buffer_set_ssrc (&out, track->ssrc);
  gst_rtp_buffer_set_seq (&out, track->sequence++);
  gst_rtp_buffer_set_timestamp (&out, track->last_timestamp);
  gst_rtp_buffer_set_payload_type (&out, (guint8) track->codec.payload);
  gst_rtp_buffer_set_marker (&out, gst_rtp_buffer_get_marker (&in));
  if (length > 0)
    memcpy (gst_rtp_buffer_get_payload (&out), gst_rtp_buffer_get_payload (&in), length);
  gst_rtp_buffer_unmap (&out);
  gst_rtp_buffer_unmap (&in);
  return copy;
}

static GstFlowReturn
on_packet (GstAppSink *sink, gpointer user_data)
{
  HsSandboxTrack *track = user_data;
  GstSample *sample = gst_app_sink_pull_sample (sink);
  GstBuffer *copy = NULL;

  if (sample == NULL)
    return GST_FLOW_EOS;
  g_mutex_lock (&track->lock);
  if (is_open (track) && gst_sample_get_buffer (sample) != NULL)
    copy = copy_packet (track, gst_sample_get_buffer (sample));
  if (copy != NULL)
    gst_app_src_push_buffer (track->source, copy);
  g_mutex_unlock (&track->lock);
  gst_sample_unref (sample);
  /* A source that is flushing must not end the far end's stream: webrtcbin would close the whole
   * transport. */
  return GST_FLOW_OK;
}

static GstFlowReturn
on_samples (GstAppSink *sink, gpointer user_data)
{
  HsSandboxTrack *track = user_data;
  GstSample *sample = gst_app_sink_pull_sample (sink);
  GstMapInfo map;

  if (sample == NULL)
    return GST_FLOW_EOS;
  if (gst_buffer_map (gst_sample_get_buffer (sample), &map, GST_MAP_READ)) {
    hs_sandbox_voice_hear (track->voice, (const gint16 *) map.data, map.size / sizeof (gint16));
    gst_buffer_unmap (gst_sample_get_buffer (sample), &map);
  }
  gst_sample_unref (sample);
  return GST_FLOW_OK;
}

/* Nothing waits for these sinks: what arrives has been through the jitter buffer already. */
static void
set_up_sink (HsSandboxTrack *track, GstElement *sink)
{
  GstAppSinkCallbacks callbacks = { .new_sample = track->voice == NULL ? on_packet : on_samples };

  g_object_set (sink, "sync", FALSE, "async", FALSE, NULL);
  if (GST_IS_APP_SINK (sink))
    gst_app_sink_set_callbacks (GST_APP_SINK (sink), &callbacks, hs_sandbox_track_ref (track),
                                (GDestroyNotify) hs_sandbox_track_unref);
}

static const char *
get_decoder (HsSandboxCodecKind kind)
{
  switch (kind) {
  case HS_SANDBOX_CODEC_OPUS:
    return "rtpopusdepay ! opusdec";
  case HS_SANDBOX_CODEC_PCMU:
    return "rtppcmudepay ! mulawdec";
  case HS_SANDBOX_CODEC_PCMA:
    return "rtppcmadepay ! alawdec";
  }
  g_assert_not_reached ();
}

static GstElement *
create_listener (HsSandboxTrack *track)
{
  g_autofree char *text = g_strdup_printf (
      "%s ! audioconvert ! audioresample "
      "! audio/x-raw,format=S16LE,layout=interleaved,rate=%u,channels=1 ! appsink name=ear",
      get_decoder (track->codec.kind), HS_SANDBOX_VOICE_RATE);
  GstElement *bin = gst_parse_bin_from_description (text, TRUE, NULL);
  g_autoptr (GstElement) sink = NULL;

  if (bin == NULL)
    return NULL;
  sink = gst_bin_get_by_name (GST_BIN (bin), "ear");
  set_up_sink (track, sink);
  return bin;
}

GstElement *
hs_sandbox_track_create_sink (HsSandboxTrack *track)
{
  GstElement *sink;

  if (track->voice != NULL && hs_sandbox_voice_listens (track->voice))
    return create_listener (track);
  sink = gst_element_factory_make (track->voice == NULL ? "appsink" : "fakesink", NULL);
  if (sink != NULL)
    set_up_sink (track, sink);
  return sink;
}

static GstElement *
create_echo_source (HsSandboxTrack *track, GError **error)
{
  g_autoptr (GstCaps) caps = hs_sandbox_track_create_caps (track);
  GstElement *source = gst_element_factory_make ("appsrc", NULL);

  if (source == NULL) {
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND, "no element \"appsrc\"");
    return NULL;
  }
  gst_caps_set_simple (caps, "ssrc", G_TYPE_UINT, track->ssrc, NULL);
  g_object_set (source, "caps", caps, "is-live", TRUE, "do-timestamp", TRUE, "format",
                GST_FORMAT_TIME, "max-bytes", G_GUINT64_CONSTANT (0), "max-buffers",
                (guint64) MAX_PACKETS, "leaky-type", GST_APP_LEAKY_TYPE_DOWNSTREAM, NULL);
  track->source = gst_object_ref (GST_APP_SRC (source));
  return source;
}

/* A source's silence gives the beat, and is what the voice speaks into. */
static GstPadProbeReturn
on_block (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  HsSandboxTrack *track = user_data;
  GstBuffer *buffer;
  GstMapInfo map;

  if (!is_open (track))
    return GST_PAD_PROBE_DROP;
  buffer = gst_buffer_make_writable (GST_PAD_PROBE_INFO_BUFFER (info));
  GST_PAD_PROBE_INFO_DATA (info) = buffer;
  if (gst_buffer_map (buffer, &map, GST_MAP_WRITE)) {
    hs_sandbox_voice_speak (track->voice, (gint16 *) map.data, map.size / sizeof (gint16));
    gst_buffer_unmap (buffer, &map);
    GST_BUFFER_FLAG_UNSET (buffer, GST_BUFFER_FLAG_GAP);
  }
  return GST_PAD_PROBE_OK;
}

static const char *
get_encoder (HsSandboxCodecKind kind)
{
  switch (kind) {
  case HS_SANDBOX_CODEC_OPUS:
    return "opusenc complexity=0 ! rtpopuspay";
  case HS_SANDBOX_CODEC_PCMU:
    return "mulawenc ! rtppcmupay";
  case HS_SANDBOX_CODEC_PCMA:
    return "alawenc ! rtppcmapay";
  }
  g_assert_not_reached ();
}

/* The gate is in front of the encoder, so that the packets of a voice have no gap in their
 * sequence numbers: that would be loss. */
static GstElement *
create_voice_source (HsSandboxTrack *track, GError **error)
{
  guint rate = hs_sandbox_codec_get_rate (track->codec.kind);
  g_autofree char *text = g_strdup_printf (
      "audiotestsrc name=mouth is-live=true wave=silence samplesperbuffer=%u "
      "! audio/x-raw,format=S16LE,rate=%u,channels=1 ! audioresample ! audio/x-raw,rate=%u "
      "! %s name=payloader pt=%u ! capsfilter caps=application/x-rtp,payload=%u",
      HS_SANDBOX_VOICE_RATE / 50, HS_SANDBOX_VOICE_RATE, rate, get_encoder (track->codec.kind),
      track->codec.payload, track->codec.payload);
  GstElement *bin = gst_parse_bin_from_description (text, TRUE, error);
  g_autoptr (GstElement) mouth = NULL, payloader = NULL;
  g_autoptr (GstPad) pad = NULL;

  if (bin == NULL)
    return NULL;
  mouth = gst_bin_get_by_name (GST_BIN (bin), "mouth");
  payloader = gst_bin_get_by_name (GST_BIN (bin), "payloader");
  g_object_set (payloader, "ssrc", track->ssrc, NULL);
  pad = gst_element_get_static_pad (mouth, "src");
  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER, on_block, hs_sandbox_track_ref (track),
                     (GDestroyNotify) hs_sandbox_track_unref);
  return bin;
}

GstElement *
hs_sandbox_track_create_source (HsSandboxTrack *track, GError **error)
{
  return track->voice == NULL ? create_echo_source (track, error)
                              : create_voice_source (track, error);
}
