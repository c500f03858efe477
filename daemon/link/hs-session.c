/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "hs-link"

#include "hs-session-private.h"

#include "hs-wire.h"

#include "base/hs-error.h"
#include "base/hs-json.h"

enum { SIGNAL_EVENT, SIGNAL_NOTIFICATION, SIGNAL_CONNECTED, SIGNAL_TURN_CREDENTIALS, N_SIGNALS };
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (HsSession, hs_session, G_TYPE_OBJECT)

/* Events */

void
hs_session_emit (HsSession *self, const char *name, JsonObject *payload)
{
  g_autoptr (JsonObject) owned = payload;

  if (!self->closed)
    g_signal_emit (self, signals[SIGNAL_EVENT], 0, name, owned);
}

void
hs_session_emit_plain (HsSession *self, const char *name)
{
  hs_session_emit (self, name, json_object_new ());
}

void
hs_session_emit_error (HsSession *self, const char *name, const GError *error)
{
  JsonObject *payload = json_object_new ();

  json_object_set_object_member (payload, "error", hs_error_to_json (error));
  hs_session_emit (self, name, payload);
}

void
hs_session_emit_socket (HsSession *self)
{
  JsonObject *payload = json_object_new ();

  json_object_set_string_member (payload, "platform", "link");
  hs_session_emit (self, "ws:change", payload);
}

static void
emit_turn_credentials (HsSession *self, const char *username, const char *password)
{
  if (!self->closed)
    g_signal_emit (self, signals[SIGNAL_TURN_CREDENTIALS], 0, username, password);
}

/* The subscription */

static gboolean
has_same_turn (const HsSubscription *a, const HsSubscription *b)
{
  return g_strcmp0 (a != NULL ? a->turn_username : NULL, b != NULL ? b->turn_username : NULL) ==
             0 &&
         g_strcmp0 (a != NULL ? a->turn_password : NULL, b != NULL ? b->turn_password : NULL) == 0;
}

void
hs_session_adopt (HsSession *self, HsSubscription *subscription)
{
  g_autoptr (HsSubscription) previous = g_steal_pointer (&self->subscription);

  self->subscription = subscription;
  hs_rest_set_session_id (self->rest, subscription != NULL ? subscription->session_id : NULL);
  if (subscription != NULL && previous != NULL)
    hs_websocket_set_channel (self->websocket, subscription->channel);
  if (has_same_turn (previous, subscription))
    return;
  if (subscription != NULL && subscription->turn_username != NULL &&
      subscription->turn_password != NULL)
    emit_turn_credentials (self, subscription->turn_username, subscription->turn_password);
  else
    emit_turn_credentials (self, NULL, NULL);
}

void
hs_session_forget_subscription (HsSession *self)
{
  hs_clock_clear_timer (self->clock, &self->extension_timer);
  hs_websocket_close (self->websocket);
  hs_session_adopt (self, NULL);
}

static void
emit_end (HsSession *self, const char *name, const char *reason, gboolean forced)
{
  JsonObject *payload = json_object_new ();

  if (forced)
    json_object_set_boolean_member (payload, "forced", TRUE);
  json_object_set_string_member (payload, "reason", reason);
  hs_session_emit (self, name, payload);
}

/* A PUT that was on its way has lost its object; what waits for the websocket waits in vain. */
static void
fail_running (HsSession *self, const char *reason)
{
  if (self->running == NULL)
    return;
  if (self->cancellable != NULL)
    g_cancellable_cancel (self->cancellable);
  /* Nobody asked for an extension, so nobody is told that it came to nothing. */
  if (self->running->kind == HS_SESSION_OPERATION_EXTEND) {
    hs_session_drop_running (self);
    return;
  }
  hs_session_settle (self, g_error_new (HS_AUTHENTICATION_ERROR,
                                        self->phase == HS_PHASE_OPENING
                                            ? HS_AUTHENTICATION_ERROR_SUBSCRIBE_FAILED
                                            : HS_AUTHENTICATION_ERROR_UPDATE_FAILED,
                                        "the session has ended: %s", reason));
}

