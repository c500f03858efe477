/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Spec session 4.1 to 4.5, and the texts that come over the wire. */
#include "base/hs-error.h"
#include "base/hs-json.h"
#include "hs-session-probe.h"
#include "link/hs-sdp-format.h"
#include "link/hs-wire.h"

#define PLAIN "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\n"

static void
set_up (HsSessionProbe **probe, gconstpointer data)
{
  *probe = hs_session_probe_new (NULL);
  hs_session_probe_begin (*probe);
}

static void
tear_down (HsSessionProbe **probe, gconstpointer data)
{
  hs_session_probe_free (*probe);
}

static void
send (HsSessionProbe *probe, const char *type, const char *id, const char *more)
{
  g_autofree char *text = g_strdup_printf (
      "{\"notificationMessage\":{\"eventType\":\"%s\",\"eventId\":\"%s\"%s}}", type, id, more);

  hs_fake_gateway_send (probe->gateway, text);
}

static const char *
get_sdp (HsSessionProbe *probe)
{
  return hs_json_get_string (hs_json_get_object (probe->payload, "sessionParams"), "sdp");
}

static char *
pack (const char *text, gsize size, GZlibCompressorFormat format)
{
  g_autoptr (GZlibCompressor) compressor = g_zlib_compressor_new (format, 9);
  g_autoptr (GInputStream) plain = g_memory_input_stream_new_from_data (text, size, NULL);
  g_autoptr (GInputStream) packed = g_converter_input_stream_new (plain, G_CONVERTER (compressor));
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  guint8 buffer[4096];
  gssize n;

  while ((n = g_input_stream_read (packed, buffer, sizeof buffer, NULL, NULL)) > 0)
    g_byte_array_append (bytes, buffer, n);
  return g_base64_encode (bytes->data, bytes->len);
}

static void
test_repetitions (HsSessionProbe **probe, gconstpointer data)
{
  hs_session_probe_configure (*probe, "{\"notifications\":{\"idCacheLength\":2}}");
  send (*probe, "a1", "a", "");
  send (*probe, "b1", "b", "");
  send (*probe, "c1", "c", "");
  send (*probe, "a2", "a", "");
  send (*probe, "c2", "c", "");
  send (*probe, "end", "e", "");
  hs_session_probe_expect (*probe, "N(a1) N(b1) N(c1) N(a2) N(end)");

  /* 0 switches it off, from now on. */
  hs_session_probe_configure (*probe, "{\"notifications\":{\"idCacheLength\":0}}");
  send (*probe, "f1", "f", "");
  send (*probe, "f2", "f", "");
  hs_session_probe_expect (*probe, "N(f1) N(f2)");
}

static void
test_repetitions_survive_a_reconnect (HsSessionProbe **probe, gconstpointer data)
{
  send (*probe, "a1", "a", "");
  hs_session_probe_expect (*probe, "N(a1)");
  hs_fake_gateway_close_socket ((*probe)->gateway, 1001);
  hs_session_probe_expect (*probe, "W W open W up");
  send (*probe, "a2", "a", "");
  send (*probe, "b1", "b", "");
  hs_session_probe_expect (*probe, "N(b1)");
}

static void
test_garbage (HsSessionProbe **probe, gconstpointer data)
{
  static const char *const frames[] = {
    "",
    "not json",
    "[]",
    "7",
    "{}",
    "{\"message_type\":\"pong\"}",
    "{\"connAck\":{}}",
    "{\"connCheck\":{\"interval\":5}}",
    "{\"notificationMessage\":[]}",
    "{\"notificationMessage\":{}}",
    "{\"notificationMessage\":{\"eventType\":7}}",
    "{\"notificationMessage\":{\"eventType\":\"call\"",
  };
  g_autofree char *deep = g_strnfill (100000, '{');

  send (*probe, "before", "1", "");
  for (guint i = 0; i < G_N_ELEMENTS (frames); i++)
    hs_fake_gateway_send ((*probe)->gateway, frames[i]);
  hs_fake_gateway_send ((*probe)->gateway, deep);
  send (*probe, "repeated", "1", "");
  send (*probe, "after", "2", "");
  hs_session_probe_expect (*probe, "N(before) N(after)");
}

/* An id that is missing makes nothing a repetition: an event is worth more than a rule. */
static void
test_without_id (HsSessionProbe **probe, gconstpointer data)
{
  hs_fake_gateway_send ((*probe)->gateway, "{\"notificationMessage\":{\"eventType\":\"a\"}}");
  hs_fake_gateway_send ((*probe)->gateway, "{\"notificationMessage\":{\"eventType\":\"b\"}}");
  hs_fake_gateway_send ((*probe)->gateway,
                        "{\"notificationMessage\":{\"eventType\":\"c\",\"eventId\":7}}");
  hs_fake_gateway_send ((*probe)->gateway,
                        "{\"notificationMessage\":{\"eventType\":\"d\",\"eventId\":7}}");
  send (*probe, "e", "7", "");
  hs_session_probe_expect (*probe, "N(a) N(b) N(c) N(e)");
}

