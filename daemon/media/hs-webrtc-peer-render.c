/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "hs-media"

#include "hs-webrtc-peer-private.h"

#include "base/hs-error.h"
#include "hs-device-id.h"

#define FILE_PREFIX   "file:"
#define SOCKET_PREFIX "pcm:"
#define WAVE_SUFFIX   ".wav"

/* A track in one place. */
typedef struct {
  guint serial;
  char *track_id;
  char *container;
  gboolean local;
  gboolean opening;
  HsAudioSink *sink; /* NULL: the call's speaker */
} Rendering;

struct _HsPeerRenderings {
  GPtrArray *list; /* of Rendering */
  guint last_serial;
  gboolean explicit; /* the far end's audio is heard where it was told to be, and nowhere else */

  /* what the port has now; of HsAudioSink */
  GPtrArray *sinks;
  GPtrArray *monitors;
};

static void
free_rendering (gpointer data)
{
  Rendering *rendering = data;

  g_free (rendering->track_id);
  g_free (rendering->container);
  g_clear_object (&rendering->sink);
  g_free (rendering);
}

HsPeerRenderings *
hs_peer_renderings_new (void)
{
  HsPeerRenderings *self = g_new0 (HsPeerRenderings, 1);

  self->list = g_ptr_array_new_with_free_func (free_rendering);
  self->sinks = g_ptr_array_new_with_free_func (g_object_unref);
  self->monitors = g_ptr_array_new_with_free_func (g_object_unref);
  return self;
}

void
hs_peer_renderings_free (HsPeerRenderings *self)
{
  if (self == NULL)
    return;
  g_ptr_array_unref (self->list);
  g_ptr_array_unref (self->sinks);
  g_ptr_array_unref (self->monitors);
  g_free (self);
}

/* --- from the list to the port --- */

typedef void (*ChangePort) (HsAudioPort *port, HsAudioSink *sink);

/* A sink that stays must not be taken away in between: a recording would end there.
 * @wanted: (transfer full) */
static void
change_sinks (
    HsAudioPort *port, GPtrArray **now, GPtrArray *wanted, ChangePort add, ChangePort remove)
{
  g_autoptr (GPtrArray) before = g_steal_pointer (now);

  for (guint i = 0; i < before->len; i++) {
    if (!g_ptr_array_find (wanted, before->pdata[i], NULL))
      remove (port, before->pdata[i]);
  }
  for (guint i = 0; i < wanted->len; i++)
    add (port, wanted->pdata[i]);
  *now = wanted;
}

static gboolean
is_speaker (const Rendering *rendering)
{
  return rendering->sink == NULL && !rendering->opening;
}

static GPtrArray *
dup_sinks (HsWebrtcPeer *self, gboolean local)
{
  GPtrArray *sinks = g_ptr_array_new_with_free_func (g_object_unref);

  for (guint i = 0; i < self->renderings->list->len; i++) {
    const Rendering *rendering = self->renderings->list->pdata[i];

    if (rendering->local != local)
      continue;
    if (rendering->sink != NULL)
      g_ptr_array_add (sinks, g_object_ref (rendering->sink));
    else if (local && is_speaker (rendering) && self->sink != NULL)
      g_ptr_array_add (sinks, g_object_ref (self->sink));
  }
  return sinks;
}

static gboolean
plays_at_speaker (HsWebrtcPeer *self)
{
  if (!self->renderings->explicit)
    return TRUE;
  for (guint i = 0; i < self->renderings->list->len; i++) {
    const Rendering *rendering = self->renderings->list->pdata[i];

    if (!rendering->local && is_speaker (rendering))
      return TRUE;
  }
  return FALSE;
}

