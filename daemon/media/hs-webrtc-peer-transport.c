/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "hs-media"

#include "hs-webrtc-peer-private.h"

static char *
make_session_id (void)
{
  /* Far ends tell transports apart by it; other stacks keep it in a signed 64-bit number. */
  guint64 number = ((guint64) g_random_int () << 32 | g_random_int ()) & G_MAXINT64;

  return g_strdup_printf ("%" G_GUINT64_FORMAT, number);
}

HsPeerTransport *
hs_peer_transport_new (HsLeg *leg)
{
  HsPeerTransport *self = g_new0 (HsPeerTransport, 1);

  g_ref_count_init (&self->references);
  self->leg = leg;
  self->session_id = make_session_id ();
  return self;
}

HsPeerTransport *
hs_peer_transport_ref (HsPeerTransport *self)
{
  g_ref_count_inc (&self->references);
  return self;
}

void
hs_peer_transport_unref (HsPeerTransport *self)
{
  if (!g_ref_count_dec (&self->references))
    return;
  hs_leg_close (self->leg);
  g_object_unref (self->leg);
  g_free (self->session_id);
  g_free (self->role);
  g_clear_pointer (&self->engine, hs_sdp_free);
  g_clear_pointer (&self->first, hs_sdp_free);
  g_clear_pointer (&self->to_engine, hs_sdp_free);
  g_clear_pointer (&self->remote, hs_sdp_free);
  g_free (self);
}

void
hs_peer_transport_set_engine (HsPeerTransport *self, HsSdp *engine)
{
  g_clear_pointer (&self->engine, hs_sdp_free);
  self->engine = engine;
  if (self->first == NULL)
    self->first = hs_sdp_copy (engine);
}

void
hs_peer_transport_set_remote (HsPeerTransport *self, HsSdp *to_engine, HsSdp *remote)
{
  g_clear_pointer (&self->to_engine, hs_sdp_free);
  g_clear_pointer (&self->remote, hs_sdp_free);
  self->to_engine = to_engine;
  self->remote = hs_sdp_copy (remote);
}

void
hs_exchange_clear (HsExchange *self)
{
  g_clear_pointer (&self->transport, hs_peer_transport_unref);
  g_clear_pointer (&self->local, hs_sdp_free);
  g_clear_pointer (&self->remote, hs_sdp_free);
}
