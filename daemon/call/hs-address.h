/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Addresses as the gateway wants them (spec call-signalling 1.4, 1.6). Case is never changed. */

/* A destination as a person or a program writes it, made into a sip: URI. The domain of @login, the
 * login name, is used where there is none.
 * Returns: (transfer full) */
char *hs_address_normalise (const char *destination, const char *login);

/* Returns: (transfer full): what a call says it comes from: "DISPLAY<sip:user@domain>", or the bare
 * address when @display_name is NULL or empty. */
char *hs_address_dup_from (const char *login, const char *display_name);

/* Returns: (transfer full): @number, with the domain of @login when it has none. */
char *hs_address_complete (const char *number, const char *login);

G_END_DECLS
