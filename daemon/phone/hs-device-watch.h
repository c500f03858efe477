/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "base/hs-clock.h"
#include "media/hs-media.h"

G_BEGIN_DECLS

/**
 * HsDeviceWatch: tells of devices that come and go, and tries them
 *
 * One piece of hardware shows up as several devices, one after the other: they are told of once.
 */
typedef struct _HsDeviceWatch HsDeviceWatch;

/* An event of the contract: "devices:change" or "devices:error". */
typedef void (*HsDeviceTell) (const char *name, JsonObject *payload, gpointer user_data);

HsDeviceWatch *
hs_device_watch_new (HsClock *clock, HsMedia *media, HsDeviceTell tell, gpointer user_data);

/* What is being tried is not told any more. */
void hs_device_watch_free (HsDeviceWatch *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HsDeviceWatch, hs_device_watch_free)

/* Opens the default microphone and looks for the default camera; ends after the event that tells
 * how it went.
 * @waiter: (transfer full) (nullable): returns TRUE, or HS_CALL_ERROR_USER_MEDIA,
 *   HS_CALL_ERROR_INVALID_PARAM when neither is wanted */
void hs_device_watch_try (HsDeviceWatch *self, gboolean audio, gboolean video, GTask *waiter);

G_END_DECLS
