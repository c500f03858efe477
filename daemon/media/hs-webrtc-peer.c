/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "hs-media"

#include "hs-webrtc-peer-private.h"

#include "base/hs-error.h"
#include "base/hs-json.h"
#include "hs-ice-servers.h"

#define ICE_DELAY_MS 1000
#define ICE_LIMIT_MS 3000
/* A resolver without an answer must not cost a call more than a second. */
#define NAMES_LIMIT_MS 1000

static void hs_webrtc_peer_init_interface (HsPeerInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (HsWebrtcPeer,
                               hs_webrtc_peer,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (HS_TYPE_PEER, hs_webrtc_peer_init_interface))

/* --- operations --- */

gboolean
hs_webrtc_peer_begin (HsWebrtcPeer *self,
                      GCancellable *cancellable,
                      GAsyncReadyCallback callback,
                      gpointer user_data,
                      gpointer tag)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);

  g_task_set_source_tag (task, tag);
  if (self->state == HS_PEER_CLOSED)
    g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_CANCELLED, "the call's media is closed");
  else if (self->negotiating != NULL)
    g_task_return_new_error (task, HS_CALL_ERROR, HS_CALL_ERROR_GENERIC,
                             "another negotiation is running");
  else
    self->negotiating = g_object_ref (task);
  return self->negotiating == task;
}

gboolean
hs_webrtc_peer_is_over (HsWebrtcPeer *self, GTask *task)
{
  return self->negotiating != task;
}

/* A transport whose operation has ended without it is of no use. */
static void
drop_starting (HsWebrtcPeer *self)
{
  g_autoptr (HsPeerTransport) starting = g_steal_pointer (&self->starting);

  if (starting != NULL)
    hs_leg_close (starting->leg);
}

void
hs_webrtc_peer_fail (HsWebrtcPeer *self, int code, const char *what, const GError *reason)
{
  g_autoptr (GTask) task = g_steal_pointer (&self->negotiating);

  drop_starting (self);
  if (reason != NULL)
    g_task_return_new_error (task, HS_CALL_ERROR, code, "%s: %s", what, reason->message);
  else
    g_task_return_new_error (task, HS_CALL_ERROR, code, "%s", what);
}

void
hs_webrtc_peer_succeed_with_text (HsWebrtcPeer *self, HsSdp *sdp)
{
  g_autoptr (GTask) task = g_steal_pointer (&self->negotiating);

  g_task_return_pointer (task, hs_sdp_to_text (sdp), g_free);
}

void
hs_webrtc_peer_succeed (HsWebrtcPeer *self)
{
  g_autoptr (GTask) task = g_steal_pointer (&self->negotiating);

  g_task_return_boolean (task, TRUE);
}

static void
cancel_task (GTask **task)
{
  g_autoptr (GTask) cancelled = g_steal_pointer (task);

  if (cancelled != NULL)
    g_task_return_new_error (cancelled, G_IO_ERROR, G_IO_ERROR_CANCELLED,
                             "the operation was given up");
}

void
hs_webrtc_peer_cancel (HsWebrtcPeer *self)
{
  cancel_task (&self->negotiating);
  drop_starting (self);
}

/* --- getting ready --- */

typedef struct {
  GTask *task;
  HsWebrtcPeerStep next;
  GPtrArray *servers; /* those that addresses are looked for */
} Preparation;

static void
free_preparation (Preparation *preparation)
{
  g_object_unref (preparation->task);
  g_ptr_array_unref (preparation->servers);
  g_free (preparation);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Preparation, free_preparation)

static Preparation *
make_preparation (HsWebrtcPeer *self, HsWebrtcPeerStep next)
{
  Preparation *preparation = g_new0 (Preparation, 1);

  preparation->task = g_object_ref (self->negotiating);
  preparation->next = next;
  preparation->servers = g_ptr_array_ref (self->ice_servers);
  return preparation;
}

static void resolve_servers (HsWebrtcPeer *self, HsWebrtcPeerStep next);

static void
on_servers_resolved (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Preparation) preparation = user_data;
  GTask *task = preparation->task;
  HsWebrtcPeer *self = g_task_get_source_object (task);
  g_autoptr (GPtrArray) addresses = hs_ice_servers_resolve_finish (result, NULL);

  if (hs_webrtc_peer_is_over (self, task))
    return;
  if (preparation->servers != self->ice_servers) {
    /* Others have taken their place meanwhile. */
    resolve_servers (self, preparation->next);
    return;
  }
  if (self->ice_addresses == NULL)
    self->ice_addresses = g_steal_pointer (&addresses);
  preparation->next (self);
}

static void
resolve_servers (HsWebrtcPeer *self, HsWebrtcPeerStep next)
{
  hs_webrtc_peer_open_speaker (self);
  if (self->ice_addresses != NULL)
    next (self);
  else
    hs_ice_servers_resolve_async (self->ice_servers, self->clock, NAMES_LIMIT_MS, self->cancellable,
                                  on_servers_resolved, make_preparation (self, next));
}

