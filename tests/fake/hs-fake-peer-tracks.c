/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "hs-fake"

#include "hs-fake-peer-private.h"

#include "base/hs-error.h"
#include "base/hs-json.h"

static const char *const kind_names[] = { "audio", "video" };

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

static HsTrack *
new_local (HsFakePeer *self, HsMediaKind kind, gboolean screen)
{
  g_autofree char *id = g_strdup_printf ("L%u", ++self->factory->last_track);
  HsTrack *track = track_new (id, kind, TRUE);

  track->screen = screen;
  return track;
}

void
hs_fake_peer_add_local (HsFakePeer *self, HsMediaKind kind, gboolean screen, GPtrArray *tracks)
{
  HsTrack *track = new_local (self, kind, screen);

  hs_fake_peer_add_section (self, kind);
  g_ptr_array_add (self->local, track);
  g_ptr_array_add (self->opened, g_strdup (track->id));
  g_ptr_array_add (tracks, hs_track_copy (track));
  g_signal_emit_by_name (self, "track-added", track);
}

static gboolean
has_id (gconstpointer track, gconstpointer id)
{
  return g_str_equal (((const HsTrack *) track)->id, id);
}

static HsTrack *
find_local (HsFakePeer *self, const char *id, guint *place)
{
  return g_ptr_array_find_with_equal_func (self->local, id, has_id, place)
             ? self->local->pdata[*place]
             : NULL;
}

void
hs_fake_peer_end_local (HsFakePeer *self, const char *id)
{
  g_autoptr (HsTrack) track = NULL;
  guint place;

  if (find_local (self, id, &place) == NULL)
    return;
  track = hs_track_copy (self->local->pdata[place]);
  g_ptr_array_remove_index (self->local, place);
  g_signal_emit_by_name (self, "track-ended", track);
}

void
hs_fake_peer_end_named (HsFakePeer *self, GPtrArray *ids)
{
  for (guint i = 0; i < ids->len; i++)
    hs_fake_peer_end_local (self, ids->pdata[i]);
  g_ptr_array_set_size (ids, 0);
}

