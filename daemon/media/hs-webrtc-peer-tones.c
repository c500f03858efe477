/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "hs-media"

#include "hs-webrtc-peer-private.h"

#include "base/hs-error.h"
#include "hs-leg-post.h"
#include "hs-tone-detector.h"

struct _HsPeerTones {
  HsLegPost *post; /* from the threads that send */
  HsToneQueue *queue;
  HsToneWay way;
  GHashTable *waiting; /* id -> GTask */
  HsToneDetector *detector;
};

/* --- who waits --- */

static GTask *
steal_task (HsPeerTones *tones, guint id)
{
  gpointer task = NULL;

  g_hash_table_steal_extended (tones->waiting, GUINT_TO_POINTER (id), NULL, &task);
  return task;
}

static void
on_sent (gpointer owner, gpointer data)
{
  HsWebrtcPeer *self = owner;
  g_autoptr (GTask) task = steal_task (self->tones, GPOINTER_TO_UINT (data));

  if (task != NULL)
    g_task_return_boolean (task, TRUE);
}

static void
post_sent (guint id, gpointer user_data)
{
  hs_leg_post_send (user_data, on_sent, GUINT_TO_POINTER (id), NULL);
}

static void
unref_post (gpointer data)
{
  hs_leg_post_unref (data);
}

/* --- what is heard --- */

typedef struct {
  char tone[2];
  guint duration_ms;
} Heard;

static void
on_heard (gpointer owner, gpointer data)
{
  const Heard *heard = data;

  g_signal_emit_by_name (owner, "tone-received", heard->tone, heard->duration_ms);
}

static void
post_heard (char tone, guint duration_ms, gpointer user_data)
{
  const Heard heard = { { tone, '\0' }, duration_ms };

  hs_leg_post_send (user_data, on_heard, g_memdup2 (&heard, sizeof heard), g_free);
}

/* --- life --- */

static void
fail_all (HsPeerTones *tones, const GError *error)
{
  g_autoptr (GList) ids = g_hash_table_get_keys (tones->waiting);

  for (GList *link = ids; link != NULL; link = link->next) {
    g_autoptr (GTask) task = steal_task (tones, GPOINTER_TO_UINT (link->data));

    hs_tone_queue_remove (tones->queue, GPOINTER_TO_UINT (link->data));
    g_task_return_error (task, g_error_copy (error));
  }
}

HsPeerTones *
hs_peer_tones_new (HsWebrtcPeer *peer)
{
  HsPeerTones *self = g_new0 (HsPeerTones, 1);

  self->post = hs_leg_post_new (peer);
  self->queue = hs_tone_queue_new (post_sent, hs_leg_post_ref (self->post), unref_post);
  self->detector = hs_tone_detector_new (post_heard, hs_leg_post_ref (self->post), unref_post);
  self->waiting = g_hash_table_new_full (NULL, NULL, NULL, g_object_unref);
  return self;
}

void
hs_peer_tones_close (HsPeerTones *self)
{
  g_autoptr (GError) error =
      g_error_new (G_IO_ERROR, G_IO_ERROR_CANCELLED, "the call's media is closed");

  hs_leg_post_close (self->post);
  hs_tone_detector_set_active (self->detector, FALSE);
  fail_all (self, error);
}

void
hs_peer_tones_free (HsPeerTones *self)
{
  if (self == NULL)
    return;
  hs_leg_post_unref (self->post);
  hs_tone_queue_unref (self->queue);
  hs_tone_detector_unref (self->detector);
  g_hash_table_unref (self->waiting);
  g_free (self);
}

HsToneQueue *
hs_peer_tones_get_queue (HsPeerTones *self)
{
  return self->queue;
}

HsToneDetector *
hs_peer_tones_get_detector (HsPeerTones *self)
{
  return self->detector;
}

/* --- which way --- */

/* The payload that both descriptions have, best with the audio's own clock: a far end that has only
 * the other one means it.
 * Returns: -1 for none */
