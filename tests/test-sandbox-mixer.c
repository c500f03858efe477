/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "hs-fake-caller.h"
#include "hs-sandbox-media.h"
#include "hs-sandbox-voice.h"

#include <gio/gio.h>
#include <math.h>

#define BLOCK (HS_SANDBOX_VOICE_RATE / 50)

/* The amplitude of the tones that voices have. */
#define TONE 0.251

static double
measure (const gint16 *samples, guint n_samples, double hz)
{
  double re = 0, im = 0;

  for (guint i = 0; i < n_samples; i++) {
    re += samples[i] / 32768.0 * cos (2 * G_PI * hz * i / HS_SANDBOX_VOICE_RATE);
    im += samples[i] / 32768.0 * sin (2 * G_PI * hz * i / HS_SANDBOX_VOICE_RATE);
  }
  return 2 * hypot (re, im) / n_samples;
}

#define assert_tone(samples, n, hz, amplitude)                                                     \
  g_assert_cmpfloat_with_epsilon (measure (samples, n, hz), amplitude, 0.01)

/* --- voices --- */

static void
test_tone (void)
{
  g_autoptr (HsSandboxVoice) voice = hs_sandbox_voice_new_tone (700);
  gint16 samples[5 * BLOCK];

  hs_sandbox_voice_speak (voice, samples, 5 * BLOCK);
  assert_tone (samples, 5 * BLOCK, 700, TONE);
  hs_sandbox_voice_set_tone (voice, 300);
  hs_sandbox_voice_speak (voice, samples, 5 * BLOCK);
  assert_tone (samples, 5 * BLOCK, 300, TONE);
  assert_tone (samples, 5 * BLOCK, 700, 0);
  g_assert_false (hs_sandbox_voice_listens (voice));
}

static void
test_chord (void)
{
  g_autoptr (HsSandboxVoice) voice = hs_sandbox_voice_new_chord (700, 300);
  gint16 samples[5 * BLOCK];

  hs_sandbox_voice_speak (voice, samples, 5 * BLOCK);
  assert_tone (samples, 5 * BLOCK, 700, TONE);
  assert_tone (samples, 5 * BLOCK, 300, TONE);
}

/* --- the room --- */

typedef struct {
  HsSandboxVoice *place;
  HsSandboxVoice *voice;
  guint hz;
  gint16 heard[5 * BLOCK];
} Guest;

static void
guest_enter (Guest *guest, HsSandboxMixer *mixer, guint hz)
{
  guest->hz = hz;
  guest->place = hs_sandbox_mixer_enter (mixer);
  guest->voice = hs_sandbox_voice_new_tone (hz);
}

static void
guest_leave (Guest *guest)
{
  hs_sandbox_voice_unref (guest->place);
  hs_sandbox_voice_unref (guest->voice);
}

/* All speak at once; what each hears at the end is kept. */
static void
talk (Guest *guests, guint n_guests, guint n_blocks)
{
  for (guint block = 0; block < n_blocks; block++) {
    for (guint i = 0; i < n_guests; i++) {
      gint16 samples[BLOCK];

      hs_sandbox_voice_speak (guests[i].voice, samples, BLOCK);
      hs_sandbox_voice_hear (guests[i].place, samples, BLOCK);
    }
    for (guint i = 0; i < n_guests; i++)
      hs_sandbox_voice_speak (guests[i].place, guests[i].heard + block % 5 * BLOCK, BLOCK);
  }
}

static void
test_all_but_oneself (void)
{
  g_autoptr (HsSandboxMixer) mixer = hs_sandbox_mixer_new ();
  Guest guests[3];

  for (guint i = 0; i < 3; i++)
    guest_enter (&guests[i], mixer, 300 + 200 * i);
  talk (guests, 3, 20);
  for (guint i = 0; i < 3; i++)
    for (guint other = 0; other < 3; other++)
      assert_tone (guests[i].heard, 5 * BLOCK, guests[other].hz, i == other ? 0 : TONE);

  guest_leave (&guests[2]);
  talk (guests, 2, 20);
  assert_tone (guests[0].heard, 5 * BLOCK, 500, TONE);
  assert_tone (guests[0].heard, 5 * BLOCK, 700, 0);
  guest_leave (&guests[1]);
  talk (guests, 1, 20);
  assert_tone (guests[0].heard, 5 * BLOCK, 500, 0);
  guest_leave (&guests[0]);
}

