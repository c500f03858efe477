/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "hs-sandbox"

#include "hs-sandbox-address.h"

#include <openssl/rand.h>
#include <string.h>

static const char *
skip_scheme (const char *text)
{
  static const char *const schemes[] = { "sip:", "sips:", "tel:" };

  for (guint i = 0; i < G_N_ELEMENTS (schemes); i++) {
    if (g_ascii_strncasecmp (text, schemes[i], strlen (schemes[i])) == 0)
      return text + strlen (schemes[i]);
  }
  return text;
}

char *
hs_sandbox_address_normalise (const char *text)
{
  const char *angle = strrchr (text, '<');
  g_autofree char *address = g_strdup (skip_scheme (angle ? angle + 1 : text));
  g_autofree char *user = NULL;
  g_autofree char *domain = NULL;

  address[strcspn (address, ">;")] = '\0';
  g_strstrip (address);
  user = hs_sandbox_address_get_user (address);
  domain = g_ascii_strdown (hs_sandbox_address_get_domain (address), -1);
  if (!*user)
    return NULL;
  return *domain ? g_strconcat (user, "@", domain, NULL) : g_steal_pointer (&user);
}

char *
hs_sandbox_address_get_name (const char *text, const char *address)
{
  const char *angle = text ? strchr (text, '<') : NULL;
  g_autofree char *name = angle ? g_strndup (text, angle - text) : g_strdup ("");

  g_strstrip (name);
  return *name ? g_steal_pointer (&name) : hs_sandbox_address_get_user (address);
}

char *
hs_sandbox_address_get_user (const char *address)
{
  const char *at = strrchr (address, '@');

  return at ? g_strndup (address, at - address) : g_strdup (address);
}

const char *
hs_sandbox_address_get_domain (const char *address)
{
  const char *at = strrchr (address, '@');

  return at ? at + 1 : "";
}

char *
hs_sandbox_id_new (const char *prefix)
{
  guint8 random[12];
  GString *id = g_string_new (prefix);

  /* Whoever knows a channel's path may read it, so a guess must not hit. */
  if (RAND_bytes (random, sizeof random) != 1)
    g_warning ("no random numbers to be had");
  for (guint i = 0; i < sizeof random; i++)
    g_string_append_printf (id, "%02x", random[i]);
  return g_string_free (id, FALSE);
}
