/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "hs-rpc"

#include "hs-batch.h"

#include "hs-connection-private.h"

struct _HsBatch {
  grefcount ref_count;
  HsConnection *connection;
  GBytes **replies;
  guint n_slots;
  guint n_open;
};

HsBatch *
hs_batch_new (HsConnection *connection, guint n_slots)
{
  HsBatch *self = g_new0 (HsBatch, 1);

  g_ref_count_init (&self->ref_count);
  self->connection = g_object_ref (connection);
  self->replies = g_new0 (GBytes *, n_slots);
  self->n_slots = n_slots;
  self->n_open = n_slots;
  return self;
}

HsBatch *
hs_batch_ref (HsBatch *self)
{
  g_ref_count_inc (&self->ref_count);
  return self;
}

void
hs_batch_unref (HsBatch *self)
{
  if (!g_ref_count_dec (&self->ref_count))
    return;
  for (guint i = 0; i < self->n_slots; i++)
    g_clear_pointer (&self->replies[i], g_bytes_unref);
  g_free (self->replies);
  g_object_unref (self->connection);
  g_free (self);
}

static void
send_replies (HsBatch *self)
{
  g_autoptr (GByteArray) text = g_byte_array_new ();

  for (guint i = 0; i < self->n_slots; i++) {
    if (self->replies[i] == NULL)
      continue;
    g_byte_array_append (text, (const guint8 *) (text->len == 0 ? "[" : ","), 1);
    g_byte_array_append (text, g_bytes_get_data (self->replies[i], NULL),
                         g_bytes_get_size (self->replies[i]));
    g_clear_pointer (&self->replies[i], g_bytes_unref);
  }
  if (text->len == 0)
    return;
  g_byte_array_append (text, (const guint8 *) "]\n", 2);
  hs_connection_send (self->connection, g_byte_array_free_to_bytes (g_steal_pointer (&text)));
}

void
hs_batch_end (HsBatch *self, guint slot, GBytes *reply)
{
  g_return_if_fail (slot < self->n_slots && self->n_open > 0);

  self->replies[slot] = reply;
  if (--self->n_open == 0)
    send_replies (self);
}