void
hs_session_end (HsSession *self, const char *reason, JsonNode *retry_after)
{
  gboolean forced = !g_str_equal (reason, "LOST_CONNECTION");
  JsonObject *payload = json_object_new ();

  g_message ("the session has ended: %s", reason);
  hs_session_forget_subscription (self);
  emit_end (self, "auth:change", reason, forced);
  if (forced)
    hs_session_emit_socket (self);
  json_object_set_string_member (payload, "reason", reason);
  if (retry_after != NULL)
    json_object_set_member (payload, "retryAfter", json_node_copy (retry_after));
  hs_session_emit (self, "subscription:change", payload);
  fail_running (self, reason);
}

/* The websocket */

static void
on_opening (HsWebsocket *websocket, HsSession *self)
{
  hs_session_emit_socket (self);
}

static void
on_opened (HsWebsocket *websocket, HsSession *self)
{
  hs_notifications_enable_websocket (self->notifications, TRUE);
  hs_session_emit_socket (self);
  if (!self->closed)
    g_signal_emit (self, signals[SIGNAL_CONNECTED], 0);
  if (self->phase == HS_PHASE_OPENING)
    hs_session_finish_opening (self);
}

static void
on_lost (HsWebsocket *websocket, HsSession *self)
{
  /* A gateway may close it before it answers the DELETE. */
  if (hs_session_is_leaving (self))
    hs_websocket_close (self->websocket);
  else
    hs_session_emit_socket (self);
}

static void
on_failed (HsWebsocket *websocket, const GError *error, HsSession *self)
{
  if (self->phase == HS_PHASE_OPENING)
    hs_session_clean_up (self, error);
  else if (!hs_session_is_leaving (self) && self->subscription != NULL)
    hs_session_end (self, "LOST_CONNECTION", NULL);
}

static void
on_message (HsWebsocket *websocket, JsonObject *frame, HsSession *self)
{
  g_autoptr (GError) error = NULL;

  if (!hs_notifications_process (self->notifications, frame, HS_CHANNEL_WEBSOCKET, &error))
    g_warning ("a frame from the gateway is dropped: %s", error->message);
}

static void
on_notification (HsNotifications *notifications, JsonObject *message, HsSession *self)
{
  const char *type = hs_json_get_string (message, "eventType");
  JsonNode *retry_after = json_object_get_member (message, "retryAfter");

  if (!self->closed)
    g_signal_emit (self, signals[SIGNAL_NOTIFICATION], 0, message);
  if (self->closed || self->subscription == NULL || hs_session_is_leaving (self))
    return;
  if (g_str_equal (type, "gone"))
    hs_session_end (self, "GONE",
                    retry_after != NULL && JSON_NODE_HOLDS_VALUE (retry_after) ? retry_after
                                                                               : NULL);
  else if (g_str_equal (type, "websocketOverridden"))
    hs_session_end (self, "WS_OVERRIDDEN", NULL);
}

static void
watch_rooms (HsSession *self)
{
  g_signal_connect_object (self->websocket, "opening", G_CALLBACK (on_opening), self, 0);
  g_signal_connect_object (self->websocket, "opened", G_CALLBACK (on_opened), self, 0);
  g_signal_connect_object (self->websocket, "lost", G_CALLBACK (on_lost), self, 0);
  g_signal_connect_object (self->websocket, "failed", G_CALLBACK (on_failed), self, 0);
  g_signal_connect_object (self->websocket, "message", G_CALLBACK (on_message), self, 0);
  g_signal_connect_object (self->notifications, "received", G_CALLBACK (on_notification), self, 0);
}

/* Object */

static void
answer_waiting (HsSession *self)
{
  g_autoptr (GError) error =
      g_error_new_literal (HS_ERROR, HS_ERROR_CLOSED, "the session is closed");

  if (self->running != NULL)
    hs_session_operation_answer (self->running, error);
  while (!g_queue_is_empty (&self->operations)) {
    g_autoptr (HsSessionOperation) operation = g_queue_pop_head (&self->operations);

    hs_session_operation_answer (operation, error);
  }
}

