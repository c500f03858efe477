/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "hs-media"

#include "hs-webrtc-peer-private.h"

#include "base/hs-error.h"

/* Stands between the audio engine's ticker and whichever leg is in use. */
struct _HsOutlet {
  GMutex lock;
  HsLegAudio *audio; /* NULL for none */
};

static void
push_block (const gint16 *block, guint n_samples, gpointer user_data)
{
  HsOutlet *outlet = user_data;
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&outlet->lock);

  if (outlet->audio != NULL)
    hs_leg_audio_push (outlet->audio, block, n_samples);
}

void
hs_webrtc_peer_direct_audio (HsWebrtcPeer *self, HsLegAudio *audio)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->outlet->lock);

  g_clear_pointer (&self->outlet->audio, hs_leg_audio_unref);
  if (audio != NULL)
    self->outlet->audio = hs_leg_audio_ref (audio);
}

void
hs_webrtc_peer_add_port (HsWebrtcPeer *self)
{
  self->outlet = g_new0 (HsOutlet, 1);
  g_mutex_init (&self->outlet->lock);
  self->port =
      hs_audio_engine_add_port (hs_media_get_audio_engine (self->media), push_block, self->outlet);
}

void
hs_webrtc_peer_remove_port (HsWebrtcPeer *self)
{
  if (self->outlet == NULL)
    return;
  hs_audio_port_remove (self->port);
  hs_webrtc_peer_direct_audio (self, NULL);
  g_clear_pointer (&self->port, hs_audio_port_unref);
  g_mutex_clear (&self->outlet->lock);
  g_clear_pointer (&self->outlet, g_free);
  g_clear_object (&self->source);
  g_clear_object (&self->sink);
}

HsAudioPort *
hs_webrtc_peer_get_port (HsWebrtcPeer *self)
{
  return self->port;
}

/* --- microphone --- */

static void
end_opening (HsWebrtcPeer *self, GError *error /* (transfer full) */)
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

static void
on_source_failed (HsAudioSource *source, const GError *reason, HsWebrtcPeer *self)
{
  g_autoptr (HsTrack) track = NULL;

  if (source != self->source || self->local_audio == NULL)
    return;
  g_warning ("microphone %s: %s", hs_audio_source_get_label (source), reason->message);
  track = g_steal_pointer (&self->local_audio);
  g_signal_emit_by_name (self, "track-ended", track);
}

static void
use_source (HsWebrtcPeer *self, HsAudioSource *source)
{
  HsTrack *track = g_new0 (HsTrack, 1);

  track->id = g_uuid_string_random ();
  track->media_id = g_uuid_string_random ();
  track->label = g_strdup (hs_audio_source_get_label (source));
  track->kind = HS_MEDIA_AUDIO;
  track->local = TRUE;
  self->local_audio = track;
  g_set_object (&self->source, source);
  hs_audio_port_set_source (self->port, source);
  g_signal_connect_object (source, "failed", G_CALLBACK (on_source_failed), self, 0);
}

/* All that was asked for is open: the task's data is the microphone, or NULL when none was. */
static void
finish_opening (HsWebrtcPeer *self)
{
  g_autoptr (GTask) task = g_steal_pointer (&self->opening);
  HsAudioSource *source = g_task_get_task_data (task);
  GPtrArray *tracks = g_ptr_array_new_with_free_func ((GDestroyNotify) hs_track_free);

  if (source != NULL) {
    use_source (self, source);
    g_ptr_array_add (tracks, hs_track_copy (self->local_audio));
    g_signal_emit_by_name (self, "track-added", tracks->pdata[0]);
  }
  g_task_return_pointer (task, tracks, (GDestroyNotify) g_ptr_array_unref);
}

static void
on_named_speaker_opened (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  HsWebrtcPeer *self = g_task_get_source_object (task);
  GError *error = NULL;
  g_autoptr (HsAudioSink) sink =
      hs_audio_engine_open_sink_finish (HS_AUDIO_ENGINE (object), result, &error);

  if (self->opening != task) {
    g_clear_error (&error);
    return;
  }
  if (sink == NULL) {
    self->speaker_asked = FALSE;
    end_opening (self, error);
    return;
  }
  g_set_object (&self->sink, sink);
  hs_audio_port_set_sink (self->port, sink);
  finish_opening (self);
}

/* A speaker that was asked for by name is part of what must open; the default one is not, it is
 * opened when there is something to hear. */
static void
open_named_speaker (HsWebrtcPeer *self)
{
  if (self->speaker_id == NULL || self->speaker_asked) {
    finish_opening (self);
    return;
  }
  self->speaker_asked = TRUE;
  hs_audio_engine_open_sink_async (hs_media_get_audio_engine (self->media), self->speaker_id,
                                   self->cancellable, on_named_speaker_opened,
                                   g_object_ref (self->opening));
}

static void
on_source_opened (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  HsWebrtcPeer *self = g_task_get_source_object (task);
  GError *error = NULL;
  g_autoptr (HsAudioSource) source =
      hs_audio_engine_open_source_finish (HS_AUDIO_ENGINE (object), result, &error);

  if (self->opening != task) {
    g_clear_error (&error);
    return;
  }
  if (source == NULL) {
    end_opening (self, error);
    return;
  }
  g_task_set_task_data (task, g_steal_pointer (&source), g_object_unref);
  open_named_speaker (self);
}

