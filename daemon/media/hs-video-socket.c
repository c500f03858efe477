/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "hs-media"

#include "hs-video-socket.h"

#include "base/hs-error.h"
#include "base/hs-unix-listener.h"
#include "hs-video-writer.h"

#include <errno.h>
#include <fcntl.h>

/* Each has descriptors and threads, also while it is made and closed: as many clients may be coming
 * as others are leaving. */
#define WRITERS_MAX (2 * HS_VIDEO_SOCKET_MAX_CLIENTS)

/* More than a client can have sent before it is stopped. */
#define DRAIN_READS 256

struct _HsVideoSocket {
  gatomicrefcount references;
  char *path;
  HsClock *clock;
  HsLegQueue *queue;
  HsAudioWorker *worker;
  HsUnixListener *listener; /* the worker's alone until it is open and once it is closed */
  gboolean is_open;
  gboolean is_closed;
  HsVideoFeed *feed;
  HsVideoSocketChanged changed;
  gpointer user_data;
  GPtrArray *clients; /* of Client */
  guint n_writers;    /* from before they are made until they are closed */
  gboolean is_full;   /* has been told of, until many have left */
};

/* Somebody who has connected, and the pipeline that writes to them. */
typedef struct {
  HsVideoSocket *owner; /* borrowed: it removes its clients before it goes */
  GSocket *socket;
  GSource *hangup;
  HsLegPost *post;
  HsVideoWriter *writer; /* NULL while it is being made */
  guint taker;
} Client;

static void
unref_writer (gpointer writer)
{
  hs_video_writer_unref (writer);
}

/* Who knocks on and on would have a warning each time when the first place free counted. */
static void
forget_writer (HsVideoSocket *self)
{
  self->n_writers--;
  if (self->n_writers < HS_VIDEO_SOCKET_MAX_CLIENTS)
    self->is_full = FALSE;
}

static void
on_writer_closed (gpointer user_data)
{
  g_autoptr (HsVideoSocket) self = user_data;

  forget_writer (self);
}

static void
close_writer (HsVideoSocket *self, HsVideoWriter *writer)
{
  hs_video_writer_close (writer, self->queue, on_writer_closed, hs_video_socket_ref (self));
}

/* The writer has a descriptor of its own. Closing with something unread would show the client an
 * error in place of the end. */
static void
end_connection (GSocket *socket)
{
  char rest[4096];
  gssize n = 1;

  g_socket_shutdown (socket, TRUE, TRUE, NULL);
  for (guint i = 0; i < DRAIN_READS && n > 0; i++)
    n = g_socket_receive_with_blocking (socket, rest, sizeof rest, FALSE, NULL, NULL);
}

static void
free_client (gpointer data)
{
  Client *client = data;

  hs_leg_post_close (client->post);
  hs_leg_post_unref (client->post);
  g_source_destroy (client->hangup);
  g_source_unref (client->hangup);
  hs_video_feed_remove (client->owner->feed, client->taker);
  end_connection (client->socket);
  g_object_unref (client->socket);
  if (client->writer != NULL)
    close_writer (client->owner, client->writer);
  g_free (client);
}

HsVideoSocket *
hs_video_socket_ref (HsVideoSocket *self)
{
  g_atomic_ref_count_inc (&self->references);
  return self;
}

void
hs_video_socket_unref (HsVideoSocket *self)
{
  if (!g_atomic_ref_count_dec (&self->references))
    return;
  g_clear_pointer (&self->feed, hs_video_feed_unref);
  g_ptr_array_unref (self->clients);
  g_object_unref (self->clock);
  g_object_unref (self->queue);
  hs_audio_worker_unref (self->worker);
  g_free (self->path);
  g_free (self);
}

static void
unref_socket (gpointer data)
{
  hs_video_socket_unref (data);
}

/* --- the file --- */

/* On the worker's thread, as closing is. */
static void
open_listener (gpointer data)
{
  g_autoptr (GTask) task = data;
  HsVideoSocket *self = g_task_get_task_data (task);
  g_autoptr (GError) error = NULL;

  self->listener = hs_unix_listener_new (self->path, &error);
  if (self->listener != NULL)
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_new_error (task, HS_CALL_ERROR, HS_CALL_ERROR_USER_MEDIA, "%s", error->message);
}

