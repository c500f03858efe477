/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/* What goes over the wire, one JSON object a line on stderr, for whoever looks for a fault.
 * Credentials and session descriptions are cut. */
typedef struct _HsSandboxWire HsSandboxWire;

HsSandboxWire *hs_sandbox_wire_new (gboolean verbose);
void hs_sandbox_wire_free (HsSandboxWire *wire);

/* Whether it is worth while to put a record together. */
gboolean hs_sandbox_wire_is_open (HsSandboxWire *wire);

/* @record: (transfer full): gets `t`, milliseconds since the start, and is written out */
void hs_sandbox_wire_write (HsSandboxWire *wire, JsonObject *record);

/* A frame of a websocket; @direction is `ws>` to the client, `ws<` from it, `ws-open` … */
void hs_sandbox_wire_write_frame (HsSandboxWire *wire,
                                  const char *direction,
                                  const char *user,
                                  const char *text);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HsSandboxWire, hs_sandbox_wire_free)

G_END_DECLS
