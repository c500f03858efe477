/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "hs-rpc"

#include "hs-rpc-server-private.h"

#include "hs-rpc-error.h"

#include "base/hs-error.h"
#include "base/hs-json.h"
#include "base/hs-unix-listener.h"
#include "protocol/hs-protocol.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

struct _HsRpcServer {
  GObject parent;

  HsClock *clock;
  HsRpcLimits limits;

  /* the contract */
  GHashTable *rows;   /* name -> HsMethodRow */
  GHashTable *events; /* set of names, as the contract's table has them */
  gpointer context;   /* borrowed: it outlives us */

  /* sockets */
  GPtrArray *listeners; /* of Listening */
  GPtrArray *connections;
  guint last_number;

  /* events */
  HsEventRing *ring;
  HsSnapshotFunc snapshot;
  gpointer snapshot_data;
};

typedef struct {
  HsRpcServer *server; /* borrowed: it owns us */
  HsUnixListener *listener;
  HsRpcRights rights;
} Listening;

G_DEFINE_FINAL_TYPE (HsRpcServer, hs_rpc_server, G_TYPE_OBJECT)

static void
listening_free (gpointer data)
{
  Listening *listening = data;

  hs_unix_listener_free (listening->listener);
  g_clear_pointer (&listening->rights.methods, json_array_unref);
  g_free (listening);
}

static void
on_connecting (GSocket *socket, gpointer user_data)
{
  Listening *listening = user_data;

  hs_rpc_server_take_socket (listening->server, socket, &listening->rights);
}

static void
add_listener (HsRpcServer *self, HsUnixListener *listener, const HsRpcRights *rights)
{
  Listening *listening = g_new0 (Listening, 1);

  listening->server = self;
  listening->listener = listener;
  if (rights != NULL)
    listening->rights.read_only = rights->read_only;
  if (rights != NULL && rights->methods != NULL)
    listening->rights.methods = json_array_ref (rights->methods);
  g_ptr_array_add (self->listeners, listening);
  hs_unix_listener_start (listener, self->clock, on_connecting, listening);
}

static void
hs_rpc_server_dispose (GObject *object)
{
  hs_rpc_server_close (HS_RPC_SERVER (object));
  G_OBJECT_CLASS (hs_rpc_server_parent_class)->dispose (object);
}

static void
hs_rpc_server_finalize (GObject *object)
{
  HsRpcServer *self = HS_RPC_SERVER (object);

  g_clear_pointer (&self->listeners, g_ptr_array_unref);
  g_clear_pointer (&self->connections, g_ptr_array_unref);
  g_clear_pointer (&self->rows, g_hash_table_unref);
  g_clear_pointer (&self->events, g_hash_table_unref);
  g_clear_pointer (&self->ring, hs_event_ring_free);
  g_clear_object (&self->clock);
  G_OBJECT_CLASS (hs_rpc_server_parent_class)->finalize (object);
}

static void
hs_rpc_server_class_init (HsRpcServerClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = hs_rpc_server_dispose;
  G_OBJECT_CLASS (klass)->finalize = hs_rpc_server_finalize;
}

static void
hs_rpc_server_init (HsRpcServer *self)
{
  self->rows = g_hash_table_new (g_str_hash, g_str_equal);
  self->events = g_hash_table_new (g_str_hash, g_str_equal);
  self->listeners = g_ptr_array_new_with_free_func (listening_free);
  self->connections = g_ptr_array_new_with_free_func (g_object_unref);
}

static void
add_rows (HsRpcServer *self, const HsMethodRow *rows, guint n_rows)
{
  for (guint i = 0; i < n_rows; i++)
    g_hash_table_insert (self->rows, (char *) rows[i].method->name, (gpointer) &rows[i]);
}

HsRpcServer *
hs_rpc_server_new (HsClock *clock, const HsMethodRow *rows, guint n_rows, gpointer context)
{
  HsRpcServer *self = g_object_new (HS_TYPE_RPC_SERVER, NULL);
  g_autoptr (HsConfig) defaults = hs_config_new (NULL);
  HsRpcLimits limits = hs_rpc_limits_from_config (defaults);

  self->clock = g_object_ref (clock);
  self->context = context;
  add_rows (self, rows, n_rows);
  add_rows (self, hs_protocol_connection_rows, hs_protocol_n_connection_rows);
  for (guint i = 0; i < hs_protocol_n_events; i++)
    g_hash_table_add (self->events, (char *) hs_protocol_events[i].name);
  /* Numbers go on rising from one run of the program to the next, so that one of an earlier run is
   * never taken for one of this run. */
  self->ring = hs_event_ring_new (MAX (hs_clock_get_wall_ms (clock), 0));
  hs_rpc_server_set_limits (self, &limits);
  return self;
}

