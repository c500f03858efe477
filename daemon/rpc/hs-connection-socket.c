/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "hs-rpc"

#include "hs-connection-socket.h"

#include "hs-rpc-dispatch.h"
#include "hs-rpc-server-private.h"

#include "base/hs-error.h"

/* Bytes per system call. */
#define CHUNK 65536

static void
clear_source (GSource **source)
{
  if (*source == NULL)
    return;
  g_source_destroy (*source);
  g_source_unref (*source);
  *source = NULL;
}

static const HsRpcLimits *
get_limits (HsConnection *self)
{
  return hs_rpc_server_get_limits (self->server);
}

static void
flush (HsConnection *self)
{
  g_autoptr (GError) error = NULL;

  if (self->server == NULL || hs_output_flush (self->output, self->socket, &error))
    return;
  g_debug ("connection %u: %s", self->number, error->message);
  hs_connection_close (self);
}

static gboolean
is_done (HsConnection *self)
{
  return self->is_end && !self->processing && !self->choked && self->requests->len == 0 &&
         hs_output_get_size (self->output) == 0;
}

void
hs_connection_close_when_done (HsConnection *self)
{
  if (self->server != NULL && is_done (self))
    hs_connection_close (self);
}

static void
take_line (HsConnection *self, HsLineStatus status, const char *text, gsize length)
{
  if (status == HS_LINE_READY) {
    hs_rpc_dispatch (self, text, length);
  } else {
    g_autoptr (GError) error = g_error_new (HS_ERROR, HS_ERROR_TOO_LARGE,
                                            "the message is longer than %" G_GSIZE_FORMAT " bytes",
                                            get_limits (self)->max_message_bytes);

    hs_rpc_dispatch_failure (self, error);
  }
}

static void
update_choked (HsConnection *self)
{
  gsize size = hs_output_get_size (self->output);
  gsize limit = get_limits (self)->max_unread_bytes;

  self->choked = self->choked ? size > limit / 2 : size > limit;
}

static void
process_lines (HsConnection *self)
{
  const char *text;
  gsize length;

  self->processing = TRUE;
  while (self->server != NULL && !self->choked) {
    HsLineStatus status = hs_line_reader_take (self->reader, get_limits (self)->max_message_bytes,
                                               self->is_end, &text, &length);

    if (status == HS_LINE_NONE)
      break;
    take_line (self, status, text, length);
    if (self->server != NULL)
      update_choked (self);
  }
  self->processing = FALSE;
}

static gboolean on_readable (GSocket *socket, GIOCondition condition, gpointer user_data);
static gboolean on_writable (GSocket *socket, GIOCondition condition, gpointer user_data);

static GSource *
watch (HsConnection *self, GIOCondition condition, GSocketSourceFunc callback)
{
  GSource *source = g_socket_create_source (self->socket, condition, NULL);

  g_source_set_callback (source, G_SOURCE_FUNC (callback), self, NULL);
  g_source_attach (source, g_main_context_get_thread_default ());
  return source;
}

static void
update_sources (HsConnection *self)
{
  gboolean wants_out = hs_output_get_size (self->output) > 0;
  /* After the end of input only the end of the other half is waited for. */
  GIOCondition wanted = self->is_end ? G_IO_HUP : G_IO_IN;

  if (self->server == NULL)
    return;
  if (self->in_source != NULL && (self->choked || self->in_condition != wanted))
    clear_source (&self->in_source);
  if (self->in_source == NULL && !self->choked) {
    self->in_source = watch (self, wanted, on_readable);
    self->in_condition = wanted;
  }
  if (!wants_out)
    clear_source (&self->out_source);
  else if (self->out_source == NULL)
    self->out_source = watch (self, G_IO_OUT, on_writable);
}

/* Works off what was read, and writes what came of it. Lines that had to wait go on as soon as
 * writing has made room: no input may ever come that would remind us of them. */
static void
work (HsConnection *self)
{
  gboolean had_to_wait = TRUE;

  update_choked (self);
  while (self->server != NULL && had_to_wait && !self->choked) {
    process_lines (self);
    had_to_wait = self->choked;
    flush (self);
    if (self->server != NULL)
      update_choked (self);
  }
  update_sources (self);
  hs_connection_close_when_done (self);
}

static void
on_end (HsConnection *self)
{
  self->is_end = TRUE;
  /* No answer to a question of ours can come any more. */
  hs_questions_fail_all (self->questions);
}

static gboolean
on_readable (GSocket *socket, GIOCondition condition, gpointer user_data)
{
  g_autoptr (HsConnection) self = g_object_ref (user_data);
  g_autoptr (GError) error = NULL;
  char chunk[CHUNK];
  gssize n_bytes;

  if (self->is_end) {
    /* Only waited for the other half. */
    hs_connection_close (self);
    return G_SOURCE_REMOVE;
  }
  n_bytes = g_socket_receive (socket, chunk, sizeof chunk, NULL, &error);
  if (n_bytes < 0) {
    if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK))
      hs_connection_close (self);
    return self->server != NULL;
  }
  if (n_bytes == 0)
    on_end (self);
  else
    hs_line_reader_append (self->reader, chunk, n_bytes);
  work (self);
  return G_SOURCE_CONTINUE;
}

static gboolean
on_writable (GSocket *socket, GIOCondition condition, gpointer user_data)
{
  g_autoptr (HsConnection) self = g_object_ref (user_data);

  flush (self);
  if (self->server == NULL)
    return G_SOURCE_REMOVE;
  work (self);
  return G_SOURCE_CONTINUE;
}

void
hs_connection_open_socket (HsConnection *self)
{
  update_sources (self);
}

void
hs_connection_close_socket (HsConnection *self)
{
  g_autoptr (GError) error = NULL;

  clear_source (&self->in_source);
  clear_source (&self->out_source);
  if (!hs_output_flush (self->output, self->socket, &error))
    g_debug ("connection %u: %s", self->number, error->message);
  g_socket_close (self->socket, NULL);
}

/* While lines are processed, what comes of them is written at the end. */
void
hs_connection_write_soon (HsConnection *self)
{
  if (self->server != NULL && !self->processing && self->out_source == NULL)
    self->out_source = watch (self, G_IO_OUT, on_writable);
}
