/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "hs-fake-client.h"

#include "base/hs-json.h"

#include <errno.h>
#include <gio/gio.h>
#include <glib-unix.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define WATCHDOG_S 60

struct _HsFakeClient {
  int fd;
  GByteArray *unsent;
  GString *received;
  guint in_id;
  guint out_id;
  gboolean is_closed; /* by the other side */
  gboolean ends;      /* shut down when all is sent */
};

static gboolean
on_watchdog (gpointer user_data)
{
  g_error ("nothing came from the socket for %d s", WATCHDOG_S);
  return G_SOURCE_REMOVE;
}

static gboolean
on_readable (int fd, GIOCondition condition, gpointer user_data)
{
  HsFakeClient *self = user_data;
  char chunk[65536];
  gssize n_bytes = recv (fd, chunk, sizeof chunk, MSG_DONTWAIT);

  if (n_bytes > 0)
    g_string_append_len (self->received, chunk, n_bytes);
  if (n_bytes > 0 || (n_bytes < 0 && (errno == EAGAIN || errno == EINTR)))
    return G_SOURCE_CONTINUE;
  self->is_closed = TRUE;
  self->in_id = 0;
  return G_SOURCE_REMOVE;
}

/* Returns: whether there is more to do */
static gboolean
send_some (HsFakeClient *self)
{
  gssize n_bytes = 0;

  if (self->unsent->len > 0)
    n_bytes = send (self->fd, self->unsent->data, self->unsent->len, MSG_DONTWAIT | MSG_NOSIGNAL);
  if (n_bytes > 0)
    g_byte_array_remove_range (self->unsent, 0, n_bytes);
  if (n_bytes < 0 && errno != EAGAIN)
    g_byte_array_set_size (self->unsent, 0);
  if (self->unsent->len > 0)
    return TRUE;
  if (self->ends)
    shutdown (self->fd, SHUT_WR);
  return FALSE;
}

static gboolean
on_writable (int fd, GIOCondition condition, gpointer user_data)
{
  HsFakeClient *self = user_data;

  if (send_some (self))
    return G_SOURCE_CONTINUE;
  self->out_id = 0;
  return G_SOURCE_REMOVE;
}

static void
start_sending (HsFakeClient *self)
{
  if (self->out_id == 0 && send_some (self))
    self->out_id = g_unix_fd_add (self->fd, G_IO_OUT, on_writable, self);
}

HsFakeClient *
hs_fake_client_new (int fd)
{
  HsFakeClient *self = g_new0 (HsFakeClient, 1);

  self->fd = fd;
  self->unsent = g_byte_array_new ();
  self->received = g_string_new (NULL);
  hs_fake_client_set_reading (self, TRUE);
  return self;
}

HsFakeClient *
hs_fake_client_connect (const char *path)
{
  struct sockaddr_un address = { .sun_family = AF_UNIX };
  int fd = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

  g_assert_cmpint (fd, >=, 0);
  g_assert_cmpuint (g_strlcpy (address.sun_path, path, sizeof address.sun_path), <,
                    sizeof address.sun_path);
  g_assert_cmpint (connect (fd, (struct sockaddr *) &address, sizeof address), ==, 0);
  return hs_fake_client_new (fd);
}

void
hs_fake_client_free (HsFakeClient *self)
{
  g_clear_handle_id (&self->in_id, g_source_remove);
  g_clear_handle_id (&self->out_id, g_source_remove);
  close (self->fd);
  g_byte_array_unref (self->unsent);
  g_string_free (self->received, TRUE);
  g_free (self);
}

void
hs_fake_client_send_bytes (HsFakeClient *self, const void *bytes, gsize length)
{
  g_byte_array_append (self->unsent, bytes, length);
  start_sending (self);
}

void
hs_fake_client_send (HsFakeClient *self, const char *text)
{
  hs_fake_client_send_bytes (self, text, strlen (text));
  hs_fake_client_send_bytes (self, "\n", 1);
}

void
hs_fake_client_end (HsFakeClient *self)
{
  self->ends = TRUE;
  start_sending (self);
}

void
hs_fake_client_set_reading (HsFakeClient *self, gboolean reading)
{
  g_clear_handle_id (&self->in_id, g_source_remove);
  if (reading && !self->is_closed)
    self->in_id = g_unix_fd_add (self->fd, G_IO_IN | G_IO_HUP, on_readable, self);
}

void
hs_fake_client_settle (HsFakeClient *self)
{
  while (g_main_context_iteration (NULL, FALSE))
    continue;
}

gboolean
hs_fake_client_has_line (HsFakeClient *self)
{
  return memchr (self->received->str, '\n', self->received->len) != NULL;
}

char *
hs_fake_client_read (HsFakeClient *self)
{
  guint watchdog = g_timeout_add_seconds (WATCHDOG_S, on_watchdog, NULL);
  const char *end;
  char *line;

  while (!hs_fake_client_has_line (self) && !self->is_closed)
    g_main_context_iteration (NULL, TRUE);
  g_source_remove (watchdog);
  end = memchr (self->received->str, '\n', self->received->len);
  if (end == NULL)
    return NULL;
  line = g_strndup (self->received->str, end - self->received->str);
  g_string_erase (self->received, 0, end + 1 - self->received->str);
  return line;
}

JsonObject *
hs_fake_client_read_object (HsFakeClient *self)
{
  g_autofree char *line = hs_fake_client_read (self);
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) node = NULL;

  g_assert_nonnull (line);
  node = hs_json_parse (line, -1, &error);
  g_assert_no_error (error);
  g_assert_true (JSON_NODE_HOLDS_OBJECT (node));
  return json_object_ref (json_node_get_object (node));
}

gsize
hs_fake_client_get_unsent (HsFakeClient *self)
{
  return self->unsent->len;
}