HsRpcLimits
hs_rpc_limits_from_config (HsConfig *config)
{
  return (HsRpcLimits){
    .max_message_bytes = hs_config_get_int (config, "rpc.maxMessageBytes", 1048576),
    .max_depth = hs_config_get_int (config, "rpc.maxDepth", 64),
    .max_requests_in_flight = hs_config_get_int (config, "rpc.maxRequestsInFlight", 128),
    .max_connections = hs_config_get_int (config, "rpc.maxConnections", 256),
    .max_unread_bytes = hs_config_get_int (config, "rpc.maxUnreadBytes", 4194304),
    .event_ring = hs_config_get_int (config, "rpc.eventRing", 1024),
  };
}

void
hs_rpc_server_set_limits (HsRpcServer *self, const HsRpcLimits *limits)
{
  self->limits = *limits;
  /* A replay of more than a client may leave unread would only be lost. */
  hs_event_ring_set_limits (self->ring, limits->event_ring, limits->max_unread_bytes);
}

void
hs_rpc_server_set_snapshot (HsRpcServer *self, HsSnapshotFunc snapshot, gpointer user_data)
{
  self->snapshot = snapshot;
  self->snapshot_data = user_data;
}

/* A misspelled name would take away a right without a word. */
static gboolean
check_methods (HsRpcServer *self, const char *path, JsonArray *methods, GError **error)
{
  for (guint i = 0; methods != NULL && i < json_array_get_length (methods); i++) {
    const char *name = json_array_get_string_element (methods, i);

    if (name == NULL || hs_rpc_server_find_row (self, name) == NULL) {
      g_set_error (error, HS_ERROR, HS_ERROR_INVALID_DATA, "%s: methods[%u]: there is no method %s",
                   path, i, name != NULL ? name : "(not a string)");
      return FALSE;
    }
  }
  return TRUE;
}

static gboolean
make_folder (const char *path, GError **error)
{
  g_autofree char *folder = g_path_get_dirname (path);
  int number = g_mkdir_with_parents (folder, 0700) == 0 ? 0 : errno;

  if (number != 0)
    g_set_error (error, G_IO_ERROR, g_io_error_from_errno (number), "%s: %s", folder,
                 g_strerror (number));
  return number == 0;
}

gboolean
hs_rpc_server_listen (HsRpcServer *self,
                      const char *path,
                      const HsRpcRights *rights,
                      GError **error)
{
  HsUnixListener *listener;

  if (rights != NULL && !check_methods (self, path, rights->methods, error))
    return FALSE;
  if (!make_folder (path, error))
    return FALSE;
  listener = hs_unix_listener_new (path, error);
  if (listener == NULL)
    return FALSE;
  add_listener (self, listener, rights);
  return TRUE;
}

gboolean
hs_rpc_server_listen_further (HsRpcServer *self, HsConfig *config, GError **error)
{
  JsonNode *node = hs_config_get (config, "rpc.sockets");
  JsonArray *sockets =
      node != NULL && JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;

  for (guint i = 0; sockets != NULL && i < json_array_get_length (sockets); i++) {
    JsonObject *socket = json_array_get_object_element (sockets, i);
    HsRpcRights rights = { hs_json_get_boolean (socket, "readOnly", FALSE),
                           hs_json_get_array (socket, "methods") };

    if (!hs_rpc_server_listen (self, hs_json_get_string (socket, "path"), &rights, error))
      return FALSE;
  }
  return TRUE;
}

gboolean
hs_rpc_server_adopt (HsRpcServer *self, int fd, GError **error)
{
  HsUnixListener *listener = hs_unix_listener_adopt (fd, error);

  if (listener == NULL)
    return FALSE;
  add_listener (self, listener, NULL);
  return TRUE;
}

static void
send_to_all (HsRpcServer *self, const HsEventRecord *record, JsonObject *params)
{
  for (guint i = 0; i < self->connections->len; i++)
    hs_connection_send_event (self->connections->pdata[i], record, params);
}

void
hs_rpc_server_emit (HsRpcServer *self, const char *name, JsonObject *params)
{
  const char *known = g_hash_table_lookup (self->events, name);

  if (known == NULL) {
    g_critical ("%s is not an event of the contract", name);
    return;
  }
  send_to_all (self, hs_event_ring_add (self->ring, known, params), params);
}

