/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>
#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/**
 * HsIceCheck: somebody who says whether candidates are enough to go on with
 *
 * A front end may be one; asking it takes time.
 */
#define HS_TYPE_ICE_CHECK (hs_ice_check_get_type ())
G_DECLARE_INTERFACE (HsIceCheck, hs_ice_check, HS, ICE_CHECK, GObject)

struct _HsIceCheckInterface {
  GTypeInterface parent;

  void (*ask_async) (HsIceCheck *self,
                     const char *call_id,
                     JsonArray *candidates,
                     GCancellable *cancellable,
                     GAsyncReadyCallback callback,
                     gpointer user_data);
  gboolean (*ask_finish) (HsIceCheck *self, GAsyncResult *result);
};

/* @candidates: (transfer none): as hs_ice_candidate_to_json() makes them
 * Finish returns: TRUE when they are enough; FALSE when not, and when there is no answer. */
void hs_ice_check_ask_async (HsIceCheck *self,
                             const char *call_id,
                             JsonArray *candidates,
                             GCancellable *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer user_data);
gboolean hs_ice_check_ask_finish (HsIceCheck *self, GAsyncResult *result);

/* @candidate: its line, without "a="
 * Returns: (transfer full): {"candidate", "sdpMLineIndex", "type", "protocol", "address", "port",
 * "priority", "foundation"}, as far as the line says them */
JsonObject *hs_ice_candidate_to_json (const char *candidate, guint line);

G_END_DECLS