static void
on_warm (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Preparation) preparation = user_data;
  GTask *task = preparation->task;
  HsWebrtcPeer *self = g_task_get_source_object (task);
  g_autoptr (GError) error = NULL;
  gboolean warm = hs_media_warm_up_finish (HS_MEDIA (source), result, &error);

  if (hs_webrtc_peer_is_over (self, task))
    return;
  if (warm)
    resolve_servers (self, preparation->next);
  else
    hs_webrtc_peer_fail (self, HS_CALL_ERROR_INIT_MEDIA_FAILED, "media cannot be used", error);
}

void
hs_webrtc_peer_prepare (HsWebrtcPeer *self, HsWebrtcPeerStep next)
{
  if (hs_media_is_warm (self->media))
    resolve_servers (self, next);
  else
    hs_media_warm_up_async (self->media, self->cancellable, on_warm, make_preparation (self, next));
}

/* --- the interface --- */

static void
drop_live (HsWebrtcPeer *self)
{
  hs_audio_port_set_gates (self->port, FALSE, FALSE);
  hs_webrtc_peer_direct_audio (self, NULL);
  g_clear_pointer (&self->live, hs_peer_transport_unref);
}

void
hs_webrtc_peer_forget_proposal (HsWebrtcPeer *self)
{
  HsExchange dropped = self->proposed;

  self->proposed = (HsExchange){ NULL };
  hs_webrtc_peer_restore_lines (self);
  if (dropped.transport != NULL && dropped.transport != self->agreed.transport) {
    if (self->live == dropped.transport)
      drop_live (self);
    hs_leg_close (dropped.transport->leg);
  }
  if (dropped.remote != NULL) {
    g_clear_pointer (&self->remote_text, g_free);
    if (self->agreed.remote != NULL)
      self->remote_text = hs_sdp_to_text (self->agreed.remote);
    hs_webrtc_peer_update_tracks (self, self->agreed.remote);
    hs_webrtc_peer_update_media (self);
  }
  hs_exchange_clear (&dropped);
}

static void
webrtc_peer_rollback (HsPeer *peer)
{
  HsWebrtcPeer *self = HS_WEBRTC_PEER (peer);

  hs_webrtc_peer_cancel (self);
  if (self->proposed.remote == NULL)
    hs_webrtc_peer_rollback_locals (self);
  hs_webrtc_peer_forget_proposal (self);
}

static void
webrtc_peer_set_local_hold (HsPeer *peer, gboolean held)
{
  HS_WEBRTC_PEER (peer)->held = held;
}

static void
webrtc_peer_set_bandwidth (HsPeer *peer, JsonObject *bandwidth)
{
  HsWebrtcPeer *self = HS_WEBRTC_PEER (peer);
  JsonObject *before = self->bandwidth;

  self->bandwidth = bandwidth != NULL ? json_object_ref (bandwidth) : NULL;
  g_clear_pointer (&before, json_object_unref);
}

static void
webrtc_peer_renew_transport (HsPeer *peer)
{
  HS_WEBRTC_PEER (peer)->renew = TRUE;
}

static const char *
webrtc_peer_get_remote_description (HsPeer *peer)
{
  return HS_WEBRTC_PEER (peer)->remote_text;
}

static void
webrtc_peer_close (HsPeer *peer)
{
  g_autoptr (HsWebrtcPeer) self = g_object_ref (HS_WEBRTC_PEER (peer));

  if (self->state == HS_PEER_CLOSED)
    return;
  self->state = HS_PEER_CLOSED;
  g_cancellable_cancel (self->cancellable);
  hs_webrtc_peer_cancel (self);
  cancel_task (&self->opening);
  hs_peer_tones_close (self->tones);
  hs_webrtc_peer_stop_rendering (self, NULL);
  g_ptr_array_set_size (self->video_renderings, 0);
  hs_webrtc_peer_remove_port (self);
  g_clear_pointer (&self->live, hs_peer_transport_unref);
  hs_exchange_clear (&self->proposed);
  hs_exchange_clear (&self->agreed);
  hs_webrtc_peer_end_tracks (self);
  g_signal_emit_by_name (self, "state-changed", HS_PEER_CLOSED, NULL);
}

