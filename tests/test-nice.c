/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "media/hs-nice.h"

#include <nice/agent.h>

#include "base/hs-error.h"
#include "hs-audio-testing.h"

typedef struct {
  NiceAgent *agent;
  guint stream;
  gboolean gathered;
} Fixture;

static void
on_gathered (NiceAgent *agent, guint stream, Fixture *self)
{
  self->gathered = TRUE;
}

static void
set_up (Fixture *self, gconstpointer data)
{
  self->agent = nice_agent_new (NULL, NICE_COMPATIBILITY_RFC5245);
  g_object_set (self->agent, "upnp", FALSE, "ice-tcp", FALSE, NULL);
  self->stream = nice_agent_add_stream (self->agent, 1);
  g_signal_connect (self->agent, "candidate-gathering-done", G_CALLBACK (on_gathered), self);
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  g_object_unref (self->agent);
}

static gboolean
is_gathered (gpointer user_data)
{
  return ((Fixture *) user_data)->gathered;
}

static GSList *
gather (Fixture *self)
{
  g_assert_true (nice_agent_gather_candidates (self->agent, self->stream));
  hs_test_wait (is_gathered, self);
  return nice_agent_get_local_candidates (self->agent, self->stream, 1);
}

static void
test_gathers_from_the_address (Fixture *self, gconstpointer address)
{
  g_autoptr (GError) error = NULL;
  GSList *candidates;

  g_assert_true (hs_nice_use_address (G_OBJECT (self->agent), address, &error));
  g_assert_no_error (error);
  candidates = gather (self);
  g_assert_cmpuint (g_slist_length (candidates), ==, 1);
  for (GSList *l = candidates; l != NULL; l = l->next) {
    char text[NICE_ADDRESS_STRING_LEN];

    nice_address_to_string (&((NiceCandidate *) l->data)->addr, text);
    g_assert_cmpstr (text, ==, address);
  }
  g_slist_free_full (candidates, (GDestroyNotify) nice_candidate_free);
}

static void
test_refuses_other_text (Fixture *self, gconstpointer text)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (hs_nice_use_address (G_OBJECT (self->agent), text, &error));
  g_assert_error (error, HS_ERROR, HS_ERROR_INVALID_DATA);
}

static void
test_has_no_pair_yet (Fixture *self, gconstpointer data)
{
  g_auto (HsNiceCandidate) local = { 0 };
  g_auto (HsNiceCandidate) remote = { 0 };
  g_autoptr (GError) error = NULL;

  g_assert_false (hs_nice_get_selected_pair (G_OBJECT (self->agent), &local, &remote, &error));
  g_assert_error (error, HS_ERROR, HS_ERROR_NOT_FOUND);
}

/* No answer is needed: an application may choose the path itself. */
static void
test_shows_the_selected_pair (Fixture *self, gconstpointer data)
{
  g_auto (HsNiceCandidate) local = { 0 };
  g_auto (HsNiceCandidate) remote = { 0 };
  g_autoptr (GError) error = NULL;
  NiceCandidate *far_end = nice_candidate_new (NICE_CANDIDATE_TYPE_RELAYED);
  GSList *candidates;

  g_assert_true (hs_nice_use_address (G_OBJECT (self->agent), "127.0.0.1", &error));
  candidates = gather (self);
  far_end->stream_id = self->stream;
  far_end->component_id = 1;
  far_end->transport = NICE_CANDIDATE_TRANSPORT_UDP;
  far_end->priority = 77;
  g_strlcpy (far_end->foundation, "1", sizeof far_end->foundation);
  nice_address_set_from_string (&far_end->addr, "127.0.0.2");
  nice_address_set_port (&far_end->addr, 5004);
  nice_agent_set_remote_credentials (self->agent, self->stream, "ufrag", "password-of-22-letters");
  g_assert_true (nice_agent_set_selected_remote_candidate (self->agent, self->stream, 1, far_end));

  g_assert_true (hs_nice_get_selected_pair (G_OBJECT (self->agent), &local, &remote, &error));
  g_assert_no_error (error);
  g_assert_cmpstr (local.address, ==, "127.0.0.1");
  g_assert_cmpuint (local.port, ==,
                    nice_address_get_port (&((NiceCandidate *) candidates->data)->addr));
  g_assert_cmpstr (local.type, ==, "host");
  g_assert_cmpstr (remote.address, ==, "127.0.0.2");
  g_assert_cmpuint (remote.port, ==, 5004);
  g_assert_cmpstr (remote.type, ==, "relay");
  g_assert_cmpstr (remote.protocol, ==, "udp");
  g_assert_cmpuint (remote.priority, ==, 77);
  nice_candidate_free (far_end);
  g_slist_free_full (candidates, (GDestroyNotify) nice_candidate_free);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/nice/address/one-of-ipv4", Fixture, "127.0.0.1", set_up,
              test_gathers_from_the_address, tear_down);
  g_test_add ("/nice/address/not-a-name", Fixture, "localhost", set_up, test_refuses_other_text,
              tear_down);
  g_test_add ("/nice/address/not-empty", Fixture, "", set_up, test_refuses_other_text, tear_down);
  g_test_add ("/nice/pair/none-yet", Fixture, NULL, set_up, test_has_no_pair_yet, tear_down);
  g_test_add ("/nice/pair/selected", Fixture, NULL, set_up, test_shows_the_selected_pair,
              tear_down);
  return g_test_run ();
}
