/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "hs-media"

#include "hs-audio-opener.h"

#include "base/hs-error.h"
#include "hs-audio-device-sink.h"
#include "hs-audio-sink-private.h"
#include "hs-audio-socket.h"
#include "hs-audio-source-private.h"
#include "hs-audio-stream-source.h"
#include "hs-audio-tone-source.h"
#include "hs-audio-wave-sink.h"
#include "hs-audio-worker.h"
#include "hs-device-id.h"
#include "hs-devices-private.h"

/* A disk or a network share that stalls shall not hold up the next file. */
#define FILE_THREADS 8

/* Longer than any device takes that works. */
#define PATIENCE_MS 15000

/* How long the end of the program waits for a disk that stalls. */
#define DRAIN_MS 5000

struct _HsAudioOpener {
  HsClock *clock;
  HsDevices *devices;
  HsAudioWorker *device_worker;
  HsAudioWorker *file_worker;
  HsAudioWorker *socket_worker;
  GHashTable *shared;  /* char *key: GWeakRef of what is open */
  GHashTable *opening; /* char *key: Opening that others may join, borrowed */
};

/* One opening, and everybody who waits for it. */
typedef struct {
  HsAudioOpener *opener; /* borrowed: the waiting tasks' source object keeps it */
  GPtrArray *tasks;
  HsDeviceKind kind;
  char *device_id;
  char *key; /* NULL: not to be shared */
  HsDeviceId id;
  GstDevice *device;

  /* what came of it */
  GObject *result;
  GError *error;
} Opening;

static void
opening_free (gpointer data)
{
  Opening *self = data;

  g_ptr_array_unref (self->tasks);
  g_free (self->device_id);
  g_free (self->key);
  hs_device_id_clear (&self->id);
  gst_clear_object (&self->device);
  g_clear_object (&self->result);
  g_clear_error (&self->error);
  g_free (self);
}

static void
weak_ref_free (gpointer data)
{
  g_weak_ref_clear (data);
  g_free (data);
}

HsAudioOpener *
hs_audio_opener_new (HsClock *clock, HsDevices *devices)
{
  HsAudioOpener *self = g_new0 (HsAudioOpener, 1);

  self->clock = g_object_ref (clock);
  self->devices = g_object_ref (devices);
  self->device_worker = hs_audio_worker_new (1, PATIENCE_MS);
  self->file_worker = hs_audio_worker_new (FILE_THREADS, PATIENCE_MS);
  self->socket_worker = hs_audio_worker_new (1, PATIENCE_MS);
  self->shared = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, weak_ref_free);
  self->opening = g_hash_table_new (g_str_hash, g_str_equal);
  return self;
}

void
hs_audio_opener_free (HsAudioOpener *self)
{
  g_object_unref (self->clock);
  g_object_unref (self->devices);
  hs_audio_worker_unref (self->device_worker);
  hs_audio_worker_unref (self->file_worker);
  hs_audio_worker_unref (self->socket_worker);
  g_hash_table_unref (self->shared);
  g_hash_table_unref (self->opening);
  g_free (self);
}

static gboolean
has_failed (GObject *object)
{
  if (HS_IS_AUDIO_SOCKET (object))
    return FALSE;
  return HS_IS_AUDIO_SOURCE (object) ? hs_audio_source_has_failed (HS_AUDIO_SOURCE (object))
                                     : hs_audio_sink_has_failed (HS_AUDIO_SINK (object));
}

static gboolean
is_gone (gpointer key, gpointer value, gpointer user_data)
{
  g_autoptr (GObject) object = g_weak_ref_get (value);

  return object == NULL;
}

static void
share (HsAudioOpener *self, const char *key, GObject *object)
{
  GWeakRef *weak = g_new0 (GWeakRef, 1);

  g_weak_ref_init (weak, object);
  g_hash_table_foreach_remove (self->shared, is_gone, NULL);
  g_hash_table_replace (self->shared, g_strdup (key), weak);
}

/* Returns: (transfer full) (nullable): what is open already; a thing that failed is opened anew */
static GObject *
dup_shared (HsAudioOpener *self, const char *key)
{
  GWeakRef *weak = g_hash_table_lookup (self->shared, key);
  g_autoptr (GObject) object = weak != NULL ? g_weak_ref_get (weak) : NULL;

  return object != NULL && !has_failed (object) ? g_steal_pointer (&object) : NULL;
}

/* What a task waits with. */
typedef struct {
  HsAudioOpener *opener;
  HsDeviceKind kind;
} Request;

/* Returns: (transfer full): @opened, or the end of it that @task is about */
static gpointer
dup_end (GObject *opened, GTask *task, const char *device_id)
{
  const Request *request = g_task_get_task_data (task);

  if (!HS_IS_AUDIO_SOCKET (opened))
    return g_object_ref (opened);
  if (request->kind == HS_DEVICE_MICROPHONE)
    return hs_audio_socket_dup_source (HS_AUDIO_SOCKET (opened), device_id);
  return hs_audio_socket_dup_sink (HS_AUDIO_SOCKET (opened), device_id);
}

