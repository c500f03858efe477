/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "hs-media"

#include "hs-webrtc-peer-private.h"

#include "base/hs-error.h"

/* Stands between the audio engine's ticker and whichever leg is in use. */
struct _HsOutlet {
  GMutex lock;
  HsLegAudio *audio; /* NULL for none */
  HsToneQueue *tones;
};

static void
push_block (const gint16 *block, guint n_samples, gpointer user_data)
{
  HsOutlet *outlet = user_data;
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&outlet->lock);
  gint16 toned[HS_AUDIO_BLOCK];

  if (outlet->audio == NULL)
    return;
  if (hs_tone_queue_next_block (outlet->tones, block, toned, n_samples))
    block = toned;
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
  self->outlet->tones = hs_tone_queue_ref (hs_peer_tones_get_queue (self->tones));
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
  hs_tone_queue_unref (self->outlet->tones);
  g_mutex_clear (&self->outlet->lock);
  g_clear_pointer (&self->outlet, g_free);
  g_clear_object (&self->sink);
}

HsAudioPort *
hs_webrtc_peer_get_port (HsWebrtcPeer *self)
{
  return self->port;
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
    hs_webrtc_peer_use_speaker (self, sink);
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
