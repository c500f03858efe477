/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "hs-media"

#include "hs-webrtc-peer-private.h"

#include "sdp/hs-sdp-source.h"

void
hs_remote_track_free (HsRemoteTrack *self)
{
  if (self == NULL)
    return;
  hs_track_free (self->track);
  g_clear_pointer (&self->feed, hs_video_feed_unref);
  g_free (self);
}

static void
announce (HsWebrtcPeer *self, HsRemoteTrack *remote)
{
  if (remote->active)
    return;
  remote->active = TRUE;
  g_signal_emit_by_name (self, "track-added", remote->track);
  if (remote->flowing)
    g_signal_emit_by_name (self, "source-muted", remote->track->id, FALSE);
}

static void
retire (HsWebrtcPeer *self, HsRemoteTrack *remote)
{
  if (!remote->active)
    return;
  remote->active = FALSE;
  g_signal_emit_by_name (self, "track-ended", remote->track);
  if (remote->flowing)
    g_signal_emit_by_name (self, "source-muted", remote->track->id, TRUE);
}

/* Another track takes its place, and inherits nothing. */
static void
replace (HsWebrtcPeer *self, HsRemoteTrack *remote)
{
  retire (self, remote);
  hs_webrtc_peer_stop_rendering (self, remote->track->id);
  if (remote->track->kind == HS_MEDIA_AUDIO)
    hs_webrtc_peer_reset_rendering (self);
}

/* --- names --- */

static gboolean
is_taken (HsWebrtcPeer *self, const char *id, guint line)
{
  if (hs_webrtc_peer_find_local (self, id) != NULL)
    return TRUE;
  for (guint i = 0; i < self->remote_tracks->len; i++) {
    HsRemoteTrack *other = self->remote_tracks->pdata[i];

    if (i != line && other != NULL && g_str_equal (other->track->id, id))
      return TRUE;
  }
  return FALSE;
}

static HsRemoteTrack *
make_track (
    HsWebrtcPeer *self, guint line, HsMediaKind kind, const char *stream_id, const char *track_id)
{
  HsRemoteTrack *remote = g_new0 (HsRemoteTrack, 1);
  HsTrack *track = remote->track = g_new0 (HsTrack, 1);

  if (track_id == NULL || is_taken (self, track_id, line))
    track->id = g_uuid_string_random ();
  else
    track->id = g_strdup (track_id);
  track->media_id = stream_id != NULL ? g_strdup (stream_id) : g_uuid_string_random ();
  track->label = g_strdup ("");
  track->kind = kind;
  if (kind == HS_MEDIA_VIDEO)
    remote->feed = hs_video_feed_new ();
  return remote;
}

/* Whether the line still carries the track we know: one that names none is taken for the same. */
static gboolean
is_same (const HsRemoteTrack *remote, const char *stream_id, const char *track_id)
{
  return track_id == NULL || g_str_equal (remote->track->id, track_id) ||
         g_strcmp0 (remote->track->media_id, stream_id) == 0;
}

static void
update_sending (HsWebrtcPeer *self, guint line, HsSdp *sdp)
{
  HsSdpSection *section = hs_sdp_get_section (sdp, line);
  HsMediaKind kind = hs_webrtc_peer_get_line_kind (sdp, line);
  HsRemoteTrack *remote = self->remote_tracks->pdata[line];
  g_autofree char *stream_id = NULL;
  g_autofree char *track_id = NULL;

  hs_sdp_section_dup_msid (section, &stream_id, &track_id);
  if (remote == NULL || remote->track->kind != kind || !is_same (remote, stream_id, track_id)) {
    if (remote != NULL)
      replace (self, remote);
    hs_remote_track_free (remote);
    remote = make_track (self, line, kind, stream_id, track_id);
    self->remote_tracks->pdata[line] = remote;
  }
  announce (self, remote);
}

static gboolean
sends (HsSdp *sdp, guint line)
{
  return sdp != NULL && hs_webrtc_peer_can_use_line (sdp, line) &&
         hs_sdp_direction_sends (hs_sdp_section_get_direction (hs_sdp_get_section (sdp, line)));
}

void
hs_webrtc_peer_update_tracks (HsWebrtcPeer *self, HsSdp *remote)
{
  guint n_sections = remote != NULL ? hs_sdp_get_n_sections (remote) : 0;

  if (self->remote_tracks->len < n_sections)
    g_ptr_array_set_size (self->remote_tracks, n_sections);
  for (guint i = 0; i < self->remote_tracks->len; i++) {
    HsRemoteTrack *known = self->remote_tracks->pdata[i];

    if (sends (remote, i))
      update_sending (self, i, remote);
    else if (known != NULL)
      retire (self, known);
  }
}

HsRemoteTrack *
hs_webrtc_peer_get_remote_on (HsWebrtcPeer *self, guint line)
{
  HsRemoteTrack *remote = line < self->remote_tracks->len ? self->remote_tracks->pdata[line] : NULL;

  return remote != NULL && remote->active ? remote : NULL;
}

static void
set_flowing (HsWebrtcPeer *self, HsRemoteTrack *remote, gboolean flowing)
{
  if (remote == NULL || remote->flowing == flowing)
    return;
  remote->flowing = flowing;
  if (remote->active)
    g_signal_emit_by_name (self, "source-muted", remote->track->id, !flowing);
}

void
hs_webrtc_peer_set_flowing (HsWebrtcPeer *self, guint line, gboolean flowing)
{
  if (line < self->remote_tracks->len)
    set_flowing (self, self->remote_tracks->pdata[line], flowing);
}

void
hs_webrtc_peer_stop_flowing (HsWebrtcPeer *self)
{
  for (guint i = 0; i < self->remote_tracks->len; i++)
    set_flowing (self, self->remote_tracks->pdata[i], FALSE);
}

void
hs_webrtc_peer_end_tracks (HsWebrtcPeer *self)
{
  g_autoptr (GPtrArray) remote_tracks = g_steal_pointer (&self->remote_tracks);
  g_autoptr (GPtrArray) local_tracks = g_steal_pointer (&self->local_tracks);

  self->local_tracks = g_ptr_array_new_with_free_func ((GDestroyNotify) hs_local_track_free);
  self->remote_tracks = g_ptr_array_new_with_free_func ((GDestroyNotify) hs_remote_track_free);
  for (guint i = 0; i < local_tracks->len; i++)
    g_signal_emit_by_name (self, "track-ended", ((HsLocalTrack *) local_tracks->pdata[i])->track);
  for (guint i = 0; i < remote_tracks->len; i++) {
    HsRemoteTrack *remote = remote_tracks->pdata[i];

    if (remote != NULL && remote->active)
      g_signal_emit_by_name (self, "track-ended", remote->track);
  }
}
