/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "hs-media"

#include "hs-webrtc-peer-private.h"

#include "base/hs-error.h"
#include "base/hs-json.h"
#include "hs-leg-stats.h"

#include <math.h>

static const HsTrack *
get_remote_audio (HsWebrtcPeer *self)
{
  for (guint i = 0; i < self->remote_tracks->len; i++) {
    HsRemoteTrack *remote = self->remote_tracks->pdata[i];

    if (remote != NULL && remote->active && remote->track->kind == HS_MEDIA_AUDIO)
      return remote->track;
  }
  return NULL;
}

static void
add_level (JsonObject *stat, const HsTrack *track, const HsAudioLevel *level)
{
  double linear = level->rms_db <= HS_AUDIO_LEVEL_MIN ? 0 : pow (10, level->rms_db / 20);

  json_object_set_string_member (stat, "trackIdentifier", track->id);
  json_object_set_double_member (stat, "audioLevel", MIN (linear, 1));
  json_object_set_double_member (stat, "totalAudioEnergy", level->total_energy);
  json_object_set_double_member (stat, "totalSamplesDuration", level->total_duration);
}

static void
add_levels (HsWebrtcPeer *self, JsonObject *stats, gboolean sending, gboolean receiving, double now)
{
  const HsLocalTrack *local = hs_webrtc_peer_get_local_audio (self);
  const HsTrack *remote = get_remote_audio (self);
  JsonObject *inbound = hs_json_get_object (stats, "inbound-audio");
  HsAudioLevel sent;
  HsAudioLevel received;
  JsonObject *source;

  hs_audio_port_get_levels (self->port, &sent, &received);
  if (sending && local != NULL) {
    source = hs_leg_add_stat (stats, "source-audio", "media-source", now);
    json_object_set_string_member (source, "kind", "audio");
    add_level (source, local->track, &sent);
  }
  if (receiving && remote != NULL && inbound != NULL)
    add_level (inbound, remote, &received);
}

/* --- video --- */

static void
add_video_source (HsWebrtcPeer *self, JsonObject *stats, guint line, double now)
{
  HsLocalTrack *local = hs_webrtc_peer_get_local_on (self, line);
  g_autofree char *id = g_strdup_printf ("source-video-%u", line);
  g_autofree char *outbound = g_strdup_printf ("outbound-video-%u", line);
  JsonObject *sent = hs_json_get_object (stats, outbound);
  HsVideoShape shape;
  JsonObject *source;

  if (local == NULL || local->video == NULL)
    return;
  shape = hs_video_source_get_shape (local->video);
  source = hs_leg_add_stat (stats, id, "media-source", now);
  json_object_set_string_member (source, "kind", "video");
  json_object_set_string_member (source, "trackIdentifier", local->track->id);
  json_object_set_int_member (source, "width", shape.width);
  json_object_set_int_member (source, "height", shape.height);
  json_object_set_double_member (source, "framesPerSecond", shape.frame_rate);
  if (sent != NULL)
    json_object_set_string_member (sent, "mediaSourceId", id);
}

static void
name_received (HsWebrtcPeer *self, JsonObject *stats, guint line)
{
  HsRemoteTrack *remote = hs_webrtc_peer_get_remote_on (self, line);
  g_autofree char *id = g_strdup_printf ("inbound-video-%u", line);
  JsonObject *inbound = hs_json_get_object (stats, id);

  if (remote != NULL && inbound != NULL)
    json_object_set_string_member (inbound, "trackIdentifier", remote->track->id);
}

static void
add_video (HsWebrtcPeer *self,
           HsLeg *leg,
           JsonObject *stats,
           guint line,
           gboolean sending,
           gboolean receiving,
           double now)
{
  if (leg == NULL || hs_leg_get_video (leg, line) == NULL)
    return;
  hs_leg_add_video_stats (leg, stats, line, sending, receiving, now);
  if (sending)
    add_video_source (self, stats, line, now);
  if (receiving)
    name_received (self, stats, line);
}

/* --- whose --- */

static HsLeg *
get_leg (HsWebrtcPeer *self)
{
  HsPeerTransport *transport = self->live;

  if (transport == NULL)
    transport = self->agreed.transport != NULL ? self->agreed.transport : self->proposed.transport;
  return transport != NULL ? transport->leg : NULL;
}

static JsonObject *
collect_all (HsWebrtcPeer *self)
{
  JsonObject *stats = json_object_new ();
  double now = hs_clock_get_wall_ms (self->clock);
  guint n_lines = self->agreed.local != NULL ? hs_sdp_get_n_sections (self->agreed.local) : 0;
  HsLeg *leg = get_leg (self);
  JsonObject *connection;

  if (leg != NULL)
    hs_leg_add_stats (leg, stats, TRUE, TRUE, now);
  add_levels (self, stats, TRUE, TRUE, now);
  for (guint i = 0; i < n_lines; i++)
    add_video (self, leg, stats, i, TRUE, TRUE, now);
  connection = hs_leg_add_stat (stats, "peer-connection", "peer-connection", now);
  json_object_set_int_member (connection, "dataChannelsOpened", 0);
  json_object_set_int_member (connection, "dataChannelsClosed", 0);
  return stats;
}

static int
find_line (HsWebrtcPeer *self, const HsTrack *track)
{
  HsLocalTrack *local = hs_webrtc_peer_find_local (self, track->id);

  if (local != NULL)
    return local->line;
  for (guint i = 0; i < self->remote_tracks->len; i++) {
    HsRemoteTrack *remote = hs_webrtc_peer_get_remote_on (self, i);

    if (remote != NULL && remote->track == track)
      return i;
  }
  return -1;
}

static JsonObject *
collect_track (HsWebrtcPeer *self, const HsTrack *track)
{
  JsonObject *stats = json_object_new ();
  double now = hs_clock_get_wall_ms (self->clock);
  gboolean audio = track->kind == HS_MEDIA_AUDIO;
  int line = find_line (self, track);
  HsLeg *leg = get_leg (self);

  if (leg != NULL)
    hs_leg_add_stats (leg, stats, audio && track->local, audio && !track->local, now);
  if (audio) {
    add_levels (self, stats, track->local, !track->local, now);
    return stats;
  }
  json_object_remove_member (stats, "codec-audio");
  if (line >= 0)
    add_video (self, leg, stats, line, track->local, !track->local, now);
  return stats;
}

static gboolean
is_alive (HsWebrtcPeer *self, const HsTrack *track)
{
  return track != NULL && (track->local || find_line (self, track) >= 0);
}

void
hs_webrtc_peer_get_stats_async (HsPeer *peer,
                                const char *track_id,
                                GCancellable *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer user_data)
{
  HsWebrtcPeer *self = HS_WEBRTC_PEER (peer);
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);
  const HsTrack *track = track_id != NULL ? hs_webrtc_peer_find_track (self, track_id) : NULL;

  g_task_set_source_tag (task, hs_webrtc_peer_get_stats_async);
  if (self->state == HS_PEER_CLOSED)
    g_task_return_new_error (task, HS_CALL_ERROR, HS_CALL_ERROR_GENERIC,
                             "the call's media is closed");
  else if (track_id != NULL && !is_alive (self, track))
    g_task_return_new_error (task, HS_CALL_ERROR, HS_CALL_ERROR_GENERIC,
                             "the call has no track \"%s\"", track_id);
  else
    g_task_return_pointer (task, track != NULL ? collect_track (self, track) : collect_all (self),
                           (GDestroyNotify) json_object_unref);
}

JsonObject *
hs_webrtc_peer_get_stats_finish (HsPeer *peer, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}
