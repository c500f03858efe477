/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>

#include "hs-devices.h"

G_BEGIN_DECLS

/* Returns: (transfer full) (nullable): the machine's device, from what is known now */
GstDevice *hs_devices_dup_gst_device (HsDevices *self, HsDeviceKind kind, const char *device_id);

/* Returns: (nullable): the configured default's id, whether there is such a device or not */
const char *hs_devices_get_configured (HsDevices *self, HsDeviceKind kind);

G_END_DECLS
