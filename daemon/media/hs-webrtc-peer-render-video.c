/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "hs-media"

#include "hs-webrtc-peer-private.h"

#include "base/hs-error.h"
#include "hs-video-recorder.h"
#include "hs-video-socket.h"

#define FILE_PREFIX   "file:"
#define SOCKET_PREFIX "frames:"

/* A video track in one place. A name that is neither a file nor a socket is one where nobody
 * looks. */
typedef struct {
  HsWebrtcPeer *peer; /* borrowed: it ends its renderings before it goes */
  char *track_id;
  char *container;
  HsLegPost *post;
  GPtrArray *tasks; /* (element-type GTask): who waits for the place to be open; NULL once it is */
  HsVideoSocket *socket; /* also while it is being opened */
  HsVideoWriter *recorder;
  HsVideoFeed *feed; /* the recorder's */
  guint taker;
} Rendering;

static void
unref_recorder (gpointer recorder)
{
  hs_video_writer_unref (recorder);
}

/* @error: (nullable) */
static void
answer_all (GPtrArray *tasks, const GError *error)
{
  for (guint i = 0; i < tasks->len; i++) {
    if (error == NULL)
      g_task_return_boolean (tasks->pdata[i], TRUE);
    else
      g_task_return_error (tasks->pdata[i], g_error_copy (error));
  }
}

void
hs_video_rendering_free (gpointer data)
{
  Rendering *self = data;
  g_autoptr (GError) gone = NULL;

  hs_leg_post_close (self->post);
  hs_leg_post_unref (self->post);
  if (self->feed != NULL)
    hs_video_feed_remove (self->feed, self->taker);
  if (self->recorder != NULL)
    hs_video_writer_close (self->recorder, hs_media_get_leg_queue (self->peer->media), NULL, NULL);
  g_clear_pointer (&self->socket, hs_video_socket_close);
  g_set_error_literal (&gone, G_IO_ERROR, G_IO_ERROR_CANCELLED,
                       "the track was taken from there meanwhile");
  if (self->tasks != NULL)
    answer_all (self->tasks, gone);
  g_clear_pointer (&self->tasks, g_ptr_array_unref);
  g_clear_pointer (&self->feed, hs_video_feed_unref);
  g_free (self->track_id);
  g_free (self->container);
  g_free (self);
}

static Rendering *
find (HsWebrtcPeer *self, const char *track_id, const char *container)
{
  for (guint i = 0; i < self->video_renderings->len; i++) {
    Rendering *rendering = self->video_renderings->pdata[i];

    if (g_str_equal (rendering->track_id, track_id) &&
        (container == NULL || g_str_equal (rendering->container, container)))
      return rendering;
  }
  return NULL;
}

static void
drop (HsWebrtcPeer *self, Rendering *rendering)
{
  g_ptr_array_remove (self->video_renderings, rendering);
  hs_webrtc_peer_update_media (self);
}

static void
on_failed (gpointer owner, gpointer data)
{
  Rendering *rendering = owner;
  HsWebrtcPeer *self = rendering->peer;
  g_autofree char *track_id = g_strdup (rendering->track_id);
  g_autofree char *container = g_strdup (rendering->container);
  const GError *reason = data;

  g_warning ("%s", reason->message);
  drop (self, rendering);
  g_signal_emit_by_name (self, "container-failed", track_id, container, reason);
}

/* What waits for a place: the rendering may have gone meanwhile. */
typedef struct {
  GTask *task; /* the first one */
  HsWebrtcPeer *peer;
} Waiting;

static Rendering *
find_waiting (Waiting *waiting)
{
  for (guint i = 0; i < waiting->peer->video_renderings->len; i++) {
    Rendering *rendering = waiting->peer->video_renderings->pdata[i];

    if (rendering->tasks != NULL && rendering->tasks->pdata[0] == waiting->task)
      return rendering;
  }
  return NULL;
}

/* @error: (nullable): why there is no place */
static void
end_waiting (Waiting *waiting, Rendering *rendering, const GError *error)
{
  g_autoptr (GPtrArray) tasks = g_steal_pointer (&rendering->tasks);

  if (error != NULL)
    drop (waiting->peer, rendering);
  answer_all (tasks, error);
}

static void
free_waiting (Waiting *waiting)
{
  g_object_unref (waiting->task);
  g_object_unref (waiting->peer);
  g_free (waiting);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Waiting, free_waiting)

static void
use_recorder (Rendering *self, HsVideoWriter *recorder)
{
  HsVideoFeed *feed = hs_webrtc_peer_find_feed (self->peer, self->track_id);

  self->recorder = recorder;
  if (feed == NULL)
    return;
  self->feed = hs_video_feed_ref (feed);
  self->taker = hs_video_feed_add (feed, hs_video_writer_take, hs_video_writer_ref (recorder),
                                   unref_recorder);
  hs_webrtc_peer_update_media (self->peer);
}

