/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "hs-call"

#include "base/hs-json.h"
#include "hs-call-change.h"

/* Another device takes the place of one that is in use; the far end sees the same stream go on, so
 * nothing is negotiated. */

typedef struct {
  char *track_id;
  guint n_media; /* how many were asked for: it must be one */
  HsMediaKind kind;
  HsTrack *old;          /* (nullable): set when it was replaced */
  HsTrack *new;          /* as above */
  JsonObject *old_track; /* (nullable): as it was */
} Replacement;

static void
replacement_free (Replacement *self)
{
  g_free (self->track_id);
  hs_track_free (self->old);
  hs_track_free (self->new);
  g_clear_pointer (&self->old_track, json_object_unref);
  g_free (self);
}

static void
tell_replaced (HsOperation *op, const GError *error)
{
  Replacement *replacement = op->data;
  JsonObject *payload = json_object_new ();

  if (replacement->new != NULL) {
    hs_json_set_string (payload, "newTrackId", replacement->new->id);
    json_object_set_object_member (payload, "oldTrack", json_object_ref (replacement->old_track));
  }
  if (error != NULL)
    json_object_set_object_member (payload, "error", hs_error_to_json (error));
  hs_call_emit (op->call, "call:trackReplaced", payload);
}

static gboolean
check_track (HsOperation *op, GError **error)
{
  Replacement *replacement = op->data;
  const HsTrack *track = hs_call_find_track (op->call->local_tracks, replacement->track_id);

  if (!hs_call_check_connected (op, error))
    return FALSE;
  if (replacement->n_media != 1)
    g_set_error (error, HS_CALL_ERROR, HS_CALL_ERROR_INVALID_PARAM,
                 "media must ask for exactly one of audio, video and screen");
  else if (track == NULL)
    g_set_error (error, HS_CALL_ERROR, HS_CALL_ERROR_INVALID_PARAM,
                 "trackId: the call sends no track \"%s\"", replacement->track_id);
  else if (track->kind != replacement->kind)
    g_set_error (error, HS_CALL_ERROR, HS_CALL_ERROR_INVALID_PARAM,
                 "media: a track is replaced by one of its kind, which is %s",
                 track->kind == HS_MEDIA_AUDIO ? "audio" : "video");
  else
    return TRUE;
  return FALSE;
}

const HsOperationKind hs_operation_replace_track = {
  .name = "REPLACE_TRACK",
  .check = check_track,
  .tell = tell_replaced,
};

static void
on_replaced (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (HsOperation) op = user_data;
  Replacement *replacement = op->data;
  g_autoptr (GError) error = NULL;

  replacement->new = hs_peer_replace_track_finish (HS_PEER (source), result, &error);
  if (hs_operation_is_over (op))
    return;
  if (replacement->new == NULL) {
    hs_operation_fail_step (op, error);
    return;
  }
  replacement->old_track = hs_call_dup_track (op->call, replacement->old);
  hs_call_change_replace (op->call, replacement->old, replacement->new);
  hs_call_put_track (op->call, replacement->old, replacement->new);
  hs_operation_finish (op, NULL, NULL);
  tell_replaced (op, NULL);
  hs_operation_return (op, NULL);
}

gboolean
hs_call_replace_track (
    HsCall *self, const char *track_id, const HsMediaRequest *media, GTask *waiter, GError **error)
{
  g_autoptr (HsOperation) op = hs_operation_start (self, &hs_operation_replace_track, waiter);
  Replacement *replacement = g_new0 (Replacement, 1);

  replacement->track_id = g_strdup (track_id);
  replacement->n_media = (media->audio ? 1 : 0) + (media->video ? 1 : 0) + (media->screen ? 1 : 0);
  replacement->kind = media->audio ? HS_MEDIA_AUDIO : HS_MEDIA_VIDEO;
  op->data = replacement;
  op->free_data = (GDestroyNotify) replacement_free;
  if (!hs_operation_admit (op, error))
    return FALSE;

  replacement->old = hs_track_copy (hs_call_find_track (self->local_tracks, track_id));
  hs_peer_replace_track_async (self->peer, track_id, media, NULL, on_replaced,
                               hs_operation_ref (op));
  return TRUE;
}

/* --- the devices of a whole call --- */

static const struct {
  HsMediaKind kind;
  const char *name;
  const char *medium;
} inputs[] = {
  { HS_MEDIA_AUDIO, "microphone", "audio" },
  { HS_MEDIA_VIDEO, "camera", "video" },
};

/* The tracks of one call that get another device, one after the other: a peer opens one device at a
 * time. */
