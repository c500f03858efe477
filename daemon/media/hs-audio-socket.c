/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "hs-media"

#include "hs-audio-socket-private.h"

#include "base/hs-error.h"
#include "base/hs-unix-listener.h"
#include "hs-audio-samples.h"
#include "hs-audio-socket-client.h"

#define CLIENTS_MAX 16

/* Time that passed without ticks is silence, up to what a client may have waiting. */
#define SKIPPED_MAX 50

struct _HsAudioSocket {
  GObject parent;
  char *path;
  HsClock *clock;
  HsAudioWorker *worker;
  HsUnixListener *listener;
  GMainContext *context; /* of the control thread, once clients are let in */
  gboolean is_full;      /* who came last was turned away */

  /* guarded by the lock */
  GMutex lock;
  HsAudioSource *source; /* borrowed: says when it goes */
  HsAudioSink *sink;     /* likewise */
  GPtrArray *clients;    /* of HsAudioSocketClient; changes on the control thread only */
  GSource *sweeping;     /* is to come; NULL: nobody waits for it */
};

G_DEFINE_FINAL_TYPE (HsAudioSocket, hs_audio_socket, G_TYPE_OBJECT)

/* With the lock held. Who has said everything stays for what it may hear. */
static gboolean
is_over (HsAudioSocket *self, HsAudioSocketClient *client)
{
  return !hs_audio_socket_client_can_read (client) &&
         (self->sink == NULL || !hs_audio_socket_client_can_write (client));
}

/* With the lock held, on the control thread. */
static void
sweep (HsAudioSocket *self)
{
  for (guint i = self->clients->len; i > 0; i--) {
    if (is_over (self, self->clients->pdata[i - 1]))
      g_ptr_array_remove_index (self->clients, i - 1);
  }
}

static void
clear_sweeping (HsAudioSocket *self)
{
  if (self->sweeping == NULL)
    return;
  g_source_destroy (self->sweeping);
  g_clear_pointer (&self->sweeping, g_source_unref);
}

static gboolean
on_sweep (gpointer user_data)
{
  HsAudioSocket *self = user_data;
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  clear_sweeping (self);
  sweep (self);
  return G_SOURCE_REMOVE;
}

/* With the lock held, on any thread. A client that hung up before it was read to its end calls
 * on_gone() no more. */
static void
sweep_soon (HsAudioSocket *self)
{
  if (self->sweeping != NULL)
    return;
  self->sweeping = g_idle_source_new ();
  g_source_set_priority (self->sweeping, G_PRIORITY_DEFAULT);
  g_source_set_callback (self->sweeping, on_sweep, self, NULL);
  g_source_attach (self->sweeping, self->context);
}

/* With the lock held: who has gone, and waits for nothing but being heard, makes room. */
static gboolean
make_room (HsAudioSocket *self)
{
  sweep (self);
  for (guint i = self->clients->len; i > 0 && self->clients->len >= CLIENTS_MAX; i--) {
    if (!hs_audio_socket_client_can_write (self->clients->pdata[i - 1]))
      g_ptr_array_remove_index (self->clients, i - 1);
  }
  return self->clients->len < CLIENTS_MAX;
}

static void
on_gone (gpointer client, gpointer user_data)
{
  HsAudioSocket *self = user_data;
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  hs_audio_socket_client_leave (client);
  sweep (self);
}

static gboolean
let_in (HsAudioSocket *self, GSocket *socket)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  if (!make_room (self))
    return FALSE;
  g_ptr_array_add (self->clients, hs_audio_socket_client_new (socket, on_gone, self));
  return TRUE;
}

/* Logging may take long, and the ticker needs the lock; who tries again and again must not fill
 * the log. */
static void
on_connecting (GSocket *socket, gpointer user_data)
{
  HsAudioSocket *self = user_data;
  gboolean was_full = self->is_full;

  self->is_full = !let_in (self, socket);
  if (self->is_full && !was_full)
    g_warning ("%s: there are %d clients, further ones are turned away", self->path, CLIENTS_MAX);
}

static void
free_listener (gpointer listener)
{
  hs_unix_listener_free (listener);
}

static void
hs_audio_socket_dispose (GObject *object)
{
  HsAudioSocket *self = HS_AUDIO_SOCKET (object);

  if (self->listener != NULL) {
    hs_unix_listener_stop (self->listener);
    hs_audio_worker_run (self->worker, free_listener, g_steal_pointer (&self->listener));
  }
  clear_sweeping (self);
  g_ptr_array_set_size (self->clients, 0);
  g_clear_pointer (&self->context, g_main_context_unref);
  g_clear_pointer (&self->worker, hs_audio_worker_unref);
  g_clear_object (&self->clock);
  G_OBJECT_CLASS (hs_audio_socket_parent_class)->dispose (object);
}

