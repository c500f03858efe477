/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "hs-media"

#include "hs-leg-stats.h"

#include "hs-leg-private.h"
#include "hs-leg-sources.h"

/* W3C statistics of one video line. Ids end in the number of the line, for there may be several. */

typedef struct {
  JsonObject *stats;
  GPtrArray *sources;
  HsLegVideoStats counts;
  guint line;
  double timestamp_ms;
} Collection;

static JsonObject *
add (Collection *c, const char *what, const char *type)
{
  g_autofree char *id = g_strdup_printf ("%s-video-%u", what, c->line);

  return hs_leg_add_stat (c->stats, id, type, c->timestamp_ms);
}

static void
refer (Collection *c, JsonObject *stat, const char *member, const char *what)
{
  g_autofree char *id = g_strdup_printf ("%s-video-%u", what, c->line);

  if (json_object_has_member (c->stats, id))
    json_object_set_string_member (stat, member, id);
}

static gint64
get_number (const GstStructure *source, const char *field)
{
  const GValue *value = gst_structure_get_value (source, field);

  if (value == NULL)
    return 0;
  if (G_VALUE_HOLDS_UINT (value))
    return g_value_get_uint (value);
  if (G_VALUE_HOLDS_INT (value))
    return g_value_get_int (value);
  return G_VALUE_HOLDS_UINT64 (value) ? (gint64) g_value_get_uint64 (value) : 0;
}

static void
set_from (JsonObject *stat, const char *member, const GstStructure *source, const char *field)
{
  json_object_set_int_member (stat, member, MAX (get_number (source, field), 0));
}

static void
set_stream (Collection *c, JsonObject *stat, guint ssrc)
{
  json_object_set_int_member (stat, "ssrc", ssrc);
  json_object_set_string_member (stat, "kind", "video");
  json_object_set_string_member (stat, "mediaType", "video");
  json_object_set_string_member (stat, "transportId", "transport");
  refer (c, stat, "codecId", "codec");
}

static void
set_pictures (JsonObject *stat, const HsLegVideoCount *count)
{
  json_object_set_double_member (stat, "framesPerSecond", count->frames_per_second);
  if (count->width == 0)
    return;
  json_object_set_int_member (stat, "frameWidth", count->width);
  json_object_set_int_member (stat, "frameHeight", count->height);
}

static void
add_codec (Collection *c, const HsSdpCodec *codec)
{
  JsonObject *stat = add (c, "codec", "codec");
  g_autofree char *name = g_ascii_strup (codec->name, -1);
  g_autofree char *mime = g_strdup_printf ("video/%s", name);

  json_object_set_int_member (stat, "payloadType", codec->payload);
  json_object_set_string_member (stat, "mimeType", mime);
  json_object_set_int_member (stat, "clockRate", codec->clock_rate);
  json_object_set_string_member (stat, "transportId", "transport");
  if (codec->fmtp != NULL)
    json_object_set_string_member (stat, "sdpFmtpLine", codec->fmtp);
}

static void
add_remote_inbound (Collection *c, const GstStructure *report)
{
  JsonObject *stat = add (c, "remote-inbound", "remote-inbound-rtp");
  gint64 round_trip = get_number (report, "rb-round-trip");

  set_stream (c, stat, c->counts.sent.ssrc);
  set_from (stat, "packetsLost", report, "rb-packetslost");
  json_object_set_double_member (stat, "fractionLost",
                                 get_number (report, "rb-fractionlost") / 256.0);
  json_object_set_double_member (stat, "jitter", get_number (report, "rb-jitter") / 90000.0);
  if (round_trip > 0)
    json_object_set_double_member (stat, "roundTripTime", round_trip / 65536.0);
}

static void
add_outbound (Collection *c, const GstStructure *source)
{
  const HsLegVideoStats *counts = &c->counts;
  JsonObject *stat = add (c, "outbound", "outbound-rtp");

  set_stream (c, stat, counts->sent.ssrc);
  set_from (stat, "packetsSent", source, "packets-sent");
  set_from (stat, "bytesSent", source, "octets-sent");
  set_from (stat, "nackCount", source, "recv-nack-count");
  set_from (stat, "pliCount", source, "recv-pli-count");
  set_from (stat, "firCount", source, "recv-fir-count");
  json_object_set_int_member (stat, "framesEncoded", counts->sent.frames);
  json_object_set_int_member (stat, "framesSent", counts->sent.frames);
  json_object_set_int_member (stat, "keyFramesEncoded", counts->sent.key_frames);
  json_object_set_double_member (stat, "targetBitrate", counts->target_bps);
  json_object_set_string_member (stat, "qualityLimitationReason",
                                 counts->limited ? "bandwidth" : "none");
  set_pictures (stat, &counts->sent);
  refer (c, stat, "remoteId", "remote-inbound");
}

static void
add_inbound (Collection *c, const GstStructure *source)
{
  const HsLegVideoCount *count = &c->counts.received;
  JsonObject *stat = add (c, "inbound", "inbound-rtp");

  set_stream (c, stat, count->ssrc);
  set_from (stat, "packetsReceived", source, "packets-received");
  set_from (stat, "bytesReceived", source, "octets-received");
  set_from (stat, "packetsLost", source, "packets-lost");
  json_object_set_double_member (stat, "jitter", get_number (source, "jitter") / 90000.0);
  set_from (stat, "nackCount", source, "sent-nack-count");
  set_from (stat, "pliCount", source, "sent-pli-count");
  set_from (stat, "firCount", source, "sent-fir-count");
  json_object_set_int_member (stat, "framesReceived", count->frames);
  json_object_set_int_member (stat, "framesDecoded", count->decoded);
  json_object_set_int_member (stat, "keyFramesDecoded", MIN (count->key_frames, count->decoded));
  set_pictures (stat, count);
}

void
hs_leg_add_video_stats (HsLeg *self,
                        JsonObject *stats,
                        guint line,
                        gboolean sending,
                        gboolean receiving,
                        double timestamp_ms)
{
  HsLegVideoLine *video = hs_leg_get_video_line (self, line);
  Collection c = { .stats = stats, .line = line, .timestamp_ms = timestamp_ms };
  g_autoptr (GPtrArray) sources = NULL;
  const GstStructure *sent;
  const GstStructure *received;
  const GstStructure *report;

  if (video == NULL || self->webrtc == NULL)
    return;
  c.sources = sources = hs_leg_dup_sources (self);
  hs_leg_video_get_stats (video->video, &c.counts);
  sent = sending ? hs_leg_sources_find (sources, c.counts.sent.ssrc) : NULL;
  received = receiving ? hs_leg_sources_find (sources, c.counts.received.ssrc) : NULL;
  report = sent != NULL ? hs_leg_sources_find_report (sources, c.counts.sent.ssrc) : NULL;
  if (video->codec != NULL)
    add_codec (&c, video->codec);
  if (report != NULL)
    add_remote_inbound (&c, report);
  if (sent != NULL)
    add_outbound (&c, sent);
  if (received != NULL)
    add_inbound (&c, received);
}

void
hs_leg_spare_video (HsLeg *self)
{
  g_autoptr (GPtrArray) sources = NULL;

  for (guint i = 0; i < self->video_lines->len; i++) {
    HsLegVideoLine *line = self->video_lines->pdata[i];
    const GstStructure *sent;

    if (line == NULL || !line->send)
      continue;
    if (sources == NULL)
      sources = hs_leg_dup_sources (self);
    sent = hs_leg_sources_find (sources, hs_leg_video_get_source (line->video));
    hs_leg_video_set_loss (line->video, hs_leg_sources_get_loss (sent, sources));
  }
}
