/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "hs-leg-fixture.h"

#include "hs-audio-testing.h"
#include "hs-library-faults.h"
#include "media/hs-leg-private.h"
#include "sdp/hs-sdp-edit.h"

#include <math.h>

#define RATE     48000
#define BLOCK    960
#define MEASURED (RATE / 10)

static const HsMediaKind audio_only[] = { HS_MEDIA_AUDIO };

static void
hear (const gint16 *samples, gsize n_samples, gpointer user_data)
{
  HsLegEnd *end = user_data;

  g_mutex_lock (&end->lock);
  g_array_append_vals (end->heard, samples, n_samples);
  g_mutex_unlock (&end->lock);
}

static void
on_state (HsLeg *leg, HsPeerState state, const GError *reason, HsLegEnd *end)
{
  end->state = state;
}

static void
on_arrived (HsLeg *leg, guint line, HsLegEnd *end)
{
  end->arrived++;
}

void
hs_leg_fixture_make_end (HsLegFixture *f, HsLegEnd *end, GPtrArray *servers)
{
  HsLegOptions options = { .clock = HS_CLOCK (f->clock),
                           .queue = f->queue,
                           .ice_servers = servers,
                           .local_address = "127.0.0.1",
                           .jitter_ms = 40,
                           .ice_delay_ms = 1000,
                           .ice_limit_ms = 3000,
                           .audio_received = hear,
                           .audio_data = end };
  g_autoptr (GError) error = NULL;

  end->leg = hs_leg_new (&options, &error);
  g_assert_no_error (error);
  end->heard = g_array_new (FALSE, FALSE, sizeof (gint16));
  end->state = HS_PEER_NEW;
  end->arrived = 0;
  g_signal_connect (end->leg, "state-changed", G_CALLBACK (on_state), end);
  g_signal_connect (end->leg, "media-arrived", G_CALLBACK (on_arrived), end);
}

void
hs_leg_end_drop (HsLegEnd *end)
{
  if (end->leg == NULL)
    return;
  hs_leg_close (end->leg);
  g_assert_finalize_object (end->leg);
  end->leg = NULL;
  /* Nothing is handed to hear() any more, though GStreamer's threads take a little longer. */
  g_clear_pointer (&end->heard, g_array_unref);
}

void
hs_leg_fixture_set_up (HsLegFixture *f, gconstpointer data)
{
  hs_test_tolerate_library_faults ();
  f->clock = hs_fake_clock_new ();
  f->queue = hs_leg_queue_new (HS_CLOCK (f->clock), 4, 3000);
  g_mutex_init (&f->ends[0].lock);
  g_mutex_init (&f->ends[1].lock);
}

static gboolean
has_settled (gpointer user_data)
{
  return hs_leg_queue_count_leaving (user_data) == 0;
}

void
hs_leg_fixture_tear_down (HsLegFixture *f, gconstpointer data)
{
  hs_leg_end_drop (&f->ends[0]);
  hs_leg_end_drop (&f->ends[1]);
  g_mutex_clear (&f->ends[0].lock);
  g_mutex_clear (&f->ends[1].lock);
  hs_test_wait (has_settled, f->queue);
  g_assert_finalize_object (f->queue);
  g_assert_cmpuint (hs_fake_clock_count_timers (f->clock), ==, 0);
  g_assert_finalize_object (f->clock);
}

void
hs_leg_fixture_keep_result (GObject *source, GAsyncResult *result, gpointer user_data)
{
  *(GAsyncResult **) user_data = g_object_ref (result);
}

gboolean
hs_leg_fixture_is_set (gpointer user_data)
{
  return *(gpointer *) user_data != NULL;
}

HsSdp *
hs_leg_end_make_offer (HsLegEnd *end)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  HsSdp *sdp;

  hs_leg_create_offer_async (end->leg, audio_only, 1, NULL, NULL, hs_leg_fixture_keep_result,
                             &result);
  hs_test_wait (hs_leg_fixture_is_set, &result);
  sdp = hs_leg_create_offer_finish (end->leg, result, &error);
  g_assert_no_error (error);
  return sdp;
}

HsSdp *
hs_leg_end_make_answer (HsLegEnd *end, HsSdp *offer)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  HsSdp *sdp;

  hs_leg_create_answer_async (end->leg, offer, NULL, hs_leg_fixture_keep_result, &result);
  hs_test_wait (hs_leg_fixture_is_set, &result);
  sdp = hs_leg_create_answer_finish (end->leg, result, &error);
  g_assert_no_error (error);
  return sdp;
}

