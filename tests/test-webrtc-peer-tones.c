/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "hs-peer-fixture.h"

#include "base/hs-error.h"
#include "sdp/hs-sdp-codec.h"
#include "sdp/hs-sdp-section.h"
#include "sdp/hs-sdp.h"

#include <string.h>

/* What is pressed at one end and told at the other. */

static void
on_tone (HsPeer *peer, const char *tone, guint duration_ms, GString *heard)
{
  g_string_append_printf (heard, "%s%u ", tone, duration_ms);
}

static void
on_tone_alone (HsPeer *peer, const char *tone, guint duration_ms, GString *heard)
{
  g_string_append (heard, tone);
  /* Whoever listens measures to some 20 ms. */
  g_assert_cmpuint (duration_ms, >=, 70);
  g_assert_cmpuint (duration_ms, <=, 140);
}

typedef struct {
  const GString *heard;
  const char *expected;
} Hearing;

static gboolean
has_heard (gpointer user_data)
{
  Hearing *hearing = user_data;

  return hearing->heard->len >= strlen (hearing->expected);
}

static void
wait_for_tones (GString *heard, const char *expected)
{
  Hearing hearing = { .heard = heard, .expected = expected };

  hs_test_wait (has_heard, &hearing);
  g_assert_cmpstr (heard->str, ==, expected);
  g_string_truncate (heard, 0);
}

static GAsyncResult *
begin_tones (HsParty *party, const char *tones, GCancellable *cancellable, GAsyncResult **result)
{
  hs_peer_send_tones_async (party->peer, tones, 100, 70, cancellable, hs_party_keep_result, result);
  return *result;
}

static gboolean
try_tones (HsParty *party, const char *tones, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  begin_tones (party, tones, NULL, &result);
  hs_party_wait_for_result (party, &result);
  return hs_peer_send_tones_finish (party->peer, result, error);
}

static void
send_tones (HsParty *party, const char *tones)
{
  g_autoptr (GError) error = NULL;
  gboolean sent = try_tones (party, tones, &error);

  g_assert_no_error (error);
  g_assert_true (sent);
}

static void
join (HsPeerFixture *f)
{
  hs_party_join (f, &f->a);
  hs_party_join (f, &f->b);
  hs_party_open_microphone (&f->a);
  hs_party_open_microphone (&f->b);
}

/* A calls B with an offer that is changed on its way. */
static void
call_with (HsPeerFixture *f, void (*edit) (HsSdpSection *audio))
{
  g_autofree char *offer = NULL;
  g_autofree char *edited = NULL;
  g_autofree char *answer = NULL;
  g_autoptr (HsSdp) sdp = NULL;

  join (f);
  offer = hs_party_offer (&f->a);
  sdp = hs_sdp_parse (offer, NULL);
  if (edit != NULL)
    edit (hs_sdp_get_section (sdp, 0));
  edited = hs_sdp_to_text (sdp);
  hs_party_take (&f->b, HS_DESCRIPTION_OFFER, edited);
  answer = hs_party_answer (&f->b);
  hs_party_take (&f->a, HS_DESCRIPTION_ANSWER, answer);
  hs_party_wait_for_tone (&f->b, f->a.hz);
  hs_party_wait_for_tone (&f->a, f->b.hz);
}

static void
remove_payloads (HsSdpSection *audio, const char *name, guint clock_rate)
{
  g_autoptr (GPtrArray) codecs = hs_sdp_section_dup_codecs (audio);

  for (guint i = 0; i < codecs->len; i++) {
    const HsSdpCodec *codec = codecs->pdata[i];
    g_autofree char *format = g_strdup_printf ("%d", codec->payload);

    if (g_ascii_strcasecmp (codec->name, name) == 0 && codec->clock_rate == clock_rate)
      hs_sdp_section_remove_format (audio, format);
  }
}

static void
remove_events (HsSdpSection *audio)
{
  remove_payloads (audio, "telephone-event", 48000);
  remove_payloads (audio, "telephone-event", 8000);
}

static void
remove_opus (HsSdpSection *audio)
{
  remove_payloads (audio, "opus", 48000);
}

/* As some browsers offer. */
static void
leave_narrow_events (HsSdpSection *audio)
{
  remove_payloads (audio, "telephone-event", 48000);
}

/* --- events --- */

static void
exchange (HsPeerFixture *f, void (*edit) (HsSdpSection *audio))
{
  g_autoptr (GString) heard = g_string_new (NULL);

  call_with (f, edit);
  g_signal_connect (f->a.peer, "tone-received", G_CALLBACK (on_tone), heard);
  g_signal_connect (f->b.peer, "tone-received", G_CALLBACK (on_tone), heard);
  send_tones (&f->a, "15#");
  wait_for_tones (heard, "1100 5100 #100 ");
  send_tones (&f->b, "D");
  wait_for_tones (heard, "D100 ");
  hs_party_wait_for_tone (&f->b, f->a.hz);
  hs_party_wait_for_tone (&f->a, f->b.hz);
  g_signal_handlers_disconnect_by_data (f->a.peer, heard);
  g_signal_handlers_disconnect_by_data (f->b.peer, heard);
}

