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

G_END_DECLS

#include "hs-sdp-section.h"
