/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "hs-media"

#include "hs-webrtc-peer-private.h"

#include "base/hs-error.h"

HsLocalTrack *
hs_local_track_new (HsTrack *track, HsAudioSource *audio)
{
  HsLocalTrack *self = g_new0 (HsLocalTrack, 1);

  track->id = g_uuid_string_random ();
  track->media_id = g_uuid_string_random ();
  track->local = TRUE;
  self->track = track;
  self->audio = audio;
  self->fresh = TRUE;
  return self;
}

void
hs_local_track_free (HsLocalTrack *self)
{
  if (self == NULL)
    return;
  hs_track_free (self->track);
  g_clear_object (&self->audio);
  g_free (self);
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

static void
detach (HsWebrtcPeer *self, HsLocalTrack *local)
{
  if (local->audio == NULL)
    return;
  g_signal_handlers_disconnect_by_data (local->audio, self);
  if (self->port != NULL)
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
on_source_failed (HsAudioSource *source, const GError *reason, HsWebrtcPeer *self)
{
  for (guint i = 0; i < self->local_tracks->len; i++) {
    HsLocalTrack *local = self->local_tracks->pdata[i];

    if (local->audio != source)
      continue;
    g_warning ("microphone %s: %s", hs_audio_source_get_label (source), reason->message);
    end (self, local);
    return;
  }
}

static void
attach (HsWebrtcPeer *self, HsLocalTrack *local)
{
  if (local->audio == NULL)
    return;
  hs_audio_port_set_source (self->port, local->audio);
  /* A new track is never muted, whatever the one before was. */
  hs_audio_port_set_send_mute (self->port, FALSE);
  g_signal_connect_object (local->audio, "failed", G_CALLBACK (on_source_failed), self, 0);
}

void
hs_webrtc_peer_add_local (HsWebrtcPeer *self, HsLocalTrack *local)
{
  g_ptr_array_add (self->local_tracks, local);
  attach (self, local);
}

void
hs_webrtc_peer_swap_local (HsWebrtcPeer *self, HsLocalTrack *local, HsLocalTrack *next)
{
  g_autoptr (HsLocalTrack) replaced = local;
  guint index;

  if (!g_ptr_array_find (self->local_tracks, local, &index))
    g_return_if_reached ();
  next->fresh = local->fresh;
  next->leaving = local->leaving;
  if (local->audio != NULL)
    g_signal_handlers_disconnect_by_data (local->audio, self);
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
  for (guint i = 0; i < self->local_tracks->len; i++)
    ((HsLocalTrack *) self->local_tracks->pdata[i])->fresh = FALSE;
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
