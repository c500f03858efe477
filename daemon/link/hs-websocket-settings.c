/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "hs-websocket-settings.h"

#include "hs-wire.h"

#include "base/hs-error.h"
#include "base/hs-json.h"

#include <math.h>

#define MIN_OPEN_TIMEOUT_MS 2000
#define MAX_OPEN_TIMEOUT_MS 30000
#define MIN_DELAY_MS        10
#define MAX_DELAY_MS        (24 * 3600 * 1000)

static gint64
get_ms (HsConfig *config, const char *key, gint64 fallback, gint64 least, gint64 most)
{
  return CLAMP (hs_config_get_int (config, key, fallback), least, most);
}

guint
hs_websocket_settings_get_open_timeout_ms (HsConfig *config)
{
  return get_ms (config, "connectivity.reconnectDelay", 5000, MIN_OPEN_TIMEOUT_MS,
                 MAX_OPEN_TIMEOUT_MS);
}

guint
hs_websocket_settings_get_delay_ms (HsConfig *config, guint n_failed)
{
  double delay = get_ms (config, "connectivity.reconnectDelay", 5000, MIN_DELAY_MS, MAX_DELAY_MS);
  double limit =
      get_ms (config, "connectivity.reconnectTimeLimit", 640000, MIN_DELAY_MS, MAX_DELAY_MS);
  double factor = hs_config_get_double (config, "connectivity.reconnectTimeMultiplier", 1);

  /* Powers may be infinite, which the limit takes care of; they are never negative. */
  delay = delay * pow (MAX (factor, 0), n_failed - 1);
  return (guint) CLAMP (delay, MIN_DELAY_MS, limit);
}

static const char *
choose_string (HsConfig *config, const char *first, const char *second)
{
  const char *value = hs_config_get_string (config, first);

  return value != NULL && *value != '\0' ? value : hs_config_get_string (config, second);
}

static void
get_server (HsConfig *config, HsWireServer *server)
{
  gint64 port = hs_wire_get_port (config, "subscription.websocket.port", 443);

  server->protocol = hs_config_get_string (config, "subscription.websocket.protocol");
  if (server->protocol == NULL)
    server->protocol = "wss";
  server->host_key = "subscription.websocket.server";
  server->host = choose_string (config, "authentication.websocket.server", server->host_key);
  server->port_key = "subscription.websocket.port";
  server->port = hs_wire_get_port (config, "authentication.websocket.port", port);
}

char *
hs_websocket_settings_dup_url (HsConfig *config, const char *path, GError **error)
{
  HsWireServer server;

  get_server (config, &server);
  if (!g_str_equal (server.protocol, "wss") && !g_str_equal (server.protocol, "ws")) {
    g_set_error_literal (error, HS_ERROR, HS_ERROR_INVALID_DATA,
                         "configuration: subscription.websocket.protocol is neither wss nor ws");
    return NULL;
  }
  return hs_wire_dup_url (&server, path, error);
}

char *
hs_websocket_settings_dup_path (HsConfig *config,
                                const HsCredentials *credentials,
                                const char *channel)
{
  const char *token = credentials != NULL ? hs_credentials_get_bearer_token (credentials) : NULL;
  const char *mode = hs_config_get_string (config, "connectivity.webSocketOAuthMode");
  char *escaped, *path;

  if (token == NULL || (mode != NULL && !g_str_equal (mode, "query")))
    return g_strdup (channel);
  escaped = g_uri_escape_string (token, NULL, FALSE);
  path = g_strconcat (channel, strchr (channel, '?') != NULL ? "&" : "?", "access_token=", escaped,
                      NULL);
  hs_credentials_wipe (escaped);
  return path;
}

/* The last part of the channel's path is what opens it to anybody, so it is not shown. */
static JsonObject *
dup_ws_info (HsConfig *config, const char *channel)
{
  JsonObject *info = json_object_new ();
  const char *last = strrchr (channel, '/');
  g_autofree char *shown = g_strdup_printf ("%.*s…", (int) (last - channel + 1), channel);
  HsWireServer server;

  get_server (config, &server);
  json_object_set_string_member (info, "protocol", server.protocol);
  hs_json_set_string (info, "server", server.host);
  json_object_set_int_member (info, "port", server.port);
  json_object_set_string_member (info, "url", shown);
  json_object_set_object_member (info, "params", json_object_new ());
  return info;
}

static void
add_keys (HsConfig *config, JsonObject *state)
{
  static const struct {
    const char *member;
    gint64 fallback;
  } numbers[] = {
    { "pingInterval", 30000 }, { "reconnectLimit", 5 },          { "reconnectDelay", 5000 },
    { "maxMissedPings", 3 },   { "reconnectTimeLimit", 640000 },
  };
  const char *mode = hs_config_get_string (config, "connectivity.webSocketOAuthMode");

  for (guint i = 0; i < G_N_ELEMENTS (numbers); i++) {
    g_autofree char *key = g_strconcat ("connectivity.", numbers[i].member, NULL);

    json_object_set_int_member (state, numbers[i].member,
                                hs_config_get_int (config, key, numbers[i].fallback));
  }
  json_object_set_double_member (
      state, "reconnectTimeMultiplier",
      hs_config_get_double (config, "connectivity.reconnectTimeMultiplier", 1));
  json_object_set_boolean_member (
      state, "autoReconnect", hs_config_get_boolean (config, "connectivity.autoReconnect", TRUE));
  json_object_set_string_member (state, "webSocketOAuthMode", mode != NULL ? mode : "query");
}

void
hs_websocket_settings_describe (HsConfig *config, const char *channel, JsonObject *state)
{
  add_keys (config, state);
  json_object_set_object_member (state, "wsInfo", dup_ws_info (config, channel));
}
