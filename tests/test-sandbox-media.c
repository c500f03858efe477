/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "hs-sandbox-media.h"

#include "hs-fake-caller.h"

#include <gio/gio.h>
#include <nice/interfaces.h>
#include <string.h>

#define FINGERPRINT                                                                                \
  "sha-256 "                                                                                       \
  "A7:1F:97:40:06:E1:07:E1:E3:6F:4E:79:0E:E7:1E:D1:F6:5B:59:D9:A0:58:32:E6:AD:58:95:63:E9:ED:D3:"  \
  "5B"

#define TRANSPORT                                                                                  \
  "a=ice-ufrag:EXEt\r\na=ice-pwd:SKmLUXSBIFlHK4mmmYKjmVSs\r\na=fingerprint:" FINGERPRINT           \
  "\r\na=setup:actpass\r\n"

#define LOOPBACK "a=candidate:1 1 udp 2122194687 127.0.0.1 34312 typ host generation 0\r\n"
#define HEAD     "v=0\r\no=- 5999523259709673978 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n"

#define AUDIO_FORMATS                                                                              \
  "c=IN IP4 0.0.0.0\r\na=rtpmap:111 opus/48000/2\r\na=rtpmap:63 red/48000/2\r\n"                   \
  "a=rtpmap:0 PCMU/8000\r\na=rtpmap:8 PCMA/8000\r\na=rtpmap:110 telephone-event/48000\r\n"         \
  "a=rtpmap:126 telephone-event/8000\r\na=fmtp:111 minptime=10;useinbandfec=1\r\n"                 \
  "a=rtcp-mux\r\na=rtcp-rsize\r\n"

#define AUDIO                                                                                      \
  "m=audio 34312 UDP/TLS/RTP/SAVPF 63 111 0 8 110 126\r\n" AUDIO_FORMATS TRANSPORT LOOPBACK
#define SIMPLE HEAD AUDIO "a=sendrecv\r\n"

#define VIDEO                                                                                      \
  "c=IN IP4 0.0.0.0\r\na=rtpmap:96 VP8/90000\r\na=rtpmap:97 rtx/90000\r\na=fmtp:97 apt=96\r\n"     \
  "a=sendrecv\r\na=rtcp-mux\r\n"

typedef struct {
  char *answer;
  GError *error;
  guint n_calls;
} Result;

static void
on_done (HsSandboxMedia *media, const char *answer, const GError *error, gpointer user_data)
{
  Result *result = user_data;

  result->n_calls++;
  result->answer = g_strdup (answer);
  result->error = error != NULL ? g_error_copy (error) : NULL;
}

static void
result_clear (Result *result)
{
  g_clear_pointer (&result->answer, g_free);
  g_clear_error (&result->error);
  result->n_calls = 0;
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Result, result_clear)

static gboolean
is_done (gpointer user_data)
{
  return ((Result *) user_data)->n_calls > 0;
}

static HsSandboxMedia *
answer_offer (HsSandboxMediaKind kind, const char *offer, Result *result)
{
  HsSandboxMedia *media = hs_sandbox_media_new (kind, offer, on_done, result);

  g_assert_cmpuint (result->n_calls, ==, 0);
  hs_fake_wait_until (is_done, result);
  g_assert_cmpuint (result->n_calls, ==, 1);
  return media;
}

static void
update (HsSandboxMedia *media, const char *offer, Result *result)
{
  result_clear (result);
  hs_sandbox_media_update (media, offer, on_done, result);
  g_assert_cmpuint (result->n_calls, ==, 0);
  hs_fake_wait_until (is_done, result);
}

static char *
replace (const char *text, const char *from, const char *to)
{
  g_auto (GStrv) parts = g_strsplit (text, from, -1);

  g_assert_cmpuint (g_strv_length (parts), >, 1);
  return g_strjoinv (to, parts);
}

static void
assert_has (const char *text, const char *part)
{
  if (strstr (text, part) == NULL)
    g_error ("no \"%s\" in:\n%s", part, text);
}

