/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "hs-batch.h"
#include "hs-json-scan.h"
#include "hs-request.h"

G_BEGIN_DECLS

/* Where the reply to a request goes, and under which id. */
typedef struct {
  HsConnection *connection;
  JsonNode *id;       /* borrowed, nullable: the value of id_text */
  HsJsonSpan id_text; /* as the client wrote it; empty: a notification */
  HsBatch *batch;     /* borrowed, nullable */
  guint slot;         /* in the batch */
} HsRequestOrigin;

HsRequest *hs_request_new (const HsRequestOrigin *origin);

/* Known only after the request was found to be one. */
void hs_request_set_method (HsRequest *request, const HsMethod *method);

/* Ends the request with a text that is JSON.
 * @request: (transfer full) */
void hs_request_answer_text (HsRequest *request, const char *text, gsize length);

/* Ends the request.
 * @request: (transfer full)
 * @error: (transfer full): a JSON-RPC error object */
void hs_request_refuse (HsRequest *request, JsonObject *error);

/* Answers that it was cancelled, without ending it: its owner will, to no effect.
 * Returns: FALSE when it was answered already */
gboolean hs_request_answer_cancelled (HsRequest *request);

/* Returns: the request has an id equal to @id. */
gboolean hs_request_has_id (HsRequest *request, JsonNode *id);

G_END_DECLS
