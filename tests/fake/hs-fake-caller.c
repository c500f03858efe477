/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "hs-fake-caller.h"

#include "hs-library-faults.h"
#include "hs-sandbox-stop.h"

#include <gst/app/gstappsink.h>
#include <gst/app/gstappsrc.h>
#include <gst/sdp/gstsdpmessage.h>
#include <math.h>
#include <nice/agent.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <string.h>

#define GST_USE_UNSTABLE_API
#include <gst/webrtc/webrtc.h>

#define RATE       48000
#define BLOCK      (RATE / 50)
#define WATCHDOG_S 60

/* Anything louder than -30 dBFS counts as sound. */
#define SOUND_AMPLITUDE 0.03

struct _HsFakeCaller {
  GstElement *pipeline, *webrtc;
  char *certificate; /* PEM, or NULL */
  char *fingerprint; /* of that */
  char *offer;

  GMutex lock; /* for the rest */
  gboolean connected;
  guint sent;
  double hz, amplitude;
  guint blocks_left;
  guint64 phase;
  GArray *heard; /* gint16: everything from the first sound on */
  guint heard_samples, silent_samples;
};

static void
dtls_set_pem (GstBin *bin, GstBin *sub_bin, GstElement *element, gpointer user_data)
{
  HsFakeCaller *caller = user_data;
  GstElementFactory *factory = gst_element_get_factory (element);

  if (caller->certificate != NULL && factory != NULL &&
      g_str_equal (gst_plugin_feature_get_name (GST_PLUGIN_FEATURE (factory)), "dtlssrtpdec"))
    g_object_set (element, "pem", caller->certificate, NULL);
}

static char *
dup_bio (BIO *bio)
{
  char *data = NULL;
  long length = BIO_get_mem_data (bio, &data);

  return g_strndup (data, length);
}

static char *
dup_fingerprint (X509 *certificate)
{
  GString *text = g_string_new ("sha-256 ");
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int length = 0;

  X509_digest (certificate, EVP_sha256 (), digest, &length);
  for (unsigned int i = 0; i < length; i++)
    g_string_append_printf (text, "%s%02X", i > 0 ? ":" : "", digest[i]);
  return g_string_free (text, FALSE);
}

static void
make_certificate (HsFakeCaller *caller)
{
  EVP_PKEY *key = EVP_EC_gen ("P-256");
  X509 *certificate = X509_new ();
  BIO *bio = BIO_new (BIO_s_mem ());

  ASN1_INTEGER_set (X509_get_serialNumber (certificate), 1);
  X509_gmtime_adj (X509_getm_notBefore (certificate), 0);
  X509_gmtime_adj (X509_getm_notAfter (certificate), 86400);
  X509_NAME_add_entry_by_txt (X509_get_subject_name (certificate), "CN", MBSTRING_ASC,
                              (const unsigned char *) "caller", -1, -1, 0);
  X509_set_issuer_name (certificate, X509_get_subject_name (certificate));
  X509_set_pubkey (certificate, key);
  X509_sign (certificate, key, EVP_sha256 ());
  PEM_write_bio_X509 (bio, certificate);
  PEM_write_bio_PKCS8PrivateKey (bio, key, NULL, NULL, 0, NULL, NULL);
  caller->certificate = dup_bio (bio);
  caller->fingerprint = dup_fingerprint (certificate);
  BIO_free (bio);
  X509_free (certificate);
  EVP_PKEY_free (key);
}

static void
on_connection_state (HsFakeCaller *caller)
{
  GstWebRTCPeerConnectionState state;

  g_object_get (caller->webrtc, "connection-state", &state, NULL);
  g_mutex_lock (&caller->lock);
  caller->connected = state == GST_WEBRTC_PEER_CONNECTION_STATE_CONNECTED;
  g_mutex_unlock (&caller->lock);
}

/* The strength of one frequency in @samples (Goertzel), as the amplitude of such a sine. */
static double
goertzel (const gint16 *samples, guint n_samples, double hz)
{
  double coefficient = 2 * cos (2 * G_PI * hz / RATE);
  double now = 0, last = 0, before = 0;

  for (guint i = 0; i < n_samples; i++) {
    now = samples[i] / 32768.0 + coefficient * last - before;
    before = last;
    last = now;
  }
  return 2 * sqrt (MAX (last * last + before * before - coefficient * last * before, 0)) /
         n_samples;
}

