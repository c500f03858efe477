/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "hs-link"

#include "hs-keepalive.h"

#include "base/hs-json.h"

#define DEFAULT_PING_INTERVAL_MS 30000
#define DEFAULT_MAX_MISSED_PINGS 3
#define SERVER_INTERVAL_S        120 /* until the gateway announces another */
#define MIN_PING_INTERVAL_MS     100
#define MAX_INTERVAL_S           (24 * 3600)

typedef enum {
  METHOD_KEEP_ALIVE,       /* we ping, nobody answers */
  METHOD_PING_PONG,        /* we ping, the gateway answers */
  METHOD_PING_PONG_SERVER, /* the gateway pings, we answer */
} Method;

struct _HsKeepalive {
  HsClock *clock;
  HsConfig *config;
  const HsKeepaliveFuncs *funcs;
  gpointer data;

  gboolean started;
  gboolean enabled;
  guint ping_timer;
  guint silence_timer; /* runs only when an answer is due */
  gint64 server_interval_s;
};

static Method
get_method (HsKeepalive *self)
{
  JsonNode *node = hs_config_get (self->config, "connectivity.method");
  JsonObject *object = hs_json_node_get_object (node);
  const char *type = object != NULL ? hs_json_get_string (object, "type")
                                    : hs_config_get_string (self->config, "connectivity.method");

  if (g_strcmp0 (type, "pingPong") != 0)
    return METHOD_KEEP_ALIVE;
  if (g_strcmp0 (hs_json_get_string (object, "responsibleParty"), "server") == 0)
    return METHOD_PING_PONG_SERVER;
  return METHOD_PING_PONG;
}

static guint
get_ping_interval_ms (HsKeepalive *self)
{
  gint64 ms =
      hs_config_get_int (self->config, "connectivity.pingInterval", DEFAULT_PING_INTERVAL_MS);

  return CLAMP (ms, MIN_PING_INTERVAL_MS, MAX_INTERVAL_S * 1000);
}

/* Milliseconds of silence after which the other side counts as gone. */
static guint
get_patience_ms (HsKeepalive *self, guint interval_ms)
{
  gint64 missed =
      hs_config_get_int (self->config, "connectivity.maxMissedPings", DEFAULT_MAX_MISSED_PINGS);

  return MIN ((gint64) interval_ms * CLAMP (missed, 1, 1000), MAX_INTERVAL_S * 1000);
}

static void
on_silence (gpointer user_data)
{
  HsKeepalive *self = user_data;

  self->silence_timer = 0;
  g_message ("the gateway has been silent for too long, the websocket counts as lost");
  self->funcs->dead (self->data);
}

static void
watch_silence (HsKeepalive *self)
{
  guint interval_ms = get_method (self) == METHOD_PING_PONG_SERVER ? self->server_interval_s * 1000
                                                                   : get_ping_interval_ms (self);

  hs_clock_clear_timer (self->clock, &self->silence_timer);
  self->silence_timer =
      hs_clock_add_timer (self->clock, get_patience_ms (self, interval_ms), on_silence, self);
}

static void
send_ping (HsKeepalive *self)
{
  g_autofree char *check = NULL;

  if (get_method (self) == METHOD_KEEP_ALIVE) {
    self->funcs->send ("{\"message_type\":\"ping\"}", self->data);
    return;
  }
  check = g_strdup_printf ("{\"connCheck\":{\"interval\":%u}}", get_ping_interval_ms (self) / 1000);
  self->funcs->send (check, self->data);
}

static void
on_ping_due (gpointer user_data)
{
  HsKeepalive *self = user_data;

  self->ping_timer =
      hs_clock_add_timer (self->clock, get_ping_interval_ms (self), on_ping_due, self);
  send_ping (self);
}

static void
begin_checking (HsKeepalive *self)
{
  Method method = get_method (self);

  if (method != METHOD_KEEP_ALIVE)
    watch_silence (self);
  if (method != METHOD_PING_PONG_SERVER)
    on_ping_due (self);
}