static void
hs_session_dispose (GObject *object)
{
  HsSession *self = HS_SESSION (object);

  self->closed = TRUE;
  if (self->clock != NULL) {
    hs_clock_clear_timer (self->clock, &self->extension_timer);
    hs_clock_clear_timer (self->clock, &self->retry_timer);
    hs_clock_clear_timer (self->clock, &self->close_timer);
    hs_websocket_close (self->websocket);
    answer_waiting (self);
  }
  g_clear_pointer (&self->running, hs_session_operation_free);
  g_clear_pointer (&self->subscription, hs_subscription_free);
  g_clear_pointer (&self->closers, g_ptr_array_unref);
  g_clear_pointer (&self->auth_error, json_object_unref);
  g_clear_error (&self->opening_error);
  g_clear_object (&self->cancellable);
  g_clear_object (&self->notifications);
  g_clear_object (&self->websocket);
  g_clear_object (&self->rest);
  g_clear_object (&self->clock);
  g_clear_object (&self->config);
  G_OBJECT_CLASS (hs_session_parent_class)->dispose (object);
}

static void
hs_session_class_init (HsSessionClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = hs_session_dispose;
  signals[SIGNAL_EVENT] = g_signal_new ("event", HS_TYPE_SESSION, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                        NULL, G_TYPE_NONE, 2, G_TYPE_STRING, JSON_TYPE_OBJECT);
  signals[SIGNAL_NOTIFICATION] =
      g_signal_new ("notification", HS_TYPE_SESSION, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                    G_TYPE_NONE, 1, JSON_TYPE_OBJECT);
  signals[SIGNAL_CONNECTED] = g_signal_new ("connected", HS_TYPE_SESSION, G_SIGNAL_RUN_LAST, 0,
                                            NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[SIGNAL_TURN_CREDENTIALS] =
      g_signal_new ("turn-credentials", HS_TYPE_SESSION, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                    G_TYPE_NONE, 2, G_TYPE_STRING, G_TYPE_STRING);
}

static void
hs_session_init (HsSession *self)
{
  g_queue_init (&self->operations);
  self->closers = g_ptr_array_new_with_free_func (g_object_unref);
}

HsSession *
hs_session_new (HsClock *clock, HsConfig *config)
{
  HsSession *self = g_object_new (HS_TYPE_SESSION, NULL);
  g_autoptr (HsTransport) transport = hs_transport_new (config);

  self->clock = g_object_ref (clock);
  self->config = g_object_ref (config);
  self->rest = hs_rest_new (clock, config, transport);
  self->websocket = hs_websocket_new (clock, config, transport, self->rest);
  self->notifications = hs_notifications_new (config, self->rest);
  watch_rooms (self);
  return self;
}

HsRest *
hs_session_get_rest (HsSession *self)
{
  return self->rest;
}

/* Closing: a request whose answer matters is waited for, but not long. */

#define CLOSE_LIMIT_MS 2000

static void
finish_closing (HsSession *self)
{
  g_autoptr (GPtrArray) closers = g_steal_pointer (&self->closers);

  hs_clock_clear_timer (self->clock, &self->close_timer);
  self->closers = g_ptr_array_new_with_free_func (g_object_unref);
  g_clear_pointer (&self->running, hs_session_operation_free);
  self->phase = HS_PHASE_NONE;
  hs_session_forget_subscription (self);
  hs_notifications_clear (self->notifications);
  hs_rest_take_credentials (self->rest, NULL);
  for (guint i = 0; i < closers->len; i++)
    g_task_return_boolean (g_ptr_array_index (closers, i), TRUE);
}

static void
on_close_limit (gpointer user_data)
{
  g_autoptr (HsSession) self = g_object_ref (HS_SESSION (user_data));

  self->close_timer = 0;
  if (self->cancellable != NULL)
    g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  finish_closing (self);
}

void
hs_session_go_on_closing (HsSession *self)
{
  g_clear_object (&self->cancellable);
  if (self->subscription != NULL && !hs_session_is_leaving (self))
    hs_session_delete (self, HS_PHASE_DELETING);
  else
    finish_closing (self);
}

static void
begin_closing (HsSession *self)
{
  self->closed = TRUE;
  hs_clock_clear_timer (self->clock, &self->extension_timer);
  hs_clock_clear_timer (self->clock, &self->retry_timer);
  hs_websocket_close (self->websocket);
  hs_notifications_clear (self->notifications);
  answer_waiting (self);
  self->close_timer = hs_clock_add_timer (self->clock, CLOSE_LIMIT_MS, on_close_limit, self);
  if (self->phase == HS_PHASE_PUTTING && self->cancellable != NULL)
    g_cancellable_cancel (self->cancellable);
  /* A POST may yet be answered, and is then undone; a DELETE is on its way already. */
  if (self->phase != HS_PHASE_POSTING && !hs_session_is_leaving (self))
    hs_session_go_on_closing (self);
}

void
hs_session_close (HsSession *self, GTask *waiter)
{
  g_autoptr (HsSession) alive G_GNUC_UNUSED = g_object_ref (self);
  gboolean closing = self->close_timer != 0;

  if (waiter != NULL)
    g_ptr_array_add (self->closers, waiter);
  if (!self->closed)
    begin_closing (self);
  else if (!closing)
    finish_closing (self);
}

/* What others ask */

const char *
hs_session_get_user_name (HsSession *self)
{
  const HsCredentials *credentials = hs_rest_get_credentials (self->rest);

  return credentials != NULL ? hs_credentials_get_user_name (credentials) : NULL;
}

JsonObject *
hs_session_dup_user_info (HsSession *self)
{
  JsonObject *info = json_object_new ();

  hs_json_set_string (info, "username", hs_session_get_user_name (self));
  return info;
}

static gboolean
is_subscribed (HsSession *self)
{
  return self->subscription != NULL && self->phase != HS_PHASE_OPENING &&
         self->phase != HS_PHASE_CLEANING;
}

JsonObject *
hs_session_dup_connection (HsSession *self)
{
  JsonObject *connection = json_object_new ();

  json_object_set_boolean_member (connection, "isConnected", is_subscribed (self));
  json_object_set_boolean_member (connection, "isPending", self->n_auth_pending > 0);
  if (self->auth_error != NULL)
    json_object_set_object_member (connection, "error", json_object_ref (self->auth_error));
  json_object_set_object_member (
      connection, "subscription",
      hs_subscription_dup_services_info (is_subscribed (self) ? self->subscription : NULL));
  return connection;
}

static gboolean
is_pending (HsSession *self)
{
  if (self->running != NULL && self->running->kind != HS_SESSION_OPERATION_EXTEND)
    return TRUE;
  for (GList *l = self->operations.head; l != NULL; l = l->next) {
    if (((HsSessionOperation *) l->data)->kind != HS_SESSION_OPERATION_EXTEND)
      return TRUE;
  }
  return FALSE;
}

JsonObject *
hs_session_dup_subscriptions (HsSession *self)
{
  static const char *const available[] = { "call", "IM", "Presence", NULL };
  const char *const *subscribed =
      is_subscribed (self) ? (const char *const *) self->subscription->received : NULL;
  JsonObject *subscriptions = json_object_new ();

  json_object_set_array_member (subscriptions, "subscribed",
                                hs_subscription_create_array (subscribed));
  json_object_set_array_member (subscriptions, "available",
                                hs_subscription_create_array (available));
  json_object_set_boolean_member (subscriptions, "isPending", is_pending (self));
  return subscriptions;
}

JsonObject *
hs_session_dup_socket_state (HsSession *self)
{
  return hs_websocket_dup_state (self->websocket);
}

void
hs_session_enable_connectivity_checking (HsSession *self, gboolean enable)
{
  hs_websocket_enable_checking (self->websocket, enable);
}

gboolean
hs_session_process_notification (HsSession *self,
                                 JsonObject *envelope,
                                 const char *channel,
                                 GError **error)
{
  HsChannel number = HS_CHANNEL_PUSH;
  g_autofree char *text = hs_json_object_to_text (json_object_ref (envelope));
  g_autoptr (JsonNode) copy = NULL;

  if (g_ascii_strcasecmp (channel, "WEBSOCKET") == 0) {
    number = HS_CHANNEL_WEBSOCKET;
  } else if (g_ascii_strcasecmp (channel, "PUSH") != 0) {
    g_set_error (error, HS_ERROR, HS_ERROR_INVALID_DATA, "there is no channel \"%s\"", channel);
    return FALSE;
  }
  /* A copy of our own: its SDP may be changed, and it is checked as any other. */
  copy = hs_wire_parse (text, strlen (text), error);
  return copy != NULL &&
         hs_notifications_process (self->notifications, json_node_get_object (copy), number, error);
}

void
hs_session_enable_websocket (HsSession *self, gboolean enable)
{
  JsonObject *payload = json_object_new ();

  hs_notifications_enable_websocket (self->notifications, enable);
  json_object_set_string_member (payload, "channel", "WEBSOCKET");
  hs_session_emit (self, "notifications:change", payload);
}
