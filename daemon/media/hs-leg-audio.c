/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "hs-media"

#include "hs-leg-audio.h"

#include "base/hs-error.h"
#include "hs-leg-chain.h"

#include <gst/app/app.h>
#include <string.h>

#define RATE             48000
#define OPUS_BITRATE_BPS 32000
#define OPUS_LOWEST_BPS  6000
#define OPUS_HIGHEST_BPS 128000
/* From here on Opus's transform coder does for speech, at a third of the work of its voice coder.
 * libopus goes over to the latter by itself, with in-band FEC, when packets are lost. */
#define OPUS_TRANSFORM_BPS 32000
#define PACKET_NS          (20 * GST_MSECOND)
/* A source that came this far off its pace has paused; its next block starts a new run. */
#define RESTART_NS (60 * GST_MSECOND)
#define RAW_CAPS   "audio/x-raw,format=S16LE,layout=interleaved,channels=1,rate="

typedef struct {
  const char *name;
  guint clock_rate;
  const char *raw_caps; /* what the encoder takes */
  const char *encoder;
  const char *payloader;
  const char *depayloader;
  const char *decoder;
} Codec;

static const Codec codecs[] = {
  { "OPUS", 48000, RAW_CAPS "48000", "opusenc", "rtpopuspay", "rtpopusdepay", "opusdec" },
  { "PCMU", 8000, RAW_CAPS "8000", "mulawenc", "rtppcmupay", "rtppcmudepay", "mulawdec" },
  { "PCMA", 8000, RAW_CAPS "8000", "alawenc", "rtppcmapay", "rtppcmadepay", "alawdec" },
};

struct _HsLegAudio {
  gatomicrefcount references;
  HsLegAudioEvents events;
  HsLegTones *tones; /* NULL for none */

  /* sending */
  GMutex send_lock;
  gboolean send;
  GstElement *source;
  GstElement *encoder; /* NULL unless its bit rate can be changed */
  const Codec *codec;
  guint payload;
  GstClockTime next_pts;

  /* receiving; held while samples are handed on */
  GMutex receive_lock;
  gboolean receive;
  gboolean arrived;
};

static const Codec *
find_codec (const char *name)
{
  for (gsize i = 0; i < G_N_ELEMENTS (codecs); i++) {
    if (g_ascii_strcasecmp (codecs[i].name, name) == 0)
      return &codecs[i];
  }
  return NULL;
}

const char *const *
hs_leg_audio_get_codec_names (void)
{
  static const char *const names[] = { "OPUS", "PCMU", "PCMA", NULL };

  return names;
}

HsLegAudio *
hs_leg_audio_new (const HsLegAudioEvents *events)
{
  HsLegAudio *self = g_new0 (HsLegAudio, 1);

  g_atomic_ref_count_init (&self->references);
  self->events = *events;
  self->next_pts = GST_CLOCK_TIME_NONE;
  g_mutex_init (&self->send_lock);
  g_mutex_init (&self->receive_lock);
  return self;
}

HsLegAudio *
hs_leg_audio_ref (HsLegAudio *self)
{
  g_atomic_ref_count_inc (&self->references);
  return self;
}

void
hs_leg_audio_unref (HsLegAudio *self)
{
  if (!g_atomic_ref_count_dec (&self->references))
    return;
  gst_clear_object (&self->source);
  gst_clear_object (&self->encoder);
  g_clear_pointer (&self->tones, hs_leg_tones_unref);
  g_mutex_clear (&self->send_lock);
  g_mutex_clear (&self->receive_lock);
  if (self->events.destroy != NULL)
    self->events.destroy (self->events.user_data);
  g_free (self);
}

static void
unref_audio (gpointer data)
{
  hs_leg_audio_unref (data);
}

/* --- sending --- */

