/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "hs-call"

#include "hs-peer.h"

#include "base/hs-error.h"

G_DEFINE_BOXED_TYPE (HsTrack, hs_track, hs_track_copy, hs_track_free)
G_DEFINE_INTERFACE (HsPeer, hs_peer, G_TYPE_OBJECT)
G_DEFINE_INTERFACE (HsPeerFactory, hs_peer_factory, G_TYPE_OBJECT)

HsTrack *
hs_track_copy (const HsTrack *track)
{
  HsTrack *copy = g_new (HsTrack, 1);

  *copy = *track;
  copy->id = g_strdup (track->id);
  copy->media_id = g_strdup (track->media_id);
  copy->label = g_strdup (track->label);
  return copy;
}

void
hs_track_free (HsTrack *track)
{
  if (track == NULL)
    return;

  g_free (track->id);
  g_free (track->media_id);
  g_free (track->label);
  g_free (track);
}

/* Everything is lent to the handlers, which run before the emitter goes on. */
#define LENT(type) ((type) | G_SIGNAL_TYPE_STATIC_SCOPE)

static void
hs_peer_default_init (HsPeerInterface *iface)
{
  g_signal_new ("track-added", HS_TYPE_PEER, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1,
                LENT (HS_TYPE_TRACK));
  g_signal_new ("track-ended", HS_TYPE_PEER, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1,
                LENT (HS_TYPE_TRACK));
  g_signal_new ("source-muted", HS_TYPE_PEER, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE,
                2, LENT (G_TYPE_STRING), G_TYPE_BOOLEAN);
  g_signal_new ("state-changed", HS_TYPE_PEER, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE,
                2, G_TYPE_INT, LENT (G_TYPE_ERROR));
  g_signal_new ("path-found", HS_TYPE_PEER, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  g_signal_new ("problem", HS_TYPE_PEER, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1,
                LENT (G_TYPE_ERROR));
  g_signal_new ("tone-received", HS_TYPE_PEER, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE,
                2, LENT (G_TYPE_STRING), G_TYPE_UINT);
  g_signal_new ("container-failed", HS_TYPE_PEER, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                G_TYPE_NONE, 3, LENT (G_TYPE_STRING), LENT (G_TYPE_STRING), LENT (G_TYPE_ERROR));
}

static void
hs_peer_factory_default_init (HsPeerFactoryInterface *iface)
{
}

/* --- what not every peer can do --- */

static void
set_unsupported (const char *what, GError **error)
{
  g_set_error (error, HS_CALL_ERROR, HS_CALL_ERROR_NOT_SUPPORTED, "this kind of media cannot %s",
               what);
}

static void
return_unsupported (
    HsPeer *self, const char *what, gpointer tag, GAsyncReadyCallback callback, gpointer user_data)
{
  GError *error = NULL;

  set_unsupported (what, &error);
  g_task_report_error (self, callback, user_data, tag, error);
}

/* Whether @result is of return_unsupported(): then it has only an @error to give. */
static gboolean
is_unsupported (GAsyncResult *result, gpointer tag, GError **error)
{
  if (!g_async_result_is_tagged (result, tag))
    return FALSE;
  g_task_propagate_boolean (G_TASK (result), error);
  return TRUE;
}

/* --- the interface --- */

void
hs_peer_open_media_async (HsPeer *self,
                          const HsMediaRequest *request,
                          GCancellable *cancellable,
                          GAsyncReadyCallback callback,
                          gpointer user_data)
{
  g_return_if_fail (HS_IS_PEER (self));
  g_return_if_fail (request != NULL);

  HS_PEER_GET_IFACE (self)->open_media_async (self, request, cancellable, callback, user_data);
}

GPtrArray *
hs_peer_open_media_finish (HsPeer *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (HS_IS_PEER (self), NULL);

  return HS_PEER_GET_IFACE (self)->open_media_finish (self, result, error);
}

void
hs_peer_create_offer_async (HsPeer *self,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer user_data)
{
  g_return_if_fail (HS_IS_PEER (self));

  HS_PEER_GET_IFACE (self)->create_offer_async (self, cancellable, callback, user_data);
}

char *
hs_peer_create_offer_finish (HsPeer *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (HS_IS_PEER (self), NULL);

  return HS_PEER_GET_IFACE (self)->create_offer_finish (self, result, error);
}

void
hs_peer_set_remote_async (HsPeer *self,
                          HsDescriptionType type,
                          const char *sdp,
                          GCancellable *cancellable,
                          GAsyncReadyCallback callback,
                          gpointer user_data)
{
  g_return_if_fail (HS_IS_PEER (self));
  g_return_if_fail (sdp != NULL);

  HS_PEER_GET_IFACE (self)->set_remote_async (self, type, sdp, cancellable, callback, user_data);
}

gboolean
hs_peer_set_remote_finish (HsPeer *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (HS_IS_PEER (self), FALSE);

  return HS_PEER_GET_IFACE (self)->set_remote_finish (self, result, error);
}

void
hs_peer_create_answer_async (HsPeer *self,
                             GCancellable *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer user_data)
{
  g_return_if_fail (HS_IS_PEER (self));

  HS_PEER_GET_IFACE (self)->create_answer_async (self, cancellable, callback, user_data);
}

char *
hs_peer_create_answer_finish (HsPeer *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (HS_IS_PEER (self), NULL);

  return HS_PEER_GET_IFACE (self)->create_answer_finish (self, result, error);
}

void
hs_peer_set_local_hold (HsPeer *self, gboolean held)
{
  g_return_if_fail (HS_IS_PEER (self));

  HS_PEER_GET_IFACE (self)->set_local_hold (self, held);
}

void
hs_peer_set_bandwidth (HsPeer *self, JsonObject *bandwidth)
{
  g_return_if_fail (HS_IS_PEER (self));

  if (HS_PEER_GET_IFACE (self)->set_bandwidth != NULL)
    HS_PEER_GET_IFACE (self)->set_bandwidth (self, bandwidth);
}

void
hs_peer_renew_transport (HsPeer *self)
{
  g_return_if_fail (HS_IS_PEER (self));

  if (HS_PEER_GET_IFACE (self)->renew_transport != NULL)
    HS_PEER_GET_IFACE (self)->renew_transport (self);
}

void
hs_peer_rollback (HsPeer *self)
{
  g_return_if_fail (HS_IS_PEER (self));

  HS_PEER_GET_IFACE (self)->rollback (self);
}

const char *
hs_peer_get_remote_description (HsPeer *self)
{
  g_return_val_if_fail (HS_IS_PEER (self), NULL);

  return HS_PEER_GET_IFACE (self)->get_remote_description (self);
}

gboolean
hs_peer_set_speaker (HsPeer *self, const char *speaker_id, GTask *waiter, GError **error)
{
  g_return_val_if_fail (HS_IS_PEER (self), FALSE);
  g_return_val_if_fail (speaker_id != NULL, FALSE);

  return HS_PEER_GET_IFACE (self)->set_speaker (self, speaker_id, waiter, error);
}

gboolean
hs_peer_remove_tracks (HsPeer *self, const char *const *track_ids, GError **error)
{
  g_return_val_if_fail (HS_IS_PEER (self), FALSE);
  g_return_val_if_fail (track_ids != NULL, FALSE);

  if (HS_PEER_GET_IFACE (self)->remove_tracks != NULL)
    return HS_PEER_GET_IFACE (self)->remove_tracks (self, track_ids, error);
  set_unsupported ("stop sending a track", error);
  return FALSE;
}

void
hs_peer_replace_track_async (HsPeer *self,
                             const char *track_id,
                             const HsMediaRequest *request,
                             GCancellable *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer user_data)
{
  g_return_if_fail (HS_IS_PEER (self));
  g_return_if_fail (track_id != NULL);
  g_return_if_fail (request != NULL);

  if (HS_PEER_GET_IFACE (self)->replace_track_async != NULL)
    HS_PEER_GET_IFACE (self)->replace_track_async (self, track_id, request, cancellable, callback,
                                                   user_data);
  else
    return_unsupported (self, "replace a track", hs_peer_replace_track_async, callback, user_data);
}

HsTrack *
hs_peer_replace_track_finish (HsPeer *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (HS_IS_PEER (self), NULL);

  if (is_unsupported (result, hs_peer_replace_track_async, error))
    return NULL;
  return HS_PEER_GET_IFACE (self)->replace_track_finish (self, result, error);
}

void
hs_peer_send_tones_async (HsPeer *self,
                          const char *tones,
                          guint duration_ms,
                          guint gap_ms,
                          GCancellable *cancellable,
                          GAsyncReadyCallback callback,
                          gpointer user_data)
{
  g_return_if_fail (HS_IS_PEER (self));
  g_return_if_fail (tones != NULL);

  if (HS_PEER_GET_IFACE (self)->send_tones_async != NULL)
    HS_PEER_GET_IFACE (self)->send_tones_async (self, tones, duration_ms, gap_ms, cancellable,
                                                callback, user_data);
  else
    return_unsupported (self, "send tones", hs_peer_send_tones_async, callback, user_data);
}

gboolean
hs_peer_send_tones_finish (HsPeer *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (HS_IS_PEER (self), FALSE);

  if (is_unsupported (result, hs_peer_send_tones_async, error))
    return FALSE;
  return HS_PEER_GET_IFACE (self)->send_tones_finish (self, result, error);
}

gboolean
hs_peer_set_muted (HsPeer *self, const char *track_id, gboolean muted, GError **error)
{
  g_return_val_if_fail (HS_IS_PEER (self), FALSE);
  g_return_val_if_fail (track_id != NULL, FALSE);

  if (HS_PEER_GET_IFACE (self)->set_muted != NULL)
    return HS_PEER_GET_IFACE (self)->set_muted (self, track_id, muted, error);
  set_unsupported ("mute a track", error);
  return FALSE;
}

void
hs_peer_render_track_async (HsPeer *self,
                            const char *track_id,
                            const char *container,
                            const char *speaker_id,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer user_data)
{
  g_return_if_fail (HS_IS_PEER (self));
  g_return_if_fail (track_id != NULL);
  g_return_if_fail (container != NULL);

  HS_PEER_GET_IFACE (self)->render_track_async (self, track_id, container, speaker_id, cancellable,
                                                callback, user_data);
}

gboolean
hs_peer_render_track_finish (HsPeer *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (HS_IS_PEER (self), FALSE);

  return HS_PEER_GET_IFACE (self)->render_track_finish (self, result, error);
}

void
hs_peer_unrender_track (HsPeer *self, const char *track_id, const char *container)
{
  g_return_if_fail (HS_IS_PEER (self));
  g_return_if_fail (track_id != NULL);
  g_return_if_fail (container != NULL);

  HS_PEER_GET_IFACE (self)->unrender_track (self, track_id, container);
}

void
hs_peer_set_ice_servers (HsPeer *self, JsonArray *servers)
{
  g_return_if_fail (HS_IS_PEER (self));

  if (HS_PEER_GET_IFACE (self)->set_ice_servers != NULL)
    HS_PEER_GET_IFACE (self)->set_ice_servers (self, servers);
}

void
hs_peer_set_dscp (HsPeer *self, JsonObject *dscp)
{
  g_return_if_fail (HS_IS_PEER (self));

  if (HS_PEER_GET_IFACE (self)->set_dscp != NULL)
    HS_PEER_GET_IFACE (self)->set_dscp (self, dscp);
}

void
hs_peer_get_stats_async (HsPeer *self,
                         const char *track_id,
                         GCancellable *cancellable,
                         GAsyncReadyCallback callback,
                         gpointer user_data)
{
  g_return_if_fail (HS_IS_PEER (self));

  HS_PEER_GET_IFACE (self)->get_stats_async (self, track_id, cancellable, callback, user_data);
}

JsonObject *
hs_peer_get_stats_finish (HsPeer *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (HS_IS_PEER (self), NULL);

  return HS_PEER_GET_IFACE (self)->get_stats_finish (self, result, error);
}

void
hs_peer_close (HsPeer *self)
{
  g_return_if_fail (HS_IS_PEER (self));

  HS_PEER_GET_IFACE (self)->close (self);
}

HsPeer *
hs_peer_factory_create_peer (HsPeerFactory *self, const HsPeerOptions *options)
{
  g_return_val_if_fail (HS_IS_PEER_FACTORY (self), NULL);
  g_return_val_if_fail (options != NULL, NULL);

  return HS_PEER_FACTORY_GET_IFACE (self)->create_peer (self, options);
}
