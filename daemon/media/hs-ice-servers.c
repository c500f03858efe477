/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "hs-media"

#include "hs-ice-servers.h"

#include "base/hs-error.h"
#include "base/hs-json.h"

#include <string.h>

#define DEFAULT_PORT     3478
#define DEFAULT_TLS_PORT 5349
#define MAX_SERVERS      16

void
hs_ice_server_free (HsIceServer *self)
{
  if (self == NULL)
    return;
  g_free (self->host);
  g_free (self->name);
  g_free (self->username);
  g_free (self->credential);
  g_free (self);
}

HsIceServer *
hs_ice_server_copy (const HsIceServer *self)
{
  HsIceServer *copy = g_new0 (HsIceServer, 1);

  *copy = *self;
  copy->host = g_strdup (self->host);
  copy->name = g_strdup (self->name);
  copy->username = g_strdup (self->username);
  copy->credential = g_strdup (self->credential);
  return copy;
}

static HsIceServer *
copy_to_address (const HsIceServer *server, const char *host)
{
  HsIceServer *copy = hs_ice_server_copy (server);

  g_free (copy->host);
  copy->host = g_strdup (host);
  return copy;
}

static gboolean
refuse_tls (GError **error, const char *what)
{
  g_set_error (error, HS_CALL_ERROR, HS_CALL_ERROR_NOT_SUPPORTED, "%s is not supported", what);
  return FALSE;
}

static gboolean
read_scheme (HsIceServer *self, const char *scheme, GError **error)
{
  if (g_ascii_strcasecmp (scheme, "stuns") == 0)
    return refuse_tls (error, "\"stuns:\" (TLS to a STUN server)");
  self->tls = g_ascii_strcasecmp (scheme, "turns") == 0;
  self->tcp = self->tls;
  self->relay = self->tls || g_ascii_strcasecmp (scheme, "turn") == 0;
  if (self->relay || g_ascii_strcasecmp (scheme, "stun") == 0)
    return TRUE;
  g_set_error (error, HS_CALL_ERROR, HS_CALL_ERROR_INVALID_PARAM,
               "the scheme must be \"stun:\", \"turn:\" or \"turns:\"");
  return FALSE;
}

static gboolean
read_query (HsIceServer *self, const char *query, GError **error)
{
  gboolean udp = self->relay && query != NULL && g_ascii_strcasecmp (query, "transport=udp") == 0;

  if (udp && self->tls)
    return refuse_tls (error, "\"turns:\" over UDP");
  if (query == NULL || udp)
    return TRUE;
  self->tcp = self->relay && g_ascii_strcasecmp (query, "transport=tcp") == 0;
  if (self->tcp)
    return TRUE;
  g_set_error (error, HS_CALL_ERROR, HS_CALL_ERROR_INVALID_PARAM,
               "after \"?\" only \"transport=udp\" and \"transport=tcp\" of \"turn:\" are known");
  return FALSE;
}