static void
end_checking (HsKeepalive *self)
{
  hs_clock_clear_timer (self->clock, &self->ping_timer);
  hs_clock_clear_timer (self->clock, &self->silence_timer);
}

static gboolean
is_enabled (HsKeepalive *self)
{
  return self->enabled &&
         hs_config_get_boolean (self->config, "connectivity.checkConnectivity", TRUE);
}

HsKeepalive *
hs_keepalive_new (HsClock *clock, HsConfig *config, const HsKeepaliveFuncs *funcs, gpointer data)
{
  HsKeepalive *self = g_new0 (HsKeepalive, 1);

  self->clock = g_object_ref (clock);
  self->config = g_object_ref (config);
  self->funcs = funcs;
  self->data = data;
  self->enabled = TRUE;
  return self;
}

void
hs_keepalive_free (HsKeepalive *self)
{
  end_checking (self);
  g_object_unref (self->clock);
  g_object_unref (self->config);
  g_free (self);
}

void
hs_keepalive_start (HsKeepalive *self)
{
  self->started = TRUE;
  self->server_interval_s = SERVER_INTERVAL_S;
  if (is_enabled (self))
    begin_checking (self);
}

void
hs_keepalive_stop (HsKeepalive *self)
{
  self->started = FALSE;
  end_checking (self);
}

void
hs_keepalive_set_enabled (HsKeepalive *self, gboolean enabled)
{
  if (self->enabled == enabled)
    return;
  self->enabled = enabled;
  if (!enabled)
    end_checking (self);
  else if (self->started && is_enabled (self))
    begin_checking (self);
}

gboolean
hs_keepalive_is_running (HsKeepalive *self)
{
  return self->ping_timer != 0 || self->silence_timer != 0;
}

guint
hs_keepalive_get_probe_interval_s (HsKeepalive *self)
{
  return is_enabled (self) ? MAX (1, get_ping_interval_ms (self) / 1000) : 0;
}

void
hs_keepalive_take_pong (HsKeepalive *self)
{
  if (self->started && is_enabled (self) && get_method (self) == METHOD_KEEP_ALIVE)
    watch_silence (self);
}

static gboolean
has_truth (JsonObject *frame, const char *member)
{
  JsonNode *node = json_object_get_member (frame, member);

  if (node == NULL || JSON_NODE_HOLDS_NULL (node))
    return FALSE;
  return json_node_get_value_type (node) != G_TYPE_BOOLEAN || json_node_get_boolean (node);
}

static void
answer_check (HsKeepalive *self, JsonObject *frame)
{
  JsonObject *check = hs_json_get_object (frame, "connCheck");

  if (get_method (self) != METHOD_PING_PONG_SERVER || !self->started || !is_enabled (self))
    return;
  self->server_interval_s =
      CLAMP (hs_json_get_int (check, "interval", self->server_interval_s), 1, MAX_INTERVAL_S);
  watch_silence (self);
  self->funcs->send ("{\"connAck\":{}}", self->data);
}

gboolean
hs_keepalive_take_frame (HsKeepalive *self, JsonObject *frame)
{
  if (has_truth (frame, "connCheck")) {
    answer_check (self, frame);
    return TRUE;
  }
  if (has_truth (frame, "connAck")) {
    if (self->started && is_enabled (self) && get_method (self) == METHOD_PING_PONG)
      watch_silence (self);
    return TRUE;
  }
  /* Anything that arrives shows that the line is alive, where that is being watched. */
  if (self->silence_timer != 0)
    watch_silence (self);
  return FALSE;
}

JsonObject *
hs_keepalive_dup_method (HsKeepalive *self)
{
  Method method = get_method (self);
  JsonObject *object = json_object_new ();

  json_object_set_string_member (object, "type",
                                 method == METHOD_KEEP_ALIVE ? "keepAlive" : "pingPong");
  json_object_set_string_member (object, "responsibleParty",
                                 method == METHOD_PING_PONG_SERVER ? "server" : "client");
  return object;
}