static double
get_peak (const gint16 *samples, guint n_samples)
{
  int peak = 0;

  for (guint i = 0; i < n_samples; i++)
    peak = MAX (peak, ABS ((int) samples[i]));
  return peak / 32768.0;
}

static void
hear (HsFakeCaller *caller, const gint16 *samples, guint n_samples)
{
  g_mutex_lock (&caller->lock);
  if (get_peak (samples, n_samples) >= SOUND_AMPLITUDE) {
    caller->heard_samples += n_samples;
    caller->silent_samples = 0;
  } else if (caller->heard_samples > 0) {
    caller->silent_samples += n_samples;
  }
  if (caller->heard_samples > 0)
    g_array_append_vals (caller->heard, samples, n_samples);
  g_mutex_unlock (&caller->lock);
}

static GstFlowReturn
on_sound (GstAppSink *sink, gpointer user_data)
{
  GstSample *sample = gst_app_sink_pull_sample (sink);
  GstMapInfo map;

  if (sample == NULL)
    return GST_FLOW_EOS;
  gst_buffer_map (gst_sample_get_buffer (sample), &map, GST_MAP_READ);
  hear (user_data, (const gint16 *) (gconstpointer) map.data, map.size / sizeof (gint16));
  gst_buffer_unmap (gst_sample_get_buffer (sample), &map);
  gst_sample_unref (sample);
  return GST_FLOW_OK;
}

static const struct {
  const char *name, *caps, *encoder, *decoder;
  int payload; /* not the usual numbers, as those of other makers */
} codecs[] = {
  { "OPUS", "encoding-name=OPUS,payload=109,clock-rate=48000,encoding-params=(string)2",
    "opusenc complexity=0 bitrate=64000 ! rtpopuspay pt=109", "rtpopusdepay ! opusdec", 109 },
  { "PCMU", "encoding-name=PCMU,payload=0,clock-rate=8000", "audioresample ! mulawenc ! rtppcmupay",
    "rtppcmudepay ! mulawdec", 0 },
  { "PCMA", "encoding-name=PCMA,payload=8,clock-rate=8000", "audioresample ! alawenc ! rtppcmapay",
    "rtppcmadepay ! alawdec", 8 },
};

static void
on_pad_added (GstElement *webrtc, GstPad *pad, gpointer user_data)
{
  HsFakeCaller *caller = user_data;
  GstAppSinkCallbacks callbacks = { .new_sample = on_sound };
  g_autoptr (GstCaps) caps = gst_pad_get_current_caps (pad);
  g_autofree char *text = NULL;
  g_autoptr (GstElement) sink = NULL;
  g_autoptr (GstPad) sink_pad = NULL;
  GstElement *bin;
  guint codec = 0;

  if (GST_PAD_DIRECTION (pad) != GST_PAD_SRC)
    return;
  while (!g_str_equal (codecs[codec].name, gst_structure_get_string (
                                               gst_caps_get_structure (caps, 0), "encoding-name")))
    codec++;
  text =
      g_strdup_printf ("%s ! audioconvert ! audioresample ! capsfilter caps=audio/x-raw,"
                       "format=S16LE,rate=%d,channels=1 ! appsink name=ear sync=false async=false",
                       codecs[codec].decoder, RATE);
  bin = gst_parse_bin_from_description (text, TRUE, NULL);
  sink = gst_bin_get_by_name (GST_BIN (bin), "ear");
  gst_app_sink_set_callbacks (GST_APP_SINK (sink), &callbacks, caller, NULL);
  gst_bin_add (GST_BIN (caller->pipeline), bin);
  gst_element_sync_state_with_parent (bin);
  sink_pad = gst_element_get_static_pad (bin, "sink");
  g_assert_cmpint (gst_pad_link (pad, sink_pad), ==, GST_PAD_LINK_OK);
}

