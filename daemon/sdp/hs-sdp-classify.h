/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "hs-sdp.h"

G_BEGIN_DECLS

/* What a far end means by a new description (spec call-signalling 4.6). */
typedef enum {
  HS_SDP_CHANGE_UNKNOWN,
  HS_SDP_CHANGE_NONE,
  HS_SDP_CHANGE_HOLD,
  HS_SDP_CHANGE_UNHOLD,
  HS_SDP_CHANGE_START_MOH,
  HS_SDP_CHANGE_STOP_MOH,
  HS_SDP_CHANGE_ADD_MEDIA,
  HS_SDP_CHANGE_REMOVE_MEDIA,
} HsSdpChange;

/* Returns: "HOLD", "NO_CHANGE" … */
const char *hs_sdp_change_to_text (HsSdpChange change);

/* Compares two descriptions by the same author. Sections are matched by mid; when no mid fits, by
 * msid; and when that says UNKNOWN, once more by position.
 * @before: (nullable): NULL compares with a description without sections */
HsSdpChange hs_sdp_classify (HsSdp *before, HsSdp *after);

/* Whether media flows: some video section is not inactive, or some audio section is neither
 * inactive nor sendonly (a far end that only sends music does not count). */
gboolean hs_sdp_is_flowing (HsSdp *sdp);

/* The corrections of 2.7.1 step 3: while only remotely held, UNKNOWN with flowing media is UNHOLD;
 * while only locally held, NONE without flowing media is HOLD. */
HsSdpChange hs_sdp_change_correct (HsSdpChange change,
                                   gboolean local_hold,
                                   gboolean remote_hold,
                                   gboolean flowing);

G_END_DECLS
