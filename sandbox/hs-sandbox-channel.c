/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "hs-sandbox"

#include "hs-sandbox-channel.h"
#include "hs-sandbox-address.h"
#include "hs-sandbox-json.h"
#include "hs-sandbox-packing.h"
#include "hs-sandbox-socket.h"

/* A client has to have read a reply before the notification that it caused comes: it learns the
 * session's id from it. */
#define AFTER_REPLY_MS 20
#define MAX_QUEUED     512

typedef struct {
  char *text;
  HsSandboxExchange *cause; /* NULL when it need not be waited for */
  gint64 delay_us;
  gint64 queued_at;
} Item;

struct _HsSandboxChannel {
  GObject parent;

  char *id;
  char *user;
  HsSandboxFaults *faults; /* borrowed: outlives us */
  HsSandboxWire *wire;     /* borrowed: outlives us */
  guint keep_ms;

  /* what is on its way */
  GQueue queue; /* Item */
  guint timer;
  Item *held_back; /* by a fault, until another one has passed it */
  guint held_timer;

  HsSandboxSocket *socket; /* NULL while there is none */
  guint n_pings;
};

G_DEFINE_FINAL_TYPE (HsSandboxChannel, hs_sandbox_channel, G_TYPE_OBJECT)

static void pump (HsSandboxChannel *self);

static void
item_free (Item *item)
{
  g_free (item->text);
  g_clear_object (&item->cause);
  g_free (item);
}

static void
forget_socket (HsSandboxChannel *self)
{
  if (self->socket)
    g_signal_handlers_disconnect_by_data (hs_sandbox_socket_get_websocket (self->socket), self);
  g_clear_pointer (&self->socket, hs_sandbox_socket_free);
}

static void
clear_queue (HsSandboxChannel *self)
{
  g_queue_clear_full (&self->queue, (GDestroyNotify) item_free);
  g_clear_pointer (&self->held_back, item_free);
  g_clear_handle_id (&self->timer, g_source_remove);
  g_clear_handle_id (&self->held_timer, g_source_remove);
}

static void
hs_sandbox_channel_dispose (GObject *object)
{
  HsSandboxChannel *self = HS_SANDBOX_CHANNEL (object);

  clear_queue (self);
  forget_socket (self);
  G_OBJECT_CLASS (hs_sandbox_channel_parent_class)->dispose (object);
}

static void
hs_sandbox_channel_finalize (GObject *object)
{
  HsSandboxChannel *self = HS_SANDBOX_CHANNEL (object);

  g_free (self->id);
  g_free (self->user);
  G_OBJECT_CLASS (hs_sandbox_channel_parent_class)->finalize (object);
}

static void
hs_sandbox_channel_class_init (HsSandboxChannelClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = hs_sandbox_channel_dispose;
  G_OBJECT_CLASS (klass)->finalize = hs_sandbox_channel_finalize;
}

static void
hs_sandbox_channel_init (HsSandboxChannel *self)
{
  g_queue_init (&self->queue);
}

HsSandboxChannel *
hs_sandbox_channel_new (const char *user,
                        HsSandboxFaults *faults,
                        HsSandboxWire *wire,
                        guint keep_ms)
{
  HsSandboxChannel *self = g_object_new (HS_SANDBOX_TYPE_CHANNEL, NULL);

  self->id = hs_sandbox_id_new ("n");
  self->user = g_strdup (user);
  self->faults = faults;
  self->wire = wire;
  self->keep_ms = keep_ms;
  return self;
}

const char *
hs_sandbox_channel_get_id (HsSandboxChannel *self)
{
  return self->id;
}

const char *
hs_sandbox_channel_get_user (HsSandboxChannel *self)
{
  return self->user;
}

gboolean
hs_sandbox_channel_is_connected (HsSandboxChannel *self)
{
  return self->socket != NULL;
}

guint
hs_sandbox_channel_get_n_queued (HsSandboxChannel *self)
{
  return self->queue.length + (self->held_back != NULL);
}

guint
hs_sandbox_channel_get_n_pings (HsSandboxChannel *self)
{
  return self->n_pings;
}

/* Sending */

static gboolean
on_due (gpointer user_data)
{
  HsSandboxChannel *self = user_data;

  self->timer = 0;
  pump (self);
  return G_SOURCE_REMOVE;
}

/* Returns: when @item may go, on the monotonic clock; -1 while that is not known */
static gint64
get_due (Item *item)
{
  gint64 settled_at;

  if (!item->cause)
    return item->queued_at + item->delay_us;
  settled_at = hs_sandbox_exchange_get_settled_at (item->cause);
  return settled_at ? settled_at + MAX (item->delay_us, AFTER_REPLY_MS * 1000) : -1;
}

static gboolean
can_send (HsSandboxChannel *self)
{
  return self->socket && hs_sandbox_socket_can_send (self->socket);
}

