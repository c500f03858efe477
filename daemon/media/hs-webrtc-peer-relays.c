/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "hs-media"

#include "hs-webrtc-peer-private.h"

#include "base/hs-error.h"
#include "hs-ice-servers.h"
#include "hs-turn-probe.h"

#include <string.h>

/* A server that has not answered by then is of no use to a call. */
#define PROBE_LIMIT_MS 3000

/* One look at all relays. */
typedef struct {
  HsWebrtcPeer *peer;
  GTask *waiting; /* (nullable): the operation that goes on, or fails, with the outcome */
  guint pending;
  guint n_working;
} Look;

static void
free_look (Look *look)
{
  g_object_unref (look->peer);
  g_clear_object (&look->waiting);
  g_free (look);
}

static gboolean
has_candidate (HsSdp *sdp, const char *type)
{
  for (guint i = 0; i < hs_sdp_get_n_sections (sdp); i++) {
    g_autoptr (GPtrArray) candidates =
        hs_sdp_section_get_attributes (hs_sdp_get_section (sdp, i), "candidate");

    for (guint j = 0; j < candidates->len; j++) {
      if (strstr (candidates->pdata[j], type) != NULL)
        return TRUE;
    }
  }
  return FALSE;
}

static void
note_problem (HsWebrtcPeer *self, const GError *problem)
{
  g_warning ("%s", problem->message);
  if (self->relay_problem == NULL)
    self->relay_problem = g_error_copy (problem);
  else if (strstr (self->relay_problem->message, problem->message) == NULL)
    g_prefix_error (&self->relay_problem, "%s; ", problem->message);
  g_signal_emit_by_name (self, "problem", problem);
}

static void
fail (Look *look)
{
  HsWebrtcPeer *self = look->peer;
  int code = self->proposed.remote != NULL ? HS_CALL_ERROR_GENERIC : HS_CALL_ERROR_INVALID_OFFER;

  if (self->relay_problem != NULL)
    hs_webrtc_peer_fail (self, code, "no relay can be used", self->relay_problem);
  else if (look->n_working > 0)
    hs_webrtc_peer_fail (self, code, "no relay has given an address in time", NULL);
  else
    hs_webrtc_peer_fail (self, code, "media must be relayed, and there is no TURN server to use",
                         NULL);
}

static void
end_probe (Look *look)
{
  if (--look->pending > 0)
    return;
  if (look->waiting != NULL && !hs_webrtc_peer_is_over (look->peer, look->waiting))
    fail (look);
  free_look (look);
}

static void
on_probed (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Look *look = user_data;
  g_autoptr (GError) problem = NULL;

  if (hs_turn_probe_finish (result, &problem))
    look->n_working++;
  else if (!g_error_matches (problem, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    note_problem (look->peer, problem);
  end_probe (look);
}

/* @waiting: whether the operation under way is to fail when they all have been looked at */
static void
look_at_relays (HsWebrtcPeer *self, gboolean waiting)
{
  Look *look = g_new0 (Look, 1);

  look->peer = g_object_ref (self);
  look->waiting = waiting ? g_object_ref (self->negotiating) : NULL;
  look->pending = 1;
  for (guint i = 0; self->ice_addresses != NULL && i < self->ice_addresses->len; i++) {
    const HsIceServer *server = self->ice_addresses->pdata[i];

    if (!server->relay)
      continue;
    look->pending++;
    hs_turn_probe_async (server, self->clock, hs_media_get_config (self->media), PROBE_LIMIT_MS,
                         self->cancellable, on_probed, look);
  }
  end_probe (look);
}

void
hs_webrtc_peer_check_relays (HsWebrtcPeer *self, HsSdp *engine, HsWebrtcPeerStep next)
{
  if (has_candidate (engine, " typ relay")) {
    next (self);
    return;
  }
  /* The ICE library says nothing about servers that refuse. */
  look_at_relays (self, self->relay_only);
  if (!self->relay_only)
    next (self);
}

void
hs_webrtc_peer_set_ice_servers (HsPeer *peer, JsonArray *servers)
{
  HsWebrtcPeer *self = HS_WEBRTC_PEER (peer);
  GPtrArray *before = self->ice_servers;

  self->ice_servers = hs_ice_servers_parse (servers);
  g_clear_pointer (&before, g_ptr_array_unref);
  g_clear_pointer (&self->ice_addresses, g_ptr_array_unref);
}