guint
hs_rpc_server_count_connections (HsRpcServer *self)
{
  return self->connections->len;
}

void
hs_rpc_server_close (HsRpcServer *self)
{
  g_ptr_array_set_size (self->listeners, 0);
  while (self->connections->len > 0)
    hs_connection_close (self->connections->pdata[0]);
}

const HsRpcLimits *
hs_rpc_server_get_limits (HsRpcServer *self)
{
  return &self->limits;
}

HsClock *
hs_rpc_server_get_clock (HsRpcServer *self)
{
  return self->clock;
}

const HsMethodRow *
hs_rpc_server_find_row (HsRpcServer *self, const char *method)
{
  return g_hash_table_lookup (self->rows, method);
}

gpointer
hs_rpc_server_get_context (HsRpcServer *self, const HsMethodRow *row, HsConnection *connection)
{
  const HsMethodRow *built_in = hs_protocol_connection_rows;
  gboolean is_built_in = row >= built_in && row < built_in + hs_protocol_n_connection_rows;

  return is_built_in ? connection : self->context;
}

static int
compare_methods (gconstpointer a, gconstpointer b)
{
  const HsMethod *const *one = a;
  const HsMethod *const *other = b;

  return strcmp ((*one)->name, (*other)->name);
}

GPtrArray *
hs_rpc_server_list_methods (HsRpcServer *self)
{
  GPtrArray *methods = g_ptr_array_new ();
  GHashTableIter iter;
  gpointer row;

  g_hash_table_iter_init (&iter, self->rows);
  while (g_hash_table_iter_next (&iter, NULL, &row))
    g_ptr_array_add (methods, (gpointer) ((const HsMethodRow *) row)->method);
  g_ptr_array_sort (methods, compare_methods);
  return methods;
}

HsEventRing *
hs_rpc_server_get_ring (HsRpcServer *self)
{
  return self->ring;
}

JsonObject *
hs_rpc_server_dup_state (HsRpcServer *self)
{
  return self->snapshot != NULL ? self->snapshot (self->snapshot_data) : json_object_new ();
}

void
hs_rpc_server_forget (HsRpcServer *self, HsConnection *connection)
{
  g_ptr_array_remove_fast (self->connections, connection);
}

/* The client is told once and not read from, so whether it hears it is not waited for. */
static void
turn_away (GSocket *socket, HsError code, const char *message)
{
  g_autoptr (GError) error = g_error_new_literal (HS_ERROR, code, message);
  g_autofree char *text = hs_json_object_to_text (hs_rpc_error_from_gerror (error, NULL));
  g_autofree char *line =
      g_strdup_printf ("{\"jsonrpc\":\"2.0\",\"id\":null,\"error\":%s}\n", text);

  g_socket_set_blocking (socket, FALSE);
  if (g_socket_send (socket, line, strlen (line), NULL, NULL) < 0)
    g_debug ("a connection was turned away without a word");
  g_socket_close (socket, NULL);
}

gboolean
hs_rpc_is_allowed (uid_t peer, uid_t own)
{
  return peer == own || peer == 0;
}

static gboolean
check_peer (GSocket *socket)
{
  g_autoptr (GCredentials) credentials = g_socket_get_credentials (socket, NULL);
  uid_t peer = credentials != NULL ? g_credentials_get_unix_user (credentials, NULL) : (uid_t) -1;

  return peer != (uid_t) -1 && hs_rpc_is_allowed (peer, geteuid ());
}

HsConnection *
hs_rpc_server_take_socket (HsRpcServer *self, GSocket *socket, const HsRpcRights *rights)
{
  HsConnection *connection;

  if (!check_peer (socket)) {
    g_warning ("a connection of another user was refused");
    turn_away (socket, HS_ERROR_NOT_ALLOWED, "only the user that the daemon runs as may connect");
    return NULL;
  }
  if (self->connections->len >= self->limits.max_connections) {
    turn_away (socket, HS_ERROR_TOO_MANY_CONNECTIONS, "there are too many connections");
    return NULL;
  }
  connection = hs_connection_new (self, socket, ++self->last_number);
  if (rights != NULL)
    hs_connection_restrict (connection, rights->read_only, rights->methods);
  g_ptr_array_add (self->connections, connection);
  hs_connection_start (connection);
  return connection;
}
