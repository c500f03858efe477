/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>
#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/* A blocking connection to the daemon: handsetctl has nothing else to do while it waits. */
typedef struct _HsCtlConnection HsCtlConnection;

/* Returns: (transfer full): where the daemon listens when nobody says otherwise. */
char *hs_ctl_default_socket_path (void);

/* @error: G_IO_ERROR, in words that say what to do when no daemon runs */
HsCtlConnection *hs_ctl_connection_open (const char *path,
                                         GError **error) G_GNUC_WARN_UNUSED_RESULT;
void hs_ctl_connection_free (HsCtlConnection *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HsCtlConnection, hs_ctl_connection_free)

/* Sends a request and waits for its answer; notifications that come in between are kept
 * for hs_ctl_connection_next().
 * @params: (transfer none) (nullable)
 * Returns: (transfer full): the result.
 * @error: HS_CTL_ERROR_REFUSED with the daemon's message; G_IO_ERROR when it went away */
JsonNode *hs_ctl_connection_call (HsCtlConnection *self,
                                  const char *method,
                                  JsonObject *params,
                                  GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The next notification; waits for it when none is kept.
 * Returns: (transfer full): {"method", "params", …}; NULL with @error when the daemon went away. */
JsonObject *hs_ctl_connection_next (HsCtlConnection *self,
                                    GError **error) G_GNUC_WARN_UNUSED_RESULT;

#define HS_CTL_ERROR (hs_ctl_error_quark ())
typedef enum {
  HS_CTL_ERROR_REFUSED = 1,
} HsCtlError;
GQuark hs_ctl_error_quark (void);

G_END_DECLS
