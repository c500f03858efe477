/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "hs-audio-sink-private.h"

typedef struct {
  char *device_id;
  char *label;
  gboolean failed;
  HsAudioSinkMix mix;
} HsAudioSinkPrivate;

G_DEFINE_TYPE_WITH_PRIVATE (HsAudioSink, hs_audio_sink, G_TYPE_OBJECT)

enum { SIGNAL_FAILED, N_SIGNALS };
static guint signals[N_SIGNALS];

typedef struct {
  HsAudioSink *sink;
  GError *error;
} Failure;

static void
failure_free (gpointer data)
{
  Failure *failure = data;

  g_object_unref (failure->sink);
  g_error_free (failure->error);
  g_free (failure);
}

static gboolean
on_failed (gpointer user_data)
{
  Failure *failure = user_data;
  HsAudioSinkPrivate *priv = hs_audio_sink_get_instance_private (failure->sink);

  if (!priv->failed) {
    priv->failed = TRUE;
    g_signal_emit (failure->sink, signals[SIGNAL_FAILED], 0, failure->error);
  }
  return G_SOURCE_REMOVE;
}

static void
swallow (HsAudioSink *self, const gint16 *block, guint skipped)
{
}

static void
hs_audio_sink_finalize (GObject *object)
{
  HsAudioSinkPrivate *priv = hs_audio_sink_get_instance_private (HS_AUDIO_SINK (object));

  g_free (priv->device_id);
  g_free (priv->label);
  G_OBJECT_CLASS (hs_audio_sink_parent_class)->finalize (object);
}

static void
hs_audio_sink_class_init (HsAudioSinkClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = hs_audio_sink_finalize;
  klass->render = swallow;
  signals[SIGNAL_FAILED] =
      g_signal_new ("failed", HS_TYPE_AUDIO_SINK, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                    G_TYPE_NONE, 1, G_TYPE_ERROR | G_SIGNAL_TYPE_STATIC_SCOPE);
}

static void
hs_audio_sink_init (HsAudioSink *self)
{
}

HsAudioSink *
hs_audio_sink_new (GType type, const char *device_id, const char *label)
{
  HsAudioSink *self = g_object_new (type, NULL);
  HsAudioSinkPrivate *priv = hs_audio_sink_get_instance_private (self);

  priv->device_id = g_strdup (device_id);
  priv->label = g_strdup (label);
  return self;
}

const char *
hs_audio_sink_get_device_id (HsAudioSink *self)
{
  HsAudioSinkPrivate *priv = hs_audio_sink_get_instance_private (self);

  return priv->device_id;
}

const char *
hs_audio_sink_get_label (HsAudioSink *self)
{
  HsAudioSinkPrivate *priv = hs_audio_sink_get_instance_private (self);

  return priv->label;
}

HsAudioSinkMix *
hs_audio_sink_get_mix (HsAudioSink *self)
{
  HsAudioSinkPrivate *priv = hs_audio_sink_get_instance_private (self);

  return &priv->mix;
}

void
hs_audio_sink_render (HsAudioSink *self, const gint16 *block, guint skipped)
{
  HS_AUDIO_SINK_GET_CLASS (self)->render (self, block, skipped);
}

void
hs_audio_sink_fail (HsAudioSink *self, GError *error)
{
  Failure *failure = g_new (Failure, 1);

  failure->sink = self;
  failure->error = error;
  g_idle_add_full (G_PRIORITY_DEFAULT, on_failed, failure, failure_free);
}

gboolean
hs_audio_sink_has_failed (HsAudioSink *self)
{
  HsAudioSinkPrivate *priv = hs_audio_sink_get_instance_private (self);

  return priv->failed;
}
