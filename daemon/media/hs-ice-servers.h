/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "base/hs-clock.h"

#include <gio/gio.h>
#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/* One STUN or TURN server. */
typedef struct {
  gboolean relay; /* TURN */
  gboolean tcp;   /* how we reach a TURN server */
  gboolean tls;   /* on top of that */
  char *host;     /* a name, or an address without brackets */
  char *name;     /* the host as it was written; what its certificate is for */
  guint16 port;
  char *username;   /* TURN only */
  char *credential; /* TURN only; never for a log */
} HsIceServer;

void hs_ice_server_free (HsIceServer *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HsIceServer, hs_ice_server_free)

HsIceServer *hs_ice_server_copy (const HsIceServer *self);

/* Returns: (transfer full): for people: "relay.example:3478 (udp)" */
char *hs_ice_server_dup_name (const HsIceServer *self);

/* Reads "stun:host[:port]" (RFC 7064) or "turn:host[:port][?transport=udp|tcp]" or
 * "turns:host[:port][?transport=tcp]" (RFC 7065).
 * @username, @credential: (nullable)
 * @error: HS_CALL_ERROR_INVALID_PARAM naming the part that is wrong; HS_CALL_ERROR_NOT_SUPPORTED
 *   for "stuns:", and for "turns:" over UDP */
HsIceServer *hs_ice_server_parse (const char *url,
                                  const char *username,
                                  const char *credential,
                                  GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Returns: (transfer full): "stun://192.0.2.1:3478", "turn://user:secret@192.0.2.1:3478…", the
 * form webrtcbin takes; TLS is not to be seen in it. Never for a log. */
char *hs_ice_server_dup_uri (const HsIceServer *self);

/* @servers: (nullable): of {"urls": text or list of texts, "username", "credential"}. A server that
 * cannot be used is left out with a warning.
 * Returns: (element-type HsIceServer) (transfer full) */
GPtrArray *hs_ice_servers_parse (JsonArray *servers);

/* Replaces names by addresses, one of each family that a name has. A name that has no answer after
 * @limit_ms, or none at all, is left out with a warning: the ICE library would wait for it for
 * ever.
 * @servers: (element-type HsIceServer)
 * Finish returns: (element-type HsIceServer) (transfer full)
 * @error: G_IO_ERROR_CANCELLED only */
void hs_ice_servers_resolve_async (GPtrArray *servers,
                                   HsClock *clock,
                                   guint limit_ms,
                                   GCancellable *cancellable,
                                   GAsyncReadyCallback callback,
                                   gpointer user_data);
GPtrArray *hs_ice_servers_resolve_finish (GAsyncResult *result,
                                          GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
