/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>

#include "hs-devices.h"

G_BEGIN_DECLS

/* A device of the machine with what GStreamer knows it by. */
typedef struct {
  HsDevice device;
  GstDevice *gst_device;
  gboolean is_default;
  gboolean is_monitor; /* what a speaker plays, to be recorded: nobody's first choice */
} HsDeviceEntry;

/* Takes its names from the element that would open the device: "pulse:NAME", "alsa:hw:0", … stay
 * the same when the daemon starts again.
 * Returns: (transfer full) (nullable): NULL when it is of none of the kinds */
HsDeviceEntry *hs_device_entry_new (GstDevice *gst_device);

void hs_device_entry_free (HsDeviceEntry *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HsDeviceEntry, hs_device_entry_free)

HsDevice *
hs_device_new (HsDeviceKind kind, const char *device_id, const char *group_id, const char *label);

G_END_DECLS
