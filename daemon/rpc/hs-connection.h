/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>
#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/**
 * HsConnection: one client of the control socket
 *
 * Signals:
 *   "closed" (): nothing will be read from or written to it any more
 */
#define HS_TYPE_CONNECTION (hs_connection_get_type ())
G_DECLARE_FINAL_TYPE (HsConnection, hs_connection, HS, CONNECTION, GObject)

/* Unique among the connections of one server, for log entries. */
guint hs_connection_get_number (HsConnection *self);

gboolean hs_connection_is_closed (HsConnection *self);

/* Puts a question to the client: a JSON-RPC request with an id of our own.
 * @params: (transfer none) (nullable)
 * @timeout_ms: how long to wait for the answer
 *
 * ask_finish returns: (transfer full): the client's result.
 * @error: HS_ERROR_TIMED_OUT, HS_ERROR_CLOSED, or HS_ERROR_INVALID_DATA with the message of the
 *   client's error */
void hs_connection_ask_async (HsConnection *self,
                              const char *method,
                              JsonObject *params,
                              guint timeout_ms,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer user_data);
JsonNode *hs_connection_ask_finish (HsConnection *self,
                                    GAsyncResult *result,
                                    GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
