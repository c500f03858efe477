/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "hs-media"

#include "hs-webrtc-peer-private.h"

#include "base/hs-error.h"

/* What opening works on: the task data of self->opening. */
typedef struct {
  HsMediaRequest request; /* its options are owned */
  char *replaced;         /* the id of the track that goes; NULL: the new ones are additions */
  GPtrArray *opened;      /* of HsLocalTrack */
} Opening;

static void
free_opening (gpointer data)
{
  Opening *opening = data;

  g_clear_pointer (&opening->request.audio_options, json_object_unref);
  g_clear_pointer (&opening->request.video_options, json_object_unref);
  g_clear_pointer (&opening->request.screen_options, json_object_unref);
  g_free (opening->replaced);
  g_ptr_array_unref (opening->opened);
  g_free (opening);
}

static Opening *
get_opening (HsWebrtcPeer *self)
{
  return g_task_get_task_data (self->opening);
}

static void
fail (HsWebrtcPeer *self, GError *error /* (transfer full) */)
{
  g_autoptr (GTask) task = g_steal_pointer (&self->opening);

  if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED) &&
      !g_error_matches (error, HS_CALL_ERROR, HS_CALL_ERROR_USER_MEDIA)) {
    GError *translated =
        g_error_new (HS_CALL_ERROR, HS_CALL_ERROR_USER_MEDIA, "cannot open: %s", error->message);

    g_error_free (error);
    error = translated;
  }
  g_task_return_error (task, error);
}

/* What every step does first when its device is there, or is not: nothing goes on without it, nor
 * when the peer was closed meanwhile. @error: (transfer full) (nullable) */
static gboolean
check_step (GTask *task, GError *error)
{
  HsWebrtcPeer *self = g_task_get_source_object (task);

  if (self->opening == task && error == NULL)
    return TRUE;
  if (self->opening == task)
    fail (self, error);
  else
    g_clear_error (&error);
  return FALSE;
}

/* --- all that was asked for is open --- */

static void
finish_adding (HsWebrtcPeer *self)
{
  g_autoptr (GTask) task = g_steal_pointer (&self->opening);
  Opening *opening = g_task_get_task_data (task);
  GPtrArray *tracks = g_ptr_array_new_with_free_func ((GDestroyNotify) hs_track_free);

  while (opening->opened->len > 0) {
    HsLocalTrack *local = g_ptr_array_steal_index (opening->opened, 0);

    g_ptr_array_add (tracks, hs_track_copy (local->track));
    hs_webrtc_peer_add_local (self, local);
  }
  for (guint i = 0; i < tracks->len; i++)
    g_signal_emit_by_name (self, "track-added", tracks->pdata[i]);
  g_task_return_pointer (task, tracks, (GDestroyNotify) g_ptr_array_unref);
}

static void
finish_replacing (HsWebrtcPeer *self)
{
  g_autoptr (GTask) task = g_steal_pointer (&self->opening);
  Opening *opening = g_task_get_task_data (task);
  HsLocalTrack *local = hs_webrtc_peer_find_local (self, opening->replaced);
  HsLocalTrack *next;

  if (local == NULL) {
    g_task_return_new_error (task, HS_CALL_ERROR, HS_CALL_ERROR_INVALID_PARAM,
                             "the track \"%s\" has ended meanwhile", opening->replaced);
    return;
  }
  next = g_ptr_array_steal_index (opening->opened, 0);
  hs_webrtc_peer_swap_local (self, local, next);
  g_task_return_pointer (task, hs_track_copy (next->track), (GDestroyNotify) hs_track_free);
}

static void
on_named_speaker_opened (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  HsWebrtcPeer *self = g_task_get_source_object (task);
  GError *error = NULL;
  g_autoptr (HsAudioSink) sink =
      hs_audio_engine_open_sink_finish (HS_AUDIO_ENGINE (object), result, &error);

  if (sink == NULL && self->opening == task)
    self->speaker_asked = FALSE;
  if (!check_step (task, error))
    return;
  hs_webrtc_peer_use_speaker (self, sink);
  finish_adding (self);
}

/* A speaker that was asked for by name is part of what must open; the default one is not, it is
 * opened when there is something to hear. */
static void
open_named_speaker (HsWebrtcPeer *self)
{
  if (self->speaker_id == NULL || self->speaker_asked) {
    finish_adding (self);
    return;
  }
  self->speaker_asked = TRUE;
  hs_audio_engine_open_sink_async (hs_media_get_audio_engine (self->media), self->speaker_id,
                                   self->cancellable, on_named_speaker_opened,
                                   g_object_ref (self->opening));
}

static void
finish (HsWebrtcPeer *self)
{
  if (get_opening (self)->replaced != NULL)
    finish_replacing (self);
  else
    open_named_speaker (self);
}

/* --- camera --- */

static gboolean
take_video (GTask *task, GObject *engine, GAsyncResult *result, gboolean screen)
{
  Opening *opening = g_task_get_task_data (task);
  GError *error = NULL;
  g_autoptr (HsVideoSource) source =
      hs_video_engine_open_finish (HS_VIDEO_ENGINE (engine), result, &error);

  if (!check_step (task, error))
    return FALSE;
  g_ptr_array_add (opening->opened, hs_local_track_new_video (g_object_ref (source), screen));
  return TRUE;
}

static void
on_camera_opened (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;

  if (take_video (task, object, result, FALSE))
    finish (g_task_get_source_object (task));
}

static void
open_camera (HsWebrtcPeer *self)
{
  Opening *opening = get_opening (self);

  if (!opening->request.video)
    finish (self);
  else
    hs_video_engine_open_camera_async (hs_media_get_video_engine (self->media),
                                       opening->request.video_options, self->cancellable,
                                       on_camera_opened, g_object_ref (self->opening));
}

