/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "hs-media"

#include "hs-webrtc-peer-private.h"

/* --- between tracks and the live leg --- */

static void
direct_local (HsWebrtcPeer *self, HsLocalTrack *local, int line)
{
  HsLegVideo *video = NULL;

  if (self->live != NULL && line >= 0)
    video = hs_leg_get_video (self->live->leg, line);
  hs_local_track_direct (local, video);
}

/* Nothing is decoded that nobody looks at. */
static void
direct_remote (HsWebrtcPeer *self, guint line)
{
  HsLegVideo *video = hs_leg_get_video (self->live->leg, line);
  HsRemoteTrack *remote = hs_webrtc_peer_get_remote_on (self, line);
  HsVideoFeed *feed = remote != NULL ? remote->feed : NULL;

  if (video != NULL)
    hs_leg_video_set_output (video, feed != NULL && hs_video_feed_has_takers (feed) ? feed : NULL);
}

void
hs_webrtc_peer_direct_video (HsWebrtcPeer *self, gboolean agreed)
{
  for (guint i = 0; i < self->local_tracks->len; i++) {
    HsLocalTrack *local = self->local_tracks->pdata[i];

    direct_local (self, local, agreed ? local->agreed_line : local->line);
  }
  for (guint i = 0; self->live != NULL && i < self->remote_tracks->len; i++)
    direct_remote (self, i);
}

/* --- what is done to a track --- */

HsVideoFeed *
hs_webrtc_peer_find_feed (HsWebrtcPeer *self, const char *track_id)
{
  HsLocalTrack *local = hs_webrtc_peer_find_local (self, track_id);

  if (local != NULL)
    return local->feed;
  for (guint i = 0; i < self->remote_tracks->len; i++) {
    HsRemoteTrack *remote = self->remote_tracks->pdata[i];

    if (remote != NULL && g_str_equal (remote->track->id, track_id))
      return remote->feed;
  }
  return NULL;
}

void
hs_webrtc_peer_mute_video (HsWebrtcPeer *self, const char *track_id, gboolean muted)
{
  HsVideoFeed *feed = hs_webrtc_peer_find_feed (self, track_id);

  if (feed != NULL)
    hs_video_feed_set_muted (feed, muted);
}
