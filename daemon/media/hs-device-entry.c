/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "hs-device-entry.h"

#include "base/hs-json.h"

HsDevice *
hs_device_new (HsDeviceKind kind, const char *device_id, const char *group_id, const char *label)
{
  HsDevice *self = g_new0 (HsDevice, 1);

  self->kind = kind;
  self->device_id = g_strdup (device_id);
  self->group_id = g_strdup (group_id);
  self->label = g_strdup (label);
  return self;
}

static void
hs_device_clear (HsDevice *self)
{
  g_free (self->device_id);
  g_free (self->group_id);
  g_free (self->label);
}

void
hs_device_free (HsDevice *device)
{
  hs_device_clear (device);
  g_free (device);
}

static const char *
get_kind_on_the_wire (HsDeviceKind kind)
{
  switch (kind) {
  case HS_DEVICE_MICROPHONE:
    return "audioinput";
  case HS_DEVICE_SPEAKER:
    return "audiooutput";
  case HS_DEVICE_CAMERA:
    return "videoinput";
  }
  return NULL;
}

JsonObject *
hs_device_to_json (const HsDevice *device)
{
  JsonObject *object = json_object_new ();

  hs_json_set_string (object, "deviceId", device->device_id);
  hs_json_set_string (object, "groupId", device->group_id);
  hs_json_set_string (object, "kind", get_kind_on_the_wire (device->kind));
  hs_json_set_string (object, "label", device->label);
  return object;
}

static gboolean
find_kind (GstDevice *gst_device, HsDeviceKind *kind)
{
  if (gst_device_has_classes (gst_device, "Audio/Source"))
    *kind = HS_DEVICE_MICROPHONE;
  else if (gst_device_has_classes (gst_device, "Audio/Sink"))
    *kind = HS_DEVICE_SPEAKER;
  else if (gst_device_has_classes (gst_device, "Video/Source"))
    *kind = HS_DEVICE_CAMERA;
  else
    return FALSE;
  return TRUE;
}

/* The property that tells the element which device to open; its name differs between systems. */
static char *
dup_element_device (GstElement *element)
{
  static const char *const names[] = { "device", "target-object", "path", "device-name" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++) {
    GParamSpec *spec = g_object_class_find_property (G_OBJECT_GET_CLASS (element), names[i]);
    g_autofree char *value = NULL;

    if (spec == NULL || spec->value_type != G_TYPE_STRING)
      continue;
    g_object_get (element, names[i], &value, NULL);
    if (value != NULL && *value != '\0')
      return g_steal_pointer (&value);
  }
  return NULL;
}

/* "pulsesrc" and "pulsesink" are both "pulse". */
static char *
dup_system (GstElement *element)
{
  const char *factory = GST_OBJECT_NAME (gst_element_get_factory (element));
  gsize length = strlen (factory);

  if (g_str_has_suffix (factory, "src"))
    length -= strlen ("src");
  else if (g_str_has_suffix (factory, "sink"))
    length -= strlen ("sink");
  return g_strndup (factory, length);
}

static char *
dup_device_id (GstDevice *gst_device, const char *label)
{
  g_autoptr (GstElement) element = gst_device_create_element (gst_device, NULL);
  g_autofree char *system = NULL;
  g_autofree char *name = NULL;

  if (element == NULL)
    return NULL;
  gst_object_ref_sink (element);
  if (gst_element_get_factory (element) == NULL)
    return NULL;
  system = dup_system (element);
  name = dup_element_device (element);
  return g_strdup_printf ("%s:%s", system, name != NULL ? name : label);
}

/* What the ends of one piece of hardware have in common, as far as its system tells. */
static char *
dup_group_id (const GstStructure *properties, const char *device_id)
{
  static const char *const names[] = {
    "device.bus_path",      "device.bus-path", "sysfs.path", "api.v4l2.cap.bus_info",
    "v4l2.device.bus_info", "device.serial",   "alsa.card"
  };

  for (guint i = 0; properties != NULL && i < G_N_ELEMENTS (names); i++) {
    const GValue *value = gst_structure_get_value (properties, names[i]);
    g_autofree char *text = value != NULL ? gst_value_serialize (value) : NULL;

    if (text != NULL)
      return g_compute_checksum_for_string (G_CHECKSUM_SHA256, text, -1);
  }
  return g_compute_checksum_for_string (G_CHECKSUM_SHA256, device_id, -1);
}

static gboolean
is_monitor (const GstStructure *properties)
{
  return properties != NULL &&
         g_strcmp0 (gst_structure_get_string (properties, "device.class"), "monitor") == 0;
}

HsDeviceEntry *
hs_device_entry_new (GstDevice *gst_device)
{
  g_autoptr (HsDeviceEntry) self = g_new0 (HsDeviceEntry, 1);
  g_autoptr (GstStructure) properties = gst_device_get_properties (gst_device);

  self->gst_device = gst_object_ref (gst_device);
  self->device.label = gst_device_get_display_name (gst_device);
  self->device.device_id = dup_device_id (gst_device, self->device.label);
  if (self->device.device_id == NULL || !find_kind (gst_device, &self->device.kind))
    return NULL;
  self->device.group_id = dup_group_id (properties, self->device.device_id);
  self->is_monitor = is_monitor (properties);
  if (properties != NULL)
    gst_structure_get_boolean (properties, "is-default", &self->is_default);
  return g_steal_pointer (&self);
}

void
hs_device_entry_free (HsDeviceEntry *self)
{
  hs_device_clear (&self->device);
  gst_clear_object (&self->gst_device);
  g_free (self);
}
