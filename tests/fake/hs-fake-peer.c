/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "hs-fake"

#include "hs-fake-peer-private.h"

#include "base/hs-error.h"
#include "base/hs-json.h"

void
hs_fake_peer_did (HsFakePeer *self, const char *text)
{
  g_signal_emit_by_name (self->factory, "did", text);
}

/* @object: (nullable) */
void
hs_fake_peer_did_set (HsFakePeer *self, const char *what, JsonObject *object)
{
  g_autofree char *json =
      object != NULL ? hs_json_object_to_text (json_object_ref (object)) : g_strdup ("none");
  g_autofree char *text = g_strdup_printf ("%s %s", what, json);

  hs_fake_peer_did (self, text);
}

void
hs_fake_peer_begin (HsFakePeer *self, HsFakePeerStep step, GTask *task, HsFakeStepFunc succeed)
{
  hs_fake_steps_begin (self->factory->steps, step, task, succeed);
}

gboolean
hs_fake_peer_return_if_closed (HsFakePeer *self, GTask *task)
{
  if (self->closed)
    g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_CANCELLED, "the peer was closed");
  return self->closed;
}

static gpointer
fake_pointer_finish (HsPeer *peer, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

/* --- the interface --- */

enum {
  WANTS_AUDIO = 1,
  WANTS_VIDEO = 2,
  WANTS_SCREEN = 4,
};

static void
media_opened (GTask *task)
{
  HsFakePeer *self = g_task_get_source_object (task);
  guint wanted = GPOINTER_TO_UINT (g_task_get_task_data (task));
  GPtrArray *tracks = g_ptr_array_new_with_free_func ((GDestroyNotify) hs_track_free);

  if (hs_fake_peer_return_if_closed (self, task)) {
    g_ptr_array_unref (tracks);
    return;
  }
  if (wanted & WANTS_AUDIO)
    hs_fake_peer_add_local (self, HS_MEDIA_AUDIO, FALSE, tracks);
  if (wanted & WANTS_VIDEO)
    hs_fake_peer_add_local (self, HS_MEDIA_VIDEO, FALSE, tracks);
  if (wanted & WANTS_SCREEN)
    hs_fake_peer_add_local (self, HS_MEDIA_VIDEO, TRUE, tracks);
  g_task_return_pointer (task, tracks, (GDestroyNotify) g_ptr_array_unref);
}

static guint
get_wanted (const HsMediaRequest *request)
{
  return (request->audio ? WANTS_AUDIO : 0) | (request->video ? WANTS_VIDEO : 0) |
         (request->screen ? WANTS_SCREEN : 0);
}

static void
fake_open_media_async (HsPeer *peer,
                       const HsMediaRequest *request,
                       GCancellable *cancellable,
                       GAsyncReadyCallback callback,
                       gpointer user_data)
{
  GTask *task = g_task_new (peer, cancellable, callback, user_data);

  g_task_set_task_data (task, GUINT_TO_POINTER (get_wanted (request)), NULL);
  hs_fake_peer_begin (HS_FAKE_PEER (peer), HS_FAKE_OPEN_MEDIA, task, media_opened);
}

static GPtrArray *
fake_open_media_finish (HsPeer *peer, GAsyncResult *result, GError **error)
{
  return fake_pointer_finish (peer, result, error);
}

static char *
fake_describe_finish (HsPeer *peer, GAsyncResult *result, GError **error)
{
  return fake_pointer_finish (peer, result, error);
}

static JsonObject *
fake_get_stats_finish (HsPeer *peer, GAsyncResult *result, GError **error)
{
  return fake_pointer_finish (peer, result, error);
}

static void
offer_created (GTask *task)
{
  HsFakePeer *self = g_task_get_source_object (task);

  if (hs_fake_peer_return_if_closed (self, task))
    return;
  if (self->n_sections == 0)
    hs_fake_peer_add_section (self, HS_MEDIA_AUDIO);
  self->offered = self->n_sections;
  g_task_return_pointer (task, hs_fake_peer_describe (self, "offer"), g_free);
}

static void
fake_create_offer_async (HsPeer *peer,
                         GCancellable *cancellable,
                         GAsyncReadyCallback callback,
                         gpointer user_data)
{
  hs_fake_peer_begin (HS_FAKE_PEER (peer), HS_FAKE_CREATE_OFFER,
                      g_task_new (peer, cancellable, callback, user_data), offer_created);
}

static void
answer_created (GTask *task)
{
  HsFakePeer *self = g_task_get_source_object (task);

  if (hs_fake_peer_return_if_closed (self, task))
    return;
  g_assert (self->remote_sdp != NULL && self->remote_type == HS_DESCRIPTION_OFFER);
  hs_fake_peer_agree (self);
  g_task_return_pointer (task, hs_fake_peer_describe (self, "answer"), g_free);
}

static void
fake_create_answer_async (HsPeer *peer,
                          GCancellable *cancellable,
                          GAsyncReadyCallback callback,
                          gpointer user_data)
{
  hs_fake_peer_begin (HS_FAKE_PEER (peer), HS_FAKE_CREATE_ANSWER,
                      g_task_new (peer, cancellable, callback, user_data), answer_created);
}

typedef struct {
  HsDescriptionType type;
  char *sdp;
} Remote;

static void
remote_free (Remote *remote)
{
  g_free (remote->sdp);
  g_free (remote);
}

static void
remote_applied (GTask *task)
{
  HsFakePeer *self = g_task_get_source_object (task);
  Remote *remote = g_task_get_task_data (task);

  if (hs_fake_peer_return_if_closed (self, task))
    return;
  if (!g_str_has_prefix (remote->sdp, "v=0\r\n")) {
    g_task_return_new_error (task, HS_CALL_ERROR, HS_CALL_ERROR_GENERIC, "no description");
    return;
  }
  if (remote->type != HS_DESCRIPTION_OFFER &&
      hs_fake_sdp_count_sections (remote->sdp) != self->offered) {
    g_task_return_new_error (task, HS_CALL_ERROR, HS_CALL_ERROR_REMOTE_ANSWER,
                             "the sections differ");
    return;
  }
  g_free (self->remote_sdp);
  self->remote_sdp = g_steal_pointer (&remote->sdp);
  self->remote_type = remote->type;
  hs_fake_peer_follow_remote (self, HS_MEDIA_AUDIO, hs_fake_sdp_sends (self->remote_sdp, "audio"));
  hs_fake_peer_follow_remote (self, HS_MEDIA_VIDEO, hs_fake_sdp_sends (self->remote_sdp, "video"));
  if (remote->type == HS_DESCRIPTION_OFFER)
    hs_fake_peer_learn_sections (self, self->remote_sdp);
  else if (remote->type == HS_DESCRIPTION_ANSWER)
    hs_fake_peer_agree (self);
  g_task_return_boolean (task, TRUE);
}

static void
fake_set_remote_async (HsPeer *peer,
                       HsDescriptionType type,
                       const char *sdp,
                       GCancellable *cancellable,
                       GAsyncReadyCallback callback,
                       gpointer user_data)
{
  GTask *task = g_task_new (peer, cancellable, callback, user_data);
  Remote *remote = g_new0 (Remote, 1);

  remote->type = type;
  remote->sdp = g_strdup (sdp);
  g_task_set_task_data (task, remote, (GDestroyNotify) remote_free);
  hs_fake_peer_begin (HS_FAKE_PEER (peer), HS_FAKE_SET_REMOTE, task, remote_applied);
}

static gboolean
fake_set_remote_finish (HsPeer *peer, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

static void
fake_set_local_hold (HsPeer *peer, gboolean held)
{
  HS_FAKE_PEER (peer)->held = held;
  hs_fake_peer_did (HS_FAKE_PEER (peer), held ? "hold" : "unhold");
}

static void
fake_set_bandwidth (HsPeer *peer, JsonObject *bandwidth)
{
  hs_fake_peer_did_set (HS_FAKE_PEER (peer), "bandwidth", bandwidth);
}

static void
fake_set_dscp (HsPeer *peer, JsonObject *dscp)
{
  hs_fake_peer_did_set (HS_FAKE_PEER (peer), "dscp", dscp);
}

static void
fake_set_ice_servers (HsPeer *peer, JsonArray *servers)
{
  g_autoptr (JsonNode) node = hs_json_node_take_array (json_array_ref (servers));
  g_autofree char *json = hs_json_to_text (node);
  g_autofree char *text = g_strdup_printf ("servers %s", json);

  hs_fake_peer_did (HS_FAKE_PEER (peer), text);
}

static void
fake_renew_transport (HsPeer *peer)
{
  hs_fake_peer_did (HS_FAKE_PEER (peer), "renew");
}

static void
fake_rollback (HsPeer *peer)
{
  HsFakePeer *self = HS_FAKE_PEER (peer);

  hs_fake_peer_did (self, "rollback");
  g_ptr_array_set_size (self->leaving, 0);
  if (self->agreed)
    hs_fake_peer_end_named (self, self->opened);
}

static const char *
fake_get_remote_description (HsPeer *peer)
{
  return HS_FAKE_PEER (peer)->remote_sdp;
}

static gboolean
fake_set_speaker (HsPeer *peer, const char *speaker_id, GTask *waiter, GError **error)
{
  g_autofree char *text = g_strdup_printf ("speaker %s", speaker_id);
  g_autoptr (GTask) owned = waiter;

  if (g_str_equal (speaker_id, "none")) {
    g_set_error (error, HS_CALL_ERROR, HS_CALL_ERROR_INVALID_PARAM, "there is no such speaker");
    return FALSE;
  }
  hs_fake_peer_did (HS_FAKE_PEER (peer), text);
  if (owned != NULL && g_str_equal (speaker_id, "broken"))
    g_task_return_new_error (owned, HS_CALL_ERROR, HS_CALL_ERROR_USER_MEDIA, "it is broken");
  else if (owned != NULL)
    g_task_return_boolean (owned, TRUE);
  return TRUE;
}

static void
stats_made (GTask *task)
{
  HsFakePeer *self = g_task_get_source_object (task);
  JsonObject *report;

  if (hs_fake_peer_return_if_closed (self, task))
    return;
  report = json_object_new ();
  json_object_set_string_member (report, "of", g_task_get_task_data (task));
  g_task_return_pointer (task, report, (GDestroyNotify) json_object_unref);
}

static void
fake_get_stats_async (HsPeer *peer,
                      const char *track_id,
                      GCancellable *cancellable,
                      GAsyncReadyCallback callback,
                      gpointer user_data)
{
  GTask *task = g_task_new (peer, cancellable, callback, user_data);

  g_task_set_task_data (task, g_strdup (track_id != NULL ? track_id : "all"), g_free);
  hs_fake_peer_begin (HS_FAKE_PEER (peer), HS_FAKE_GET_STATS, task, stats_made);
}

static void
fake_close (HsPeer *peer)
{
  HsFakePeer *self = HS_FAKE_PEER (peer);

  if (self->closed)
    return;
  self->closed = TRUE;
  self->factory->open--;
  hs_fake_steps_cancel (self->factory->steps, self);
  hs_fake_peer_end_tracks (self, self->local);
  hs_fake_peer_end_tracks (self, self->remote);
}

static void
hs_fake_peer_init_interface (HsPeerInterface *iface)
{
  iface->render_track_async = hs_fake_peer_render_track_async;
  iface->render_track_finish = hs_fake_peer_render_track_finish;
  iface->unrender_track = hs_fake_peer_unrender_track;
  iface->open_media_async = fake_open_media_async;
  iface->open_media_finish = fake_open_media_finish;
  iface->create_offer_async = fake_create_offer_async;
  iface->create_offer_finish = fake_describe_finish;
  iface->set_remote_async = fake_set_remote_async;
  iface->set_remote_finish = fake_set_remote_finish;
  iface->create_answer_async = fake_create_answer_async;
  iface->create_answer_finish = fake_describe_finish;
  iface->set_local_hold = fake_set_local_hold;
  iface->set_bandwidth = fake_set_bandwidth;
  iface->set_ice_servers = fake_set_ice_servers;
  iface->renew_transport = fake_renew_transport;
  iface->rollback = fake_rollback;
  iface->get_remote_description = fake_get_remote_description;
  iface->set_speaker = fake_set_speaker;
  iface->remove_tracks = hs_fake_peer_remove_tracks;
  iface->replace_track_async = hs_fake_peer_replace_track_async;
  iface->replace_track_finish = hs_fake_peer_replace_track_finish;
  iface->send_tones_async = hs_fake_peer_send_tones_async;
  iface->send_tones_finish = hs_fake_peer_send_tones_finish;
  iface->set_muted = hs_fake_peer_set_muted;
  iface->set_dscp = fake_set_dscp;
  iface->get_stats_async = fake_get_stats_async;
  iface->get_stats_finish = fake_get_stats_finish;
  iface->close = fake_close;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (HsFakePeer,
                               hs_fake_peer,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (HS_TYPE_PEER, hs_fake_peer_init_interface))

static void
hs_fake_peer_finalize (GObject *object)
{
  HsFakePeer *self = HS_FAKE_PEER (object);

  g_ptr_array_unref (self->local);
  g_ptr_array_unref (self->remote);
  g_ptr_array_unref (self->opened);
  g_ptr_array_unref (self->leaving);
  g_free (self->remote_sdp);
  g_free (self->local_sdp);
  g_object_unref (self->factory);
  G_OBJECT_CLASS (hs_fake_peer_parent_class)->finalize (object);
}

static void
hs_fake_peer_class_init (HsFakePeerClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = hs_fake_peer_finalize;
}

static void
hs_fake_peer_init (HsFakePeer *self)
{
  self->local = g_ptr_array_new_with_free_func ((GDestroyNotify) hs_track_free);
  self->remote = g_ptr_array_new_with_free_func ((GDestroyNotify) hs_track_free);
  self->opened = g_ptr_array_new_with_free_func (g_free);
  self->leaving = g_ptr_array_new_with_free_func (g_free);
}

void
hs_fake_peer_set_state (HsFakePeer *self, HsPeerState state, const GError *reason)
{
  g_signal_emit_by_name (self, "state-changed", (int) state, reason);
}

void
hs_fake_peer_mute (HsFakePeer *self, const char *track_id, gboolean muted)
{
  g_signal_emit_by_name (self, "source-muted", track_id, muted);
}

void
hs_fake_peer_lose (HsFakePeer *self, const char *track_id)
{
  hs_fake_peer_end_local (self, track_id);
}

void
hs_fake_peer_press (HsFakePeer *self, const char *tone, guint duration_ms)
{
  g_signal_emit_by_name (self, "tone-received", tone, duration_ms);
}

const char *
hs_fake_peer_get_local (HsFakePeer *self)
{
  return self->local_sdp;
}

const char *
hs_fake_peer_get_remote (HsFakePeer *self)
{
  return self->remote_sdp;
}

const char *
hs_fake_peer_get_remote_type (HsFakePeer *self)
{
  static const char *const names[] = { "offer", "pranswer", "answer" };

  return names[self->remote_type];
}