static void
test_loud_voices_are_limited (void)
{
  g_autoptr (HsSandboxMixer) mixer = hs_sandbox_mixer_new ();
  g_autoptr (HsSandboxVoice) one = hs_sandbox_mixer_enter (mixer);
  g_autoptr (HsSandboxVoice) two = hs_sandbox_mixer_enter (mixer);
  g_autoptr (HsSandboxVoice) listener = hs_sandbox_mixer_enter (mixer);
  gint16 samples[5 * BLOCK];

  for (guint i = 0; i < 5 * BLOCK; i++)
    samples[i] = i % 2 == 0 ? G_MAXINT16 : G_MININT16;
  hs_sandbox_voice_hear (one, samples, 5 * BLOCK);
  hs_sandbox_voice_hear (two, samples, 5 * BLOCK);
  hs_sandbox_voice_speak (listener, samples, 5 * BLOCK);
  g_assert_cmpint (samples[0], ==, G_MAXINT16);
  g_assert_cmpint (samples[1], ==, G_MININT16);
}

/* Somebody who does not listen must not hear everything later. */
static void
test_old_words_are_lost (void)
{
  g_autoptr (HsSandboxMixer) mixer = hs_sandbox_mixer_new ();
  g_autoptr (HsSandboxVoice) speaker = hs_sandbox_mixer_enter (mixer);
  g_autoptr (HsSandboxVoice) listener = hs_sandbox_mixer_enter (mixer);
  gint16 samples[BLOCK];
  guint n_blocks = 0;

  for (guint i = 0; i < BLOCK; i++)
    samples[i] = 1000;
  for (guint i = 0; i < 1000; i++)
    hs_sandbox_voice_hear (speaker, samples, BLOCK);
  while (samples[0] != 0 && n_blocks < 1000) {
    hs_sandbox_voice_speak (listener, samples, BLOCK);
    n_blocks++;
  }
  g_assert_cmpuint (n_blocks, <, 20);
}

static void
test_places_outlive_the_mixer (void)
{
  HsSandboxMixer *mixer = hs_sandbox_mixer_new ();
  Guest guests[2];

  guest_enter (&guests[0], mixer, 300);
  guest_enter (&guests[1], mixer, 500);
  hs_sandbox_mixer_free (mixer);
  talk (guests, 2, 20);
  assert_tone (guests[0].heard, 5 * BLOCK, 500, TONE);
  guest_leave (&guests[0]);
  guest_leave (&guests[1]);
}

/* --- offers of the sandbox's own --- */

typedef struct {
  char *sdp;
  GError *error;
  gboolean is_done;
} Result;

static void
on_done (HsSandboxMedia *media, const char *sdp, const GError *error, gpointer user_data)
{
  Result *result = user_data;

  result->sdp = g_strdup (sdp);
  result->error = error != NULL ? g_error_copy (error) : NULL;
  result->is_done = TRUE;
}

static void
result_clear (Result *result)
{
  g_clear_pointer (&result->sdp, g_free);
  g_clear_error (&result->error);
  result->is_done = FALSE;
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Result, result_clear)

static gboolean
is_done (gpointer user_data)
{
  return ((Result *) user_data)->is_done;
}

static void
make_offer (HsSandboxMedia *media, const char *direction, gboolean anew, Result *result)
{
  result_clear (result);
  hs_sandbox_media_offer (media, direction, anew, on_done, result);
  hs_fake_wait_until (is_done, result);
}

