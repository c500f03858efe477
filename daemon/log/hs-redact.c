/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "hs-log"

#include "hs-log.h"

/* One expression for all: the numbered group stays, the secret behind it goes. Quantifiers are
 * possessive where a secret may be long: the matcher then needs no memory for going back. */
#define SECRET_PATTERN                                                                             \
  "((?:authorization|x-token|x-session)\\s*[:=]\\s*(?:basic\\s+|bearer\\s+)?)[^\\s\",;]++"         \
  "|([?&](?:access_token|token)=)[^&\\s\"]++"                                                      \
  "|(\"(?:password|credential|hmacToken|bearerAccessToken|accessToken|oauthToken|token"            \
  "|voipDeviceToken|standardDeviceToken|deviceToken|sessionId)\"\\s*:\\s*\")"                      \
  "[^\"\\\\]*+(?:\\\\.[^\"\\\\]*+)*+"                                                              \
  "|(a=(?:ice-pwd|crypto):)[^\\r\\n\\\\]++"                                                        \
  "|(turns?:(?://)?[^:@/\\s]*+:)[^@\\s]++(?=@)"

#define WITHHELD "(entry withheld: it cannot be searched for secrets)"

char *
hs_redact (const char *text)
{
  static gsize once;
  static GRegex *pattern;
  char *redacted;

  if (g_once_init_enter (&once)) {
    pattern = g_regex_new (SECRET_PATTERN, G_REGEX_CASELESS | G_REGEX_OPTIMIZE, 0, NULL);
    g_once_init_leave (&once, 1);
  }
  /* A text that cannot be searched is not shown at all. */
  if (!g_utf8_validate (text, -1, NULL))
    return g_strdup (WITHHELD);
  redacted = g_regex_replace (pattern, text, -1, 0, "\\1\\2\\3\\4\\5…", 0, NULL);
  return redacted != NULL ? redacted : g_strdup (WITHHELD);
}
