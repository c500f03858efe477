/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "hs-frames-viewer.h"

#include <gio/gunixsocketaddress.h>
#include <stdlib.h>
#include <string.h>

HsFramesViewer *
hs_frames_viewer_new (HsFramesFixture *fixture)
{
  HsFramesViewer *self = g_new0 (HsFramesViewer, 1);
  g_autoptr (GSocketAddress) address = g_unix_socket_address_new (fixture->path);
  g_autoptr (GError) error = NULL;

  self->unread = g_byte_array_new ();
  self->socket =
      g_socket_new (G_SOCKET_FAMILY_UNIX, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_DEFAULT, &error);
  g_assert_no_error (error);
  g_assert_true (g_socket_connect (self->socket, address, NULL, &error));
  g_assert_no_error (error);
  g_socket_set_blocking (self->socket, FALSE);
  return self;
}

void
hs_frames_viewer_free (HsFramesViewer *self)
{
  g_object_unref (self->socket);
  g_byte_array_unref (self->unread);
  g_free (self->header);
  g_free (self);
}

void
hs_frames_viewer_say_hello (HsFramesViewer *self)
{
  g_assert_cmpint (g_socket_send (self->socket, "hello", 5, NULL, NULL), ==, 5);
}

static void
receive (HsFramesViewer *self)
{
  guint8 bytes[65536];
  gssize n;

  do {
    g_autoptr (GError) error = NULL;

    n = g_socket_receive (self->socket, (char *) bytes, sizeof bytes, NULL, &error);
    if (n > 0)
      g_byte_array_append (self->unread, bytes, (guint) n);
    else if (n == 0)
      self->ended = TRUE;
    else
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK);
  } while (n > 0);
}

/* Returns: (transfer full) (nullable): the line without its end, once all of it is there */
static char *
take_line (HsFramesViewer *self)
{
  const guint8 *end =
      self->unread->len > 0 ? memchr (self->unread->data, '\n', self->unread->len) : NULL;
  char *line;

  if (end == NULL)
    return NULL;
  line = g_strndup ((const char *) self->unread->data, (gsize) (end - self->unread->data));
  g_byte_array_remove_range (self->unread, 0, (guint) (end - self->unread->data) + 1);
  return line;
}

static void
take_header (HsFramesViewer *self)
{
  g_auto (GStrv) fields = NULL;

  self->header = take_line (self);
  if (self->header == NULL)
    return;
  fields = g_strsplit (self->header, " ", -1);
  g_assert_cmpstr (fields[0], ==, "YUV4MPEG2");
  for (char **field = fields + 1; *field != NULL; field++) {
    if (**field == 'W')
      self->width = atoi (*field + 1);
    else if (**field == 'H')
      self->height = atoi (*field + 1);
  }
}

static gboolean
take_picture (HsFramesViewer *self)
{
  static const char begin[] = "FRAME\n";
  guint luma = (guint) (self->width * self->height);
  guint before = sizeof begin - 1;
  guint middle = (guint) (self->height / 2 * self->width + self->width / 2);
  guint chroma = (guint) (self->height / 4 * (self->width / 2) + self->width / 4);
  const guint8 *planes = self->unread->data + before;

  if (self->unread->len < before + luma * 3 / 2)
    return FALSE;
  g_assert_cmpmem (self->unread->data, before, begin, before);
  self->colour =
      (HsTestColour){ NULL, planes[middle], planes[luma + chroma], planes[luma / 4 * 5 + chroma] };
  self->n_pictures++;
  g_byte_array_remove_range (self->unread, 0, before + luma * 3 / 2);
  return TRUE;
}

static void
read_all (HsFramesViewer *self)
{
  receive (self);
  if (self->header == NULL)
    take_header (self);
  while (self->header != NULL && take_picture (self))
    ;
}

typedef struct {
  HsFramesViewer *viewer;
  const HsTestColour *colour;
} Sight;

static gboolean
sees (gpointer user_data)
{
  Sight *sight = user_data;
  const HsTestColour *seen = &sight->viewer->colour;

  read_all (sight->viewer);
  g_assert_false (sight->viewer->ended);
  return sight->viewer->n_pictures > 0 &&
         hs_test_colour_is_near (sight->colour, seen->y, seen->u, seen->v, 8);
}

void
hs_frames_viewer_wait_for_colour (HsFramesViewer *self,
                                  HsFramesFixture *fixture,
                                  const HsTestColour *colour)
{
  Sight sight = { self, colour };

  hs_frames_fixture_wait_for (fixture, sees, &sight);
}

void
hs_frames_viewer_expect (HsFramesViewer *self, HsFramesFixture *fixture, const HsTestColour *colour)
{
  self->n_pictures = 0;
  hs_frames_viewer_wait_for_colour (self, fixture, colour);
}

static gboolean
is_at_end (gpointer user_data)
{
  HsFramesViewer *self = user_data;

  read_all (self);
  return self->ended;
}

void
hs_frames_viewer_expect_end (HsFramesViewer *self, HsFramesFixture *fixture)
{
  hs_frames_fixture_wait_for (fixture, is_at_end, self);
}
