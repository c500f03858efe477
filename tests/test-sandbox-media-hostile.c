/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "hs-sandbox-media.h"

#include "hs-media-result.h"

#include <gio/gio.h>
#include <string.h>

/* --- what must not be believed --- */

static void
test_garbage (void)
{
  const struct {
    const char *from, *to;
    int code;
  } cases[] = {
    { "v=0\r\n", "", G_IO_ERROR_INVALID_DATA },
    { HS_OFFER_SIMPLE, "", G_IO_ERROR_INVALID_DATA },
    { HS_OFFER_SIMPLE, "v=0", G_IO_ERROR_INVALID_DATA },
    { HS_OFFER_SIMPLE, "v=0\r\nm=\r\nm=audio\r\na=rtpmap:\r\n", G_IO_ERROR_INVALID_DATA },
    { HS_OFFER_SIMPLE, "{\"v\": 0}", G_IO_ERROR_INVALID_DATA },
    { "s=-", "s=\xff\xfe", G_IO_ERROR_INVALID_DATA },
    { HS_OFFER_AUDIO, "", G_IO_ERROR_INVALID_DATA },
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
    g_autofree char *offer = hs_test_replace (HS_OFFER_SIMPLE, cases[i].from, cases[i].to);
    g_auto (HsMediaResult) result = { 0 };
    g_autoptr (HsSandboxMedia) media = NULL;

    g_test_message ("case %u", i);
    media = hs_media_result_answer (HS_SANDBOX_MEDIA_ECHO, offer, &result);
    g_assert_error (result.error, G_IO_ERROR, cases[i].code);
    g_assert_null (result.answer);
  }
}

static void
test_too_long (void)
{
  g_autofree char *filler = g_strnfill (70000, 'x');
  g_autofree char *offer = hs_test_replace (HS_OFFER_SIMPLE, "s=-", filler);
  g_autoptr (HsSandboxMedia) media = NULL;
  g_auto (HsMediaResult) result = { 0 };

  media = hs_media_result_answer (HS_SANDBOX_MEDIA_ECHO, offer, &result);
  g_assert_error (result.error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA);
}

/* Cuts a good offer everywhere: an answer or an error, and nothing else. */
static void
test_cut_short (void)
{
  for (size_t length = 0; length < strlen (HS_OFFER_SIMPLE); length += 3) {
    g_autofree char *offer = g_strndup (HS_OFFER_SIMPLE, length);
    g_auto (HsMediaResult) result = { 0 };
    g_autoptr (HsSandboxMedia) media = NULL;

    media = hs_media_result_answer (HS_SANDBOX_MEDIA_ECHO, offer, &result);
    g_assert_true ((result.answer == NULL) == (result.error != NULL));
  }
}

/* --- life times --- */

static void
test_free_while_pending (void)
{
  for (guint turns = 0; turns < 12; turns++) {
    g_auto (HsMediaResult) result = { 0 };
    HsSandboxMedia *media = hs_sandbox_media_new (HS_SANDBOX_MEDIA_TONE, HS_OFFER_SIMPLE,
                                                  hs_media_result_on_done, &result);
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
  hs_media_result_on_done (media, answer, error, user_data);
  hs_sandbox_media_free (media);
}

static void
test_free_in_callback (void)
{
  const char *const offers[] = { HS_OFFER_SIMPLE, "garbage" };

  for (guint i = 0; i < G_N_ELEMENTS (offers); i++) {
    g_auto (HsMediaResult) result = { 0 };

    hs_sandbox_media_new (HS_SANDBOX_MEDIA_ECHO, offers[i], on_done_free, &result);
    hs_fake_wait_until (hs_media_result_is_done, &result);
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
    g_auto (HsMediaResult) result = { 0 };
    HsSandboxMedia *media = hs_media_result_answer (
        i % 2 == 0 ? HS_SANDBOX_MEDIA_ECHO : HS_SANDBOX_MEDIA_TONE, HS_OFFER_SIMPLE, &result);

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
    g_auto (HsMediaResult) result = { 0 };
    g_autoptr (HsFakeCaller) caller = NULL;

    if (i == 2)
      before = get_usage ();
    caller = hs_media_result_connect (HS_SANDBOX_MEDIA_TONE, "PCMU", &media, &result);
  }
  hs_fake_wait_until (is_back_at, &before);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/sandbox-media/hostile/garbage", test_garbage);
  g_test_add_func ("/sandbox-media/hostile/too-long", test_too_long);
  g_test_add_func ("/sandbox-media/hostile/cut-short", test_cut_short);
  g_test_add_func ("/sandbox-media/life/free-while-pending", test_free_while_pending);
  g_test_add_func ("/sandbox-media/life/free-in-callback", test_free_in_callback);
  g_test_add_func ("/sandbox-media/life/two-hundred-set-ups", test_two_hundred_set_ups);
  g_test_add_func ("/sandbox-media/life/ten-calls", test_ten_calls);
  return g_test_run ();
}