static gboolean
is_host (const char *host)
{
  /* Only what cannot change the meaning of the URI that it becomes a part of. */
  return host[0] != '\0' && strlen (host) <= 253 &&
         strspn (host, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_:%") ==
             strlen (host);
}

static gboolean
read_authority (HsIceServer *self, const char *authority, GError **error)
{
  gboolean bracket = authority[0] == '[';
  const char *end = bracket ? strchr (authority, ']') : strchrnul (authority, ':');
  const char *rest = end == NULL ? NULL : bracket ? end + 1 : end;
  guint64 port = self->tls ? DEFAULT_TLS_PORT : DEFAULT_PORT;

  if (end != NULL)
    self->host = g_strndup (authority + bracket, end - authority - bracket);
  if (self->host == NULL || !is_host (self->host)) {
    g_set_error (error, HS_CALL_ERROR, HS_CALL_ERROR_INVALID_PARAM, "the host is not valid");
    return FALSE;
  }
  if (rest[0] != '\0' &&
      (rest[0] != ':' || !g_ascii_string_to_unsigned (rest + 1, 10, 1, 65535, &port, NULL))) {
    g_set_error (error, HS_CALL_ERROR, HS_CALL_ERROR_INVALID_PARAM,
                 "the port must be a number from 1 to 65535");
    return FALSE;
  }
  self->port = port;
  self->name = g_strdup (self->host);
  return TRUE;
}

static gboolean
read_account (HsIceServer *self, const char *username, const char *credential, GError **error)
{
  if (!self->relay)
    return TRUE;
  if (username == NULL || credential == NULL) {
    g_set_error (error, HS_CALL_ERROR, HS_CALL_ERROR_INVALID_PARAM,
                 "a \"turn:\" server needs \"username\" and \"credential\"");
    return FALSE;
  }
  self->username = g_strdup (username);
  self->credential = g_strdup (credential);
  return TRUE;
}

HsIceServer *
hs_ice_server_parse (const char *url, const char *username, const char *credential, GError **error)
{
  g_autoptr (HsIceServer) self = g_new0 (HsIceServer, 1);
  g_auto (GStrv) halves = g_strsplit (url, "?", 2);
  const char *colon = halves[0] != NULL ? strchr (halves[0], ':') : NULL;
  g_autofree char *scheme = colon != NULL ? g_strndup (halves[0], colon - halves[0]) : NULL;

  if (read_scheme (self, scheme != NULL ? scheme : "", error) &&
      read_query (self, halves[1], error) && read_authority (self, colon + 1, error) &&
      read_account (self, username, credential, error))
    return g_steal_pointer (&self);
  return NULL;
}

char *
hs_ice_server_dup_name (const HsIceServer *self)
{
  const char *transport = self->tls ? "tls" : self->tcp ? "tcp" : "udp";
  gboolean v6 = strchr (self->name, ':') != NULL;

  return g_strdup_printf (v6 ? "[%s]:%u (%s)" : "%s:%u (%s)", self->name, self->port, transport);
}

char *
hs_ice_server_dup_uri (const HsIceServer *self)
{
  gboolean v6 = strchr (self->host, ':') != NULL;
  g_autofree char *host = v6 ? g_strdup_printf ("[%s]", self->host) : g_strdup (self->host);
  g_autofree char *username = NULL;
  g_autofree char *credential = NULL;

  if (!self->relay)
    return g_strdup_printf ("stun://%s:%u", host, self->port);
  username = g_uri_escape_string (self->username, NULL, FALSE);
  credential = g_uri_escape_string (self->credential, NULL, FALSE);
  return g_strdup_printf ("turn://%s:%s@%s:%u?transport=%s", username, credential, host, self->port,
                          self->tcp ? "tcp" : "udp");
}

static void
add_server (GPtrArray *list, const char *url, JsonObject *object)
{
  g_autoptr (GError) error = NULL;
  HsIceServer *server = NULL;

  if (list->len >= MAX_SERVERS) {
    g_warning ("ICE server left out: there are more than %d", MAX_SERVERS);
    return;
  }
  server = hs_ice_server_parse (url, hs_json_get_string (object, "username"),
                                hs_json_get_string (object, "credential"), &error);
  if (server != NULL)
    g_ptr_array_add (list, server);
  else
    g_warning ("ICE server \"%.100s\" left out: %s", url, error->message);
}

static void
add_servers (GPtrArray *list, JsonObject *object)
{
  JsonArray *urls = hs_json_get_array (object, "urls");
  const char *url = hs_json_get_string (object, "urls");

  if (url == NULL)
    url = hs_json_get_string (object, "url");
  if (url != NULL)
    add_server (list, url, object);
  for (guint i = 0; urls != NULL && i < json_array_get_length (urls); i++) {
    JsonNode *node = json_array_get_element (urls, i);

    if (JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_STRING)
      add_server (list, json_node_get_string (node), object);
  }
}

GPtrArray *
hs_ice_servers_parse (JsonArray *servers)
{
  GPtrArray *list = g_ptr_array_new_with_free_func ((GDestroyNotify) hs_ice_server_free);

  for (guint i = 0; servers != NULL && i < json_array_get_length (servers); i++) {
    JsonObject *object = hs_json_node_get_object (json_array_get_element (servers, i));

    if (object != NULL)
      add_servers (list, object);
  }
  return list;
}

/* One resolution of a list of names. */
typedef struct {
  HsClock *clock;
  guint timer;
  guint pending;
  gboolean ended;
  GCancellable *lookups; /* ends all of them */
  GPtrArray **resolved;  /* of HsIceServer, by the list's index: one for each address to use */
  guint n_resolved;
} Resolution;

typedef struct {
  GTask *task;
  const HsIceServer *server; /* borrowed: the task's source data keeps the list */
  guint index;
} Lookup;

static void
resolution_free (gpointer data)
{
  Resolution *self = data;

  hs_clock_clear_timer (self->clock, &self->timer);
  g_clear_object (&self->clock);
  g_clear_object (&self->lookups);
  for (guint i = 0; i < self->n_resolved; i++)
    g_ptr_array_unref (self->resolved[i]);
  g_free (self->resolved);
  g_free (self);
}

static void
end_resolution (GTask *task)
{
  Resolution *self = g_task_get_task_data (task);
  GPtrArray *answer;

  if (self->ended)
    return;
  self->ended = TRUE;
  hs_clock_clear_timer (self->clock, &self->timer);
  g_cancellable_cancel (self->lookups);
  answer = g_ptr_array_new_with_free_func ((GDestroyNotify) hs_ice_server_free);
  for (guint i = 0; i < self->n_resolved; i++) {
    while (self->resolved[i]->len > 0)
      g_ptr_array_add (answer, g_ptr_array_steal_index (self->resolved[i], 0));
  }
  g_task_return_pointer (task, answer, (GDestroyNotify) g_ptr_array_unref);
}

static void
on_time_is_up (gpointer user_data)
{
  g_autoptr (GTask) task = g_object_ref (user_data);
  Resolution *self = g_task_get_task_data (task);

  self->timer = 0;
  end_resolution (task);
}

/* The first address of each family: which one the machine can use shows when it is used. */
static void
use_addresses (GPtrArray *resolved, const HsIceServer *server, GList *addresses)
{
  GSocketFamily used = G_SOCKET_FAMILY_INVALID;

  for (GList *l = addresses; l != NULL && resolved->len < 2; l = l->next) {
    g_autofree char *address = g_inet_address_to_string (l->data);

    if (g_inet_address_get_family (l->data) == used)
      continue;
    used = g_inet_address_get_family (l->data);
    g_ptr_array_add (resolved, copy_to_address (server, address));
  }
}

static void
on_looked_up (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autofree Lookup *lookup = user_data;
  g_autoptr (GTask) task = lookup->task;
  g_autoptr (GError) error = NULL;
  Resolution *self = g_task_get_task_data (task);
  GList *addresses = g_resolver_lookup_by_name_finish (G_RESOLVER (source), result, &error);

  if (addresses == NULL) {
    g_warning ("ICE server %s left out: %s", lookup->server->host,
               g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED) ? "no answer in time"
                                                                         : error->message);
  } else if (!self->ended) {
    use_addresses (self->resolved[lookup->index], lookup->server, addresses);
  }
  g_resolver_free_addresses (addresses);
  if (--self->pending == 0)
    end_resolution (task);
}

