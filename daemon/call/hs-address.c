/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "hs-call"

#include "hs-address.h"

#include <string.h>

#define MARKS      "#+*"
#define SEPARATORS " -.()+"

static const char *
get_domain (const char *login)
{
  const char *at = strchr (login, '@');

  return at != NULL ? at + 1 : "";
}

static char *
dup_trimmed (const char *text)
{
  const char *end = text + strlen (text);

  while (*text != '\0' && g_unichar_isspace (g_utf8_get_char (text)))
    text = g_utf8_next_char (text);
  while (end > text) {
    const char *last = g_utf8_find_prev_char (text, end);

    if (last == NULL || !g_unichar_isspace (g_utf8_get_char (last)))
      break;
    end = last;
  }
  return g_strndup (text, end - text);
}

/* How many of the leading characters are marks such as "+" or "*" before a dialled number. */
static size_t
count_marks (const char *user)
{
  size_t marks = strspn (user, MARKS);
  const char *rest = user + marks;

  if (marks == 0 || !(g_ascii_isdigit (*rest) || *rest == '|' || *rest == '('))
    return 0;
  return rest[1 + strspn (rest + 1, "0123456789" SEPARATORS)] == '\0' ? marks : 0;
}

/* Without the characters that only help reading, when the rest is digits; else unchanged. */
static char *
dup_dialled (const char *user)
{
  g_autoptr (GString) digits = g_string_new (NULL);

  for (; *user != '\0' && strspn (user, "0123456789" SEPARATORS) > 0; user++) {
    if (g_ascii_isdigit (*user))
      g_string_append_c (digits, *user);
  }
  return *user == '\0' && digits->len > 0 ? g_string_free (g_steal_pointer (&digits), FALSE) : NULL;
}

char *
hs_address_normalise (const char *destination, const char *login)
{
  g_autofree char *text = dup_trimmed (destination);
  g_autofree char *dialled = NULL;
  const char *domain = get_domain (login);
  char *at = strrchr (text, '@');
  const char *user;
  const char *colon;
  size_t marks;

  if (at != NULL && at != text && at[1] != '\0') {
    *at = '\0';
    domain = at + 1;
  }
  colon = strrchr (text, ':');
  user = colon != NULL ? colon + 1 : text;
  marks = count_marks (user);
  dialled = dup_dialled (user + marks);

  return g_strdup_printf ("sip:%.*s%s%s%s", (int) marks, user,
                          dialled != NULL ? dialled : user + marks,
                          *domain != '\0' && *domain != '@' ? "@" : "", domain);
}

char *
hs_address_dup_from (const char *login, const char *display_name)
{
  g_autofree char *address = hs_address_normalise (login, login);

  if (display_name == NULL || *display_name == '\0')
    return g_steal_pointer (&address);
  return g_strdup_printf ("%s<%s>", display_name, address);
}

char *
hs_address_complete (const char *number, const char *login)
{
  const char *domain = get_domain (login);

  if (strchr (number, '@') != NULL || *domain == '\0')
    return g_strdup (number);
  return g_strdup_printf ("%s@%s", number, domain);
}