static void
test_compressed (HsSessionProbe **probe, gconstpointer data)
{
  static const GZlibCompressorFormat formats[] = { G_ZLIB_COMPRESSOR_FORMAT_ZLIB,
                                                   G_ZLIB_COMPRESSOR_FORMAT_GZIP };

  for (guint i = 0; i < G_N_ELEMENTS (formats); i++) {
    g_autofree char *packed = pack (PLAIN, strlen (PLAIN), formats[i]);
    g_autofree char *more = g_strdup_printf (
        ",\"sessionParams\":{\"sdpFormat\":\"compressed\",\"sdp\":\"%s\"}", packed);
    g_autofree char *id = g_strdup_printf ("%u", i);

    send (*probe, "call", id, more);
    hs_session_probe_expect (*probe, "N(call)");
    g_assert_cmpstr (get_sdp (*probe), ==, PLAIN);
  }
  send (*probe, "call", "x", ",\"sessionParams\":{\"sdpFormat\":\"none\",\"sdp\":\"v=1\"}");
  hs_session_probe_expect (*probe, "N(call)");
  g_assert_cmpstr (get_sdp (*probe), ==, "v=1");
}

static void
test_compressed_badly (void)
{
  g_autofree char *zeros = g_malloc0 (4 * 1024 * 1024);
  g_autofree char *bomb = pack (zeros, 4 * 1024 * 1024, G_ZLIB_COMPRESSOR_FORMAT_ZLIB);
  g_autofree char *raw = pack (PLAIN, strlen (PLAIN), G_ZLIB_COMPRESSOR_FORMAT_RAW);
  g_autofree char *binary = pack ("\xff\xfe", 2, G_ZLIB_COMPRESSOR_FORMAT_ZLIB);
  g_autofree char *nul = pack ("v\0x", 3, G_ZLIB_COMPRESSOR_FORMAT_ZLIB);
  g_autofree char *whole = pack (PLAIN, strlen (PLAIN), G_ZLIB_COMPRESSOR_FORMAT_ZLIB);
  g_autofree char *half = g_strndup (whole, strlen (whole) / 2);
  const char *const rows[] = { "", "!", "AAAA", raw, binary, nul, half };
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_assert_null (hs_sdp_unpack (rows[i], &error));
    g_assert_error (error, HS_ERROR, HS_ERROR_INVALID_DATA);
    g_clear_error (&error);
  }
  g_assert_null (hs_sdp_unpack (bomb, &error));
  g_assert_error (error, HS_ERROR, HS_ERROR_TOO_LARGE);
}

static void
test_compressed_badly_is_dropped (HsSessionProbe **probe, gconstpointer data)
{
  send (*probe, "call", "1", ",\"sessionParams\":{\"sdpFormat\":\"compressed\",\"sdp\":\"AAAA\"}");
  send (*probe, "after", "2", "");
  hs_session_probe_expect (*probe, "N(after)");
}

#define BY_URL(path) ",\"sessionParams\":{\"sdpFormat\":\"url\",\"sdp\":\"" path "\"}"

static void
test_url (HsSessionProbe **probe, gconstpointer data)
{
  hs_fake_gateway_answer_json ((*probe)->gateway, "GET", 200,
                               "{\"eventDataResponse\":{\"sdp\":\"v=2\"}}");
  send (*probe, "call", "1", BY_URL ("/rest/events/1?x=y"));
  send (*probe, "later", "2", "");
  hs_session_probe_expect (*probe, "GET N(call) N(later)");
  g_assert_cmpstr (hs_fake_gateway_get_request ((*probe)->gateway, -1)->path, ==,
                   "/rest/events/1?x=y");
}

static void
test_url_sdp (HsSessionProbe **probe, gconstpointer data)
{
  hs_fake_gateway_answer_json ((*probe)->gateway, "GET", 200,
                               "{\"eventDataResponse\":{\"sdp\":\"v=2\"}}");
  send (*probe, "call", "1", BY_URL ("/rest/events/1"));
  hs_session_probe_expect (*probe, "GET N(call)");
  g_assert_cmpstr (get_sdp (*probe), ==, "v=2");
}

