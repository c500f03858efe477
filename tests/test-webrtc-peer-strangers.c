/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "hs-peer-fixture.h"

#include <string.h>

/* Offers that were made for somebody else: A calls B and is then connected with C, of which B knows
 * nothing; what B offers next goes on with the transport that it has. Checks of that transport come
 * to a socket of the test. */

/* How long to look for what must not come. */
#define LOOK_US (G_USEC_PER_SEC / 3)

static const guint patience_ms = 2000;

typedef struct {
  HsPeerFixture parties;
  GSocket *socket;
  char *offer;  /* B's as it is */
  char *marked; /* with the socket's address */
} Fixture;

static GSocket *
open_socket (guint *port)
{
  g_autoptr (GSocketAddress) wanted = g_inet_socket_address_new_from_string ("127.0.0.1", 0);
  g_autoptr (GSocketAddress) got = NULL;
  GSocket *socket =
      g_socket_new (G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_DATAGRAM, G_SOCKET_PROTOCOL_UDP, NULL);

  g_assert_true (g_socket_bind (socket, wanted, FALSE, NULL));
  got = g_socket_get_local_address (socket, NULL);
  *port = g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (got));
  return socket;
}

static char *
move_candidates (const char *sdp, guint port)
{
  g_autoptr (GRegex) candidate =
      g_regex_new ("^(a=candidate:.* 127\\.0\\.0\\.1) \\d+ typ", G_REGEX_MULTILINE, 0, NULL);
  g_autofree char *with = g_strdup_printf ("\\1 %u typ", port);
  char *moved = g_regex_replace (candidate, sdp, -1, 0, with, 0, NULL);

  g_assert_cmpstr (moved, !=, sdp);
  return moved;
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  HsPeerFixture *f = &fixture->parties;
  guint port;

  hs_peer_fixture_set_up (f, data);
  hs_peer_fixture_call (f);
  hs_party_wait_for_tone (&f->b, f->a.hz);
  hs_party_join (f, &f->c);
  hs_party_open_microphone (&f->c);
  hs_party_negotiate (&f->c, &f->a);
  hs_party_wait_for_tone (&f->a, f->c.hz);
  hs_party_wait_for_tone (&f->c, f->a.hz);
  fixture->socket = open_socket (&port);
  fixture->offer = hs_party_offer (&f->b);
  fixture->marked = move_candidates (fixture->offer, port);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_clear_object (&fixture->socket);
  g_clear_pointer (&fixture->offer, g_free);
  g_clear_pointer (&fixture->marked, g_free);
  hs_peer_fixture_tear_down (&fixture->parties, data);
}

static gboolean
is_checked (gpointer user_data)
{
  Fixture *fixture = user_data;

  return g_socket_condition_check (fixture->socket, G_IO_IN) != 0;
}

typedef struct {
  Fixture *fixture;
  gint64 end_us;
} Look;

static gboolean
is_checked_or_late (gpointer user_data)
{
  Look *look = user_data;

  return is_checked (look->fixture) || g_get_monotonic_time () >= look->end_us;
}

static void
expect_no_check (Fixture *fixture)
{
  Look look = { fixture, g_get_monotonic_time () + LOOK_US };

  hs_test_wait (is_checked_or_late, &look);
  g_assert_false (is_checked (fixture));
}

static void
test_far_end_checks_first (Fixture *fixture, gconstpointer data)
{
  HsPeerFixture *f = &fixture->parties;
  g_autofree char *answer = NULL;

  hs_party_take (&f->a, HS_DESCRIPTION_OFFER, fixture->marked);
  answer = hs_party_answer (&f->a);
  expect_no_check (fixture);
  hs_party_take (&f->b, HS_DESCRIPTION_ANSWER, answer);
  hs_party_wait_for_tone (&f->a, f->b.hz);
  hs_party_wait_for_tone (&f->b, f->a.hz);
  hs_fake_clock_advance (f->clock, patience_ms);
  expect_no_check (fixture);
}

/* It may be unable to, for want of a packet of ours that opens the way. */
static void
test_far_end_never_checks (Fixture *fixture, gconstpointer data)
{
  HsPeerFixture *f = &fixture->parties;
  g_autofree char *answer = NULL;

  hs_party_take (&f->a, HS_DESCRIPTION_OFFER, fixture->marked);
  answer = hs_party_answer (&f->a);
  hs_fake_clock_advance (f->clock, patience_ms);
  hs_test_wait (is_checked, fixture);
}

static void
test_lite_far_end_is_checked (Fixture *fixture, gconstpointer data)
{
  HsPeerFixture *f = &fixture->parties;
  const char *media = strstr (fixture->marked, "m=");
  g_autofree char *lite = g_strdup_printf ("%.*sa=ice-lite\r\n%s", (int) (media - fixture->marked),
                                           fixture->marked, media);
  g_autofree char *answer = NULL;

  hs_party_take (&f->a, HS_DESCRIPTION_OFFER, lite);
  answer = hs_party_answer (&f->a);
  hs_test_wait (is_checked, fixture);
}

/* What has no other call to be about is checked at once. */
static void
test_first_far_end_is_checked (Fixture *fixture, gconstpointer data)
{
  HsPeerFixture *f = &fixture->parties;
  g_autofree char *answer = NULL;

  hs_party_leave (&f->c);
  hs_party_join (f, &f->c);
  hs_party_open_microphone (&f->c);
  hs_party_take (&f->c, HS_DESCRIPTION_OFFER, fixture->marked);
  answer = hs_party_answer (&f->c);
  hs_test_wait (is_checked, fixture);
}

static void
test_offer_that_is_given_up (Fixture *fixture, gconstpointer data)
{
  HsPeerFixture *f = &fixture->parties;

  hs_party_take (&f->a, HS_DESCRIPTION_OFFER, fixture->marked);
  hs_peer_rollback (f->a.peer);
  hs_fake_clock_advance (f->clock, patience_ms);
  expect_no_check (fixture);
  hs_party_wait_for_tone (&f->a, f->c.hz);
}

static void
add (const char *path, void (*test) (Fixture *, gconstpointer))
{
  g_test_add (path, Fixture, NULL, set_up, test, tear_down);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  add ("/webrtc-peer-strangers/far-end-checks-first", test_far_end_checks_first);
  add ("/webrtc-peer-strangers/far-end-never-checks", test_far_end_never_checks);
  add ("/webrtc-peer-strangers/lite-far-end-is-checked", test_lite_far_end_is_checked);
  add ("/webrtc-peer-strangers/first-far-end-is-checked", test_first_far_end_is_checked);
  add ("/webrtc-peer-strangers/offer-that-is-given-up", test_offer_that_is_given_up);
  return g_test_run ();
}
