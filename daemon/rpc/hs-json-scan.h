/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/* Reading JSON from strangers: RFC 8259 to the letter. json-glib's own parser takes comments and
 * trailing commas, wraps large numbers around and goes as deep as the stack. */

#define HS_JSON_SCAN_ERROR (hs_json_scan_error_quark ())
typedef enum {
  HS_JSON_SCAN_ERROR_SYNTAX = 1,
} HsJsonScanError;
GQuark hs_json_scan_error_quark (void);

/* A piece of the scanned text, borrowed; text is NULL where there is none. */
typedef struct {
  const char *text;
  gsize length;
} HsJsonSpan;

/* Beyond the grammar: the text must be UTF-8; \u0000 and lone surrogates are refused, for no string
 * of ours can hold them; so is a number that no double can hold. Of members with the same name the
 * last one counts. Whole numbers up to 64 bits are integers however they are written (1.0, 1e2).
 *
 * @max_depth: how many arrays and objects may lie within each other
 * @ids: (nullable) (element-type HsJsonSpan): gets the text of the member "id": of the object that
 *   @text is, or of each element of the array that it is
 * @error: HS_JSON_SCAN_ERROR_SYNTAX saying where, HS_ERROR_TOO_DEEP
 * Returns: (transfer full) */
JsonNode *hs_json_scan (const char *text,
                        gsize length,
                        guint max_depth,
                        GArray *ids,
                        GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
