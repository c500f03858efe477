/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Returns: (transfer full) (nullable): @text as `user@domain`: no display name, scheme or
 * parameters, the domain in lower case, so that equal addresses are equal texts. NULL when nothing
 * is left. */
char *hs_sandbox_address_normalise (const char *text);

/* Returns: (transfer full): the name before `<` in @text, else the user part of @address. */
char *hs_sandbox_address_get_name (const char *text, const char *address);

/* Returns: (transfer full): what stands before the last `@` */
char *hs_sandbox_address_get_user (const char *address);

/* Returns: what stands after the last `@`, maybe empty */
const char *hs_sandbox_address_get_domain (const char *address);

/* Returns: (transfer full): @prefix and random characters that may stand in a URL */
char *hs_sandbox_id_new (const char *prefix);

G_END_DECLS
