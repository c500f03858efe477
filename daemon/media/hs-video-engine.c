/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "hs-media"

#include "hs-video-engine.h"

#include "base/hs-error.h"
#include "base/hs-json.h"
#include "hs-device-id.h"
#include "hs-devices-private.h"

#define DISPLAY_PREFIX "x11"

struct _HsVideoEngine {
  GObject parent;

  HsDevices *devices;
  HsConfig *config;
  HsLegQueue *queue;
  GHashTable *shared; /* device id -> HsVideoSource (borrowed: it tells when it goes) */
};

G_DEFINE_FINAL_TYPE (HsVideoEngine, hs_video_engine, G_TYPE_OBJECT)

typedef struct {
  HsVideoWish wish;
  gboolean screen;
  HsVideoSource *source;
} Opening;

static void
free_opening (gpointer data)
{
  Opening *opening = data;

  g_clear_object (&opening->source);
  g_free (opening);
}

/* --- sources --- */

static void
on_shared_gone (gpointer user_data, GObject *gone)
{
  HsVideoEngine *self = user_data;
  GHashTableIter iter;
  gpointer source;

  g_hash_table_iter_init (&iter, self->shared);
  while (g_hash_table_iter_next (&iter, NULL, &source)) {
    if (source == gone)
      g_hash_table_iter_remove (&iter);
  }
}

static HsVideoSource *
make_camera (HsVideoEngine *self, const char *device_id, const HsVideoWish *wish, GError **error)
{
  HsVideoSource *source = g_hash_table_lookup (self->shared, device_id);
  g_autoptr (GstDevice) device = NULL;
  g_autofree char *label = NULL;

  if (source != NULL)
    return g_object_ref (source);
  device = hs_devices_dup_gst_device (self->devices, HS_DEVICE_CAMERA, device_id);
  if (device == NULL) {
    g_set_error (error, HS_CALL_ERROR, HS_CALL_ERROR_USER_MEDIA,
                 "NotFoundError: there is no camera \"%s\"", device_id);
    return NULL;
  }
  label = gst_device_get_display_name (device);
  source =
      hs_video_source_new (HS_VIDEO_DEVICE, "", device_id, label, device, wish, FALSE, self->queue);
  g_hash_table_insert (self->shared, g_strdup (device_id), source);
  g_object_weak_ref (G_OBJECT (source), on_shared_gone, self);
  return source;
}

/* Returns: (nullable): NULL where it is none of those that need no hardware. */
static HsVideoSource *
make_virtual (HsVideoEngine *self,
              const char *device_id,
              const HsVideoWish *wish,
              gboolean screen,
              GError **error)
{
  g_auto (HsDeviceId) id = { 0 };
  g_autofree char *base = NULL;

  if (!hs_device_id_parse (&id, HS_DEVICE_CAMERA, device_id, error))
    return NULL;
  if (id.form == HS_DEVICE_FORM_PATTERN)
    return hs_video_source_new (HS_VIDEO_PATTERN, id.path, device_id, "Test pattern", NULL, wish,
                                screen, self->queue);
  if (id.form != HS_DEVICE_FORM_FILE)
    return NULL;
  base = g_path_get_basename (id.path);
  return hs_video_source_new (HS_VIDEO_FILE, id.path, device_id, base, NULL, wish, screen,
                              self->queue);
}

static gboolean
has_display (void)
{
  const char *display = g_getenv ("DISPLAY");

  return display != NULL && *display != '\0';
}

static HsVideoSource *
make_screen (HsVideoEngine *self, const char *device_id, const HsVideoWish *wish, GError **error)
{
  const char *display = device_id + strlen (DISPLAY_PREFIX);
  g_autoptr (GError) reason = NULL;
  HsVideoSource *source;

  if (g_str_equal (device_id, DISPLAY_PREFIX) && !has_display ()) {
    g_set_error (error, HS_CALL_ERROR, HS_CALL_ERROR_USER_MEDIA,
                 "NotFoundError: there is no \"%s\": DISPLAY is not set", device_id);
    return NULL;
  }
  if (g_str_has_prefix (device_id, DISPLAY_PREFIX) && (*display == '\0' || *display == ':'))
    return hs_video_source_new (HS_VIDEO_DISPLAY, display, device_id, "Screen", NULL, wish, TRUE,
                                self->queue);
  source = make_virtual (self, device_id, wish, TRUE, &reason);
  if (source == NULL)
    g_set_error (error, HS_CALL_ERROR, HS_CALL_ERROR_USER_MEDIA, "NotFoundError: %s",
                 reason != NULL ? reason->message : "there is no such screen");
  return source;
}

static void
on_started (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Opening *opening = g_task_get_task_data (task);
  HsVideoSource *source = HS_VIDEO_SOURCE (object);
  HsVideoShape shape;
  GError *error = NULL;

  if (hs_video_source_start_finish (source, result, &error)) {
    shape = hs_video_source_get_shape (source);
    /* One that runs for another call is as it is. */
    if (hs_video_wish_accept (&opening->wish, &shape, &error)) {
      g_task_return_pointer (task, g_object_ref (source), g_object_unref);
      return;
    }
  }
  g_task_return_error (task, error);
}

