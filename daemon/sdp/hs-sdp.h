/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * HsSdp: a session description as an ordered list of lines
 *
 * Everything that came in goes out again, in the same order, known or not; edits touch only the
 * lines they name. A description has a head (the session level) and sections, one for each m=
 * line. Heads and sections belong to their description and are HsSdpSection both, so that one set
 * of functions reads and writes attributes of either. "Send" and "receive" are always meant from
 * the side that wrote the description.
 *
 * Nothing here does I/O, and the same input always gives the same output.
 */
typedef struct _HsSdp HsSdp;
typedef struct _HsSdpSection HsSdpSection;

#define HS_SDP_MAX_LENGTH   (256 * 1024)
#define HS_SDP_MAX_SECTIONS 64
#define HS_SDP_MAX_LINES    8192

/* What stands in m= lines for "see the candidates" (RFC 8840). */
#define HS_SDP_DISCARD_PORT 9

#define HS_SDP_ERROR (hs_sdp_error_quark ())
typedef enum {
  HS_SDP_ERROR_INVALID,   /* the message names the line */
  HS_SDP_ERROR_TOO_LARGE, /* one of the limits above */
  HS_SDP_ERROR_MISMATCH,  /* an answer that does not fit its offer */
  HS_SDP_ERROR_UNUSABLE,  /* no section that a call could use */
} HsSdpError;
GQuark hs_sdp_error_quark (void);

typedef enum {
  HS_SDP_HEAD,
  HS_SDP_AUDIO,
  HS_SDP_VIDEO,
  HS_SDP_APPLICATION,
  HS_SDP_OTHER, /* image, text, message … */
} HsSdpKind;

/* Bits, so that directions can be joined with | and cut with &. */
typedef enum {
  HS_SDP_INACTIVE = 0,
  HS_SDP_SENDONLY = 1,
  HS_SDP_RECVONLY = 2,
  HS_SDP_SENDRECV = 3,
} HsSdpDirection;

#define hs_sdp_direction_sends(direction)    (((direction) &HS_SDP_SENDONLY) != 0)
#define hs_sdp_direction_receives(direction) (((direction) &HS_SDP_RECVONLY) != 0)

/* Returns: "sendrecv" … */
const char *hs_sdp_direction_to_text (HsSdpDirection direction);

/* The direction as the other side sees it: sendonly and recvonly change places. */
HsSdpDirection hs_sdp_direction_reverse (HsSdpDirection direction);

/* What we want of a section before anybody else was asked: nothing while held, else receiving
 * always, and sending when there is a live local track. */
HsSdpDirection hs_sdp_direction_wanted (gboolean has_track, gboolean held);

/* What we may answer: @wanted as far as @offered (the direction in the far end's offer) allows:
 * to sendonly at most recvonly, to recvonly at most sendonly, to inactive only inactive. */
HsSdpDirection hs_sdp_direction_answer (HsSdpDirection offered, HsSdpDirection wanted);

/* --- whole descriptions --- */

/* Reads text from outside; lines may end in CRLF or LF.
 * Returns: (transfer full): NULL with @error, which names the line by number. */
HsSdp *hs_sdp_parse (const char *text, GError **error) G_GNUC_WARN_UNUSED_RESULT;

HsSdp *hs_sdp_copy (HsSdp *sdp);
void hs_sdp_free (HsSdp *sdp);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HsSdp, hs_sdp_free)

/* Returns: (transfer full): with CRLF after each line. */
char *hs_sdp_to_text (HsSdp *sdp);

/* The parts of the o= line, valid until the next hs_sdp_set_origin(). The version is text, for
 * others may write more digits than any integer holds. */
const char *hs_sdp_get_origin_user (HsSdp *sdp);
const char *hs_sdp_get_session_id (HsSdp *sdp);
const char *hs_sdp_get_version (HsSdp *sdp);
const char *hs_sdp_get_origin_address (HsSdp *sdp);

/* NULL leaves that part as it is. */
void hs_sdp_set_origin (
    HsSdp *sdp, const char *user, const char *session_id, const char *version, const char *address);

HsSdpSection *hs_sdp_get_head (HsSdp *sdp);
guint hs_sdp_get_n_sections (HsSdp *sdp);

/* Returns: (nullable): NULL past the end. */
HsSdpSection *hs_sdp_get_section (HsSdp *sdp, guint index);

/* Returns: (nullable): the first section with this a=mid; NULL for none, and for a NULL @mid. */
HsSdpSection *hs_sdp_find_mid (HsSdp *sdp, const char *mid);

/* Returns: (nullable): the first section of this kind that is not rejected. */
HsSdpSection *hs_sdp_find_kind (HsSdp *sdp, HsSdpKind kind);

/* Appends a copy of @section (of this or another description).
 * Returns: (transfer none): the copy. */
HsSdpSection *hs_sdp_append_section (HsSdp *sdp, HsSdpSection *section);

/* Replaces the section at @index, which must exist, by a copy of @section.
 * Returns: (transfer none): the copy; what was there before is gone. */
HsSdpSection *hs_sdp_replace_section (HsSdp *sdp, guint index, HsSdpSection *section);

/* Drops all sections from @n_sections on. */
void hs_sdp_truncate (HsSdp *sdp, guint n_sections);

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
