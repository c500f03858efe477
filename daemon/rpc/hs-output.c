/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "hs-rpc"

#include "hs-output.h"

/* Pieces per system call. */
#define MAX_VECTORS 64

struct _HsOutput {
  GQueue pieces; /* of GBytes */
  gsize written; /* of the first piece */
  gsize size;    /* of all, without what is written */
};

HsOutput *
hs_output_new (void)
{
  HsOutput *self = g_new0 (HsOutput, 1);

  g_queue_init (&self->pieces);
  return self;
}

void
hs_output_free (HsOutput *self)
{
  g_queue_clear_full (&self->pieces, (GDestroyNotify) g_bytes_unref);
  g_free (self);
}

void
hs_output_take (HsOutput *self, GBytes *piece)
{
  self->size += g_bytes_get_size (piece);
  g_queue_push_tail (&self->pieces, piece);
}

gsize
hs_output_get_size (HsOutput *self)
{
  return self->size;
}

static guint
fill_vectors (HsOutput *self, GOutputVector *vectors)
{
  guint n_vectors = 0;
  gsize skip = self->written;

  for (GList *link = self->pieces.head; link != NULL && n_vectors < MAX_VECTORS;
       link = link->next) {
    gsize length;
    const char *data = g_bytes_get_data (link->data, &length);

    vectors[n_vectors++] = (GOutputVector){ data + skip, length - skip };
    skip = 0;
  }
  return n_vectors;
}

static void
drop_written (HsOutput *self, gsize n_bytes)
{
  self->size -= n_bytes;
  self->written += n_bytes;
  while (self->pieces.length > 0 && self->written >= g_bytes_get_size (self->pieces.head->data)) {
    g_autoptr (GBytes) piece = g_queue_pop_head (&self->pieces);

    self->written -= g_bytes_get_size (piece);
  }
}

gboolean
hs_output_flush (HsOutput *self, GSocket *socket, GError **error)
{
  while (self->pieces.length > 0) {
    GOutputVector vectors[MAX_VECTORS];
    guint n_vectors = fill_vectors (self, vectors);
    g_autoptr (GError) failure = NULL;
    gssize n_bytes = g_socket_send_message (socket, NULL, vectors, n_vectors, NULL, 0,
                                            G_SOCKET_MSG_NONE, NULL, &failure);

    if (n_bytes < 0 && g_error_matches (failure, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK))
      return TRUE;
    if (n_bytes < 0) {
      g_propagate_error (error, g_steal_pointer (&failure));
      return FALSE;
    }
    drop_written (self, n_bytes);
  }
  return TRUE;
}