static void
open_source (GTask *task, const char *device_id)
{
  HsVideoEngine *self = g_task_get_source_object (task);
  Opening *opening = g_task_get_task_data (task);
  GError *error = NULL;

  if (opening->screen)
    opening->source = make_screen (self, device_id, &opening->wish, &error);
  else
    opening->source = make_virtual (self, device_id, &opening->wish, FALSE, &error);
  if (opening->source == NULL && error == NULL)
    opening->source = make_camera (self, device_id, &opening->wish, &error);
  if (opening->source == NULL)
    g_task_return_error (task, error);
  else
    hs_video_source_start_async (opening->source, on_started, g_object_ref (task));
}

/* --- opening --- */

static GTask *
begin (HsVideoEngine *self,
       JsonObject *options,
       gboolean screen,
       GCancellable *cancellable,
       GAsyncReadyCallback callback,
       gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);
  Opening *opening = g_new0 (Opening, 1);
  GError *error = NULL;

  g_task_set_source_tag (task, begin);
  g_task_set_task_data (task, opening, free_opening);
  opening->screen = screen;
  if (hs_video_wish_parse (&opening->wish, options, &error))
    return g_steal_pointer (&task);
  g_task_return_error (task, error);
  return NULL;
}

static void
on_resolved (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;
  g_autofree char *device_id = hs_devices_resolve_finish (HS_DEVICES (object), result, &error);

  if (device_id != NULL)
    open_source (task, device_id);
  else
    g_task_return_error (task, error);
}

void
hs_video_engine_open_camera_async (HsVideoEngine *self,
                                   JsonObject *options,
                                   GCancellable *cancellable,
                                   GAsyncReadyCallback callback,
                                   gpointer user_data)
{
  GTask *task = begin (self, options, FALSE, cancellable, callback, user_data);
  JsonNode *device = options != NULL ? json_object_get_member (options, "deviceId") : NULL;

  if (task != NULL)
    hs_devices_resolve_async (self->devices, HS_DEVICE_CAMERA, device, cancellable, on_resolved,
                              task);
}

static const char *
get_usual_screen (HsVideoEngine *self)
{
  const char *configured = hs_config_get_string (self->config, "media.screen");

  if (configured != NULL)
    return configured;
  return has_display () ? DISPLAY_PREFIX : "pattern:ball";
}

/* Returns: (nullable): the screen that a deviceId constraint names, of whatever strength. */
static const char *
get_screen (JsonObject *options)
{
  JsonNode *node = options != NULL ? json_object_get_member (options, "deviceId") : NULL;
  JsonObject *object = node != NULL ? hs_json_node_get_object (node) : NULL;
  const char *exact = object != NULL ? hs_json_get_string (object, "exact") : NULL;

  if (object != NULL)
    return exact != NULL ? exact : hs_json_get_string (object, "ideal");
  return options != NULL ? hs_json_get_string (options, "deviceId") : NULL;
}

void
hs_video_engine_open_screen_async (HsVideoEngine *self,
                                   JsonObject *options,
                                   GCancellable *cancellable,
                                   GAsyncReadyCallback callback,
                                   gpointer user_data)
{
  g_autoptr (GTask) task = begin (self, options, TRUE, cancellable, callback, user_data);
  const char *screen = get_screen (options);

  if (task != NULL)
    open_source (task, screen != NULL ? screen : get_usual_screen (self));
}

HsVideoSource *
hs_video_engine_open_finish (HsVideoEngine *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

/* --- life --- */

static void
hs_video_engine_dispose (GObject *object)
{
  HsVideoEngine *self = HS_VIDEO_ENGINE (object);
  GHashTableIter iter;
  gpointer source;

  g_hash_table_iter_init (&iter, self->shared);
  while (g_hash_table_iter_next (&iter, NULL, &source)) {
    g_object_weak_unref (source, on_shared_gone, self);
    g_hash_table_iter_remove (&iter);
  }
  g_clear_object (&self->devices);
  g_clear_object (&self->config);
  g_clear_object (&self->queue);
  G_OBJECT_CLASS (hs_video_engine_parent_class)->dispose (object);
}

static void
hs_video_engine_finalize (GObject *object)
{
  g_hash_table_unref (HS_VIDEO_ENGINE (object)->shared);
  G_OBJECT_CLASS (hs_video_engine_parent_class)->finalize (object);
}

static void
hs_video_engine_class_init (HsVideoEngineClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = hs_video_engine_dispose;
  G_OBJECT_CLASS (klass)->finalize = hs_video_engine_finalize;
}

static void
hs_video_engine_init (HsVideoEngine *self)
{
  self->shared = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
}

HsVideoEngine *
hs_video_engine_new (HsDevices *devices, HsConfig *config, HsLegQueue *queue)
{
  HsVideoEngine *self = g_object_new (HS_TYPE_VIDEO_ENGINE, NULL);

  self->devices = g_object_ref (devices);
  self->config = g_object_ref (config);
  self->queue = g_object_ref (queue);
  return self;
}
