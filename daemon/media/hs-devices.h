/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>
#include <json-glib/json-glib.h>

#include "base/hs-config.h"

G_BEGIN_DECLS

/**
 * HsDevices: the microphones, speakers and cameras that can be chosen by an id
 *
 * Two parts: a set that is always there (silence, a tone, a speaker that swallows everything), and
 * what the machine has, through GStreamer's device monitor. The monitor starts with the first
 * hs_devices_load_async(), on a thread of its own since loading plugins takes time; from then on
 * the list follows the hardware. A machine without any device is a normal machine.
 */
#define HS_TYPE_DEVICES (hs_devices_get_type ())
G_DECLARE_FINAL_TYPE (HsDevices, hs_devices, HS, DEVICES, GObject)

typedef enum {
  HS_DEVICE_MICROPHONE,
  HS_DEVICE_SPEAKER,
  HS_DEVICE_CAMERA,
} HsDeviceKind;

/* Ids are unique within a kind, and stay the same when the daemon starts again. */
typedef struct {
  char *device_id;
  char *group_id; /* the same for the ends of one piece of hardware */
  char *label;
  HsDeviceKind kind;
} HsDevice;

void hs_device_free (HsDevice *device);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HsDevice, hs_device_free)

/* The contract's DeviceInfo.
 * Returns: (transfer full): {"deviceId": "pulse:…", "groupId": "…",
 * "kind": "audioinput" | "audiooutput" | "videoinput", "label": "USB headset"} */
JsonObject *hs_device_to_json (const HsDevice *device);

/* @config: read for media.microphone and media.speaker, the ids of the defaults
 * Signals: "changed" (): a device came, went or became the default */
HsDevices *hs_devices_new (HsConfig *config);

/* Ends watching the hardware. Can be called again. */
void hs_devices_close (HsDevices *self);

/* Starts watching when that has not been done yet; ends when the list is complete. */
void hs_devices_load_async (HsDevices *self,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer user_data);
gboolean hs_devices_load_finish (HsDevices *self,
                                 GAsyncResult *result,
                                 GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* What is known now: before the first load just what is always there.
 * Returns: (transfer full) (element-type HsDevice) */
GPtrArray *hs_devices_list (HsDevices *self);

/* Answers from what is known now, without opening anything: a device of the list, a well-formed
 * "tone:…", "pattern:…", "file:/…" or "pcm:/…", "default".
 * @error: HS_CALL_ERROR_INVALID_PARAM naming @device_id */
gboolean hs_devices_check (HsDevices *self,
                           HsDeviceKind kind,
                           const char *device_id,
                           GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The default, from what is known now: the configured one when it can be used, else the machine's
 * default, else the machine's first, else "silence", "null" or "pattern".
 * Returns: (transfer full) (nullable) */
char *hs_devices_dup_default (HsDevices *self, HsDeviceKind kind);

/* A deviceId constraint as the SDK gives it: a string or {"exact"} must be met, {"ideal"} is met if
 * possible, each a string or an array of strings; NULL (and no member) is the default. Loads when
 * the machine has to be asked.
 * @error: HS_CALL_ERROR_USER_MEDIA naming the constraint deviceId when it cannot be met
 * Finish returns: (transfer full) (nullable): an id for the audio or the video engine */
void hs_devices_resolve_async (HsDevices *self,
                               HsDeviceKind kind,
                               JsonNode *constraint,
                               GCancellable *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer user_data);
char *hs_devices_resolve_finish (HsDevices *self,
                                 GAsyncResult *result,
                                 GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