static void
assert_lacks (const char *text, const char *part)
{
  if (strstr (text, part) != NULL)
    g_error ("\"%s\" in:\n%s", part, text);
}

/* Returns: the text of the @index-th media line with its attributes. */
static char *
dup_section (const char *sdp, guint index)
{
  g_auto (GStrv) parts = g_strsplit (sdp, "\r\nm=", -1);

  g_assert_cmpuint (g_strv_length (parts), >, index + 1);
  return g_strdup (parts[index + 1]);
}

/* --- what is heard --- */

typedef struct {
  const char *formats;  /* the caller's, first one first */
  const char *expected; /* the first line of the answer's codec */
} Codecs;

static const Codecs opus = { "OPUS PCMU", "m=audio 9 UDP/TLS/RTP/SAVPF 109\r\n" };
static const Codecs pcmu = { "PCMU", "m=audio 9 UDP/TLS/RTP/SAVPF 0\r\n" };
static const Codecs pcma = { "PCMA OPUS", "m=audio 9 UDP/TLS/RTP/SAVPF 8\r\n" };

static HsFakeCaller *
connect_caller (HsSandboxMediaKind kind,
                const char *formats,
                HsSandboxMedia **media,
                Result *result)
{
  HsFakeCaller *caller = hs_fake_caller_new (formats);
  g_autofree char *offer = hs_fake_caller_offer (caller);

  *media = answer_offer (kind, offer, result);
  g_assert_no_error (result->error);
  hs_fake_caller_take_answer (caller, result->answer);
  hs_fake_wait_until (hs_fake_caller_is_connected, caller);
  return caller;
}

static gboolean
has_heard_a_second (gpointer caller)
{
  return hs_fake_caller_get_heard_ms (caller) >= 1000;
}

static gboolean
has_heard_silence (gpointer caller)
{
  return hs_fake_caller_get_silent_ms (caller) >= 200;
}

static void
test_echo (gconstpointer data)
{
  const Codecs *codecs = data;
  g_autoptr (HsSandboxMedia) media = NULL;
  g_auto (Result) result = { 0 };
  g_autoptr (HsFakeCaller) caller =
      connect_caller (HS_SANDBOX_MEDIA_ECHO, codecs->formats, &media, &result);
  HsFakeTone tone;

  assert_has (result.answer, codecs->expected);
  hs_fake_caller_send_tone (caller, 1000, 0.3, 1000);
  hs_fake_wait_until (has_heard_silence, caller);
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
  g_auto (Result) result = { 0 };
  g_autoptr (HsFakeCaller) caller =
      connect_caller (HS_SANDBOX_MEDIA_TONE, codecs->formats, &media, &result);
  HsFakeTone tone;

  assert_has (result.answer, codecs->expected);
  hs_fake_wait_until (has_heard_a_second, caller);
  tone = hs_fake_caller_measure (caller);
  g_assert_cmpfloat_with_epsilon (tone.hz, 440, 5);
  g_assert_cmpfloat_with_epsilon (tone.amplitude, 0.2512, 0.0251);
  g_assert_cmpuint (tone.duration_ms, >=, 940);
}

/* --- directions --- */

