/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "protocol/hs-schema.h"

G_BEGIN_DECLS

/* The rows that the contract is compiled to. The generated "protocol/hs-protocol.h" names them. */

typedef struct _HsRequest HsRequest;

typedef struct {
  const char *name;
  const HsSchema *schema;
  gboolean required;
  const char *type; /* for people: "string", "MediaOptions", "string | number" */
  const char *summary;
} HsParam;

typedef struct {
  const char *name;
  const char *summary;
  const HsParam *params; /* in the order of the positional form */
  guint n_params;
  const char *result; /* its type for people; "null" when there is nothing to say */
  const HsSchema *result_schema;
  gboolean read_only; /* changes nothing: allowed to a connection restricted to reading */
  gboolean awaits;    /* takes "await" as its last parameter */
} HsMethod;

typedef struct {
  const char *name;
  const char *summary;
  const HsSchema *schema; /* of its payload */
} HsEvent;

typedef struct {
  const char *group; /* "call" */
  int number;        /* 6 */
  const char *name;  /* "INVALID_STATE" */
  const char *kind;  /* "invalid-state" */
  const char *summary;
} HsErrorCode;

typedef struct {
  const char *name;
  int rpc_code; /* of the JSON-RPC error object */
  const char *summary;
} HsErrorGroup;

/* Takes the checked values apart and calls the handler. @values has one entry per parameter, NULL
 * where it is absent; all is borrowed. @request: (transfer full) */
typedef void (*HsMethodFunc) (gpointer context, HsRequest *request, JsonNode *const *values);

typedef struct {
  const HsMethod *method;
  HsMethodFunc call;
} HsMethodRow;

G_END_DECLS
