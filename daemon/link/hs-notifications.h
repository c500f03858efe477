/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "hs-rest.h"

#include "base/hs-config.h"

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/**
 * HsNotifications: what comes unasked, checked and put in order (spec session 4.1 to 4.5)
 *
 * Strictly one after the other: a description that has to be fetched holds up what came later.
 */
#define HS_TYPE_NOTIFICATIONS (hs_notifications_get_type ())
G_DECLARE_FINAL_TYPE (HsNotifications, hs_notifications, HS, NOTIFICATIONS, GObject)

typedef enum {
  HS_CHANNEL_WEBSOCKET, /* off at first */
  HS_CHANNEL_PUSH,      /* always on */
} HsChannel;

/* Signals:
 *   "received" (JsonObject *message): the notificationMessage, no repetition, its SDP plain */

HsNotifications *hs_notifications_new (HsConfig *config, HsRest *rest);

void hs_notifications_enable_websocket (HsNotifications *self, gboolean enable);

/* @envelope: (transfer none): {"notificationMessage"}; changed where the SDP is normalised.
 * @error: HS_ERROR_INVALID_DATA for an envelope without its parts, HS_ERROR_BUSY when too many
 *   wait; a notification that is dropped by the rules is no error */
gboolean hs_notifications_process (HsNotifications *self,
                                   JsonObject *envelope,
                                   HsChannel channel,
                                   GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Drops everything that waits; nothing is received until the next process. */
void hs_notifications_clear (HsNotifications *self);

G_END_DECLS
