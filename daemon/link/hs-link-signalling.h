/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "hs-session.h"

#include "call/hs-signalling.h"

G_BEGIN_DECLS

/**
 * HsLinkSignalling: calls over the gateway (spec call-signalling 1 and 2)
 *
 * Turns requests into REST requests, and the session's notifications into messages. Keeps no state
 * of any call.
 */
#define HS_TYPE_LINK_SIGNALLING (hs_link_signalling_get_type ())
G_DECLARE_FINAL_TYPE (HsLinkSignalling, hs_link_signalling, HS, LINK_SIGNALLING, GObject)

HsLinkSignalling *hs_link_signalling_new (HsSession *session);

G_END_DECLS