static void
hs_webrtc_peer_init_interface (HsPeerInterface *iface)
{
  iface->open_media_async = hs_webrtc_peer_open_media_async;
  iface->open_media_finish = hs_webrtc_peer_open_media_finish;
  iface->create_offer_async = hs_webrtc_peer_create_offer_async;
  iface->create_offer_finish = hs_webrtc_peer_create_finish;
  iface->set_remote_async = hs_webrtc_peer_set_remote_async;
  iface->set_remote_finish = hs_webrtc_peer_set_remote_finish;
  iface->create_answer_async = hs_webrtc_peer_create_answer_async;
  iface->create_answer_finish = hs_webrtc_peer_create_finish;
  iface->set_local_hold = webrtc_peer_set_local_hold;
  iface->set_bandwidth = webrtc_peer_set_bandwidth;
  iface->set_ice_servers = hs_webrtc_peer_set_ice_servers;
  iface->set_dscp = hs_webrtc_peer_set_dscp;
  iface->renew_transport = webrtc_peer_renew_transport;
  iface->rollback = webrtc_peer_rollback;
  iface->get_remote_description = webrtc_peer_get_remote_description;
  iface->set_speaker = hs_webrtc_peer_set_speaker;
  iface->remove_tracks = hs_webrtc_peer_remove_tracks;
  iface->replace_track_async = hs_webrtc_peer_replace_track_async;
  iface->replace_track_finish = hs_webrtc_peer_replace_track_finish;
  iface->set_muted = hs_webrtc_peer_set_muted;
  iface->render_track_async = hs_webrtc_peer_render_track_async;
  iface->render_track_finish = hs_webrtc_peer_render_track_finish;
  iface->unrender_track = hs_webrtc_peer_unrender_track;
  iface->send_tones_async = hs_webrtc_peer_send_tones_async;
  iface->send_tones_finish = hs_webrtc_peer_send_tones_finish;
  iface->get_stats_async = hs_webrtc_peer_get_stats_async;
  iface->get_stats_finish = hs_webrtc_peer_get_stats_finish;
  iface->close = webrtc_peer_close;
}

/* --- life --- */

static void
hs_webrtc_peer_dispose (GObject *object)
{
  webrtc_peer_close (HS_PEER (object));
  G_OBJECT_CLASS (hs_webrtc_peer_parent_class)->dispose (object);
}

static void
hs_webrtc_peer_finalize (GObject *object)
{
  HsWebrtcPeer *self = HS_WEBRTC_PEER (object);

  g_clear_object (&self->media);
  g_clear_object (&self->clock);
  g_clear_object (&self->cancellable);
  g_clear_pointer (&self->tones, hs_peer_tones_free);
  g_clear_pointer (&self->renderings, hs_peer_renderings_free);
  g_clear_pointer (&self->bandwidth, json_object_unref);
  g_clear_pointer (&self->dscp, json_object_unref);
  g_clear_pointer (&self->ice_servers, g_ptr_array_unref);
  g_clear_pointer (&self->ice_addresses, g_ptr_array_unref);
  g_clear_pointer (&self->roles, g_hash_table_unref);
  g_clear_error (&self->relay_problem);
  g_clear_pointer (&self->video_renderings, g_ptr_array_unref);
  g_clear_pointer (&self->local_tracks, g_ptr_array_unref);
  g_clear_pointer (&self->remote_tracks, g_ptr_array_unref);
  g_free (self->call_id);
  g_free (self->remote_text);
  g_free (self->speaker_id);
  G_OBJECT_CLASS (hs_webrtc_peer_parent_class)->finalize (object);
}

static void
hs_webrtc_peer_class_init (HsWebrtcPeerClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = hs_webrtc_peer_dispose;
  G_OBJECT_CLASS (klass)->finalize = hs_webrtc_peer_finalize;
}

static void
hs_webrtc_peer_init (HsWebrtcPeer *self)
{
  self->cancellable = g_cancellable_new ();
  self->tones = hs_peer_tones_new (self);
  self->renderings = hs_peer_renderings_new ();
  self->roles = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->video_renderings = g_ptr_array_new_with_free_func (hs_video_rendering_free);
  self->local_tracks = g_ptr_array_new_with_free_func ((GDestroyNotify) hs_local_track_free);
  self->remote_tracks = g_ptr_array_new_with_free_func ((GDestroyNotify) hs_remote_track_free);
}

static void
read_config (HsWebrtcPeer *self, HsConfig *config)
{
  self->remove_h264 = hs_config_get_boolean (config, "call.removeH264Codecs", TRUE);
  self->remove_bundling = hs_config_get_boolean (config, "call.removeBundling", FALSE);
  self->ice_delay_ms =
      CLAMP (hs_config_get_int (config, "call.iceCollectionDelay", ICE_DELAY_MS), 0, 60000);
  self->ice_limit_ms =
      CLAMP (hs_config_get_int (config, "call.maxIceTimeout", ICE_LIMIT_MS), 0, 60000);
  self->relay_only =
      g_strcmp0 (hs_config_get_string (config, "call.iceTransportPolicy"), "relay") == 0;
}

HsPeer *
hs_webrtc_peer_new (HsMedia *media, const HsPeerOptions *options)
{
  HsWebrtcPeer *self = g_object_new (HS_TYPE_WEBRTC_PEER, NULL);

  self->media = g_object_ref (media);
  self->clock = g_object_ref (hs_media_get_clock (media));
  self->call_id = g_strdup (options->call_id);
  self->caller = options->caller;
  self->speaker_id = g_strdup (options->speaker_id);
  self->ice_servers = hs_ice_servers_parse (options->ice_servers);
  webrtc_peer_set_bandwidth (HS_PEER (self), options->bandwidth);
  hs_webrtc_peer_set_dscp (HS_PEER (self), options->dscp);
  read_config (self, hs_media_get_config (media));
  hs_webrtc_peer_add_port (self);
  return HS_PEER (self);
}
