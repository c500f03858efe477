/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "hs-call"

#include "hs-call-change.h"

/* We stop sending something. It is sent until the far end has agreed, and goes on when it does not.
 */

static void
tell_removed_media (HsOperation *op, const GError *error)
{
  hs_call_change_tell (op, "call:removedMedia", NULL, error);
}

/* --- which ones --- */

static void
list_screens (HsOperation *op, GPtrArray *found)
{
  for (guint i = 0; i < op->call->local_tracks->len; i++) {
    HsTrack *track = op->call->local_tracks->pdata[i];

    if (track->screen)
      g_ptr_array_add (found, hs_track_copy (track));
  }
}

static gboolean
check_screens (HsOperation *op, GError **error)
{
  HsCallChange *change = op->data;

  if (!hs_call_check_connected (op, error))
    return FALSE;
  list_screens (op, change->tracks);
  if (change->tracks->len > 0 || hs_operation_is_taken (op))
    return TRUE;
  g_set_error (error, HS_CALL_ERROR, HS_CALL_ERROR_INVALID_PARAM, "the call shares no screen");
  return FALSE;
}

/* A shared screen is a video like any other, unless there is a camera beside it. */
static const HsTrack *
pick_video (HsCall *call, guint *count)
{
  const HsTrack *picked = NULL;
  guint cameras = 0;
  guint videos = 0;

  for (guint i = 0; i < call->local_tracks->len; i++) {
    const HsTrack *track = call->local_tracks->pdata[i];

    if (track->kind != HS_MEDIA_VIDEO)
      continue;
    videos++;
    cameras += !track->screen;
    if (picked == NULL || !track->screen)
      picked = track;
  }
  *count = cameras > 0 ? cameras : videos;
  return picked;
}

/* Which track is meant comes before whether the call is in the right state (3.4). */
static gboolean
check_video (HsOperation *op, GError **error)
{
  HsCallChange *change = op->data;
  guint count;
  const HsTrack *video = pick_video (op->call, &count);

  if (count == 1) {
    g_ptr_array_add (change->tracks, hs_track_copy (video));
  } else if (!hs_operation_is_taken (op)) {
    g_set_error (error, HS_CALL_ERROR, HS_CALL_ERROR_INVALID_PARAM,
                 "the call sends %u videos, it must be one; call.removeMedia names them", count);
    return FALSE;
  }
  return hs_call_check_connected (op, error);
}

const HsOperationKind hs_operation_remove_media = {
  .name = "REMOVE_MEDIA",
  .exclusive = TRUE,
  .check = hs_call_check_connected,
  .answered = hs_call_change_finish,
  .refused = hs_call_change_give_back,
  .tell = tell_removed_media,
};

const HsOperationKind hs_operation_stop_video = {
  .name = "REMOVE_BASIC_MEDIA",
  .done_name = "REMOVE_MEDIA",
  .exclusive = TRUE,
  .check = check_video,
  .answered = hs_call_change_finish,
  .refused = hs_call_change_give_back,
  .tell = tell_removed_media,
};

static const HsOperationKind stop_screenshare_kind = {
  .name = "REMOVE_MEDIA",
  .exclusive = TRUE,
  .check = check_screens,
  .answered = hs_call_change_finish,
  .refused = hs_call_change_give_back,
  .tell = tell_removed_media,
};

const HsOperationKind hs_operation_renegotiate = {
  .name = "RENEGOTIATE",
  .exclusive = TRUE,
  .check = hs_call_check_connected,
  .answered = hs_call_change_finish,
  .refused = hs_call_change_give_back,
  .tell = tell_removed_media,
};

/* --- the steps --- */

static gboolean
list_named (HsOperation *op, const char *const *track_ids, GError **error)
{
  HsCallChange *change = op->data;

  for (guint i = 0; track_ids[i] != NULL; i++) {
    HsTrack *track = hs_call_find_track (op->call->local_tracks, track_ids[i]);

    if (track == NULL) {
      g_set_error (error, HS_CALL_ERROR, HS_CALL_ERROR_INVALID_PARAM,
                   "tracks[%u]: the call sends no track \"%s\"", i, track_ids[i]);
      return FALSE;
    }
    if (hs_call_find_track (change->tracks, track->id) == NULL)
      g_ptr_array_add (change->tracks, hs_track_copy (track));
  }
  return TRUE;
}

static gboolean
remove_listed (HsOperation *op, GError **error)
{
  HsCallChange *change = op->data;
  g_autoptr (GPtrArray) ids = g_ptr_array_new ();
  GError *refusal = NULL;

  for (guint i = 0; i < change->tracks->len; i++)
    g_ptr_array_add (ids, ((HsTrack *) change->tracks->pdata[i])->id);
  g_ptr_array_add (ids, NULL);
  if (!hs_peer_remove_tracks (op->call->peer, (const char *const *) ids->pdata, &refusal))
    return hs_operation_refuse (op, refusal, error);
  hs_call_change_propose (op);
  return TRUE;
}

gboolean
hs_call_remove_media (
    HsCall *self, const char *const *track_ids, JsonObject *options, GTask *waiter, GError **error)
{
  g_autoptr (HsOperation) op =
      hs_call_change_start (self, &hs_operation_remove_media, options, waiter);
  GError *refusal = NULL;

  if (track_ids[0] == NULL) {
    refusal = g_error_new (HS_CALL_ERROR, HS_CALL_ERROR_INVALID_PARAM, "tracks is empty");
    return hs_operation_refuse (op, refusal, error);
  }
  if (!hs_operation_admit (op, error))
    return FALSE;
  if (!list_named (op, track_ids, &refusal))
    return hs_operation_refuse (op, refusal, error);
  return remove_listed (op, error);
}

static gboolean
begin (HsCall *self, const HsOperationKind *kind, GTask *waiter, GError **error)
{
  g_autoptr (HsOperation) op = hs_call_change_start (self, kind, NULL, waiter);

  return hs_operation_admit (op, error) && remove_listed (op, error);
}

gboolean
hs_call_stop_video (HsCall *self, GTask *waiter, GError **error)
{
  return begin (self, &hs_operation_stop_video, waiter, error);
}

gboolean
hs_call_stop_screenshare (HsCall *self, GTask *waiter, GError **error)
{
  return begin (self, &stop_screenshare_kind, waiter, error);
}

void
hs_call_renegotiate (HsCall *self, const HsTrack *lost)
{
  g_autoptr (HsOperation) op = hs_call_change_start (self, &hs_operation_renegotiate, NULL, NULL);
  HsCallChange *change = op->data;
  g_autoptr (GError) error = NULL;

  g_ptr_array_add (change->tracks, hs_track_copy (lost));
  if (hs_operation_admit (op, &error))
    hs_call_change_propose (op);
}