static GstElement *
append_source (GstBin *pipeline)
{
  GstElement *source = hs_leg_chain_append (pipeline, NULL, "appsrc");

  if (source == NULL)
    return NULL;
  hs_leg_chain_set_caps (source, RAW_CAPS "48000");
  /* Live, and never more than three blocks behind: late audio is worth less than none. */
  g_object_set (source, "is-live", TRUE, "format", GST_FORMAT_TIME, "max-buffers", (guint64) 3,
                "max-bytes", (guint64) 0, "max-time", (guint64) 0, NULL);
  gst_util_set_object_arg (G_OBJECT (source), "leaky-type", "downstream");
  return source;
}

static guint
clamp_bitrate (guint bitrate_bps)
{
  return bitrate_bps == 0 ? OPUS_BITRATE_BPS
                          : CLAMP (bitrate_bps, OPUS_LOWEST_BPS, OPUS_HIGHEST_BPS);
}

static void
tune_opus (GstElement *encoder, const HsLegAudioFormat *format)
{
  guint bitrate_bps = clamp_bitrate (format->bitrate_bps);

  g_object_set (encoder, "complexity", CLAMP (format->complexity, 0, 10), "inband-fec", TRUE,
                "bitrate", (int) bitrate_bps, NULL);
  gst_util_set_object_arg (G_OBJECT (encoder), "audio-type",
                           bitrate_bps < OPUS_TRANSFORM_BPS ? "voice" : "generic");
}

static GstElement *
append_encoder (GstBin *pipeline,
                GstElement *last,
                const Codec *codec,
                const HsLegAudioFormat *format)
{
  GstElement *encoder = last != NULL ? hs_leg_chain_append (pipeline, last, codec->encoder) : NULL;

  if (encoder != NULL && codec->clock_rate == RATE)
    tune_opus (encoder, format);
  return encoder;
}

static void
watch_packets (HsLegAudio *self, GstElement *payloader)
{
  g_autoptr (GstPad) pad = gst_element_get_static_pad (payloader, "src");

  if (self->tones != NULL)
    hs_leg_tones_watch (self->tones, pad);
}

static GstElement *
append_payloader (HsLegAudio *self,
                  GstBin *pipeline,
                  GstElement *last,
                  const Codec *codec,
                  const HsLegAudioFormat *format)
{
  GstElement *payloader =
      last != NULL ? hs_leg_chain_append (pipeline, last, codec->payloader) : NULL;
  g_autofree char *caps =
      g_strdup_printf ("application/x-rtp,media=audio,encoding-name=%s,payload=%u,clock-rate=%u",
                       codec->name, format->payload, codec->clock_rate);

  if (payloader == NULL)
    return NULL;
  /* Time stamps come from the blocks: they jump where sending paused, as the far end expects. */
  g_object_set (payloader, "pt", format->payload, "perfect-rtptime", FALSE, NULL);
  if (codec->clock_rate == 8000)
    g_object_set (payloader, "min-ptime", (gint64) PACKET_NS, "max-ptime", (gint64) PACKET_NS,
                  NULL);
  watch_packets (self, payloader);
  return hs_leg_chain_append_filter (pipeline, payloader, caps);
}

static GstElement *
append_sender (HsLegAudio *self,
               GstBin *pipeline,
               const Codec *codec,
               const HsLegAudioFormat *format,
               GstElement **source)
{
  GstElement *last = *source = append_source (pipeline);
  GstElement *encoder;

  if (last != NULL && codec->clock_rate != RATE) {
    last = hs_leg_chain_append (pipeline, last, "audioresample");
    last = hs_leg_chain_append_filter (pipeline, last, codec->raw_caps);
  }
  encoder = append_encoder (pipeline, last, codec, format);
  if (encoder != NULL && codec->clock_rate == RATE)
    self->encoder = gst_object_ref (encoder);
  return append_payloader (self, pipeline, encoder, codec, format);
}

static void
remove_sender (HsLegAudio *self, GstBin *pipeline, GstPad *sink_pad)
{
  g_mutex_lock (&self->send_lock);
  gst_clear_object (&self->source);
  gst_clear_object (&self->encoder);
  g_mutex_unlock (&self->send_lock);
  hs_leg_chain_remove (pipeline, sink_pad);
}