static int
find_events (HsSdpSection *local, HsSdpSection *remote, guint audio_rate, guint *clock_rate)
{
  const guint rates[] = { audio_rate, 8000, 48000 };

  for (gsize i = 0; i < G_N_ELEMENTS (rates); i++) {
    int payload = hs_sdp_section_find_telephone_event (remote, rates[i]);

    *clock_rate = rates[i];
    if (payload >= 0 && hs_sdp_section_find_telephone_event (local, rates[i]) >= 0)
      return payload;
  }
  return -1;
}

static HsSdpSection *
find_audio (HsSdp *sdp)
{
  return sdp != NULL ? hs_sdp_find_kind (sdp, HS_SDP_AUDIO) : NULL;
}

static HsToneWay
negotiate (HsPeerTones *tones, HsExchange *current)
{
  HsSdpSection *local = find_audio (current->local);
  HsSdpSection *remote = find_audio (current->remote);
  const HsSdpCodec *codec = hs_leg_get_audio_codec (current->transport->leg);
  guint clock_rate = 0;
  int payload;

  if (local == NULL || remote == NULL || codec == NULL)
    return HS_TONE_WAY_NONE;
  payload = find_events (local, remote, codec->clock_rate, &clock_rate);
  hs_leg_set_events (current->transport->leg, payload, clock_rate);
  hs_tone_detector_set_active (tones->detector, payload < 0);
  return payload >= 0 ? HS_TONE_WAY_EVENTS : HS_TONE_WAY_SOUND;
}

void
hs_webrtc_peer_update_tones (HsWebrtcPeer *self, HsExchange *current, gboolean sending)
{
  HsPeerTones *tones = self->tones;
  HsToneWay way = negotiate (tones, current);
  g_autoptr (GError) error = NULL;

  /* A new transport that does not know its codec yet must not cost a tone that waits. */
  if (sending && way == HS_TONE_WAY_NONE)
    return;
  tones->way = sending ? way : HS_TONE_WAY_NONE;
  hs_tone_queue_set_way (tones->queue, tones->way);
  if (sending)
    return;
  error = g_error_new (HS_CALL_ERROR, HS_CALL_ERROR_GENERIC, "the call sends no audio any more");
  fail_all (tones, error);
}

/* --- sending --- */

static const char *
find_obstacle (HsWebrtcPeer *self)
{
  if (self->state == HS_PEER_CLOSED)
    return "the call's media is closed";
  if (self->tones->way == HS_TONE_WAY_NONE || hs_webrtc_peer_get_local_audio (self) == NULL)
    return "the call sends no audio";
  return NULL;
}

static void
on_cancelled (GCancellable *cancellable, GTask *task)
{
  HsWebrtcPeer *self = g_task_get_source_object (task);
  guint id = GPOINTER_TO_UINT (g_task_get_task_data (task));
  g_autoptr (GTask) cancelled = steal_task (self->tones, id);

  if (cancelled == NULL)
    return;
  hs_tone_queue_remove (self->tones->queue, id);
  g_task_return_error_if_cancelled (cancelled);
}

void
hs_webrtc_peer_send_tones_async (HsPeer *peer,
                                 const char *tones,
                                 guint duration_ms,
                                 guint gap_ms,
                                 GCancellable *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer user_data)
{
  HsWebrtcPeer *self = HS_WEBRTC_PEER (peer);
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);
  const char *obstacle = find_obstacle (self);
  guint id;

  g_task_set_source_tag (task, hs_webrtc_peer_send_tones_async);
  if (g_task_return_error_if_cancelled (task))
    return;
  if (obstacle != NULL || *tones == '\0') {
    g_task_return_new_error (task, HS_CALL_ERROR,
                             self->remote_text == NULL ? HS_CALL_ERROR_INVALID_STATE
                                                       : HS_CALL_ERROR_GENERIC,
                             "%s", obstacle != NULL ? obstacle : "there is no tone to send");
    return;
  }
  id = hs_tone_queue_add (self->tones->queue, tones, duration_ms, gap_ms);
  g_task_set_task_data (task, GUINT_TO_POINTER (id), NULL);
  if (cancellable != NULL)
    g_signal_connect_object (cancellable, "cancelled", G_CALLBACK (on_cancelled), task, 0);
  g_hash_table_insert (self->tones->waiting, GUINT_TO_POINTER (id), g_steal_pointer (&task));
}

gboolean
hs_webrtc_peer_send_tones_finish (HsPeer *peer, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}
