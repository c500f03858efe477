/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/hs-json.h"
#include "media/hs-codec-remover.h"

static const char offer[] = "v=0\r\n"
                            "o=- 1 1 IN IP4 127.0.0.1\r\n"
                            "s=-\r\n"
                            "t=0 0\r\n"
                            "m=audio 9 UDP/TLS/RTP/SAVPF 111 0 8\r\n"
                            "c=IN IP4 0.0.0.0\r\n"
                            "a=mid:0\r\n"
                            "a=rtpmap:111 opus/48000/2\r\n"
                            "a=fmtp:111 minptime=10;useinbandfec=1\r\n"
                            "a=rtpmap:0 PCMU/8000\r\n"
                            "a=rtpmap:8 PCMA/8000\r\n";

static void
on_handled (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;
  char **text = user_data;

  *text = hs_sdp_handler_handle_finish (HS_SDP_HANDLER (source), result, &error);
  if (*text == NULL)
    *text = g_strdup (error->message);
}

static char *
handle (const char *codecs, const char *sdp)
{
  g_autoptr (JsonNode) node = hs_json_parse (codecs, -1, NULL);
  g_autoptr (HsSdpHandler) handler = hs_codec_remover_new (json_node_get_array (node));
  HsSdpHandlerInfo info = { "c1", HS_DESCRIPTION_OFFER, HS_SDP_STEP_SET, TRUE, NULL };
  char *text = NULL;

  hs_sdp_handler_handle_async (handler, sdp, &info, NULL, on_handled, &text);
  while (text == NULL)
    g_main_context_iteration (NULL, TRUE);
  return text;
}

static void
test_takes_out_what_is_named (void)
{
  g_autofree char *text = handle ("[\"opus\", {\"name\": \"PCMA\"}, 5]", offer);

  g_assert_nonnull (strstr (text, "m=audio 9 UDP/TLS/RTP/SAVPF 0\r\n"));
  g_assert_null (strstr (text, "opus"));
  g_assert_null (strstr (text, "useinbandfec"));
  g_assert_null (strstr (text, "PCMA"));
}

static void
test_fmtp_must_match (void)
{
  g_autofree char *kept =
      handle ("[{\"name\": \"opus\", \"fmtpParams\": [\"useinbandfec=0\"]}]", offer);
  g_autofree char *gone =
      handle ("[{\"name\": \"opus\", \"fmtpParams\": [\"useinbandfec=1\"]}]", offer);

  g_assert_nonnull (strstr (kept, "opus"));
  g_assert_null (strstr (gone, "opus"));
}

static void
test_garbage_is_an_error (void)
{
  g_autofree char *text = handle ("[\"opus\"]", "not a description");

  g_assert_null (strstr (text, "m=audio"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/codec-remover/takes-out-what-is-named", test_takes_out_what_is_named);
  g_test_add_func ("/codec-remover/fmtp-must-match", test_fmtp_must_match);
  g_test_add_func ("/codec-remover/garbage-is-an-error", test_garbage_is_an_error);
  return g_test_run ();
}
