/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "hs-link"

#include "hs-websocket.h"

#include "hs-keepalive.h"
#include "hs-websocket-settings.h"
#include "hs-wire.h"

#include "base/hs-error.h"
#include "base/hs-json.h"

#define MAX_MESSAGE_SIZE (1024 * 1024)
typedef enum {
  STATE_IDLE,
  STATE_CONNECTING,
  STATE_WAITING, /* for the next attempt */
  STATE_OPEN,
} State;

/* One handshake on its way; it frees itself when libsoup has answered, wanted still or not. */
typedef struct {
  HsWebsocket *websocket;
  SoupMessage *message;
  GCancellable *cancellable;
} Attempt;

struct _HsWebsocket {
  GObject parent;

  HsClock *clock;
  HsConfig *config;
  HsTransport *transport;
  HsRest *rest;

  State state;
  char *channel; /* NULL when closed */
  HsKeepalive *keepalive;
  SoupWebsocketConnection *connection;
  gint64 last_contact_ms; /* 0: never open since hs_websocket_open() */
  gboolean tried;

  /* the sequence of attempts */
  Attempt *attempt; /* borrowed: libsoup's callback frees it */
  guint n_failed;
  guint timer; /* limit of the attempt, or the wait for the next */
  gboolean last_attempt;
  GError *last_error;
};

enum { SIGNAL_OPENING, SIGNAL_OPENED, SIGNAL_MESSAGE, SIGNAL_LOST, SIGNAL_FAILED, N_SIGNALS };
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (HsWebsocket, hs_websocket, G_TYPE_OBJECT)

static void begin_attempt (HsWebsocket *self);

static void
attempt_free (Attempt *attempt)
{
  g_object_unref (attempt->websocket);
  g_object_unref (attempt->message);
  g_object_unref (attempt->cancellable);
  g_free (attempt);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Attempt, attempt_free)

/* The open connection */

/* Takes @connection: it says good-bye by itself and is gone when the other side has answered, or
 * has not for a few seconds. */
static void
let_go (SoupWebsocketConnection *connection)
{
  if (soup_websocket_connection_get_state (connection) == SOUP_WEBSOCKET_STATE_CLOSED) {
    g_object_unref (connection);
    return;
  }
  g_signal_connect (connection, "closed", G_CALLBACK (g_object_unref), NULL);
  if (soup_websocket_connection_get_state (connection) == SOUP_WEBSOCKET_STATE_OPEN)
    soup_websocket_connection_close (connection, SOUP_WEBSOCKET_CLOSE_NO_STATUS, NULL);
}

static void
drop_connection (HsWebsocket *self)
{
  SoupWebsocketConnection *connection = g_steal_pointer (&self->connection);

  hs_keepalive_stop (self->keepalive);
  if (connection == NULL)
    return;
  g_signal_handlers_disconnect_by_data (connection, self);
  let_go (connection);
}

static void
give_up (HsWebsocket *self, const GError *error)
{
  self->state = STATE_IDLE;
  g_signal_emit (self, signals[SIGNAL_FAILED], 0, error);
}

static void
begin_sequence (HsWebsocket *self)
{
  self->n_failed = 0;
  self->last_attempt = FALSE;
  self->state = STATE_CONNECTING;
  g_signal_emit (self, signals[SIGNAL_OPENING], 0);
  /* A handler may have closed it. */
  if (self->state == STATE_CONNECTING && self->attempt == NULL)
    begin_attempt (self);
}

static void
lose (HsWebsocket *self, gboolean ended)
{
  g_autoptr (HsWebsocket) alive G_GNUC_UNUSED = g_object_ref (self);
  g_autoptr (GError) error = NULL;

  drop_connection (self);
  self->state = STATE_IDLE;
  g_signal_emit (self, signals[SIGNAL_LOST], 0);
  if (self->channel == NULL || self->state != STATE_IDLE)
    return;
  if (ended)
    error = g_error_new_literal (HS_ERROR, HS_ERROR_CLOSED, "the gateway has ended the session");
  else if (!hs_config_get_boolean (self->config, "connectivity.autoReconnect", TRUE))
    error = g_error_new_literal (HS_ERROR, HS_ERROR_CLOSED, "the websocket was lost");
  if (error != NULL)
    give_up (self, error);
  else
    begin_sequence (self);
}