static void
update_port (HsWebrtcPeer *self)
{
  HsPeerRenderings *renderings = self->renderings;

  if (self->port == NULL)
    return;
  hs_audio_port_set_sink (self->port, plays_at_speaker (self) ? self->sink : NULL);
  change_sinks (self->port, &renderings->sinks, dup_sinks (self, FALSE), hs_audio_port_add_sink,
                hs_audio_port_remove_sink);
  change_sinks (self->port, &renderings->monitors, dup_sinks (self, TRUE),
                hs_audio_port_add_monitor, hs_audio_port_remove_monitor);
}

static void
on_speaker_failed (HsAudioSink *sink, const GError *reason, HsWebrtcPeer *self)
{
  if (sink == self->sink)
    g_warning ("speaker %s: %s", hs_audio_sink_get_label (sink), reason->message);
}

void
hs_webrtc_peer_use_speaker (HsWebrtcPeer *self, HsAudioSink *sink)
{
  g_set_object (&self->sink, sink);
  g_signal_handlers_disconnect_by_func (sink, on_speaker_failed, self);
  g_signal_connect_object (sink, "failed", G_CALLBACK (on_speaker_failed), self, 0);
  update_port (self);
}

void
hs_webrtc_peer_stop_rendering (HsWebrtcPeer *self, const char *track_id)
{
  if (track_id != NULL)
    hs_webrtc_peer_stop_rendering_video (self, track_id);
  for (guint i = self->renderings->list->len; i > 0; i--) {
    const Rendering *rendering = self->renderings->list->pdata[i - 1];

    if (track_id == NULL || g_str_equal (rendering->track_id, track_id))
      g_ptr_array_remove_index (self->renderings->list, i - 1);
  }
  update_port (self);
}

void
hs_webrtc_peer_reset_rendering (HsWebrtcPeer *self)
{
  self->renderings->explicit = FALSE;
  hs_audio_port_set_receive_mute (self->port, FALSE);
  update_port (self);
}

/* --- coming --- */

static Rendering *
find_rendering (HsWebrtcPeer *self, const char *track_id, const char *container)
{
  for (guint i = 0; i < self->renderings->list->len; i++) {
    Rendering *rendering = self->renderings->list->pdata[i];

    if (g_str_equal (rendering->track_id, track_id) &&
        g_str_equal (rendering->container, container))
      return rendering;
  }
  return NULL;
}

static Rendering *
find_serial (HsWebrtcPeer *self, guint serial)
{
  for (guint i = 0; i < self->renderings->list->len; i++) {
    Rendering *rendering = self->renderings->list->pdata[i];

    if (rendering->serial == serial)
      return rendering;
  }
  return NULL;
}

static gboolean
is_file (const char *container)
{
  return g_str_has_prefix (container, FILE_PREFIX);
}

/* A container that is a place itself; any other is a name for the speaker. */
static gboolean
is_place (const char *container)
{
  return is_file (container) || g_str_has_prefix (container, SOCKET_PREFIX);
}

/* Whether there is such a speaker shows when it is opened. */
static gboolean
check_container (const char *container, const char *speaker_id, GError **error)
{
  const char *device_id = is_place (container) ? container : speaker_id;
  g_autofree char *lower = g_ascii_strdown (container, -1);
  g_auto (HsDeviceId) id = { 0 };

  if (is_file (container) && !g_str_has_suffix (lower, WAVE_SUFFIX)) {
    g_set_error (error, HS_CALL_ERROR, HS_CALL_ERROR_INVALID_PARAM,
                 "audio is recorded to a file whose name ends in " WAVE_SUFFIX ", not to \"%s\"",
                 container);
    return FALSE;
  }
  return device_id == NULL || hs_device_id_parse (&id, HS_DEVICE_SPEAKER, device_id, error);
}

static Rendering *
add_rendering (HsWebrtcPeer *self, const char *track_id, const char *container)
{
  Rendering *rendering = g_new0 (Rendering, 1);

  rendering->serial = ++self->renderings->last_serial;
  rendering->track_id = g_strdup (track_id);
  rendering->container = g_strdup (container);
  rendering->local = hs_webrtc_peer_find_local (self, track_id) != NULL;
  if (!rendering->local && !is_place (container))
    self->renderings->explicit = TRUE;
  g_ptr_array_add (self->renderings->list, rendering);
  return rendering;
}

