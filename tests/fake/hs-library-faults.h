/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Faults of libraries that tests of real media meet now and then and that harm nothing. Any other
 * critical message ends a test as always. tests/e2e/handset.py knows the same ones.
 *
 * For the rest of the running case; may be called more than once. */
void hs_test_tolerate_library_faults (void);

G_END_DECLS
