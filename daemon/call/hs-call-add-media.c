/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "hs-call"

#include "hs-call-change.h"

/* We begin to send more. What is opened for it ends when the far end does not agree. */

static void
tell_new_media (HsOperation *op, const GError *error)
{
  HsCallChange *change = op->data;
  const HsTrack *first = change->tracks->len > 0 ? change->tracks->pdata[0] : NULL;

  hs_call_change_tell (op, "call:newMedia", first != NULL ? first->media_id : NULL, error);
}

static gboolean
has_video (HsCall *call)
{
  for (guint i = 0; i < call->local_tracks->len; i++) {
    if (((HsTrack *) call->local_tracks->pdata[i])->kind == HS_MEDIA_VIDEO)
      return TRUE;
  }
  return FALSE;
}

static gboolean
check_no_video (HsOperation *op, GError **error)
{
  if (!hs_call_check_connected (op, error))
    return FALSE;
  if (hs_operation_is_taken (op) || !has_video (op->call))
    return TRUE;
  g_set_error (error, HS_CALL_ERROR, HS_CALL_ERROR_INVALID_PARAM,
               "the call sends video already, call.addMedia adds more");
  return FALSE;
}

const HsOperationKind hs_operation_add_media = {
  .name = "ADD_MEDIA",
  .exclusive = TRUE,
  .check = hs_call_check_connected,
  .answered = hs_call_change_finish,
  .refused = hs_call_change_give_back,
  .tell = tell_new_media,
};

const HsOperationKind hs_operation_start_video = {
  .name = "ADD_BASIC_MEDIA",
  .done_name = "ADD_MEDIA",
  .exclusive = TRUE,
  .check = check_no_video,
  .answered = hs_call_change_finish,
  .refused = hs_call_change_give_back,
  .tell = tell_new_media,
};

static void
keep_tracks (HsCallChange *change, GPtrArray *tracks)
{
  for (guint i = 0; i < tracks->len; i++)
    g_ptr_array_add (change->tracks, hs_track_copy (tracks->pdata[i]));
}

static JsonArray *
dup_media_ids (GPtrArray *tracks)
{
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);
  JsonArray *ids = json_array_new ();

  for (guint i = 0; i < tracks->len; i++) {
    const HsTrack *track = tracks->pdata[i];

    if (track->media_id != NULL && g_hash_table_add (seen, track->media_id))
      json_array_add_string_element (ids, track->media_id);
  }
  return ids;
}

static void
on_media_opened (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (HsOperation) op = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) tracks = hs_peer_open_media_finish (HS_PEER (source), result, &error);

  if (hs_operation_is_over (op))
    return;
  if (tracks == NULL) {
    hs_operation_fail_step (op, error);
    return;
  }
  keep_tracks (op->data, tracks);
  op->details = hs_call_change_create_details (op);
  json_object_set_array_member (op->details, "mediaIds", dup_media_ids (tracks));
  hs_call_change_propose (op);
}

static gboolean
check_request (const HsMediaRequest *media, GError **error)
{
  if (media->audio || media->video || media->screen)
    return TRUE;
  g_set_error (error, HS_CALL_ERROR, HS_CALL_ERROR_INVALID_PARAM,
               "neither audio nor video nor a screen was asked for");
  return FALSE;
}

static gboolean
begin (HsCall *self,
       const HsOperationKind *kind,
       const HsMediaRequest *media,
       JsonObject *options,
       GTask *waiter,
       GError **error)
{
  g_autoptr (HsOperation) op = hs_call_change_start (self, kind, options, waiter);
  GError *refusal = NULL;

  if (!hs_operation_admit (op, error))
    return FALSE;
  if (!check_request (media, &refusal))
    return hs_operation_refuse (op, refusal, error);
  hs_peer_open_media_async (self->peer, media, NULL, on_media_opened, hs_operation_ref (op));
  return TRUE;
}

gboolean
hs_call_add_media (
    HsCall *self, const HsMediaRequest *media, JsonObject *options, GTask *waiter, GError **error)
{
  return begin (self, &hs_operation_add_media, media, options, waiter, error);
}

gboolean
hs_call_start_video (
    HsCall *self, JsonObject *video_options, JsonObject *options, GTask *waiter, GError **error)
{
  HsMediaRequest media = { .video = TRUE, .video_options = video_options };

  return begin (self, &hs_operation_start_video, &media, options, waiter, error);
}
