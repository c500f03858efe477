/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "hs-connection.h"
#include "hs-event-ring.h"
#include "hs-request.h"

G_BEGIN_DECLS

typedef struct _HsRpcServer HsRpcServer;

/* @server: borrowed until the connection is closed
 * @socket: connected, not blocking */
HsConnection *hs_connection_new (HsRpcServer *server, GSocket *socket, guint number);

/* Begins to read. */
void hs_connection_start (HsConnection *self);

/* Ends everything at once, after a last try to write what waits. Can be called again. */
void hs_connection_close (HsConnection *self);

/* Returns: (transfer none) (nullable): NULL when closed. */
HsRpcServer *hs_connection_get_server (HsConnection *self);

/* Sends something that is never dropped, however much waits.
 * @line: (transfer full): with its end of line */
void hs_connection_send (HsConnection *self, GBytes *line);

/* Requests register themselves for as long as they are not answered. */
void hs_connection_add_request (HsConnection *self, HsRequest *request);
void hs_connection_remove_request (HsConnection *self, HsRequest *request);
guint hs_connection_count_requests (HsConnection *self);

/* Answers all open requests with that id but @except as cancelled, and cancels them.
 * Returns: whether there was one */
gboolean hs_connection_cancel_requests (HsConnection *self, JsonNode *id, HsRequest *except);

/* Takes an answer to one of our questions. */
void hs_connection_take_answer (HsConnection *self, JsonObject *message);

/* Rights only ever get less. @methods: (nullable): of strings; NULL: as before */
void hs_connection_restrict (HsConnection *self, gboolean read_only, JsonArray *methods);
gboolean hs_connection_may_call (HsConnection *self, const HsMethod *method);

/* Events. @error: HS_ERROR_BUSY when the connection has asked too often */
gboolean hs_connection_add_interest (HsConnection *self,
                                     const char *type,
                                     JsonObject *filter,
                                     GError **error) G_GNUC_WARN_UNUSED_RESULT;
void hs_connection_remove_interest (HsConnection *self, const char *type, JsonObject *filter);

/* From now on events carry their number. */
void hs_connection_set_numbered (HsConnection *self, gboolean numbered);

/* Sends an event to who has asked for it and reads what it gets; otherwise the connection loses
 * what it has asked for.
 * @params: the event's payload */
void hs_connection_send_event (HsConnection *self, const HsEventRecord *record, JsonObject *params);

G_END_DECLS
