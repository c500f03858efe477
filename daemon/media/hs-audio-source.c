/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "hs-audio-source-private.h"

typedef struct {
  char *device_id;
  char *label;
  gboolean failed;

  /* guarded by the mixer's lock */
  guint64 tick;
  gboolean heard;
  gint16 block[HS_AUDIO_BLOCK];
} HsAudioSourcePrivate;

G_DEFINE_TYPE_WITH_PRIVATE (HsAudioSource, hs_audio_source, G_TYPE_OBJECT)

enum { SIGNAL_FAILED, N_SIGNALS };
static guint signals[N_SIGNALS];

typedef struct {
  HsAudioSource *source;
  GError *error;
} Failure;

static void
failure_free (gpointer data)
{
  Failure *failure = data;

  g_object_unref (failure->source);
  g_error_free (failure->error);
  g_free (failure);
}

static gboolean
on_failed (gpointer user_data)
{
  Failure *failure = user_data;
  HsAudioSourcePrivate *priv = hs_audio_source_get_instance_private (failure->source);

  if (!priv->failed) {
    priv->failed = TRUE;
    g_signal_emit (failure->source, signals[SIGNAL_FAILED], 0, failure->error);
  }
  return G_SOURCE_REMOVE;
}

static gboolean
read_silence (HsAudioSource *self, gint16 *block)
{
  return FALSE;
}

static gboolean
is_always_ready (HsAudioSource *self)
{
  return TRUE;
}

static void
hs_audio_source_finalize (GObject *object)
{
  HsAudioSourcePrivate *priv = hs_audio_source_get_instance_private (HS_AUDIO_SOURCE (object));

  g_free (priv->device_id);
  g_free (priv->label);
  G_OBJECT_CLASS (hs_audio_source_parent_class)->finalize (object);
}

static void
hs_audio_source_class_init (HsAudioSourceClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = hs_audio_source_finalize;
  klass->read = read_silence;
  klass->is_ready = is_always_ready;
  signals[SIGNAL_FAILED] =
      g_signal_new ("failed", HS_TYPE_AUDIO_SOURCE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                    G_TYPE_NONE, 1, G_TYPE_ERROR | G_SIGNAL_TYPE_STATIC_SCOPE);
}

static void
hs_audio_source_init (HsAudioSource *self)
{
}

HsAudioSource *
hs_audio_source_new (GType type, const char *device_id, const char *label)
{
  HsAudioSource *self = g_object_new (type, NULL);
  HsAudioSourcePrivate *priv = hs_audio_source_get_instance_private (self);

  priv->device_id = g_strdup (device_id);
  priv->label = g_strdup (label);
  return self;
}

const char *
hs_audio_source_get_device_id (HsAudioSource *self)
{
  HsAudioSourcePrivate *priv = hs_audio_source_get_instance_private (self);

  return priv->device_id;
}

const char *
hs_audio_source_get_label (HsAudioSource *self)
{
  HsAudioSourcePrivate *priv = hs_audio_source_get_instance_private (self);

  return priv->label;
}

const gint16 *
hs_audio_source_read (HsAudioSource *self, guint64 tick)
{
  HsAudioSourcePrivate *priv = hs_audio_source_get_instance_private (self);

  if (priv->tick != tick) {
    priv->tick = tick;
    priv->heard = HS_AUDIO_SOURCE_GET_CLASS (self)->read (self, priv->block);
  }
  return priv->heard ? priv->block : NULL;
}

gboolean
hs_audio_source_is_ready (HsAudioSource *self)
{
  return HS_AUDIO_SOURCE_GET_CLASS (self)->is_ready (self);
}

void
hs_audio_source_fail (HsAudioSource *self, GError *error)
{
  Failure *failure = g_new (Failure, 1);

  failure->source = self;
  failure->error = error;
  g_idle_add_full (G_PRIORITY_DEFAULT, on_failed, failure, failure_free);
}

gboolean
hs_audio_source_has_failed (HsAudioSource *self)
{
  HsAudioSourcePrivate *priv = hs_audio_source_get_instance_private (self);

  return priv->failed;
}