static void
test_url_fails (HsSessionProbe **probe, gconstpointer data)
{
  hs_fake_gateway_answer_json ((*probe)->gateway, "GET", 200, "{\"eventDataResponse\":{}}");
  hs_fake_gateway_answer_json ((*probe)->gateway, "GET", 404, "{}");
  send (*probe, "call", "1", BY_URL ("/rest/events/1"));
  send (*probe, "call", "2", BY_URL ("/rest/events/2"));
  send (*probe, "call", "3", BY_URL ("//evil.example#x"));
  send (*probe, "call", "4", BY_URL ("https://evil.example/"));
  send (*probe, "after", "5", "");
  hs_session_probe_expect (*probe, "GET GET N(after)");

  /* What was not delivered is not known, so a second copy gets its chance. */
  hs_fake_gateway_answer_json ((*probe)->gateway, "GET", 200,
                               "{\"eventDataResponse\":{\"sdp\":\"v=2\"}}");
  send (*probe, "call", "1", BY_URL ("/rest/events/1"));
  hs_session_probe_expect (*probe, "GET N(call)");
}

static void
test_url_never_answered (HsSessionProbe **probe, gconstpointer data)
{
  hs_fake_gateway_swallow ((*probe)->gateway, "GET");
  send (*probe, "call", "1", BY_URL ("/rest/events/1"));
  send (*probe, "after", "2", "");
  hs_session_probe_expect (*probe, "GET");
  hs_session_probe_expect_silence (*probe);
  hs_fake_clock_advance ((*probe)->clock, 30000);
  hs_session_probe_expect (*probe, "N(after)");
}

static void
push (HsSessionProbe *probe, const char *channel, const char *type, const char *id)
{
  g_autofree char *text = g_strdup_printf (
      "{\"notificationMessage\":{\"eventType\":\"%s\",\"eventId\":\"%s\"}}", type, id);
  g_autoptr (JsonNode) node = hs_json_parse (text, -1, NULL);
  g_autoptr (GError) error = NULL;

  g_assert_true (hs_session_process_notification (probe->session, json_node_get_object (node),
                                                  channel, &error));
  g_assert_no_error (error);
}

static void
test_push_channel_only (HsSessionProbe **probe, gconstpointer data)
{
  hs_session_probe_configure (
      *probe, "{\"notifications\":{\"incomingCallNotificationMode\":\"push-channel-only\"}}");
  send (*probe, "call", "1", "");
  send (*probe, "ringing", "2", "");
  hs_session_probe_expect (*probe, "N(ringing)");
  push (*probe, "push", "call", "1");
  hs_session_probe_expect (*probe, "N(call)");
  push (*probe, "PUSH", "call", "1");
  hs_session_probe_expect_silence (*probe);
}

static void
test_channels (void)
{
  g_autoptr (HsSessionProbe) probe = hs_session_probe_new (NULL);
  g_autoptr (JsonNode) node = hs_json_parse ("{\"notificationMessage\":{}}", -1, NULL);
  g_autoptr (GError) error = NULL;

  /* Before any subscription pushes count, and the websocket does not. */
  push (probe, "Push", "a", "1");
  push (probe, "websocket", "b", "2");
  hs_session_probe_expect (probe, "N(a)");
  g_assert_false (hs_session_process_notification (probe->session, json_node_get_object (node),
                                                   "PIGEON", &error));
  g_assert_error (error, HS_ERROR, HS_ERROR_INVALID_DATA);
  g_clear_error (&error);
  g_assert_false (hs_session_process_notification (probe->session, json_node_get_object (node),
                                                   "PUSH", &error));
  g_assert_error (error, HS_ERROR, HS_ERROR_INVALID_DATA);

  hs_session_probe_begin (probe);
  hs_session_enable_websocket (probe->session, FALSE);
  hs_session_probe_expect (probe, "N:c");
  send (probe, "c", "3", "");
  push (probe, "PUSH", "d", "4");
  hs_session_probe_expect (probe, "N(d)");
  hs_session_probe_expect_silence (probe);
  hs_fake_gateway_close_socket (probe->gateway, 1001);
  hs_session_probe_expect (probe, "W W open W up");
  send (probe, "e", "5", "");
  hs_session_probe_expect (probe, "N(e)");
}

/* Texts */