/* Paints the tone over the source's silence, and counts. */
static GstPadProbeReturn
on_block (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  HsFakeCaller *caller = user_data;
  GstPadProbeReturn verdict = GST_PAD_PROBE_DROP;
  GstMapInfo map;

  g_mutex_lock (&caller->lock);
  if (caller->connected) {
    verdict = GST_PAD_PROBE_OK;
    caller->sent++;
  }
  if (caller->connected && caller->blocks_left > 0) {
    GstBuffer *buffer = gst_buffer_make_writable (GST_PAD_PROBE_INFO_BUFFER (info));

    GST_PAD_PROBE_INFO_DATA (info) = buffer;
    GST_BUFFER_FLAG_UNSET (buffer, GST_BUFFER_FLAG_GAP);
    gst_buffer_map (buffer, &map, GST_MAP_WRITE);
    for (guint i = 0; i < map.size / sizeof (gint16); i++)
      ((gint16 *) (gpointer) map.data)[i] =
          (gint16) (32767 * caller->amplitude *
                    sin (2 * G_PI * caller->hz * caller->phase++ / RATE));
    gst_buffer_unmap (buffer, &map);
    caller->blocks_left--;
  }
  g_mutex_unlock (&caller->lock);
  return verdict;
}

static void
prefer (HsFakeCaller *caller, const char *formats)
{
  g_auto (GStrv) names = g_strsplit (formats, " ", -1);
  g_autoptr (GstPad) pad = gst_element_request_pad_simple (caller->webrtc, "sink_0");
  g_autoptr (GstWebRTCRTPTransceiver) transceiver = NULL;
  g_autoptr (GstCaps) caps = gst_caps_new_empty ();

  for (guint i = 0; names[i] != NULL; i++)
    for (guint codec = 0; codec < G_N_ELEMENTS (codecs); codec++)
      if (g_str_equal (names[i], codecs[codec].name)) {
        g_autofree char *text =
            g_strconcat ("application/x-rtp,media=audio,", codecs[codec].caps, NULL);

        gst_caps_append (caps, gst_caps_from_string (text));
      }
  g_object_get (pad, "transceiver", &transceiver, NULL);
  g_object_set (transceiver, "codec-preferences", caps, NULL);
}

static void
stay_on_loopback (HsFakeCaller *caller)
{
  g_autoptr (GObject) ice = NULL, agent = NULL;
  NiceAddress address;

  g_object_get (caller->webrtc, "ice-agent", &ice, NULL);
  g_object_set (ice, "ice-tcp", FALSE, NULL);
  g_object_get (ice, "agent", &agent, NULL);
  g_object_set (agent, "upnp", FALSE, NULL);
  nice_address_init (&address);
  nice_address_set_from_string (&address, "127.0.0.1");
  nice_agent_add_local_address (NICE_AGENT (agent), &address);
}

static HsFakeCaller *
caller_new (const char *formats, gboolean with_certificate)
{
  HsFakeCaller *caller = g_new0 (HsFakeCaller, 1);

  gst_init (NULL, NULL);
  hs_test_tolerate_library_faults ();
  g_mutex_init (&caller->lock);
  caller->heard = g_array_new (FALSE, FALSE, sizeof (gint16));
  if (with_certificate)
    make_certificate (caller);
  caller->pipeline = gst_pipeline_new (NULL);
  caller->webrtc = gst_element_factory_make ("webrtcbin", NULL);
  g_object_set (caller->webrtc, "bundle-policy", GST_WEBRTC_BUNDLE_POLICY_MAX_BUNDLE, NULL);
  g_signal_connect_swapped (caller->webrtc, "notify::connection-state",
                            G_CALLBACK (on_connection_state), caller);
  g_signal_connect (caller->webrtc, "pad-added", G_CALLBACK (on_pad_added), caller);
  g_signal_connect (caller->webrtc, "deep-element-added", G_CALLBACK (dtls_set_pem), caller);
  gst_bin_add (GST_BIN (caller->pipeline), caller->webrtc);
  stay_on_loopback (caller);
  prefer (caller, formats);
  gst_element_set_state (caller->pipeline, GST_STATE_PLAYING);
  return caller;
}

HsFakeCaller *
hs_fake_caller_new (const char *formats)
{
  return caller_new (formats, FALSE);
}

HsFakeCaller *
hs_fake_caller_new_with_certificate (const char *formats)
{
  return caller_new (formats, TRUE);
}

void
hs_fake_caller_free (HsFakeCaller *caller)
{
  hs_sandbox_stop_pipeline (caller->pipeline);
  gst_object_unref (caller->pipeline);
  g_array_unref (caller->heard);
  g_free (caller->certificate);
  g_free (caller->fingerprint);
  g_free (caller->offer);
  g_mutex_clear (&caller->lock);
  g_free (caller);
}