static void
on_closed (SoupWebsocketConnection *connection, HsWebsocket *self)
{
  gushort code = soup_websocket_connection_get_close_code (connection);

  g_message ("the websocket was closed by the gateway, code %u", code);
  lose (self, code == SOUP_WEBSOCKET_CLOSE_NORMAL);
}

static void
on_error (SoupWebsocketConnection *connection, const GError *error, HsWebsocket *self)
{
  g_message ("the websocket failed: %s", error->message);
  lose (self, FALSE);
}

static void
on_dead (gpointer user_data)
{
  lose (user_data, FALSE);
}

static void
on_send (const char *text, gpointer user_data)
{
  HsWebsocket *self = user_data;

  if (self->connection != NULL &&
      soup_websocket_connection_get_state (self->connection) == SOUP_WEBSOCKET_STATE_OPEN)
    soup_websocket_connection_send_text (self->connection, text);
}

static const HsKeepaliveFuncs keepalive_funcs = { on_send, on_dead };

static void
on_pong (SoupWebsocketConnection *connection, GBytes *payload, HsWebsocket *self)
{
  self->last_contact_ms = hs_clock_get_wall_ms (self->clock);
  hs_keepalive_take_pong (self->keepalive);
}

static void
on_message (SoupWebsocketConnection *connection, int type, GBytes *bytes, HsWebsocket *self)
{
  gsize size;
  const char *text = g_bytes_get_data (bytes, &size);
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) node = NULL;

  self->last_contact_ms = hs_clock_get_wall_ms (self->clock);
  if (type != SOUP_WEBSOCKET_DATA_TEXT) {
    g_warning ("a binary frame from the gateway is dropped");
    return;
  }
  node = hs_wire_parse (text, size, &error);
  if (node == NULL || !JSON_NODE_HOLDS_OBJECT (node)) {
    g_warning ("a frame from the gateway is dropped: %s",
               error != NULL ? error->message : "not a JSON object");
    return;
  }
  if (!hs_keepalive_take_frame (self->keepalive, json_node_get_object (node)))
    g_signal_emit (self, signals[SIGNAL_MESSAGE], 0, json_node_get_object (node));
}

static void
adopt_connection (HsWebsocket *self, SoupWebsocketConnection *connection)
{
  self->connection = connection;
  self->state = STATE_OPEN;
  self->last_contact_ms = hs_clock_get_wall_ms (self->clock);
  g_clear_error (&self->last_error);
  soup_websocket_connection_set_max_incoming_payload_size (connection, MAX_MESSAGE_SIZE);
  soup_websocket_connection_set_keepalive_interval (
      connection, hs_keepalive_get_probe_interval_s (self->keepalive));
  g_signal_connect (connection, "message", G_CALLBACK (on_message), self);
  g_signal_connect (connection, "pong", G_CALLBACK (on_pong), self);
  g_signal_connect (connection, "error", G_CALLBACK (on_error), self);
  /* The gateway's close frame is enough: a connection that lingers after it changes nothing. */
  g_signal_connect (connection, "closing", G_CALLBACK (on_closed), self);
  g_signal_connect (connection, "closed", G_CALLBACK (on_closed), self);
  hs_keepalive_start (self->keepalive);
  g_signal_emit (self, signals[SIGNAL_OPENED], 0);
}

/* Attempts */

static void
on_wait_over (gpointer user_data)
{
  HsWebsocket *self = user_data;

  self->timer = 0;
  begin_attempt (self);
}

/* Takes @error. */
static void
end_attempt (HsWebsocket *self, GError *error)
{
  g_autoptr (HsWebsocket) alive G_GNUC_UNUSED = g_object_ref (self);
  gint64 limit = hs_config_get_int (self->config, "connectivity.reconnectLimit", 5);
  guint delay_ms;

  g_clear_error (&self->last_error);
  self->last_error = error;
  self->n_failed++;
  g_message ("the websocket cannot be opened (attempt %u): %s", self->n_failed, error->message);
  if (self->last_attempt || (limit > 0 && self->n_failed >= limit)) {
    g_autoptr (GError) reason = g_steal_pointer (&self->last_error);

    give_up (self, reason);
    return;
  }
  delay_ms = hs_websocket_settings_get_delay_ms (self->config, self->n_failed);
  self->state = STATE_WAITING;
  self->timer = hs_clock_add_timer (self->clock, delay_ms, on_wait_over, self);
}