/* The exchange is complete: what was opened for it stays, what was to go is gone. */
void
hs_fake_peer_agree (HsFakePeer *self)
{
  self->agreed = TRUE;
  g_ptr_array_set_size (self->opened, 0);
  hs_fake_peer_end_named (self, self->leaving);
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

void
hs_fake_peer_follow_remote (HsFakePeer *self, HsMediaKind kind, gboolean sending)
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

void
hs_fake_peer_end_tracks (HsFakePeer *self, GPtrArray *tracks)
{
  while (tracks->len > 0) {
    g_autoptr (HsTrack) track = hs_track_copy (tracks->pdata[0]);

    g_ptr_array_remove_index (tracks, 0);
    g_signal_emit_by_name (self, "track-ended", track);
  }
}

/* --- tracks in use --- */

static void
set_no_track (const char *id, GError **error)
{
  g_set_error (error, HS_CALL_ERROR, HS_CALL_ERROR_INVALID_PARAM, "there is no track %s", id);
}

gboolean
hs_fake_peer_remove_tracks (HsPeer *peer, const char *const *track_ids, GError **error)
{
  HsFakePeer *self = HS_FAKE_PEER (peer);
  g_autofree char *list = g_strjoinv (" ", (char **) track_ids);
  g_autofree char *text = g_strdup_printf ("remove %s", list);
  guint place;

  hs_fake_peer_did (self, text);
  for (guint i = 0; track_ids[i] != NULL; i++) {
    if (find_local (self, track_ids[i], &place) == NULL) {
      set_no_track (track_ids[i], error);
      return FALSE;
    }
  }
  for (guint i = 0; track_ids[i] != NULL; i++)
    g_ptr_array_add (self->leaving, g_strdup (track_ids[i]));
  return TRUE;
}

typedef struct {
  char *id;
  gboolean screen;
} Replaced;

static void
replaced_free (Replaced *replaced)
{
  g_free (replaced->id);
  g_free (replaced);
}

static void
replace_id (GPtrArray *ids, const char *from, const char *to)
{
  guint i;

  if (!g_ptr_array_find_with_equal_func (ids, from, g_str_equal, &i))
    return;
  g_free (ids->pdata[i]);
  ids->pdata[i] = g_strdup (to);
}

static void
track_replaced (GTask *task)
{
  HsFakePeer *self = g_task_get_source_object (task);
  Replaced *replaced = g_task_get_task_data (task);
  GError *error = NULL;
  HsTrack *track;
  guint place;

  if (hs_fake_peer_return_if_closed (self, task))
    return;
  track = find_local (self, replaced->id, &place);
  if (track == NULL) {
    set_no_track (replaced->id, &error);
    g_task_return_error (task, error);
    return;
  }
  track = new_local (self, track->kind, replaced->screen);
  g_ptr_array_remove_index (self->local, place);
  g_ptr_array_insert (self->local, place, track);
  replace_id (self->opened, replaced->id, track->id);
  replace_id (self->leaving, replaced->id, track->id);
  g_task_return_pointer (task, hs_track_copy (track), (GDestroyNotify) hs_track_free);
}

void
hs_fake_peer_replace_track_async (HsPeer *peer,
                                  const char *track_id,
                                  const HsMediaRequest *request,
                                  GCancellable *cancellable,
                                  GAsyncReadyCallback callback,
                                  gpointer user_data)
{
  GTask *task = g_task_new (peer, cancellable, callback, user_data);
  JsonObject *options = request->audio ? request->audio_options : request->video_options;
  const char *device = hs_json_get_string (options, "deviceId");
  g_autofree char *text = g_strdup_printf ("replace %s by %s %s", track_id,
                                           request->audio    ? "audio"
                                           : request->screen ? "screen"
                                                             : "video",
                                           device != NULL ? device : "any");
  Replaced *replaced = g_new0 (Replaced, 1);

  hs_fake_peer_did (HS_FAKE_PEER (peer), text);
  replaced->id = g_strdup (track_id);
  replaced->screen = request->screen;
  g_task_set_task_data (task, replaced, (GDestroyNotify) replaced_free);
  hs_fake_peer_begin (HS_FAKE_PEER (peer), HS_FAKE_REPLACE_TRACK, task, track_replaced);
}

HsTrack *
hs_fake_peer_replace_track_finish (HsPeer *peer, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
tones_sent (GTask *task)
{
  if (!hs_fake_peer_return_if_closed (g_task_get_source_object (task), task))
    g_task_return_boolean (task, TRUE);
}

void
hs_fake_peer_send_tones_async (HsPeer *peer,
                               const char *tones,
                               guint duration_ms,
                               guint gap_ms,
                               GCancellable *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer user_data)
{
  g_autofree char *text = g_strdup_printf ("tones %s %u %u", tones, duration_ms, gap_ms);

  hs_fake_peer_did (HS_FAKE_PEER (peer), text);
  hs_fake_peer_begin (HS_FAKE_PEER (peer), HS_FAKE_SEND_TONES,
                      g_task_new (peer, cancellable, callback, user_data), tones_sent);
}

gboolean
hs_fake_peer_send_tones_finish (HsPeer *peer, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

gboolean
hs_fake_peer_set_muted (HsPeer *peer, const char *track_id, gboolean muted, GError **error)
{
  HsFakePeer *self = HS_FAKE_PEER (peer);
  g_autofree char *text = g_strdup_printf ("%s %s", muted ? "mute" : "unmute", track_id);
  guint place;

  if (find_local (self, track_id, &place) == NULL && find_remote (self, track_id) == NULL) {
    set_no_track (track_id, error);
    return FALSE;
  }
  hs_fake_peer_did (self, text);
  return TRUE;
}
