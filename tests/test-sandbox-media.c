/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "hs-sandbox-media.h"

#include "hs-media-result.h"

#include <gio/gio.h>
#include <nice/interfaces.h>
#include <string.h>

/* Returns: the text of the @index-th media line with its attributes. */
static char *
dup_section (const char *sdp, guint index)
{
  g_auto (GStrv) parts = g_strsplit (sdp, "\r\nm=", -1);

  g_assert_cmpuint (g_strv_length (parts), >, index + 1);
  return g_strdup (parts[index + 1]);
}

/* --- what is heard --- */

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
    g_auto (HsMediaResult) result = { 0 };
    g_autofree char *offer = hs_test_replace (HS_OFFER_SIMPLE, "a=sendrecv\r\n", pairs[i][0]);

    media = hs_media_result_answer (HS_SANDBOX_MEDIA_ECHO, offer, &result);
    g_assert_no_error (result.error);
    hs_test_assert_has (result.answer, pairs[i][1]);
  }
}

/* --- answers --- */

static void
test_refused_lines (void)
{
  const char *offer = HS_OFFER_HEAD
      "a=group:BUNDLE 0 1 2\r\n" HS_OFFER_AUDIO "a=mid:0\r\na=sendrecv\r\n"
      "m=video 9 UDP/TLS/RTP/SAVPF 96 97\r\n" HS_OFFER_VIDEO "a=mid:1\r\n" HS_OFFER_TRANSPORT
      "m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\nc=IN IP4 0.0.0.0\r\n"
      "a=mid:2\r\na=sctp-port:5000\r\n" HS_OFFER_TRANSPORT;
  g_autoptr (HsSandboxMedia) media = NULL;
  g_auto (HsMediaResult) result = { 0 };
  g_autofree char *audio = NULL, *video = NULL, *data = NULL;

  media = hs_media_result_answer (HS_SANDBOX_MEDIA_ECHO, offer, &result);
  g_assert_no_error (result.error);
  hs_test_assert_has (result.answer, "a=group:BUNDLE 0\r\n");
  audio = dup_section (result.answer, 0);
  g_assert_true (g_str_has_prefix (audio, "audio 9 UDP/TLS/RTP/SAVPF 111 110\r\n"));
  hs_test_assert_has (audio, "a=mid:0\r\n");
  hs_test_assert_has (audio, "a=rtpmap:110 telephone-event/48000\r\na=fmtp:110 0-15\r\n");
  hs_test_assert_has (audio, "a=rtcp-mux\r\na=rtcp-rsize\r\n");
  hs_test_assert_has (audio, "a=setup:active\r\n");
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
      HS_OFFER_HEAD "a=group:BUNDLE v a\r\nm=video 9 UDP/TLS/RTP/SAVPF 96 97\r\n" HS_OFFER_VIDEO
                    "a=mid:v\r\n" HS_OFFER_TRANSPORT HS_OFFER_LOOPBACK
                    "m=audio 0 UDP/TLS/RTP/SAVPF 0 126\r\n" HS_OFFER_AUDIO_FORMATS
                    "a=mid:a\r\na=bundle-only\r\na=sendrecv\r\n";
  g_autoptr (HsSandboxMedia) media = NULL;
  g_auto (HsMediaResult) result = { 0 };
  g_autofree char *audio = NULL, *video = NULL;

  media = hs_media_result_answer (HS_SANDBOX_MEDIA_ECHO, offer, &result);
  g_assert_no_error (result.error);
  hs_test_assert_has (result.answer, "a=group:BUNDLE v a\r\n");
  video = dup_section (result.answer, 0);
  g_assert_true (g_str_has_prefix (video, "video 9 UDP/TLS/RTP/SAVPF 96\r\n"));
  hs_test_assert_has (video, "a=inactive");
  hs_test_assert_has (video, "a=candidate:");
  audio = dup_section (result.answer, 1);
  g_assert_true (g_str_has_prefix (audio, "audio 9 UDP/TLS/RTP/SAVPF 0 126\r\n"));
  hs_test_assert_has (audio, "a=candidate:");
  hs_test_assert_has (audio, "a=rtpmap:126 telephone-event/8000\r\n");
}

/* A static payload number needs no rtpmap, and a mid and a bundle are not a must either. */
static void
test_bare_pcma (void)
{
  const char *offer = HS_OFFER_HEAD
      "m=audio 9 UDP/TLS/RTP/SAVPF 18 8\r\nc=IN IP4 0.0.0.0\r\na=rtcp-mux\r\n" HS_OFFER_TRANSPORT
          HS_OFFER_LOOPBACK;
  g_autoptr (HsSandboxMedia) media = NULL;
  g_auto (HsMediaResult) result = { 0 };

  media = hs_media_result_answer (HS_SANDBOX_MEDIA_TONE, offer, &result);
  g_assert_no_error (result.error);
  hs_test_assert_has (result.answer, "m=audio 9 UDP/TLS/RTP/SAVPF 8\r\n");
  hs_test_assert_lacks (result.answer, "a=mid");
  hs_test_assert_lacks (result.answer, "a=group");
  hs_test_assert_lacks (result.answer, "telephone-event");
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
  g_autofree char *remote =
      hs_test_replace (HS_OFFER_SIMPLE, " 127.0.0.1 34312", " 192.0.2.2 34312");
  GList *addresses = nice_interfaces_get_local_ips (FALSE);
  g_autoptr (HsSandboxMedia) near = NULL, far = NULL;
  g_auto (HsMediaResult) near_result = { 0 }, far_result = { 0 };

  near = hs_media_result_answer (HS_SANDBOX_MEDIA_ECHO, HS_OFFER_SIMPLE, &near_result);
  g_assert_true (has_candidate (near_result.answer, "127.0.0.1"));
  far = hs_media_result_answer (HS_SANDBOX_MEDIA_ECHO, remote, &far_result);
  g_assert_true (has_candidate (far_result.answer, "127.0.0.1"));
  for (GList *link = addresses; link != NULL; link = link->next) {
    g_assert_false (has_candidate (near_result.answer, link->data));
    if (!g_str_has_prefix (link->data, "fe80"))
      g_assert_true (has_candidate (far_result.answer, link->data));
  }
  hs_test_assert_lacks (far_result.answer, " tcp ");
  hs_test_assert_lacks (far_result.answer, " TCP ");
  g_list_free_full (addresses, g_free);
}

