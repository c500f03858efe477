/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "hs-sandbox-exchange.h"
#include "hs-sandbox-faults.h"
#include "hs-sandbox-wire.h"

G_BEGIN_DECLS

/* The server: listens on loopback, reads requests, spoils replies as the faults say. */
typedef struct _HsSandboxHttp HsSandboxHttp;

typedef struct {
  /* Gives the request its type and envelope. */
  void (*classify) (HsSandboxExchange *exchange, gpointer user_data);
  /* Carries it out and replies. */
  void (*serve) (HsSandboxExchange *exchange, gpointer user_data);
  /* Whether the websocket of @channel_id may be opened: SOUP_STATUS_SWITCHING_PROTOCOLS, or the
   * status of the refusal. */
  guint (*admit) (const char *channel_id, const char *query, gpointer user_data);
  void (*connected) (const char *channel_id,
                     SoupWebsocketConnection *socket,
                     GSocket *raw,
                     gpointer user_data);
} HsSandboxHttpEvents;

/* @channel_path: where websockets are, `/…/{channel_id}`
 * @faults, @wire, @events: have to outlive the server */
HsSandboxHttp *hs_sandbox_http_new (const char *channel_path,
                                    HsSandboxFaults *faults,
                                    HsSandboxWire *wire,
                                    const HsSandboxHttpEvents *events,
                                    gpointer user_data);
void hs_sandbox_http_free (HsSandboxHttp *http);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HsSandboxHttp, hs_sandbox_http_free)

/* @port: 0 for a free one
 * @certificate: (nullable): without it there is no TLS
 * Returns: the port; 0 with @error */
guint hs_sandbox_http_listen (HsSandboxHttp *http,
                              guint port,
                              GTlsCertificate *certificate,
                              GError **error);

G_END_DECLS
