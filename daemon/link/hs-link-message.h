/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "call/hs-signalling.h"

G_BEGIN_DECLS

/* Reads a notificationMessage that concerns a call (spec call-signalling 2). Members of a wrong
 * type count as absent.
 * Returns: (transfer full) (nullable): NULL for every other kind of notification, and for one that
 * names no call, which is logged. */
HsSignallingMessage *hs_link_message_parse (JsonObject *message);

G_END_DECLS