static void
look_up (GTask *task, GResolver *resolver, const HsIceServer *server, guint index)
{
  Resolution *self = g_task_get_task_data (task);
  Lookup *lookup;

  if (g_hostname_is_ip_address (server->host)) {
    g_ptr_array_add (self->resolved[index], hs_ice_server_copy (server));
    return;
  }
  lookup = g_new0 (Lookup, 1);
  lookup->task = g_object_ref (task);
  lookup->server = server;
  lookup->index = index;
  self->pending++;
  g_resolver_lookup_by_name_async (resolver, server->host, self->lookups, on_looked_up, lookup);
}

void
hs_ice_servers_resolve_async (GPtrArray *servers,
                              HsClock *clock,
                              guint limit_ms,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, user_data);
  g_autoptr (GResolver) resolver = g_resolver_get_default ();
  Resolution *self = g_new0 (Resolution, 1);

  g_task_set_source_tag (task, hs_ice_servers_resolve_async);
  g_task_set_task_data (task, self, resolution_free);
  g_object_set_data_full (G_OBJECT (task), "servers", g_ptr_array_ref (servers),
                          (GDestroyNotify) g_ptr_array_unref);
  self->clock = g_object_ref (clock);
  self->lookups = g_cancellable_new ();
  self->n_resolved = servers->len;
  self->resolved = g_new0 (GPtrArray *, servers->len);
  for (guint i = 0; i < servers->len; i++)
    self->resolved[i] = g_ptr_array_new_with_free_func ((GDestroyNotify) hs_ice_server_free);
  for (guint i = 0; i < servers->len; i++)
    look_up (task, resolver, servers->pdata[i], i);
  if (self->pending == 0)
    end_resolution (task);
  else
    self->timer = hs_clock_add_timer (clock, limit_ms, on_time_is_up, task);
}

GPtrArray *
hs_ice_servers_resolve_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}
