/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "hs-media"

#include "hs-leg-gate.h"

#include "hs-leg-tones.h"

#include <gst/rtp/rtp.h>
#include <openssl/crypto.h>
#include <string.h>

#define PACKETS (GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_BUFFER_LIST)

struct _HsLegGate {
  gatomicrefcount references;
  char *pem;
  HsLegGateEvent event;
  gpointer user_data;
  GDestroyNotify destroy;

  GMutex lock; /* for what follows */
  gboolean open;
  guint event_rates[128]; /* by payload; 0: no events */
  HsLegTraffic traffic;

  GWeakRef jitter_buffer; /* weak, for its pads hold us */
};

HsLegGate *
hs_leg_gate_ref (HsLegGate *self)
{
  g_atomic_ref_count_inc (&self->references);
  return self;
}

void
hs_leg_gate_unref (HsLegGate *self)
{
  if (!g_atomic_ref_count_dec (&self->references))
    return;
  OPENSSL_cleanse (self->pem, strlen (self->pem));
  g_free (self->pem);
  g_weak_ref_clear (&self->jitter_buffer);
  g_mutex_clear (&self->lock);
  self->destroy (self->user_data);
  g_free (self);
}

static void
unref_gate (gpointer data)
{
  hs_leg_gate_unref (data);
}

static void
unref_gate_closure (gpointer data, GClosure *closure)
{
  hs_leg_gate_unref (data);
}

static void
measure (GstPadProbeInfo *info, guint *packets, guint64 *bytes)
{
  if ((info->type & GST_PAD_PROBE_TYPE_BUFFER_LIST) != 0) {
    GstBufferList *list = GST_PAD_PROBE_INFO_BUFFER_LIST (info);

    *packets = gst_buffer_list_length (list);
    *bytes = gst_buffer_list_calculate_size (list);
  } else {
    *packets = 1;
    *bytes = gst_buffer_get_size (GST_PAD_PROBE_INFO_BUFFER (info));
  }
}

static GstPadProbeReturn
on_received (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  HsLegGate *self = user_data;
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);
  guint64 bytes;
  guint packets;

  measure (info, &packets, &bytes);
  self->traffic.packets_received += packets;
  self->traffic.bytes_received += bytes;
  return self->open ? GST_PAD_PROBE_OK : GST_PAD_PROBE_DROP;
}

static GstPadProbeReturn
on_sending (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  HsLegGate *self = user_data;
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);
  guint64 bytes;
  guint packets;

  if (!self->open)
    return GST_PAD_PROBE_DROP;
  measure (info, &packets, &bytes);
  self->traffic.packets_sent += packets;
  self->traffic.bytes_sent += bytes;
  return GST_PAD_PROBE_OK;
}

static void
add_probe (HsLegGate *self, GstPad *pad, GstPadProbeCallback callback)
{
  gst_pad_add_probe (pad, PACKETS, callback, hs_leg_gate_ref (self), unref_gate);
}

static void
on_encrypter_pad (GstElement *encrypter, GstPad *pad, gpointer user_data)
{
  if (GST_PAD_IS_SINK (pad))
    add_probe (user_data, pad, on_sending);
}

static void
watch_decrypter (HsLegGate *self, GstElement *decrypter)
{
  static const char *const names[] = { "rtp_src", "rtcp_src" };

  g_object_set (decrypter, "pem", self->pem, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (names); i++) {
    g_autoptr (GstPad) pad = gst_element_get_static_pad (decrypter, names[i]);

    if (pad != NULL)
      add_probe (self, pad, on_received);
    else
      g_critical ("dtlssrtpdec has no pad %s", names[i]);
  }
}

static void
on_element_added (GstBin *bin, GstBin *sub_bin, GstElement *element, gpointer user_data)
{
  HsLegGate *self = user_data;
  GstElementFactory *factory = gst_element_get_factory (element);
  const char *name = factory != NULL ? GST_OBJECT_NAME (factory) : "";

  if (strcmp (name, "dtlssrtpdec") == 0)
    watch_decrypter (self, element);
  else if (strcmp (name, "dtlssrtpenc") == 0)
    g_signal_connect_data (element, "pad-added", G_CALLBACK (on_encrypter_pad),
                           hs_leg_gate_ref (self), unref_gate_closure, 0);
}