/* --- microphone --- */

static void
on_source_opened (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  HsWebrtcPeer *self = g_task_get_source_object (task);
  GError *error = NULL;
  g_autoptr (HsAudioSource) source =
      hs_audio_engine_open_source_finish (HS_AUDIO_ENGINE (object), result, &error);

  if (!check_step (task, error))
    return;
  g_ptr_array_add (get_opening (self)->opened, hs_local_track_new_audio (g_object_ref (source)));
  open_camera (self);
}

static void
on_microphone_resolved (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  HsWebrtcPeer *self = g_task_get_source_object (task);
  GError *error = NULL;
  g_autofree char *device_id = hs_devices_resolve_finish (HS_DEVICES (object), result, &error);

  if (check_step (task, error))
    hs_audio_engine_open_source_async (hs_media_get_audio_engine (self->media), device_id,
                                       self->cancellable, on_source_opened,
                                       g_steal_pointer (&task));
}

static void
open_microphone (HsWebrtcPeer *self)
{
  Opening *opening = get_opening (self);
  JsonObject *options = opening->request.audio_options;

  if (!opening->request.audio)
    open_camera (self);
  else
    hs_devices_resolve_async (hs_media_get_devices (self->media), HS_DEVICE_MICROPHONE,
                              options != NULL ? json_object_get_member (options, "deviceId") : NULL,
                              self->cancellable, on_microphone_resolved,
                              g_object_ref (self->opening));
}

/* --- screen --- */

static void
on_screen_opened (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;

  if (take_video (task, object, result, TRUE))
    open_microphone (g_task_get_source_object (task));
}

static void
open_screen (HsWebrtcPeer *self)
{
  Opening *opening = get_opening (self);

  if (!opening->request.screen)
    open_microphone (self);
  else
    hs_video_engine_open_screen_async (hs_media_get_video_engine (self->media),
                                       opening->request.screen_options, self->cancellable,
                                       on_screen_opened, g_object_ref (self->opening));
}

/* --- asking --- */

static JsonObject *
ref_options (JsonObject *options)
{
  return options != NULL ? json_object_ref (options) : NULL;
}

static void
start (HsWebrtcPeer *self, GTask *task, const HsMediaRequest *request, const char *replaced)
{
  Opening *opening = g_new0 (Opening, 1);

  opening->opened = g_ptr_array_new_with_free_func ((GDestroyNotify) hs_local_track_free);
  opening->request = *request;
  ref_options (request->audio_options);
  ref_options (request->video_options);
  ref_options (request->screen_options);
  opening->replaced = g_strdup (replaced);
  g_task_set_task_data (task, opening, free_opening);
  self->opening = g_object_ref (task);
  open_screen (self);
}

static const char *
find_obstacle (HsWebrtcPeer *self)
{
  if (self->state == HS_PEER_CLOSED)
    return "the call's media is closed";
  if (self->opening != NULL)
    return "media is being opened already";
  return NULL;
}

void
hs_webrtc_peer_open_media_async (HsPeer *peer,
                                 const HsMediaRequest *request,
                                 GCancellable *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer user_data)
{
  HsWebrtcPeer *self = HS_WEBRTC_PEER (peer);
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);
  const char *obstacle = find_obstacle (self);

  g_task_set_source_tag (task, hs_webrtc_peer_open_media_async);
  if (obstacle == NULL && request->audio && hs_webrtc_peer_get_local_audio (self) != NULL)
    obstacle = "the call has a microphone already";
  if (obstacle != NULL)
    g_task_return_new_error (task, HS_CALL_ERROR, HS_CALL_ERROR_USER_MEDIA, "%s", obstacle);
  else
    start (self, task, request, NULL);
}

GPtrArray *
hs_webrtc_peer_open_media_finish (HsPeer *peer, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

/* --- replacing --- */

static gboolean
check_replacement (HsWebrtcPeer *self,
                   const char *track_id,
                   const HsMediaRequest *request,
                   GError **error)
{
  const HsLocalTrack *local = hs_webrtc_peer_find_local (self, track_id);
  guint n_media = !!request->audio + !!request->video + !!request->screen;

  if (local == NULL || local->leaving)
    g_set_error (error, HS_CALL_ERROR, HS_CALL_ERROR_INVALID_PARAM,
                 "the call has no local track \"%s\"", track_id);
  else if (n_media != 1)
    g_set_error (error, HS_CALL_ERROR, HS_CALL_ERROR_INVALID_PARAM,
                 "one medium replaces a track, not %u", n_media);
  else if (!!request->audio != (local->track->kind == HS_MEDIA_AUDIO))
    g_set_error (error, HS_CALL_ERROR, HS_CALL_ERROR_INVALID_PARAM,
                 "audio and video cannot take each other's place");
  else
    return TRUE;
  return FALSE;
}

void
hs_webrtc_peer_replace_track_async (HsPeer *peer,
                                    const char *track_id,
                                    const HsMediaRequest *request,
                                    GCancellable *cancellable,
                                    GAsyncReadyCallback callback,
                                    gpointer user_data)
{
  HsWebrtcPeer *self = HS_WEBRTC_PEER (peer);
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);
  const char *obstacle = find_obstacle (self);
  GError *error = NULL;

  g_task_set_source_tag (task, hs_webrtc_peer_replace_track_async);
  if (!check_replacement (self, track_id, request, &error))
    g_task_return_error (task, error);
  else if (obstacle != NULL)
    g_task_return_new_error (task, HS_CALL_ERROR, HS_CALL_ERROR_USER_MEDIA, "%s", obstacle);
  else
    start (self, task, request, track_id);
}

HsTrack *
hs_webrtc_peer_replace_track_finish (HsPeer *peer, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}