static void
test_events (HsPeerFixture *f, gconstpointer data)
{
  exchange (f, NULL);
}

static void
test_events_of_narrow_band (HsPeerFixture *f, gconstpointer data)
{
  exchange (f, remove_opus);
}

static void
test_narrow_events_with_opus (HsPeerFixture *f, gconstpointer data)
{
  exchange (f, leave_narrow_events);
}

static void
test_queued (HsPeerFixture *f, gconstpointer data)
{
  g_autoptr (GString) heard = g_string_new (NULL);
  g_autoptr (GAsyncResult) first = NULL;

  call_with (f, NULL);
  g_signal_connect (f->b.peer, "tone-received", G_CALLBACK (on_tone), heard);
  begin_tones (&f->a, "12", NULL, &first);
  send_tones (&f->a, "3");
  g_assert_nonnull (first);
  g_assert_true (hs_peer_send_tones_finish (f->a.peer, first, NULL));
  wait_for_tones (heard, "1100 2100 3100 ");
  g_signal_handlers_disconnect_by_data (f->b.peer, heard);
}

/* --- in the sound --- */

static void
test_sound (HsPeerFixture *f, gconstpointer data)
{
  g_autoptr (GString) heard = g_string_new (NULL);

  call_with (f, remove_events);
  g_signal_connect (f->a.peer, "tone-received", G_CALLBACK (on_tone_alone), heard);
  g_signal_connect (f->b.peer, "tone-received", G_CALLBACK (on_tone_alone), heard);
  send_tones (&f->a, "1590*#");
  wait_for_tones (heard, "1590*#");
  send_tones (&f->b, "77A");
  wait_for_tones (heard, "77A");
  hs_party_wait_for_tone (&f->b, f->a.hz);
  hs_party_wait_for_tone (&f->a, f->b.hz);
  g_signal_handlers_disconnect_by_data (f->a.peer, heard);
  g_signal_handlers_disconnect_by_data (f->b.peer, heard);
}

/* --- what ends it --- */

static void
test_without_audio (HsPeerFixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  join (f);
  g_assert_false (try_tones (&f->a, "1", &error));
  g_assert_error (error, HS_CALL_ERROR, HS_CALL_ERROR_INVALID_STATE);
}

static void
test_hold_ends_it (HsPeerFixture *f, gconstpointer data)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  call_with (f, NULL);
  begin_tones (&f->a, ",,,,,,,,,,,,,,,,,,,,1", NULL, &result);
  hs_peer_set_local_hold (f->a.peer, TRUE);
  hs_party_negotiate (&f->a, &f->b);
  hs_party_wait_for_result (&f->a, &result);
  g_assert_false (hs_peer_send_tones_finish (f->a.peer, result, &error));
  g_assert_error (error, HS_CALL_ERROR, HS_CALL_ERROR_GENERIC);
  g_clear_error (&error);
  g_assert_false (try_tones (&f->a, "1", &error));
  g_assert_error (error, HS_CALL_ERROR, HS_CALL_ERROR_GENERIC);
}

static void
test_cancelled (HsPeerFixture *f, gconstpointer data)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GString) heard = g_string_new (NULL);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  call_with (f, NULL);
  g_signal_connect (f->b.peer, "tone-received", G_CALLBACK (on_tone), heard);
  begin_tones (&f->a, ",,,,,,,,,,,,,,,,,,,,1", cancellable, &result);
  g_cancellable_cancel (cancellable);
  hs_party_wait_for_result (&f->a, &result);
  g_assert_false (hs_peer_send_tones_finish (f->a.peer, result, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  send_tones (&f->a, "2");
  wait_for_tones (heard, "2100 ");
  g_signal_handlers_disconnect_by_data (f->b.peer, heard);
}

static void
test_closed (HsPeerFixture *f, gconstpointer data)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  call_with (f, NULL);
  begin_tones (&f->a, ",,,,,,,,,,,,,,,,,,,,1", NULL, &result);
  hs_peer_close (f->a.peer);
  hs_party_wait_for_result (&f->a, &result);
  g_assert_false (hs_peer_send_tones_finish (f->a.peer, result, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(path, test)                                                                            \
  g_test_add ("/webrtc-peer/tones/" path, HsPeerFixture, NULL, hs_peer_fixture_set_up, test,       \
              hs_peer_fixture_tear_down)
  ADD ("events", test_events);
  ADD ("events-of-narrow-band", test_events_of_narrow_band);
  ADD ("narrow-events-with-opus", test_narrow_events_with_opus);
  ADD ("queued", test_queued);
  ADD ("sound", test_sound);
  ADD ("without-audio", test_without_audio);
  ADD ("hold-ends-it", test_hold_ends_it);
  ADD ("cancelled", test_cancelled);
  ADD ("closed", test_closed);
  return g_test_run ();
}