static void
explain_handshake (SoupMessage *message, GError *error)
{
  guint status = soup_message_get_status (message);

  hs_transport_explain (message, error);
  if (error->domain != SOUP_WEBSOCKET_ERROR || status == SOUP_STATUS_SWITCHING_PROTOCOLS)
    return;
  g_free (error->message);
  error->message = g_strdup_printf ("the gateway answered HTTP %u instead of a websocket", status);
}

static void
on_connected (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Attempt) attempt = user_data;
  HsWebsocket *self = attempt->websocket;
  GError *error = NULL;
  SoupWebsocketConnection *connection =
      soup_session_websocket_connect_finish (SOUP_SESSION (source), result, &error);

  if (self->attempt != attempt) {
    g_clear_error (&error);
    if (connection != NULL)
      let_go (connection);
    return;
  }
  self->attempt = NULL;
  hs_clock_clear_timer (self->clock, &self->timer);
  if (connection != NULL) {
    adopt_connection (self, connection);
  } else {
    explain_handshake (attempt->message, error);
    end_attempt (self, error);
  }
}

static void
forget_attempt (HsWebsocket *self)
{
  Attempt *attempt = g_steal_pointer (&self->attempt);

  hs_clock_clear_timer (self->clock, &self->timer);
  if (attempt != NULL)
    g_cancellable_cancel (attempt->cancellable);
}

static void
on_open_timeout (gpointer user_data)
{
  HsWebsocket *self = user_data;

  self->timer = 0;
  forget_attempt (self);
  end_attempt (self, g_error_new_literal (HS_ERROR, HS_ERROR_TIMED_OUT,
                                          "the gateway did not answer in time"));
}

static SoupMessage *
create_message (HsWebsocket *self, GError **error)
{
  const HsCredentials *credentials = hs_rest_get_credentials (self->rest);
  char *path = hs_websocket_settings_dup_path (self->config, credentials, self->channel);
  char *url = hs_websocket_settings_dup_url (self->config, path, error);
  SoupMessage *message =
      url != NULL ? hs_transport_create_message (self->transport, "GET", url, error) : NULL;

  hs_credentials_wipe (path);
  hs_credentials_wipe (url);
  return message;
}

static void
begin_attempt (HsWebsocket *self)
{
  GError *error = NULL;
  SoupMessage *message = create_message (self, &error);
  Attempt *attempt;

  if (message == NULL) {
    self->last_attempt = TRUE;
    end_attempt (self, error);
    return;
  }
  attempt = g_new0 (Attempt, 1);
  attempt->websocket = g_object_ref (self);
  attempt->message = message;
  attempt->cancellable = g_cancellable_new ();
  self->attempt = attempt;
  self->state = STATE_CONNECTING;
  self->timer = hs_clock_add_timer (
      self->clock, hs_websocket_settings_get_open_timeout_ms (self->config), on_open_timeout, self);
  soup_session_websocket_connect_async (hs_transport_get_session (self->transport), message, NULL,
                                        NULL, G_PRIORITY_DEFAULT, attempt->cancellable,
                                        on_connected, attempt);
}

static void
hs_websocket_dispose (GObject *object)
{
  HsWebsocket *self = HS_WEBSOCKET (object);

  if (self->clock != NULL)
    hs_websocket_close (self);
  g_clear_pointer (&self->keepalive, hs_keepalive_free);
  g_clear_object (&self->clock);
  g_clear_object (&self->config);
  g_clear_object (&self->transport);
  g_clear_object (&self->rest);
  G_OBJECT_CLASS (hs_websocket_parent_class)->dispose (object);
}

