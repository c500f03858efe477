/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Warnings and criticals that a test provokes. From hs_fake_log_start() on (once per process) they
 * are kept instead of ending it, and the test has to expect each of them. */
void hs_fake_log_start (void);

/* The oldest one kept is of @level and matches @pattern (as in g_pattern_match_simple()). */
void hs_fake_log_expect (GLogLevelFlags level, const char *pattern);

/* Drops the oldest ones kept, as long as they are of @level and match @pattern: for those of which
 * there may be any number. */
void hs_fake_log_forget (GLogLevelFlags level, const char *pattern);

/* Fails when there is one that was not expected. */
void hs_fake_log_assert_empty (void);

G_END_DECLS
