/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "hs-fake"

#include "hs-fake-peer.h"

#include "base/hs-error.h"
#include "base/hs-json.h"

#include <string.h>

#define MAX_SECTIONS 2

struct _HsFakePeerFactory {
  GObject parent;

  HsFakeSteps *steps;
  HsFakePeer *last; /* weak */
  guint open;
  guint last_track;
  guint last_description;
};

struct _HsFakePeer {
  GObject parent;

  HsFakePeerFactory *factory;
  gboolean closed;
  gboolean held;
  GPtrArray *local;  /* of HsTrack */
  GPtrArray *remote; /* of HsTrack */
  char *remote_sdp;
  HsDescriptionType remote_type;
  guint offered; /* sections in our last offer */
};

static const char *const kind_names[] = { "audio", "video" };

static void
did (HsFakePeer *self, const char *text)
{
  g_signal_emit_by_name (self->factory, "did", text);
}

/* --- descriptions --- */

char *
hs_fake_sdp_new (const char *name, const char *session_id, const char *const *directions)
{
  GString *text = g_string_new ("v=0\r\n");

  g_string_append_printf (text, "o=- %s 1 IN IP4 127.0.0.1\r\ns=%s\r\nt=0 0\r\n", session_id, name);
  for (guint i = 0; directions[i] != NULL; i++) {
    g_assert (i < MAX_SECTIONS);
    g_string_append_printf (text,
                            "m=%s 9 UDP/TLS/RTP/SAVPF 0\r\nc=IN IP4 127.0.0.1\r\na=mid:%u\r\n"
                            "a=setup:actpass\r\na=%s\r\n",
                            kind_names[i], i, directions[i]);
  }
  return g_string_free (text, FALSE);
}

static guint
count_sections (const char *sdp)
{
  guint count = 0;

  for (const char *m = strstr (sdp, "\nm="); m != NULL; m = strstr (m + 1, "\nm="))
    count++;
  return count;
}

/* Whether the far end sends in the section of this kind. */
static gboolean
sends (const char *sdp, const char *kind)
{
  g_autofree char *line = g_strdup_printf ("\nm=%s", kind);
  const char *begin = strstr (sdp, line);
  const char *end = begin != NULL ? strstr (begin + 1, "\nm=") : NULL;
  g_autofree char *section = NULL;

  if (begin == NULL)
    return FALSE;
  section = g_strndup (begin, end != NULL ? (gsize) (end - begin) : strlen (begin));
  return strstr (section, "a=sendrecv") != NULL || strstr (section, "a=sendonly") != NULL;
}

static char *
describe (HsFakePeer *self, const char *what, guint sections)
{
  const char *directions[MAX_SECTIONS + 1] = { NULL };
  g_autofree char *name = g_strdup_printf ("%s-%u", what, ++self->factory->last_description);

  for (guint i = 0; i < MIN (sections, MAX_SECTIONS); i++)
    directions[i] = self->held ? "inactive" : "sendrecv";
  return hs_fake_sdp_new (name, "100", directions);
}

/* --- tracks --- */

static HsTrack *
track_new (const char *id, HsMediaKind kind, gboolean local)
{
  HsTrack *track = g_new0 (HsTrack, 1);

  track->id = g_strdup (id);
  track->media_id = g_strdup (local ? "stream-L" : "stream-R");
  track->label = g_strdup ("fake");
  track->kind = kind;
  track->local = local;
  return track;
}

static void
add_local (HsFakePeer *self, HsMediaKind kind)
{
  g_autofree char *id = g_strdup_printf ("L%u", ++self->factory->last_track);
  HsTrack *track = track_new (id, kind, TRUE);

  g_ptr_array_add (self->local, track);
  g_signal_emit_by_name (self, "track-added", track);
}

static HsTrack *
find_remote (HsFakePeer *self, const char *id)
{
  for (guint i = 0; i < self->remote->len; i++) {
    if (g_str_equal (((HsTrack *) self->remote->pdata[i])->id, id))
      return self->remote->pdata[i];
  }
  return NULL;
}

static void
follow_remote (HsFakePeer *self, HsMediaKind kind, gboolean sending)
{
  g_autofree char *id = g_strdup_printf ("R-%s", kind_names[kind]);
  g_autoptr (HsTrack) ended = NULL;
  HsTrack *track = find_remote (self, id);

  if (sending && track == NULL) {
    track = track_new (id, kind, FALSE);
    g_ptr_array_add (self->remote, track);
    g_signal_emit_by_name (self, "track-added", track);
  } else if (!sending && track != NULL) {
    ended = hs_track_copy (track);
    g_ptr_array_remove (self->remote, track);
    g_signal_emit_by_name (self, "track-ended", ended);
  }
}

