/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "protocol/hs-method.h"

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * HsRequest: one call of a method, waiting for its answer
 *
 * Has one owner, who ends it once: with hs_request_answer() or hs_request_fail(), both of which
 * take it. It may outlive its connection; ending it then does nothing more. Of a notification
 * nothing is ever sent, but it is ended like any other.
 */
typedef struct _HsConnection HsConnection;

/* @request: (transfer full)
 * @result: (transfer full) (nullable): NULL answers null */
void hs_request_answer (HsRequest *request, JsonNode *result);

/* @request: (transfer full)
 * @result: (transfer full) (nullable) */
void hs_request_answer_object (HsRequest *request, JsonObject *result);

/* @request: (transfer full)
 * @result: (nullable) */
void hs_request_answer_string (HsRequest *request, const char *result);

/* @request: (transfer full). An error of a domain of ours, or of the contract's schemas, is told;
 * G_IO_ERROR_CANCELLED and G_IO_ERROR_TIMED_OUT are told as HS_ERROR's; of anything else the asker
 * learns only that there was an internal error, and the log the rest. */
void hs_request_fail (HsRequest *request, const GError *error);

/* Gives up a request that nobody ended: answers an internal error and logs a critical.
 * @request: (transfer full) (nullable) */
void hs_request_drop (HsRequest *request);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HsRequest, hs_request_drop)

/* Cancelled when the asker cancels the request (which is then answered already) or its connection
 * is gone: nobody waits any more. Returns: (transfer none) */
GCancellable *hs_request_get_cancellable (HsRequest *request);

/* Returns: (transfer none) (nullable): who asked; NULL when the connection is closed. */
HsConnection *hs_request_get_connection (HsRequest *request);

const char *hs_request_get_method (HsRequest *request);

G_END_DECLS
