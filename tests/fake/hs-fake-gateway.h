/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "base/hs-config.h"

#include <libsoup/soup.h>

G_BEGIN_DECLS

/* A gateway on loopback that says what it is told to. Unless told otherwise it grants every
 * subscription, and answers 404 to all other requests. */
#define HS_TYPE_FAKE_GATEWAY (hs_fake_gateway_get_type ())
G_DECLARE_FINAL_TYPE (HsFakeGateway, hs_fake_gateway, HS, FAKE_GATEWAY, GObject)

/* Signals: "happened" (const char *what): "POST", "PUT", "GET", "DELETE", "open", "refused",
 * "closed" (by the other side), in the order in which the gateway sees it */

typedef struct {
  char *method;
  char *path; /* as it was on the wire, with the query */
  char *body;
  SoupMessageHeaders *headers;
} HsFakeRequest;

/* @certificate: (nullable): a file with a certificate and its key; NULL: no TLS */
HsFakeGateway *hs_fake_gateway_new (const char *certificate);

guint hs_fake_gateway_get_port (HsFakeGateway *self);

/* Makes @config lead here. */
void hs_fake_gateway_configure (HsFakeGateway *self, HsConfig *config);

/* The next answer to @method; several are used up in order. @type: (nullable) @body: (nullable)
 * @header: (nullable): "Name: value" */
void hs_fake_gateway_answer (HsFakeGateway *self,
                             const char *method,
                             guint status,
                             const char *type,
                             const char *body,
                             const char *header);

/* As above, with application/json. */
void hs_fake_gateway_answer_json (HsFakeGateway *self,
                                  const char *method,
                                  guint status,
                                  const char *body);

/* The next request with @method is never answered. */
void hs_fake_gateway_swallow (HsFakeGateway *self, const char *method);

/* What granted subscriptions hold besides, as the text of a JSON object. */
void hs_fake_gateway_add_params (HsFakeGateway *self, const char *params);

/* Requests so far, without websockets. @index: negative ones count from the end. */
guint hs_fake_gateway_count_requests (HsFakeGateway *self);
const HsFakeRequest *hs_fake_gateway_get_request (HsFakeGateway *self, int index);

/* Refuses the next @n websockets with a 404; hold: with silence. */
void hs_fake_gateway_refuse_sockets (HsFakeGateway *self, guint n, gboolean hold);

/* The last websocket: its path with the query, and the frames that came in. */
const char *hs_fake_gateway_get_socket_path (HsFakeGateway *self);
GPtrArray *hs_fake_gateway_get_frames (HsFakeGateway *self);

void hs_fake_gateway_send (HsFakeGateway *self, const char *text);

/* @code 0: the connection just ends. No "closed" follows. */
void hs_fake_gateway_close_socket (HsFakeGateway *self, guint code);

/* Stops listening; open connections end. */
void hs_fake_gateway_stop (HsFakeGateway *self);

G_END_DECLS