static void
hs_websocket_class_init (HsWebsocketClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = hs_websocket_dispose;
  signals[SIGNAL_OPENING] = g_signal_new ("opening", HS_TYPE_WEBSOCKET, G_SIGNAL_RUN_LAST, 0, NULL,
                                          NULL, NULL, G_TYPE_NONE, 0);
  signals[SIGNAL_OPENED] = g_signal_new ("opened", HS_TYPE_WEBSOCKET, G_SIGNAL_RUN_LAST, 0, NULL,
                                         NULL, NULL, G_TYPE_NONE, 0);
  signals[SIGNAL_MESSAGE] = g_signal_new ("message", HS_TYPE_WEBSOCKET, G_SIGNAL_RUN_LAST, 0, NULL,
                                          NULL, NULL, G_TYPE_NONE, 1, JSON_TYPE_OBJECT);
  signals[SIGNAL_LOST] = g_signal_new ("lost", HS_TYPE_WEBSOCKET, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                       NULL, G_TYPE_NONE, 0);
  signals[SIGNAL_FAILED] = g_signal_new ("failed", HS_TYPE_WEBSOCKET, G_SIGNAL_RUN_LAST, 0, NULL,
                                         NULL, NULL, G_TYPE_NONE, 1, G_TYPE_ERROR);
}

static void
hs_websocket_init (HsWebsocket *self)
{
}

HsWebsocket *
hs_websocket_new (HsClock *clock, HsConfig *config, HsTransport *transport, HsRest *rest)
{
  HsWebsocket *self = g_object_new (HS_TYPE_WEBSOCKET, NULL);

  self->clock = g_object_ref (clock);
  self->config = g_object_ref (config);
  self->transport = g_object_ref (transport);
  self->rest = g_object_ref (rest);
  self->keepalive = hs_keepalive_new (clock, config, &keepalive_funcs, self);
  return self;
}

gboolean
hs_websocket_check (HsWebsocket *self, GError **error)
{
  g_autofree char *url = hs_websocket_settings_dup_url (self->config, "/", error);

  return url != NULL;
}

void
hs_websocket_open (HsWebsocket *self, const char *channel)
{
  g_autoptr (HsWebsocket) alive G_GNUC_UNUSED = g_object_ref (self);
  g_autofree char *copy = g_strdup (channel);

  hs_websocket_close (self);
  hs_websocket_set_channel (self, copy);
  self->tried = TRUE;
  begin_sequence (self);
}

void
hs_websocket_set_channel (HsWebsocket *self, const char *channel)
{
  char *old = self->channel;

  self->channel = g_strdup (channel);
  hs_credentials_wipe (old);
}

void
hs_websocket_close (HsWebsocket *self)
{
  self->state = STATE_IDLE;
  self->last_contact_ms = 0;
  forget_attempt (self);
  drop_connection (self);
  g_clear_error (&self->last_error);
  g_clear_pointer (&self->channel, hs_credentials_wipe);
}

void
hs_websocket_stop_retrying (HsWebsocket *self)
{
  g_autoptr (HsWebsocket) alive G_GNUC_UNUSED = g_object_ref (self);
  g_autoptr (GError) error = NULL;

  self->last_attempt = TRUE;
  if (self->state != STATE_WAITING)
    return;
  hs_clock_clear_timer (self->clock, &self->timer);
  error = g_steal_pointer (&self->last_error);
  give_up (self, error);
}

gboolean
hs_websocket_is_open (HsWebsocket *self)
{
  return self->state == STATE_OPEN;
}

void
hs_websocket_enable_checking (HsWebsocket *self, gboolean enable)
{
  hs_keepalive_set_enabled (self->keepalive, enable);
  if (self->connection != NULL)
    soup_websocket_connection_set_keepalive_interval (
        self->connection, hs_keepalive_get_probe_interval_s (self->keepalive));
}

JsonObject *
hs_websocket_dup_state (HsWebsocket *self)
{
  JsonObject *state;

  if (!self->tried)
    return NULL;
  state = json_object_new ();
  json_object_set_boolean_member (state, "connected", self->state == STATE_OPEN);
  json_object_set_boolean_member (state, "pinging", hs_keepalive_is_running (self->keepalive));
  if (self->last_contact_ms == 0)
    return state;
  json_object_set_object_member (state, "method", hs_keepalive_dup_method (self->keepalive));
  json_object_set_string_member (state, "platform", "link");
  hs_websocket_settings_describe (self->config, self->channel, state);
  json_object_set_int_member (state, "lastContact", self->last_contact_ms);
  return state;
}
