/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "hs-media"

#include "hs-leg-sources.h"

#include "hs-leg-private.h"

/* Of every video codec, and of its retransmissions. */
#define VIDEO_CLOCK_RATE 90000

GPtrArray *
hs_leg_dup_sources (HsLeg *leg)
{
  GPtrArray *sources = g_ptr_array_new_with_free_func ((GDestroyNotify) gst_structure_free);
  g_autoptr (GstElement) rtpbin = gst_bin_get_by_name (GST_BIN (leg->webrtc), "rtpbin");
  g_autoptr (GObject) session = NULL;
  g_autoptr (GstStructure) stats = NULL;
  const GValue *list;

  g_signal_emit_by_name (rtpbin, "get-internal-session", 0, &session);
  if (session != NULL)
    g_object_get (session, "stats", &stats, NULL);
  list = stats != NULL ? gst_structure_get_value (stats, "source-stats") : NULL;
  G_GNUC_BEGIN_IGNORE_DEPRECATIONS
  if (list != NULL && g_str_equal (G_VALUE_TYPE_NAME (list), "GValueArray")) {
    GValueArray *array = g_value_get_boxed (list);

    for (guint i = 0; i < array->n_values; i++)
      g_ptr_array_add (sources, g_value_dup_boxed (g_value_array_get_nth (array, i)));
  }
  G_GNUC_END_IGNORE_DEPRECATIONS
  return sources;
}

static guint
get_uint (const GstStructure *source, const char *field)
{
  guint value = 0;

  gst_structure_get_uint (source, field, &value);
  return value;
}

static gboolean
is_true (const GstStructure *source, const char *field)
{
  gboolean value = FALSE;

  gst_structure_get_boolean (source, field, &value);
  return value;
}

const GstStructure *
hs_leg_sources_find_audio (GPtrArray *sources, gboolean internal)
{
  const GstStructure *found = NULL;

  for (guint i = 0; i < sources->len; i++) {
    const GstStructure *source = sources->pdata[i];
    guint64 packets = 0;
    int clock_rate = 0;

    gst_structure_get_uint64 (source, internal ? "packets-sent" : "packets-received", &packets);
    gst_structure_get_int (source, "clock-rate", &clock_rate);
    if (is_true (source, "internal") == internal && packets > 0 && clock_rate != VIDEO_CLOCK_RATE)
      found = source;
  }
  return found;
}

const GstStructure *
hs_leg_sources_find (GPtrArray *sources, guint ssrc)
{
  for (guint i = 0; ssrc != 0 && i < sources->len; i++) {
    if (get_uint (sources->pdata[i], "ssrc") == ssrc)
      return sources->pdata[i];
  }
  return NULL;
}

const GstStructure *
hs_leg_sources_find_report (GPtrArray *sources, guint ssrc)
{
  for (guint i = 0; i < sources->len; i++) {
    if (is_true (sources->pdata[i], "have-rb") && get_uint (sources->pdata[i], "rb-ssrc") == ssrc)
      return sources->pdata[i];
  }
  return NULL;
}

double
hs_leg_sources_get_loss (const GstStructure *sent, GPtrArray *sources)
{
  const GstStructure *report =
      sent != NULL ? hs_leg_sources_find_report (sources, get_uint (sent, "ssrc")) : NULL;

  return report != NULL ? get_uint (report, "rb-fractionlost") / 256.0 : 0;
}