static void
test_directions (void)
{
  const char *const pairs[][2] = { { "a=sendrecv\r\n", "a=sendrecv\r\n" },
                                   { "a=sendonly\r\n", "a=recvonly\r\n" },
                                   { "a=recvonly\r\n", "a=sendonly\r\n" },
                                   { "a=inactive\r\n", "a=inactive\r\n" } };

  for (guint i = 0; i < G_N_ELEMENTS (pairs); i++) {
    g_autoptr (HsSandboxMedia) media = NULL;
    g_auto (Result) result = { 0 };
    g_autofree char *offer = replace (SIMPLE, "a=sendrecv\r\n", pairs[i][0]);

    media = answer_offer (HS_SANDBOX_MEDIA_ECHO, offer, &result);
    g_assert_no_error (result.error);
    assert_has (result.answer, pairs[i][1]);
  }
}

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
  g_auto (Result) result = { 0 };
  g_autoptr (HsFakeCaller) caller = connect_caller (kind, "OPUS", &media, &result);
  g_autofree char *offer = hs_fake_caller_dup_offer (caller);
  g_autofree char *hold = replace (offer, "a=sendrecv\r\n", "a=sendonly\r\n");
  Mark mark = { caller };

  hs_fake_caller_send_tone (caller, 1000, 0.3, G_MAXUINT);
  mark_set (&mark);
  hs_fake_wait_until (has_heard_more, &mark);

  update (media, hold, &result);
  assert_has (result.answer, "a=recvonly\r\n");
  /* what was under way arrives in the meantime */
  mark_set (&mark);
  hs_fake_wait_until (has_sent_half_a_second, &mark);
  mark_set (&mark);
  hs_fake_wait_until (has_sent_half_a_second, &mark);
  g_assert_cmpuint (hs_fake_caller_get_heard_ms (caller), ==, mark.heard_ms);

  update (media, offer, &result);
  assert_has (result.answer, "a=sendrecv\r\n");
  hs_fake_wait_until (has_heard_more, &mark);
}

/* --- answers --- */

static void
test_refused_lines (void)
{
  const char *offer =
      HEAD "a=group:BUNDLE 0 1 2\r\n" AUDIO "a=mid:0\r\na=sendrecv\r\n"
           "m=video 9 UDP/TLS/RTP/SAVPF 96 97\r\n" VIDEO "a=mid:1\r\n" TRANSPORT
           "m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\nc=IN IP4 0.0.0.0\r\n"
           "a=mid:2\r\na=sctp-port:5000\r\n" TRANSPORT;
  g_autoptr (HsSandboxMedia) media = NULL;
  g_auto (Result) result = { 0 };
  g_autofree char *audio = NULL, *video = NULL, *data = NULL;

  media = answer_offer (HS_SANDBOX_MEDIA_ECHO, offer, &result);
  g_assert_no_error (result.error);
  assert_has (result.answer, "a=group:BUNDLE 0\r\n");
  audio = dup_section (result.answer, 0);
  g_assert_true (g_str_has_prefix (audio, "audio 9 UDP/TLS/RTP/SAVPF 111 110\r\n"));
  assert_has (audio, "a=mid:0\r\n");
  assert_has (audio, "a=rtpmap:110 telephone-event/48000\r\na=fmtp:110 0-15\r\n");
  assert_has (audio, "a=rtcp-mux\r\na=rtcp-rsize\r\n");
  assert_has (audio, "a=setup:active\r\n");
  video = dup_section (result.answer, 1);
  g_assert_cmpstr (video, ==,
                   "video 0 UDP/TLS/RTP/SAVPF 96\r\nc=IN IP4 0.0.0.0\r\na=mid:1\r\n"
                   "a=rtpmap:96 VP8/90000\r\na=inactive");
  data = dup_section (result.answer, 2);
  g_assert_cmpstr (data, ==,
                   "application 0 UDP/DTLS/SCTP webrtc-datachannel\r\nc=IN IP4 0.0.0.0\r\n"
                   "a=mid:2\r\na=inactive\r\n");
}

/* With bundle-policy max-bundle a browser writes the transport into the first line only, and keeps
 * it there. */