void
hs_leg_audio_set_tones (HsLegAudio *self, HsLegTones *tones)
{
  self->tones = hs_leg_tones_ref (tones);
}

gboolean
hs_leg_audio_add_sender (HsLegAudio *self,
                         GstBin *pipeline,
                         GstPad *sink_pad,
                         const HsLegAudioFormat *format,
                         GError **error)
{
  const Codec *codec = find_codec (format->name);
  g_autoptr (GstPad) pad = NULL;
  GstElement *source = NULL;
  GstElement *last = NULL;

  if (codec != NULL && codec == self->codec && format->payload == self->payload)
    return TRUE;
  remove_sender (self, pipeline, sink_pad);
  if (codec != NULL)
    last = append_sender (self, pipeline, codec, format, &source);
  if (last != NULL)
    pad = gst_element_get_static_pad (last, "src");
  if (pad == NULL || gst_pad_link (pad, sink_pad) != GST_PAD_LINK_OK) {
    g_set_error (error, HS_CALL_ERROR, HS_CALL_ERROR_GENERIC, "cannot send audio as %s",
                 format->name);
    return FALSE;
  }
  self->codec = codec;
  self->payload = format->payload;
  hs_leg_chain_start (last);
  g_mutex_lock (&self->send_lock);
  gst_object_replace ((GstObject **) &self->source, GST_OBJECT (source));
  g_mutex_unlock (&self->send_lock);
  return TRUE;
}

/* Blocks come 20 ms apart on average; counted, not measured, their time stamps are exact. */
static void
stamp_block (HsLegAudio *self, GstBuffer *buffer, guint n_samples)
{
  GstClockTime now = hs_leg_chain_get_running_time (self->source);
  GstClockTime length = gst_util_uint64_scale (n_samples, GST_SECOND, RATE);

  if (!GST_CLOCK_TIME_IS_VALID (self->next_pts) ||
      ABS (GST_CLOCK_DIFF (self->next_pts, now)) > (GstClockTimeDiff) RESTART_NS) {
    self->next_pts = now;
    GST_BUFFER_FLAG_SET (buffer, GST_BUFFER_FLAG_DISCONT);
  }
  GST_BUFFER_PTS (buffer) = self->next_pts;
  GST_BUFFER_DURATION (buffer) = length;
  self->next_pts += length;
}

void
hs_leg_audio_push (HsLegAudio *self, const gint16 *samples, guint n_samples)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->send_lock);
  GstBuffer *buffer;

  if (!self->send || self->source == NULL ||
      !GST_CLOCK_TIME_IS_VALID (hs_leg_chain_get_running_time (self->source)))
    return;
  buffer = gst_buffer_new_memdup (samples, n_samples * sizeof *samples);
  stamp_block (self, buffer, n_samples);
  gst_app_src_push_buffer (GST_APP_SRC (self->source), buffer);
}

void
hs_leg_audio_set_bitrate (HsLegAudio *self, guint bitrate_bps)
{
  if (self->encoder != NULL)
    g_object_set (self->encoder, "bitrate", (int) clamp_bitrate (bitrate_bps), NULL);
}

void
hs_leg_audio_set_loss (HsLegAudio *self, double fraction)
{
  if (self->encoder != NULL)
    g_object_set (self->encoder, "packet-loss-percentage",
                  (int) CLAMP (100 * fraction + 0.5, 0, 100), NULL);
}

/* --- receiving --- */

static GstFlowReturn
on_sample (GstAppSink *sink, gpointer user_data)
{
  HsLegAudio *self = user_data;
  g_autoptr (GstSample) sample = gst_app_sink_pull_sample (sink);
  GstBuffer *buffer = sample != NULL ? gst_sample_get_buffer (sample) : NULL;
  GstMapInfo map;

  if (buffer == NULL || !gst_buffer_map (buffer, &map, GST_MAP_READ))
    return GST_FLOW_OK;
  g_mutex_lock (&self->receive_lock);
  if (self->receive)
    self->events.received ((const gint16 *) map.data, map.size / sizeof (gint16),
                           self->events.user_data);
  g_mutex_unlock (&self->receive_lock);
  gst_buffer_unmap (buffer, &map);
  return GST_FLOW_OK;
}

