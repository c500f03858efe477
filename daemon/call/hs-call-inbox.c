/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "hs-call"

#include "hs-call-private.h"

/* Messages arrive when the gateway pleases, and may overtake the answer to our own request. Each
 * waits here until its time has come; one is dealt with at a time. */

#define MAX_WAITING     16
#define UPDATE_LIMIT_US (3 * G_USEC_PER_SEC)

typedef enum {
  HS_DUE_NOW,
  HS_DUE_LATER,
  HS_DUE_NEVER,
} HsDue;

struct _HsInboxItem {
  HsSignallingMessage *message;
  gint64 arrived_us;
};

static void
item_free (HsInboxItem *item)
{
  hs_signalling_message_free (item->message);
  g_free (item);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HsInboxItem, item_free)

static gboolean
is_deciding (HsCall *self)
{
  return self->local != NULL && self->local->kind->exclusive &&
         self->local->status == HS_OPERATION_ONGOING;
}

static gboolean
has_answer_before (HsCall *self, const HsInboxItem *item)
{
  for (GList *l = self->inbox.head; l != NULL && l->data != item; l = l->next) {
    if (((HsInboxItem *) l->data)->message->kind == HS_MESSAGE_ANSWER)
      return TRUE;
  }
  return FALSE;
}

/* An update that comes too early, or while another one is dealt with, is held back for a while;
 * one that crosses our own is refused at once. */
static HsDue
judge_update (HsCall *self, const HsInboxItem *item)
{
  gboolean expired = hs_clock_get_monotonic_us (self->clock) - item->arrived_us >= UPDATE_LIMIT_US;
  gboolean waits = self->handling != NULL || has_answer_before (self, item);

  if (self->state != HS_CALL_CONNECTED && self->state != HS_CALL_ON_HOLD)
    return expired ? HS_DUE_NEVER : HS_DUE_LATER;
  if (waits || self->remote != NULL)
    return expired ? HS_DUE_NOW : HS_DUE_LATER;
  return HS_DUE_NOW;
}

/* A cancellation may come before the call rings, and is also told to the device that answered:
 * what it means is clear only after the state has settled. */
static HsDue
judge_cancel (HsCall *self)
{
  return self->state == HS_CALL_INITIATING || is_deciding (self) ? HS_DUE_LATER : HS_DUE_NOW;
}

/* A transfer or a join may be told to be done, or to have failed, before the gateway's reply that
 * it has begun was read. */
static gboolean
is_overtaken (HsCall *self)
{
  return is_deciding (self) && self->local->kind->outcome != NULL;
}

/* What neither waits for anything nor may be lost in a full inbox. */
static gboolean
is_urgent (HsCall *self, const HsSignallingMessage *message)
{
  return message->kind == HS_MESSAGE_END ||
         ((message->kind == HS_MESSAGE_COMPLETE || message->kind == HS_MESSAGE_FAIL) &&
          !is_overtaken (self));
}

static HsDue
judge (HsCall *self, const HsInboxItem *item)
{
  if (hs_call_is_over (self) || hs_call_is_ending (self))
    return HS_DUE_NEVER;

  switch (item->message->kind) {
  case HS_MESSAGE_RINGING:
  case HS_MESSAGE_PROGRESS:
    return self->handling != NULL ? HS_DUE_LATER : HS_DUE_NOW;
  case HS_MESSAGE_ANSWER:
    return self->handling != NULL || is_deciding (self) ? HS_DUE_LATER : HS_DUE_NOW;
  case HS_MESSAGE_UPDATE:
    return judge_update (self, item);
  case HS_MESSAGE_CANCEL:
    return judge_cancel (self);
  case HS_MESSAGE_COMPLETE:
  case HS_MESSAGE_FAIL:
    return is_overtaken (self) ? HS_DUE_LATER : HS_DUE_NOW;
  case HS_MESSAGE_CALL:
  case HS_MESSAGE_END:
    return HS_DUE_NEVER;
  }
  return HS_DUE_NEVER;
}

