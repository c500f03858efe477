/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "log/hs-log.h"

static void
assert_hidden (const char *text, const char *secret, const char *kept)
{
  g_autofree char *redacted = hs_redact (text);

  g_assert_null (strstr (redacted, secret));
  g_assert_nonnull (strstr (redacted, kept));
}

static void
test_secrets_are_hidden (void)
{
  assert_hidden ("Authorization: Basic aGFsbG8=", "aGFsbG8=", "Basic");
  assert_hidden ("x-token: topsecret, next", "topsecret", "next");
  assert_hidden ("x-session=s-5501", "s-5501", "x-session");
  assert_hidden ("wss://gw:443/ch?access_token=abc%2Fdef", "abc", "access_token");
  assert_hidden ("GET /a?b=1&token=abc", "abc", "b=1");
  assert_hidden ("{\"username\":\"t-201\",\"password\":\"p\\\"88\"}", "88", "t-201");
  assert_hidden ("{\"bearerAccessToken\" : \"xyz\"}", "xyz", "bearerAccessToken");
  assert_hidden ("a=ice-ufrag:ab\r\na=ice-pwd:cdefg\r\na=mid:0", "cdefg", "a=mid:0");
  assert_hidden ("turn:me:word@turn.example:3478", "word", "turn.example");
  assert_hidden ("\"turns://me:word@turn.example\" left out", "word", "left out");
}

static void
test_long_secrets_are_hidden (void)
{
  g_autofree char *secret = g_strnfill (100000, 'q');
  g_autofree char *escapes = g_strnfill (100000, '\\');
  g_autofree char *plain = g_strdup_printf ("{\"password\":\"%s\",\"a\":1}", secret);
  g_autofree char *escaped = g_strdup_printf ("{\"password\":\"%s\",\"a\":1}", escapes);

  assert_hidden (plain, "qq", "\"a\":1");
  assert_hidden (escaped, "\\", "\"a\":1");
}

static void
test_the_rest_is_kept (void)
{
  g_autofree char *redacted = hs_redact ("call c1: Ringing --answered--> Connected (token ring)");

  g_assert_cmpstr (redacted, ==, "call c1: Ringing --answered--> Connected (token ring)");
}

static void
test_broken_text_is_withheld (void)
{
  g_autofree char *redacted = hs_redact ("password \xff\xfe");

  g_assert_null (strstr (redacted, "\xff"));
}

static void
test_level_names (void)
{
  HsLogLevel level = HS_LOG_LEVEL_ERROR;

  g_assert_true (hs_log_level_from_name ("DEBUG", &level));
  g_assert_cmpint (level, ==, HS_LOG_LEVEL_DEBUG);
  g_assert_false (hs_log_level_from_name ("loud", &level));
  g_assert_cmpint (level, ==, HS_LOG_LEVEL_DEBUG);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/log/redact/secrets-are-hidden", test_secrets_are_hidden);
  g_test_add_func ("/log/redact/long-secrets-are-hidden", test_long_secrets_are_hidden);
  g_test_add_func ("/log/redact/the-rest-is-kept", test_the_rest_is_kept);
  g_test_add_func ("/log/redact/broken-text-is-withheld", test_broken_text_is_withheld);
  g_test_add_func ("/log/level/names", test_level_names);
  return g_test_run ();
}