static void
test_bundled_behind_video (void)
{
  const char *offer =
      HEAD "a=group:BUNDLE v a\r\nm=video 9 UDP/TLS/RTP/SAVPF 96 97\r\n" VIDEO
           "a=mid:v\r\n" TRANSPORT LOOPBACK "m=audio 0 UDP/TLS/RTP/SAVPF 0 126\r\n" AUDIO_FORMATS
           "a=mid:a\r\na=bundle-only\r\na=sendrecv\r\n";
  g_autoptr (HsSandboxMedia) media = NULL;
  g_auto (Result) result = { 0 };
  g_autofree char *audio = NULL, *video = NULL;

  media = answer_offer (HS_SANDBOX_MEDIA_ECHO, offer, &result);
  g_assert_no_error (result.error);
  assert_has (result.answer, "a=group:BUNDLE v a\r\n");
  video = dup_section (result.answer, 0);
  g_assert_true (g_str_has_prefix (video, "video 9 UDP/TLS/RTP/SAVPF 96\r\n"));
  assert_has (video, "a=inactive");
  assert_has (video, "a=candidate:");
  audio = dup_section (result.answer, 1);
  g_assert_true (g_str_has_prefix (audio, "audio 9 UDP/TLS/RTP/SAVPF 0 126\r\n"));
  assert_has (audio, "a=candidate:");
  assert_has (audio, "a=rtpmap:126 telephone-event/8000\r\n");
}

/* A static payload number needs no rtpmap, and a mid and a bundle are not a must either. */
static void
test_bare_pcma (void)
{
  const char *offer = HEAD
      "m=audio 9 UDP/TLS/RTP/SAVPF 18 8\r\nc=IN IP4 0.0.0.0\r\na=rtcp-mux\r\n" TRANSPORT LOOPBACK;
  g_autoptr (HsSandboxMedia) media = NULL;
  g_auto (Result) result = { 0 };

  media = answer_offer (HS_SANDBOX_MEDIA_TONE, offer, &result);
  g_assert_no_error (result.error);
  assert_has (result.answer, "m=audio 9 UDP/TLS/RTP/SAVPF 8\r\n");
  assert_lacks (result.answer, "a=mid");
  assert_lacks (result.answer, "a=group");
  assert_lacks (result.answer, "telephone-event");
}

static gboolean
has_candidate (const char *sdp, const char *address)
{
  g_autofree char *part = g_strdup_printf (" %s ", address);

  return strstr (sdp, part) != NULL;
}

static void
test_candidates (void)
{
  g_autofree char *remote = replace (SIMPLE, " 127.0.0.1 34312", " 192.0.2.2 34312");
  GList *addresses = nice_interfaces_get_local_ips (FALSE);
  g_autoptr (HsSandboxMedia) near = NULL, far = NULL;
  g_auto (Result) near_result = { 0 }, far_result = { 0 };

  near = answer_offer (HS_SANDBOX_MEDIA_ECHO, SIMPLE, &near_result);
  g_assert_true (has_candidate (near_result.answer, "127.0.0.1"));
  far = answer_offer (HS_SANDBOX_MEDIA_ECHO, remote, &far_result);
  g_assert_true (has_candidate (far_result.answer, "127.0.0.1"));
  for (GList *link = addresses; link != NULL; link = link->next) {
    g_assert_false (has_candidate (near_result.answer, link->data));
    if (!g_str_has_prefix (link->data, "fe80"))
      g_assert_true (has_candidate (far_result.answer, link->data));
  }
  assert_lacks (far_result.answer, " tcp ");
  assert_lacks (far_result.answer, " TCP ");
  g_list_free_full (addresses, g_free);
}

/* --- later offers --- */

static void
test_update_keeps_transport (void)
{
  const char *added = SIMPLE "m=video 9 UDP/TLS/RTP/SAVPF 96 97\r\n" VIDEO TRANSPORT;
  g_autoptr (HsSandboxMedia) media = NULL;
  g_auto (Result) result = { 0 };
  g_autofree char *first = NULL, *section = NULL, *again = NULL;
  g_auto (GStrv) origin = NULL;
  g_autofree char *expected = NULL;

  media = answer_offer (HS_SANDBOX_MEDIA_ECHO, SIMPLE, &result);
  g_assert_no_error (result.error);
  first = g_strdup (result.answer);
  section = dup_section (first, 0);
  origin = g_strsplit (first, " ", 3);
  g_assert_true (g_str_has_prefix (origin[2], "1 IN IP4"));
  update (media, added, &result);
  g_assert_no_error (result.error);
  again = dup_section (result.answer, 0);
  expected = g_strconcat (again, "\r\n", NULL);
  g_assert_cmpstr (section, ==, expected);
  g_free (expected);
  expected = g_strdup_printf ("v=0\r\no=- %s 2 IN IP4 ", origin[1]);
  g_assert_true (g_str_has_prefix (result.answer, expected));
}

