/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "hs-media"

#include "hs-nice.h"

#include "base/hs-error.h"

#include <agent.h>
#include <gio/gio.h>
#include <gmodule.h>

/* The name under which webrtcbin's plugin has loaded it; it stays loaded as the plugin does. */
#define LIBRARY "libnice.so.10"
/* As many as a call's lines, where these have transports of their own. */
#define MAX_STREAMS 8

typedef gboolean (*AddLocalAddress) (NiceAgent *agent, NiceAddress *address);
typedef gboolean (*GetSelectedPair) (NiceAgent *agent,
                                     guint stream_id,
                                     guint component_id,
                                     NiceCandidate **local,
                                     NiceCandidate **remote);
typedef void (*SetStreamTos) (NiceAgent *agent, guint stream_id, gint tos);

static gpointer
find_function (const char *name, GError **error)
{
  GModule *library = g_module_open (LIBRARY, G_MODULE_BIND_LAZY | G_MODULE_BIND_LOCAL);
  gpointer function = NULL;

  if (library == NULL || !g_module_symbol (library, name, &function))
    g_set_error (error, HS_ERROR, HS_ERROR_NOT_FOUND, "%s cannot be used: %s", name,
                 g_module_error ());
  if (library != NULL)
    g_module_close (library);
  return function;
}

static gboolean
fill_address (NiceAddress *address, const char *text, GError **error)
{
  g_autoptr (GSocketAddress) parsed = g_inet_socket_address_new_from_string (text, 0);

  if (parsed != NULL && g_socket_address_to_native (parsed, &address->s, sizeof address->s, NULL))
    return TRUE;
  g_set_error (error, HS_ERROR, HS_ERROR_INVALID_DATA, "\"%.50s\" is not an address", text);
  return FALSE;
}

gboolean
hs_nice_use_address (GObject *agent, const char *text, GError **error)
{
  NiceAddress address = { 0 };
  AddLocalAddress add_local_address;

  if (!fill_address (&address, text, error))
    return FALSE;
  add_local_address = (AddLocalAddress) find_function ("nice_agent_add_local_address", error);
  if (add_local_address == NULL)
    return FALSE;
  add_local_address ((NiceAgent *) agent, &address);
  return TRUE;
}

gboolean
hs_nice_set_dscp (GObject *agent, guint point, GError **error)
{
  SetStreamTos set_stream_tos = (SetStreamTos) find_function ("nice_agent_set_stream_tos", error);

  if (set_stream_tos == NULL)
    return FALSE;
  /* The two lowest bits of the field are not part of the code point. */
  for (guint stream = 1; stream <= MAX_STREAMS; stream++)
    set_stream_tos ((NiceAgent *) agent, stream, point << 2);
  return TRUE;
}

/* --- the selected pair --- */

void
hs_nice_candidate_clear (HsNiceCandidate *self)
{
  g_clear_pointer (&self->address, g_free);
}

static void
copy_candidate (HsNiceCandidate *self, const NiceCandidate *candidate)
{
  static const char *const types[] = { "host", "srflx", "prflx", "relay" };
  g_autoptr (GSocketAddress) native =
      g_socket_address_new_from_native ((gpointer) &candidate->addr.s, sizeof candidate->addr.s);

  *self = (HsNiceCandidate){
    .type = (guint) candidate->type < G_N_ELEMENTS (types) ? types[candidate->type] : NULL,
    .protocol = candidate->transport == NICE_CANDIDATE_TRANSPORT_UDP ? "udp" : "tcp",
    .priority = candidate->priority,
  };
  if (native == NULL || !G_IS_INET_SOCKET_ADDRESS (native))
    return;
  self->address =
      g_inet_address_to_string (g_inet_socket_address_get_address (G_INET_SOCKET_ADDRESS (native)));
  self->port = g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (native));
}

gboolean
hs_nice_get_selected_pair (GObject *agent,
                           HsNiceCandidate *local,
                           HsNiceCandidate *remote,
                           GError **error)
{
  GetSelectedPair get_selected_pair =
      (GetSelectedPair) find_function ("nice_agent_get_selected_pair", error);
  NiceCandidate *lent_local = NULL;
  NiceCandidate *lent_remote = NULL;

  if (get_selected_pair == NULL)
    return FALSE;
  if (!get_selected_pair ((NiceAgent *) agent, 1, 1, &lent_local, &lent_remote)) {
    g_set_error (error, HS_ERROR, HS_ERROR_NOT_FOUND, "no path is selected yet");
    return FALSE;
  }
  copy_candidate (local, lent_local);
  copy_candidate (remote, lent_remote);
  return TRUE;
}