static void
set_description (HsFakeCaller *caller, const char *signal, GstWebRTCSessionDescription *description)
{
  g_autoptr (GstPromise) promise = gst_promise_new ();
  const GstStructure *reply;

  g_signal_emit_by_name (caller->webrtc, signal, description, promise);
  g_assert_cmpint (gst_promise_wait (promise), ==, GST_PROMISE_RESULT_REPLIED);
  reply = gst_promise_get_reply (promise);
  g_assert_true (reply == NULL || !gst_structure_has_field (reply, "error"));
}

static gboolean
is_gathered (gpointer user_data)
{
  HsFakeCaller *caller = user_data;
  GstWebRTCICEGatheringState state;

  g_object_get (caller->webrtc, "ice-gathering-state", &state, NULL);
  return state == GST_WEBRTC_ICE_GATHERING_STATE_COMPLETE;
}

static void
create_offer (HsFakeCaller *caller)
{
  g_autoptr (GstPromise) promise = gst_promise_new ();
  GstWebRTCSessionDescription *offer = NULL;

  g_signal_emit_by_name (caller->webrtc, "create-offer", NULL, promise);
  g_assert_cmpint (gst_promise_wait (promise), ==, GST_PROMISE_RESULT_REPLIED);
  gst_structure_get (gst_promise_get_reply (promise), "offer", GST_TYPE_WEBRTC_SESSION_DESCRIPTION,
                     &offer, NULL);
  g_assert_nonnull (offer);
  set_description (caller, "set-local-description", offer);
  gst_webrtc_session_description_free (offer);
}

/* webrtcbin announces a wrong fingerprint for a certificate that it was given. */
static char *
correct_fingerprint (HsFakeCaller *caller, const char *sdp)
{
  g_autoptr (GRegex) regex = g_regex_new ("a=fingerprint:[^\r\n]*", 0, 0, NULL);
  g_autofree char *line = g_strconcat ("a=fingerprint:", caller->fingerprint, NULL);

  if (caller->fingerprint == NULL)
    return g_strdup (sdp);
  return g_regex_replace_literal (regex, sdp, -1, 0, line, 0, NULL);
}

char *
hs_fake_caller_offer (HsFakeCaller *caller)
{
  GstWebRTCSessionDescription *local = NULL;
  g_autofree char *text = NULL;

  create_offer (caller);
  hs_fake_wait_until (is_gathered, caller);
  g_object_get (caller->webrtc, "local-description", &local, NULL);
  text = gst_sdp_message_as_text (local->sdp);
  gst_webrtc_session_description_free (local);
  caller->offer = correct_fingerprint (caller, text);
  return g_strdup (caller->offer);
}

char *
hs_fake_caller_dup_offer (HsFakeCaller *caller)
{
  return g_strdup (caller->offer);
}

static void
start_source (HsFakeCaller *caller, int payload)
{
  g_autoptr (GstElement) mouth = NULL;
  g_autoptr (GstPad) pad = NULL, sink = NULL, src = NULL;
  g_autofree char *text = NULL;
  GstElement *bin;
  guint codec = 0;

  while (codecs[codec].payload != payload)
    codec++;
  text = g_strdup_printf ("audiotestsrc name=mouth is-live=true wave=silence samplesperbuffer=%d ! "
                          "audio/x-raw,format=S16LE,rate=%d,channels=1 ! %s ! "
                          "capsfilter caps=application/x-rtp,payload=%d",
                          BLOCK, RATE, codecs[codec].encoder, payload);
  bin = gst_parse_bin_from_description (text, TRUE, NULL);
  g_assert_nonnull (bin);
  mouth = gst_bin_get_by_name (GST_BIN (bin), "mouth");
  pad = gst_element_get_static_pad (mouth, "src");
  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER, on_block, caller, NULL);
  gst_bin_add (GST_BIN (caller->pipeline), bin);
  src = gst_element_get_static_pad (bin, "src");
  sink = gst_element_get_static_pad (caller->webrtc, "sink_0");
  g_assert_cmpint (gst_pad_link (src, sink), ==, GST_PAD_LINK_OK);
  gst_element_sync_state_with_parent (bin);
}

