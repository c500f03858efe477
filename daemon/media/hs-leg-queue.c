/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "hs-media"

#include "hs-leg-queue.h"

typedef struct {
  HsLegQueue *queue; /* borrowed: owns us */
  guint number;
  guint timer; /* runs while it is our turn */
  HsLegTurn turn;
  gpointer user_data;
} Ticket;

struct _HsLegQueue {
  GObject parent;

  HsClock *clock;
  guint n_places;
  guint ticket_ms;
  guint last_number;
  GList *inside;
  GQueue waiting;
  guint n_leaving;
};

enum { SIGNAL_SETTLED, N_SIGNALS };
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (HsLegQueue, hs_leg_queue, G_TYPE_OBJECT)

static void
free_ticket (Ticket *ticket)
{
  hs_clock_clear_timer (ticket->queue->clock, &ticket->timer);
  g_free (ticket);
}

static void
hs_leg_queue_finalize (GObject *object)
{
  HsLegQueue *self = HS_LEG_QUEUE (object);

  g_list_free_full (self->inside, (GDestroyNotify) free_ticket);
  g_queue_clear_full (&self->waiting, (GDestroyNotify) free_ticket);
  g_clear_object (&self->clock);
  G_OBJECT_CLASS (hs_leg_queue_parent_class)->finalize (object);
}

static void
hs_leg_queue_class_init (HsLegQueueClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = hs_leg_queue_finalize;
  signals[SIGNAL_SETTLED] = g_signal_new ("settled", HS_TYPE_LEG_QUEUE, G_SIGNAL_RUN_LAST, 0, NULL,
                                          NULL, NULL, G_TYPE_NONE, 0);
}

static void
hs_leg_queue_init (HsLegQueue *self)
{
  g_queue_init (&self->waiting);
}

HsLegQueue *
hs_leg_queue_new (HsClock *clock, guint n_places, guint ticket_ms)
{
  HsLegQueue *self = g_object_new (HS_TYPE_LEG_QUEUE, NULL);

  self->clock = g_object_ref (clock);
  self->n_places = n_places;
  self->ticket_ms = ticket_ms;
  return self;
}

static void on_expired (gpointer user_data);

static void
admit (HsLegQueue *self)
{
  g_autoptr (HsLegQueue) alive = g_object_ref (self);

  while (g_list_length (self->inside) < self->n_places && !g_queue_is_empty (&self->waiting)) {
    Ticket *ticket = g_queue_pop_head (&self->waiting);

    self->inside = g_list_prepend (self->inside, ticket);
    ticket->timer = hs_clock_add_timer (self->clock, self->ticket_ms, on_expired, ticket);
    ticket->turn (ticket->user_data);
  }
}

static void
on_expired (gpointer user_data)
{
  Ticket *ticket = user_data;
  HsLegQueue *self = ticket->queue;

  ticket->timer = 0;
  self->inside = g_list_remove (self->inside, ticket);
  free_ticket (ticket);
  admit (self);
}

guint
hs_leg_queue_enter (HsLegQueue *self, HsLegTurn turn, gpointer user_data)
{
  Ticket *ticket = g_new0 (Ticket, 1);
  guint number = ++self->last_number;

  ticket->queue = self;
  ticket->number = number;
  ticket->turn = turn;
  ticket->user_data = user_data;
  g_queue_push_tail (&self->waiting, ticket);
  admit (self);
  return number;
}

static GList *
find_ticket (GList *list, guint number)
{
  while (list != NULL && ((Ticket *) list->data)->number != number)
    list = list->next;
  return list;
}

void
hs_leg_queue_leave (HsLegQueue *self, guint *ticket)
{
  GList *waiting = find_ticket (self->waiting.head, *ticket);
  GList *inside = find_ticket (self->inside, *ticket);

  *ticket = 0;
  if (waiting != NULL) {
    free_ticket (waiting->data);
    g_queue_delete_link (&self->waiting, waiting);
  }
  if (inside != NULL) {
    free_ticket (inside->data);
    self->inside = g_list_delete_link (self->inside, inside);
    admit (self);
  }
}

void
hs_leg_queue_begin_leaving (HsLegQueue *self)
{
  self->n_leaving++;
}

void
hs_leg_queue_end_leaving (HsLegQueue *self)
{
  if (--self->n_leaving == 0)
    g_signal_emit (self, signals[SIGNAL_SETTLED], 0);
}

guint
hs_leg_queue_count_leaving (HsLegQueue *self)
{
  return self->n_leaving;
}

guint
hs_leg_queue_count_inside (HsLegQueue *self)
{
  return g_list_length (self->inside);
}

guint
hs_leg_queue_count_waiting (HsLegQueue *self)
{
  return g_queue_get_length (&self->waiting);
}
