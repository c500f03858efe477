/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* What tests of audio measure and make. */

/* Turns the main context until @condition holds; the test fails after 60 s. */
typedef gboolean (*HsCondition) (gpointer user_data);
void hs_test_wait (HsCondition condition, gpointer user_data);

/* The amplitude (0 to 32768) of the part of @samples that has @hz (Goertzel). */
double hs_test_measure_tone (const gint16 *samples, gsize n_samples, guint rate, double hz);

/* What a strict reader finds in a WAV file: 16 bit, one channel. The sizes of the header are
 * checked against each other and must not promise more than the file holds.
 * Returns: (transfer full) (element-type gint16) */
GArray *hs_test_read_wave (const char *path, guint *rate);

/* Writes a tone: @bits is 8, 16, 24 or 32, or -32 for floating point. @hz is that of the first
 * channel; the others have the same. */
void hs_test_write_wave (
    const char *path, guint rate, guint n_channels, int bits, double hz, double seconds);

G_END_DECLS
