/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "hs-media"

#include "hs-devices-private.h"

#include "base/hs-error.h"
#include "base/hs-json.h"
#include "hs-device-entry.h"
#include "hs-device-id.h"

static const HsDevice always_there[] = {
  { "silence", "handset", "Silence", HS_DEVICE_MICROPHONE },
  { "tone:440", "handset", "Tone of 440 Hz", HS_DEVICE_MICROPHONE },
  { "null", "handset", "Nowhere", HS_DEVICE_SPEAKER },
  { "pattern", "handset", "Test pattern", HS_DEVICE_CAMERA },
};

struct _HsDevices {
  GObject parent;
  HsConfig *config;

  /* of HsDeviceEntry, in the order they came */
  GPtrArray *entries;

  /* the monitor while it runs; until then, who waits for it */
  GstDeviceMonitor *monitor;
  guint watch_id;
  GPtrArray *waiting;
  gboolean is_loading;
  gboolean is_closed;
};

G_DEFINE_FINAL_TYPE (HsDevices, hs_devices, G_TYPE_OBJECT)

enum { SIGNAL_CHANGED, N_SIGNALS };
static guint signals[N_SIGNALS];

static HsDeviceEntry *
find_entry (HsDevices *self, HsDeviceKind kind, const char *device_id, guint *index)
{
  for (guint i = 0; i < self->entries->len; i++) {
    HsDeviceEntry *entry = g_ptr_array_index (self->entries, i);

    if (entry->device.kind != kind || !g_str_equal (entry->device.device_id, device_id))
      continue;
    if (index != NULL)
      *index = i;
    return entry;
  }
  return NULL;
}

/* The monitor may name a device twice, in its list and as an addition. */
static gboolean
put_device (HsDevices *self, GstDevice *gst_device)
{
  g_autoptr (HsDeviceEntry) entry = hs_device_entry_new (gst_device);
  guint index;

  if (entry == NULL)
    return FALSE;
  if (find_entry (self, entry->device.kind, entry->device.device_id, &index) != NULL)
    g_ptr_array_remove_index (self->entries, index);
  g_ptr_array_add (self->entries, g_steal_pointer (&entry));
  return TRUE;
}

static gboolean
drop_device (HsDevices *self, GstDevice *gst_device)
{
  for (guint i = 0; i < self->entries->len; i++) {
    HsDeviceEntry *entry = g_ptr_array_index (self->entries, i);

    if (entry->gst_device == gst_device) {
      g_ptr_array_remove_index (self->entries, i);
      return TRUE;
    }
  }
  return FALSE;
}

static gboolean
apply_message (HsDevices *self, GstMessage *message)
{
  g_autoptr (GstDevice) device = NULL;
  g_autoptr (GstDevice) old = NULL;

  if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_DEVICE_ADDED) {
    gst_message_parse_device_added (message, &device);
    return put_device (self, device);
  }
  if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_DEVICE_REMOVED) {
    gst_message_parse_device_removed (message, &device);
    return drop_device (self, device);
  }
  if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_DEVICE_CHANGED) {
    gst_message_parse_device_changed (message, &device, &old);
    drop_device (self, old);
    return put_device (self, device);
  }
  return FALSE;
}

static gboolean
on_monitor_message (GstBus *bus, GstMessage *message, gpointer user_data)
{
  HsDevices *self = user_data;

  if (apply_message (self, message))
    g_signal_emit (self, signals[SIGNAL_CHANGED], 0);
  return G_SOURCE_CONTINUE;
}

static void
stop_monitor (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  gst_device_monitor_stop (data);
  g_task_return_boolean (task, TRUE);
}

void
hs_devices_close (HsDevices *self)
{
  g_autoptr (GTask) task = NULL;
  g_autoptr (GstBus) bus = NULL;

  self->is_closed = TRUE;
  if (self->monitor == NULL)
    return;
  bus = gst_device_monitor_get_bus (self->monitor);
  g_clear_handle_id (&self->watch_id, g_source_remove);
  gst_bus_set_flushing (bus, TRUE);
  task = g_task_new (NULL, NULL, NULL, NULL);
  g_task_set_task_data (task, g_steal_pointer (&self->monitor), gst_object_unref);
  g_task_run_in_thread (task, stop_monitor);
}

