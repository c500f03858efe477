/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "hs-ctl-connection.h"

G_BEGIN_DECLS

/* Subscribes, and prints every notification until the daemon goes away: one line for a person, or
 * with @as_json the whole notification on one line. @types: (nullable): only these, as
 * "call:stateChange"; NULL or empty: all.
 * Returns: FALSE with @error when the daemon refused or went away. */
gboolean hs_ctl_events_run (HsCtlConnection *connection,
                            const char *const *types,
                            gboolean as_json,
                            GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Returns: (transfer full): "12:01:02.345  call:stateChange  callId=1f… previous.state=Ringing". */
char *hs_ctl_events_describe (JsonObject *message, GDateTime *when);

G_END_DECLS
