/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "hs-media"

#include "hs-webrtc-peer-private.h"

#include "base/hs-error.h"

static HsLocalTrack *
new_track (HsMediaKind kind, const char *label)
{
  HsLocalTrack *self = g_new0 (HsLocalTrack, 1);
  HsTrack *track = self->track = g_new0 (HsTrack, 1);

  track->id = g_uuid_string_random ();
  track->media_id = g_uuid_string_random ();
  track->label = g_strdup (label);
  track->kind = kind;
  track->local = TRUE;
  self->stream_in_sdp = g_strdup (track->media_id);
  self->track_in_sdp = g_strdup (track->id);
  self->line = self->agreed_line = -1;
  self->fresh = TRUE;
  return self;
}

HsLocalTrack *
hs_local_track_new_audio (HsAudioSource *source)
{
  HsLocalTrack *self = new_track (HS_MEDIA_AUDIO, hs_audio_source_get_label (source));

  self->audio = source;
  return self;
}

static void
take_picture (GstSample *picture, gpointer feed)
{
  hs_video_feed_push (feed, picture);
}

static void
unref_feed (gpointer feed)
{
  hs_video_feed_unref (feed);
}

HsLocalTrack *
hs_local_track_new_video (HsVideoSource *source, gboolean screen)
{
  HsLocalTrack *self = new_track (HS_MEDIA_VIDEO, hs_video_source_get_label (source));

  self->track->screen = screen;
  self->video = source;
  self->feed = hs_video_feed_new ();
  self->from_source = hs_video_feed_add (hs_video_source_get_feed (source), take_picture,
                                         hs_video_feed_ref (self->feed), unref_feed);
  return self;
}

void
hs_local_track_free (HsLocalTrack *self)
{
  if (self == NULL)
    return;
  hs_local_track_direct (self, NULL);
  if (self->video != NULL)
    hs_video_feed_remove (hs_video_source_get_feed (self->video), self->from_source);
  hs_track_free (self->track);
  g_free (self->stream_in_sdp);
  g_free (self->track_in_sdp);
  g_clear_object (&self->audio);
  g_clear_object (&self->video);
  g_clear_pointer (&self->feed, hs_video_feed_unref);
  g_free (self);
}

static void
send_picture (GstSample *picture, gpointer video)
{
  hs_leg_video_push (video, picture);
}

static void
unref_video (gpointer video)
{
  hs_leg_video_unref (video);
}

void
hs_local_track_direct (HsLocalTrack *self, HsLegVideo *video)
{
  if (self->leg == video || self->feed == NULL)
    return;
  hs_video_feed_remove (self->feed, self->to_leg);
  self->to_leg = 0;
  self->leg = video;
  if (video != NULL)
    self->to_leg =
        hs_video_feed_add (self->feed, send_picture, hs_leg_video_ref (video), unref_video);
}

/* --- finding --- */

HsLocalTrack *
hs_webrtc_peer_get_local_audio (HsWebrtcPeer *self)
{
  for (guint i = 0; i < self->local_tracks->len; i++) {
    HsLocalTrack *local = self->local_tracks->pdata[i];

    if (local->track->kind == HS_MEDIA_AUDIO && !local->leaving)
      return local;
  }
  return NULL;
}

HsLocalTrack *
hs_webrtc_peer_find_local (HsWebrtcPeer *self, const char *track_id)
{
  for (guint i = 0; i < self->local_tracks->len; i++) {
    HsLocalTrack *local = self->local_tracks->pdata[i];

    if (g_str_equal (local->track->id, track_id))
      return local;
  }
  return NULL;
}

/* --- coming and going --- */

static gpointer
get_source (const HsLocalTrack *local)
{
  return local->audio != NULL ? (gpointer) local->audio : (gpointer) local->video;
}

/* A source of video may be that of other tracks, too. */
static void
ignore_source (HsWebrtcPeer *self, HsLocalTrack *local)
{
  g_clear_signal_handler (&local->failed_id, get_source (local));
}

static void
detach (HsWebrtcPeer *self, HsLocalTrack *local)
{
  ignore_source (self, local);
  hs_local_track_direct (local, NULL);
  if (local->audio != NULL && self->port != NULL)
    hs_audio_port_set_source (self->port, NULL);
  hs_webrtc_peer_stop_rendering (self, local->track->id);
}

/* Ends a track, with its signal; the caller's pointer is void then. */
static void
end (HsWebrtcPeer *self, HsLocalTrack *local)
{
  guint index;
  g_autoptr (HsLocalTrack) ended = NULL;

  if (!g_ptr_array_find (self->local_tracks, local, &index))
    return;
  ended = g_ptr_array_steal_index (self->local_tracks, index);
  detach (self, ended);
  g_signal_emit_by_name (self, "track-ended", ended->track);
}

