/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "hs-sandbox-media.h"

#include "hs-media-result.h"

/* --- what is heard --- */

typedef struct {
  const char *formats;  /* the caller's, first one first */
  const char *expected; /* the first line of the answer's codec */
} Codecs;

static const Codecs opus = { "OPUS PCMU", "m=audio 9 UDP/TLS/RTP/SAVPF 109\r\n" };
static const Codecs pcmu = { "PCMU", "m=audio 9 UDP/TLS/RTP/SAVPF 0\r\n" };
static const Codecs pcma = { "PCMA OPUS", "m=audio 9 UDP/TLS/RTP/SAVPF 8\r\n" };

static gboolean
has_heard_a_second (gpointer caller)
{
  return hs_fake_caller_get_heard_ms (caller) >= 1000;
}

static void
test_echo (gconstpointer data)
{
  const Codecs *codecs = data;
  g_autoptr (HsSandboxMedia) media = NULL;
  g_auto (HsMediaResult) result = { 0 };
  g_autoptr (HsFakeCaller) caller =
      hs_media_result_connect (HS_SANDBOX_MEDIA_ECHO, codecs->formats, &media, &result);
  HsFakeTone tone;

  hs_test_assert_has (result.answer, codecs->expected);
  hs_fake_caller_send_tone (caller, 1000, 0.3, 1000);
  hs_fake_wait_until (hs_fake_caller_has_heard_silence, caller);
  tone = hs_fake_caller_measure (caller);
  g_assert_cmpfloat_with_epsilon (tone.hz, 1000, 5);
  g_assert_cmpfloat_with_epsilon (tone.amplitude, 0.3, 0.03);
  g_assert_cmpuint (tone.duration_ms, >=, 940);
  g_assert_cmpuint (tone.duration_ms, <=, 1060);
}

static void
test_tone (gconstpointer data)
{
  const Codecs *codecs = data;
  g_autoptr (HsSandboxMedia) media = NULL;
  g_auto (HsMediaResult) result = { 0 };
  g_autoptr (HsFakeCaller) caller =
      hs_media_result_connect (HS_SANDBOX_MEDIA_TONE, codecs->formats, &media, &result);
  HsFakeTone tone;

  hs_test_assert_has (result.answer, codecs->expected);
  hs_fake_wait_until (has_heard_a_second, caller);
  tone = hs_fake_caller_measure (caller);
  g_assert_cmpfloat_with_epsilon (tone.hz, 440, 5);
  g_assert_cmpfloat_with_epsilon (tone.amplitude, 0.2512, 0.0251);
  g_assert_cmpuint (tone.duration_ms, >=, 940);
}

/* --- directions --- */

typedef struct {
  HsFakeCaller *caller;
  guint sent, heard_ms;
} Mark;

static gboolean
has_sent_half_a_second (gpointer user_data)
{
  Mark *mark = user_data;

  return hs_fake_caller_get_sent (mark->caller) >= mark->sent + 25;
}

static gboolean
has_heard_more (gpointer user_data)
{
  Mark *mark = user_data;

  return hs_fake_caller_get_heard_ms (mark->caller) >= mark->heard_ms + 300;
}

static void
mark_set (Mark *mark)
{
  mark->sent = hs_fake_caller_get_sent (mark->caller);
  mark->heard_ms = hs_fake_caller_get_heard_ms (mark->caller);
}

static void
test_hold (gconstpointer data)
{
  HsSandboxMediaKind kind = GPOINTER_TO_INT (data);
  g_autoptr (HsSandboxMedia) media = NULL;
  g_auto (HsMediaResult) result = { 0 };
  g_autoptr (HsFakeCaller) caller = hs_media_result_connect (kind, "OPUS", &media, &result);
  g_autofree char *offer = hs_fake_caller_dup_offer (caller);
  g_autofree char *hold = hs_test_replace (offer, "a=sendrecv\r\n", "a=sendonly\r\n");
  Mark mark = { caller };

  hs_fake_caller_send_tone (caller, 1000, 0.3, G_MAXUINT);
  mark_set (&mark);
  hs_fake_wait_until (has_heard_more, &mark);

  hs_media_result_update (media, hold, &result);
  hs_test_assert_has (result.answer, "a=recvonly\r\n");
  /* what was under way arrives in the meantime */
  mark_set (&mark);
  hs_fake_wait_until (has_sent_half_a_second, &mark);
  mark_set (&mark);
  hs_fake_wait_until (has_sent_half_a_second, &mark);
  g_assert_cmpuint (hs_fake_caller_get_heard_ms (caller), ==, mark.heard_ms);

  hs_media_result_update (media, offer, &result);
  hs_test_assert_has (result.answer, "a=sendrecv\r\n");
  hs_fake_wait_until (has_heard_more, &mark);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/sandbox-media/echo/opus", &opus, test_echo);
  g_test_add_data_func ("/sandbox-media/echo/pcmu", &pcmu, test_echo);
  g_test_add_data_func ("/sandbox-media/echo/pcma", &pcma, test_echo);
  g_test_add_data_func ("/sandbox-media/tone/opus", &opus, test_tone);
  g_test_add_data_func ("/sandbox-media/tone/pcmu", &pcmu, test_tone);
  g_test_add_data_func ("/sandbox-media/tone/pcma", &pcma, test_tone);
  g_test_add_data_func ("/sandbox-media/update/hold-echo", GINT_TO_POINTER (HS_SANDBOX_MEDIA_ECHO),
                        test_hold);
  g_test_add_data_func ("/sandbox-media/update/hold-tone", GINT_TO_POINTER (HS_SANDBOX_MEDIA_TONE),
                        test_hold);
  return g_test_run ();
}