static void
on_recorder_opened (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Waiting) waiting = user_data;
  g_autoptr (GError) error = NULL;
  HsVideoWriter *recorder = hs_video_recorder_open_finish (result, &error);
  Rendering *rendering = find_waiting (waiting);

  if (rendering == NULL) {
    if (recorder != NULL)
      hs_video_writer_close (recorder, hs_media_get_leg_queue (waiting->peer->media), NULL, NULL);
    return;
  }
  if (recorder != NULL)
    use_recorder (rendering, recorder);
  end_waiting (waiting, rendering, error);
}

static void
on_lookers_changed (gpointer user_data)
{
  const Rendering *self = user_data;

  hs_webrtc_peer_update_media (self->peer);
}

static void
on_socket_opened (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Waiting) waiting = user_data;
  g_autoptr (GError) error = NULL;
  gboolean is_open = hs_video_socket_open_finish (result, &error);
  Rendering *rendering = find_waiting (waiting);
  HsVideoFeed *feed;

  /* Its socket went with it. */
  if (rendering == NULL)
    return;
  feed = hs_webrtc_peer_find_feed (waiting->peer, rendering->track_id);
  if (is_open && feed != NULL)
    hs_video_socket_serve (rendering->socket, feed, on_lookers_changed, rendering);
  end_waiting (waiting, rendering, error);
}

static gboolean
check_container (const char *container, GError **error)
{
  gboolean file = g_str_has_prefix (container, FILE_PREFIX);
  gboolean socket = g_str_has_prefix (container, SOCKET_PREFIX);

  if (socket && !g_path_is_absolute (container + strlen (SOCKET_PREFIX)))
    g_set_error (error, HS_CALL_ERROR, HS_CALL_ERROR_INVALID_PARAM,
                 "the path must be absolute, as in frames:/tmp/name.sock, not \"%s\"", container);
  else if (file && !g_path_is_absolute (container + strlen (FILE_PREFIX)))
    g_set_error (error, HS_CALL_ERROR, HS_CALL_ERROR_INVALID_PARAM,
                 "the path must be absolute, as in file:/tmp/name.webm, not \"%s\"", container);
  else if (file && !g_str_has_suffix (container, ".webm") && !g_str_has_suffix (container, ".mkv"))
    g_set_error (error, HS_CALL_ERROR, HS_CALL_ERROR_INVALID_PARAM,
                 "video is recorded to a file whose name ends in .webm or .mkv, not to \"%s\"",
                 container);
  else
    return TRUE;
  return FALSE;
}

static void
open_place (HsWebrtcPeer *self, Rendering *rendering, GTask *task)
{
  HsLegQueue *queue = hs_media_get_leg_queue (self->media);
  const char *path = strchr (rendering->container, '/');
  Waiting *waiting = g_new0 (Waiting, 1);

  waiting->task = g_object_ref (task);
  waiting->peer = g_object_ref (self);
  rendering->tasks = g_ptr_array_new_with_free_func (g_object_unref);
  g_ptr_array_add (rendering->tasks, g_object_ref (task));
  if (g_str_has_prefix (rendering->container, SOCKET_PREFIX))
    rendering->socket = hs_video_socket_open_async (path, hs_media_get_clock (self->media), queue,
                                                    hs_media_get_video_socket_worker (self->media),
                                                    on_socket_opened, waiting);
  else
    hs_video_recorder_open_async (path, queue, rendering->post, on_failed, on_recorder_opened,
                                  waiting);
}

static gboolean
is_place (const char *container)
{
  return g_str_has_prefix (container, FILE_PREFIX) || g_str_has_prefix (container, SOCKET_PREFIX);
}

void
hs_webrtc_peer_render_video (HsWebrtcPeer *self,
                             const char *track_id,
                             const char *container,
                             GTask *task)
{
  Rendering *rendering;
  GError *error = NULL;

  if (!check_container (container, &error)) {
    g_task_return_error (task, error);
    return;
  }
  rendering = find (self, track_id, container);
  if (rendering != NULL && rendering->tasks != NULL) {
    g_ptr_array_add (rendering->tasks, g_object_ref (task));
    return;
  }
  if (rendering != NULL || !is_place (container)) {
    g_task_return_boolean (task, TRUE);
    return;
  }
  rendering = g_new0 (Rendering, 1);
  rendering->peer = self;
  rendering->track_id = g_strdup (track_id);
  rendering->container = g_strdup (container);
  rendering->post = hs_leg_post_new (rendering);
  g_ptr_array_add (self->video_renderings, rendering);
  open_place (self, rendering, task);
}

void
hs_webrtc_peer_unrender_video (HsWebrtcPeer *self, const char *track_id, const char *container)
{
  Rendering *rendering = find (self, track_id, container);

  if (rendering != NULL)
    drop (self, rendering);
}

void
hs_webrtc_peer_stop_rendering_video (HsWebrtcPeer *self, const char *track_id)
{
  Rendering *rendering;

  while ((rendering = find (self, track_id, NULL)) != NULL)
    g_ptr_array_remove (self->video_renderings, rendering);
}
