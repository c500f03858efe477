/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "hs-call"

#include "hs-call-tracks.h"

#include "base/hs-json.h"

static void
free_known (gpointer data)
{
  HsKnownTrack *known = data;

  hs_track_free (known->track);
  g_ptr_array_unref (known->containers);
  g_free (known);
}

GHashTable *
hs_known_tracks_new (void)
{
  return g_hash_table_new_full (g_str_hash, g_str_equal, NULL, free_known);
}

HsKnownTrack *
hs_call_get_known_track (HsCall *self, const char *track_id)
{
  return g_hash_table_lookup (self->known_tracks, track_id);
}

void
hs_call_know_track (HsCall *self, const HsTrack *track)
{
  HsKnownTrack *known = hs_call_get_known_track (self, track->id);

  if (known != NULL)
    return;
  known = g_new0 (HsKnownTrack, 1);
  known->track = hs_track_copy (track);
  known->source_muted = !track->local;
  known->containers = g_ptr_array_new_with_free_func (g_free);
  g_hash_table_insert (self->known_tracks, known->track->id, known);
}

void
hs_call_forget_track (HsCall *self, const char *track_id)
{
  g_hash_table_remove (self->known_tracks, track_id);
}

void
hs_call_forget_tracks (HsCall *self)
{
  g_hash_table_remove_all (self->known_tracks);
}

void
hs_call_set_source_muted (HsCall *self, const char *track_id, gboolean muted)
{
  HsKnownTrack *known = hs_call_get_known_track (self, track_id);

  if (known != NULL)
    known->source_muted = muted;
}

gboolean
hs_call_mute_track (HsCall *self, const char *track_id, gboolean muted)
{
  HsKnownTrack *known = hs_call_get_known_track (self, track_id);
  g_autoptr (GError) error = NULL;

  if (known == NULL || self->peer == NULL)
    return FALSE;
  if (!hs_peer_set_muted (self->peer, track_id, muted, &error)) {
    g_debug ("a track stays as it is: %s", error->message);
    return FALSE;
  }
  known->muted = muted;
  return TRUE;
}

/* --- where they are --- */

static gboolean
find_container (HsKnownTrack *known, const char *container, guint *index)
{
  return g_ptr_array_find_with_equal_func (known->containers, container, g_str_equal, index);
}

typedef struct {
  HsCall *call;
  char *track_id;
  char *container;
  GTask *waiter;
} Rendering;

static void
rendering_free (Rendering *self)
{
  g_object_unref (self->call);
  g_free (self->track_id);
  g_free (self->container);
  g_object_unref (self->waiter);
  g_free (self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Rendering, rendering_free)

static void
on_rendered (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Rendering) self = user_data;
  HsKnownTrack *known = hs_call_get_known_track (self->call, self->track_id);
  GError *error = NULL;

  if (!hs_peer_render_track_finish (HS_PEER (source), result, &error)) {
    g_task_return_error (self->waiter, error);
    return;
  }
  if (known != NULL && !find_container (known, self->container, NULL))
    g_ptr_array_add (known->containers, g_strdup (self->container));
  g_task_return_boolean (self->waiter, TRUE);
}

void
hs_call_render_track (HsCall *self,
                      const char *track_id,
                      const char *container,
                      const char *speaker_id,
                      GTask *waiter)
{
  Rendering *rendering = g_new0 (Rendering, 1);

  g_return_if_fail (self->peer != NULL);

  rendering->call = g_object_ref (self);
  rendering->track_id = g_strdup (track_id);
  rendering->container = g_strdup (container);
  rendering->waiter = waiter;
  hs_peer_render_track_async (self->peer, track_id, container, speaker_id, NULL, on_rendered,
                              rendering);
}

void
hs_call_unrender_track (HsCall *self, const char *track_id, const char *container)
{
  HsKnownTrack *known = hs_call_get_known_track (self, track_id);
  guint index;

  if (known == NULL || self->peer == NULL)
    return;
  if (find_container (known, container, &index))
    g_ptr_array_remove_index (known->containers, index);
  hs_peer_unrender_track (self->peer, track_id, container);
}

void
hs_call_lose_container (HsCall *self,
                        const char *track_id,
                        const char *container,
                        const GError *reason)
{
  HsKnownTrack *known = hs_call_get_known_track (self, track_id);
  JsonObject *payload = json_object_new ();
  guint index;

  if (known != NULL && find_container (known, container, &index))
    g_ptr_array_remove_index (known->containers, index);
  json_object_set_string_member (payload, "trackId", track_id);
  json_object_set_string_member (payload, "container", container);
  json_object_set_object_member (payload, "error", hs_error_to_json (reason));
  hs_call_emit (self, "media:containerFailed", payload);
}

/* --- media --- */

static void
add_tracks (JsonArray *ids, GPtrArray *tracks, const char *media_id)
{
  for (guint i = 0; i < tracks->len; i++) {
    const HsTrack *track = tracks->pdata[i];

    if (g_strcmp0 (track->media_id, media_id) == 0)
      json_array_add_string_element (ids, track->id);
  }
}

JsonObject *
hs_call_dup_media (HsCall *self, const char *media_id)
{
  g_autoptr (JsonArray) ids = json_array_new ();
  gboolean local;
  JsonObject *media;

  add_tracks (ids, self->local_tracks, media_id);
  local = json_array_get_length (ids) > 0;
  if (!local)
    add_tracks (ids, self->remote_tracks, media_id);
  if (json_array_get_length (ids) == 0)
    return NULL;
  media = json_object_new ();
  json_object_set_string_member (media, "id", media_id);
  json_object_set_boolean_member (media, "local", local);
  json_object_set_array_member (media, "tracks", g_steal_pointer (&ids));
  return media;
}
