/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * HsWave: a WAV file that is being written
 *
 * Signed 16 bit, one channel. The header never promises more than the file holds, so the file can
 * be played at any moment, also after a crash: samples go first and the sizes follow, about once
 * per second of audio and at the end. Everything here blocks on the disk.
 */
typedef struct _HsWave HsWave;

/* Makes the file anew, for the user alone, and locks it against a second writer; one that is about
 * to be closed is waited for a little.
 * @error: HS_CALL_ERROR_USER_MEDIA naming @path */
HsWave *hs_wave_open (const char *path, guint rate, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* @error: HS_CALL_ERROR_USER_MEDIA naming the path: disk full, 4 GiB reached; the file stays valid
 */
gboolean hs_wave_append (HsWave *self, const gint16 *samples, gsize n_samples, GError **error)
    G_GNUC_WARN_UNUSED_RESULT;

gboolean
hs_wave_append_silence (HsWave *self, guint64 n_samples, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Completes the header and closes the file. @error: (nullable) */
gboolean hs_wave_close (HsWave *self, GError **error);

G_END_DECLS