static void
return_result (Opening *self, GTask *task)
{
  if (self->result != NULL)
    g_task_return_pointer (task, dup_end (self->result, task, self->device_id), g_object_unref);
  else
    g_task_return_error (task, g_error_copy (self->error));
}

static gboolean
on_opened (gpointer user_data)
{
  Opening *self = user_data;

  if (self->key != NULL) {
    g_hash_table_remove (self->opener->opening, self->key);
    if (self->result != NULL)
      share (self->opener, self->key, self->result);
  }
  for (guint i = 0; i < self->tasks->len; i++)
    return_result (self, g_ptr_array_index (self->tasks, i));
  return G_SOURCE_REMOVE;
}

static gpointer
open_now (Opening *self)
{
  HsAudioOpener *opener = self->opener;
  gboolean is_file = self->id.form == HS_DEVICE_FORM_FILE;

  if (self->id.form == HS_DEVICE_FORM_SOCKET)
    return hs_audio_socket_open (self->id.path, opener->clock, opener->socket_worker, &self->error);
  if (!gst_init_check (NULL, NULL, &self->error))
    return NULL;
  if (!is_file && self->device == NULL) {
    g_set_error (&self->error, HS_CALL_ERROR, HS_CALL_ERROR_USER_MEDIA, "the %s \"%s\" is gone",
                 hs_device_kind_get_name (self->kind), self->device_id);
    return NULL;
  }
  if (self->kind == HS_DEVICE_MICROPHONE && is_file)
    return hs_audio_stream_source_open_file (self->device_id, self->id.path, self->id.loop,
                                             opener->file_worker, &self->error);
  if (self->kind == HS_DEVICE_MICROPHONE)
    return hs_audio_stream_source_open_device (self->device_id, self->device, opener->device_worker,
                                               &self->error);
  if (is_file)
    return hs_audio_wave_sink_open (self->device_id, self->id.path, opener->file_worker,
                                    &self->error);
  return hs_audio_device_sink_open (self->device_id, self->device, opener->device_worker,
                                    &self->error);
}

/* On a worker's thread. */
static void
run_opening (gpointer data)
{
  Opening *self = data;

  self->result = open_now (self);
  g_idle_add_full (G_PRIORITY_DEFAULT, on_opened, self, opening_free);
}

static HsAudioWorker *
choose_worker (HsAudioOpener *self, const Opening *opening)
{
  if (opening->id.form == HS_DEVICE_FORM_SOCKET)
    return self->socket_worker;
  return opening->device != NULL ? self->device_worker : self->file_worker;
}

/* @opening: (transfer full) */
static void
start (HsAudioOpener *self, Opening *opening)
{
  if (opening->key != NULL)
    g_hash_table_insert (self->opening, opening->key, opening);
  hs_audio_worker_run (choose_worker (self, opening), run_opening, opening);
}

static char *
dup_key (HsDeviceKind kind, const char *device_id, const HsDeviceId *id)
{
  g_autofree char *path = NULL;

  if (id->form == HS_DEVICE_FORM_MACHINE)
    return g_strdup_printf ("%s %s", hs_device_kind_get_name (kind), device_id);
  path = g_canonicalize_filename (id->path, NULL);
  if (id->form == HS_DEVICE_FORM_SOCKET)
    return g_strdup_printf ("socket %s", path);
  if (kind == HS_DEVICE_MICROPHONE)
    return NULL;
  return g_strdup_printf ("file %s", path);
}

/* @key: (transfer full) (nullable) */
static Opening *
opening_new (HsAudioOpener *opener,
             HsDeviceKind kind,
             const char *device_id,
             const HsDeviceId *id,
             char *key)
{
  Opening *self = g_new0 (Opening, 1);

  self->opener = opener;
  self->tasks = g_ptr_array_new_with_free_func (g_object_unref);
  self->kind = kind;
  self->device_id = g_strdup (device_id);
  self->key = key;
  self->id = *id;
  self->id.path = g_strdup (id->path);
  if (id->form == HS_DEVICE_FORM_MACHINE)
    self->device = hs_devices_dup_gst_device (opener->devices, kind, device_id);
  return self;
}

/* @task: (transfer full) */
static void
open_elsewhere (HsAudioOpener *self,
                HsDeviceKind kind,
                const char *device_id,
                const HsDeviceId *id,
                GTask *task)
{
  g_autofree char *key = dup_key (kind, device_id, id);
  g_autoptr (GObject) shared = key != NULL ? dup_shared (self, key) : NULL;
  Opening *opening = key != NULL ? g_hash_table_lookup (self->opening, key) : NULL;

  if (shared != NULL) {
    g_task_return_pointer (task, dup_end (shared, task, device_id), g_object_unref);
    g_object_unref (task);
    return;
  }
  if (opening == NULL) {
    opening = opening_new (self, kind, device_id, id, g_steal_pointer (&key));
    start (self, opening);
  }
  g_ptr_array_add (opening->tasks, task);
}

