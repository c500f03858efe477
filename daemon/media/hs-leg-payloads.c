/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "hs-media"

#include "hs-leg-payloads.h"

#include "sdp/hs-sdp-codec.h"

struct _HsLegPayloads {
  gatomicrefcount references;

  GMutex lock;
  GHashTable *caps; /* of GstCaps by payload */
};

static void
unref_caps (gpointer caps)
{
  gst_caps_unref (caps);
}

HsLegPayloads *
hs_leg_payloads_ref (HsLegPayloads *self)
{
  g_atomic_ref_count_inc (&self->references);
  return self;
}

void
hs_leg_payloads_unref (HsLegPayloads *self)
{
  if (!g_atomic_ref_count_dec (&self->references))
    return;
  g_hash_table_unref (self->caps);
  g_mutex_clear (&self->lock);
  g_free (self);
}

static void
unref_closure (gpointer data, GClosure *closure)
{
  hs_leg_payloads_unref (data);
}

/* Returns: (transfer full) (nullable) */
static GstCaps *
on_request (GstElement *rtpbin, guint session, guint payload, gpointer user_data)
{
  HsLegPayloads *self = user_data;
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);
  GstCaps *caps = g_hash_table_lookup (self->caps, GUINT_TO_POINTER (payload));

  return caps != NULL ? gst_caps_ref (caps) : NULL;
}

HsLegPayloads *
hs_leg_payloads_new (GstElement *webrtc)
{
  HsLegPayloads *self = g_new0 (HsLegPayloads, 1);
  g_autoptr (GstElement) rtpbin = gst_bin_get_by_name (GST_BIN (webrtc), "rtpbin");

  g_atomic_ref_count_init (&self->references);
  g_mutex_init (&self->lock);
  self->caps = g_hash_table_new_full (NULL, NULL, NULL, unref_caps);
  if (rtpbin != NULL)
    g_signal_connect_data (rtpbin, "request-pt-map", G_CALLBACK (on_request),
                           hs_leg_payloads_ref (self), unref_closure, 0);
  else
    g_critical ("webrtcbin has no rtpbin");
  return self;
}

/* As webrtcbin would have made them; keyframes are asked for as far as the feedback allows. */
static GstCaps *
make_caps (const char *media, const HsSdpCodec *codec)
{
  g_autofree char *name = g_ascii_strup (codec->name, -1);
  GstCaps *caps = gst_caps_new_simple (
      "application/x-rtp", "media", G_TYPE_STRING, media, "payload", G_TYPE_INT, codec->payload,
      "clock-rate", G_TYPE_INT, codec->clock_rate, "encoding-name", G_TYPE_STRING, name, NULL);

  if (codec->channels == 2)
    gst_caps_set_simple (caps, "encoding-params", G_TYPE_STRING, "2", NULL);
  if (g_str_equal (media, "video"))
    gst_caps_set_simple (caps, "rtcp-fb-nack", G_TYPE_BOOLEAN, TRUE, "rtcp-fb-nack-pli",
                         G_TYPE_BOOLEAN, TRUE, NULL);
  return caps;
}

static void
read_section (HsLegPayloads *self, HsSdpSection *section)
{
  const char *media = hs_sdp_section_get_media (section);
  g_autoptr (GPtrArray) codecs = hs_sdp_section_dup_codecs (section);

  for (guint i = 0; i < codecs->len; i++) {
    const HsSdpCodec *codec = codecs->pdata[i];

    g_hash_table_replace (self->caps, GUINT_TO_POINTER (codec->payload), make_caps (media, codec));
  }
}

void
hs_leg_payloads_read (HsLegPayloads *self, HsSdp *answer)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  for (guint i = 0; i < hs_sdp_get_n_sections (answer); i++)
    read_section (self, hs_sdp_get_section (answer, i));
}
