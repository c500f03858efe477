/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "hs-media"

#include "hs-audio-socket-private.h"

#define HS_TYPE_AUDIO_SOCKET_SOURCE (hs_audio_socket_source_get_type ())
G_DECLARE_FINAL_TYPE (
    HsAudioSocketSource, hs_audio_socket_source, HS, AUDIO_SOCKET_SOURCE, HsAudioSource)

#define HS_TYPE_AUDIO_SOCKET_SINK (hs_audio_socket_sink_get_type ())
G_DECLARE_FINAL_TYPE (HsAudioSocketSink, hs_audio_socket_sink, HS, AUDIO_SOCKET_SINK, HsAudioSink)

struct _HsAudioSocketSource {
  HsAudioSource parent;
  HsAudioSocket *socket;
};

struct _HsAudioSocketSink {
  HsAudioSink parent;
  HsAudioSocket *socket;
};

G_DEFINE_FINAL_TYPE (HsAudioSocketSource, hs_audio_socket_source, HS_TYPE_AUDIO_SOURCE)
G_DEFINE_FINAL_TYPE (HsAudioSocketSink, hs_audio_socket_sink, HS_TYPE_AUDIO_SINK)

/* --- microphone --- */

static gboolean
hs_audio_socket_source_read (HsAudioSource *source, gint16 *block)
{
  return hs_audio_socket_read (HS_AUDIO_SOCKET_SOURCE (source)->socket, block);
}

static void
hs_audio_socket_source_dispose (GObject *object)
{
  HsAudioSocketSource *self = HS_AUDIO_SOCKET_SOURCE (object);

  if (self->socket != NULL)
    hs_audio_socket_leave_source (self->socket);
  g_clear_object (&self->socket);
  G_OBJECT_CLASS (hs_audio_socket_source_parent_class)->dispose (object);
}

static void
hs_audio_socket_source_class_init (HsAudioSocketSourceClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = hs_audio_socket_source_dispose;
  HS_AUDIO_SOURCE_CLASS (klass)->read = hs_audio_socket_source_read;
}

static void
hs_audio_socket_source_init (HsAudioSocketSource *self)
{
}

HsAudioSource *
hs_audio_socket_source_new (HsAudioSocket *socket, const char *device_id, const char *label)
{
  HsAudioSource *source = hs_audio_source_new (HS_TYPE_AUDIO_SOCKET_SOURCE, device_id, label);

  HS_AUDIO_SOCKET_SOURCE (source)->socket = g_object_ref (socket);
  return source;
}

/* --- speaker --- */

static void
hs_audio_socket_sink_render (HsAudioSink *sink, const gint16 *block, guint skipped)
{
  hs_audio_socket_render (HS_AUDIO_SOCKET_SINK (sink)->socket, block, skipped);
}

static void
hs_audio_socket_sink_dispose (GObject *object)
{
  HsAudioSocketSink *self = HS_AUDIO_SOCKET_SINK (object);

  if (self->socket != NULL)
    hs_audio_socket_leave_sink (self->socket);
  g_clear_object (&self->socket);
  G_OBJECT_CLASS (hs_audio_socket_sink_parent_class)->dispose (object);
}

static void
hs_audio_socket_sink_class_init (HsAudioSocketSinkClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = hs_audio_socket_sink_dispose;
  HS_AUDIO_SINK_CLASS (klass)->render = hs_audio_socket_sink_render;
}

static void
hs_audio_socket_sink_init (HsAudioSocketSink *self)
{
}

HsAudioSink *
hs_audio_socket_sink_new (HsAudioSocket *socket, const char *device_id, const char *label)
{
  HsAudioSink *sink = hs_audio_sink_new (HS_TYPE_AUDIO_SOCKET_SINK, device_id, label);

  HS_AUDIO_SOCKET_SINK (sink)->socket = g_object_ref (socket);
  return sink;
}
