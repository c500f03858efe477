/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "hs-leg-audio.h"
#include "hs-leg-video.h"
#include "sdp/hs-sdp.h"

G_BEGIN_DECLS

/**
 * HsLegRouter: finds the line that arriving media belongs to
 *
 * Lines share a transport, and webrtcbin mixes them up where descriptions say little about their
 * sources. So it is looked up here: by the source that a description names, else by the payload.
 * Counted references; any thread.
 */
typedef struct _HsLegRouter HsLegRouter;

HsLegRouter *hs_leg_router_new (HsLegAudio *audio);
HsLegRouter *hs_leg_router_ref (HsLegRouter *self);
void hs_leg_router_unref (HsLegRouter *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HsLegRouter, hs_leg_router_unref)

void hs_leg_router_add_video (HsLegRouter *self, guint line, HsLegVideo *video);

/* What the far end says of its lines now. */
void hs_leg_router_read (HsLegRouter *self, HsSdp *remote);

/* Gives webrtcbin's new @src_pad to the part that takes it. */
void hs_leg_router_connect (HsLegRouter *self, GstBin *pipeline, GstPad *src_pad);

/* Forgets all lines. */
void hs_leg_router_close (HsLegRouter *self);

G_END_DECLS
