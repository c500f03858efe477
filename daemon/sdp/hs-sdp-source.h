/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "hs-sdp.h"

G_BEGIN_DECLS

/* Which stream and track a sending section carries: its a=msid, else "a=ssrc:N msid:…", else
 * mslabel and label of its a=ssrc lines (older and plan-b far ends). A stream "-" counts as none.
 * @stream_id: (out) (transfer full) (nullable) (optional)
 * @track_id: (out) (transfer full) (nullable) (optional)
 * Returns: whether anything was said. */
gboolean hs_sdp_section_dup_msid (HsSdpSection *section, char **stream_id, char **track_id);

/* The synchronisation sources named by a=ssrc lines, each once, in order.
 * Returns: (transfer full) (element-type guint32) */
GArray *hs_sdp_section_dup_ssrcs (HsSdpSection *section);

/* Writes a=msid and the same into a=ssrc msid lines; mslabel and label go. */
void hs_sdp_section_set_msid (HsSdpSection *section, const char *stream_id, const char *track_id);

/* Takes a=msid and what names tracks in a=ssrc lines away; the sources stay. */
void hs_sdp_section_remove_names (HsSdpSection *section);

/* Takes a=msid, a=ssrc and a=ssrc-group away, as in sections that are refused. */
void hs_sdp_section_remove_sources (HsSdpSection *section);

G_END_DECLS