void
hs_fake_caller_take_answer (HsFakeCaller *caller, const char *answer)
{
  GstSDPMessage *message = NULL;
  GstWebRTCSessionDescription *description;
  int payload;

  g_assert_cmpint (gst_sdp_message_new_from_text (answer, &message), ==, GST_SDP_OK);
  payload = atoi (gst_sdp_media_get_format (gst_sdp_message_get_media (message, 0), 0));
  description = gst_webrtc_session_description_new (GST_WEBRTC_SDP_TYPE_ANSWER, message);
  set_description (caller, "set-remote-description", description);
  gst_webrtc_session_description_free (description);
  start_source (caller, payload);
}

void
hs_fake_caller_send_tone (HsFakeCaller *caller, guint hz, double amplitude, guint duration_ms)
{
  g_mutex_lock (&caller->lock);
  caller->hz = hz;
  caller->amplitude = amplitude;
  caller->blocks_left = duration_ms / 20;
  g_mutex_unlock (&caller->lock);
}

static guint
read_locked (HsFakeCaller *caller, const guint *value)
{
  guint copy;

  g_mutex_lock (&caller->lock);
  copy = *value;
  g_mutex_unlock (&caller->lock);
  return copy;
}

guint
hs_fake_caller_get_sent (HsFakeCaller *caller)
{
  return read_locked (caller, &caller->sent);
}

guint
hs_fake_caller_get_heard_ms (HsFakeCaller *caller)
{
  return read_locked (caller, &caller->heard_samples) / (RATE / 1000);
}

guint
hs_fake_caller_get_silent_ms (HsFakeCaller *caller)
{
  return read_locked (caller, &caller->silent_samples) / (RATE / 1000);
}

gboolean
hs_fake_caller_has_heard_silence (gpointer user_data)
{
  return hs_fake_caller_get_silent_ms (user_data) >= 200;
}

gboolean
hs_fake_caller_is_connected (gpointer user_data)
{
  HsFakeCaller *caller = user_data;
  gboolean connected;

  g_mutex_lock (&caller->lock);
  connected = caller->connected;
  g_mutex_unlock (&caller->lock);
  return connected;
}

static double
find_strongest (const gint16 *samples, guint n_samples, double from, double to, double step)
{
  double best = from, most = 0;

  for (double hz = from; hz <= to; hz += step) {
    double amplitude = goertzel (samples, n_samples, hz);

    if (amplitude > most) {
      most = amplitude;
      best = hz;
    }
  }
  return best;
}

HsFakeTone
hs_fake_caller_measure (HsFakeCaller *caller)
{
  const guint window = RATE / 100;
  HsFakeTone tone = { 0 };
  const gint16 *samples, *middle;
  guint n_middle;

  g_mutex_lock (&caller->lock);
  samples = (const gint16 *) (gconstpointer) caller->heard->data;
  /* the beginning belongs to the codec finding its feet */
  n_middle = MIN (caller->heard_samples / 2, RATE / 2);
  middle = samples + caller->heard_samples / 4;
  tone.hz = find_strongest (middle, n_middle, 100, 3600, 2);
  tone.hz = find_strongest (middle, n_middle, tone.hz - 3, tone.hz + 3, 0.5);
  tone.amplitude = goertzel (middle, n_middle, tone.hz);
  for (guint i = 0; i + window <= caller->heard->len; i += window)
    if (goertzel (samples + i, window, tone.hz) > tone.amplitude / 2)
      tone.duration_ms += 10;
  g_mutex_unlock (&caller->lock);
  return tone;
}

static gboolean
on_tick (gpointer user_data)
{
  return G_SOURCE_CONTINUE;
}

static gboolean
on_watchdog (gpointer user_data)
{
  g_error ("nothing happened within %d s", WATCHDOG_S);
  return G_SOURCE_REMOVE;
}

void
hs_fake_wait_until (HsFakeCondition condition, gpointer user_data)
{
  guint tick = g_timeout_add (5, on_tick, NULL);
  guint watchdog = g_timeout_add_seconds (WATCHDOG_S, on_watchdog, NULL);

  while (!condition (user_data))
    g_main_context_iteration (NULL, TRUE);
  g_source_remove (tick);
  g_source_remove (watchdog);
}