static void
hs_audio_socket_finalize (GObject *object)
{
  HsAudioSocket *self = HS_AUDIO_SOCKET (object);

  g_ptr_array_unref (self->clients);
  g_mutex_clear (&self->lock);
  g_free (self->path);
  G_OBJECT_CLASS (hs_audio_socket_parent_class)->finalize (object);
}

static void
hs_audio_socket_class_init (HsAudioSocketClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = hs_audio_socket_dispose;
  G_OBJECT_CLASS (klass)->finalize = hs_audio_socket_finalize;
}

static void
hs_audio_socket_init (HsAudioSocket *self)
{
  g_mutex_init (&self->lock);
  self->clients = g_ptr_array_new_with_free_func ((GDestroyNotify) hs_audio_socket_client_free);
}

HsAudioSocket *
hs_audio_socket_open (const char *path, HsClock *clock, HsAudioWorker *worker, GError **error)
{
  g_autoptr (GError) reason = NULL;
  HsUnixListener *listener = hs_unix_listener_new (path, &reason);
  HsAudioSocket *self;

  if (listener == NULL) {
    g_set_error (error, HS_CALL_ERROR, HS_CALL_ERROR_USER_MEDIA, "cannot listen at \"%s\": %s",
                 path, reason->message);
    return NULL;
  }
  self = g_object_new (HS_TYPE_AUDIO_SOCKET, NULL);
  self->path = g_strdup (path);
  self->clock = g_object_ref (clock);
  self->worker = hs_audio_worker_ref (worker);
  self->listener = listener;
  return self;
}

static void
ensure_accepting (HsAudioSocket *self)
{
  if (self->context != NULL)
    return;
  self->context = g_main_context_ref_thread_default ();
  hs_unix_listener_start (self->listener, self->clock, on_connecting, self);
}

HsAudioSource *
hs_audio_socket_dup_source (HsAudioSocket *self, const char *device_id)
{
  g_autofree char *label = g_path_get_basename (self->path);
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  ensure_accepting (self);
  if (self->source != NULL)
    return g_object_ref (self->source);
  self->source = hs_audio_socket_source_new (self, device_id, label);
  return self->source;
}

HsAudioSink *
hs_audio_socket_dup_sink (HsAudioSocket *self, const char *device_id)
{
  g_autofree char *label = g_path_get_basename (self->path);
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  ensure_accepting (self);
  if (self->sink != NULL)
    return g_object_ref (self->sink);
  self->sink = hs_audio_socket_sink_new (self, device_id, label);
  return self->sink;
}

void
hs_audio_socket_leave_source (HsAudioSocket *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  self->source = NULL;
}

void
hs_audio_socket_leave_sink (HsAudioSocket *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  self->sink = NULL;
  sweep (self);
}

/* With the lock held. */
static gboolean
read_client (HsAudioSocket *self, HsAudioSocketClient *client, gint16 *block)
{
  gboolean could_read = hs_audio_socket_client_can_read (client);
  gboolean is_heard = hs_audio_socket_client_read (client, block);

  /* The ticker itself removes nobody: closing and freeing may take long. */
  if (could_read && is_over (self, client)) {
    hs_audio_socket_client_shut (client);
    sweep_soon (self);
  }
  return is_heard;
}

gboolean
hs_audio_socket_read (HsAudioSocket *self, gint16 *block)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);
  gint32 sum[HS_AUDIO_BLOCK] = { 0 };
  gint16 part[HS_AUDIO_BLOCK];
  gboolean is_heard = FALSE;

  for (guint i = 0; i < self->clients->len; i++) {
    if (!read_client (self, self->clients->pdata[i], part))
      continue;
    hs_audio_samples_add (sum, part, 1.0, 1.0);
    is_heard = TRUE;
  }
  if (is_heard)
    hs_audio_samples_saturate (block, sum);
  return is_heard;
}

static void
write_all (HsAudioSocket *self, const gint16 *block)
{
  for (guint i = 0; i < self->clients->len; i++)
    hs_audio_socket_client_write (self->clients->pdata[i], block);
}

void
hs_audio_socket_render (HsAudioSocket *self, const gint16 *block, guint skipped)
{
  static const gint16 silence[HS_AUDIO_BLOCK] = { 0 };
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);
  gint16 wire[HS_AUDIO_BLOCK];

  for (guint i = 0; i < HS_AUDIO_BLOCK; i++)
    wire[i] = GINT16_TO_LE (block[i]);
  for (guint i = 0; i < MIN (skipped, SKIPPED_MAX); i++)
    write_all (self, silence);
  write_all (self, wire);
}
