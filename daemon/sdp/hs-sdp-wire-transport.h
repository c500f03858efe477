/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "hs-sdp.h"

/* The parts of hs_sdp_to_wire() that look at more than one section. */

/* Cuts the BUNDLE list to sections in use, and in answers to what was offered.
 * @offer: (nullable) */
void hs_sdp_wire_bundle (HsSdp *sdp, HsSdp *offer);

/* Puts candidates where they are missing, from @engine or from @earlier (nullable), and the best
 * one into each m= and c= line. */
void hs_sdp_wire_candidates (HsSdp *sdp, HsSdp *engine, HsSdp *earlier);