/* Returns: the clock's rate when it is an event, else 0 */
static guint
get_event_rate (HsLegGate *self, GstBuffer *buffer)
{
  GstRTPBuffer packet = GST_RTP_BUFFER_INIT;
  guint rate;

  if (!gst_rtp_buffer_map (buffer, GST_MAP_READ, &packet))
    return 0;
  g_mutex_lock (&self->lock);
  rate = self->event_rates[gst_rtp_buffer_get_payload_type (&packet) & 0x7f];
  g_mutex_unlock (&self->lock);
  gst_rtp_buffer_unmap (&packet);
  return rate;
}

static GstPadProbeReturn
on_ordered (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  HsLegGate *self = user_data;
  GstBuffer *buffer = GST_PAD_PROBE_INFO_BUFFER (info);
  guint rate = get_event_rate (self, buffer);
  HsToneArrival arrival;

  if (rate == 0)
    return GST_PAD_PROBE_OK;
  if (hs_leg_tones_read (buffer, &arrival)) {
    arrival.clock_rate = rate;
    self->event (&arrival, self->user_data);
  }
  /* A jitter buffer hands packets on one by one. Let through, an event would make webrtcbin open a
   * pad for a stream that nothing decodes. */
  return GST_PAD_PROBE_DROP;
}

static void
on_jitter_buffer (
    GstElement *rtpbin, GstElement *jitter_buffer, guint session, guint ssrc, gpointer user_data)
{
  HsLegGate *self = user_data;
  g_autoptr (GstPad) pad = gst_element_get_static_pad (jitter_buffer, "src");

  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER, on_ordered, hs_leg_gate_ref (self),
                     unref_gate);
  g_weak_ref_set (&self->jitter_buffer, jitter_buffer);
}

HsLegGate *
hs_leg_gate_new (GstElement *webrtc,
                 const char *pem,
                 HsLegGateEvent event,
                 gpointer user_data,
                 GDestroyNotify destroy)
{
  HsLegGate *self = g_new0 (HsLegGate, 1);
  g_autoptr (GstElement) rtpbin = gst_bin_get_by_name (GST_BIN (webrtc), "rtpbin");

  g_atomic_ref_count_init (&self->references);
  g_mutex_init (&self->lock);
  g_weak_ref_init (&self->jitter_buffer, NULL);
  self->pem = g_strdup (pem);
  self->event = event;
  self->user_data = user_data;
  self->destroy = destroy;
  g_signal_connect_data (webrtc, "deep-element-added", G_CALLBACK (on_element_added),
                         hs_leg_gate_ref (self), unref_gate_closure, 0);
  if (rtpbin != NULL)
    g_signal_connect_data (rtpbin, "new-jitterbuffer", G_CALLBACK (on_jitter_buffer),
                           hs_leg_gate_ref (self), unref_gate_closure, 0);
  else
    g_critical ("webrtcbin has no rtpbin");
  return self;
}

void
hs_leg_gate_open (HsLegGate *self)
{
  g_mutex_lock (&self->lock);
  self->open = TRUE;
  g_mutex_unlock (&self->lock);
}

void
hs_leg_gate_add_event_payload (HsLegGate *self, guint payload, guint clock_rate)
{
  g_return_if_fail (payload < G_N_ELEMENTS (self->event_rates));

  g_mutex_lock (&self->lock);
  self->event_rates[payload] = clock_rate;
  g_mutex_unlock (&self->lock);
}

HsLegTraffic
hs_leg_gate_get_traffic (HsLegGate *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  return self->traffic;
}

GstElement *
hs_leg_gate_dup_jitter_buffer (HsLegGate *self)
{
  return g_weak_ref_get (&self->jitter_buffer);
}