static void
hs_devices_dispose (GObject *object)
{
  HsDevices *self = HS_DEVICES (object);

  hs_devices_close (self);
  g_clear_object (&self->config);
  G_OBJECT_CLASS (hs_devices_parent_class)->dispose (object);
}

static void
hs_devices_finalize (GObject *object)
{
  HsDevices *self = HS_DEVICES (object);

  g_ptr_array_unref (self->entries);
  g_ptr_array_unref (self->waiting);
  G_OBJECT_CLASS (hs_devices_parent_class)->finalize (object);
}

static void
hs_devices_class_init (HsDevicesClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = hs_devices_dispose;
  G_OBJECT_CLASS (klass)->finalize = hs_devices_finalize;
  signals[SIGNAL_CHANGED] = g_signal_new ("changed", HS_TYPE_DEVICES, G_SIGNAL_RUN_LAST, 0, NULL,
                                          NULL, NULL, G_TYPE_NONE, 0);
}

static void
hs_devices_init (HsDevices *self)
{
  self->entries = g_ptr_array_new_with_free_func ((GDestroyNotify) hs_device_entry_free);
  self->waiting = g_ptr_array_new_with_free_func (g_object_unref);
}

HsDevices *
hs_devices_new (HsConfig *config)
{
  HsDevices *self = g_object_new (HS_TYPE_DEVICES, NULL);

  self->config = g_object_ref (config);
  return self;
}

/* A system without sound or camera gives a monitor that lists nothing; that is no error. */
static void
start_monitor (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  static const char *const classes[] = { "Audio/Source", "Audio/Sink", "Video/Source" };
  g_autoptr (GError) error = NULL;
  g_autoptr (GstDeviceMonitor) monitor = NULL;

  if (!gst_init_check (NULL, NULL, &error)) {
    g_task_return_error (task, g_steal_pointer (&error));
    return;
  }
  monitor = gst_object_ref_sink (gst_device_monitor_new ());
  for (guint i = 0; i < G_N_ELEMENTS (classes); i++)
    gst_device_monitor_add_filter (monitor, classes[i], NULL);
  if (!gst_device_monitor_start (monitor))
    g_debug ("the machine's devices cannot be watched");
  g_task_return_pointer (task, g_steal_pointer (&monitor), gst_object_unref);
}

/* @monitor: (transfer full) */
static void
take_monitor (HsDevices *self, GstDeviceMonitor *monitor)
{
  GList *devices = gst_device_monitor_get_devices (monitor);
  g_autoptr (GstBus) bus = gst_device_monitor_get_bus (monitor);

  for (GList *l = devices; l != NULL; l = l->next)
    put_device (self, l->data);
  g_list_free_full (devices, gst_object_unref);
  self->monitor = monitor;
  self->watch_id = gst_bus_add_watch (bus, on_monitor_message, self);
  if (self->is_closed)
    hs_devices_close (self);
}

static void
on_monitor_started (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (HsDevices) self = user_data;
  g_autoptr (GError) error = NULL;
  GstDeviceMonitor *monitor = g_task_propagate_pointer (G_TASK (result), &error);
  g_autoptr (GPtrArray) waiting = g_steal_pointer (&self->waiting);

  self->waiting = g_ptr_array_new_with_free_func (g_object_unref);
  self->is_loading = FALSE;
  if (monitor != NULL)
    take_monitor (self, monitor);
  for (guint i = 0; i < waiting->len; i++) {
    GTask *task = g_ptr_array_index (waiting, i);

    if (monitor != NULL)
      g_task_return_boolean (task, TRUE);
    else
      g_task_return_error (task, g_error_copy (error));
  }
  if (self->entries->len > 0)
    g_signal_emit (self, signals[SIGNAL_CHANGED], 0);
}

