/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "hs-media"

#include "hs-leg-stats.h"

#include "hs-leg-private.h"
#include "hs-leg-sources.h"
#include "hs-nice.h"

/* webrtcbin's own statistics mix streams up where they share a transport; these come from the RTP
 * session, the ICE agent and our own counters. */

typedef struct {
  HsLeg *leg;
  JsonObject *stats;
  double timestamp_ms;
} Collection;

JsonObject *
hs_leg_add_stat (JsonObject *stats, const char *id, const char *type, double timestamp_ms)
{
  JsonObject *stat = json_object_new ();

  json_object_set_string_member (stat, "id", id);
  json_object_set_string_member (stat, "type", type);
  json_object_set_double_member (stat, "timestamp", timestamp_ms);
  json_object_set_object_member (stats, id, stat);
  return stat;
}

static JsonObject *
add (Collection *c, const char *id, const char *type)
{
  return hs_leg_add_stat (c->stats, id, type, c->timestamp_ms);
}

/* --- fields of GStreamer's structures; absent ones are 0 --- */

static guint
get_uint (const GstStructure *source, const char *field)
{
  guint value = 0;

  gst_structure_get_uint (source, field, &value);
  return value;
}

static int
get_int (const GstStructure *source, const char *field)
{
  int value = 0;

  gst_structure_get_int (source, field, &value);
  return value;
}

static guint64
get_uint64 (const GstStructure *source, const char *field)
{
  guint64 value = 0;

  gst_structure_get_uint64 (source, field, &value);
  return value;
}

static gboolean
get_boolean (const GstStructure *source, const char *field)
{
  gboolean value = FALSE;

  gst_structure_get_boolean (source, field, &value);
  return value;
}

static void
set_seconds (JsonObject *stat, const char *member, guint units, int clock_rate)
{
  if (clock_rate > 0)
    json_object_set_double_member (stat, member, units / (double) clock_rate);
}

/* --- RTP --- */

static JsonObject *
add_stream (Collection *c, const char *id, const char *type, guint ssrc)
{
  JsonObject *stat = add (c, id, type);

  json_object_set_int_member (stat, "ssrc", ssrc);
  json_object_set_string_member (stat, "kind", "audio");
  json_object_set_string_member (stat, "mediaType", "audio");
  json_object_set_string_member (stat, "transportId", "transport");
  json_object_set_string_member (stat, "codecId", "codec-audio");
  return stat;
}

static void
add_outbound (Collection *c, const GstStructure *source)
{
  JsonObject *stat = add_stream (c, "outbound-audio", "outbound-rtp", get_uint (source, "ssrc"));

  json_object_set_int_member (stat, "packetsSent", get_uint64 (source, "packets-sent"));
  json_object_set_int_member (stat, "bytesSent", get_uint64 (source, "octets-sent"));
  json_object_set_int_member (stat, "retransmittedPacketsSent", 0);
  json_object_set_int_member (stat, "nackCount", get_uint (source, "recv-nack-count"));
  json_object_set_string_member (stat, "mediaSourceId", "source-audio");
  if (json_object_has_member (c->stats, "remote-inbound-audio"))
    json_object_set_string_member (stat, "remoteId", "remote-inbound-audio");
}

static void
add_inbound (Collection *c, const GstStructure *source)
{
  JsonObject *stat = add_stream (c, "inbound-audio", "inbound-rtp", get_uint (source, "ssrc"));

  json_object_set_int_member (stat, "packetsReceived", get_uint64 (source, "packets-received"));
  json_object_set_int_member (stat, "bytesReceived", get_uint64 (source, "octets-received"));
  /* The session counts it down to -1 before the first packet is complete. */
  json_object_set_int_member (stat, "packetsLost", MAX (get_int (source, "packets-lost"), 0));
  set_seconds (stat, "jitter", get_uint (source, "jitter"), get_int (source, "clock-rate"));
  json_object_set_int_member (stat, "nackCount", get_uint (source, "sent-nack-count"));
  if (json_object_has_member (c->stats, "remote-outbound-audio"))
    json_object_set_string_member (stat, "remoteId", "remote-outbound-audio");
}

static void
add_remote_outbound (Collection *c, const GstStructure *source)
{
  /* NTP's clock starts in 1900, and has seconds in its upper half. */
  double seconds = get_uint64 (source, "sr-ntptime") / 4294967296.0 - 2208988800.0;
  JsonObject *stat =
      add_stream (c, "remote-outbound-audio", "remote-outbound-rtp", get_uint (source, "ssrc"));

  json_object_set_string_member (stat, "localId", "inbound-audio");
  json_object_set_int_member (stat, "packetsSent", get_uint (source, "sr-packet-count"));
  json_object_set_int_member (stat, "bytesSent", get_uint (source, "sr-octet-count"));
  json_object_set_double_member (stat, "remoteTimestamp", seconds * 1000);
}

static void
add_remote_inbound (Collection *c, const GstStructure *source, int clock_rate)
{
  JsonObject *stat =
      add_stream (c, "remote-inbound-audio", "remote-inbound-rtp", get_uint (source, "rb-ssrc"));
  guint round_trip = get_uint (source, "rb-round-trip");

  json_object_set_string_member (stat, "localId", "outbound-audio");
  json_object_set_int_member (stat, "packetsLost", get_int (source, "rb-packetslost"));
  json_object_set_double_member (stat, "fractionLost",
                                 get_uint (source, "rb-fractionlost") / 256.0);
  set_seconds (stat, "jitter", get_uint (source, "rb-jitter"), clock_rate);
  if (round_trip > 0)
    json_object_set_double_member (stat, "roundTripTime", round_trip / 65536.0);
}

