/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "hs-rpc"

#include "hs-line-reader.h"

#include <string.h>

struct _HsLineReader {
  GByteArray *bytes;
  gsize start;   /* of what is not yet taken */
  gsize scanned; /* no end of line lies between start and here */
  gboolean skipping;
};

HsLineReader *
hs_line_reader_new (void)
{
  HsLineReader *self = g_new0 (HsLineReader, 1);

  self->bytes = g_byte_array_new ();
  return self;
}

void
hs_line_reader_free (HsLineReader *self)
{
  g_byte_array_unref (self->bytes);
  g_free (self);
}

static void
compact (HsLineReader *self)
{
  if (self->start == self->bytes->len && self->start > 0) {
    /* A fresh array: a long line shall not hold its memory for good. */
    g_byte_array_unref (self->bytes);
    self->bytes = g_byte_array_new ();
  } else if (self->start > 0) {
    g_byte_array_remove_range (self->bytes, 0, self->start);
  }
  self->scanned -= self->start;
  self->start = 0;
}

void
hs_line_reader_append (HsLineReader *self, const void *bytes, gsize length)
{
  compact (self);
  g_byte_array_append (self->bytes, bytes, length);
}

static gboolean
find_end (HsLineReader *self, gsize *end)
{
  const guint8 *found = NULL;

  if (self->scanned < self->bytes->len)
    found = memchr (self->bytes->data + self->scanned, '\n', self->bytes->len - self->scanned);
  self->scanned = found != NULL ? (gsize) (found - self->bytes->data) : self->bytes->len;
  *end = self->scanned;
  return found != NULL;
}

static void
move_to (HsLineReader *self, gsize position)
{
  self->start = position;
  self->scanned = position;
}

/* Returns: the end of the line that is skipped was found. */
static gboolean
skip_rest (HsLineReader *self)
{
  gsize end;
  gboolean found = find_end (self, &end);

  self->skipping = !found;
  move_to (self, found ? end + 1 : end);
  return found;
}

HsLineStatus
hs_line_reader_take (
    HsLineReader *self, gsize max_length, gboolean is_end, const char **text, gsize *length)
{
  gboolean found;
  gsize end;

  if (self->skipping && !skip_rest (self))
    return HS_LINE_NONE;
  found = find_end (self, &end);
  *length = end - self->start;
  *text = (const char *) self->bytes->data + self->start;
  if (*length > max_length) {
    self->skipping = !found;
    move_to (self, found ? end + 1 : end);
    return HS_LINE_TOO_LONG;
  }
  if (!found && (!is_end || *length == 0))
    return HS_LINE_NONE;
  move_to (self, found ? end + 1 : end);
  return HS_LINE_READY;
}

gsize
hs_line_reader_get_held (HsLineReader *self)
{
  return self->bytes->len - self->start;
}
