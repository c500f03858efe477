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
  g_autoptr (GError) error = NULL;
  char *redacted;

  if (g_once_init_enter (&once)) {
    pattern = g_regex_new (SECRET_PATTERN, G_REGEX_CASELESS | G_REGEX_OPTIMIZE, 0, NULL);
    g_once_init_leave (&once, 1);
  }
  redacted = g_regex_replace (pattern, text, -1, 0, "\\1\\2\\3\\4\\5…", 0, &error);
  /* A text that cannot be searched (say, broken UTF-8) is not shown at all. */
  return redacted != NULL ? redacted : g_strdup ("(entry withheld: it is not valid text)");
}
