/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/* What a transport carries away from here. */
typedef struct {
  gboolean audio;
  gboolean video; /* a camera's */
  gboolean screen;
} HsDscpMedia;

/* The code point (RFC 8837) for the packets of a transport. Media that share one share its mark as
 * well: it is the one that the most demanding of them asks for.
 * @controls: (nullable): call.DSCPControls; a medium without a priority has "low", one of no known
 *   name too
 * Returns: 0 … 63 */
guint hs_dscp_choose (JsonObject *controls, const HsDscpMedia *media);

G_END_DECLS
