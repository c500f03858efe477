/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "hs-media"

#include "hs-audio-engine.h"

#include "hs-audio-mixer.h"
#include "hs-audio-opener.h"
#include "hs-audio-port-private.h"
#include "hs-audio-ticker.h"

struct _HsAudioEngine {
  GObject parent;
  HsAudioOpener *opener;
  HsAudioMixer *mixer;
  HsAudioTicker *ticker;
};

G_DEFINE_FINAL_TYPE (HsAudioEngine, hs_audio_engine, G_TYPE_OBJECT)

/* On the ticker's thread. */
static gboolean
tick (gpointer user_data, guint skipped)
{
  return hs_audio_mixer_tick (user_data, skipped);
}

static void
wake (gpointer user_data)
{
  hs_audio_ticker_wake (user_data);
}

static void
hs_audio_engine_finalize (GObject *object)
{
  HsAudioEngine *self = HS_AUDIO_ENGINE (object);

  /* A port that is still there keeps the mixer, and must not wake a ticker that is gone. */
  hs_audio_mixer_set_wake (self->mixer, NULL, NULL);
  hs_audio_ticker_free (self->ticker);
  hs_audio_mixer_unref (self->mixer);
  hs_audio_opener_free (self->opener);
  G_OBJECT_CLASS (hs_audio_engine_parent_class)->finalize (object);
}

static void
hs_audio_engine_class_init (HsAudioEngineClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = hs_audio_engine_finalize;
}

static void
hs_audio_engine_init (HsAudioEngine *self)
{
  self->mixer = hs_audio_mixer_new ();
  self->ticker = hs_audio_ticker_new (tick, self->mixer);
  hs_audio_mixer_set_wake (self->mixer, wake, self->ticker);
}

HsAudioEngine *
hs_audio_engine_new (HsClock *clock, HsDevices *devices)
{
  HsAudioEngine *self = g_object_new (HS_TYPE_AUDIO_ENGINE, NULL);

  self->opener = hs_audio_opener_new (clock, devices);
  return self;
}

void
hs_audio_engine_open_source_async (HsAudioEngine *self,
                                   const char *device_id,
                                   GCancellable *cancellable,
                                   GAsyncReadyCallback callback,
                                   gpointer user_data)
{
  GTask *task = g_task_new (self, cancellable, callback, user_data);

  g_task_set_source_tag (task, hs_audio_engine_open_source_async);
  hs_audio_opener_open (self->opener, HS_DEVICE_MICROPHONE, device_id, task);
}

HsAudioSource *
hs_audio_engine_open_source_finish (HsAudioEngine *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

void
hs_audio_engine_open_sink_async (HsAudioEngine *self,
                                 const char *device_id,
                                 GCancellable *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer user_data)
{
  GTask *task = g_task_new (self, cancellable, callback, user_data);

  g_task_set_source_tag (task, hs_audio_engine_open_sink_async);
  hs_audio_opener_open (self->opener, HS_DEVICE_SPEAKER, device_id, task);
}

HsAudioSink *
hs_audio_engine_open_sink_finish (HsAudioEngine *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

void
hs_audio_engine_drain_async (HsAudioEngine *self, GAsyncReadyCallback callback, gpointer user_data)
{
  GTask *task = g_task_new (self, NULL, callback, user_data);

  g_task_set_source_tag (task, hs_audio_engine_drain_async);
  hs_audio_opener_drain (self->opener, task);
}

gboolean
hs_audio_engine_drain_finish (HsAudioEngine *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

HsAudioPort *
hs_audio_engine_add_port (HsAudioEngine *self, HsAudioPush push, gpointer user_data)
{
  return hs_audio_port_new (self->mixer, push, user_data);
}
