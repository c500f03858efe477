/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What tests do with descriptions and other texts. */

/* @from must be in @text. Returns: (transfer full) */
char *hs_test_replace (const char *text, const char *from, const char *to);

void hs_test_assert_has (const char *text, const char *part);
void hs_test_assert_lacks (const char *text, const char *part);

G_END_DECLS