/* In front of the depayloader: nothing that is not to be heard is even decoded. */
static GstPadProbeReturn
on_packet (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  HsLegAudio *self = user_data;
  gboolean first = FALSE;
  gboolean receive;

  g_mutex_lock (&self->receive_lock);
  receive = self->receive;
  if (receive && !self->arrived)
    first = self->arrived = TRUE;
  g_mutex_unlock (&self->receive_lock);
  if (first)
    self->events.arrived (self->events.user_data);
  return receive ? GST_PAD_PROBE_OK : GST_PAD_PROBE_DROP;
}

static GstElement *
append_sink (HsLegAudio *self, GstBin *pipeline, GstElement *last)
{
  GstAppSinkCallbacks callbacks = { .new_sample = on_sample };
  GstElement *sink = last != NULL ? hs_leg_chain_append (pipeline, last, "appsink") : NULL;

  if (sink == NULL)
    return NULL;
  g_object_set (sink, "sync", FALSE, "async", FALSE, "max-buffers", 5, "drop", TRUE, NULL);
  gst_app_sink_set_callbacks (GST_APP_SINK (sink), &callbacks, hs_leg_audio_ref (self),
                              unref_audio);
  return sink;
}

static GstElement *
append_receiver (HsLegAudio *self, GstBin *pipeline, const Codec *codec, GstElement **first)
{
  GstElement *last = *first = hs_leg_chain_append (pipeline, NULL, codec->depayloader);

  if (last != NULL)
    last = hs_leg_chain_append (pipeline, last, codec->decoder);
  if (last != NULL && strcmp (codec->name, "OPUS") == 0)
    g_object_set (last, "use-inband-fec", TRUE, "plc", TRUE, NULL);
  /* Every decoder can give signed 16 bit in one channel, Opus' also at our rate. */
  if (last != NULL && codec->clock_rate != RATE)
    last = hs_leg_chain_append (pipeline, last, "audioresample");
  return append_sink (self, pipeline,
                      hs_leg_chain_append_filter (pipeline, last, RAW_CAPS "48000"));
}

static const Codec *
find_codec_of_pad (GstPad *pad)
{
  g_autofree char *name = hs_leg_chain_dup_encoding (pad);

  return name != NULL ? find_codec (name) : NULL;
}

void
hs_leg_audio_add_receiver (HsLegAudio *self, GstBin *pipeline, GstPad *src_pad)
{
  const Codec *codec = find_codec_of_pad (src_pad);
  GstElement *first = NULL;
  GstElement *last = codec != NULL ? append_receiver (self, pipeline, codec, &first) : NULL;
  g_autoptr (GstPad) sink_pad = last != NULL ? gst_element_get_static_pad (first, "sink") : NULL;

  gst_pad_add_probe (src_pad, GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_BUFFER_LIST, on_packet,
                     hs_leg_audio_ref (self), unref_audio);
  if (last == NULL) {
    /* Left unlinked, the pad's first packet would end the whole transport. */
    g_warning ("audio arrives in a form that cannot be decoded");
    hs_leg_chain_swallow (pipeline, src_pad);
    return;
  }
  hs_leg_chain_start (last);
  gst_pad_link (src_pad, sink_pad);
}

void
hs_leg_audio_set_directions (HsLegAudio *self, gboolean send, gboolean receive)
{
  g_mutex_lock (&self->send_lock);
  self->send = send;
  g_mutex_unlock (&self->send_lock);

  g_mutex_lock (&self->receive_lock);
  if (!receive)
    self->arrived = FALSE;
  self->receive = receive;
  g_mutex_unlock (&self->receive_lock);
}

void
hs_leg_audio_close (HsLegAudio *self)
{
  hs_leg_audio_set_directions (self, FALSE, FALSE);
  g_mutex_lock (&self->send_lock);
  gst_clear_object (&self->source);
  g_mutex_unlock (&self->send_lock);
  gst_clear_object (&self->encoder);
}
