/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "hs-media"

#include "hs-webrtc-peer-private.h"

#include "base/hs-error.h"

/* What is done to one track of a call, of either direction. */

const HsTrack *
hs_webrtc_peer_find_track (HsWebrtcPeer *self, const char *track_id)
{
  HsLocalTrack *local = hs_webrtc_peer_find_local (self, track_id);

  if (local != NULL)
    return local->track;
  for (guint i = 0; i < self->remote_tracks->len; i++) {
    const HsRemoteTrack *remote = self->remote_tracks->pdata[i];

    if (remote != NULL && g_str_equal (remote->track->id, track_id))
      return remote->track;
  }
  return NULL;
}

static const HsTrack *
expect_track (HsWebrtcPeer *self, const char *track_id, GError **error)
{
  const HsTrack *track =
      self->state != HS_PEER_CLOSED ? hs_webrtc_peer_find_track (self, track_id) : NULL;

  if (track == NULL)
    g_set_error (error, HS_CALL_ERROR, HS_CALL_ERROR_INVALID_PARAM, "the call has no track \"%s\"",
                 track_id);
  return track;
}

gboolean
hs_webrtc_peer_set_muted (HsPeer *peer, const char *track_id, gboolean muted, GError **error)
{
  HsWebrtcPeer *self = HS_WEBRTC_PEER (peer);
  const HsTrack *track = expect_track (self, track_id, error);

  if (track == NULL)
    return FALSE;
  if (track->kind == HS_MEDIA_VIDEO)
    hs_webrtc_peer_mute_video (self, track_id, muted);
  else if (track->local)
    hs_audio_port_set_send_mute (self->port, muted);
  else
    hs_audio_port_set_receive_mute (self->port, muted);
  return TRUE;
}

void
hs_webrtc_peer_render_track_async (HsPeer *peer,
                                   const char *track_id,
                                   const char *container,
                                   const char *speaker_id,
                                   GCancellable *cancellable,
                                   GAsyncReadyCallback callback,
                                   gpointer user_data)
{
  HsWebrtcPeer *self = HS_WEBRTC_PEER (peer);
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);
  const HsTrack *track;
  GError *error = NULL;

  g_task_set_source_tag (task, hs_webrtc_peer_render_track_async);
  track = expect_track (self, track_id, &error);
  if (track == NULL)
    g_task_return_error (task, error);
  else if (track->kind == HS_MEDIA_VIDEO)
    hs_webrtc_peer_render_video (self, track_id, container, task);
  else
    hs_webrtc_peer_render_audio (self, track_id, container, speaker_id, task);
}

gboolean
hs_webrtc_peer_render_track_finish (HsPeer *peer, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

void
hs_webrtc_peer_unrender_track (HsPeer *peer, const char *track_id, const char *container)
{
  HsWebrtcPeer *self = HS_WEBRTC_PEER (peer);
  const HsTrack *track = expect_track (self, track_id, NULL);

  if (track != NULL && track->kind == HS_MEDIA_VIDEO)
    hs_webrtc_peer_unrender_video (self, track_id, container);
  else if (track != NULL)
    hs_webrtc_peer_unrender_audio (self, track_id, container);
}