static void
end_tracks (HsFakePeer *self, GPtrArray *tracks)
{
  while (tracks->len > 0) {
    g_autoptr (HsTrack) track = hs_track_copy (tracks->pdata[0]);

    g_ptr_array_remove_index (tracks, 0);
    g_signal_emit_by_name (self, "track-ended", track);
  }
}

/* --- the interface --- */

static void
begin (HsFakePeer *self, HsFakePeerStep step, GTask *task, HsFakeStepFunc succeed)
{
  hs_fake_steps_begin (self->factory->steps, step, task, succeed);
}

static gboolean
return_if_closed (HsFakePeer *self, GTask *task)
{
  if (self->closed)
    g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_CANCELLED, "the peer was closed");
  return self->closed;
}

static void
media_opened (GTask *task)
{
  HsFakePeer *self = g_task_get_source_object (task);
  guint wanted = GPOINTER_TO_UINT (g_task_get_task_data (task));
  GPtrArray *tracks = g_ptr_array_new_with_free_func ((GDestroyNotify) hs_track_free);

  if (return_if_closed (self, task)) {
    g_ptr_array_unref (tracks);
    return;
  }
  if (wanted & 1)
    add_local (self, HS_MEDIA_AUDIO);
  if (wanted & 2)
    add_local (self, HS_MEDIA_VIDEO);
  for (guint i = 0; i < self->local->len; i++)
    g_ptr_array_add (tracks, hs_track_copy (self->local->pdata[i]));
  g_task_return_pointer (task, tracks, (GDestroyNotify) g_ptr_array_unref);
}

static void
fake_open_media_async (HsPeer *peer,
                       const HsMediaRequest *request,
                       GCancellable *cancellable,
                       GAsyncReadyCallback callback,
                       gpointer user_data)
{
  GTask *task = g_task_new (peer, cancellable, callback, user_data);
  guint wanted = (request->audio ? 1 : 0) | (request->video || request->screen ? 2 : 0);

  g_task_set_task_data (task, GUINT_TO_POINTER (wanted), NULL);
  begin (HS_FAKE_PEER (peer), HS_FAKE_OPEN_MEDIA, task, media_opened);
}

static gpointer
fake_pointer_finish (HsPeer *peer, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
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

  if (return_if_closed (self, task))
    return;
  self->offered = MAX (self->local->len, 1);
  g_task_return_pointer (task, describe (self, "offer", self->offered), g_free);
}

static void
fake_create_offer_async (HsPeer *peer,
                         GCancellable *cancellable,
                         GAsyncReadyCallback callback,
                         gpointer user_data)
{
  begin (HS_FAKE_PEER (peer), HS_FAKE_CREATE_OFFER,
         g_task_new (peer, cancellable, callback, user_data), offer_created);
}

static void
answer_created (GTask *task)
{
  HsFakePeer *self = g_task_get_source_object (task);

  if (return_if_closed (self, task))
    return;
  g_assert (self->remote_sdp != NULL && self->remote_type == HS_DESCRIPTION_OFFER);
  g_task_return_pointer (task, describe (self, "answer", count_sections (self->remote_sdp)),
                         g_free);
}