static void
handle (HsCall *self, const HsSignallingMessage *message)
{
  switch (message->kind) {
  case HS_MESSAGE_CALL:
    break;
  case HS_MESSAGE_RINGING:
    hs_call_on_ringing (self, message);
    break;
  case HS_MESSAGE_PROGRESS:
    hs_call_on_progress (self, message);
    break;
  case HS_MESSAGE_UPDATE:
    hs_call_on_update (self, message);
    break;
  case HS_MESSAGE_ANSWER:
    hs_call_on_answer (self, message);
    break;
  case HS_MESSAGE_END:
    hs_call_on_end (self, message);
    break;
  case HS_MESSAGE_CANCEL:
    hs_call_on_cancel (self, message);
    break;
  case HS_MESSAGE_COMPLETE:
    hs_call_on_complete (self, message);
    break;
  case HS_MESSAGE_FAIL:
    hs_call_on_fail (self, message);
    break;
  }
}

/* Returns: (transfer full) (nullable): the first that is not to wait any longer. */
static HsInboxItem *
take_due (HsCall *self, HsDue *due)
{
  for (GList *l = self->inbox.head; l != NULL; l = l->next) {
    HsInboxItem *item = l->data;

    *due = judge (self, item);
    if (*due != HS_DUE_LATER) {
      g_queue_delete_link (&self->inbox, l);
      return item;
    }
  }
  return NULL;
}

static void
on_inbox_timer (gpointer user_data)
{
  HsCall *self = user_data;

  self->inbox_timer = 0;
  hs_call_read_inbox (self);
}

static void
arm_timer (HsCall *self)
{
  hs_clock_clear_timer (self->clock, &self->inbox_timer);
  for (GList *l = self->inbox.head; l != NULL; l = l->next) {
    HsInboxItem *item = l->data;
    gint64 left_us = item->arrived_us + UPDATE_LIMIT_US - hs_clock_get_monotonic_us (self->clock);

    if (item->message->kind != HS_MESSAGE_UPDATE)
      continue;
    self->inbox_timer =
        hs_clock_add_timer (self->clock, (left_us + 999) / 1000, on_inbox_timer, self);
    return;
  }
}

void
hs_call_read_inbox (HsCall *self)
{
  g_autoptr (HsCall) keep G_GNUC_UNUSED = g_object_ref (self);
  HsInboxItem *next;
  HsDue due;

  while ((next = take_due (self, &due)) != NULL) {
    g_autoptr (HsInboxItem) item = next;

    if (due == HS_DUE_NOW)
      handle (self, item->message);
    else
      g_debug ("call %s: a message is ignored in %s", self->id,
               hs_call_state_to_text (self->state));
  }
  arm_timer (self);
}

void
hs_call_deliver (HsCall *self, const HsSignallingMessage *message)
{
  HsInboxItem *item;

  if (is_urgent (self, message)) {
    g_autoptr (HsCall) keep G_GNUC_UNUSED = g_object_ref (self);

    handle (self, message);
    return;
  }
  if (g_queue_get_length (&self->inbox) >= MAX_WAITING) {
    g_debug ("call %s: too many messages wait, one is dropped", self->id);
    return;
  }

  item = g_new0 (HsInboxItem, 1);
  item->message = hs_signalling_message_copy (message);
  item->arrived_us = hs_clock_get_monotonic_us (self->clock);
  g_queue_push_tail (&self->inbox, item);
  hs_call_read_inbox (self);
}

void
hs_call_clear_inbox (HsCall *self)
{
  hs_clock_clear_timer (self->clock, &self->inbox_timer);
  g_queue_clear_full (&self->inbox, (GDestroyNotify) item_free);
  g_clear_pointer (&self->handling, hs_signalling_message_free);
}

void
hs_call_handled (HsCall *self)
{
  g_clear_pointer (&self->handling, hs_signalling_message_free);
  hs_call_read_inbox (self);
}
