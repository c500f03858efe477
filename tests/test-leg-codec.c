/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "hs-leg-fixture.h"

#include "media/hs-leg-private.h"
#include "sdp/hs-sdp-edit.h"

/* A far end that offers another codec than the one that is agreed on, at different moments. */

static void
lose (HsLegFixture *f, HsLegEnd *end)
{
  while (end->state != HS_PEER_LOST)
    hs_fake_clock_advance (f->clock, 1000);
}

/* The far end's last offer, but for PCMA's rivals. */
static HsSdp *
make_other_offer (HsLegEnd *end)
{
  static const HsSdpCodecSelector rivals[] = { { "OPUS", NULL }, { "PCMU", NULL } };
  HsSdp *offer = hs_sdp_copy (end->leg->remote);

  g_assert_cmpuint (hs_sdp_remove_codecs (offer, rivals, G_N_ELEMENTS (rivals)), ==, 2);
  return offer;
}

typedef struct {
  HsFakeClock *clock;
  GAsyncResult *result;
} Setting;

static gboolean
is_set (gpointer user_data)
{
  Setting *setting = user_data;

  hs_fake_clock_advance (setting->clock, 10);
  return setting->result != NULL;
}

static void
set_local (HsLegFixture *f, HsLegEnd *end, HsSdp *answer)
{
  Setting setting = { .clock = f->clock };
  g_autoptr (HsSdp) complete = NULL;
  g_autoptr (GError) error = NULL;

  hs_leg_set_local_async (end->leg, HS_DESCRIPTION_ANSWER, answer, NULL, hs_leg_fixture_keep_result,
                          &setting.result);
  hs_test_wait (is_set, &setting);
  complete = hs_leg_set_local_finish (end->leg, setting.result, &error);
  g_assert_no_error (error);
  g_object_unref (setting.result);
}

/* The answer must have the line, in that codec. */
static void
answer_other_offer (HsLegFixture *f)
{
  HsLegEnd *end = &f->ends[1];
  g_autoptr (HsSdp) offer = make_other_offer (end);
  g_autoptr (HsSdp) answer = hs_leg_end_make_answer (end, offer);
  HsSdpSection *section = hs_sdp_get_section (answer, 0);

  g_assert_false (hs_sdp_section_is_rejected (section));
  g_assert_cmpstr (hs_sdp_section_get_formats (section)[0], ==, "8");
  set_local (f, end, answer);
  g_assert_cmpstr (hs_leg_get_audio_codec (end->leg)->name, ==, "PCMA");
}

static void
connect (HsLegFixture *f)
{
  hs_leg_fixture_connect (f);
  hs_test_wait (hs_leg_fixture_are_connected, f);
}

static void
test_while_packets_flow (HsLegFixture *f, gconstpointer data)
{
  connect (f);
  hs_leg_fixture_open_directions (f);
  hs_leg_fixture_talk (f);
  answer_other_offer (f);
}

static void
test_before_the_first_packet (HsLegFixture *f, gconstpointer data)
{
  connect (f);
  answer_other_offer (f);
}

static gboolean
has_caps (gpointer user_data)
{
  HsLegFixture *f = user_data;
  g_autoptr (GstCaps) caps = gst_pad_get_current_caps (f->ends[1].leg->audio_pad);

  return caps != NULL;
}

static void
test_while_nothing_comes (HsLegFixture *f, gconstpointer data)
{
  connect (f);
  hs_leg_set_directions (f->ends[1].leg, 0, TRUE, TRUE);
  hs_leg_fixture_talk_to (f, has_caps);
  answer_other_offer (f);
}

static void
test_while_lost (HsLegFixture *f, gconstpointer data)
{
  connect (f);
  hs_leg_set_directions (f->ends[1].leg, 0, TRUE, TRUE);
  hs_leg_fixture_talk_to (f, has_caps);
  lose (f, &f->ends[1]);
  answer_other_offer (f);
}

/* The sender is still that of the first codec. */
static void
on_create_answer (GstElement *webrtc,
                  GstStructure *options,
                  GstPromise *promise,
                  gpointer user_data)
{
  hs_leg_fixture_open_directions (user_data);
  hs_leg_fixture_talk_to (user_data, has_caps);
}

static void
test_as_the_first_packet_is_sent (HsLegFixture *f, gconstpointer data)
{
  connect (f);
  g_signal_connect (f->ends[1].leg->webrtc, "create-answer", G_CALLBACK (on_create_answer), f);
  answer_other_offer (f);
}

static void
add (const char *path, void (*test) (HsLegFixture *, gconstpointer))
{
  g_test_add (path, HsLegFixture, NULL, hs_leg_fixture_set_up, test, hs_leg_fixture_tear_down);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  gst_init (&argc, &argv);
  add ("/leg-codec/while-packets-flow", test_while_packets_flow);
  add ("/leg-codec/before-the-first-packet", test_before_the_first_packet);
  add ("/leg-codec/while-nothing-comes", test_while_nothing_comes);
  add ("/leg-codec/while-lost", test_while_lost);
  add ("/leg-codec/as-the-first-packet-is-sent", test_as_the_first_packet_is_sent);
  return g_test_run ();
}
