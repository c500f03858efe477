/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "hs-phone"

#include "hs-device-watch.h"

#include "base/hs-error.h"
#include "base/hs-json.h"

#define CALM_MS 50

struct _HsDeviceWatch {
  HsClock *clock;
  HsMedia *media;
  HsDeviceTell tell;
  gpointer user_data;
  guint timer;
  GCancellable *cancellable; /* of all that is being tried */
};

/* --- what changes --- */

static void
tell_change (HsDeviceWatch *self)
{
  g_autoptr (JsonObject) payload = json_object_new ();

  hs_clock_clear_timer (self->clock, &self->timer);
  self->tell ("devices:change", payload, self->user_data);
}

static void
on_calm (gpointer user_data)
{
  HsDeviceWatch *self = user_data;

  self->timer = 0;
  tell_change (self);
}

static void
on_changed (HsDevices *devices, HsDeviceWatch *self)
{
  if (self->timer == 0)
    self->timer = hs_clock_add_timer (self->clock, CALM_MS, on_calm, self);
}

/* --- trying --- */

typedef struct {
  HsDeviceWatch *watch; /* borrowed: void once the cancellable is cancelled */
  GCancellable *cancellable;
  gboolean video;
  GTask *waiter; /* nullable */
} Trial;

static void
trial_free (Trial *self)
{
  g_object_unref (self->cancellable);
  g_clear_object (&self->waiter);
  g_free (self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Trial, trial_free)

static void
return_result (Trial *trial, const GError *error)
{
  if (trial->waiter == NULL)
    return;
  if (error != NULL)
    g_task_return_error (trial->waiter, g_error_copy (error));
  else
    g_task_return_boolean (trial->waiter, TRUE);
}

/* Returns: whether there is still somebody to tell */
static gboolean
check_watch (Trial *trial)
{
  g_autoptr (GError) error = NULL;

  if (!g_cancellable_set_error_if_cancelled (trial->cancellable, &error))
    return TRUE;
  return_result (trial, error);
  return FALSE;
}

static void
fail (Trial *trial, const char *name, const GError *error)
{
  g_autoptr (JsonObject) payload = json_object_new ();
  JsonObject *what = hs_error_to_json (error);

  json_object_set_string_member (what, "name", name);
  json_object_set_object_member (payload, "error", what);
  trial->watch->tell ("devices:error", payload, trial->watch->user_data);
  return_result (trial, error);
}

static void
succeed (Trial *trial)
{
  tell_change (trial->watch);
  return_result (trial, NULL);
}

static void
on_camera_found (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Trial) trial = user_data;
  g_autoptr (GError) error = NULL;
  g_autofree char *device_id = hs_devices_resolve_finish (HS_DEVICES (source), result, &error);

  if (!check_watch (trial))
    return;
  if (device_id == NULL && error == NULL)
    error = g_error_new (HS_CALL_ERROR, HS_CALL_ERROR_USER_MEDIA, "there is no camera");
  if (error != NULL)
    fail (trial, "NotFoundError", error);
  else
    succeed (trial);
}

/* @trial: (transfer full) */
static void
try_camera (Trial *trial)
{
  if (!trial->video) {
    succeed (trial);
    trial_free (trial);
    return;
  }
  hs_devices_resolve_async (hs_media_get_devices (trial->watch->media), HS_DEVICE_CAMERA, NULL,
                            trial->cancellable, on_camera_found, trial);
}

static void
on_microphone_opened (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Trial) trial = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (HsAudioSource) microphone =
      hs_audio_engine_open_source_finish (HS_AUDIO_ENGINE (source), result, &error);

  if (!check_watch (trial))
    return;
  if (microphone == NULL)
    fail (trial, "NotReadableError", error);
  else
    try_camera (g_steal_pointer (&trial));
}

void
hs_device_watch_try (HsDeviceWatch *self, gboolean audio, gboolean video, GTask *waiter)
{
  g_autoptr (Trial) trial = g_new0 (Trial, 1);
  g_autoptr (GError) error = NULL;

  trial->watch = self;
  trial->cancellable = g_object_ref (self->cancellable);
  trial->video = video;
  trial->waiter = waiter;
  if (audio) {
    hs_audio_engine_open_source_async (hs_media_get_audio_engine (self->media), NULL,
                                       self->cancellable, on_microphone_opened,
                                       g_steal_pointer (&trial));
  } else if (video) {
    try_camera (g_steal_pointer (&trial));
  } else {
    error = g_error_new (HS_CALL_ERROR, HS_CALL_ERROR_INVALID_PARAM,
                         "neither microphone nor camera is asked for");
    fail (trial, "TypeError", error);
  }
}

/* --- life --- */

HsDeviceWatch *
hs_device_watch_new (HsClock *clock, HsMedia *media, HsDeviceTell tell, gpointer user_data)
{
  HsDeviceWatch *self = g_new0 (HsDeviceWatch, 1);

  self->clock = g_object_ref (clock);
  self->media = g_object_ref (media);
  self->tell = tell;
  self->user_data = user_data;
  self->cancellable = g_cancellable_new ();
  g_signal_connect (hs_media_get_devices (media), "changed", G_CALLBACK (on_changed), self);
  return self;
}

void
hs_device_watch_free (HsDeviceWatch *self)
{
  g_cancellable_cancel (self->cancellable);
  g_signal_handlers_disconnect_by_data (hs_media_get_devices (self->media), self);
  hs_clock_clear_timer (self->clock, &self->timer);
  g_object_unref (self->cancellable);
  g_object_unref (self->media);
  g_object_unref (self->clock);
  g_free (self);
}
