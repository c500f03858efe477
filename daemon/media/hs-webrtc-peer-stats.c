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

static JsonObject *
collect (HsWebrtcPeer *self, gboolean sending, gboolean receiving)
{
  JsonObject *stats = json_object_new ();
  double now = hs_clock_get_wall_ms (self->clock);
  HsPeerTransport *transport = self->live;
  JsonObject *connection;

  if (transport == NULL)
    transport = self->agreed.transport != NULL ? self->agreed.transport : self->proposed.transport;
  if (transport != NULL)
    hs_leg_add_stats (transport->leg, stats, sending, receiving, now);
  add_levels (self, stats, sending, receiving, now);
  if (sending && receiving) {
    connection = hs_leg_add_stat (stats, "peer-connection", "peer-connection", now);
    json_object_set_int_member (connection, "dataChannelsOpened", 0);
    json_object_set_int_member (connection, "dataChannelsClosed", 0);
  }
  return stats;
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
  const HsTrack *remote = get_remote_audio (self);
  gboolean sending = track_id == NULL;
  gboolean receiving = track_id == NULL;

  g_task_set_source_tag (task, hs_webrtc_peer_get_stats_async);
  if (track_id != NULL)
    sending = hs_webrtc_peer_find_local (self, track_id) != NULL;
  if (track_id != NULL && remote != NULL)
    receiving = g_str_equal (remote->id, track_id);
  if (self->state == HS_PEER_CLOSED)
    g_task_return_new_error (task, HS_CALL_ERROR, HS_CALL_ERROR_GENERIC,
                             "the call's media is closed");
  else if (!sending && !receiving)
    g_task_return_new_error (task, HS_CALL_ERROR, HS_CALL_ERROR_GENERIC,
                             "the call has no track \"%s\"", track_id);
  else
    g_task_return_pointer (task, collect (self, sending, receiving),
                           (GDestroyNotify) json_object_unref);
}

JsonObject *
hs_webrtc_peer_get_stats_finish (HsPeer *peer, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}