static GObject *
new_at_once (HsDeviceKind kind, const char *device_id, const HsDeviceId *id)
{
  if (id->form == HS_DEVICE_FORM_TONE)
    return G_OBJECT (hs_audio_tone_source_new (device_id, id->hz, id->amplitude_db));
  if (kind == HS_DEVICE_MICROPHONE)
    return G_OBJECT (hs_audio_source_new (HS_TYPE_AUDIO_SOURCE, device_id, "Silence"));
  return G_OBJECT (hs_audio_sink_new (HS_TYPE_AUDIO_SINK, device_id, "Nowhere"));
}

/* @id: anything but the default; @task: (transfer full) */
static void
open_by_form (HsAudioOpener *self,
              HsDeviceKind kind,
              const char *device_id,
              const HsDeviceId *id,
              GTask *task)
{
  switch (id->form) {
  case HS_DEVICE_FORM_FILE:
  case HS_DEVICE_FORM_SOCKET:
  case HS_DEVICE_FORM_MACHINE:
    open_elsewhere (self, kind, device_id, id, task);
    return;
  case HS_DEVICE_FORM_SILENCE:
  case HS_DEVICE_FORM_NULL:
  case HS_DEVICE_FORM_TONE:
    g_task_return_pointer (task, new_at_once (kind, device_id, id), g_object_unref);
    break;
  case HS_DEVICE_FORM_PATTERN: /* of cameras only */
  case HS_DEVICE_FORM_DEFAULT:
    g_task_return_new_error (task, HS_CALL_ERROR, HS_CALL_ERROR_USER_MEDIA, "there is no %s",
                             hs_device_kind_get_name (kind));
    break;
  }
  g_object_unref (task);
}

static void
on_resolved (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  const Request *request = g_task_get_task_data (task);
  GError *error = NULL;
  g_autofree char *device_id = hs_devices_resolve_finish (HS_DEVICES (source), result, &error);
  g_auto (HsDeviceId) id = { 0 };

  if (device_id == NULL || !hs_device_id_parse (&id, request->kind, device_id, &error))
    g_task_return_error (task, error);
  else
    open_by_form (request->opener, request->kind, device_id, &id, g_steal_pointer (&task));
}

/* @task: (transfer full) */
static void
resolve (HsAudioOpener *self, HsDeviceKind kind, const char *device_id, GTask *task)
{
  g_autoptr (JsonNode) exact = json_node_new (JSON_NODE_NULL);

  if (device_id != NULL)
    json_node_init_string (exact, device_id);
  hs_devices_resolve_async (self->devices, kind, exact, g_task_get_cancellable (task), on_resolved,
                            task);
}

void
hs_audio_opener_open (HsAudioOpener *self, HsDeviceKind kind, const char *device_id, GTask *task)
{
  g_auto (HsDeviceId) id = { 0 };
  Request *request = g_new (Request, 1);
  GError *error = NULL;

  *request = (Request){ self, kind };
  g_task_set_task_data (task, request, g_free);
  if (!hs_device_id_parse (&id, kind, device_id, &error)) {
    g_task_return_error (task, error);
    g_object_unref (task);
  } else if (id.form == HS_DEVICE_FORM_DEFAULT || id.form == HS_DEVICE_FORM_MACHINE) {
    resolve (self, kind, device_id, task);
  } else {
    open_by_form (self, kind, device_id, &id, task);
  }
}

static void
wait_for_workers (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  GPtrArray *workers = data;
  gboolean is_done = TRUE;

  for (guint i = 0; i < workers->len; i++)
    is_done &= hs_audio_worker_wait (workers->pdata[i], DRAIN_MS);
  g_task_return_boolean (task, is_done);
}

static void
on_drained (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;

  if (g_task_propagate_boolean (G_TASK (result), NULL))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_new_error (task, HS_ERROR, HS_ERROR_TIMED_OUT,
                             "a sound device or a disk does not answer");
}

/* The thread's task must not hold the engine: it may let go of it later than everybody else. */
void
hs_audio_opener_drain (HsAudioOpener *self, GTask *task)
{
  GPtrArray *workers = g_ptr_array_new_with_free_func ((GDestroyNotify) hs_audio_worker_unref);
  g_autoptr (GTask) wait = g_task_new (NULL, NULL, on_drained, task);

  g_ptr_array_add (workers, hs_audio_worker_ref (self->device_worker));
  g_ptr_array_add (workers, hs_audio_worker_ref (self->file_worker));
  g_ptr_array_add (workers, hs_audio_worker_ref (self->socket_worker));
  g_task_set_task_data (wait, workers, (GDestroyNotify) g_ptr_array_unref);
  g_task_run_in_thread (wait, wait_for_workers);
}
