/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "base/hs-config.h"

#include <gio/gio.h>
#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/* Texts that come over the wire or make up an address there. Nothing here trusts its input. */

/* Nesting deeper than HS_WIRE_MAX_DEPTH is refused before the recursive parser sees it; NUL and
 * unpaired surrogate escapes become U+FFFD, so that every string in the result is valid UTF-8.
 * Returns: (transfer full)
 * @error: HS_ERROR_INVALID_DATA */
JsonNode *hs_wire_parse (const char *text, gsize length, GError **error) G_GNUC_WARN_UNUSED_RESULT;

#define HS_WIRE_MAX_DEPTH 64

/* Returns: (transfer full): @text as one path segment; "@" and the other characters that a segment
 * may hold stay as they are. */
char *hs_wire_escape_segment (const char *text);

/* Checks a path that the gateway gave: it must start with "/", and hold no fragment and no control
 * character. @field names it in the error.
 * Returns: (transfer full): the path; what a URL may not hold is percent-encoded.
 * @error: HS_ERROR_INVALID_DATA */
char *
hs_wire_dup_path (const char *path, const char *field, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Where a server is, and the configuration keys that say so (for errors). */
typedef struct {
  const char *protocol;
  const char *host; /* a name, an IPv4 or IPv6 address; brackets are added where needed */
  const char *host_key;
  gint64 port;
  const char *port_key;
} HsWireServer;

/* @path: as hs_wire_dup_path() gives it.
 * Returns: (transfer full): "https://host:443/path"; the port is always written.
 * @error: HS_ERROR_INVALID_DATA naming the configuration key that is missing or wrong */
char *hs_wire_dup_url (const HsWireServer *server,
                       const char *path,
                       GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Configured text or whole number as text: @key may hold either.
 * Returns: the number, @fallback when @key is absent, -1 when it is neither. */
gint64 hs_wire_get_port (HsConfig *config, const char *key, gint64 fallback);

G_END_DECLS
