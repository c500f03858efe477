/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "base/hs-clock.h"
#include "base/hs-config.h"

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/**
 * HsKeepalive: is the open websocket still alive? (spec session 3.4)
 *
 * Sends the text frames that the configured method asks for, and counts how long the other side
 * has been silent. Owned by the websocket, which starts and stops it with each connection.
 */
typedef struct _HsKeepalive HsKeepalive;

typedef struct {
  void (*send) (const char *text, gpointer user_data);
  void (*dead) (gpointer user_data); /* may free nothing of the keep-alive, only stop it */
} HsKeepaliveFuncs;

/* @funcs: a constant */
HsKeepalive *
hs_keepalive_new (HsClock *clock, HsConfig *config, const HsKeepaliveFuncs *funcs, gpointer data);
void hs_keepalive_free (HsKeepalive *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HsKeepalive, hs_keepalive_free)

/* A connection was opened: the first ping leaves at once. */
void hs_keepalive_start (HsKeepalive *self);
void hs_keepalive_stop (HsKeepalive *self);

/* Turns checking off or on, also while a connection is open. */
void hs_keepalive_set_enabled (HsKeepalive *self, gboolean enabled);

/* Returns: TRUE while pings are sent. */
gboolean hs_keepalive_is_running (HsKeepalive *self);

/* Seconds between pings of the websocket protocol itself, 0 when there shall be none. */
guint hs_keepalive_get_probe_interval_s (HsKeepalive *self);

/* The other side has answered such a ping. From the first answer on, maxMissedPings intervals of
 * silence mean that it is gone. A side that never answers is left to TCP. */
void hs_keepalive_take_pong (HsKeepalive *self);

/* Returns: TRUE when @frame was part of the check and is nobody else's business. */
gboolean hs_keepalive_take_frame (HsKeepalive *self, JsonObject *frame);

/* Returns: (transfer full): {"type", "responsibleParty"}. */
JsonObject *hs_keepalive_dup_method (HsKeepalive *self);

G_END_DECLS
