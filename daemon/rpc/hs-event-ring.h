/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/**
 * HsEventRing: the last events, ready to be sent, under their numbers
 *
 * An event is made into text once, however many clients get it. Its text lacks the end, which says
 * the number to some and not to others.
 */
typedef struct {
  guint64 seq;
  const char *name; /* of the contract's table */
  GBytes *start;    /* {"jsonrpc":"2.0","method":…,"params":{…} */
} HsEventRecord;

/* Returns: (transfer full): "}\n", or with the event's number before it. */
GBytes *hs_event_record_make_end (const HsEventRecord *record, gboolean numbered);

/* Returns: (transfer full): the payload, read back from the text. */
JsonObject *hs_event_record_dup_params (const HsEventRecord *record);

typedef struct _HsEventRing HsEventRing;

/* @last_seq: the number before the first event's */
HsEventRing *hs_event_ring_new (guint64 last_seq);
void hs_event_ring_free (HsEventRing *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HsEventRing, hs_event_ring_free)

/* Keeps at most @max_events events and @max_bytes bytes of text. */
void hs_event_ring_set_limits (HsEventRing *self, guint max_events, gsize max_bytes);

/* @name: (transfer none): lives as long as the ring
 * Returns: (transfer none): valid until the next one is added */
const HsEventRecord *hs_event_ring_add (HsEventRing *self, const char *name, JsonObject *params);

guint64 hs_event_ring_get_last_seq (HsEventRing *self);

/* Returns: the events after @seq are all still there, and @seq is no number of the future. */
gboolean hs_event_ring_holds_since (HsEventRing *self, guint64 seq);

/* Calls @callback for every event after @seq, oldest first. The ring must not change meanwhile. */
void
hs_event_ring_foreach_since (HsEventRing *self, guint64 seq, GFunc callback, gpointer user_data);

G_END_DECLS