static void
test_update_without_audio (void)
{
  g_autofree char *removed = replace (SIMPLE, "m=audio 34312", "m=audio 0");
  g_autoptr (HsSandboxMedia) media = NULL;
  g_auto (Result) result = { 0 };

  media = answer_offer (HS_SANDBOX_MEDIA_ECHO, SIMPLE, &result);
  update (media, removed, &result);
  g_assert_no_error (result.error);
  assert_has (result.answer, "m=audio 0 UDP/TLS/RTP/SAVPF 63\r\n");
  update (media, SIMPLE, &result);
  g_assert_no_error (result.error);
  assert_has (result.answer, "m=audio 9 UDP/TLS/RTP/SAVPF 111 110\r\n");
}

/* Another fingerprint is another far end; what it hears shows that the connection is a new one. */
static void
test_update_from_elsewhere (void)
{
  g_autoptr (HsSandboxMedia) media = NULL;
  g_auto (Result) result = { 0 };
  g_autoptr (HsFakeCaller) caller = connect_caller (HS_SANDBOX_MEDIA_ECHO, "OPUS", &media, &result);
  g_autoptr (HsFakeCaller) other = hs_fake_caller_new_with_certificate ("OPUS");
  g_autofree char *offer = hs_fake_caller_offer (other);
  HsFakeTone tone;

  update (media, offer, &result);
  g_assert_no_error (result.error);
  hs_fake_caller_take_answer (other, result.answer);
  hs_fake_wait_until (hs_fake_caller_is_connected, other);
  hs_fake_caller_send_tone (other, 700, 0.3, 500);
  hs_fake_wait_until (has_heard_silence, other);
  tone = hs_fake_caller_measure (other);
  g_assert_cmpfloat_with_epsilon (tone.hz, 700, 5);
}

static void
test_update_errors (void)
{
  const char *two = SIMPLE "m=video 9 UDP/TLS/RTP/SAVPF 96 97\r\n" VIDEO TRANSPORT;
  g_autofree char *lost = replace (two, "a=rtpmap:111 opus", "a=rtpmap:111 other");
  g_autoptr (HsSandboxMedia) media = NULL;
  g_auto (Result) result = { 0 }, early = { 0 };

  media = hs_sandbox_media_new (HS_SANDBOX_MEDIA_ECHO, two, on_done, &result);
  hs_sandbox_media_update (media, two, on_done, &early);
  hs_fake_wait_until (is_done, &result);
  hs_fake_wait_until (is_done, &early);
  g_assert_no_error (result.error);
  g_assert_error (early.error, G_IO_ERROR, G_IO_ERROR_BUSY);
  update (media, SIMPLE, &result);
  g_assert_error (result.error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA);
  update (media, lost, &result);
  g_assert_error (result.error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED);
  update (media, two, &result);
  g_assert_no_error (result.error);
  assert_has (result.answer, " 2 IN IP4");
}

/* --- what must not be believed --- */