/* Returns: (nullable): one that has this sink */
static Rendering *
find_sink (HsWebrtcPeer *self, HsAudioSink *sink)
{
  for (guint i = 0; i < self->renderings->list->len; i++) {
    Rendering *rendering = self->renderings->list->pdata[i];

    if (rendering->sink == sink)
      return rendering;
  }
  return NULL;
}

static void
on_sink_failed (HsAudioSink *sink, const GError *reason, HsWebrtcPeer *self)
{
  Rendering *rendering;

  for (rendering = find_sink (self, sink); rendering != NULL; rendering = find_sink (self, sink)) {
    g_autofree char *track_id = g_strdup (rendering->track_id);
    g_autofree char *container = g_strdup (rendering->container);

    g_warning ("%s: %s", container, reason->message);
    g_ptr_array_remove (self->renderings->list, rendering);
    update_port (self);
    g_signal_emit_by_name (self, "container-failed", track_id, container, reason);
  }
}

/* Several renderings may have one sink. */
static void
watch_sink (HsWebrtcPeer *self, HsAudioSink *sink)
{
  g_signal_handlers_disconnect_by_func (sink, on_sink_failed, self);
  g_signal_connect_object (sink, "failed", G_CALLBACK (on_sink_failed), self, 0);
}

static void
on_sink_opened (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  HsWebrtcPeer *self = g_task_get_source_object (task);
  Rendering *rendering = find_serial (self, GPOINTER_TO_UINT (g_task_get_task_data (task)));
  GError *error = NULL;
  g_autoptr (HsAudioSink) sink =
      hs_audio_engine_open_sink_finish (HS_AUDIO_ENGINE (object), result, &error);

  if (sink == NULL) {
    if (rendering != NULL)
      g_ptr_array_remove (self->renderings->list, rendering);
    g_task_return_error (task, error);
  } else if (rendering == NULL) {
    g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_CANCELLED,
                             "the track was taken from there meanwhile");
  } else {
    rendering->opening = FALSE;
    rendering->sink = g_object_ref (sink);
    watch_sink (self, sink);
    update_port (self);
    g_task_return_boolean (task, TRUE);
  }
}

static void
open_container (HsWebrtcPeer *self, Rendering *rendering, const char *device_id, GTask *task)
{
  rendering->opening = TRUE;
  g_task_set_task_data (task, GUINT_TO_POINTER (rendering->serial), NULL);
  hs_audio_engine_open_sink_async (hs_media_get_audio_engine (self->media), device_id,
                                   self->cancellable, on_sink_opened, g_object_ref (task));
}

void
hs_webrtc_peer_render_audio (HsWebrtcPeer *self,
                             const char *track_id,
                             const char *container,
                             const char *speaker_id,
                             GTask *task)
{
  Rendering *rendering;
  GError *error = NULL;

  if (!check_container (container, speaker_id, &error)) {
    g_task_return_error (task, error);
    return;
  }
  if (find_rendering (self, track_id, container) == NULL) {
    rendering = add_rendering (self, track_id, container);
    if (is_place (container) || speaker_id != NULL) {
      open_container (self, rendering, is_place (container) ? container : speaker_id, task);
      return;
    }
    update_port (self);
  }
  g_task_return_boolean (task, TRUE);
}

/* --- going --- */

void
hs_webrtc_peer_unrender_audio (HsWebrtcPeer *self, const char *track_id, const char *container)
{
  Rendering *rendering = find_rendering (self, track_id, container);

  if (rendering != NULL)
    g_ptr_array_remove (self->renderings->list, rendering);
  if (!is_place (container) && hs_webrtc_peer_find_local (self, track_id) == NULL)
    self->renderings->explicit = TRUE;
  update_port (self);
}
