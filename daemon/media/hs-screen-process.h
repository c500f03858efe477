/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * HsScreenProcess: a running reader of an X display, see hs-screen-reader.h
 *
 * Ends its process when it is freed.
 */
typedef struct _HsScreenProcess HsScreenProcess;

/* @display: "" for the usual one
 * @caps: of the pictures
 * @error: G_SPAWN_ERROR, or G_UNIX_ERROR where files run out */
HsScreenProcess *hs_screen_process_new (const char *display,
                                        const char *caps,
                                        GError **error) G_GNUC_WARN_UNUSED_RESULT;
void hs_screen_process_free (HsScreenProcess *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HsScreenProcess, hs_screen_process_free)

/* Returns: where its pictures come, in GStreamer's GDP; it stays ours. */
int hs_screen_process_get_pictures (HsScreenProcess *self);

/* To be asked once, when there are no more pictures.
 * Returns: (transfer full) (nullable): what the process said before it ended */
char *hs_screen_process_dup_reason (HsScreenProcess *self);

G_END_DECLS
