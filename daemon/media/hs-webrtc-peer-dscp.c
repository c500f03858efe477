/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "hs-media"

#include "hs-webrtc-peer-private.h"

#include "hs-dscp.h"

static HsDscpMedia
get_media (HsWebrtcPeer *self)
{
  HsDscpMedia media = { FALSE };

  for (guint i = 0; i < self->local_tracks->len; i++) {
    const HsLocalTrack *local = self->local_tracks->pdata[i];
    gboolean video = local->track->kind == HS_MEDIA_VIDEO;

    media.audio |= !local->leaving && !video;
    media.video |= !local->leaving && video && !local->track->screen;
    media.screen |= !local->leaving && video && local->track->screen;
  }
  return media;
}

void
hs_webrtc_peer_mark_packets (HsWebrtcPeer *self)
{
  HsPeerTransport *transports[] = { self->starting, self->proposed.transport,
                                    self->agreed.transport };
  HsDscpMedia media = get_media (self);
  guint point = hs_dscp_choose (self->dscp, &media);

  for (guint i = 0; i < G_N_ELEMENTS (transports); i++) {
    if (transports[i] != NULL)
      hs_leg_set_dscp (transports[i]->leg, point);
  }
}

void
hs_webrtc_peer_set_dscp (HsPeer *peer, JsonObject *dscp)
{
  HsWebrtcPeer *self = HS_WEBRTC_PEER (peer);
  JsonObject *before = self->dscp;

  self->dscp = dscp != NULL ? json_object_ref (dscp) : NULL;
  g_clear_pointer (&before, json_object_unref);
  hs_webrtc_peer_mark_packets (self);
}