static void
send_text (HsSandboxChannel *self, const char *text)
{
  hs_sandbox_wire_write_frame (self->wire, "ws>", self->user, text);
  hs_sandbox_socket_send (self->socket, text);
}

static void
pump (HsSandboxChannel *self)
{
  g_clear_handle_id (&self->timer, g_source_remove);
  while (can_send (self) && !g_queue_is_empty (&self->queue)) {
    gint64 now = g_get_monotonic_time ();
    gint64 due = get_due (g_queue_peek_head (&self->queue));
    Item *item;

    if (due < 0)
      return;
    if (due > now) {
      self->timer = g_timeout_add ((due - now + 999) / 1000, on_due, self);
      return;
    }
    item = g_queue_pop_head (&self->queue);
    send_text (self, item->text);
    item_free (item);
  }
}

static void
on_cause_settled (HsSandboxExchange *exchange, gpointer user_data)
{
  pump (user_data);
}

static Item *
new_item (HsSandboxChannel *self, char *text, HsSandboxExchange *cause, guint delay_ms)
{
  Item *item = g_new0 (Item, 1);

  item->text = text;
  item->delay_us = delay_ms * (gint64) 1000;
  item->queued_at = g_get_monotonic_time ();
  if (cause && g_strcmp0 (hs_sandbox_exchange_get_user (cause), self->user) == 0) {
    item->cause = g_object_ref (cause);
    if (!hs_sandbox_exchange_get_settled_at (cause))
      g_signal_connect_object (cause, "settled", G_CALLBACK (on_cause_settled), self, 0);
  }
  return item;
}

static void
enqueue (HsSandboxChannel *self, Item *item)
{
  if (self->queue.length >= MAX_QUEUED)
    item_free (g_queue_pop_head (&self->queue));
  g_queue_push_tail (&self->queue, item);
  if (self->held_back) {
    g_queue_push_tail (&self->queue, g_steal_pointer (&self->held_back));
    g_clear_handle_id (&self->held_timer, g_source_remove);
  }
  pump (self);
}

static gboolean
on_held_long_enough (gpointer user_data)
{
  HsSandboxChannel *self = user_data;

  self->held_timer = 0;
  enqueue (self, g_steal_pointer (&self->held_back));
  return G_SOURCE_REMOVE;
}

static void
hold_back (HsSandboxChannel *self, Item *item, guint delay_ms)
{
  if (self->held_back) {
    enqueue (self, item);
    return;
  }
  self->held_back = item;
  self->held_timer = g_timeout_add (delay_ms, on_held_long_enough, self);
}

static char *
wrap (JsonObject *message)
{
  g_autoptr (JsonObject) envelope = json_object_new ();

  json_object_set_object_member (envelope, "notificationMessage", json_object_ref (message));
  return hs_sandbox_json_to_text (envelope);
}

static void
set_new_event_id (JsonObject *message)
{
  g_autofree char *id = hs_sandbox_id_new ("e");

  json_object_set_string_member (message, "eventId", id);
}

static void
post_duplicate (HsSandboxChannel *self,
                JsonObject *message,
                HsSandboxExchange *cause,
                guint delay_ms,
                gboolean new_event_id)
{
  enqueue (self, new_item (self, wrap (message), cause, delay_ms));
  if (new_event_id)
    set_new_event_id (message);
  enqueue (self, new_item (self, wrap (message), cause, delay_ms));
}

static void
post_spoilt (HsSandboxChannel *self,
             HsSandboxFault *fault,
             JsonObject *message,
             HsSandboxExchange *cause,
             guint delay_ms)
{
  switch (fault->action) {
  case HS_SANDBOX_NOTIFICATION_DELAY:
    enqueue (self, new_item (self, wrap (message), cause, delay_ms + fault->delay_ms));
    return;
  case HS_SANDBOX_NOTIFICATION_DUPLICATE:
    post_duplicate (self, message, cause, delay_ms, fault->new_event_id);
    return;
  case HS_SANDBOX_NOTIFICATION_REORDER:
    hold_back (self, new_item (self, wrap (message), cause, delay_ms), fault->delay_ms);
    return;
  case HS_SANDBOX_NOTIFICATION_DROP:
    return;
  case HS_SANDBOX_NOTIFICATION_GARBAGE:
    enqueue (self, new_item (self, g_strdup (fault->frame), cause, delay_ms));
    enqueue (self, new_item (self, wrap (message), cause, delay_ms));
    return;
  case HS_SANDBOX_NOTIFICATION_STRIP:
    for (guint i = 0; fault->members[i]; i++)
      json_object_remove_member (message, fault->members[i]);
    enqueue (self, new_item (self, wrap (message), cause, delay_ms));
    return;
  case HS_SANDBOX_NOTIFICATION_COMPRESS:
    hs_sandbox_packing_compress (message);
    enqueue (self, new_item (self, wrap (message), cause, delay_ms));
    return;
  }
}