static void
test_parse_mends_strings (void)
{
  static const char *const rows[][2] = {
    { "{\"a\":\"\\ud83d\\ude00\"}", "\xf0\x9f\x98\x80" },
    { "{\"a\":\"x\\ud83dy\"}", "x\xef\xbf\xbdy" },
    { "{\"a\":\"\\ude00\\ud83d\"}", "\xef\xbf\xbd\xef\xbf\xbd" },
    { "{\"a\":\"x\\u0000y\"}", "x\xef\xbf\xbdy" },
    { "{\"a\":\"\\\\ud83d\"}", "\\ud83d" },
    { "{\"a\":\"[[\\\"[[\"}", "[[\"[[" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (GError) error = NULL;
    g_autoptr (JsonNode) node = hs_wire_parse (rows[i][0], strlen (rows[i][0]), &error);

    g_assert_no_error (error);
    g_assert_cmpstr (hs_json_get_string (json_node_get_object (node), "a"), ==, rows[i][1]);
  }
}

static void
test_parse_refuses (void)
{
  static const char *const rows[] = {
    "",
    " ",
    "{",
    "{\"a\":\"\\",
    "{\"a\":\"\\u",
    "\xff",
    "nul",
    "{'a':1}",
    "/* \" */ {}",
    "# \"\n{}",
    "{\"a\":'\"',\"b\":[[1]]}",
    "{\"a\":0x10}",
    "[\"\\377\"]",
    "[\"\\x\"]",
    "[\"\\u12g4\"]",
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (GError) error = NULL;

    g_assert_null (hs_wire_parse (rows[i], strlen (rows[i]), &error));
    g_assert_error (error, HS_ERROR, HS_ERROR_INVALID_DATA);
  }
}

static void
test_parse_mends_numbers (void)
{
  const char *text = "{\"a\":[1e999,{\"b\":-1e95}],\"c\":1e5,\"d\":-1e-10}";
  g_autoptr (JsonNode) node = hs_wire_parse (text, strlen (text), NULL);
  g_autofree char *again = hs_json_to_text (node);

  g_assert_cmpstr (again, ==, "{\"a\":[null,{\"b\":null}],\"c\":100000.0,\"d\":0.0}");
}

static void
test_parse_depth (void)
{
  for (guint depth = HS_WIRE_MAX_DEPTH; depth <= HS_WIRE_MAX_DEPTH + 1; depth++) {
    g_autofree char *open = g_strnfill (depth, '[');
    g_autofree char *shut = g_strnfill (depth, ']');
    g_autofree char *text = g_strconcat (open, shut, NULL);
    g_autoptr (JsonNode) node = hs_wire_parse (text, strlen (text), NULL);

    g_assert_true ((node != NULL) == (depth == HS_WIRE_MAX_DEPTH));
  }
}

static void
test_urls (void)
{
  static const struct {
    const char *host;
    const char *url;
  } rows[] = {
    { "gw.example", "https://gw.example:443/p" },
    { "10.0.0.1", "https://10.0.0.1:443/p" },
    { "fd00::1", "https://[fd00::1]:443/p" },
    { "[fd00::1]", "https://[fd00::1]:443/p" },
    { "fd00::zz", NULL },
    { "a b", NULL },
    { "", NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    const HsWireServer server = { "https", rows[i].host, "k", 443, "p" };
    g_autofree char *url = hs_wire_dup_url (&server, "/p", NULL);

    g_assert_cmpstr (url, ==, rows[i].url);
  }
}

static void
test_paths (void)
{
  static const char *const rows[][2] = {
    { "/a/b@c%20d?x=[1]", "/a/b@c%20d?x=[1]" },
    { "/j\xc3\xb6rg x", "/j%C3%B6rg%20x" },
    { "a", NULL },
    { "http://evil/", NULL },
    { "/a#b", NULL },
    { "/a\r\nx: y", NULL },
    { "/a\\b", NULL },
    { "", NULL },
    { NULL, NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (GError) error = NULL;
    g_autofree char *path = hs_wire_dup_path (rows[i][0], "field", &error);

    g_assert_cmpstr (path, ==, rows[i][1]);
    if (path == NULL)
      g_assert_true (g_str_has_prefix (error->message, "field "));
  }
}

#define ADD(name, function)                                                                        \
  g_test_add ("/link/notifications/" name, HsSessionProbe *, NULL, set_up, function, tear_down)

int
main (int argc, char **argv)
{
  g_autoptr (GString) log = g_string_new (NULL);

  g_test_init (&argc, &argv, NULL);
  hs_session_probe_catch_log (log);
  ADD ("repetitions", test_repetitions);
  ADD ("repetitions-survive-a-reconnect", test_repetitions_survive_a_reconnect);
  ADD ("garbage", test_garbage);
  ADD ("without-id", test_without_id);
  ADD ("compressed", test_compressed);
  ADD ("compressed-badly-is-dropped", test_compressed_badly_is_dropped);
  ADD ("url", test_url);
  ADD ("url-sdp", test_url_sdp);
  ADD ("url-fails", test_url_fails);
  ADD ("url-never-answered", test_url_never_answered);
  ADD ("push-channel-only", test_push_channel_only);
  g_test_add_func ("/link/notifications/channels", test_channels);
  g_test_add_func ("/link/notifications/compressed-badly", test_compressed_badly);
  g_test_add_func ("/link/wire/parse-mends-strings", test_parse_mends_strings);
  g_test_add_func ("/link/wire/parse-refuses", test_parse_refuses);
  g_test_add_func ("/link/wire/parse-mends-numbers", test_parse_mends_numbers);
  g_test_add_func ("/link/wire/parse-depth", test_parse_depth);
  g_test_add_func ("/link/wire/urls", test_urls);
  g_test_add_func ("/link/wire/paths", test_paths);
  return g_test_run ();
}