static void
test_garbage (void)
{
  const struct {
    const char *from, *to;
    int code;
  } cases[] = {
    { "v=0\r\n", "", G_IO_ERROR_INVALID_DATA },
    { SIMPLE, "", G_IO_ERROR_INVALID_DATA },
    { SIMPLE, "v=0", G_IO_ERROR_INVALID_DATA },
    { SIMPLE, "v=0\r\nm=\r\nm=audio\r\na=rtpmap:\r\n", G_IO_ERROR_INVALID_DATA },
    { SIMPLE, "{\"v\": 0}", G_IO_ERROR_INVALID_DATA },
    { "s=-", "s=\xff\xfe", G_IO_ERROR_INVALID_DATA },
    { AUDIO, "", G_IO_ERROR_INVALID_DATA },
    { "m=audio 34312 UDP/TLS/RTP/SAVPF 63 111", "m=audio 34312 UDP/TLS/RTP/SAVPF <63>",
      G_IO_ERROR_INVALID_DATA },
    { "a=ice-ufrag:EXEt", "a=ice-ufrag:E!t", G_IO_ERROR_INVALID_DATA },
    { "a=ice-ufrag:EXEt\r\n", "", G_IO_ERROR_INVALID_DATA },
    { "a=ice-pwd:SKmLUXSBIFlHK4mmmYKjmVSs", "a=ice-pwd:short", G_IO_ERROR_INVALID_DATA },
    { "sha-256 A7:1F", "sha-256 A7:1", G_IO_ERROR_INVALID_DATA },
    { "sha-256 A7", "sha-256 XY", G_IO_ERROR_INVALID_DATA },
    { "sha-256 A7", "md5 A7", G_IO_ERROR_INVALID_DATA },
    { "a=setup:actpass", "a=setup:holdconn", G_IO_ERROR_INVALID_DATA },
    { "a=rtcp-mux\r\n", "", G_IO_ERROR_NOT_SUPPORTED },
    { " 63 111 0 8 110 126", " 63", G_IO_ERROR_NOT_SUPPORTED },
    { "UDP/TLS/RTP/SAVPF", "RTP/AVP", G_IO_ERROR_NOT_SUPPORTED },
    { "m=audio 34312", "m=video 34312", G_IO_ERROR_NOT_SUPPORTED },
    { "m=audio 34312", "m=audio 0", G_IO_ERROR_NOT_SUPPORTED },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree char *offer = replace (SIMPLE, cases[i].from, cases[i].to);
    g_auto (Result) result = { 0 };
    g_autoptr (HsSandboxMedia) media = NULL;

    g_test_message ("case %u", i);
    media = answer_offer (HS_SANDBOX_MEDIA_ECHO, offer, &result);
    g_assert_error (result.error, G_IO_ERROR, cases[i].code);
    g_assert_null (result.answer);
  }
}

static void
test_too_long (void)
{
  g_autofree char *filler = g_strnfill (70000, 'x');
  g_autofree char *offer = replace (SIMPLE, "s=-", filler);
  g_autoptr (HsSandboxMedia) media = NULL;
  g_auto (Result) result = { 0 };

  media = answer_offer (HS_SANDBOX_MEDIA_ECHO, offer, &result);
  g_assert_error (result.error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA);
}

/* Cuts a good offer everywhere: an answer or an error, and nothing else. */
static void
test_cut_short (void)
{
  for (size_t length = 0; length < strlen (SIMPLE); length += 3) {
    g_autofree char *offer = g_strndup (SIMPLE, length);
    g_auto (Result) result = { 0 };
    g_autoptr (HsSandboxMedia) media = NULL;

    media = answer_offer (HS_SANDBOX_MEDIA_ECHO, offer, &result);
    g_assert_true ((result.answer == NULL) == (result.error != NULL));
  }
}

/* --- life times --- */

static void
test_free_while_pending (void)
{
  for (guint turns = 0; turns < 12; turns++) {
    g_auto (Result) result = { 0 };
    HsSandboxMedia *media = hs_sandbox_media_new (HS_SANDBOX_MEDIA_TONE, SIMPLE, on_done, &result);
    guint n_calls;

    for (guint i = 0; i < turns && result.n_calls == 0; i++)
      g_main_context_iteration (NULL, TRUE);
    n_calls = result.n_calls;
    hs_sandbox_media_free (media);
    while (g_main_context_iteration (NULL, FALSE))
      ;
    g_assert_cmpuint (result.n_calls, ==, n_calls);
  }
}

static void
on_done_free (HsSandboxMedia *media, const char *answer, const GError *error, gpointer user_data)
{
  on_done (media, answer, error, user_data);
  hs_sandbox_media_free (media);
}