static void
on_microphone_resolved (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  HsWebrtcPeer *self = g_task_get_source_object (task);
  GError *error = NULL;
  g_autofree char *device_id = hs_devices_resolve_finish (HS_DEVICES (object), result, &error);

  if (self->opening != task) {
    g_clear_error (&error);
    return;
  }
  if (error != NULL)
    end_opening (self, error);
  else
    hs_audio_engine_open_source_async (hs_media_get_audio_engine (self->media), device_id,
                                       self->cancellable, on_source_opened,
                                       g_steal_pointer (&task));
}

static const char *
find_obstacle (HsWebrtcPeer *self, const HsMediaRequest *request)
{
  if (self->state == HS_PEER_CLOSED)
    return "the call's media is closed";
  if (self->opening != NULL)
    return "media is being opened already";
  if (request->video)
    return "there is no camera that can be used";
  if (request->screen)
    return "there is no screen that can be shared";
  if (request->audio && self->local_audio != NULL)
    return "the call has a microphone already";
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
  const char *obstacle = find_obstacle (self, request);
  JsonNode *device = NULL;

  g_task_set_source_tag (task, hs_webrtc_peer_open_media_async);
  if (obstacle != NULL) {
    g_task_return_new_error (task, HS_CALL_ERROR, HS_CALL_ERROR_USER_MEDIA, "%s", obstacle);
    return;
  }
  self->opening = g_object_ref (task);
  if (!request->audio) {
    open_named_speaker (self);
    return;
  }
  if (request->audio_options != NULL)
    device = json_object_get_member (request->audio_options, "deviceId");
  hs_devices_resolve_async (hs_media_get_devices (self->media), HS_DEVICE_MICROPHONE, device,
                            self->cancellable, on_microphone_resolved, g_steal_pointer (&task));
}

GPtrArray *
hs_webrtc_peer_open_media_finish (HsPeer *peer, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

/* --- speaker --- */

typedef struct {
  HsWebrtcPeer *peer;
  char *speaker_id; /* nullable */
  GTask *waiter;    /* nullable */
} SpeakerOpening;

static void
speaker_opening_free (SpeakerOpening *opening)
{
  g_object_unref (opening->peer);
  g_free (opening->speaker_id);
  g_clear_object (&opening->waiter);
  g_free (opening);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SpeakerOpening, speaker_opening_free)

/* Not a reason to end a call: what it plays may be changed at any time. */
static void
keep_old_sink (HsWebrtcPeer *self)
{
  g_free (self->speaker_id);
  self->speaker_id =
      self->sink != NULL ? g_strdup (hs_audio_sink_get_device_id (self->sink)) : NULL;
}

static void
report_speaker (SpeakerOpening *opening, const GError *error)
{
  if (opening->waiter != NULL && error != NULL)
    g_task_return_error (opening->waiter, g_error_copy (error));
  else if (opening->waiter != NULL)
    g_task_return_boolean (opening->waiter, TRUE);
  else if (error != NULL && opening->peer->state != HS_PEER_CLOSED)
    g_warning ("speaker %s: %s", opening->speaker_id != NULL ? opening->speaker_id : "default",
               error->message);
}

static void
on_sink_opened (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (SpeakerOpening) opening = user_data;
  HsWebrtcPeer *self = opening->peer;
  g_autoptr (GError) error = NULL;
  g_autoptr (HsAudioSink) sink =
      hs_audio_engine_open_sink_finish (HS_AUDIO_ENGINE (object), result, &error);
  gboolean wanted =
      self->state != HS_PEER_CLOSED && g_strcmp0 (opening->speaker_id, self->speaker_id) == 0;

  if (wanted && sink != NULL) {
    g_set_object (&self->sink, sink);
    hs_audio_port_set_sink (self->port, sink);
  } else if (wanted) {
    keep_old_sink (self);
  } else if (self->state == HS_PEER_CLOSED) {
    g_clear_error (&error);
    g_set_error (&error, HS_CALL_ERROR, HS_CALL_ERROR_INVALID_STATE, "the call's media is closed");
  }
  report_speaker (opening, error);
}

/* @waiter: (transfer full) (nullable) */
static void
open_sink (HsWebrtcPeer *self, GTask *waiter)
{
  SpeakerOpening *opening = g_new0 (SpeakerOpening, 1);

  opening->peer = g_object_ref (self);
  opening->speaker_id = g_strdup (self->speaker_id);
  opening->waiter = waiter;
  hs_audio_engine_open_sink_async (hs_media_get_audio_engine (self->media), self->speaker_id,
                                   self->cancellable, on_sink_opened, opening);
}

void
hs_webrtc_peer_open_speaker (HsWebrtcPeer *self)
{
  if (self->speaker_asked)
    return;
  self->speaker_asked = TRUE;
  open_sink (self, NULL);
}

gboolean
hs_webrtc_peer_set_speaker (HsPeer *peer, const char *speaker_id, GTask *waiter, GError **error)
{
  HsWebrtcPeer *self = HS_WEBRTC_PEER (peer);
  g_autoptr (GTask) owned = waiter;

  if (self->state == HS_PEER_CLOSED) {
    g_set_error (error, HS_CALL_ERROR, HS_CALL_ERROR_INVALID_PARAM, "the call's media is closed");
    return FALSE;
  }
  if (speaker_id != NULL &&
      !hs_devices_check (hs_media_get_devices (self->media), HS_DEVICE_SPEAKER, speaker_id, error))
    return FALSE;
  g_free (self->speaker_id);
  self->speaker_id = g_strdup (speaker_id);
  /* Before the call has begun it is opened with its media. */
  self->speaker_asked = self->speaker_asked && self->state != HS_PEER_NEW;
  if (self->speaker_asked)
    open_sink (self, g_steal_pointer (&owned));
  else if (owned != NULL)
    g_task_return_boolean (owned, TRUE);
  return TRUE;
}
