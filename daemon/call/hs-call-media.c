/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "hs-call"

#include "base/hs-json.h"
#include "hs-call-change.h"
#include "hs-call-tracks.h"

static GPtrArray *
get_tracks (HsCall *self, const HsTrack *track)
{
  return track->local ? self->local_tracks : self->remote_tracks;
}

static JsonObject *
dup_track_payload (HsCall *self, const HsTrack *track)
{
  JsonObject *payload = json_object_new ();

  json_object_set_boolean_member (payload, "local", track->local);
  hs_json_set_string (payload, "trackId", track->id);
  return payload;
}

static void
complete_track_payload (HsCall *self, const HsTrack *track, JsonObject *payload)
{
  json_object_set_string_member (payload, "id", self->peer_id);
  hs_json_set_string (payload, "mediaId", track->media_id);
}

HsTrack *
hs_call_find_track (GPtrArray *tracks, const char *id)
{
  for (guint i = 0; i < tracks->len; i++) {
    HsTrack *track = tracks->pdata[i];

    if (g_strcmp0 (track->id, id) == 0)
      return track;
  }
  return NULL;
}

static gboolean
remove_track (GPtrArray *tracks, const char *id)
{
  return g_ptr_array_remove (tracks, hs_call_find_track (tracks, id));
}

/* What we sent and nobody has asked to end has lost its device. */
static gboolean
is_lost (HsCall *self, HsPeer *peer, const HsTrack *track)
{
  return track->local && peer == self->peer && !hs_call_change_concerns (self, track->id);
}

static void
tell_track_ended (HsCall *self, const HsTrack *track, gboolean lost)
{
  JsonObject *payload = dup_track_payload (self, track);

  json_object_set_boolean_member (payload, "performRenegotiation", lost);
  complete_track_payload (self, track, payload);
  hs_call_emit (self, "call:trackEnded", payload);
}

static void
on_track_added (HsPeer *peer, HsTrack *track, HsCall *self)
{
  JsonObject *payload = dup_track_payload (self, track);

  complete_track_payload (self, track, payload);
  remove_track (get_tracks (self, track), track->id);
  hs_call_know_track (self, track);
  g_ptr_array_add (get_tracks (self, track), hs_track_copy (track));
  hs_call_emit (self, "call:newTrack", payload);
}

static void
on_track_ended (HsPeer *peer, HsTrack *track, HsCall *self)
{
  gboolean lost = is_lost (self, peer, track);

  if (!remove_track (get_tracks (self, track), track->id))
    return;
  /* What the far end holds back may come again; what ends here, or with the call, does not. */
  if (track->local || self->peer == NULL)
    hs_call_forget_track (self, track->id);
  tell_track_ended (self, track, lost);
  if (lost)
    hs_call_renegotiate (self, track);
}

void
hs_call_put_track (HsCall *self, const HsTrack *old, const HsTrack *new)
{
  guint i = self->local_tracks->len;
  gboolean known =
      g_ptr_array_find (self->local_tracks, hs_call_find_track (self->local_tracks, old->id), &i);

  if (known)
    g_ptr_array_remove_index (self->local_tracks, i);
  g_ptr_array_insert (self->local_tracks, i, hs_track_copy (new));
  hs_call_forget_track (self, old->id);
  hs_call_know_track (self, new);
  if (known)
    tell_track_ended (self, old, FALSE);
}

static void
on_source_muted (HsPeer *peer, const char *track_id, gboolean muted, HsCall *self)
{
  g_autoptr (JsonObject) payload = json_object_new ();
  JsonArray *ids = json_array_new ();

  hs_call_set_source_muted (self, track_id, muted);
  json_array_add_string_element (ids, track_id);
  json_object_set_array_member (payload, "trackIds", ids);
  json_object_set_string_member (payload, "trackId", track_id);
  g_signal_emit_by_name (self, "event", muted ? "media:sourceMuted" : "media:sourceUnmuted",
                         payload);
}

static void
on_tone_received (HsPeer *peer, const char *tone, guint duration_ms, HsCall *self)
{
  hs_call_on_tone (self, tone, duration_ms);
}

static void
on_container_failed (
    HsPeer *peer, const char *track_id, const char *container, const GError *reason, HsCall *self)
{
  hs_call_lose_container (self, track_id, container, reason);
}

static const char *
get_connection_text (HsPeerState state)
{
  switch (state) {
  case HS_PEER_CONNECTED:
    return "connected";
  case HS_PEER_LOST:
    return "lost";
  case HS_PEER_FAILED:
    return "failed";
  case HS_PEER_NEW:
  case HS_PEER_CONNECTING:
  case HS_PEER_CLOSED:
    return NULL;
  }
  return NULL;
}

static void
on_state_changed (HsPeer *peer, int state, const GError *reason, HsCall *self)
{
  const char *text = get_connection_text (state);
  g_autoptr (GError) error = reason != NULL ? g_error_copy (reason) : NULL;
  JsonObject *payload;

  if (text == NULL || peer != self->peer)
    return;
  if (state == HS_PEER_FAILED && error == NULL)
    error = g_error_new (HS_CALL_ERROR, HS_CALL_ERROR_GENERIC, "the media connection failed");

  payload = json_object_new ();
  json_object_set_string_member (payload, "state", text);
  if (error != NULL)
    json_object_set_object_member (payload, "error", hs_error_to_json (error));
  hs_call_emit (self, "call:mediaConnectionChange", payload);

  if (state == HS_PEER_FAILED && !hs_call_is_over (self)) {
    if (self->session != NULL)
      hs_call_send (self, HS_REQUEST_END);
    hs_call_drop (self, error, NULL, NULL);
  }
}

void
hs_call_take_ice_servers (HsCall *self, JsonArray *servers)
{
  json_array_unref (self->ice_servers);
  self->ice_servers = servers;
  if (self->peer != NULL)
    hs_peer_set_ice_servers (self->peer, servers);
}

void
hs_call_open_peer (HsCall *self)
{
  HsPeerOptions options = {
    .call_id = self->id,
    .caller = self->caller,
    .speaker_id = self->speaker_id,
    .ice_servers = json_array_get_length (self->ice_servers) > 0 ? self->ice_servers : NULL,
    .bandwidth = self->bandwidth,
    .dscp = self->dscp_controls,
  };

  if (self->peer != NULL)
    return;

  self->peer = hs_peer_factory_create_peer (self->peers, &options);
  hs_call_watch_peer (self);
  g_signal_connect_object (self->peer, "track-added", G_CALLBACK (on_track_added), self, 0);
  g_signal_connect_object (self->peer, "track-ended", G_CALLBACK (on_track_ended), self, 0);
  g_signal_connect_object (self->peer, "source-muted", G_CALLBACK (on_source_muted), self, 0);
  g_signal_connect_object (self->peer, "state-changed", G_CALLBACK (on_state_changed), self, 0);
  g_signal_connect_object (self->peer, "tone-received", G_CALLBACK (on_tone_received), self, 0);
  g_signal_connect_object (self->peer, "container-failed", G_CALLBACK (on_container_failed), self,
                           0);
}

void
hs_call_release_media (HsCall *self)
{
  g_autoptr (HsPeer) peer = NULL;

  if (self->peer == NULL)
    return;

  hs_call_take_last_look (self);
  peer = g_steal_pointer (&self->peer);
  hs_peer_close (peer);
  g_signal_handlers_disconnect_by_data (peer, self);
  g_ptr_array_set_size (self->local_tracks, 0);
  g_ptr_array_set_size (self->remote_tracks, 0);
  hs_call_forget_tracks (self);
}