static HsSdp *
set_local (HsLegEnd *end, HsDescriptionType type, HsSdp *sdp)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *fingerprint = g_strdup_printf (
      "sha-256 %s", hs_certificate_get_fingerprint (hs_leg_get_certificate (end->leg)));
  HsSdp *complete;

  hs_leg_set_local_async (end->leg, type, sdp, NULL, hs_leg_fixture_keep_result, &result);
  hs_test_wait (hs_leg_fixture_is_set, &result);
  complete = hs_leg_set_local_finish (end->leg, result, &error);
  g_assert_no_error (error);
  hs_sdp_section_set_attribute (hs_sdp_get_section (complete, 0), "fingerprint", fingerprint);
  return complete;
}

static void
set_answer (HsLegEnd *end, HsSdp *answer)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  hs_leg_set_answer_async (end->leg, answer, NULL, hs_leg_fixture_keep_result, &result);
  hs_test_wait (hs_leg_fixture_is_set, &result);
  g_assert_true (hs_leg_set_answer_finish (end->leg, result, &error));
  g_assert_no_error (error);
}

void
hs_leg_fixture_connect (HsLegFixture *f)
{
  g_autoptr (HsSdp) offer = NULL;
  g_autoptr (HsSdp) complete_offer = NULL;
  g_autoptr (HsSdp) answer = NULL;
  g_autoptr (HsSdp) complete_answer = NULL;

  hs_leg_fixture_make_end (f, &f->ends[0], NULL);
  hs_leg_fixture_make_end (f, &f->ends[1], NULL);
  offer = hs_leg_end_make_offer (&f->ends[0]);
  complete_offer = set_local (&f->ends[0], HS_DESCRIPTION_OFFER, offer);
  answer = hs_leg_end_make_answer (&f->ends[1], complete_offer);
  complete_answer = set_local (&f->ends[1], HS_DESCRIPTION_ANSWER, answer);
  set_answer (&f->ends[0], complete_answer);
}

gboolean
hs_leg_fixture_are_connected (gpointer user_data)
{
  HsLegFixture *f = user_data;

  return f->ends[0].state == HS_PEER_CONNECTED && f->ends[1].state == HS_PEER_CONNECTED;
}

static void
speak (HsLegEnd *end, double hz)
{
  gint16 block[BLOCK];

  for (guint i = 0; i < BLOCK; i++) {
    block[i] = 8000 * sin (end->phase);
    end->phase += 2 * G_PI * hz / RATE;
  }
  hs_leg_audio_push (hs_leg_get_audio (end->leg), block, BLOCK);
}

double
hs_leg_end_measure (HsLegEnd *end, double hz)
{
  double amplitude = 0;

  g_mutex_lock (&end->lock);
  if (end->heard->len >= MEASURED)
    amplitude = hs_test_measure_tone (
        (gint16 *) (gpointer) end->heard->data + end->heard->len - MEASURED, MEASURED, RATE, hz);
  g_mutex_unlock (&end->lock);
  return amplitude;
}

guint
hs_leg_end_count_heard (HsLegEnd *end)
{
  guint n_samples;

  g_mutex_lock (&end->lock);
  n_samples = end->heard->len;
  g_mutex_unlock (&end->lock);
  return n_samples;
}

void
hs_leg_end_forget_heard (HsLegEnd *end)
{
  g_mutex_lock (&end->lock);
  g_array_set_size (end->heard, 0);
  g_mutex_unlock (&end->lock);
}

gboolean
hs_leg_fixture_tick (gpointer user_data)
{
  HsLegFixture *f = user_data;

  speak (&f->ends[0], 440);
  speak (&f->ends[1], 800);
  return G_SOURCE_CONTINUE;
}

static gboolean
hear_each_other (gpointer user_data)
{
  HsLegFixture *f = user_data;

  return hs_leg_end_measure (&f->ends[0], 800) > 2000 &&
         hs_leg_end_measure (&f->ends[1], 440) > 2000;
}

void
hs_leg_fixture_talk_to (HsLegFixture *f, HsCondition condition)
{
  guint ticker = g_timeout_add (20, hs_leg_fixture_tick, f);

  hs_test_wait (condition, f);
  g_source_remove (ticker);
}

void
hs_leg_fixture_talk (HsLegFixture *f)
{
  hs_leg_fixture_talk_to (f, hear_each_other);
}

void
hs_leg_fixture_open_directions (HsLegFixture *f)
{
  hs_leg_set_directions (f->ends[0].leg, 0, TRUE, TRUE);
  hs_leg_set_directions (f->ends[1].leg, 0, TRUE, TRUE);
}
