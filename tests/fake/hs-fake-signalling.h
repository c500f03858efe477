/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "call/hs-signalling.h"
#include "hs-fake-steps.h"

G_BEGIN_DECLS

/* A gateway's client without a gateway: answers everything well, naming new legs "leg-1", "leg-2" …
 * unless its steps (kinds: HsRequestKind) are told otherwise. */
#define HS_TYPE_FAKE_SIGNALLING (hs_fake_signalling_get_type ())
G_DECLARE_FINAL_TYPE (HsFakeSignalling, hs_fake_signalling, HS, FAKE_SIGNALLING, GObject)

/* Signals:
 *   "sent" (const char *text): "ANSWER leg-1 sdp=answer-1 …"; a description is told by its s= line
 */

/* @user_name: (nullable) */
HsFakeSignalling *hs_fake_signalling_new (const char *user_name);

/* Returns: (transfer none) */
HsFakeSteps *hs_fake_signalling_get_steps (HsFakeSignalling *self);

void hs_fake_signalling_set_remote_state (HsFakeSignalling *self, HsRemoteState state);

/* Gives @message to the call room, as if it had just come. */
void hs_fake_signalling_receive (HsFakeSignalling *self, const HsSignallingMessage *message);

void hs_fake_signalling_connect (HsFakeSignalling *self);

G_END_DECLS