static void
test_free_in_callback (void)
{
  const char *const offers[] = { SIMPLE, "garbage" };

  for (guint i = 0; i < G_N_ELEMENTS (offers); i++) {
    g_auto (Result) result = { 0 };

    hs_sandbox_media_new (HS_SANDBOX_MEDIA_ECHO, offers[i], on_done_free, &result);
    hs_fake_wait_until (is_done, &result);
  }
}

static guint
count_entries (const char *path)
{
  g_autoptr (GDir) folder = g_dir_open (path, 0, NULL);
  guint n_entries = 0;

  while (g_dir_read_name (folder) != NULL)
    n_entries++;
  return n_entries;
}

typedef struct {
  guint threads, descriptors;
} Usage;

static Usage
get_usage (void)
{
  return (Usage){ count_entries ("/proc/self/task"), count_entries ("/proc/self/fd") };
}

/* Pools keep idle threads for a while. */
static gboolean
is_back_at (gpointer user_data)
{
  Usage *before = user_data, now = get_usage ();

  return now.threads <= before->threads && now.descriptors <= before->descriptors;
}

static void
set_up_and_leave (guint times)
{
  for (guint i = 0; i < times; i++) {
    g_auto (Result) result = { 0 };
    HsSandboxMedia *media =
        answer_offer (i % 2 == 0 ? HS_SANDBOX_MEDIA_ECHO : HS_SANDBOX_MEDIA_TONE, SIMPLE, &result);

    g_assert_no_error (result.error);
    hs_sandbox_media_free (media);
  }
}

static void
test_two_hundred_set_ups (void)
{
  Usage before;

  set_up_and_leave (5);
  before = get_usage ();
  set_up_and_leave (200);
  hs_fake_wait_until (is_back_at, &before);
}

static void
test_ten_calls (void)
{
  Usage before = { 0 };

  for (guint i = 0; i < 12; i++) {
    g_autoptr (HsSandboxMedia) media = NULL;
    g_auto (Result) result = { 0 };
    g_autoptr (HsFakeCaller) caller = NULL;

    if (i == 2)
      before = get_usage ();
    caller = connect_caller (HS_SANDBOX_MEDIA_TONE, "PCMU", &media, &result);
  }
  hs_fake_wait_until (is_back_at, &before);
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
  g_test_add_func ("/sandbox-media/answer/directions", test_directions);
  g_test_add_func ("/sandbox-media/answer/refused-lines", test_refused_lines);
  g_test_add_func ("/sandbox-media/answer/bundled-behind-video", test_bundled_behind_video);
  g_test_add_func ("/sandbox-media/answer/bare-pcma", test_bare_pcma);
  g_test_add_func ("/sandbox-media/answer/candidates", test_candidates);
  g_test_add_data_func ("/sandbox-media/update/hold-echo", GINT_TO_POINTER (HS_SANDBOX_MEDIA_ECHO),
                        test_hold);
  g_test_add_data_func ("/sandbox-media/update/hold-tone", GINT_TO_POINTER (HS_SANDBOX_MEDIA_TONE),
                        test_hold);
  g_test_add_func ("/sandbox-media/update/keeps-transport", test_update_keeps_transport);
  g_test_add_func ("/sandbox-media/update/without-audio", test_update_without_audio);
  g_test_add_func ("/sandbox-media/update/from-elsewhere", test_update_from_elsewhere);
  g_test_add_func ("/sandbox-media/update/errors", test_update_errors);
  g_test_add_func ("/sandbox-media/hostile/garbage", test_garbage);
  g_test_add_func ("/sandbox-media/hostile/too-long", test_too_long);
  g_test_add_func ("/sandbox-media/hostile/cut-short", test_cut_short);
  g_test_add_func ("/sandbox-media/life/free-while-pending", test_free_while_pending);
  g_test_add_func ("/sandbox-media/life/free-in-callback", test_free_in_callback);
  g_test_add_func ("/sandbox-media/life/two-hundred-set-ups", test_two_hundred_set_ups);
  g_test_add_func ("/sandbox-media/life/ten-calls", test_ten_calls);
  return g_test_run ();
}
