/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "hs-rpc"

#include "hs-event-ring.h"

#include "base/hs-json.h"

struct _HsEventRing {
  GQueue records;        /* of HsEventRecord, oldest first */
  HsEventRecord *latest; /* also when the ring keeps nothing */
  guint64 last_seq;
  gsize n_bytes;
  guint max_events;
  gsize max_bytes;
};

static void
record_free (HsEventRecord *record)
{
  g_bytes_unref (record->start);
  g_free (record);
}

GBytes *
hs_event_record_make_end (const HsEventRecord *record, gboolean numbered)
{
  static const char plain[] = "}\n";
  char *text;

  if (!numbered)
    return g_bytes_new_static (plain, sizeof plain - 1);
  text = g_strdup_printf (",\"seq\":%" G_GUINT64_FORMAT "}\n", record->seq);
  return g_bytes_new_take (text, strlen (text));
}

JsonObject *
hs_event_record_dup_params (const HsEventRecord *record)
{
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (JsonNode) node = NULL;

  g_string_append_len (text, g_bytes_get_data (record->start, NULL),
                       g_bytes_get_size (record->start));
  g_string_append_c (text, '}');
  node = hs_json_parse (text->str, text->len, NULL);
  g_return_val_if_fail (node != NULL, json_object_new ());
  return json_object_ref (hs_json_get_object (json_node_get_object (node), "params"));
}

HsEventRing *
hs_event_ring_new (guint64 last_seq)
{
  HsEventRing *self = g_new0 (HsEventRing, 1);

  g_queue_init (&self->records);
  self->last_seq = last_seq;
  return self;
}

static void
drop_oldest (HsEventRing *self)
{
  HsEventRecord *record = g_queue_pop_head (&self->records);

  self->n_bytes -= g_bytes_get_size (record->start);
  if (record != self->latest)
    record_free (record);
}

static void
trim (HsEventRing *self)
{
  while (self->records.length > self->max_events || self->n_bytes > self->max_bytes)
    drop_oldest (self);
}

/* The latest one may have been trimmed away already; its owner is then the pointer alone. */
static void
free_latest (HsEventRing *self)
{
  if (self->latest != NULL && g_queue_peek_tail (&self->records) != self->latest)
    record_free (self->latest);
  self->latest = NULL;
}

void
hs_event_ring_free (HsEventRing *self)
{
  free_latest (self);
  g_queue_clear_full (&self->records, (GDestroyNotify) record_free);
  g_free (self);
}

void
hs_event_ring_set_limits (HsEventRing *self, guint max_events, gsize max_bytes)
{
  self->max_events = max_events;
  self->max_bytes = max_bytes;
  trim (self);
}

const HsEventRecord *
hs_event_ring_add (HsEventRing *self, const char *name, JsonObject *params)
{
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);
  g_autofree char *payload = NULL;
  char *start;

  json_node_set_object (node, params);
  payload = hs_json_to_text (node);
  start = g_strdup_printf ("{\"jsonrpc\":\"2.0\",\"method\":\"%s\",\"params\":%s", name, payload);
  free_latest (self);
  self->latest = g_new0 (HsEventRecord, 1);
  self->latest->seq = ++self->last_seq;
  self->latest->name = name;
  self->latest->start = g_bytes_new_take (start, strlen (start));
  g_queue_push_tail (&self->records, self->latest);
  self->n_bytes += g_bytes_get_size (self->latest->start);
  trim (self);
  return self->latest;
}

guint64
hs_event_ring_get_last_seq (HsEventRing *self)
{
  return self->last_seq;
}

gboolean
hs_event_ring_holds_since (HsEventRing *self, guint64 seq)
{
  return seq <= self->last_seq && self->last_seq - seq <= self->records.length;
}

void
hs_event_ring_foreach_since (HsEventRing *self, guint64 seq, GFunc callback, gpointer user_data)
{
  for (GList *link = self->records.head; link != NULL; link = link->next) {
    HsEventRecord *record = link->data;

    if (record->seq > seq)
      callback (record, user_data);
  }
}
