/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "hs-log"

#include "hs-log.h"

/* One expression for all: group 1 (before the secret) stays, the secret itself goes. */
#define SECRET_PATTERN                                                                             \
  "((?:authorization|x-token|x-session)\\s*[:=]\\s*(?:basic\\s+|bearer\\s+)?)[^\\s\",;]+"          \
  "|([?&](?:access_token|token)=)[^&\\s\"]+"                                                       \
  "|(\"(?:password|credential|hmacToken|bearerAccessToken|accessToken|oauthToken|token"            \
  "|voipDeviceToken|standardDeviceToken|deviceToken|sessionId)\"\\s*:\\s*\")(?:[^\"\\\\]|\\\\.)*"  \
  "|(a=(?:ice-pwd|crypto):)[^\\r\\n\\\\]+"                                                         \
  "|(turns?:[^:@/\\s]*:)[^@\\s]+(?=@)"

char *
hs_redact (const char *text)
{
  static gsize once;
  static GRegex *pattern;

  if (g_once_init_enter (&once)) {
    pattern = g_regex_new (SECRET_PATTERN, G_REGEX_CASELESS | G_REGEX_OPTIMIZE, 0, NULL);
    g_once_init_leave (&once, 1);
  }
  /* A text that cannot be searched is not shown at all. */
  if (!g_utf8_validate (text, -1, NULL))
    return g_strdup ("(entry withheld: it is not valid UTF-8)");
  return g_regex_replace (pattern, text, -1, 0, "\\1\\2\\3\\4\\5…", 0, NULL);
}