typedef struct {
  HsCall *call;
  GQueue tracks;       /* of HsTrack: those that are still to come */
  JsonObject *devices; /* (nullable): NULL for the default ones */
  GTask *waiter;       /* nullable */
  GError *error;       /* (nullable): the first */
} Switch;

static void
switch_free (Switch *self)
{
  g_object_unref (self->call);
  g_queue_clear_full (&self->tracks, (GDestroyNotify) hs_track_free);
  g_clear_pointer (&self->devices, json_object_unref);
  g_clear_object (&self->waiter);
  g_clear_error (&self->error);
  g_free (self);
}

static void
switch_finish (Switch *self)
{
  if (self->waiter != NULL && self->error != NULL)
    g_task_return_error (self->waiter, g_steal_pointer (&self->error));
  else if (self->waiter != NULL)
    g_task_return_boolean (self->waiter, TRUE);
  switch_free (self);
}

/* @error: (transfer full) */
static void
switch_take_error (Switch *self, GError *error)
{
  if (self->error == NULL)
    self->error = error;
  else
    g_error_free (error);
}

static void switch_next (Switch *self);

static void
on_switched (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Switch *self = user_data;
  GError *error = NULL;

  if (!g_task_propagate_boolean (G_TASK (result), &error))
    switch_take_error (self, error);
  switch_next (self);
}

/* Returns: (transfer none) (nullable): what @devices says of such a track */
static const char *
get_device (JsonObject *devices, HsMediaKind kind)
{
  return hs_json_get_string (devices, inputs[kind == HS_MEDIA_AUDIO ? 0 : 1].name);
}

static gboolean
switch_track (Switch *self, const HsTrack *track, GError **error)
{
  g_autoptr (JsonObject) options = json_object_new ();
  HsMediaRequest media = {
    .audio = track->kind == HS_MEDIA_AUDIO,
    .video = track->kind == HS_MEDIA_VIDEO,
    .audio_options = options,
    .video_options = options,
  };

  hs_json_set_string (options, "deviceId", get_device (self->devices, track->kind));
  return hs_call_replace_track (self->call, track->id, &media,
                                g_task_new (self->call, NULL, on_switched, self), error);
}

static void
switch_next (Switch *self)
{
  while (!g_queue_is_empty (&self->tracks)) {
    g_autoptr (HsTrack) track = g_queue_pop_head (&self->tracks);
    GError *error = NULL;

    if (switch_track (self, track, &error))
      return;
    switch_take_error (self, error);
  }
  switch_finish (self);
}

/* Whether the track comes from such a device, and the device is to change. */
static gboolean
is_meant (const HsTrack *track, JsonObject *devices)
{
  return !track->screen && (devices == NULL || get_device (devices, track->kind) != NULL);
}

static gboolean
has_input (HsCall *self, HsMediaKind kind)
{
  for (guint i = 0; i < self->local_tracks->len; i++) {
    const HsTrack *track = self->local_tracks->pdata[i];

    if (track->kind == kind && !track->screen)
      return TRUE;
  }
  return FALSE;
}

static gboolean
check_inputs (HsCall *self, JsonObject *devices, GError **error)
{
  gboolean any = FALSE;

  for (guint i = 0; i < G_N_ELEMENTS (inputs); i++) {
    gboolean has = has_input (self, inputs[i].kind);

    any = any || has;
    if (!has && hs_json_get_string (devices, inputs[i].name) != NULL) {
      g_set_error (error, HS_CALL_ERROR, HS_CALL_ERROR_INVALID_PARAM,
                   "devices.%s: the call sends no %s", inputs[i].name, inputs[i].medium);
      return FALSE;
    }
  }
  if (!any)
    g_set_error (error, HS_CALL_ERROR, HS_CALL_ERROR_INVALID_STATE,
                 "the call is %s and sends nothing", hs_call_state_to_text (self->state));
  return any;
}

gboolean
hs_call_change_input_devices (HsCall *self, JsonObject *devices, GTask *waiter, GError **error)
{
  g_autoptr (GTask) owned = waiter;
  Switch *change;

  if (!check_inputs (self, devices, error))
    return FALSE;
  change = g_new0 (Switch, 1);
  change->call = g_object_ref (self);
  change->devices = devices != NULL ? json_object_ref (devices) : NULL;
  change->waiter = g_steal_pointer (&owned);
  for (guint i = 0; i < self->local_tracks->len; i++) {
    const HsTrack *track = self->local_tracks->pdata[i];

    if (is_meant (track, devices))
      g_queue_push_tail (&change->tracks, hs_track_copy (track));
  }
  switch_next (change);
  return TRUE;
}
