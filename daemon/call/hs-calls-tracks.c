/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "hs-call"

#include "hs-call-tracks.h"
#include "hs-calls.h"

/* Tracks are named by their ids alone, whichever call they belong to. */

typedef struct {
  const char *id;
  HsCall *call; /* NULL for none */
} Search;

static void
look_into_call (HsCall *call, gpointer user_data)
{
  Search *search = user_data;

  if (search->call == NULL && hs_call_get_known_track (call, search->id) != NULL)
    search->call = call;
}

static HsCall *
find_call (HsCalls *self, const char *track_id)
{
  Search search = { .id = track_id };

  hs_calls_foreach (self, look_into_call, &search);
  return search.call;
}

JsonObject *
hs_calls_dup_track (HsCalls *self, const char *track_id)
{
  HsCall *call = find_call (self, track_id);

  return call != NULL ? hs_call_dup_track (call, hs_call_get_known_track (call, track_id)->track)
                      : NULL;
}

typedef struct {
  const char *id;
  JsonObject *media; /* NULL for none */
} MediaSearch;

static void
look_for_media (HsCall *call, gpointer user_data)
{
  MediaSearch *search = user_data;

  if (search->media == NULL)
    search->media = hs_call_dup_media (call, search->id);
}

JsonObject *
hs_calls_dup_media (HsCalls *self, const char *media_id)
{
  MediaSearch search = { .id = media_id };

  hs_calls_foreach (self, look_for_media, &search);
  return search.media;
}

void
hs_calls_mute_tracks (HsCalls *self, const char *const *track_ids, gboolean muted)
{
  g_autoptr (JsonObject) payload = json_object_new ();
  JsonArray *ids = json_array_new ();

  for (guint i = 0; track_ids[i] != NULL; i++) {
    HsCall *call = find_call (self, track_ids[i]);

    if (call != NULL && hs_call_mute_track (call, track_ids[i], muted))
      json_array_add_string_element (ids, track_ids[i]);
  }
  json_object_set_array_member (payload, "trackIds", json_array_ref (ids));
  json_object_set_array_member (payload, "tracks", ids);
  g_signal_emit_by_name (self, "event", muted ? "media:muted" : "media:unmuted", payload);
}

/* --- rendering --- */

/* Several tracks for one waiter. */
typedef struct {
  GTask *waiter;
  GError *error; /* (nullable): the first */
  guint left;
} Batch;

static void
batch_drop (Batch *self)
{
  if (--self->left > 0)
    return;
  if (self->error != NULL)
    g_task_return_error (self->waiter, self->error);
  else
    g_task_return_boolean (self->waiter, TRUE);
  g_object_unref (self->waiter);
  g_free (self);
}

static void
on_one_rendered (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Batch *batch = user_data;
  GError *error = NULL;

  if (!g_task_propagate_boolean (G_TASK (result), &error)) {
    if (batch->error == NULL)
      batch->error = g_steal_pointer (&error);
    g_clear_error (&error);
  }
  batch_drop (batch);
}

void
hs_calls_render_tracks (HsCalls *self,
                        const char *const *track_ids,
                        const char *container,
                        const char *speaker_id,
                        GTask *waiter)
{
  Batch *batch = g_new0 (Batch, 1);

  batch->waiter = waiter;
  batch->left = 1;
  for (guint i = 0; track_ids[i] != NULL; i++) {
    HsCall *call = find_call (self, track_ids[i]);

    if (call == NULL)
      continue;
    batch->left++;
    hs_call_render_track (call, track_ids[i], container, speaker_id,
                          g_task_new (self, NULL, on_one_rendered, batch));
  }
  batch_drop (batch);
}

void
hs_calls_unrender_tracks (HsCalls *self, const char *const *track_ids, const char *container)
{
  for (guint i = 0; track_ids[i] != NULL; i++) {
    HsCall *call = find_call (self, track_ids[i]);

    if (call != NULL)
      hs_call_unrender_track (call, track_ids[i], container);
  }
}