void
hs_sandbox_channel_post (HsSandboxChannel *self,
                         JsonObject *message,
                         HsSandboxExchange *cause,
                         guint delay_ms)
{
  g_autoptr (JsonObject) owned = message;
  g_autoptr (HsSandboxFault) fault =
      hs_sandbox_faults_take (self->faults, HS_SANDBOX_FAULT_NOTIFICATION,
                              hs_sandbox_json_get_string (owned, "eventType"), self->user);

  if (!json_object_has_member (owned, "eventId"))
    set_new_event_id (owned);
  if (!json_object_has_member (owned, "time"))
    json_object_set_int_member (owned, "time", g_get_real_time () / 1000);
  if (fault)
    post_spoilt (self, fault, owned, cause, delay_ms);
  else
    enqueue (self, new_item (self, wrap (owned), cause, delay_ms));
}

void
hs_sandbox_channel_post_frame (HsSandboxChannel *self, const char *frame)
{
  enqueue (self, new_item (self, g_strdup (frame), NULL, 0));
}

/* The socket */

static void
on_message (SoupWebsocketConnection *websocket, gint type, GBytes *bytes, gpointer user_data)
{
  HsSandboxChannel *self = user_data;
  g_autoptr (JsonObject) message = hs_sandbox_json_parse (bytes, NULL);
  g_autofree char *text = NULL;

  if (g_strcmp0 (hs_sandbox_json_get_string (message, "message_type"), "ping") == 0)
    self->n_pings++;
  if (hs_sandbox_wire_is_open (self->wire)) {
    text = g_strndup (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
    if (g_utf8_validate (text, -1, NULL))
      hs_sandbox_wire_write_frame (self->wire, "ws<", self->user, text);
  }
}

static void
on_closed (SoupWebsocketConnection *websocket, gpointer user_data)
{
  HsSandboxChannel *self = user_data;

  hs_sandbox_wire_write_frame (self->wire, "ws-close", self->user, NULL);
  forget_socket (self);
}

static JsonObject *
new_message (const char *type)
{
  JsonObject *message = json_object_new ();

  json_object_set_string_member (message, "eventType", type);
  json_object_set_int_member (message, "time", g_get_real_time () / 1000);
  set_new_event_id (message);
  return message;
}

/* Says a last word past the queue. */
static void
say_and_close (HsSandboxChannel *self, JsonObject *message)
{
  g_autofree char *text = message ? wrap (message) : NULL;

  if (text && can_send (self))
    send_text (self, text);
  if (self->socket)
    hs_sandbox_socket_end (self->socket, SOUP_WEBSOCKET_CLOSE_NORMAL);
  forget_socket (self);
}

static void
drop_stale (HsSandboxChannel *self)
{
  gint64 oldest = g_get_monotonic_time () - self->keep_ms * (gint64) 1000;
  Item *item;

  while ((item = g_queue_peek_head (&self->queue)) && item->queued_at < oldest)
    item_free (g_queue_pop_head (&self->queue));
}

void
hs_sandbox_channel_attach (HsSandboxChannel *self, SoupWebsocketConnection *websocket, GSocket *raw)
{
  if (self->socket) {
    g_autoptr (JsonObject) farewell = new_message ("websocketOverridden");

    say_and_close (self, farewell);
  } else {
    drop_stale (self);
  }
  self->socket = hs_sandbox_socket_new (websocket, raw);
  hs_sandbox_wire_write_frame (self->wire, "ws-open", self->user, NULL);
  g_signal_connect (websocket, "message", G_CALLBACK (on_message), self);
  g_signal_connect (websocket, "closed", G_CALLBACK (on_closed), self);
  pump (self);
}

void
hs_sandbox_channel_drop (HsSandboxChannel *self, gushort code)
{
  if (self->socket)
    hs_sandbox_socket_end (self->socket, code);
  forget_socket (self);
}

void
hs_sandbox_channel_stall (HsSandboxChannel *self, gboolean stall)
{
  if (self->socket)
    hs_sandbox_socket_stall (self->socket, stall);
  pump (self);
}

static void
on_retired_settled (HsSandboxExchange *exchange, gpointer user_data)
{
  say_and_close (user_data, NULL);
}

void
hs_sandbox_channel_retire (HsSandboxChannel *self, JsonObject *farewell, HsSandboxExchange *cause)
{
  g_autoptr (JsonObject) owned = farewell;

  clear_queue (self);
  if (cause && !hs_sandbox_exchange_get_settled_at (cause)) {
    /* Whoever gave us up may have held the last reference. */
    g_signal_connect_data (cause, "settled", G_CALLBACK (on_retired_settled), g_object_ref (self),
                           (GClosureNotify) (void (*) (void)) g_object_unref, 0);
    return;
  }
  if (owned && !json_object_has_member (owned, "eventId"))
    set_new_event_id (owned);
  say_and_close (self, owned);
}