static void
fake_create_answer_async (HsPeer *peer,
                          GCancellable *cancellable,
                          GAsyncReadyCallback callback,
                          gpointer user_data)
{
  begin (HS_FAKE_PEER (peer), HS_FAKE_CREATE_ANSWER,
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

  if (return_if_closed (self, task))
    return;
  if (!g_str_has_prefix (remote->sdp, "v=0\r\n")) {
    g_task_return_new_error (task, HS_CALL_ERROR, HS_CALL_ERROR_GENERIC, "no description");
    return;
  }
  if (remote->type != HS_DESCRIPTION_OFFER && count_sections (remote->sdp) != self->offered) {
    g_task_return_new_error (task, HS_CALL_ERROR, HS_CALL_ERROR_REMOTE_ANSWER,
                             "the sections differ");
    return;
  }
  g_free (self->remote_sdp);
  self->remote_sdp = g_steal_pointer (&remote->sdp);
  self->remote_type = remote->type;
  follow_remote (self, HS_MEDIA_AUDIO, sends (self->remote_sdp, "audio"));
  follow_remote (self, HS_MEDIA_VIDEO, sends (self->remote_sdp, "video"));
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
  begin (HS_FAKE_PEER (peer), HS_FAKE_SET_REMOTE, task, remote_applied);
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
  did (HS_FAKE_PEER (peer), held ? "hold" : "unhold");
}

static void
fake_set_bandwidth (HsPeer *peer, JsonObject *bandwidth)
{
  g_autofree char *json = hs_json_object_to_text (json_object_ref (bandwidth));
  g_autofree char *text = g_strdup_printf ("bandwidth %s", json);

  did (HS_FAKE_PEER (peer), text);
}

static void
fake_renew_transport (HsPeer *peer)
{
  did (HS_FAKE_PEER (peer), "renew");
}

static void
fake_rollback (HsPeer *peer)
{
  did (HS_FAKE_PEER (peer), "rollback");
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
  did (HS_FAKE_PEER (peer), text);
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

  if (return_if_closed (self, task))
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
  begin (HS_FAKE_PEER (peer), HS_FAKE_GET_STATS, task, stats_made);
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
  end_tracks (self, self->local);
  end_tracks (self, self->remote);
}

static void
hs_fake_peer_init_interface (HsPeerInterface *iface)
{
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
  iface->renew_transport = fake_renew_transport;
  iface->rollback = fake_rollback;
  iface->get_remote_description = fake_get_remote_description;
  iface->set_speaker = fake_set_speaker;
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
  g_free (self->remote_sdp);
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

/* --- the factory --- */

static HsPeer *
fake_create_peer (HsPeerFactory *factory, const HsPeerOptions *options)
{
  HsFakePeerFactory *self = HS_FAKE_PEER_FACTORY (factory);
  HsFakePeer *peer = g_object_new (HS_TYPE_FAKE_PEER, NULL);

  g_assert (options->call_id != NULL);
  peer->factory = g_object_ref (self);
  g_set_weak_pointer (&self->last, peer);
  self->open++;
  if (options->speaker_id != NULL)
    fake_set_speaker (HS_PEER (peer), options->speaker_id, NULL, NULL);
  if (options->bandwidth != NULL)
    fake_set_bandwidth (HS_PEER (peer), options->bandwidth);
  if (options->ice_servers != NULL) {
    g_autoptr (JsonNode) node = hs_json_node_take_array (json_array_ref (options->ice_servers));
    g_autofree char *json = hs_json_to_text (node);
    g_autofree char *text = g_strdup_printf ("servers %s", json);

    did (peer, text);
  }
  return HS_PEER (peer);
}

static void
hs_fake_peer_factory_init_interface (HsPeerFactoryInterface *iface)
{
  iface->create_peer = fake_create_peer;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (HsFakePeerFactory,
                               hs_fake_peer_factory,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (HS_TYPE_PEER_FACTORY,
                                                      hs_fake_peer_factory_init_interface))

static void
hs_fake_peer_factory_finalize (GObject *object)
{
  HsFakePeerFactory *self = HS_FAKE_PEER_FACTORY (object);

  g_clear_weak_pointer (&self->last);
  hs_fake_steps_free (self->steps);
  G_OBJECT_CLASS (hs_fake_peer_factory_parent_class)->finalize (object);
}

static void
hs_fake_peer_factory_class_init (HsFakePeerFactoryClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = hs_fake_peer_factory_finalize;
  g_signal_new ("did", HS_TYPE_FAKE_PEER_FACTORY, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                G_TYPE_NONE, 1, G_TYPE_STRING);
}

static void
hs_fake_peer_factory_init (HsFakePeerFactory *self)
{
  self->steps = hs_fake_steps_new ();
}

HsFakePeerFactory *
hs_fake_peer_factory_new (void)
{
  return g_object_new (HS_TYPE_FAKE_PEER_FACTORY, NULL);
}

HsFakeSteps *
hs_fake_peer_factory_get_steps (HsFakePeerFactory *self)
{
  return self->steps;
}

HsFakePeer *
hs_fake_peer_factory_get_last (HsFakePeerFactory *self)
{
  return self->last;
}

guint
hs_fake_peer_factory_count_open (HsFakePeerFactory *self)
{
  return self->open;
}