static void
answer_offer (HsSandboxMedia *media, const char *offer, Result *result)
{
  result_clear (result);
  hs_sandbox_media_update (media, offer, on_done, result);
  hs_fake_wait_until (is_done, result);
  g_assert_no_error (result->error);
}

/* One end offers, with a place in a room; the other one answers, with a tone. */
typedef struct {
  HsSandboxMixer *mixer;
  HsSandboxVoice *listener; /* somebody else in the room */
  HsSandboxMedia *offerer, *answerer;
  char *offer;
} Pair;

static void
negotiate (Pair *pair, const char *direction, gboolean anew)
{
  g_auto (Result) offer = { NULL };
  g_auto (Result) answer = { NULL };
  g_autoptr (GError) error = NULL;

  make_offer (pair->offerer, direction, anew, &offer);
  g_assert_no_error (offer.error);
  answer_offer (pair->answerer, offer.sdp, &answer);
  g_assert_true (hs_sandbox_media_take_answer (pair->offerer, answer.sdp, &error));
  g_assert_no_error (error);
  g_free (pair->offer);
  pair->offer = g_steal_pointer (&offer.sdp);
}

static void
pair_open (Pair *pair, guint hz)
{
  g_autoptr (HsSandboxVoice) place = NULL;
  g_autoptr (HsSandboxVoice) tone = hs_sandbox_voice_new_tone (hz);

  pair->mixer = hs_sandbox_mixer_new ();
  pair->listener = hs_sandbox_mixer_enter (pair->mixer);
  place = hs_sandbox_mixer_enter (pair->mixer);
  pair->offerer = hs_sandbox_media_new_for (place);
  pair->answerer = hs_sandbox_media_new_for (tone);
  negotiate (pair, "sendrecv", TRUE);
}

static void
pair_clear (Pair *pair)
{
  hs_sandbox_media_free (pair->offerer);
  hs_sandbox_media_free (pair->answerer);
  hs_sandbox_voice_unref (pair->listener);
  hs_sandbox_mixer_free (pair->mixer);
  g_free (pair->offer);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Pair, pair_clear)

/* Whether the listener has heard the tone in all of the last blocks. */
typedef struct {
  Pair *pair;
  guint hz;
  guint n_heard;
} Ear;

static gboolean
on_tick (gpointer user_data)
{
  Ear *ear = user_data;
  gint16 samples[BLOCK];

  hs_sandbox_voice_speak (ear->pair->listener, samples, BLOCK);
  ear->n_heard = fabs (measure (samples, BLOCK, ear->hz) - TONE) < 0.05 ? ear->n_heard + 1 : 0;
  return G_SOURCE_CONTINUE;
}

static gboolean
has_heard (gpointer user_data)
{
  return ((Ear *) user_data)->n_heard >= 10;
}

static void
wait_for_tone (Pair *pair, guint hz)
{
  Ear ear = { pair, hz, 0 };
  guint ticker = g_timeout_add (20, on_tick, &ear);

  hs_fake_wait_until (has_heard, &ear);
  g_source_remove (ticker);
}

static void
test_offer (void)
{
  g_auto (Pair) pair = { NULL };

  pair_open (&pair, 700);
  wait_for_tone (&pair, 700);
}

/* The same connection and session, another version. */
static void
test_offer_again (void)
{
  g_auto (Pair) pair = { NULL };
  g_autofree char *first = NULL;
  g_auto (GStrv) one = NULL;
  g_auto (GStrv) other = NULL;

  pair_open (&pair, 700);
  first = g_steal_pointer (&pair.offer);
  negotiate (&pair, "inactive", FALSE);
  one = g_strsplit (first, "\r\n", 0);
  other = g_strsplit (pair.offer, "\r\n", 0);
  g_assert_cmpuint (g_strv_length (one), ==, g_strv_length (other));
  for (guint i = 0; one[i] != NULL; i++) {
    if (g_str_has_prefix (one[i], "o="))
      g_assert_cmpstr (one[i], !=, other[i]);
    else if (g_str_equal (one[i], "a=sendrecv"))
      g_assert_cmpstr (other[i], ==, "a=inactive");
    else
      g_assert_cmpstr (one[i], ==, other[i]);
  }
  negotiate (&pair, "sendrecv", FALSE);
  wait_for_tone (&pair, 700);
}

