/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "hs-sdp.h"

G_BEGIN_DECLS

/* Reading and writing one section, or the head, of a description. */

/* The description that a head or section belongs to. */
HsSdp *hs_sdp_section_get_sdp (HsSdpSection *section);

/* --- the m= line --- */

HsSdpKind hs_sdp_section_get_kind (HsSdpSection *section);
const char *hs_sdp_section_get_media (HsSdpSection *section); /* "audio" … */
void hs_sdp_section_set_media (HsSdpSection *section, const char *media);
const char *hs_sdp_section_get_proto (HsSdpSection *section);
void hs_sdp_section_set_proto (HsSdpSection *section, const char *proto);
guint hs_sdp_section_get_port (HsSdpSection *section);
void hs_sdp_section_set_port (HsSdpSection *section, guint port);

/* Port 0 without a=bundle-only: refused, or stopped. */
gboolean hs_sdp_section_is_rejected (HsSdpSection *section);

/* Payload numbers, as text. Empty only after formats were removed. Valid until the next change. */
const char *const *hs_sdp_section_get_formats (HsSdpSection *section);
gboolean hs_sdp_section_has_format (HsSdpSection *section, const char *format);
void hs_sdp_section_add_format (HsSdpSection *section, const char *format);

/* Removes the payload with its a=rtpmap, a=fmtp and a=rtcp-fb lines.
 * Returns: whether it was there. */
gboolean hs_sdp_section_remove_format (HsSdpSection *section, const char *format);

/* --- lines of a head or a section --- */

/* The section's own direction, else the head's, else sendrecv. */
HsSdpDirection hs_sdp_section_get_direction (HsSdpSection *section);
void hs_sdp_section_set_direction (HsSdpSection *section, HsSdpDirection direction);

/* Returns: (nullable) */
const char *hs_sdp_section_get_mid (HsSdpSection *section);
void hs_sdp_section_set_mid (HsSdpSection *section, const char *mid);

/* Returns: (nullable): the address of the section's own c= line, else of the head's. */
const char *hs_sdp_section_get_connection (HsSdpSection *section);
void hs_sdp_section_set_connection (HsSdpSection *section, const char *address);

/* Returns: (nullable): what stands after "name:" in the first a=name line; "" for a flag such as
 * a=rtcp-mux; NULL when there is none. */
const char *hs_sdp_section_get_attribute (HsSdpSection *section, const char *name);
gboolean hs_sdp_section_has_attribute (HsSdpSection *section, const char *name);

/* Returns: (nullable): the section's, else the head's; for fingerprint, setup, ice-ufrag … */
const char *hs_sdp_section_get_effective_attribute (HsSdpSection *section, const char *name);

/* Returns: (transfer container) (element-type utf8): the values of all a=name lines, in order. */
GPtrArray *hs_sdp_section_get_attributes (HsSdpSection *section, const char *name);

/* Puts the value where the first such line stands, or at the end, and drops further ones.
 * @value: (nullable): NULL or "" for a flag; line ends inside it are cut. */
void hs_sdp_section_set_attribute (HsSdpSection *section, const char *name, const char *value);

/* Adds one more such line: behind the last one of the same name, or at the end. */
void hs_sdp_section_add_attribute (HsSdpSection *section, const char *name, const char *value);

/* Adds one more such line at the end. */
void hs_sdp_section_append_attribute (HsSdpSection *section, const char *name, const char *value);

/* Returns: how many lines went. */
guint hs_sdp_section_remove_attribute (HsSdpSection *section, const char *name);

/* As remove_attribute, only those lines whose value @filter answers TRUE for. */
typedef gboolean (*HsSdpFilter) (const char *value, gpointer user_data);
guint hs_sdp_section_remove_matching (HsSdpSection *section,
                                      const char *name,
                                      HsSdpFilter filter,
                                      gpointer user_data);

/* Changes values where they stand. @rewrite returns (transfer full) (nullable): the new value, NULL
 * to leave it. */
typedef char *(*HsSdpRewrite) (const char *value, gpointer user_data);
void hs_sdp_section_rewrite_attributes (HsSdpSection *section,
                                        const char *name,
                                        HsSdpRewrite rewrite,
                                        gpointer user_data);

/* Leaves nothing but the m= line and lines that are no attributes. */
void hs_sdp_section_clear_attributes (HsSdpSection *section);

/* --- b= lines --- */

/* Returns: the limit in bit/s: b=TIAS, else b=AS less what packet headers take; 0 for none. */
guint64 hs_sdp_section_get_bandwidth_bps (HsSdpSection *section);

/* Replaces all b= lines by b=AS and b=TIAS; 0 removes them. */
void hs_sdp_section_set_bandwidth (HsSdpSection *section, guint kbps);

G_END_DECLS