static void
on_listening (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  HsVideoSocket *self = g_task_get_task_data (task);
  GError *error = NULL;

  self->is_open = g_task_propagate_boolean (G_TASK (result), &error) && !self->is_closed;
  if (self->is_open)
    g_task_return_boolean (task, TRUE);
  else if (error != NULL)
    g_task_return_error (task, error);
  else
    g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_CANCELLED, "%s: closed meanwhile",
                             self->path);
  hs_leg_queue_end_leaving (self->queue);
}

/* @callback: ends the leaving
 * @user_data: holds @self */
static void
run_job (HsVideoSocket *self, HsAudioJob job, GAsyncReadyCallback callback, gpointer user_data)
{
  GTask *work = g_task_new (NULL, NULL, callback, user_data);

  g_task_set_source_tag (work, run_job);
  /* Borrowed: what @callback gets holds it, so that it never goes on the worker's thread. */
  g_task_set_task_data (work, self, NULL);
  hs_leg_queue_begin_leaving (self->queue);
  hs_audio_worker_run (self->worker, job, work);
}

HsVideoSocket *
hs_video_socket_open_async (const char *path,
                            HsClock *clock,
                            HsLegQueue *queue,
                            HsAudioWorker *worker,
                            GAsyncReadyCallback callback,
                            gpointer user_data)
{
  HsVideoSocket *self = g_new0 (HsVideoSocket, 1);
  GTask *task = g_task_new (NULL, NULL, callback, user_data);

  g_atomic_ref_count_init (&self->references);
  self->path = g_strdup (path);
  self->clock = g_object_ref (clock);
  self->queue = g_object_ref (queue);
  self->worker = hs_audio_worker_ref (worker);
  self->clients = g_ptr_array_new_with_free_func (free_client);
  g_task_set_source_tag (task, hs_video_socket_open_async);
  g_task_set_task_data (task, hs_video_socket_ref (self), unref_socket);
  run_job (self, open_listener, on_listening, task);
  return self;
}

gboolean
hs_video_socket_open_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

/* --- clients --- */

static void
remove_client (Client *client)
{
  HsVideoSocket *self = client->owner;

  g_debug ("%s: somebody has left", self->path);
  g_ptr_array_remove (self->clients, client);
  self->changed (self->user_data);
}

static void
on_failed (gpointer owner, gpointer data)
{
  const GError *reason = data;

  g_debug ("%s", reason->message);
  remove_client (owner);
}

static gboolean
on_hangup (GSocket *socket, GIOCondition condition, gpointer user_data)
{
  remove_client (user_data);
  return G_SOURCE_REMOVE;
}

/* What a thread makes for a client, who may have left meanwhile. */
typedef struct {
  HsVideoSocket *owner;
  GSocket *socket;
  HsLegPost *post;
} Making;

static void
free_making (Making *making)
{
  hs_video_socket_unref (making->owner);
  g_object_unref (making->socket);
  hs_leg_post_unref (making->post);
  g_free (making);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Making, free_making)

static Client *
find_client (HsVideoSocket *self, GSocket *socket)
{
  for (guint i = 0; i < self->clients->len; i++) {
    Client *client = self->clients->pdata[i];

    if (client->socket == socket)
      return client;
  }
  return NULL;
}

/* A pipeline costs much more than connecting does. */
static gboolean
has_left (GSocket *socket)
{
  return g_socket_condition_check (socket, G_IO_HUP | G_IO_ERR) != 0;
}

/* Returns NULL without an error for who has left. */
static void
make_in_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  const Making *making = data;
  GError *error = NULL;
  HsVideoWriter *writer;
  int file;

  if (has_left (making->socket)) {
    g_task_return_pointer (task, NULL, NULL);
    return;
  }
  file = fcntl (g_socket_get_fd (making->socket), F_DUPFD_CLOEXEC, 0);
  if (file < 0) {
    g_task_return_new_error (task, HS_CALL_ERROR, HS_CALL_ERROR_USER_MEDIA, "%s: %s",
                             making->owner->path, g_strerror (errno));
    return;
  }
  writer = hs_video_writer_new (making->owner->path, file, HS_VIDEO_WRITER_YUV4MPEG2, making->post,
                                on_failed, &error);
  if (writer != NULL)
    g_task_return_pointer (task, writer, unref_writer);
  else
    g_task_return_error (task, error);
}