double
hs_leg_get_remote_loss (HsLeg *self)
{
  g_autoptr (GPtrArray) sources = hs_leg_dup_sources (self);

  return hs_leg_sources_get_loss (hs_leg_sources_find_audio (sources, TRUE), sources);
}

static void
add_rtp (Collection *c, gboolean sending, gboolean receiving)
{
  g_autoptr (GPtrArray) sources = hs_leg_dup_sources (c->leg);
  const GstStructure *sent = sending ? hs_leg_sources_find_audio (sources, TRUE) : NULL;
  const GstStructure *received = receiving ? hs_leg_sources_find_audio (sources, FALSE) : NULL;
  const GstStructure *report =
      sent != NULL ? hs_leg_sources_find_report (sources, get_uint (sent, "ssrc")) : NULL;

  if (report != NULL)
    add_remote_inbound (c, report, get_int (sent, "clock-rate"));
  if (sent != NULL)
    add_outbound (c, sent);
  if (received != NULL && get_boolean (received, "have-sr"))
    add_remote_outbound (c, received);
  if (received != NULL)
    add_inbound (c, received);
}

static void
add_codec (Collection *c)
{
  const HsSdpCodec *codec = c->leg->audio_codec;
  g_autofree char *mime = NULL;
  JsonObject *stat;

  if (codec == NULL)
    return;
  mime = g_strdup_printf ("audio/%s", codec->clock_rate == 48000 ? "opus" : codec->name);
  stat = add (c, "codec-audio", "codec");
  json_object_set_int_member (stat, "payloadType", codec->payload);
  json_object_set_string_member (stat, "mimeType", mime);
  json_object_set_int_member (stat, "clockRate", codec->clock_rate);
  json_object_set_int_member (stat, "channels", codec->channels);
  json_object_set_string_member (stat, "transportId", "transport");
  if (codec->fmtp != NULL)
    json_object_set_string_member (stat, "sdpFmtpLine", codec->fmtp);
}

/* --- the way through the network --- */

static void
add_candidate (Collection *c, const char *type, const HsNiceCandidate *candidate)
{
  JsonObject *stat = add (c, type, type);

  json_object_set_string_member (stat, "transportId", "transport");
  if (candidate->address != NULL)
    json_object_set_string_member (stat, "address", candidate->address);
  json_object_set_int_member (stat, "port", candidate->port);
  json_object_set_string_member (stat, "protocol", candidate->protocol);
  if (candidate->type != NULL)
    json_object_set_string_member (stat, "candidateType", candidate->type);
  json_object_set_int_member (stat, "priority", candidate->priority);
}

static gboolean
add_pair (Collection *c, const HsLegTraffic *traffic)
{
  g_autoptr (GObject) ice = NULL;
  g_autoptr (GObject) agent = NULL;
  g_auto (HsNiceCandidate) local = { 0 };
  g_auto (HsNiceCandidate) remote = { 0 };
  g_autoptr (GError) error = NULL;
  JsonObject *stat;

  g_object_get (c->leg->webrtc, "ice-agent", &ice, NULL);
  g_object_get (ice, "agent", &agent, NULL);
  /* There is one stream, since all lines share a transport, and one component, since RTCP does. */
  if (!hs_nice_get_selected_pair (agent, &local, &remote, &error)) {
    g_debug ("no path in the statistics: %s", error->message);
    return FALSE;
  }
  add_candidate (c, "local-candidate", &local);
  add_candidate (c, "remote-candidate", &remote);
  stat = add (c, "candidate-pair", "candidate-pair");
  json_object_set_string_member (stat, "transportId", "transport");
  json_object_set_string_member (stat, "localCandidateId", "local-candidate");
  json_object_set_string_member (stat, "remoteCandidateId", "remote-candidate");
  json_object_set_string_member (stat, "state", "succeeded");
  json_object_set_boolean_member (stat, "nominated", TRUE);
  json_object_set_int_member (stat, "packetsSent", traffic->packets_sent);
  json_object_set_int_member (stat, "packetsReceived", traffic->packets_received);
  json_object_set_int_member (stat, "bytesSent", traffic->bytes_sent);
  json_object_set_int_member (stat, "bytesReceived", traffic->bytes_received);
  return TRUE;
}

static const char *
get_dtls_state (HsLeg *leg)
{
  switch (leg->state) {
  case HS_PEER_NEW:
    return "new";
  case HS_PEER_CONNECTING:
    return "connecting";
  case HS_PEER_CONNECTED:
  case HS_PEER_LOST:
    return "connected";
  case HS_PEER_FAILED:
    return "failed";
  case HS_PEER_CLOSED:
    break;
  }
  return "closed";
}

static void
add_transport (Collection *c)
{
  HsLegTraffic traffic = hs_leg_gate_get_traffic (c->leg->gate);
  gboolean has_pair = add_pair (c, &traffic);
  JsonObject *stat = add (c, "transport", "transport");

  json_object_set_string_member (stat, "dtlsState", get_dtls_state (c->leg));
  json_object_set_int_member (stat, "packetsSent", traffic.packets_sent);
  json_object_set_int_member (stat, "packetsReceived", traffic.packets_received);
  json_object_set_int_member (stat, "bytesSent", traffic.bytes_sent);
  json_object_set_int_member (stat, "bytesReceived", traffic.bytes_received);
  if (has_pair)
    json_object_set_string_member (stat, "selectedCandidatePairId", "candidate-pair");
}

void
hs_leg_add_stats (
    HsLeg *self, JsonObject *stats, gboolean sending, gboolean receiving, double timestamp_ms)
{
  Collection collection = { .leg = self, .stats = stats, .timestamp_ms = timestamp_ms };

  if (self->webrtc == NULL)
    return;
  add_codec (&collection);
  add_rtp (&collection, sending, receiving);
  add_transport (&collection);
}
