/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "hs-sdp.h"

G_BEGIN_DECLS

/* What differs between two descriptions by the same author on the way media travels. */
typedef enum {
  HS_SDP_TRANSPORT_SAME = 0,
  HS_SDP_TRANSPORT_SESSION_ID = 1 << 0,  /* o=: another far end (4.8) */
  HS_SDP_TRANSPORT_FINGERPRINT = 1 << 1, /* another certificate */
  HS_SDP_TRANSPORT_ICE = 1 << 2,         /* an ICE restart */
} HsSdpTransportChange;

/* Sections in use in both are compared, matched by position. */
HsSdpTransportChange hs_sdp_compare_transport (HsSdp *before, HsSdp *after);

/* The test of 4.8: the same session id in o=. */
gboolean hs_sdp_same_far_end (HsSdp *before, HsSdp *after);

typedef enum {
  HS_SDP_REOFFER_DIRECTION_ONLY, /* can be answered without the engine */
  HS_SDP_REOFFER_LINES_CHANGED,  /* lines, mids, payloads or sources changed: the engine must see it
                                  */
  HS_SDP_REOFFER_NEW_TRANSPORT,  /* a new transport generation */
} HsSdpReoffer;

/* @before: the last remote description that the engine was given, as it came (not the edited text).
 *   A later one that changed only directions does not replace it, for it may lack the a=ssrc lines
 *   of sections that were not sending. */
HsSdpReoffer hs_sdp_judge_reoffer (HsSdp *before, HsSdp *after);

/* Whether @answer has the offer's sections: as many, of the same kinds, in the same order, and
 * with the same mids where both have them.
 * @error: HS_SDP_ERROR_MISMATCH naming the section */
gboolean hs_sdp_answer_fits (HsSdp *offer, HsSdp *answer, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
