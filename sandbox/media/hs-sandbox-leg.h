/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "hs-sandbox-answer.h"
#include "hs-sandbox-media.h"
#include "hs-sandbox-offer.h"

G_BEGIN_DECLS

/**
 * HsSandboxLeg: one connection, from the offer that asked for it to its end
 *
 * Closed for sending until told otherwise.
 */
typedef struct _HsSandboxLeg HsSandboxLeg;

/* Called once, on the main context, when @leg knows its addresses or cannot get any. It must not
 * free @leg if there is no error. */
typedef void (*HsSandboxLegReady) (HsSandboxLeg *leg, const GError *error, gpointer user_data);

HsSandboxLeg *hs_sandbox_leg_new (HsSandboxMediaKind kind,
                                  const HsSandboxOffer *offer,
                                  HsSandboxLegReady ready,
                                  gpointer user_data);

void hs_sandbox_leg_set_sending (HsSandboxLeg *leg, gboolean sending);

/* Both lent. The transport is NULL until @leg is ready. */
const HsSandboxTransport *hs_sandbox_leg_get_transport (HsSandboxLeg *leg);
const HsSandboxCodec *hs_sandbox_leg_get_codec (HsSandboxLeg *leg);

/* Whether @offer comes from the far end that this leg is connected to. */
gboolean hs_sandbox_leg_serves (HsSandboxLeg *leg, const HsSandboxOffer *offer);

/* Waits for the leg's threads; no callback comes after this. */
void hs_sandbox_leg_free (HsSandboxLeg *leg);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HsSandboxLeg, hs_sandbox_leg_free)

G_END_DECLS