/* --- later offers --- */

static void
test_update_keeps_transport (void)
{
  const char *added =
      HS_OFFER_SIMPLE "m=video 9 UDP/TLS/RTP/SAVPF 96 97\r\n" HS_OFFER_VIDEO HS_OFFER_TRANSPORT;
  g_autoptr (HsSandboxMedia) media = NULL;
  g_auto (HsMediaResult) result = { 0 };
  g_autofree char *first = NULL, *section = NULL, *again = NULL;
  g_auto (GStrv) origin = NULL;
  g_autofree char *expected = NULL;

  media = hs_media_result_answer (HS_SANDBOX_MEDIA_ECHO, HS_OFFER_SIMPLE, &result);
  g_assert_no_error (result.error);
  first = g_strdup (result.answer);
  section = dup_section (first, 0);
  origin = g_strsplit (first, " ", 3);
  g_assert_true (g_str_has_prefix (origin[2], "1 IN IP4"));
  hs_media_result_update (media, added, &result);
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
  g_autofree char *removed = hs_test_replace (HS_OFFER_SIMPLE, "m=audio 34312", "m=audio 0");
  g_autoptr (HsSandboxMedia) media = NULL;
  g_auto (HsMediaResult) result = { 0 };

  media = hs_media_result_answer (HS_SANDBOX_MEDIA_ECHO, HS_OFFER_SIMPLE, &result);
  hs_media_result_update (media, removed, &result);
  g_assert_no_error (result.error);
  hs_test_assert_has (result.answer, "m=audio 0 UDP/TLS/RTP/SAVPF 63\r\n");
  hs_media_result_update (media, HS_OFFER_SIMPLE, &result);
  g_assert_no_error (result.error);
  hs_test_assert_has (result.answer, "m=audio 9 UDP/TLS/RTP/SAVPF 111 110\r\n");
}

/* Another fingerprint is another far end; what it hears shows that the connection is a new one. */
static void
test_update_from_elsewhere (void)
{
  g_autoptr (HsSandboxMedia) media = NULL;
  g_auto (HsMediaResult) result = { 0 };
  g_autoptr (HsFakeCaller) caller =
      hs_media_result_connect (HS_SANDBOX_MEDIA_ECHO, "OPUS", &media, &result);
  g_autoptr (HsFakeCaller) other = hs_fake_caller_new_with_certificate ("OPUS");
  g_autofree char *offer = hs_fake_caller_offer (other);
  HsFakeTone tone;

  hs_media_result_update (media, offer, &result);
  g_assert_no_error (result.error);
  hs_fake_caller_take_answer (other, result.answer);
  hs_fake_wait_until (hs_fake_caller_is_connected, other);
  hs_fake_caller_send_tone (other, 700, 0.3, 500);
  hs_fake_wait_until (hs_fake_caller_has_heard_silence, other);
  tone = hs_fake_caller_measure (other);
  g_assert_cmpfloat_with_epsilon (tone.hz, 700, 5);
}

static void
test_update_errors (void)
{
  const char *two =
      HS_OFFER_SIMPLE "m=video 9 UDP/TLS/RTP/SAVPF 96 97\r\n" HS_OFFER_VIDEO HS_OFFER_TRANSPORT;
  g_autofree char *lost = hs_test_replace (two, "a=rtpmap:111 opus", "a=rtpmap:111 other");
  g_autoptr (HsSandboxMedia) media = NULL;
  g_auto (HsMediaResult) result = { 0 }, early = { 0 };

  media = hs_sandbox_media_new (HS_SANDBOX_MEDIA_ECHO, two, hs_media_result_on_done, &result);
  hs_sandbox_media_update (media, two, hs_media_result_on_done, &early);
  hs_fake_wait_until (hs_media_result_is_done, &result);
  hs_fake_wait_until (hs_media_result_is_done, &early);
  g_assert_no_error (result.error);
  g_assert_error (early.error, G_IO_ERROR, G_IO_ERROR_BUSY);
  hs_media_result_update (media, HS_OFFER_SIMPLE, &result);
  g_assert_error (result.error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA);
  hs_media_result_update (media, lost, &result);
  g_assert_error (result.error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED);
  hs_media_result_update (media, two, &result);
  g_assert_no_error (result.error);
  hs_test_assert_has (result.answer, " 2 IN IP4");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/sandbox-media/answer/directions", test_directions);
  g_test_add_func ("/sandbox-media/answer/refused-lines", test_refused_lines);
  g_test_add_func ("/sandbox-media/answer/bundled-behind-video", test_bundled_behind_video);
  g_test_add_func ("/sandbox-media/answer/bare-pcma", test_bare_pcma);
  g_test_add_func ("/sandbox-media/answer/candidates", test_candidates);
  g_test_add_func ("/sandbox-media/update/keeps-transport", test_update_keeps_transport);
  g_test_add_func ("/sandbox-media/update/without-audio", test_update_without_audio);
  g_test_add_func ("/sandbox-media/update/from-elsewhere", test_update_from_elsewhere);
  g_test_add_func ("/sandbox-media/update/errors", test_update_errors);
  return g_test_run ();
}
