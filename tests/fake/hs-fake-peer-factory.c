/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "hs-fake"

#include "hs-fake-peer-private.h"

#include "base/hs-json.h"

static HsPeer *
fake_create_peer (HsPeerFactory *factory, const HsPeerOptions *options)
{
  HsFakePeerFactory *self = HS_FAKE_PEER_FACTORY (factory);
  HsFakePeer *peer = g_object_new (HS_TYPE_FAKE_PEER, NULL);

  g_assert (options->call_id != NULL);
  peer->factory = g_object_ref (self);
  g_set_weak_pointer (&self->last, peer);
  self->open++;
  if (options->speaker_id != NULL &&
      !hs_peer_set_speaker (HS_PEER (peer), options->speaker_id, NULL, NULL))
    g_test_message ("there is no speaker %s", options->speaker_id);
  if (options->bandwidth != NULL)
    hs_peer_set_bandwidth (HS_PEER (peer), options->bandwidth);
  if (options->dscp != NULL)
    hs_peer_set_dscp (HS_PEER (peer), options->dscp);
  if (options->ice_servers != NULL)
    hs_peer_set_ice_servers (HS_PEER (peer), options->ice_servers);
  return HS_PEER (peer);
}

static void
hs_fake_peer_factory_init_interface (HsPeerFactoryInterface *iface)
{
  iface->create_peer = fake_create_peer;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (HsFakePeerFactory,
                               hs_fake_peer_factory,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (HS_TYPE_PEER_FACTORY,
                                                      hs_fake_peer_factory_init_interface))

static void
hs_fake_peer_factory_finalize (GObject *object)
{
  HsFakePeerFactory *self = HS_FAKE_PEER_FACTORY (object);

  g_clear_weak_pointer (&self->last);
  hs_fake_steps_free (self->steps);
  G_OBJECT_CLASS (hs_fake_peer_factory_parent_class)->finalize (object);
}

static void
hs_fake_peer_factory_class_init (HsFakePeerFactoryClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = hs_fake_peer_factory_finalize;
  g_signal_new ("did", HS_TYPE_FAKE_PEER_FACTORY, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                G_TYPE_NONE, 1, G_TYPE_STRING);
}

static void
hs_fake_peer_factory_init (HsFakePeerFactory *self)
{
  self->steps = hs_fake_steps_new ();
}

HsFakePeerFactory *
hs_fake_peer_factory_new (void)
{
  return g_object_new (HS_TYPE_FAKE_PEER_FACTORY, NULL);
}

HsFakeSteps *
hs_fake_peer_factory_get_steps (HsFakePeerFactory *self)
{
  return self->steps;
}

HsFakePeer *
hs_fake_peer_factory_get_last (HsFakePeerFactory *self)
{
  return self->last;
}

guint
hs_fake_peer_factory_count_open (HsFakePeerFactory *self)
{
  return self->open;
}