static void
on_source_failed (gpointer source, const GError *reason, HsWebrtcPeer *self)
{
  for (guint i = 0; i < self->local_tracks->len; i++) {
    HsLocalTrack *local = self->local_tracks->pdata[i];

    if (get_source (local) != source)
      continue;
    g_warning ("%s: %s", local->track->label, reason->message);
    end (self, local);
    return;
  }
}

static void
attach (HsWebrtcPeer *self, HsLocalTrack *local)
{
  if (local->audio != NULL) {
    hs_audio_port_set_source (self->port, local->audio);
    /* A new track is never muted, whatever the one before was. */
    hs_audio_port_set_send_mute (self->port, FALSE);
  }
  local->failed_id = g_signal_connect_object (get_source (local), "failed",
                                              G_CALLBACK (on_source_failed), self, 0);
}

void
hs_webrtc_peer_add_local (HsWebrtcPeer *self, HsLocalTrack *local)
{
  g_ptr_array_add (self->local_tracks, local);
  attach (self, local);
}

static void
take_text (char **to, char **from)
{
  g_free (*to);
  *to = g_steal_pointer (from);
}

void
hs_webrtc_peer_swap_local (HsWebrtcPeer *self, HsLocalTrack *local, HsLocalTrack *next)
{
  g_autoptr (HsLocalTrack) replaced = local;
  HsLegVideo *leg;
  guint index;

  if (!g_ptr_array_find (self->local_tracks, local, &index))
    g_return_if_reached ();
  next->fresh = local->fresh;
  next->leaving = local->leaving;
  next->line = local->line;
  next->agreed_line = local->agreed_line;
  /* To the far end it is the same. */
  take_text (&next->stream_in_sdp, &local->stream_in_sdp);
  take_text (&next->track_in_sdp, &local->track_in_sdp);
  leg = local->leg;
  ignore_source (self, local);
  hs_local_track_direct (local, NULL);
  hs_local_track_direct (next, leg);
  hs_webrtc_peer_stop_rendering (self, local->track->id);
  self->local_tracks->pdata[index] = next;
  attach (self, next);
}

/* Ends all tracks that @filter picks; listeners may change the list meanwhile. */
static void
end_all (HsWebrtcPeer *self, gboolean (*filter) (const HsLocalTrack *local))
{
  for (guint i = 0; i < self->local_tracks->len;) {
    HsLocalTrack *local = self->local_tracks->pdata[i];

    if (!filter (local)) {
      i++;
      continue;
    }
    end (self, local);
    i = 0;
  }
}

/* --- as negotiation goes --- */

gboolean
hs_webrtc_peer_remove_tracks (HsPeer *peer, const char *const *track_ids, GError **error)
{
  HsWebrtcPeer *self = HS_WEBRTC_PEER (peer);

  for (guint i = 0; track_ids[i] != NULL; i++) {
    if (hs_webrtc_peer_find_local (self, track_ids[i]) != NULL)
      continue;
    g_set_error (error, HS_CALL_ERROR, HS_CALL_ERROR_INVALID_PARAM,
                 "the call has no local track \"%s\"", track_ids[i]);
    return FALSE;
  }
  for (guint i = 0; track_ids[i] != NULL; i++)
    hs_webrtc_peer_find_local (self, track_ids[i])->leaving = TRUE;
  return TRUE;
}

static gboolean
is_leaving (const HsLocalTrack *local)
{
  return local->leaving;
}

static gboolean
is_fresh (const HsLocalTrack *local)
{
  return local->fresh;
}

void
hs_webrtc_peer_settle_locals (HsWebrtcPeer *self)
{
  for (guint i = 0; i < self->local_tracks->len; i++) {
    HsLocalTrack *local = self->local_tracks->pdata[i];

    /* One that found no line waits for the next offer. */
    local->fresh = local->line < 0;
    local->agreed_line = local->line;
  }
  end_all (self, is_leaving);
}

void
hs_webrtc_peer_rollback_locals (HsWebrtcPeer *self)
{
  for (guint i = 0; i < self->local_tracks->len; i++)
    ((HsLocalTrack *) self->local_tracks->pdata[i])->leaving = FALSE;
  /* Before there is a call, tracks wait for the next attempt. */
  if (self->agreed.transport != NULL)
    end_all (self, is_fresh);
}

void
hs_webrtc_peer_restore_lines (HsWebrtcPeer *self)
{
  for (guint i = 0; i < self->local_tracks->len; i++) {
    HsLocalTrack *local = self->local_tracks->pdata[i];

    local->line = local->agreed_line;
  }
}