static void
give_writer (Client *client, HsVideoWriter *writer)
{
  HsVideoSocket *self = client->owner;

  client->writer = writer;
  client->taker = hs_video_feed_add (self->feed, hs_video_writer_take, hs_video_writer_ref (writer),
                                     unref_writer);
  self->changed (self->user_data);
}

static void
on_made (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Making) making = user_data;
  HsVideoSocket *self = making->owner;
  g_autoptr (GError) error = NULL;
  HsVideoWriter *writer = g_task_propagate_pointer (G_TASK (result), &error);
  Client *client = find_client (self, making->socket);

  if (error != NULL)
    g_warning ("%s", error->message);
  if (writer == NULL)
    forget_writer (self);
  else if (client != NULL)
    give_writer (client, writer);
  else
    close_writer (self, writer);
  if (writer == NULL && client != NULL)
    remove_client (client);
  hs_leg_queue_end_leaving (self->queue);
}

static void
make_writer (Client *client)
{
  Making *making = g_new0 (Making, 1);
  g_autoptr (GTask) work = g_task_new (NULL, NULL, on_made, making);

  making->owner = hs_video_socket_ref (client->owner);
  making->socket = g_object_ref (client->socket);
  making->post = hs_leg_post_ref (client->post);
  making->owner->n_writers++;
  hs_leg_queue_begin_leaving (client->owner->queue);
  g_task_set_source_tag (work, make_in_thread);
  g_task_set_task_data (work, making, NULL);
  g_task_run_in_thread (work, make_in_thread);
}

static void
turn_away (HsVideoSocket *self, GSocket *socket)
{
  if (!self->is_full)
    g_warning ("%s: there are %u clients and %u writers, further clients are turned away",
               self->path, self->clients->len, self->n_writers);
  self->is_full = TRUE;
  end_connection (socket);
}

static void
on_connected (GSocket *socket, gpointer user_data)
{
  HsVideoSocket *self = user_data;
  Client *client;

  if (self->clients->len >= HS_VIDEO_SOCKET_MAX_CLIENTS || self->n_writers >= WRITERS_MAX) {
    turn_away (self, socket);
    return;
  }
  client = g_new0 (Client, 1);
  client->owner = self;
  client->socket = g_object_ref (socket);
  client->post = hs_leg_post_new (client);
  /* One who has merely ended their own sending half still looks. */
  client->hangup = g_socket_create_source (socket, G_IO_HUP | G_IO_ERR, NULL);
  g_source_set_callback (client->hangup, G_SOURCE_FUNC (on_hangup), client, NULL);
  g_source_attach (client->hangup, g_main_context_get_thread_default ());
  g_ptr_array_add (self->clients, client);
  make_writer (client);
}

void
hs_video_socket_serve (HsVideoSocket *self,
                       HsVideoFeed *feed,
                       HsVideoSocketChanged changed,
                       gpointer user_data)
{
  self->feed = hs_video_feed_ref (feed);
  self->changed = changed;
  self->user_data = user_data;
  hs_unix_listener_start (self->listener, self->clock, on_connected, self);
}

static void
close_listener (gpointer data)
{
  g_autoptr (GTask) task = data;
  HsVideoSocket *self = g_task_get_task_data (task);

  g_clear_pointer (&self->listener, hs_unix_listener_free);
  g_task_return_boolean (task, TRUE);
}

static void
on_listener_closed (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (HsVideoSocket) self = user_data;

  hs_leg_queue_end_leaving (self->queue);
}

void
hs_video_socket_close (HsVideoSocket *self)
{
  if (self->is_open)
    hs_unix_listener_stop (self->listener);
  self->is_closed = TRUE;
  self->is_open = FALSE;
  g_ptr_array_set_size (self->clients, 0);
  run_job (self, close_listener, on_listener_closed, self);
}
