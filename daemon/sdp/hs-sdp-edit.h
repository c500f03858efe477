/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "hs-sdp.h"

G_BEGIN_DECLS

/* --- what the protocol asks for --- */

/* Head and sections; 2.7.1 step 4 asks for HS_SDP_INACTIVE. */
void hs_sdp_set_all_directions (HsSdp *sdp, HsSdpDirection direction);

/* 4.3: every a=setup:active of a received mid-call offer becomes actpass. */
void hs_sdp_open_setup (HsSdp *sdp);

/* Forces @role ("active", "passive", "actpass") in every section; a head's a=setup goes. */
void hs_sdp_set_setup (HsSdp *sdp, const char *role);

/* 4.4 step 1: when an answer says actpass anywhere, all its sections get @role: "passive" when we
 * are the caller, else "active".
 * Returns: whether it did. */
gboolean hs_sdp_fix_answer_setup (HsSdp *sdp, const char *role);

/* Takes a=ice-options away where its first token is "trickle", head and sections. */
void hs_sdp_remove_trickle (HsSdp *sdp);

/* Takes all a=group lines of the head away; mids stay. */
void hs_sdp_remove_bundling (HsSdp *sdp);

/* --- handlers, in the order of the chain of 4.2 --- */

typedef struct {
  const char *name;               /* compared exactly, case matters */
  const char *const *fmtp_params; /* nullable: all must occur in one a=fmtp of the payload */
} HsSdpCodecSelector;

/* Removes the payloads that a selector names, and the retransmission payloads whose apt= points at
 * them. A section may be left without formats: see hs_sdp_reject_empty().
 * Returns: how many payloads went. */
guint hs_sdp_remove_codecs (HsSdp *sdp, const HsSdpCodecSelector *selectors, guint n_selectors);

/* hs_sdp_remove_codecs() for "H264". */
guint hs_sdp_remove_h264 (HsSdp *sdp);

/* Takes a=crypto away from sections that have a fingerprint of their own. */
void hs_sdp_remove_sdes (HsSdp *sdp);

/* Replaces the b= lines of head, audio and video sections; in kbit/s, 0 leaves them alone. */
void hs_sdp_write_bandwidth (HsSdp *sdp, guint call, guint audio, guint video);

/* Gives sections without formats port 0, takes them out of BUNDLE, and writes a placeholder
 * format, as the grammar asks for one.
 * Returns: how many there were. */
guint hs_sdp_reject_empty (HsSdp *sdp);

/* Port 0, inactive, out of BUNDLE, without candidates, sources and transport attributes. */
void hs_sdp_reject_section (HsSdp *sdp, guint index);

G_END_DECLS
