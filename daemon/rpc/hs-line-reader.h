/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* HsLineReader: cuts a stream of bytes into lines, holding no more than one line and what came with
 * it. A line that is too long is told once, as soon as that is certain, and skipped to its end. */
typedef struct _HsLineReader HsLineReader;

typedef enum {
  HS_LINE_NONE, /* more bytes are needed */
  HS_LINE_READY,
  HS_LINE_TOO_LONG,
} HsLineStatus;

HsLineReader *hs_line_reader_new (void);
void hs_line_reader_free (HsLineReader *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HsLineReader, hs_line_reader_free)

void hs_line_reader_append (HsLineReader *self, const void *bytes, gsize length);

/* @is_end: nothing more will be appended, so what is left is a line
 * @text: (out) (transfer none): without the end of line; valid until the next append */
HsLineStatus hs_line_reader_take (
    HsLineReader *self, gsize max_length, gboolean is_end, const char **text, gsize *length);

/* Returns: bytes held and not yet taken. */
gsize hs_line_reader_get_held (HsLineReader *self);

G_END_DECLS
