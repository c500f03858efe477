/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "hs-sdp.h"

G_BEGIN_DECLS

/**
 * Remote descriptions as webrtcbin can bear them
 *
 * webrtcbin 1.22 refuses direction changes and mishandles rejected lines, so it is shown neither:
 * every section is sendrecv and in use, and stays so for the life of the leg. Lines that cannot be
 * used (rejected, stopped, data channels, without a codec) are shown as they were when they could,
 * or as a placeholder that shares the transport of the first usable section.
 * What each section really is: hs_sdp_section_is_usable() on the description as it came.
 */

/* Whether a call can use this section: audio or video over DTLS-SRTP, with formats, not rejected.
 */
gboolean hs_sdp_section_is_usable (HsSdpSection *section);

/* @offer: as it came, after the handlers
 * @previous: (nullable): what this function, or hs_sdp_answer_to_engine(), last gave the same
 *   engine; lines it has beyond @offer's stay, for an engine's lines can never become fewer
 * Returns: (transfer full): a new description; NULL with HS_SDP_ERROR_UNUSABLE when no section can
 *   be used */
HsSdp *
hs_sdp_offer_to_engine (HsSdp *offer, HsSdp *previous, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* @answer: as it came, after the handlers; must fit the offer (hs_sdp_answer_fits())
 * @local_offer: the engine's own local description: missing mids and refused lines are taken
 *   from there
 * Returns: (transfer full): as above */
HsSdp *hs_sdp_answer_to_engine (HsSdp *answer,
                                HsSdp *local_offer,
                                GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The answer that brings an engine back to stable after a local offer that was refused: made of the
 * remote description it had before, with a refused line for every one that the offer added.
 * @previous: what the engine was last given as remote description
 * Returns: (transfer full): to be given to the engine as an answer */
HsSdp *hs_sdp_rollback_to_engine (HsSdp *previous,
                                  HsSdp *local_offer,
                                  GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