static void
test_offer_to_somebody_else (void)
{
  g_auto (Pair) pair = { NULL };
  g_autoptr (HsSandboxVoice) tone = hs_sandbox_voice_new_tone (300);

  pair_open (&pair, 700);
  wait_for_tone (&pair, 700);
  hs_sandbox_media_free (pair.answerer);
  pair.answerer = hs_sandbox_media_new_for (tone);
  negotiate (&pair, "sendrecv", TRUE);
  wait_for_tone (&pair, 300);
}

static void
test_one_offer_at_a_time (void)
{
  g_auto (Pair) pair = { NULL };
  g_auto (Result) result = { NULL };

  pair_open (&pair, 700);
  make_offer (pair.offerer, "inactive", FALSE, &result);
  g_assert_no_error (result.error);
  make_offer (pair.offerer, "inactive", FALSE, &result);
  g_assert_error (result.error, G_IO_ERROR, G_IO_ERROR_BUSY);
  hs_sandbox_media_forget_offer (pair.offerer);
  negotiate (&pair, "sendrecv", FALSE);
}

static void
test_bad_answers (void)
{
  g_auto (Pair) pair = { NULL };
  g_auto (Result) offer = { NULL };
  g_auto (Result) answer = { NULL };
  g_autoptr (GString) other_codec = NULL;
  g_autoptr (GError) error = NULL;

  pair_open (&pair, 700);
  g_assert_false (hs_sandbox_media_take_answer (pair.offerer, pair.offer, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA);
  g_clear_error (&error);
  make_offer (pair.offerer, "sendrecv", TRUE, &offer);
  g_assert_false (hs_sandbox_media_take_answer (pair.offerer, "garbage", &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA);
  g_clear_error (&error);
  make_offer (pair.offerer, "sendrecv", TRUE, &offer);
  other_codec = g_string_new (offer.sdp);
  g_string_replace (other_codec, "opus/48000/2", "PCMA/8000", 0);
  g_assert_false (hs_sandbox_media_take_answer (pair.offerer, other_codec->str, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED);
  /* What was there goes on. */
  wait_for_tone (&pair, 700);
}

static void
test_free_while_offering (void)
{
  g_auto (Result) result = { NULL };
  HsSandboxMedia *media = hs_sandbox_media_new_for (NULL);

  hs_sandbox_media_offer (media, "sendrecv", TRUE, on_done, &result);
  hs_sandbox_media_free (media);
  media = hs_sandbox_media_new_for (NULL);
  make_offer (media, "sendrecv", TRUE, &result);
  hs_sandbox_media_free (media);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/sandbox-mixer/voice/tone", test_tone);
  g_test_add_func ("/sandbox-mixer/voice/chord", test_chord);
  g_test_add_func ("/sandbox-mixer/room/all-but-oneself", test_all_but_oneself);
  g_test_add_func ("/sandbox-mixer/room/loud-voices-are-limited", test_loud_voices_are_limited);
  g_test_add_func ("/sandbox-mixer/room/old-words-are-lost", test_old_words_are_lost);
  g_test_add_func ("/sandbox-mixer/room/places-outlive-the-mixer", test_places_outlive_the_mixer);
  g_test_add_func ("/sandbox-mixer/offer/heard", test_offer);
  g_test_add_func ("/sandbox-mixer/offer/again", test_offer_again);
  g_test_add_func ("/sandbox-mixer/offer/to-somebody-else", test_offer_to_somebody_else);
  g_test_add_func ("/sandbox-mixer/offer/one-at-a-time", test_one_offer_at_a_time);
  g_test_add_func ("/sandbox-mixer/offer/bad-answers", test_bad_answers);
  g_test_add_func ("/sandbox-mixer/offer/free-while-offering", test_free_while_offering);
  return g_test_run ();
}