void
hs_devices_load_async (HsDevices *self,
                       GCancellable *cancellable,
                       GAsyncReadyCallback callback,
                       gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);
  g_autoptr (GTask) start = NULL;

  g_task_set_source_tag (task, hs_devices_load_async);
  if (self->monitor != NULL || self->is_closed) {
    g_task_return_boolean (task, TRUE);
    return;
  }
  g_ptr_array_add (self->waiting, g_steal_pointer (&task));
  if (self->is_loading)
    return;
  self->is_loading = TRUE;
  /* Not the task's own object: its thread may let go of it later than everybody else. */
  start = g_task_new (NULL, NULL, on_monitor_started, g_object_ref (self));
  g_task_run_in_thread (start, start_monitor);
}

gboolean
hs_devices_load_finish (HsDevices *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

GPtrArray *
hs_devices_list (HsDevices *self)
{
  GPtrArray *list = g_ptr_array_new_with_free_func ((GDestroyNotify) hs_device_free);

  for (guint i = 0; i < self->entries->len; i++) {
    const HsDevice *device = &((HsDeviceEntry *) g_ptr_array_index (self->entries, i))->device;

    g_ptr_array_add (
        list, hs_device_new (device->kind, device->device_id, device->group_id, device->label));
  }
  for (guint i = 0; i < G_N_ELEMENTS (always_there); i++)
    g_ptr_array_add (list, hs_device_new (always_there[i].kind, always_there[i].device_id,
                                          always_there[i].group_id, always_there[i].label));
  return list;
}

GstDevice *
hs_devices_dup_gst_device (HsDevices *self, HsDeviceKind kind, const char *device_id)
{
  HsDeviceEntry *entry = find_entry (self, kind, device_id, NULL);

  return entry != NULL ? gst_object_ref (entry->gst_device) : NULL;
}

gboolean
hs_devices_check (HsDevices *self, HsDeviceKind kind, const char *device_id, GError **error)
{
  g_auto (HsDeviceId) id = { 0 };

  if (!hs_device_id_parse (&id, kind, device_id, error))
    return FALSE;
  if (id.form == HS_DEVICE_FORM_MACHINE && find_entry (self, kind, device_id, NULL) == NULL) {
    g_set_error (error, HS_CALL_ERROR, HS_CALL_ERROR_INVALID_PARAM, "there is no %s \"%s\"",
                 hs_device_kind_get_name (kind), device_id);
    return FALSE;
  }
  return TRUE;
}

const char *
hs_devices_get_configured (HsDevices *self, HsDeviceKind kind)
{
  switch (kind) {
  case HS_DEVICE_MICROPHONE:
    return hs_config_get_string (self->config, "media.microphone");
  case HS_DEVICE_SPEAKER:
    return hs_config_get_string (self->config, "media.speaker");
  case HS_DEVICE_CAMERA:
    return hs_config_get_string (self->config, "media.camera");
  }
  return NULL;
}

/* Higher is better. */
static int
rank (const HsDeviceEntry *entry)
{
  return entry->is_default ? 2 : entry->is_monitor ? 0 : 1;
}

static const char *
get_machine_default (HsDevices *self, HsDeviceKind kind)
{
  const HsDeviceEntry *best = NULL;

  for (guint i = 0; i < self->entries->len; i++) {
    const HsDeviceEntry *entry = g_ptr_array_index (self->entries, i);

    if (entry->device.kind == kind && (best == NULL || rank (entry) > rank (best)))
      best = entry;
  }
  return best != NULL ? best->device.device_id : NULL;
}

char *
hs_devices_dup_default (HsDevices *self, HsDeviceKind kind)
{
  static const char *const fallbacks[] = {
    [HS_DEVICE_MICROPHONE] = "silence",
    [HS_DEVICE_SPEAKER] = "null",
    [HS_DEVICE_CAMERA] = "pattern",
  };
  const char *configured = hs_devices_get_configured (self, kind);
  const char *machine = get_machine_default (self, kind);
  g_autoptr (GError) error = NULL;

  if (configured != NULL && !g_str_equal (configured, "default")) {
    if (hs_devices_check (self, kind, configured, &error))
      return g_strdup (configured);
    g_warning ("configured %s not used: %s", hs_device_kind_get_name (kind), error->message);
  }
  return g_strdup (machine != NULL ? machine : fallbacks[kind]);
}
