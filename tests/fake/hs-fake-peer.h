/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "call/hs-peer.h"
#include "hs-fake-steps.h"

G_BEGIN_DECLS

typedef enum {
  HS_FAKE_OPEN_MEDIA,
  HS_FAKE_CREATE_OFFER,
  HS_FAKE_SET_REMOTE,
  HS_FAKE_CREATE_ANSWER,
  HS_FAKE_GET_STATS,
  HS_FAKE_REPLACE_TRACK,
  HS_FAKE_SEND_TONES,
} HsFakePeerStep;

/* Media without media. Tracks are "L1", "L2" … for local ones and "R-audio", "R-video" for what the
 * far end's description sends; descriptions are real texts with s=offer-1, s=answer-2 … An answer
 * with another number of sections than our offer is refused as the real one does it. */
#define HS_TYPE_FAKE_PEER (hs_fake_peer_get_type ())
G_DECLARE_FINAL_TYPE (HsFakePeer, hs_fake_peer, HS, FAKE_PEER, GObject)

void hs_fake_peer_set_state (HsFakePeer *self, HsPeerState state, const GError *reason);
void hs_fake_peer_mute (HsFakePeer *self, const char *track_id, gboolean muted);

/* A local track's device is gone. */
void hs_fake_peer_lose (HsFakePeer *self, const char *track_id);

/* The far end presses a key. */
void hs_fake_peer_press (HsFakePeer *self, const char *tone, guint duration_ms);

/* Our last description. */
const char *hs_fake_peer_get_local (HsFakePeer *self);

/* A track is not rendered there any more. A container "broken" cannot be opened at all. */
void hs_fake_peer_lose_container (HsFakePeer *self, const char *track_id, const char *container);

/* The last remote description, and its kind as "offer", "pranswer", "answer". */
const char *hs_fake_peer_get_remote (HsFakePeer *self);
const char *hs_fake_peer_get_remote_type (HsFakePeer *self);

#define HS_TYPE_FAKE_PEER_FACTORY (hs_fake_peer_factory_get_type ())
G_DECLARE_FINAL_TYPE (HsFakePeerFactory, hs_fake_peer_factory, HS, FAKE_PEER_FACTORY, GObject)

/* Signals:
 *   "did" (const char *text): "rollback", "renew", "bandwidth {…}", "dscp {…}" or "dscp none",
 *     "speaker x", "hold", "unhold", "remove L1 L2", "replace L1 by audio device", "mute L1",
 *     "tones 12 100 70", "servers […]" when it is given some */

HsFakePeerFactory *hs_fake_peer_factory_new (void);

/* Returns: (transfer none): kinds are HsFakePeerStep; of all its peers */
HsFakeSteps *hs_fake_peer_factory_get_steps (HsFakePeerFactory *self);

/* Returns: (transfer none) (nullable): the last one made, as long as somebody holds it. */
HsFakePeer *hs_fake_peer_factory_get_last (HsFakePeerFactory *self);

/* How many peers are not closed. */
guint hs_fake_peer_factory_count_open (HsFakePeerFactory *self);

/* A description with one section for each of @directions ("sendrecv" …): audio, then video.
 * @session_id: of its o= line
 * Returns: (transfer full) */
char *hs_fake_sdp_new (const char *name, const char *session_id, const char *const *directions);

G_END_DECLS
