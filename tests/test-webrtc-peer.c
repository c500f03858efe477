/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "hs-peer-fixture.h"

#include "base/hs-error.h"

static void
test_talk (HsPeerFixture *f, gconstpointer data)
{
  hs_peer_fixture_call (f);
  hs_party_wait_for_state (&f->a, HS_PEER_CONNECTED);
  hs_party_wait_for_state (&f->b, HS_PEER_CONNECTED);
  hs_party_wait_for_tone (&f->b, f->a.hz);
  hs_party_wait_for_tone (&f->a, f->b.hz);
  g_assert_cmpstr (f->a.events->str, ==, "+L +R !R ");
  g_assert_cmpstr (f->b.events->str, ==, "+L +R !R ");
}

static void
add (const char *path, void (*test) (HsPeerFixture *, gconstpointer))
{
  g_test_add (path, HsPeerFixture, NULL, hs_peer_fixture_set_up, test, hs_peer_fixture_tear_down);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  add ("/webrtc-peer/talk", test_talk);
  return g_test_run ();
}
